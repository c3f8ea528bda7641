import { BacklotError } from '../api/errors';
import type { Key } from '../api/state';

/**
 * A key as it is kept: an array becomes a frozen copy, so that nobody can put a tree into disorder, and -0 becomes 0.
 * Throws `BACKLOT_E_STATE_KEY_INVALID` for what is no key; `role` says what it was given as.
 */
export function toKey(given: unknown, role = 'key'): Key {
  if (typeof given === 'string') return given;
  if (typeof given === 'number') return toNumber(given, role);
  assertKey(given, role);
  return Object.freeze((given as readonly (string | number)[]).map((element) => (element === 0 ? 0 : element)));
}

/** Throws for what is no key, as {@link toKey} does. */
export function assertKey(given: unknown, role = 'key'): void {
  if (typeof given === 'string') return;
  if (typeof given === 'number') return void toNumber(given, role);
  if (!Array.isArray(given)) throw invalidKey(given, role);
  for (const element of given as readonly unknown[]) {
    if (typeof element === 'string') continue;
    if (typeof element !== 'number') throw invalidKey(given, role);
    toNumber(element, role);
  }
}

function toNumber(given: number, role: string): number {
  if (!Number.isFinite(given)) throw invalidKey(given, role);
  return given === 0 ? 0 : given;
}

function invalidKey(given: unknown, role: string): BacklotError {
  return new BacklotError('BACKLOT_E_STATE_KEY_INVALID', `${describe(given)} is no ${role}`);
}

/** A value in a few words, for messages. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 5).map(describe).join(', ')}${value.length > 5 ? ', …' : ''}]`;
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'Object'}` : `a ${typeof value}`;
}

/**
 * A place between keys. A nested array comes behind every element that a key can have, which makes it the end of all
 * keys that begin with the elements before it.
 */
export type Bound = string | number | readonly (string | number | readonly never[])[];

/** Before every key, and behind every key. */
export const LOWEST: Bound = -Infinity;
export const HIGHEST: Bound = Object.freeze([Object.freeze([])]);

/** The order of keys: below zero when the first comes first. */
export function compareKeys(a: Bound, b: Bound): number {
  if (typeof a === 'string') {
    if (typeof b === 'string') return a < b ? -1 : a === b ? 0 : 1;
    return typeof b === 'number' ? 1 : -1;
  }
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  if (typeof b !== 'object') return 1;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    // Keys of one index mostly begin alike.
    if (a[i] === b[i]) continue;
    const order = compareElements(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

type Element = string | number | readonly never[] | undefined;

function compareElements(a: Element, b: Element): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a === b ? 0 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return rank(a) - rank(b);
}

function rank(element: Element): number {
  if (typeof element === 'number') return 0;
  return typeof element === 'string' ? 1 : 2;
}
