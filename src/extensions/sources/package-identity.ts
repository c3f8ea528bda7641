import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { didYouMean } from '../nearest';
import { isPackageName } from '../spec';

/** What a package calls itself. */
export interface PackageIdentity {
  readonly name: string;
  readonly version: string;
}

/**
 * Name and version in the package.json of a folder; undefined when there is no package.json. Throws
 * BACKLOT_E_MANIFEST_INVALID when it names none. `shown` is what holds the package, for messages.
 */
export async function readIdentity(folder: string, shown: string): Promise<PackageIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'package.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(`the package.json of ${shown} cannot be read`, error);
  }
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw invalid(`the package.json of ${shown} is not valid JSON`, error);
  }
  const { name, version } = (read ?? {}) as { name?: unknown; version?: unknown };
  if (typeof name === 'string' && isPackageName(name) && typeof version === 'string') return { name, version };
  throw invalid(`the package.json of ${shown} has no usable "name" and "version"`);
}

/** Throws BACKLOT_E_PACKAGE_NOT_FOUND when a spec names another package than there is. */
export function checkName(found: PackageIdentity, wanted: string | undefined, shown: string): void {
  if (wanted === undefined || wanted === found.name) return;
  throw new BacklotError(
    'BACKLOT_E_PACKAGE_NOT_FOUND',
    `the package in ${shown} is named "${found.name}", not "${wanted}"${didYouMean(wanted, [found.name])}`,
    { remedy: `Write "${found.name}" in the spec, or leave the name out of it.` },
  );
}

function invalid(message: string, cause?: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_MANIFEST_INVALID', message, {
    remedy: 'Give the package.json of the extension a name that npm accepts, and a version such as 0.1.0.',
    ...(cause === undefined ? {} : { cause }),
  });
}
