/** What Stripe.js asks for when an application makes elements. Not documented. */
import type Stripe from 'stripe';
import { businessName } from '../connect/business-name';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { configurationOf, offeredTypes } from '../payments/method-configurations';
import { customerSession } from './customer-sessions';
import { detachPaymentMethod } from './attach-method';
import { methodTable } from './method-table';

interface Asked {
  readonly customer_session_client_secret?: string;
  /** Of an intent that the application makes later. */
  readonly deferred_intent?: { readonly currency?: string; readonly payment_method_configuration?: string };
}

export const elementsSessions: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/elements/sessions': ({ params }) => {
      const { customer_session_client_secret: secret, deferred_intent: deferred } = params as Asked;
      return {
        object: 'elements_session',
        business_name: businessName(stripe),
        payment_method_types: deferred
          ? offeredTypes(configurationOf(stripe, deferred.payment_method_configuration), deferred.currency ?? 'usd')
          : null,
        customer: secret === undefined ? null : savedFor(stripe, secret),
      };
    },
    'POST /v1/elements/payment_methods/{method}/detach': ({ path, params }) => {
      const { customer_session_client_secret: secret } = params as Asked;
      if (secret === undefined) throw parameterMissing('customer_session_client_secret');
      const { customer, components } = customerSession(stripe, secret);
      const id = path['method']!;
      const isAllowed = components?.payment_element.features?.payment_method_remove === 'enabled';
      if (!isAllowed || idOf(methodTable(stripe).get(id).customer) !== idOf(customer)) {
        throw invalidRequest('This customer session does not allow to remove that payment method.');
      }
      return detachPaymentMethod(stripe, id);
    },
  },
});

/** What the Payment Element shows of a customer, and may do for them. */
function savedFor(stripe: Backend, secret: string): object {
  const session = customerSession(stripe, secret);
  const { enabled = false, features } = session.components?.payment_element ?? {};
  const customer = idOf(session.customer);
  const shows = enabled && features?.payment_method_redisplay === 'enabled' && customer !== undefined;
  const filters: readonly string[] = features?.payment_method_allow_redisplay_filters ?? [];
  const methods = shows
    ? stripe
        .table<Stripe.PaymentMethod>('payment_method')
        .values({ by: { customer }, where: (each) => filters.includes(each.allow_redisplay ?? 'unspecified') })
    : [];
  return {
    features: features ?? {},
    payment_methods: [...methods].slice(0, features?.payment_method_redisplay_limit ?? undefined),
  };
}
