/** Small deposits by which a customer proves to have a bank account: https://docs.stripe.com/payments/ach-direct-debit. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { methodTable } from '../resources/method-table';
import { completeAction, fail } from './attempt-payment';
import { DEPOSITS, DEPOSITS_EXCEEDED, DEPOSITS_TIMED_OUT } from './bank-accounts';
import { completeSetupAction, failSetup } from './confirm-setup';
import type { Decline } from './declines';
import { findIntent } from './find-intent';
import { nameOf } from './intent-state';
import { intentTable, type IntentSecret } from './intents';
import { setupTable } from './setup-intents';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

export interface SeenDeposits {
  readonly amounts?: readonly number[];
  readonly descriptor_code?: string;
}

/** How often a customer may be wrong. */
const ATTEMPTS = { amounts: 3, code: 10 } as const;

const refusal = (code: string, message: string): Decline & { readonly type: string } => ({
  code: `payment_method_microdeposit_${code}`,
  message,
  type: 'invalid_request_error',
});
const EXCEEDED = refusal(
  'verification_attempts_exceeded',
  'You have exceeded the number of allowed verification attempts.',
);
const TIMED_OUT = refusal(
  'verification_timeout',
  'Microdeposit timeout. Customer hasn’t verified their bank account within the required 10 day period.',
);
const NOT_ARRIVED = refusal(
  'failed',
  'Microdeposits failed. Please check the account, institution and transit numbers provided.',
);

/**
 * Goes on with an intent once the customer has told what arrived. Throws where it is something else, and leaves the intent
 * without a payment method after too many attempts.
 */
export function verifyDeposits(stripe: Backend, id: string, seen: SeenDeposits): Intent {
  const intent = findIntent(stripe, id);
  check(stripe, intent, seen);
  return stripe.onClockOf(idOf(intent.customer), () => {
    const method = idOf(intent.payment_method);
    if (method !== undefined) {
      methodTable(stripe).hide(method, { ...methodTable(stripe).hidden(method), isVerified: true });
    }
    return intent.object === 'payment_intent'
      ? completeAction(stripe, id, true)
      : completeSetupAction(stripe, id, true);
  });
}

/** Ends the verification of an account at which no deposits arrive. */
export function failDeposits(stripe: Backend, id: string): void {
  const intent = findIntent(stripe, id);
  if (intent.next_action?.type !== 'verify_with_microdeposits') return;
  stripe.onClockOf(idOf(intent.customer), () => giveUp(stripe, intent, NOT_ARRIVED));
}

function check(stripe: Backend, intent: Intent, { amounts, descriptor_code: code }: SeenDeposits): void {
  if (intent.next_action?.type !== 'verify_with_microdeposits') {
    throw invalidRequest(
      `This ${nameOf(intent)} cannot be actioned on because it has a status of ${intent.status}. Only a ${nameOf(intent)} with one of the following statuses may be actioned on: ["requires_action"].`,
      { code: 'intent_invalid_state', [intent.object]: intent },
    );
  }
  if (amounts !== undefined && amounts.length !== 2) {
    throw invalidRequest('You must provide exactly two microdeposit amounts.', {
      code: 'payment_method_microdeposit_verification_amounts_invalid',
      param: 'amounts',
    });
  }
  const kind = code === undefined ? 'amounts' : 'code';
  const given = code ?? amounts?.join(',');
  if (given === DEPOSITS[kind]) return;
  if (given === DEPOSITS_EXCEEDED[kind]) throw giveUp(stripe, intent, EXCEEDED);
  if (given === DEPOSITS_TIMED_OUT[kind]) throw giveUp(stripe, intent, TIMED_OUT);
  const left = ATTEMPTS[kind] - countAttempt(stripe, intent);
  if (left <= 0) throw giveUp(stripe, intent, EXCEEDED);
  throw mismatch(kind, left);
}

/** How often a customer was wrong, this time included. */
function countAttempt(stripe: Backend, { id, object }: Intent): number {
  const table = object === 'payment_intent' ? intentTable(stripe) : setupTable(stripe);
  const secret: IntentSecret = table.hidden(id) ?? {};
  const depositAttempts = (secret.depositAttempts ?? 0) + 1;
  table.hide(id, { ...secret, depositAttempts });
  return depositAttempts;
}

function mismatch(kind: keyof typeof ATTEMPTS, left: number): StripeError {
  const rest = `You have ${left} verification attempts remaining.`;
  return (
    kind === 'amounts'
      ? invalidRequest(`The amounts provided do not match the amounts that were sent to the bank account. ${rest}`, {
          code: 'payment_method_microdeposit_verification_amounts_mismatch',
          param: 'amounts',
        })
      : invalidRequest(`The verification code provided does not match the one sent to the bank account. ${rest}`, {
          code: 'payment_method_microdeposit_verification_descriptor_code_mismatch',
          param: 'descriptor_code',
        })
  ).keepingWrites();
}

/** Takes the payment method from an intent. Gives the error that the customer sees. */
function giveUp(stripe: Backend, intent: Intent, reason: Decline & { readonly type: string }): StripeError {
  const method = methodTable(stripe).get(idOf(intent.payment_method)!);
  const { error } =
    intent.object === 'payment_intent'
      ? fail(stripe, intent.id, method, reason)
      : failSetup(stripe, intent.id, method, reason);
  return error!;
}
