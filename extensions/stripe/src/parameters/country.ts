import { invalidRequest, type StripeError } from '../errors';

/** A region that is not known has a name, too. */
const UNKNOWN = 'ZZ';

let names: Intl.DisplayNames | undefined;

/** The English name of a region; undefined for one that there is not. Throws a RangeError for what has not the form of a code. */
export function regionName(code: string): string | undefined {
  // Made when somebody asks: it takes as long as many modules to load.
  names ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  return names.of(code);
}

/** Whether a text is the code of a country, in upper or lower case. */
export function isCountry(text: string): boolean {
  const code = text.toUpperCase();
  return /^[A-Z]{2}$/.test(code) && code !== UNKNOWN && regionName(code) !== undefined;
}

/** Throws for what is no code of a country, given in the parameter `param`. */
export function checkCountry(country: string | undefined, param: string): void {
  if (country !== undefined && !isCountry(country)) throw unknownCountry(country, param);
}

/** The error of a code that no country has. */
export function unknownCountry(country: string, param: string): StripeError {
  return invalidRequest(
    `Country '${country}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.`,
    { code: 'country_code_invalid', param },
  );
}
