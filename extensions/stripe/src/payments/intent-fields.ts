/** Fields of a payment intent, from what the client gave. */
import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { wholeAddress } from '../parameters/address';
import { checkConfirmationNumber } from './vouchers';

/** What Stripe fills in for types of which a client says nothing. */
const FILLED_IN: Readonly<Record<string, object>> = {
  acss_debit: { verification_method: 'automatic' },
  affirm: {},
  afterpay_clearpay: { reference: null },
  alipay: {},
  amazon_pay: { express_checkout_element_session_id: null },
  bancontact: { preferred_language: 'en' },
  boleto: { expires_after_days: 3 },
  card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
  card_present: { request_extended_authorization: false, request_incremental_authorization_support: false },
  cashapp: {},
  eps: {},
  ideal: {},
  klarna: { preferred_locale: null },
  konbini: { confirmation_number: null, expires_after_days: null, expires_at: null, product_description: null },
  link: { persistent_token: null },
  oxxo: { expires_after_days: 3 },
  p24: {},
  paypal: { preferred_locale: null, reference: null },
  pix: { expires_after_seconds: null, expires_at: null },
  sepa_debit: {},
  swish: { reference: null },
  us_bank_account: { verification_method: 'automatic' },
  wechat_pay: { app_id: null, client: null },
};

/** What Stripe fills in of a mandate for debits in Canada, where options have one. */
export function withMandateOptions(options: Readonly<Record<string, object>>): Record<string, object> {
  const { acss_debit: acss } = options as { readonly acss_debit?: { readonly mandate_options?: object } };
  if (!acss?.mandate_options) return { ...options };
  const empty = { interval_description: null, payment_schedule: null, transaction_type: null };
  return { ...options, acss_debit: { ...acss, mandate_options: { ...empty, ...acss.mandate_options } } };
}

/** The options of the types that an intent takes, with what Stripe fills in. */
export function optionsOf(
  given: object | undefined,
  types: readonly string[],
  before?: object | null,
): Stripe.PaymentIntent.PaymentMethodOptions {
  checkConfirmationNumber(given);
  const [had, has] = [before, given] as (Readonly<Record<string, object>> | null | undefined)[];
  const options: Record<string, object> = { ...had, ...has };
  for (const type of types) {
    const filled = FILLED_IN[type];
    if (filled) options[type] = { ...filled, ...had?.[type], ...has?.[type] };
  }
  return withMandateOptions(options);
}

export function shippingOf(given: object | '' | null | undefined): Stripe.PaymentIntent.Shipping | null {
  if (!given) return null;
  const { address, ...rest } = given as { readonly address?: object };
  return {
    carrier: null,
    phone: null,
    tracking_number: null,
    ...rest,
    address: wholeAddress(address ?? {}),
  };
}

/** Throws for a fee that nobody would pay: an intent has no recipient unless it is made with one. */
export function checkFee(
  stripe: Backend,
  { transfer_data: transfer }: Pick<Stripe.PaymentIntent, 'transfer_data'>,
  fee: number | '' | null | undefined,
): void {
  if (fee) checkRecipients(stripe, { application_fee_amount: fee, transfer_data: transfer && {} });
}

/** What others get of a payment is part of it. */
export function checkShares(amount: number, fee?: number | '' | null, transfer?: number): void {
  if (typeof fee === 'number' && fee > amount) {
    throw invalidRequest('Your application fee cannot be larger than the charge amount.', {
      code: 'application_fee_too_large',
      param: 'application_fee_amount',
    });
  }
  if (transfer !== undefined && transfer > amount) {
    throw invalidRequest(
      `The transfer_data[amount] must be less than or equal to the charge amount. Your transfer_data[amount] is ${transfer}, and the charge amount is ${amount}.`,
      { param: 'transfer_data[amount]' },
    );
  }
}
