/** What a host may take. */
export interface FetchLimits {
  /** How long a host may say nothing, in milliseconds. */
  readonly silence: number;
  /** How long one download, or one command of git, may take in all, in milliseconds. */
  readonly total: number;
  /** How large a tarball may be, in bytes. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: FetchLimits = { silence: 30_000, total: 10 * 60_000, bytes: 512 * 1024 * 1024 };

/** Milliseconds in words, for messages. */
export function inSeconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
