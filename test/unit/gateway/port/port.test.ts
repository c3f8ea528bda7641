import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect as connectTls } from 'node:tls';
import type { Request, Response } from 'express';
import { Gateway } from '../../../../src/gateway/gateway';
import { collectLog } from '../../../support/collect-log';
import { answerOf, connectHttp2, requestHttp2 } from '../../../support/http2-client';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { waitFor } from '../../../support/wait-for';

const run = promisify(execFile);
const REQUEST = 'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody';

let started: StartedGateway;
const sockets: Socket[] = [];

beforeEach(async () => {
  started = await startGateway({ limits: { headersTime: 300 } });
  const { router } = started.owner('shop');
  router.get('/hello', ({ request }) => `hello over ${request.protocol} ${request.httpVersion}`);
  router.post('/echo', (request: Request, response: Response) => void request.pipe(response));
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function open(port = started.port, host = '127.0.0.1'): Socket {
  const socket = connect({ port, host });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** Writes each part by itself, so that it arrives by itself, and reads until the connection is closed. */
async function send(parts: readonly (string | Buffer)[], socket: Socket = open()): Promise<string> {
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  const closed = once(socket, 'close');
  socket.setNoDelay(true);
  for (const part of parts) {
    await new Promise((done) => socket.write(part, done));
    await delay(2);
  }
  await closed;
  return received;
}

describe('a connection', () => {
  it('loses no byte of a request, whatever packets they come in', async () => {
    const whole = await send([REQUEST]);
    expect(whole).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*body/);
    expect(await send([...REQUEST])).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*b[^]*o[^]*d[^]*y/);
    expect(await send(['PO', REQUEST.slice(2)])).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*body/);
    expect(await send(['PR', 'OPFIND /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'])).toMatch(
      /^HTTP\/1.1 40/,
    );
  });

  it('may carry several requests at once', async () => {
    const requests = REQUEST.replace('Connection: close\r\n', '').repeat(20) + REQUEST;
    expect((await send([requests])).match(/HTTP\/1.1 200 OK/g)).toHaveLength(21);
  });

  it('loses no byte of the preface of HTTP/2, whatever packets it comes in', async () => {
    const settings = '\x00\x00\x00\x04\x00\x00\x00\x00\x00';
    const goaway = '\x00\x00\x08\x07\x00\x00\x00\x00\x00' + '\x00'.repeat(8);
    const frames = [...`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${settings}${goaway}`].map((byte) =>
      Buffer.from(byte, 'latin1'),
    );
    // The server’s own settings, and that it has taken the client’s.
    const received = Buffer.from(await send(frames), 'latin1').toString('hex');
    expect(received).toMatch(/^.{6}0400.*000000040100000000/);
  });

  it('is closed when nothing comes on it within the limit', async () => {
    const began = Date.now();
    expect(await send([])).toBe('');
    expect(Date.now() - began).toBeGreaterThan(250);
  });

  it('is refused when what comes is nothing known', async () => {
    expect(await send(['\x00\x01\x02\x03 nothing known'])).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(await send(['PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'])).toMatch(/^HTTP\/1.1 400 Bad Request/);
  });

  it('may end before or after its first bytes', async () => {
    const silent = open();
    silent.end();
    await once(silent, 'close');
    const half = open();
    half.end('PR');
    expect(await send([], half)).toMatch(/^HTTP\/1.1 400/);
    const whole = open();
    whole.end(REQUEST);
    expect(await send([], whole)).toMatch(/^HTTP\/1.1 200 OK[^]*body/);
  });

  it('that breaks at any time does no harm', async () => {
    for (const parts of [
      '',
      'P',
      'PRI * HT',
      'GET /hello HTTP/1.1\r\n',
      Buffer.from([0x16]),
      Buffer.from([0x16, 3, 1]),
    ]) {
      const socket = open();
      await once(socket, 'connect');
      await new Promise<void>((done) => socket.write(parts, () => done()));
      socket.resetAndDestroy();
    }
    expect((await started.send('/hello')).text).toBe('hello over http 1.1');
  });
});

describe('curl', () => {
  const curl = async (...args: string[]): Promise<string> =>
    (await run('curl', ['-sS', '--max-time', '10', ...args])).stdout;

  it('speaks HTTP/1.1 and HTTP/2, in clear text and over TLS, on one port', async () => {
    if (!(await curl('--version').catch(() => '')).includes('HTTP2')) return;
    const address = `127.0.0.1:${started.port}/hello`;
    expect(await curl(`http://${address}`)).toBe('hello over http 1.1');
    expect(await curl('--http2-prior-knowledge', `http://${address}`)).toBe('hello over http 2.0');
    expect(await curl('-k', '--http1.1', `https://${address}`)).toBe('hello over https 1.1');
    expect(await curl('-k', '--http2', `https://${address}`)).toBe('hello over https 2.0');
    const large = 'x'.repeat(200_000);
    const echo = `127.0.0.1:${started.port}/echo`;
    expect(await curl('--http2-prior-knowledge', '-d', large.slice(0, 100_000), `http://${echo}`)).toHaveLength(
      100_000,
    );
    expect(await curl('-k', '-d', large.slice(0, 100_000), `https://${echo}`)).toHaveLength(100_000);
  });
});

describe('the addresses', () => {
  async function listen(...addresses: { host: string; port: number }[]): Promise<{ host: string; port: number }[]> {
    const gateway = new Gateway({ log: collectLog().log });
    closing.push(gateway);
    return gateway.listen(addresses);
  }
  const closing: Gateway[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((gateway) => gateway.close(0)));
  });

  it('may be several, of IPv4 and IPv6, and each serves everything', async () => {
    const listening = await listen({ host: '127.0.0.1', port: 0 }, { host: '::1', port: 0 });
    for (const { host, port } of listening) {
      const answer = await send(['GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'], open(port, host));
      expect(answer).toMatch(/^HTTP\/1.1 404/);
    }
  });

  it('may have the same port on several hosts', async () => {
    const [{ port = 0 } = {}] = await listen({ host: '127.0.0.1', port: 0 });
    await closing.pop()?.close(0);
    const hosts = ['127.0.0.1', '127.0.0.2', '::1'];
    expect(await listen(...hosts.map((host) => ({ host, port })))).toEqual(hosts.map((host) => ({ host, port })));
    await closing.pop()?.close(0);
    await listen({ host: '0.0.0.0', port }, { host: '::', port });
    for (const host of ['127.0.0.1', '::1']) await once(open(port, host), 'connect');
  });

  it('are all given up when one of them is taken', async () => {
    const [{ port = 0 } = {}] = await listen({ host: '127.0.0.1', port: 0 });
    await expect(listen({ host: '127.0.0.2', port }, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'BACKLOT_E_PORT_IN_USE',
    });
    await listen({ host: '127.0.0.2', port });
  });
});

describe('closing the port', () => {
  it('closes idle connections of every kind at once', async () => {
    const agent = new Agent({ keepAlive: true });
    const kept = httpRequest({ port: started.port, host: '127.0.0.1', path: '/hello', agent }).end();
    ((await once(kept, 'response')) as [NodeJS.ReadableStream])[0].resume();
    const session = connectHttp2(started.url);
    await requestHttp2(session, '/hello');
    const secure = connectHttp2(`https://127.0.0.1:${started.port}`, { rejectUnauthorized: false });
    await requestHttp2(secure, '/hello');
    const silent = open();
    await once(silent, 'connect');
    const began = Date.now();
    await started.gateway.close(10_000);
    expect(Date.now() - began).toBeLessThan(2_000);
    agent.destroy();
  });

  it('lets requests in flight end, over HTTP/1.1 and HTTP/2, and refuses new ones', async () => {
    const { router } = started.owner('slow');
    const release: (() => void)[] = [];
    router.get('/slow', () => new Promise((done) => release.push(() => done('in the end'))));
    const session = connectHttp2(started.url);
    const goaway = once(session, 'goaway');
    const overHttp2 = requestHttp2(session, '/slow');
    const overHttp1 = started.send('/slow');
    await waitFor('both', () => release.length === 2);
    const closed = started.gateway.close(10_000);
    expect((await started.send('/hello')).status).toBe(503);
    expect((await requestHttp2(session, '/hello')).status).toBe(503);
    expect((await requestHttp2(connectHttp2(started.url), '/hello')).status).toBe(503);
    for (const each of release) each();
    expect((await overHttp2).text).toBe('in the end');
    expect((await overHttp1).text).toBe('in the end');
    await goaway;
    await closed;
    const late = open();
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('cuts what does not end within the limit', async () => {
    started.owner('slow').router.get('/never', () => new Promise(() => undefined));
    const session = connectHttp2(started.url);
    const cut = answerOf(session.request({ ':path': '/never' }));
    const alsoCut = expect(started.send('/never')).rejects.toThrow();
    await waitFor('both', () => started.gateway.inFlight([]).some(({ count }) => count === 2));
    await started.gateway.close(100);
    expect((await cut).status).toBe(0);
    await alsoCut;
  });
});

describe('a raw protocol', () => {
  /** Lines that begin with `RAW`; each is sent back in capitals. */
  const shouting = (name = 'shouting') => ({
    name,
    detect: (bytes: Buffer) => {
      const length = Math.min(3, bytes.length);
      if (bytes.toString('latin1', 0, length) !== 'RAW'.slice(0, length)) return false;
      return length === 3 ? true : undefined;
    },
    handle: (socket: Socket) => {
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
    },
  });

  async function exchange(socket: Socket, parts: readonly string[], length: number): Promise<string> {
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    for (const part of parts) {
      socket.write(part);
      await delay(2);
    }
    await waitFor('the answer', () => received.length >= length);
    return received;
  }

  it('gets the connections that begin with its bytes, all bytes included, and HTTP goes on', async () => {
    started.owner('raw').router.protocol(shouting());
    expect(await exchange(open(), ['RAW hello'], 9)).toBe('RAW HELLO');
    expect(await exchange(open(), ['R', 'A', 'W hel', 'lo'], 9)).toBe('RAW HELLO');
    expect((await started.send('/hello')).text).toBe('hello over http 1.1');
    expect(await send([...REQUEST])).toMatch(/^HTTP\/1.1 200 OK/);
    expect((await requestHttp2(connectHttp2(started.url), '/hello')).text).toBe('hello over http 2.0');
    expect(await send(['\x00 nobody’s'])).toMatch(/^HTTP\/1.1 400/);
  });

  it('is spoken within TLS, too', async () => {
    started.owner('raw').router.protocol(shouting());
    const socket = connectTls({ port: started.port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    expect(await exchange(socket, ['RA', 'W hello'], 9)).toBe('RAW HELLO');
  });

  it('comes after HTTP, unless it wants to be asked first', async () => {
    const greedy = { name: 'greedy', detect: () => true, handle: (socket: Socket) => socket.end('mine') };
    const { router } = started.owner('raw');
    const remove = router.protocol(greedy);
    expect((await started.send('/hello')).text).toBe('hello over http 1.1');
    expect(await send(['anything'])).toBe('mine');
    remove();
    expect(await send(['anything'])).toMatch(/^HTTP\/1.1 400/);
    router.protocol({ ...greedy, first: true });
    expect(await send(['GET /hello HTTP/1.1\r\n\r\n'])).toBe('mine');
  });

  it('that cannot decide within 1 KiB is passed over', async () => {
    started.owner('raw').router.protocol({ name: 'slow', detect: () => undefined, handle: () => undefined });
    expect(await send(['\x00'.repeat(2_000)])).toMatch(/^HTTP\/1.1 400/);
  });

  it('has its name for itself', () => {
    started.owner('raw').router.protocol(shouting());
    const add = (): unknown => started.owner('other').router.protocol(shouting());
    expect(add).toThrow(/other adds the protocol shouting, which raw has already/);
    expect(add).toThrow(expect.objectContaining({ code: 'BACKLOT_E_ROUTE_CONFLICT' }) as Error);
  });

  it('belongs to the whole port, and must be complete', () => {
    const { router } = started.owner('raw');
    const invalid = expect.objectContaining({ code: 'BACKLOT_E_ROUTE_INVALID' }) as Error;
    expect(() => router.withHost('a.example').protocol(shouting())).toThrow(invalid);
    expect(() => router.submount('/a').protocol(shouting())).toThrow(invalid);
    expect(() => router.protocol({ name: 'half' } as never)).toThrow(invalid);
  });

  it('that throws has its connection closed, and is named in the log', async () => {
    const { router } = started.owner('raw');
    router.protocol({
      name: 'bad-detect',
      detect: () => {
        throw new Error('no idea');
      },
      handle: () => undefined,
    });
    router.protocol({ ...shouting(), handle: () => Promise.reject(new Error('broken')) });
    expect(await send(['RAW'])).toBe('');
    const messages = started.lines.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/extension raw failed while it served the protocol bad-detect[^]*no idea/);
    expect(messages).toMatch(/extension raw failed while it served the protocol shouting[^]*broken/);
  });

  it('may have its socket broken without listening to errors', async () => {
    started.owner('raw').router.protocol(shouting());
    const socket = open();
    await exchange(socket, ['RAW'], 3);
    socket.resetAndDestroy();
    expect((await started.send('/hello')).status).toBe(200);
  });

  it('goes with its owner, whose connections are cut', async () => {
    const { router } = started.owner('raw');
    router.protocol(shouting());
    const socket = open();
    await exchange(socket, ['RAW'], 3);
    const closed = once(socket, 'close');
    started.gateway.withdraw('raw');
    await closed;
    expect(await send(['RAW'])).toMatch(/^HTTP\/1.1 400/);
  });

  it('is swapped with its owner in one step; a connection stays with whom it has until that one is withdrawn', async () => {
    const owner = (name: string) => ({ name, bind: <F>(f: F) => f, assertOpen: () => undefined });
    const [old, fresh] = [owner('raw'), owner('raw')];
    started.gateway.forOwner(old).router.protocol(shouting());
    const socket = open();
    await exchange(socket, ['RAW'], 3);
    const stage = started.gateway.stage(fresh);
    stage.router.protocol({ ...shouting(), handle: (to: Socket) => to.end('fresh') });
    expect(await exchange(open(), ['RAW old'], 7)).toBe('RAW OLD');
    const undo = started.gateway.swap([[stage, old]]);
    expect(await send(['RAW'])).toBe('fresh');
    undo();
    expect(await exchange(open(), ['RAW old'], 7)).toBe('RAW OLD');
    expect(socket.destroyed).toBe(false);
    started.gateway.withdraw(old);
    await once(socket, 'close');
  });

  it('that conflicts leaves a swap undone', () => {
    const owner = (name: string) => ({ name, bind: <F>(f: F) => f, assertOpen: () => undefined });
    started.owner('other').router.protocol(shouting());
    const stage = started.gateway.stage(owner('raw'));
    stage.router.get('/raw', () => 'raw');
    stage.router.protocol(shouting());
    expect(() => started.gateway.swap([[stage, undefined]])).toThrow(/shouting/);
    expect(started.gateway.routes().map(({ path }) => path)).not.toContain('/raw');
  });

  it('does not keep the port from closing', async () => {
    started.owner('raw').router.protocol(shouting());
    await exchange(open(), ['RAW'], 3);
    const began = Date.now();
    await started.gateway.close(10_000);
    expect(Date.now() - began).toBeLessThan(2_000);
  });
});
