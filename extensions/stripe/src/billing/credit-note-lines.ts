/** The lines of a credit note: shares of lines of its invoice, or something of their own. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';
import { roundedShare } from './rounding';
import { taxFor } from './taxes';

export type CreditLine = Stripe.CreditNoteLineItem;
type GivenLine = Stripe.CreditNoteCreateParams.Line;

export function creditLines(stripe: Backend, invoice: Stripe.Invoice, given: readonly GivenLine[]): CreditLine[] {
  return given.map((line, index) =>
    line.type === 'invoice_line_item'
      ? shareOfLine(stripe, invoice, line, `lines[${index}]`)
      : customLine(stripe, invoice, line, `lines[${index}]`),
  );
}

/** The line of a credit note that only names an amount: taxes are part of it. */
export function amountLine(stripe: Backend, amount: number): CreditLine {
  return newLine(stripe, { amount, quantity: 1, type: 'custom_line_item', unit_amount: amount });
}

function shareOfLine(stripe: Backend, invoice: Stripe.Invoice, given: GivenLine, at: string): CreditLine {
  if (given.invoice_line_item === undefined) throw parameterMissing(`${at}[invoice_line_item]`);
  const line = invoice.lines.data.find(({ id }) => id === given.invoice_line_item);
  if (line === undefined) {
    throw invalidRequest(`No such invoice line item: '${given.invoice_line_item}'`, {
      code: 'resource_missing',
      param: `${at}[invoice_line_item]`,
    });
  }
  const quantity = given.quantity ?? line.quantity ?? 1;
  const amount = given.amount ?? roundedShare(line.amount, quantity, line.quantity ?? 1);
  if (amount < 0 || amount > line.amount) {
    throw invalidRequest(
      `The amount of the line item (${amount}) is more than what is left of the invoice line item (${line.amount}).`,
      { param: given.amount === undefined ? `${at}[quantity]` : `${at}[amount]` },
    );
  }
  const share = (whole: number): number => (line.amount === 0 ? 0 : roundedShare(whole, amount, line.amount));
  return newLine(stripe, {
    amount,
    description: given.description ?? line.description,
    discount_amounts: (line.discount_amounts ?? []).map((each) => ({
      amount: share(each.amount),
      discount: idOf(each.discount)!,
    })),
    invoice_line_item: line.id,
    quantity: given.amount === undefined ? quantity : null,
    taxes: (line.taxes ?? []).map((tax) => ({
      ...tax,
      amount: share(tax.amount),
      taxable_amount: share(tax.taxable_amount ?? 0),
    })),
    type: 'invoice_line_item',
    unit_amount: given.amount === undefined && quantity > 0 ? roundedShare(amount, 1, quantity) : null,
  });
}

function customLine(stripe: Backend, invoice: Stripe.Invoice, given: GivenLine, at: string): CreditLine {
  const unit =
    given.unit_amount ?? (given.unit_amount_decimal === undefined ? undefined : Number(given.unit_amount_decimal));
  const amount = given.amount ?? (unit === undefined ? undefined : Math.round(unit * (given.quantity ?? 1)));
  if (amount === undefined) throw parameterMissing(`${at}[unit_amount]`);
  const rates = given.tax_rates === '' ? [] : (given.tax_rates ?? []);
  const { lines } = taxFor(stripe, { currency: invoice.currency, lines: [{ amount, tax_rates: rates }] });
  return newLine(stripe, {
    amount,
    description: given.description ?? null,
    quantity: given.quantity ?? 1,
    tax_rates: rates.map((id) => stripe.table<Stripe.TaxRate>('tax_rate').get(id)),
    taxes: lines[0]!,
    type: 'custom_line_item',
    unit_amount: unit ?? amount,
  });
}

function newLine(stripe: Backend, line: Partial<CreditLine>): CreditLine {
  const discounts = line.discount_amounts ?? [];
  const { unit_amount } = line;
  return {
    ...blank('credit_note_line_item'),
    id: stripe.newId('credit_note_line_item'),
    metadata: null,
    discount_amount: discounts.reduce((sum, { amount }) => sum + amount, 0),
    discount_amounts: discounts,
    pretax_credit_amounts: discounts.map((each) => ({ ...each, type: 'discount' })),
    tax_rates: [],
    taxes: [],
    unit_amount_decimal: unit_amount === null || unit_amount === undefined ? null : String(unit_amount),
    ...line,
  } as unknown as CreditLine;
}
