import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';

/** The payment intent or setup intent under an identifier, where either may be meant. Throws where there is neither. */
export function findIntent(stripe: Backend, id: string): Stripe.PaymentIntent | Stripe.SetupIntent {
  const intent =
    stripe.table<Stripe.PaymentIntent>('payment_intent').find(id) ??
    stripe.table<Stripe.SetupIntent>('setup_intent').find(id);
  if (intent === undefined) throw resourceMissing('payment_intent', id);
  return intent;
}
