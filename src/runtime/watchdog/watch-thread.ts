/**
 * The thread that watches the event loop of the main thread: says who holds it when it stands still, and ends the process
 * when that takes too long. It loads little, and never waits for the main thread.
 */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { KnownExtensions } from '../../extensions/supervise/attribution';
import { DirectLog, writeWhole, type DirectLogOptions } from './direct-log';
import { findCulprit, type Culprit } from './find-culprit';
import { Pulse } from './pulse';
import { StallClock } from './stall-clock';
import { inSeconds, REPORT_DESCRIPTOR, type StallReport } from './stall-report';
import type * as Stack from './take-stack';

/** What the main thread gives to this one. */
export interface WatchOptions {
  readonly pulse: SharedArrayBuffer;
  /** Holds the number of the extension that the main thread entered last and has not left, 0 for none. */
  readonly entered: SharedArrayBuffer;
  /** The time between two looks, in milliseconds. */
  readonly period: number;
  /** After so many milliseconds of standing still there is a warning; 0 for never. */
  readonly warnAfter: number;
  /** After so many the process is ended; 0 for never. */
  readonly endAfter: number;
  /** What gives its state when the main thread evaluates it. */
  readonly stateExpression: string;
  readonly log: DirectLogOptions;
}

/** How long the main thread may take to halt, in milliseconds. It is at once, or after a system call. */
const HALT_LIMIT = 1_000;

interface Finding {
  readonly who: string;
  readonly stack: string;
  readonly extension: string | undefined;
  /** True when somebody opened the inspector since the last beat. */
  readonly isDebugged: boolean;
}

class Watch {
  readonly #pulse: Pulse;
  readonly #entered: Int32Array;
  readonly #clock: StallClock;
  readonly #log: DirectLog;
  #known: KnownExtensions = { folders: [], names: [] };
  #still = 0;
  /** Whom the last stack, or what there was instead, pointed at in this stall. */
  #culprit: Culprit | undefined;
  #warned = false;
  #ending = false;

  constructor(private readonly options: WatchOptions) {
    this.#pulse = new Pulse(options.pulse);
    this.#entered = new Int32Array(options.entered);
    this.#clock = new StallClock(options.period, performance.now());
    this.#log = new DirectLog(options.log);
  }

  know({ folders, names }: KnownExtensions): void {
    // Stacks have the real paths of files.
    this.#known = { names, folders: folders.map(([folder, extension]) => [realPath(folder), extension] as const) };
  }

  look(): void {
    const still = this.#clock.look(this.#pulse.beats, performance.now());
    if (still === 0) {
      if (this.#warned) this.#log.write('info', `the event loop runs again, after at least ${inSeconds(this.#still)}`);
      this.#culprit = undefined;
      this.#warned = this.#ending = false;
      this.#still = 0;
      return;
    }
    this.#still = still;
    // Who halts the main thread by a debugger does not want to be disturbed.
    if (this.#pulse.isDebugged) return;
    const { warnAfter, endAfter } = this.options;
    if (endAfter > 0 && still >= endAfter && !this.#ending) {
      this.#ending = true;
      void this.#end();
    } else if (warnAfter > 0 && still >= warnAfter && !this.#warned) {
      this.#warned = true;
      void this.#warn();
    }
  }

  async #warn(): Promise<void> {
    const still = inSeconds(this.#still);
    const { who, stack, extension, isDebugged } = await this.#investigate();
    if (isDebugged) return;
    this.#log.write('warn', `the event loop has stood still for ${still}: ${who}${stack}`, extension);
  }

  async #end(): Promise<void> {
    const { beats } = this.#pulse;
    const { who, stack, extension, isDebugged } = await this.#investigate();
    // It may have gone on while it was looked at.
    if (isDebugged || this.#pulse.beats !== beats) return;
    const still = this.#still;
    const message = `the event loop has stood still for ${inSeconds(still)}: ${who}; the runtime is ended${stack}`;
    this.#log.write('error', message, extension);
    const place = this.#culprit?.place;
    const report: StallReport = {
      still,
      ...(extension === undefined ? {} : { extension }),
      ...(place === undefined ? {} : { place }),
    };
    writeWhole(REPORT_DESCRIPTOR, JSON.stringify(report));
    process.kill(process.pid, 'SIGKILL');
  }

  /** Finds out who it is, as well as that can be known now. */
  async #investigate(): Promise<Finding> {
    // The inspector is loaded when it is needed.
    const { formatFrames, takeStack } = createRequire(__filename)('./take-stack') as typeof Stack;
    const { beats } = this.#pulse;
    const isStill = (): boolean => this.#pulse.beats === beats;
    const entered = this.#known.names[Atomics.load(this.#entered, 0)];
    const stack = await takeStack(this.options.stateExpression, HALT_LIMIT, isStill);
    this.#culprit = findCulprit(stack, this.#known.folders, entered || undefined) ?? this.#culprit;
    const { extension, place } = this.#culprit ?? {};
    const where = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`;
    return {
      who: extension === undefined ? 'whose code holds it is not known' : `${extension} holds it${where}`,
      stack: stack ? `\n${formatFrames(stack.frames)}` : '\n    (it waits in a system call, which has no stack)',
      extension,
      isDebugged: stack?.state?.isDebugged ?? false,
    };
  }
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

const options = workerData as WatchOptions;
const watch = new Watch(options);
parentPort?.on('message', (known: KnownExtensions) => watch.know(known));
setInterval(() => watch.look(), options.period);
