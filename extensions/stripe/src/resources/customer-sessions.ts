import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

/** How long a page may use a session, in seconds. */
const LIFETIME = 30 * 60;

type Given = Readonly<Record<string, { readonly enabled: boolean; readonly features?: object } | undefined>>;

/** What each component may do where a client says nothing of it; null for those that have no features. */
const FEATURES: Readonly<Record<string, object | null>> = {
  active_entitlements: null,
  buy_button: null,
  customer_portal: null,
  customer_sheet: { payment_method_allow_redisplay_filters: ['always'], payment_method_remove: 'disabled' },
  mobile_payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_allow_redisplay_override: null,
  },
  payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_redisplay_limit: 3,
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_usage: null,
  },
  pricing_table: null,
};

function componentsOf(given: Given): object {
  const components = Object.entries(FEATURES).map(([name, features]) => {
    const enabled = given[name]?.enabled ?? false;
    if (features === null) return [name, { enabled }];
    return [name, { enabled, features: enabled ? { ...features, ...given[name]?.features } : null }];
  });
  return Object.fromEntries(components) as object;
}

/** What lets components of a page know a customer: https://docs.stripe.com/api/customer_sessions. */
export const customerSessions: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/customer_sessions': ({ params }) => {
      const { customer, components } = params as unknown as Stripe.CustomerSessionCreateParams;
      if (customer === undefined) {
        throw parameterMissing('customer');
      }
      stripe.table('customer').get(customer, 'customer');
      const now = stripe.now();
      const session = {
        object: 'customer_session',
        client_secret: `cuss_secret_${stripe.secret(40)}`,
        components: componentsOf(components as Given),
        created: now,
        customer,
        customer_account: null,
        expires_at: now + LIFETIME,
        livemode: false,
      } as unknown as Stripe.CustomerSession;
      // It has no identifier but its secret, which nobody can look it up by but a page.
      stripe.table<Kept>('customer_session').insert({ id: session.client_secret, object: session.object, session });
      return session;
    },
  },
});

interface Kept {
  readonly id: string;
  readonly object: string;
  readonly session: Stripe.CustomerSession;
}

/** The session with this secret, while it is good. Throws where there is none. */
export function customerSession(stripe: Backend, secret: string): Stripe.CustomerSession {
  const session = stripe.table<Kept>('customer_session').find(secret)?.session;
  if (session !== undefined && session.expires_at > stripe.now()) return session;
  throw invalidRequest('This customer session has expired, or there never was one.', {
    code: 'customer_session_expired',
    param: 'customer_session_client_secret',
  });
}
