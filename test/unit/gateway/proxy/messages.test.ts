import { createServer } from 'node:http';
import path from 'node:path';
import type { Router } from '../../../../src/api';
import { BacklotError } from '../../../../src/api/errors';
import { connectHttp2, requestHttp2 } from '../../../support/http2-client';
import { serveHere, serveTcp } from '../../../support/serve-here';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { temporaryDirectory } from '../../../support/temporary-directory';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** What a server saw of a request. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly raw: string[];
}

/** A server that answers with what it saw. */
async function mirror(): Promise<string> {
  const { url } = await serveHere((incoming, response) => {
    const { method, url: seen, headers, rawHeaders: raw } = incoming;
    incoming.resume();
    response.end(JSON.stringify({ method, url: seen, headers, raw }));
  });
  return url;
}

async function see(where: string, options?: Parameters<StartedGateway['send']>[1]): Promise<Seen> {
  return (await started.send(where, options)).json() as Seen;
}

describe('the path of what is passed on', () => {
  it('is what is below the proxy’s own, raw, with the query', async () => {
    router.proxy('/shop', await mirror());
    expect((await see('/shop/a%2Fb//c/../d?x=%20&y')).url).toBe('/a%2Fb//c/../d?x=%20&y');
    expect((await see('/shop')).url).toBe('/');
    expect((await see('/shop?x')).url).toBe('/?x');
    expect((await started.send('/shopping')).status).toBe(404);
  });

  it('goes behind that of the target', async () => {
    router.proxy('/shop', `${await mirror()}/v1/`);
    expect((await see('/shop/items?x')).url).toBe('/v1/items?x');
    expect((await see('/shop')).url).toBe('/v1/');
  });

  it('may be rewritten, and keeps its query', async () => {
    router.proxy('/shop', await mirror(), {
      rewritePath: (below, { query }) => `${query.get('to') ?? 'x'}${below}`,
    });
    expect((await see('/shop/items?to=old')).url).toBe('/old/items?to=old');
  });

  it('may have parameters, by which a function finds the target', async () => {
    const url = await mirror();
    router.proxy('/of/:name', ({ params }) => `${url}/${String(params.name)}`);
    router.proxy('/later/:name', async ({ params }) => Promise.resolve(new URL(`${url}/later-${String(params.name)}`)));
    expect((await see('/of/a%20b/c')).url).toBe('/a%20b/c');
    expect((await see('/later/x/c')).url).toBe('/later-x/c');
  });

  it('lets other rules below it be, and is one of a host and a priority', async () => {
    const url = await mirror();
    router.proxy('/', url);
    router.get('/own', () => 'mine');
    router.withHost('other.test').proxy('/', `${url}/other`);
    expect((await started.send('/own')).text).toBe('mine');
    expect((await see('/x', { headers: { host: 'other.test' } })).url).toBe('/other/x');
    router.withPriority(1).proxy('/own', `${url}/first`);
    expect((await see('/own')).url).toBe('/first/');
  });

  it('takes any method', async () => {
    router.proxy('/', await mirror());
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      expect((await see('/', { method })).method).toBe(method);
    }
  });
});

describe('the head of what is passed on', () => {
  it('keeps names and values as they were written, in their order', async () => {
    router.proxy('/', await mirror());
    const { raw } = await see('/', { headers: { 'X-FIRST': 'a', 'x-Second': ['b', 'c'], Cookie: 'a=1; b=2' } });
    const text = raw.join(' ');
    expect(text).toContain('X-FIRST a x-Second b x-Second c Cookie a=1; b=2');
  });

  it('keeps the Host of the client, or takes the target’s', async () => {
    const url = await mirror();
    router.proxy('/kept', url);
    router.proxy('/changed', url, { changeHost: true });
    const headers = { host: 'Shop.localhost:4566' };
    expect((await see('/kept', { headers })).headers.host).toBe('Shop.localhost:4566');
    const changed = await see('/changed', { headers });
    expect(changed.headers.host).toBe(new URL(url).host);
    expect(changed.headers['x-forwarded-host']).toBe('Shop.localhost:4566');
  });

  it('says who the client is, keeps what a proxy before has said, and can leave that out', async () => {
    const url = await mirror();
    router.proxy('/', url);
    router.proxy('/quiet', url, { forwarded: false });
    expect((await see('/', { headers: { host: 'shop.test' } })).headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.test',
    });
    const before = {
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'far.test',
    };
    expect((await see('/', { headers: before })).headers).toMatchObject({
      ...before,
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    });
    const quiet = (await see('/quiet')).headers;
    expect(Object.keys(quiet).filter((name) => name.startsWith('x-forwarded'))).toEqual([]);
  });

  it('says https to clients of TLS', async () => {
    router.proxy('/', await mirror());
    const ca = await started.gateway.certificateToTrust();
    const session = connectHttp2(`https://localhost:${started.port}`, { ca });
    const { headers } = JSON.parse((await requestHttp2(session, '/')).text) as Seen;
    expect(headers).toMatchObject({
      host: `localhost:${started.port}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `localhost:${started.port}`,
    });
  });

  it('goes without what is about one connection, and what Connection names', async () => {
    router.proxy('/', await mirror());
    const { headers } = await see('/', {
      headers: {
        connection: 'close, X-Private, Host, Content-Type',
        'x-private': '1',
        'keep-alive': 'timeout=5',
        'proxy-authorization': 'Basic x',
        'proxy-connection': 'keep-alive',
        te: 'gzip, trailers;q=0.5',
        'content-type': 'text/plain',
        'x-public': '2',
      },
    });
    for (const name of ['x-private', 'keep-alive', 'proxy-authorization', 'proxy-connection']) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(headers).toMatchObject({ te: 'trailers', connection: 'keep-alive, TE', 'content-type': 'text/plain' });
    expect(headers['x-public']).toBe('2');
  });

  it('may be changed by a table, or by a function', async () => {
    const url = await mirror();
    router.proxy('/table', url, { requestHeaders: { 'X-New': 'n', 'X-Two': ['a', 'b'], 'X-Old': undefined } });
    router.proxy('/function', url, {
      requestHeaders: (headers, { params, host }) => {
        headers.set('x-seen', `${headers.get('X-OLD')} ${host} ${Object.keys(params).join()}`);
        headers.delete('X-Old');
        headers.append('x-names', [...headers].map(([name]) => name.toLowerCase()).includes('via') ? 'via' : 'none');
      },
    });
    const options = { headers: { 'x-old': 'o', host: 'a.test' } };
    const table = await see('/table', options);
    expect(table.headers).toMatchObject({ 'x-new': 'n', 'x-two': 'a, b' });
    expect(table.headers).not.toHaveProperty('x-old');
    const changed = await see('/function/y', options);
    expect(changed.headers).toMatchObject({ 'x-seen': 'o a.test *', 'x-names': 'via' });
    expect(changed.headers).not.toHaveProperty('x-old');
  });

  it('has user and password of the target, unless the client sends its own', async () => {
    const url = (await mirror()).replace('http://', 'http://eve:p%40ss@');
    router.proxy('/', url);
    const basic = `Basic ${Buffer.from('eve:p@ss').toString('base64')}`;
    expect((await see('/')).headers.authorization).toBe(basic);
    expect((await see('/', { headers: { authorization: 'Bearer own' } })).headers.authorization).toBe('Bearer own');
  });
});

describe('the head of an answer', () => {
  it('is passed back as it is: status, reason, order, case, and many cookies', async () => {
    const { url } = await serveTcp((socket) => {
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 299 Very Well\r\nX-B: 1\r\nSet-Cookie: a=1; Domain=far.test\r\nx-a: 2\r\nSet-Cookie: b=2\r\n' +
            'SET-COOKIE: c=3\r\nContent-Length: 2\r\n\r\nok',
        ),
      );
    });
    router.proxy('/', url);
    const answer = await started.send('/');
    expect([answer.status, answer.reason, answer.text]).toEqual([299, 'Very Well', 'ok']);
    expect(answer.headers['set-cookie']).toEqual(['a=1; Domain=far.test', 'b=2', 'c=3']);
    expect(answer.rawHeaders.join(' ')).toMatch(/X-B 1 .*x-a 2/);
  });

  it.each([301, 302, 303, 307, 308])('with the redirect %i is the client’s to follow', async (status) => {
    let asked = 0;
    const { url } = await serveHere((_incoming, response) => {
      asked++;
      response.writeHead(status, { Location: 'http://far.test/elsewhere' }).end('moved');
    });
    router.proxy('/', url);
    const answer = await started.send('/', { method: 'POST', body: 'x' });
    expect([answer.status, answer.headers.location, answer.text]).toEqual([
      status,
      'http://far.test/elsewhere',
      'moved',
    ]);
    expect(asked).toBe(1);
  });

  it('goes without what is about one connection', async () => {
    const { url } = await serveTcp((socket) => {
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 200 OK\r\nConnection: X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=99\r\n' +
            'Proxy-Authenticate: Basic\r\nContent-Length: 0\r\nX-Public: 2\r\n\r\n',
        ),
      );
    });
    router.proxy('/', url);
    const { headers } = await started.send('/');
    expect(headers['x-public']).toBe('2');
    expect(headers).not.toHaveProperty('x-private');
    expect(headers).not.toHaveProperty('proxy-authenticate');
    expect(headers['keep-alive']).not.toBe('timeout=99');
  });

  it('may be changed by a table, or by a function, and response handlers see what comes of it', async () => {
    const { url } = await serveHere((_incoming, response) => {
      response.writeHead(200, { Server: 'old', 'Set-Cookie': ['a=1; Domain=far.test', 'b=2'] }).end();
    });
    router.proxy('/table', url, { responseHeaders: { Server: undefined, 'X-Via': 'table' } });
    router.proxy('/function', url, {
      responseHeaders: (headers) => {
        const cookies = headers.getAll('set-cookie').map((cookie) => cookie.replace(/; Domain=[^;]*/, ''));
        headers.set('Set-Cookie', cookies);
      },
    });
    const seen: unknown[] = [];
    started.owner('seer').responseHandlers.append((_chain, _context, response) => {
      seen.push(response.statusCode, response.getHeader('x-via'));
    });
    const table = await started.send('/table');
    expect(table.headers).not.toHaveProperty('server');
    expect(table.headers['x-via']).toBe('table');
    expect((await started.send('/function')).headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(seen).toEqual([200, 'table', 200, undefined]);
  });

  it('may have early hints before it', async () => {
    const { url } = await serveHere((_incoming, response) => {
      response.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] });
      response.writeProcessing();
      setImmediate(() => response.end('done'));
    });
    router.proxy('/', url);
    const answer = await started.raw('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a.css>[^]*HTTP\/1\.1 102 [^]*HTTP\/1\.1 200 OK/);
  });
});

describe('the server that is meant', () => {
  it('is reached over connections that are kept', async () => {
    const { url, connections } = await serveHere((incoming, response) => void incoming.pipe(response));
    router.proxy('/', url);
    for (let times = 0; times < 5; times++) await started.send('/', { method: 'POST', body: 'x' });
    expect(connections).toHaveLength(1);
  });

  it('is asked again when it closed a kept connection at that moment', async () => {
    let answered = 0;
    const { url, connections } = await serveTcp((socket) => {
      socket.on('data', () => {
        // A second request on one connection finds it closed.
        if (socket.bytesWritten > 0) socket.resetAndDestroy();
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${++answered}`);
      });
    });
    router.proxy('/', url);
    expect((await started.send('/')).text).toBe('1');
    expect((await started.send('/')).text).toBe('2');
    expect(connections).toHaveLength(2);
    expect((await started.send('/', { method: 'POST', body: 'x' })).status).toBe(502);
  });

  it('may speak TLS, with a certificate that is valid or one that need not be', async () => {
    // A gateway makes its own certificate, which nobody trusts.
    const far = await startGateway();
    far.owner('far').router.get('/', ({ request }) => (request.secure ? 'secret' : 'open'));
    const url = `https://localhost:${far.port}`;
    router.proxy('/strict', url);
    router.proxy('/lax', url, { rejectUnauthorized: false });
    expect((await started.send('/lax')).text).toBe('secret');
    const refused = await started.send('/strict');
    expect(refused.status).toBe(502);
    expect(refused.json()).toMatchObject({ error: { code: 'BACKLOT_E_PROXY_UNREACHABLE', target: url } });
    expect(JSON.stringify(started.lines)).toContain('or set rejectUnauthorized: false');
  });

  it('may listen at a unix socket', async () => {
    const socketPath = path.join(temporaryDirectory(), 'app.sock');
    const server = createServer((incoming, response) => response.end(`${incoming.url} ${incoming.headers.host}`));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    router.proxy('/', `http+unix://${encodeURIComponent(socketPath)}/v2`, { changeHost: true });
    expect((await started.send('/x')).text).toBe('/v2/x localhost');
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['ftp://far.test', 'has the protocol ftp:'],
    ['far.test', 'is no URL'],
    ['http://far.test/?x', 'has a query'],
    [7, 'a number is no URL'],
  ])('must have a URL that can be used: %s', (target, problem) => {
    const add = (): unknown => router.proxy('/', target as string);
    expect(add).toThrow(problem);
    expect(add).toThrow(BacklotError);
    expect(codeOf(add)).toBe('BACKLOT_E_PROXY_TARGET_INVALID');
  });

  it('is not the proxy itself', async () => {
    router.proxy('/', started.url);
    const answer = await started.send('/');
    expect(answer.status).toBe(508);
    expect(answer.json()).toMatchObject({ error: { code: 'BACKLOT_E_PROXY_LOOP', extension: 'shop' } });
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as BacklotError).code;
  }
}
