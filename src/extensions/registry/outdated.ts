import semver from 'semver';
import type { PackageSpec } from '../spec';
import { versionFor } from './describe-package';
import type { RegistryClient } from './registry-client';

/** How an installed package is, beside what its registry has. */
export interface Outdated {
  readonly package: string;
  readonly current: string;
  /** The newest version that the spec allows. */
  readonly wanted: string;
  /** The one that the registry calls the latest. */
  readonly latest: string;
  /** Whether there is anything newer than what is installed. */
  readonly isOutdated: boolean;
  /** Why not to use the version that is installed. */
  readonly deprecated?: string;
}

/** Compares an installed version with the registry. Throws what {@link RegistryClient.packument} and {@link versionFor} throw. */
export async function compareWithRegistry(
  spec: Extract<PackageSpec, { kind: 'registry' }>,
  current: string,
  client: RegistryClient,
): Promise<Outdated> {
  const packument = await client.packument(spec.name);
  const wanted = versionFor(packument, spec.range);
  const latest = packument['dist-tags'].latest ?? wanted;
  const deprecated = packument.versions[current]?.deprecated;
  return {
    package: spec.name,
    current,
    wanted,
    latest,
    isOutdated: [wanted, latest].some((version) => semver.gt(version, current)),
    ...(deprecated ? { deprecated } : {}),
  };
}
