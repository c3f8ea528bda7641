import { BacklotError } from '../api/errors';

const DURATION = /^(?=.)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const UNIX_SECONDS = /^\d+(?:\.\d{1,9})?$/;
const ISO_DAY = /^\d{4}-\d\d-\d\d$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?$/;

/**
 * A point in time as people write it: how long ago (`90s`, `10m`, `1h30m`, `2d`), an ISO time (of this machine's time
 * zone when it names none) or Unix seconds.
 *
 * Gives Unix seconds as the engine takes them. `now` is in milliseconds. Throws `BACKLOT_E_OPTION_INVALID`.
 */
export function parseSince(text: string, now: number = Date.now()): string {
  if (UNIX_SECONDS.test(text)) return text;
  const duration = DURATION.exec(text);
  if (duration) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = duration.slice(1).map((part) => Number(part ?? 0));
    return unixSeconds(now - (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  }
  // Without a time of day, JavaScript would take the day for one of UTC.
  const iso = ISO_DAY.test(text) ? `${text}T00:00` : text;
  const time = ISO_TIME.test(iso) ? Date.parse(iso) : Number.NaN;
  if (!Number.isNaN(time)) return unixSeconds(time);
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `since: "${text}" is not a point in time`, {
    remedy: 'Write how long ago (90s, 10m, 1h30m, 2d), an ISO time (2026-01-31T12:00:00Z) or Unix seconds.',
  });
}

/** Milliseconds as the seconds that the engine takes. */
export function unixSeconds(milliseconds: number): string {
  return (Math.max(0, milliseconds) / 1000).toFixed(3);
}

/** A time of the engine (RFC 3339 with nanoseconds) as Unix seconds, with its nanoseconds kept. */
export function engineTimeToUnix(time: string): string {
  return nanosecondsToUnix(engineTimeToNanoseconds(time));
}

/** A time of the engine in nanoseconds since 1970. */
export function engineTimeToNanoseconds(time: string): bigint {
  const [, nanoseconds = ''] = /\.(\d{1,9})/.exec(time) ?? [];
  const seconds = Math.floor(Date.parse(time) / 1000);
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds.padEnd(9, '0'));
}

/** Nanoseconds since 1970 as the engine takes them. */
export function nanosecondsToUnix(time: bigint): string {
  return `${time / 1_000_000_000n}.${String(time % 1_000_000_000n).padStart(9, '0')}`;
}
