/** Changes of a subscription that wait until they are paid: https://docs.stripe.com/billing/subscriptions/pending-updates. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { invoiceTable } from './invoice-data';
import { voidInvoice } from './end-invoice';
import { FIRST_PAYMENT_TIME, periodEnd, subscriptionTable, type Subscription } from './subscription-data';

type UpdateParams = Stripe.SubscriptionUpdateParams;

/** What may wait for a payment. */
const CAN_WAIT: ReadonlySet<string> = new Set([
  'add_invoice_items', 'billing_cycle_anchor', 'cancel_at_period_end', 'discounts', 'expand', 'items', 'metadata', 'off_session',
  'payment_behavior', 'proration_behavior', 'proration_date', 'trial_end', 'trial_from_plan',
]); // prettier-ignore

/** Throws where a change has a part that cannot wait. */
export function checkPending(before: Subscription, given: UpdateParams): void {
  const refused = Object.keys(given).find((name) => !CAN_WAIT.has(name));
  if (refused !== undefined) {
    throw invalidRequest(`You cannot pass \`${refused}\` when \`payment_behavior\` is \`pending_if_incomplete\`.`, {
      param: refused,
    });
  }
  if (before.collection_method === 'send_invoice') {
    throw invalidRequest(
      '`payment_behavior` cannot be `pending_if_incomplete` when `collection_method` is `send_invoice`.',
      { param: 'payment_behavior' },
    );
  }
}

/** Gives up a change that waits, and its invoice: it was not paid in time, or something else changed the subscription. */
export function forgetUpdate(stripe: Backend, id: string): void {
  const table = subscriptionTable(stripe);
  const { pending } = table.hidden(id) ?? {};
  if (!pending) return;
  table.hide(id, {});
  const subscription = table.update(id, { pending_update: null }, 'customer.subscription.updated');
  stripe.emit('customer.subscription.pending_update_expired', subscription);
  if (invoiceTable(stripe).find(pending.invoice)?.status === 'open') voidInvoice(stripe, pending.invoice);
}

/** The subscription stays as it was until the invoice is paid. */
export function postpone(
  stripe: Backend,
  before: Subscription,
  after: Subscription,
  invoice: string,
  given: UpdateParams,
): void {
  const table = subscriptionTable(stripe);
  table.update(before.id, {
    ...before,
    latest_invoice: invoice,
    pending_update: {
      billing_cycle_anchor: given.billing_cycle_anchor === undefined ? null : after.billing_cycle_anchor,
      cancel_at_period_end: given.cancel_at_period_end ?? null,
      discount: null,
      discounts: null,
      expires_at: Math.min(stripe.now() + FIRST_PAYMENT_TIME, periodEnd(before)),
      metadata: given.metadata ? after.metadata : null,
      subscription_items: given.items ? after.items.data : null,
      trial_end: typeof given.trial_end === 'number' ? given.trial_end : null,
      trial_from_plan: null,
    },
  });
  table.hide(before.id, { pending: { invoice, subscription: { ...after, latest_invoice: invoice } } });
}
