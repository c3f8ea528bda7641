import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { connectedAccounts } from './accounts';

/** How the numbers of accounts at the bank that is made up begin. */
const NUMBER_START = '00012345';
const ROUTING_NUMBER = '110000000';
const PARAM = 'us_bank_account[financial_connections_account]';

/**
 * A bank account that somebody linked, with the number that the client does not know. Undefined where the client names none. Throws
 * where the link does not allow payments.
 */
export function linkedBank(
  stripe: Backend,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const { financial_connections_account: id } = given;
  if (typeof id !== 'string') return undefined;
  const account = connectedAccounts(stripe).get(id, PARAM);
  const isAllowed = account.permissions?.includes('payment_method') === true;
  if (account.status !== 'active' || !isAllowed || account.category !== 'cash') {
    throw invalidRequest(
      `The account ${id} cannot be used for payments: it must be active, and linked with the permission \`payment_method\`.`,
      { param: PARAM },
    );
  }
  return {
    account_type: account.subcategory === 'savings' ? 'savings' : 'checking',
    ...given,
    account_number: `${NUMBER_START}${account.last4 ?? ''}`,
    routing_number: ROUTING_NUMBER,
  };
}
