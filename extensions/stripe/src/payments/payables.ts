/** What an account has to be paid out: all available balance transactions that no automatic payout has paid out. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';

function payables(stripe: Backend): Collection<true> {
  return stripe.state.collection<true>('payable');
}

/** Adds a balance transaction that has become available. */
export function addPayable(
  stripe: Backend,
  { currency, id }: Pick<Stripe.BalanceTransaction, 'currency' | 'id'>,
): void {
  payables(stripe).put([stripe.account, currency, id], true);
}

/** Takes out all of a currency, and gives their identifiers. Together they are what was available. */
export function takePayables(stripe: Backend, currency: string): string[] {
  const keys = [...payables(stripe).keys({ prefix: [stripe.account, currency] })];
  for (const key of keys) payables(stripe).delete(key);
  return keys.map((key) => String((key as readonly unknown[])[2]));
}
