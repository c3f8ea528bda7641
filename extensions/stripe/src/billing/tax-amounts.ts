/** How much tax is on an amount: https://docs.stripe.com/tax/calculating. */
import type Stripe from 'stripe';
import { contained, percentOf } from './rounding';

/** A rate that holds for a line. */
export interface AppliedRate {
  readonly id: string;
  readonly percentage: number;
  readonly inclusive: boolean;
  readonly reason: Stripe.InvoiceLineItem.Tax.TaxabilityReason;
}

export type TaxAmount = Stripe.InvoiceLineItem.Tax;

/**
 * The taxes on an amount, rate by rate, each rounded by itself. Taxes that the amount includes are taken out of it first; the others are
 * reckoned on what is left and come on top.
 */
export function taxesOn(amount: number, rates: readonly AppliedRate[]): TaxAmount[] {
  const included = rates.filter(({ inclusive }) => inclusive);
  const within = contained(
    amount,
    included.map(({ percentage }) => percentage),
  );
  const net = amount - within.reduce((sum, each) => sum + each, 0);
  return rates.map((rate) => ({
    amount: rate.inclusive ? within[included.indexOf(rate)]! : percentOf(net, rate.percentage),
    tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: rate.id },
    taxability_reason: rate.reason,
    taxable_amount: net,
    type: 'tax_rate_details',
  }));
}

/** The sums by rate, in the order in which the rates first appear. */
export function sumByRate(taxes: readonly TaxAmount[]): TaxAmount[] {
  const sums = new Map<string, TaxAmount>();
  for (const tax of taxes) {
    const key = JSON.stringify([tax.tax_rate_details?.tax_rate, tax.tax_behavior, tax.taxability_reason]);
    const known = sums.get(key);
    sums.set(key, {
      ...tax,
      amount: tax.amount + (known?.amount ?? 0),
      taxable_amount: (tax.taxable_amount ?? 0) + (known?.taxable_amount ?? 0),
    });
  }
  return [...sums.values()];
}
