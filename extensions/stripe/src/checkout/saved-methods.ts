import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { detachPaymentMethod } from '../resources/attach-method';

/** What the customer of a session has saved, of the types that it takes, and allows to be shown again. */
export function savedFor(stripe: Backend, session: Stripe.Checkout.Session): Stripe.PaymentMethod[] {
  const customer = idOf(session.customer);
  if (customer === undefined || session.mode === 'setup') return [];
  const shown: readonly string[] = session.saved_payment_method_options?.allow_redisplay_filters ?? ['always'];
  return [
    ...stripe.table<Stripe.PaymentMethod>('payment_method').values({
      by: { customer },
      where: (method) =>
        session.payment_method_types.includes(method.type) && shown.includes(method.allow_redisplay ?? 'unspecified'),
    }),
  ];
}

/** Takes what is saved from the customer of a session, as they want it. Throws where the session does not allow that. */
export function removeSaved(stripe: Backend, session: Stripe.Checkout.Session, id: string): Stripe.PaymentMethod {
  const isAllowed = session.saved_payment_method_options?.payment_method_remove === 'enabled';
  if (isAllowed && savedFor(stripe, session).some((method) => method.id === id)) return detachPaymentMethod(stripe, id);
  throw invalidRequest('This Checkout Session does not allow to remove that payment method.', {
    param: 'payment_method',
  });
}
