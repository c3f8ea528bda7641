import { setImmediate as breath } from 'node:timers/promises';
import type { Timer } from '../../api/resources';
import type { WorldClock } from '../clock/world-clock';
import type { DeliveryRecord } from './delivery-record';
import type { OutboxStore } from './outbox-store';

export interface DestinationOptions {
  readonly url: string;
  readonly extension: string;
  readonly store: OutboxStore;
  readonly clock: WorldClock;
  /** Tries to deliver once, and keeps what became of it. */
  readonly attempt: (record: DeliveryRecord) => Promise<void>;
  /** Is told what went wrong with the outbox itself. */
  readonly report: (thrown: unknown) => void;
  /** Is called whenever there is nothing to be done for now. */
  readonly idle: (destination: Destination) => void;
}

/** Sends what is pending for one URL: one after the other, each until it is over. */
export class Destination {
  readonly #options: DestinationOptions;
  #timer: Timer | undefined;
  #isBusy = false;
  #isOver = false;

  constructor(options: DestinationOptions) {
    this.#options = options;
  }

  /** Something is due or under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Nothing is pending: it waits for nothing. */
  get isEmpty(): boolean {
    return !this.#isBusy && this.#timer === undefined;
  }

  /** Ends it: nothing is sent any more. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /** Looks at what is pending: to be called when that has changed. */
  wake(): void {
    const { extension, clock, report, idle } = this.#options;
    if (this.#isBusy || this.#isOver) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isBusy = true;
    const run = async (): Promise<void> => {
      try {
        await this.#work();
      } finally {
        this.#isBusy = false;
        idle(this);
      }
    };
    clock.hold({ owner: `extension ${extension}`, run, report });
  }

  async #work(): Promise<void> {
    const { url, store, attempt } = this.#options;
    // What is sent within a transaction is not there when that fails.
    await breath();
    while (!this.#isOver) {
      const record = store.head(url);
      if (!record) return;
      if (this.#waitFor(record)) return;
      await attempt(record);
    }
  }

  /** Sets a timer for a delivery that is not due yet; false for one that is. */
  #waitFor({ due }: DeliveryRecord): boolean {
    const { extension, clock, report } = this.#options;
    const wait = due - clock.ticks();
    if (wait <= 0) return false;
    this.#timer = clock.start({ owner: `extension ${extension}`, run: () => this.wake(), report }, wait);
    return true;
  }
}
