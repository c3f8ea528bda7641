import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Damage } from './damage';

/** What a page that describes the file has behind its head of 24 bytes, and where. */
const HEAD = 24;
const MAGIC = 0xbeefc0de;
const PAGE_SIZE_AT = HEAD + 24;
const LAST_PAGE_AT = HEAD + 120;
const TRANSACTION_AT = HEAD + 128;
const NEEDED = TRANSACTION_AT + 8;

/**
 * Looks at the first two pages of a file of LMDB, which describe it by turns, and at its length. LMDB maps the file into memory
 * without that, and to touch a page that is missing ends the process. Throws `Damage`.
 */
export function checkFile(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const first = readPage(file, descriptor, 0);
    const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
    if (pageSize < 512 || pageSize > 65_536) throw new Damage(file, `its pages cannot have ${pageSize} bytes`);
    const second = readPage(file, descriptor, pageSize);
    const newer = [first, second].sort((a, b) => transactionOf(b) - transactionOf(a))[0] as Buffer;
    const needed = (Number(newer.readBigUInt64LE(LAST_PAGE_AT)) + 1) * pageSize;
    if (size < needed) throw new Damage(file, `it should have ${needed} bytes and has ${size}`);
  } finally {
    closeSync(descriptor);
  }
}

function readPage(file: string, descriptor: number, at: number): Buffer {
  const page = Buffer.alloc(NEEDED);
  const length = readSync(descriptor, page, 0, NEEDED, at);
  if (length < NEEDED || page.readUInt32LE(HEAD) !== MAGIC)
    throw new Damage(file, 'it does not begin as such a file does');
  return page;
}

function transactionOf(page: Buffer): number {
  return Number(page.readBigUInt64LE(TRANSACTION_AT));
}
