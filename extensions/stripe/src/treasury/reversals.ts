/** What was received is sent back, and what was taken is fetched back: https://docs.stripe.com/treasury/moving-money. */
import type Stripe from 'stripe';
import { DAY } from '../billing/periods';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import { addEntry, cashOf, financialAccountTable, openTransaction } from './ledger';
import { creditTable, debitTable, type Credit, type Debit } from './received';

type CreditReversal = Stripe.Treasury.CreditReversal;
type DebitReversal = Stripe.Treasury.DebitReversal;

/** How long a reversal takes. */
const UNDER_WAY = DAY;

export const treasuryReversals: DefineModule = (stripe) => {
  const credits = stripe.table<CreditReversal>('treasury.credit_reversal');
  const debits = stripe.table<DebitReversal>('treasury.debit_reversal');
  return {
    operations: {
      'POST /v1/treasury/credit_reversals': ({ params }) => reverseCredit(stripe, params as never),
      'GET /v1/treasury/credit_reversals': ({ params, url }) => {
        const { financial_account, received_credit, status } =
          params as unknown as Stripe.Treasury.CreditReversalListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        return credits.page(url, params, {
          by: { financial_account },
          where: (each) =>
            (received_credit === undefined || each.received_credit === received_credit) &&
            (status === undefined || each.status === status),
        });
      },
      'GET /v1/treasury/credit_reversals/{id}': ({ path: { id } }) => credits.get(id!),
      'POST /v1/treasury/debit_reversals': ({ params }) => reverseDebit(stripe, params as never),
      'GET /v1/treasury/debit_reversals': ({ params, url }) => {
        const { financial_account, received_debit, resolution, status } =
          params as unknown as Stripe.Treasury.DebitReversalListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        const wanted = status === 'completed' ? 'succeeded' : status;
        return debits.page(url, params, {
          by: { financial_account },
          where: (each) =>
            (received_debit === undefined || each.received_debit === received_debit) &&
            (wanted === undefined || each.status === wanted) &&
            // Banks decide on disputes of cards alone.
            resolution === undefined,
        });
      },
      'GET /v1/treasury/debit_reversals/{id}': ({ path: { id } }) => debits.get(id!),
    },
    jobs: {
      'treasury.credit_reversal': (_stripe, { subject }) => {
        const { amount, transaction } = credits.get(subject);
        addEntry(stripe, transaction as string, {
          type: 'credit_reversal_posting',
          impact: { outbound_pending: -amount },
          status: 'posted',
        });
        const status_transitions = { posted_at: stripe.now() };
        stripe.emit(
          'treasury.credit_reversal.posted',
          credits.update(subject, { status: 'posted', status_transitions }),
        );
      },
      'treasury.debit_reversal': (_stripe, { subject }) => {
        const { amount, currency, financial_account } = debits.get(subject);
        const { id: transaction } = openTransaction(
          stripe,
          {
            ...{ financial_account: financial_account!, amount, currency, description: 'DebitReversal' },
            ...{ flow: subject, flow_type: 'debit_reversal' },
          },
          { type: 'debit_reversal', impact: { cash: amount }, status: 'posted' },
        );
        const status_transitions = { completed_at: stripe.now() };
        const done = debits.update(subject, { status: 'succeeded', status_transitions, transaction });
        stripe.emit('treasury.debit_reversal.completed', done);
      },
    },
  };
};

function reverseCredit(stripe: Backend, given: Stripe.Treasury.CreditReversalCreateParams): CreditReversal {
  const credit = creditTable(stripe).get(given.received_credit, 'received_credit');
  checkReversible(stripe, credit, 'received_credit');
  const { amount, currency, network } = credit;
  const financial_account = credit.financial_account!;
  if (cashOf(financialAccountTable(stripe).get(financial_account), currency) < amount) {
    throw invalidRequest(`The FinancialAccount ${financial_account} has not enough funds for this.`, {
      code: 'insufficient_funds',
    });
  }
  const id = stripe.newId('treasury.credit_reversal');
  const { id: transaction } = openTransaction(
    stripe,
    {
      ...{ financial_account, amount: -amount, currency, description: 'CreditReversal' },
      ...{ flow: id, flow_type: 'credit_reversal' },
    },
    { type: 'credit_reversal', impact: { cash: -amount, outbound_pending: amount }, status: 'open' },
  );
  const reversal = newObject<CreditReversal>(
    stripe,
    'treasury.credit_reversal',
    {},
    {
      ...{ id, amount, currency, financial_account, network, transaction },
      metadata: mergeMetadata(undefined, given.metadata),
      received_credit: credit.id,
      status: 'processing',
      status_transitions: { posted_at: null },
    },
  );
  stripe.table<CreditReversal>('treasury.credit_reversal').insert(reversal);
  creditTable(stripe).update(credit.id, {
    linked_flows: { ...credit.linked_flows, credit_reversal: id },
    reversal_details: { deadline: null, restricted_reason: 'already_reversed' },
  });
  stripe.emit('treasury.credit_reversal.created', reversal);
  stripe.jobs.schedule('treasury.credit_reversal', id, stripe.now() + UNDER_WAY);
  return reversal;
}

function reverseDebit(stripe: Backend, given: Stripe.Treasury.DebitReversalCreateParams): DebitReversal {
  const debit = debitTable(stripe).get(given.received_debit, 'received_debit');
  checkReversible(stripe, debit, 'received_debit');
  const { amount, currency, financial_account, network } = debit;
  const id = stripe.newId('treasury.debit_reversal');
  const reversal = newObject<DebitReversal>(
    stripe,
    'treasury.debit_reversal',
    {},
    {
      ...{ id, amount, currency, financial_account, network },
      linked_flows: null,
      metadata: mergeMetadata(undefined, given.metadata),
      received_debit: debit.id,
      status: 'processing',
      status_transitions: { completed_at: null },
      transaction: null,
    },
  );
  stripe.table<DebitReversal>('treasury.debit_reversal').insert(reversal);
  debitTable(stripe).update(debit.id, {
    linked_flows: { ...debit.linked_flows, debit_reversal: id },
    reversal_details: { deadline: null, restricted_reason: 'already_reversed' },
  });
  stripe.emit('treasury.debit_reversal.created', reversal);
  stripe.jobs.schedule('treasury.debit_reversal', id, stripe.now() + UNDER_WAY);
  return reversal;
}

/** Throws where the network, the time or an earlier reversal forbids it. */
function checkReversible(
  stripe: Backend,
  { id, reversal_details: details, status }: Credit | Debit,
  param: string,
): void {
  if (status === 'failed') throw invalidRequest(`${id} failed: there is nothing to reverse.`, { param });
  const isLate = details?.deadline != null && details.deadline <= stripe.now();
  const reason = details?.restricted_reason ?? (isLate ? 'deadline_passed' : null);
  if (reason !== null) throw invalidRequest(`${id} cannot be reversed: ${reason}.`, { param });
}
