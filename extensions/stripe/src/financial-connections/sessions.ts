import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { accountsOfSession, openAccount, TEST_ACCOUNTS } from './accounts';

type Session = Stripe.FinancialConnections.Session;
type Given = Stripe.FinancialConnections.SessionCreateParams;

/** Sessions in which somebody links bank accounts: https://docs.stripe.com/api/financial_connections/sessions. */
export const connectionSessions: DefineModule = (stripe) => {
  const table = sessionTable(stripe);
  return {
    operations: {
      'POST /v1/financial_connections/sessions': ({ params }) => {
        const session = newSession(stripe, params as unknown as Given);
        return table.insert(session);
      },
      'GET /v1/financial_connections/sessions/{id}': ({ path: { id } }) => table.get(id!),
    },
  };
};

export function sessionTable(stripe: Backend): Table<Session> {
  return stripe.table<Session>('financial_connections.session');
}

/** Links test accounts, by their names, as the person in front of a session chose. Throws for more than the session takes. */
export function linkAccounts(stripe: Backend, id: string, names: readonly string[]): Session {
  const session = sessionTable(stripe).get(id);
  const chosen = TEST_ACCOUNTS.filter(({ name }) => names.includes(name));
  const allowed = session.filters?.account_subcategories;
  const refused = chosen.find(({ subcategory }) => allowed?.length && !allowed.includes(subcategory));
  if (refused) throw invalidRequest(`This session takes no account of the kind ${refused.subcategory}.`);
  if (chosen.length === 0) throw invalidRequest('Choose an account.');
  const before = accountsOfSession(stripe, id).length;
  const most = session.limits?.accounts;
  if (most !== undefined && before + chosen.length > most) {
    throw invalidRequest(`This session takes ${most} account${most === 1 ? '' : 's'}.`);
  }
  for (const account of chosen) openAccount(stripe, session, account);
  return sessionTable(stripe).update(id, { accounts: listOf(stripe, id) });
}

/** `account_holder` is null where nobody has said yet whose accounts they are. */
export function newSession(
  stripe: Backend,
  given: Omit<Given, 'account_holder'> & { account_holder: Given['account_holder'] | null },
): Session {
  const { account_holder: holder, filters, limits, manual_entry, permissions } = given;
  if (holder !== null) checkHolder(stripe, holder);
  if (permissions.length === 0) throw parameterMissing('permissions');
  const unasked = given.prefetch?.find((feature) => !permissions.includes(feature));
  if (unasked !== undefined) {
    throw invalidRequest(`You can only prefetch ${unasked} with the permission for it.`, { param: 'prefetch' });
  }
  const id = stripe.newId('financial_connections.session');
  return newObject<Session>(
    stripe,
    'financial_connections.session',
    {},
    {
      id,
      account_holder: holder,
      accounts: listOf(stripe, id),
      client_secret: `fcsess_client_secret_${stripe.secret()}`,
      ...(filters && {
        filters: {
          ...filters,
          account_subcategories: filters.account_subcategories ?? null,
          country: filters.country ?? null,
        },
      }),
      ...(limits && typeof limits.accounts === 'number' && { limits: { accounts: limits.accounts } }),
      ...(manual_entry && { manual_entry }),
      permissions,
      prefetch: given.prefetch ?? [],
      ...(given.return_url !== undefined && { return_url: given.return_url }),
    },
  );
}

function checkHolder(stripe: Backend, holder: Given['account_holder']): void {
  if (holder.type === 'customer' && holder.customer_account === undefined) {
    if (holder.customer === undefined) throw parameterMissing('account_holder[customer]');
    stripe.table('customer').get(holder.customer, 'account_holder[customer]');
  }
  if (holder.type === 'account') {
    const { account } = holder;
    if (account === undefined) throw parameterMissing('account_holder[account]');
    stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.table('account').get(account, 'account_holder[account]'));
  }
}

function listOf(stripe: Backend, id: string): Session['accounts'] {
  const data = accountsOfSession(stripe, id);
  return { object: 'list', data, has_more: false, url: '/v1/financial_connections/accounts' };
}
