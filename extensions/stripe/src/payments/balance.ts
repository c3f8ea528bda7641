/** The money of an account: https://docs.stripe.com/api/balance. What it has is always the sum of its balance transactions. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { connectedAccount } from '../connect/account-data';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import type { DefineModule } from '../kernel/module';
import { perMille } from './money';
import { addPayable } from './payables';
import { contentsOf } from './payouts';
import { settlementOf } from './settlement';

const DAY = 24 * 60 * 60;
/** How many days money is pending. */
const PENDING_DAYS = 2;

interface Sums {
  readonly available: number;
  readonly pending: number;
}

/** What is needed to book something. */
export interface Booking {
  /** What comes in, or, negative, goes out, before fees. */
  readonly amount: number;
  readonly currency: string;
  readonly type: Stripe.BalanceTransaction.Type;
  /** The object that it is for; null for none. */
  readonly source: string | null;
  readonly fees?: readonly Stripe.BalanceTransaction.FeeDetail[];
  readonly description?: string | null;
  readonly reporting_category?: string;
  /** When it can be spent; at once where left out. */
  readonly available_on?: number;
  /** What cards of Issuing are paid from is apart from payments. It is there at once. */
  readonly balance?: 'issuing' | 'payments';
}

interface TransactionSecret {
  readonly clock: string | null;
}

export function balanceTransactions(stripe: Backend): Table<Stripe.BalanceTransaction, TransactionSecret> {
  return stripe.table<Stripe.BalanceTransaction, TransactionSecret>('balance_transaction');
}

function sumsOf(stripe: Backend): Collection<Sums> {
  return stripe.state.collection<Sums>('balance');
}

function issuingSums(stripe: Backend): Collection<number> {
  return stripe.state.collection<number>('issuing_balance');
}

/** What cards of Issuing can spend in a currency. */
export function issuingBalance(stripe: Backend, currency: string): number {
  return issuingSums(stripe).get([stripe.account, currency]) ?? 0;
}

/** The currencies that there ever was money in for cards of Issuing, and how much there is. */
export function issuingBalances(stripe: Backend): { readonly amount: number; readonly currency: string }[] {
  return [...issuingSums(stripe).entries({ prefix: [stripe.account] })].map(([key, amount]) => ({
    amount,
    currency: String((key as readonly unknown[])[1]),
  }));
}

/** When money that is taken now can be spent: at the beginning of a day. */
export function pendingUntil(stripe: Backend): number {
  return (Math.floor(stripe.now() / DAY) + PENDING_DAYS + 1) * DAY;
}

/** What a debit of a bank account in the United States costs. */
function achFee(amount: number): number {
  return Math.min(perMille(amount, 8), 500);
}

/** What Stripe takes of a payment by its type. */
const FEES: Readonly<Record<string, (amount: number) => number>> = {
  card_present: (amount) => perMille(amount, 27) + 5,
  interac_present: () => 15,
  ach_debit: achFee,
  us_bank_account: achFee,
};

/** Stripe's fee for a payment. */
export function stripeFee(amount: number, currency: string, type = 'card'): Stripe.BalanceTransaction.FeeDetail {
  const fee = FEES[type]?.(amount) ?? perMille(amount, 29) + 30;
  return {
    amount: Math.min(fee, amount),
    application: null,
    currency,
    description: 'Stripe processing fees',
    type: 'stripe_fee',
  };
}

const CATEGORIES: Readonly<Record<string, string>> = {
  adjustment: 'dispute',
  application_fee: 'platform_earning',
  application_fee_refund: 'platform_earning_refund',
  payment: 'charge',
  payment_refund: 'refund',
  payment_failure_refund: 'charge_failure',
  payout_cancel: 'payout_reversal',
  payout_failure: 'payout_reversal',
  refund_failure: 'refund_failure',
  stripe_fee: 'fee',
  transfer_cancel: 'transfer_reversal',
  transfer_refund: 'transfer_reversal',
};

/** Books what comes in or goes out, in the account that the running code acts for. */
export function addBalanceTransaction(stripe: Backend, booking: Booking): Stripe.BalanceTransaction {
  const { type, source, description = null, balance = 'payments' } = booking;
  const { currency, rate, convert } = settlementOf(stripe, booking.currency);
  const amount = convert(booking.amount);
  const fees = (booking.fees ?? []).map((each) => ({ ...each, amount: convert(each.amount), currency }));
  const fee = fees.reduce((sum, each) => sum + each.amount, 0);
  const now = stripe.now();
  const available = booking.available_on ?? now;
  const isPending = available > now;
  const transaction = {
    id: stripe.newId('balance_transaction'),
    object: 'balance_transaction',
    amount,
    available_on: available,
    balance_type: balance,
    created: now,
    currency,
    description,
    exchange_rate: rate,
    fee,
    fee_details: fees,
    net: amount - fee,
    reporting_category: booking.reporting_category ?? CATEGORIES[type] ?? type,
    source,
    status: isPending ? 'pending' : 'available',
    type,
  } as unknown as Stripe.BalanceTransaction;
  balanceTransactions(stripe).insert(transaction, { clock: stripe.clock });
  if (balance === 'issuing') {
    issuingSums(stripe).put([stripe.account, currency], issuingBalance(stripe, currency) + amount - fee);
    return transaction;
  }
  move(stripe, currency, isPending ? { pending: amount - fee } : { available: amount - fee });
  if (!isPending) addPayable(stripe, transaction);
  if (isPending) scheduleDay(stripe, available);
  else if (type === 'charge' || type === 'payment') stripe.emit('balance.available', readBalance(stripe));
  return transaction;
}

/** What can be spent in a currency. */
export function availableIn(stripe: Backend, currency: string): number {
  return sumsOf(stripe).get([stripe.account, currency])?.available ?? 0;
}

/** Whether so much in a currency can be spent, converted where the account has no balance in it. */
export function isCovered(stripe: Backend, amount: number, currency: string): boolean {
  const settlement = settlementOf(stripe, currency);
  return settlement.convert(amount) <= availableIn(stripe, settlement.currency);
}

function move(stripe: Backend, currency: string, by: Partial<Sums>): void {
  const sums = sumsOf(stripe);
  const before = sums.get([stripe.account, currency]) ?? { available: 0, pending: 0 };
  sums.put([stripe.account, currency], {
    available: before.available + (by.available ?? 0),
    pending: before.pending + (by.pending ?? 0),
  });
}

/** One job a day for each account and clock. */
function scheduleDay(stripe: Backend, day: number): void {
  const subject = `${stripe.account}/${stripe.clock ?? ''}/${day}`;
  if (stripe.jobs.of(subject).length === 0) stripe.jobs.schedule('balance.available', subject, day);
}

function makeAvailable(stripe: Backend, day: number): void {
  const table = balanceTransactions(stripe);
  const due = [
    ...table.values({
      by: { available_on: String(day) },
      where: ({ id, status }) => status === 'pending' && (table.hidden(id)?.clock ?? null) === stripe.clock,
    }),
  ];
  for (const { id, currency, net } of due) {
    table.update(id, { status: 'available' });
    move(stripe, currency, { pending: -net, available: net });
    addPayable(stripe, { id, currency });
  }
  if (due.length > 0) stripe.emit('balance.available', readBalance(stripe));
}

/** The balance of the account that the running code acts for. */
export function readBalance(stripe: Backend): Stripe.Balance {
  const currencies: [string, Sums][] = [];
  for (const [key, sums] of sumsOf(stripe).entries({ prefix: [stripe.account] })) {
    currencies.push([String((key as readonly unknown[])[1]), sums]);
  }
  if (currencies.length === 0) {
    currencies.push([connectedAccount(stripe)?.default_currency ?? 'usd', { available: 0, pending: 0 }]);
  }
  const issuing = issuingBalances(stripe).map((each) => ({ ...each, source_types: { card: each.amount } }));
  const part = (name: keyof Sums) =>
    currencies.map(([currency, sums]) => ({
      amount: sums[name],
      currency,
      source_types: { card: sums[name] },
    }));
  return {
    object: 'balance',
    available: part('available'),
    instant_available: part('available').map((each) => ({ ...each, amount: Math.max(0, each.amount) })),
    ...(stripe.account === PLATFORM_ACCOUNT && {
      connect_reserved: currencies.map(([currency]) => ({ amount: 0, currency })),
    }),
    ...(issuing.length > 0 && { issuing: { available: issuing } }),
    livemode: false,
    pending: part('pending'),
    refund_and_dispute_prefunding: {
      available: currencies.map(([currency]) => ({ amount: 0, currency })),
      pending: currencies.map(([currency]) => ({ amount: 0, currency })),
    },
  } as unknown as Stripe.Balance;
}

/** https://docs.stripe.com/api/balance and https://docs.stripe.com/api/balance_transactions */
export const balance: DefineModule = (stripe) => {
  const table = balanceTransactions(stripe);
  const list = (url: string, params: object) => {
    const given = params as Stripe.BalanceTransactionListParams;
    // What a dispute took and gave back is told by the dispute alone.
    const ofDispute = given.source !== undefined && stripe.table('dispute').has(given.source);
    const paidOut = given.payout === undefined ? undefined : contentsOf(stripe, given.payout);
    return table.page(url, given, {
      by: { source: given.source },
      where: (each) =>
        !ofDispute &&
        (paidOut === undefined || paidOut.has(each.id)) &&
        (given.type === undefined || each.type === given.type) &&
        (given.currency === undefined || each.currency === given.currency),
    });
  };
  return {
    operations: {
      'GET /v1/balance': () => readBalance(stripe),
      'GET /v1/balance_transactions': ({ url, params }) => list(url, params),
      'GET /v1/balance_transactions/{id}': ({ path }) => table.get(path['id']!),
    },
    jobs: { 'balance.available': (each, job) => makeAvailable(each, job.at) },
  };
};
