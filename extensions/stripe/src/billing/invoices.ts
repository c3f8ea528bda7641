import type Stripe from 'stripe';
import type { StripeError } from '../errors';
import { cardError, invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { cancelIntent } from '../payments/capture-intent';
import { tryConfirm } from '../payments/confirm-intent';
import { unknownTaxPlace } from './automatic-tax';
import { applyCredits, returnCredits } from './credit-application';
import { changeCustomerBalance } from './customer-balance';
import { balanceFor, invoiceTable, newInvoice, reckon, subscriptionOf, type InvoiceSeed } from './invoice-data';
import { openPayment, paidOf, paymentOf } from './invoice-payments';
import { DRAFT_TIME, REMINDED_BEFORE } from './invoice-settings';
import { finalRendering } from './invoice-templates';
import { itemOfLine } from './lines';
import { methodForInvoice } from './methods';
import { DAY } from './periods';
import { dueOf } from './totals';

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

export interface Paid {
  readonly invoice: Invoice;
  /** Why it is not paid. */
  readonly error?: StripeError;
}

/** Keeps a draft with its lines. One that advances by itself is finalized after an hour. */
export function createInvoice(stripe: Backend, seed: InvoiceSeed, lines: readonly Stripe.InvoiceLineItem[]): Invoice {
  const invoice = newInvoice(stripe, seed, lines);
  if (invoice.auto_advance === true && invoice.automatically_finalizes_at === null) {
    Object.assign(invoice, { automatically_finalizes_at: invoice.created + DRAFT_TIME });
  }
  invoiceTable(stripe).insert(invoice);
  claimItems(stripe, invoice);
  if (invoice.automatically_finalizes_at !== null) {
    stripe.jobs.schedule('invoice.finalize', invoice.id, invoice.automatically_finalizes_at);
  }
  stripe.emit('invoice.created', invoice);
  return invoice;
}

/** Makes an invoice final: numbered, to be paid, with the balance of the customer used. One with nothing due is paid at once. */
export function finalizeInvoice(
  stripe: Backend,
  id: string,
  options: { readonly auto_advance?: boolean | undefined } = {},
): Invoice {
  const found = editable(stripe, id, "This invoice is already finalized, you can't re-finalize it.");
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

/** A customer is billed in the currency of the first invoice from then on. */
function settleCurrency(stripe: Backend, { customer, currency: billed }: Invoice): void {
  const customers = stripe.table<Stripe.Customer>('customer');
  const { id, currency } = customers.get(idOf(customer)!);
  if (!currency) customers.update(id, { currency: billed }, 'customer.updated');
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
    const error = noPaymentMethod();
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
      {
        code: 'invoice_payment_intent_requires_action',
      },
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

/** Takes back an invoice that was final. What it used of the balance of the customer is given back. */
export function voidInvoice(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.status !== 'open' && before.status !== 'uncollectible') {
    throw invalidRequest('You can only pass in open or uncollectible invoices. This invoice isn’t open.', {
      code: 'invoice_not_editable',
    });
  }
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
  if (before.status !== 'open') {
    throw invalidRequest('You can only pass in open invoices. This invoice isn’t open.', {
      code: 'invoice_not_editable',
    });
  }
  const invoice = close(stripe, before, {
    status: 'uncollectible',
    status_transitions: { ...before.status_transitions, marked_uncollectible_at: stripe.now() },
  });
  stripe.emit('invoice.marked_uncollectible', invoice);
  return invoice;
}

/** Sends an invoice to its customer, which finalizes a draft. */
export function sendInvoice(stripe: Backend, id: string): Invoice {
  const before = invoiceTable(stripe).get(id);
  if (before.collection_method !== 'send_invoice' && before.status === 'draft') {
    throw invalidRequest('You can only manually send an invoice if its collection method is `send_invoice`.', {
      param: 'collection_method',
    });
  }
  const invoice = before.status === 'draft' ? finalizeInvoice(stripe, id) : before;
  stripe.emit('invoice.sent', invoice);
  return invoice;
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

export function noPaymentMethod(): StripeError {
  return invalidRequest(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
    { code: 'resource_missing' },
  );
}

function payOutOfBand(stripe: Backend, invoice: Invoice): Invoice {
  cancelPayment(stripe, invoice);
  return markPaid(stripe, invoice.id, { amount_paid_off_stripe: invoice.amount_remaining });
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

function cancelPayment(stripe: Backend, invoice: Invoice): void {
  const payment = paymentOf(stripe, invoice.id);
  const intent = idOf(payment?.payment.payment_intent);
  if (payment === undefined || payment.status !== 'open' || intent === undefined) return;
  paidOf(stripe, payment.id, { status: 'canceled', canceled_at: stripe.now() });
  cancelIntent(stripe, intent, 'void_invoice');
}

/** The invoice items among the lines that waited for an invoice are on this one from now on. */
function claimItems(stripe: Backend, invoice: Invoice): void {
  const items = stripe.table<Stripe.InvoiceItem>('invoiceitem');
  for (const line of invoice.lines.data) {
    const item = itemOfLine(line);
    if (item !== undefined && items.find(item)?.invoice === null) items.update(item, { invoice: invoice.id });
  }
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
