import type { Raw, RawHash } from '../parameters/form';

export function isHash(value: Raw | undefined): value is RawHash {
  return typeof value === 'object' && !Array.isArray(value);
}

/** What clients gave as a list of hashes, each as it is now. A list may be written with indexes. */
export function eachHash(list: Raw, change: (hash: RawHash) => RawHash): Raw {
  if (typeof list === 'string') return list;
  return listOf(list).map((each) => (isHash(each) ? change(each) : each));
}

export function listOf(list: Raw | undefined): readonly Raw[] {
  if (list === undefined || typeof list === 'string') return [];
  return Array.isArray(list) ? list : Object.values(list);
}

/** A parameter under another name. */
export function renamed<T>(object: Record<string, T>, from: string, to: string): Record<string, T> {
  const { [from]: value, ...rest } = object;
  return value === undefined ? rest : { ...rest, [to]: value };
}
