/** All extensions of a platform: loads them, takes them through their hooks, and keeps the failures of each its own. */
import { asBacklotError, BacklotError } from '../../api/errors';
import type { HookName } from '../../api/extension';
import type { Gateway } from '../../gateway/gateway';
import type { OwnedGateway, Stage } from '../../gateway/stage';
import type { InstalledPackage, InstallOutcome } from '../install';
import type { ExtensionEntry } from '../list';
import type { Seeder } from '../seeds';
import { displaySpec } from '../spec';
import { ExtensionLoader, factsOf, type Candidate, type ExtensionLoaderOptions } from './extension-loader';
import type { SupervisedExtension } from './supervised-extension';

export interface ExtensionSetOptions extends ExtensionLoaderOptions {
  readonly gateway: Gateway;
  /** Is told of every failure of an extension, beside the log. */
  readonly onFailure?: (failure: BacklotError) => void;
  /** Extensions that are not to be loaded at a start, by their names, each with the reason. */
  readonly leftOut?: ReadonlyMap<string, BacklotError>;
  /** Runs a function as outside of the request that asks for a change: hooks belong to the state of no request. */
  readonly outside: <R>(run: () => R) => R;
  /** Fills the state of extensions that have started. */
  readonly seeder: Seeder;
  /** Is told of extensions that were started in the running platform. */
  readonly onStarted?: (names: readonly string[]) => void;
}

/** The hooks that a withdrawn extension may still get: time to close what it opened, in milliseconds. */
const CLOSING_TIME = 5_000;

/** The hooks of a start, in their order, before the platform is ready. */
const START_HOOKS = [
  'onPlatformStart',
  'updateGatewayRoutes',
  'updateRequestHandlers',
  'updateResponseHandlers',
  'updateExceptionHandlers',
  'updateFinalizers',
] as const;

/** Is told how far a change of the running set has come. */
export type ChangeListener = (phase: 'loading' | 'starting' | 'draining' | 'stopping', message: string) => void;

export class ExtensionSet {
  readonly #options: ExtensionSetOptions;
  readonly #loader: ExtensionLoader;
  #all: SupervisedExtension[] = [];
  /** The extensions that own their names: of two with one name, the first. */
  readonly #byName = new Map<string, SupervisedExtension>();
  /** Changes of the running set, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: ExtensionSetOptions) {
    this.#options = options;
    this.#loader = new ExtensionLoader(options);
  }

  /** Every extension that was asked for, in the order of extensions.json, whatever became of it. */
  get all(): readonly SupervisedExtension[] {
    return this.#all;
  }

  /** Loads what was installed, one after the other, and calls `onExtensionLoad`. Never throws for an extension. */
  async load(outcomes: readonly InstallOutcome[]): Promise<void> {
    for (const outcome of outcomes) {
      if ('error' in outcome) this.#addFailed(outcome.entry, outcome.error);
      else await this.#loadPackage(outcome.entry, outcome.installed);
    }
  }

  /** Names an extension that its entry switches off. */
  addDisabled(entry: ExtensionEntry): void {
    const extension = this.#loader.supervise({ name: entry.name ?? displaySpec(entry.spec) }, entry);
    extension.moveTo('disabled');
    this.#all.push(extension);
  }

  /** Calls a hook of every living extension, in order, and waits for each. An extension that fails is withdrawn. */
  async callHook(hook: Exclude<HookName, 'onExtensionLoad' | 'onPlatformShutdown'>): Promise<void> {
    for (const extension of this.#living()) {
      await this.#guard(extension, () => this.#call(extension, hook, () => this.#options.gateway.forOwner(extension)));
    }
  }

  /** Calls every hook of a start that comes before the platform is ready, one over all extensions before the next. */
  async start(afterEach: () => void): Promise<void> {
    this.moveTo('starting');
    for (const hook of START_HOOKS) {
      await this.callHook(hook);
      afterEach();
    }
    this.moveTo('running');
  }

  /** Says of every living extension that it is in a new state. */
  moveTo(state: 'starting' | 'running'): void {
    for (const extension of this.#living()) extension.moveTo(state);
  }

  /** Calls `onPlatformShutdown` of every living extension, the last one first, each for at most `limit` milliseconds. */
  async shutDown(limit: number): Promise<void> {
    const deadline = Date.now() + limit;
    for (const extension of this.#living().reverse()) {
      extension.moveTo('stopping');
      const left = Math.max(1, Math.min(this.#options.hookTimeout, deadline - Date.now()));
      await this.#close(extension, left);
      extension.moveTo('stopped');
    }
  }

  /**
   * Starts what was installed in the running platform; extensions of the same package, or of the same name and spec, are
   * replaced. All of the package’s extensions that the entry means are started, or none.
   *
   * They load and go through the hooks of a start while the old ones go on serving; then they take their place in one
   * step. Requests in flight finish on the old ones, which are shut down afterwards. When anything fails before
   * that, the new ones are shut down, the old ones stay as they were, and the BacklotError is thrown; also
   * BACKLOT_E_NAME_TAKEN for a name that an extension of another package has. Code that changed has to come from another
   * directory than before: a module is only ever imported once.
   */
  add(entry: ExtensionEntry, installed: InstalledPackage, onProgress: ChangeListener): Promise<SupervisedExtension[]> {
    return this.#oneAtATime(() => this.#add(entry, installed, onProgress));
  }

  /** Takes extensions out of the running platform: requests in flight finish, then they are shut down. */
  remove(extensions: readonly SupervisedExtension[], onProgress: ChangeListener): Promise<void> {
    return this.#oneAtATime(async () => {
      const { gateway } = this.#options;
      const before = gateway.inFlight(extensions);
      gateway.swap([], extensions);
      this.#all = this.#all.filter((extension) => !extensions.includes(extension));
      for (const extension of extensions) this.#releaseName(extension);
      await this.#retire(extensions, before, onProgress);
    });
  }

  /** The first extension that is required and failed. */
  failedRequired(): SupervisedExtension | undefined {
    return this.#all.find((extension) => extension.facts.required && extension.state === 'error');
  }

  /** Notes and logs an error that escaped from an extension outside of hooks and requests, unless a reset caused it. It goes on. */
  reportEscaped(name: string, thrown: unknown, origin: string): void {
    // What goes on over a state that was replaced is to end that way.
    if (thrown instanceof BacklotError && thrown.code === 'BACKLOT_E_STATE_FENCED') return;
    const extension = this.#byName.get(name);
    if (extension) extension.lateErrors++;
    const error = new BacklotError('BACKLOT_E_LATE_ERROR', `${origin} in ${name}`, {
      where: { extension: name },
      cause: thrown,
    });
    this.#report(error);
  }

  #report(failure: BacklotError): void {
    this.#options.log.error(failure.format());
    this.#options.onFailure?.(failure);
  }

  #oneAtATime<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(() => this.#options.outside(change));
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #add(
    entry: ExtensionEntry,
    installed: InstalledPackage,
    onProgress: ChangeListener,
  ): Promise<SupervisedExtension[]> {
    const { gateway } = this.#options;
    const candidates = await this.#loader.candidates(entry, installed);
    const fresh = candidates.map(({ extension }) => extension);
    const replaced = this.#replacedBy(entry, installed, fresh);
    const oldOf = (extension: SupervisedExtension): SupervisedExtension | undefined =>
      replaced.find(({ name, alive }) => alive && name === extension.name);
    let undo: (() => void) | undefined;
    try {
      const stages = await this.#startStaged(candidates, onProgress);
      const before = gateway.inFlight(replaced);
      undo = gateway.swap(
        stages.map((stage, index) => [stage, oldOf(fresh[index] as SupervisedExtension)] as const),
        replaced,
      );
      for (const extension of fresh) extension.moveTo('running');
      for (const extension of fresh) await extension.call('onPlatformReady', this.#options.hookTimeout);
      this.#takePlaces(fresh, replaced);
      this.#options.onStarted?.(fresh.map(({ name }) => name));
      await this.#retire(replaced, before, onProgress);
      return fresh;
    } catch (thrown) {
      undo?.();
      const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', `${displaySpec(entry.spec)} could not be started`);
      for (const extension of fresh) {
        const wasAlive = extension.alive;
        extension.fail(error);
        if (wasAlive) await this.#close(extension, Math.min(CLOSING_TIME, this.#options.hookTimeout));
        else await extension.resources.dispose(CLOSING_TIME);
        this.#options.attribution.forget(extension.name, installed.directory);
      }
      for (const { name, facts } of replaced) {
        if (facts.directory !== undefined) this.#options.attribution.register(name, facts.directory);
      }
      throw error;
    }
  }

  /** Calls a hook; around the first one of a start, the seed is read before it and put in after it. */
  async #call(extension: SupervisedExtension, hook: HookName, gateway: () => OwnedGateway): Promise<void> {
    const { hookTimeout, seeder } = this.#options;
    const seed = hook === 'onPlatformStart' ? await seeder.prepare(extension) : undefined;
    await extension.call(hook, hookTimeout, argumentOf(hook, gateway));
    seed?.plant();
  }

  /** Loads extensions and takes them through the hooks of a start; what they add to the gateway waits in stages. */
  async #startStaged(candidates: readonly Candidate[], onProgress: ChangeListener): Promise<Stage[]> {
    const { gateway } = this.#options;
    for (const candidate of candidates) {
      onProgress('loading', `loading ${candidate.extension.name} ${candidate.installed.version}`);
      await this.#loader.load(candidate);
    }
    const fresh = candidates.map(({ extension }) => extension);
    const stages = fresh.map((extension) => gateway.stage(extension));
    for (const extension of fresh) {
      onProgress('starting', `starting ${extension.name}`);
      extension.moveTo('starting');
    }
    for (const hook of START_HOOKS) {
      for (const [index, extension] of fresh.entries()) {
        await this.#call(extension, hook, () => stages[index] as Stage);
      }
    }
    return stages;
  }

  /** The extensions that new ones take the place of. Throws BACKLOT_E_NAME_TAKEN. */
  #replacedBy(
    entry: ExtensionEntry,
    installed: InstalledPackage,
    fresh: readonly SupervisedExtension[],
  ): SupervisedExtension[] {
    const names = new Set(fresh.map(({ name }) => name));
    const isReplaced = ({ name, facts }: SupervisedExtension): boolean => {
      const isSamePackage = facts.package === installed.name || facts.entry.spec === entry.spec;
      return isSamePackage && (entry.name === undefined || names.has(name) || facts.package === undefined);
    };
    const replaced = this.#all.filter(isReplaced);
    const other = this.#all.find(
      (extension) => extension.alive && names.has(extension.name) && !replaced.includes(extension),
    );
    if (other) throw nameTaken(other, fresh.find(({ name }) => name === other.name) as SupervisedExtension);
    return replaced;
  }

  /** Each new extension stands where the old one of its name stood; the others at the end. */
  #takePlaces(fresh: readonly SupervisedExtension[], replaced: readonly SupervisedExtension[]): void {
    const left = new Set(fresh);
    const all: SupervisedExtension[] = [];
    for (const extension of this.#all) {
      if (!replaced.includes(extension)) all.push(extension);
      const heir = replaced.includes(extension) && fresh.find(({ name }) => name === extension.name);
      if (heir && left.delete(heir)) all.push(heir);
    }
    this.#all = [...all, ...left];
    for (const extension of replaced) this.#releaseName(extension);
    for (const extension of fresh) this.#byName.set(extension.name, extension);
  }

  #releaseName(extension: SupervisedExtension): void {
    if (this.#byName.get(extension.name) === extension) this.#byName.delete(extension.name);
  }

  /** Waits for the requests that extensions still serve, then shuts them down. */
  async #retire(
    extensions: readonly SupervisedExtension[],
    before: ReturnType<Gateway['inFlight']>,
    onProgress: ChangeListener,
  ): Promise<void> {
    const { gateway, hookTimeout, log, attribution } = this.#options;
    const living = extensions.filter(({ alive }) => alive);
    if (living.length === 0) return;
    const names = living.map(({ name }) => name).join(', ');
    gateway.closeSockets(living);
    if (before.some(({ count }) => count > 0))
      onProgress('draining', `waiting for requests that ${names} still serves`);
    if (!(await gateway.drained(before, hookTimeout))) {
      log.warn(
        `requests that ${names} serves did not end within ${hookTimeout / 1000} s: it is shut down all the same`,
      );
    }
    for (const extension of [...living].reverse()) {
      onProgress('stopping', `stopping ${extension.name} ${extension.facts.version ?? ''}`.trim());
      extension.moveTo('stopping');
      await this.#close(extension, hookTimeout);
      extension.moveTo('stopped');
      const { directory } = extension.facts;
      const isInUse = this.#all.some(({ name, facts }) => name === extension.name && facts.directory === directory);
      if (directory !== undefined && !isInUse) attribution.forget(extension.name, directory);
    }
  }

  #living(): SupervisedExtension[] {
    return this.#all.filter((extension) => extension.alive);
  }

  async #loadPackage(entry: ExtensionEntry, installed: InstalledPackage): Promise<void> {
    let candidates: readonly Candidate[];
    try {
      candidates = await this.#loader.candidates(entry, installed);
    } catch (thrown) {
      this.#addFailed(
        entry,
        asBacklotError(thrown, 'BACKLOT_E_INTERNAL', `${displaySpec(entry.spec)} cannot be read`),
        installed,
      );
      return;
    }
    for (const candidate of candidates) {
      this.#all.push(candidate.extension);
      await this.#guard(candidate.extension, async () => {
        this.#takeName(candidate.extension);
        const reason = this.#options.leftOut?.get(candidate.extension.name);
        if (reason) throw reason;
        await this.#loader.load(candidate);
      });
    }
  }

  #takeName(extension: SupervisedExtension): void {
    const other = this.#byName.get(extension.name);
    if (other) throw nameTaken(other, extension);
    this.#byName.set(extension.name, extension);
  }

  /** Does a step for an extension; when it throws, the extension is withdrawn and nothing else happens. */
  async #guard(extension: SupervisedExtension, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      const where = { extension: extension.name };
      await this.#withdraw(extension, asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'loading it failed', where));
    }
  }

  async #withdraw(extension: SupervisedExtension, error: BacklotError): Promise<void> {
    const opened = extension.alive;
    extension.fail(error);
    this.#report(error);
    this.#options.gateway.withdraw(extension);
    if (opened) await this.#close(extension, Math.min(CLOSING_TIME, this.#options.hookTimeout));
    else await extension.resources.dispose(CLOSING_TIME);
  }

  async #close(extension: SupervisedExtension, limit: number): Promise<void> {
    // What it had in the gateway may have been taken out by a swap; its open connections are cut by this.
    this.#options.gateway.withdraw(extension);
    try {
      await extension.call('onPlatformShutdown', limit);
    } catch (error) {
      this.#report(error as BacklotError);
    }
    await extension.resources.dispose(limit);
  }

  #addFailed(entry: ExtensionEntry, error: BacklotError, installed?: InstalledPackage): void {
    const name = entry.name ?? installed?.name ?? displaySpec(entry.spec);
    const extension = this.#loader.supervise({ name, ...(installed ? factsOf(installed) : {}) }, entry);
    this.#all.push(extension);
    const placed = error.at({ extension: name });
    extension.fail(placed);
    this.#report(placed);
  }
}

/** What each hook that adds to the gateway gets of it. */
const ARGUMENTS: Partial<Record<HookName, keyof OwnedGateway>> = {
  updateGatewayRoutes: 'router',
  updateRequestHandlers: 'requestHandlers',
  updateResponseHandlers: 'responseHandlers',
  updateExceptionHandlers: 'exceptionHandlers',
  updateFinalizers: 'finalizers',
};

function argumentOf(hook: HookName, gateway: () => OwnedGateway): unknown {
  const part = ARGUMENTS[hook];
  return part && gateway()[part];
}

function nameTaken(other: SupervisedExtension, extension: SupervisedExtension): BacklotError {
  const both = `${other.facts.package} (${other.facts.spec}) and ${extension.facts.package} (${extension.facts.spec})`;
  return new BacklotError('BACKLOT_E_NAME_TAKEN', `${both} both hold an extension named ${extension.name}`, {
    where: { extension: extension.name },
  });
}
