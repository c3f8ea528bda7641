/** In which currencies accounts are paid: https://docs.stripe.com/connect/currencies. */
import type Stripe from 'stripe';
import { connectedAccount } from '../connect/account-data';
import type { Backend } from '../kernel/backend';
import { exchangeRate } from '../resources/exchange-rates';
import { decimalsOf } from './money';

/** What becomes of money in a currency when it enters the balance of an account. */
export interface Settlement {
  readonly currency: string;
  /** What a unit is worth there; null where nothing is converted. */
  readonly rate: number | null;
  /** An amount as it is booked, in the smallest unit of {@link currency}. */
  readonly convert: (amount: number) => number;
}

const same = (currency: string): Settlement => ({ currency, rate: null, convert: (amount) => amount });

/**
 * How money in a currency is booked by the account that the running code acts for. A connected account has balances in its own
 * currency and in those of its bank accounts and cards, into which anything else is converted; the platform has one in each.
 */
export function settlementOf(stripe: Backend, currency: string): Settlement {
  const account = connectedAccount(stripe);
  if (account === undefined || stripe.isLoose || isKept(account, currency)) return same(currency);
  const own = account.default_currency ?? 'usd';
  const rate = exchangeRate(currency, own);
  if (rate === undefined) return same(currency);
  const scale = 10 ** (decimalsOf(own) - decimalsOf(currency));
  return { currency: own, rate, convert: (amount) => Math.round(amount * rate * scale) };
}

function isKept({ default_currency: own, external_accounts: external }: Stripe.Account, currency: string): boolean {
  return own === currency || external?.data.some((each) => each.currency === currency) === true;
}
