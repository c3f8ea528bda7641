import { Readable } from 'node:stream';
import { type LogFrame, readFrames } from '../../../src/engine/log-frames';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function* chunks(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<LogFrame[]>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const frames of source)
    found.push(...frames.map((f): [string, string] => [f.stream, f.payload.toString()]));
  return found;
}

describe('the frames of a log', () => {
  const bytes = Buffer.concat([frame(1, 'out 1\n'), frame(2, 'err ü\n'), frame(1, ''), frame(1, 'out 2')]);
  const expected = [
    ['stdout', 'out 1\n'],
    ['stderr', 'err ü\n'],
    ['stdout', ''],
    ['stdout', 'out 2'],
  ];

  it('are told apart wherever the borders of the chunks fall', async () => {
    for (let size = 1; size <= bytes.length; size += 1) {
      expect(await collect(readFrames(Readable.from(chunks(bytes, size))))).toEqual(expected);
    }
  });

  it('are read no faster than they are taken', async () => {
    let handedOut = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          handedOut += 1;
          yield frame(1, `${handedOut}\n`);
        }
      })(),
      { highWaterMark: 1 },
    );
    for await (const frames of readFrames(endless)) {
      if (frames.length > 0 && handedOut > 5) break;
    }
    expect(handedOut).toBeLessThan(20);
    expect(endless.destroyed).toBe(true);
  });
});
