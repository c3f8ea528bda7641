import { engineTimeToNanoseconds } from './since';

type Stream = 'stdout' | 'stderr';

/** A message that came last, and how many before it have the same time. */
interface Last {
  time: string;
  count: number;
}

/** Messages of two streams come in the order in which the engine took them, which is not quite that of their times. */
const MARGIN_NANOSECONDS = 1_000_000_000n;

/**
 * How far the log of a container was read, so that another reading goes on from there: each message comes once, however often
 * the engine ends the log, and starts it again with some that are known.
 */
export class LogPosition {
  readonly #last: Partial<Record<Stream, Last>> = {};
  readonly #known: Partial<Record<Stream, { until: bigint; count: number }>> = {};
  #first: string | undefined;
  #latest: string | undefined;
  #from: bigint | undefined;

  /** Begins another reading. Gives the time from which the engine is to be asked; undefined when nothing was read yet. */
  begin(): bigint | undefined {
    if (this.#first === undefined || this.#latest === undefined) return undefined;
    for (const stream of ['stdout', 'stderr'] as const) {
      const last = this.#last[stream];
      if (last) this.#known[stream] = { until: engineTimeToNanoseconds(last.time), count: last.count };
    }
    // What was left out before the first message stays left out.
    const first = engineTimeToNanoseconds(this.#first);
    const enough = engineTimeToNanoseconds(this.#latest) - MARGIN_NANOSECONDS;
    this.#from = first;
    return enough > first ? enough : first;
  }

  /** Whether a message with that time (RFC 3339) has not come before. To be asked once for each, in their order. */
  isNew(stream: Stream, time: string): boolean {
    if (this.#from !== undefined && this.#isKnown(stream, engineTimeToNanoseconds(time))) return false;
    const last = this.#last[stream];
    if (last?.time === time) last.count += 1;
    else this.#last[stream] = { time, count: 1 };
    this.#first ??= time;
    this.#latest = time;
    return true;
  }

  /** Whether the message that came last of all had that stream and time. */
  isLast(stream: Stream, time: string): boolean {
    return this.#latest === time && this.#last[stream]?.time === time;
  }

  #isKnown(stream: Stream, time: bigint): boolean {
    const known = this.#known[stream];
    if (known === undefined) return time < (this.#from ?? 0n);
    if (time < known.until) return true;
    if (time > known.until || known.count === 0) return false;
    known.count -= 1;
    return true;
  }
}
