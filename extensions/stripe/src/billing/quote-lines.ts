/** What is offered in a quote, and what it adds up to. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { amountFor } from './amounts';
import { createDiscount, discountFor, type DiscountParams } from './discounts';
import { isMetered, priceOnlyIn, productName, resolvePrice, shownPrice } from './prices';
import { taxFor } from './taxes';

/** A line as it is kept. */
export interface QuoteLine {
  readonly id: string;
  readonly price: string;
  readonly quantity: number;
  readonly taxRates: readonly string[];
  /** The discounts of this line alone. */
  readonly discounts: readonly string[];
  readonly discountParams: readonly DiscountParams[];
}

export interface Sums {
  readonly amount_subtotal: number;
  readonly amount_total: number;
  readonly total_details: { amount_discount: number; amount_shipping: number; amount_tax: number };
  readonly items: readonly Stripe.LineItem[];
}

type GivenLine = Omit<Stripe.QuoteUpdateParams.LineItem, 'discounts'> & {
  readonly discounts?: readonly DiscountParams[] | '' | null;
};

/** Reads `line_items`; one with the identifier of a line that is there changes it. */
export function readQuoteLines(
  stripe: Backend,
  given: readonly GivenLine[],
  before: readonly QuoteLine[] = [],
): QuoteLine[] {
  return given.map((line, index) => {
    const at = `line_items[${index}]`;
    const known = before.find(({ id }) => id === line.id);
    if (line.id !== undefined && known === undefined) {
      throw invalidRequest(`No such line item: '${line.id}'`, { code: 'resource_missing', param: `${at}[id]` });
    }
    const price = resolvePrice(stripe, line, at)?.id ?? known?.price;
    if (price === undefined)
      throw invalidRequest(`Missing required param: ${at}[price].`, {
        code: 'parameter_missing',
        param: `${at}[price]`,
      });
    for (const rate of line.tax_rates || []) stripe.table<Stripe.TaxRate>('tax_rate').get(rate, `${at}[tax_rates]`);
    const asked = line.discounts === undefined ? known?.discountParams : line.discounts || [];
    return {
      id: known?.id ?? stripe.newId('item'),
      price,
      quantity: line.quantity ?? known?.quantity ?? 1,
      taxRates: line.tax_rates === undefined ? (known?.taxRates ?? []) : line.tax_rates || [],
      discountParams: asked ?? [],
      discounts: (asked ?? []).map(
        (each) => createDiscount(stripe, each, {}, { param: `${at}[discounts]`, isTentative: true }).id,
      ),
    };
  });
}

export function priceOf(stripe: Backend, line: QuoteLine): Stripe.Price {
  return stripe.table<Stripe.Price>('price').get(line.price);
}

/** Adds up some lines of a quote. What is used is charged later, and counts for nothing here. */
export function sumsOf(
  stripe: Backend,
  lines: readonly QuoteLine[],
  {
    discounts,
    taxRates,
    currency,
    customer,
  }: { discounts: readonly string[]; taxRates: readonly string[]; currency: string; customer: string | undefined },
): Sums {
  const prices = lines.map((line) => priceOf(stripe, line));
  const subtotals = prices.map((price, index) =>
    isMetered(price) ? 0 : amountFor(priceOnlyIn(stripe, price, currency), lines[index]!.quantity),
  );
  const off = discountFor(stripe, {
    currency,
    discounts,
    lines: lines.map((line, index) => ({
      amount: subtotals[index]!,
      product: idOf(prices[index]!.product),
      discounts: line.discounts,
    })),
  }).lines.map((each) => each.reduce((sum, { amount }) => sum + amount, 0));
  const exempt = customer === undefined ? null : stripe.table<Stripe.Customer>('customer').find(customer)?.tax_exempt;
  const taxes = taxFor(stripe, {
    currency,
    default_tax_rates: taxRates,
    tax_exempt: exempt ?? null,
    lines: lines.map((line, index) => ({ amount: subtotals[index]! - off[index]!, tax_rates: line.taxRates })),
  }).lines;
  const items = lines.map((line, index) => {
    const sum = (behavior?: string): number =>
      taxes[index]!.reduce(
        (all, { amount, tax_behavior }) => all + (behavior === undefined || tax_behavior === behavior ? amount : 0),
        0,
      );
    return {
      id: line.id,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: off[index]!,
      amount_subtotal: subtotals[index]!,
      amount_tax: sum(),
      amount_total: subtotals[index]! - off[index]! + sum('exclusive'),
      currency,
      description: productName(stripe, prices[index]!),
      metadata: null,
      price: shownPrice(prices[index]!),
      quantity: line.quantity,
    } as unknown as Stripe.LineItem;
  });
  const add = (of: (item: Stripe.LineItem) => number): number => items.reduce((all, item) => all + of(item), 0);
  return {
    amount_subtotal: add((item) => item.amount_subtotal),
    amount_total: add((item) => item.amount_total),
    total_details: {
      amount_discount: add((item) => item.amount_discount),
      amount_shipping: 0,
      amount_tax: add((item) => item.amount_tax),
    },
    items,
  };
}
