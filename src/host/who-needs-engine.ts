import path from 'node:path';
import { installExtensions } from '../extensions/install';
import { rootOf } from '../extensions/install/locked-tree';
import { ReadyPackages } from '../extensions/install/ready-packages';
import {
  AUTO_INSTALL,
  entriesFromAutoInstall,
  type ExtensionEntry,
  mergeEntries,
  namesOfEntries,
  type NamesOfEntry,
  readExtensionList,
} from '../extensions/list';
import { ExtensionsLock, lockFileOf, type LockedExtension } from '../extensions/lock';
import { readManifest } from '../extensions/manifest';
import { describeVersion, readRegistrySettings, RegistryClient } from '../extensions/registry';
import { hostInstallOptions } from './host-library';
import type { Settings } from './settings';

/** What the extensions of an instance say about whether they run containers. */
export interface EngineNeeds {
  /** The names of those whose package says so. */
  readonly asking: readonly string[];
  /** Packages that could not be looked at, each with the reason. */
  readonly unknown: readonly string[];
}

type Inputs = Pick<Settings, 'extensionsFile' | 'environment' | 'devFolders'>;

/**
 * Which extensions run containers (`"containers": true` in their package.json). Folders and what came with Backlot are looked at;
 * with `thorough` also what the registry says of packages, and what else there is is fetched.
 *
 * It never rejects for a package: what is wrong with one is told by the platform that loads it.
 */
export async function whoNeedsEngine(inputs: Inputs, thorough: boolean): Promise<EngineNeeds> {
  const file = inputs.extensionsFile ?? path.resolve('extensions.json');
  const listed =
    inputs.extensionsFile === undefined ? [] : await readExtensionList(file, { mustExist: false }).catch(() => []);
  const extra = entriesFromAutoInstall(inputs.environment[AUTO_INSTALL] ?? '', path.dirname(file));
  const entries = mergeEntries(listed, extra).filter(({ enabled }) => enabled);
  const look = new Look(file, thorough);
  const names = await namesOfEntries(entries);
  const looks = [...names.map((each) => look.at(each)), ...inputs.devFolders.map(({ source }) => look.inside(source))];
  const found = await Promise.all(looks);
  return {
    asking: [...new Set(found.flatMap((each) => each.asking))],
    unknown: found.flatMap((each) => each.unknown),
  };
}

const NOBODY: EngineNeeds = { asking: [], unknown: [] };

class Look {
  readonly #ready: ReadyPackages;

  constructor(
    private readonly file: string,
    private readonly thorough: boolean,
  ) {
    const { platformRoot, bundledDirectory, sourceDirectory } = hostInstallOptions(file);
    this.#ready = new ReadyPackages({ platformRoot, bundledDirectory, sourceDirectory });
  }

  async at({ entry, spec }: NamesOfEntry): Promise<EngineNeeds> {
    if (spec?.kind === 'folder') return this.inside(spec.path, entry.name);
    if (spec?.kind === 'registry') {
      const official = (await this.#ready.folders()).find(({ name }) => name === spec.name);
      if (official) return this.inside(official.folder, entry.name);
    }
    if (!spec || !this.thorough) return NOBODY;
    try {
      return spec.kind === 'registry' ? await this.#inRegistry(entry, spec) : await this.#fetched(entry);
    } catch (error) {
      return { asking: [], unknown: [`${entry.spec}: ${(error as Error).message}`] };
    }
  }

  /** Looks into the folder of a package. */
  async inside(folder: string, only?: string): Promise<EngineNeeds> {
    const manifest = await readManifest(folder).catch(() => undefined);
    if (!manifest?.containers) return NOBODY;
    return { asking: only === undefined ? manifest.extensions.map(({ name }) => name) : [only], unknown: [] };
  }

  async #inRegistry(entry: ExtensionEntry, spec: { name: string; range: string }): Promise<EngineNeeds> {
    const client = new RegistryClient(await readRegistrySettings({ projectDirectory: path.dirname(this.file) }));
    const held = this.#held(entry);
    const version = held?.source.kind === 'registry' ? rootOf(held).version : spec.range;
    const { containers, extensions } = describeVersion(await client.packument(spec.name), version);
    if (!containers) return NOBODY;
    return { asking: entry.name === undefined ? extensions : [entry.name], unknown: [] };
  }

  async #fetched(entry: ExtensionEntry): Promise<EngineNeeds> {
    const options = hostInstallOptions(this.file);
    const held = this.#held(entry);
    // Not the lock of the list, which would be written to: nobody asked for that.
    const lock = { file: path.join(options.libDirectory, 'looked-at.lock.json'), frozen: false };
    const locked = held ? { locked: { [entry.spec]: held } } : {};
    const [outcome] = await installExtensions([entry], { ...options, lock, ...locked });
    if (outcome === undefined) return NOBODY;
    if ('error' in outcome) throw outcome.error;
    return this.inside(outcome.installed.directory, entry.name);
  }
  #held({ spec }: ExtensionEntry): LockedExtension | undefined {
    return ExtensionsLock.read({ file: lockFileOf(this.file), frozen: false }).get(spec);
  }
}
