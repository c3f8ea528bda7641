import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Request, Response } from 'express';
import { WebSocketServer } from 'ws';
import { HttpError, type RequestContext, type Router, type WebSocket } from '../../../src/api';
import type { Owner } from '../../../src/gateway/owner';
import { connectHttp2, requestHttp2 } from '../../support/http2-client';
import { startGateway, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';
import { openWebSocket, refusalOf } from '../../support/websocket-client';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('chat').router;
});

const echo = (socket: WebSocket): void => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
};

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

/** What a request that asks for a WebSocket, with these lines in its head, is answered. */
function handshake(start: string, lines: readonly string[] = HANDSHAKE): Promise<string> {
  return started.raw([start, 'Host: localhost', ...lines, '', ''].join('\r\n'));
}

function ownerNamed(name: string): Owner {
  return { name, bind: (run) => run, assertOpen: () => undefined };
}

describe('a WebSocket rule', () => {
  it('gives text and bytes to the endpoint and back', async () => {
    router.ws('/echo', echo);
    const client = await openWebSocket(started.port, '/echo');
    client.socket.send('hello');
    expect(await client.next()).toBe('hello');
    client.socket.send(Buffer.from([0, 255, 128]));
    expect(await client.next()).toEqual(Buffer.from([0, 255, 128]));
  });

  it('gives the endpoint the context of the request: parameters, host, query and a signal', async () => {
    let seen: RequestContext | undefined;
    router.ws('/rooms/:room/:seat', (socket, context) => {
      seen = context;
      socket.send(`${context.params.room} ${context.params.seat} ${context.host} ${context.query.get('as')}`);
    });
    const client = await openWebSocket(started.port, '/rooms/a%20b/7?as=eve', {
      headers: { host: 'Chat.localhost:1' },
    });
    expect(await client.next()).toBe('a b 7 chat.localhost eve');
    const { signal } = seen as unknown as { signal: AbortSignal };
    expect(signal.aborted).toBe(false);
    client.socket.close();
    await waitFor('the signal', () => signal.aborted);
  });

  it('follows groups: a host, and a path before it', async () => {
    router
      .withHost('chat.localhost')
      .submount('/v1')
      .ws('/echo', (socket) => socket.send('of the host'));
    router.ws('/v1/echo', (socket) => socket.send('of any host'));
    const own = await openWebSocket(started.port, '/v1/echo', { headers: { host: 'chat.localhost' } });
    expect(await own.next()).toBe('of the host');
    const any = await openWebSocket(started.port, '/v1/echo');
    expect(await any.next()).toBe('of any host');
  });

  it('stands beside ordinary rules for the same path', async () => {
    router.get('/both', () => 'by HTTP');
    router.ws('/both', (socket) => socket.send('by WebSocket'));
    expect((await started.send('/both')).text).toBe('by HTTP');
    expect(await (await openWebSocket(started.port, '/both')).next()).toBe('by WebSocket');
  });

  it('is listed, conflicts with its like by naming both owners, and can be removed', async () => {
    const route = router.ws('/echo', echo);
    expect(started.gateway.routes()).toMatchObject([{ methods: ['WEBSOCKET'], path: '/echo', owner: 'chat' }]);
    expect(() => started.owner('other').router.ws('/echo', echo)).toThrow(/other .*chat/);
    expect(router.remove(route)).toBe(true);
    expect((await refusalOf(openWebSocket(started.port, '/echo'))).status).toBe(404);
  });

  it('refuses an endpoint that is no function, and WEBSOCKET as a method of other rules', () => {
    expect(() => router.ws('/x', 'echo' as never)).toThrow('leads to a string');
    expect(() => router.add(['WEBSOCKET'], '/x', () => 1)).toThrow('not an HTTP method');
  });
});

describe('the way to a WebSocket rule', () => {
  it('goes by priority, by converters, and by a host with a port', async () => {
    router.ws('/rooms/:room{int}', (socket, { params }) => socket.send(`number ${params.room + 1}`));
    router.ws('/rooms/:room', (socket, { params }) => socket.send(`name ${params.room}`));
    router.withPriority(1).ws('/rooms/vip', (socket) => socket.send('first'));
    router.withHost(`chat.localhost:${started.port}`).ws('/rooms/9', (socket) => socket.send('of the port'));
    const say = async (path: string, host = 'any'): Promise<unknown> =>
      (await openWebSocket(started.port, path, { headers: { host } })).next();
    expect(await say('/rooms/7')).toBe('number 8');
    expect(await say('/rooms/x')).toBe('name x');
    expect(await say('/rooms/vip')).toBe('first');
    expect(await say('/rooms/9', `chat.localhost:${started.port}`)).toBe('of the port');
  });

  it('leads through TLS, too', async () => {
    router.ws('/echo', (socket, { request }) => socket.send(`secure: ${request.secure}`));
    const ca = await started.gateway.certificateToTrust();
    const client = await openWebSocket(started.port, '/echo', { ca, secure: true });
    expect(await client.next()).toBe('secure: true');
    await started.gateway.close(10_000);
    expect((await client.closed()).code).toBe(1001);
  });

  it('is explained as that of other rules', () => {
    router.ws('/echo', echo);
    router.proxy('/', 'http://far.test');
    const explained = started.gateway.explainRoute('WEBSOCKET', 'localhost', '/echo');
    expect(explained.winner).toMatchObject({ path: '/echo', kind: 'websocket', owner: 'chat' });
    expect(explained.others).toMatchObject([{ path: '/', reason: 'it has * where the winner has "echo"' }]);
    expect(started.gateway.explainRoute('WEBSOCKET', 'localhost', '/x').winner).toMatchObject({ path: '/' });
    const plain = started.gateway.explainRoute('GET', 'localhost', '/echo');
    expect(plain.others).toMatchObject([{ path: '/echo', reason: 'it is for WEBSOCKET, not for GET' }]);
    expect(started.gateway.listRoutes()).toMatchObject([
      { methods: ['WEBSOCKET'], kind: 'websocket' },
      { methods: '*' },
    ]);
  });
});

describe('pages that open WebSockets', () => {
  const cors = {
    extra: [],
    ownHosts: ['localhost'],
    allowHeaders: [],
    exposeHeaders: [],
    withoutChecks: false,
    withoutHeaders: false,
  };

  it('are refused where other requests of theirs are, and allowed where the rule allows them', async () => {
    started = await startGateway({ cors });
    ({ router } = started.owner('chat'));
    router.ws('/mine', echo);
    router.withCors({ origins: ['https://page.test'] }).ws('/theirs', echo);
    router.withCors(false).ws('/all', echo);
    const origin = 'https://page.test';
    expect((await refusalOf(openWebSocket(started.port, '/mine', { origin }))).status).toBe(403);
    await openWebSocket(started.port, '/mine', { origin: `http://localhost:${started.port}` });
    await openWebSocket(started.port, '/theirs', { origin });
    await openWebSocket(started.port, '/all', { origin });
  });
});

describe('what is not a WebSocket', () => {
  it('answers an ordinary request for a path with WebSockets alone with 426', async () => {
    router.ws('/echo', echo);
    const answer = await started.send('/echo');
    expect(answer.status).toBe(426);
    expect(answer.headers.upgrade).toBe('websocket');
    expect(answer.headers.connection).toBe('Upgrade');
    expect((await started.send('/echo', { method: 'POST', body: 'x' })).status).toBe(426);
    const overHttp2 = await requestHttp2(connectHttp2(started.url), '/echo');
    expect([overHttp2.status, overHttp2.text]).toEqual([426, answer.text]);
  });

  it('answers an upgrade of an unknown path, or of one with ordinary rules alone, with 404', async () => {
    router.get('/page', () => 'page');
    expect((await refusalOf(openWebSocket(started.port, '/nowhere'))).status).toBe(404);
    const refusal = await refusalOf(openWebSocket(started.port, '/page'));
    expect(refusal.status).toBe(404);
    expect(JSON.parse(refusal.body)).toMatchObject({ error: { message: 'no WebSocket at 127.0.0.1/page' } });
  });

  it.each([
    ['another method', 'POST /echo HTTP/1.1', HANDSHAKE, '405'],
    ['HTTP/1.0', 'GET /echo HTTP/1.0', HANDSHAKE, '400'],
    ['another version', 'GET /echo HTTP/1.1', HANDSHAKE.map((line) => line.replace('13', '7')), '426'],
    ['no version', 'GET /echo HTTP/1.1', HANDSHAKE.filter((line) => !line.includes('13')), '426'],
    ['no key', 'GET /echo HTTP/1.1', HANDSHAKE.slice(0, 3), '400'],
    ['a key that is none', 'GET /echo HTTP/1.1', [...HANDSHAKE.slice(0, 3), 'Sec-WebSocket-Key: x'], '400'],
    ['protocols that are none', 'GET /echo HTTP/1.1', [...HANDSHAKE, 'Sec-WebSocket-Protocol: a,,b'], '400'],
    ['one protocol twice', 'GET /echo HTTP/1.1', [...HANDSHAKE, 'Sec-WebSocket-Protocol: a, a'], '400'],
  ])('refuses a handshake with %s', async (_what, start, lines, status) => {
    router.ws('/echo', echo);
    const answer = await handshake(start, lines);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toMatch(/^connection: close/im);
  });

  it('is opened only when the answers to requests before it are out', async () => {
    router.get('/slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'slow answer';
    });
    router.ws('/x', (socket) => socket.send('x', () => socket.terminate()));
    const answer = await started.raw(
      ['GET /slow HTTP/1.1', 'Host: a', '', 'GET /x HTTP/1.1', 'Host: a', ...HANDSHAKE, '', ''].join('\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*slow answerHTTP\/1\.1 101 /);
  });

  it('serves a request that asks for HTTP/2 or anything else as an ordinary one, on a connection that stays', async () => {
    router.post('/echo', (request: Request, response: Response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += String(chunk)));
      request.on('end', () => response.end(`${request.headers.upgrade ?? 'no upgrade'}: ${body}`));
    });
    router.get('/x', () => 'x');
    const asks = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\n';
    const answer = await started.raw(
      `POST /echo HTTP/1.1\r\nHost: a\r\n${asks}Content-Length: 4\r\n\r\nbody` +
        'GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: tcp\r\n\r\n',
    );
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answer).toContain('no upgrade: body');
    expect(answer).toMatch(/x$/);
  });
});

describe('the chain around a WebSocket', () => {
  it('shows a refusal by an earlier handler to the client, with its headers and body', async () => {
    started.owner('guard').requestHandlers.append((chain, context) => {
      if (context.path === '/secret') chain.respond(401, { error: 'who are you?' }, { 'WWW-Authenticate': 'Basic' });
    });
    const refusal = await refusalOf(openWebSocket(started.port, '/secret'));
    expect(refusal.status).toBe(401);
    expect(refusal.headers['www-authenticate']).toBe('Basic');
    expect(refusal.body).toBe('{"error":"who are you?"}');
  });

  it('lets early handlers see the handshake, answer it, and keep things for the endpoint', async () => {
    started.owner('guard').requestHandlers.early.append((chain, context) => {
      const { token } = Object.fromEntries(context.query);
      if (token === undefined) chain.respond(401, 'no token');
      else context.locals.user = `user of ${token}`;
    });
    router.ws('/x', (socket, { locals }) => socket.send(String(locals.user)));
    expect(await (await openWebSocket(started.port, '/x?token=t')).next()).toBe('user of t');
    const refusal = await refusalOf(openWebSocket(started.port, '/x'));
    expect([refusal.status, refusal.body]).toEqual([401, 'no token']);
  });

  it('can refuse in the endpoint’s name by what chooses the subprotocol', async () => {
    router.ws('/x', echo, {
      protocols: (offered, { request }) => {
        if (request.headers.authorization === undefined) throw new HttpError(401, 'who are you?');
        return offered[0];
      },
    });
    const refusal = await refusalOf(openWebSocket(started.port, '/x', { protocols: ['a'] }));
    expect([refusal.status, refusal.body]).toEqual([401, '{"error":{"message":"who are you?"}}']);
    expect(started.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets response handlers see the 101 and add headers to it, and runs finalizers once', async () => {
    const seen: string[] = [];
    started.owner('a').responseHandlers.append(async (_chain, _context, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`response ${response.statusCode}`);
      response.appendHeader('Set-Cookie', 'a=1').appendHeader('Set-Cookie', 'b=2');
    });
    started.owner('a').finalizers.append((_chain, context) => void seen.push(`final ${context.route?.path}`));
    router.ws('/echo', echo);
    const client = await openWebSocket(started.port, '/echo');
    expect(client.answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    client.socket.send('still open');
    expect(await client.next()).toBe('still open');
    expect(seen).toEqual(['response 101', 'final /echo']);
  });

  it('sends what a response handler makes of the 101', async () => {
    started.owner('a').responseHandlers.append((_chain, _context, response) => void (response.statusCode = 403));
    router.ws('/echo', echo);
    expect((await refusalOf(openWebSocket(started.port, '/echo'))).status).toBe(403);
  });

  it('sends a large refusal whole', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, 'x');
    started.owner('a').requestHandlers.append((chain) =>
      chain.respond(
        403,
        (function* () {
          for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
        })() && body,
      ),
    );
    expect((await refusalOf(openWebSocket(started.port, '/x'))).body).toHaveLength(body.length);
  });
});

describe('the options of a WebSocket rule', () => {
  it('takes the first protocol of the client’s that is in the list', async () => {
    router.ws('/x', echo, { protocols: ['v1', 'v2'] });
    expect((await openWebSocket(started.port, '/x', { protocols: ['v3', 'v2', 'v1'] })).socket.protocol).toBe('v2');
    expect((await openWebSocket(started.port, '/x')).socket.protocol).toBe('');
  });

  it('lets a function choose the protocol', async () => {
    router.ws('/x', echo, { protocols: (offered, { query }) => offered.find((each) => each === query.get('want')) });
    const client = await openWebSocket(started.port, '/x?want=b', { protocols: ['a', 'b'] });
    expect(client.socket.protocol).toBe('b');
  });

  it('answers 500 when the function chooses what was not offered', async () => {
    router.ws('/x', echo, { protocols: () => 'other' });
    const refusal = await refusalOf(openWebSocket(started.port, '/x', { protocols: ['a'] }));
    expect(refusal.status).toBe(500);
    expect(JSON.parse(refusal.body)).toMatchObject({ error: { extension: 'chat' } });
  });

  it('closes with 1009 what sends a message that is too long', async () => {
    router.ws('/x', echo, { maxPayload: 10 });
    const client = await openWebSocket(started.port, '/x');
    client.socket.send('12345678901');
    expect((await client.closed()).code).toBe(1009);
  });

  it('compresses only when it is told to', async () => {
    router.ws('/plain', echo);
    router.ws('/deflate', echo, { perMessageDeflate: { threshold: 0 } });
    expect((await openWebSocket(started.port, '/plain')).socket.extensions).toBe('');
    const client = await openWebSocket(started.port, '/deflate');
    expect(client.socket.extensions).toBe('permessage-deflate');
    client.socket.send('x'.repeat(10_000));
    expect(await client.next()).toBe('x'.repeat(10_000));
  });

  it('pings, and cuts off a client that does not answer', async () => {
    const closed: number[] = [];
    router.ws('/x', (socket) => void socket.once('close', (code) => closed.push(code)), { heartbeat: 30 });
    const dead = await openWebSocket(started.port, '/x', { autoPong: false });
    const alive = await openWebSocket(started.port, '/x');
    let pings = 0;
    alive.socket.on('ping', () => pings++);
    expect((await dead.closed()).code).toBe(1006);
    await waitFor('some pings', () => pings > 3);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    expect(closed).toEqual([1006]);
  });
});

describe('an endpoint that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('it broke');
      },
    ],
    ['rejects', () => Promise.reject(new Error('it broke'))],
    [
      'throws in a listener',
      (socket: WebSocket) =>
        void socket.on('message', () => {
          throw new Error('it broke');
        }),
    ],
  ])('is logged with its owner, and its socket closed with 1011, when it %s', async (_how, endpoint) => {
    router.ws('/x', endpoint);
    router.ws('/fine', echo);
    const client = await openWebSocket(started.port, '/x');
    client.socket.send('x');
    expect((await client.closed()).code).toBe(1011);
    const [line] = started.lines.filter(({ level }) => level === 'error');
    expect(line?.message).toContain('BACKLOT_E_HANDLER_FAILED');
    expect(line?.message).toContain('extension chat');
    expect(line?.message).toContain('it broke');
    const other = await openWebSocket(started.port, '/fine');
    other.socket.send('y');
    expect(await other.next()).toBe('y');
  });

  it('does not mind clients that break off in the handshake or right after it', async () => {
    const opened: WebSocket[] = [];
    router.ws('/x', (socket) => void opened.push(socket));
    for (let times = 0; times < 10; times++) {
      const socket = connect(started.port, '127.0.0.1');
      socket.write(['GET /x HTTP/1.1', 'Host: a', ...HANDSHAKE, '', ''].join('\r\n'));
      if (times % 2 === 0) socket.resetAndDestroy();
      else socket.once('data', () => socket.resetAndDestroy());
    }
    await waitFor('the sockets', () => opened.length >= 5);
    await waitFor('their end', () => opened.every(({ readyState, CLOSED }) => readyState === CLOSED));
    expect(started.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('open WebSockets and those who go', () => {
  it('are closed with 1012 when their owner is withdrawn, and others stay', async () => {
    router.ws('/x', echo);
    started.owner('other').router.ws('/y', echo);
    const client = await openWebSocket(started.port, '/x');
    const other = await openWebSocket(started.port, '/y');
    started.gateway.withdraw('chat');
    expect((await client.closed()).code).toBe(1012);
    other.socket.send('y');
    expect(await other.next()).toBe('y');
  });

  it('hold nothing up when their owner is replaced', async () => {
    const { gateway, port } = started;
    const [old, fresh] = [ownerNamed('live'), ownerNamed('live')];
    gateway.forOwner(old).router.ws('/live', (socket) => socket.send('old'));
    const client = await openWebSocket(port, '/live');
    const stage = gateway.stage(fresh);
    stage.router.ws('/live', (socket) => socket.send('new'));
    const before = gateway.inFlight([old]);
    gateway.swap([[stage, old]], [old]);
    gateway.closeSockets([old]);
    expect(await gateway.drained(before, 0)).toBe(true);
    expect(await client.next()).toBe('old');
    expect((await client.closed()).code).toBe(1012);
    expect(await (await openWebSocket(port, '/live')).next()).toBe('new');
  });

  it('are closed with 1001 when the gateway closes, which waits for no client that plays dead', async () => {
    router.ws('/x', echo);
    const client = await openWebSocket(started.port, '/x');
    const dead = connect(started.port, '127.0.0.1');
    dead.write(['GET /x HTTP/1.1', 'Host: a', ...HANDSHAKE, '', ''].join('\r\n'));
    await new Promise((resolve) => dead.once('data', resolve));
    await started.gateway.close(10_000);
    expect((await client.closed()).code).toBe(1001);
    dead.destroy();
  });
});

describe('a mounted listener', () => {
  it('can take upgrades over by itself, below its path', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const app = createServer();
    app.on('request', (request, response) => response.end(request.url));
    router.mount('/app', (request, response) => void app.emit('request', request, response), {
      upgrade: (request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (each) => each.send(String(request.url))),
    });
    expect((await started.send('/app/page')).text).toBe('/page');
    expect(await (await openWebSocket(started.port, '/app/socket?x=1')).next()).toBe('/socket?x=1');
    const client = await openWebSocket(started.port, '/app');
    started.gateway.withdraw('chat');
    expect((await client.closed()).code).toBe(1006);
  });

  it('gets upgrades to any other protocol', async () => {
    router.mount('/raw', (_request, response) => void response.end('plain'), {
      upgrade: (request, socket) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: caps\r\n\r\n`);
        socket.on('data', (chunk) => socket.end(String(chunk).toUpperCase()));
        expect(request.headers.upgrade).toBe('caps');
      },
    });
    const answer = await new Promise<string>((resolve) => {
      const socket: Socket = connect(started.port, '127.0.0.1');
      let received = '';
      socket.write('GET /raw HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: caps\r\n\r\n');
      socket.once('data', () => socket.write('shout'));
      socket.on('data', (chunk) => (received += String(chunk)));
      socket.once('close', () => resolve(received));
      socket.once('end', () => socket.end());
    });
    expect(answer).toContain('101 Switching Protocols');
    expect(answer).toMatch(/SHOUT$/);
  });

  it('is logged with its owner when its upgrade throws', async () => {
    router.mount('/x', (_request, response) => void response.end(), {
      upgrade: () => {
        throw new Error('it broke');
      },
    });
    await expect(openWebSocket(started.port, '/x')).rejects.toThrow('socket hang up');
    expect(started.lines.find(({ level }) => level === 'error')?.message).toContain('extension chat');
  });
});
