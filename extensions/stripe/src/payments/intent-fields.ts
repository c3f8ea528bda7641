/** Fields of a payment intent, from what the client gave. */
import type Stripe from 'stripe';
import { destinationAccount } from '../connect/accounts';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';

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

/** Throws for a share of an account that there is not. */
export function checkDestination(stripe: Backend, destination: string | undefined): void {
  if (destination !== undefined && !stripe.isLoose)
    destinationAccount(stripe, destination, 'transfer_data[destination]');
}

/** A fee is taken from the share of another account, or from a payment of one. */
export function checkRecipient(
  stripe: Backend,
  given: { readonly application_fee_amount?: number | '' | null; readonly transfer_data?: object | null },
): void {
  if (!given.application_fee_amount || given.transfer_data || stripe.account !== PLATFORM_ACCOUNT) return;
  throw invalidRequest(
    'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
    { param: 'application_fee_amount' },
  );
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
