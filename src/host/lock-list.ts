import { readExtensionList } from '../extensions/list';
import { ExtensionsLock, lockFileOf, type LockedExtension } from '../extensions/lock';

/** What is to be held for a spec. */
export interface Locking {
  readonly spec: string;
  readonly locked: LockedExtension;
}

/**
 * Brings the lock beside a list up to date with it: takes in what is new, and drops what is no longer listed. Throws
 * BACKLOT_E_LOCK_INVALID, and BACKLOT_E_LOCK_NOT_WRITABLE when something changed and it cannot be written.
 */
export async function lockList(file: string, added: readonly Locking[]): Promise<void> {
  const lock = ExtensionsLock.read({ file: lockFileOf(file), frozen: false });
  for (const { spec, locked } of added) lock.set(spec, locked);
  lock.retain(new Set((await readExtensionList(file, { mustExist: true })).map(({ spec }) => spec)));
  await lock.write();
}
