import type Stripe from 'stripe';

/** An address of which nothing is known. */
export const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

/** An address with all its parts: null where nothing is given. */
export function wholeAddress(given: object): Stripe.Address {
  return { ...NO_ADDRESS, ...given };
}
