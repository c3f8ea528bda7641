import path from 'node:path';
import { parseSpec } from '../spec';
import type { ExtensionEntry } from './entry';

/** Where entries of {@link entriesFromAutoInstall} come from. */
export const AUTO_INSTALL = 'EXTENSION_AUTO_INSTALL';

/**
 * The entries in a value of EXTENSION_AUTO_INSTALL: specs with commas between them. Blanks around a spec and empty
 * parts are ignored; blanks inside (as in `a@>=1 <2`) are kept. Relative paths resolve against `baseDirectory`.
 */
export function entriesFromAutoInstall(value: string, baseDirectory: string): ExtensionEntry[] {
  const specs = value
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  return [...new Set(specs)].map((spec) => ({
    spec,
    enabled: true,
    required: false,
    origin: { source: AUTO_INSTALL, baseDirectory: path.resolve(baseDirectory) },
  }));
}

/**
 * The list with the extra entries behind it. An extra entry whose package (or folder, or tarball) is in the list
 * already, even as disabled, is left out: the list says more about it.
 */
export function mergeEntries(list: readonly ExtensionEntry[], extra: readonly ExtensionEntry[]): ExtensionEntry[] {
  const listed = new Set(list.map(subjectOf));
  const added = extra.filter((entry) => {
    const subject = subjectOf(entry);
    if (listed.has(subject)) return false;
    listed.add(subject);
    return true;
  });
  return [...list, ...added];
}

/** What an entry is about, whatever the range: a package name, an absolute path, or an address. */
function subjectOf(entry: ExtensionEntry): string {
  try {
    const spec = parseSpec(entry.spec, entry.origin.baseDirectory);
    if (spec.kind === 'registry') return spec.name;
    if (spec.kind === 'git') return `${spec.url}#${spec.path ?? ''}`;
    return spec.kind === 'url' ? spec.url : spec.path;
  } catch {
    // Installing reports the spec; here it only needs to be itself.
    return entry.spec;
  }
}
