import { AsyncLocalStorage } from 'node:async_hooks';

const running = new AsyncLocalStorage<Job>();

/** Work that an advance of the clock may have to wait for: what a timer does, or a delivery. */
export class Job {
  #isSettled = false;
  #sleeps = 0;
  #changed = (): void => undefined;

  /** `owner` is for people. An advance waits for it so many milliseconds of real time. */
  constructor(
    readonly owner: string,
    readonly patience: number,
  ) {}

  /** The job that the running code belongs to. */
  static get current(): Job | undefined {
    return running.getStore();
  }

  /** Nothing happens in it before the clock goes on: it is over, or it sleeps. */
  get isQuiet(): boolean {
    return this.#isSettled || this.#sleeps > 0;
  }

  /**
   * Runs a function as the job. What it throws, now or through the promise that it returns, goes to `report`; the job is over
   * then, or when that promise resolves. Never rejects.
   */
  async run(work: () => unknown, report: (thrown: unknown) => void): Promise<void> {
    try {
      await running.run(this, work);
    } catch (thrown) {
      report(thrown);
    } finally {
      this.#isSettled = true;
      this.#changed();
    }
  }

  /** Notes that it waits for the clock. */
  sleep(): void {
    this.#sleeps += 1;
    this.#changed();
  }

  /** Notes that what it waited for is over. */
  wake(): void {
    this.#sleeps -= 1;
  }

  /** Resolves when it is quiet or the signal is aborted, or when it has taken longer than it may: then with false. */
  async quiet(signal: AbortSignal): Promise<boolean> {
    const end = Date.now() + this.patience;
    while (!this.isQuiet && !signal.aborted) {
      const left = end - Date.now();
      if (left <= 0) return false;
      await this.#change(left, signal);
    }
    return true;
  }

  #change(limit: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#changed = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, limit);
      signal.addEventListener('abort', done);
      this.#changed = done;
    });
  }
}
