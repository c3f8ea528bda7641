/** What currencies are worth in each other: https://docs.stripe.com/api/exchange_rates. The rates are made up, and do not move. */
import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';

/** What a dollar is worth, about. */
const PER_DOLLAR: Readonly<Record<string, number>> = {
  usd: 1,
  aed: 3.6725,
  ars: 1400,
  aud: 1.52,
  bgn: 1.68,
  brl: 5.35,
  cad: 1.38,
  chf: 0.8,
  clp: 940,
  cny: 7.12,
  cop: 3900,
  czk: 20.9,
  dkk: 6.41,
  egp: 47.5,
  eur: 0.86,
  gbp: 0.75,
  hkd: 7.78,
  huf: 335,
  idr: 16600,
  ils: 3.25,
  inr: 88.5,
  isk: 122,
  jpy: 150,
  kes: 129,
  krw: 1420,
  mad: 9.1,
  mxn: 18.4,
  myr: 4.2,
  ngn: 1460,
  nok: 10.1,
  nzd: 1.74,
  pen: 3.4,
  php: 58,
  pkr: 281,
  pln: 3.65,
  qar: 3.64,
  ron: 4.37,
  sar: 3.75,
  sek: 9.45,
  sgd: 1.3,
  thb: 32.5,
  try: 41.8,
  twd: 30.6,
  uah: 41.6,
  uyu: 40,
  vnd: 26300,
  zar: 17.3,
};

type ExchangeRate = Stripe.ExchangeRate;

const CURRENCIES = Object.keys(PER_DOLLAR);
const DIGITS = 6;

export const exchangeRates: DefineModule = () => ({
  operations: {
    'GET /v1/exchange_rates': ({ params, url }) => pageOf(CURRENCIES.map(ratesOf), url, params),
    'GET /v1/exchange_rates/{currency}': ({ path }) => {
      const currency = path['currency']!.toLowerCase();
      if (!(currency in PER_DOLLAR)) throw resourceMissing('exchange rate', path['currency']!);
      return ratesOf(currency);
    },
  },
});

/** What one unit of a currency is worth in another; undefined where nobody knows. */
export function exchangeRate(currency: string, other: string): number | undefined {
  const [one, two] = [PER_DOLLAR[currency], PER_DOLLAR[other]];
  return one === undefined || two === undefined ? undefined : Number((two / one).toPrecision(DIGITS));
}

/** What one unit of a currency is worth in each of the others. */
function ratesOf(currency: string): ExchangeRate {
  return {
    id: currency,
    object: 'exchange_rate',
    rates: Object.fromEntries(CURRENCIES.map((other) => [other, exchangeRate(currency, other)!])),
  };
}
