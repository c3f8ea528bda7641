/** Payouts, which take money to the bank: https://docs.stripe.com/api/payouts. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { connectedAccount } from '../connect/account-data';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { isWithin } from '../kernel/is-within';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { addBalanceTransaction, availableIn } from './balance';
import { payoutFailureOf } from './payout-failures';
import { newBankAccount } from './card-objects';
import { bankAccountTable, cardTable } from './card-source';
import { behaviorOf } from './cards';
import { DAY } from './charging';
import { checkDescriptor } from './descriptors';
import { readCurrency } from './money';
import { takePayables } from './payables';

const DAYS = 2;
const INSTANT_FEE = 10;

/** What is kept beside an automatic payout: the balance transactions that it pays out, with its own. */
interface PayoutSecret {
  readonly transactions: readonly string[];
}

export function payoutTable(stripe: Backend): Table<Stripe.Payout, PayoutSecret> {
  return stripe.table<Stripe.Payout, PayoutSecret>('payout');
}

/** The balance transactions that an automatic payout pays out. Throws for others, of which nobody knows what they pay out. */
export function contentsOf(stripe: Backend, id: string): ReadonlySet<string> {
  const table = payoutTable(stripe);
  if (!table.get(id, 'payout').automatic) {
    throw invalidRequest('Balance transaction history can only be filtered on automatic transfers, not manual.', {
      param: 'payout',
    });
  }
  return new Set(table.hidden(id)?.transactions);
}

interface Given {
  readonly amount: number;
  readonly currency: string;
  readonly description?: string;
  readonly destination?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly source_type?: string;
  readonly statement_descriptor?: string;
}

const CARD_FAILURE = { code: 'could_not_process', message: 'The bank could not process this payout.' };

const DEFAULT_ACCOUNT = 'ba_1BacklotDefault';

function destinationOf(stripe: Backend, given: string | undefined, currency: string): string {
  if (given !== undefined) {
    if (!bankAccountTable(stripe).has(given) && !stripe.table('card').has(given)) {
      throw invalidRequest(`No such external account: '${given}'`, { code: 'resource_missing', param: 'destination' });
    }
    return given;
  }
  const own = payoutAccount(stripe, currency)?.id;
  if (own === undefined && stripe.account !== PLATFORM_ACCOUNT && !stripe.isLoose) {
    throw invalidRequest(`Sorry, you don't have any external accounts in that currency (${currency}).`);
  }
  return own ?? defaultAccount(stripe);
}

/** The bank account that an account with none of its own is paid out to, which is there from its first payout on. */
function defaultAccount(stripe: Backend): string {
  const table = bankAccountTable(stripe);
  if (!table.has(DEFAULT_ACCOUNT)) {
    const made = newBankAccount(stripe, { account_number: '000123456789', routing_number: '110000000' });
    table.insert({ ...made, id: DEFAULT_ACCOUNT, account: stripe.account, default_for_currency: true });
  }
  return DEFAULT_ACCOUNT;
}

/** Throws for an account that nothing may be paid out to. */
function checkPayable(stripe: Backend): void {
  const reason = connectedAccount(stripe)?.requirements?.disabled_reason;
  if (reason?.startsWith('rejected.') !== true && reason !== 'listed') return;
  throw invalidRequest('Payouts are not enabled on this account: it was rejected.', { code: 'payouts_not_allowed' });
}

/** Throws where the money of an instant payout would not arrive at once. */
function checkInstant(stripe: Backend, destination: string): void {
  const external = bankAccountTable(stripe).find(destination) ?? cardTable(stripe).find(destination);
  if (external === undefined || external.available_payout_methods?.includes('instant') === true) return;
  throw invalidRequest('This account is not eligible for Instant Payouts. Try a debit card from a supported bank.', {
    code: 'instant_payouts_unsupported',
    param: 'method',
  });
}

/** The bank account or card that an account is paid out to in a currency: the default one. */
export function payoutAccount(stripe: Backend, currency: string): Stripe.BankAccount | Stripe.Card | undefined {
  const isOwn = (each: Stripe.BankAccount | Stripe.Card): boolean => each.account === stripe.account;
  const isDefault = (each: Stripe.BankAccount | Stripe.Card): boolean =>
    isOwn(each) && each.currency === currency && each.default_for_currency === true;
  const table = bankAccountTable(stripe);
  const own = table.first({ where: isDefault }) ?? cardTable(stripe).first({ where: isDefault });
  // Only the platform is paid out to what it has, in whatever currency.
  return own ?? (stripe.account === PLATFORM_ACCOUNT || stripe.isLoose ? table.first({ where: isOwn }) : undefined);
}

/** Makes a payout, with `payout.created`; it arrives, or fails, by a job. Throws where there is not so much. */
export function createPayout(
  stripe: Backend,
  given: Given,
  { isAutomatic = false }: { readonly isAutomatic?: boolean } = {},
): Stripe.Payout {
  const currency = readCurrency(given.currency);
  const { amount, method = 'standard' } = given;
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  checkPayable(stripe);
  checkDescriptor(given.statement_descriptor, 'statement_descriptor');
  const destination = destinationOf(stripe, given.destination, currency);
  const isInstant = method === 'instant';
  const fee = isInstant ? Math.max(50, Math.floor((amount * INSTANT_FEE + 500) / 1000)) : 0;
  if (!stripe.isLoose && amount + fee > availableIn(stripe, currency)) {
    throw invalidRequest(
      'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).',
      { code: 'balance_insufficient' },
    );
  }
  if (isInstant) checkInstant(stripe, destination);
  const id = stripe.newId('payout');
  const transaction = addBalanceTransaction(stripe, {
    amount: -amount,
    currency,
    type: 'payout',
    source: id,
    description: 'STRIPE PAYOUT',
    fees:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Instant payout fee', type: 'stripe_fee' }],
  });
  const arrival = isInstant ? stripe.now() : (Math.floor(stripe.now() / DAY) + DAYS) * DAY;
  const payout = {
    id,
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: arrival,
    automatic: isAutomatic,
    balance_transaction: transaction.id,
    created: stripe.now(),
    currency,
    description: given.description ?? null,
    destination,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    method,
    original_payout: null,
    payout_method: null,
    reconciliation_status: isAutomatic ? 'in_progress' : 'not_applicable',
    reversed_by: null,
    source_type: given.source_type ?? 'card',
    statement_descriptor: given.statement_descriptor ?? null,
    status: 'pending',
    trace_id: { status: 'pending', value: null },
    type: cardTable(stripe).has(destination) ? 'card' : 'bank_account',
  } as unknown as Stripe.Payout;
  // What is available is the sum of all that was not paid out; with the payout itself it is nothing.
  payoutTable(stripe).insert(payout, isAutomatic ? { transactions: takePayables(stripe, currency) } : undefined);
  stripe.emit('payout.created', payout);
  stripe.jobs.schedule('payout.arrive', id, arrival);
  if (isAutomatic) stripe.jobs.schedule('payout.reconcile', id, stripe.now());
  return payout;
}

/** Says that it is known what an automatic payout pays out. */
function reconcile(stripe: Backend, id: string): void {
  const reconciled = payoutTable(stripe).update(id, { reconciliation_status: 'completed' });
  stripe.emit('payout.reconciliation_completed', reconciled);
}

function arrive(stripe: Backend, id: string): void {
  const payout = payoutTable(stripe).find(id);
  if (payout?.status !== 'pending') return;
  const destination = idOf(payout.destination) ?? '';
  const card = cardTable(stripe).find(destination);
  const payoutFailure = card
    ? behaviorOf(cardTable(stripe).hidden(destination)).payout === 'fails'
      ? CARD_FAILURE
      : undefined
    : payoutFailureOf(bankAccountTable(stripe).hidden(destination)?.account);
  if (payoutFailure === undefined) {
    const paid = payoutTable(stripe).update(id, {
      status: 'paid',
      trace_id: { status: 'supported', value: id } as unknown as Stripe.Payout.TraceId,
    });
    stripe.emit('payout.paid', paid);
    return;
  }
  const back = giveBack(stripe, payout, 'payout_failure');
  const failed = payoutTable(stripe).update(id, {
    status: 'failed',
    failure_balance_transaction: back.id,
    failure_code: payoutFailure.code,
    failure_message: payoutFailure.message,
  });
  stripe.emit('payout.failed', failed);
  // Nothing more is paid out by itself to an account that refused a payout.
  const table = (card ? cardTable(stripe) : bankAccountTable(stripe)) as ReturnType<typeof bankAccountTable>;
  table.update(destination, { status: 'errored' }, 'account.external_account.updated');
}

function giveBack(
  stripe: Backend,
  { id, amount, currency }: Stripe.Payout,
  type: 'payout_cancel' | 'payout_failure',
): Stripe.BalanceTransaction {
  return addBalanceTransaction(stripe, { amount, currency, type, source: id, description: 'STRIPE PAYOUT REVERSAL' });
}

function cancel(stripe: Backend, id: string): Stripe.Payout {
  const payout = payoutTable(stripe).get(id);
  if (payout.status !== 'pending') {
    throw invalidRequest(`Payout ${id} cannot be canceled, because it has a status of ${payout.status}.`);
  }
  stripe.jobs.cancel(id);
  const back = giveBack(stripe, payout, 'payout_cancel');
  const canceled = payoutTable(stripe).update(id, { status: 'canceled', failure_balance_transaction: back.id });
  stripe.emit('payout.canceled', canceled);
  return canceled;
}

function reverse(stripe: Backend, id: string, metadata: Readonly<Record<string, string>> | undefined): Stripe.Payout {
  const payout = payoutTable(stripe).get(id);
  if (payout.status !== 'paid' || payout.reversed_by !== null) {
    throw invalidRequest(`Payout ${id} cannot be reversed, because it is not paid, or was reversed already.`);
  }
  const reversal = stripe.newId('payout');
  const transaction = addBalanceTransaction(stripe, {
    amount: payout.amount,
    currency: payout.currency,
    type: 'payout_failure',
    source: reversal,
    description: 'PAYOUT REVERSAL',
  });
  const made = {
    ...payout,
    id: reversal,
    amount: -payout.amount,
    balance_transaction: transaction.id,
    created: stripe.now(),
    metadata: mergeMetadata(undefined, metadata),
    original_payout: id,
    status: 'paid',
  };
  payoutTable(stripe).insert(made);
  payoutTable(stripe).update(id, { reversed_by: reversal }, 'payout.updated');
  stripe.emit('payout.created', made);
  return made;
}

/** https://docs.stripe.com/api/payouts */
export const payouts: DefineModule = (stripe) => {
  const table = payoutTable(stripe);
  return {
    operations: {
      'POST /v1/payouts': ({ params }) => createPayout(stripe, params as unknown as Given),
      'GET /v1/payouts': ({ url, params }) => {
        const { status, destination, arrival_date: arrival } = params as Stripe.PayoutListParams;
        return table.page(url, params, {
          where: (each) =>
            isWithin(each.arrival_date, arrival) &&
            (status === undefined || each.status === status) &&
            (destination === undefined || each.destination === destination),
        });
      },
      'GET /v1/payouts/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/payouts/{id}': ({ path, params }) => {
        const { metadata } = params as { readonly metadata?: Readonly<Record<string, string>> };
        return table.update(
          path['id']!,
          (before) => ({ metadata: mergeMetadata(before.metadata, metadata) }),
          'payout.updated',
        );
      },
      'POST /v1/payouts/{id}/cancel': ({ path }) => cancel(stripe, path['id']!),
      'POST /v1/payouts/{id}/reverse': ({ path, params }) =>
        reverse(stripe, path['id']!, (params as { readonly metadata?: Readonly<Record<string, string>> }).metadata),
    },
    jobs: {
      'payout.arrive': (each, { subject }) => arrive(each, subject),
      'payout.reconcile': (each, { subject }) => reconcile(each, subject),
    },
  };
};
