import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import semver from 'semver';
import type { DependencyRequest } from './dev-folder';

/**
 * Takes the dependencies that the author has installed in the folder itself, by links to them. Says whether it did: only when
 * all are there, in versions that fit. It is for a platform on the machine of the author; what was installed for another
 * machine may not run in a container.
 */
export async function linkDependencies({ directory, dependencies, folder }: DependencyRequest): Promise<boolean> {
  const names = Object.keys(dependencies);
  const fits = await Promise.all(names.map((name) => isInstalled(folder, name, dependencies[name] ?? '')));
  if (fits.includes(false)) return false;
  for (const name of names) {
    const link = path.join(directory, 'node_modules', name);
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(path.join(folder, 'node_modules', name), link, 'dir');
  }
  return true;
}

/** Of what is no version range, a path or an address, it is enough that it is there. */
async function isInstalled(folder: string, name: string, range: string): Promise<boolean> {
  try {
    const text = await readFile(path.join(folder, 'node_modules', name, 'package.json'), 'utf8');
    const { version } = JSON.parse(text) as { version?: string };
    return semver.validRange(range) === null || semver.satisfies(version ?? '', range, { includePrerelease: true });
  } catch {
    return false;
  }
}
