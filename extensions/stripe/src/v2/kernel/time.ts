/** Times of version 2: RFC 3339, in UTC. */
const MILLISECONDS = 1000;

/** A time in seconds since 1970 as version 2 writes it: `2026-10-28T12:00:00.000Z`. */
export function timestamp(seconds: number): string {
  return new Date(seconds * MILLISECONDS).toISOString();
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

/** The seconds since 1970 of a time as version 2 takes it; undefined for a text that is none. */
export function secondsOf(text: string): number | undefined {
  if (!TIMESTAMP.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / MILLISECONDS);
}
