import os from 'node:os';
import path from 'node:path';

/**
 * Where `backlot login` keeps tokens, in the format of an .npmrc: BACKLOT_NPMRC, else `backlot/npmrc` in the user's
 * folder for configuration (XDG_CONFIG_HOME, else `~/.config`).
 */
export function credentialsFile(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.BACKLOT_NPMRC?.trim();
  if (given) return path.resolve(expandHome(given, environment));
  const configured = environment.XDG_CONFIG_HOME?.trim();
  // A relative XDG_CONFIG_HOME does not count, says its specification.
  const base = configured && path.isAbsolute(configured) ? configured : path.join(homeOf(environment), '.config');
  return path.join(base, 'backlot', 'npmrc');
}

/** The home of the user that the environment is of. */
export function homeOf(environment: NodeJS.ProcessEnv): string {
  try {
    return environment.HOME || os.homedir();
  } catch {
    // A user without a line in /etc/passwd, and no HOME.
    return '/';
  }
}

/** A path that may start with `~/`. */
export function expandHome(file: string, environment: NodeJS.ProcessEnv): string {
  return file.startsWith('~/') ? path.join(homeOf(environment), file.slice(2)) : file;
}
