/** Small deposits by which a customer proves to have a bank account: https://docs.stripe.com/payments/ach-direct-debit. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { methodTable } from '../resources/method-table';
import { findIntent } from './find-intent';
import { unexpectedState } from './intent-state';
import { completeAction } from './attempt-payment';
import { completeSetupAction } from './confirm-setup';

/** What a bank would show on a statement, in tests. */
const AMOUNTS = '32,45';
const CODE = 'SM11AA';

export interface SeenDeposits {
  readonly amounts?: readonly number[];
  readonly descriptor_code?: string;
}

/** Goes on with an intent once the customer has told what arrived. Throws where it is something else. */
export function verifyDeposits(
  stripe: Backend,
  id: string,
  seen: SeenDeposits,
): Stripe.PaymentIntent | Stripe.SetupIntent {
  const intent = findIntent(stripe, id);
  check(intent, seen);
  return stripe.onClockOf(idOf(intent.customer), () => {
    if (intent.object === 'payment_intent') return completeAction(stripe, id, true);
    const method = idOf(intent.payment_method);
    if (method !== undefined) {
      methodTable(stripe).hide(method, { ...methodTable(stripe).hidden(method), isVerified: true });
    }
    return completeSetupAction(stripe, id, true);
  });
}

function check(
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
  { amounts, descriptor_code: code }: SeenDeposits,
): void {
  if (intent.next_action?.type !== 'verify_with_microdeposits') {
    throw unexpectedState(intent, 'This intent does not wait for the verification of a bank account.');
  }
  if (code === undefined ? amounts?.join(',') === AMOUNTS : code === CODE) return;
  throw invalidRequest(
    code === undefined
      ? 'The amounts provided do not match the amounts that were sent to the bank account.'
      : 'The descriptor code provided does not match the one that was sent to the bank account.',
    {
      code:
        code === undefined
          ? 'payment_method_microdeposit_verification_amounts_mismatch'
          : 'payment_method_microdeposit_verification_descriptor_code_mismatch',
      param: code === undefined ? 'amounts' : 'descriptor_code',
    },
  );
}
