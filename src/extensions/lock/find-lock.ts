import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LockSettings } from './extensions-lock';

/** What decides about the lock. */
export interface LockCircumstances {
  /** The list of extensions; the lock lies beside it. */
  readonly listFile: string;
  /** Where the lock is kept when it cannot lie beside the list: on the volume. */
  readonly fallback: string;
  /** Asked for, one way or the other; undefined to decide by the rest. */
  readonly frozen?: boolean;
  /** Whether this is an automated build (the variable CI is set). */
  readonly isCi: boolean;
}

/**
 * Which lock is used. One beside the list wins; it is frozen when it is asked for, in an automated build, and when it
 * cannot be written (mounted read-only). Without one, a lock is begun beside the list where that can be written to, else on
 * the volume, where it is never frozen unless that is asked for.
 */
export async function findLock(circumstances: LockCircumstances): Promise<LockSettings> {
  const { listFile, fallback, frozen, isCi } = circumstances;
  const file = lockFileOf(listFile);
  if (await isFile(file)) {
    return { file, frozen: frozen ?? (isCi || !(await isWritable(file))) };
  }
  if (frozen === true) return { file: (await isFile(fallback)) ? fallback : file, frozen };
  const besideList = (await isFile(listFile)) && (await isWritable(path.dirname(listFile)));
  return { file: besideList ? file : fallback, frozen: false };
}

/** `extensions.lock.json` beside `extensions.json`. */
export function lockFileOf(listFile: string): string {
  return path.join(path.dirname(listFile), `${path.basename(listFile, path.extname(listFile))}.lock.json`);
}

async function isFile(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isWritable(place: string): Promise<boolean> {
  return access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
}
