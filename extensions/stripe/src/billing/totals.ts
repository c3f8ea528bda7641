import type Stripe from 'stripe';
import { idOf } from '../kernel/objects';

/** What an invoice adds up to, from its lines: each has its discounts and taxes by then. */
export type Totals = Pick<
  Stripe.Invoice,
  | 'subtotal'
  | 'subtotal_excluding_tax'
  | 'total'
  | 'total_discount_amounts'
  | 'total_excluding_tax'
  | 'total_pretax_credit_amounts'
  | 'total_taxes'
>;

/** How a total and the balance of a customer make what is due and what is left on the balance. */
export interface Due {
  readonly amount_due: number;
  readonly ending_balance: number;
}

/** The smallest amounts that can be charged; less is put on the balance of the customer. */
const SMALLEST: Readonly<Record<string, number>> = {
  usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30, hkd: 400,
  huf: 17500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50, thb: 1000,
}; // prettier-ignore

/** Adds up lines, and the taxes of what is beside them. */
export function totalsOf(lines: readonly Stripe.InvoiceLineItem[]): Totals {
  const discounts = new Map<string, Stripe.Invoice.TotalDiscountAmount>();
  for (const { amount, discount } of lines.flatMap((line) => line.discount_amounts ?? [])) {
    const id = idOf(discount)!;
    discounts.set(id, { amount: amount + (discounts.get(id)?.amount ?? 0), discount: id });
  }
  const taxes = new Map<string, Stripe.Invoice.TotalTax>();
  for (const tax of lines.flatMap((line) => line.taxes ?? [])) {
    const key = JSON.stringify([tax.tax_rate_details, tax.tax_behavior, tax.taxability_reason]);
    const known = taxes.get(key);
    taxes.set(key, {
      ...tax,
      amount: tax.amount + (known?.amount ?? 0),
      taxable_amount: (tax.taxable_amount ?? 0) + (known?.taxable_amount ?? 0),
    });
  }
  const credits = lines
    .flatMap((line) => line.pretax_credit_amounts ?? [])
    .filter(({ type }) => type === 'credit_balance_transaction');
  const discounted = sum([...discounts.values()].map(({ amount }) => amount));
  const gross = sumOfLines(lines);
  const subtotal = gross - sum(lines.map(ownDiscountsOf));
  const net = gross - discounted;
  const credited = sum(credits.map(({ amount }) => amount));
  const inclusive = sum([...taxes.values()].filter(isInclusive).map(({ amount }) => amount));
  const exclusive = sum([...taxes.values()].map(({ amount }) => amount)) - inclusive;
  return {
    subtotal,
    subtotal_excluding_tax: subtotal - inclusive,
    total: net - credited + exclusive,
    total_discount_amounts: [...discounts.values()],
    total_excluding_tax: net - credited - inclusive,
    total_pretax_credit_amounts: [
      ...[...discounts.values()].map((each) => ({ ...each, type: 'discount' as const })),
      ...credits,
    ],
    total_taxes: [...taxes.values()],
  };
}

/** What lines cost before discounts and taxes. */
export function sumOfLines(lines: readonly Stripe.InvoiceLineItem[]): number {
  return sum(lines.map(({ amount }) => amount));
}

/** What the discounts of a line itself take off it. The subtotal of an invoice is without them; discounts of the invoice come after it. */
function ownDiscountsOf({ discounts, discount_amounts: amounts }: Stripe.InvoiceLineItem): number {
  const own = new Set((discounts ?? []).map((each) => idOf(each)));
  return sum((amounts ?? []).flatMap(({ amount, discount }) => (own.has(idOf(discount)) ? [amount] : [])));
}

/**
 * What is due of a total, for a customer with a balance: below zero is credit, above it what the customer owes. What is too
 * little to be charged stays on the balance. `amount_due` and `ending_balance` always add up to the total and the balance.
 */
export function dueOf(total: number, balance: number, currency: string): Due {
  const sumOfBoth = total + balance;
  const isTooSmall = sumOfBoth > 0 && sumOfBoth < (SMALLEST[currency] ?? 1);
  if (isTooSmall) return { amount_due: 0, ending_balance: sumOfBoth };
  return { amount_due: Math.max(0, sumOfBoth), ending_balance: Math.min(0, sumOfBoth) };
}

function isInclusive({ tax_behavior }: { readonly tax_behavior: string }): boolean {
  return tax_behavior === 'inclusive';
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
