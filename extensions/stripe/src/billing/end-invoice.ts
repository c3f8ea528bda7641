/** Invoices that end without a payment. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { cancelIntent } from '../payments/capture-intent';
import { returnCredits } from './credit-application';
import { changeCustomerBalance } from './customer-balance';
import { invoiceTable } from './invoice-data';
import { paidOf, paymentOf } from './invoice-payments';

type Invoice = Stripe.Invoice;

/** Takes back an invoice that was final. What it used of the balance of the customer is given back. */
export function voidInvoice(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.status === 'paid') throw invalidRequest('Invoices with `paid` payments cannot be voided.');
  if (before.status !== 'open' && before.status !== 'uncollectible') throw notOpen();
  const invoice = close(stripe, before, {
    status: 'void',
    amount_remaining: before.amount_remaining,
    status_transitions: { ...before.status_transitions, voided_at: stripe.now() },
  });
  const used = (before.ending_balance ?? 0) - before.starting_balance;
  if (used !== 0) {
    changeCustomerBalance(stripe, {
      customer: idOf(before.customer)!,
      amount: -used,
      currency: before.currency,
      type: 'unapplied_from_invoice',
      invoice: id,
    });
  }
  returnCredits(stripe, before);
  stripe.emit('invoice.voided', invoice);
  return invoice;
}

export function markUncollectible(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.status === 'uncollectible') {
    throw invalidRequest('This invoice has already been marked uncollectible.');
  }
  if (before.status !== 'open') throw notOpen();
  const invoice = close(stripe, before, {
    status: 'uncollectible',
    status_transitions: { ...before.status_transitions, marked_uncollectible_at: stripe.now() },
  });
  stripe.emit('invoice.marked_uncollectible', invoice);
  return invoice;
}

function notOpen(): StripeError {
  return invalidRequest("You can only pass in open invoices. This invoice isn't open.");
}

/** Ends an invoice without payment. */
function close(stripe: Backend, invoice: Invoice, change: Partial<Invoice>): Invoice {
  stripe.jobs.cancel(invoice.id);
  if (change.status === 'void') cancelPayment(stripe, invoice);
  return invoiceTable(stripe).update(
    invoice.id,
    { auto_advance: false, next_payment_attempt: null, ...change },
    'invoice.updated',
  );
}

export function cancelPayment(stripe: Backend, invoice: Invoice): void {
  const payment = paymentOf(stripe, invoice.id);
  const intent = idOf(payment?.payment.payment_intent);
  if (payment === undefined || payment.status !== 'open' || intent === undefined) return;
  paidOf(stripe, payment.id, { status: 'canceled', canceled_at: stripe.now() });
  cancelIntent(stripe, intent, 'void_invoice');
}
