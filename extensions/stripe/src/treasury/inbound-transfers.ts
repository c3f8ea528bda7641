import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import { bankDetails, bankMethod } from './bank-details';
import { checkFeature } from './features';
import { addEntry, financialAccountTable, openTransaction } from './ledger';
import { receiveDebit } from './received';

type Transfer = Stripe.Treasury.InboundTransfer;
type Given = Stripe.Treasury.InboundTransferCreateParams;

const KIND = 'treasury.inbound_transfer';
const LONGEST_DESCRIPTOR = 10;

/** Money that is fetched from the own bank account: https://docs.stripe.com/api/treasury/inbound_transfers. */
export const inboundTransfers: DefineModule = (stripe) => {
  const table = stripe.table<Transfer>(KIND);
  const helper = '/v1/test_helpers/treasury/inbound_transfers/{id}';
  return {
    operations: {
      'POST /v1/treasury/inbound_transfers': ({ params }) => fetchMoney(stripe, params as unknown as Given),
      'GET /v1/treasury/inbound_transfers': ({ params, url }) => {
        const { financial_account, status } = params as unknown as Stripe.Treasury.InboundTransferListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        const where = (transfer: Transfer): boolean => status === undefined || transfer.status === status;
        return table.page(url, params, { by: { financial_account }, where });
      },
      'GET /v1/treasury/inbound_transfers/{id}': ({ path: { id } }) => table.get(id!),
      'POST /v1/treasury/inbound_transfers/{id}/cancel': ({ path: { id } }) => decide(stripe, id!, 'canceled'),
      [`POST ${helper}/succeed`]: ({ path: { id } }) => decide(stripe, id!, 'succeeded'),
      [`POST ${helper}/fail`]: ({ path: { id }, params }) => {
        const { failure_details: details } = params as { readonly failure_details?: { readonly code?: string } };
        return decide(stripe, id!, 'failed', { failure_details: { code: details?.code ?? 'could_not_process' } });
      },
      [`POST ${helper}/return`]: ({ path: { id } }) => takeBack(stripe, id!),
    },
  };
};

function fetchMoney(stripe: Backend, given: Given): Transfer {
  const { amount, financial_account, origin_payment_method, statement_descriptor: descriptor = 'transfer' } = given;
  const currency = given.currency.toLowerCase();
  if (amount < 1) throw invalidRequest('This value must be greater than or equal to 1.', { param: 'amount' });
  if (descriptor.length > LONGEST_DESCRIPTOR) {
    throw invalidRequest(`The statement descriptor must be at most ${LONGEST_DESCRIPTOR} characters.`, {
      param: 'statement_descriptor',
    });
  }
  const account = financialAccountTable(stripe).get(financial_account, 'financial_account');
  checkFeature(account, 'inbound_transfers.ach');
  const method = bankMethod(stripe, origin_payment_method, 'origin_payment_method');
  const id = stripe.newId(KIND);
  const description = given.description ?? null;
  const { id: transaction } = openTransaction(
    stripe,
    {
      ...{ financial_account, amount, currency, flow: id, flow_type: 'inbound_transfer' },
      description: description ?? 'InboundTransfer',
    },
    { type: 'inbound_transfer', impact: { inbound_pending: amount }, status: 'open' },
  );
  const transfer = newObject<Transfer>(
    stripe,
    KIND,
    {},
    {
      id,
      amount,
      cancelable: true,
      currency,
      description,
      failure_details: null,
      financial_account,
      linked_flows: { received_debit: null },
      metadata: mergeMetadata(undefined, given.metadata),
      origin_payment_method: method.id,
      origin_payment_method_details: bankDetails(method, 'ach'),
      returned: false,
      statement_descriptor: descriptor,
      status: 'processing',
      status_transitions: { canceled_at: null, failed_at: null, succeeded_at: null },
      transaction,
    },
  );
  stripe.table<Transfer>(KIND).insert(transfer);
  stripe.emit(`${KIND}.created`, transfer);
  return transfer;
}

function decide(
  stripe: Backend,
  id: string,
  status: 'canceled' | 'failed' | 'succeeded',
  details: Partial<Record<keyof Transfer, unknown>> = {},
): Transfer {
  const table = stripe.table<Transfer>(KIND);
  const { amount, status: before, status_transitions, transaction } = table.get(id);
  if (before !== 'processing') {
    throw invalidRequest(
      `The InboundTransfer ${id} has a status of ${before}: only those that are processing can change.`,
    );
  }
  const hasCome = status === 'succeeded';
  addEntry(stripe, transaction as string, {
    type: hasCome ? 'inbound_transfer' : 'inbound_transfer_return',
    impact: { cash: hasCome ? amount : 0, inbound_pending: -amount },
    status: hasCome ? 'posted' : 'void',
  });
  const decided = table.update(id, {
    ...(details as Partial<Transfer>),
    cancelable: false,
    status,
    status_transitions: { ...status_transitions, [`${status}_at`]: stripe.now() },
  });
  stripe.emit(`${KIND}.${status}`, decided);
  return decided;
}

/** The bank account that money came from, as one that takes it back: no more is told of that. */
function takerOf({ origin_payment_method_details: origin }: Transfer): object {
  const { bank_name = null, last4 = null, routing_number = null } = origin?.us_bank_account ?? {};
  return { ...origin, us_bank_account: { bank_name, last4, routing_number } };
}

/** The bank wants the money back that has come already. */
function takeBack(stripe: Backend, id: string): Transfer {
  const table = stripe.table<Transfer>(KIND);
  const transfer = table.get(id);
  if (transfer.status !== 'succeeded' || transfer.returned === true) {
    throw invalidRequest(`The InboundTransfer ${id} must have succeeded, and can be returned once.`);
  }
  const { id: debit } = receiveDebit(stripe, {
    amount: transfer.amount,
    currency: transfer.currency,
    description: 'InboundTransfer return',
    details: takerOf(transfer),
    financial_account: transfer.financial_account,
    network: 'ach',
    inboundTransfer: id,
  });
  return table.update(id, {
    failure_details: { code: 'debit_not_authorized' },
    linked_flows: { received_debit: debit },
    returned: true,
  });
}
