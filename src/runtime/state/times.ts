import { invalid } from './state-request';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A time as clients write it, in milliseconds since 1970: a number of them, or a date of ISO 8601. Throws BACKLOT_E_REQUEST_INVALID. */
export function parseTime(value: unknown, what: string): number {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof time === 'number' && Number.isInteger(time)) return time;
  throw invalid(`"${what}" is a time in milliseconds since 1970, or such as "2030-01-31T12:00:00Z"`);
}

/** A span of time as clients write it, in milliseconds: `30d`, `1h 30m`, `250ms`. Throws BACKLOT_E_REQUEST_INVALID. */
export function parseSpan(value: unknown, what: string): number {
  const parts = typeof value === 'string' ? [...value.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g)] : [];
  const isWhole = typeof value === 'string' && /^\s*(\d+(\.\d+)?\s*(ms|[smhdw])\s*)+$/.test(value);
  if (!isWhole) throw invalid(`"${what}" is a span of time such as "30d", "1h 30m" or "250ms"`);
  return Math.round(parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0));
}

/** A number of at least 0. Throws BACKLOT_E_REQUEST_INVALID. */
export function parseNumber(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw invalid(`"${what}" is a number of at least 0`);
}
