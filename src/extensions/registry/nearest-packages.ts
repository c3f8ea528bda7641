import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { distance } from 'fastest-levenshtein';
import { nearest } from '../nearest';
import { PACKAGE_ROOT } from '../own-package';
import { KEYWORD } from './packument';
import type { RegistryClient } from './registry-client';

/** More suggestions than these help nobody. */
const MOST = 3;

/** What the names of packages of extensions begin with, and what people leave out. */
const PREFIX = /^(?:@[^/]+\/)?(?:backlot-extension-)?/;

/**
 * Packages that were perhaps meant by a name that is none: official extensions, and those that the registry finds. The
 * nearest first; empty when none is near. A registry that cannot be searched is passed over.
 */
export async function nearestPackages(name: string, client?: Pick<RegistryClient, 'search'>): Promise<string[]> {
  const [official, found] = await Promise.all([officialPackages(), client?.search([], 250).catch(() => []) ?? []]);
  const candidates = new Set([...official, ...found.map((each) => each.name)]);
  const wanted = shortName(name);
  return [...candidates]
    .filter((candidate) => candidate !== name && nearest(wanted, [shortName(candidate)]) !== undefined)
    .sort((a, b) => distance(wanted, shortName(a)) - distance(wanted, shortName(b)))
    .slice(0, MOST);
}

/** The official extensions: in a checkout those below extensions/, in the image the bundled ones. */
export async function officialPackages(root: string = PACKAGE_ROOT): Promise<string[]> {
  const folders = await Promise.all(
    ['extensions', 'bundled'].map((folder) =>
      readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []),
    ),
  );
  const names = folders.flat().filter((item) => item.isDirectory());
  return [...new Set(names.map(({ name }) => `${KEYWORD}-${name}`))];
}

function shortName(name: string): string {
  return name.replace(PREFIX, '');
}
