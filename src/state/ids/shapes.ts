/** Identifiers of common shapes, made of bytes that are random or seem so. */
import type { Bytes } from './bytes';

const LETTERS = Buffer.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
/** Bytes from here on are left out, so that each letter is as likely as any other. */
const UNEVEN = 256 - (256 % LETTERS.length);
const LONGEST = 1024;
/** Where letters are put together. */
const scratch = Buffer.alloc(LONGEST);

/** So many letters and digits, behind a head of ASCII. Throws a RangeError for a length that is none. */
export function base62(length: number, bytes: Bytes, head = ''): string {
  assertLength(length);
  const end = head.length + length;
  const letters = end <= scratch.length ? scratch : Buffer.alloc(end);
  for (let i = 0; i < head.length; i++) letters[i] = head.charCodeAt(i);
  let made = head.length;
  while (made < end) {
    const taken = bytes(end - made);
    for (let i = 0; i < taken.length; i++) {
      const byte = taken[i]!;
      if (byte < UNEVEN) letters[made++] = LETTERS[byte % LETTERS.length]!;
    }
  }
  // Text that is put together letter by letter is a chain of pieces, which costs more to make and to keep.
  return letters.toString('latin1', 0, end);
}

/** So many hexadecimal digits. Throws a RangeError for a length that is none. */
export function hex(digits: number, bytes: Bytes): string {
  assertLength(digits);
  return Buffer.from(bytes(Math.ceil(digits / 2)))
    .toString('hex')
    .slice(0, digits);
}

/** A UUID of version 4. */
export function uuid(bytes: Bytes): string {
  const all = Buffer.from(bytes(16));
  all.writeUInt8((all.readUInt8(6) & 0x0f) | 0x40, 6);
  all.writeUInt8((all.readUInt8(8) & 0x3f) | 0x80, 8);
  return all.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A number of at least 0 and less than 1, with all the digits that a number can have. */
export function fraction(bytes: Bytes): number {
  const all = Buffer.from(bytes(7));
  return (all.readUIntBE(0, 6) * 32 + (all.readUInt8(6) & 0x1f)) / 2 ** 53;
}

function assertLength(length: number): void {
  if (Number.isInteger(length) && length > 0 && length <= LONGEST) return;
  throw new RangeError(`an identifier has 1 to ${LONGEST} characters, and not ${length}`);
}
