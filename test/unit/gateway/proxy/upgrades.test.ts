import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { HttpError, type Router } from '../../../../src/api';
import { serveHere, serveTcp } from '../../../support/serve-here';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { waitFor } from '../../../support/wait-for';
import { openWebSocket, refusalOf } from '../../../support/websocket-client';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** A server of WebSockets, and those that were opened to it. */
async function serveWebSockets(
  attend: (socket: WebSocket, request: IncomingMessage) => void,
  options: ServerOptions = {},
): Promise<{ url: string; opened: WebSocket[] }> {
  const opened: WebSocket[] = [];
  const { server, url } = await serveHere((_incoming, response) => void response.end('plain'));
  new WebSocketServer({ server, ...options }).on('connection', (socket, request) => {
    opened.push(socket);
    attend(socket, request);
  });
  return { url, opened };
}

const echo = (socket: WebSocket): void => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
};

function failures(): string[] {
  return started.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
}

describe('a WebSocket through the proxy', () => {
  it('carries text and bytes, also large ones', async () => {
    router.proxy('/', (await serveWebSockets(echo)).url);
    const client = await openWebSocket(started.port, '/');
    client.socket.send('hello');
    expect(await client.next()).toBe('hello');
    const bytes = Buffer.alloc(8 * 1024 * 1024, 'bytes');
    client.socket.send(bytes);
    expect(bytes.equals((await client.next()) as Buffer)).toBe(true);
  });

  it('carries what the server says at once', async () => {
    router.proxy('/', (await serveWebSockets((socket) => socket.send('welcome'))).url);
    expect(await (await openWebSocket(started.port, '/')).next()).toBe('welcome');
  });

  it('finds its server as other requests do: path, headers, Host, and what is forwarded', async () => {
    const { url } = await serveWebSockets((socket, { url: path, headers }) => {
      socket.send(JSON.stringify({ path, headers }));
    });
    router.proxy('/chat/:room', ({ params }) => `${url}/rooms/${String(params.room)}`, {
      requestHeaders: { 'X-New': 'n' },
      responseHeaders: { 'X-Answer': 'a' },
      rewritePath: (below) => `/v1${below}`,
    });
    const client = await openWebSocket(started.port, '/chat/a%20b/x?y=1', {
      headers: { host: 'shop.test', cookie: 'c=1' },
      origin: 'https://page.test',
    });
    expect(JSON.parse(String(await client.next()))).toMatchObject({
      path: '/rooms/a%20b/v1/x?y=1',
      headers: {
        host: 'shop.test',
        cookie: 'c=1',
        origin: 'https://page.test',
        'x-new': 'n',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 'shop.test',
        upgrade: 'websocket',
        connection: 'Upgrade',
      },
    });
    expect(client.answer.headers['x-answer']).toBe('a');
  });

  it('agrees on what client and server agree on: subprotocol and compression', async () => {
    const { url } = await serveWebSockets(echo, {
      handleProtocols: (offered) => [...offered][1] ?? false,
      perMessageDeflate: { threshold: 0 },
    });
    router.proxy('/', url);
    const client = await openWebSocket(started.port, '/', { protocols: ['a', 'b'] });
    expect(client.socket.protocol).toBe('b');
    expect(client.socket.extensions).toBe('permessage-deflate');
    client.socket.send('x'.repeat(10_000));
    expect(await client.next()).toBe('x'.repeat(10_000));
  });

  it('carries pings, and the codes with which either side closes', async () => {
    const codes: number[] = [];
    const { url, opened } = await serveWebSockets((socket) => void socket.on('close', (code) => codes.push(code)));
    router.proxy('/', url);
    const one = await openWebSocket(started.port, '/');
    one.socket.ping('p');
    expect(String((await once(one.socket, 'pong'))[0])).toBe('p');
    one.socket.close(4001, 'by client');
    await waitFor('the code', () => codes.length === 1);
    expect(codes).toEqual([4001]);
    const other = await openWebSocket(started.port, '/');
    opened[1]?.close(4002, 'by server');
    expect(await other.closed()).toEqual({ code: 4002, reason: 'by server' });
  });

  it('ends on one side when the other one breaks', async () => {
    const codes: number[] = [];
    const { url, opened } = await serveWebSockets((socket) => void socket.on('close', (code) => codes.push(code)));
    router.proxy('/', url);
    (await openWebSocket(started.port, '/')).socket.terminate();
    await waitFor('the end', () => codes.length === 1);
    const other = await openWebSocket(started.port, '/');
    opened[1]?.terminate();
    expect((await other.closed()).code).toBe(1006);
    expect(failures()).toEqual([]);
  });

  it('is refused as the server refuses it, with head and body', async () => {
    const { server, url } = await serveHere(() => undefined);
    server.on('upgrade', (_request, socket: Duplex) => {
      socket.end(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n' +
          'Content-Length: 12\r\n\r\nwho are you?',
      );
    });
    router.proxy('/', url);
    const refusal = await refusalOf(openWebSocket(started.port, '/'));
    expect([refusal.status, refusal.body]).toEqual([401, 'who are you?']);
    expect(refusal.headers).toMatchObject({ 'www-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'] });
  });

  it('is answered by a server that knows no WebSockets as that answers', async () => {
    const { url } = await serveHere((_incoming, response) => response.end('a page'));
    router.proxy('/', url);
    const refusal = await refusalOf(openWebSocket(started.port, '/'));
    expect([refusal.status, refusal.body]).toEqual([200, 'a page']);
  });

  it('is a 502 where nobody is reached, and a 504 where nobody answers in time', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    router.proxy('/gone', `http://127.0.0.1:${port}`);
    const unreachable = await refusalOf(openWebSocket(started.port, '/gone'));
    expect(unreachable.status).toBe(502);
    expect(JSON.parse(unreachable.body)).toMatchObject({
      error: { code: 'BACKLOT_E_PROXY_UNREACHABLE', extension: 'shop', target: `http://127.0.0.1:${port}` },
    });
    const { url } = await serveTcp(() => undefined);
    router.proxy('/slow', url, { firstByteTimeout: 50 });
    const late = await refusalOf(openWebSocket(started.port, '/slow'));
    expect(late.status).toBe(504);
    expect(JSON.parse(late.body)).toMatchObject({ error: { code: 'BACKLOT_E_PROXY_TIMEOUT', target: url } });
    expect(failures()).toHaveLength(2);
  });

  it('is a 503, and no failure, where the function for its target says so', async () => {
    router.proxy('/', () => {
      throw new HttpError(503, 'the server starts');
    });
    expect((await refusalOf(openWebSocket(started.port, '/'))).status).toBe(503);
    expect(failures()).toEqual([]);
  });

  it('stops the request to the server when the client goes before it is answered', async () => {
    let closed = false;
    let arrived = false;
    const { url } = await serveTcp((socket) => {
      socket.on('data', () => (arrived = true)).on('close', () => (closed = true));
    });
    router.proxy('/', url);
    const client = connect(started.port, '127.0.0.1');
    client.write(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await waitFor('the request', () => arrived);
    client.destroy();
    await waitFor('its end', () => closed);
    expect(failures()).toEqual([]);
  });

  it('may be spoken to before it is open', async () => {
    const { url, opened } = await serveWebSockets((socket) =>
      socket.on('message', (data) => socket.close(4000, data as Buffer)),
    );
    router.proxy('/', url);
    const client = connect(started.port, '127.0.0.1');
    // One masked frame with the text "hi", with a mask of zeros.
    client.write(
      Buffer.concat([
        Buffer.from(
          'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
            'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
        ),
        Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68]),
      ]),
    );
    setImmediate(() => client.write('i'));
    let received = '';
    client.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    await waitFor('the answer', () => received.endsWith('hi'));
    expect(opened).toHaveLength(1);
    client.destroy();
  });

  it('goes through TLS on both sides', async () => {
    const far = await startGateway();
    far.owner('far').router.ws('/x', (socket, { request }) => socket.send(`secure: ${request.secure}`));
    router.proxy('/far', `https://localhost:${far.port}`, { rejectUnauthorized: false });
    const ca = await started.gateway.certificateToTrust();
    const client = await openWebSocket(started.port, '/far/x', { ca, secure: true });
    expect(await client.next()).toBe('secure: true');
    await far.gateway.close(10_000);
    expect((await client.closed()).code).toBe(1001);
  });

  it('goes on below a rule for WebSockets that is nearer', async () => {
    router.proxy('/', (await serveWebSockets((socket) => socket.send('far'))).url);
    router.ws('/near', (socket) => socket.send('near'));
    expect(await (await openWebSocket(started.port, '/near')).next()).toBe('near');
    expect(await (await openWebSocket(started.port, '/other')).next()).toBe('far');
    expect((await started.send('/near')).text).toBe('plain');
  });

  it('ends when the extension behind it goes, and when the gateway closes', async () => {
    const { url } = await serveWebSockets(echo);
    router.proxy('/', url);
    const one = await openWebSocket(started.port, '/');
    started.gateway.withdraw('shop');
    expect((await one.closed()).code).toBe(1006);
    started.owner('again').router.proxy('/', url);
    const other = await openWebSocket(started.port, '/');
    await started.gateway.close(10_000);
    expect((await other.closed()).code).toBe(1006);
  });
});

describe('another protocol through the proxy', () => {
  it('is passed on as well', async () => {
    const { server, url } = await serveHere(() => undefined);
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
      );
      socket.on('data', (chunk: Buffer) => socket.end(String(chunk).toUpperCase()));
    });
    router.proxy('/', url);
    const socket = connect(started.port, '127.0.0.1');
    let received = '';
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: caps\r\n\r\n');
    socket.once('data', () => socket.write('shout'));
    socket.on('data', (chunk: Buffer) => (received += String(chunk)));
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 101 Switching Protocols[^]*Upgrade: caps[^]*SHOUT$/);
  });

  it('promises the server no body, so that a refusal leaves nothing to be taken for one', async () => {
    const { url, connections } = await serveHere((incoming, response) => {
      incoming.resume().on('end', () => response.end(`${incoming.url} ${incoming.headers['content-length']}`));
    });
    router.proxy('/', url);
    const answer = await started.raw(
      'GET /first HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nGET /',
    );
    expect(answer).toMatch(/\/first undefined/);
    expect((await started.send('/second')).text).toBe('/second undefined');
    expect(connections).toHaveLength(1);
  });

  it('is HTTP/2 only where the client begins with it: what asks for it over HTTP/1.1 is served as it is', async () => {
    const { url } = await serveHere((incoming, response) =>
      response.end(`asks ${incoming.headers.upgrade ?? 'nothing'}`),
    );
    router.proxy('/', url);
    const answer = await started.raw(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n',
    );
    expect(answer).toMatch(/200 OK[^]*asks nothing/);
  });
});
