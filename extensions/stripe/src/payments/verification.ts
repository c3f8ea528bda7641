/** Bank accounts that were typed in: whether their owner has shown that they are theirs. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { SOON } from '../kernel/soon';
import type { MethodSecret } from '../resources/method-parts';
import { bankBehavior } from './bank-accounts';

const VERIFIED: readonly string[] = ['acss_debit', 'us_bank_account'];

/** Whether the owner of a bank account has yet to tell what small deposits arrived there. */
export function mustBeVerified(type: string, secret: MethodSecret | undefined): boolean {
  return VERIFIED.includes(type) && secret?.isVerified !== true;
}

/** Lets the deposits for an intent fail, where they cannot arrive. */
export function scheduleDeposits(
  stripe: Backend,
  { id, object }: Stripe.PaymentIntent | Stripe.SetupIntent,
  secret: MethodSecret | undefined,
): void {
  if (bankBehavior(secret?.account).failsDeposits !== true) return;
  stripe.as({ clock: null }, () => stripe.jobs.schedule(`${object}.deposits_failed`, id, stripe.now() + SOON));
}
