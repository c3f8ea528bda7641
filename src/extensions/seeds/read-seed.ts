import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError, type ErrorPlace } from '../../api/errors';
import { JsonDocument } from '../json-document';
import { placeInEntry, type ExtensionEntry } from '../list';
import { readYaml } from './read-yaml';
import type { SeedFile } from './seed-file';

const JSON_FILE = /\.jsonc?$/i;
const YAML_FILE = /\.ya?ml$/i;

/**
 * The files of the seed of an entry: the file that it names, or those in the folder and below it, in the order of their
 * paths; none for an entry without a seed. Each YAML document counts as a file of its own. JSON may have comments.
 *
 * Throws BACKLOT_E_SEED_NOT_FOUND, with the place of the entry, and BACKLOT_E_SEED_SYNTAX, with that in the file.
 */
export async function readSeed(entry: ExtensionEntry): Promise<SeedFile[]> {
  if (entry.seed === undefined) return [];
  const seed = path.resolve(entry.origin.baseDirectory, entry.seed);
  const where = await placeInEntry(entry.origin, ['seed']);
  const files = await filesOf(seed, where);
  const read = await Promise.all(files.map((file) => readSeedFile(file, where)));
  return read.flat();
}

async function filesOf(seed: string, where: ErrorPlace): Promise<string[]> {
  try {
    if (!(await stat(seed)).isDirectory()) return [seed];
    const names = await readdir(seed, { recursive: true });
    const files = names
      .filter((name) => JSON_FILE.test(name) || YAML_FILE.test(name))
      .filter((name) => !name.split(path.sep).some((part) => part.startsWith('.')))
      .sort()
      .map((name) => path.join(seed, name));
    if (files.length > 0) return files;
    throw new BacklotError('BACKLOT_E_SEED_NOT_FOUND', `the seed ${seed} holds no .json, .yaml or .yml file`, {
      where,
    });
  } catch (error) {
    throw error instanceof BacklotError ? error : unreadable(seed, error, where);
  }
}

async function readSeedFile(file: string, where: ErrorPlace): Promise<SeedFile[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error, where);
  }
  if (JSON_FILE.test(file)) {
    const document = new JsonDocument(text, { lenient: true });
    const [mistake] = document.mistakes;
    if (mistake) throw syntax(file, mistake);
    return [{ file, data: document.value, placeOf: (at) => document.placeOf(at) }];
  }
  if (!YAML_FILE.test(file)) {
    throw new BacklotError('BACKLOT_E_SEED_SYNTAX', `the seed ${file} is neither .json, .yaml nor .yml`, { where });
  }
  const read = readYaml(text);
  if ('message' in read) throw syntax(file, read);
  return read.map((document) => ({ file, ...document }));
}

function syntax(
  file: string,
  { message, place }: { readonly message: string; readonly place: { readonly line: number; readonly column: number } },
): BacklotError {
  return new BacklotError('BACKLOT_E_SEED_SYNTAX', `the seed ${path.basename(file)}: ${message}`, {
    where: { file, ...place },
  });
}

function unreadable(file: string, error: unknown, where: ErrorPlace): BacklotError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'is not there' : `cannot be read: ${message}`;
  return new BacklotError('BACKLOT_E_SEED_NOT_FOUND', `the seed ${file} ${why}`, {
    where,
    ...(code === 'ENOENT' ? {} : { cause: error }),
  });
}
