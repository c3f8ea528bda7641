import type { AccessEntry } from '../gateway/access-entry';

/** How long an entry may wait for others, in milliseconds. */
const WAIT_MS = 50;
/** How many entries are written at once, at most. */
const MOST = 500;

/** Makes the line of an entry. */
export type WriteEntry = (entry: AccessEntry, timestamp: string) => string;

/**
 * Collects the lines of the access log and hands them over a few times a second, in order and as one text: an event of the log
 * costs more than a request. What is collected is handed over before the process ends, too.
 *
 * Each entry becomes text at once. To keep entries until they are written would cost more: half a thousand objects live long
 * enough to be moved about by the garbage collector.
 */
export class AccessLog {
  #text = '';
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Many requests end within one millisecond, which is written once. */
  #lastTime = 0;
  #lastTimestamp = '';

  /** `write` gets lines with a line break between them. */
  constructor(
    private readonly lineOf: WriteEntry,
    private readonly write: (lines: string) => void,
  ) {
    process.once('exit', this.flush);
  }

  /** Hands over what is left. */
  close(): void {
    this.flush();
    process.off('exit', this.flush);
  }

  readonly add = (entry: AccessEntry): void => {
    const line = this.lineOf(entry, this.#timestamp());
    this.#text = this.#count === 0 ? line : `${this.#text}\n${line}`;
    if (++this.#count >= MOST) this.flush();
    else this.#timer ??= setTimeout(this.flush, WAIT_MS).unref();
  };

  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#count === 0) return;
    const text = this.#text;
    this.#text = '';
    this.#count = 0;
    this.write(text);
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
  return `${method} ${host}${path} ${status} in ${tenths(milliseconds)} ms${who}${complete ? '' : ', cut off'}`;
}

/** A number with one digit behind the point, as `toFixed` writes it, at a fraction of its time. */
function tenths(value: number): string {
  const count = Math.round(value * 10);
  const whole = Math.floor(count / 10);
  return `${whole}.${count - whole * 10}`;
}
