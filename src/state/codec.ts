import { BacklotError } from '../api/errors';
import { Entry } from './entry';
import { describe } from './key';

/** How values of one kind become what is kept, and come back from it. */
export interface Codec<T> {
  /** Throws `BACKLOT_E_STATE_VALUE_INVALID`. */
  readonly encode: (value: T) => Entry;
  readonly decode: (entry: Entry) => T;
}

export const JSON_CODEC: Codec<unknown> = {
  encode(value) {
    // What is no value to JSON, as undefined or a function, comes out as undefined.
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `JSON cannot hold ${describe(value)}`, { cause });
    }
    if (text === undefined) throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `${describe(value)} is no value`);
    return new Entry(text);
  },
  decode: ({ data }) => JSON.parse(data as string) as unknown,
};

export const BYTES_CODEC: Codec<Uint8Array> = {
  encode(value) {
    if (value instanceof Uint8Array) return new Entry(new Uint8Array(value));
    throw new BacklotError('BACKLOT_E_STATE_VALUE_INVALID', `${describe(value)} is no Uint8Array`);
  },
  decode: ({ data }) => new Uint8Array(data as Uint8Array),
};
