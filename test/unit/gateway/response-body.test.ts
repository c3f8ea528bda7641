import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import type { GatewayResponse, Listener } from '../../../src/api/gateway';
import { rawClient } from '../../support/raw-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
let spy: OwnerTools;
/** What the handler that asked for the body saw. */
let seen: unknown[];
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
  spy = started.owner('spy');
  seen = [];
});

/** Text where the body is bytes, else its type. */
const show = (body: GatewayResponse['body']): string => (Buffer.isBuffer(body) ? body.toString() : typeof body);

const watch = (limit = 1_000): void =>
  spy.responseHandlers.append((_chain, _context, response) => seen.push(show(response.body)), { body: { limit } });

/** Puts something else in the place of every body; waits in between where it is told to. */
const replace = (change: (body: Buffer) => GatewayResponse['body'], waits = false): void =>
  spy.responseHandlers.append(
    (_chain, _context, response) => {
      const put = (): void => void (response.body = change(response.body as Buffer));
      if (!waits) return put();
      return new Promise((resolve) => setTimeout(resolve, 5)).then(put);
    },
    { body: true },
  );

const WRITERS: Record<string, Listener> = {
  'res.end only': (_request, response) => response.end('hello world'),
  'res.send of Express': (_request, response) => void response.send('hello world'),
  'pieces with a head': (_request, response) => {
    response.writeHead(200, { 'X-Kept': 'yes' });
    response.write('hello ');
    setTimeout(() => response.end('world', 'utf8', () => seen.push('ended')), 2);
  },
  'pieces with a length': (_request, response) => {
    response.writeHead(200, ['Content-Length', '11']);
    response.write(Buffer.from('hello '), () => response.write('776f726c64', 'hex', () => response.end()));
  },
  'a pipe': (_request, response) => void Readable.from(['hello ', 'world']).pipe(response),
  'a pipeline': (_request, response) => pipeline(Readable.from(['hello ', 'world']), response, () => undefined),
};

describe('a response handler that asks for the body', () => {
  it.each(Object.entries(WRITERS))('sees %s', async (_name, listener) => {
    shop.router.mount('/app', listener);
    watch();
    const answer = await started.send('/app/x');
    expect([answer.status, answer.text, seen.filter((each) => each !== 'ended')]).toEqual([
      200,
      'hello world',
      ['hello world'],
    ]);
  });

  it.each(Object.entries(WRITERS))('may replace %s, and the length follows', async (_name, listener) => {
    const app = express();
    app.use(listener);
    shop.router.mount('/app', app);
    for (const waits of [false, true]) replace((body) => `${body.toString().toUpperCase()}!`, waits);
    const answer = await started.send('/app/x');
    expect([answer.text, answer.headers['content-length'], answer.headers['transfer-encoding']]).toEqual([
      'HELLO WORLD!!',
      '13',
      undefined,
    ]);
  });

  it('may put a stream in its place', async () => {
    shop.router.mount('/app', WRITERS['pieces with a length']!);
    replace((body) => Readable.from([body, Buffer.from(' again')]));
    expect((await started.send('/app')).text).toBe('hello world again');
  });

  it('sees what endpoints return, as bytes, while others see what it is', async () => {
    shop.router.get('/text', () => 'text');
    shop.router.get('/object', () => ({ a: 1 }));
    shop.router.get('/stream', () => Readable.from(['str', 'eam']));
    shop.router.get('/pieces', async function* () {
      yield 'pie';
      yield await Promise.resolve('ces');
    });
    shop.router.get('/fetch', () => new Response('fetched', { headers: { 'content-type': 'text/x' } }));
    watch();
    spy.responseHandlers.append(async (_chain, _context, { body }) => seen.push(await Promise.resolve(typeof body)));
    for (const path of ['text', 'object', 'stream', 'pieces', 'fetch'])
      seen.push((await started.send(`/${path}`)).text);
    expect(seen).toEqual([
      ...['text', 'string', 'text'],
      ...['{"a":1}', 'string', '{"a":1}'],
      ...['stream', 'object', 'stream'],
      ...['pieces', 'object', 'pieces'],
      ...['fetched', 'object', 'fetched'],
    ]);
  });

  it('sees compressed bytes as they go over the wire', async () => {
    shop.router.mount('/app', (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('plain'));
    });
    replace((body) => gzipSync(`${gunzipSync(body).toString()} and more`));
    expect(gunzipSync((await started.send('/app')).body).toString()).toBe('plain and more');
  });

  it('does not see what is larger than its limit; the client gets all of it', async () => {
    const piece = 'x'.repeat(600);
    shop.router.mount('/app', (request, response) => {
      response.write(piece);
      response.write(piece);
      response.write(piece);
      if (request.url === '/later') setTimeout(() => response.end(piece), 5);
      else response.end(piece);
    });
    shop.router.mount('/end', (_request, response) => response.end(piece.repeat(4)));
    shop.router.get('/pieces', () => Readable.from([piece, piece, piece, piece]));
    watch();
    for (const path of ['/app/now', '/app/later', '/end', '/pieces']) {
      expect([path, (await started.send(path)).text === piece.repeat(4)]).toEqual([path, true]);
    }
    expect(seen).toEqual(['undefined', 'undefined', 'undefined', 'object']);
  });

  it('lets a listener know once that its answer is out', async () => {
    const told: string[] = [];
    watch();
    shop.router.get('/x', (_request: express.Request, response: express.Response) => {
      response.write('a', () => told.push('written'));
      response.end('b', () => told.push('ended'));
    });
    expect((await started.send('/x')).text).toBe('ab');
    await waitFor('the end', () => told.includes('ended'));
    expect(told).toEqual(['written', 'ended']);
  });

  it('does not hold back events, nor what its writer flushes', async () => {
    shop.router.mount('/events', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    shop.router.mount('/flushed', (_request, response) => {
      response.flushHeaders();
      setTimeout(() => response.write('on its way'), 5);
    });
    watch();
    for (const [path, sign] of [
      ['/events', /data: 1/],
      ['/flushed', /on its way/],
    ] as const) {
      const client = await rawClient(started.port);
      client.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
      await client.receive(sign);
    }
    expect(seen).toEqual(['undefined', 'undefined']);
  });

  it('leaves answers without a body as they are: HEAD, 204 and 304', async () => {
    const app = express();
    app.get('/head', (_request, response) => void response.send('hello'));
    app.get('/none', (_request, response) => void response.status(204).end());
    app.get('/same', (_request, response) => void response.status(304).set('etag', '"1"').end());
    shop.router.mount('/app', app);
    shop.router.get('/endpoint', () => 'hello');
    watch();
    const lengths = [];
    for (const [method, path] of [
      ['HEAD', '/app/head'],
      ['HEAD', '/endpoint'],
      ['GET', '/app/none'],
      ['GET', '/app/same'],
    ] as const) {
      const { status, headers, text } = await started.send(path, { method });
      lengths.push([status, headers['content-length'], text]);
    }
    expect(lengths).toEqual([
      [200, '5', ''],
      [200, '5', ''],
      [204, undefined, ''],
      [304, undefined, ''],
    ]);
  });

  it('lets a listener that fails in the middle cut the connection, as without it', async () => {
    const app = express();
    app.get('/throws', (_request, response) => {
      response.write('half');
      throw new Error('in the middle');
    });
    app.get('/destroys', (_request, response) => {
      response.write('half');
      setTimeout(() => response.destroy(), 2);
    });
    shop.router.mount('/app', app);
    watch();
    await expect(started.send('/app/throws')).rejects.toThrow('socket hang up');
    await expect(started.send('/app/destroys')).rejects.toThrow('socket hang up');
    expect(seen).toEqual([]);
  });

  it('lets an endpoint whose stream fails answer with a 500', async () => {
    shop.router.get('/x', async function* () {
      yield 'half';
      await Promise.reject(new Error('in the middle'));
    });
    watch();
    const answer = await started.send('/x');
    expect([answer.status, answer.json()]).toMatchObject([500, { error: { extension: 'shop' } }]);
  });

  it('does not keep trailers from a client', async () => {
    shop.router.mount('/app', (_request, response) => {
      response.setHeader('trailer', 'x-sum');
      response.write('hello');
      response.addTrailers({ 'x-sum': '5' });
      response.end();
    });
    watch();
    expect(await started.raw('GET /app HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toMatch(/0\r\nx-sum: 5\r\n/);
  });

  it('ends with the extension that asked for it', async () => {
    shop.router.mount('/app', (_request, response) => {
      seen.push(response.write('a'), response.headersSent);
      response.end();
    });
    watch();
    started.gateway.withdraw('spy');
    expect((await started.send('/app')).text).toBe('a');
    expect(seen).toEqual([true, true]);
  });
});

describe('what an endpoint returns', () => {
  it('is destroyed when the client goes away', async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push('begun');
    shop.router.get('/stream', () => stream);
    const client = await rawClient(started.port);
    client.send('GET /stream HTTP/1.1\r\nhost: a\r\n\r\n');
    await client.receive(/begun/);
    const closed = once(stream, 'close');
    client.socket.destroy();
    await closed;
    expect(started.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets `finally` of a generator run when the client goes away', async () => {
    let finished: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (finished = resolve));
    shop.router.get('/pieces', async function* ({ signal }) {
      try {
        for (;;) {
          yield 'x'.repeat(65_536);
          if (signal.aborted) await new Promise(() => undefined);
        }
      } finally {
        finished();
      }
    });
    const client = await rawClient(started.port);
    client.send('GET /pieces HTTP/1.1\r\nhost: a\r\n\r\n');
    await client.receive(/xxx/);
    client.socket.destroy();
    await ended;
  });

  it('is asked for no faster than the client takes it', async () => {
    let given = 0;
    shop.router.get('/pieces', async function* () {
      for (; given < 1_000; given++) yield await Promise.resolve(Buffer.alloc(65_536));
    });
    const client = await rawClient(started.port);
    client.socket.pause();
    client.send('GET /pieces HTTP/1.1\r\nhost: a\r\n\r\n');
    let before = -1;
    while (before !== given) {
      before = given;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThan(500);
    client.socket.resume();
    await client.receive(/\r\n0\r\n\r\n$/, 20_000);
    expect(given).toBe(1_000);
  });

  it.each([
    ['stream', () => Readable.from(failing('early'))],
    ['iterable', () => failing('early')],
  ])('is a 500 when a %s fails before its first byte', async (_name, body) => {
    shop.router.get('/x', body);
    const answer = await started.send('/x');
    expect([answer.status, answer.json()]).toMatchObject([500, { error: { extension: 'shop' } }]);
    expect(JSON.stringify(started.lines)).toContain('it broke');
  });

  it.each([
    ['stream', () => Readable.from(failing('late'))],
    ['iterable', () => failing('late')],
  ])('cuts the connection when a %s fails in the middle, and the log names its owner', async (_name, body) => {
    shop.router.get('/x', body);
    await expect(started.send('/x')).rejects.toThrow(/aborted|hang up/);
    expect(JSON.stringify(started.lines)).toMatch(/extension shop failed.*it broke/);
  });

  it('cuts the connection when a stream is destroyed before its end', async () => {
    shop.router.get('/x', () => {
      const stream = new Readable({ read: () => undefined });
      stream.push('half');
      setTimeout(() => stream.destroy(), 5);
      return stream;
    });
    await expect(started.send('/x')).rejects.toThrow(/aborted|hang up/);
    expect(JSON.stringify(started.lines)).toMatch(/extension shop failed/);
  });

  it('may not be made of anything but text and bytes', async () => {
    shop.router.get('/x', () => Readable.from([{ a: 1 }]));
    expect((await started.send('/x')).status).toBe(500);
    expect(JSON.stringify(started.lines)).toContain('a piece of a body is of type object');
  });
});

async function* failing(when: 'early' | 'late'): AsyncGenerator<string> {
  if (when === 'late') yield 'half';
  await Promise.reject(new Error('it broke'));
}
