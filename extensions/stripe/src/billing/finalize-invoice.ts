/** Drafts that become final: https://docs.stripe.com/invoicing/integration/workflow-transitions. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { unknownTaxPlace } from './automatic-tax';
import { applyCredits } from './credit-application';
import { changeCustomerBalance } from './customer-balance';
import { settleCurrency } from './customer-currency';
import { voidInvoice } from './end-invoice';
import { balanceFor, invoiceTable } from './invoice-data';
import { editable } from './invoice-drafts';
import { openPayment } from './invoice-payments';
import { REMINDED_BEFORE } from './invoice-settings';
import { finalRendering } from './invoice-templates';
import { markPaid } from './pay-invoice';
import { dueOf } from './totals';

type Invoice = Stripe.Invoice;

export interface FinalizeOptions {
  readonly auto_advance?: boolean | undefined;
  /** Whether it is charged when it would have been as a draft, not now. */
  readonly isChargedLater?: boolean;
}

/** Makes an invoice final: numbered, to be paid, with the balance of the customer used. One with nothing due is paid at once. */
export function finalizeInvoice(stripe: Backend, id: string, options: FinalizeOptions = {}): Invoice {
  const found = editable(stripe, id, "This invoice is already finalized, you can't re-finalize a non-draft invoice.");
  if (found.customer === null) throw invalidRequest('This invoice has no customer.', { param: 'invoice' });
  if (isUnplaced(found)) throw unknownTaxPlace();
  const draft = applyCredits(stripe, found);
  const now = stripe.now();
  const balance = balanceFor(stripe, draft);
  const { amount_due: due, ending_balance: ending } = dueOf(draft.total, balance, draft.currency);
  const token = stripe.secret(32);
  stripe.jobs.cancel(id, 'invoice.finalize');
  const invoice = invoiceTable(stripe).update(id, {
    status: 'open',
    amount_due: due,
    amount_remaining: due,
    auto_advance: options.auto_advance ?? draft.auto_advance ?? false,
    automatically_finalizes_at: null,
    effective_at: draft.effective_at ?? now,
    ending_balance: ending,
    last_finalization_error: null,
    ...(options.isChargedLater !== true && { next_payment_attempt: null }),
    hosted_invoice_url: stripe.pageUrl(`i/${id}/${token}`),
    invoice_pdf: stripe.pageUrl(`i/${id}/${token}/pdf`),
    number: draft.number ?? nextNumber(stripe, idOf(draft.customer)!),
    rendering: finalRendering(draft),
    starting_balance: balance,
    status_transitions: { ...draft.status_transitions, finalized_at: now },
  });
  useBalance(stripe, invoice, ending - balance);
  settleCurrency(stripe, invoice);
  if (due > 0) openPayment(stripe, invoice);
  stripe.emit('invoice.finalized', invoice);
  replaceFormer(stripe, invoice);
  if (due === 0) return markPaid(stripe, id, {});
  if (invoice.due_date !== null && invoice.collection_method === 'send_invoice') {
    stripe.jobs.schedule('invoice.overdue', id, invoice.due_date);
    const reminder = invoice.due_date - REMINDED_BEFORE;
    if (reminder > now) stripe.jobs.schedule('invoice.will_be_due', id, reminder);
  }
  return invoice;
}

/** Whether nobody can tell the automatic taxes of a draft. */
export function isUnplaced({ automatic_tax: { enabled, status } }: Invoice): boolean {
  return enabled && status === 'requires_location_inputs';
}

/** Notes on a draft that it could not be made final, with `invoice.finalization_failed`. Gives the error, which keeps that. */
export function failFinalization(stripe: Backend, { id }: Invoice): StripeError {
  const error = unknownTaxPlace();
  const noted = { code: error.fields.code, message: error.message, type: error.type };
  const draft = invoiceTable(stripe).update(id, {
    automatically_finalizes_at: null,
    last_finalization_error: noted as unknown as Stripe.Invoice.LastFinalizationError,
  });
  stripe.jobs.cancel(id, 'invoice.finalize');
  stripe.emit('invoice.finalization_failed', draft);
  return error.keepingWrites();
}

/** A revision that is final takes the place of the invoice that it revises. */
function replaceFormer(stripe: Backend, { id, from_invoice: from }: Invoice): void {
  if (from?.action !== 'revision') return;
  const former = invoiceTable(stripe).update(idOf(from.invoice)!, { latest_revision: id });
  if (former.status === 'open' || former.status === 'uncollectible') voidInvoice(stripe, former.id);
}

/** Sends an invoice to its customer, which finalizes a draft. */
export function sendInvoice(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.collection_method !== 'send_invoice' && before.status === 'draft') {
    throw invalidRequest('You can only manually send an invoice if its collection method is `send_invoice`.', {
      param: 'collection_method',
    });
  }
  if (before.status === 'paid' || before.status === 'void') {
    throw invalidRequest(
      'This invoice cannot be sent right now. Please contact us via https://support.stripe.com/contact with details, so we can help.',
    );
  }
  const invoice = before.status === 'draft' ? finalizeInvoice(stripe, id) : before;
  stripe.emit('invoice.sent', invoice);
  return invoice;
}

function useBalance(stripe: Backend, invoice: Invoice, amount: number): void {
  if (amount === 0) return;
  const isTooSmall = invoice.amount_due === 0 && (invoice.ending_balance ?? 0) > 0;
  changeCustomerBalance(stripe, {
    customer: idOf(invoice.customer)!,
    amount,
    currency: invoice.currency,
    type: isTooSmall ? 'invoice_too_small' : 'applied_to_invoice',
    invoice: invoice.id,
  });
}

/** `ABCD1234-0001`: the prefix of the customer, and how many invoices there have been. */
function nextNumber(stripe: Backend, customerId: string): string {
  const customers = stripe.table<Stripe.Customer>('customer');
  const customer = customers.get(customerId);
  const prefix = customer.invoice_prefix ?? stripe.secret(8).toUpperCase();
  const sequence = customer.next_invoice_sequence ?? 1;
  customers.update(customerId, { invoice_prefix: prefix, next_invoice_sequence: sequence + 1 });
  return `${prefix}-${String(sequence).padStart(4, '0')}`;
}
