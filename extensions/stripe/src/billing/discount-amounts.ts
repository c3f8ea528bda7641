/** How much discounts take off lines: https://docs.stripe.com/billing/subscriptions/coupons. */
import type Stripe from 'stripe';
import { percentOf, shareOut } from './rounding';

/** A discount with what it takes off. */
export interface AppliedDiscount {
  readonly id: string;
  readonly coupon: Pick<Stripe.Coupon, 'amount_off' | 'percent_off' | 'currency' | 'currency_options' | 'applies_to'>;
}

export interface DiscountedLine {
  readonly amount: number;
  /** The product that is sold; coupons may be for some products only. */
  readonly product?: string | undefined;
  readonly discountable?: boolean | undefined;
  /** Discounts of this line alone. They come before those of the whole. */
  readonly discounts?: readonly AppliedDiscount[];
}

export interface DiscountAmount {
  readonly amount: number;
  readonly discount: string;
}

/**
 * What each line has off, discount by discount, in their order: each takes from what the former ones left. A percentage is
 * rounded on each line; an amount is shared out in proportion, and no line is discounted below zero.
 */
export function discountLines(
  lines: readonly DiscountedLine[],
  discounts: readonly AppliedDiscount[],
  currency: string,
): DiscountAmount[][] {
  const found: DiscountAmount[][] = lines.map(() => []);
  const left = lines.map(({ amount }) => amount);
  const apply = ({ id, coupon }: AppliedDiscount, concerns: (index: number) => boolean): void => {
    const open = left.map((amount, index) => (concerns(index) && takesPart(lines[index]!, coupon) ? amount : 0));
    const off = amountsOff(coupon, open, currency);
    for (const [index, amount] of off.entries()) {
      if (!concerns(index) || !takesPart(lines[index]!, coupon)) continue;
      left[index]! -= amount;
      found[index]!.push({ amount, discount: id });
    }
  };
  for (const [own, line] of lines.entries()) {
    for (const discount of line.discounts ?? []) apply(discount, (index) => index === own);
  }
  for (const discount of discounts) apply(discount, () => true);
  return found;
}

/** The sums by discount, in the order in which they first appear. */
export function sumByDiscount(lines: readonly (readonly DiscountAmount[])[]): DiscountAmount[] {
  const sums = new Map<string, number>();
  for (const { amount, discount } of lines.flat()) sums.set(discount, (sums.get(discount) ?? 0) + amount);
  return [...sums].map(([discount, amount]) => ({ amount, discount }));
}

/** What a coupon takes off in a currency; undefined where it has no amount in it. */
export function amountOffIn(coupon: AppliedDiscount['coupon'], currency: string): number | undefined {
  if (coupon.currency === currency) return coupon.amount_off ?? undefined;
  return coupon.currency_options?.[currency]?.amount_off;
}

function amountsOff(coupon: AppliedDiscount['coupon'], open: readonly number[], currency: string): number[] {
  if (coupon.percent_off !== null) return open.map((amount) => percentOf(amount, coupon.percent_off!));
  const weights = open.map((amount) => Math.max(0, amount));
  return shareOut(amountOffIn(coupon, currency) ?? 0, weights);
}

function takesPart(line: DiscountedLine, { applies_to }: AppliedDiscount['coupon']): boolean {
  if (line.discountable === false) return false;
  return applies_to === undefined || (line.product !== undefined && applies_to.products.includes(line.product));
}
