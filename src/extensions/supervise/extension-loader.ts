/** From an installed package to a constructed extension whose `onExtensionLoad` has run. */
import type { Logger } from 'winston';
import { asBacklotError, BacklotError } from '../../api/errors';
import type { Containers } from '../../api/containers';
import { constructWith, type ExtensionServices, type PlatformInfo } from '../../api/services';
import type { StateOwner, StateServices } from '../../state';
import { checkVersion } from '../check-version';
import type { ContainerOwner } from '../containers/container-host';
import type { InstalledPackage } from '../install';
import type { ExtensionEntry } from '../list';
import { importExtensionClass, type ExtensionClass } from '../load';
import { readManifest, type ExtensionManifest, type ManifestItem } from '../manifest';
import { selectExtensions } from '../select-extensions';
import { displaySpec } from '../spec';
import { validateConfig } from '../validate-config';
import type { Attribution } from './attribution';
import { SupervisedExtension, type ExtensionFacts } from './supervised-extension';
import { TimeLimitExceeded, withTimeLimit } from './time-limit';

export interface ExtensionLoaderOptions {
  readonly attribution: Attribution;
  readonly log: Logger;
  readonly platform: PlatformInfo;
  /** How long an import, and each hook, may take, in milliseconds. */
  readonly hookTimeout: number;
  readonly logOf: (extension: string) => Logger;
  /** The folder for an extension’s data, made if it is missing. */
  readonly dataDirectoryOf: (extension: string) => string;
  /** The containers of an extension. */
  readonly containersOf: (owner: ContainerOwner) => Containers;
  /** What an extension keeps, and what goes with that. */
  readonly stateOf: (owner: Omit<StateOwner, 'report'>) => StateServices;
  /** Aborted when the state that the running code belongs to is over for an extension; undefined where it belongs to none. */
  readonly epochOf: (extension: string) => AbortSignal | undefined;
  /** How a class is got from the folder of its package; {@link importExtensionClass} when left out. */
  readonly importClass?: typeof importExtensionClass;
}

/** An extension that a package holds and an entry means; nothing of it has run yet. */
export interface Candidate {
  readonly extension: SupervisedExtension;
  readonly entry: ExtensionEntry;
  readonly installed: InstalledPackage;
  readonly manifest: ExtensionManifest;
  readonly item: ManifestItem;
}

export class ExtensionLoader {
  constructor(private readonly options: ExtensionLoaderOptions) {}

  /** The extensions of a package that an entry means. Throws what reading the manifest and checking the version throw. */
  async candidates(entry: ExtensionEntry, installed: InstalledPackage): Promise<Candidate[]> {
    const manifest = await readManifest(installed.directory);
    const { warning } = checkVersion(manifest, this.options.platform.version);
    if (warning !== undefined) this.options.log.warn(warning);
    return selectExtensions(entry, manifest).map((item) => {
      const { description, author } = manifest;
      const told = {
        ...(description === undefined ? {} : { description }),
        ...(author === undefined ? {} : { author }),
      };
      const facts = { name: item.name, ...factsOf(installed), ...told };
      return { extension: this.supervise(facts, entry), entry, installed, manifest, item };
    });
  }

  /** Puts an extension under supervision, whether or not it will live. */
  supervise(facts: Omit<ExtensionFacts, 'spec' | 'required' | 'entry'>, entry: ExtensionEntry): SupervisedExtension {
    const report = (thrown: unknown, what: string): void => {
      const where = { extension: facts.name };
      this.options.log.error(
        new BacklotError('BACKLOT_E_HOOK_FAILED', `${what} failed`, { where, cause: thrown }).format(),
      );
    };
    return new SupervisedExtension(
      { ...facts, spec: displaySpec(entry.spec), required: entry.required, entry },
      this.options.attribution,
      report,
      () => this.options.epochOf(facts.name),
    );
  }

  /** Imports, constructs and loads it. Throws a BacklotError that names the extension. */
  async load({ extension, entry, installed, manifest, item }: Candidate): Promise<void> {
    const { attribution, hookTimeout, log } = this.options;
    const began = performance.now();
    attribution.register(extension.name, installed.directory);
    const type = await this.#import(extension, manifest, item, installed.directory);
    const config = await validateConfig(type, entry, extension.name);
    this.#construct(extension, type, config, installed.files ?? installed.directory);
    await extension.call('onExtensionLoad', hookTimeout);
    const time = Math.round(performance.now() - began);
    log.info(`${extension.name} ${installed.version} loaded (${installed.how}) in ${time} ms`);
  }

  async #import(
    { name }: SupervisedExtension,
    manifest: ExtensionManifest,
    item: ManifestItem,
    directory: string,
  ): Promise<ExtensionClass> {
    const { attribution, hookTimeout, importClass = importExtensionClass } = this.options;
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

  #construct(extension: SupervisedExtension, type: ExtensionClass, config: unknown, packageDirectory: string): void {
    const { attribution, containersOf, dataDirectoryOf, logOf, platform, stateOf } = this.options;
    const { name, resources } = extension;
    let containers: Containers | undefined;
    let kept: StateServices | undefined;
    const keeping = (): StateServices => {
      kept ??= stateOf({
        name,
        bind: (run) => extension.bind(run),
        warn: (message) => services.log.warn(message),
        signal: resources.signal,
      });
      return kept;
    };
    const services: ExtensionServices = {
      log: logOf(name),
      config,
      platform,
      resources,
      packageDirectory,
      get dataDirectory() {
        return dataDirectoryOf(name);
      },
      get containers() {
        return (containers ??= containersOf({
          name,
          log: services.log,
          packageDirectory,
          dataDirectory: () => dataDirectoryOf(name),
          resources,
          allow: (milliseconds) => extension.allowStart(milliseconds),
          ail: (part, ailment) => extension.ail(part, ailment),
        }));
      },
      get state() {
        return (extension.keeps = keeping().state);
      },
      get clock() {
        return keeping().clock;
      },
      get ids() {
        return keeping().ids;
      },
      get webhooks() {
        return keeping().webhooks;
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
}

/** What an installed package says about its extensions. */
export function factsOf(installed: InstalledPackage): { package: string; version: string; directory: string } {
  return { package: installed.name, version: installed.version, directory: installed.directory };
}
