import type Stripe from 'stripe';
import { omit } from '../kernel/omit';
import { parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { wholeAddress } from '../parameters/address';
import { confirmationTokenTable } from '../payments/confirming-tokens';
import { blank } from '../spec/shapes';
import { createPaymentMethod } from './create-method';
import { methodTable, type MethodParams } from './method-table';
import { resolvePaymentMethod } from './resolve-method';

const LIFETIME = 12 * 60 * 60;

interface Given {
  readonly payment_method?: string;
  readonly payment_method_data?: object;
  readonly payment_method_options?: object;
  readonly return_url?: string;
  readonly setup_future_usage?: string;
  readonly shipping?: Stripe.ConfirmationToken.Shipping;
  readonly use_stripe_sdk?: boolean;
}

function shippingOf(given: Stripe.ConfirmationToken.Shipping | undefined): Stripe.ConfirmationToken.Shipping | null {
  if (given === undefined) return null;
  return { ...given, phone: given.phone ?? null, address: wholeAddress(given.address) };
}

/** Makes a confirmation token: what a buyer filled in, as one thing to confirm with. */
export function createConfirmationToken(stripe: Backend, given: Given): Stripe.ConfirmationToken {
  const { payment_method: id, payment_method_data: data } = given;
  if (id === undefined && data === undefined) throw parameterMissing('payment_method_data');
  const method =
    id === undefined ? createPaymentMethod(stripe, data as MethodParams) : resolvePaymentMethod(stripe, id);
  const preview = omit(method, 'id', 'object', 'created', 'livemode', 'metadata', 'shared_payment_granted_token');
  const token = {
    ...blank('confirmation_token'),
    id: stripe.newId('confirmation_token'),
    created: stripe.now(),
    expires_at: stripe.now() + LIFETIME,
    livemode: false,
    mandate_data: null,
    metadata: {},
    payment_intent: null,
    payment_method_options: given.payment_method_options ?? null,
    payment_method_preview: preview,
    return_url: given.return_url ?? null,
    setup_future_usage: given.setup_future_usage ?? null,
    setup_intent: null,
    shipping: shippingOf(given.shipping),
    use_stripe_sdk: given.use_stripe_sdk ?? true,
  } as unknown as Stripe.ConfirmationToken;
  return confirmationTokenTable(stripe).insert(token, { method: methodTable(stripe).get(method.id).id });
}

/** https://docs.stripe.com/api/confirmation_tokens */
export const confirmationTokens: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/confirmation_tokens/{id}': ({ path }) => confirmationTokenTable(stripe).get(path['id']!),
    'POST /v1/test_helpers/confirmation_tokens': ({ params }) => createConfirmationToken(stripe, params),
  },
});
