import { setMaxListeners } from 'node:events';

/**
 * A time between two resets, restores or deletions of a state. What began in one epoch may not write in a later one.
 * Numbers grow over all worlds, so a world that was deleted and made again is not taken for the old one.
 */
export class Epoch {
  readonly #over: AbortController;

  constructor(
    readonly number: number,
    over = new AbortController(),
  ) {
    this.#over = over;
    // Every request of a world may listen to it.
    setMaxListeners(0, over.signal);
  }

  /** Aborted when the epoch ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Ends it. */
  end(): void {
    this.#over.abort();
  }

  /** A later epoch that ends with this one. */
  renumbered(number: number): Epoch {
    return new Epoch(number, this.#over);
  }
}
