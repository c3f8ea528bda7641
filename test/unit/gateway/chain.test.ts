import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { HttpError } from '../../../src/api/http-error';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
let bank: OwnerTools;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
  bank = started.owner('bank');
});

describe('request handlers', () => {
  it('run in the order in which they were added, until one answers', async () => {
    const seen: string[] = [];
    shop.requestHandlers.append(() => seen.push('shop'));
    bank.requestHandlers.append(async (chain) => {
      await delay(1);
      seen.push('bank');
      chain.respond(202, { by: 'bank' }, { 'x-by': 'bank' });
    });
    shop.requestHandlers.append(() => seen.push('never'));
    shop.requestHandlers.prepend(() => seen.push('first'));
    const answer = await started.send('/any');
    expect([answer.status, answer.json(), answer.headers['x-by']]).toEqual([202, { by: 'bank' }, 'bank']);
    expect(seen).toEqual(['first', 'shop', 'bank']);
  });

  it('do not see requests that a route serves', async () => {
    shop.router.get('/x', () => 'route');
    bank.requestHandlers.append((chain) => chain.respond(200, 'handler'));
    expect((await started.send('/x')).text).toBe('route');
    expect((await started.send('/y')).text).toBe('handler');
  });

  it('have the last of two answers sent, with its own type', async () => {
    shop.requestHandlers.append((chain) => {
      chain.respond(200, 'text', { 'content-language': 'en' });
      chain.respond(201, { a: 1 });
    });
    const answer = await started.send('/');
    expect([answer.status, answer.headers['content-type'], answer.json()]).toEqual([201, 'application/json', { a: 1 }]);
    expect(answer.headers).not.toHaveProperty('content-language');
  });

  it('keep values for later handlers', async () => {
    shop.requestHandlers.append((_chain, { locals }) => (locals.who = 'ada'));
    bank.requestHandlers.append((chain, { locals }) => chain.respond(200, locals));
    expect((await started.send('/')).json()).toEqual({ who: 'ada' });
  });

  it('can be taken out again, by who added them', async () => {
    const handler = (chain: { respond(status: number): void }): void => chain.respond(200);
    shop.requestHandlers.append(handler);
    expect(bank.requestHandlers.remove(handler)).toBe(false);
    expect(shop.requestHandlers.remove(handler)).toBe(true);
    expect((await started.send('/')).status).toBe(404);
  });
});

describe('stop and terminate', () => {
  const order: string[] = [];
  beforeEach(() => {
    order.length = 0;
    bank.requestHandlers.append(() => order.push('request'));
    bank.responseHandlers.append(() => order.push('response'));
    bank.finalizers.append(() => order.push('finalizer'));
  });

  it('stop skips the remaining request handlers; response handlers and finalizers run', async () => {
    shop.requestHandlers.prepend((chain) => chain.stop());
    await started.send('/');
    await waitFor('the finalizer', () => order.includes('finalizer'));
    expect(order).toEqual(['response', 'finalizer']);
  });

  it('terminate skips the response handlers too; finalizers run', async () => {
    shop.requestHandlers.prepend((chain) => chain.terminate());
    await started.send('/');
    await waitFor('the finalizer', () => order.includes('finalizer'));
    expect(order).toEqual(['finalizer']);
  });
});

describe('what throws', () => {
  it('is a 500 that names the extension, without a stack; the log has it', async () => {
    shop.router.get('/x', () => {
      throw new Error('the till is empty');
    });
    const answer = await started.send('/x');
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({ error: { code: 'BACKLOT_E_HANDLER_FAILED', extension: 'shop' } });
    expect(answer.text).not.toContain('the till is empty');
    expect(JSON.stringify(started.lines)).toContain('the till is empty');
  });

  it('means its own status as an HttpError, and falls through to nobody', async () => {
    shop.router.get('/x', () => {
      throw new HttpError(404, 'no such customer');
    });
    bank.requestHandlers.append((chain) => chain.respond(200, 'somebody else'));
    const answer = await started.send('/x');
    expect([answer.status, answer.json()]).toEqual([404, { error: { message: 'no such customer' } }]);
  });

  it('brings all exception handlers in, and one of them may answer', async () => {
    const seen: string[] = [];
    shop.requestHandlers.append(() => Promise.reject(new Error('no')));
    shop.exceptionHandlers.append(() => {
      seen.push('shop');
      throw new Error('a handler that fails itself');
    });
    bank.exceptionHandlers.append((chain, error) => {
      seen.push((error as Error).message);
      chain.respond(418, 'tea');
    });
    expect((await started.send('/')).status).toBe(418);
    expect(seen).toEqual(['shop', 'no']);
  });

  it('is a 500 also after `respond`, and of what was said about the first body nothing is left', async () => {
    shop.requestHandlers.append((chain, _context, response) => {
      response.statusMessage = 'Fine';
      chain.respond(200, 'a,b', {
        'content-type': 'text/csv',
        'content-encoding': 'gzip',
        etag: '"1"',
        'x-other': '1',
      });
      throw new Error('no');
    });
    const answer = await started.send('/');
    expect([answer.status, answer.reason]).toEqual([500, 'Internal Server Error']);
    expect(answer.json()).toHaveProperty('error.code', 'BACKLOT_E_HANDLER_FAILED');
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-other': '1' });
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.headers).not.toHaveProperty('etag');
  });

  it.each([true, false])(
    'is a 500 where a stream fails that a handler responded with (bodies are seen: %s)',
    async (body) => {
      bank.responseHandlers.append(() => undefined, { body });
      shop.requestHandlers.append((chain) => {
        chain.respond(200, new Readable({ read: () => undefined }).destroy(new Error('no')));
      });
      expect((await started.send('/')).status).toBe(500);
    },
  );

  it.each([true, false])(
    'ends in a cut connection where an answer to it fails as well (bodies are seen: %s)',
    async (body) => {
      let answers = 0;
      bank.responseHandlers.append(() => undefined, { body });
      shop.router.get('/x', () => new Readable({ read: () => undefined }).destroy(new Error('first')));
      shop.exceptionHandlers.append((chain) => {
        answers++;
        chain.respond(500, new Readable({ read: () => undefined }).destroy(new Error('second')));
      });
      await expect(started.send('/x')).rejects.toThrow();
      expect(answers).toBe(1);
    },
  );

  it.each([
    ['a handler’s', () => shop.requestHandlers.append((chain) => chain.respond(99))],
    [
      'an error’s',
      () =>
        shop.router.get('/', () => {
          throw new HttpError(200, 'fine');
        }),
    ],
  ])('is a 500 where a status can be none: %s', async (_whose, add) => {
    add();
    const answer = await started.send('/');
    expect([answer.status, answer.json()]).toMatchObject([500, { error: { code: 'BACKLOT_E_HANDLER_FAILED' } }]);
    expect(JSON.stringify(started.lines)).toMatch(/a status from \d+ to \d+, and not (99|200)/);
  });

  it('leaves an answer that is whole alone, and cuts another, while response handlers still run', async () => {
    bank.responseHandlers.append(() => delay(5));
    shop.router.get('/whole', ({ response }) => {
      response.setHeader('content-type', 'text/csv').end('whole');
      throw new Error('too late');
    });
    shop.router.get('/half', ({ response }) => {
      response.write('half');
      throw new Error('too early');
    });
    const answer = await started.send('/whole');
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, 'whole', 'text/csv']);
    await expect(started.send('/half')).rejects.toThrow();
  });

  it.each([
    ['at once', () => undefined],
    ['later', () => delay(5)],
  ])(
    'is a 500 where an Express handler writes a head that cannot be, and response handlers end %s',
    async (_when, run) => {
      bank.responseHandlers.append(run);
      shop.router.get('/x', (_request: express.Request, response: express.Response) => {
        response.writeHead(99, { 'x-a': '1' });
        response.end('never sent');
      });
      const answer = await started.send('/x');
      expect([answer.status, answer.json()]).toMatchObject([500, { error: { extension: 'shop' } }]);
    },
  );

  it.each([
    ['at once', () => undefined],
    ['later', () => delay(5)],
  ])('by answering twice leaves the first answer as it is, and response handlers end %s', async (_when, run) => {
    bank.responseHandlers.append(run);
    shop.router.get('/x', (_request: express.Request, response: express.Response) => {
      response.type('text/csv').send('a,b');
      response.status(500).json({ error: 'something longer' });
    });
    const answer = await started.send('/x');
    const { 'content-type': type, 'content-length': length } = answer.headers;
    expect([answer.status, answer.text, type, length]).toEqual([200, 'a,b', 'text/csv; charset=utf-8', '3']);
    expect(JSON.stringify(started.lines)).toMatch(/ERR_HTTP_HEADERS_SENT|Cannot answer twice/);
  });

  it.each(['responseHandlers', 'finalizers'] as const)('in %s skips nobody else’s', async (list) => {
    const seen: string[] = [];
    shop.router.get('/x', () => 'fine');
    shop[list].append(() => {
      throw new Error('first');
    });
    shop[list].append(() => Promise.reject(new Error('second')));
    bank[list].append(() => seen.push('bank'));
    expect((await started.send('/x')).text).toBe('fine');
    await waitFor('the last handler', () => seen.length > 0);
    expect(JSON.stringify(started.lines)).toMatch(/first.*second/);
  });
});

describe('response handlers', () => {
  it('hold the head of what an Express app writes back until they are done, and lose none of it', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'backlot ');
    const app = express();
    app.get('/bytes', (_request, response) => {
      response.writeHead(201, 'Made', { 'x-app': '1', 'set-cookie': ['a=1', 'b=2'] });
      for (let at = 0; at < bytes.length; at += 65_536) response.write(bytes.subarray(at, at + 65_536));
      response.end();
    });
    shop.router.mount('/app', app);
    bank.responseHandlers.append(async (_chain, _context, response) => {
      await delay(20);
      response.setHeader('x-late', String(response.statusCode));
      response.removeHeader('x-app');
    });
    const answer = await started.send('/app/bytes');
    expect([answer.status, answer.reason, answer.headers['x-late'], answer.headers['x-app']]).toEqual([
      201,
      'Made',
      '201',
      undefined,
    ]);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('may replace the body that an endpoint returned', async () => {
    shop.router.get('/x', () => ({ a: 1 }));
    bank.responseHandlers.append((_chain, _context, response) => (response.body = '{"b":2}'));
    const answer = await started.send('/x');
    expect([answer.json(), answer.headers['content-length']]).toEqual([{ b: 2 }, '7']);
  });
});

describe('an endpoint', () => {
  const endpoints: [what: string, endpoint: () => unknown, status: number, type: string | undefined, text: string][] = [
    ['an object', () => ({ a: 1 }), 200, 'application/json', '{"a":1}'],
    ['an array', () => [1], 200, 'application/json', '[1]'],
    ['text', () => 'hi', 200, 'text/plain; charset=utf-8', 'hi'],
    ['bytes', () => Buffer.from('b'), 200, 'application/octet-stream', 'b'],
    ['a promise', () => Promise.resolve('later'), 200, 'text/plain; charset=utf-8', 'later'],
    ['nothing', () => undefined, 204, undefined, ''],
    ['an ArrayBuffer', () => new Uint8Array([65, 66]).buffer, 200, 'application/octet-stream', 'AB'],
    ['numbers of two bytes', () => new Uint16Array([65, 66]), 200, 'application/octet-stream', 'A\0B\0'],
    ['a Blob', () => new Blob(['a;b'], { type: 'text/csv' }), 200, 'text/csv', 'a;b'],
    [
      'a form',
      () => new URLSearchParams({ a: '1 2' }),
      200,
      'application/x-www-form-urlencoded; charset=utf-8',
      'a=1+2',
    ],
    ['a fetch response', () => new Response('f', { status: 203, headers: { 'content-type': 'a/b' } }), 203, 'a/b', 'f'],
  ];
  it.each(endpoints)('answers by what it returns: %s', async (_what, endpoint, status, type, text) => {
    shop.router.get('/x', endpoint);
    const answer = await started.send('/x');
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([status, type, text]);
  });

  it('answers with a form of fields and files', async () => {
    shop.router.get('/x', () => {
      const form = new FormData();
      form.append('note', new Blob(['hi']), 'note.txt');
      return form;
    });
    const form = await (await fetch(`${started.url}/x`)).formData();
    expect(await (form.get('note') as File).text()).toBe('hi');
  });

  it('answers piece by piece with a generator, and lets `finally` run when the client goes away', async () => {
    let isOver = false;
    shop.router.get('/few', function* () {
      yield 'a';
      yield Buffer.from('b');
    });
    shop.router.get('/many', function* () {
      try {
        for (;;) yield 'x'.repeat(65_536);
      } finally {
        isOver = true;
      }
    });
    expect((await started.send('/few')).text).toBe('ab');
    const leaving = new AbortController();
    const answer = await fetch(`${started.url}/many`, { signal: leaving.signal });
    expect(answer.status).toBe(200);
    leaving.abort();
    await waitFor('the end of the generator', () => isOver);
  });

  it.each([
    ['a function', () => () => 1],
    ['a symbol', () => Symbol('x')],
    ['what makes nothing of itself', () => ({ toJSON: () => undefined })],
  ])('fails, and says so in the log, when it returns %s', async (_what, endpoint) => {
    shop.router.get('/x', endpoint);
    expect((await started.send('/x')).status).toBe(500);
    expect(JSON.stringify(started.lines)).toContain('has no JSON, and so cannot be sent');
  });

  it('may return the answer of fetch, of which the gateway passes on what is about the answer', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(203, { 'content-encoding': 'gzip', 'x-from': 'afar', 'set-cookie': ['a=1', 'b=2'] });
      response.end(gzipSync('hello'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    shop.router.get('/x', () => fetch(`http://127.0.0.1:${port}/`));
    const answer = await started.send('/x', { headers: { connection: 'close' } });
    server.close();
    expect([answer.status, answer.text, answer.headers['x-from']]).toEqual([203, 'hello', 'afar']);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.headers.connection).toBe('close');
  });

  it('says the length of a text in one way, whatever it has said of it', async () => {
    shop.router.get('/x', ({ response }) => {
      response.setHeader('transfer-encoding', 'chunked');
      return 'abc';
    });
    const answer = await started.raw('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/content-length: 3\r\n/i);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  it('answers piece by piece with an async generator', async () => {
    shop.router.get('/x', async function* () {
      yield 'a';
      await delay(1);
      yield 'b';
    });
    expect((await started.send('/x')).text).toBe('ab');
  });
});
