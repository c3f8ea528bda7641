import { setTimeout as delay } from 'node:timers/promises';
import { text as readText } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import express, { type Request, type Response } from 'express';
import { HttpError } from '../../../src/api/http-error';
import { rawClient } from '../../support/raw-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
});

const errors = (): unknown[] => started.lines.filter(({ level }) => level === 'error');

describe('the signal of a request', () => {
  it('is aborted, with a reason, when the client goes away', async () => {
    const seen: unknown[] = [];
    shop.router.get('/x', async ({ signal }) => {
      seen.push(signal.aborted);
      await delay(10_000, undefined, { signal }).catch((error: Error) => {
        seen.push((signal.reason as Error).name, (signal.reason as Error).message);
        throw error;
      });
    });
    const client = await rawClient(started.port);
    client.send('GET /x HTTP/1.1\r\nhost: a\r\n\r\n');
    await waitFor('the request', () => seen.length === 1);
    client.socket.destroy();
    await waitFor('the abort', () => seen.length === 3);
    expect(seen).toEqual([false, 'AbortError', 'the client went away before the response was finished']);
    await delay(10);
    expect(errors()).toEqual([]);
  });

  it('is not aborted when the response was finished, and is when asked for too late', async () => {
    const signals: AbortSignal[] = [];
    shop.router.get('/fine', ({ signal }) => signals.push(signal));
    let gone = false;
    shop.finalizers.append((_chain, { path, signal }) => {
      if (path === '/gone') {
        signals.push(signal);
        gone = true;
      }
    });
    shop.router.get('/gone', ({ response }) => new Promise((resolve) => response.once('close', resolve)));
    await started.send('/fine');
    const client = await rawClient(started.port);
    client.send('GET /gone HTTP/1.1\r\nhost: a\r\n\r\n');
    await delay(20);
    client.socket.destroy();
    await waitFor('the finalizer', () => gone);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });
});

describe('Expect: 100-continue', () => {
  const request = (path: string, expect = '100-continue'): string =>
    `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: ${expect}\r\n\r\n`;

  it.each(['text', 'stream', 'express'])('is answered when somebody begins to read: %s', async (how) => {
    let go: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (go = resolve));
    shop.router.post('/text', async ({ body }) => {
      await told;
      return body.text();
    });
    shop.router.post('/stream', async ({ body }) => {
      await told;
      return body.stream();
    });
    const app = express();
    app.use((_request, _response, next) => void told.then(() => next()));
    app.use(express.text(), (request, response) => void response.send(request.body));
    shop.router.mount('/express', app);
    const client = await rawClient(started.port);
    client.send(request(`/${how}`).replace('expect', 'content-type: text/plain\r\nexpect'));
    await delay(30);
    expect(client.received()).toBe('');
    go();
    await client.receive(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    client.send('hello');
    expect(await client.receive(/hello/)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  });

  it('gets the final answer and nothing else from who does not read the body', async () => {
    shop.router.post('/denied', () => {
      throw new HttpError(401, 'who are you?');
    });
    shop.router.post('/large', ({ body }) => body.text({ limit: 4 }));
    for (const [path, status] of [
      ['/denied', 401],
      ['/large', 413],
    ] as const) {
      const client = await rawClient(started.port);
      client.send(request(path));
      await waitFor('the end', client.isClosed);
      expect(client.received()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\\}$`));
      expect(client.received()).not.toContain('100 Continue');
    }
  });

  it('of anything else is a 417', async () => {
    const client = await rawClient(started.port);
    client.send(request('/x', '200-ok'));
    expect(await client.receive(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 417 /);
  });
});

describe('trailers', () => {
  it('of a request are there when its body was read', async () => {
    shop.router.post('/x', async ({ body, request }) => [await body.text(), request.trailers, request.rawTrailers]);
    const answer = await started.raw(
      'POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n' +
        '5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n',
    );
    expect(answer).toContain('["hello",{"x-sum":"5"},["X-Sum","5"]]');
  });

  it('of a response come from Express handlers and from endpoints, with and without a stream', async () => {
    shop.router.get('/express', (_request: Request, response: Response) => {
      response.setHeader('Trailer', 'X-Sum');
      response.write('hello');
      response.addTrailers({ 'X-Sum': '5' });
      response.end();
    });
    shop.router.get('/stream', ({ response }) => {
      const body = Readable.from(['hel', 'lo']);
      body.once('end', () => response.addTrailers({ 'X-Sum': '5' }));
      return body;
    });
    shop.router.get('/iterable', async function* ({ response }) {
      yield await Promise.resolve('hello');
      response.addTrailers({ 'X-Sum': '5' });
    });
    shop.router.get('/text', ({ response }) => {
      response.setHeader('trailer', 'X-Sum');
      response.addTrailers({ 'X-Sum': '5' });
      return 'hello';
    });
    for (const path of ['express', 'stream', 'iterable', 'text']) {
      const answer = await started.raw(`GET /${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      expect([path, answer]).toEqual([path, expect.stringMatching(/\r\n0\r\nX-Sum: 5\r\n\r\n$/)]);
    }
  });
});

describe('headers', () => {
  it('keep the case in which they are written, whoever writes them', async () => {
    shop.router.get('/endpoint', ({ response }) => {
      response.setHeader('X-FooBar', '1');
      return 'x';
    });
    shop.router.get('/express', (_request: Request, response: Response) => {
      response.writeHead(200, { 'X-FooBar': '1', ETag: 'x' }).end();
    });
    shop.router.get('/list', (_request: Request, response: Response) => {
      response.writeHead(200, ['X-FooBar', '1', 'SET-Cookie', 'a=1', 'SET-Cookie', 'b=2']).end();
    });
    shop.requestHandlers.append((chain) => chain.respond(200, '', { 'X-FooBar': '1' }));
    for (const path of ['/endpoint', '/express', '/list', '/handler']) {
      expect((await started.send(path)).rawHeaders).toContain('X-FooBar');
    }
    const { rawHeaders, headers } = await started.send('/list');
    expect(rawHeaders.filter((each) => each === 'SET-Cookie').length).toBe(2);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('of a request are there as they came', async () => {
    shop.router.get('/x', ({ request }) => request.rawHeaders);
    const answer = await started.raw('GET /x HTTP/1.1\r\nHOST: a\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n');
    expect(answer).toContain('["HOST","a","X-A","1","x-a","2","Connection","close"]');
  });

  it('set as many cookies as are written, by endpoints, fetch responses, handlers and Express', async () => {
    const cookies = Array.from({ length: 40 }, (_, n) => `c${n}=${n}; Path=/`);
    shop.router.get('/endpoint', ({ response }) => {
      for (const cookie of cookies) response.appendHeader('set-cookie', cookie);
    });
    shop.router.get(
      '/fetch',
      () => new globalThis.Response('', { headers: cookies.map((cookie) => ['set-cookie', cookie]) }),
    );
    shop.router.get('/express', (_request: Request, response: Response) => {
      for (let n = 0; n < 40; n++) response.cookie(`c${n}`, String(n));
      response.end();
    });
    shop.requestHandlers.append((chain) => chain.respond(200, '', { 'set-cookie': cookies }));
    for (const path of ['/endpoint', '/fetch', '/express', '/handler']) {
      expect([path, (await started.send(path)).headers['set-cookie']]).toEqual([path, cookies]);
    }
  });
});

describe('an echo', () => {
  it('streams both ways at the same time', async () => {
    shop.router.post('/echo', ({ body }) => body.stream());
    const client = await rawClient(started.port);
    client.send('POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    for (const word of ['first', 'second', 'third']) {
      client.send(`${word.length.toString(16)}\r\n${word}\r\n`);
      await client.receive(new RegExp(word));
    }
    client.send('0\r\n\r\n');
    await client.receive(/\r\n0\r\n\r\n$/);
  });

  it('of a web stream and of a request itself', async () => {
    shop.router.post('/web', ({ body }) => Readable.toWeb(body.stream()));
    shop.router.post('/raw', async ({ request }) => readText(request));
    for (const path of ['/web', '/raw']) {
      expect((await started.send(path, { method: 'POST', body: 'hello' })).text).toBe('hello');
    }
  });
});
