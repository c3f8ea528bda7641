import type Stripe from 'stripe';
import { sumOfLines } from '../billing/totals';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { date, money } from './money';
import { businessName } from '../connect/business-name';
import { pdf, type PdfLine } from './pdf';

/** An invoice on paper. */
export function invoicePdf(stripe: Backend, invoice: Stripe.Invoice): Buffer {
  const { currency } = invoice;
  const sum = (text: string, amount: number): PdfLine => ({ text, right: money(amount, currency) });
  const lines: PdfLine[] = [
    { text: `Invoice ${invoice.number ?? ''}`, size: 20 },
    { text: '' },
    { text: businessName(stripe), size: 13 },
    { text: `Date of issue: ${date(invoice.created)}` },
    ...(invoice.due_date === null ? [] : [{ text: `Date due: ${date(invoice.due_date)}` }]),
    { text: '' },
    { text: `Bill to: ${invoice.customer_name ?? ''}` },
    ...(invoice.customer_email === null ? [] : [{ text: invoice.customer_email }]),
    { text: '' },
    ...invoice.lines.data.map((line) =>
      sum(
        `${line.description ?? ''}${line.quantity !== null && line.quantity > 1 ? ` × ${line.quantity}` : ''}`,
        line.amount,
      ),
    ),
    { text: '' },
    sum('Subtotal', sumOfLines(invoice.lines.data)),
    ...totalsOf(sum, invoice),
    ...(invoice.amount_shipping === 0 ? [] : [sum('Shipping', invoice.amount_shipping)]),
    sum('Total', invoice.total),
    sum('Amount paid', invoice.amount_paid),
    sum('Amount due', invoice.amount_remaining),
    { text: '' },
    { text: `Status: ${invoice.status ?? ''}` },
    ...(invoice.footer === null ? [] : [{ text: invoice.footer }]),
  ];
  return pdf(`Invoice ${invoice.number ?? invoice.id}`, lines);
}

/** A credit note on paper. */
export function creditNotePdf(stripe: Backend, note: Stripe.CreditNote): Buffer {
  const { currency } = note;
  const sum = (text: string, amount: number): PdfLine => ({ text, right: money(amount, currency) });
  const invoice = stripe.table<Stripe.Invoice>('invoice').find(idOf(note.invoice)!);
  const lines: PdfLine[] = [
    { text: `Credit note ${note.number}`, size: 20 },
    { text: '' },
    { text: businessName(stripe), size: 13 },
    { text: `Date of issue: ${date(note.created)}` },
    { text: `Invoice: ${invoice?.number ?? idOf(note.invoice) ?? ''}` },
    { text: '' },
    { text: `Credit to: ${invoice?.customer_name ?? ''}` },
    ...(invoice?.customer_email ? [{ text: invoice.customer_email }] : []),
    { text: '' },
    ...note.lines.data.map((line) => sum(line.description ?? '', line.amount)),
    { text: '' },
    sum('Subtotal', note.subtotal),
    ...totalsOf(sum, { ...note, total_pretax_credit_amounts: note.pretax_credit_amounts }),
    sum('Total', note.total),
    { text: '' },
    ...(note.reason === null ? [] : [{ text: `Reason: ${note.reason.replaceAll('_', ' ')}` }]),
    ...(note.memo === null ? [] : [{ text: note.memo }]),
    { text: `Status: ${note.status}` },
  ];
  return pdf(`Credit note ${note.number}`, lines);
}

interface WithTotals {
  readonly total_taxes: readonly { readonly amount: number; readonly tax_behavior: string }[] | null;
  readonly total_pretax_credit_amounts?: readonly { readonly amount: number; readonly type: string }[] | null;
}

/** What stands between the subtotal and the total: discounts, credits and taxes that are not included. */
function totalsOf(sum: (text: string, amount: number) => PdfLine, totals: WithTotals): PdfLine[] {
  const credits = totals.total_pretax_credit_amounts ?? [];
  const add = (amounts: readonly { readonly amount: number }[]): number =>
    amounts.reduce((all, { amount }) => all + amount, 0);
  const rows = [
    ['Discounts', -add(credits.filter(({ type }) => type === 'discount'))],
    ['Credits', -add(credits.filter(({ type }) => type !== 'discount'))],
    ['Tax', add((totals.total_taxes ?? []).filter((tax) => tax.tax_behavior === 'exclusive'))],
  ] as const;
  return rows.flatMap(([name, amount]) => (amount === 0 ? [] : [sum(name, amount)]));
}
