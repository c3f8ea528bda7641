import { setMaxListeners } from 'node:events';
import type { Clock } from '../../api/clock';
import { BacklotError } from '../../api/errors';
import type { Timer } from '../../api/resources';
import type { WorldView } from '../world';
import type { Clocks } from './clocks';
import { TimerGroup } from './timer-group';
import type { ClockTask, WorldClock } from './world-clock';

export interface ExtensionClockOptions {
  readonly extension: string;
  readonly clocks: Clocks;
  /** The world that the running code belongs to. */
  readonly view: () => WorldView;
  /** Runs a function within a world. */
  readonly runIn: <R>(view: WorldView, run: () => R) => R;
  /** Wraps a function so that what escapes from it is known to be the extension’s. */
  readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F;
  /** Is told what a timer threw. */
  readonly report: (thrown: unknown, what: string) => void;
  /** Aborted when the extension goes. */
  readonly signal: AbortSignal;
}

/** What `this.clock` of one extension is: the clock of the current world, with timers that end with the extension. */
export class ExtensionClock implements Clock {
  readonly #options: ExtensionClockOptions;
  /** What waits, by the epochs of the extension in its worlds. */
  readonly #groups = new WeakMap<AbortSignal, TimerGroup>();

  constructor(options: ExtensionClockOptions) {
    this.#options = options;
    // Each world listens to it, and there may be many.
    setMaxListeners(0, options.signal);
  }

  now(): number {
    return this.#current().clock.now();
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  date(): Date {
    return new Date(this.now());
  }

  iso(): string {
    return this.date().toISOString();
  }

  setTimeout(run: () => unknown, milliseconds = 0): Timer {
    return this.#timer(run, milliseconds, false);
  }

  setInterval(run: () => unknown, milliseconds: number): Timer {
    return this.#timer(run, milliseconds, true);
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { clock, group } = this.#current();
    signal?.throwIfAborted();
    let over = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = clock.startSleep(this.#task(group, resolve), milliseconds);
        const end = (reason: Error): void => {
          timer.cancel();
          reject(reason);
        };
        const onAbort = (): void => end(signal?.reason as Error);
        over = () => {
          group.delete(end);
          signal?.removeEventListener('abort', onAbort);
        };
        group.add(end);
        signal?.addEventListener('abort', onAbort);
      });
    } finally {
      over();
    }
  }

  #timer(run: () => unknown, milliseconds: number, repeat: boolean): Timer {
    const { runIn, bind } = this.#options;
    const { view, clock, group } = this.#current();
    const bound = bind(run);
    const task = this.#task(group, () => {
      if (!repeat) group.delete(cancel);
      return runIn(view, bound);
    });
    const timer = clock.start(task, milliseconds, repeat);
    const cancel = (): void => {
      group.delete(cancel);
      timer.cancel();
    };
    group.add(cancel);
    return { cancel };
  }

  #task(group: TimerGroup, run: () => unknown): ClockTask {
    const { extension, report } = this.#options;
    return {
      owner: `extension ${extension}`,
      run,
      report: (thrown) => {
        if (!group.isEndedBy(thrown)) report(thrown, 'a timer of its clock');
      },
    };
  }

  /** Throws BACKLOT_E_STATE_FENCED when the epoch that the running code belongs to is over. */
  #current(): { view: WorldView; clock: WorldClock; group: TimerGroup } {
    const { extension, clocks, signal } = this.#options;
    const view = this.#options.view();
    const { epoch } = view.world.storeFor(view, extension);
    let group = this.#groups.get(epoch.signal);
    if (!group) {
      group = new TimerGroup(epoch.signal, signal, () => fenced(extension));
      this.#groups.set(epoch.signal, group);
    }
    return { view, clock: clocks.of(view.world), group };
  }
}

function fenced(extension: string): BacklotError {
  return new BacklotError('BACKLOT_E_STATE_FENCED', 'what waited on the clock belongs to a state that is over', {
    where: { extension },
  });
}
