/** When a subscription is to end. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { billedUntil } from './billing-schedules';
import { type Item, periodEnd, type Subscription } from './subscription-data';

/** The times that `cancel_at` has names for. */
function endNamed(
  name: Exclude<Stripe.SubscriptionUpdateParams['cancel_at'], number | '' | undefined>,
  items: readonly Item[],
): number {
  const ends = items.map((item) => item.current_period_end);
  if (name === 'min_period_end') return Math.min(...ends);
  return name === 'max_billed_until' ? Math.max(...items.map(billedUntil)) : Math.max(...ends);
}

/** The fields that say when a subscription ends. */
export function ending(
  subscription: Subscription,
  given: Pick<Stripe.SubscriptionUpdateParams, 'cancel_at' | 'cancel_at_period_end'>,
  now: number,
): Partial<Subscription> {
  if (given.cancel_at_period_end === true && given.cancel_at) {
    throw invalidRequest('Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.');
  }
  const asked = { ...subscription.cancellation_details!, reason: 'cancellation_requested' as const };
  if (given.cancel_at_period_end === true) {
    return {
      cancel_at: subscription.cancel_at_period_end ? subscription.cancel_at : periodEnd(subscription),
      cancel_at_period_end: true,
      canceled_at: subscription.canceled_at ?? now,
      cancellation_details: asked,
    };
  }
  const { cancel_at: at } = given;
  if (at === '' || (given.cancel_at_period_end === false && at === undefined)) {
    const none = { ...subscription.cancellation_details!, reason: null };
    return { cancel_at: null, cancel_at_period_end: false, canceled_at: null, cancellation_details: none };
  }
  if (at === undefined) return {};
  const time = typeof at === 'number' ? at : endNamed(at, subscription.items.data);
  if (time <= now) throw invalidRequest('`cancel_at` must be in the future.', { param: 'cancel_at' });
  return { cancel_at: time, cancel_at_period_end: false, canceled_at: now, cancellation_details: asked };
}
