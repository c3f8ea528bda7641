import { LineSplitter } from '../../../src/engine/line-splitter';

/** All lines of the bytes when they come in chunks of a size. */
function split(bytes: Buffer, size: number, limit?: number): string[] {
  const splitter = new LineSplitter(limit);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
  return [...lines, ...splitter.end()];
}

describe('LineSplitter', () => {
  const lines = ['plain', 'naïve café', '', '日本語のログ', '😀 four bytes 👩‍👩‍👧', 'last'];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);

  it('gives the same lines wherever the borders of the chunks fall', () => {
    for (let size = 1; size <= bytes.length; size += 1) expect(split(bytes, size)).toEqual(lines);
  });

  it('gives the last line even when it has no line end, and no line more when it has one', () => {
    expect(split(Buffer.from('a\nb'), 2)).toEqual(['a', 'b']);
    expect(split(Buffer.from('a\nb\n'), 2)).toEqual(['a', 'b']);
    expect(split(Buffer.from(''), 1)).toEqual([]);
  });

  it('takes CRLF for one line end, also with a border in the middle of it', () => {
    expect(split(Buffer.from('a\r\nb\r\n'), 2)).toEqual(['a', 'b']);
    expect(split(Buffer.from('a\r\nb\r\n'), 6)).toEqual(['a', 'b']);
  });

  it('cuts an endless line at its limit, but never inside a character', () => {
    const text = '€'.repeat(100);
    for (const size of [1, 7, 300]) {
      const pieces = split(Buffer.from(text), size, 10);
      expect(pieces.join('')).toBe(text);
      expect(Math.max(...pieces.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(10);
    }
  });

  it('says whether it is in the middle of a line', () => {
    const splitter = new LineSplitter();
    splitter.push(Buffer.from('a'));
    expect(splitter.isInLine).toBe(true);
    splitter.push(Buffer.from('\n'));
    expect(splitter.isInLine).toBe(false);
  });
});
