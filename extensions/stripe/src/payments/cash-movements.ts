/** What moves in the cash balance of a customer: https://docs.stripe.com/payments/customer-balance. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { blank } from '../spec/shapes';

export type CashMovement = Stripe.CustomerCashBalanceTransaction;

/** What a customer has transferred and not spent, by currency. Null before the first transfer. */
export function availableCash(stripe: Backend, customer: string): Record<string, number> | null {
  const available: Record<string, number> = {};
  const table = stripe.table<CashMovement>('customer_cash_balance_transaction');
  for (const { currency, net_amount: net } of table.values({ by: { customer } })) {
    available[currency] = (available[currency] ?? 0) + net;
  }
  return Object.keys(available).length === 0 ? null : available;
}

/** Books one movement, with what is in the balance after it. `details` say which it is. */
export function moveCash(
  stripe: Backend,
  customer: string,
  net: number,
  currency: string,
  details: object,
): CashMovement {
  const before = availableCash(stripe, customer)?.[currency] ?? 0;
  const movement = {
    ...blank('customer_cash_balance_transaction'),
    id: stripe.newId('customer_cash_balance_transaction'),
    created: stripe.now(),
    currency,
    customer,
    ending_balance: before + net,
    net_amount: net,
    ...details,
  } as unknown as CashMovement;
  stripe.table<CashMovement>('customer_cash_balance_transaction').insert(movement);
  stripe.emit('customer_cash_balance_transaction.created', movement);
  return movement;
}

type Mode = Stripe.CashBalance.Settings['reconciliation_mode'];

/** How a customer's transfers are applied, where that was said for them. */
function modesOf(stripe: Backend): Collection<Mode> {
  return stripe.state.collection<Mode>('cash_balance_mode');
}

/** How the transfers of a customer are applied, and whether that is what the account does for all. */
export function cashSettings(stripe: Backend, customer: string): Stripe.CashBalance.Settings {
  const own = modesOf(stripe).get(customer);
  return { reconciliation_mode: own ?? 'automatic', using_merchant_default: own === undefined };
}

/** Sets it; `merchant_default` takes what was said for this customer back. */
export function setCashSettings(
  stripe: Backend,
  customer: string,
  settings: { readonly reconciliation_mode?: string } | undefined,
): void {
  const mode = settings?.reconciliation_mode;
  if (mode === 'merchant_default') modesOf(stripe).delete(customer);
  else if (mode !== undefined) modesOf(stripe).put(customer, mode);
}
