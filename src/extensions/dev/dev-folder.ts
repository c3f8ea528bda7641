import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { linkPlatform } from '../install/platform-links';
import { TARGET } from '../install/receipt';
import { readManifest, type ExtensionManifest } from '../manifest';
import { copyPackage } from './copy-package';
import { preferSources, writeModules } from './prefer-sources';
import { dependenciesOf } from './dependencies';
import { WHOLE_FOLDER } from './watch-folder';

/** What is to be installed for a folder: `directory` has no package.json and no node_modules yet, and gets them. Specs with paths are absolute. */
export interface DependencyRequest {
  readonly directory: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** The folder that asks for them, for messages. */
  readonly folder: string;
}

/** Installs dependencies, without running scripts; errors are BacklotErrors. `backlot` itself is never asked for. */
export type InstallDependencies = (request: DependencyRequest) => Promise<void>;

export interface DevFolderOptions {
  /** The folder of the package; read only. An absolute path. */
  readonly folder: string;
  /** Where copies are kept. */
  readonly cacheDirectory: string;
  /** The folder of the package of Backlot that runs. */
  readonly platformRoot: string;
  readonly installDependencies: InstallDependencies;
}

/** A copy of the package as it was at one moment. No module in it has been loaded before. */
export interface Generation {
  readonly number: number;
  /** The absolute path of the copy. */
  readonly directory: string;
  /** As it stands in the folder itself: places in it are those that its author knows. */
  readonly manifest: ExtensionManifest;
}

/** Written last into the folder of dependencies: with it they are whole. */
const WHOLE = 'installed.json';

/**
 * A folder with the package of an extension that is developed, and the generations that were made of it.
 *
 * Node loads a module once for each path. So every generation is a copy under a path of its own:
 * `<cache>/<folder>/<hash of the dependencies>/gen-<number>`, with the dependencies in `node_modules` beside it, where they are
 * found, and stay loaded, as long as they are the same.
 */
export class DevFolder {
  readonly folder: string;
  readonly #options: DevFolderOptions;
  #root: Promise<string> | undefined;
  #number = 0;
  #generations: Generation[] = [];

  constructor(options: DevFolderOptions) {
    this.folder = options.folder;
    this.#options = options;
  }

  /** The newest generation. */
  get newest(): Generation | undefined {
    return this.#generations.at(-1);
  }

  /**
   * Makes a generation of the folder as it is now. Throws what reading the manifest and installing the dependencies
   * throw; then there is none.
   */
  async next(): Promise<Generation> {
    const written = await readManifest(this.folder);
    const manifest = await preferSources(written, this.folder);
    const root = await (this.#root ??= this.#openRoot());
    const base = await this.#ensureDependencies(root);
    const number = ++this.#number;
    const directory = path.join(base, `gen-${number}`);
    await copyPackage(this.folder, directory);
    const isOther = manifest.extensions.some(({ module }, index) => module !== written.extensions[index]?.module);
    if (isOther) await writeModules(directory, manifest);
    const generation = { number, directory, manifest };
    this.#generations.push(generation);
    return generation;
  }

  /** Whether these files, relative to the folder, are in the newest generation just as they are in the folder. */
  async isUnchanged(files: readonly string[]): Promise<boolean> {
    const { newest } = this;
    if (!newest || files.length > MANY || files.includes(WHOLE_FOLDER)) return false;
    for (const file of files) {
      const [now, before] = await Promise.all([
        contentOf(path.join(this.folder, file)),
        contentOf(path.join(newest.directory, file)),
      ]);
      if (now === undefined ? before !== undefined : before === undefined || !now.equals(before)) return false;
    }
    return true;
  }

  /** Removes all generations but the newest, the one before it, and the one that is in use. */
  async prune(inUse: Generation | undefined): Promise<void> {
    const kept = this.#generations.filter((each) => each === inUse).concat(this.#generations.slice(-2));
    const old = this.#generations.filter((each) => !kept.includes(each));
    this.#generations = this.#generations.filter((each) => kept.includes(each));
    for (const { directory } of old) {
      forgetModules(directory);
      await rm(directory, { recursive: true, force: true });
    }
    await this.#removeUnusedDependencies();
  }

  /** A text, such as the stack of an error, with the paths of the folder itself instead of those of generations. */
  withOriginalPaths(text: string): string {
    const [newest] = this.#generations;
    if (!newest) return text;
    const root = path.dirname(path.dirname(newest.directory));
    const pattern = new RegExp(`${escape(root)}/[0-9a-f]+/gen-\\d+(?=/|\\b)`, 'g');
    return text.replace(pattern, () => this.folder);
  }

  /** The folder for the generations, without those of an earlier process. */
  async #openRoot(): Promise<string> {
    const { folder, cacheDirectory } = this.#options;
    const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8);
    const name = path.basename(folder).replace(/[^\w.-]+/g, '-');
    const root = path.join(cacheDirectory, `${name}-${hash}`);
    await mkdir(root, { recursive: true });
    for (const base of await readdir(root)) {
      for (const item of await readdir(path.join(root, base)).catch(() => [])) {
        if (item.startsWith('gen-')) await rm(path.join(root, base, item), { recursive: true, force: true });
      }
    }
    // The real path, as it will stand in stacks.
    return realpath(root);
  }

  async #ensureDependencies(root: string): Promise<string> {
    const { platformRoot, installDependencies } = this.#options;
    const dependencies = await dependenciesOf(this.folder);
    const key = JSON.stringify([TARGET, dependencies]);
    const base = path.join(root, createHash('sha256').update(key).digest('hex').slice(0, 12));
    const isWhole = (await contentOf(path.join(base, WHOLE))) !== undefined;
    if (!isWhole || (await hasBrokenLink(base, Object.keys(dependencies)))) {
      await mkdir(base, { recursive: true });
      await clear(base);
      if (Object.keys(dependencies).length > 0) {
        await installDependencies({ directory: base, dependencies, folder: this.folder });
      }
      await writeFile(path.join(base, WHOLE), JSON.stringify({ folder: this.folder, dependencies }));
    }
    await linkPlatform(base, platformRoot);
    return base;
  }

  /** Dependencies of which there is no generation any more. */
  async #removeUnusedDependencies(): Promise<void> {
    const [newest] = this.#generations;
    if (!newest) return;
    const used = this.#generations.map(({ directory }) => path.dirname(directory));
    const root = path.dirname(path.dirname(newest.directory));
    for (const name of await readdir(root)) {
      const base = path.join(root, name);
      if (!used.includes(base)) await rm(base, { recursive: true, force: true });
    }
  }
}

/** Removes all but generations, one of which may be in use. */
async function clear(base: string): Promise<void> {
  const others = (await readdir(base)).filter((name) => !name.startsWith('gen-'));
  for (const name of others) await rm(path.join(base, name), { recursive: true, force: true });
}

/** Whether one of the packages is a link to what is not there any more. */
async function hasBrokenLink(base: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const place = path.join(base, 'node_modules', name);
    const [own, target] = await Promise.allSettled([lstat(place), stat(place)]);
    if (own.status === 'fulfilled' && target.status === 'rejected') return true;
  }
  return false;
}

/** So many changed files are not compared: it would take longer than to take them. */
const MANY = 200;

async function contentOf(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(() => undefined);
}

/** Takes the modules of a folder out of the cache of `require`; that of `import` cannot be emptied. */
function forgetModules(directory: string): void {
  const { cache } = createRequire(__filename);
  for (const file of Object.keys(cache)) {
    if (file.startsWith(directory + path.sep)) Reflect.deleteProperty(cache, file);
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
