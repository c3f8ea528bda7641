/** Amounts and currencies: https://docs.stripe.com/currencies. Amounts are integers in the smallest unit. */
import { invalidRequest } from '../errors';

const CURRENCIES =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw usdc btn ghs eek lvl svc vef ltl sll mro';
const KNOWN: ReadonlySet<string> = new Set(CURRENCIES.split(' '));

const ZERO_DECIMAL: ReadonlySet<string> = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
const THREE_DECIMAL: ReadonlySet<string> = new Set('bhd jod kwd omr tnd'.split(' '));

const SMALLEST: Readonly<Record<string, number>> = {
  usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30, hkd: 400,
  huf: 17500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50, thb: 1000,
}; // prettier-ignore
/** What no payment is more than, in the smallest unit. */
export const LARGEST_AMOUNT = 99_999_999;
/** Their amounts have decimals, though the money has none: https://docs.stripe.com/currencies#special-cases. */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['isk', 'ugx']);

/** So many digits at most of a part of the smallest unit. */
const PARTS = 12;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?$/;

/** How many digits follow the point when an amount is written for people. */
export function decimalsOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** An amount of the smallest unit as Stripe writes it in texts: `$0.50`, `CHF 1,000.00`; what a unit costs may have more digits: `$0.0025`. */
export function formatAmount(amount: number | string, currency: string, display: Display = 'symbol'): string {
  const decimals = decimalsOf(currency);
  const [, sign = '', units = '', parts = ''] = NUMBER.exec(
    typeof amount === 'string' ? amount : amount.toFixed(PARTS),
  )!;
  const digits = units.padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  // Not by its locale: that is slow, and this is done for each line of an invoice.
  const whole = digits.slice(0, point).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const fraction = digits.slice(point) + parts.replace(/0+$/, '');
  return `${sign}${symbolOf(currency, display)}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Which symbol stands before an amount: `MX$`, or `$` where the code follows. */
type Display = 'symbol' | 'narrowSymbol';

const symbols = new Map<string, string>();

/** What stands before an amount: a symbol, or the code and a space, or nothing where the code follows. */
function symbolOf(currency: string, display: Display): string {
  const key = `${currency} ${display}`;
  let symbol = symbols.get(key);
  if (symbol === undefined) {
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: display });
    const written = format.formatToParts(0).find(({ type }) => type === 'currency')!.value;
    const isCode = written === currency.toUpperCase();
    symbol = !isCode ? written : display === 'symbol' ? `${written} ` : '';
    symbols.set(key, symbol);
  }
  return symbol;
}

/** The currency in lower case. Throws for what is none. */
export function readCurrency(given: string, param = 'currency'): string {
  const currency = given.toLowerCase();
  if (KNOWN.has(currency)) return currency;
  throw invalidRequest(
    `Invalid currency: ${given}. Stripe currently supports these currencies: ${[...KNOWN].join(', ')}`,
    { param },
  );
}

/** Throws where an amount cannot be charged. */
export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param,
    });
  }
  const smallest = SMALLEST[currency] ?? 1;
  if (amount < smallest) {
    throw invalidRequest(`Amount must be at least ${formatAmount(smallest, currency, 'narrowSymbol')} ${currency}`, {
      code: 'amount_too_small',
      param,
    });
  }
  if (amount > LARGEST_AMOUNT) {
    throw invalidRequest(`Amount must be no more than ${formatAmount(LARGEST_AMOUNT, currency, 'narrowSymbol')}`, {
      code: 'amount_too_large',
      param,
    });
  }
}

/** Throws where an amount that a client chose is no multiple of what banks take. What is calculated is not looked at. */
export function checkWhole(amount: number, currency: string): void {
  const step = stepOf(currency);
  if (amount % step === 0) return;
  throw invalidRequest(`Invalid amount: amounts in ${currency} have to be multiples of ${step}.`, {
    code: 'parameter_invalid_integer',
    param: 'amount',
  });
}

/** What an amount has to be a multiple of. */
function stepOf(currency: string): number {
  if (THREE_DECIMAL.has(currency)) return 10;
  return WHOLE_ONLY.has(currency) ? 100 : 1;
}

/** A share of an amount in thousandths, rounded half up. */
export function perMille(amount: number, share: number): number {
  return Math.floor((amount * share + 500) / 1000);
}
