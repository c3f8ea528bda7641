import { readExtensionList, removeEntry } from '../extensions/list';
import { LiveExtensions, type LiveExtension, type LiveLine } from './live-extensions';
import { inTurn } from './list-turn';
import { lockList } from './lock-list';
import { entriesMeantBy, nameEntries, type NamedEntry } from './name-entries';

export interface UninstallOptions {
  /** The gateway of an instance that runs, from which they are to go, too. */
  readonly url?: string;
  /** Whether only to say what would be done. */
  readonly dryRun?: boolean;
  /** Is told when the list has been changed, before the running instance is. */
  readonly onListChanged?: (removed: Uninstalled['removed']) => void;
  /** Is told what the running instance says. */
  readonly onLine?: (line: LiveLine) => void;
}

/** What went. */
export interface Uninstalled {
  /** The entries that are no longer in the list. */
  readonly removed: readonly { readonly spec: string; readonly name?: string }[];
  /** The extensions that the running instance has stopped; undefined when none was told to. */
  readonly stopped?: readonly string[];
}

/** An entry, and what runs because of it. */
interface Candidate extends NamedEntry {
  readonly running: readonly LiveExtension[];
}

/**
 * Removes the entries of packages or extensions from a list and its lock, and the extensions from the instance that runs. A name is
 * that of a package, of an extension, or a spec as it is written in the list.
 *
 * Throws BACKLOT_E_ENTRY_NOT_FOUND, with the nearest name, before anything is removed; what {@link removeEntry} and {@link lockList} throw;
 * and what {@link LiveExtensions.remove} throws: the list has been changed then, and the next start follows it.
 */
export async function uninstallExtensions(
  file: string,
  names: readonly string[],
  { url, dryRun = false, onListChanged, onLine }: UninstallOptions = {},
): Promise<Uninstalled> {
  const live = url === undefined ? undefined : new LiveExtensions(url);
  const running = live ? await live.list() : [];
  const entries = await readExtensionList(file, { mustExist: true });
  const candidates = (await nameEntries(file, entries)).map((each): Candidate => {
    const own = runningOf(each, running);
    return { ...each, names: [...each.names, ...namesOfRunning(own)], running: own };
  });
  const meant = entriesMeantBy(file, names, candidates);
  const going = new Set(meant.flatMap((each) => each.running.map(({ name }) => name)));
  const removed = meant.map(({ entry: { spec, name } }) => ({ spec, ...(name === undefined ? {} : { name }) }));
  if (!dryRun) {
    await inTurn(file, async () => {
      await removeEntry(file, (each) =>
        meant.some(({ entry }) => entry.spec === each.spec && entry.name === each.name),
      );
      await lockList(file, []);
    });
  }
  onListChanged?.(removed);
  if (!live) return { removed };
  const stopped: string[] = [];
  for (const name of going) {
    // One that the platform removed along with another of its package is gone already.
    if (!dryRun && (stopped.length === 0 || (await live.list()).some((each) => each.name === name))) {
      for await (const line of live.remove(name)) onLine?.(line);
    }
    stopped.push(name);
  }
  return { removed, stopped };
}

function namesOfRunning(running: readonly LiveExtension[]): string[] {
  return running.flatMap((each) => [each.name, ...(each.package === undefined ? [] : [each.package])]);
}

function runningOf({ entry }: NamedEntry, running: readonly LiveExtension[]): LiveExtension[] {
  return running.filter(({ spec, name }) => spec === entry.spec && (entry.name ?? name) === name);
}
