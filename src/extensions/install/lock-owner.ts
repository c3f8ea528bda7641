import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isOfThisHost, lookAgain, noteOfThisProcess, type ProcessNote } from '../look-at-process';

/** Taking a dead owner's lock away takes no longer than this, in milliseconds; then who did it was killed, too. */
const TAKING_MS = 5_000;

/** Notes that this process has the lock. */
export async function noteOwner(directory: string): Promise<void> {
  await writeFile(ownerFile(directory), JSON.stringify(noteOfThisProcess()));
}

/** Forgets who has the lock. To be called while this process has it. */
export async function forgetOwner(directory: string): Promise<void> {
  await rm(ownerFile(directory), { force: true });
}

/**
 * Removes the lock of a process of this machine that does not live any more, for instance because it was killed, so that
 * nobody has to wait until the lock looks abandoned. One process at a time does so.
 */
export async function removeLockOfDead(directory: string, lock: string): Promise<void> {
  if (!(await isDead(directory))) return;
  const taking = path.join(directory, '.taking');
  try {
    await mkdir(taking);
  } catch {
    const since = await stat(taking).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (since > TAKING_MS) await rmdir(taking).catch(() => undefined);
    return;
  }
  try {
    // Somebody may have done it in the meantime, and have the lock now.
    if (!(await isDead(directory))) return;
    await forgetOwner(directory);
    await rm(lock, { recursive: true, force: true });
  } finally {
    await rmdir(taking).catch(() => undefined);
  }
}

async function isDead(directory: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(ownerFile(directory), 'utf8')) as ProcessNote;
    return isOfThisHost(owner) && lookAgain(owner) === undefined;
  } catch {
    return false;
  }
}

function ownerFile(directory: string): string {
  return path.join(directory, '.lock-owner.json');
}
