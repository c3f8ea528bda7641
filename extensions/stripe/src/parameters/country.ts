import { invalidRequest, type StripeError } from '../errors';

/** The error of a code that no country has. */
export function unknownCountry(country: string, param: string): StripeError {
  return invalidRequest(
    `Country '${country}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.`,
    { code: 'country_code_invalid', param },
  );
}
