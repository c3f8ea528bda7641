/** One timer of a clock. */
export interface QueuedTimer {
  /** The ticks at which it is to run. */
  due: number;
  /** Where it was made among all timers; decides between those that are due at the same time. */
  readonly order: number;
}

/** Timers in the order in which they fall due. */
export class TimerQueue<T extends QueuedTimer> {
  readonly #timers: T[] = [];

  /** The one that is due first. */
  get first(): T | undefined {
    return this.#timers[0];
  }

  add(timer: T): void {
    this.#timers.splice(this.#place(timer), 0, timer);
  }

  /** Takes a timer out; false when it is not there. */
  remove(timer: T): boolean {
    const place = this.#place(timer);
    if (this.#timers[place] !== timer) return false;
    this.#timers.splice(place, 1);
    return true;
  }

  /** Takes all timers out. */
  clear(): void {
    this.#timers.length = 0;
  }

  /** Where a timer stands, or would stand. */
  #place({ due, order }: QueuedTimer): number {
    let from = 0;
    let to = this.#timers.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.#timers[middle] as T;
      if (other.due < due || (other.due === due && other.order < order)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
