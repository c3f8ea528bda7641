import { setTimeout as delay } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { GATHERED_BYTES, gatherChunks } from '../../../src/engine/gather-chunks';

/** A stream to which somebody writes without end, a little at a time. */
function flood(pieces: number): Readable {
  const stream = new Readable({ read: () => undefined, highWaterMark: GATHERED_BYTES });
  let next = 0;
  const write = (): void => {
    for (let i = 0; i < 10 && next < pieces; i += 1) stream.push(`${(next += 1)}\n`);
    if (next < pieces) setImmediate(write);
    else stream.push(null);
  };
  write();
  return stream;
}

describe('chunks that are gathered', () => {
  it('hold all bytes in their order, in far fewer pieces when they come fast', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of gatherChunks(flood(50_000))) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
    expect(lines).toEqual(Array.from({ length: 50_000 }, (_, index) => String(index + 1)));
    expect(chunks.length).toBeLessThan(2_500);
  });

  it('come at once when they come now and then', async () => {
    const stream = new Readable({ read: () => undefined });
    const chunks = gatherChunks(stream);
    for (const word of ['one', 'two', 'three']) {
      const next = chunks.next();
      await delay(5);
      stream.push(word);
      expect(Buffer.from((await next).value as Uint8Array).toString()).toBe(word);
    }
    await chunks.return(undefined);
    expect(stream.destroyed).toBe(true);
  });
});
