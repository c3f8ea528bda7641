import type Stripe from 'stripe';
import { businessName } from '../connect/business-name';
import { connectedAccount } from '../connect/account-data';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { blank } from '../spec/shapes';
import { adjustLines } from './adjust-lines';
import { locationStatus, type TaxPlace } from './automatic-tax';
import { renderingOf } from './invoice-templates';
import { DAY } from './periods';
import { taxedShipping } from './invoice-shipping';
import { sumByRate } from './tax-amounts';
import { dueOf, totalsOf } from './totals';

/** What an invoice begins with. */
export type InvoiceSeed = Partial<Stripe.Invoice> & {
  readonly customer: string;
  readonly currency: string;
  readonly billing_reason: Stripe.Invoice.BillingReason;
  readonly days_until_due?: number | undefined;
};

/** The taxes that a line has by itself, instead of those of what it was made from: by rates, or amounts that were given. */
export interface LineTaxes {
  readonly rates?: readonly string[];
  readonly amounts?: readonly Stripe.InvoiceLineItem.Tax[];
}

/** What is kept beside an invoice: who gets a share of its payment, and the taxes of lines that were given for them. */
export interface InvoiceSecret {
  readonly line_taxes?: Readonly<Record<string, LineTaxes>>;
  readonly application_fee_amount?: number | undefined;
  readonly transfer_data?: { readonly destination: string; readonly amount?: number } | undefined;
}

export function invoiceTable(stripe: Backend): Table<Stripe.Invoice, InvoiceSecret> {
  return stripe.table<Stripe.Invoice, InvoiceSecret>('invoice');
}

/** A draft with everything that it takes from its customer. It is not kept yet. */
export function newInvoice(
  stripe: Backend,
  seed: InvoiceSeed,
  lines: readonly Stripe.InvoiceLineItem[],
): Stripe.Invoice {
  const { days_until_due: days, ...fields } = seed;
  const customer = stripe.table<Stripe.Customer>('customer').get(seed.customer, 'customer');
  const id = stripe.newId('invoice');
  const now = stripe.now();
  const issuer = connectedAccount(stripe);
  const isSent = seed.collection_method === 'send_invoice';
  // Invoices that are written by hand say how large their pages are.
  const usual = seed.billing_reason === 'manual' ? { pdf: { page_size: 'auto' as const } } : undefined;
  const draft = {
    ...blank('invoice'),
    application: applicationOf(stripe),
    id,
    account_country: issuer?.country ?? 'US',
    account_name: issuer === undefined ? 'Backlot' : businessName(stripe),
    auto_advance: false,
    created: now,
    ...customerOn(stripe, customer),
    issuer: { type: 'self' },
    effective_at: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    metadata: {},
    period_end: now,
    period_start: now,
    status: 'draft',
    test_clock: stripe.clock,
    webhooks_delivered_at: now,
    ...fields,
    rendering: renderingOf(stripe, fields.rendering ?? usual, customer.invoice_settings?.rendering_options),
    due_date: fields.due_date ?? (isSent && days !== undefined ? now + days * DAY : null),
  } as unknown as Stripe.Invoice;
  return { ...draft, ...reckon(stripe, draft, lines) };
}

/** What an invoice says of its customer. A draft follows them. */
export function customerOn(stripe: Backend, customer: Stripe.Customer): Partial<Stripe.Invoice> {
  const taxIds = stripe.table<Stripe.TaxId>('tax_id').values({ by: { customer: customer.id } });
  return {
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: [...taxIds].map(({ type, value }) => ({
      type: type,
      value,
    })),
  };
}

/** Where automatic taxes take the customer of an invoice to be. */
export function taxPlaceOf({ customer_shipping: shipping, customer_address: address }: Stripe.Invoice): TaxPlace {
  return { ...(shipping?.address ?? address) };
}

/** The fields of a draft that its lines and the balance of the customer decide. */
export function reckon(
  stripe: Backend,
  invoice: Stripe.Invoice,
  given: readonly Stripe.InvoiceLineItem[],
): Partial<Stripe.Invoice> {
  const balance = balanceFor(stripe, invoice);
  const lines = adjustLines(stripe, invoice, given).map((line) => ({ ...line, invoice: invoice.id }));
  const totals = totalsOf(lines);
  const { cost, taxes } = taxedShipping(stripe, invoice);
  const shipping = cost?.amount_total ?? 0;
  const total = totals.total + shipping;
  const { amount_due: due } = dueOf(total, balance, invoice.currency);
  return {
    ...totals,
    total,
    total_excluding_tax: (totals.total_excluding_tax ?? 0) + shipping - (cost?.amount_tax ?? 0),
    total_taxes: sumByRate([...(totals.total_taxes ?? []), ...taxes]),
    amount_due: due,
    amount_remaining: due,
    amount_shipping: shipping,
    ...(invoice.automatic_tax.enabled && {
      automatic_tax: { ...invoice.automatic_tax, status: locationStatus(taxPlaceOf(invoice)) },
    }),
    shipping_cost: cost,
    starting_balance: balance,
    lines: {
      object: 'list',
      data: lines,
      has_more: false,
      total_count: lines.length,
      url: `/v1/invoices/${invoice.id}/lines`,
    } as Stripe.Invoice['lines'],
  };
}

/** The balance that an invoice would use: none in another currency than that of the customer. */
export function balanceFor(stripe: Backend, { customer, currency }: Stripe.Invoice): number {
  const owner = stripe.table<Stripe.Customer>('customer').find(idOf(customer)!);
  if (!owner || (owner.currency && owner.currency !== currency)) return 0;
  return owner.balance ?? 0;
}

/** The subscription that an invoice is for. */
export function subscriptionOf(invoice: Stripe.Invoice): string | undefined {
  return idOf(invoice.parent?.subscription_details?.subscription);
}
