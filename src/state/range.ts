import { BacklotError } from '../api/errors';
import type { IndexRange, Range } from '../api/state';
import { HIGHEST, LOWEST, compareKeys, describe, toKey, type Bound } from './key';

/** A range as a tree can be scanned: from one place to another. */
export interface Bounds {
  readonly low: Bound;
  /** Whether a key that equals `low` is left out. */
  readonly lowOpen: boolean;
  readonly high: Bound;
  readonly highOpen: boolean;
  readonly reverse: boolean;
  readonly limit: number;
}

const EVERYTHING: Bounds = {
  low: LOWEST,
  lowOpen: false,
  high: HIGHEST,
  highOpen: false,
  reverse: false,
  limit: Infinity,
};

const WORDS = new Set(['from', 'after', 'to', 'before', 'prefix', 'reverse', 'limit', 'equals']);

/** What a range comes down to. Throws `BACKLOT_E_STATE_KEY_INVALID` for what is no range. */
export function boundsOf(range: Range | undefined): Bounds {
  if (range === undefined) return EVERYTHING;
  for (const word of Object.keys(range)) {
    if (!WORDS.has(word)) throw new BacklotError('BACKLOT_E_STATE_KEY_INVALID', `a range has no "${word}"`);
  }
  let { low, lowOpen, high, highOpen } = EVERYTHING;
  const raise = (to: Bound, open: boolean): void => {
    const order = compareKeys(to, low);
    if (order > 0) [low, lowOpen] = [to, open];
    else if (order === 0) lowOpen ||= open;
  };
  const lower = (to: Bound, open: boolean): void => {
    const order = compareKeys(to, high);
    if (order < 0) [high, highOpen] = [to, open];
    else if (order === 0) highOpen ||= open;
  };
  if (range.from !== undefined) raise(toKey(range.from, 'beginning of a range'), false);
  if (range.after !== undefined) raise(toKey(range.after, 'beginning of a range'), true);
  if (range.to !== undefined) lower(toKey(range.to, 'end of a range'), false);
  if (range.before !== undefined) lower(toKey(range.before, 'end of a range'), true);
  if (range.prefix !== undefined) {
    const prefix = toKey(range.prefix, 'prefix of a range');
    if (typeof prefix === 'number') throw notARange('prefix', prefix);
    raise(prefix, false);
    lower(endOfPrefix(prefix), true);
  }
  return { low, lowOpen, high, highOpen, reverse: range.reverse ?? false, limit: limitOf(range.limit) };
}

/** The same for an index: `equals` is a range of one key. */
export function boundsOfIndex(range: IndexRange | undefined): Bounds {
  if (range?.equals === undefined) return boundsOf(range);
  const key = toKey(range.equals, 'key of an index');
  return { ...boundsOf({ reverse: range.reverse, limit: range.limit }), low: key, high: key };
}

function limitOf(limit: unknown): number {
  if (limit === undefined || limit === Infinity) return Infinity;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0) throw notARange('limit', limit);
  return limit;
}

function notARange(word: string, given: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_STATE_KEY_INVALID', `${describe(given)} is no ${word} of a range`);
}

/** The place behind all keys that begin so. */
function endOfPrefix(prefix: Exclude<Bound, number>): Bound {
  if (typeof prefix !== 'string') return [...prefix, []];
  for (let end = prefix.length; end > 0; end--) {
    const unit = prefix.charCodeAt(end - 1);
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  // Behind all strings come the arrays, of which this is the first.
  return [];
}
