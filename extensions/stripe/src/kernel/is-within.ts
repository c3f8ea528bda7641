import type Stripe from 'stripe';

/** Whether a time lies in the range that a list is narrowed by. No range takes any; what has no time is in none. */
export function isWithin(time: number | null, range: Stripe.RangeQueryParam | number | undefined): boolean {
  if (range === undefined) return true;
  if (time === null) return false;
  if (typeof range === 'number') return time === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return time > gt && time >= gte && time < lt && time <= lte;
}
