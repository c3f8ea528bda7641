/** A line of the log for people. It loads nothing: threads that cannot use the log write such lines, too. */
export interface LogText {
  readonly level: string;
  readonly message: string;
  /** In ISO 8601. */
  readonly timestamp: string;
  /** The extension or the part of the platform. */
  readonly label: string;
}

/** `12:00:01.204 info  [hello-world] text` on a terminal; with the whole ISO 8601 time elsewhere. */
export function logText({ level, message, timestamp, label }: LogText, isTerminal: boolean): string {
  return `${isTerminal ? timestamp.slice(11, 23) : timestamp} ${level.padEnd(5)} [${label}] ${message}`;
}
