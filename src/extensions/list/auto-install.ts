import path from 'node:path';
import { parseSpec, withoutCredentials, type PackageSpec } from '../spec';
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
 * The list with the extra entries behind it. An extra entry whose package (or folder, tarball or repository) is in the list
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

/** What an entry is about, whatever the range or ref: a package name, an absolute path, or an address. */
export function subjectOf(entry: ExtensionEntry): string {
  try {
    return subjectOfSpec(parseSpec(entry.spec, entry.origin.baseDirectory));
  } catch {
    // Installing reports the spec; here it only needs to be itself.
    return entry.spec;
  }
}

function subjectOfSpec(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'registry':
      return spec.alias ?? spec.name;
    case 'folder':
    case 'tarball':
      return spec.path;
    case 'url':
      return withoutCredentials(spec.url);
    case 'git':
      return `${withoutCredentials(spec.url).replace(/\.git$/, '')}#${spec.path ?? ''}`;
  }
}
