/** Bank accounts that people linked, at a bank that is made up: https://docs.stripe.com/financial-connections/testing. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { SOON } from '../kernel/soon';

export type Account = Stripe.FinancialConnections.Account;
type Session = Stripe.FinancialConnections.Session;

/** What is kept beside an account. */
export interface AccountHidden {
  readonly session: string;
  /** How often its transactions were refreshed. */
  readonly refreshes: number;
}

interface TestAccount {
  readonly name: string;
  readonly subcategory: string;
  readonly last4: string;
}

/** The accounts that can be linked. */
export const TEST_ACCOUNTS: readonly TestAccount[] = [
  { name: 'Checking', subcategory: 'checking', last4: '6789' },
  { name: 'Savings', subcategory: 'savings', last4: '4321' },
  { name: 'Credit card', subcategory: 'credit_card', last4: '1111' },
];

export function connectedAccounts(stripe: Backend): Table<Account, AccountHidden> {
  return stripe.table<Account, AccountHidden>('financial_connections.account');
}

export function accountsOfSession(stripe: Backend, session: string): Account[] {
  const table = connectedAccounts(stripe);
  if (table.isEmpty) return [];
  return [...table.values({ where: ({ id }) => table.hidden(id)?.session === session })];
}

/** Opens a linked account, with `financial_connections.account.created`, and fetches what the session asks to have at once. */
export function openAccount(stripe: Backend, session: Session, { name, subcategory, last4 }: TestAccount): Account {
  const isCredit = subcategory === 'credit_card';
  const account = newObject<Account>(
    stripe,
    'financial_connections.account',
    {},
    {
      account_holder: session.account_holder,
      account_numbers: null,
      category: isCredit ? 'credit' : 'cash',
      display_name: name,
      institution_name: 'Test Institution',
      last4,
      permissions: session.permissions,
      status: 'active',
      subcategory,
      subscriptions: [],
      supported_payment_method_types: isCredit ? [] : ['us_bank_account'],
    },
  );
  connectedAccounts(stripe).insert(account, { session: session.id, refreshes: 0 });
  stripe.emit('financial_connections.account.created', account);
  for (const feature of session.prefetch ?? []) {
    refreshAccountData(stripe, account.id, feature === 'balances' ? 'balance' : (feature as Feature));
  }
  return connectedAccounts(stripe).get(account.id);
}

export type Feature = 'balance' | 'ownership' | 'transactions';

/** Asks the bank for news: the account says that they are under way until they are there. */
export function refreshAccountData(stripe: Backend, id: string, feature: Feature): Account {
  const now = stripe.now();
  const pending = { last_attempted_at: now, next_refresh_available_at: null, status: 'pending' };
  stripe.jobs.schedule(`financial_connections.${feature}`, id, now + SOON);
  const field = feature === 'transactions' ? 'transaction_refresh' : `${feature}_refresh`;
  const refresh = feature === 'transactions' ? { id: stripe.platform.ids.next('fctxnref', 24), ...pending } : pending;
  return connectedAccounts(stripe).update(id, { [field]: refresh });
}
