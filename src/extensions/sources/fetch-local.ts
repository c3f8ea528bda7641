import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { integrityOfFile, integrityOfFolder } from '../content-hash';
import { didYouMean } from '../nearest';
import { displaySpec, type FolderSpec, type TarballSpec } from '../spec';
import type { FetchContext, FetchedPackage } from './fetch-package';
import { readIdentity, type PackageIdentity } from './package-identity';
import { checkIntegrity, lockedAs, type Resolution } from './resolution';
import { identityOfTarball } from './tarball-content';

/**
 * What a folder or a tarball on this machine is now: its integrity, as it is locked. Throws BACKLOT_E_PACKAGE_NOT_FOUND, and
 * BACKLOT_E_MANIFEST_INVALID for a folder that is no package.
 */
export async function integrityOfLocal(spec: FolderSpec | TarballSpec): Promise<string> {
  await mustBe(spec.kind, spec.path);
  if (spec.kind === 'tarball') return integrityOfFile(spec.path);
  await identityOfFolder(spec.path);
  return integrityOfFolder(spec.path);
}

/** Name and version of the package in a folder. Throws as {@link integrityOfLocal} does. */
export async function identityOfFolder(folder: string): Promise<PackageIdentity> {
  await mustBe('folder', folder);
  const shown = `the folder ${folder}`;
  const identity = await readIdentity(folder, shown);
  if (identity) return identity;
  throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${shown} has no package.json`);
}

/** Packs a folder, unless the store has it with the same content. Throws as `fetchPackage` does. */
export async function fetchFolder(spec: FolderSpec, context: FetchContext): Promise<FetchedPackage> {
  const shown = `the folder ${displaySpec(spec)}`;
  const identity = await identityOfFolder(spec.path);
  const locked = lockedAs('folder', context.locked, {}, shown);
  const integrity = await integrityOfFolder(spec.path);
  checkIntegrity(integrity, locked, shown);
  const key = ['folder', integrity];
  const kept = await context.store.find(key);
  if (kept) return { tarball: kept.tarball, bytes: kept.bytes, resolution: kept.resolution, ...identity };
  const { tarball, integrity: packed } = await context.store.add((file) =>
    context.pack(spec.path, file, context.signal),
  );
  const resolution: Resolution = { kind: 'folder', integrity };
  await context.store.note(key, { ...identity, tarball: packed, resolution });
  return { tarball, bytes: packed, resolution, ...identity };
}

/** Copies a tarball into the store, unless it is there. Throws as `fetchPackage` does. */
export async function fetchTarball(spec: TarballSpec, context: FetchContext): Promise<FetchedPackage> {
  const shown = `the tarball ${displaySpec(spec)}`;
  await mustBe('tarball', spec.path);
  const locked = lockedAs('tarball', context.locked, {}, shown);
  const integrity = await integrityOfFile(spec.path);
  checkIntegrity(integrity, locked, shown);
  const resolution: Resolution = { kind: 'tarball', integrity };
  const key = ['tarball', integrity];
  const kept = await context.store.find(key);
  if (kept) {
    const { tarball, name, version } = kept;
    return { tarball, bytes: integrity, resolution, name, version };
  }
  const identity = await identityOfTarball(spec.path, shown, context);
  const added = await context.store.addCopy(spec.path);
  // It may have been written to while it was read.
  checkIntegrity(added.integrity, resolution, shown);
  await context.store.note(key, { ...identity, tarball: integrity, resolution });
  return { tarball: added.tarball, bytes: integrity, resolution, ...identity };
}

/** Throws BACKLOT_E_PACKAGE_NOT_FOUND, with the nearest name beside it, when there is no such folder or file. */
export async function mustBe(kind: 'folder' | 'tarball', place: string): Promise<void> {
  const found = await stat(place).catch(async (error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'ENOENT'
        ? didYouMean(path.basename(place), await neighboursOf(kind, place))
        : ` (${error.message})`;
    throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `there is no ${kind} ${place}${reason}`);
  });
  if (kind === 'folder' ? found.isDirectory() : found.isFile()) return;
  throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${place} is not a ${kind}`);
}

async function neighboursOf(kind: 'folder' | 'tarball', place: string): Promise<string[]> {
  const items = await readdir(path.dirname(place), { withFileTypes: true }).catch(() => []);
  return items
    .filter((item) => (kind === 'folder' ? item.isDirectory() : isTarball(item.name)))
    .map(({ name }) => name);
}

function isTarball(name: string): boolean {
  return name.endsWith('.tgz') || name.endsWith('.tar.gz');
}
