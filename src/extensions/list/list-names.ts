import { readManifest } from '../manifest';
import { parseSpec, type PackageSpec } from '../spec';
import type { ExtensionEntry } from './entry';

/** The names by which an entry can be meant. */
export interface NamesOfEntry {
  readonly entry: ExtensionEntry;
  /** Undefined when the spec cannot be understood. */
  readonly spec: PackageSpec | undefined;
  /** The package, as far as the entry or the folder that it names says. */
  readonly package?: string;
  /** The name that the entry gives to the package: `alias@npm:package`. */
  readonly alias?: string;
  /** The extensions that it is known to hold; all of the package, or the one that the entry names. */
  readonly extensions: readonly string[];
}

/** Reads the names of entries, those of folders from the folders. What cannot be read has none. */
export function namesOfEntries(entries: readonly ExtensionEntry[]): Promise<NamesOfEntry[]> {
  return Promise.all(entries.map(namesOfEntry));
}

async function namesOfEntry(entry: ExtensionEntry): Promise<NamesOfEntry> {
  const spec = understood(entry);
  const own = entry.name === undefined ? [] : [entry.name];
  if (spec?.kind === 'registry') {
    const alias = spec.alias === undefined ? {} : { alias: spec.alias };
    return { entry, spec, package: spec.name, ...alias, extensions: own };
  }
  if (spec?.kind !== 'folder') return { entry, spec, extensions: own };
  const manifest = await readManifest(spec.path).catch(() => undefined);
  if (!manifest) return { entry, spec, extensions: own };
  const held = manifest.extensions.map(({ name }) => name);
  return { entry, spec, package: manifest.package, extensions: entry.name === undefined ? held : own };
}

function understood({ spec, origin }: ExtensionEntry): PackageSpec | undefined {
  try {
    return parseSpec(spec, origin.baseDirectory);
  } catch {
    return undefined;
  }
}
