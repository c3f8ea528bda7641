/** How a paused subscription goes on: https://docs.stripe.com/api/subscriptions/resume. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { finalizeInvoice } from './finalize-invoice';
import { noPaymentMethod, payInvoice } from './pay-invoice';
import { methodFor } from './methods';
import {
  customerOf,
  FIRST_PAYMENT_TIME,
  holding,
  periodAt,
  scheduleAll,
  subscriptionTable,
  withPeriod,
  type Subscription,
} from './subscription-data';
import { advanceLines, billSubscription } from './subscription-invoices';

/** Resumes a subscription with a new period, which is paid first. Throws for one that is not paused, or that nothing pays for. */
export function resume(stripe: Backend, id: string, given: Stripe.SubscriptionResumeParams): Subscription {
  const table = subscriptionTable(stripe);
  const before = table.get(id);
  if (before.status !== 'paused') {
    throw invalidRequest('You can only resume a subscription if it is `paused`.');
  }
  return stripe.onClockOf(customerOf(before), () => {
    const now = stripe.now();
    const anchor = anchorType(given) === 'unchanged' ? before.billing_cycle_anchor : now;
    const items = before.items.data.map((item) =>
      withPeriod(item, periodAt(item, anchor, now, before.billing_cycle_anchor_config)),
    );
    const active = table.update(id, {
      status: 'active',
      billing_cycle_anchor: anchor,
      ...holding(id, items),
      ...({ status_details: undefined } as object),
    });
    const draft = billSubscription(stripe, active, {
      reason: 'subscription_update',
      lines: advanceLines(stripe, active, { isProrated: given.proration_behavior !== 'none' }),
      period: { start: now, end: now },
    });
    const invoice = finalizeInvoice(stripe, draft.id);
    const isDue = invoice.status === 'open' && active.collection_method === 'charge_automatically';
    return isDue && !collect(stripe, before, invoice, given) ? table.get(id) : complete(stripe, before, table.get(id));
  });
}

/** Collects the invoice of a resumption; false where the subscription stays paused until it is paid. */
function collect(
  stripe: Backend,
  before: Subscription,
  invoice: Stripe.Invoice,
  given: Stripe.SubscriptionResumeParams,
): boolean {
  const { id } = before;
  const table = subscriptionTable(stripe);
  const behavior = given.payment_behavior ?? 'resume_on_payment_attempt';
  if (behavior === 'default_incomplete') {
    table.update(id, { status: 'past_due' });
    return true;
  }
  if (methodFor(stripe, customerOf(before), id) === undefined) throw noPaymentMethod();
  table.hide(id, { isNew: true });
  const { error } = payInvoice(stripe, invoice.id);
  table.hide(id, {});
  if (error === undefined) return true;
  if (behavior === 'error_if_incomplete') throw error.undoingWrites();
  if (behavior !== 'resume_on_payment_success') {
    table.update(id, { status: 'past_due' });
    return true;
  }
  table.hide(id, { resumption: { invoice: invoice.id, subscription: table.get(id) } });
  table.update(id, { ...before, latest_invoice: invoice.id });
  stripe.jobs.schedule('subscription.stay_paused', id, stripe.now() + FIRST_PAYMENT_TIME);
  return false;
}

/** A subscription that waited for an invoice goes on once that is paid, or given up, and stays paused where it is void. */
export function settleResumption(stripe: Backend, { id: invoice, status }: Stripe.Invoice, id: string): boolean {
  const table = subscriptionTable(stripe);
  const { resumption } = table.hidden(id) ?? {};
  if (resumption?.invoice !== invoice) return false;
  table.hide(id, {});
  stripe.jobs.cancel(id, 'subscription.stay_paused');
  if (status !== 'void') complete(stripe, table.get(id), table.update(id, resumption.subscription));
  return true;
}

function complete(stripe: Backend, before: Subscription, resumed: Subscription): Subscription {
  scheduleAll(stripe, resumed);
  stripe.emitChange('customer.subscription.updated', before, resumed);
  stripe.emit('customer.subscription.resumed', resumed);
  return resumed;
}

/** Older versions give the type of the anchor alone. */
function anchorType({ billing_cycle_anchor: anchor }: Stripe.SubscriptionResumeParams): string | undefined {
  return typeof anchor === 'object' ? anchor.type : anchor;
}
