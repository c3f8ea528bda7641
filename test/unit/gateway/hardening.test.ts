import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { sendRequest } from '../../support/send-request';
import { startGateway, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

const LIMITS = { headersTime: 400, bodyTime: 400, idleTime: 400 };

/** Sends text piece by piece, a while apart; gives all that came back until the connection was closed. */
function drip(port: number, pieces: readonly string[], apart: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const left = [...pieces];
    const timer = setInterval(() => {
      const piece = left.shift();
      if (piece === undefined) clearInterval(timer);
      else socket.write(piece);
    }, apart);
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(timer);
      resolve(received);
    });
  });
}

describe('limits of a connection', () => {
  const HEAD = 'POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n';

  async function start(limits: object = LIMITS): Promise<StartedGateway> {
    const started = await startGateway({ limits });
    const { router } = started.owner('a');
    router.get('/', () => 'ok');
    router.post('/echo', async ({ body }) => body.text());
    router.post('/late', async ({ body }) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return body.text();
    });
    return started;
  }

  it('says which one a header was too large for', async () => {
    const { send } = await start({ headerSize: 1_000, headers: 10 });
    const large = await send('/', { headers: { 'x-a': 'a'.repeat(2_000) } });
    expect([large.status, large.text]).toEqual([431, expect.stringMatching(/BACKLOT_MAX_HEADER_SIZE/)]);
    const many = await send('/', { headers: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, ''])) });
    expect([many.status, many.text]).toEqual([431, expect.stringMatching(/BACKLOT_MAX_HEADERS/)]);
  });

  it('answers a client that does not send its headers with a 408', async () => {
    const { raw } = await start();
    expect(await raw('GET / HTTP/1.1\r\nHost: a\r\n')).toMatch(/^HTTP\/1\.1 408 .*BACKLOT_HEADERS_TIMEOUT/s);
  });

  it('answers a client that sends its body byte by byte with a 408', async () => {
    const { port } = await start();
    expect(await drip(port, [HEAD, ...'a'.repeat(200)], 20)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('does not cut an upload that makes progress, however long it takes', async () => {
    const { port } = await start();
    const answer = await drip(port, [HEAD, ...Array.from({ length: 20 }, () => 'a'.repeat(50))], 80);
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*a{1000}$/s);
  });

  it('does not blame a client for a body that nobody reads yet', async () => {
    const { port } = await start();
    const head = HEAD.replace('/echo', '/late');
    expect(await drip(port, [head, 'a'.repeat(500), 'a'.repeat(500)], 20)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('cuts a client that does not read its answer', async () => {
    const { owner, port } = await startGateway({ limits: LIMITS });
    const gone = new Promise<void>((resolve) => {
      owner('b').router.get('/', ({ signal }) => {
        signal.addEventListener('abort', () => resolve());
        return new Readable({
          read(size) {
            this.push(Buffer.alloc(size));
          },
        });
      });
    });
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause().write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await gone;
    socket.destroy();
  });

  it('leaves a client alone for which nothing waits, and one that reads slowly', async () => {
    const { owner, port } = await startGateway({ limits: LIMITS });
    owner('b').router.get('/', async function* () {
      for (let piece = 0; piece < 4; piece++) {
        yield Buffer.alloc(4 * 1024 * 1024);
        await new Promise((resolve) => setTimeout(resolve, 600));
      }
    });
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let received = 0;
    for await (const chunk of socket) {
      received += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(received).toBeGreaterThan(16 * 1024 * 1024);
  });

  it('closes a connection that is idle', async () => {
    const { raw } = await start();
    const began = performance.now();
    expect(await raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});

describe('the end of the port', () => {
  it('gives new requests a 503 while running ones finish, on new connections and on those that are open', async () => {
    const { gateway, owner, port } = await startGateway();
    let finish: () => void = () => undefined;
    owner('a').router.get('/slow', async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return 'finished';
    });
    owner('a').router.get('/fast', () => 'fast');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await statusOn(agent, port, '/fast')).toBe(200);
    const slow = sendRequest(port, '/slow');
    await waitFor('the request', () => gateway.inFlight([]).some(({ count }) => count > 0));
    const closed = gateway.close(10_000);

    expect(await statusOn(agent, port, '/fast')).toBe(503);
    expect((await sendRequest(port, '/fast')).status).toBe(503);
    finish();
    expect((await slow).text).toBe('finished');
    const began = performance.now();
    await closed;
    expect(performance.now() - began).toBeLessThan(1_000);
    agent.destroy();
  });

  it('does not wait for connections that are kept alive', async () => {
    const { gateway, owner, port } = await startGateway({ limits: { idleTime: 60_000 } });
    owner('a').router.get('/', () => 'ok');
    const agent = new Agent({ keepAlive: true });
    await Promise.all(Array.from({ length: 5 }, () => statusOn(agent, port, '/')));
    const began = performance.now();
    await gateway.close(10_000);
    expect(performance.now() - began).toBeLessThan(1_000);
    agent.destroy();
  });

  it('lets a stream end within the limit, and cuts one that does not', async () => {
    const { gateway, owner, port } = await startGateway();
    const { router } = owner('a');
    router.get('/short', () => ticks(10));
    router.get('/endless', () => ticks(Infinity));
    const [short, endless] = await Promise.all([begin(port, '/short'), begin(port, '/endless')]);
    const ends = Promise.all([isWhole(short), isWhole(endless)]);
    await gateway.close(1_500);
    expect(await ends).toEqual([true, false]);
  });
});

async function* ticks(count: number): AsyncGenerator<string> {
  for (let tick = 0; tick < count; tick++) {
    yield 'tick\n';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function begin(port: number, path: string, agent?: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest({ port, path, host: '127.0.0.1', agent: agent ?? false }, resolve)
      .once('error', reject)
      .end();
  });
}

async function statusOn(agent: Agent, port: number, path: string): Promise<number | undefined> {
  const response = await begin(port, path, agent);
  response.resume();
  await new Promise((resolve) => response.once('end', resolve));
  return response.statusCode;
}

function isWhole(response: IncomingMessage): Promise<boolean> {
  response.resume();
  response.on('error', () => undefined);
  return new Promise((resolve) => response.once('close', () => resolve(response.complete)));
}
