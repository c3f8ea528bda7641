import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { asBacklotError, BacklotError } from '../../api/errors';
import type { ExtensionEntry } from '../list';
import { placeOfEntry } from '../select-extensions';
import { parseSpec } from '../spec';
import type { InstallEngine } from './install-engine';
import { Library } from './library';
import { volumeError, withLibraryLock } from './library-lock';
import { forEachLimited } from './limited';
import { NpmEngine } from './npm-engine';
import { brokenLinks } from './platform-links';
import { answers, bundledTrees, sourceFolders, type BundledTree, type SourceFolder } from './ready-packages';
import type { Receipt } from './receipt';
import { sourceOfSpec, type PackageSource } from './source';

/** A package that is on the disk and can be loaded. */
export interface InstalledPackage {
  /** The absolute path of its root. */
  readonly directory: string;
  readonly name: string;
  readonly version: string;
  /** Whether it was installed now, was there already, or came with the platform. */
  readonly how: 'installed' | 'satisfied' | 'bundled';
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
  /** Where the installer keeps what it fetched. */
  readonly cacheDirectory: string;
  readonly temporaryDirectory: string;
  /** The folder of the package of Backlot that runs. */
  readonly platformRoot: string;
  readonly platformVersion: string;
  /** Trees that came with the platform; used in place, never written to. */
  readonly bundledDirectory?: string;
  /** Folders of packages, such as extensions/ of a checkout; used for a spec that names one of them. */
  readonly sourceDirectory?: string;
  readonly engine?: InstallEngine;
  readonly onProgress?: (event: InstallEvent) => void;
  /** Stops the installation: what is not installed yet fails. */
  readonly signal?: AbortSignal;
  /** How long to wait for another process that installs, in milliseconds; two minutes when left out. */
  readonly busyLimit?: number;
}

const PARALLEL = 3;
const BUSY_LIMIT_MS = 2 * 60_000;

/**
 * Sees that every enabled entry has its package on the disk, each with a tree of dependencies of its own.
 *
 * What is there already costs a few file accesses: no network, no process, no lock, nothing written. What fails does not stop the
 * others. There is one outcome for each enabled entry, in the order of the entries; it never rejects for an entry. A
 * kill at any time leaves the trees that were whole before.
 */
export async function installExtensions(
  entries: readonly ExtensionEntry[],
  options: InstallOptions,
): Promise<InstallOutcome[]> {
  return new Installation(entries, options).run();
}

/** Entries that lead to the same tree. */
interface Work {
  readonly source: PackageSource;
  readonly entries: ExtensionEntry[];
}

class Installation {
  readonly #outcomes = new Map<ExtensionEntry, InstallOutcome>();
  readonly #library: Library;
  readonly #engine: InstallEngine;
  #bundled: Promise<BundledTree[]> | undefined;
  #sources: Promise<SourceFolder[]> | undefined;

  constructor(
    private readonly entries: readonly ExtensionEntry[],
    private readonly options: InstallOptions,
  ) {
    const { libDirectory, platformRoot, platformVersion, cacheDirectory, temporaryDirectory } = options;
    this.#library = new Library(libDirectory, { root: platformRoot, version: platformVersion });
    this.#engine = options.engine ?? new NpmEngine({ cache: cacheDirectory, temporary: temporaryDirectory });
  }

  async run(): Promise<InstallOutcome[]> {
    const enabled = this.entries.filter((entry) => entry.enabled);
    const works = new Map<string, Work>();
    await Promise.all(enabled.map((entry) => this.#attempt(entry, () => this.#plan(entry, works))));
    const missing: Work[] = [];
    for (const work of works.values()) {
      if (!(await this.#isSatisfied(work))) missing.push(work);
    }
    if (missing.length > 0) await this.#installAll(missing);
    return enabled.map((entry) => this.#outcomes.get(entry) ?? { entry, error: unfinished(entry) });
  }

  /** Settles an entry whose package came with the platform; puts any other to the work that is to be done. */
  async #plan(entry: ExtensionEntry, works: Map<string, Work>): Promise<void> {
    const located = await this.#locate(entry);
    if ('installed' in located) {
      this.#outcomes.set(entry, { entry, installed: located.installed });
      return;
    }
    const { source } = located;
    const work = works.get(source.key);
    if (work) work.entries.push(entry);
    else works.set(source.key, { source, entries: [entry] });
  }

  async #locate(entry: ExtensionEntry): Promise<{ installed: InstalledPackage } | { source: PackageSource }> {
    const spec = parseSpec(entry.spec, entry.origin.baseDirectory);
    const bundled = (await this.#bundledTrees()).find(({ receipt }) => answers(spec, receipt.package, receipt.version));
    if (bundled) return { installed: await packageOf(bundled.tree, bundled.receipt, 'bundled') };
    const folder = (await this.#sourceFolders()).find(({ name, version }) => answers(spec, name, version))?.folder;
    return { source: await sourceOfSpec(folder === undefined ? spec : { kind: 'folder', path: folder }) };
  }

  /** Bundled trees that lead to the platform that runs; others would bring a second copy of it along. */
  #bundledTrees(): Promise<BundledTree[]> {
    this.#bundled ??= bundledTrees(this.options.bundledDirectory).then(async (trees) => {
      const broken = await Promise.all(
        trees.map(({ tree, receipt }) => brokenLinks(tree, receipt.links, this.options.platformRoot)),
      );
      return trees.filter((_, index) => broken[index]?.length === 0);
    });
    return this.#bundled;
  }

  #sourceFolders(): Promise<SourceFolder[]> {
    this.#sources ??= sourceFolders(this.options.sourceDirectory);
    return this.#sources;
  }

  async #isSatisfied(work: Work): Promise<boolean> {
    try {
      const receipt = await this.#library.find(work.source);
      if (receipt) await this.#settle(work, receipt, 'satisfied');
      return receipt !== undefined;
    } catch (error) {
      this.#fail(work, error);
      return true;
    }
  }

  async #installAll(missing: readonly Work[]): Promise<void> {
    const { libDirectory, busyLimit = BUSY_LIMIT_MS, signal } = this.options;
    try {
      const installUnderLock = async (lost: AbortSignal): Promise<void> => {
        await this.#library.removeLeftovers();
        const stop = signal ? AbortSignal.any([signal, lost]) : lost;
        await forEachLimited(missing, PARALLEL, (work) => this.#install(work, stop));
        await this.#pruneIfAllIsWell();
      };
      await withLibraryLock(libDirectory, busyLimit, installUnderLock, signal);
    } catch (error) {
      for (const work of missing) if (!this.#outcomes.has(work.entries[0] as ExtensionEntry)) this.#fail(work, error);
    }
  }

  async #install(work: Work, signal: AbortSignal): Promise<void> {
    // Another process may have installed it while this one waited for the lock.
    if (await this.#isSatisfied(work)) return;
    const [entry] = work.entries as [ExtensionEntry];
    this.#report(work, 'installing', `installing ${entry.spec}`);
    const start = performance.now();
    try {
      const receipt = await this.#library.add(work.source, entry.spec, this.#engine, signal);
      await this.#settle(work, receipt, 'installed');
      const milliseconds = Math.round(performance.now() - start);
      this.#report(work, 'done', `installed ${receipt.package} ${receipt.version} in ${milliseconds} ms`);
    } catch (error) {
      this.#fail(work, error);
    }
  }

  /** Old trees go only when every entry has what it needs: until then they may be what a user goes back to. */
  async #pruneIfAllIsWell(): Promise<void> {
    if ([...this.#outcomes.values()].some((outcome) => 'error' in outcome)) return;
    try {
      const located = await Promise.all(this.entries.map((entry) => this.#locate(entry)));
      await this.#library.prune(located.flatMap((found) => ('source' in found ? [found.source] : [])));
    } catch {
      // A disabled entry that leads nowhere: it is not known which tree is its. Space is lost, nothing else.
    }
  }

  async #settle(work: Work, receipt: Receipt, how: InstalledPackage['how']): Promise<void> {
    const installed = await packageOf(this.#library.pathOf(work.source), receipt, how);
    for (const entry of work.entries) this.#outcomes.set(entry, { entry, installed });
  }

  #fail(work: Work, thrown: unknown): void {
    for (const entry of work.entries) this.#failEntry(entry, thrown);
    const [entry] = work.entries as [ExtensionEntry];
    const outcome = this.#outcomes.get(entry);
    if (outcome && 'error' in outcome) this.#report(work, 'failed', outcome.error.message);
  }

  #failEntry(entry: ExtensionEntry, thrown: unknown): void {
    const error = asInstallError(thrown, entry, this.options.libDirectory);
    this.#outcomes.set(entry, { entry, error: error.at(placeOfEntry(entry)) });
  }

  async #attempt(entry: ExtensionEntry, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failEntry(entry, error);
    }
  }

  #report({ entries }: Work, phase: InstallEvent['phase'], message: string): void {
    for (const entry of entries) this.options.onProgress?.({ entry, phase, message });
  }
}

/** The directory is the real one, as it will stand in the stacks of errors. */
async function packageOf(tree: string, receipt: Receipt, how: InstalledPackage['how']): Promise<InstalledPackage> {
  const directory = await realpath(path.join(tree, receipt.directory));
  return { directory, name: receipt.package, version: receipt.version, how };
}

const VOLUME_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

function asInstallError(thrown: unknown, entry: ExtensionEntry, directory: string): BacklotError {
  if (!(thrown instanceof BacklotError)) {
    const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
    if (code !== undefined && VOLUME_CODES.has(code)) return volumeError(thrown as NodeJS.ErrnoException, directory);
  }
  return asBacklotError(thrown, 'BACKLOT_E_INSTALL_FAILED', `${entry.spec} could not be installed`);
}

function unfinished(entry: ExtensionEntry): BacklotError {
  return new BacklotError('BACKLOT_E_INTERNAL', `nothing came of installing ${entry.spec}`);
}
