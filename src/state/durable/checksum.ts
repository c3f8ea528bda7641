import zlib from 'node:zlib';

/** The CRC-32 of bytes, going on from that of others. */
export type Checksum = (bytes: Uint8Array, before?: number) => number;

/** Node's own, which the first releases of Node 20 lack. */
export const checksum: Checksum = typeof zlib.crc32 === 'function' ? zlib.crc32 : crc32;

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** The same in JavaScript. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}
