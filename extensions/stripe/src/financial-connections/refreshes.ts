/** What a bank that is made up knows of an account: its owner, and movements that add up to its balance. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { JobHandler } from '../kernel/jobs';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { connectedAccounts, type Account } from './accounts';

type Transaction = Stripe.FinancialConnections.Transaction;
type Owner = Stripe.FinancialConnections.AccountOwner;
type Ownership = Stripe.FinancialConnections.AccountOwnership;

/** What comes in first, and what goes out with each refresh of the transactions, in cents. */
const DEPOSIT = 100_000;
const PURCHASE = 1250;

export const refreshJobs: Readonly<Record<string, JobHandler>> = {
  'financial_connections.balance': (stripe, { subject }) => refreshBalance(stripe, subject),
  'financial_connections.ownership': (stripe, { subject }) => refreshOwnership(stripe, subject),
  'financial_connections.transactions': (stripe, { subject }) => refreshTransactions(stripe, subject),
};

export function connectedTransactions(stripe: Backend): Table<Transaction> {
  return stripe.table<Transaction>('financial_connections.transaction');
}

/** The account, unless its link was cut in the meantime. */
function linked(stripe: Backend, id: string): Account | undefined {
  const account = connectedAccounts(stripe).find(id);
  return account?.status === 'active' ? account : undefined;
}

function refreshBalance(stripe: Backend, id: string): void {
  const account = linked(stripe, id);
  if (!account?.balance_refresh) return;
  const movements = [...connectedTransactions(stripe).values({ by: { account: id } })];
  const usd = movements.length === 0 ? DEPOSIT : movements.reduce((sum, { amount }) => sum + amount, 0);
  const isCredit = account.category === 'credit';
  const balance = {
    as_of: stripe.now(),
    current: { usd },
    ...(isCredit ? { credit: { used: { usd } }, type: 'credit' } : { cash: { available: { usd } }, type: 'cash' }),
  };
  finish(stripe, id, 'refreshed_balance', { balance, balance_refresh: done(stripe, account.balance_refresh) });
}

function refreshOwnership(stripe: Backend, id: string): void {
  const account = linked(stripe, id);
  if (!account?.ownership_refresh) return;
  const ownership = stripe.newId('financial_connections.account_ownership');
  const owner = newObject<Owner>(
    stripe,
    'financial_connections.account_owner',
    {},
    {
      email: 'jenny.rosen@example.com',
      name: 'Jenny Rosen',
      ownership,
      raw_address: '510 Townsend Street, San Francisco, CA 94103, US',
      refreshed_at: stripe.now(),
    },
  );
  stripe.table<Owner>('financial_connections.account_owner').insert(owner);
  const url = `/v1/financial_connections/accounts/${id}/owners?ownership=${ownership}`;
  const owners = { object: 'list', data: [owner], has_more: false, url } as Ownership['owners'];
  stripe.table<Ownership>('financial_connections.account_ownership').insert({
    id: ownership,
    object: 'financial_connections.account_ownership',
    created: stripe.now(),
    owners,
  });
  finish(stripe, id, 'refreshed_ownership', { ownership, ownership_refresh: done(stripe, account.ownership_refresh) });
}

function refreshTransactions(stripe: Backend, id: string): void {
  const account = linked(stripe, id);
  if (!account?.transaction_refresh) return;
  const { session, refreshes } = connectedAccounts(stripe).hidden(id)!;
  connectedAccounts(stripe).hide(id, { session, refreshes: refreshes + 1 });
  const add = (amount: number, description: string): void => {
    const now = stripe.now();
    connectedTransactions(stripe).insert(
      newObject<Transaction>(
        stripe,
        'financial_connections.transaction',
        {},
        {
          account: id,
          amount,
          currency: 'usd',
          description,
          status: 'posted',
          status_transitions: { posted_at: now, void_at: null },
          transacted_at: now,
          transaction_refresh: account.transaction_refresh!.id,
          updated: now,
        },
      ),
    );
  };
  if (refreshes === 0) add(DEPOSIT, 'Opening deposit');
  add(-PURCHASE, 'Rocket Rides');
  finish(stripe, id, 'refreshed_transactions', { transaction_refresh: done(stripe, account.transaction_refresh) });
}

function done<T extends object>(stripe: Backend, refresh: T): T {
  return { ...refresh, next_refresh_available_at: stripe.now(), status: 'succeeded' };
}

function finish(stripe: Backend, id: string, event: string, change: object): void {
  const account = connectedAccounts(stripe).update(id, change);
  stripe.emit(`financial_connections.account.${event}`, account);
}
