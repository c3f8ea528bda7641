/** Top-ups, which bring money from the bank: https://docs.stripe.com/api/topups. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { SOON } from '../kernel/soon';
import { addBalanceTransaction } from './balance';
import { bankBehavior } from './bank-accounts';
import { namedBankAccount } from './card-objects';
import { checkAmount, readCurrency } from './money';

/** What is kept beside a top-up. */
interface TopupSecret {
  readonly balance: 'issuing' | 'payments';
  /** The number of the bank account that the money comes from. */
  readonly account?: string;
}

/** No declaration has `destination_balance`: it is for accounts that issue cards. */
type GivenTopup = Stripe.TopupCreateParams & { readonly destination_balance?: string };

function create(stripe: Backend, given: GivenTopup): Stripe.Topup {
  const currency = readCurrency(given.currency);
  checkAmount(given.amount, currency);
  const balance = balanceOf(given.destination_balance);
  // https://docs.stripe.com/connect/testing#testing-top-ups: test tokens of accounts that money cannot be taken from.
  const [, account] = namedBankAccount(stripe, given.source ?? '') ?? [];
  const topup = {
    id: stripe.newId('topup'),
    object: 'topup',
    amount: given.amount,
    balance_transaction: null,
    created: stripe.now(),
    currency,
    description: given.description ?? null,
    expected_availability_date: stripe.now(),
    failure_code: null,
    failure_message: null,
    initiated_by: null,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    source: null,
    statement_descriptor: given.statement_descriptor ?? null,
    status: 'pending',
    transfer_group: given.transfer_group ?? null,
  } as unknown as Stripe.Topup;
  stripe
    .table<Stripe.Topup, TopupSecret>('topup')
    .insert(topup, { balance, ...(account !== undefined && { account }) });
  stripe.emit('topup.created', topup);
  stripe.jobs.schedule('topup.arrive', topup.id, stripe.now() + SOON);
  return topup;
}

function balanceOf(given: string | undefined): TopupSecret['balance'] {
  if (given === undefined || given === 'payments' || given === 'issuing') return given ?? 'payments';
  throw invalidRequest('Invalid destination_balance: must be one of issuing or payments', {
    param: 'destination_balance',
  });
}

function arrive(stripe: Backend, id: string): void {
  const table = stripe.table<Stripe.Topup, TopupSecret>('topup');
  const topup = table.find(id);
  if (topup?.status !== 'pending') return;
  const { amount, currency } = topup;
  const { balance = 'payments', account } = table.hidden(id) ?? {};
  const { failure } = bankBehavior(account);
  if (failure !== undefined) {
    const failed = { status: 'failed', failure_code: failure.code ?? null, failure_message: failure.message } as const;
    stripe.emit('topup.failed', table.update(id, failed));
    return;
  }
  const transaction = addBalanceTransaction(stripe, { amount, currency, type: 'topup', source: id, balance });
  stripe.emit('topup.succeeded', table.update(id, { status: 'succeeded', balance_transaction: transaction.id }));
}

/** https://docs.stripe.com/api/topups */
export const topups: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Topup>('topup');
  return {
    operations: {
      'POST /v1/topups': ({ params }) => create(stripe, params as unknown as GivenTopup),
      'GET /v1/topups': ({ url, params }) => {
        const { status } = params as Stripe.TopupListParams;
        return table.page(url, params, { where: (each) => status === undefined || each.status === status });
      },
      'GET /v1/topups/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/topups/{id}': ({ path, params }) => {
        const { description, metadata } = params as Stripe.TopupUpdateParams;
        return table.update(path['id']!, (before) => ({
          ...(description !== undefined && { description }),
          metadata: mergeMetadata(before.metadata, metadata),
        }));
      },
      'POST /v1/topups/{id}/cancel': ({ path }) => {
        const { id, status } = table.get(path['id']!);
        if (status !== 'pending') throw invalidRequest(`This top-up has a status of ${status} and cannot be canceled.`);
        stripe.jobs.cancel(id);
        const canceled = table.update(id, { status: 'canceled' });
        stripe.emit('topup.canceled', canceled);
        return canceled;
      },
    },
    jobs: { 'topup.arrive': (each, { subject }) => arrive(each, subject) },
  };
};
