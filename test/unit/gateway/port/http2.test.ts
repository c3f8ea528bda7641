import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { constants, type ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import express, { type Request, type Response } from 'express';
import { answerOf, connectHttp2, requestHttp2 } from '../../../support/http2-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../../support/start-gateway';
import { temporaryDirectory } from '../../../support/temporary-directory';
import { waitFor } from '../../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
let session: ClientHttp2Session;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
  session = connectHttp2(started.url);
});

describe('a request over HTTP/2 without TLS', () => {
  it('is one like any other, but for its version', async () => {
    shop.router.withHost('shop.example').get('/items/:id', ({ request, host, params, query }) => ({
      version: request.httpVersion,
      host,
      header: request.headers.host,
      raw: request.rawHeaders.slice(0, 2),
      id: params.id,
      query: query.get('q'),
      protocol: request.protocol,
      secure: request.secure,
      ip: request.ip,
      cookie: request.headers.cookie,
      twice: request.headers['x-twice'],
      distinct: request.headersDistinct['x-twice'],
    }));
    const answer = await requestHttp2(session, {
      ':path': '/items/a%2Fb?q=1',
      ':authority': 'shop.example:4566',
      cookie: ['a=1', 'b=2'],
      'x-twice': ['1', '2'],
    });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      {
        version: '2.0',
        host: 'shop.example',
        header: 'shop.example:4566',
        raw: ['host', 'shop.example:4566'],
        id: 'a/b',
        query: '1',
        protocol: 'http',
        secure: false,
        ip: '127.0.0.1',
        cookie: 'a=1; b=2',
        twice: '1, 2',
        distinct: ['1', '2'],
      },
    ]);
  });

  it('goes through the whole chain: handlers, response handlers, exception handlers and finalizers', async () => {
    const seen: string[] = [];
    shop.router.get('/x', () => {
      throw new Error('broken');
    });
    shop.exceptionHandlers.append((chain) => chain.respond(418, { by: 'exception handler' }));
    shop.responseHandlers.append(async (_chain, _context, response) => {
      await Promise.resolve();
      response.setHeader('x-by', 'response handler');
    });
    shop.finalizers.append((_chain, { path }) => seen.push(path));
    const answer = await requestHttp2(session, '/x');
    expect([answer.status, answer.text, answer.headers['x-by']]).toEqual([
      418,
      '{"by":"exception handler"}',
      'response handler',
    ]);
    await waitFor('the finalizer', () => seen.length === 1);
  });

  it('is answered with 404 where there is no route', async () => {
    expect((await requestHttp2(session, '/none')).status).toBe(404);
  });

  it('has HEAD, 204 and 304 answered without a body', async () => {
    shop.router.get('/text', () => 'hello');
    shop.router.get('/nothing', () => undefined);
    shop.router.get('/same', (_request: Request, response: Response) => void response.status(304).end('not sent'));
    const head = await requestHttp2(session, { ':path': '/text', ':method': 'HEAD' });
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '5', '']);
    const nothing = await requestHttp2(session, '/nothing');
    expect([nothing.status, nothing.text, nothing.code]).toEqual([204, '', 0]);
    const same = await requestHttp2(session, '/same');
    expect([same.status, same.text, same.code]).toEqual([304, '', 0]);
  });

  it('is answered without the headers of a connection, and with all cookies', async () => {
    shop.router.get('/x', (_request: Request, response: Response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('Content-Type', ['text/plain']);
      response.writeHead(200, 'Fine', {
        Connection: 'close',
        'Keep-Alive': 'timeout=5',
        'Transfer-Encoding': 'chunked',
      });
      response.end('ok');
    });
    const { headers, text } = await requestHttp2(session, '/x');
    expect(text).toBe('ok');
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers).not.toHaveProperty('connection');
    expect(headers).not.toHaveProperty('keep-alive');
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(headers.date).toBeDefined();
  });

  it('may carry large headers, both ways', async () => {
    const large = 'x'.repeat(12_000);
    shop.router.get('/x', ({ request, response }) => {
      response.setHeader('x-large', request.headers['x-large'] ?? '');
      return 'ok';
    });
    expect((await requestHttp2(session, { ':path': '/x', 'x-large': large })).headers['x-large']).toBe(large);
  });

  it('may come with many others at once', async () => {
    shop.router.get('/n/:n', async ({ params }) => {
      await new Promise(setImmediate);
      return params.n;
    });
    const numbers = Array.from({ length: 400 }, (_, n) => String(n));
    const answers = await Promise.all(numbers.map((n) => requestHttp2(session, `/n/${n}`)));
    expect(answers.map(({ text }) => text)).toEqual(numbers);
  });

  it('is not told to go on when its body is not wanted', async () => {
    shop.router.post('/refused', (_request: Request, response: Response) => void response.status(413).send('no'));
    const stream = session.request({ ':path': '/refused', ':method': 'POST', expect: '100-continue' });
    let isTold = false;
    stream.on('continue', () => (isTold = true));
    const answer = await answerOf(stream);
    expect([answer.status, answer.text, isTold]).toEqual([413, 'no', false]);
  });

  it('is told to go on when it expects that', async () => {
    shop.router.post('/x', async (request: Request, response: Response) => {
      for await (const chunk of request) response.write(chunk);
      response.end();
    });
    const stream = session.request({ ':path': '/x', ':method': 'POST', expect: '100-continue' });
    const answer = answerOf(stream);
    await once(stream, 'continue');
    stream.end('body');
    expect((await answer).text).toBe('body');
  });

  it('may be answered with early hints before', async () => {
    shop.router.get('/x', (_request: Request, response: Response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.send('ok');
    });
    const stream = session.request({ ':path': '/x' });
    const hints = once(stream, 'headers') as Promise<[Record<string, unknown>]>;
    expect((await answerOf(stream)).text).toBe('ok');
    expect((await hints)[0]).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload' });
  });

  it('is refused when it is CONNECT', async () => {
    const answer = await requestHttp2(session, { ':method': 'CONNECT', ':authority': 'example.com:443' });
    expect(answer.status).toBe(405);
  });
});

describe('what the gateway gives to handlers, over HTTP/2', () => {
  it('reads bodies of every kind, within their limit', async () => {
    shop.router.post('/json', async ({ body }) => ({ got: await body.json() }));
    shop.router.post('/text', async ({ body }) => (await body.text({ limit: 10 })).toUpperCase());
    const json = await requestHttp2(session, { ':path': '/json', ':method': 'POST' }, '{"a":1}');
    expect(json.text).toBe('{"got":{"a":1}}');
    const packed = gzipSync('packed');
    const headers = { ':path': '/text', ':method': 'POST', 'content-encoding': 'gzip' };
    expect((await requestHttp2(session, headers, packed)).text).toBe('PACKED');
    const long = await requestHttp2(session, { ':path': '/text', ':method': 'POST' }, 'x'.repeat(500_000));
    expect(long.status).toBe(413);
  });

  it('aborts the signal of a request whose client cancels it', async () => {
    let signal: AbortSignal | undefined;
    shop.router.get('/wait', (context) => {
      ({ signal } = context);
      return new Promise(() => undefined);
    });
    const stream = session.request({ ':path': '/wait' });
    stream.on('error', () => undefined);
    await waitFor('the endpoint', () => signal);
    expect(signal?.aborted).toBe(false);
    stream.close(constants.NGHTTP2_CANCEL);
    await waitFor('the signal', () => signal?.aborted);
  });

  it('lets response handlers see and replace what a listener wrote', async () => {
    shop.router.mount('/app', (_request, response) => {
      response.write('hel');
      response.end('lo');
    });
    shop.responseHandlers.append(
      (_chain, _context, response) => {
        response.body = (response.body as Buffer).toString().toUpperCase();
      },
      { body: true },
    );
    expect((await requestHttp2(session, '/app')).text).toBe('HELLO');
  });
});

describe('an Express app over HTTP/2', () => {
  it('parses and sends JSON, and sees the path below its mount', async () => {
    const app = express();
    app.use(express.json());
    app.post('/sum', (request, response) => {
      const { numbers } = request.body as { numbers: number[] };
      response.status(201).json({ sum: numbers.reduce((a, b) => a + b, 0), at: request.baseUrl });
    });
    shop.router.mount('/app', app);
    shop.responseHandlers.append((_chain, _context, response) => response.setHeader('x-seen', response.statusCode));
    const headers = { ':path': '/app/sum', ':method': 'POST', 'content-type': 'application/json' };
    const answer = await requestHttp2(session, headers, JSON.stringify({ numbers: [1, 2, 3] }));
    expect([answer.status, answer.text, answer.headers['x-seen']]).toEqual([201, '{"sum":6,"at":"/app"}', '201']);
  });

  it('answers its own errors, those of a body that is too long among them', async () => {
    const app = express();
    app.use(express.json({ limit: 10 }));
    app.use((_request, response) => void response.send('never'));
    shop.router.mount('/app', app);
    const headers = { ':path': '/app', ':method': 'POST', 'content-type': 'application/json' };
    const answer = await requestHttp2(session, headers, JSON.stringify('x'.repeat(200_000)));
    expect(answer.status).toBe(413);
  });

  it('sends files, also parts of them', async () => {
    const file = join(temporaryDirectory(), 'large.bin');
    const content = randomBytes(300_000);
    writeFileSync(file, content);
    const app = express();
    app.get('/file', (_request, response) => response.sendFile(file));
    shop.router.mount('/', app);
    const whole = await requestHttp2(session, '/file');
    expect([whole.status, whole.headers['content-length'], whole.body.equals(content)]).toEqual([200, '300000', true]);
    const part = await requestHttp2(session, { ':path': '/file', range: 'bytes=5-9' });
    expect([part.status, part.body]).toEqual([206, content.subarray(5, 10)]);
  });

  it('works when a handler calls it by itself', async () => {
    const app = express();
    app.get('/x', (_request, response) => void response.send('by hand'));
    shop.requestHandlers.append(
      (_chain, { request, response }) =>
        new Promise((done) => {
          response.once('close', done);
          app(request, response);
        }),
    );
    expect((await requestHttp2(session, '/x')).text).toBe('by hand');
  });
});

describe('streams over HTTP/2', () => {
  it('go both ways at the same time', async () => {
    shop.router.post('/echo', (request: Request, response: Response) => void request.pipe(response));
    const stream = session.request({ ':path': '/echo', ':method': 'POST' });
    stream.write('one');
    expect(String((await once(stream, 'data'))[0])).toBe('one');
    stream.write('two');
    expect(String((await once(stream, 'data'))[0])).toBe('two');
    stream.end();
    await once(stream, 'end');
  });

  it('carry a body that is many times as large as any buffer', async () => {
    shop.router.post('/echo', (request: Request, response: Response) => pipeline(request, response));
    const body = randomBytes(8 * 1024 * 1024);
    const answer = await requestHttp2(session, { ':path': '/echo', ':method': 'POST' }, body);
    expect(answer.body.equals(body)).toBe(true);
  });

  it('make the writer wait for a client that does not read', async () => {
    let produced = 0;
    shop.router.get('/endless', () =>
      Readable.from(
        (function* () {
          for (; produced < 100_000_000; produced += 10_000) yield Buffer.alloc(10_000);
        })(),
      ),
    );
    const stream = session.request({ ':path': '/endless' });
    await once(stream, 'response');
    stream.pause();
    let last = -1;
    await waitFor('the writer to stop', async () => {
      const before = last;
      last = produced;
      await new Promise((done) => setTimeout(done, 50));
      return before === produced;
    });
    expect(produced).toBeLessThan(2_000_000);
    stream.close();
  });

  it('make the client wait for a reader that does not read', async () => {
    let reader: IncomingMessage | undefined;
    shop.router.post('/slow', ({ request }) => {
      reader = request;
      return new Promise(() => undefined);
    });
    const stream = session.request({ ':path': '/slow', ':method': 'POST' });
    stream.on('error', () => undefined);
    let accepted = 0;
    const fill = (): void => {
      while (accepted < 100_000_000 && stream.write(Buffer.alloc(10_000))) accepted += 10_000;
    };
    stream.on('drain', fill);
    fill();
    await waitFor('the handler', () => reader);
    await new Promise((done) => setTimeout(done, 200));
    expect(accepted).toBeLessThan(2_000_000);
    stream.close();
  });

  it('have drain, finish and close told to whoever writes', async () => {
    const events: string[] = [];
    shop.router.get('/x', (_request: Request, response: Response) => {
      for (const name of ['drain', 'finish', 'close']) response.on(name, () => events.push(name));
      expect(response.headersSent).toBe(false);
      expect(response.write(Buffer.alloc(200_000))).toBe(false);
      expect([response.headersSent, response.writableNeedDrain, response.writableEnded]).toEqual([true, true, false]);
      response.once('drain', () => {
        response.end('end', () => events.push('callback'));
        expect([response.writableEnded, response.writableFinished]).toEqual([true, false]);
        response.once('finish', () => events.push(`finished ${response.writableFinished}`));
      });
    });
    const answer = await requestHttp2(session, '/x');
    expect(answer.body.length).toBe(200_003);
    await waitFor('the end', () => events.includes('close'));
    expect(events).toEqual(['drain', 'finish', 'callback', 'finished true', 'close']);
  });

  it('refuse headers that come too late, as over HTTP/1.1', async () => {
    const errors: unknown[] = [];
    shop.router.get('/x', (_request: Request, response: Response) => {
      response.write('begun');
      for (const late of [() => response.setHeader('x', '1'), () => response.writeHead(500)]) {
        try {
          late();
        } catch (error) {
          errors.push((error as NodeJS.ErrnoException).code);
        }
      }
      response.end();
    });
    expect((await requestHttp2(session, '/x')).text).toBe('begun');
    expect(errors).toEqual(['ERR_HTTP_HEADERS_SENT', 'ERR_HTTP_HEADERS_SENT']);
  });
});

describe('trailers over HTTP/2', () => {
  it('of a request are there when its body is read', async () => {
    shop.router.post('/x', async (request: Request, response: Response) => {
      for await (const chunk of request) void chunk;
      response.json([request.trailers, request.rawTrailers]);
    });
    const stream = session.request({ ':path': '/x', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc' }));
    stream.end('body');
    expect(JSON.parse((await answerOf(stream)).text)).toEqual([{ 'x-checksum': 'abc' }, ['x-checksum', 'abc']]);
  });

  it('of a response follow its body, whether it is sent piece by piece or at once', async () => {
    shop.router.get('/pieces', (_request: Request, response: Response) => {
      response.write('one');
      response.addTrailers({ 'X-Late': 'yes' });
      response.end('two');
    });
    shop.router.get('/once', (_request: Request, response: Response) => {
      response.addTrailers([['x-late', 'yes']]);
      response.end('one');
    });
    shop.router.get('/none', (_request: Request, response: Response) => {
      response.addTrailers({ 'x-late': 'yes' });
      response.end();
    });
    for (const [path, text] of [
      ['/pieces', 'onetwo'],
      ['/once', 'one'],
      ['/none', ''],
    ] as const) {
      const answer = await requestHttp2(session, path);
      expect([answer.text, answer.trailers['x-late'], answer.code]).toEqual([text, 'yes', 0]);
    }
  });
});

describe('a stream that does not come to its end', () => {
  it('is seen by handlers and finalizers when the client cancels it', async () => {
    const seen: string[] = [];
    let isBegun = false;
    shop.router.post('/wait', (_request: Request, response: Response) => {
      isBegun = true;
      response.on('close', () => seen.push(`closed ${response.writableFinished} ${response.destroyed}`));
    });
    shop.finalizers.append(() => seen.push('finalizer'));
    const stream = session.request({ ':path': '/wait', ':method': 'POST' });
    stream.on('error', () => undefined);
    await waitFor('the handler', () => isBegun);
    stream.close(constants.NGHTTP2_CANCEL);
    await waitFor('the end', () => seen.length === 2);
    expect(seen.sort()).toEqual(['closed false true', 'finalizer']);
  });

  it('is an aborted request when the connection breaks in the middle of the body', async () => {
    const seen: string[] = [];
    let isBegun = false;
    shop.router.post('/wait', (request: Request, response: Response) => {
      isBegun = true;
      request.on('aborted', () => seen.push('aborted'));
      request.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? ''));
      request.on('close', () => seen.push('request closed'));
      response.on('close', () => seen.push('response closed'));
      request.resume();
    });
    const stream = session.request({ ':path': '/wait', ':method': 'POST' });
    stream.on('error', () => undefined);
    stream.write('begun');
    await waitFor('the handler', () => isBegun);
    session.destroy();
    await waitFor('the end', () => seen.length === 4);
    expect(seen.sort()).toEqual(['ECONNRESET', 'aborted', 'request closed', 'response closed']);
  });

  it('ends what is being sent on it, and destroys its source', async () => {
    const source = new Readable({ read: () => undefined });
    source.push('begun');
    shop.router.get('/x', () => source);
    const stream = session.request({ ':path': '/x' });
    stream.on('error', () => undefined);
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    await waitFor('the source to be destroyed', () => source.destroyed);
  });

  it('is seen by the client when the response is destroyed, and other streams go on', async () => {
    shop.router.get('/broken', (_request: Request, response: Response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    });
    shop.router.get('/socket', ({ request }) => void request.socket.destroy());
    shop.router.get('/fine', () => 'fine');
    expect((await requestHttp2(session, '/broken')).code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect((await requestHttp2(session, '/socket')).code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect((await requestHttp2(session, '/fine')).text).toBe('fine');
  });

  it('is seen by the client when the source of a body fails', async () => {
    shop.router.get('/x', () =>
      Readable.from(
        (async function* () {
          yield 'half';
          await new Promise(setImmediate);
          throw new Error('broken');
        })(),
      ),
    );
    expect((await requestHttp2(session, '/x')).code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });

  it('is not waited for when the answer is out and nobody reads the body', async () => {
    shop.router.post('/x', (_request: Request, response: Response) => void response.status(403).send('no'));
    const stream = session.request({ ':path': '/x', ':method': 'POST' });
    stream.write('begun and never ended');
    const answer = await answerOf(stream);
    expect([answer.status, answer.text, answer.code]).toEqual([403, 'no', 0]);
  });

  it('goes on to be read after the answer by who reads it', async () => {
    const read = new Promise<string>((done) => {
      shop.router.post('/x', (request: Request, response: Response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => (text += chunk.toString()));
        request.on('end', () => done(text));
        response.send('early');
      });
    });
    const stream = session.request({ ':path': '/x', ':method': 'POST' });
    stream.write('one ');
    await once(stream, 'response');
    stream.resume();
    await once(stream, 'end');
    stream.end('two');
    expect(await read).toBe('one two');
  });
});
