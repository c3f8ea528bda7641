/** Items at the price of a trial offer, for as long as it lasts: https://docs.stripe.com/api/product_catalog/trial_offer. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { addIntervals } from './periods';
import { planOf, recurringOf, shownPrice, withTiers } from './prices';

type Item = Stripe.SubscriptionItem;
type Offer = Stripe.ProductCatalog.TrialOffer;

function offerOf(stripe: Backend, id: string, param?: string): Offer {
  return stripe.table<Offer>('product_catalog.trial_offer').get(id, param);
}

/** The price of an offer that a parameter names. Throws for an offer that is archived. */
export function trialPrice(stripe: Backend, id: string, param: string): string {
  const offer = offerOf(stripe, id, param);
  if (!offer.active) throw invalidRequest(`The trial offer \`${id}\` is archived.`, { param });
  return idOf(offer.price)!;
}

/** The trial of an item that begins now, and lasts for as many intervals of its price as the offer says. */
export function newTrial(stripe: Backend, id: string, price: Stripe.Price): Stripe.SubscriptionItem.CurrentTrial {
  const start = stripe.now();
  const { duration } = offerOf(stripe, id);
  const end = addIntervals(start, recurringOf(price), duration.relative?.iterations ?? 1);
  return { end_date: end, start_date: start, trial_offer: id };
}

/** An item as it is once its trial is over: at the price that the offer leads to. */
export function withoutTrial(stripe: Backend, item: Item, now: number): Item {
  const { current_trial: trial } = item;
  if (!trial || trial.end_date > now) return item;
  const next = idOf(offerOf(stripe, trial.trial_offer).end_behavior.transition?.price);
  if (next === undefined) return { ...item, current_trial: null };
  const price = shownPrice(withTiers(stripe, stripe.table<Stripe.Price>('price').get(next)));
  return { ...item, current_trial: null, plan: planOf(price), price };
}
