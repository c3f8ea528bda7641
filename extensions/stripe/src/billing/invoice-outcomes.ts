import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { changeCustomerBalance } from './customer-balance';
import { invoiceTable } from './invoice-data';
import { paidOf, paymentTable } from './invoice-payments';
import { failPayment, markPaid } from './pay-invoice';

/** How an invoice learns what became of its payment, whoever confirmed it: the schedule, a call, or a customer on a page. */

/** A payment succeeded: the invoice is paid once its payments make up what is due. What is too much is credit of the customer. */
export function completed(stripe: Backend, intent: Stripe.PaymentIntent): void {
  const payment = openPaymentOf(stripe, intent);
  if (!payment) return;
  const invoice = invoiceTable(stripe).get(payment.invoice as string);
  const received = Math.min(intent.amount_received, invoice.amount_remaining);
  paidOf(stripe, payment.id, { status: 'paid', amount_paid: received, paid_at: stripe.now() });
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') return;
  const left = invoice.amount_remaining - received;
  if (left === 0) {
    const over = intent.amount_received - received;
    const paid = markPaid(stripe, invoice.id, {
      attempt_count: Math.max(1, invoice.attempt_count),
      amount_overpaid: over,
    });
    if (over > 0) keepOverpaid(stripe, paid, over);
    return;
  }
  invoiceTable(stripe).update(
    invoice.id,
    { amount_paid: invoice.amount_paid + received, amount_remaining: left },
    'invoice.updated',
  );
}

function keepOverpaid(stripe: Backend, invoice: Stripe.Invoice, over: number): void {
  changeCustomerBalance(stripe, {
    customer: idOf(invoice.customer)!,
    amount: -over,
    currency: invoice.currency,
    type: 'invoice_overpaid',
    invoice: invoice.id,
  });
  stripe.emit('invoice.overpaid', invoice);
}

/** A payment failed. One that only a customer can complete asks for that, too. */
export function failed(stripe: Backend, intent: Stripe.PaymentIntent): void {
  const payment = openPaymentOf(stripe, intent);
  if (!payment) return;
  const invoice = failPayment(stripe, payment.invoice as string);
  if (intent.last_payment_error?.code === 'authentication_required') {
    stripe.emit('invoice.payment_action_required', invoice);
  }
}

export function requiresAction(stripe: Backend, intent: Stripe.PaymentIntent): void {
  const payment = openPaymentOf(stripe, intent);
  if (!payment) return;
  const invoice = invoiceTable(stripe).update(payment.invoice as string, { attempted: true }, 'invoice.updated');
  stripe.emit('invoice.payment_action_required', invoice);
}

function openPaymentOf(stripe: Backend, { id }: Stripe.PaymentIntent): Stripe.InvoicePayment | undefined {
  return paymentTable(stripe).first({ by: { 'payment.payment_intent': id }, where: ({ status }) => status === 'open' });
}
