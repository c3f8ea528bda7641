/** `"compat": "emulate"`: what Vercel's emulate takes that Stripe refuses. https://github.com/vercel-labs/emulate */
import type Stripe from 'stripe';
import { createSession } from '../checkout/session-create';
import { sessionsOf } from '../checkout/session-data';
import type { Backend } from '../kernel/backend';
import type { ApiRequest } from '../kernel/dispatch';
import type { Call, OperationHandler } from '../kernel/module';
import type { StripeObject } from '../kernel/objects';
import type { Operation } from '../spec/spec';
import { formOfJson } from '../parameters/json-form';
import type { Mode } from './mode';

/** What narrows a list there, besides what Stripe knows. */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  'GET /v1/payment_intents': ['status'],
  'GET /v1/checkout/sessions': ['payment_status'],
};

/** What forgets a customer that is deleted. */
const OF_CUSTOMERS = ['payment_intent', 'charge', 'checkout.session'];

/** What is charged where nobody says with what. */
const ORDINARY = 'pm_card_visa';

export function emulate(stripe: Backend): Mode {
  return {
    takesAnyKey: true,
    passesOverUnknown: true,
    read: asForm,
    given: ({ key }, given) => (key === 'POST /v1/customer_sessions' ? { components: {}, ...given } : given),
    parameters: ({ key }: Operation) => FILTERS[key] ?? [],
    handler: (handler) => (call) => (OTHERWISE[call.operation.key] ?? asUsual)(stripe, call, handler),
  };
}

function asForm(request: ApiRequest): ApiRequest {
  const isJson = /\bjson\b/i.test(request.header('content-type') ?? '');
  if (!isJson || request.body === '') return request;
  const header: ApiRequest['header'] = (name) =>
    name === 'content-type' ? 'application/x-www-form-urlencoded' : request.header(name);
  return { ...request, header, body: formOfJson(request.body) };
}

type Otherwise = (stripe: Backend, call: Call, handler: OperationHandler) => object;

const asUsual: Otherwise = (_stripe, call, handler) => handler(call);

const OTHERWISE: Readonly<Record<string, Otherwise>> = {
  'DELETE /v1/customers/{customer}': (stripe, call, handler) => {
    const answer = handler(call);
    const [customer] = Object.values(call.path);
    for (const kind of OF_CUSTOMERS) {
      const table = stripe.table<StripeObject & { customer: string | null }>(kind);
      for (const { id } of [...table.values({ by: { customer } })]) table.update(id, { customer: null });
    }
    return answer;
  },
  'POST /v1/customer_sessions': (_stripe, call, handler) => {
    return { ...handler(call), components: call.params['components'] };
  },
  'GET /v1/payment_methods': (stripe, call, handler) => {
    const { customer } = call.params as Stripe.PaymentMethodListParams;
    if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
    return handler(call);
  },
  'POST /v1/payment_intents': (_stripe, call, handler) => {
    const { payment_method_types: types, automatic_payment_methods: automatic } =
      call.params as unknown as Stripe.PaymentIntentCreateParams & { readonly payment_method_types?: unknown };
    if (types !== undefined || automatic !== undefined) return handler(call);
    // Nobody has to be led back from anywhere.
    const params = { ...call.params, automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };
    return handler({ ...call, params });
  },
  'POST /v1/payment_intents/{payment_intent}/confirm': (stripe, call, handler) => {
    const [id = ''] = Object.values(call.path);
    const intent = stripe.table<Stripe.PaymentIntent>('payment_intent').find(id);
    const isGiven = Object.keys(call.params).some((name) => /^(payment_method|confirmation_token|source)/.test(name));
    if (isGiven || intent?.status !== 'requires_payment_method') return handler(call);
    return handler({ ...call, params: { ...call.params, payment_method: ORDINARY } });
  },
  'POST /v1/checkout/sessions': (stripe, { params }) => {
    const session = createSession(stripe, params, { isBare: true });
    if (session.url === null) return session;
    return sessionsOf(stripe).update(session.id, { url: stripe.pageUrl(`checkout/${session.id}`) });
  },
};
