/** Setup intents: payment methods for later. https://docs.stripe.com/payments/setup-intents */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { methodTable } from '../resources/method-table';
import { withMandateOptions } from './intent-fields';
import { checkOwner, givenMethod, typesFor } from './intent-methods';
import { unexpectedState, wrongStatus } from './intent-state';
import type { IntentSecret } from './intents';

export const CANCELABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export function setupTable(stripe: Backend): Table<Stripe.SetupIntent, IntentSecret> {
  return stripe.table<Stripe.SetupIntent, IntentSecret>('setup_intent');
}

/** The payment method that a setup intent is about; undefined where it has none. */
export function setupMethod(
  stripe: Backend,
  { payment_method: method }: Stripe.SetupIntent,
): Stripe.PaymentMethod | undefined {
  const id = idOf(method);
  return id === undefined ? undefined : methodTable(stripe).find(id);
}

/** Options in full: those of cards are filled in. */
export function setupOptions(given: object | undefined, types: readonly string[]): object | null {
  if (!types.includes('card')) return given === undefined ? null : withMandateOptions({ ...given });
  const { card } = (given ?? {}) as { readonly card?: object };
  return {
    ...given,
    card: { mandate_options: null, network: null, request_three_d_secure: 'automatic', ...card },
  };
}

export function updateSetupIntent(stripe: Backend, intent: Stripe.SetupIntent, params: object): Stripe.SetupIntent {
  const given = params as Stripe.SetupIntentUpdateParams & { readonly payment_method_types?: readonly string[] };
  const { customer, description, metadata } = given;
  if (intent.status === 'succeeded' && ('payment_method' in given || 'payment_method_data' in given)) {
    throw unexpectedState(intent, 'You cannot update this SetupIntent because it has already succeeded.');
  }
  if (intent.status !== 'succeeded' && !CANCELABLE.includes(intent.status)) {
    throw wrongStatus(intent, 'update', 'updated', CANCELABLE);
  }
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  const method = givenMethod(stripe, given);
  if (method) checkOwner(stripe, method, customer ?? idOf(intent.customer), intent);
  return setupTable(stripe).update(intent.id, {
    ...(customer !== undefined && { customer }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata: mergeMetadata(intent.metadata, metadata) }),
    ...(given.allowed_payment_method_types && {
      ...typesFor(stripe, { allowed_payment_method_types: given.allowed_payment_method_types }),
      allowed_payment_method_types: given.allowed_payment_method_types,
    }),
    ...(given.payment_method_types && { payment_method_types: [...given.payment_method_types] }),
    ...(method && { payment_method: method.id, status: 'requires_confirmation' }),
  });
}
