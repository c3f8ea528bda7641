/** All extensions of a platform: loads them, takes them through their hooks, and keeps the failures of each its own. */
import type { Logger } from 'winston';
import { asBacklotError, BacklotError } from '../../api/errors';
import type { HookName } from '../../api/extension';
import { constructWith, type PlatformInfo } from '../../api/services';
import type { Gateway, OwnedGateway } from '../../gateway/gateway';
import { checkVersion } from '../check-version';
import type { InstalledPackage, InstallOutcome } from '../install';
import type { ExtensionEntry } from '../list';
import { importExtensionClass, type ExtensionClass } from '../load';
import { readManifest, type ExtensionManifest, type ManifestItem } from '../manifest';
import { selectExtensions } from '../select-extensions';
import { validateConfig } from '../validate-config';
import type { Attribution } from './attribution';
import { SupervisedExtension } from './supervised-extension';
import { TimeLimitExceeded, withTimeLimit } from './time-limit';

export interface ExtensionSetOptions {
  readonly gateway: Gateway;
  readonly attribution: Attribution;
  readonly log: Logger;
  readonly platform: PlatformInfo;
  /** How long an import, and each hook, may take, in milliseconds. */
  readonly hookTimeout: number;
  readonly logOf: (extension: string) => Logger;
  /** The folder for an extension’s data, made if it is missing. */
  readonly dataDirectoryOf: (extension: string) => string;
  /** How a class is got from the folder of its package; {@link importExtensionClass} when left out. */
  readonly importClass?: typeof importExtensionClass;
  /** Is told of every failure of an extension, beside the log. */
  readonly onFailure?: (failure: BacklotError) => void;
}

/** The hooks that a withdrawn extension may still get: time to close what it opened, in milliseconds. */
const CLOSING_TIME = 5_000;

export class ExtensionSet {
  readonly #options: ExtensionSetOptions;
  readonly #all: SupervisedExtension[] = [];
  /** The extensions that own their names: of two with one name, the first. */
  readonly #byName = new Map<string, SupervisedExtension>();

  constructor(options: ExtensionSetOptions) {
    this.#options = options;
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
    const extension = this.#supervise({ name: entry.name ?? entry.spec }, entry);
    extension.moveTo('disabled');
  }

  /** Calls a hook of every living extension, in order, and waits for each. An extension that fails is withdrawn. */
  async callHook(hook: Exclude<HookName, 'onExtensionLoad' | 'onPlatformShutdown'>): Promise<void> {
    for (const extension of this.#living()) {
      await this.#guard(extension, () =>
        extension.call(hook, this.#options.hookTimeout, this.#argumentOf(hook, extension)),
      );
    }
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

  /** The first extension that is required and failed. */
  failedRequired(): SupervisedExtension | undefined {
    return this.#all.find((extension) => extension.facts.required && extension.state === 'error');
  }

  /** Notes and logs an error that escaped from an extension outside of hooks and requests. It goes on. */
  reportEscaped(name: string, thrown: unknown, origin: string): void {
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

  #living(): SupervisedExtension[] {
    return this.#all.filter((extension) => extension.alive);
  }

  async #loadPackage(entry: ExtensionEntry, installed: InstalledPackage): Promise<void> {
    let manifest: ExtensionManifest;
    let items: readonly ManifestItem[];
    try {
      manifest = await readManifest(installed.directory);
      const { warning } = checkVersion(manifest, this.#options.platform.version);
      if (warning !== undefined) this.#options.log.warn(warning);
      items = selectExtensions(entry, manifest);
    } catch (thrown) {
      this.#addFailed(entry, asBacklotError(thrown, 'BACKLOT_E_INTERNAL', `${entry.spec} cannot be read`), installed);
      return;
    }
    for (const item of items) await this.#loadItem(entry, installed, manifest, item);
  }

  async #loadItem(
    entry: ExtensionEntry,
    installed: InstalledPackage,
    manifest: ExtensionManifest,
    item: ManifestItem,
  ): Promise<void> {
    const began = performance.now();
    const { description } = manifest;
    const extension = this.#supervise(
      { name: item.name, ...factsOf(installed), ...(description === undefined ? {} : { description }) },
      entry,
    );
    await this.#guard(extension, async () => {
      this.#takeName(extension);
      this.#options.attribution.register(extension.name, installed.directory);
      const type = await this.#import(extension, manifest, item, installed.directory);
      const config = await validateConfig(type, entry, extension.name);
      this.#construct(extension, type, config);
      await extension.call('onExtensionLoad', this.#options.hookTimeout);
      const time = Math.round(performance.now() - began);
      this.#options.log.info(`${extension.name} ${installed.version} loaded (${installed.how}) in ${time} ms`);
    });
  }

  #takeName(extension: SupervisedExtension): void {
    const other = this.#byName.get(extension.name);
    if (!other) {
      this.#byName.set(extension.name, extension);
      return;
    }
    const both = `${other.facts.package} (${other.facts.spec}) and ${extension.facts.package} (${extension.facts.spec})`;
    throw new BacklotError('BACKLOT_E_NAME_TAKEN', `${both} both hold an extension named ${extension.name}`, {
      where: { extension: extension.name },
    });
  }

  async #import(
    { name }: SupervisedExtension,
    manifest: ExtensionManifest,
    item: ManifestItem,
    directory: string,
  ): Promise<ExtensionClass> {
    const { attribution, hookTimeout, importClass = importExtensionClass } = this.#options;
    try {
      return await withTimeLimit(hookTimeout, () =>
        attribution.run(name, () => importClass(manifest, item, directory)),
      );
    } catch (error) {
      if (!(error instanceof TimeLimitExceeded)) throw error;
      throw new BacklotError('BACKLOT_E_HOOK_TIMEOUT', `the import of ${item.module} ${error.message}`, {
        where: { extension: name },
      });
    }
  }

  #construct(extension: SupervisedExtension, type: ExtensionClass, config: unknown): void {
    const { attribution, dataDirectoryOf, logOf, platform } = this.#options;
    const { name } = extension;
    const services = {
      log: logOf(name),
      config,
      platform,
      get dataDirectory() {
        return dataDirectoryOf(name);
      },
    };
    const where = { extension: name };
    try {
      const instance = attribution.run(name, () => constructWith(services, () => new type()));
      if (instance.name !== name) {
        throw new BacklotError(
          'BACKLOT_E_NAME_MISMATCH',
          `the manifest calls it ${name}, and the class ${type.name} says name = "${instance.name}"`,
          { where },
        );
      }
      extension.adopt(instance);
    } catch (thrown) {
      throw asBacklotError(thrown, 'BACKLOT_E_HOOK_FAILED', `the constructor of ${type.name} threw`, where);
    }
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
    // An extension that never got its name has nothing in the gateway, and must not take out another's.
    if (this.#byName.get(extension.name) === extension) this.#options.gateway.withdraw(extension.name);
    if (opened) await this.#close(extension, Math.min(CLOSING_TIME, this.#options.hookTimeout));
  }

  async #close(extension: SupervisedExtension, limit: number): Promise<void> {
    try {
      await extension.call('onPlatformShutdown', limit);
    } catch (error) {
      this.#report(error as BacklotError);
    }
  }

  #argumentOf(hook: HookName, extension: SupervisedExtension): unknown {
    const part = ARGUMENTS[hook];
    return part && this.#options.gateway.forOwner(extension)[part];
  }

  #addFailed(entry: ExtensionEntry, error: BacklotError, installed?: InstalledPackage): void {
    const name = entry.name ?? installed?.name ?? entry.spec;
    const extension = this.#supervise({ name, ...(installed ? factsOf(installed) : {}) }, entry);
    const placed = error.at({ extension: name });
    extension.fail(placed);
    this.#report(placed);
  }

  #supervise(
    facts: Omit<SupervisedExtension['facts'], 'spec' | 'required'>,
    { spec, required }: ExtensionEntry,
  ): SupervisedExtension {
    const extension = new SupervisedExtension({ ...facts, spec, required }, this.#options.attribution);
    this.#all.push(extension);
    return extension;
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

function factsOf(installed: InstalledPackage): { package: string; version: string; directory: string } {
  return { package: installed.name, version: installed.version, directory: installed.directory };
}
