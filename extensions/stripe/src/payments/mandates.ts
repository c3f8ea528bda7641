import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

type MandateData = Stripe.PaymentIntentConfirmParams.MandateData | '' | null | undefined;

/** Writes down that a customer agreed to debits from a payment method. */
export function createMandate(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  data: MandateData,
  singleUse?: { readonly amount: number; readonly currency: string },
): Stripe.Mandate {
  const acceptance = data ? data.customer_acceptance : undefined;
  const mandate = {
    id: stripe.newId('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: acceptance?.accepted_at ?? stripe.now(),
      ...(acceptance?.type === 'online'
        ? { online: { ip_address: null, user_agent: null, ...acceptance.online } }
        : { offline: {} }),
      type: acceptance?.type ?? 'offline',
    },
    livemode: false,
    ...(singleUse === undefined ? { multi_use: {} } : { single_use: singleUse }),
    payment_method: method.id,
    payment_method_details: { [method.type]: {}, type: method.type },
    status: 'active',
    type: singleUse === undefined ? 'multi_use' : 'single_use',
  } as unknown as Stripe.Mandate;
  stripe.table<Stripe.Mandate>('mandate').insert(mandate);
  return mandate;
}

/** https://docs.stripe.com/api/mandates */
export const mandates: DefineModule = (stripe) => ({
  operations: { 'GET /v1/mandates/{id}': ({ path }) => stripe.table<Stripe.Mandate>('mandate').get(path['id']!) },
});
