import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { aggregate, eventsOf } from './meter-events';
import { recordedUsage } from './usage-records';

/**
 * How much of a metered price was used from one time until another, by the events of its meter, or by the records of the item where
 * the price has none; the end is not included.
 */
export function usageFor(stripe: Backend, item: Stripe.SubscriptionItem, from: number, to: number): number {
  if (!item.price.recurring?.meter) return recordedUsage(stripe, item, from, to);
  const meter = stripe.table<Stripe.Billing.Meter>('billing.meter').find(item.price.recurring.meter);
  const subscription = stripe.table<Stripe.Subscription>('subscription').find(item.subscription);
  const customer = idOf(subscription?.customer);
  if (meter === undefined || customer === undefined) return 0;
  return aggregate(meter, eventsOf(stripe, meter.event_name, customer, from, to));
}
