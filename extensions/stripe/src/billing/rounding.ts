/** Sums in whole units: nothing is ever lost or gained by rounding. */

/** How many decimals of a percentage count. */
const PERCENT_DECIMALS = 6;
const PERCENT_SCALE = 10 ** PERCENT_DECIMALS;

/** `amount × numerator ÷ denominator`, rounded half away from zero. The numbers are whole, the denominator is above zero. */
export function roundedShare(amount: number, numerator: number, denominator: number): number {
  const product = BigInt(amount) * BigInt(numerator);
  const [size, by] = [product < 0n ? -product : product, BigInt(denominator)];
  const rounded = Number((2n * size + by) / (2n * by));
  return product < 0n && rounded !== 0 ? -rounded : rounded;
}

/** A percentage as a whole number of millionths of a percent: no sum with it is inexact. */
export function millionths(percent: number): number {
  return Math.round(percent * PERCENT_SCALE);
}

/** A percentage of an amount, rounded half away from zero. */
export function percentOf(amount: number, percent: number): number {
  return roundedShare(amount, millionths(percent), 100 * PERCENT_SCALE);
}

/** What an amount that contains taxes of some percentages contains of each: the shares and the rest add up to the amount. */
export function contained(amount: number, percents: readonly number[]): number[] {
  const all = percents.reduce((sum, percent) => sum + millionths(percent), 0);
  return percents.map((percent) => roundedShare(amount, millionths(percent), 100 * PERCENT_SCALE + all));
}

/**
 * Shares an amount out in proportion to weights that are not negative, in whole units: the shares add up to the amount, or to all
 * weights together where those are less, and no share is larger than its weight.
 */
export function shareOut(amount: number, weights: readonly number[]): number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const whole = Math.min(amount, all);
  let [passed, given] = [0, 0];
  return weights.map((weight) => {
    passed += weight;
    const share = all === 0 ? 0 : roundedShare(whole, passed, all) - given;
    given += share;
    return share;
  });
}
