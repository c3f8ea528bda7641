import semver from 'semver';
import { BacklotError } from '../../api/errors';
import { readManifest } from '../manifest';
import { nearest } from '../nearest';
import type { PackageSpec } from '../spec';
import { nameOfPerson, type Packument } from './packument';
import type { RegistryClient } from './registry-client';

/** What is known of a package, for people who think about using it. */
export interface PackageDescription {
  readonly package: string;
  /** The version that the spec means. */
  readonly version: string;
  readonly description?: string;
  readonly author?: string;
  readonly homepage?: string;
  readonly license?: string;
  /** The names of the extensions that it holds. */
  readonly extensions: readonly string[];
  /** Whether they run containers, for which they need the engine. */
  readonly containers: boolean;
  /** The versions of Backlot that it asks for. */
  readonly backlotRange?: string;
  /** Why not to use this version. */
  readonly deprecated?: string;
  /** The tags of the registry, and its versions, the newest first. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly versions?: readonly string[];
  /** When the version was published, as an ISO time. */
  readonly publishedAt?: string;
}

/** As many versions are named when none fits. */
const VERSIONS_NAMED = 5;

/**
 * Describes what a spec means, by the registry or the folder that it names.
 *
 * Throws what {@link RegistryClient.packument} and {@link readManifest} throw, BACKLOT_E_VERSION_NOT_FOUND with the
 * versions that there are, and BACKLOT_E_SPEC_INVALID for a spec of a kind that says nothing before it is installed.
 */
export async function describePackage(spec: PackageSpec, client: RegistryClient): Promise<PackageDescription> {
  if (spec.kind === 'registry') return describeVersion(await client.packument(spec.name), spec.range);
  if (spec.kind === 'folder') return describeFolder(spec.path);
  throw new BacklotError('BACKLOT_E_SPEC_INVALID', `a ${spec.kind} says what it holds only when it is installed`, {
    remedy: 'Ask for a package of a registry, or a folder.',
  });
}

/** The version of a package that npm would take for a range or a tag. Throws BACKLOT_E_VERSION_NOT_FOUND. */
export function versionFor({ name, versions, 'dist-tags': tags }: Packument, range: string): string {
  const all = Object.keys(versions);
  const tagged = tags[range];
  if (tagged !== undefined && versions[tagged]) return tagged;
  const { latest } = tags;
  const isRange = semver.validRange(range) !== null;
  if (isRange && latest !== undefined && versions[latest] && semver.satisfies(latest, range)) return latest;
  const found = isRange ? semver.maxSatisfying(all, range) : null;
  if (found !== null) return found;
  const meant = isRange ? undefined : nearest(range, Object.keys(tags));
  const hint = meant === undefined ? '' : ` (did you mean the tag "${meant}"?)`;
  const exist = newestFirst(all).slice(0, VERSIONS_NAMED).join(', ') || 'none';
  throw new BacklotError(
    'BACKLOT_E_VERSION_NOT_FOUND',
    `no version of ${name} matches ${range}${hint}; the newest are ${exist}`,
  );
}

/** The description of the version that is meant. */
export function describeVersion(packument: Packument, range: string): PackageDescription {
  const version = versionFor(packument, range);
  const found = packument.versions[version];
  const description = found?.description ?? packument.description;
  const author = nameOfPerson(found?.author ?? packument.author);
  const homepage = found?.homepage ?? packument.homepage;
  const backlotRange = found?.peerDependencies?.backlot;
  const publishedAt = packument.time?.[version];
  return {
    package: packument.name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(typeof found?.license === 'string' ? { license: found.license } : {}),
    extensions: namesIn(found?.backlot),
    containers: (found?.backlot as { containers?: unknown } | null | undefined)?.containers === true,
    ...(backlotRange === undefined ? {} : { backlotRange }),
    ...(found?.deprecated ? { deprecated: found.deprecated } : {}),
    tags: packument['dist-tags'],
    versions: newestFirst(Object.keys(packument.versions)),
    ...(publishedAt === undefined ? {} : { publishedAt }),
  };
}

async function describeFolder(folder: string): Promise<PackageDescription> {
  const {
    package: name,
    version,
    description,
    author,
    backlotRange,
    extensions,
    containers,
  } = await readManifest(folder);
  return {
    package: name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    extensions: extensions.map((each) => each.name),
    containers,
    ...(backlotRange === undefined ? {} : { backlotRange }),
  };
}

function newestFirst(versions: readonly string[]): string[] {
  return semver.rsort(versions.filter((version) => semver.valid(version) !== null));
}

/** The names in the "backlot" part of a package.json, which may be anything. */
function namesIn(part: unknown): string[] {
  const extensions = typeof part === 'object' && part !== null && 'extensions' in part ? part.extensions : undefined;
  return typeof extensions === 'object' && extensions !== null ? Object.keys(extensions) : [];
}
