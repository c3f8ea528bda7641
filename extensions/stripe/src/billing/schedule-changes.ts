import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { planPauses, readPauses } from './pause-schedules';
import { checkOpen, phaseAt, scheduleTable } from './schedule-data';
import { readPhases } from './schedule-phases';
import { enter } from './schedule-progress';
import { cancelSubscription } from './subscription-end';

type Schedule = Stripe.SubscriptionSchedule;

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

export function cancelSchedule(
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
