import type Stripe from 'stripe';
import { amountFor, proratedShare } from '../billing/amounts';
import type { TaxPlace } from '../billing/automatic-tax';
import { discountLines, type DiscountAmount } from '../billing/discount-amounts';
import { nextPeriod, type Recurring } from '../billing/periods';
import { priceOnlyIn } from '../billing/prices';
import type { TaxAmount } from '../billing/tax-amounts';
import { taxFor } from '../billing/taxes';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { couponTerms } from '../resources/coupons';
import { nameOf, priceOf, type Line } from './line-items';

/** What is taken off, as the client or the buyer chose it. */
export interface ChosenDiscount {
  /** The discount that it becomes. */
  readonly id: string;
  readonly coupon: string;
  readonly promotion_code: string | null;
}

/** The billing cycle of a subscription whose first whole period is still to come. */
export interface FirstCycle {
  readonly anchor: number;
  readonly dayOfMonth?: number;
  /** What comes before costs nothing, and not its share of a period. */
  readonly isFree: boolean;
}

export interface Sale {
  readonly lines: readonly Line[];
  readonly discounts: readonly ChosenDiscount[];
  /** The chosen shipping rate. */
  readonly shippingRate: string | null;
  readonly currency: string;
  /** True while nothing is due for what recurs: a trial. */
  readonly trial?: boolean;
  /** When the first whole period begins, where that is not at once. */
  readonly cycle?: FirstCycle | undefined;
  /** Tax rates of lines that have none. */
  readonly defaultTaxRates?: readonly string[];
  /** Where the buyer is, where taxes follow from that. */
  readonly automatic?: TaxPlace | undefined;
  readonly taxExempt?: string | null | undefined;
}

/** What is taken off one line, and what taxes are on it. */
export interface LineDetails {
  readonly discounts: readonly DiscountAmount[];
  readonly taxes: readonly TaxAmount[];
}

export interface Totals {
  readonly items: readonly Stripe.LineItem[];
  /** For each of them. */
  readonly details: readonly LineDetails[];
  readonly amount_subtotal: number;
  readonly amount_total: number;
  readonly amount_discount: number;
  readonly amount_tax: number;
  readonly amount_shipping: number;
  readonly shipping_cost: Stripe.Checkout.Session.ShippingCost | null;
}

/** Adds up a sale. Everything is in the smallest unit of the currency, and the lines add up to the totals. */
export function addUp(stripe: Backend, sale: Sale): Totals {
  const prices = sale.lines.map((line) => priceOf(stripe, line));
  const subtotals = sale.lines.map((line, index) => {
    const price = prices[index]!;
    const isLater = price.recurring !== null && (sale.trial === true || price.recurring.usage_type === 'metered');
    if (isLater) return 0;
    if (line.amount !== undefined) return line.amount * (line.quantity ?? 1);
    const whole = amountFor(priceOnlyIn(stripe, price, sale.currency), line.quantity ?? 0);
    return price.recurring === null ? whole : untilCycle(sale.cycle, price.recurring, whole, stripe.now());
  });
  const off = discountsOf(stripe, sale, prices, subtotals);
  const details: LineDetails[] = [];
  const items = sale.lines.map((line, index) => {
    const price = prices[index]!;
    const discounted = off[index]!.reduce((sum, { amount }) => sum + amount, 0);
    const rest = subtotals[index]! - discounted;
    const taxes = taxFor(stripe, {
      currency: sale.currency,
      lines: [{ amount: rest, tax_rates: line.taxRates, tax_behavior: price.tax_behavior }],
      default_tax_rates: sale.defaultTaxRates,
      automatic: sale.automatic,
      tax_exempt: sale.taxExempt,
    });
    details.push({ discounts: off[index]!, taxes: taxes.lines[0]! });
    return {
      id: line.id,
      object: 'item' as const,
      adjustable_quantity: line.adjustable,
      amount_discount: discounted,
      amount_subtotal: subtotals[index]!,
      amount_tax: taxes.exclusive + taxes.inclusive,
      amount_total: rest + taxes.exclusive,
      currency: sale.currency,
      description: nameOf(stripe, line),
      metadata: line.metadata,
      price,
      quantity: line.quantity,
    };
  });
  const shipping = shippingOf(stripe, sale);
  const sum = (of: (item: Stripe.LineItem) => number): number => items.reduce((total, item) => total + of(item), 0);
  return {
    items,
    details,
    amount_subtotal: sum((item) => item.amount_subtotal),
    amount_total: sum((item) => item.amount_total) + (shipping?.amount_total ?? 0),
    amount_discount: sum((item) => item.amount_discount),
    amount_tax: sum((item) => item.amount_tax) + (shipping?.amount_tax ?? 0),
    amount_shipping: shipping?.amount_subtotal ?? 0,
    shipping_cost: shipping,
  };
}

/** The taxes that come on top of the prices. */
export function exclusiveTax(totals: Totals): number {
  return totals.amount_total - totals.amount_subtotal - totals.amount_shipping + totals.amount_discount;
}

/** What of the amount for a whole period is due before the first of them begins. */
function untilCycle(cycle: FirstCycle | undefined, recurring: Recurring, amount: number, now: number): number {
  if (cycle === undefined || cycle.anchor <= now) return amount;
  if (cycle.isFree) return 0;
  const { start, end } = nextPeriod(cycle.anchor, recurring, now, cycle.dayOfMonth);
  return proratedShare(amount, cycle.anchor - now, end - start);
}

/** What each line has off. A coupon that has gone takes nothing off any more. */
function discountsOf(
  stripe: Backend,
  sale: Sale,
  prices: readonly Stripe.Price[],
  subtotals: readonly number[],
): DiscountAmount[][] {
  const discounts = sale.discounts.flatMap(({ id, coupon: couponId }) => {
    const coupon = stripe.table<Stripe.Coupon>('coupon').has(couponId) ? couponTerms(stripe, couponId) : undefined;
    return coupon === undefined ? [] : [{ id, coupon }];
  });
  const lines = subtotals.map((amount, index) => ({ amount, product: idOf(prices[index]!.product) }));
  return discountLines(lines, discounts, sale.currency);
}

function shippingOf(stripe: Backend, { shippingRate, currency }: Sale): Stripe.Checkout.Session.ShippingCost | null {
  if (shippingRate === null) return null;
  const rate = stripe.table<Stripe.ShippingRate>('shipping_rate').get(shippingRate);
  const amount = shippingAmount(rate, currency);
  return { amount_subtotal: amount, amount_tax: 0, amount_total: amount, shipping_rate: rate.id };
}

/** What shipping costs in a currency. */
export function shippingAmount(rate: Stripe.ShippingRate, currency: string): number {
  const { fixed_amount: fixed } = rate;
  if (fixed === undefined || fixed.currency === currency) return fixed?.amount ?? 0;
  return fixed.currency_options?.[currency]?.amount ?? fixed.amount;
}
