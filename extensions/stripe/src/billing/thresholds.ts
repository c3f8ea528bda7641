/** Invoices before the end of a period, once so much was used: https://docs.stripe.com/billing/subscriptions/usage-based/thresholds. */
import type { Backend } from '../kernel/backend';
import { billedOf, keepBilled, usedOf } from './billed-usage';
import { forgetUpdate } from './pending-updates';
import { nextPeriod } from './periods';
import { isMetered, recurringOf } from './prices';
import {
  isRunning,
  holding,
  scheduleAll,
  subscriptionTable,
  withPeriod,
  type Item,
  type Subscription,
} from './subscription-data';
import { advanceLines, billSubscription, usageLines } from './subscription-invoices';

/** Bills the subscriptions of a customer that have reached a threshold. Called when usage was reported. */
export function billAtThresholds(stripe: Backend, customer: string): void {
  const hasThreshold = ({ billing_thresholds: threshold, items }: Subscription): boolean =>
    threshold !== null || items.data.some((item) => item.billing_thresholds !== null);
  const found = subscriptionTable(stripe).values({ by: { customer }, where: hasThreshold });
  for (const subscription of [...found]) {
    if (isRunning(subscription) && subscription.status !== 'trialing') billWhereReached(stripe, subscription);
  }
}

function billWhereReached(stripe: Backend, subscription: Subscription): void {
  const metered = subscription.items.data.filter((item) => isMetered(item.price));
  const lines = usageLines(stripe, subscription, metered);
  const amount = lines.reduce((sum, line) => sum + line.amount, 0);
  const limit = subscription.billing_thresholds?.amount_gte ?? Infinity;
  const isReached =
    amount >= limit || metered.some((item) => usedOf(stripe, item) - billedOf(stripe, item) >= limitOf(item));
  if (!isReached) return;
  forgetUpdate(stripe, subscription.id);
  const now = stripe.now();
  const start = Math.min(...metered.map((item) => item.current_period_start));
  const billing = { reason: 'subscription_threshold', period: { start, end: now } } as const;
  if (subscription.billing_thresholds?.reset_billing_cycle_anchor !== true) {
    billSubscription(stripe, subscription, { ...billing, lines });
    for (const item of metered) keepBilled(stripe, item, usedOf(stripe, item));
    return;
  }
  const after = begunAnew(subscription, now);
  subscriptionTable(stripe).update(subscription.id, after);
  billSubscription(stripe, after, { ...billing, lines: [...lines, ...advanceLines(stripe, after)] });
  // What was reported for this very second, or for the next minutes, falls into both periods, and was billed.
  for (const item of after.items.data) if (isMetered(item.price)) keepBilled(stripe, item, usedOf(stripe, item));
  const renewed = subscriptionTable(stripe).get(subscription.id);
  scheduleAll(stripe, renewed);
  stripe.emitChange('customer.subscription.updated', subscription, renewed);
}

/** The subscription with periods that begin now. */
function begunAnew(subscription: Subscription, now: number): Subscription {
  const items = subscription.items.data.map((item) => withPeriod(item, nextPeriod(now, recurringOf(item.price), now)));
  return { ...subscription, billing_cycle_anchor: now, ...holding(subscription.id, items) };
}

function limitOf({ billing_thresholds: threshold }: Item): number {
  return threshold?.usage_gte ?? Infinity;
}
