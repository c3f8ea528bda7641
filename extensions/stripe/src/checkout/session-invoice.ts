import type Stripe from 'stripe';
import { keepDiscount } from '../billing/discounts';
import { createInvoice } from '../billing/invoice-drafts';
import { markPaid } from '../billing/pay-invoice';
import { invoiceTable } from '../billing/invoice-data';
import { keepItem } from '../billing/invoice-items';
import { keepPayment, paidOf } from '../billing/invoice-payments';
import { finalRendering } from '../billing/invoice-templates';
import { invoiceItemLine, pricingOf } from '../billing/lines';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { saleOf, sessionsOf } from './session-data';
import { priceOf } from './line-items';
import { addUp, exclusiveTax, type Sale, type Totals } from './totals';

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
  const invoiceId = stripe.newId('invoice');
  const items = itemsOf(stripe, customer, sale, totals);
  const draft = createInvoice(
    stripe,
    {
      id: invoiceId,
      customer,
      currency: sale.currency,
      shipping_cost: totals.shipping_cost,
      discounts: discountsOn(stripe, sale, { customer, invoice: invoiceId }),
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

/** The invoice items of what was sold. Automatic taxes are one of their own: they are those of the place that the page was told. */
function itemsOf(stripe: Backend, customer: string, sale: Sale, totals: Totals): Stripe.InvoiceItem[] {
  const { currency } = sale;
  const rates = stripe.table<Stripe.TaxRate>('tax_rate');
  const items = sale.lines.map((line, index) => {
    const { amount_subtotal: amount, description, quantity } = totals.items[index]!;
    const count = quantity ?? 1;
    return keepItem(stripe, {
      customer,
      currency,
      amount,
      description,
      quantity: count,
      ...(line.amount === undefined && { pricing: pricingOf(priceOf(stripe, line), String(amount / (count || 1))) }),
      tax_rates: line.taxRates.map((id) => rates.get(id)),
    });
  });
  const tax = sale.automatic === undefined ? 0 : exclusiveTax(totals);
  if (tax === 0) return items;
  return [...items, keepItem(stripe, { customer, currency, description: 'Tax', amount: tax, discountable: false })];
}

/** What was taken off, as the invoice has it. A coupon that has gone takes nothing off any more. */
function discountsOn(
  stripe: Backend,
  { discounts }: Sale,
  owner: { readonly customer: string; readonly invoice: string },
): string[] {
  const coupons = stripe.table<Stripe.Coupon>('coupon');
  return discounts
    .filter(({ coupon }) => coupons.has(coupon))
    .map(({ coupon, promotion_code }) => {
      const discount = keepDiscount(stripe, coupon, owner, { promotion_code, start: stripe.now(), end: null });
      return discount.id;
    });
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
