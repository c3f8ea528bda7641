import { asBacklotError, type BacklotError } from '../../api/errors';
import { DevFolder, type DevFolderOptions, type Generation } from './dev-folder';
import { isRelevant } from './relevance';
import { watchFolder, type FolderWatch } from './watch-folder';

/** A folder that was enabled, or has changed: there is a new generation of it, or an error that says why not. */
export type DevChange = {
  readonly folder: string;
  /** The files that changed, relative to the folder; none at the start. */
  readonly files: readonly string[];
  /** When the first of them changed, by `performance.now()`. */
  readonly since: number;
} & ({ readonly generation: Generation } | { readonly error: BacklotError });

export interface DevModeOptions extends Omit<DevFolderOptions, 'folder'> {
  /** Absolute paths. */
  readonly folders: readonly string[];
  /**
   * Called for every change, one after the other for one folder, and not for the start. Says whether the new generation
   * is in use from now on: one that is in use is not removed.
   */
  readonly onChange: (change: DevChange) => Promise<boolean>;
  /** Called when a folder cannot be watched, or when `onChange` throws. */
  readonly onError: (error: BacklotError, folder: string) => void;
  /** Looks for changes again and again, where mounts send no events. */
  readonly poll?: boolean;
}

/** Folders that are watched until it is closed. */
export interface DevMode {
  /** The first generation of each folder, in their order. */
  readonly first: readonly DevChange[];
  /** A text, such as the stack of an error, with the paths of the folders instead of those of their generations. */
  withOriginalPaths(text: string): string;
  /** Stops watching, and waits for an `onChange` that runs. */
  close(): Promise<void>;
}

/** Makes a first generation of each folder, and from then on another one after every change that matters. */
export async function startDevMode(options: DevModeOptions): Promise<DevMode> {
  const workers = options.folders.map((folder) => new Worker(folder, options));
  const first = await Promise.all(workers.map((worker) => worker.start()));
  return {
    first,
    withOriginalPaths: (text) => workers.reduce((changed, worker) => worker.folder.withOriginalPaths(changed), text),
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  };
}

/** The life of one folder. */
class Worker {
  readonly folder: DevFolder;
  readonly #path: string;
  readonly #pending = new Set<string>();
  #since = 0;
  #inUse: Generation | undefined;
  #watch: FolderWatch | undefined;
  #running: Promise<void> | undefined;
  #isStarted = false;
  #isClosed = false;

  constructor(
    folder: string,
    private readonly options: DevModeOptions,
  ) {
    this.#path = folder;
    this.folder = new DevFolder({ ...options, folder });
  }

  async start(): Promise<DevChange> {
    // Watched before it is copied: so no change in between is lost.
    this.#watch = await watchFolder(this.#path, {
      onChange: (files, since) => this.#note(files, since),
      onError: (error) => this.options.onError(error, this.#path),
      ...(this.options.poll === undefined ? {} : { poll: this.options.poll }),
    });
    const change = await this.#make([], performance.now());
    if ('generation' in change) this.#inUse = change.generation;
    this.#isStarted = true;
    this.#run();
    return change;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#watch?.close();
    await this.#running;
  }

  #note(files: readonly string[], since: number): void {
    // Before there is a manifest that can be read, anything may mend it.
    const modules = this.folder.newest?.manifest.extensions.map(({ module }) => module);
    const relevant = modules ? files.filter((file) => isRelevant(file, modules)) : files;
    if (relevant.length === 0) return;
    if (this.#pending.size === 0) this.#since = since;
    for (const file of relevant) this.#pending.add(file);
    this.#run();
  }

  #run(): void {
    if (!this.#isStarted || this.#running) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.size > 0 && !this.#isClosed) {
      const files = [...this.#pending].sort();
      this.#pending.clear();
      try {
        await this.#handle(files, this.#since);
      } catch (thrown) {
        const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', `${this.#path} could not be reloaded`);
        this.options.onError(error, this.#path);
      }
    }
  }

  async #handle(files: readonly string[], since: number): Promise<void> {
    // A build writes files that are the same as before: nothing is to be reloaded for them.
    if (await this.folder.isUnchanged(files)) return;
    const change = await this.#make(files, since);
    const isUsed = await this.options.onChange(change);
    if (isUsed && 'generation' in change) this.#inUse = change.generation;
    await this.folder.prune(this.#inUse);
  }

  async #make(files: readonly string[], since: number): Promise<DevChange> {
    const facts = { folder: this.#path, files, since };
    try {
      return { ...facts, generation: await this.folder.next() };
    } catch (thrown) {
      return { ...facts, error: asBacklotError(thrown, 'BACKLOT_E_INTERNAL', `${this.#path} cannot be copied`) };
    }
  }
}
