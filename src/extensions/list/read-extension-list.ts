import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { BacklotError, type ErrorCode } from '../../api/errors';
import { formatJsonPath, JsonDocument, type JsonPath, type TextPlace } from '../json-document';
import { didYouMean } from '../nearest';
import { withoutUndefined } from '../without-undefined';
import type { EntryOrigin, ExtensionEntry } from './entry';
import { ExtensionList, KNOWN_KEYS } from './schema';

interface Mistake {
  readonly message: string;
  readonly place: TextPlace;
}

/**
 * Reads extensions.json. Comments and trailing commas are allowed.
 *
 * A file that is not there is an empty list, unless it `mustExist`. Throws BACKLOT_E_LIST_NOT_FOUND,
 * BACKLOT_E_LIST_SYNTAX or BACKLOT_E_LIST_INVALID; the latter two name every mistake of the file, with line and column,
 * and their place is that of the first. What a spec means is not looked at here.
 */
export async function readExtensionList(
  file: string,
  options: { readonly mustExist: boolean },
): Promise<ExtensionEntry[]> {
  const text = await readList(file, options.mustExist);
  return text === undefined ? [] : parseExtensionList(text, file);
}

/** One entry that a program gives. Throws BACKLOT_E_LIST_INVALID, which names every mistake of it. */
export function parseEntry(value: unknown, origin: EntryOrigin): ExtensionEntry {
  const [entry] = parseExtensionList(JSON.stringify({ extensions: [value] }), origin.source);
  return { ...(entry as ExtensionEntry), origin };
}

/** The entries in the text of a list. `file` is its path. Throws as {@link readExtensionList} does. */
export function parseExtensionList(text: string, file: string): ExtensionEntry[] {
  const document = new JsonDocument(text, { lenient: true });
  if (document.mistakes.length > 0) throw listError('BACKLOT_E_LIST_SYNTAX', file, document.mistakes);

  if (!isObject(document.value)) {
    const message = `the file holds an object with "extensions", not ${kindOf(document.value)}`;
    throw listError('BACKLOT_E_LIST_INVALID', file, [{ message, place: document.placeOf([]) }]);
  }

  const parsed = v.safeParse(ExtensionList, document.value);
  const issues = parsed.issues ?? [];
  const mistakes = [
    ...issues.flatMap((issue) => mistakesOf(issue, [], document)),
    ...doubledEntries(document.value, document),
  ];
  if (!parsed.success || mistakes.length > 0) throw listError('BACKLOT_E_LIST_INVALID', file, mistakes);

  const baseDirectory = path.dirname(path.resolve(file));
  return parsed.output.extensions.map((item, index) => ({
    ...(typeof item === 'string' ? { enabled: true, required: false } : withoutUndefined(item)),
    spec: (typeof item === 'string' ? item : item.spec).trim(),
    origin: { source: file, ...document.placeOf(['extensions', index]), index, baseDirectory },
  }));
}

/** The text of the list; undefined when there is none and there need not be one. Throws BACKLOT_E_LIST_NOT_FOUND. */
export async function readList(file: string, mustExist: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !mustExist) return undefined;
    if (code === 'ENOENT')
      throw new BacklotError('BACKLOT_E_LIST_NOT_FOUND', `there is no ${file}`, { where: { file } });
    if (code === 'EISDIR') {
      throw new BacklotError('BACKLOT_E_LIST_NOT_FOUND', `${file} is a folder, not a file`, {
        where: { file },
        // Docker makes an empty folder out of a bind mount whose source is missing.
        remedy: 'If the file is mounted into a container, create it on the host first, then create the container anew.',
      });
    }
    throw new BacklotError('BACKLOT_E_LIST_NOT_FOUND', `${file} cannot be read: ${message}`, {
      where: { file },
      remedy: 'Let the user that Backlot runs as read the file.',
      cause: error,
    });
  }
}

function listError(code: ErrorCode, file: string, mistakes: readonly Mistake[]): BacklotError {
  const sorted = [...mistakes].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const [first] = sorted;
  const name = path.basename(file);
  const message =
    sorted.length === 1
      ? `${name}: ${first?.message}`
      : `${name} has ${sorted.length} mistakes:\n` +
        sorted.map(({ message, place }) => `  ${place.line}:${place.column}  ${message}`).join('\n');
  return new BacklotError(code, message, { where: { file, ...first?.place } });
}

/** An issue of valibot in our words, at its place. `base` is the path of the value that was validated. */
function mistakesOf(issue: v.BaseIssue<unknown>, base: JsonPath, document: JsonDocument): Mistake[] {
  const own = (issue.path ?? []).map(({ key }) => key as string | number);
  const at = [...base, ...own];
  if (issue.type === 'union') return mistakesOfEntry(issue, at, document);
  if (issue.type === 'strict_object') return [mistakeOfObject(issue, at, document)];
  return [{ message: issue.message, place: document.placeOf(at) }];
}

/** An entry is a string or an object; only what is said about the one that was written helps. */
function mistakesOfEntry(issue: v.BaseIssue<unknown>, at: JsonPath, document: JsonDocument): Mistake[] {
  const ofObject = (issue.issues ?? []).filter(({ path }) => path !== undefined);
  if (isObject(issue.input) && ofObject.length > 0) return ofObject.flatMap((inner) => mistakesOf(inner, at, document));
  const message = `an entry is a spec (a string) or an object with a "spec", not ${kindOf(issue.input)}`;
  return [{ message, place: document.placeOf(at) }];
}

function mistakeOfObject(issue: v.BaseIssue<unknown>, at: JsonPath, document: JsonDocument): Mistake {
  const key = String(at.at(-1));
  if (issue.expected === 'never') {
    const known = at.length > 1 ? KNOWN_KEYS.entry : KNOWN_KEYS.list;
    const keys = known.map((name) => `"${name}"`).join(', ');
    const hint = didYouMean(key, known) || `; the keys are ${keys}`;
    return { message: `unknown key "${key}"${hint}`, place: document.placeOfKey(at) };
  }
  const where = formatJsonPath(at.slice(0, -1));
  return { message: `${where || 'the file'} has no "${key}"`, place: document.placeOf(at.slice(0, -1)) };
}

/** Entries that are the same but for their options. The list may have other mistakes. */
function doubledEntries(list: unknown, document: JsonDocument): Mistake[] {
  const items = isObject(list) && 'extensions' in list && Array.isArray(list.extensions) ? list.extensions : [];
  const firstOf = new Map<string, number>();
  return items.flatMap((item: unknown, index): Mistake[] => {
    const { spec, name } = (isObject(item) ? item : { spec: item }) as { spec?: unknown; name?: unknown };
    if (typeof spec !== 'string' || spec.trim() === '') return [];
    const key = JSON.stringify([spec.trim(), name]);
    const first = firstOf.get(key);
    if (first === undefined) {
      firstOf.set(key, index);
      return [];
    }
    const named = typeof name === 'string' ? ` with the name "${name}"` : '';
    const { line } = document.placeOf(['extensions', first]);
    const message = `"${spec}"${named} is listed twice (first on line ${line})`;
    return [{ message, place: document.placeOf(['extensions', index]) }];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
