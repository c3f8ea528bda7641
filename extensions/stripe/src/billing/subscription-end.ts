import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { invoiceTable } from './invoice-data';
import { itemTable, pendingItems } from './invoice-items';
import { collect } from './invoice-operations';
import { voidInvoice } from './end-invoice';
import { creditAll } from './prorations';
import { customerOf, periodEnd, periodStart, subscriptionTable, type Subscription } from './subscription-data';
import { billSubscription, latestInvoiceOf, usageLines } from './subscription-invoices';

/** How a subscription ends. */
export interface EndOptions {
  readonly prorate?: boolean | undefined;
  readonly invoice_now?: boolean | undefined;
  readonly cancellation_details?: Stripe.SubscriptionCancelParams.CancellationDetails | undefined;
  /** `cancellation_requested` when left out. */
  readonly reason?: string;
}

/** Ends a subscription at once. What it owes stays to be paid, but is no longer collected by itself. */
export function cancelSubscription(stripe: Backend, id: string, options: EndOptions = {}): Subscription {
  const before = subscriptionTable(stripe).get(id);
  if (before.status === 'canceled' || before.status === 'incomplete_expired') {
    throw resourceMissing('subscription', id);
  }
  return stripe.onClockOf(customerOf(before), () => {
    if (before.status === 'incomplete') return expireSubscription(stripe, id);
    const now = stripe.now();
    if (options.prorate === true) creditAll(stripe, before, now);
    else if (options.invoice_now !== true && !isOver(before, now)) dropProrations(stripe, before);
    finalBill(stripe, before, options);
    const ended = end(stripe, id, {
      status: 'canceled',
      canceled_at: before.canceled_at ?? now,
      cancellation_details: {
        ...before.cancellation_details!,
        ...options.cancellation_details,
        reason: (options.reason ?? before.cancellation_details?.reason ?? 'cancellation_requested') as never,
      },
    });
    stripe.emit('customer.subscription.deleted', ended);
    stopCollecting(stripe, id);
    return ended;
  });
}

/** Ends a subscription whose first invoice was not paid in time. */
export function expireSubscription(stripe: Backend, id: string): Subscription {
  const before = subscriptionTable(stripe).get(id);
  const ended = end(stripe, id, { status: 'incomplete_expired' });
  stripe.emitChange('customer.subscription.updated', before, ended);
  const invoice = latestInvoiceOf(ended);
  if (invoice !== undefined && invoiceTable(stripe).find(invoice)?.status === 'open') voidInvoice(stripe, invoice);
  return ended;
}

function end(stripe: Backend, id: string, change: Partial<Subscription>): Subscription {
  stripe.jobs.cancel(id);
  return subscriptionTable(stripe).update(id, { ended_at: stripe.now(), ...change });
}

/** Whether the time has come that a subscription was to end at, rather than that it is ended at once. */
function isOver(subscription: Subscription, now: number): boolean {
  return now >= (subscription.cancel_at ?? Infinity) || now >= periodEnd(subscription);
}

/** Nobody is charged or credited any more for changes of a subscription that is ended at once. */
function dropProrations(stripe: Backend, { id, customer, currency }: Subscription): void {
  const waiting = pendingItems(stripe, idOf(customer)!, { subscription: id, currency });
  for (const item of waiting.filter(({ proration }) => proration)) itemTable(stripe).remove(item.id);
}

/** The last invoice: what was used, what changes of the subscription came to, and with `invoice_now` all that waits for an invoice. */
function finalBill(stripe: Backend, subscription: Subscription, options: EndOptions): void {
  const now = stripe.now();
  const period = { start: periodStart(subscription), end: Math.min(now, periodEnd(subscription)) };
  const isAtEnd = isOver(subscription, now);
  const lines =
    options.invoice_now === true || isAtEnd ? usageLines(stripe, subscription, subscription.items.data) : [];
  const { id, currency } = subscription;
  const waiting = pendingItems(stripe, customerOf(subscription), { subscription: id, currency });
  const isWaiting =
    options.invoice_now === true ? waiting.length > 0 : isAtEnd && waiting.some(({ proration }) => proration);
  const isBilled = isWaiting || lines.some(({ amount }) => amount !== 0);
  if (!isBilled) return;
  const invoice = billSubscription(stripe, subscription, { reason: 'subscription_cycle', lines, period });
  if (options.invoice_now === true) collect(stripe, invoice.id);
}

function stopCollecting(stripe: Backend, id: string): void {
  const by = { 'parent.subscription_details.subscription': id };
  const table = invoiceTable(stripe);
  const open = [
    ...table.values({ by, where: ({ status, auto_advance }) => status === 'open' && auto_advance === true }),
  ];
  for (const invoice of open) {
    stripe.jobs.cancel(invoice.id, 'invoice.pay');
    table.update(invoice.id, { auto_advance: false, next_payment_attempt: null }, 'invoice.updated');
  }
}
