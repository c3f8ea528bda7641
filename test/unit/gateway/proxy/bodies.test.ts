import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import type { Router } from '../../../../src/api';
import { connectHttp2, requestHttp2 } from '../../../support/http2-client';
import { serveHere, serveTcp } from '../../../support/serve-here';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { waitFor } from '../../../support/wait-for';

const MIB = 1024 * 1024;

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** Begins a request whose body is still to be written. */
function begin(path: string, options: RequestOptions = {}): ClientRequest {
  const outgoing = request({ host: '127.0.0.1', port: started.port, path, method: 'POST', agent: false, ...options });
  outgoing.on('error', () => undefined);
  return outgoing;
}

async function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

/** What a reader gives, piece by piece, as a digest. */
async function digestOf(stream: AsyncIterable<Buffer>): Promise<{ size: number; digest: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, digest: hash.digest('hex') };
}

/** Pieces that differ, 64 KiB each. */
function* pieces(count: number): Iterable<Buffer> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(65_536, `piece ${index} `);
}

describe('bodies through the proxy', () => {
  it('go piece by piece in both directions, each before the next one is written', async () => {
    const { url } = await serveHere((incoming, response) => {
      incoming.on('data', (chunk: Buffer) => response.write(`got ${String(chunk)};`));
      incoming.on('end', () => response.end('all'));
    });
    router.proxy('/', url);
    const outgoing = begin('/');
    outgoing.write('one');
    const answer = await answerOf(outgoing);
    answer.setEncoding('utf8');
    expect(await once(answer, 'data')).toEqual(['got one;']);
    outgoing.write('two');
    expect(await once(answer, 'data')).toEqual(['got two;']);
    outgoing.end();
    expect(await textOf(answer)).toBe('all');
  });

  it('are whole when they are large', async () => {
    const { url } = await serveHere((incoming, response) => void incoming.pipe(response));
    router.proxy('/', url);
    const outgoing = begin('/');
    Readable.from(pieces(1024)).pipe(outgoing);
    const answer = await answerOf(outgoing);
    const received = await digestOf(answer);
    expect(received).toEqual(await digestOf(Readable.from(pieces(1024))));
    expect(received.size).toBe(64 * MIB);
  });

  it('are not read from the client faster than the server takes them', async () => {
    // It never reads the body.
    const { url } = await serveHere(() => undefined);
    router.proxy('/', url);
    const outgoing = begin('/');
    let written = 0;
    const write = (): void => {
      while (written < 256 * MIB) {
        written += MIB;
        if (!outgoing.write(Buffer.alloc(MIB))) break;
      }
    };
    outgoing.on('drain', write);
    write();
    await standsStill(() => written);
    expect(written).toBeLessThan(64 * MIB);
    outgoing.destroy();
  });

  it('are not read from the server faster than the client takes them', async () => {
    let written = 0;
    const { url } = await serveHere((_incoming, response) => {
      const write = (): void => {
        while (written < 256 * MIB) {
          written += MIB;
          if (!response.write(Buffer.alloc(MIB))) break;
        }
      };
      response.on('drain', write);
      write();
    });
    router.proxy('/', url);
    const answer = await answerOf(begin('/', { method: 'GET' }).end());
    answer.pause();
    await standsStill(() => written);
    expect(written).toBeLessThan(64 * MIB);
    answer.destroy();
  });

  it('keep their length where it is known, and are chunked where it is not', async () => {
    const { url } = await serveHere((incoming, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
      incoming.resume().on('end', () => response.end(`${length} ${encoding}`));
    });
    router.proxy('/', url);
    expect((await started.send('/', { method: 'POST', body: 'four' })).text).toBe('4 undefined');
    const outgoing = begin('/');
    outgoing.write('x');
    outgoing.end();
    expect(await textOf(await answerOf(outgoing))).toBe('undefined chunked');
    expect((await started.send('/', { method: 'POST' })).text).toBe('0 undefined');
    expect((await started.send('/', { method: 'DELETE' })).text).toBe('undefined undefined');
    const headers = { 'content-length': 4 };
    expect((await started.send('/', { method: 'DELETE', body: 'gone', headers })).text).toBe('4 undefined');
  });

  it('are left compressed as they are', async () => {
    const { url } = await serveHere((incoming, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(Buffer.from([0x1f, 0x8b, 1, 2, 3]));
      incoming.resume();
    });
    router.proxy('/', url);
    const answer = await started.send('/', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect([...answer.body]).toEqual([0x1f, 0x8b, 1, 2, 3]);
  });

  it('may have trailers, in both directions', async () => {
    const { url } = await serveHere((incoming, response) => {
      incoming.resume().on('end', () => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('body');
        response.addTrailers({ 'X-Sum': `of ${incoming.trailers['x-part']}` });
        response.end();
      });
    });
    router.proxy('/', url);
    const outgoing = begin('/', { headers: { Trailer: 'X-Part', TE: 'trailers' } });
    outgoing.write('x');
    outgoing.addTrailers({ 'X-Part': 'seven' });
    outgoing.end();
    const answer = await answerOf(outgoing);
    expect(await textOf(answer)).toBe('body');
    expect(answer.trailers).toEqual({ 'x-sum': 'of seven' });
  });

  it('ask for a 100 of the server, and are not sent where it refuses', async () => {
    let continued = 0;
    const { server, url } = await serveHere((incoming, response) => void incoming.pipe(response));
    server.on('checkContinue', (incoming: IncomingMessage, response) => {
      continued++;
      if (incoming.url === '/no') return void response.writeHead(417).end('no');
      response.writeContinue();
      incoming.pipe(response);
    });
    router.proxy('/', url);
    const willing = begin('/yes', { headers: { Expect: '100-continue', 'Content-Length': 4 } });
    willing.flushHeaders();
    await once(willing, 'continue');
    willing.end('body');
    expect(await textOf(await answerOf(willing))).toBe('body');
    const refused = begin('/no', { headers: { Expect: '100-continue', 'Content-Length': 4 } });
    let asked = false;
    refused.on('continue', () => (asked = true));
    refused.flushHeaders();
    expect((await answerOf(refused)).statusCode).toBe(417);
    expect(asked).toBe(false);
    expect(continued).toBe(2);
    refused.destroy();
  });

  it('of an answer that is not to have one are empty', async () => {
    const { url } = await serveHere((incoming, response) => {
      if (incoming.method === 'HEAD') response.setHeader('Content-Length', 1234);
      else response.statusCode = incoming.url === '/304' ? 304 : 204;
      response.end();
    });
    router.proxy('/', url);
    const head = await started.send('/', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '1234', '']);
    expect((await started.send('/')).status).toBe(204);
    expect((await started.send('/304')).status).toBe(304);
  });

  it('come from clients of HTTP/2, and of HTTP/1.0, too', async () => {
    const { url } = await serveHere((incoming, response) => {
      response.setHeader('X-Version', `${incoming.httpVersion} ${incoming.headers.host}`);
      incoming.pipe(response);
    });
    router.proxy('/', url);
    const session = connectHttp2(started.url);
    const answer = await requestHttp2(session, { ':path': '/', ':method': 'POST', ':authority': 'shop.test' }, 'by h2');
    expect([answer.status, answer.text, answer.headers['x-version']]).toEqual([200, 'by h2', '1.1 shop.test']);
    expect((await requestHttp2(session, '/')).status).toBe(200);
    const old = await started.raw('POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nold');
    expect(old).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\n\r\nold$/);
    expect(old).not.toMatch(/chunked/i);
  });

  it('reach response handlers that want to see them', async () => {
    const { url } = await serveHere((_incoming, response) => response.end('from afar'));
    router.proxy('/', url);
    started.owner('seer').responseHandlers.append(
      (_chain, _context, response) => {
        response.body = (response.body as Buffer).toString().toUpperCase();
      },
      { body: true },
    );
    const answer = await started.send('/');
    expect(answer.text).toBe('FROM AFAR');
  });

  it('are passed on, too, when a handler has read them', async () => {
    const { url } = await serveHere((incoming, response) => void incoming.pipe(response));
    router.proxy('/', url);
    const read: string[] = [];
    started.owner('reader').requestHandlers.early.append(async (_chain, { body }) => void read.push(await body.text()));
    const whole = 'x'.repeat(300_000);
    expect((await started.send('/', { method: 'POST', body: whole })).text).toBe(whole);
    const outgoing = begin('/');
    outgoing.write('in ');
    outgoing.end('chunks');
    expect(await textOf(await answerOf(outgoing))).toBe('in chunks');
    expect(read).toEqual([whole, 'in chunks']);
  });

  it('may end where the server closes the connection', async () => {
    const { url } = await serveTcp((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end'));
    });
    router.proxy('/', url);
    expect((await started.send('/')).text).toBe('until the end');
  });
});

/** Waits until a number has not changed for a while. */
async function standsStill(read: () => number): Promise<void> {
  let before = -1;
  let times = 0;
  await waitFor(
    'a standstill',
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      times = read() > 0 && read() === before ? times + 1 : 0;
      before = read();
      return times >= 10;
    },
    20_000,
  );
}
