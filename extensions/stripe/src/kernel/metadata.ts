/** Metadata: https://docs.stripe.com/api/metadata. */
import { invalidRequest } from '../errors';

/** How many keys an object can have. */
export const MOST_KEYS = 50;

/** What is answered to more keys than an object can have. */
export function tooManyKeys(keys: number, param: string): Error {
  return invalidRequest(
    `Metadata can have up to ${MOST_KEYS} keys, but you've set ${keys}. Email us at support+metadata@stripe.com for more information.`,
    { param },
  );
}

/** Metadata with what a client gave: an empty value takes a key out, and an empty string in the place of all takes all out. Throws for too many. */
export function mergeMetadata(
  before: Readonly<Record<string, string>> | null | undefined,
  given: Readonly<Record<string, string | number | null>> | '' | null | undefined,
): Record<string, string> {
  if (given === undefined) return { ...before };
  if (given === '' || given === null) return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key];
    else merged[key] = String(value);
  }
  const keys = Object.keys(merged).length;
  if (keys > MOST_KEYS) throw tooManyKeys(keys, 'metadata');
  return merged;
}
