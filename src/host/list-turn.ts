import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { withLibraryLock } from '../extensions/install/library-lock';
import { cacheFolder } from './host-library';

/** How long a command waits for another one that edits the same list, in milliseconds. */
const LIMIT_MS = 30_000;

/**
 * Runs what edits a list and its lock while no other command of this user does so for the same list: each reads what the
 * other has written. Throws BACKLOT_E_VOLUME_BUSY after half a minute of waiting.
 */
export function inTurn<T>(file: string, edit: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(realOf(file)).digest('hex').slice(0, 16);
  return withLibraryLock(path.join(cacheFolder(), 'edits', name), LIMIT_MS, edit);
}

function realOf(file: string): string {
  const folder = path.dirname(path.resolve(file));
  try {
    return path.join(realpathSync(folder), path.basename(file));
  } catch {
    return path.resolve(file);
  }
}
