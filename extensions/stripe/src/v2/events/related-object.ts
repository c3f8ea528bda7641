import { idOf } from '../../kernel/objects';
import { loadSpec } from '../../spec/spec';
import type { RelatedObject } from './kept-events';

type Fields = Readonly<Record<string, unknown>>;

/** By kind of object: the paths that one is retrieved at, shortest first. Read when the first is asked for. */
let paths: ReadonlyMap<string, readonly string[]> | undefined;

/** Where an object of version 1 is retrieved; null where it cannot be. What it is below of stands in it: the account of a person. */
export function relatedObject(object: object): RelatedObject | null {
  const { id, object: type } = object as { readonly id?: string; readonly object: string };
  paths ??= readPaths();
  for (const path of paths.get(type) ?? []) {
    // What has an identifier is at a path that ends in it.
    if (path.endsWith('}') !== (id !== undefined)) continue;
    const url = filled(path, object as Fields);
    if (url !== undefined) return { ...(id !== undefined && { id }), type, url };
  }
  return null;
}

function readPaths(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { method, path, kind, result } of loadSpec().operations) {
    if (method === 'GET' && kind === 'object') found.set(result, [...(found.get(result) ?? []), path]);
  }
  for (const each of found.values()) each.sort((one, other) => one.split('/').length - other.split('/').length);
  return found;
}

function filled(path: string, object: Fields): string | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const isLast = (index: number): boolean => index === names.length - 1 && path.endsWith('}');
  const values = names.map((name, index) => idOf(object[isLast(index) ? 'id' : name] as string | undefined));
  if (values.includes(undefined)) return undefined;
  return path.replace(/\{\w+\}/g, () => encodeURIComponent(values.shift()!));
}
