import semver from 'semver';
import { BacklotError } from '../../api/errors';
import { RegistryClient, type RegistrySettings } from '../registry';
import type { RegistrySpec } from '../spec';

/** How many versions an error names. */
const LISTED = 5;

/** How long the registry is asked for what would have been right, in milliseconds. */
const LIMIT_MS = 10_000;

/**
 * An error about a package of a registry, with the nearest that exist: names for a name that is none, versions and tags for
 * a version that is none. The error as it was, when it is about another package or the registry does not tell.
 */
export async function explain(
  error: BacklotError,
  { name, range }: RegistrySpec,
  settings: () => Promise<RegistrySettings>,
): Promise<BacklotError> {
  const isAboutName = error.code === 'BACKLOT_E_PACKAGE_NOT_FOUND';
  const isAboutVersion = error.code === 'BACKLOT_E_VERSION_NOT_FOUND';
  if ((!isAboutName && !isAboutVersion) || / which \S+ needs/.test(error.message)) return error;
  try {
    const packument = await new RegistryClient(await settings(), LIMIT_MS).packument(name);
    if (!isAboutVersion) return error;
    const tags = Object.keys(packument['dist-tags']);
    const known = `; ${listOf(Object.keys(packument.versions))}; its tags are ${tags.join(', ')}`;
    const message = `no version matches ${name}@${range}${known}`;
    return new BacklotError(error.code, message, { remedy: error.remedy, cause: error.cause });
  } catch (better) {
    const isBetter = better instanceof BacklotError && better.code === error.code;
    return isBetter ? better : error;
  }
}

function listOf(versions: readonly string[]): string {
  const stable = versions.filter((version) => semver.prerelease(version) === null);
  const newest = semver.rsort([...(stable.length > 0 ? stable : versions)]).slice(0, LISTED);
  return newest.length === 0 ? 'it has no versions' : `the newest are ${newest.join(', ')}`;
}
