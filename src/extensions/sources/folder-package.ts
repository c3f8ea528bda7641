import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { isPackageName } from '../spec';

/**
 * Name and version in the package.json of a folder. Throws BACKLOT_E_PACKAGE_NOT_FOUND when the folder or its
 * package.json is not there, and BACKLOT_E_INSTALL_FAILED when it cannot be a package.
 */
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

/** Throws BACKLOT_E_PACKAGE_NOT_FOUND when there is no such folder or file. */
export async function mustBe(kind: 'folder' | 'tarball', place: string): Promise<void> {
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
