import semver from 'semver';
import { BacklotError } from '../../api/errors';
import type { ExtensionEntry } from '../list';
import type { ExtensionsLock, LockedExtension } from '../lock';
import { integrityOfLocal } from '../sources';
import { displaySpec, parseSpec, type PackageSpec } from '../spec';
import { carryOver } from './carry-over';
import { nameOfKey, rootOf } from './locked-tree';
import { answers, type BundledTree, type ReadyPackages, type SourceFolder } from './ready-packages';
import { treeKey } from './tree-key';

/** What is to become of an entry: a tree that came with the platform, or one to be looked up or made. */
export type Plan = BundledPlan | TreePlan;

export interface BundledPlan {
  readonly entry: ExtensionEntry;
  readonly bundled: BundledTree;
  readonly locked: LockedExtension;
}

export interface TreePlan {
  readonly entry: ExtensionEntry;
  /** What is fetched: for an official extension of a checkout its folder. */
  readonly spec: PackageSpec;
  /** Whether it came with the platform. */
  readonly isOfficial: boolean;
  /** The integrity of a folder or tarball as it is now. */
  readonly content?: string;
  /** What exactly it is to be; undefined when that is still to be resolved. */
  readonly locked?: LockedExtension;
}

/** What a planner goes by. */
export interface PlanningRules {
  readonly lock: ExtensionsLock;
  readonly ready: ReadyPackages;
  /** What single specs are locked to, instead of what the lock says. */
  readonly pinned?: Readonly<Record<string, LockedExtension>>;
  /** Specs that are resolved anew, whatever the lock says. */
  readonly refresh?: ReadonlySet<string>;
}

/**
 * Says what is to become of an entry, from its spec, the lock, what came with the platform, and what is on the disk; the
 * network is not asked. Throws BACKLOT_E_SPEC_INVALID, BACKLOT_E_PACKAGE_NOT_FOUND for a folder or tarball that is not there,
 * BACKLOT_E_INTEGRITY for a tarball whose bytes are not those that were locked, and BACKLOT_E_LOCK_DRIFT for whatever a
 * frozen lock does not hold.
 */
export async function planEntry(entry: ExtensionEntry, rules: PlanningRules): Promise<Plan> {
  const asked = parseSpec(entry.spec, entry.origin.baseDirectory);
  const held = rules.refresh?.has(entry.spec) ? undefined : (rules.pinned?.[entry.spec] ?? rules.lock.get(entry.spec));
  const official = await officialFor(asked, held, rules);
  if (official && 'tree' in official) {
    const { root, packages } = official.receipt;
    const isSame = held?.source.kind === 'bundled' && rootOf(held).version === official.receipt.version;
    if (!isSame) refuseDrift(entry, rules, held ? 'comes with this Backlot in another version than the lock has' : NEW);
    // The packages below may be others than those a checkout installed: what came with an image is one whole.
    return { entry, bundled: official, locked: isSame ? held : { source: { kind: 'bundled' }, root, packages } };
  }
  const spec: PackageSpec = official ? { kind: 'folder', path: official.folder } : asked;
  const isLocal = spec.kind === 'folder' || spec.kind === 'tarball';
  const content = isLocal ? await integrityOfLocal(spec) : undefined;
  const locked = held && (await agreed(entry, spec, held, content, official, rules.lock.frozen));
  if (!locked) refuseDrift(entry, rules, held ? 'has changed since it was locked' : NEW);
  return {
    entry,
    spec,
    isOfficial: official !== undefined,
    ...(content === undefined ? {} : { content }),
    ...(locked ? { locked } : {}),
  };
}

/** The key of the tree that a plan leads to. */
export function keyOfPlan({ entry, isOfficial, content }: TreePlan, locked: LockedExtension): string {
  return treeKey(locked, entry.allowScripts === true, isOfficial ? content : undefined);
}

/** What came with the platform and is what the spec asks for, unless the lock has another version from elsewhere. */
async function officialFor(
  spec: PackageSpec,
  held: LockedExtension | undefined,
  { ready }: PlanningRules,
): Promise<BundledTree | SourceFolder | undefined> {
  if (spec.kind !== 'registry') return undefined;
  const isAsked = (name: string, version: string): boolean =>
    answers(spec, name, version) &&
    (held === undefined || held.source.kind === 'bundled' || rootOf(held).version === version);
  const tree = (await ready.trees()).find(({ receipt }) => isAsked(receipt.package, receipt.version));
  return tree ?? (await ready.folders()).find(({ name, version }) => isAsked(name, version));
}

/** What is locked, where the entry and what it leads to still agree with it; carried over to a folder that changed. */
async function agreed(
  entry: ExtensionEntry,
  spec: PackageSpec,
  held: LockedExtension,
  content: string | undefined,
  official: SourceFolder | undefined,
  frozen: boolean,
): Promise<LockedExtension | undefined> {
  const { source } = held;
  if (official) {
    if (source.kind !== 'bundled' || rootOf(held).version !== official.version) return undefined;
    return carryOver(held, official.folder);
  }
  if (source.kind !== spec.kind) return undefined;
  if (spec.kind === 'registry') {
    const isOutside = semver.validRange(spec.range) !== null && !semver.satisfies(rootOf(held).version, spec.range);
    return nameOfKey(held.root) !== spec.name || isOutside ? undefined : held;
  }
  if (source.kind === 'tarball' && source.integrity !== content) {
    throw new BacklotError(
      'BACKLOT_E_INTEGRITY',
      `the bytes of ${displaySpec(entry.spec)} are not those that were locked`,
      {
        remedy: `If the change is meant: backlot extensions update ${nameOfKey(held.root)}`,
      },
    );
  }
  if (source.kind === 'folder' && spec.kind === 'folder' && content !== undefined && source.integrity !== content) {
    if (frozen) return undefined;
    const carried = await carryOver(held, spec.path);
    return carried && { ...carried, source: { kind: 'folder', integrity: content } };
  }
  return held;
}

const NEW = 'is not in the lock';

function refuseDrift({ spec }: ExtensionEntry, { lock, pinned }: PlanningRules, how: string): void {
  if (!lock.frozen || pinned?.[spec]) return;
  throw new BacklotError('BACKLOT_E_LOCK_DRIFT', `${displaySpec(spec)} ${how} (${lock.settings.file})`);
}
