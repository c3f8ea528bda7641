import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Lockfile from 'proper-lockfile';
import type { Pair } from './issue';
import { readPem, type KeyWithChain } from './pem';

/** A lock that nobody has touched for this long, in milliseconds, is that of a process that was killed. */
const STALE_MS = 5_000;
const RETRY = { retries: 100, factor: 1, minTimeout: 100, maxTimeout: 100 };

const load = createRequire(__filename);

/**
 * Reads a pair from a file, and makes it, and the file, when there is none that is good. Of several processes that do so at once
 * one makes it and the others read that. Throws what the file system throws.
 */
export async function keptPair(
  file: string,
  isGood: (pair: KeyWithChain) => boolean,
  make: () => Promise<Pair>,
): Promise<KeyWithChain> {
  const found = await readGood(file, isGood);
  if (found) return found;
  const directory = path.dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { lock } = load('proper-lockfile') as typeof Lockfile;
  const release = await lock(directory, { lockfilePath: `${file}.lock`, stale: STALE_MS, retries: RETRY });
  try {
    const made = await readGood(file, isGood);
    if (made) return made;
    const pair = await make();
    const text = `${pair.key}${pair.certificate}`;
    await replace(file, text);
    return readPem(text);
  } finally {
    // Fails when it was taken for abandoned; then it is another's to release.
    await release().catch(() => undefined);
  }
}

/** Undefined when the file is not there, cannot be understood, or holds what is not good (any more). */
async function readGood(file: string, isGood: (pair: KeyWithChain) => boolean): Promise<KeyWithChain | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const pair = readPem(text);
    return isGood(pair) ? pair : undefined;
  } catch {
    return undefined;
  }
}

/** A kill at any time leaves the old file or the new one. */
async function replace(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(partial, text, { mode: 0o600 });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
