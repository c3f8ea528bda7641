/** Compares a list and its lock with what could be had, and with what is there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BacklotError } from '../api/errors';
import { installExtensions } from '../extensions/install';
import { rootOf } from '../extensions/install/locked-tree';
import { readExtensionList } from '../extensions/list';
import { ExtensionsLock, lockFileOf } from '../extensions/lock';
import { compareWithRegistry, readRegistrySettings, RegistryClient } from '../extensions/registry';
import { displaySpec, parseSpec } from '../extensions/spec';
import { meantBy, unlisted } from './apply-extensions';
import { hostInstallOptions } from './host-library';

/** A locked package of a registry, and the versions that there are. */
export interface Outdated {
  readonly spec: string;
  readonly package: string;
  /** What is locked. */
  readonly current: string;
  /** The newest that the spec allows: what an update would lock. */
  readonly wanted: string;
  /** What the tag `latest` names. */
  readonly latest: string;
}

/**
 * The packages of a list of which there is a newer version than is locked. Those that do not come from a registry are passed
 * over. Throws as asking a registry and reading the list and its lock do.
 */
export async function outdatedExtensions(file: string, names: readonly string[]): Promise<Outdated[]> {
  const lock = ExtensionsLock.read({ file: lockFileOf(file), frozen: false });
  const entries = await meantBy(file, names, await readExtensionList(file, { mustExist: true }));
  const client = new RegistryClient(await readRegistrySettings({ projectDirectory: path.dirname(file) }));
  const rows = await Promise.all(
    entries.map(async (entry): Promise<Outdated[]> => {
      const spec = parseSpec(entry.spec, entry.origin.baseDirectory);
      const held = lock.get(entry.spec);
      if (spec.kind !== 'registry' || held?.source.kind !== 'registry') return [];
      const { isOutdated, current, wanted, latest } = await compareWithRegistry(spec, rootOf(held).version, client);
      return isOutdated ? [{ spec: displaySpec(entry.spec), package: spec.name, current, wanted, latest }] : [];
    }),
  );
  return rows.flat();
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
