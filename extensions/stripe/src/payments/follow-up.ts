import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Job } from '../kernel/jobs';
import type { DefineModule } from '../kernel/module';
import { behaviorOf } from './cards';
import { chargeTable } from './charging';
import { createDispute } from './disputes';

const AFTERWARDS = 'charge.follow_up';

/**
 * Does what comes after a payment that succeeded, by what its test card stands for: a review at once; disputes and warnings of fraud
 * as soon as the payment was answered, which shows nothing of them yet.
 */
export function followUp(stripe: Backend, chargeId: string): void {
  const { dispute, fraudWarning, risk } = behaviorOf(chargeTable(stripe).hidden(chargeId));
  if (risk === 'elevated') review(stripe, chargeId);
  if (dispute === undefined && fraudWarning !== true) return;
  const { clock } = stripe;
  // A test clock stands still when nobody turns it, and banks do not wait for it.
  const at = clock === null ? stripe.now() : stripe.platform.clock.seconds();
  stripe.as({ clock: null, time: at }, () => stripe.jobs.schedule(AFTERWARDS, chargeId, at, { clock }));
}

function afterwards(stripe: Backend, { subject, data }: Job): void {
  const { clock } = data as { readonly clock: string | null };
  const work = (): void => {
    const { dispute, fraudWarning } = behaviorOf(chargeTable(stripe).hidden(subject));
    if (fraudWarning === true) warn(stripe, subject);
    for (let count = 0; dispute && count < (dispute.count ?? 1); count += 1) createDispute(stripe, subject, dispute);
  };
  if (clock === null) work();
  else stripe.as({ clock }, work);
}

/** What follows a payment, as jobs. */
export const followUps: DefineModule = () => ({ jobs: { [AFTERWARDS]: afterwards } });

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
