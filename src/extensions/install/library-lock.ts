import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import { BacklotError } from '../../api/errors';

/** A lock is taken for abandoned when it was not touched for this long, in milliseconds. */
const STALE_MS = 10_000;
const TOUCH_MS = 2_000;
const RETRY_MS = 200;

/**
 * Runs `work` while no other process (and no other call in this one) does so for the same folder, which is made when
 * it is missing. The lock of a process that was killed is taken over. The signal fires when the lock is lost, which
 * happens to a process that was stopped for long.
 *
 * Throws BACKLOT_E_VOLUME_BUSY when the lock is not to be had within `limit` milliseconds, and BACKLOT_E_VOLUME_NOT_WRITABLE.
 */
export async function withLibraryLock<T>(
  directory: string,
  limit: number,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(directory, limit, lost);
  try {
    return await work(lost.signal);
  } finally {
    // Fails when the lock was lost: then it is another's to release.
    await release().catch(() => undefined);
  }
}

async function acquire(directory: string, limit: number, lost: AbortController): Promise<() => Promise<void>> {
  try {
    await mkdir(directory, { recursive: true });
    return await lockfile.lock(directory, {
      realpath: false,
      lockfilePath: path.join(directory, '.lock'),
      stale: STALE_MS,
      update: TOUCH_MS,
      retries: { retries: Math.ceil(limit / RETRY_MS), factor: 1, minTimeout: RETRY_MS, maxTimeout: RETRY_MS },
      onCompromised: (error) => lost.abort(error),
    });
  } catch (error) {
    throw lockError(error as NodeJS.ErrnoException, directory, limit);
  }
}

function lockError(error: NodeJS.ErrnoException, directory: string, limit: number): BacklotError {
  if (error.code === 'ELOCKED') {
    const message = `another process has been installing into ${directory} for more than ${limit / 1000} s`;
    return new BacklotError('BACKLOT_E_VOLUME_BUSY', message, { where: { file: directory } });
  }
  return volumeError(error, directory);
}

/** The error for a folder of the volume that could not be written to. */
export function volumeError(error: NodeJS.ErrnoException, directory: string): BacklotError {
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new BacklotError('BACKLOT_E_VOLUME_NOT_WRITABLE', `${directory} cannot be written to: ${error.message}`, {
    where: { file: directory },
    ...(full ? { remedy: 'Make room on the disk of the volume.' } : {}),
    cause: error,
  });
}
