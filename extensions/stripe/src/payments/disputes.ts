/** Disputes: https://docs.stripe.com/disputes. The money goes when one begins, and comes back when it is won. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { SOON } from '../kernel/soon';
import { fileTable } from '../resources/files';
import { completed } from '../spec/shapes';
import { addBalanceTransaction, pendingUntil } from './balance';
import { chargeTable, DAY } from './charging';
import { eligibilityOf, mergeEnhanced } from './enhanced-evidence';
import type { DisputeCause } from './test-cards';

/** What a dispute costs, in the currency of the payment. */
const FEE = 1500;
const DAYS_TO_RESPOND = 9;
/** Evidence that decides a dispute, or moves it on. */
const VERDICTS: Readonly<Record<string, 'escalate' | 'lost' | 'won'>> = {
  winning_evidence: 'won',
  losing_evidence: 'lost',
  escalate_inquiry_evidence: 'escalate',
};
const DECIDED = 'dispute.decided';
const CLOSED: readonly string[] = ['lost', 'warning_closed', 'won'];
const OPEN: readonly string[] = ['needs_response', 'warning_needs_response'];

export function disputeTable(stripe: Backend): Table<Stripe.Dispute> {
  return stripe.table<Stripe.Dispute>('dispute');
}

const EVIDENCE =
  'access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text'.split(
    ' ',
  );

/** The parts of evidence that are files. */
const FILES =
  'cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt refund_policy service_documentation shipping_documentation uncategorized_file'.split(
    ' ',
  );

/** Begins a dispute about a payment. An inquiry takes no money. */
export function createDispute(stripe: Backend, chargeId: string, cause: DisputeCause): Stripe.Dispute {
  const disputed = chargeTable(stripe).get(chargeId);
  const isInquiry = cause.inquiry === true;
  const { card } = disputed.payment_method_details ?? {};
  const dispute = {
    id: stripe.platform.ids.next('du', 24),
    object: 'dispute',
    amount: disputed.amount_captured || disputed.amount,
    balance_transaction: null,
    balance_transactions: [],
    charge: chargeId,
    created: stripe.now(),
    currency: disputed.currency,
    enhanced_eligibility_types: cause.eligible === undefined ? [] : [cause.eligible],
    evidence: { ...Object.fromEntries(EVIDENCE.map((name) => [name, null])), enhanced_evidence: {} },
    evidence_details: {
      due_by: Math.floor(stripe.now() / DAY + DAYS_TO_RESPOND) * DAY + DAY - 1,
      enhanced_eligibility: eligibilityOf(cause.eligible),
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: false,
    metadata: {},
    network_reason_code: cause.network_reason_code,
    payment_intent: disputed.payment_intent,
    ...(card && {
      payment_method_details: {
        card: {
          brand: card.brand,
          case_type: isInquiry ? 'inquiry' : 'chargeback',
          network: card.network,
          network_reason_code: cause.network_reason_code,
        },
        type: 'card',
      },
    }),
    reason: cause.reason,
    status: isInquiry ? 'warning_needs_response' : cause.isFinal === true ? 'lost' : 'needs_response',
  } as unknown as Stripe.Dispute;
  disputeTable(stripe).insert(dispute);
  chargeTable(stripe).update(chargeId, { disputed: true, dispute: dispute.id } as Partial<Stripe.Charge>);
  stripe.emit('charge.dispute.created', dispute);
  if (isInquiry) return dispute;
  const taken = withdraw(stripe, dispute.id);
  if (cause.isFinal === true) stripe.emit('charge.dispute.closed', taken);
  return taken;
}

function withdraw(stripe: Backend, id: string): Stripe.Dispute {
  const { amount, charge, currency } = disputeTable(stripe).get(id);
  return book(stripe, id, 'charge.dispute.funds_withdrawn', {
    amount: -amount,
    fees: [{ amount: FEE, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }],
    description: `Chargeback withdrawal for ${idOf(charge) ?? ''}`,
    reporting_category: 'dispute',
  });
}

function reinstate(stripe: Backend, id: string): Stripe.Dispute {
  const { amount, charge } = disputeTable(stripe).get(id);
  return book(stripe, id, 'charge.dispute.funds_reinstated', {
    amount,
    description: `Chargeback reversal for ${idOf(charge) ?? ''}`,
    reporting_category: 'dispute_reversal',
  });
}

function book(
  stripe: Backend,
  id: string,
  event: string,
  booking: {
    readonly amount: number;
    readonly fees?: readonly Stripe.BalanceTransaction.FeeDetail[];
    readonly description: string;
    readonly reporting_category: string;
  },
): Stripe.Dispute {
  const { currency } = disputeTable(stripe).get(id);
  const transaction = addBalanceTransaction(stripe, {
    ...booking,
    currency,
    type: 'adjustment',
    source: id,
    available_on: pendingUntil(stripe),
  });
  const dispute = disputeTable(stripe).update(id, (before) => ({
    balance_transactions: [...before.balance_transactions, transaction],
    balance_transaction: transaction.id,
  }));
  stripe.emit(event, dispute);
  return dispute;
}

function close(stripe: Backend, id: string, status: Stripe.Dispute.Status): Stripe.Dispute {
  const closed = disputeTable(stripe).update(id, { status, is_charge_refundable: status !== 'lost' });
  const settled = status === 'won' ? reinstate(stripe, id) : closed;
  stripe.emit('charge.dispute.closed', settled);
  return settled;
}

/** Stripe tells of the charge, too, where its dispute was answered or given up. */
function tellOfCharge(stripe: Backend, { charge }: Stripe.Dispute): void {
  stripe.emit('charge.updated', chargeTable(stripe).get(idOf(charge)!));
}

/** What a text of tests in the evidence makes the bank decide. */
function verdictOn({
  evidence: { uncategorized_text: text },
}: Stripe.Dispute): 'escalate' | 'lost' | 'won' | undefined {
  return text && Object.hasOwn(VERDICTS, text) ? VERDICTS[text] : undefined;
}

/** What the bank makes of the evidence that it was sent, where that is the text of a test. */
function decide(stripe: Backend, id: string): void {
  const dispute = disputeTable(stripe).get(id);
  if (CLOSED.includes(dispute.status)) return;
  const verdict = verdictOn(dispute);
  const isInquiry = dispute.status.startsWith('warning');
  if (verdict === 'won' || verdict === 'lost') close(stripe, id, isInquiry ? 'warning_closed' : verdict);
  if (verdict !== 'escalate' || !isInquiry) return;
  disputeTable(stripe).update(id, { status: 'needs_response', is_charge_refundable: false }, 'charge.dispute.updated');
  withdraw(stripe, id);
}

function checkNotClosed({ status }: Stripe.Dispute): void {
  if (CLOSED.includes(status)) throw invalidRequest('This dispute is already closed');
}

function submit(stripe: Backend, id: string, params: Stripe.DisputeUpdateParams): Stripe.Dispute {
  const table = disputeTable(stripe);
  const dispute = table.get(id);
  const { evidence, metadata, submit: isSubmitted = true } = params;
  checkNotClosed(dispute);
  if ((evidence !== undefined || params.submit === true) && !OPEN.includes(dispute.status)) {
    throw invalidRequest('The evidence of this dispute was submitted already.', { code: 'dispute_unexpected_state' });
  }
  const given = Object.fromEntries(
    Object.entries(evidence ?? {}).map(([name, value]) => [name, value === '' ? null : (value as unknown)]),
  );
  const enhanced = mergeEnhanced(dispute.evidence.enhanced_evidence, evidence?.enhanced_evidence);
  for (const name of FILES) {
    const file = given[name];
    if (typeof file === 'string' && !stripe.isLoose) fileTable(stripe).get(file, `evidence[${name}]`);
  }
  const hasEvidence = evidence !== undefined;
  // What was staged before is sent by saying so, without more evidence.
  const isStaged = params.submit === true && dispute.evidence_details.has_evidence;
  const isSent = isSubmitted && (hasEvidence || isStaged);
  const isInquiry = dispute.status.startsWith('warning');
  const changed = table.update(
    id,
    completed('dispute', {
      ...dispute,
      ...(metadata !== undefined && {
        metadata: mergeMetadata(dispute.metadata, metadata),
      }),
      ...((hasEvidence || isSent) && {
        evidence: { ...dispute.evidence, ...given, enhanced_evidence: enhanced },
        evidence_details: {
          ...dispute.evidence_details,
          enhanced_eligibility: eligibilityOf(
            dispute.enhanced_eligibility_types[0] as DisputeCause['eligible'],
            enhanced,
          ),
          has_evidence: true,
          ...(isSent && {
            submission_count: dispute.evidence_details.submission_count + 1,
            submission_method: 'manual',
          }),
        },
      }),
      ...(isSent && { status: isInquiry ? 'warning_under_review' : 'under_review' }),
    }),
    'charge.dispute.updated',
  );
  if (!isSent) return changed;
  tellOfCharge(stripe, changed);
  if (verdictOn(changed) !== undefined) {
    // Banks keep to the time of the world, whatever clock a customer is on.
    const { clock } = stripe;
    stripe.as({ clock: null }, () => stripe.jobs.schedule(DECIDED, id, stripe.now() + SOON, { clock }));
  }
  return changed;
}

/** https://docs.stripe.com/api/disputes */
export const disputes: DefineModule = (stripe) => {
  const table = disputeTable(stripe);
  return {
    operations: {
      'GET /v1/disputes': ({ url, params }) => {
        const given = params as Stripe.DisputeListParams;
        return table.page(url, params, { by: { charge: given.charge, payment_intent: given.payment_intent } });
      },
      'GET /v1/disputes/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/disputes/{id}': ({ path, params }) => submit(stripe, path['id']!, params),
      'POST /v1/disputes/{id}/close': ({ path }) => {
        const dispute = table.get(path['id']!);
        checkNotClosed(dispute);
        if (!OPEN.includes(dispute.status)) {
          throw invalidRequest('The evidence of this dispute was submitted already.', {
            code: 'dispute_unexpected_state',
          });
        }
        const closed = close(stripe, dispute.id, dispute.status === 'needs_response' ? 'lost' : 'warning_closed');
        tellOfCharge(stripe, closed);
        return closed;
      },
    },
    jobs: {
      [DECIDED]: (each, { subject, data }) => {
        const { clock } = data as { readonly clock: string | null };
        each.as({ clock }, () => decide(each, subject));
      },
    },
  };
};
