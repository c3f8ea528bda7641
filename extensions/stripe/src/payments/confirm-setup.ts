/** Confirming a setup intent, and what becomes of it. */
import type Stripe from 'stripe';
import type { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { attachPaymentMethod } from '../resources/attach-method';
import { methodTable } from '../resources/method-table';
import { authenticationFor } from './authentication';
import { behaviorOf, verificationDecline } from './cards';
import { noteIntent } from './confirming-tokens';
import { DECLINES, type Decline } from './declines';
import { isShownOnce } from './generated-debit';
import { checkAllowed, checkOwner, givenMethod } from './intent-methods';
import {
  ATTEMPT_FAILED,
  authenticationFailure,
  cannotConfirm,
  checkReturnUrlForm,
  declinedCall,
  lastError,
  missingMethod,
} from './intent-state';
import { CONFIRMABLE } from './intents';
import { createMandate } from './mandates';
import { METHOD_TYPES } from './method-types';
import { actionFor, authenticate, verifyWithMicrodeposits } from './next-action';
import { mustBeVerified, scheduleDeposits } from './verification';
import { addAttempt, endAttempt, keepAccount, keepPresented } from './setup-attempts';
import { setupMethod, setupOptions, setupTable } from './setup-intents';

export interface ConfirmedSetup {
  readonly intent: Stripe.SetupIntent;
  readonly error?: StripeError;
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
  const method = givenMethod(stripe, params) ?? setupMethod(stripe, before);
  if (method === undefined) throw missingMethod(before);
  if (!CONFIRMABLE.includes(before.status)) throw cannotConfirm(before);
  checkReturnUrlForm(params.return_url);
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
      payment_method_options: setupOptions(params.payment_method_options, before.payment_method_types) as never,
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
    if (decline) return failSetup(stripe, intent.id, method, decline);
    if (flow === 'present') return succeed(stripe, intent.id);
    const authentication = authenticationFor(secret, { isOffSession: false, request });
    if (!authentication.needed) return succeed(stripe, intent.id);
    if (authentication.failure) return failSetup(stripe, intent.id, method, authentication.failure);
    return askFor(stripe, intent.id, authenticate(stripe, intent.id, options));
  }
  if (flow === 'redirect') return askFor(stripe, intent.id, actionFor(stripe, intent.id, method, options));
  if (mustBeVerified(method.type, secret)) {
    const asked = askFor(stripe, intent.id, verifyWithMicrodeposits(stripe, intent.id));
    scheduleDeposits(stripe, intent, secret);
    return asked;
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

/** Leaves the intent waiting for another payment method. */
export function failSetup(
  stripe: Backend,
  id: string,
  method: Stripe.PaymentMethod,
  reason: Decline & { readonly type?: string },
): ConfirmedSetup {
  const table = setupTable(stripe);
  // A setup says why in both places, whatever the bank said besides.
  const decline = { ...reason, decline_code: reason.decline_code ?? reason.code };
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
  const method = setupMethod(stripe, before)!;
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
      ? createMandate(stripe, method, { mandateData, singleUse, options: before.payment_method_options })
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

/** Says what a customer did where a setup intent sent them. Gives the intent as it is then. */
export function completeSetupAction(stripe: Backend, id: string, succeeded: boolean): Stripe.SetupIntent {
  const intent = setupTable(stripe).get(id);
  return stripe.onClockOf(idOf(intent.customer), () => {
    if (intent.status !== 'requires_action') return intent;
    const method = setupMethod(stripe, intent)!;
    const isCard = method.type === 'card';
    if (succeeded) {
      const { declinesAuthenticated } = behaviorOf(methodTable(stripe).hidden(method.id));
      return declinesAuthenticated === undefined
        ? succeed(stripe, id, isCard).intent
        : failSetup(stripe, id, method, DECLINES[declinesAuthenticated]).intent;
    }
    return failSetup(stripe, id, method, isCard ? authenticationFailure('setup_intent') : ATTEMPT_FAILED).intent;
  });
}
