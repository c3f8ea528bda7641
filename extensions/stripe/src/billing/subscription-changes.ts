import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { billedUntil, withSchedules } from './billing-schedules';
import { changeItems, intervalOf, sameItems } from './changed-items';
import { readDiscounts } from './discounts';
import { finalizeInvoice } from './finalize-invoice';
import { pendingItems } from './invoice-items';
import { methodFor } from './methods';
import { noPaymentMethod, payInvoice, unfinished } from './pay-invoice';
import { checkPending, postpone } from './pending-updates';
import { isMetered } from './prices';
import { chargedSince, prorate } from './prorations';
import { settleUsage } from './removed-usage';
import { endTrialWithoutMethod, trialEndOf } from './renewals';
import { checkItems, checkTrialEnd, MOST_ITEMS } from './subscription-checks';
import {
  customerOf,
  endingWith,
  type GivenItem,
  isFlexible,
  type Item,
  periodAt,
  scheduleAll,
  type Subscription,
  subscriptionTable,
  wholePeriod,
  withPeriod,
  holding,
} from './subscription-data';
import {
  addItemsOf,
  advanceLines,
  billSubscription,
  itemAmount,
  laterLines,
  usageLines,
} from './subscription-invoices';
import { plainFields } from './subscription-fields';
import { ending } from './cancel-times';

type UpdateParams = Stripe.SubscriptionUpdateParams;

type Line = Stripe.InvoiceLineItem;

/** What a change does to the periods of a subscription. */
interface Change {
  readonly after: Subscription;
  /** The periods begin anew, and are paid at once. */
  readonly isReset: boolean;
  /** Whether items are others than before, or their periods end at another time. */
  readonly isPriced: boolean;
}

export interface ChangeOptions {
  /** Whether what was used of prices that go is billed; as prorations are, where it is left out. */
  readonly billsUsage?: boolean;
}

/** Changes a subscription, and charges or credits the difference: https://docs.stripe.com/api/subscriptions/update. */
export function updateSubscription(
  stripe: Backend,
  id: string,
  given: UpdateParams,
  { billsUsage = given.proration_behavior !== 'none' }: ChangeOptions = {},
): Subscription {
  const before = subscriptionTable(stripe).get(id);
  checkOpen(before, given);
  if (given.payment_behavior === 'pending_if_incomplete') checkPending(before, given);
  if (given.trial_end === 'now' && before.status === 'trialing' && trialEndOf(stripe, before) !== 'create_invoice') {
    return stripe.onClockOf(customerOf(before), () => {
      updateSubscription(stripe, id, omit(given, 'trial_end'));
      endTrialWithoutMethod(stripe, subscriptionTable(stripe).update(id, { trial_end: stripe.now() }));
      return subscriptionTable(stripe).get(id);
    });
  }
  return stripe.onClockOf(customerOf(before), () => {
    const date = prorationDate(stripe, before, given);
    const { after, isReset, isPriced } = changed(stripe, before, given);
    const isClassic = !isFlexible(before);
    const table = subscriptionTable(stripe);
    table.update(id, after);
    // A new cycle begins with an invoice for all that was used.
    if (!isReset) settleUsage(stripe, before, after, { isBilled: billsUsage });
    if (given.add_invoice_items) addItemsOf(stripe, after, given.add_invoice_items);
    const behavior = given.proration_behavior ?? 'create_prorations';
    if ((isPriced || isReset) && behavior !== 'none' && before.status !== 'incomplete') {
      prorate(stripe, before, after, { date, isReset });
    }
    // What is bought once waits for an invoice that something else makes.
    const isInvoiced =
      behavior === 'always_invoice' && (isPriced || (isClassic && given.add_invoice_items !== undefined));
    const isBilled = isReset || isInvoiced || given.billing_schedules;
    if (isBilled) bill(stripe, before, after, given, { isReset, date });
    const now = table.get(id);
    scheduleAll(stripe, now);
    stripe.emitChange('customer.subscription.updated', before, now);

    return now;
  });
}

/** From when a change counts: a time of the period that there is. With localstripe another one says nothing. */
function prorationDate(stripe: Backend, before: Subscription, { proration_date: date }: UpdateParams): number {
  if (date === undefined) return stripe.now();
  const ends = before.items.data.map((item) => item.current_period_end);
  const since = Math.min(...before.items.data.map((item) => chargedSince(before, item)));
  if (date >= since && date <= Math.max(...ends)) return date;
  if (stripe.isLoose) return stripe.now();
  throw invalidRequest('Cannot specify a proration date outside of the current subscription period.', {
    param: 'proration_date',
  });
}

function checkOpen(before: Subscription, given: UpdateParams): void {
  if (before.status === 'canceled' || before.status === 'incomplete_expired') {
    const allowed = new Set(['cancellation_details', 'metadata', 'expand']);
    if (Object.keys(given).every((name) => allowed.has(name))) return;
    throw invalidRequest('A canceled subscription can only update its cancellation_details and metadata.', {
      code: 'invalid_canceled_subscription_fields',
    });
  }
}

/** Why a subscription ends can be told once it is to end. */
function checkCancellationDetails(before: Subscription, given: UpdateParams): void {
  const isToEnd = before.cancel_at !== null || Boolean(given.cancel_at) || given.cancel_at_period_end === true;
  if (!given.cancellation_details || isToEnd || before.ended_at !== null) return;
  throw invalidRequest('`cancellation_details` can only be set on subscriptions that are set to cancel.');
}

/** The subscription as it is to be. */
function changed(stripe: Backend, before: Subscription, given: UpdateParams): Change {
  const now = stripe.now();
  const items = given.items ? changeItems(stripe, before, given.items as readonly GivenItem[]) : before.items.data;
  if (items.length === 0) {
    throw invalidRequest(
      'A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on /v1/subscriptions.',
      { param: 'items' },
    );
  }
  if (items.length > Math.max(MOST_ITEMS, before.items.data.length)) {
    throw invalidRequest(
      `Customer ${customerOf(before)} already has the maximum ${MOST_ITEMS} items per subscription`,
      {
        param: 'items',
      },
    );
  }
  if (given.items) checkItems(stripe, items, { currency: before.currency, billing_mode: before.billing_mode });
  const isPriced = given.items !== undefined && !sameItems(before.items.data, items);
  const fields: Partial<Subscription> = {
    ...plainFields(stripe, given, before),
    ...(given.discounts !== undefined && {
      discounts: readDiscounts(
        stripe,
        given.discounts,
        { customer: customerOf(before), subscription: before.id },
        { before: before.discounts, currency: before.currency },
      ).map((each) => each.id),
    }),
    ...(given.cancellation_details && {
      cancellation_details: { ...before.cancellation_details!, ...filled(given.cancellation_details) },
    }),
    ...(given.pause_collection !== undefined && {
      pause_collection: given.pause_collection ? { resumes_at: null, ...given.pause_collection } : null,
    }),
  };
  checkCancellationDetails(before, given);
  const trial = trialChange(before, given, now);
  const anchorType =
    typeof given.billing_cycle_anchor === 'object' ? given.billing_cycle_anchor.type : given.billing_cycle_anchor;
  const isTrialing = (trial?.status ?? before.status) === 'trialing';
  const isReset =
    !isTrialing && (trial !== undefined || anchorType === 'now' || (isPriced && resetsByItself(stripe, before, items)));

  const draft = { ...before, ...fields, ...trial, ...holding(before.id, items) };
  const after = isReset || trial ? withPeriods(draft, isReset ? now : draft.billing_cycle_anchor, now) : draft;
  const ended = withTrialEnd({ ...after, ...ending(after, given, now) });
  const isMoved = !isReset && !isTrialing && ended.cancel_at !== before.cancel_at;
  const moved = withSchedules(stripe, isMoved ? withEnd(ended, given) : ended, given, { isNew: false });
  return {
    after: moved,
    isReset: isReset || (trial !== undefined && isTrialing && before.status !== 'trialing'),
    isPriced: isPriced || periodEnds(moved) !== periodEnds(ended),
  };
}

/**
 * Whether other items begin a new cycle without being told to, which they do in the classic mode alone: they recur at other times, or cost
 * something where the former ones were free. No quantity is not free.
 */
function resetsByItself(stripe: Backend, before: Subscription, items: readonly Item[]): boolean {
  if (isFlexible(before)) return false;
  if (intervalOf(before.items.data) !== intervalOf(items)) return true;
  const isFree = (item: Item): boolean =>
    itemAmount(stripe, { ...item, quantity: 1 }, before.currency) === 0 && !isMetered(item.price);
  return before.status === 'active' && before.items.data.every(isFree) && !items.every(isFree);
}

/**
 * Periods that go up to the end of the subscription where that comes first; whole ones where there are to be no prorations, or it ends with the
 * first of them.
 */
function withEnd(subscription: Subscription, { proration_behavior: behavior }: UpdateParams): Subscription {
  const whole = subscription.items.data.map((item) => ({
    ...item,
    current_period_end: wholePeriod(subscription, item).end,
  }));
  const isWhole = behavior === 'none' || subscription.cancel_at_period_end;
  const items = isWhole ? whole : endingWith(whole, subscription.cancel_at);
  return { ...subscription, ...holding(subscription.id, items) };
}

/** In the classic mode a trial is over when its subscription ends. */
function withTrialEnd(subscription: Subscription): Subscription {
  const { cancel_at: at, status, trial_end: end } = subscription;
  if (isFlexible(subscription) || status !== 'trialing' || at === null || end === null || at >= end)
    return subscription;
  return { ...subscription, trial_end: at };
}

function periodEnds({ items }: Subscription): string {
  return items.data.map((item) => item.current_period_end).join();
}

/** New periods from now on: whole ones, or the trial. */
function withPeriods(subscription: Subscription, anchor: number, now: number): Subscription {
  const { status, trial_end: trialEnd } = subscription;
  const items = subscription.items.data.map((item) =>
    withPeriod(
      omit(item, 'billed_until'),
      status === 'trialing'
        ? { start: now, end: trialEnd! }
        : periodAt(item, anchor, now, subscription.billing_cycle_anchor_config),
    ),
  );
  return { ...subscription, billing_cycle_anchor: anchor, ...holding(subscription.id, items) };
}

/** What `trial_end` changes; undefined where it changes nothing. */
function trialChange(before: Subscription, given: UpdateParams, now: number): Partial<Subscription> | undefined {
  const { trial_end: end } = given;
  if (end === undefined || end === before.trial_end) return undefined;
  if (end === 'now') {
    return before.status === 'trialing' ? { status: 'active', trial_end: now } : undefined;
  }
  checkTrialEnd(end, now);
  // In the classic mode it is the first trial that is kept.
  const keepsStart = before.status === 'trialing' || (!isFlexible(before) && before.trial_start !== null);
  return {
    status: 'trialing',
    trial_start: keepsStart ? before.trial_start : now,
    trial_end: end,
    billing_cycle_anchor: end,
  };
}

/** Bills a change at once, and has it paid as `payment_behavior` says. */
function bill(
  stripe: Backend,
  before: Subscription,
  after: Subscription,
  given: UpdateParams,
  { isReset, date }: { readonly isReset: boolean; readonly date: number },
): void {
  const { id } = after;
  const table = subscriptionTable(stripe);
  const now = stripe.now();
  const lines = isReset
    ? [...usageLines(stripe, before, before.items.data), ...advanceLines(stripe, after)]
    : [
        ...trialLines(stripe, before, after),
        ...after.items.data.flatMap((item) => laterLines(stripe, after, item, billedBefore(before, item))),
      ];
  if (
    isFlexible(after) &&
    lines.length === 0 &&
    pendingItems(stripe, customerOf(after), { subscription: id, currency: after.currency }).length === 0
  )
    return;
  const draft = billSubscription(stripe, after, {
    reason: 'subscription_update',
    lines,
    period: { start: now, end: now },
    prorationDate: date,
  });
  // An invoice that is sent is a draft for an hour, also where it comes to nothing.
  if (after.collection_method === 'send_invoice') return;
  const invoice = finalizeInvoice(stripe, draft.id);
  if (invoice.status === 'paid') return;
  const behavior = given.payment_behavior ?? 'allow_incomplete';
  if (behavior === 'default_incomplete') {
    if (before.status !== 'incomplete') table.update(id, { status: 'past_due' });
    return;
  }
  const hasMethod = methodFor(stripe, customerOf(after), id) !== undefined;
  if (!hasMethod && behavior !== 'pending_if_incomplete') throw noPaymentMethod();
  // A failure is a change of this one, not one of its own.
  table.hide(id, { isNew: true });
  const { error } = payInvoice(stripe, invoice.id, { off_session: given.off_session ?? false });
  table.hide(id, {});
  if (error === undefined) return;
  if (behavior === 'error_if_incomplete') throw unfinished(error).undoingWrites();
  if (behavior === 'pending_if_incomplete') postpone(stripe, before, after, invoice.id, given);
  else table.update(id, { status: 'past_due' });
}

/** Lines for the items that come to a trial, which cost nothing as long as it lasts. In the classic mode they are not mentioned. */
function trialLines(stripe: Backend, before: Subscription, after: Subscription): Line[] {
  if (after.status !== 'trialing' || !isFlexible(after)) return [];
  const isKept = (item: Item): boolean =>
    before.items.data.some(
      ({ id, price, quantity }) => id === item.id && price.id === item.price.id && quantity === item.quantity,
    );
  return advanceLines(stripe, after, { items: after.items.data.filter((item) => !isKept(item)) });
}

/** Until when an item is billed without what it is billed in advance: for its period, and for what it was billed before a change. */
function billedBefore(before: Subscription, item: Item): number {
  const former = before.items.data.find(({ id }) => id === item.id);
  return Math.max(former ? billedUntil(former) : 0, item.current_period_end);
}

function filled(given: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === '' ? null : (value as unknown)]),
  );
}
