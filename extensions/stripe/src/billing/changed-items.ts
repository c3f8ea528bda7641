/** Items of a subscription that are changed, added and taken out. */
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { newTrial, trialPrice } from './current-trials';
import { readDiscounts } from './discounts';
import type { Period } from './periods';
import { checkSold, type GivenPriceData, isMetered, planOf, recurringOf, resolvePrice, shownPrice } from './prices';
import {
  checkQuantity,
  customerOf,
  type GivenItem,
  type Item,
  newItem,
  periodAt,
  ratesOf,
  type Subscription,
  withPeriod,
} from './subscription-data';
import { omit } from '../kernel/omit';

export function changeItems(stripe: Backend, before: Subscription, given: readonly GivenItem[]): Item[] {
  const items = [...before.items.data];
  for (const [index, each] of given.entries()) {
    const at = `items[${index}]`;
    const named = items.findIndex(({ id }) => id === each.id);
    // localstripe has one item in a subscription, which is meant whatever identifier is given.
    const place = named === -1 && stripe.isLoose && items.length === 1 && given.length === 1 ? 0 : named;
    if (place === -1) {
      if (each.id !== undefined) {
        throw invalidRequest(`No subscription item with this ID (${each.id}) on the subscription.`, {
          code: 'resource_missing',
          param: `${at}[id]`,
        });
      }
      const item = newItem(stripe, before.id, each, at, { customer: customerOf(before), currency: before.currency });
      items.push(withPeriod(item, periodLike(stripe, before, items, item)));
      continue;
    }
    if (each.deleted === true) {
      items.splice(place, 1);
      continue;
    }
    const [former] = items.splice(place, 1);
    const item = changeItem(stripe, former!, each, at, before);
    const isMoved = intervalOf([former!]) !== intervalOf([item]);
    items.splice(place, 0, isMoved ? withPeriod(item, periodLike(stripe, before, items, item)) : item);
  }
  return items;
}

/** The period of an item that others join: that of one with the same interval, or else from now on up to the next of its own in the cycle. */
function periodLike(
  stripe: Backend,
  { billing_cycle_anchor: anchor, billing_cycle_anchor_config: config, status, trial_end: end }: Subscription,
  items: readonly Item[],
  item: Item,
): Period {
  const like = items.find(({ price }) => intervalOf([{ price }]) === intervalOf([item]));
  if (like) return { start: like.current_period_start, end: like.current_period_end };
  if (status === 'trialing' && end !== null) return { start: stripe.now(), end };
  return periodAt(item, anchor, stripe.now(), config);
}

function changeItem(stripe: Backend, item: Item, given: GivenItem, at: string, before: Subscription): Item {
  const { trial_offer: offer } = given.current_trial ?? {};
  const other = resolvePrice(
    stripe,
    offer === undefined
      ? { ...given, price_data: given.price_data as GivenPriceData | undefined }
      : { price: trialPrice(stripe, offer, `${at}[current_trial][trial_offer]`) },
    at,
  );
  if (other) recurringOf(other, `${at}[price]`);
  if (other && other.id !== item.price.id && given.isAgreed !== true) checkSold(stripe, other, `${at}[price]`);
  const price = other ? shownPrice(other) : item.price;
  checkQuantity(price, given.quantity, at);
  return {
    ...omit(item, 'quantity'),
    ...(other && { current_trial: offer === undefined ? null : newTrial(stripe, offer, price) }),
    plan: other ? planOf(price) : item.plan,
    price,
    // With another price the quantity is one again, unless it is said with it.
    ...(!isMetered(price) && {
      quantity: given.quantity ?? (price.id === item.price.id ? item.quantity : undefined) ?? 1,
    }),
    metadata: mergeMetadata(item.metadata, given.metadata),
    ...(given.discounts !== undefined && {
      discounts: readDiscounts(
        stripe,
        given.discounts,
        { customer: customerOf(before), subscription: item.subscription, subscription_item: item.id },
        { before: item.discounts, currency: before.currency, param: `${at}[discounts]` },
      ).map((each) => each.id),
    }),
    ...(given.tax_rates !== undefined && {
      tax_rates: ratesOf(stripe, given.tax_rates, `${at}[tax_rates]`, item.tax_rates),
    }),
  };
}

export function sameItems(one: readonly Item[], other: readonly Item[]): boolean {
  const key = (items: readonly Item[]): string =>
    JSON.stringify(items.map(({ id, price, quantity }) => [id, price.id, quantity]));
  return key(one) === key(other);
}

/** The intervals of items, for comparison. */
export function intervalOf(items: readonly Pick<Item, 'price'>[]): string {
  const each = items.map(({ price }) => `${price.recurring?.interval_count} ${price.recurring?.interval}`);
  return [...new Set(each)].sort().join();
}
