/** Currencies that have no smaller unit. https://docs.stripe.com/currencies#zero-decimal */
const WHOLE = new Set([
  'bif',
  'clp',
  'djf',
  'gnf',
  'jpy',
  'kmf',
  'krw',
  'mga',
  'pyg',
  'rwf',
  'ugx',
  'vnd',
  'vuv',
  'xaf',
  'xof',
  'xpf',
]);
const THOUSANDTHS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** How many decimals a currency has. */
export function digitsOf(currency: string): number {
  return WHOLE.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2;
}

/** An amount as people write it, in the smallest unit. */
export function smallest(amount: number, currency: string): number {
  return Math.round(amount * 10 ** digitsOf(currency));
}

/** An amount in the smallest unit as people read it: `$20.00`. */
export function money(amount: number, currency: string): string {
  const digits = digitsOf(currency);
  const value = amount / 10 ** digits;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return new Intl.NumberFormat('en-US', { style: 'currency', currency, ...options }).format(value);
  } catch {
    return `${value.toFixed(digits)} ${currency.toUpperCase()}`;
  }
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
