/** Billing in advance for several periods: https://docs.stripe.com/billing/subscriptions/prebilling. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { proratedShare } from './amounts';
import { addIntervals, nextPeriod, type Period } from './periods';
import { isMetered, recurringOf } from './prices';
import type { Item, Subscription } from './subscription-data';

type Schedule = Stripe.Subscription.BillingSchedule;
type Given = Stripe.SubscriptionUpdateParams.BillingSchedule;

const KEY_LENGTH = 24;

interface Reading {
  /** The parameter that is read. */
  readonly at: string;
  readonly isNew: boolean;
}

/** Until when an item is paid: the end of its period, or later. */
export function billedUntil({ billed_until: until, current_period_end: end }: Item): number {
  return Math.max(until ?? end, end);
}

/**
 * A subscription with the schedules that parameters describe: their items are billed until the times that these come to. Throws for schedules
 * that cannot be. `billing_schedules` left out changes nothing; an empty one forgets the schedules, but not what was billed.
 */
export function withSchedules(
  stripe: Backend,
  subscription: Subscription,
  params: Pick<Stripe.SubscriptionUpdateParams, 'billing_schedules' | 'proration_behavior'>,
  { isNew }: { readonly isNew: boolean },
): Subscription {
  const { billing_schedules: given, proration_behavior: behavior } = params;
  if (given === undefined) return subscription;
  if (!given || given.length === 0) return { ...subscription, billing_schedules: [] };
  check(subscription, behavior);
  const schedules = given.map((each, index) =>
    read(stripe, subscription, each, { at: `billing_schedules[${index}]`, isNew }),
  );
  const data = subscription.items.data.map((item) => {
    const [latest] = schedules
      .filter((schedule) => appliesTo(schedule, item))
      .map(({ bill_until: { computed_timestamp: until } }) => until)
      .sort((one, other) => other - one);
    return latest === undefined ? item : { ...item, billed_until: Math.max(latest, billedUntil(item)) };
  });
  return { ...subscription, billing_schedules: schedules, items: { ...subscription.items, data } };
}

function check(subscription: Subscription, behavior: string | undefined): void {
  const refused = (message: string): Error => invalidRequest(message, { param: 'billing_schedules' });
  if (subscription.billing_mode.type !== 'flexible') {
    throw refused('Billing schedules need a subscription with the billing mode `flexible`.');
  }
  if (behavior === 'none') throw refused('You cannot set `billing_schedules` with `proration_behavior` set to `none`.');
  if (subscription.schedule) throw refused('Billing schedules are not available with a subscription schedule.');
  if (subscription.items.data.every(({ price }) => isMetered(price))) {
    throw refused('Billing schedules need at least one price that is not metered.');
  }
}

function read(stripe: Backend, subscription: Subscription, given: Given, { at, isNew }: Reading): Schedule {
  const { bill_until: until, applies_to: places, key } = given;
  const known = subscription.billing_schedules.find((each) => each.key === key);
  if (known && until === undefined) return known;
  if (until === undefined) throw parameterMissing(`${at}[bill_until]`);
  const applies = (places ?? []).map(({ price, type }, index) => {
    const param = `${at}[applies_to][${index}][price]`;
    const item = subscription.items.data.find((each) => each.price.id === price);
    if (!item) throw invalidRequest(`The subscription has no item with the price \`${price ?? ''}\`.`, { param });
    if (isMetered(item.price)) throw invalidRequest('Metered prices cannot be billed in advance.', { param });
    return { price: price!, type };
  });
  const { duration, timestamp, type } = until;
  const schedule = {
    applies_to: places ? applies : null,
    bill_until: {
      duration: duration ? { interval: duration.interval, interval_count: duration.interval_count ?? 1 } : null,
      timestamp: timestamp ?? null,
      type,
    },
    key: key ?? stripe.secret(KEY_LENGTH),
  };
  const named = subscription.items.data.filter((item) => appliesTo(schedule, item));
  const ends = named.map((item) => computed(schedule.bill_until, item, { at: `${at}[bill_until]`, isNew }));
  return { ...schedule, bill_until: { ...schedule.bill_until, computed_timestamp: Math.max(...ends) } };
}

/** A duration counts from the beginning of a new subscription, and from what is billed already of another. */
function computed(
  { duration, timestamp, type }: Omit<Schedule['bill_until'], 'computed_timestamp'>,
  item: Item,
  { at, isNew }: Reading,
): number {
  const value = type === 'timestamp' ? timestamp : duration;
  if (value === null) {
    throw parameterMissing(`${at}[${type}]`);
  }
  const from = isNew ? item.current_period_start : billedUntil(item);
  const until =
    typeof value === 'number' ? value : addIntervals(from, { ...value, interval_count: value.interval_count ?? 1 }, 1);
  if (until < item.current_period_end) {
    throw invalidRequest('A billing schedule covers at least one service period of each of its items.', {
      param: `${at}[${type}]`,
    });
  }
  return until;
}

function appliesTo({ applies_to: places }: Pick<Schedule, 'applies_to'>, { price }: Item): boolean {
  if (isMetered(price)) return false;
  return places === null || places.some((each) => idOf(each.price) === price.id);
}

/** The periods of an item from a time on until another, of which the last may be cut off, and the whole ones that they are parts of. */
export function periodsBetween(
  { billing_cycle_anchor: anchor, billing_cycle_anchor_config: config }: Subscription,
  item: Item,
  { start, end }: Period,
): { readonly period: Period; readonly whole: Period }[] {
  const found = [];
  for (let from = start; from < end;) {
    const whole = nextPeriod(anchor, recurringOf(item.price), from, config?.day_of_month);
    const until = Math.min(whole.end, end);
    found.push({ period: { start: from, end: until }, whole });
    from = until;
  }
  return found;
}

/** What of an amount for a whole period falls into a time, which may go over several periods. */
export function shareWithin(subscription: Subscription, item: Item, time: Period): (amount: number) => number {
  const parts = periodsBetween(subscription, item, time);
  return (amount) =>
    parts.reduce(
      (sum, { period, whole }) => sum + proratedShare(amount, period.end - period.start, whole.end - whole.start),
      0,
    );
}
