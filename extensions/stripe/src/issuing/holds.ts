/** What authorizations hold back of the balance of Issuing: https://docs.stripe.com/issuing/purchases/authorizations. */
import type { Backend } from '../kernel/backend';
import { addBalanceTransaction } from '../payments/balance';
import { authorizationTable, type Authorization } from './tables';

/** How much of the balance an authorization holds: what was held and not released. */
export function heldBy({ balance_transactions: booked }: Authorization): number {
  return -booked.reduce((sum, { amount }) => sum + amount, 0);
}

/** Holds more, or, negative, lets go. Gives the authorization as it is then. */
export function hold(stripe: Backend, id: string, amount: number): Authorization {
  const table = authorizationTable(stripe);
  const authorization = table.get(id);
  if (amount === 0) return authorization;
  const isHold = amount > 0;
  const booked = addBalanceTransaction(stripe, {
    amount: -amount,
    currency: authorization.currency,
    type: isHold ? 'issuing_authorization_hold' : 'issuing_authorization_release',
    description: isHold ? 'Hold for authorization' : 'Release for authorization',
    source: id,
    balance: 'issuing',
  });
  return table.update(id, { balance_transactions: [...authorization.balance_transactions, booked] });
}

/** Lets go of all that is held. */
export function releaseAll(stripe: Backend, id: string): Authorization {
  return hold(stripe, id, -heldBy(authorizationTable(stripe).get(id)));
}
