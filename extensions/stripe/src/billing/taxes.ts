/** Taxes of lines and invoices, by tax rates or by the place of the customer. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { automaticRate, locationStatus, type TaxPlace } from './automatic-tax';
import { sumByRate, taxesOn, type AppliedRate, type TaxAmount } from './tax-amounts';

export interface LineToTax {
  /** After discounts. */
  readonly amount: number;
  readonly tax_rates?: readonly (string | { readonly id: string })[] | undefined;
  /** Of the price; only automatic taxes look at it, as a rate says for itself whether it is included. */
  readonly tax_behavior?: string | null | undefined;
}

export interface TaxQuestion {
  readonly currency: string;
  readonly lines: readonly LineToTax[];
  /** For lines that have none of their own. */
  readonly default_tax_rates?: readonly (string | { readonly id: string })[] | undefined;
  /** `exempt` and `reverse` customers pay none. */
  readonly tax_exempt?: string | null | undefined;
  /** Set where taxes follow from the place of the customer. */
  readonly automatic?: TaxPlace | undefined;
}

export interface TaxAnswer {
  readonly lines: TaxAmount[][];
  readonly total: TaxAmount[];
  /** What comes on top. */
  readonly exclusive: number;
  /** What the amounts include. */
  readonly inclusive: number;
  /** `automatic_tax.status`; null where the taxes are not automatic. */
  readonly status: 'complete' | 'requires_location_inputs' | null;
}

/** The taxes of lines, line by line and together. */
export function taxFor(stripe: Backend, question: TaxQuestion): TaxAnswer {
  const { automatic } = question;
  const lines = question.lines.map((line) => taxesOn(line.amount, ratesFor(stripe, line, question)));
  const total = sumByRate(lines.flat());
  const sum = (behavior: string): number =>
    total.reduce((all, { amount, tax_behavior }) => all + (tax_behavior === behavior ? amount : 0), 0);
  return {
    lines,
    total,
    exclusive: sum('exclusive'),
    inclusive: sum('inclusive'),
    status: automatic === undefined ? null : locationStatus(automatic),
  };
}

function ratesFor(stripe: Backend, line: LineToTax, question: TaxQuestion): AppliedRate[] {
  const exemption = exemptionOf(question.tax_exempt);
  if (question.automatic !== undefined) {
    const rate = automaticRate(stripe, question.automatic, line.tax_behavior, question.currency);
    return rate === undefined ? [] : [exemption === undefined ? rate : { ...rate, percentage: 0, reason: exemption }];
  }
  const given = line.tax_rates && line.tax_rates.length > 0 ? line.tax_rates : (question.default_tax_rates ?? []);
  return given.map((each) => {
    const { id, percentage, effective_percentage, inclusive } = stripe
      .table<Stripe.TaxRate>('tax_rate')
      .get(idOf(each)!, 'tax_rates');
    const rate = { id, percentage: effective_percentage ?? percentage, inclusive, reason: 'not_available' };
    return exemption === undefined ? rate : { ...rate, percentage: 0, reason: exemption };
  });
}

function exemptionOf(exempt: string | null | undefined): 'customer_exempt' | 'reverse_charge' | undefined {
  if (exempt === 'exempt') return 'customer_exempt';
  return exempt === 'reverse' ? 'reverse_charge' : undefined;
}
