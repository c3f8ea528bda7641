import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { blank } from '../spec/shapes';
import {
  itemParams,
  NO_INVOICE_SETTINGS,
  phaseOf,
  readPhases,
  subscriptionParams,
  type Phase,
} from './schedule-phases';
import { pauseJobs, planPauses, readPauses } from './pause-schedules';
import { DAY } from './periods';
import { methodFor } from './methods';
import { updateSubscription } from './subscription-changes';
import { periodEnd, scheduleAll, subscriptionTable } from './subscription-data';
import { cancelSubscription } from './subscription-end';
import { billingModeOf, billingModeParams, thresholdsOf } from './subscription-fields';
import { createSubscription } from './subscriptions';

type Schedule = Stripe.SubscriptionSchedule;

export function scheduleTable(stripe: Backend): Table<Schedule> {
  return stripe.table<Schedule>('subscription_schedule');
}

/** How long before its end a schedule is announced to expire: seven days. */
const ANNOUNCED_BEFORE_END = 7 * DAY;

/** https://docs.stripe.com/api/subscription_schedules */
export const subscriptionSchedules: DefineModule = (stripe) => {
  const table = scheduleTable(stripe);
  const onClock = (id: string, work: () => Schedule): Schedule => stripe.onClockOf(idOf(table.get(id).customer), work);
  return {
    operations: {
      'POST /v1/subscription_schedules': ({ params }) => createSchedule(stripe, params),
      'GET /v1/subscription_schedules/{id}': ({ path }) => table.get(path['id']!),
      'GET /v1/subscription_schedules': ({ params, url }) => {
        const { customer, scheduled } = params as Stripe.SubscriptionScheduleListParams;
        return table.page(url, params, {
          by: { customer },
          where: ({ status }) => scheduled === undefined || (status === 'not_started') === scheduled,
        });
      },
      'POST /v1/subscription_schedules/{id}': ({ path, params }) =>
        onClock(path['id']!, () => updateSchedule(stripe, path['id']!, params)),
      'POST /v1/subscription_schedules/{id}/cancel': ({ path, params }) =>
        onClock(path['id']!, () => cancelSchedule(stripe, path['id']!, params)),
      'POST /v1/subscription_schedules/{id}/release': ({ path }) =>
        onClock(path['id']!, () => {
          checkOpen(table.get(path['id']!), 'release', 'released');
          return release(stripe, path['id']!);
        }),
    },
    jobs: {
      ...pauseJobs,
      'subscription_schedule.advance': (_stripe, { subject }) => advance(stripe, subject),
      'subscription_schedule.expire_soon': (_stripe, { subject }) => {
        const schedule = table.find(subject);
        if (schedule?.status === 'active') stripe.emit('subscription_schedule.expiring', schedule);
      },
    },
    reactions: {
      'customer.subscription.deleted': (subscription: Stripe.Subscription) => {
        const id = idOf(subscription.schedule);
        const schedule = id === undefined ? undefined : table.find(id);
        if (schedule?.status !== 'active') return;
        stripe.jobs.cancel(schedule.id);
        const canceled = table.update(schedule.id, {
          status: 'canceled',
          canceled_at: stripe.now(),
          current_phase: null,
        });
        const isUnpaid = subscription.cancellation_details?.reason === 'payment_failed';
        stripe.emit(`subscription_schedule.${isUnpaid ? 'aborted' : 'canceled'}`, canceled);
      },
    },
  };
};

/** Makes a schedule, and its subscription where it begins at once. */
export function createSchedule(stripe: Backend, given: Stripe.SubscriptionScheduleCreateParams): Schedule {
  if (given.from_subscription !== undefined) return fromSubscription(stripe, given.from_subscription, given);
  if (given.customer === undefined) throw parameterMissing('customer');
  if (given.phases === undefined || given.phases.length === 0) throw parameterMissing('phases');
  const customer = stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  return stripe.onClockOf(customer.id, () => {
    const now = stripe.now();
    const start = given.start_date === undefined || given.start_date === 'now' ? now : given.start_date;
    const made = newSchedule(stripe, given, customer.id, readPhases(stripe, given.phases!, start));
    const schedule = { ...made, pause_schedules: readPauses(stripe, given.pause_schedules, made) };
    scheduleTable(stripe).insert(schedule);
    stripe.emit('subscription_schedule.created', schedule);
    if (start > now) stripe.jobs.schedule('subscription_schedule.advance', schedule.id, start);
    else advance(stripe, schedule.id);
    planPauses(stripe, scheduleTable(stripe).get(schedule.id));
    return scheduleTable(stripe).get(schedule.id);
  });
}

function newSchedule(
  stripe: Backend,
  given: Stripe.SubscriptionScheduleCreateParams,
  customer: string,
  phases: readonly Phase[],
): Schedule {
  const { default_settings: settings } = given;
  return {
    ...blank('subscription_schedule'),
    application: applicationOf(stripe),
    id: stripe.newId('subscription_schedule'),
    billing_mode: billingModeOf(given.billing_mode),
    created: stripe.now(),
    customer,
    default_settings: {
      application_fee_percent: settings?.application_fee_percent ?? null,
      automatic_tax: { disabled_reason: null, enabled: settings?.automatic_tax?.enabled ?? false, liability: null },
      billing_cycle_anchor: settings?.billing_cycle_anchor ?? 'automatic',
      billing_thresholds: thresholdsOf(settings?.billing_thresholds),
      collection_method: settings?.collection_method ?? 'charge_automatically',
      default_payment_method: settings?.default_payment_method ?? null,
      description: settings?.description || null,
      invoice_settings: {
        ...NO_INVOICE_SETTINGS,
        issuer: { type: 'self' },
        ...settings?.invoice_settings,
      },
      on_behalf_of: settings?.on_behalf_of || null,
      transfer_data: settings?.transfer_data ? { amount_percent: null, ...settings.transfer_data } : null,
    },
    end_behavior: given.end_behavior ?? 'release',
    metadata: mergeMetadata(undefined, given.metadata),
    phases,
    status: 'not_started',
    test_clock: stripe.clock,
  } as unknown as Schedule;
}

/** Puts a subscription that runs already on a schedule: its period is the first phase. */
function fromSubscription(stripe: Backend, id: string, given: Stripe.SubscriptionScheduleCreateParams): Schedule {
  if (given.phases !== undefined) {
    throw invalidRequest('You cannot set `phases` if `from_subscription` is set.', { param: 'phases' });
  }
  const subscription = subscriptionTable(stripe).get(id, 'from_subscription');
  if (subscription.schedule !== null) {
    throw invalidRequest(
      `The subscription \`${id}\` is already attached to the subscription schedule \`${idOf(subscription.schedule)!}\`.`,
      {
        param: 'from_subscription',
      },
    );
  }
  const customer = idOf(subscription.customer)!;
  return stripe.onClockOf(customer, () => {
    const phase = phaseOf(subscription);
    const made: Schedule = {
      ...newSchedule(stripe, { ...given, default_settings: settingsOf(subscription, given) }, customer, [phase]),
      billing_mode: subscription.billing_mode,
      current_phase: { start_date: phase.start_date, end_date: phase.end_date },
      status: 'active',
      subscription: id,
    };
    const schedule = { ...made, pause_schedules: readPauses(stripe, given.pause_schedules, made) };
    scheduleTable(stripe).insert(schedule);
    planEnd(stripe, schedule, phase);
    attach(stripe, id, schedule.id);
    stripe.emit('subscription_schedule.created', schedule);
    planPauses(stripe, schedule);
    return scheduleTable(stripe).get(schedule.id);
  });
}

/** What a schedule says of a subscription that runs already, where it is not told otherwise: what the subscription says. */
function settingsOf(
  subscription: Stripe.Subscription,
  { default_settings: given }: Stripe.SubscriptionScheduleCreateParams,
): Stripe.SubscriptionScheduleCreateParams.DefaultSettings {
  const { days_until_due: days, default_payment_method: method, description } = subscription;
  return {
    collection_method: subscription.collection_method,
    ...(method !== null && { default_payment_method: idOf(method)! }),
    ...(description !== null && { description }),
    ...given,
    invoice_settings: { ...(days !== null && { days_until_due: days }), ...given?.invoice_settings },
  };
}

/** The next phase has to begin before the subscription renews at the same time: so its jobs are put behind that of the schedule. */
function attach(stripe: Backend, subscription: string, schedule: string): void {
  scheduleAll(stripe, subscriptionTable(stripe).update(subscription, { schedule }));
}

export function updateSchedule(stripe: Backend, id: string, given: Stripe.SubscriptionScheduleUpdateParams): Schedule {
  const table = scheduleTable(stripe);
  const before = table.get(id);
  checkOpen(before, 'update', 'updated');
  const { phases, end_behavior, metadata, default_settings: settings } = given;
  const start = before.phases.find(({ start_date }) => start_date === before.current_phase?.start_date)?.start_date;
  const first = phases?.[0]?.start_date;
  const from = typeof first === 'number' ? first : (start ?? before.phases[0]?.start_date ?? stripe.now());
  const after = table.update(
    id,
    {
      ...(phases && { phases: readPhases(stripe, phases as never, from) }),
      ...(end_behavior !== undefined && { end_behavior }),
      ...(settings && { default_settings: { ...before.default_settings, ...(settings as object) } }),
      pause_schedules: readPauses(stripe, given.pause_schedules, before),
      metadata: mergeMetadata(before.metadata, metadata),
    },
    'subscription_schedule.updated',
  );
  if (given.pause_schedules !== undefined) planPauses(stripe, after);
  if (phases === undefined) return table.get(id);
  const current = phaseAt(after, stripe.now());
  if (after.status === 'not_started') {
    stripe.jobs.schedule('subscription_schedule.advance', id, after.phases[0]!.start_date);
    return after;
  }
  if (current === undefined) throw invalidRequest('The current phase must be one of the phases.', { param: 'phases' });
  enter(stripe, after, current, given.proration_behavior ?? current.proration_behavior);
  return table.get(id);
}

function phaseAt({ phases }: Schedule, time: number): Phase | undefined {
  return phases.find(({ start_date, end_date }) => start_date <= time && time < end_date);
}

/** Begins the phase whose time has come, or ends the schedule. */
function advance(stripe: Backend, id: string): void {
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

function enter(stripe: Backend, schedule: Schedule, phase: Phase, proration: string): void {
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
  updateSubscription(stripe, known, {
    ...subscriptionParams(phase, schedule.default_settings),
    ...(begins && anchor === 'phase_start' && !isTrial && { billing_cycle_anchor: { type: 'now' } }),
    ...(isTrial && { trial_end: phase.trial_end! }),
    items: changedItems(subscription, phase),
    proration_behavior: isBoundary ? 'none' : proration,
    payment_behavior: 'allow_incomplete',
  });
  table.update(schedule.id, current, 'subscription_schedule.updated');
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
function planEnd(stripe: Backend, { id, phases, end_behavior: behavior }: Schedule, phase: Phase): void {
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
function release(stripe: Backend, id: string): Schedule {
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

function cancelSchedule(
  stripe: Backend,
  id: string,
  { invoice_now, prorate }: Stripe.SubscriptionScheduleCancelParams,
): Schedule {
  const before = scheduleTable(stripe).get(id);
  checkOpen(before, 'cancel', 'canceled');
  stripe.jobs.cancel(id);
  const canceled = scheduleTable(stripe).update(id, {
    status: 'canceled',
    canceled_at: stripe.now(),
    current_phase: null,
  });
  stripe.emit('subscription_schedule.canceled', canceled);
  const subscription = idOf(before.subscription);
  if (subscription !== undefined) {
    cancelSubscription(stripe, subscription, { invoice_now: invoice_now ?? true, prorate: prorate ?? true });
  }
  return canceled;
}

function checkOpen({ status }: Schedule, action: string, done: string): void {
  if (status === 'active' || status === 'not_started') return;
  throw invalidRequest(
    `You cannot ${action} a subscription schedule that is currently in the \`${status}\` status. It must be in \`not_started, active\` status to be ${done}.`,
  );
}
