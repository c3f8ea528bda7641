/** What was used of prices that a change of a subscription takes out: https://docs.stripe.com/billing/subscriptions/usage-based/manage-billing-setup#mid-cycle-updates. */
import type { Backend } from '../kernel/backend';
import { countAnew } from './billed-usage';
import { keepItem } from './invoice-items';
import { customerOf, isFlexible, type Item, type Subscription } from './subscription-data';
import { usageLines } from './subscription-invoices';

/**
 * Puts what was used up to now of the metered prices that go on the next invoice, in the flexible mode and where `isBilled`. What is used from
 * now on counts for the prices that come.
 */
export function settleUsage(
  stripe: Backend,
  before: Subscription,
  after: Subscription,
  { isBilled }: { readonly isBilled: boolean },
): void {
  if (before.status === 'trialing') return;
  for (const item of before.items.data) {
    // Usage that was recorded for the item itself goes along with it.
    if (!item.price.recurring?.meter) continue;
    const now = after.items.data.find(({ id }) => id === item.id);
    if (now?.price.id === item.price.id) continue;
    if (isBilled && isFlexible(before)) billUsage(stripe, before, item);
    if (now) countAnew(stripe, now, stripe.now());
  }
}

function billUsage(stripe: Backend, subscription: Subscription, item: Item): void {
  for (const line of usageLines(stripe, subscription, [item])) {
    if (line.quantity === 0) continue;
    keepItem(stripe, {
      amount: line.amount,
      currency: line.currency,
      customer: customerOf(subscription),
      description: line.description,
      discountable: true,
      metadata: line.metadata,
      parent: {
        subscription_details: { subscription: subscription.id, subscription_item: item.id },
        type: 'subscription_details',
      },
      period: { start: line.period.start, end: Math.min(stripe.now(), line.period.end) },
      pricing: line.pricing,
      quantity: line.quantity ?? 0,
      tax_rates: item.tax_rates,
    });
  }
}
