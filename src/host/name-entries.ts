import path from 'node:path';
import { BacklotError } from '../api/errors';
import { rootOf } from '../extensions/install/locked-tree';
import { namesOfEntries, type ExtensionEntry, type NamesOfEntry } from '../extensions/list';
import { ExtensionsLock, lockFileOf } from '../extensions/lock';
import { didYouMean } from '../extensions/nearest';

/** An entry of a list, and every name by which it can be meant. */
export interface NamedEntry extends NamesOfEntry {
  /** Its spec, its alias, its package, which the lock knows where the spec does not tell it, and its extensions. */
  readonly names: readonly string[];
  /** The package and version that the lock holds for it. */
  readonly locked?: { readonly name: string; readonly version: string };
}

/** Names the entries of the list in a file, with the help of the lock beside it. */
export async function nameEntries(file: string, entries: readonly ExtensionEntry[]): Promise<NamedEntry[]> {
  const lock = ExtensionsLock.read({ file: lockFileOf(file), frozen: false });
  return (await namesOfEntries(entries)).map((each) => {
    const held = lock.get(each.entry.spec);
    const locked = held && rootOf(held);
    const packages = [each.alias, each.package, locked?.name].filter((name) => name !== undefined);
    const names = [...new Set([each.entry.spec, ...packages, ...each.extensions])];
    return { ...each, names, ...(locked ? { locked } : {}) };
  });
}

/**
 * The entries that names mean, each once. Throws BACKLOT_E_ENTRY_NOT_FOUND, with the nearest name, for the first that
 * means none.
 */
export function entriesMeantBy<T extends NamedEntry>(file: string, names: readonly string[], named: readonly T[]): T[] {
  const meant = names.flatMap((name) => {
    const found = named.filter((each) => each.names.includes(name));
    if (found.length > 0) return found;
    const hint = didYouMean(
      name,
      named.flatMap((each) => each.names),
    );
    const message = `${path.basename(file)} has no extension or package named ${name}${hint}`;
    throw new BacklotError('BACKLOT_E_ENTRY_NOT_FOUND', message, { where: { file } });
  });
  return [...new Set(meant)];
}
