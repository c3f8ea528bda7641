import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { ExtensionEntry } from './entry';
import { ListText } from './list-text';
import { parseExtensionList, readList } from './read-extension-list';
import { overwrite } from './overwrite';

/** An entry to be added. */
export interface NewEntry {
  readonly spec: string;
  readonly name?: string;
  readonly enabled?: boolean;
  readonly required?: boolean;
  readonly allowScripts?: boolean;
  readonly config?: unknown;
  readonly seed?: string;
}

/** Which entries are meant. */
export type EntryMatch = (entry: ExtensionEntry) => boolean;

/**
 * Makes a list without entries. Throws BACKLOT_E_LIST_EXISTS, leaving the file as it is, and
 * BACKLOT_E_LIST_NOT_WRITABLE.
 */
export async function createList(file: string): Promise<void> {
  try {
    await writeFile(file, '{\n  "extensions": []\n}\n', { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new BacklotError('BACKLOT_E_LIST_EXISTS', `there is a ${file} already`, { where: { file } });
    throw new BacklotError('BACKLOT_E_LIST_NOT_WRITABLE', `${file} cannot be written: ${message}`, { where: { file } });
  }
}

/**
 * Adds an entry at the end of the list; one without options is written as a string. Comments and formatting stay.
 *
 * Throws BACKLOT_E_ENTRY_EXISTS, BACKLOT_E_LIST_NOT_FOUND, BACKLOT_E_LIST_SYNTAX, BACKLOT_E_LIST_INVALID (with line and
 * column, the file as it was) and BACKLOT_E_LIST_NOT_WRITABLE.
 */
export async function addEntry(file: string, entry: NewEntry): Promise<void> {
  await edit(file, (text, entries) => {
    const same = entries.find(({ spec, name }) => spec === entry.spec.trim() && name === entry.name);
    if (same) {
      const message = `"${entry.spec}" is in ${path.basename(file)} already`;
      throw new BacklotError('BACKLOT_E_ENTRY_EXISTS', message, { where: placeOf(same) });
    }
    text.add(Object.keys(entry).length === 1 ? entry.spec : entry);
  });
}

/**
 * Removes the entries that match, each with the comments on its own lines; other comments and the formatting stay. Gives
 * what was removed. Throws as {@link addEntry} does, and nothing when no entry matches.
 */
export async function removeEntry(file: string, match: EntryMatch): Promise<ExtensionEntry[]> {
  return edit(file, (text, entries) => {
    const meant = entries.filter(match);
    // From the end: each removal moves those behind it.
    for (const { origin } of [...meant].reverse()) text.remove(origin.index ?? -1);
    return meant;
  });
}

/**
 * Gives the entries that match what is named of a spec and options, and gives the entries as they were. All else stays.
 * Throws as {@link addEntry} does.
 */
export async function updateEntry(
  file: string,
  match: EntryMatch,
  { spec, ...options }: Partial<NewEntry>,
): Promise<ExtensionEntry[]> {
  return edit(file, (text, entries) => {
    const meant = entries.filter(match);
    for (const { origin } of meant) {
      if (spec !== undefined) text.setSpec(origin.index ?? -1, spec);
      text.setOptions(origin.index ?? -1, options);
    }
    return meant;
  });
}

async function edit<T>(file: string, change: (text: ListText, entries: readonly ExtensionEntry[]) => T): Promise<T> {
  const before = (await readList(file, true)) ?? '';
  const text = new ListText(before);
  const result = change(text, parseExtensionList(before, file));
  const after = text.toString();
  if (after === before) return result;
  // What an edit has made must be a list again, or the file stays as it is.
  parseExtensionList(after, file);
  await overwrite(file, before, after);
  return result;
}

function placeOf({ origin }: ExtensionEntry): { file: string; line?: number; column?: number } {
  const { source, line, column } = origin;
  return {
    file: source,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
