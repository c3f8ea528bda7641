import { BacklotError, type ErrorPlace } from '../api/errors';
import type { ExtensionEntry } from './list';
import type { ExtensionManifest, ManifestItem } from './manifest';
import { didYouMean } from './nearest';

/**
 * The extensions of a package that an entry means: the one it names, or all.
 *
 * Throws BACKLOT_E_NAME_UNKNOWN, and BACKLOT_E_CONFIG_AMBIGUOUS for a "config" or "seed" that could be for several.
 */
export function selectExtensions(entry: ExtensionEntry, manifest: ExtensionManifest): readonly ManifestItem[] {
  const names = manifest.extensions.map(({ name }) => name);
  if (entry.name !== undefined) {
    const item = manifest.extensions.find(({ name }) => name === entry.name);
    if (item) return [item];
    throw new BacklotError(
      'BACKLOT_E_NAME_UNKNOWN',
      `${manifest.package} holds no extension "${entry.name}"${didYouMean(entry.name, names)}; it holds ${names.join(', ')}`,
      { where: placeOfEntry(entry) },
    );
  }
  const key = entry.config !== undefined ? 'config' : 'seed';
  if (entry[key] !== undefined && manifest.extensions.length > 1) {
    throw new BacklotError(
      'BACKLOT_E_CONFIG_AMBIGUOUS',
      `${manifest.package} holds ${names.join(', ')}: the entry does not say which of them its "${key}" is for`,
      { where: placeOfEntry(entry) },
    );
  }
  return manifest.extensions;
}

/** The place where an entry was written. */
export function placeOfEntry({ origin: { source, line, column } }: ExtensionEntry): ErrorPlace {
  return { file: source, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}
