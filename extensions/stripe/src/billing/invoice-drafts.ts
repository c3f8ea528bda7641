/** Drafts of invoices: https://docs.stripe.com/invoicing/overview. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { type InvoiceSeed, invoiceTable, newInvoice, subscriptionOf, reckon } from './invoice-data';
import { DRAFT_TIME } from './invoice-settings';
import { itemOfLine } from './lines';

type Invoice = Stripe.Invoice;

/** What is said of a final invoice whose lines are to be others. */
export const NOT_EDITABLE = 'Invalid invoice: This invoice is no longer editable';

/** Keeps a draft with its lines. One that advances by itself is finalized after an hour. */
export function createInvoice(stripe: Backend, seed: InvoiceSeed, lines: readonly Stripe.InvoiceLineItem[]): Invoice {
  const invoice = newInvoice(stripe, seed, lines);
  if (invoice.auto_advance === true && invoice.automatically_finalizes_at === null) {
    Object.assign(invoice, { automatically_finalizes_at: invoice.created + DRAFT_TIME });
  }
  invoice.next_payment_attempt = firstAttempt(invoice);
  invoiceTable(stripe).insert(invoice);
  claimItems(stripe, invoice);
  if (invoice.automatically_finalizes_at !== null) {
    stripe.jobs.schedule('invoice.finalize', invoice.id, invoice.automatically_finalizes_at);
  }
  stripe.emit('invoice.created', invoice);
  return invoice;
}

/** When a draft is to be charged: as soon as it is made final by itself. Null where it is not, or is sent to be paid. */
export function firstAttempt({
  automatically_finalizes_at: at,
  auto_advance: advances,
  collection_method,
}: Invoice): number | null {
  return advances === true && collection_method === 'charge_automatically' ? at : null;
}

/** Reckons a draft again, with other lines or other fields. Throws where it is final. */
export function changeDraft(
  stripe: Backend,
  id: string,
  change: Partial<Invoice>,
  lines?: readonly Stripe.InvoiceLineItem[],
): Invoice {
  const before = editable(stripe, id, 'Finalized invoices can’t be updated in this way');
  const changed = { ...before, ...change };
  return invoiceTable(stripe).update(
    id,
    { ...change, ...reckon(stripe, changed, lines ?? before.lines.data) },
    'invoice.updated',
  );
}

/** Forgets a draft and its invoice items. */
export function deleteDraft(stripe: Backend, id: string): Stripe.DeletedInvoice {
  const invoice = editable(stripe, id, 'You can only delete draft invoices.');
  if (subscriptionOf(invoice) !== undefined) {
    throw invalidRequest('You can’t delete invoices created by subscriptions.');
  }
  const items = stripe.table<Stripe.InvoiceItem>('invoiceitem');
  for (const line of invoice.lines.data) {
    const item = itemOfLine(line);
    // A revision has items of the invoice that it revises.
    if (item !== undefined && idOf(items.find(item)?.invoice) === id) items.remove(item);
  }
  stripe.jobs.cancel(id);
  invoiceTable(stripe).remove(id);
  stripe.emit('invoice.deleted', invoice);
  return { id, object: 'invoice', deleted: true };
}

/** The draft under an identifier. Throws where it is final. */
export function editable(stripe: Backend, id: string, message: string): Invoice {
  const invoice = invoiceTable(stripe).get(id);
  if (invoice.status !== 'draft') throw invalidRequest(message, { code: 'invoice_not_editable' });
  return invoice;
}

/** The invoice items among the lines that waited for an invoice are on this one from now on. */
function claimItems(stripe: Backend, invoice: Invoice): void {
  const items = stripe.table<Stripe.InvoiceItem>('invoiceitem');
  for (const line of invoice.lines.data) {
    const item = itemOfLine(line);
    if (item !== undefined && items.find(item)?.invoice === null) items.update(item, { invoice: invoice.id });
  }
}
