import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { behaviorOf } from './cards';
import { chargeTable } from './charging';
import { createDispute } from './disputes';

/** Does what comes after a payment that succeeded, by what its test card stands for: disputes, warnings of fraud, reviews. */
export function followUp(stripe: Backend, chargeId: string): void {
  const table = chargeTable(stripe);
  const { dispute, fraudWarning, risk } = behaviorOf(table.hidden(chargeId));
  if (risk === 'elevated') review(stripe, chargeId);
  if (fraudWarning === true) warn(stripe, chargeId);
  for (let count = 0; dispute && count < (dispute.count ?? 1); count += 1) {
    createDispute(stripe, chargeId, dispute);
  }
}

function review(stripe: Backend, chargeId: string): void {
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
  stripe.table<Stripe.Review>('review').insert(opened);
  chargeTable(stripe).update(chargeId, { review: opened.id });
  if (typeof made.payment_intent === 'string') {
    stripe.table<Stripe.PaymentIntent>('payment_intent').update(made.payment_intent, { review: opened.id });
  }
  stripe.emit('review.opened', opened);
}

function warn(stripe: Backend, chargeId: string): void {
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
  stripe.table<Stripe.Radar.EarlyFraudWarning>('radar.early_fraud_warning').insert(warning);
  stripe.emit('radar.early_fraud_warning.created', warning);
}
