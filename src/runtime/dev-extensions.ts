/** Extensions that are developed: loaded from copies of their folders, and replaced on every save. */
import { join } from 'node:path';
import type { Logger } from 'winston';
import { BacklotError } from '../api/errors';
import { linkDependencies, startDevMode, type DevChange, type DevMode, type Generation } from '../extensions/dev';
import { installDependencies } from '../extensions/install/install-dependencies';
import type { InstallOutcome } from '../extensions/install';
import type { ExtensionEntry } from '../extensions/list';
import { PACKAGE_ROOT } from '../extensions/own-package';
import type { ExtensionSet } from '../extensions/supervise/extension-set';
import type { Settings } from './settings';
import type { Volume } from './volume';

export interface DevExtensionsOptions {
  readonly settings: Settings;
  readonly volume: Volume;
  readonly log: Logger;
  readonly extensions: ExtensionSet;
}

/** How many changed files a line names. */
const NAMED_FILES = 3;

export class DevExtensions {
  #mode: DevMode | undefined;
  /** What the list says about each folder. */
  readonly #entries = new Map<string, ExtensionEntry>();

  constructor(private readonly options: DevExtensionsOptions) {}

  /**
   * Begins to watch the folders that are developed, and puts what they hold in the place of what was installed of the same
   * packages: the list's own options for them, such as "config", stay.
   */
  async takePlaces(outcomes: readonly InstallOutcome[]): Promise<InstallOutcome[]> {
    const { settings, volume, log } = this.options;
    const folders = settings.BACKLOT_DEV_EXTENSIONS;
    if (folders.length === 0) return [...outcomes];
    this.#mode = await startDevMode({
      folders,
      cacheDirectory: join(volume.lib, 'dev'),
      platformRoot: PACKAGE_ROOT,
      poll: settings.BACKLOT_DEV_POLL,
      installDependencies: async (request) => {
        // What an author has installed is for the author's machine, which a container is not.
        if (!settings.BACKLOT_IN_CONTAINER && (await linkDependencies(request))) return;
        await installDependencies(request, {
          cache: volume.cache,
          temporary: volume.tmp,
          fetchTimeout: settings.BACKLOT_FETCH_TIMEOUT * 1000,
          ...(settings.BACKLOT_IN_CONTAINER ? { npmrc: settings.BACKLOT_NPMRC } : {}),
        });
      },
      onChange: (change) => this.#reload(change),
      onError: (error, folder) => log.error(`${folder}: ${error.format()}`),
    });
    return this.#mode.first.reduce((all, change) => this.#put(all, change), [...outcomes]);
  }

  async close(): Promise<void> {
    await this.#mode?.close();
  }

  #put(outcomes: readonly InstallOutcome[], change: DevChange): InstallOutcome[] {
    const { folder } = change;
    const isSame = (outcome: InstallOutcome): boolean =>
      'generation' in change && 'installed' in outcome && outcome.installed.name === change.generation.manifest.package;
    const own: ExtensionEntry = {
      spec: `file:${folder}`,
      enabled: true,
      required: false,
      origin: { source: folder, baseDirectory: folder },
    };
    const index = outcomes.findIndex((outcome) => isSame(outcome) || outcome.entry.spec === own.spec);
    const entry = outcomes[index]?.entry ?? own;
    this.#entries.set(folder, entry);
    const outcome: InstallOutcome =
      'generation' in change ? { entry, installed: installedOf(change.generation) } : { entry, error: change.error };
    return index === -1 ? [...outcomes, outcome] : outcomes.map((each, at) => (at === index ? outcome : each));
  }

  /** Says whether the new generation is in use. */
  async #reload(change: DevChange): Promise<boolean> {
    const { log, extensions } = this.options;
    const { folder, files, since } = change;
    const entry = this.#entries.get(folder);
    try {
      if ('error' in change) throw change.error;
      if (!entry) return false;
      const reloaded = await extensions.add(entry, installedOf(change.generation), () => undefined);
      const names = reloaded.map(({ name }) => name).join(', ');
      log.info(`reloaded ${names} in ${Math.round(performance.now() - since)} ms: ${listOf(files)} changed`);
      return true;
    } catch (thrown) {
      const text = thrown instanceof BacklotError ? thrown.format() : String(thrown);
      const shown = this.#mode?.withOriginalPaths(text) ?? text;
      log.error(`${listOf(files)} changed, and the new one did not start; the old one stays\n${shown}`);
      return false;
    }
  }
}

function installedOf({ directory, manifest }: Generation) {
  return { directory, name: manifest.package, version: manifest.version, how: 'developed' } as const;
}

function listOf(files: readonly string[]): string {
  const named = files.slice(0, NAMED_FILES).join(', ');
  return files.length > NAMED_FILES ? `${named} and ${files.length - NAMED_FILES} more` : named;
}
