import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { blank } from '../spec/shapes';
import { readDiscounts, type DiscountParams } from './discounts';
import { newTrial, trialPrice } from './current-trials';
import { ANNOUNCED_BEFORE } from './invoice-settings';
import { DAY, HOUR, nextPeriod, type Period } from './periods';
import { checkSold, isMetered, planOf, recurringOf, resolvePrice, shownPrice, type GivenPriceData } from './prices';

export type Subscription = Stripe.Subscription;
export type Item = Stripe.SubscriptionItem;

/** What is kept beside a subscription. */
export interface SubscriptionSecret {
  /** Set while it is being made: its first payment is not a change yet. */
  readonly isNew?: boolean;
  /** What it becomes once the invoice of a pending update is paid. */
  readonly pending?: { readonly invoice: string; readonly subscription: Subscription };
  /** What it becomes once the invoice of its resumption is paid; it is paused until then. */
  readonly resumption?: { readonly invoice: string; readonly subscription: Subscription };
}

/** What of the parameters describes one item. */
export interface GivenItem {
  readonly id?: string;
  readonly deleted?: boolean;
  readonly clear_usage?: boolean;
  readonly price?: string;
  readonly plan?: string;
  readonly price_data?: unknown;
  readonly isAgreed?: boolean;
  readonly current_trial?: { readonly trial_offer: string };
  readonly quantity?: number;
  readonly metadata?: Record<string, string | number | null> | '' | null;
  readonly tax_rates?: readonly string[] | '' | null;
  readonly discounts?: readonly DiscountParams[] | '';
  readonly billing_thresholds?: { readonly usage_gte: number } | '';
}

/** How long the first payment may take before the subscription expires. */
export const FIRST_PAYMENT_TIME = 23 * HOUR;
const TRIAL_REMINDER = 3 * DAY;
const RUNNING: ReadonlySet<string> = new Set(['active', 'past_due', 'trialing', 'unpaid']);

export function subscriptionTable(stripe: Backend): Table<Subscription, SubscriptionSecret> {
  return stripe.table<Subscription, SubscriptionSecret>('subscription');
}

interface OwnedItem {
  readonly item: Item;
  readonly subscription: Subscription;
}

/** The item under an identifier, and its subscription. */
export function findItem(stripe: Backend, id: string): OwnedItem {
  const found = itemIn(stripe, id);
  if (!found) throw new StripeError(404, 'invalid_request_error', `Invalid subscription_item id: ${id}`);
  return found;
}

/** The same; undefined where no subscription has it any more. */
export function itemIn(stripe: Backend, id: string): OwnedItem | undefined {
  const subscription = subscriptionTable(stripe).first({ by: { 'items.data': id } });
  const item = subscription?.items.data.find((each) => each.id === id);
  return subscription && item && { item, subscription };
}

/** Whose item it is, and in which currency they pay; that of the price where it says nothing. */
interface ItemOwner {
  readonly customer?: string | undefined;
  readonly currency?: string | undefined;
}

/** A new item. Its period is set with those of the others. */
export function newItem(stripe: Backend, subscription: string, given: GivenItem, at: string, of: ItemOwner): Item {
  const { trial_offer: offer } = given.current_trial ?? {};
  const price = resolvePrice(
    stripe,
    offer === undefined
      ? { ...given, price_data: given.price_data as GivenPriceData | undefined }
      : { price: trialPrice(stripe, offer, `${at}[current_trial][trial_offer]`) },
    at,
  );
  if (!price)
    throw invalidRequest(`Missing required param: ${at}[price].`, { code: 'parameter_missing', param: `${at}[price]` });
  recurringOf(price, `${at}[price]`);
  if (given.isAgreed !== true) checkSold(stripe, price, `${at}[price]`);
  checkQuantity(price, given.quantity, at);
  const shown = shownPrice(price);
  const id = stripe.newId('subscription_item');
  const owner = { customer: of.customer ?? null, subscription, subscription_item: id };
  return {
    ...blank('subscription_item'),
    id,
    created: stripe.now(),
    current_trial: offer === undefined ? null : newTrial(stripe, offer, price),
    discounts: readDiscounts(stripe, given.discounts, owner, {
      currency: of.currency?.toLowerCase() ?? price.currency,
      param: `${at}[discounts]`,
    }).map((discount) => discount.id),
    billing_thresholds: given.billing_thresholds === '' ? null : (given.billing_thresholds ?? null),
    metadata: mergeMetadata({}, given.metadata),
    plan: planOf(shown),
    price: shown,
    ...(!isMetered(price) && { quantity: given.quantity ?? 1 }),
    subscription,
    tax_rates: ratesOf(stripe, given.tax_rates, `${at}[tax_rates]`),
  } as unknown as Item;
}

/** Metered prices have no quantity: what was used counts. */
export function checkQuantity(price: Stripe.Price, quantity: number | undefined, at: string): void {
  if (quantity === undefined) return;
  if (isMetered(price)) {
    throw invalidRequest('You cannot set the quantity for metered plans.', { param: `${at}[quantity]` });
  }
  if (quantity < 0) {
    throw invalidRequest('Invalid non-negative integer', {
      code: 'parameter_invalid_integer',
      param: `${at}[quantity]`,
    });
  }
}

/** The tax rates under identifiers. Throws for an archived one, unless it is among those of `before`. */
export function ratesOf(
  stripe: Backend,
  ids: readonly string[] | '' | null | undefined,
  at: string,
  before: readonly Stripe.TaxRate[] | null = null,
): Stripe.TaxRate[] {
  if (!ids) return [];
  return ids.map((id, index) => {
    const rate = stripe.table<Stripe.TaxRate>('tax_rate').get(id, `${at}[${index}]`);
    if (rate.active || before?.some((each) => each.id === id)) return rate;
    throw invalidRequest(`The tax rate \`${id}\` is archived. Only active tax rates can be used.`, {
      param: `${at}[${index}]`,
    });
  });
}

/**
 * The fields of a subscription that its items decide: the list of them, and the plan and the quantity of the only one, which
 * the API shows though no declaration of the official package has them.
 */
export function holding(subscription: string, items: readonly Item[]): Pick<Subscription, 'items'> {
  const [only] = items.length === 1 ? items : [];
  const fields = {
    items: {
      object: 'list',
      data: [...items],
      has_more: false,
      total_count: items.length,
      url: `/v1/subscription_items?subscription=${subscription}`,
    },
    plan: only?.plan ?? null,
    quantity: only?.quantity ?? null,
  };
  return fields as unknown as Pick<Subscription, 'items'>;
}

/** The period of an item that begins at a time: up to the anchor where that is still to come, or else a whole interval. */
export function periodAt(
  item: Item,
  anchor: number,
  from: number,
  config?: Subscription['billing_cycle_anchor_config'],
): Period {
  const recurring = recurringOf(item.price);
  if (anchor > from) return { start: from, end: anchor };
  const { end } = nextPeriod(anchor, recurring, from, config?.day_of_month);
  return { start: from, end };
}

/** The whole interval that the period of an item is in, or a part of: up to an anchor, or to the end of the subscription. */
export function wholePeriod(
  { billing_cycle_anchor: anchor, billing_cycle_anchor_config: config }: Subscription,
  { price, current_period_start: start }: Item,
): Period {
  return nextPeriod(anchor, recurringOf(price), start, config?.day_of_month);
}

/** Items with periods that go no further than the end of their subscription. */
export function endingWith(items: readonly Item[], cancelAt: number | null): Item[] {
  return items.map((item) =>
    cancelAt !== null && item.current_period_start < cancelAt && cancelAt < item.current_period_end
      ? { ...item, current_period_end: cancelAt }
      : item,
  );
}

export function withPeriod(item: Item, { start, end }: Period): Item {
  return { ...item, current_period_start: start, current_period_end: end };
}

/** When the next of the items' periods ends. */
export function periodEnd({ items }: Subscription): number {
  return Math.min(...items.data.map((item) => item.current_period_end));
}

export function periodStart({ items }: Subscription): number {
  return Math.min(...items.data.map((item) => item.current_period_start));
}

/** Whether a subscription is billed in the flexible mode, rather than as all were once. */
export function isFlexible({ billing_mode: mode }: Pick<Subscription, 'billing_mode'>): boolean {
  return mode.type === 'flexible';
}

export function isRunning({ status }: Subscription): boolean {
  return RUNNING.has(status);
}

/** Puts everything that is to happen to a subscription in the calendar, and takes out what was there. */
export function scheduleAll(stripe: Backend, subscription: Subscription): void {
  const {
    id,
    status,
    cancel_at: cancelAt,
    trial_end: trialEnd,
    pause_collection: pause,
    pending_update: pending,
    next_pending_invoice_item_invoice: nextItems,
  } = subscription;
  const now = stripe.now();
  stripe.jobs.cancel(id);
  if (status === 'incomplete') {
    stripe.jobs.schedule('subscription.expire', id, subscription.created + FIRST_PAYMENT_TIME);
    return;
  }
  if (!isRunning(subscription)) return;
  const end = periodEnd(subscription);
  if (cancelAt !== null && cancelAt <= end) {
    stripe.jobs.schedule('subscription.cancel', id, cancelAt);
  } else {
    const announced = end - ANNOUNCED_BEFORE;
    if (announced > now && announced > periodStart(subscription))
      stripe.jobs.schedule('invoice.upcoming', id, announced);
    stripe.jobs.schedule('subscription.renew', id, end);
  }
  if (status === 'trialing' && trialEnd !== null && trialEnd - TRIAL_REMINDER > now) {
    stripe.jobs.schedule('subscription.trial_will_end', id, trialEnd - TRIAL_REMINDER);
  }
  if (pause && pause.resumes_at !== null) stripe.jobs.schedule('subscription.collect_again', id, pause.resumes_at);
  if (nextItems) stripe.jobs.schedule('subscription.bill_pending', id, nextItems);
  if (pending) stripe.jobs.schedule('subscription.forget_update', id, pending.expires_at);
}

/** Whether a trial of so little time is announced at once. */
export function endsSoon(stripe: Backend, { status, trial_end: end }: Subscription): boolean {
  return status === 'trialing' && end !== null && end - TRIAL_REMINDER <= stripe.now();
}

export function customerOf(subscription: Subscription): string {
  return idOf(subscription.customer)!;
}
