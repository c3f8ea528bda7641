import type { AccessEntry } from '../gateway/access-entry';

/** How long an entry may wait for others, in milliseconds. */
const WAIT_MS = 50;
/** How many entries are written at once, at most. */
const MOST = 500;

/** Entries that are written as one event of the log: a line of it costs more than a request. */
export interface AccessBatch {
  readonly entries: readonly TimedEntry[];
}

interface TimedEntry extends AccessEntry {
  readonly timestamp: string;
}

/**
 * Collects the entries of the access log and hands them over a few times a second, in order. What is collected is handed over
 * before the process ends, too.
 */
export class AccessLog {
  #entries: TimedEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Many requests end within one millisecond, which is written once. */
  #lastTime = 0;
  #lastTimestamp = '';

  constructor(private readonly write: (batch: AccessBatch) => void) {
    process.once('exit', this.flush);
  }

  /** Hands over what is left. */
  close(): void {
    this.flush();
    process.off('exit', this.flush);
  }

  readonly add = (entry: AccessEntry): void => {
    this.#entries.push({ ...entry, timestamp: this.#timestamp() });
    if (this.#entries.length >= MOST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  };

  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#entries;
    this.#entries = [];
    if (entries.length > 0) this.write({ entries });
  };

  #timestamp(): string {
    const now = Date.now();
    if (now !== this.#lastTime) {
      this.#lastTime = now;
      this.#lastTimestamp = new Date(now).toISOString();
    }
    return this.#lastTimestamp;
  }
}

/** `GET api.test/users/1 200 in 0.8 ms (users)`. */
export function describeAccess({ method, host, path, status, milliseconds, extension, complete }: AccessEntry): string {
  const who = extension === undefined ? '' : ` (${extension})`;
  return `${method} ${host}${path} ${status} in ${milliseconds.toFixed(1)} ms${who}${complete ? '' : ', cut off'}`;
}
