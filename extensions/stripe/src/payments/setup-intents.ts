/** Setup intents: payment methods for later. https://docs.stripe.com/payments/setup-intents */
import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import { omit } from '../kernel/omit';
import { idOf } from '../kernel/objects';
import { attachPaymentMethod, methodTable } from '../resources/payment-methods';
import { authenticationFor } from './authentication';
import { generateCard } from './card-present';
import { behaviorOf, verificationDecline } from './cards';
import { DECLINES, type Decline } from './declines';
import { checkAllowed, checkOwner, givenMethod, typesFor } from './intent-methods';
import {
  ATTEMPT_FAILED,
  authenticationFailure,
  cannotConfirm,
  declinedCall,
  lastError,
  checkReturnUrlForm,
  missingMethod,
  wrongStatus,
} from './intent-state';
import { noteIntent, withToken } from './confirming-tokens';
import { CONFIRMABLE, type IntentSecret } from './intents';
import { generateDebit, isShownOnce, shownAccount } from './generated-debit';
import { createMandate } from './mandates';
import { METHOD_TYPES } from './method-types';
import { actionFor, authenticate, verifyWithMicrodeposits } from './next-action';

const CANCELABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export type CreateSetupParams = Stripe.SetupIntentCreateParams & { readonly payment_method_types?: readonly string[] };

export interface ConfirmedSetup {
  readonly intent: Stripe.SetupIntent;
  readonly error?: StripeError;
}

export function setupTable(stripe: Backend): Table<Stripe.SetupIntent, IntentSecret> {
  return stripe.table<Stripe.SetupIntent, IntentSecret>('setup_intent');
}

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
    payment_method_options: optionsOf(params.payment_method_options, types.payment_method_types),
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

function optionsOf(given: object | undefined, types: readonly string[]): object | null {
  if (!types.includes('card')) return given ?? null;
  const { card } = (given ?? {}) as { readonly card?: object };
  return {
    ...given,
    card: { mandate_options: null, network: null, request_three_d_secure: 'automatic', ...card },
  };
}

export type ConfirmSetupParams = Partial<
  Pick<
    Stripe.SetupIntentConfirmParams,
    | 'confirmation_token'
    | 'mandate_data'
    | 'payment_method'
    | 'payment_method_data'
    | 'payment_method_options'
    | 'return_url'
    | 'use_stripe_sdk'
  >
>;

/** Confirms a setup intent. Throws a card error, keeping what was written, when the bank does not verify the card. */
export function confirmSetup(stripe: Backend, id: string, params: ConfirmSetupParams = {}): Stripe.SetupIntent {
  const { intent, error } = tryConfirmSetup(stripe, id, params);
  if (error) throw error;
  return intent;
}

/** Confirms a setup intent. A card that is refused is no exception: it comes back as `error`. */
export function tryConfirmSetup(stripe: Backend, id: string, params: ConfirmSetupParams = {}): ConfirmedSetup {
  return stripe.onClockOf(idOf(setupTable(stripe).get(id).customer), () => confirm(stripe, id, params));
}

function confirm(stripe: Backend, id: string, params: ConfirmSetupParams): ConfirmedSetup {
  const table = setupTable(stripe);
  const before = table.get(id);
  if (!CONFIRMABLE.includes(before.status)) throw cannotConfirm(before);
  checkReturnUrlForm(params.return_url);
  const method = givenMethod(stripe, params) ?? methodOf(stripe, before);
  if (method === undefined) throw missingMethod(before);
  checkOwner(stripe, method, idOf(before.customer), 'SetupIntent');
  checkAllowed(before as never, method);
  noteIntent(stripe, params.confirmation_token, before);
  table.hide(id, {
    ...table.hidden(id),
    ...(params.return_url !== undefined && { returnUrl: params.return_url }),
    useSdk: params.use_stripe_sdk === true,
    ...(params.mandate_data && { mandateData: params.mandate_data }),
  });
  const intent = table.update(id, {
    payment_method: method.id,
    next_action: null,
    ...(params.payment_method_options !== undefined && {
      payment_method_options: optionsOf(params.payment_method_options, before.payment_method_types) as never,
    }),
  });
  return start(stripe, intent, method);
}

function start(stripe: Backend, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): ConfirmedSetup {
  const secret = methodTable(stripe).hidden(method.id);
  const { returnUrl, useSdk = false } = setupTable(stripe).hidden(intent.id) ?? {};
  const options = { returnUrl, useSdk };
  const { flow = 'redirect' } = METHOD_TYPES[method.type] ?? {};
  if (flow === 'card' || flow === 'present') {
    const request = intent.payment_method_options?.card?.request_three_d_secure;
    const decline = verificationDecline(secret);
    if (decline) return fail(stripe, intent.id, method, decline);
    if (flow === 'present') return succeed(stripe, intent.id);
    const authentication = authenticationFor(secret, { isOffSession: false, request });
    if (!authentication.needed) return succeed(stripe, intent.id);
    if (authentication.failure) return fail(stripe, intent.id, method, authentication.failure);
    return askFor(stripe, intent.id, authenticate(stripe, intent.id, options));
  }
  if (flow === 'redirect') return askFor(stripe, intent.id, actionFor(stripe, intent.id, method, options));
  if (method.type === 'us_bank_account' && secret?.isVerified !== true) {
    return askFor(stripe, intent.id, verifyWithMicrodeposits(stripe, intent.id));
  }
  return succeed(stripe, intent.id);
}

function askFor(stripe: Backend, id: string, action: object): ConfirmedSetup {
  const attempt = addAttempt(stripe, setupTable(stripe).get(id), 'requires_action');
  const intent = setupTable(stripe).update(id, {
    status: 'requires_action',
    next_action: action as Stripe.SetupIntent.NextAction,
    latest_attempt: attempt.id,
  });
  stripe.emit('setup_intent.requires_action', intent);
  return { intent };
}

function fail(
  stripe: Backend,
  id: string,
  method: Stripe.PaymentMethod,
  decline: Decline & { readonly type?: string },
): ConfirmedSetup {
  const table = setupTable(stripe);
  const error = lastError(decline, { method });
  const attempt = endAttempt(stripe, table.get(id), 'failed', error);
  const intent = table.update(id, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_setup_error: error,
    latest_attempt: attempt.id,
  });
  stripe.emit('setup_intent.setup_failed', intent);
  return { intent, error: declinedCall(decline, intent, { method }) };
}

function succeed(stripe: Backend, id: string, isAuthenticated = false): ConfirmedSetup {
  const table = setupTable(stripe);
  const before = table.get(id);
  const methods = methodTable(stripe);
  const method = methodOf(stripe, before)!;
  const customer = idOf(before.customer);
  methods.hide(method.id, { ...methods.hidden(method.id), setUp: true });
  const isPresent = METHOD_TYPES[method.type]?.flow === 'present';
  const isOnce = isShownOnce(method.type);
  if (customer !== undefined && !isPresent && !isOnce)
    attachPaymentMethod(stripe, method, customer, { verified: true });
  const isDebit = METHOD_TYPES[method.type]?.flow === 'debit';
  const { mandateData, singleUse } = table.hidden(id) ?? {};
  const mandate =
    isDebit || (mandateData !== undefined && !isOnce)
      ? createMandate(stripe, method, mandateData, singleUse)
      : undefined;
  const attempt = endAttempt(stripe, before, 'succeeded', null, isAuthenticated);
  if (isPresent) keepPresented(stripe, attempt, method, customer);
  const generated = isOnce ? keepAccount(stripe, attempt, method, { customer, mandateData }) : undefined;
  const intent = table.update(id, {
    status: 'succeeded',
    next_action: null,
    last_setup_error: null,
    latest_attempt: attempt.id,
    ...(generated && { mandate: generated.generated_sepa_debit_mandate }),
    ...(mandate && { [singleUse === undefined ? 'mandate' : 'single_use_mandate']: mandate.id }),
  });
  stripe.emit('setup_intent.succeeded', intent);
  return { intent };
}

/** What was set up on the page of a bank: debits from its account. */
function keepAccount(
  stripe: Backend,
  { id }: Stripe.SetupAttempt,
  method: Stripe.PaymentMethod,
  owner: Parameters<typeof generateDebit>[3],
) {
  const generated = generateDebit(stripe, method, { setup_attempt: id }, owner);
  const { type } = method;
  const shown = (method as unknown as Record<string, object>)[type];
  attempts(stripe).update(id, {
    payment_method_details: { [type]: { ...shown, ...shownAccount(method), ...generated }, type },
  });
  return generated;
}

/** A card that was there cannot be saved: a card for payments over the network is made of it. */
function keepPresented(
  stripe: Backend,
  attempt: Stripe.SetupAttempt,
  method: Stripe.PaymentMethod,
  customer: string | undefined,
): void {
  const table = methodTable(stripe);
  table.hide(method.id, { ...table.hidden(method.id), spent: true });
  const { id } = generateCard(stripe, method, { setup_attempt: attempt.id }, customer);
  attempts(stripe).update(attempt.id, {
    payment_method_details: {
      [method.type]: { generated_card: id, offline: { stored_at: null, type: null } },
      type: method.type,
    } as unknown as Stripe.SetupAttempt.PaymentMethodDetails,
  });
}

export function attempts(stripe: Backend): Table<Stripe.SetupAttempt> {
  return stripe.table<Stripe.SetupAttempt>('setup_attempt');
}

function addAttempt(stripe: Backend, intent: Stripe.SetupIntent, status: string): Stripe.SetupAttempt {
  const method = methodOf(stripe, intent);
  const attempt = {
    id: stripe.newId('setup_attempt'),
    object: 'setup_attempt',
    application: applicationOf(stripe),
    created: stripe.now(),
    customer: intent.customer,
    customer_account: null,
    flow_directions: intent.flow_directions,
    livemode: false,
    on_behalf_of: intent.on_behalf_of,
    payment_method: intent.payment_method,
    payment_method_details: method && { [method.type]: detailsOf(method, status), type: method.type },
    setup_error: null,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  } as unknown as Stripe.SetupAttempt;
  return attempts(stripe).insert(attempt);
}

function detailsOf({ card }: Stripe.PaymentMethod, status: string): object {
  if (!card) return {};
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = card;
  return {
    brand,
    checks: checks && {
      ...checks,
      // The bank was asked, whatever is known of the card by itself.
      ...(status === 'succeeded' && checks.cvc_check === 'unchecked' && { cvc_check: 'pass' }),
    },
    country,
    exp_month,
    exp_year,
    fingerprint,
    funding,
    last4,
    network: brand,
    three_d_secure: null,
    wallet: null,
  };
}

/** Ends the attempt that waits for the customer, or makes one that is over at once. */
function endAttempt(
  stripe: Backend,
  intent: Stripe.SetupIntent,
  status: string,
  error: object | null,
  isAuthenticated = false,
): Stripe.SetupAttempt {
  const latest = idOf(intent.latest_attempt);
  const waiting = latest === undefined ? undefined : attempts(stripe).find(latest);
  const attempt = waiting?.status === 'requires_action' ? waiting : addAttempt(stripe, intent, status);
  const { card } = attempt.payment_method_details ?? {};
  return attempts(stripe).update(attempt.id, {
    status,
    setup_error: error as Stripe.SetupAttempt.SetupError | null,
    ...(isAuthenticated &&
      card && {
        payment_method_details: {
          ...attempt.payment_method_details,
          card: {
            ...card,
            three_d_secure: {
              authentication_flow: 'challenge',
              result: 'authenticated',
              result_reason: null,
              version: '2.2.0',
            },
          },
        } as unknown as Stripe.SetupAttempt.PaymentMethodDetails,
      }),
  });
}

/** Says what a customer did where a setup intent sent them. Gives the intent as it is then. */
export function completeSetupAction(stripe: Backend, id: string, succeeded: boolean): Stripe.SetupIntent {
  const intent = setupTable(stripe).get(id);
  return stripe.onClockOf(idOf(intent.customer), () => {
    if (intent.status !== 'requires_action') return intent;
    const method = methodOf(stripe, intent)!;
    const isCard = method.type === 'card';
    if (succeeded) {
      const { declinesAuthenticated } = behaviorOf(methodTable(stripe).hidden(method.id));
      return declinesAuthenticated === undefined
        ? succeed(stripe, id, isCard).intent
        : fail(stripe, id, method, DECLINES[declinesAuthenticated]).intent;
    }
    return fail(stripe, id, method, isCard ? authenticationFailure('setup_intent') : ATTEMPT_FAILED).intent;
  });
}

/** Cancels a setup intent, with `setup_intent.canceled`. */
export function cancelSetupIntent(stripe: Backend, id: string, reason: string | null = null): Stripe.SetupIntent {
  const intent = setupTable(stripe).get(id);
  if (!stripe.isLoose && !CANCELABLE.includes(intent.status)) {
    throw wrongStatus(intent, 'cancel', 'canceled', CANCELABLE);
  }
  const canceled = setupTable(stripe).update(id, {
    status: 'canceled',
    cancellation_reason: reason,
    next_action: null,
  });
  stripe.emit('setup_intent.canceled', canceled);
  return canceled;
}

function methodOf(stripe: Backend, { payment_method: method }: Stripe.SetupIntent): Stripe.PaymentMethod | undefined {
  const id = idOf(method);
  return id === undefined ? undefined : methodTable(stripe).find(id);
}

export function updateSetupIntent(stripe: Backend, intent: Stripe.SetupIntent, params: object): Stripe.SetupIntent {
  const given = params as Stripe.SetupIntentUpdateParams & { readonly payment_method_types?: readonly string[] };
  const { customer, description, metadata } = given;
  if (!CANCELABLE.includes(intent.status)) throw wrongStatus(intent, 'update', 'updated', CANCELABLE);
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  const method = givenMethod(stripe, given);
  if (method) checkOwner(stripe, method, customer ?? idOf(intent.customer), 'SetupIntent');
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
