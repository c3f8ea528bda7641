/** One time limit after another, of which at most one runs: that for what is waited for now. */
export class Watch {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onLate: (what: string, limit: number) => void) {}

  /** Waits for something, for at most `limit` milliseconds; 0 is no limit. `what` is what did not happen in time. */
  start(limit: number, what: string): void {
    this.stop();
    if (limit > 0) this.#timer = setTimeout(() => this.onLate(what, limit), limit);
  }

  /** Begins the running limit anew. */
  refresh(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
