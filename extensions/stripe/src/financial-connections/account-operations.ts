import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { isWithin } from '../kernel/is-within';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { connectedAccounts, refreshAccountData, type Account, type Feature } from './accounts';
import { connectedTransactions, refreshJobs } from './refreshes';

/** Which permission each feature asks for. */
const PERMISSIONS: Readonly<Record<Feature, string>> = {
  balance: 'balances',
  ownership: 'ownership',
  transactions: 'transactions',
};

/** https://docs.stripe.com/api/financial_connections/accounts and what is known of them. */
export const connectionAccounts: DefineModule = (stripe) => {
  const table = connectedAccounts(stripe);
  const transactions = connectedTransactions(stripe);
  return {
    operations: {
      'GET /v1/financial_connections/accounts': ({ params, url }) => {
        const { account_holder: holder, session } = params as Stripe.FinancialConnections.AccountListParams;
        return table.page(url, params, {
          where: ({ id, account_holder: own }) =>
            (session === undefined || table.hidden(id)?.session === session) &&
            (holder?.customer === undefined || idOf(own?.customer) === holder.customer) &&
            (holder?.account === undefined || idOf(own?.account) === holder.account),
        });
      },
      'GET /v1/financial_connections/accounts/{id}': ({ path }) => table.get(path['id']!),
      'GET /v1/financial_connections/accounts/{id}/owners': ({ path, params, url }) => {
        const { ownership } = params as unknown as Stripe.FinancialConnections.AccountListOwnersParams;
        if (idOf(table.get(path['id']!).ownership) !== ownership) {
          throw resourceMissing('financial_connections_account_ownership', ownership, 'ownership');
        }
        const owners = stripe.table<Stripe.FinancialConnections.AccountOwner>('financial_connections.account_owner');
        return owners.page(url, params, { where: (owner) => owner.ownership === ownership });
      },
      'POST /v1/financial_connections/accounts/{id}/refresh': ({ path, params }) => {
        const { features } = params as unknown as { readonly features: readonly Feature[] };
        const { id } = usable(stripe, path['id']!, features);
        for (const feature of features) refreshAccountData(stripe, id, feature);
        return table.get(id);
      },
      'POST /v1/financial_connections/accounts/{id}/subscribe': ({ path, params }) => {
        const { features } = params as unknown as { readonly features: readonly Feature[] };
        const { id } = usable(stripe, path['id']!, features);
        if (table.get(id).transaction_refresh === null) refreshAccountData(stripe, id, 'transactions');
        return table.update(id, { subscriptions: ['transactions'] });
      },
      'POST /v1/financial_connections/accounts/{id}/unsubscribe': ({ path }) =>
        table.update(usable(stripe, path['id']!, []).id, { subscriptions: [] }),
      'POST /v1/financial_connections/accounts/{id}/disconnect': ({ path }) => {
        const { id } = usable(stripe, path['id']!, []);
        stripe.jobs.cancel(id);
        const account = table.update(id, { status: 'disconnected', subscriptions: [] });
        stripe.emit('financial_connections.account.disconnected', account);
        return account;
      },
      'GET /v1/financial_connections/transactions': ({ params, url }) => {
        const { account, transacted_at, transaction_refresh } =
          params as unknown as Stripe.FinancialConnections.TransactionListParams;
        table.get(account, 'account');
        const since = transaction_refresh?.after;
        const known = since === undefined ? undefined : transactions.first({ where: isOf(since) });
        if (since !== undefined && !known) {
          throw resourceMissing('transaction_refresh', since, 'transaction_refresh[after]');
        }
        return transactions.page(url, params, {
          by: { account },
          where: (each) =>
            isWithin(each.transacted_at, transacted_at) &&
            (!known || (each.transacted_at >= known.transacted_at && each.transaction_refresh !== since)),
        });
      },
      'GET /v1/financial_connections/transactions/{id}': ({ path }) => transactions.get(path['id']!),
    },
    jobs: refreshJobs,
  };
};

/** The account, when its link holds and covers some features. */
function usable(stripe: Backend, id: string, features: readonly Feature[]): Account {
  const account = connectedAccounts(stripe).get(id);
  if (account.status !== 'active') {
    throw invalidRequest(`The account ${id} is ${account.status}.`, { code: 'financial_connections_account_inactive' });
  }
  const refused = features.find((feature) => !account.permissions?.includes(PERMISSIONS[feature] as 'balances'));
  if (refused !== undefined) {
    throw invalidRequest(`The account ${id} was linked without the permission \`${PERMISSIONS[refused]}\`.`, {
      param: 'features',
    });
  }
  return account;
}

function isOf(refresh: string): (transaction: Stripe.FinancialConnections.Transaction) => boolean {
  return (transaction) => transaction.transaction_refresh === refresh;
}
