import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import express from 'express';
import { text as readText } from 'node:stream/consumers';
import { HttpError } from '../../../src/api/http-error';
import { rawClient } from '../../support/raw-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
beforeEach(async () => {
  started = await startGateway({ bodyLimit: 100_000 });
  shop = started.owner('shop');
});

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  started.send(path, { method: 'POST', body, headers });

const messageOf = (answer: { json(): unknown }): string =>
  (answer.json() as { error: { message: string } }).error.message;

describe('reading a body', () => {
  it('gives it as bytes, text and JSON, and again as often as it is asked for', async () => {
    shop.router.post('/x', async ({ body }) => {
      const [bytes, text, json] = [await body.buffer(), await body.text(), await body.json<{ a: string }>()];
      return { bytes: bytes.toString('hex'), text, json, again: await readText(body.stream()) };
    });
    expect((await post('/x', '{"a":"ä"}')).json()).toEqual({
      bytes: Buffer.from('{"a":"ä"}').toString('hex'),
      text: '{"a":"ä"}',
      json: { a: 'ä' },
      again: '{"a":"ä"}',
    });
  });

  it('gives an empty one where none was sent, also by a GET', async () => {
    shop.router.all('/x', async ({ body }) => `<${await body.text()}${await readText(body.stream())}>`);
    expect((await started.send('/x')).text).toBe('<>');
    expect((await post('/x', '')).text).toBe('<>');
    expect((await post('/x', '', { 'transfer-encoding': 'chunked' })).text).toBe('<>');
  });

  it('takes the charset from the content type', async () => {
    shop.router.post('/x', ({ body }) => body.text());
    const latin = Buffer.from('käse', 'latin1');
    expect((await post('/x', latin, { 'content-type': 'text/plain; charset="ISO-8859-1"' })).text).toBe('käse');
    const unknown = await post('/x', latin, { 'content-type': 'text/plain; charset=klingon' });
    expect([unknown.status, messageOf(unknown)]).toEqual([415, 'the charset "klingon" of the body is not known']);
  });

  it('says where JSON is wrong', async () => {
    shop.router.post('/x', ({ body }) => body.json());
    const wrong = await post('/x', '{\n  "a": 1,\n  "b" 2\n}');
    expect([wrong.status, messageOf(wrong)]).toEqual([
      400,
      'the body is not valid JSON: colon expected at line 3, column 7',
    ]);
    expect(messageOf(await post('/x', ''))).toBe('the body is empty where JSON was expected');
    expect(messageOf(await post('/x', Buffer.from([0x22, 0xff, 0x22])))).toMatch(/not UTF-8/);
    for (const text of ['{"a":1,}', '[1] x', '{"a":// no\n1}', "'a'", '"a\nb"', '01', '{"a":1', '\u00a01', '"\\x"']) {
      const answer = await post('/x', text);
      expect([text, answer.status, messageOf(answer)]).toEqual([
        text,
        400,
        expect.stringMatching(/^the body is not valid JSON: [a-z ]+ at line \d+, column \d+$/),
      ]);
    }
  });

  it('refuses to give what went to somebody else', async () => {
    shop.router.post('/twice', async ({ body }) => {
      const stream = body.stream();
      expect(() => body.stream()).toThrow('taken as a stream');
      await expect(body.text()).rejects.toMatchObject({ code: 'BACKLOT_E_BODY_TAKEN' });
      return stream;
    });
    expect((await post('/twice', 'once')).text).toBe('once');
    shop.requestHandlers.append(async (chain, { request, body }) => {
      await readText(request);
      await expect(body.buffer()).rejects.toThrow('by somebody who reads the request itself');
      chain.respond(204);
    });
    expect((await post('/other', 'x')).status).toBe(204);
  });

  it('leaves the bytes, as they were sent, to Express handlers and mounted apps after it', async () => {
    const app = express();
    app.use(express.json());
    app.post('/json', (request, response) => void response.json({ parsed: request.body as unknown }));
    shop.requestHandlers.append(async (_chain, { body, locals }) => (locals.seen = await body.json()));
    shop.requestHandlers.append((_chain, { request, response }) => {
      app(request, response);
      return once(response, 'close');
    });
    const body = zlib.gzipSync(JSON.stringify({ a: 'x'.repeat(50_000) }));
    for (let round = 0; round < 3; round++) {
      const answer = await post('/json', body, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
      expect(answer.text).toBe(JSON.stringify({ parsed: { a: 'x'.repeat(50_000) } }));
    }
  });

  const readers: Record<string, (request: Readable) => Promise<string>> = {
    'an async loop': async (request) => {
      let text = '';
      for await (const piece of request) text += String(piece);
      return text;
    },
    listeners: (request) => {
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      return new Promise((resolve) => request.once('end', () => resolve(text)));
    },
    'a pipe': (request) => readText(request.pipe(new PassThrough())),
  };
  const times = ['after it', 'at the same time', 'in the middle'] as const;
  it.each(times.flatMap((when) => Object.keys(readers).map((how) => [how, when] as const)))(
    'leaves all of it to %s of the request %s, however it comes',
    async (how, when) => {
      const pieces = [
        'POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n',
        '3\r\nabc\r\n',
        '3\r\ndef\r\n0\r\n\r\n',
      ];
      const cameUpTo = (index: number): number => pieces.slice(0, index + 1).join('').length;
      let reached = -1;
      shop.router.post('/x', async ({ body, request }) => {
        const whole = body.text();
        const came = (index: number): Promise<void> =>
          waitFor('the piece', () => request.socket.bytesRead === cameUpTo(index)).then(() => void (reached = index));
        await came(0);
        if (when === 'after it') await came(1).then(() => whole);
        if (when === 'in the middle') await came(1);
        const read = readers[how]!(request);
        reached = Math.max(reached, 1);
        return `${await whole} ${await read}`;
      });
      const client = await rawClient(started.port);
      for (const [index, piece] of pieces.entries()) {
        await waitFor('the one before', () => reached >= index - 1);
        client.send(piece);
      }
      await waitFor('the answer', () => client.received().includes('abcdef abcdef'));
    },
  );

  it('leaves a kept connection fit for the next request', async () => {
    shop.router.post('/json', ({ body }) => body.json());
    shop.router.post('/part', async ({ body }) => {
      for await (const piece of body.stream()) return (piece as Buffer).length > 0;
      return undefined;
    });
    shop.router.post('/none', () => 'unread');
    const client = await rawClient(started.port);
    const request = (path: string, body: string): string =>
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    for (let round = 0; round < 3; round++) {
      client.send(request('/json', '{"round":1}'));
      client.send(request('/part', 'x'.repeat(400_000)));
      client.send(request('/none', 'y'.repeat(400_000)));
    }
    await waitFor('nine answers', () => client.received().split('HTTP/1.1 200 OK').length === 10);
    expect(client.isClosed()).toBe(false);
  });
});

describe('limits', () => {
  it('refuse what is too large: by its length, and by what comes', async () => {
    shop.router.post('/x', async ({ body }) => (await body.buffer({ limit: 10 })).length);
    shop.router.post('/default', async ({ body }) => (await body.buffer()).length);
    expect((await post('/x', '0123456789')).text).toBe('10');
    const large = await post('/x', '0123456789a');
    expect([large.status, messageOf(large)]).toEqual([413, 'the body is larger than 10 bytes']);
    expect((await post('/x', 'x'.repeat(11), { 'transfer-encoding': 'chunked' })).status).toBe(413);
    expect((await post('/default', 'x'.repeat(100_000))).status).toBe(200);
    expect((await post('/default', 'x'.repeat(100_001))).status).toBe(413);
  });

  it('count decoded bytes, so that a bomb bursts early', async () => {
    shop.router.post('/x', async ({ body }) => (await body.buffer()).length);
    let bomb = zlib.gzipSync(Buffer.alloc(200_000_000));
    const before = process.memoryUsage().rss;
    expect((await post('/x', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    bomb = zlib.gzipSync(bomb);
    expect((await post('/x', bomb, { 'content-encoding': 'gzip, gzip' })).status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('may be raised by another reader of the same request', async () => {
    shop.router.post('/x', async ({ body }) => {
      await expect(body.text({ limit: 2 })).rejects.toMatchObject({ status: 413 });
      const text = await body.text({ limit: 3 });
      await expect(body.text({ limit: 2 })).rejects.toMatchObject({ status: 413 });
      return text;
    });
    expect((await post('/x', 'abc', { 'transfer-encoding': 'chunked' })).text).toBe('abc');
  });
});

describe('encodings', () => {
  const plain = Buffer.from('squeeze me '.repeat(5_000));
  const zlibWithZstd = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
  const cases: [string, Buffer][] = [
    ['gzip', zlib.gzipSync(plain)],
    ['X-GZIP', zlib.gzipSync(plain)],
    ['deflate', zlib.deflateSync(plain)],
    ['deflate', zlib.deflateRawSync(plain)],
    ['br', zlib.brotliCompressSync(plain)],
    ['identity', plain],
    ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(plain))],
    ['deflate, identity, gzip', zlib.gzipSync(zlib.deflateRawSync(plain))],
  ];
  if (zlibWithZstd.zstdCompressSync) cases.push(['zstd', zlibWithZstd.zstdCompressSync(plain)]);

  it.each(cases)('undo %s, whole and as a stream', async (encoding, bytes) => {
    shop.router.post('/whole', ({ body }) => body.buffer());
    shop.router.post('/stream', ({ body }) => body.stream());
    for (const path of ['/whole', '/stream']) {
      const answer = await post(path, bytes, { 'content-encoding': encoding });
      expect([path, answer.status, answer.body.equals(plain)]).toEqual([path, 200, true]);
    }
  });

  it('that are not known are a 415 that says which are', async () => {
    shop.router.post('/whole', ({ body }) => body.buffer());
    shop.router.post('/stream', ({ body }) => body.stream());
    for (const path of ['/whole', '/stream']) {
      const answer = await post(path, 'x', { 'content-encoding': 'gzip, compress' });
      expect([answer.status, answer.headers['accept-encoding']]).toEqual([415, expect.stringMatching(/^gzip.*br/)]);
      expect((await post(path, 'x', { 'content-encoding': 'gzip,'.repeat(5) })).status).toBe(415);
    }
  });

  it.each(['gzip', 'deflate', 'br'])('of garbage, and of half a body, as %s are a 400', async (encoding) => {
    shop.router.post('/whole', ({ body }) => body.buffer());
    shop.router.post('/stream', ({ body }) => body.stream());
    const encoded = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[encoding]!(plain);
    for (const bytes of [Buffer.from('\u0007garbage, nothing but garbage'), encoded.subarray(0, encoded.length / 2)]) {
      const whole = await post('/whole', bytes, { 'content-encoding': encoding });
      expect([whole.status, messageOf(whole)]).toEqual([400, expect.stringContaining(`decoded as ${encoding}`)]);
    }
    expect((await post('/stream', Buffer.from('\u0007garbage'), { 'content-encoding': encoding })).status).toBe(400);
  });
});

describe('forms', () => {
  beforeEach(() => {
    shop.router.post('/form', async ({ body }) => {
      const { fields, files } = await body.form();
      return { fields: [...fields], files: files.map(({ bytes, ...file }) => ({ ...file, text: bytes.toString() })) };
    });
  });

  it('of fields', async () => {
    const answer = await post('/form', 'a=1&a=2&b=%C3%A4+%26', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.json()).toEqual({
      fields: [
        ['a', '1'],
        ['a', '2'],
        ['b', 'ä &'],
      ],
      files: [],
    });
  });

  it('of fields and files', async () => {
    const form = new FormData();
    form.append('a', '1');
    form.append('a', 'zwei ä');
    form.append('upload', new Blob(['hello'], { type: 'text/markdown' }), 'naïve "file".md');
    const answer = await fetch(`${started.url}/form`, { method: 'POST', body: form });
    expect(await answer.json()).toEqual({
      fields: [
        ['a', '1'],
        ['a', 'zwei ä'],
      ],
      files: [{ name: 'upload', filename: 'naïve "file".md', type: 'text/markdown', text: 'hello' }],
    });
  });

  it('that are none are refused', async () => {
    expect((await post('/form', '{}', { 'content-type': 'application/json' })).status).toBe(415);
    expect((await post('/form', 'a=1')).status).toBe(415);
    const type = 'multipart/form-data; boundary=x';
    expect((await post('/form', 'no boundary here', { 'content-type': type })).status).toBe(400);
    expect((await post('/form', 'x', { 'content-type': 'multipart/form-data' })).status).toBe(400);
    expect((await post('/form', `--x\r\n${'y'.repeat(100_000)}`, { 'content-type': type })).status).toBe(413);
  });
});

describe('a body that nobody reads to the end', () => {
  it('does not cost the client the answer, and the connection is closed when it sends on and on', async () => {
    shop.router.post('/x', ({ body }) => body.buffer({ limit: 1_000 }));
    const client = await rawClient(started.port);
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    for (let sent = 0; sent < 100; sent++) client.send(chunk);
    const head = await client.receive(/\r\n\r\n/);
    expect(head).toMatch(/^HTTP\/1.1 413 /);
    expect(head).toMatch(/connection: close/i);
    await waitFor('the end of the answers', client.isClosed);
    await waitFor('all to be taken', () => client.socket.writableLength === 0);
    expect(client.received()).not.toContain('<');
  });

  it('closes the connection of a client that stops in the middle of it', async () => {
    shop.router.post('/x', () => 'early');
    const client = await rawClient(started.port);
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nbegun');
    await client.receive(/early$/);
    await waitFor('the connection to be closed', client.isClosed, 10_000);
  });

  it('leaves the connection alive when the rest of it comes', async () => {
    shop.router.post('/x', () => 'early');
    const client = await rawClient(started.port);
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nbegun');
    await client.receive(/early$/);
    client.send('ended');
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    await client.receive(/early[^]*early$/);
  });
});

describe('a client that goes away in the middle of its body', () => {
  it.each(['buffer', 'stream'] as const)('ends the reading of %s, and is nobody’s failure', async (how) => {
    const seen: unknown[] = [];
    shop.router.post('/x', async ({ body }) => {
      try {
        if (how === 'buffer') await body.buffer();
        else await readText(body.stream());
      } catch (error) {
        seen.push((error as Error).name);
        throw error;
      }
    });
    const client = await rawClient(started.port);
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nbegun');
    await delay(20);
    client.socket.destroy();
    await waitFor('the error', () => seen.length > 0);
    expect(seen).toEqual(['AbortError']);
    expect(started.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('does not end the process where a stream is handed out and left alone', async () => {
    const handed: unknown[] = [];
    shop.router.post('/x', async ({ body, signal }) => {
      handed.push(body.stream());
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new HttpError(400, 'too late');
    });
    const client = await rawClient(started.port);
    client.send('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nbegun');
    await waitFor('the stream', () => handed.length > 0);
    client.socket.destroy();
    await waitFor('the stream to be closed', () => (handed[0] as NodeJS.ReadableStream & { closed: boolean }).closed);
  });
});
