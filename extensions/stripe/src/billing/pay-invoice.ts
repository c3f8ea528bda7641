/** Payments of invoices, and what follows them. */
import type Stripe from 'stripe';
import { cardError, invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { tryConfirm } from '../payments/confirm-intent';
import { cancelPayment } from './end-invoice';
import { finalizeInvoice } from './finalize-invoice';
import { invoiceTable } from './invoice-data';
import { openPayment, paymentOf } from './invoice-payments';
import { methodForInvoice } from './methods';
import { DAY } from './periods';

type Invoice = Stripe.Invoice;

/** How an invoice is to be paid. */
export interface PayOptions {
  readonly payment_method?: string | undefined;
  readonly source?: string | undefined;
  readonly paid_out_of_band?: boolean | undefined;
  readonly forgive?: boolean | undefined;
  readonly off_session?: boolean | undefined;
  /** The retry schedule pays, not a person: it counts as an attempt. */
  readonly isAutomatic?: boolean;
}

const REQUIRES_ACTION = 'invoice_payment_intent_requires_action';

export interface Paid {
  readonly invoice: Invoice;
  /** Why it is not paid. */
  readonly error?: StripeError;
}

/** Tries to pay an invoice. A draft is finalized first. Throws for one that cannot be paid any more. */
export function payInvoice(stripe: Backend, id: string, options: PayOptions = {}): Paid {
  const found = invoiceTable(stripe).get(id);
  if (found.status === 'paid') throw invalidRequest('Invoice is already paid', { code: 'invoice_already_paid' });
  if (found.status === 'void') throw invalidRequest('Invoice is void and cannot be paid.', { code: 'invoice_void' });
  const invoice = found.status === 'draft' ? finalizeInvoice(stripe, id) : found;
  if (invoice.status === 'paid') return { invoice };
  if (options.paid_out_of_band === true) return { invoice: payOutOfBand(stripe, invoice) };

  if (options.isAutomatic === true) {
    invoiceTable(stripe).update(id, { attempt_count: invoice.attempt_count + 1, attempted: true });
  }
  const method = options.payment_method ?? options.source ?? methodForInvoice(stripe, invoice);
  if (method === undefined) {
    const error = invalidRequest('There is no `default_payment_method` set on this Customer or Invoice.');
    if (options.isAutomatic === true) failPayment(stripe, id);
    return { invoice: invoiceTable(stripe).get(id), error };
  }
  const payment = paymentOf(stripe, id) ?? openPayment(stripe, invoice);
  const { intent, error } = tryConfirm(stripe, idOf(payment.payment.payment_intent)!, {
    payment_method: method,
    ...(options.off_session !== false && { off_session: true }),
  });
  const after = invoiceTable(stripe).get(id);
  if (error !== undefined) return { invoice: after, error };
  if (intent.status === 'requires_action') {
    const failure = cardError(
      'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with this invoice.',
      { code: REQUIRES_ACTION },
    );
    return { invoice: after, error: failure };
  }
  return { invoice: after };
}

/** What follows once all that is due was paid. `change` says how. */
export function markPaid(stripe: Backend, id: string, change: Partial<Invoice>): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.status === 'paid') return before;
  stripe.jobs.cancel(id);
  const invoice = invoiceTable(stripe).update(
    id,
    {
      status: 'paid',
      amount_paid: before.amount_due,
      amount_remaining: 0,
      attempted: true,
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: { ...before.status_transitions, paid_at: stripe.now() },
      ...change,
    },
    'invoice.updated',
  );
  stripe.emit('invoice.paid', invoice);
  stripe.emit('invoice.payment_succeeded', invoice);
  return invoice;
}

/** What follows when a payment failed: the next attempt, where the schedule has one. */
export function failPayment(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  const attempts = Math.max(1, before.attempt_count);
  const next = nextAttempt(stripe, before, attempts);
  const invoice = invoiceTable(stripe).update(
    id,
    { attempt_count: attempts, attempted: true, next_payment_attempt: next },
    'invoice.updated',
  );
  if (next !== null && before.next_payment_attempt !== next) stripe.jobs.schedule('invoice.pay', id, next);
  stripe.emit('invoice.payment_failed', invoice);
  return invoice;
}

/** When the schedule tries again; null where it does not. The first invoice of a subscription is for its customer to pay. */
function nextAttempt(stripe: Backend, invoice: Invoice, attempts: number): number | null {
  const isTried = invoice.collection_method === 'charge_automatically' && invoice.auto_advance === true;
  if (!isTried || invoice.billing_reason === 'subscription_create') return null;
  if (invoice.next_payment_attempt !== null && invoice.next_payment_attempt > stripe.now()) {
    return invoice.next_payment_attempt;
  }
  const days = stripe.config.dunning.retryAfterDays[attempts - 1];
  return days === undefined ? null : stripe.now() + days * DAY;
}

/** What a subscription that is only to be made, or changed, when it is paid says of a payment: there is no invoice left to see to. */
export function unfinished(error: StripeError): StripeError {
  if (error.fields.code !== REQUIRES_ACTION) return error;
  return cardError(
    "Payment for this subscription requires additional user action, but the requested payment behavior doesn't save the invoice or PaymentIntent. Retry the request with `payment_behavior=allow_incomplete` or `payment_behavior=default_incomplete`, then complete the PaymentIntent on the subscription's latest invoice.",
    { code: 'subscription_payment_intent_requires_action' },
  );
}

/** Nothing is set that could pay a subscription. */
export function noPaymentMethod(): StripeError {
  return invalidRequest(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
    { code: 'resource_missing' },
  );
}

function payOutOfBand(stripe: Backend, invoice: Invoice): Invoice {
  cancelPayment(stripe, invoice);
  return markPaid(stripe, invoice.id, {
    amount_paid_off_stripe: invoice.amount_remaining,
    attempted: invoice.attempted,
  });
}
