import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';

/** What a dollar is in other currencies. Fixed, so that what is converted by them is the same in each run. */
const PER_DOLLAR: Readonly<Record<string, number>> = {
  aud: 1.52,
  brl: 5.4,
  cad: 1.37,
  chf: 0.88,
  cny: 7.2,
  czk: 22.9,
  dkk: 6.9,
  eur: 0.92,
  gbp: 0.78,
  hkd: 7.8,
  huf: 365,
  inr: 84,
  jpy: 150,
  krw: 1380,
  mxn: 18.5,
  myr: 4.4,
  nok: 10.8,
  nzd: 1.66,
  pln: 3.95,
  ron: 4.6,
  sek: 10.5,
  sgd: 1.34,
  thb: 34,
  usd: 1,
};
const DECIMALS = 6;

/** How much of each currency one of `currency` is. */
function ratesOf(currency: string): Stripe.ExchangeRate {
  const own = PER_DOLLAR[currency]!;
  const rates = Object.entries(PER_DOLLAR)
    .filter(([other]) => other !== currency)
    .map(([other, rate]) => [other, Number((rate / own).toFixed(DECIMALS))]);
  return { id: currency, object: 'exchange_rate', rates: Object.fromEntries(rates) as Record<string, number> };
}

/** https://docs.stripe.com/api/exchange_rates */
export const exchangeRates: DefineModule = () => ({
  operations: {
    'GET /v1/exchange_rates': ({ params, url }) => pageOf(Object.keys(PER_DOLLAR).map(ratesOf), url, params),
    'GET /v1/exchange_rates/{currency}': ({ path }) => {
      const currency = path['currency']!.toLowerCase();
      if (!(currency in PER_DOLLAR)) throw resourceMissing('exchange rate', currency);
      return ratesOf(currency);
    },
  },
});
