import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { isPackageName, type PackageSpec } from '../spec';
import { hashFile, hashFolder } from './content-hash';
import { LAYOUT, TARGET } from './receipt';

/** Something to install, with all that decides about the result. */
export type PackageSource = PackageSpec & {
  /** The name of the tree: the same for the same inputs, another one for others. */
  readonly key: string;
};

/**
 * Looks at what a spec leads to. Throws BACKLOT_E_PACKAGE_NOT_FOUND when a folder or tarball is not there, and
 * BACKLOT_E_INSTALL_FAILED when a folder cannot be a package.
 */
export async function sourceOfSpec(spec: PackageSpec): Promise<PackageSource> {
  switch (spec.kind) {
    case 'registry':
      return { ...spec, key: keyOf(spec.name, [spec.kind, spec.name, spec.range]) };
    case 'folder': {
      const { name } = await readFolderPackage(spec.path);
      return { ...spec, key: keyOf(name, [spec.kind, await hashFolder(spec.path)]) };
    }
    case 'tarball': {
      await mustBe('tarball', spec.path);
      const name = path.basename(spec.path).replace(/\.(?:tgz|tar\.gz|tar)$/i, '');
      return { ...spec, key: keyOf(name, [spec.kind, await hashFile(spec.path)]) };
    }
  }
}

/** Name and version in the package.json of a folder. Throws as {@link sourceOfSpec} does. */
export async function readFolderPackage(folder: string): Promise<{ name: string; version: string }> {
  await mustBe('folder', folder);
  const file = path.join(folder, 'package.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `the folder ${folder} has no package.json`, {
      where: { file },
      cause: error,
    });
  }
  const { name, version } = parsePackage(text, file);
  if (typeof name === 'string' && isPackageName(name) && typeof version === 'string') return { name, version };
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `${file} has no usable "name" and "version"`, {
    where: { file },
    remedy: 'Give the package a name that npm accepts, and a version such as 0.1.0.',
  });
}

function parsePackage(text: string, file: string): { name?: unknown; version?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `${file} is not valid JSON`, {
      where: { file },
      remedy: 'Mend the package.json of the extension.',
      cause: error,
    });
  }
}

async function mustBe(kind: 'folder' | 'tarball', place: string): Promise<void> {
  let found: Stats;
  try {
    found = await stat(place);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? '' : ` (${message})`;
    throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `there is no ${kind} ${place}${reason}`);
  }
  if (kind === 'folder' ? found.isDirectory() : found.isFile()) return;
  throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${place} is not a ${kind}`);
}

function keyOf(name: string, inputs: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([LAYOUT, TARGET, ...inputs]));
  return `${slugOf(name)}-${hash.digest('hex').slice(0, 12)}`;
}

/** `@acme/x` becomes `acme-x`. */
function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-.]+|-+$/g, '');
  return slug.slice(0, 80) || 'package';
}
