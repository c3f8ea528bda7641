import { createHash, randomBytes } from 'node:crypto';

/** Gives so many bytes that nobody can tell from random ones, other ones at each call. */
export type Bytes = (count: number) => Uint8Array;

/** Bytes that no one can foretell. */
export const randomly: Bytes = (count) => randomBytes(count);

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
