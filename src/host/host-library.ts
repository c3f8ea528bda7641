import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InstallOptions } from '../extensions/install';
import { lockFileOf } from '../extensions/lock';
import { PACKAGE_ROOT, VERSION } from '../extensions/own-package';
import { homeOf } from '../extensions/registry/credentials-file';

/** The folder that the command keeps packages in on this machine: `backlot` in the user's folder for caches. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment.XDG_CACHE_HOME?.trim();
  const base = configured && path.isAbsolute(configured) ? configured : path.join(homeOf(environment), '.cache');
  return path.join(base, 'backlot');
}

/** How the command installs packages on this machine, to look at them and to lock them, for a list. */
export function hostInstallOptions(listFile: string): InstallOptions {
  const folder = cacheFolder();
  return {
    libDirectory: path.join(folder, 'lib'),
    cacheDirectory: path.join(folder, 'cache'),
    temporaryDirectory: path.join(tmpdir(), 'backlot'),
    platformRoot: PACKAGE_ROOT,
    platformVersion: VERSION,
    bundledDirectory: path.join(PACKAGE_ROOT, 'bundled'),
    sourceDirectory: path.join(PACKAGE_ROOT, 'extensions'),
    projectDirectory: path.dirname(listFile),
    lock: { file: lockFileOf(listFile), frozen: false },
  };
}
