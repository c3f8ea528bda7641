/** Compares a list and its lock with what could be had, and with what is there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BacklotError } from '../api/errors';
import { installExtensions } from '../extensions/install';
import { rootOf } from '../extensions/install/locked-tree';
import { readExtensionList } from '../extensions/list';
import { ExtensionsLock, lockFileOf, type LockedExtension } from '../extensions/lock';
import { compareWithRegistry, readRegistrySettings, RegistryClient } from '../extensions/registry';
import { newestCommits } from '../extensions/sources';
import { displaySpec, parseSpec, type PackageSpec } from '../extensions/spec';
import { meantBy, unlisted } from './apply-extensions';
import { hostInstallOptions } from './host-library';

/** How many digits of a commit are shown. */
const SHOWN_DIGITS = 7;

/** A locked package, and what there is of it: versions of a registry, or the first digits of commits of a git repository. */
export interface Outdated {
  readonly spec: string;
  readonly package: string;
  /** What is locked. */
  readonly current: string;
  /** The newest that the spec allows: what an update would lock. */
  readonly wanted: string;
  /** What the tag `latest` names; the newest version among the tags of a git repository. */
  readonly latest: string;
}

/**
 * The packages of a list of which there is something newer than is locked. Folders and tarballs, which have no versions to choose
 * from, are passed over. Throws as asking a registry or a git repository and reading the list and its lock do.
 */
export async function outdatedExtensions(file: string, names: readonly string[]): Promise<Outdated[]> {
  const lock = ExtensionsLock.read({ file: lockFileOf(file), frozen: false });
  const entries = await meantBy(file, names, await readExtensionList(file, { mustExist: true }));
  const client = new RegistryClient(await readRegistrySettings({ projectDirectory: path.dirname(file) }));
  const rows = await Promise.all(
    entries.map(async (entry): Promise<Outdated[]> => {
      const held = lock.get(entry.spec);
      const spec = parseSpec(entry.spec, entry.origin.baseDirectory);
      const found = held && (await compare(spec, held, client));
      return found ? [{ spec: displaySpec(entry.spec), package: rootOf(held).name, ...found }] : [];
    }),
  );
  return rows.flat();
}

/** Undefined when there is nothing newer. */
async function compare(
  spec: PackageSpec,
  held: LockedExtension,
  client: RegistryClient,
): Promise<Pick<Outdated, 'current' | 'wanted' | 'latest'> | undefined> {
  if (spec.kind === 'git' && held.source.kind === 'git') {
    const { commit } = held.source;
    const { wanted, latest } = (await newestCommits(spec)) ?? { wanted: commit, latest: commit };
    if (wanted === commit && latest === commit) return undefined;
    const short = (full: string): string => full.slice(0, SHOWN_DIGITS);
    return { current: short(commit), wanted: short(wanted), latest: short(latest) };
  }
  if (spec.kind !== 'registry' || held.source.kind !== 'registry') return undefined;
  const { isOutdated, current, wanted, latest } = await compareWithRegistry(spec, rootOf(held).version, client);
  return isOutdated ? { current, wanted, latest } : undefined;
}

/** What was verified. */
export interface Verified {
  /** How many packages were compared with the lock, those below extensions included. */
  readonly packages: number;
  readonly failed: readonly BacklotError[];
}

/**
 * Compares a list with its lock, and the bytes of every package with the integrity in the lock: all are installed once, by
 * the lock alone, into a folder that is thrown away. Throws BACKLOT_E_LOCK_MISSING and BACKLOT_E_LOCK_INVALID.
 */
export async function verifyExtensions(file: string): Promise<Verified> {
  const lockSettings = { file: lockFileOf(file), frozen: true };
  const lock = ExtensionsLock.read(lockSettings);
  const listed = await readExtensionList(file, { mustExist: true });
  const scratch = await mkdtemp(path.join(tmpdir(), 'backlot-verify-'));
  try {
    const options = hostInstallOptions(file);
    const outcomes = await installExtensions(listed, { ...options, libDirectory: scratch, lock: lockSettings });
    const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
    failed.push(...unlisted(lock, listed));
    const keys = lock.specs.flatMap((spec) => Object.keys(lock.get(spec)?.packages ?? {}));
    return { packages: new Set(keys).size, failed };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
