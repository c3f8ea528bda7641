/** Which fields of version 2 are which of version 1: an account and its people are the same in both. */
import { valueAt } from '../../kernel/objects';

type Fields = Record<string, unknown>;

/** A field in both versions, as dotted paths. Values are the same where nothing else is said. */
export interface Pair {
  readonly second: string;
  readonly first: string;
  /** From version 2 to version 1. */
  readonly to?: (value: unknown) => unknown;
  readonly from?: (value: unknown) => unknown;
}

/** What a client of version 2 gave, as one of version 1 gives it: `null`, which takes a field out, is an empty text there. */
export function toVersion1(pairs: readonly Pair[], given: object): Fields {
  const params: Fields = {};
  for (const { second, first, to } of pairs) {
    const value = valueAt(given, second);
    if (value === undefined) continue;
    setAt(params, first, value === null ? '' : to === undefined ? emptied(value) : to(value));
  }
  return params;
}

/** The fields of version 2 that an object of version 1 says something about. */
export function fromVersion1(pairs: readonly Pair[], object: object): Fields {
  const fields: Fields = {};
  for (const { second, first, from } of pairs) {
    const value = valueAt(object, first);
    if (value === undefined || value === null) continue;
    const told = from === undefined ? value : from(value);
    if (told !== undefined && told !== null) setAt(fields, second, told);
  }
  return fields;
}

/** Puts a value at a dotted path; what is on the way is made where it is not there. */
export function setAt(object: Fields, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let place = object;
  for (const name of names) place = (place[name] ??= {}) as Fields;
  place[last] = value;
}

function emptied(value: unknown): unknown {
  if (value === null) return '';
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, emptied(each)]));
}
