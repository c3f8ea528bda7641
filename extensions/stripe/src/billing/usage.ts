import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { aggregate, eventsOf } from './meter-events';

/** How much of a metered price was used from one time until another, by the events of its meter; the end is not included. */
export function usageFor(stripe: Backend, item: Stripe.SubscriptionItem, from: number, to: number): number {
  const meter = stripe.table<Stripe.Billing.Meter>('billing.meter').find(item.price.recurring?.meter ?? '');
  const subscription = stripe.table<Stripe.Subscription>('subscription').find(item.subscription);
  const customer = idOf(subscription?.customer);
  if (meter === undefined || customer === undefined) return 0;
  return aggregate(meter, eventsOf(stripe, meter.event_name, customer, from, to));
}
