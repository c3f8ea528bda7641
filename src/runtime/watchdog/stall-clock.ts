/** How much longer than it should a look may come, as a multiple, before it means that nothing of the process ran. */
const SUSPENDED = 5;

/**
 * Measures how long a pulse has stood still. A process that was suspended (SIGSTOP, a laptop that slept, a container
 * that was paused) has not stood still: it is told by the looks themselves, which then come late.
 */
export class StallClock {
  #beats: number | undefined;
  #looked: number;
  #still = 0;

  /** `period` is the time between two looks, in milliseconds. */
  constructor(
    private readonly period: number,
    now: number,
  ) {
    this.#looked = now;
  }

  /** Takes a look; gives for how long there has been no beat, in milliseconds, 0 when there was one. */
  look(beats: number, now: number): number {
    const passed = now - this.#looked;
    this.#looked = now;
    if (beats !== this.#beats || passed > this.period * SUSPENDED) this.#still = 0;
    else this.#still += passed;
    this.#beats = beats;
    return this.#still;
  }
}
