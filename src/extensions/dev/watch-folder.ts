import { createRequire } from 'node:module';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type * as Chokidar from 'chokidar';
import type { FSWatcher } from 'chokidar';
import { BacklotError } from '../../api/errors';
import { isLeftOut } from './relevance';

export interface WatchOptions {
  /**
   * Called with the files that changed, relative to the folder ({@link WHOLE_FOLDER} when it was made again), when nothing more has changed for a moment; `since` is
   * when the first of them did, by `performance.now()`.
   */
  readonly onChange: (files: string[], since: number) => void;
  /** Called when watching fails; it may go on for other files. */
  readonly onError: (error: BacklotError) => void;
  /** Looks again and again instead of waiting for events of the file system. */
  readonly poll?: boolean;
}

/** What watches a folder until it is closed. */
export interface FolderWatch {
  close(): Promise<void>;
}

/** Stands for every file of the folder. */
export const WHOLE_FOLDER = '.';

/** How long nothing may have changed for a burst of changes to be over, in milliseconds. */
const QUIET_MS = 30;
/** A folder in which something changes all the time is looked at that often. */
const LONGEST_BURST_MS = 500;
/** How often it is looked whether the folder itself is still the same. */
const CHECK_MS = 250;
const POLL_MS = 100;

/**
 * Watches a folder, that need not exist yet, and all below it that is a part of the package. Resolves when every
 * change from now on is seen. A folder that is removed and made again is one change.
 */
export async function watchFolder(folder: string, options: WatchOptions): Promise<FolderWatch> {
  const watch = new Watch(folder, options);
  await watch.open();
  return watch;
}

class Watch implements FolderWatch {
  readonly #changed = new Set<string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #checks: NodeJS.Timeout | undefined;
  #watcher: FSWatcher | undefined;
  #identity: string | undefined;
  /** The folder itself was removed or moved; another may already be in its place. */
  #isLost = false;
  #isClosed = false;

  constructor(
    private readonly folder: string,
    private readonly options: WatchOptions,
  ) {}

  async open(): Promise<void> {
    await this.#watchAgain(await identityOf(this.folder));
    this.#checkLater();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#checks);
    await this.#watcher?.close();
  }

  async #watchAgain(identity: string | undefined): Promise<void> {
    await this.#watcher?.close();
    this.#watcher = undefined;
    this.#identity = identity;
    this.#isLost = false;
    if (identity === undefined || this.#isClosed) return;
    // Loaded here, because only those who develop need it.
    const { watch } = createRequire(__filename)('chokidar') as typeof Chokidar;
    const watcher = watch(this.folder, {
      ignored: (file) => file !== this.folder && isLeftOut(path.relative(this.folder, file)),
      ignoreInitial: true,
      followSymlinks: false,
      // It would wait for 100 ms to see whether a file that went comes back; we wait for quiet ourselves.
      atomic: false,
      usePolling: this.options.poll ?? false,
      interval: POLL_MS,
    });
    this.#watcher = watcher;
    watcher.on('all', (_event, file) => this.#note(path.relative(this.folder, file)));
    // Of two changes of a file within 50 ms, chokidar shows only the first; it shows both here.
    watcher.on('raw', (_event, name, details) =>
      this.#noteRaw(name, (details as { watchedPath?: string }).watchedPath ?? this.folder),
    );
    watcher.on('error', (error) => this.#fail(error));
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
  }

  #noteRaw(name: string | null, watched: string): void {
    if (typeof name !== 'string') return;
    const isItself = path.basename(watched) === path.basename(name);
    if (isItself && watched === this.folder) {
      this.#isLost = true;
      this.#checkLater(0);
    } else {
      this.#note(path.relative(this.folder, isItself ? watched : path.resolve(watched, name)));
    }
  }

  #note(relative: string): void {
    if (this.#isClosed || relative === '' || isLeftOut(relative)) return;
    const now = performance.now();
    if (this.#changed.size === 0) this.#since = now;
    this.#changed.add(relative);
    const left = this.#since + LONGEST_BURST_MS - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#emit(), Math.max(0, Math.min(QUIET_MS, left)));
  }

  #emit(): void {
    const files = [...this.#changed].sort();
    this.#changed.clear();
    this.options.onChange(files, this.#since);
  }

  /** The events of a file system are tied to the folder, not to its path: another one in its place sends none. */
  #checkLater(milliseconds = CHECK_MS): void {
    if (this.#isClosed) return;
    clearTimeout(this.#checks);
    this.#checks = setTimeout(() => void this.#check(), milliseconds);
  }

  async #check(): Promise<void> {
    try {
      const identity = await identityOf(this.folder);
      if (identity !== this.#identity || this.#isLost) {
        await this.#watchAgain(identity);
        if (identity !== undefined) this.#note(WHOLE_FOLDER);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#checkLater();
  }

  #fail(cause: unknown): void {
    if (this.#isClosed) return;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${this.folder} cannot be watched for changes: ${why}`;
    this.options.onError(new BacklotError('BACKLOT_E_WATCH_FAILED', message, { where: { file: this.folder }, cause }));
  }
}

async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ? `${found.dev}:${found.ino}` : undefined;
}
