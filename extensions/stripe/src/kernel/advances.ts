import { randomUUID } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import type { BacklotError, Collection } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from './backend';

/** A test clock that is being turned forward. */
interface Advance {
  /** To which time, in seconds since 1970. */
  readonly until: number;
  readonly account: string;
  /** Where the client that asked for it reached the API. */
  readonly base?: string | undefined;
  /** Tells it from others in all worlds of this process. */
  readonly token: string;
}

/** How long the call that asks for an advance works on it, in milliseconds: enough for what most tests have on a clock. */
const WITHIN_CALL_MS = 250;
/** How long other calls then wait at most, in milliseconds. */
const SLICE_MS = 50;

/**
 * Turns test clocks forward: does what falls due, in slices, between which other calls are answered. A slice is one step, so a
 * snapshot has the clock as it was between two. What a restart or a restored snapshot finds unfinished goes on with the next call.
 */
export class Advances {
  readonly #stripe: Backend;
  readonly #underWay: Collection<Advance>;
  /** The tokens of those that this process is at. */
  readonly #running = new Set<string>();

  constructor(stripe: Backend) {
    this.#stripe = stripe;
    this.#underWay = stripe.state.collection<Advance>('advances');
  }

  /** Begins to turn a clock, within the call that asks for it. What is left is done when the call was answered. */
  begin(clock: string, until: number): void {
    const { account, scope } = this.#stripe;
    const advance: Advance = { until, account, base: scope.base, token: randomUUID() };
    if (this.#work(clock, advance, WITHIN_CALL_MS)) return;
    this.#underWay.put(clock, advance);
    this.#stripe.afterwards(() => this.#start(clock, advance));
  }

  /** Stops to turn a clock that is deleted. */
  drop(clock: string): void {
    this.#underWay.delete(clock);
  }

  /** Goes on with what nobody is at. */
  resume(): void {
    if (this.#underWay.count() === 0) return;
    for (const [clock, advance] of this.#underWay.entries()) {
      if (!this.#running.has(advance.token)) this.#start(clock as string, advance);
    }
  }

  #start(clock: string, advance: Advance): void {
    this.#stripe.platform.timers.setImmediate(() => this.#goOn(clock, advance));
  }

  async #goOn(clock: string, advance: Advance): Promise<void> {
    const { token, account, base } = advance;
    if (this.#running.has(token)) return;
    this.#running.add(token);
    try {
      while (!this.#stripe.platform.signal.aborted && this.#underWay.get(clock)?.token === token) {
        this.#stripe.step({ account, clock, base }, () => {
          if (this.#work(clock, advance, SLICE_MS)) this.#underWay.delete(clock);
        });
        await breath();
      }
    } catch (error) {
      // The state that it belongs to is over.
      if ((error as BacklotError).code !== 'BACKLOT_E_STATE_FENCED') throw error;
    } finally {
      this.#running.delete(token);
    }
  }

  /** Works for a while. Gives true when everything is done, and then the clock is ready. */
  #work(clock: string, { until }: Advance, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    const isDone = this.#stripe.as({ clock }, () => this.#stripe.jobs.run(clock, until, () => performance.now() < end));
    if (!isDone) return false;
    const table = this.#stripe.table<Stripe.TestHelpers.TestClock>('test_helpers.test_clock');
    const ready = table.update(clock, { frozen_time: until, status: 'ready', status_details: {} });
    this.#stripe.emit('test_helpers.test_clock.ready', ready);
    return true;
  }
}
