import { type ExtensionEntry, readExtensionList } from '../extensions/list';
import { describePackage, type PackageDescription, type RegistryClient } from '../extensions/registry';
import { LiveExtensions, type LiveExtension } from './live-extensions';
import { nameEntries, type NamedEntry } from './name-entries';

export interface ListOptions {
  /** The gateway of an instance that runs. */
  readonly url?: string;
  /** Who is asked about packages that do not run; without it nobody is. */
  readonly registry?: RegistryClient;
}

/** An entry of the list, or an extension that runs without being in it, with what is known of it. */
export interface ListedExtension {
  readonly spec: string;
  /** The name of the extension, where it is known. */
  readonly name?: string;
  readonly package?: string;
  readonly version?: string;
  readonly description?: string;
  readonly author?: string;
  /** The state of an extension that runs; `disabled` for an entry that is switched off, else `listed`. */
  readonly state: string;
  /** Whether it is in the list, and not there for another reason, such as EXTENSION_AUTO_INSTALL. */
  readonly isListed: boolean;
  /** Why nothing more is known of it. */
  readonly problem?: string;
}

/**
 * What a list has, one item for each extension that is known. What runs tells best; then the folder that an entry names,
 * then the registry. A registry that does not answer is a problem of the item, not of the list.
 *
 * Throws BACKLOT_E_LIST_NOT_FOUND, BACKLOT_E_LIST_SYNTAX, BACKLOT_E_LIST_INVALID, and BACKLOT_E_LIVE_FAILED.
 */
export async function listExtensions(file: string, { url, registry }: ListOptions = {}): Promise<ListedExtension[]> {
  const [entries, running] = await Promise.all([
    readExtensionList(file, { mustExist: true }),
    url === undefined ? [] : new LiveExtensions(url).list(),
  ]);
  const named = await nameEntries(file, entries);
  const listed = await Promise.all(named.map((names) => itemsOf(names, running, registry)));
  const others = running.filter((each) => !entries.some((entry) => isOf(each, entry)));
  return [...listed.flat(), ...others.map((each) => itemOfRunning(each, false))];
}

async function itemsOf(
  names: NamedEntry,
  running: readonly LiveExtension[],
  registry: RegistryClient | undefined,
): Promise<ListedExtension[]> {
  const { entry } = names;
  const own = running.filter((each) => isOf(each, entry));
  if (own.length > 0) return own.map((each) => itemOfRunning(each, true));
  const state = entry.enabled ? 'listed' : 'disabled';
  const known = names.package === undefined ? {} : { package: names.package };
  // The next start follows the lock, whatever has been published since.
  const locked = names.locked ? { package: names.locked.name, version: names.locked.version } : {};
  const base = { spec: entry.spec, ...known, ...locked, state, isListed: true };
  const named = entry.name === undefined ? base : { ...base, name: entry.name };
  if (names.spec === undefined || !registry) return namedItems(named, names.extensions);
  try {
    const description = await describePackage(names.spec, registry);
    const held = entry.name === undefined ? description.extensions : [entry.name];
    return namedItems({ ...named, ...shown(description), ...locked }, held);
  } catch (error) {
    return namedItems({ ...named, problem: (error as Error).message }, names.extensions);
  }
}

function namedItems(item: ListedExtension, names: readonly string[]): ListedExtension[] {
  return names.length === 0 ? [item] : names.map((name) => ({ ...item, name }));
}

function shown({ package: name, version, description, author }: PackageDescription): Partial<ListedExtension> {
  return {
    package: name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
  };
}

function itemOfRunning(extension: LiveExtension, isListed: boolean): ListedExtension {
  const { spec, name, package: from, version, description, author, state } = extension;
  return {
    spec,
    name,
    ...(from === undefined ? {} : { package: from }),
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    state,
    isListed,
  };
}

function isOf({ spec, name }: LiveExtension, entry: ExtensionEntry): boolean {
  return spec === entry.spec && (entry.name ?? name) === name;
}
