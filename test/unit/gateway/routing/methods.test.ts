import { BacklotError } from '../../../../src/api/errors';
import type { ExpressHandler, Router } from '../../../../src/api/gateway';
import { RouteTable } from '../../../../src/gateway/route-table';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

const send = (method: string, path: string, host = 'localhost') => started.send(path, { method, headers: { host } });

describe('a method that a known path is not served for', () => {
  it('is a 405 with what there is, sorted, with HEAD where GET is', async () => {
    router.post('/x', () => 1);
    router.get('/:any', () => 1);
    const answer = await send('DELETE', '/x');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect(answer.json()).toEqual({
      error: { message: 'no route for DELETE localhost/x; there is one for GET, HEAD, POST' },
    });
  });

  it('is a 404 where the path is known only on another host, and a 405 on its own', async () => {
    router.withHost('api.test').get('/x', () => 1);
    expect((await send('POST', '/x')).status).toBe(404);
    const answer = await send('POST', '/x', 'api.test:4566');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('counts rules of all hosts and priorities that would serve the path', async () => {
    router.withHost('api.test').get('/x', () => 1);
    router.withPriority(3).put('/*', () => 1);
    expect((await send('POST', '/x', 'api.test')).headers.allow).toBe('GET, HEAD, PUT');
  });

  it('is a 404 where a converter does not fit', async () => {
    router.get('/:id{int}', () => 1);
    expect((await send('POST', '/x')).status).toBe(404);
    expect((await send('POST', '/1')).status).toBe(405);
  });

  it('is left to the request handlers of extensions first', async () => {
    router.get('/x', () => 1);
    started.owner('other').requestHandlers.append((chain, { request }) => {
      if (request.method === 'DELETE') chain.respond(202, 'taken');
    });
    expect((await send('DELETE', '/x')).status).toBe(202);
    expect((await send('PUT', '/x')).status).toBe(405);
  });

  it('is a 404 where a rule has it and passes the request on', async () => {
    router.mount('/app', (_request, _response, next) => next());
    const pass: ExpressHandler = (_request, _response, next) => next();
    router.get('/x', pass);
    for (const [method, path] of [
      ['GET', '/app/x'],
      ['OPTIONS', '/app/x'],
      ['HEAD', '/x'],
    ] as const) {
      expect((await send(method, path)).status).toBe(404);
    }
  });

  it('is a 405 for internal resources, too', async () => {
    started.gateway.internal.add((internal) => internal.get('/thing', () => 1));
    const answer = await send('DELETE', '/_backlot/thing');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('OPTIONS', () => {
  it('is a 204 with Allow where the path is known, and a 404 where it is not', async () => {
    router.add(['PUT', 'GET'], '/x', () => 1);
    const answer = await send('OPTIONS', '/x');
    expect([answer.status, answer.headers.allow, answer.text]).toEqual([204, 'GET, HEAD, PUT', '']);
    expect((await send('OPTIONS', '/y')).status).toBe(404);
  });

  it('is a 204 for the gateway as a whole', async () => {
    const answer = await started.raw('OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
  });

  it('can be owned by a rule', async () => {
    router.get('/x', () => 1);
    router.options('/x', () => 'mine');
    expect((await send('OPTIONS', '/x')).text).toBe('mine');
    expect((await send('POST', '/x')).headers.allow).toBe('GET, HEAD, OPTIONS');
  });
});

describe('rules for all methods', () => {
  it('do not answer TRACE, which a rule may name', async () => {
    router.all('/x', () => 'all');
    router.add(['TRACE'], '/y', () => 'traced');
    const answer = await send('TRACE', '/x');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT']);
    expect((await send('TRACE', '/y')).text).toBe('traced');
  });

  it('cannot be had for CONNECT', () => {
    expect(() => router.add(['CONNECT'], '/x', () => 1)).toThrow('CONNECT asks for a tunnel');
  });

  it('stand behind rules for some methods of the same owner, in either order', async () => {
    router.all('/x', ({ request }) => `all ${request.method}`);
    router.get('/x', () => 'get');
    router.put('/y', () => 'put');
    router.all('/y', () => 'all');
    expect((await send('GET', '/x')).text).toBe('get');
    expect((await send('POST', '/x')).text).toBe('all POST');
    expect((await send('PUT', '/y')).text).toBe('put');
    expect(() => router.all('/x', () => 1)).toThrow('which shop has as * /x');
  });

  it('leave HEAD to the GET rule of the same path, and take it where there is none', async () => {
    router.all('/x', () => 'all of it');
    router.get('/x', () => 'get');
    router.all('/y', () => 'all of it');
    expect((await send('HEAD', '/x')).headers['content-length']).toBe('3');
    expect((await send('HEAD', '/y')).headers['content-length']).toBe('9');
  });
});

describe('rules for WebSockets', () => {
  it('are asked for by a method of their own, which no rule for all methods has', () => {
    const table = new RouteTable();
    const record = (methods: readonly string[] | '*', path: string) => ({
      route: { methods, host: undefined, path, owner: 'shop', priority: 0 },
      patterns: [path],
      kind: 'websocket' as const,
      run: () => undefined,
      owner: { name: 'shop', bind: <F>(run: F) => run, assertOpen: () => undefined },
      inFlight: { count: 0 },
    });
    table.add(record('*', '/all'));
    table.add(record(['WEBSOCKET'], '/ws'));
    table.add(record(['GET'], '/ws'));
    expect(table.find('WEBSOCKET', 'localhost', '/all')).toBeUndefined();
    expect(table.find('WEBSOCKET', 'localhost', '/ws')?.record.route.methods).toEqual(['WEBSOCKET']);
    expect(table.allowed('localhost', '/ws')).toEqual(['GET', 'HEAD']);
    expect(() => table.add(record(['WEBSOCKET'], '/ws'))).toThrow('shop has as WEBSOCKET /ws');
  });

  it('serve no request', async () => {
    router.ws('/ws', () => undefined);
    expect((await send('GET', '/ws')).status).toBe(426);
    expect(await started.raw('WEBSOCKET /ws HTTP/1.1\r\nhost: a\r\n\r\n')).toContain('400 Bad Request');
  });
});

describe('resource', () => {
  class Orders {
    readonly made: string[] = [];
    onGet({ params }: { params: { id: number } }): unknown {
      return { id: params.id + 1, made: this.made };
    }
    onPost(): unknown {
      this.made.push('one');
      return undefined;
    }
    onAny({ request }: { request: { method: string } }): string {
      return `any ${request.method}`;
    }
  }

  it('answers by the methods of an instance, which keep their this', async () => {
    const routes = router.resource('/orders/:id{int}', new Orders());
    expect(routes.map(({ methods }) => methods)).toEqual([['GET'], ['POST'], '*']);
    expect((await send('POST', '/orders/1')).status).toBe(204);
    expect((await send('GET', '/orders/1')).json()).toEqual({ id: 2, made: ['one'] });
    expect((await send('DELETE', '/orders/1')).text).toBe('any DELETE');
    expect((await send('HEAD', '/orders/1')).headers['content-length']).toBe('23');
  });

  it('has a method for each usual HTTP method, and follows the groups', async () => {
    const methods = ['Get', 'Post', 'Put', 'Patch', 'Delete', 'Options'];
    const all = Object.fromEntries(methods.map((name) => [`on${name}`, () => name]));
    router
      .withHost('a.test')
      .submount('/v1')
      .resource('/x', { ...all, onHead: () => 'head' });
    for (const name of methods) expect((await send(name.toUpperCase(), '/v1/x', 'a.test')).text).toBe(name);
    expect((await send('HEAD', '/v1/x', 'a.test')).headers['content-length']).toBe('4');
  });

  it('adds nothing when one of its rules conflicts', () => {
    started.owner('bank').router.post('/x', () => 1);
    expect(() => router.resource('/x', { onGet: () => 1, onPost: () => 2 })).toThrow('which bank has as POST /x');
    expect(started.gateway.routes()).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['a method in other letters', { onget: () => 1 }, '`onget` (did you mean "onGet"?)'],
    [
      'a method of a class',
      new (class {
        onPots(): void {}
      })(),
      '`onPots` (did you mean "onPost"?)',
    ],
    ['nothing of the kind', { id: 7, close: () => 1 }, 'has no method that answers'],
    ['a method that is no function', { onGet: 'x' }, 'has no method that answers'],
    ['no object', null, 'is a null, not an object'],
  ])('refuses %s', (_what, resource, named) => {
    expect(() => router.resource('/x', resource as never)).toThrow(named);
    expect(() => router.resource('/x', resource as never)).toThrow(BacklotError);
  });
});
