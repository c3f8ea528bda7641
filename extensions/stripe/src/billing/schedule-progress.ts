/** How subscription schedules go from phase to phase: https://docs.stripe.com/billing/subscriptions/subscription-schedules. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { methodFor } from './methods';
import { forgetUpdate } from './pending-updates';
import { DAY } from './periods';
import { phaseAt, scheduleTable } from './schedule-data';
import { itemParams, type Phase, subscriptionParams } from './schedule-phases';
import { intervalOf } from './changed-items';
import { updateSubscription } from './subscription-changes';
import { periodEnd, scheduleAll, subscriptionTable } from './subscription-data';
import { cancelSubscription } from './subscription-end';
import { billingModeParams } from './subscription-fields';
import { createSubscription } from './subscriptions';

type Schedule = Stripe.SubscriptionSchedule;

/** How long before its end a schedule is announced to expire: seven days. */
const ANNOUNCED_BEFORE_END = 7 * DAY;

/** The next phase has to begin before the subscription renews at the same time: so its jobs are put behind that of the schedule. */
export function attach(
  stripe: Backend,
  subscription: string,
  schedule: string,
  event?: 'customer.subscription.updated',
): void {
  scheduleAll(stripe, subscriptionTable(stripe).update(subscription, { schedule }, event));
}

/** Begins the phase whose time has come, or ends the schedule. */
export function advance(stripe: Backend, id: string): void {
  const schedule = scheduleTable(stripe).find(id);
  if (schedule === undefined || (schedule.status !== 'active' && schedule.status !== 'not_started')) return;
  const phase = phaseAt(schedule, stripe.now());
  if (phase !== undefined) enter(stripe, schedule, phase, phase.proration_behavior);
  else complete(stripe, schedule);
}

/** Goes through the phases that begin or end up to a time, each at its own. */
export function advanceUntil(stripe: Backend, id: string, time: number): void {
  for (;;) {
    const { status, current_phase: current, phases } = scheduleTable(stripe).get(id);
    const next = status === 'not_started' ? phases[0]!.start_date : status === 'active' ? current?.end_date : undefined;
    if (next === undefined || next > time) return;
    stripe.as({ time: next }, () => advance(stripe, id));
  }
}

export function enter(stripe: Backend, schedule: Schedule, phase: Phase, proration: string): void {
  const table = scheduleTable(stripe);
  planEnd(stripe, schedule, phase);
  const current = { current_phase: { start_date: phase.start_date, end_date: phase.end_date } };
  const known = idOf(schedule.subscription);
  if (known === undefined) {
    const made = createSubscription(stripe, {
      customer: idOf(schedule.customer)!,
      currency: phase.currency,
      billing_mode: billingModeParams(schedule.billing_mode),
      items: itemParams(phase),
      // A customer without a way to pay gets an invoice that waits; nobody is there to be told.
      payment_behavior:
        methodFor(stripe, idOf(schedule.customer)!) === undefined ? 'default_incomplete' : 'allow_incomplete',
      ...(subscriptionParams(phase, schedule.default_settings) as Stripe.SubscriptionCreateParams),
      ...(phase.trial_end !== null && { trial_end: phase.trial_end }),
      ...(phase.start_date < schedule.created && { backdate_start_date: phase.start_date }),
    });
    table.update(schedule.id, { ...current, status: 'active', subscription: made.id }, 'subscription_schedule.updated');
    attach(stripe, made.id, schedule.id);
    return;
  }
  const subscription = subscriptionTable(stripe).get(known);
  // At the end of a period there is nothing to charge or credit a share of.
  const isBoundary = periodEnd(subscription) === stripe.now();
  const begins = phase.start_date === stripe.now();
  const anchor = phase.billing_cycle_anchor ?? schedule.default_settings.billing_cycle_anchor;
  const isTrial = phase.trial_end !== null && phase.trial_end > stripe.now();
  const isAnchored = anchor === 'phase_start' || hasOtherInterval(stripe, subscription, phase);
  forgetUpdate(stripe, known);
  updateSubscription(
    stripe,
    known,
    {
      ...subscriptionParams(phase, schedule.default_settings),
      ...(begins && isAnchored && !isTrial && { billing_cycle_anchor: { type: 'now' } }),
      ...(isTrial && { trial_end: phase.trial_end! }),
      items: changedItems(subscription, phase),
      proration_behavior: isBoundary ? 'none' : proration,
      payment_behavior: 'allow_incomplete',
    },
    { billsUsage: isBoundary || proration !== 'none' },
  );
  table.update(schedule.id, current, 'subscription_schedule.updated');
}

/** Whether a phase recurs at other times than its subscription until then: an anchor that is `automatic` is moved for that. */
function hasOtherInterval(stripe: Backend, { items }: Stripe.Subscription, phase: Phase): boolean {
  const prices = stripe.table<Stripe.Price>('price');
  const wanted = phase.items.map(({ price }) => ({ price: prices.get(idOf(price)!) }));
  return intervalOf(items.data) !== intervalOf(wanted);
}

/** The items of a phase: those with a price that the subscription has are changed, the others are added, the rest goes. */
function changedItems(subscription: Stripe.Subscription, phase: Phase): Stripe.SubscriptionUpdateParams.Item[] {
  const free = [...subscription.items.data];
  const wanted = itemParams(phase).map((item) => {
    const place = free.findIndex(({ price }) => price.id === item.price);
    const [same] = place === -1 ? [] : free.splice(place, 1);
    return same ? { ...item, id: same.id } : item;
  });
  return [...wanted, ...free.map(({ id }) => ({ id, deleted: true }))] as Stripe.SubscriptionUpdateParams.Item[];
}

/** A phase ends by itself; the end of the last one is announced, unless it begins again. */
export function planEnd(stripe: Backend, { id, phases, end_behavior: behavior }: Schedule, phase: Phase): void {
  stripe.jobs.schedule('subscription_schedule.advance', id, phase.end_date);
  stripe.jobs.cancel(id, 'subscription_schedule.expire_soon');
  const announced = phase.end_date - ANNOUNCED_BEFORE_END;
  const isLast = phases.at(-1)?.end_date === phase.end_date;
  if (isLast && behavior !== 'renew' && announced > stripe.now()) {
    stripe.jobs.schedule('subscription_schedule.expire_soon', id, announced);
  }
}

/** The last phase once more, as long as it was. */
function renewLast(stripe: Backend, schedule: Schedule): void {
  const last = schedule.phases.at(-1)!;
  const length = last.end_date - last.start_date;
  const again = { ...last, start_date: last.end_date, end_date: last.end_date + length, trial_end: null };
  const renewed = scheduleTable(stripe).update(
    schedule.id,
    { phases: [...schedule.phases, again] },
    'subscription_schedule.updated',
  );
  enter(stripe, renewed, again, again.proration_behavior);
}

/** `none` and `renew` are what `cancel` and another round of the last phase were called once. */
function complete(stripe: Backend, schedule: Schedule): void {
  const subscription = idOf(schedule.subscription);
  if (schedule.end_behavior === 'renew' && subscription !== undefined) {
    renewLast(stripe, schedule);
    return;
  }
  const isCanceled = schedule.end_behavior === 'cancel' || schedule.end_behavior === 'none';
  if (!isCanceled || subscription === undefined) {
    stripe.emit('subscription_schedule.completed', release(stripe, schedule.id));
    return;
  }
  const change = { status: 'completed', completed_at: stripe.now(), current_phase: null } as const;
  const completed = scheduleTable(stripe).update(schedule.id, change);
  stripe.emit('subscription_schedule.completed', completed);
  cancelSubscription(stripe, subscription);
}

/** The subscription goes on by itself. */
export function release(stripe: Backend, id: string): Schedule {
  const before = scheduleTable(stripe).get(id);
  const subscription = idOf(before.subscription);
  stripe.jobs.cancel(id);
  if (subscription !== undefined)
    subscriptionTable(stripe).update(subscription, { schedule: null }, 'customer.subscription.updated');
  const released = scheduleTable(stripe).update(id, {
    current_phase: null,
    released_at: stripe.now(),
    released_subscription: subscription ?? null,
    status: 'released',
    subscription: null,
  });
  stripe.emit('subscription_schedule.released', released);
  return released;
}
