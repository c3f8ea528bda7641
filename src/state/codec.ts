import { BacklotError } from '../api/errors';
import { Entry } from './entry';
import type { IndexDefinitions } from './index-definition';
import { isPlain } from './is-plain';
import { describe } from './key';
import type { Table } from './table';

/** How values of one kind become what is kept, and come back from it. */
export interface Codec<T> {
  /** Throws `BACKLOT_E_STATE_VALUE_INVALID`, and `BACKLOT_E_STATE_INDEX_FAILED` when an index has no keys for the value. */
  readonly encode: (value: T, indexes: IndexDefinitions, table: Pick<Table, 'follows'>) => Entry;
  readonly decode: (entry: Entry) => T;
}

/** Values that are copied at each read. */
export const JSON_CODEC: Codec<unknown> = {
  encode(value, indexes, table) {
    const entry = toEntry(value);
    let copy: unknown;
    // One copy for all indexes.
    entry.indexBy(indexes, table, () => (copy ??= entry.copy()));
    return entry;
  },
  decode: (entry) => entry.copy(),
};

/** Values that are shared by those who read them. */
export const FROZEN_CODEC: Codec<unknown> = {
  encode(value, indexes, table) {
    const entry = toEntry(value);
    let asked: unknown;
    // Most values are not read soon, so a value that is what JSON makes of it is asked itself.
    const ask = (): unknown => (asked ??= isPlain(value) ? value : entry.frozen());
    entry.indexBy(indexes, table, ask);
    return entry;
  },
  decode: (entry) => entry.frozen(),
};

export const BYTES_CODEC: Codec<Uint8Array> = {
  encode(value) {
    if (value instanceof Uint8Array) return new Entry(new Uint8Array(value));
    throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `${describe(value)} is no Uint8Array`);
  },
  decode: ({ data }) => new Uint8Array(data as Uint8Array),
};

function toEntry(value: unknown): Entry {
  // What is no value to JSON, as undefined or a function, comes out as undefined.
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `JSON cannot hold ${describe(value)}`, { cause });
  }
  if (text === undefined) throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `${describe(value)} is no value`);
  return new Entry(inOnePiece(text));
}

/** So that the compiler does not leave out what a letter is looked at for. */
export const lookedAt = { letter: 0 };

/** The same text as one piece: JSON comes as a chain of many, each of which the garbage collector would have to carry along. */
function inOnePiece(text: string): string {
  lookedAt.letter = text.charCodeAt(0);
  return text;
}
