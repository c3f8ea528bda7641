import type { Clock } from '../../api/clock';
import { BacklotError } from '../../api/errors';
import type { Timer } from '../../api/resources';
import type { ClockTask, WorldClock } from './world-clock';

export interface ExtensionClockOptions<World> {
  readonly extension: string;
  /** The world that the running code belongs to. Throws BACKLOT_E_STATE_FENCED when that one’s epoch is over. */
  readonly currentWorld: () => World;
  readonly clockOf: (world: World) => WorldClock;
  /** Runs a function within a world. */
  readonly runIn: <R>(world: World, run: () => R) => R;
  /** Wraps a function so that what escapes from it is known to be the extension’s. */
  readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F;
  /** Is told what a timer threw. */
  readonly report: (thrown: unknown, what: string) => void;
  /** Aborted when the extension goes. */
  readonly signal: AbortSignal;
}

/** What `this.clock` of one extension is: the clock of the current world, with timers that end with the extension. */
export class ExtensionClock<World> implements Clock {
  readonly #options: ExtensionClockOptions<World>;
  /** How each of its timers is ended. */
  readonly #cancels = new Set<() => void>();

  constructor(options: ExtensionClockOptions<World>) {
    this.#options = options;
    options.signal.addEventListener('abort', () => {
      for (const cancel of this.#cancels) cancel();
    });
  }

  now(): number {
    return this.#clock.now();
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
    const clock = this.#clock;
    const ends = [this.#options.signal, ...(signal ? [signal] : [])];
    for (const end of ends) end.throwIfAborted();
    let over = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = clock.startSleep(
          this.#task(resolve, () => reject(fenced(this.#options.extension))),
          milliseconds,
        );
        const aborted = (): void => {
          timer.cancel();
          reject(ends.find((end) => end.aborted)?.reason as Error);
        };
        for (const end of ends) end.addEventListener('abort', aborted);
        over = () => ends.forEach((end) => end.removeEventListener('abort', aborted));
      });
    } finally {
      over();
    }
  }

  get #clock(): WorldClock {
    return this.#options.clockOf(this.#options.currentWorld());
  }

  #timer(run: () => unknown, milliseconds: number, repeat: boolean): Timer {
    const { currentWorld, clockOf, runIn, bind, signal } = this.#options;
    const world = currentWorld();
    const bound = bind(run);
    const forget = (): boolean => this.#cancels.delete(cancel);
    const task = this.#task(() => {
      if (!repeat) forget();
      return runIn(world, bound);
    }, forget);
    const timer = clockOf(world).start(task, milliseconds, repeat);
    const cancel = (): void => {
      forget();
      timer.cancel();
    };
    // Nothing can be started once the extension has gone: it ends at once.
    if (signal.aborted) timer.cancel();
    else this.#cancels.add(cancel);
    return { cancel };
  }

  #task(run: () => unknown, fenced: () => void): ClockTask {
    const { extension, report } = this.#options;
    const owner = `extension ${extension}`;
    return { owner, run, fenced, report: (thrown) => report(thrown, 'a timer of its clock') };
  }
}

function fenced(extension: string): BacklotError {
  return new BacklotError('BACKLOT_E_STATE_FENCED', 'what waited on the clock belongs to a state that is over', {
    where: { extension },
  });
}
