import { invalidRequest } from '../errors';
import { MOST_KEYS, tooManyKeys } from '../kernel/metadata';
import type { RawHash } from './form';

const LONGEST_KEY = 40;
const LONGEST_VALUE = 500;

/** Checks metadata: text by name, within the limits of https://docs.stripe.com/api/metadata. Empty values take a key out. */
export function metadata(raw: RawHash, param: string): Record<string, string> {
  const entries = Object.entries(raw);
  if (entries.length > MOST_KEYS) throw tooManyKeys(entries.length, param);
  const checked: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (typeof value !== 'string') {
      throw invalidRequest(
        `Metadata values must be strings, but for key ${key} you passed in a value of another type.`,
        { param },
      );
    }
    if (key.length > LONGEST_KEY) {
      throw invalidRequest(
        `Metadata keys can have up to ${LONGEST_KEY} characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key.slice(0, 100)}`,
        { param },
      );
    }
    if (value.length > LONGEST_VALUE) {
      throw invalidRequest(
        `Metadata values can have up to ${LONGEST_VALUE} characters, but you passed in a value that is ${value.length} characters. Invalid value: ${value.slice(0, 100)}`,
        { param: `${param}[${key}]` },
      );
    }
    // A key such as `__proto__` is a key like any other.
    Object.defineProperty(checked, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return checked;
}
