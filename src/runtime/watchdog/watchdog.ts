/** Watches the event loop of this thread from another one: see ./watch-thread. */
import { url as inspectorUrl } from 'node:inspector';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Attribution } from '../../extensions/supervise/attribution';
import type { DirectLogOptions } from './direct-log';
import { Pulse } from './pulse';
import type { MainState } from './take-stack';
import type { WatchOptions } from './watch-thread';

export interface WatchdogOptions {
  readonly attribution: Attribution;
  /** After so many milliseconds of standing still there is a warning; 0 for never. */
  readonly warnAfter: number;
  /** After so many the process is ended; 0 for never. */
  readonly endAfter: number;
  readonly log: DirectLogOptions;
}

/** The time between two beats, and between two looks, in milliseconds. Shorter limits have shorter ones. */
const PERIOD = 200;

/** What the watching thread needs of memory, in MiB: it holds a few kilobytes. */
const MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/** Where the watching thread finds what tells the state of the main thread. */
const STATE = 'backlot.main-state';

/** Starts the thread. It holds no process open, and ends with its process. */
export function startWatchdog({ attribution, warnAfter, endAfter, log }: WatchdogOptions): void {
  const period = Math.min(PERIOD, ...[warnAfter, endAfter].filter((limit) => limit > 0).map((limit) => limit / 4));
  const pulse = new Pulse();
  const beat = (): void => pulse.beat(inspectorUrl() !== undefined);
  beat();
  setInterval(beat, period).unref();
  const state = (): MainState => {
    const extension = attribution.current;
    return { ...(extension === undefined ? {} : { extension }), isDebugged: inspectorUrl() !== undefined };
  };
  Object.defineProperty(globalThis, Symbol.for(STATE), { value: state });
  const workerData: WatchOptions = {
    pulse: pulse.memory,
    entered: attribution.entered,
    period,
    warnAfter,
    endAfter,
    stateExpression: `globalThis[Symbol.for('${STATE}')]()`,
    log,
  };
  const thread = new Worker(join(__dirname, 'watch-thread.js'), {
    workerData,
    execArgv: [],
    env: {},
    resourceLimits: MEMORY,
  });
  thread.unref();
  // Without the thread, the platform goes on as it would with it.
  thread.on('error', () => undefined);
  attribution.follow((known) => thread.postMessage(known));
}
