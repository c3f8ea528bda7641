/** The books of financial accounts: each movement is an entry of a transaction, and entries add up to the balance. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';

export type FinancialAccount = Stripe.Treasury.FinancialAccount;
export type Transaction = Stripe.Treasury.Transaction;
export type Entry = Stripe.Treasury.TransactionEntry;
export type Impact = Stripe.Treasury.Transaction['balance_impact'];

/** What moves money: the object that a transaction is for. */
export interface Flow {
  readonly financial_account: string;
  /** What comes in, or, negative, goes out. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  /** The identifier of the object, and its kind: `outbound_payment`. */
  readonly flow: string;
  readonly flow_type: string;
}

/** What the first entry of a transaction does. `open` as long as it is not decided. */
interface FirstEntry {
  readonly type: string;
  readonly impact: Partial<Impact>;
  readonly status: 'open' | 'posted';
}

const NO_IMPACT: Impact = { cash: 0, inbound_pending: 0, outbound_pending: 0 };

export function financialAccountTable(stripe: Backend): Table<FinancialAccount, FinancialAccountHidden> {
  return stripe.table<FinancialAccount, FinancialAccountHidden>('treasury.financial_account');
}

/** What is kept beside a financial account: its features are shown only on demand. */
export interface FinancialAccountHidden {
  readonly features: Stripe.Treasury.FinancialAccountFeatures;
  readonly accountNumber: string;
}

export function transactionTable(stripe: Backend): Table<Transaction> {
  return stripe.table<Transaction>('treasury.transaction');
}

export function entryTable(stripe: Backend): Table<Entry> {
  return stripe.table<Entry>('treasury.transaction_entry');
}

/** Writes down what a flow does to the balance. */
export function openTransaction(stripe: Backend, flow: Flow, first: FirstEntry): Transaction {
  const isPosted = first.status === 'posted';
  const transaction = newObject<Transaction>(
    stripe,
    'treasury.transaction',
    {},
    {
      ...flow,
      balance_impact: NO_IMPACT,
      status: first.status,
      status_transitions: { posted_at: isPosted ? stripe.now() : null, void_at: null },
    },
  );
  transactionTable(stripe).insert(transaction);
  return addEntry(stripe, transaction.id, first);
}

/** Adds an entry to a transaction, after which it may be decided: `posted`, or `void` where nothing moved after all. */
export function addEntry(
  stripe: Backend,
  id: string,
  { type, impact, status }: { type: string; impact: Partial<Impact>; status: 'open' | 'posted' | 'void' },
): Transaction {
  const transaction = transactionTable(stripe).get(id);
  const { currency, financial_account, flow, flow_type } = transaction;
  const balance_impact = { ...NO_IMPACT, ...impact };
  const now = stripe.now();
  const about = {
    balance_impact,
    currency,
    effective_at: now,
    financial_account,
    flow,
    flow_type,
    transaction: id,
    type,
  };
  entryTable(stripe).insert(newObject<Entry>(stripe, 'treasury.transaction_entry', {}, about));
  move(stripe, transaction, balance_impact);
  const { posted_at, void_at } = transaction.status_transitions;
  return transactionTable(stripe).update(id, {
    balance_impact: added(transaction.balance_impact, balance_impact),
    status,
    status_transitions: {
      posted_at: status === 'posted' ? (posted_at ?? now) : posted_at,
      void_at: status === 'void' ? now : void_at,
    },
  });
}

/** What can be spent. */
export function cashOf({ balance }: FinancialAccount, currency: string): number {
  return balance.cash[currency] ?? 0;
}

function move(stripe: Backend, { currency, financial_account }: Transaction, impact: Impact): void {
  financialAccountTable(stripe).update(financial_account, ({ balance }) => {
    const moved = (name: keyof Impact): Record<string, number> => ({
      ...balance[name],
      [currency]: (balance[name][currency] ?? 0) + impact[name],
    });
    return {
      balance: {
        cash: moved('cash'),
        inbound_pending: moved('inbound_pending'),
        outbound_pending: moved('outbound_pending'),
      },
    };
  });
}

function added(one: Impact, other: Impact): Impact {
  return {
    cash: one.cash + other.cash,
    inbound_pending: one.inbound_pending + other.inbound_pending,
    outbound_pending: one.outbound_pending + other.outbound_pending,
  };
}
