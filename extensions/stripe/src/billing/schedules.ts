import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { createSchedule } from './new-schedules';
import { cancelSchedule, updateSchedule } from './schedule-changes';
import { checkOpen, scheduleTable } from './schedule-data';
import { advance, release } from './schedule-progress';
import { pauseJobs } from './pause-schedules';

type Schedule = Stripe.SubscriptionSchedule;

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
          where: ({ status, test_clock: clock }) =>
            (scheduled === undefined || (status === 'not_started') === scheduled) &&
            (customer !== undefined || clock === null),
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
