import type Stripe from 'stripe';
import { createInvoice, markPaid } from '../billing/invoices';
import { invoiceTable } from '../billing/invoice-data';
import { keepItem } from '../billing/invoice-items';
import { keepPayment, paidOf } from '../billing/invoice-payments';
import { finalRendering } from '../billing/invoice-templates';
import { invoiceItemLine } from '../billing/lines';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { saleOf, sessionsOf } from './session-data';
import { addUp } from './totals';

/**
 * Writes the invoice of a payment that has been made, where `invoice_creation` asks for one, and gives its identifier. It is
 * paid by the intent of the session.
 */
export function invoiceForSession(stripe: Backend, id: string): string {
  const session = sessionsOf(stripe).get(id);
  const customer = idOf(session.customer)!;
  const data = session.invoice_creation?.invoice_data;
  const sale = saleOf(stripe, id)!;
  const totals = addUp(stripe, sale);
  const { currency } = sale;
  const rows: (readonly [description: string, amount: number, quantity: number])[] = totals.items.map((item) => [
    item.description ?? '',
    item.amount_subtotal,
    item.quantity ?? 1,
  ]);
  const sum = rows.reduce((total, [, amount]) => total + amount, 0);
  if (totals.amount_shipping > 0) rows.push(['Shipping', totals.amount_shipping, 1]);
  if (totals.amount_discount > 0) rows.push(['Discount', -totals.amount_discount, 1]);
  const tax = totals.amount_total - sum - totals.amount_shipping + totals.amount_discount;
  if (tax > 0) rows.push(['Tax', tax, 1]);
  const items = rows.map(([description, amount, quantity]) =>
    keepItem(stripe, { customer, currency, description, amount, quantity }),
  );
  const draft = createInvoice(
    stripe,
    {
      customer,
      currency,
      billing_reason: 'manual',
      collection_method: 'charge_automatically',
      ...(data && {
        custom_fields: data.custom_fields,
        description: data.description,
        footer: data.footer,
        metadata: data.metadata,
      }),
    },
    items.map((item) => invoiceItemLine(stripe, item)),
  );
  const token = stripe.secret(32);
  const invoice = invoiceTable(stripe).update(draft.id, (before) => ({
    status: 'open',
    amount_due: before.total,
    amount_remaining: before.total,
    effective_at: stripe.now(),
    hosted_invoice_url: stripe.pageUrl(`i/${draft.id}/${token}`),
    invoice_pdf: stripe.pageUrl(`i/${draft.id}/${token}/pdf`),
    number: nextNumber(stripe, customer),
    rendering: finalRendering(before),
    status_transitions: { ...before.status_transitions, finalized_at: stripe.now() },
  }));
  stripe.emit('invoice.finalized', invoice);
  const intent = idOf(session.payment_intent);
  if (intent !== undefined) {
    const payment = keepPayment(stripe, invoice, intent, true);
    paidOf(stripe, payment.id, { status: 'paid', amount_paid: invoice.total, paid_at: stripe.now() });
  }
  return markPaid(stripe, invoice.id, {}).id;
}

/** The number of the customer's next invoice. */
function nextNumber(stripe: Backend, id: string): string {
  const customers = stripe.table<Stripe.Customer>('customer');
  const customer = customers.get(id);
  const prefix = customer.invoice_prefix ?? stripe.secret(8).toUpperCase();
  const sequence = customer.next_invoice_sequence ?? 1;
  customers.update(id, { invoice_prefix: prefix, next_invoice_sequence: sequence + 1 });
  return `${prefix}-${String(sequence).padStart(4, '0')}`;
}
