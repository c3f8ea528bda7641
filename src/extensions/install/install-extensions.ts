import { realpathSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { ExtensionEntry } from '../list';
import { ExtensionsLock, type LockedExtension, type LockSettings } from '../lock';
import { placeOfEntry } from '../select-extensions';
import { displaySpec } from '../spec';
import { readRegistrySettings, type RegistrySettings } from '../registry';
import { asInstallError } from './as-install-error';
import { chooseEngine } from './choose-engine';
import { explain } from './explain';
import type { InstallEngine } from './install-engine';
import { installWorks, type Work } from './install-work';
import { Library } from './library';
import { withLibraryLock } from './library-lock';
import { withNpmrcFile } from './npmrc-file';
import { keyOfPlan, planEntry, type TreePlan } from './plan';
import { ReadyPackages } from './ready-packages';
import type { Receipt } from './receipt';
import { treeKey } from './tree-key';

/** A package that is on the disk and can be loaded. */
export interface InstalledPackage {
  /** The absolute path of its root. */
  readonly directory: string;
  readonly name: string;
  readonly version: string;
  /** Whether it was installed now, was there already, came with the platform, or is a copy of what is developed. */
  readonly how: 'installed' | 'satisfied' | 'bundled' | 'developed';
  /** Where its files are, where that is another folder: a class that a test gives has only a manifest made for it. */
  readonly files?: string;
}

export type InstallOutcome =
  | { readonly entry: ExtensionEntry; readonly installed: InstalledPackage }
  | { readonly entry: ExtensionEntry; readonly error: BacklotError };

export interface InstallEvent {
  readonly entry: ExtensionEntry;
  readonly phase: 'installing' | 'done' | 'failed';
  readonly message: string;
}

/** Folders are absolute paths. */
export interface InstallOptions {
  /** Where the trees are. */
  readonly libDirectory: string;
  /** Where what was fetched is kept. */
  readonly cacheDirectory: string;
  readonly temporaryDirectory: string;
  /** The folder of the package of Backlot that runs. */
  readonly platformRoot: string;
  readonly platformVersion: string;
  /** Trees that came with the platform; used in place, never written to. */
  readonly bundledDirectory?: string;
  /** Folders of packages, such as extensions/ of a checkout; used for a spec that names one of them. */
  readonly sourceDirectory?: string;
  /** The lock that is held to; one in `libDirectory` that is never frozen when left out. */
  readonly lock?: LockSettings;
  /** What single specs are locked to, instead of what the lock says. */
  readonly locked?: Readonly<Record<string, LockedExtension>>;
  /** Specs that are resolved anew, whatever the lock says. */
  readonly refresh?: ReadonlySet<string>;
  /** The entries are all there are: what the lock and the trees hold for others goes. */
  readonly complete?: boolean;
  /**
   * The one file with registries and credentials, in the format of an .npmrc; when left out, npm's usual ones are read,
   * with that of `backlot login`, and the one in `projectDirectory`.
   */
  readonly npmrc?: string;
  readonly projectDirectory?: string;
  /** How long a registry or another host may take for one answer, in milliseconds; 20 seconds when left out. */
  readonly fetchTimeout?: number;
  /** Takes nothing from the network, only what was kept. */
  readonly offline?: boolean;
  readonly engine?: InstallEngine;
  readonly onProgress?: (event: InstallEvent) => void;
  /** Stops the installation: what is not installed yet fails. */
  readonly signal?: AbortSignal;
  /** How long to wait for another process that installs, in milliseconds; two minutes when left out. */
  readonly busyLimit?: number;
}

const BUSY_LIMIT_MS = 2 * 60_000;
const FETCH_TIMEOUT_MS = 20_000;
/** The lock of a library that none lies beside the list of. */
const LOCK_FILE = 'extensions.lock.json';

/**
 * Sees that every enabled entry has its package on the disk, exactly as the lock says, each with a tree of dependencies
 * of its own. What the lock does not hold yet is resolved and added to it, unless it is frozen.
 *
 * What is there already costs a few file accesses: no network, no process, nothing written. What fails does not stop
 * the others. There is one outcome for each enabled entry, in the order of the entries; it never rejects for an entry,
 * only with BACKLOT_E_LOCK_INVALID and BACKLOT_E_LOCK_MISSING. A kill at any time leaves the trees that were whole before.
 */
export async function installExtensions(
  entries: readonly ExtensionEntry[],
  options: InstallOptions,
): Promise<InstallOutcome[]> {
  return new Installation(entries, options).run();
}

class Installation {
  readonly #outcomes = new Map<ExtensionEntry, InstallOutcome>();
  /** The keys of the trees that the entries lead to. */
  readonly #keys = new Map<ExtensionEntry, string>();
  readonly #library: Library;
  readonly #ready: ReadyPackages;
  #lock: ExtensionsLock | undefined;

  constructor(
    private readonly entries: readonly ExtensionEntry[],
    private readonly options: InstallOptions,
  ) {
    const { libDirectory, platformRoot, platformVersion, bundledDirectory, sourceDirectory } = options;
    this.#library = new Library(libDirectory, { root: platformRoot, version: platformVersion });
    this.#ready = new ReadyPackages({ platformRoot, bundledDirectory, sourceDirectory });
  }

  async run(): Promise<InstallOutcome[]> {
    const enabled = this.entries.filter((entry) => entry.enabled);
    const missing = await this.#look(enabled);
    if (missing.length > 0) await this.#installMissing(enabled);
    else await this.#writeLock();
    return enabled.map((entry) => this.#outcomes.get(entry) ?? { entry, error: unfinished(entry) });
  }

  /** Settles the entries whose packages are there; gives the plans for the others. */
  async #look(enabled: readonly ExtensionEntry[]): Promise<TreePlan[]> {
    const { lock: settings, libDirectory } = this.options;
    const lock = ExtensionsLock.read(settings ?? { file: path.join(libDirectory, LOCK_FILE), frozen: false });
    this.#lock = lock;
    this.#outcomes.clear();
    const missing = new Map<ExtensionEntry, TreePlan>();
    await Promise.all(
      enabled.map(async (entry) => {
        try {
          const plan = await this.#settleIfThere(entry, lock);
          if (plan) missing.set(entry, plan);
        } catch (error) {
          this.#fail(entry, error);
        }
      }),
    );
    return enabled.flatMap((entry) => missing.get(entry) ?? []);
  }

  async #settleIfThere(entry: ExtensionEntry, lock: ExtensionsLock): Promise<TreePlan | undefined> {
    const { locked: pinned, refresh } = this.options;
    const rules = { lock, ready: this.#ready, ...(pinned ? { pinned } : {}), ...(refresh ? { refresh } : {}) };
    const plan = await planEntry(entry, rules);
    if ('bundled' in plan) {
      const { tree, receipt } = plan.bundled;
      this.#settle(entry, tree, receipt, plan.locked, 'bundled');
      return undefined;
    }
    if (!plan.locked) return plan;
    const key = keyOfPlan(plan, plan.locked);
    const receipt = await this.#library.find(key);
    if (!receipt) return plan;
    this.#keys.set(entry, key);
    this.#settle(entry, this.#library.pathOf(key), receipt, plan.locked, 'satisfied');
    return undefined;
  }

  async #installMissing(enabled: readonly ExtensionEntry[]): Promise<void> {
    const { libDirectory, busyLimit = BUSY_LIMIT_MS, signal } = this.options;
    const install = async (lost: AbortSignal): Promise<void> => {
      await this.#library.removeLeftovers();
      // Another process may have installed it while this one waited for the lock.
      const missing = await this.#look(enabled);
      await this.#install(worksOf(missing), signal ? AbortSignal.any([signal, lost]) : lost);
      await this.#writeLock();
      await this.#pruneIfAllIsWell();
    };
    try {
      await withLibraryLock(libDirectory, busyLimit, install, signal);
    } catch (error) {
      if (isAboutTheLock(error)) throw error;
      for (const entry of enabled) if (!this.#outcomes.has(entry)) this.#fail(entry, error);
    }
  }

  async #install(works: readonly Work[], signal: AbortSignal): Promise<void> {
    if (works.length === 0) return;
    const { npmrc } = this.options;
    if (npmrc !== undefined) await this.#installWith(npmrc, works, signal);
    else await withNpmrcFile(await this.#registrySettings(), (file) => this.#installWith(file, works, signal));
  }

  async #installWith(npmrc: string, works: readonly Work[], signal: AbortSignal): Promise<void> {
    const { cacheDirectory, temporaryDirectory, platformRoot, platformVersion, offline = false } = this.options;
    const fetchTimeout = this.options.fetchTimeout ?? FETCH_TIMEOUT_MS;
    const settings = { cache: cacheDirectory, temporary: temporaryDirectory, fetchTimeout, npmrc };
    const options = {
      library: this.#library,
      engine: this.options.engine ?? chooseEngine(settings),
      platform: { root: platformRoot, version: platformVersion },
      store: path.join(cacheDirectory, 'sources'),
      temporary: temporaryDirectory,
      fetchTimeout,
      offline,
      signal,
    };
    for (const work of works) this.#report(work, 'installing', `installing ${displaySpec(work.plans[0].entry.spec)}`);
    const began = performance.now();
    await installWorks(works, options, async (work, result) => {
      if ('error' in result) {
        const [{ spec }] = work.plans;
        const isAsked = spec.kind === 'registry' && !offline && !signal.aborted;
        const error = isAsked ? await explain(result.error, spec, () => this.#registrySettings()) : result.error;
        for (const { entry } of work.plans) this.#fail(entry, error);
        this.#report(work, 'failed', error.message);
        return;
      }
      const { key, receipt, locked } = result;
      for (const { entry } of work.plans) {
        this.#keys.set(entry, key);
        this.#settle(entry, this.#library.pathOf(key), receipt, locked, 'installed');
      }
      const time = Math.round(performance.now() - began);
      this.#report(work, 'done', `installed ${receipt.package} ${receipt.version} in ${time} ms`);
    });
  }

  #registrySettings(): Promise<RegistrySettings> {
    const { npmrc, projectDirectory } = this.options;
    const environment = npmrc === undefined ? process.env : { ...process.env, BACKLOT_NPMRC: npmrc };
    return readRegistrySettings({ environment, ...(projectDirectory === undefined ? {} : { projectDirectory }) });
  }

  async #writeLock(): Promise<void> {
    const lock = this.#lock;
    if (!lock || lock.frozen) return;
    // While something fails, what was locked before may be what a user goes back to.
    if (this.options.complete && !this.#hasFailed) lock.retain(new Set(this.entries.map(({ spec }) => spec)));
    await lock.write();
  }

  get #hasFailed(): boolean {
    return [...this.#outcomes.values()].some((outcome) => 'error' in outcome);
  }

  /** Old trees go only when every entry has what it needs: until then they may be what a user goes back to. */
  async #pruneIfAllIsWell(): Promise<void> {
    if (!this.options.complete || this.#hasFailed) return;
    const inUse = new Set(this.#keys.values());
    for (const { enabled, spec, allowScripts } of this.entries) {
      const held = enabled ? undefined : this.#lock?.get(spec);
      if (held) inUse.add(treeKey(held, allowScripts === true));
    }
    await this.#library.prune(inUse);
  }

  #settle(
    entry: ExtensionEntry,
    tree: string,
    receipt: Receipt,
    locked: LockedExtension,
    how: InstalledPackage['how'],
  ): void {
    // The real path, as it will stand in the stacks of errors.
    const directory = realpathSync.native(path.join(tree, receipt.directory));
    const installed = { directory, name: receipt.package, version: receipt.version, how };
    this.#outcomes.set(entry, { entry, installed });
    if (!this.#lock?.frozen) this.#lock?.set(entry.spec, locked);
  }

  #fail(entry: ExtensionEntry, thrown: unknown): void {
    const error = asInstallError(thrown, displaySpec(entry.spec), this.options.libDirectory);
    this.#outcomes.set(entry, { entry, error: error.at(placeOfEntry(entry)) });
  }

  #report({ plans }: Work, phase: InstallEvent['phase'], message: string): void {
    for (const { entry } of plans) this.options.onProgress?.({ entry, phase, message });
  }
}

/** Plans that lead to the same tree, or ask the same question, are one work. */
function worksOf(plans: readonly TreePlan[]): Work[] {
  const works = new Map<string, [TreePlan, ...TreePlan[]]>();
  for (const plan of plans) {
    const { entry, spec, locked } = plan;
    const key = locked ? keyOfPlan(plan, locked) : JSON.stringify([spec, entry.allowScripts === true]);
    const same = works.get(key);
    if (same) same.push(plan);
    else works.set(key, [plan]);
  }
  return [...works.values()].map((alike) => ({ plans: alike }));
}

function isAboutTheLock(error: unknown): boolean {
  return error instanceof BacklotError && error.code.startsWith('BACKLOT_E_LOCK_');
}

function unfinished(entry: ExtensionEntry): BacklotError {
  return new BacklotError('BACKLOT_E_INTERNAL', `nothing came of installing ${displaySpec(entry.spec)}`);
}
