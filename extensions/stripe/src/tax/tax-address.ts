import type Stripe from 'stripe';
import { invalidRequest } from '../errors';

type Given = Partial<Record<keyof Stripe.Address, string | null | undefined>>;

/** An address with all its fields; what was not given is null. Throws where the country is no code of two letters. */
export function taxAddress(given: Given, param = 'address'): Stripe.Address {
  const { country } = given;
  if (country && !/^[A-Za-z]{2}$/.test(country)) {
    throw invalidRequest(
      `Country '${country}' is unknown. Try using a 2-character alphanumeric country code instead.`,
      {
        code: 'country_code_invalid',
        param: `${param}[country]`,
      },
    );
  }
  return {
    city: given.city || null,
    country: country ? country.toUpperCase() : null,
    line1: given.line1 || null,
    line2: given.line2 || null,
    postal_code: given.postal_code || null,
    state: given.state || null,
  };
}
