import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { planPauses, readPauses } from './pause-schedules';
import { scheduleTable } from './schedule-data';
import { NO_INVOICE_SETTINGS, type Phase, phaseOf, readPhases } from './schedule-phases';
import { advance, attach, planEnd } from './schedule-progress';
import { subscriptionTable } from './subscription-data';
import { billingModeOf, thresholdsOf } from './subscription-fields';
import { blank } from '../spec/shapes';

type Schedule = Stripe.SubscriptionSchedule;

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
  if (given.billing_mode !== undefined) {
    throw invalidRequest('You cannot set `billing_mode` if `from_subscription` is set.', { param: 'billing_mode' });
  }
  const subscription = subscriptionTable(stripe).get(id, 'from_subscription');
  if (subscription.schedule !== null) {
    throw invalidRequest(
      `You cannot migrate a subscription that is already attached to a schedule: \`${idOf(subscription.schedule)!}\`.`,
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
    attach(stripe, id, schedule.id, 'customer.subscription.updated');
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
