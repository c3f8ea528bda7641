/** Payment methods from what clients give. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { linkedBank } from '../financial-connections/linked-bank';
import type { Backend } from '../kernel/backend';
import { checkEmail } from '../parameters/email';
import { METHOD_TYPES } from '../payments/method-types';
import { cardPart, otherPart } from './method-parts';
import { insertMethod, type MethodParams } from './method-table';

/** Types of which nothing can be made without their data. */
const NEEDS_DATA: readonly string[] = ['acss_debit', 'au_becs_debit', 'boleto', 'fpx', 'nz_bank_account', 'sofort'];
export const BILLING_EMAIL = 'billing_details[email]';

/** Makes a payment method that no customer has yet. Throws a card error for a card with wrong data. */
export function createPaymentMethod(stripe: Backend, given: MethodParams): Stripe.PaymentMethod {
  const { type } = given;
  if (type === undefined) throw parameterMissing('type');
  if (METHOD_TYPES[type] === undefined && type !== 'custom') {
    throw invalidRequest(`Invalid type: must be one of ${Object.keys(METHOD_TYPES).join(', ')}`, { param: 'type' });
  }
  const details = (given as Record<string, unknown>)[type] as Record<string, unknown> | undefined;
  if (details === undefined && NEEDS_DATA.includes(type)) throw parameterMissing(type);
  const linked = type === 'us_bank_account' && details ? linkedBank(stripe, details) : undefined;
  checkEmail(given.billing_details?.email, BILLING_EMAIL);
  const part = type === 'card' ? cardPart(stripe, details) : otherPart(type, linked ?? details ?? {});
  const { shown, billing } = part;
  // Whoever linked an account has shown that it is theirs.
  const secret = linked ? { ...part.secret, isVerified: true } : part.secret;
  const billingDetails = given.billing_details as Partial<Stripe.PaymentMethod.BillingDetails> | undefined;
  return insertMethod(stripe, { type, shown, secret, billing: { ...billing, ...billingDetails }, given });
}
