import { createHash, randomBytes } from 'node:crypto';

/** Gives so many bytes that nobody can tell from random ones, other ones at each call. */
export type Bytes = (count: number) => Uint8Array;

/** How many random bytes are fetched at once: a call of the system for each identifier costs more than the identifier. */
const STOCK = 16_384;

let stock: Uint8Array = new Uint8Array(0);
let taken = 0;

/** Bytes that no one can foretell. None is given twice. */
export const randomly: Bytes = (count) => {
  if (taken + count > stock.length) {
    stock = randomBytes(Math.max(STOCK, count));
    taken = 0;
  }
  return stock.subarray(taken, (taken += count));
};

/** The bytes of a sequence that follows from a text, from its n-th block on. */
export class SeededBytes {
  readonly #text: string;
  #blocks: number;

  constructor(text: string, blocks: number) {
    this.#text = text;
    this.#blocks = blocks;
  }

  /** How many blocks of the sequence have been taken. */
  get blocks(): number {
    return this.#blocks;
  }

  readonly take: Bytes = (count) => {
    const taken: Buffer[] = [];
    for (let length = 0; length < count;) {
      const block = createHash('sha256').update(`${this.#blocks}\n${this.#text}`).digest();
      this.#blocks += 1;
      length += block.length;
      taken.push(block);
    }
    return Buffer.concat(taken).subarray(0, count);
  };
}
