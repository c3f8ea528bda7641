import { withoutUndefined } from '../../without-undefined';
import { ROOT_ALIAS, ROOT_TARBALL, type TreeRequest } from '../install-engine';
import { nameOfKey, withoutPeers, type LockedPackage, type LockedTree } from '../locked-tree';

/** What of pnpm’s lockfile (version 9: https://github.com/pnpm/spec/blob/master/lockfile/9.0.md) is used here. */
export interface PnpmLock {
  readonly importers?: Record<string, { readonly dependencies?: Record<string, { readonly version: string }> }>;
  readonly packages?: Record<string, PnpmPackage>;
  readonly snapshots?: Record<string, PnpmSnapshot | null>;
}

type PnpmPackage = Omit<LockedPackage, 'version' | 'dependencies' | 'optionalDependencies' | 'optional'> & {
  readonly version?: string;
};
type PnpmSnapshot = Pick<LockedPackage, 'dependencies' | 'optionalDependencies' | 'optional'>;

const FILE_ROOT = `@file:${ROOT_TARBALL}`;

/** The tree that pnpm’s lockfile of one of our trees describes. Throws an Error when it is not what pnpm writes. */
export function treeOfPnpmLock(lock: PnpmLock): LockedTree {
  const direct = lock.importers?.['.']?.dependencies?.[ROOT_ALIAS]?.version;
  if (direct === undefined) throw new Error('the lockfile of pnpm names no extension');
  const written = keyOf(ROOT_ALIAS, direct);
  const keys = new Map<string, string>();
  for (const key of Object.keys(lock.snapshots ?? {})) keys.set(key, ourKey(key, lock));
  const packages: Record<string, LockedPackage> = {};
  for (const [key, snapshot] of Object.entries(lock.snapshots ?? {})) {
    const entry = lock.packages?.[withoutPeers(key)];
    const own = keys.get(key) as string;
    if (!entry) throw new Error(`the lockfile of pnpm has no package ${key}`);
    packages[own] = packageOf(entry, snapshot ?? {}, own, keys);
  }
  return { root: keys.get(written) ?? written, packages };
}

/** The lockfile and the package.json from which pnpm installs exactly a tree. */
export function pnpmLockOf(tree: LockedTree, request: TreeRequest, specifier: string): object {
  const isTarball = request.source.kind === 'tarball';
  const theirKey = (key: string): string => (isTarball && key === tree.root ? tarballKey(key) : key);
  const packages: Record<string, PnpmPackage> = {};
  const snapshots: Record<string, PnpmSnapshot> = {};
  for (const [key, entry] of Object.entries(tree.packages)) {
    const { version, dependencies, optionalDependencies, optional, ...rest } = entry;
    const isFile = isTarball && key === tree.root;
    packages[withoutPeers(theirKey(key))] = {
      ...rest,
      ...(isFile ? { version, resolution: { ...rest.resolution, tarball: `file:${ROOT_TARBALL}` } } : {}),
    };
    snapshots[theirKey(key)] = {
      ...(dependencies ? { dependencies: theirDependencies(dependencies) } : {}),
      ...(optionalDependencies ? { optionalDependencies: theirDependencies(optionalDependencies) } : {}),
      ...(optional ? { optional } : {}),
    };
  }
  return {
    lockfileVersion: '9.0',
    settings: { autoInstallPeers: true, excludeLinksFromLockfile: false },
    overrides: { backlot: '-' },
    importers: { '.': { dependencies: { [ROOT_ALIAS]: { specifier, version: theirKey(tree.root) } } } },
    packages,
    snapshots,
  };
}

/** `name@file:package.tgz(peers)` for `name@1.0.0(peers)`. */
function tarballKey(key: string): string {
  return `${nameOfKey(key)}${FILE_ROOT}${key.slice(withoutPeers(key).length)}`;
}

/** The package that was asked for as a tarball bears its version, as all others do. */
function ourKey(key: string, lock: PnpmLock): string {
  const base = withoutPeers(key);
  if (!base.endsWith(FILE_ROOT)) return key;
  return `${nameOfKey(key)}@${lock.packages?.[base]?.version ?? '0.0.0'}${key.slice(base.length)}`;
}

function packageOf(
  entry: PnpmPackage,
  { dependencies, optionalDependencies, optional }: PnpmSnapshot,
  key: string,
  keys: ReadonlyMap<string, string>,
): LockedPackage {
  const { resolution, peerDependencies, peerDependenciesMeta, bundledDependencies, engines, os, cpu, libc, hasBin } =
    entry;
  const { tarball, ...bytes } = resolution;
  const ours = (found: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(found).map(([alias, version]) => {
        const dependency = keyOf(alias, version);
        return [alias, keys.get(dependency) ?? dependency];
      }),
    );
  return withoutUndefined({
    version: entry.version ?? withoutPeers(key).slice(nameOfKey(key).length + 1),
    // Where our own copy of the tarball lies is no part of what the package is.
    resolution: tarball === undefined || tarball === `file:${ROOT_TARBALL}` ? bytes : { ...bytes, tarball },
    dependencies: dependencies && ours(dependencies),
    optionalDependencies: optionalDependencies && ours(optionalDependencies),
    peerDependencies,
    peerDependenciesMeta,
    bundledDependencies,
    engines,
    os,
    cpu,
    libc,
    hasBin,
    optional,
  });
}

/** pnpm writes `ms: 2.1.3`, and for an alias the whole key: `cookies: cookie@1.0.0`. */
function keyOf(alias: string, version: string): string {
  return /^(?:@[^@/]+\/)?[^@/(]+@/.test(version) ? version : `${alias}@${version}`;
}

function theirDependencies(dependencies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([alias, key]) => [
      alias,
      nameOfKey(key) === alias ? key.slice(alias.length + 1) : key,
    ]),
  );
}
