import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { formatAmount } from '../payments/money';
import { createRefund } from '../payments/refunds';
import { blank } from '../spec/shapes';
import { amountLine, creditLines, type CreditLine } from './credit-note-lines';
import { changeCustomerBalance } from './customer-balance';
import { sumByDiscount } from './discount-amounts';
import { paymentOf, paymentTable } from './invoice-payments';
import { invoiceTable } from './invoice-data';
import { markPaid } from './pay-invoice';
import { dryRun } from './preview';
import { sumByRate } from './tax-amounts';

type CreditNote = Stripe.CreditNote;

/** https://docs.stripe.com/api/credit_notes */
export const creditNotes: DefineModule = (stripe) => {
  const table = stripe.table<CreditNote>('credit_note');
  const preview = (params: unknown): CreditNote =>
    dryRun(stripe, () => createCreditNote(stripe, params as Stripe.CreditNoteCreateParams));
  return {
    operations: {
      'POST /v1/credit_notes': ({ params }) =>
        createCreditNote(stripe, params as unknown as Stripe.CreditNoteCreateParams),
      'GET /v1/credit_notes/preview': ({ params }) => preview(params),
      'GET /v1/credit_notes/preview/lines': ({ params, url }) => pageOf(preview(params).lines.data, url, params),
      'GET /v1/credit_notes': ({ params, url }) => {
        const { customer, invoice } = params as Stripe.CreditNoteListParams;
        return table.page(url, params, { by: { invoice, customer } });
      },
      'GET /v1/credit_notes/{id}': ({ path }) => table.get(path['id']!),
      'GET /v1/credit_notes/{id}/lines': ({ path, params, url }) =>
        pageOf(table.get(path['id']!).lines.data, url, params),
      'POST /v1/credit_notes/{id}': ({ path, params }) => {
        const { memo, metadata } = params as Stripe.CreditNoteUpdateParams;
        const before = table.get(path['id']!);
        return table.update(
          before.id,
          { ...(memo !== undefined && { memo }), metadata: mergeMetadata(before.metadata, metadata) },
          'credit_note.updated',
        );
      },
      'POST /v1/credit_notes/{id}/void': ({ path }) => voidCreditNote(stripe, path['id']!),
    },
  };
};

/** Takes something off an open invoice, or gives it back for a paid one: as credit, as a refund, or outside of Stripe. */
export function createCreditNote(stripe: Backend, given: Stripe.CreditNoteCreateParams): CreditNote {
  const invoice = invoiceTable(stripe).get(given.invoice, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid' && invoice.status !== 'uncollectible') {
    throw invalidRequest(
      `You can only create a credit note for an invoice that is open, paid or uncollectible. This invoice is ${invoice.status}.`,
      { param: 'invoice' },
    );
  }
  return stripe.onClockOf(idOf(invoice.customer), () => {
    const lines = linesOf(stripe, invoice, given);
    const note = newNote(stripe, invoice, given, lines);
    const isPaid = invoice.status === 'paid';
    if (!isPaid) checkUnpaid(given);
    if (!isPaid) checkAgainst(note.total, invoice.amount_remaining, 'the amount remaining');
    const paid = isPaid ? payOut(stripe, invoice, note, given) : {};
    const kept = stripe.table<CreditNote>('credit_note').insert({ ...note, ...paid });
    if (isPaid) {
      invoiceTable(stripe).update(
        invoice.id,
        { post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + note.total },
        'invoice.updated',
      );
    } else reduce(stripe, invoice.id, note.total);
    stripe.emit('credit_note.created', kept);
    return kept;
  });
}

function linesOf(stripe: Backend, invoice: Stripe.Invoice, given: Stripe.CreditNoteCreateParams): CreditLine[] {
  if (given.lines !== undefined && given.lines.length > 0) return creditLines(stripe, invoice, given.lines);
  const amount =
    given.amount ??
    (given.credit_amount ?? 0) + (given.refund_amount ?? 0) + (given.out_of_band_amount ?? 0) + refundsIn(given);
  if (amount <= 0) {
    throw invalidRequest('You must specify one of `amount`, `lines`, or `shipping_cost`.', {
      code: 'parameter_missing',
      param: 'amount',
    });
  }
  return [amountLine(stripe, amount)];
}

function refundsIn({ refunds }: Stripe.CreditNoteCreateParams): number {
  return (refunds ?? []).reduce((sum, { amount_refunded }) => sum + (amount_refunded ?? 0), 0);
}

function newNote(
  stripe: Backend,
  invoice: Stripe.Invoice,
  given: Stripe.CreditNoteCreateParams,
  lines: readonly CreditLine[],
): CreditNote {
  const id = stripe.newId('credit_note');
  const discounts = sumByDiscount(
    lines.map((line) => line.discount_amounts.map(({ amount, discount }) => ({ amount, discount: idOf(discount)! }))),
  );
  const taxes = sumByRate(lines.flatMap((line) => line.taxes ?? []));
  const add = (amounts: readonly { readonly amount: number }[]): number =>
    amounts.reduce((sum, { amount }) => sum + amount, 0);
  const subtotal = add(lines);
  const inclusive = add(taxes.filter(({ tax_behavior }) => tax_behavior === 'inclusive'));
  const exclusive = add(taxes) - inclusive;
  const total = subtotal - add(discounts) + exclusive;
  const isPaid = invoice.status === 'paid';
  const count = stripe.table('credit_note').count({ by: { invoice: invoice.id } });
  return {
    ...blank('credit_note'),
    id,
    amount: total,
    created: stripe.now(),
    currency: invoice.currency,
    customer: idOf(invoice.customer)!,
    discount_amount: add(discounts),
    discount_amounts: discounts,
    effective_at: given.effective_at ?? stripe.now(),
    invoice: invoice.id,
    lines: {
      object: 'list',
      data: lines,
      has_more: false,
      url: `/v1/credit_notes/${id}/lines`,
    },
    memo: given.memo ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    number: `${invoice.number}-CN-${String(count + 1).padStart(2, '0')}`,
    out_of_band_amount: given.out_of_band_amount ?? null,
    pdf: stripe.pageUrl(`credit_notes/${id}/pdf`),
    post_payment_amount: isPaid ? total : 0,
    pre_payment_amount: isPaid ? 0 : total,
    pretax_credit_amounts: discounts.map((each) => ({ ...each, type: 'discount' })),
    reason: given.reason ?? null,
    refunds: [],
    status: 'issued',
    subtotal,
    subtotal_excluding_tax: subtotal - inclusive,
    total,
    total_excluding_tax: total - inclusive - exclusive,
    total_taxes: taxes,
    type: isPaid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  } as unknown as CreditNote;
}

/** Nothing can be given back of what was not paid yet. */
function checkUnpaid(given: Stripe.CreditNoteCreateParams): void {
  const ways = ['credit_amount', 'refund_amount', 'refunds'] as const;
  const refused = ways.find((name) => (Array.isArray(given[name]) ? given[name].length > 0 : given[name]));
  if (refused === undefined) return;
  throw invalidRequest(`You can only specify \`${refused}\` for an invoice that is paid.`, { param: refused });
}

function checkAgainst(total: number, left: number, what: string): void {
  if (total <= left) return;
  throw invalidRequest(
    `The total of the credit note (${total}) must not be more than ${what} of the invoice (${left}).`,
    {
      param: 'amount',
    },
  );
}

/** Gives the total of a credit note for a paid invoice back, in the ways that the client says. */
function payOut(
  stripe: Backend,
  invoice: Stripe.Invoice,
  note: CreditNote,
  given: Stripe.CreditNoteCreateParams,
): Partial<CreditNote> {
  checkAgainst(
    note.total,
    invoice.total - invoice.pre_payment_credit_notes_amount - invoice.post_payment_credit_notes_amount,
    'what is left',
  );
  const { credit_amount: credit = 0, refund_amount: refund = 0, out_of_band_amount: outside = 0 } = given;
  const sum = credit + refund + outside + refundsIn(given);
  if (sum !== note.total) {
    throw invalidRequest(
      `The sum of credit amount, refund amount and out of band amount (${formatAmount(sum, note.currency)}) must equal the credit note amount (${formatAmount(note.total, note.currency)}).`,
      { param: 'amount' },
    );
  }
  const refunds: Stripe.CreditNote.Refund[] = [];
  const intent = idOf(paymentOf(stripe, invoice.id)?.payment.payment_intent);
  if (refund > 0) {
    if (intent === undefined)
      throw invalidRequest('This invoice has no payment that can be refunded.', { param: 'refund_amount' });
    const made = createRefund(stripe, { payment_intent: intent, amount: refund });
    refunds.push({ amount_refunded: refund, payment_record_refund: null, refund: made.id, type: 'refund' });
  }
  for (const [index, each] of (given.refunds ?? []).entries()) {
    const found = stripe.table<Stripe.Refund>('refund').get(each.refund ?? '', `refunds[${index}][refund]`);
    refunds.push({
      amount_refunded: each.amount_refunded ?? found.amount,
      payment_record_refund: null,
      refund: found.id,
      type: 'refund',
    });
  }
  if (credit === 0) return { refunds };
  const transaction = changeCustomerBalance(stripe, {
    customer: idOf(invoice.customer)!,
    amount: -credit,
    currency: invoice.currency,
    type: 'credit_note',
    credit_note: note.id,
    invoice: invoice.id,
  });
  return { refunds, customer_balance_transaction: transaction.id };
}

/** Less is due for an open invoice, or more again with an amount below zero. With nothing left it is paid. */
function reduce(stripe: Backend, id: string, amount: number): void {
  const invoices = invoiceTable(stripe);
  const before = invoices.get(id);
  const left = before.amount_remaining - amount;
  const payment = paymentOf(stripe, id);
  const intent = idOf(payment?.payment.payment_intent);
  if (payment && intent !== undefined && left > 0) {
    stripe.table<Stripe.PaymentIntent>('payment_intent').update(intent, { amount: left });
    paymentTable(stripe).update(payment.id, { amount_requested: left });
  }
  const after = invoices.update(
    id,
    {
      amount_due: before.amount_due - amount,
      amount_remaining: left,
      pre_payment_credit_notes_amount: before.pre_payment_credit_notes_amount + amount,
    },
    'invoice.updated',
  );
  if (left === 0 && after.status === 'open') markPaid(stripe, id, {});
}

function voidCreditNote(stripe: Backend, id: string): CreditNote {
  const table = stripe.table<CreditNote>('credit_note');
  const note = table.get(id);
  if (note.status === 'void') throw invalidRequest('This credit note has already been voided.');
  const invoice = invoiceTable(stripe).get(idOf(note.invoice)!);
  if (invoice.status !== 'open' || note.type !== 'pre_payment') {
    throw invalidRequest('You can only void a credit note if the associated invoice is open.');
  }
  return stripe.onClockOf(idOf(invoice.customer), () => {
    reduce(stripe, invoice.id, -note.total);
    const voided = table.update(id, { status: 'void', voided_at: stripe.now() });
    stripe.emit('credit_note.voided', voided);
    return voided;
  });
}
