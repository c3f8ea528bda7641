/** Payment methods from what clients give. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { linkedBank } from '../financial-connections/linked-bank';
import type { Backend } from '../kernel/backend';
import { checkEmail } from '../parameters/email';
import { METHOD_TYPES } from '../payments/method-types';
import { cardPart, otherPart } from './method-parts';
import { insertMethod, type MethodParams, type NewMethod } from './method-table';

/** Types of which nothing can be made without their data. */
const NEEDS_DATA: readonly string[] = ['acss_debit', 'au_becs_debit', 'boleto', 'fpx', 'nz_bank_account', 'sofort'];
export const BILLING_EMAIL = 'billing_details[email]';

/** What somebody who pays by a type has to say of themselves. */
const NEEDS_BILLING: Readonly<Record<string, readonly ('email' | 'name')[]>> = {
  acss_debit: ['name', 'email'],
  afterpay_clearpay: ['name', 'email'],
  au_becs_debit: ['name', 'email'],
  bacs_debit: ['name', 'email'],
  bancontact: ['name'],
  boleto: ['name', 'email'],
  eps: ['name'],
  giropay: ['name'],
  konbini: ['name', 'email'],
  multibanco: ['email'],
  oxxo: ['name', 'email'],
  p24: ['email'],
  promptpay: ['email'],
  sepa_debit: ['name', 'email'],
  us_bank_account: ['name'],
};

/** Makes the payment method that a client describes, for somebody who says who they are. Throws as {@link makePaymentMethod} does. */
export function createPaymentMethod(stripe: Backend, given: MethodParams): Stripe.PaymentMethod {
  const read = readMethod(stripe, given);
  if (!stripe.isLoose) checkBilling(given);
  return insertMethod(stripe, read);
}

/** Makes a payment method that no customer has yet. Throws a card error for a card with wrong data. */
export function makePaymentMethod(stripe: Backend, given: MethodParams): Stripe.PaymentMethod {
  return insertMethod(stripe, readMethod(stripe, given));
}

/** Throws where somebody does not say of themselves what a payment by this type needs. */
function checkBilling({ billing_details: billing, type = '' }: MethodParams): void {
  const missing = NEEDS_BILLING[type]?.find((name) => !billing?.[name]);
  if (missing !== undefined) throw parameterMissing(`billing_details[${missing}]`);
  const { country } = (billing?.address || {}) as { readonly country?: string };
  if (type !== 'klarna' || country) return;
  throw invalidRequest('You must provide `billing_details[address][country]` to use Klarna.', {
    code: 'parameter_missing',
    param: 'billing_details[address][country]',
  });
}

function readMethod(stripe: Backend, given: MethodParams): NewMethod {
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
  return { type, shown, secret, billing: { ...billing, ...billingDetails }, given };
}
