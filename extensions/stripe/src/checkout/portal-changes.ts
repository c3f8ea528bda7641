/** Changes of a subscription in the portal that wait for the end of its period. */
import type Stripe from 'stripe';
import { amountFor } from '../billing/amounts';
import { priceOnlyIn } from '../billing/prices';
import { createSchedule } from '../billing/new-schedules';
import { updateSchedule } from '../billing/schedule-changes';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

interface Change {
  readonly price: string;
  readonly quantity?: number;
}

const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };

/** Whether `schedule_at_period_end` says so: for what costs less, or is paid more often. */
export function waitsForPeriod(
  stripe: Backend,
  { schedule_at_period_end: rule }: Stripe.BillingPortal.Configuration.Features.SubscriptionUpdate,
  { currency }: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  change: Change,
): boolean {
  const price = stripe.table<Stripe.Price>('price').get(change.price, 'price');
  const cost = (of: Stripe.Price, quantity: number | undefined): number =>
    amountFor(priceOnlyIn(stripe, of, currency), quantity ?? 1);
  return rule.conditions.some(({ type }) =>
    type === 'shortening_interval'
      ? daysOf(price) < daysOf(item.price)
      : type === 'decreasing_item_amount' && cost(price, change.quantity) < cost(item.price, item.quantity),
  );
}

function daysOf({ recurring }: Stripe.Price): number {
  return (DAYS[recurring?.interval ?? ''] ?? 0) * (recurring?.interval_count ?? 1);
}

/** Makes a schedule that goes on as it is until the period ends, and as the customer wants it then. */
export function changeAtPeriodEnd(stripe: Backend, subscription: Stripe.Subscription, change: Change): void {
  const { id } = idOf(subscription.schedule)
    ? { id: idOf(subscription.schedule)! }
    : createSchedule(stripe, { from_subscription: subscription.id });
  const [item] = subscription.items.data;
  const now = { price: item!.price.id, ...(item!.quantity !== undefined && { quantity: item!.quantity }) };
  updateSchedule(stripe, id, {
    end_behavior: 'release',
    phases: [
      { items: [now], start_date: item!.current_period_start, end_date: item!.current_period_end },
      { items: [{ ...change }] },
    ],
  });
}
