import { readFile } from 'node:fs/promises';
import path from 'node:path';
import semver from 'semver';
import type { LockedExtension } from '../lock';
import { nameOfKey, type LockedPackage } from './locked-tree';

/** The part of a package.json that decides about what lies below a package. */
interface Wishes {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/**
 * What is locked for a folder whose files have changed: the same packages below it, as long as they are what its
 * package.json asks for. Undefined when it asks for others: then it has to be resolved anew.
 */
export async function carryOver(held: LockedExtension, folder: string): Promise<LockedExtension | undefined> {
  const wishes = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Wishes;
  const { name, version } = wishes;
  const root = held.packages[held.root];
  if (!root || version === undefined || name !== nameOfKey(held.root) || !fulfils(held, root, wishes)) return undefined;
  if (root.version === version) return held;
  const packages = { ...held.packages };
  delete packages[held.root];
  const key = `${name}@${version}${held.root.slice(`${name}@${root.version}`.length)}`;
  return { ...held, root: key, packages: { ...packages, [key]: { ...root, version } } };
}

function fulfils(held: LockedExtension, root: LockedPackage, wishes: Wishes): boolean {
  const wanted = { ...wishes.peerDependencies, ...wishes.dependencies, ...wishes.optionalDependencies };
  delete wanted.backlot;
  const has: Record<string, string> = { ...root.dependencies, ...root.optionalDependencies };
  if (Object.keys(has).length !== Object.keys(wanted).length) return false;
  return Object.entries(wanted).every(([alias, range]) => {
    const key = has[alias];
    const version = key === undefined ? undefined : held.packages[key]?.version;
    // A tag, an alias or an address could mean anything by now.
    return version !== undefined && semver.validRange(range) !== null && semver.satisfies(version, range);
  });
}
