import { ROOT_ALIAS, ROOT_TARBALL } from '../install-engine';
import { nameOfKey, withoutPeers, type LockedPackage, type LockedTree } from '../locked-tree';

/** What of npm’s package-lock.json (version 3: https://docs.npmjs.com/cli/configuring-npm/package-lock-json) is used here. */
export interface NpmLock {
  readonly packages: Record<string, NpmPackage>;
}

interface NpmPackage extends Partial<Omit<LockedPackage, 'resolution' | 'bundledDependencies'>> {
  /** The real name, where the folder has another one. */
  readonly name?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly bundleDependencies?: readonly string[] | boolean;
}

const ROOT_PLACE = `node_modules/${ROOT_ALIAS}`;

/** The tree that npm’s lockfile of one of our trees describes. Throws an Error when it names no extension. */
export function treeOfNpmLock({ packages: places }: NpmLock): LockedTree {
  if (!places[ROOT_PLACE]) throw new Error('the lockfile of npm names no extension');
  const packages: Record<string, LockedPackage> = {};
  const visit = (place: string): string => {
    const entry = places[place] as NpmPackage;
    const key = keyAt(place, entry);
    if (packages[key]) return key;
    const { resolved, integrity, bundleDependencies } = entry;
    const isRemote = resolved !== undefined && /^(?:git|https?:)/.test(resolved) && integrity === undefined;
    const locked: LockedPackage = {
      version: entry.version ?? '0.0.0',
      resolution: { ...(integrity === undefined ? {} : { integrity }), ...(isRemote ? { tarball: resolved } : {}) },
    };
    packages[key] = locked;
    const found = (wanted: Record<string, string> | undefined): Record<string, string> =>
      Object.fromEntries(
        Object.keys(wanted ?? {}).flatMap((alias) => {
          const where = placeOf(alias, place, places);
          return where === undefined || alias === 'backlot' || places[where]?.inBundle ? [] : [[alias, visit(where)]];
        }),
      );
    const dependencies = found({ ...entry.peerDependencies, ...entry.dependencies });
    const optionalDependencies = found(entry.optionalDependencies);
    if (Object.keys(dependencies).length > 0) locked.dependencies = dependencies;
    if (Object.keys(optionalDependencies).length > 0) locked.optionalDependencies = optionalDependencies;
    const { engines, os, cpu, libc } = entry;
    Object.assign(locked, defined({ engines, os, cpu, libc, bundledDependencies: bundleDependencies }));
    return key;
  };
  return { root: visit(ROOT_PLACE), packages };
}

/** A lockfile from which npm installs exactly a tree. `isTarball`: whether the package that was asked for is one. */
export function npmLockOf(tree: LockedTree, isTarball: boolean, specifier: string): object {
  const places: Record<string, NpmPackage> = {};
  const queue: { readonly place: string; readonly key: string }[] = [];
  const put = (place: string, key: string): void => {
    const { version, resolution, dependencies, optionalDependencies, engines, os, cpu, libc } = tree.packages[
      key
    ] as LockedPackage;
    const isRootFile = isTarball && key === tree.root;
    const resolved = isRootFile ? `file:${ROOT_TARBALL}` : resolution.tarball;
    places[place] = {
      ...(place.endsWith(`node_modules/${nameOfKey(key)}`) ? {} : { name: nameOfKey(key) }),
      version,
      ...defined({ resolved, integrity: resolution.integrity, engines, os, cpu, libc }),
      ...(dependencies ? { dependencies: exactly(dependencies, tree) } : {}),
      ...(optionalDependencies ? { optionalDependencies: exactly(optionalDependencies, tree) } : {}),
    };
    queue.push({ place, key });
  };
  put(ROOT_PLACE, tree.root);
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { dependencies, optionalDependencies } = tree.packages[next.key] as LockedPackage;
    for (const [alias, key] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      const standing = placeOf(alias, next.place, places);
      if (standing !== undefined && isSame(places[standing], key, alias)) continue;
      put(standing === undefined ? `node_modules/${alias}` : `${next.place}/node_modules/${alias}`, key);
    }
  }
  return {
    lockfileVersion: 3,
    requires: true,
    packages: { '': { dependencies: { [ROOT_ALIAS]: specifier } }, ...places },
  };
}

/** Where Node finds a package that the one at a place imports; undefined when it is nowhere. */
function placeOf(alias: string, place: string, places: Record<string, unknown>): string | undefined {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    const candidate = from === '' ? `node_modules/${alias}` : `${from}/node_modules/${alias}`;
    if (candidate in places) return candidate;
    if (from === '' || !from.includes('node_modules/')) return undefined;
    if (from.indexOf('node_modules/') === from.lastIndexOf('node_modules/')) {
      const top = `node_modules/${alias}`;
      return top in places ? top : undefined;
    }
  }
}

function keyAt(place: string, { name, version }: NpmPackage): string {
  return `${name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version ?? '0.0.0'}`;
}

function isSame(standing: NpmPackage | undefined, key: string, alias: string): boolean {
  return `${standing?.name ?? alias}@${standing?.version}` === withoutPeers(key);
}

/** npm wants ranges: the exact version, and for an alias the real name. */
function exactly(dependencies: Record<string, string>, { packages }: LockedTree): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([alias, key]) => {
      const version = packages[key]?.version ?? '*';
      return [alias, nameOfKey(key) === alias ? version : `npm:${nameOfKey(key)}@${version}`];
    }),
  );
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
