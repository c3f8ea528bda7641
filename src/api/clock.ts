/** The time as an extension sees it: that of the world which the running request belongs to. */
import type { Timer } from './resources';

/**
 * The clock of the current world. It shows the real time until somebody freezes or sets it, or advances it; an extension that
 * takes its times from here, and not from `Date`, runs the same way in each of these cases.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Whole seconds since 1970. */
  seconds(): number;
  date(): Date;
  /** The time as in `2030-01-31T12:00:00.000Z`. */
  iso(): string;
  /**
   * Calls a function once so much of the world's time has passed: by itself while the clock runs, and otherwise when somebody
   * advances it that far. It is called in the world in which the timer was made, and not at all when that world is reset,
   * restored or deleted before, or when the extension goes. Whoever advances the clock waits for the promise that it returns.
   */
  setTimeout(run: () => unknown, milliseconds?: number): Timer;
  /** The same, again and again. The interval is at least a millisecond. */
  setInterval(run: () => unknown, milliseconds: number): Timer;
  /**
   * Resolves once so much of the world's time has passed. Rejects with `BACKLOT_E_STATE_FENCED` when the world is reset,
   * restored or deleted before, and with the reason of a signal that is aborted: the one given, or that of the extension.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
