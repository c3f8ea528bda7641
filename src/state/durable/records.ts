import { createHash } from 'node:crypto';
import type { Key } from '../../api/state';
import { toKey } from '../key';
import { checksum } from './checksum';
import type { EngineRecord } from './engine';

/**
 * How the store's records look in the engine.
 *
 * A note, which is about the store itself, has the key `1 name`. A value has the key `2 layer collection key`, with two numbers
 * of four bytes and the key as JSON. In the record are a checksum of all that follows and of the key, a byte that says what it
 * is, and the data.
 */
const NOTE = 1;
const VALUE = 2;

/** What a record of a layer says. */
export const MARK = {
  /** There is nothing under this key, whatever the layers below have. */
  deleted: 0,
  text: 1,
  bytes: 2,
  /** Nothing of this collection in the layers below counts. Its key is empty, so it comes first. */
  cleared: 3,
} as const;

export type Mark = (typeof MARK)[keyof typeof MARK];

/** Added to the mark when the key is too long for the engine: its hash stands in its place, and it before the data. */
const LONG_KEY = 0x80;
const LONGEST_KEY = 1_500;
const HASHED = 0xff;
const HEAD = 9;

/** Where the notes begin, and where they end. */
export const NOTES: readonly [Buffer, Buffer] = [Buffer.from([NOTE]), Buffer.from([VALUE])];

export function noteKey(name: string): Buffer {
  return Buffer.concat([Buffer.from([NOTE]), Buffer.from(name)]);
}

/** The range of keys of a layer, or of a collection in it. */
export function rangeOf(layer: number, collection?: number): { readonly from: Buffer; readonly before: Buffer } {
  if (collection === undefined) return { from: head(layer, 0), before: head(layer + 1, 0) };
  return { from: head(layer, collection), before: head(layer, collection + 1) };
}

function head(layer: number, collection: number, room = 0): Buffer {
  const buffer = Buffer.allocUnsafe(HEAD + room);
  buffer[0] = VALUE;
  buffer.writeUInt32BE(layer, 1);
  buffer.writeUInt32BE(collection, 5);
  return buffer;
}

/** A record whose key is the key of a value. */
export function valueRecord(
  layer: number,
  collection: number,
  key: Key,
  mark: Mark,
  data: string | Uint8Array = '',
): EngineRecord {
  const text = JSON.stringify(key);
  const length = Buffer.byteLength(text);
  if (length > LONGEST_KEY) return longRecord(layer, collection, text, mark, data);
  const engineKey = head(layer, collection, length);
  engineKey.write(text, HEAD);
  return seal(engineKey, mark, data);
}

function longRecord(
  layer: number,
  collection: number,
  text: string,
  mark: Mark,
  data: string | Uint8Array,
): EngineRecord {
  const hash = createHash('sha256').update(text).digest();
  const engineKey = Buffer.concat([head(layer, collection), Buffer.from([HASHED]), hash]);
  const length = Buffer.alloc(4);
  const whole = Buffer.from(text);
  length.writeUInt32BE(whole.length);
  return seal(engineKey, mark | LONG_KEY, Buffer.concat([length, whole, Buffer.from(data as string)]));
}

/** The record that hides what the layers below have of a collection. */
export function clearedRecord(layer: number, collection: number): EngineRecord {
  return seal(head(layer, collection), MARK.cleared, '');
}

/** The same record in another layer. */
export function inLayer(layer: number, record: EngineRecord): EngineRecord {
  const key = Buffer.from(record.key);
  key.writeUInt32BE(layer, 1);
  return seal(key, record.value[4] as number, record.value.subarray(5));
}

/** The record of a note. */
export function noteRecord(name: string, note: unknown): EngineRecord {
  return seal(noteKey(name), MARK.text, JSON.stringify(note));
}

function seal(key: Buffer, mark: number, data: string | Uint8Array): EngineRecord {
  const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  const value = Buffer.allocUnsafe(5 + length);
  value[4] = mark;
  if (typeof data === 'string') value.write(data, 5);
  else value.set(data, 5);
  value.writeUInt32BE(checksumOf(key, value));
  return { key, value };
}

function checksumOf(key: Buffer, value: Buffer): number {
  return checksum(value.subarray(4), checksum(key));
}

/** Whether a record is what was written. */
export function isWhole({ key, value }: EngineRecord): boolean {
  return value.length >= 5 && value.readUInt32BE(0) === checksumOf(key, value);
}

/** A record, read. */
export type ReadRecord =
  | { readonly type: 'note'; readonly name: string; readonly note: unknown }
  | {
      readonly type: 'value';
      readonly layer: number;
      readonly collection: number;
      readonly mark: Mark;
      /** Empty for `cleared`. */
      readonly key: Key;
      readonly data: Buffer;
    };

/** What a whole record says. */
export function readRecord({ key, value }: EngineRecord): ReadRecord {
  if (key[0] === NOTE) {
    return { type: 'note', name: key.toString('utf8', 1), note: JSON.parse(value.toString('utf8', 5)) };
  }
  const mark = ((value[4] as number) & ~LONG_KEY) as Mark;
  const place = { type: 'value', layer: key.readUInt32BE(1), collection: key.readUInt32BE(5), mark } as const;
  if (mark === MARK.cleared) return { ...place, key: '', data: value.subarray(5) };
  if (!((value[4] as number) & LONG_KEY)) {
    return { ...place, key: readKey(key.toString('utf8', HEAD)), data: value.subarray(5) };
  }
  const end = 9 + value.readUInt32BE(5);
  return { ...place, key: readKey(value.toString('utf8', 9, end)), data: value.subarray(end) };
}

function readKey(text: string): Key {
  const key = JSON.parse(text) as Key;
  return typeof key === 'object' ? toKey(key) : key;
}
