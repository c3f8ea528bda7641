/** A line longer than this comes in pieces: a log without line ends must not fill the memory. */
const LIMIT_BYTES = 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts a stream of UTF-8 bytes into lines, wherever the borders of its chunks fall.
 *
 * Bytes become text only when a line is whole, so a character on a border between two chunks stays whole, too. Lines
 * come without their line end, LF or CRLF.
 */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(private readonly limit = LIMIT_BYTES) {}

  /** Whether the last chunk ended in the middle of a line. */
  get isInLine(): boolean {
    return this.#length > 0;
  }

  /** Takes the next bytes, and gives the lines that they complete. */
  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(this.#complete(bytes.subarray(start, end)));
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    while (this.#length > this.limit) lines.push(this.#cut());
    return lines;
  }

  /** The last line, when it had no line end. */
  end(): string[] {
    return this.#length === 0 ? [] : [this.#complete(Buffer.alloc(0))];
  }

  #keep(rest: Buffer): void {
    this.#pieces.push(rest);
    this.#length += rest.length;
  }

  #complete(last: Buffer): string {
    const line = this.#length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#length = 0;
    return lineText(line);
  }

  /** The first `limit` bytes of an endless line, but never part of a character. */
  #cut(): string {
    const line = Buffer.concat(this.#pieces);
    let end = this.limit;
    while (end > 1 && ((line[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
    const rest = line.subarray(end);
    this.#pieces = [rest];
    this.#length = rest.length;
    return line.toString('utf8', 0, end);
  }
}

/** A line of UTF-8 without its line feed, and without the carriage return before it. */
export function lineText(line: Buffer): string {
  return line.toString('utf8', 0, line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length);
}
