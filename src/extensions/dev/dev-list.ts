import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { BacklotError, type ErrorPlace } from '../../api/errors';
import { JsonDocument } from '../json-document';

const DevList = v.strictObject({ folders: v.array(v.pipe(v.string(), v.nonEmpty())) });

/**
 * The enabled folders, as absolute paths; none when there is no list. Whether they exist is not looked at. Throws
 * `BACKLOT_E_DEV_LIST_INVALID`, with line and column.
 */
export function readDevList(file: string): string[] {
  const text = readText(file);
  if (text === undefined) return [];
  const document = new JsonDocument(text, { lenient: true });
  const [mistake] = document.mistakes;
  if (mistake) throw invalid(mistake.message, { file, ...mistake.place });
  const parsed = v.safeParse(DevList, document.value);
  if (parsed.success) return parsed.output.folders.map((folder) => path.resolve(path.dirname(file), folder));
  const at = (parsed.issues[0].path ?? []).map(({ key }) => key as string | number);
  throw invalid('it holds { "folders": ["./my-extension"] } and nothing else', { file, ...document.placeOf(at) });
}

/** Writes the list, with paths relative to it for folders at or below its own folder; removes it when there are none. */
export async function writeDevList(file: string, folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return rm(file, { force: true });
  const base = path.dirname(file);
  const written = folders.map((folder) => {
    const relative = path.relative(base, folder);
    return relative.startsWith('..') || path.isAbsolute(relative) ? folder : `./${relative}`;
  });
  // Renamed into place: a start that reads it meanwhile gets the old list or the new one.
  const fresh = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(fresh, `${JSON.stringify({ folders: written }, undefined, 2)}\n`);
  await rename(fresh, file);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(`it cannot be read: ${(error as Error).message}`, { file }, error);
  }
}

function invalid(message: string, where: ErrorPlace, cause?: unknown): BacklotError {
  const text = `${path.basename(where.file ?? '')}: ${message}`;
  return new BacklotError('BACKLOT_E_DEV_LIST_INVALID', text, { where, cause });
}
