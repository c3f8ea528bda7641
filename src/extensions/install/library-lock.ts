import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type * as Lockfile from 'proper-lockfile';
import { BacklotError } from '../../api/errors';
import { forgetOwner, noteOwner, removeLockOfDead } from './lock-owner';

/** A lock is taken for abandoned when it was not touched for this long, in milliseconds. */
const STALE_MS = 6_000;
const TOUCH_MS = 1_000;
const RETRY_MS = 200;

/**
 * Runs `work` while no other process (and no other call in this one) does so for the same folder, which is made when
 * it is missing. The lock of a process that was killed is taken over: at once where that can be told, else when it looks abandoned. The signal fires when the lock is lost, which
 * happens to a process that was stopped for long.
 *
 * Throws BACKLOT_E_VOLUME_BUSY when the lock is not to be had within `limit` milliseconds, BACKLOT_E_VOLUME_NOT_WRITABLE,
 * and the reason of `signal` when it fires while the lock is waited for.
 */
export async function withLibraryLock<T>(
  directory: string,
  limit: number,
  work: (lost: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(directory, limit, lost, signal);
  try {
    await noteOwner(directory);
    return await work(lost.signal);
  } finally {
    if (!lost.signal.aborted) await forgetOwner(directory).catch(() => undefined);
    // Fails when the lock was lost: then it is another's to release.
    await release().catch(() => undefined);
  }
}

async function acquire(
  directory: string,
  limit: number,
  lost: AbortController,
  signal: AbortSignal | undefined,
): Promise<() => Promise<void>> {
  const end = performance.now() + limit;
  try {
    await mkdir(directory, { recursive: true });
    for (;;) {
      const release = await tryLock(directory, lost);
      if (release) return release;
      await removeLockOfDead(directory, lockOf(directory));
      if (performance.now() > end) throw busy(directory, limit);
      await setTimeout(RETRY_MS, undefined, { signal });
    }
  } catch (error) {
    const isOurs = error instanceof BacklotError || signal?.aborted === true;
    throw isOurs ? error : volumeError(error as NodeJS.ErrnoException, directory);
  }
}

function lockOf(directory: string): string {
  return path.join(directory, '.lock');
}

/** Undefined when another has the lock. The retries of the library would also retry what never gets better. */
async function tryLock(directory: string, lost: AbortController): Promise<(() => Promise<void>) | undefined> {
  try {
    // A start that finds everything installed needs none.
    const { lock } = createRequire(__filename)('proper-lockfile') as typeof Lockfile;
    return await lock(directory, {
      realpath: false,
      lockfilePath: lockOf(directory),
      stale: STALE_MS,
      update: TOUCH_MS,
      onCompromised: (error) => lost.abort(error),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}

function busy(directory: string, limit: number): BacklotError {
  const message = `another process has been installing into ${directory} for more than ${limit / 1000} s`;
  return new BacklotError('BACKLOT_E_VOLUME_BUSY', message, { where: { file: directory } });
}

/** The error for a folder of the volume that could not be written to. */
export function volumeError(error: NodeJS.ErrnoException, directory: string): BacklotError {
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const code = isFull ? 'BACKLOT_E_VOLUME_FULL' : 'BACKLOT_E_VOLUME_NOT_WRITABLE';
  return new BacklotError(code, `${directory} cannot be written to: ${error.message}`, {
    where: { file: directory },
    cause: error,
  });
}
