/** A subscription that is paused, and makes no invoices: https://docs.stripe.com/billing/subscriptions/pause. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { keepItem, pendingItems } from './invoice-items';
import { collect } from './invoice-operations';
import { creditAll } from './prorations';
import { customerOf, isRunning, periodStart, subscriptionTable, type Subscription } from './subscription-data';
import { billSubscription, usageLines } from './subscription-invoices';

type Details = Stripe.Subscription.StatusDetails;

/** Why and since when a subscription is paused. */
export function pausedBecause(type: Details['paused']['subscription']['type'], now: number): Details {
  return { paused: { subscription: { type }, transitioned_at: now, type: 'subscription' } };
}

/**
 * Pauses a subscription. What is left of its periods is credited, and what was used is charged, as `bill_for` says: with the next invoice, or
 * with one that is made now. Throws for one that does not run, or that is not billed flexibly and charged automatically.
 */
export function pauseSubscription(
  stripe: Backend,
  id: string,
  { bill_for: bill = {}, invoicing_behavior: behavior }: Stripe.SubscriptionPauseParams,
): Subscription {
  const table = subscriptionTable(stripe);
  const before = table.get(id);
  check(before);
  return stripe.onClockOf(customerOf(before), () => {
    const now = stripe.now();
    const { type: unused = 'now' } = bill.unused_time_from ?? {};
    if (unused !== 'none') creditAll(stripe, before, unused === 'now' ? now : periodStart(before));
    const { type: used = 'now' } = bill.outstanding_usage_through ?? {};
    const lines =
      used === 'now' ? usageLines(stripe, before, before.items.data).filter(({ amount }) => amount !== 0) : [];
    if (behavior === 'invoice') billNow(stripe, before, lines);
    else for (const line of lines) keepUsage(stripe, before, line);
    stripe.jobs.cancel(id);
    const paused = table.update(id, { status: 'paused', status_details: pausedBecause('pause_requested', now) });
    stripe.emitChange('customer.subscription.updated', before, paused);
    stripe.emit('customer.subscription.paused', paused);
    return paused;
  });
}

function check(subscription: Subscription): void {
  if (!isRunning(subscription)) {
    throw invalidRequest('Only an active subscription can be paused.', { param: 'subscription' });
  }
  if (subscription.billing_mode.type !== 'flexible') {
    throw invalidRequest('Only subscriptions with the billing mode `flexible` can be paused.', {
      param: 'subscription',
    });
  }
  if (subscription.collection_method !== 'charge_automatically') {
    throw invalidRequest('Only subscriptions that are charged automatically can be paused.', { param: 'subscription' });
  }
}

function billNow(stripe: Backend, subscription: Subscription, lines: readonly Stripe.InvoiceLineItem[]): void {
  const { id, currency } = subscription;
  const waiting = pendingItems(stripe, customerOf(subscription), { subscription: id, currency });
  if (lines.length === 0 && waiting.length === 0) return;
  const period = { start: periodStart(subscription), end: stripe.now() };
  collect(stripe, billSubscription(stripe, subscription, { reason: 'subscription_update', lines, period }).id);
}

/** What was used waits for the next invoice. */
function keepUsage(stripe: Backend, subscription: Subscription, line: Stripe.InvoiceLineItem): void {
  const { amount, currency, description, period, pricing, quantity, parent } = line;
  const item = parent?.subscription_item_details?.subscription_item;
  keepItem(stripe, {
    amount,
    currency,
    customer: customerOf(subscription),
    description,
    parent: {
      subscription_details: { subscription: subscription.id, ...(item !== undefined && { subscription_item: item }) },
      type: 'subscription_details',
    },
    period: { start: period.start, end: stripe.now() },
    pricing: pricing,
    quantity: quantity ?? 1,
  });
}
