import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

/** What the customer of a session has saved, of the types that it takes. */
export function savedFor(stripe: Backend, session: Stripe.Checkout.Session): Stripe.PaymentMethod[] {
  const customer = idOf(session.customer);
  if (customer === undefined || session.mode === 'setup') return [];
  return [
    ...stripe.table<Stripe.PaymentMethod>('payment_method').values({
      by: { customer },
      where: (method) => session.payment_method_types.includes(method.type),
    }),
  ];
}
