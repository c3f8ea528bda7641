/** Which extension does this belong to? Knows it for running code, for errors, and for what escapes from both. */
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tenure } from '../../gateway/owner';
import { Trail, type Mark } from './trail';

/** Which extensions there are, as another thread is told. */
export interface KnownExtensions {
  readonly folders: readonly (readonly [folder: string, extension: string])[];
  /** Their names by their numbers; the first stands for none. */
  readonly names: readonly string[];
}

/** What it was like before an extension entered. */
interface Before {
  readonly mark: Mark<string> | undefined;
  readonly number: number;
}

const NOBODY: Before = { mark: undefined, number: 0 };

/**
 * Keeps track of the extension that code runs for: through awaits, timers, sockets and events, and by the file that an
 * error was made in where that trail is lost.
 */
export class Attribution {
  readonly #running = new Trail<string>();
  readonly #thrown = new WeakMap<object, string>();
  /** Extensions by their folders: one that is being replaced has two of them for a while. */
  readonly #folders = new Map<string, string>();
  readonly #names = [''];
  readonly #numbers = new Map<string, number>();
  /** Where another thread, too, can read which extension this one has entered and not left. */
  readonly #entered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #follower: ((known: KnownExtensions) => void) | undefined;

  /** Remembers the folder of an extension’s package, so that a stack can tell whose code threw. */
  register(extension: string, directory: string): void {
    this.#folders.set(folderOf(directory), extension);
    this.#tell();
  }

  /** Forgets a folder of an extension. */
  forget(extension: string, directory: string): void {
    const folder = folderOf(directory);
    if (this.#folders.get(folder) === extension) this.#folders.delete(folder);
    this.#tell();
  }

  /** The number of the extension that this thread has entered and not left, 0 for none, as a 32-bit integer. */
  get entered(): SharedArrayBuffer {
    return this.#entered.buffer;
  }

  /** Tells a follower which extensions there are, now and after each change. There can be one. */
  follow(follower: (known: KnownExtensions) => void): void {
    this.#follower = follower;
    this.#tell();
  }

  /** The extension that the code which is running now was started for. */
  get current(): string | undefined {
    return this.#running.value;
  }

  /** Runs a function for an extension. What it throws, now or through its promise, is known to be the extension’s. */
  run<A extends readonly unknown[], T>(extension: string, run: (...args: A) => T, ...args: A): T {
    return this.#run(extension, this.#numberOf(extension), run, args);
  }

  /** A function that does the same as the one given, for an extension. */
  bind<F extends (...args: never[]) => unknown>(extension: string, run: F): F {
    const number = this.#numberOf(extension);
    return ((...args: never[]) => this.#run(extension, number, run, args)) as F;
  }

  /** What lets many functions run for an extension, one after the other, without a context for each of them. */
  tenure(extension: string): Tenure {
    const running = this.#running;
    const entered = this.#entered;
    const number = this.#numberOf(extension);
    return {
      before: () => {
        const { mark } = running;
        const before = entered[0] as number;
        // Mostly there is nobody before, of whom nothing need be remembered.
        return mark === undefined && before === 0 ? undefined : ({ mark, number: before } satisfies Before);
      },
      enter: () => {
        entered[0] = number;
        running.set(extension);
      },
      leave: (before) => {
        const { mark, number: other } = (before as Before | undefined) ?? NOBODY;
        entered[0] = other;
        running.restore(mark);
      },
      blame: (error) => this.#mark(error, extension),
    };
  }

  /** The extension that a thrown value came from: by who ran, by what threw it before, by the files in its stack. */
  ownerOf(thrown: unknown): string | undefined {
    if (typeof thrown === 'object' && thrown !== null) {
      const marked = this.#thrown.get(thrown);
      if (marked !== undefined) return marked;
    }
    return this.current ?? this.#ownerByStack(thrown);
  }

  #run<A extends readonly unknown[], T>(extension: string, number: number, run: (...args: A) => T, args: A): T {
    const running = this.#running;
    const entered = this.#entered;
    const { mark } = running;
    const before = entered[0] as number;
    entered[0] = number;
    running.set(extension);
    try {
      const result = run(...args);
      if (result instanceof Promise) result.catch((error: unknown) => this.#mark(error, extension));
      return result;
    } catch (error) {
      this.#mark(error, extension);
      throw error;
    } finally {
      running.restore(mark);
      entered[0] = before;
    }
  }

  #numberOf(extension: string): number {
    const known = this.#numbers.get(extension);
    if (known !== undefined) return known;
    const number = this.#names.push(extension) - 1;
    this.#numbers.set(extension, number);
    this.#tell();
    return number;
  }

  #tell(): void {
    this.#follower?.({ folders: [...this.#folders], names: this.#names });
  }

  #mark(error: unknown, extension: string): void {
    if (typeof error === 'object' && error !== null && !this.#thrown.has(error)) this.#thrown.set(error, extension);
  }

  #ownerByStack(thrown: unknown): string | undefined {
    if (!(thrown instanceof Error) || thrown.stack === undefined) return undefined;
    for (const line of thrown.stack.split('\n')) {
      const file = fileOfFrame(line);
      if (file === undefined) continue;
      for (const [folder, extension] of this.#folders) if (file.startsWith(folder)) return extension;
    }
    return undefined;
  }
}

function folderOf(directory: string): string {
  return directory.endsWith(sep) ? directory : directory + sep;
}

/** The file in a line of a V8 stack: `at f (/path/file.js:1:2)`, `at /path/file.js:1:2` or with a file URL. */
function fileOfFrame(line: string): string | undefined {
  const place = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*):\d+:\d+\)?$/.exec(line)?.[1];
  if (place === undefined) return undefined;
  return place.startsWith('file://') ? fileURLToPath(place) : place;
}
