/** Payments that somebody looks at, and warnings of issuers: https://docs.stripe.com/radar/reviews. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { chargeTable } from './charging';

type Warning = Stripe.Radar.EarlyFraudWarning;

function reviewTable(stripe: Backend): Table<Stripe.Review> {
  return stripe.table<Stripe.Review>('review');
}

function warningTable(stripe: Backend): Table<Warning> {
  return stripe.table<Warning>('radar.early_fraud_warning');
}

/** Puts a payment into review, with `review.opened`. */
export function openReview(stripe: Backend, chargeId: string): void {
  const made = chargeTable(stripe).get(chargeId);
  const opened = {
    id: stripe.newId('review'),
    object: 'review',
    billing_zip: null,
    charge: chargeId,
    closed_reason: null,
    created: stripe.now(),
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: true,
    opened_reason: 'rule',
    payment_intent: made.payment_intent,
    reason: 'rule',
    session: null,
  } as unknown as Stripe.Review;
  reviewTable(stripe).insert(opened);
  chargeTable(stripe).update(chargeId, { review: opened.id });
  if (typeof made.payment_intent === 'string') {
    stripe.table<Stripe.PaymentIntent>('payment_intent').update(made.payment_intent, { review: opened.id });
  }
  stripe.emit('review.opened', opened);
}

/** Passes on what an issuer thinks of a payment, with `radar.early_fraud_warning.created`. */
export function warnOfFraud(stripe: Backend, chargeId: string): void {
  const { payment_intent } = chargeTable(stripe).get(chargeId);
  const warning = {
    id: stripe.newId('radar.early_fraud_warning'),
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: chargeId,
    created: stripe.now(),
    fraud_type: 'misc',
    livemode: false,
    payment_intent,
  } as unknown as Stripe.Radar.EarlyFraudWarning;
  warningTable(stripe).insert(warning);
  stripe.emit('radar.early_fraud_warning.created', warning);
}

/** Ends a review, with `review.closed`. */
function close(stripe: Backend, review: Stripe.Review, reason: Stripe.Review.ClosedReason): Stripe.Review {
  const closed = reviewTable(stripe).update(review.id, { open: false, reason, closed_reason: reason });
  const [charge, intent] = [idOf(review.charge), idOf(review.payment_intent)];
  if (charge !== undefined) chargeTable(stripe).update(charge, { review: null });
  if (intent !== undefined) stripe.table<Stripe.PaymentIntent>('payment_intent').update(intent, { review: null });
  stripe.emit('review.closed', closed);
  return closed;
}

/** Nobody has to look at a payment any more that was given back or disputed, and nothing can be done about a warning. */
function settle(stripe: Backend, charge: string, reason: Stripe.Review.ClosedReason): void {
  const review = idOf(chargeTable(stripe).find(charge)?.review);
  if (review !== undefined) close(stripe, reviewTable(stripe).get(review), reason);
  const isOpen = ({ actionable }: Warning): boolean => actionable;
  for (const { id } of warningTable(stripe).values({ by: { charge }, where: isOpen })) {
    warningTable(stripe).update(id, { actionable: false }, 'radar.early_fraud_warning.updated');
  }
}

/** https://docs.stripe.com/api/radar/reviews and /early_fraud_warnings */
export const reviews: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/radar/early_fraud_warnings': ({ url, params }) => {
      const { charge, payment_intent } = params as Stripe.Radar.EarlyFraudWarningListParams;
      return warningTable(stripe).page(url, params, { by: { charge, payment_intent } });
    },
    'GET /v1/radar/early_fraud_warnings/{id}': ({ path }) => warningTable(stripe).get(path['id']!),
    'GET /v1/reviews': ({ url, params }) => reviewTable(stripe).page(url, params, { where: ({ open }) => open }),
    'GET /v1/reviews/{id}': ({ path }) => reviewTable(stripe).get(path['id']!),
    'POST /v1/reviews/{id}/approve': ({ path }) => {
      const review = reviewTable(stripe).get(path['id']!);
      if (!review.open) throw invalidRequest(`The review ${review.id} is already closed.`);
      return close(stripe, review, 'approved');
    },
  },
  reactions: {
    'charge.refunded': ({ id, refunded, fraud_details: fraud }: Stripe.Charge) => {
      if (!refunded) return;
      settle(stripe, id, fraud?.user_report === 'fraudulent' ? 'refunded_as_fraud' : 'refunded');
    },
    'charge.dispute.created': ({ charge }: Stripe.Dispute) => settle(stripe, idOf(charge)!, 'disputed'),
  },
});
