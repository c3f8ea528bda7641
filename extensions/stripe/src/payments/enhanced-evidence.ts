/** Evidence beyond the usual: https://docs.stripe.com/disputes/api/visa-ce3 and /visa-compliance. */
import type Stripe from 'stripe';
import type { DisputeCause } from './test-cards';

type Eligibility = Stripe.Dispute.EvidenceDetails.EnhancedEligibility;
type Enhanced = Stripe.Dispute.Evidence.EnhancedEvidence;
type Given = NonNullable<Stripe.DisputeUpdateParams.Evidence['enhanced_evidence']>;

const PRIOR_NEEDED = 2;

/** What a dispute may be answered with, and what that still needs, by the evidence that there is. */
export function eligibilityOf(eligible: DisputeCause['eligible'], enhanced: Enhanced = {}): Eligibility {
  switch (eligible) {
    case 'visa_compelling_evidence_3': {
      const required_actions = missingFrom(enhanced.visa_compelling_evidence_3);
      const status = required_actions.length === 0 ? 'qualified' : 'requires_action';
      return { visa_compelling_evidence_3: { required_actions, status } };
    }
    case 'visa_compliance': {
      const isKnown = enhanced.visa_compliance?.fee_acknowledged === true;
      return { visa_compliance: { status: isKnown ? 'fee_acknowledged' : 'requires_fee_acknowledgement' } };
    }
    case undefined:
      return {};
  }
}

type RequiredAction = Stripe.Dispute.EvidenceDetails.EnhancedEligibility.VisaCompellingEvidence3.RequiredAction;

function missingFrom(given: Enhanced['visa_compelling_evidence_3']): RequiredAction[] {
  const { disputed_transaction: disputed, prior_undisputed_transactions: prior = [] } = given ?? {};
  const identifiers = [
    disputed?.customer_account_id,
    disputed?.customer_device_fingerprint,
    disputed?.customer_device_id,
    disputed?.customer_email_address,
    disputed?.customer_purchase_ip,
    disputed?.shipping_address?.line1,
  ];
  return [
    ...(identifiers.filter(Boolean).length < 2 ? (['missing_customer_identifiers'] as const) : []),
    ...(disputed?.product_description ? [] : (['missing_disputed_transaction_description'] as const)),
    ...(disputed?.merchandise_or_services ? [] : (['missing_merchandise_or_services'] as const)),
    ...(prior.every((each) => each.product_description)
      ? []
      : (['missing_prior_undisputed_transaction_description'] as const)),
    ...(prior.length < PRIOR_NEEDED ? (['missing_prior_undisputed_transactions'] as const) : []),
  ];
}

/** What was given, added to what there was; an empty text takes a part away. */
export function mergeEnhanced(before: Enhanced, given: Given | '' | null | undefined): Enhanced {
  if (given === undefined) return before;
  if (!given) return {};
  const merged: Record<string, object> = { ...before };
  for (const [name, part] of Object.entries(given) as [string, object | ''][]) {
    if (part === '') delete merged[name];
    else merged[name] = { ...merged[name], ...part };
  }
  return merged;
}
