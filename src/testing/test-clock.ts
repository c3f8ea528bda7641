import { BacklotError } from '../api/errors';
import { parseSpan, parseTime } from '../runtime/state/times';
import type { WorldClock } from '../state';

/** The clock that extensions see in one state. */
export class TestClock {
  readonly #clock: () => WorldClock;

  constructor(clock: () => WorldClock) {
    this.#clock = clock;
  }

  /** What it shows, in milliseconds since 1970. */
  now(): number {
    return this.#clock().now();
  }

  get isFrozen(): boolean {
    return this.#clock().isFrozen;
  }

  /** Stops it: where it stands, or at another time. */
  freeze(time?: Date | number | string): void {
    this.#clock().freeze(time === undefined ? undefined : toTime(time));
  }

  /** Makes it show another time; timers on the way there are not run. A frozen one stays frozen. */
  set(time: Date | number | string): void {
    this.#clock().set(toTime(time));
  }

  /** Lets it run on from the time that it shows. */
  unfreeze(): void {
    this.#clock().unfreeze();
  }

  /** Makes it show the real time again, and run. */
  showRealTime(): void {
    this.#clock().showRealTime();
  }

  /**
   * Lets so much time pass: milliseconds, or such as `'30d'`. Each timer on the way runs at its time. Resolves with how many
   * ran, once they and what follows from them are done.
   */
  async advance(span: number | string): Promise<number> {
    const { ran } = await this.#clock().advance(typeof span === 'number' ? span : parseSpan(span, 'span'));
    return ran;
  }
}

function toTime(time: Date | number | string): number {
  const value = time instanceof Date ? time.getTime() : parseTime(time, 'time');
  if (!Number.isNaN(value)) return value;
  throw new BacklotError('BACKLOT_E_CLOCK_INVALID', 'the time is an invalid Date');
}
