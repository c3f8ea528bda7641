/** Fields of a payment intent, from what the client gave. */
import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';

/** The options of the types that an intent takes, with what Stripe fills in. */
export function optionsOf(
  given: object | undefined,
  types: readonly string[],
  before?: object | null,
): Stripe.PaymentIntent.PaymentMethodOptions {
  const options: Record<string, object> = { ...before, ...given };
  if (types.includes('card')) {
    options['card'] = {
      installments: null,
      mandate_options: null,
      network: null,
      request_three_d_secure: 'automatic',
      ...(before as Record<string, object> | null | undefined)?.['card'],
      ...(given as Record<string, object> | undefined)?.['card'],
    };
  }
  if (types.includes('card_present')) {
    options['card_present'] = {
      request_extended_authorization: false,
      request_incremental_authorization_support: false,
      ...options['card_present'],
    };
  }
  return options;
}

export function shippingOf(given: object | '' | null | undefined): Stripe.PaymentIntent.Shipping | null {
  if (!given) return null;
  const { address, ...rest } = given as { readonly address?: object };
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return {
    carrier: null,
    phone: null,
    tracking_number: null,
    ...rest,
    address: { ...empty, ...address },
  };
}

/** `payment_details` as the parameters change it; nothing where they say nothing. */
export function paymentDetails(
  given: Partial<Stripe.PaymentIntentCreateParams.PaymentDetails> | '' | null | undefined,
  before?: Stripe.PaymentIntent.PaymentDetails,
): { payment_details?: Stripe.PaymentIntent.PaymentDetails } {
  if (given === undefined) return {};
  const named = Object.entries(given || {}).map(([name, value]) => [name, value === '' ? null : value]);
  const none = { customer_reference: null, order_reference: null };
  return { payment_details: { ...none, ...(given && before), ...(Object.fromEntries(named) as object) } };
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
