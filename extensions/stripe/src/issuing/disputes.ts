/** Disputes of what was paid with cards: https://docs.stripe.com/issuing/purchases/disputes. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { soon } from '../kernel/soon';
import { addBalanceTransaction } from '../payments/balance';
import { DAY } from '../payments/charging';
import { issuingDisputeTable, transactionTable, type Dispute, type Transaction } from './tables';
import { refundable } from './transactions';

type Evidence = Stripe.Issuing.DisputeCreateParams.Evidence;
type Create = Stripe.Issuing.DisputeCreateParams;
type Update = Stripe.Issuing.DisputeUpdateParams;

/** For how long a transaction can be disputed. */
const DAYS_TO_SUBMIT = 110;

/** The evidence of each reason. */
const EVIDENCE: Readonly<Record<string, readonly string[]>> = {
  canceled:
    'additional_documentation canceled_at cancellation_policy_provided cancellation_reason expected_at explanation product_description product_type return_status returned_at'.split(
      ' ',
    ),
  duplicate: 'additional_documentation card_statement cash_receipt check_image explanation original_transaction'.split(
    ' ',
  ),
  fraudulent: ['additional_documentation', 'explanation'],
  merchandise_not_as_described:
    'additional_documentation explanation received_at return_description return_status returned_at'.split(' '),
  no_valid_authorization: ['additional_documentation', 'explanation'],
  not_received: 'additional_documentation expected_at explanation product_description product_type'.split(' '),
  other: 'additional_documentation explanation product_description product_type'.split(' '),
  service_not_as_described: 'additional_documentation canceled_at cancellation_reason explanation received_at'.split(
    ' ',
  ),
};

/** What else than an explanation the networks have to be told. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  canceled: ['canceled_at'],
  merchandise_not_as_described: ['received_at'],
  not_received: ['expected_at'],
  service_not_as_described: ['received_at'],
};

/** Explanations that decide a dispute of a test. */
const VERDICTS: Readonly<Record<string, 'lost' | 'won'>> = { winning_evidence: 'won', losing_evidence: 'lost' };

/** https://docs.stripe.com/api/issuing/disputes */
export const issuingDisputes: DefineModule = (stripe) => {
  const table = issuingDisputeTable(stripe);
  return {
    operations: {
      'POST /v1/issuing/disputes': ({ params }) => create(stripe, params),
      'GET /v1/issuing/disputes': ({ params, url }) => {
        const { status, transaction } = params as Stripe.Issuing.DisputeListParams;
        return table.page(url, params, { by: { transaction, status } });
      },
      'GET /v1/issuing/disputes/{dispute}': ({ path }) => table.get(path['dispute']!),
      'POST /v1/issuing/disputes/{dispute}': ({ path, params }) => update(stripe, table.get(path['dispute']!), params),
      'POST /v1/issuing/disputes/{dispute}/submit': ({ path, params }) =>
        submit(stripe, table.get(path['dispute']!), params),
    },
    jobs: { 'issuing.dispute.expire': (each, { subject }) => close(each, subject, 'expired') },
    includes: {
      'issuing.dispute balance_transactions': ({ id }: Dispute) => [
        ...stripe.table<Stripe.BalanceTransaction>('balance_transaction').values({ by: { source: id } }),
      ],
    },
  };
};

function create(stripe: Backend, given: Create): Dispute {
  if (given.transaction === undefined) throw parameterMissing('transaction');
  const transaction = transactionTable(stripe).get(given.transaction, 'transaction');
  checkDisputable(stripe, transaction);
  const amount = given.amount ?? refundable(stripe, transaction);
  checkAmount(stripe, transaction, amount);
  const dispute = {
    id: stripe.newId('issuing.dispute'),
    object: 'issuing.dispute',
    amount,
    created: stripe.now(),
    currency: transaction.currency,
    evidence: evidenceOf(stripe, given.evidence, undefined),
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    status: 'unsubmitted',
    transaction: transaction.id,
  } as unknown as Dispute;
  issuingDisputeTable(stripe).insert(dispute);
  transactionTable(stripe).update(transaction.id, { dispute: dispute.id }, 'issuing_transaction.updated');
  stripe.jobs.schedule('issuing.dispute.expire', dispute.id, transaction.created + DAYS_TO_SUBMIT * DAY);
  stripe.emit('issuing_dispute.created', dispute);
  return dispute;
}

function checkDisputable(stripe: Backend, { created, dispute, type }: Transaction): void {
  const why =
    type !== 'capture'
      ? 'it is a refund'
      : dispute !== null
        ? `it is disputed by ${idOf(dispute)}`
        : stripe.now() >= created + DAYS_TO_SUBMIT * DAY
          ? `it is more than ${DAYS_TO_SUBMIT} days old`
          : undefined;
  if (why !== undefined) throw invalidRequest(`The transaction cannot be disputed: ${why}.`, { param: 'transaction' });
}

function checkAmount(stripe: Backend, transaction: Transaction, amount: number): void {
  const most = refundable(stripe, transaction);
  if (amount >= 1 && amount <= most) return;
  throw invalidRequest(`You can dispute from 1 to ${most} of the transaction.`, { param: 'amount' });
}

function update(stripe: Backend, before: Dispute, given: Update): Dispute {
  const { amount, evidence, metadata } = given;
  if (before.status !== 'unsubmitted' && (amount !== undefined || evidence !== undefined))
    throw invalidRequest(`The dispute is ${before.status}: only its metadata can be changed.`, { param: 'evidence' });
  if (amount !== undefined) checkAmount(stripe, transactionTable(stripe).get(idOf(before.transaction)!), amount);
  return issuingDisputeTable(stripe).update(
    before.id,
    {
      ...(amount !== undefined && { amount }),
      ...(evidence && { evidence: evidenceOf(stripe, evidence, before.evidence) }),
      metadata: mergeMetadata(before.metadata, metadata),
    },
    'issuing_dispute.updated',
  );
}

function submit(stripe: Backend, before: Dispute, { metadata }: Stripe.Issuing.DisputeSubmitParams): Dispute {
  if (before.status !== 'unsubmitted')
    throw invalidRequest(`The dispute is ${before.status}, and can be submitted only once.`);
  const { reason } = before.evidence;
  const shown = partOf(before.evidence);
  const missing = ['explanation', ...(REQUIRED[reason] ?? [])].find((name) => shown[name] === null);
  if (missing !== undefined)
    throw invalidRequest(`A dispute of the reason ${reason} needs the evidence ${missing}.`, {
      code: 'parameter_missing',
      param: `evidence[${reason}][${missing}]`,
    });
  stripe.jobs.cancel(before.id);
  const submitted = issuingDisputeTable(stripe).update(before.id, {
    status: 'submitted',
    metadata: mergeMetadata(before.metadata, metadata),
  });
  stripe.emit('issuing_dispute.submitted', submitted);
  const verdict = VERDICTS[String(shown['explanation'])];
  if (verdict !== undefined) soon(stripe, () => close(stripe, before.id, verdict));
  return submitted;
}

/** The end of a dispute: what was won comes back. */
function close(stripe: Backend, id: string, status: 'expired' | 'lost' | 'won'): void {
  const table = issuingDisputeTable(stripe);
  const { amount, currency } = table.update(id, { status, ...(status === 'lost' && { loss_reason: 'other' }) });
  if (status === 'won') {
    addBalanceTransaction(stripe, { amount, currency, type: 'issuing_dispute', source: id, balance: 'issuing' });
    stripe.emit('issuing_dispute.funds_reinstated', table.get(id));
  }
  stripe.emit('issuing_dispute.closed', table.get(id));
}

function partOf(evidence: Dispute['evidence']): Record<string, unknown> {
  return (evidence as unknown as Record<string, Record<string, unknown>>)[evidence.reason] ?? {};
}

/** The evidence of one reason: of another one, when the reason changes, nothing is left. An empty text takes out. */
function evidenceOf(
  stripe: Backend,
  given: Evidence = {},
  before: Dispute['evidence'] | undefined,
): Dispute['evidence'] {
  const reason = given.reason ?? before?.reason ?? 'other';
  const parts = given as Record<string, unknown>;
  const other = Object.keys(parts).find((name) => name !== 'reason' && name !== reason && parts[name] !== '');
  if (other !== undefined)
    throw invalidRequest(`The reason of the dispute is ${reason}: it has no evidence of the reason ${other}.`, {
      param: `evidence[${other}]`,
    });
  const known = before?.reason === reason ? partOf(before) : {};
  const news = parts[reason] === '' ? {} : ((parts[reason] ?? {}) as Record<string, unknown>);
  for (const [name, value] of Object.entries(news)) {
    if (value === '' || !FILES.includes(name)) continue;
    stripe.table('file').get(String(value), `evidence[${reason}][${name}]`);
  }
  if (typeof news['original_transaction'] === 'string' && news['original_transaction'] !== '') {
    transactionTable(stripe).get(news['original_transaction'], `evidence[${reason}][original_transaction]`);
  }
  const isCleared = parts[reason] === '';
  const part = Object.fromEntries(
    EVIDENCE[reason]!.map((name) => [
      name,
      isCleared || news[name] === '' ? null : (news[name] ?? known[name] ?? null),
    ]),
  );
  return { [reason]: part, reason };
}

const FILES = ['additional_documentation', 'card_statement', 'cash_receipt', 'check_image'];
