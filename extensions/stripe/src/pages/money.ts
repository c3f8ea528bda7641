/** What pages show people of money and time. */
import { decimalsOf } from '../payments/money';

export { formatAmount as money } from '../payments/money';

/** An amount as people write it, in the smallest unit. */
export function smallest(amount: number, currency: string): number {
  return Math.round(amount * 10 ** decimalsOf(currency));
}

/** A time in seconds as a date: `November 24, 2026`. */
export function date(seconds: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(seconds * 1000);
}

/** How often something is paid: `month`, `3 months`. */
export function every({
  interval,
  interval_count,
}: {
  readonly interval: string;
  readonly interval_count: number;
}): string {
  return interval_count === 1 ? interval : `${interval_count} ${interval}s`;
}
