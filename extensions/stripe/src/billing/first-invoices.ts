/** What a new subscription is billed for at once. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { discountsInEffect } from './discounts';
import { finalizeInvoice } from './finalize-invoice';
import { pendingItems } from './invoice-items';
import { methodFor } from './methods';
import { noPaymentMethod, payInvoice, unfinished } from './pay-invoice';
import { customerOf, isFlexible, periodStart, type Subscription, subscriptionTable } from './subscription-data';
import { advanceLines, billSubscription, unusedLines, pastLines } from './subscription-invoices';

type CreateParams = Stripe.SubscriptionCreateParams;

const MOST_LINES = 250;

/** Whether a subscription that began in the past is charged for the time since then. */
export function isChargedForPast({ status }: Subscription, given: CreateParams): boolean {
  return given.backdate_start_date !== undefined && given.proration_behavior !== 'none' && status !== 'trialing';
}

/** Whether nothing is paid for before the anchor of the billing cycle: there is no invoice until then. */
function startsFree(subscription: Subscription, given: CreateParams): boolean {
  const { status, billing_cycle_anchor: anchor, created } = subscription;
  const isWithin = anchor > created || periodStart(subscription) < created;
  return given.proration_behavior === 'none' && status === 'active' && isWithin;
}

/** The lines of the first invoice. */
function firstLines(stripe: Backend, subscription: Subscription, given: CreateParams): Stripe.InvoiceLineItem[] {
  const lines = advanceLines(stripe, subscription, { isProrated: given.proration_behavior !== 'none' });
  if (!isFlexible(subscription)) return [...lines, ...unusedLines(stripe, subscription)];
  if (!isChargedForPast(subscription, given)) return lines;
  const all = [...pastLines(stripe, subscription), ...lines];
  if (all.length > MOST_LINES) {
    throw invalidRequest(`An invoice can have at most ${MOST_LINES} line items: the subscription began too long ago.`, {
      param: 'backdate_start_date',
    });
  }
  const { customer, start_date: start } = subscription;
  const discounts = discountsInEffect(stripe, { customer: customer as string, subscription }, start);
  const last = Math.max(...discounts.map(({ end }) => end ?? Infinity));
  const isAfter = ({ period }: Stripe.InvoiceLineItem): boolean => discounts.length > 0 && period.start >= last;
  return all.map((line) => (isAfter(line) ? { ...line, discountable: false } : line));
}

/** Makes the first invoice and has it paid. Gives the error that the whole call ends with. */
export function billFirst(stripe: Backend, subscription: Subscription, given: CreateParams): StripeError | undefined {
  const { id } = subscription;
  const now = stripe.now();
  if (given.add_invoice_items === undefined && startsFree(subscription, given)) return undefined;
  const lines = firstLines(stripe, subscription, given);
  const { currency } = subscription;
  const isEmpty =
    lines.length === 0 && pendingItems(stripe, customerOf(subscription), { subscription: id, currency }).length === 0;
  if (isEmpty && isFlexible(subscription)) return undefined;
  const isSent = subscription.collection_method === 'send_invoice';
  const invoice = billSubscription(stripe, subscription, {
    reason: 'subscription_create',
    lines,
    // Nobody but its customer pays the first invoice of a subscription that is charged.
    auto_advance: isSent,
    period: { start: now, end: now },
    ...(isFlexible(subscription) && { discountedSince: subscription.start_date }),
  });
  // An invoice that is sent is a draft for an hour.
  if (isSent && invoice.total > 0) return undefined;
  const behavior = given.payment_behavior ?? 'allow_incomplete';
  const due = finalizeInvoice(stripe, invoice.id);
  if (due.status === 'paid') return undefined;
  subscriptionTable(stripe).update(id, { status: 'incomplete' });
  if (behavior === 'default_incomplete') return undefined;
  const hasMethod = methodFor(stripe, due.customer as string, id) !== undefined;
  if (!hasMethod) return noPaymentMethod();
  const { error } = payInvoice(stripe, invoice.id, { off_session: given.off_session ?? false });
  if (error === undefined || behavior !== 'error_if_incomplete') return undefined;
  return unfinished(error).undoingWrites();
}
