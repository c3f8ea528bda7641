import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';
import { addIntervals, DAY, lengthOf } from './periods';
import { recurringOf } from './prices';
import { isRunning, subscriptionTable } from './subscription-data';
import { cancelSubscription } from './subscription-end';

type TestClock = Stripe.TestHelpers.TestClock;

const LIFETIME = 30 * DAY;
/** How far a clock without subscriptions goes in one advance. */
const FARTHEST = 2 * 366 * DAY;
/** How many intervals of the shortest subscription a clock goes in one advance. */
const MOST_INTERVALS = 2;

/** https://docs.stripe.com/api/test_clocks: time that tests turn forward. */
export const testClocks: DefineModule = (stripe) => {
  const table = stripe.table<TestClock>('test_helpers.test_clock');
  return {
    operations: {
      'POST /v1/test_helpers/test_clocks': ({ params }) => {
        const { frozen_time: time, name } = params as unknown as Stripe.TestHelpers.TestClockCreateParams;
        const now = stripe.now();
        const clock = {
          ...blank('test_helpers.test_clock'),
          id: stripe.newId('test_helpers.test_clock'),
          created: now,
          deletes_after: now + LIFETIME,
          frozen_time: time,
          name: name ?? null,
          status: 'ready',
        } as unknown as TestClock;
        table.insert(clock);
        stripe.emit('test_helpers.test_clock.created', clock);
        return clock;
      },
      'GET /v1/test_helpers/test_clocks': ({ params, url }) => table.page(url, params),
      'GET /v1/test_helpers/test_clocks/{clock}': ({ path }) => table.get(path['clock']!),
      'DELETE /v1/test_helpers/test_clocks/{clock}': ({ path }) => deleteClock(stripe, path['clock']!),
      'POST /v1/test_helpers/test_clocks/{clock}/advance': ({ path, params }) =>
        advance(stripe, path['clock']!, (params as unknown as Stripe.TestHelpers.TestClockAdvanceParams).frozen_time),
    },
  };
};

/** Throws while a test clock is advancing: what is on it cannot be changed then. */
export function checkStill(stripe: Backend, id: string | null | undefined): void {
  if (!id || stripe.table<TestClock>('test_helpers.test_clock').find(id)?.status !== 'advancing') return;
  const message = `Test clock advancement underway - cannot perform modifications: ${id}`;
  throw new StripeError(429, 'invalid_request_error', message);
}

/** Turns a clock forward: all that is due until then is done, each thing at its time. Most of the time it is when this is answered. */
function advance(stripe: Backend, id: string, until: number): TestClock {
  const table = stripe.table<TestClock>('test_helpers.test_clock');
  const clock = table.get(id);
  checkStill(stripe, id);
  checkTarget(stripe, clock, until);
  const advancing = table.update(id, {
    status: 'advancing',
    status_details: { advancing: { target_frozen_time: until } },
  });
  stripe.emit('test_helpers.test_clock.advancing', advancing);
  stripe.advances.begin(id, until);
  return advancing;
}

function checkTarget(stripe: Backend, clock: TestClock, until: number): void {
  const { frozen_time: now, id } = clock;
  if (until <= now) {
    throw invalidRequest('The `frozen_time` must be after the current frozen time of the test clock.', {
      param: 'frozen_time',
    });
  }
  let latest = now + FARTHEST;
  for (const subscription of subscriptionTable(stripe).values({ by: { test_clock: id }, where: isRunning })) {
    for (const { price } of subscription.items.data) {
      const recurring = recurringOf(price);
      // Most are longer than what is known: no need to reckon with a calendar.
      if (
        now + (MOST_INTERVALS + 1) * lengthOf(recurring) > latest &&
        now + MOST_INTERVALS * lengthOf(recurring) >= latest
      )
        continue;
      latest = Math.min(latest, addIntervals(now, recurring, MOST_INTERVALS));
    }
  }
  if (until > latest) {
    throw invalidRequest(
      'You can advance a test clock by at most two intervals from its current frozen time, based on the shortest subscription interval.',
      { param: 'frozen_time' },
    );
  }
}

/** Forgets a clock, with its customers and their subscriptions. */
function deleteClock(stripe: Backend, id: string): Stripe.TestHelpers.DeletedTestClock {
  const table = stripe.table<TestClock>('test_helpers.test_clock');
  const clock = table.get(id);
  stripe.advances.drop(id);
  const customers = stripe.table<Stripe.Customer>('customer');
  for (const customer of [...customers.values({ by: { test_clock: id } })]) {
    const running = subscriptionTable(stripe).values({ by: { customer: customer.id }, where: isRunning });
    for (const subscription of [...running]) cancelSubscription(stripe, subscription.id);
    stripe.emit('customer.deleted', customer);
    customers.update(customer.id, { deleted: true } as never);
  }
  stripe.emit('test_helpers.test_clock.deleted', clock);
  table.remove(id);
  return { id, object: 'test_helpers.test_clock', deleted: true };
}
