import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { omit } from '../kernel/omit';
import { confirmSetup } from './confirm-setup';
import { noteIntent, withToken } from './confirming-tokens';
import { checkOwner, givenMethod, typesFor } from './intent-methods';
import { METHOD_TYPES } from './method-types';
import { setupOptions, setupTable } from './setup-intents';

const ONCE: readonly (string | undefined)[] = ['transfer', 'voucher'];

export type CreateSetupParams = Stripe.SetupIntentCreateParams & { readonly payment_method_types?: readonly string[] };

/** Makes a setup intent, with `setup_intent.created`, and confirms it when the parameters say so. */
export function createSetupIntent(stripe: Backend, given: CreateSetupParams): Stripe.SetupIntent {
  const params = given.confirm === true ? withToken(stripe, given) : given;
  return stripe.onClockOf(params.customer, () => {
    const intent = make(stripe, params);
    // The intent has its payment method by now.
    const rest = omit(params, 'confirmation_token', 'payment_method_data');
    return params.confirm === true ? confirmSetup(stripe, intent.id, rest) : intent;
  });
}

/** Throws for types that are paid with once: vouchers, and the money that a customer has in hand. */
function checkKeepable(types: readonly string[]): void {
  const once = types.find((type) => type !== 'pix' && ONCE.includes(METHOD_TYPES[type]?.flow));
  if (once === undefined) return;
  throw invalidRequest(`The payment method type \`${once}\` cannot be used with a SetupIntent.`, {
    code: 'setup_intent_invalid_parameter',
    param: 'payment_method_types',
  });
}

function make(stripe: Backend, params: CreateSetupParams): Stripe.SetupIntent {
  const { customer } = params;
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  if (customer !== undefined && params.attach_to_self === true) {
    throw invalidRequest('`attach_to_self` cannot be true when a SetupIntent is for a customer.', {
      param: 'attach_to_self',
    });
  }
  const method = givenMethod(stripe, params);
  if (method) checkOwner(stripe, method, customer, 'SetupIntent');
  const types = typesFor(stripe, params);
  checkKeepable(types.payment_method_types);
  const id = stripe.newId('setup_intent');
  const intent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    application: applicationOf(stripe),
    ...(params.attach_to_self !== undefined && { attach_to_self: params.attach_to_self }),
    automatic_payment_methods: types.automatic_payment_methods,
    cancellation_reason: null,
    client_secret: `${id}_secret_${stripe.secret(25)}`,
    created: stripe.now(),
    customer: customer ?? null,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: params.excluded_payment_method_types ?? null,
    flow_directions: params.flow_directions ?? null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: { enabled: false },
    mandate: null,
    metadata: mergeMetadata(undefined, params.metadata),
    next_action: null,
    on_behalf_of: params.on_behalf_of ?? null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: types.payment_method_configuration_details,
    payment_method_options: setupOptions(params.payment_method_options, types.payment_method_types),
    payment_method_types: types.payment_method_types,
    single_use_mandate: null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    usage: params.usage ?? 'off_session',
  } as unknown as Stripe.SetupIntent;
  setupTable(stripe).insert(intent, params.single_use && { singleUse: params.single_use });
  noteIntent(stripe, params.confirmation_token, intent);
  stripe.emit('setup_intent.created', intent);
  return intent;
}
