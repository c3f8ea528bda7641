/** Money that others sent, or took: https://docs.stripe.com/treasury/moving-money/financial-accounts/into/received-credits. */
import type Stripe from 'stripe';
import { DAY } from '../billing/periods';
import type { Backend } from '../kernel/backend';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { cashOf, financialAccountTable, openTransaction } from './ledger';

export type Credit = Stripe.Treasury.ReceivedCredit;
export type Debit = Stripe.Treasury.ReceivedDebit;

/** How long what came over ACH can be sent back. */
const REVERSIBLE = 2 * DAY;

export function creditTable(stripe: Backend): Table<Credit> {
  return stripe.table<Credit>('treasury.received_credit');
}

export function debitTable(stripe: Backend): Table<Debit> {
  return stripe.table<Debit>('treasury.received_debit');
}

interface Received {
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  /** Of the other end. */
  readonly details: object;
  readonly financial_account: string;
  readonly network: string;
}

/** Money comes in; it is turned away where the account is closed. */
export function receiveCredit(
  stripe: Backend,
  { source, details, ...given }: Received & { source?: { source_flow: string; source_flow_type: string } },
): Credit {
  const account = financialAccountTable(stripe).get(given.financial_account, 'financial_account');
  const isRefused = account.status === 'closed';
  const id = stripe.newId('treasury.received_credit');
  const transaction = isRefused
    ? null
    : openTransaction(
        stripe,
        { ...flowOf(given), amount: given.amount, flow: id, flow_type: 'received_credit' },
        { type: 'received_credit', impact: { cash: given.amount }, status: 'posted' },
      ).id;
  const credit = newObject<Credit>(
    stripe,
    'treasury.received_credit',
    {},
    {
      id,
      ...given,
      failure_code: isRefused ? 'account_closed' : null,
      initiating_payment_method_details: details,
      linked_flows: {
        credit_reversal: null,
        issuing_authorization: null,
        issuing_transaction: null,
        source_flow: source?.source_flow ?? null,
        source_flow_type: source?.source_flow_type ?? null,
      },
      reversal_details: reversalDetails(stripe, given.network),
      status: isRefused ? 'failed' : 'succeeded',
      transaction,
    },
  );
  creditTable(stripe).insert(credit);
  stripe.emit('treasury.received_credit.created', credit);
  stripe.emit(`treasury.received_credit.${credit.status}`, credit);
  return credit;
}

/** Somebody takes money; they get none where there is not enough, unless it was theirs. */
export function receiveDebit(
  stripe: Backend,
  { inboundTransfer, details, ...given }: Received & { inboundTransfer?: string },
): Debit {
  const account = financialAccountTable(stripe).get(given.financial_account, 'financial_account');
  const isShort = inboundTransfer === undefined && cashOf(account, given.currency) < given.amount;
  const failure = account.status === 'closed' ? 'account_closed' : isShort ? 'insufficient_funds' : null;
  const id = stripe.newId('treasury.received_debit');
  const isReturn = inboundTransfer !== undefined;
  const transaction =
    failure !== null
      ? null
      : openTransaction(
          stripe,
          { ...flowOf(given), amount: -given.amount, flow: id, flow_type: 'received_debit' },
          {
            type: isReturn ? 'inbound_transfer_return' : 'received_debit',
            impact: { cash: -given.amount },
            status: 'posted',
          },
        ).id;
  const debit = newObject<Debit>(
    stripe,
    'treasury.received_debit',
    {},
    {
      id,
      ...given,
      failure_code: failure,
      initiating_payment_method_details: details,
      linked_flows: {
        debit_reversal: null,
        inbound_transfer: inboundTransfer ?? null,
        issuing_authorization: null,
        issuing_transaction: null,
        payout: null,
        topup: null,
      },
      reversal_details: isReturn
        ? { deadline: null, restricted_reason: 'source_flow_restricted' }
        : reversalDetails(stripe, given.network),
      status: failure === null ? 'succeeded' : 'failed',
      transaction,
    },
  );
  debitTable(stripe).insert(debit);
  stripe.emit('treasury.received_debit.created', debit);
  return debit;
}

function flowOf({ currency, description, financial_account }: Received | Omit<Received, 'details'>): {
  currency: string;
  description: string;
  financial_account: string;
} {
  return { currency, description, financial_account };
}

function reversalDetails(stripe: Backend, network: string): Credit['reversal_details'] {
  return network === 'ach'
    ? { deadline: stripe.now() + REVERSIBLE, restricted_reason: null }
    : { deadline: null, restricted_reason: 'network_restricted' };
}
