/** What a quantity of a price costs, and shares of amounts. Amounts are integers in the smallest unit of a currency; nothing here is a fraction. */

/** What of a price decides an amount: https://docs.stripe.com/api/prices/object. */
export interface PriceAmounts {
  readonly billing_scheme?: string;
  readonly unit_amount?: number | null;
  /** A number with up to twelve decimals, in the smallest unit. */
  readonly unit_amount_decimal?: unknown;
  readonly tiers_mode?: string | null;
  readonly tiers?: readonly PriceTier[] | undefined;
  readonly transform_quantity?: { readonly divide_by: number; readonly round: string } | null;
}

export interface PriceTier {
  readonly up_to: number | null;
  readonly unit_amount?: number | null;
  readonly unit_amount_decimal?: unknown;
  readonly flat_amount?: number | null;
  readonly flat_amount_decimal?: unknown;
}

/** A part of an amount that stands on a line of its own: graduated tiers have one for each tier, and one for each flat fee. */
export interface AmountPart {
  readonly amount: number;
  readonly quantity: number;
  readonly unitAmount: string;
  /** Counts from 1; undefined where the price has no tiers. */
  readonly tier?: number;
  readonly isFlat?: boolean;
}

const DECIMALS = 12;
const ONE = 10n ** BigInt(DECIMALS);

/** What a quantity costs, rounded half up. */
export function amountFor(price: PriceAmounts, quantity: number): number {
  return partsFor(price, quantity).reduce((sum, { amount }) => sum + amount, 0);
}

/** The parts of what a quantity costs; at least one. */
export function partsFor(price: PriceAmounts, quantity: number): AmountPart[] {
  const { transform_quantity: transform, tiers } = price;
  if (price.billing_scheme === 'tiered' && tiers && tiers.length > 0) {
    return price.tiers_mode === 'volume' ? volumeParts(tiers, quantity) : graduatedParts(tiers, quantity);
  }
  const packages = transform
    ? (transform.round === 'up' ? Math.ceil : Math.floor)(quantity / transform.divide_by)
    : quantity;
  const unitAmount = decimalText(price.unit_amount_decimal, price.unit_amount);
  return [{ amount: times(unitAmount, packages), quantity, unitAmount }];
}

/** A share of an amount: `part` of `whole` equal parts, rounded half away from zero. */
export function shareOf(amount: number, part: number, whole: number): number {
  if (whole === 0) return 0;
  return roundedQuotient(BigInt(Math.round(amount)) * BigInt(Math.round(part)), BigInt(Math.round(whole)));
}

/** The share of an amount that a part of a period costs, or gives back where it is negative: half a unit is rounded down. */
export function proratedShare(amount: number, part: number, whole: number): number {
  if (whole === 0) return 0;
  // Less by so little that it counts only where there is just half a unit.
  const dividend = 4n * BigInt(Math.round(amount)) * BigInt(Math.round(part)) - 1n;
  return roundedQuotient(dividend, 4n * BigInt(Math.round(whole)));
}

/** A decimal number of the smallest unit times a quantity, rounded half away from zero. */
export function times(unitAmount: string, quantity: number): number {
  return roundedQuotient(scaled(unitAmount) * scaled(plainText(quantity)), ONE * ONE);
}

/** All units at the price of the tier that the whole quantity is in. */
function volumeParts(tiers: readonly PriceTier[], quantity: number): AmountPart[] {
  const place = tiers.findIndex(({ up_to }) => up_to === null || quantity <= up_to);
  const index = place === -1 ? tiers.length - 1 : place;
  return tierParts(tiers[index]!, index + 1, quantity);
}

/** The units of each tier at its own price. The flat fee of the first is due without any unit, too. */
function graduatedParts(tiers: readonly PriceTier[], quantity: number): AmountPart[] {
  const parts: AmountPart[] = [];
  let below = 0;
  for (const [index, tier] of tiers.entries()) {
    const upTo = tier.up_to ?? Infinity;
    const units = Math.min(quantity, upTo) - below;
    if (units <= 0 && index > 0) break;
    parts.push(...tierParts(tier, index + 1, Math.max(0, units)));
    below = upTo;
  }
  return parts;
}

function tierParts(tier: PriceTier, number: number, quantity: number): AmountPart[] {
  const unitAmount = decimalText(tier.unit_amount_decimal, tier.unit_amount);
  const parts: AmountPart[] = [{ amount: times(unitAmount, quantity), quantity, unitAmount, tier: number }];
  const flat = decimalText(tier.flat_amount_decimal, tier.flat_amount);
  const flatAmount = times(flat, 1);
  if (flatAmount !== 0) parts.push({ amount: flatAmount, quantity: 0, unitAmount: flat, tier: number, isFlat: true });
  return parts;
}

function decimalText(decimal: unknown, whole: number | null | undefined): string {
  if (typeof decimal === 'string' || typeof decimal === 'number') return plainText(decimal);
  return String(whole ?? 0);
}

/** Without an exponent. */
function plainText(value: string | number): string {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? text : Number(value).toFixed(DECIMALS);
}

function scaled(text: string): bigint {
  const isNegative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole) * ONE + BigInt(fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  return isNegative ? -digits : digits;
}

function roundedQuotient(dividend: bigint, divisor: bigint): number {
  const isNegative = dividend < 0n !== divisor < 0n;
  const [top, bottom] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const rounded = Number((2n * top + bottom) / (2n * bottom));
  return isNegative && rounded !== 0 ? -rounded : rounded;
}
