/** The errors of intents that are not in the state that a call needs, and what intents say of a payment that failed. */
import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import { idOf } from '../kernel/objects';
import { NETWORK_DECLINE, isByNetwork, type Decline } from './declines';
import { methodName } from './method-names';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

/** What an error calls a kind of intent. */
export function nameOf(intent: Intent): string {
  return intent.object === 'payment_intent' ? 'PaymentIntent' : 'SetupIntent';
}

/** An identifier in the path that there is no intent under. */
export function noSuchIntent(kind: Intent['object'], id: string): StripeError {
  const noun = kind === 'payment_intent' ? 'payment_intent' : 'setupintent';
  return new StripeError(404, 'invalid_request_error', `No such ${noun}: '${id}'`, {
    code: 'resource_missing',
    param: 'intent',
  });
}

/** An error about an intent: the intent is in it. */
export function unexpectedState(intent: Intent, message: string): StripeError {
  return invalidRequest(message, { code: `${intent.object}_unexpected_state`, [intent.object]: intent });
}

/** Throws for a `return_url` that is none. Applications on telephones have schemes of their own. */
export function checkReturnUrlForm(url: string | undefined): void {
  if (url === undefined || URL.canParse(url)) return;
  throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: 'return_url' });
}

export function cannotConfirm(intent: Intent): StripeError {
  const name = nameOf(intent);
  if (intent.status === 'succeeded') {
    return unexpectedState(
      intent,
      `You cannot confirm this ${name} because it has already succeeded${intent.object === 'payment_intent' ? ' after being previously confirmed' : ''}.`,
    );
  }
  return unexpectedState(intent, `You cannot confirm this ${name} because it has a status of ${intent.status}.`);
}

/** Money that an intent holds is taken or let go by that intent; `todo` says how. */
export function heldByIntent(intent: string, todo: string): StripeError {
  return invalidRequest(
    `This uncaptured Charge was created by a PaymentIntent (${intent}). You must ${todo} For more information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method`,
  );
}

export function missingMethod(intent: Intent): StripeError {
  const name = nameOf(intent);
  const customer = idOf(intent.customer);
  if (customer !== undefined && intent.object === 'payment_intent') {
    return unexpectedState(
      intent,
      `You cannot confirm this ${name} because it's missing a payment method. To confirm the ${name} with ${customer}, specify a payment method attached to this customer along with the customer ID.`,
    );
  }
  return unexpectedState(
    intent,
    `You cannot confirm this ${name} because it's missing a payment method. You can either update the ${name} with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.`,
  );
}

/** `done` is what the client wanted: `canceled`. */
export function wrongStatus(intent: Intent, verb: string, done: string, allowed: readonly string[]): StripeError {
  const only = `Only a ${nameOf(intent)} with one of the following statuses may be ${done}: ${allowed.join(', ')}.`;
  const could =
    verb === 'cancel' ? `You cannot cancel this ${nameOf(intent)}` : `This ${nameOf(intent)} could not be ${done}`;
  return unexpectedState(intent, `${could} because it has a status of ${intent.status}. ${only}`);
}

/** The text that Stripe’s SDK users know best. */
export function needsReturnUrl(): StripeError {
  return invalidRequest(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  );
}

/** Authentication that failed: it is nobody’s card error. */
export function authenticationFailure(kind: Intent['object']): Decline & { readonly type: string } {
  return kind === 'payment_intent'
    ? {
        code: 'payment_intent_authentication_failure',
        message:
          'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
        type: 'invalid_request_error',
      }
    : {
        code: 'setup_intent_authentication_failure',
        message:
          'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again.',
        type: 'invalid_request_error',
      };
}

/** What a customer did not agree to, or a payment that a bank did not make. */
export const ATTEMPT_FAILED: Decline & { readonly type: string } = {
  code: 'payment_intent_payment_attempt_failed',
  message: 'The payment attempt failed. Provide a new payment method and try again.',
  type: 'invalid_request_error',
};

/** What a customer was asked to do, and did not in time. */
export function attemptExpired(type: string): Decline & { readonly type: string } {
  return {
    code: 'payment_intent_payment_attempt_expired',
    message: `The ${methodName(type)} payment attempt of this PaymentIntent has expired. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.`,
    type: 'card_error',
  };
}

/** `last_payment_error` and `last_setup_error`. */
export function lastError(
  decline: Decline & { readonly type?: string },
  { method, charge }: { readonly method: Stripe.PaymentMethod | undefined; readonly charge?: string | undefined },
): Stripe.PaymentIntent.LastPaymentError {
  return {
    ...(decline.advice !== undefined && { advice_code: decline.advice }),
    ...(charge !== undefined && { charge }),
    code: decline.code,
    ...(decline.decline_code !== undefined && { decline_code: decline.decline_code }),
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    ...(isByNetwork(decline) && { network_decline_code: NETWORK_DECLINE }),
    ...(decline.param !== undefined && { param: decline.param }),
    ...(method !== undefined && { payment_method: method }),
    type: decline.type ?? 'card_error',
  };
}

/** The error that a call ends with when a payment is declined. What was written stays. */
export function declinedCall(
  decline: Decline & { readonly type?: string },
  intent: Intent,
  { method, charge }: { readonly method: Stripe.PaymentMethod | undefined; readonly charge?: string | undefined },
): StripeError {
  const type = decline.type === 'invalid_request_error' ? 'invalid_request_error' : 'card_error';
  const { code, decline_code, message, param, advice } = decline;
  return new StripeError(type === 'card_error' ? 402 : 400, type, message, {
    code,
    ...(advice !== undefined && { advice_code: advice }),
    ...(decline_code !== undefined && { decline_code }),
    ...(isByNetwork(decline) && { network_decline_code: NETWORK_DECLINE }),
    ...(param !== undefined && { param }),
    ...(charge !== undefined && { charge }),
    [intent.object]: intent,
    ...(method !== undefined && { payment_method: method }),
  }).keepingWrites();
}
