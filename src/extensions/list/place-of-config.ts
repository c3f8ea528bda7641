import { readFile } from 'node:fs/promises';
import type { ErrorPlace } from '../../api/errors';
import { JsonDocument, type JsonPath } from '../json-document';
import type { EntryOrigin } from './entry';

/** The place of a value inside the "config" of an entry, as {@link placeInEntry} gives it. */
export function placeOfConfig(origin: EntryOrigin, path: JsonPath): Promise<ErrorPlace> {
  return placeInEntry(origin, ['config', ...path]);
}

/**
 * The place of a value in an entry: file, line and column, or those of the nearest parent that exists. Reads the file
 * again; when that fails, the place of the entry is given.
 */
export async function placeInEntry(origin: EntryOrigin, path: JsonPath): Promise<ErrorPlace> {
  const { source, line, column, index } = origin;
  const ofEntry: ErrorPlace = { file: source, ...(line === undefined ? {} : { line, column }) };
  if (index === undefined) return ofEntry;
  try {
    const document = new JsonDocument(await readFile(source, 'utf8'), { lenient: true });
    return { file: source, ...document.placeOf(['extensions', index, ...path]) };
  } catch {
    return ofEntry;
  }
}
