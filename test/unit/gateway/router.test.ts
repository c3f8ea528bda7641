import express from 'express';
import type { Router } from '../../../src/api/gateway';
import { startGateway, type StartedGateway } from '../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

async function textOf(path: string, host?: string): Promise<string> {
  return (await started.send(path, host === undefined ? {} : { headers: { host } })).text;
}

describe('which route serves a request', () => {
  it('prefers a static path to one with a parameter, whichever was added first', async () => {
    router.get('/items/:id', ({ params }) => `item ${params.id}`);
    router.get('/items/new', () => 'the form');
    expect(await textOf('/items/new')).toBe('the form');
    expect(await textOf('/items/7')).toBe('item 7');
  });

  it('prefers a parameter to a final *', async () => {
    router.get('/items/*', ({ params }) => `rest ${params['*']}`);
    router.get('/items/:id', ({ params }) => `item ${params.id}`);
    expect(await textOf('/items/7')).toBe('item 7');
    expect(await textOf('/items/7/parts')).toBe('rest 7/parts');
  });

  it('prefers a rule of the host to a rule for any host', async () => {
    router.get('/', () => 'any');
    router.withHost('api.example.com').get('/', () => 'api');
    expect(await textOf('/', 'api.example.com')).toBe('api');
    expect(await textOf('/', 'www.example.com')).toBe('any');
  });

  it('goes on to the rules for any host where the host has no rule for the path', async () => {
    router.withHost('api.example.com').get('/only', () => 'api');
    router.get('/shared', () => 'any');
    expect(await textOf('/shared', 'api.example.com')).toBe('any');
  });

  it('prefers the exact host to a wildcard, and the longer wildcard to the shorter', async () => {
    router.withHost('*.example.com').get('/', () => 'wide');
    router.withHost('*.eu.example.com').get('/', () => 'narrow');
    router.withHost('a.eu.example.com').get('/', () => 'exact');
    expect(await textOf('/', 'a.eu.example.com')).toBe('exact');
    expect(await textOf('/', 'b.eu.example.com')).toBe('narrow');
    expect(await textOf('/', 'x.y.example.com')).toBe('wide');
  });

  it('does not take the bare name, or another name with the same ending, for a wildcard host', async () => {
    router.withHost('*.example.com').get('/', () => 'wide');
    expect((await started.send('/', { headers: { host: 'example.com' } })).status).toBe(404);
    expect((await started.send('/', { headers: { host: 'badexample.com' } })).status).toBe(404);
  });

  it('ignores the port and the case of the Host header', async () => {
    router.withHost('API.Example.com').get('/', ({ host }) => host);
    expect(await textOf('/', 'api.example.COM:4566')).toBe('api.example.com');
  });

  it('finds a host in the letters of any language as clients send it', async () => {
    router.withHost('*.Bücher.example').get('/', ({ host }) => host);
    router.withHost('münchen.example:81').get('/', ({ host }) => host);
    expect((await started.send('/', { headers: { host: 'neue.xn--bcher-kva.example' } })).text).toBe(
      'neue.xn--bcher-kva.example',
    );
    expect((await started.send('/', { headers: { host: 'xn--mnchen-3ya.example:81' } })).text).toBe(
      'xn--mnchen-3ya.example',
    );
  });

  it('serves a request without a Host header by the rules for any host', async () => {
    router.get('/', ({ host }) => `host is "${host}"`);
    expect(await started.raw('GET / HTTP/1.0\r\n\r\n')).toContain('host is ""');
  });

  it('matches methods: another method is not served', async () => {
    router.post('/items', () => 'made');
    expect((await started.send('/items', { method: 'POST' })).text).toBe('made');
    expect((await started.send('/items')).status).toBe(405);
  });

  it('serves each method that has a function of its own', async () => {
    for (const method of ['get', 'post', 'put', 'patch', 'delete', 'options'] as const)
      router[method]('/x', () => method);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect((await started.send('/x', { method })).text).toBe(method.toLowerCase());
    }
  });

  it('serves several methods by one rule, and all of them by `all`', async () => {
    router.add(['PUT', 'PATCH'], '/some', ({ request }) => request.method);
    router.all('/every', ({ request }) => request.method);
    expect((await started.send('/some', { method: 'PATCH' })).text).toBe('PATCH');
    expect((await started.send('/some', { method: 'DELETE' })).status).toBe(405);
    expect((await started.send('/every', { method: 'PROPFIND' })).text).toBe('PROPFIND');
  });

  it('lets HEAD follow GET, with the same head and no body', async () => {
    router.get('/doc', () => ({ a: 1 }));
    const head = await started.send('/doc', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '7' });
    expect(head.text).toBe('');
  });

  it('lets a HEAD rule of its own go before the GET rule, whichever was added first', async () => {
    const mark =
      (value: string) => (_request: unknown, response: { setHeader(n: string, v: string): void; end(): void }) => {
        response.setHeader('x-by', value);
        response.end();
      };
    router.head('/a', mark('head'));
    router.get('/a', mark('get'));
    router.get('/b', mark('get'));
    router.head('/b', mark('head'));
    expect((await started.send('/a', { method: 'HEAD' })).headers['x-by']).toBe('head');
    expect((await started.send('/b', { method: 'HEAD' })).headers['x-by']).toBe('head');
  });

  it('gives HEAD to the same rule as GET where a wider rule serves all methods', async () => {
    router.all('/*', () => 'wide');
    router.get('/doc', () => 'a document');
    expect((await started.send('/doc', { method: 'HEAD' })).headers['content-length']).toBe('10');
  });

  it('says in the 404 what there is no route for', async () => {
    const answer = await started.send('/nowhere?q=1', { headers: { host: 'api.example.com:1' } });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({ error: { message: 'no route for GET api.example.com/nowhere' } });
  });
});

describe('paths and parameters', () => {
  it('decodes parameters once and keeps the raw path', async () => {
    router.get('/files/:name', ({ params, path, request }) => ({ name: params.name, path, url: request.url }));
    expect((await started.send('/files/a%2Fb%20%C3%A9%2525?x=%20')).json()).toEqual({
      name: 'a/b é%25',
      path: '/files/a%2Fb%20%C3%A9%2525',
      url: '/files/a%2Fb%20%C3%A9%2525?x=%20',
    });
  });

  it('matches a parameter with a pattern only where the pattern fits', async () => {
    router.get('/users/:id(\\d+)', ({ params }) => `number ${params.id}`);
    expect(await textOf('/users/42')).toBe('number 42');
    expect((await started.send('/users/ada')).status).toBe(404);
  });

  it('serves everything below a path by a final *, also nothing', async () => {
    router.get('/static/*', ({ params }) => `[${params['*']}]`);
    expect(await textOf('/static/css/a%20b.css')).toBe('[css/a b.css]');
    expect(await textOf('/static/')).toBe('[]');
    expect((await started.send('/static')).status).toBe(404);
  });

  it('serves every path by *', async () => {
    router.all('*', ({ path }) => path);
    expect(await textOf('/')).toBe('/');
    expect(await textOf('/any/where')).toBe('/any/where');
  });

  it('serves a parameter of several thousand characters', async () => {
    router.get('/tokens/:token', ({ params }) => String(params.token.length));
    expect(await textOf(`/tokens/${'a'.repeat(8000)}`)).toBe('8000');
  });

  it('gives the query, also when a name stands several times', async () => {
    router.get('/search', ({ query }) => ({ all: query.getAll('tag'), q: query.get('q') }));
    expect((await started.send('/search?tag=a&tag=b&q=%C3%A9+x')).json()).toEqual({ all: ['a', 'b'], q: 'é x' });
  });

  it('has no route for a path that is wrongly encoded', async () => {
    router.get('/files/:name', () => 'found');
    expect((await started.send('/files/%zz')).status).toBe(404);
  });
});

describe('submount and withHost', () => {
  it('adds below a path, with or without a slash at its end', async () => {
    router.submount('/v1').get('/items', () => 'one');
    router.submount('/v2/').get('/items', () => 'two');
    router
      .submount('/a')
      .submount('/b')
      .get('/c', () => 'deep');
    expect(await textOf('/v1/items')).toBe('one');
    expect(await textOf('/v2/items')).toBe('two');
    expect(await textOf('/a/b/c')).toBe('deep');
  });

  it('combines in either order', async () => {
    router
      .withHost('a.test')
      .submount('/x')
      .get('/y', () => 'host first');
    router
      .submount('/x')
      .withHost('b.test')
      .get('/y', () => 'path first');
    expect(await textOf('/x/y', 'a.test')).toBe('host first');
    expect(await textOf('/x/y', 'b.test')).toBe('path first');
    expect((await started.send('/x/y')).status).toBe(404);
  });

  it('has parameters in the prefix', async () => {
    router.submount('/tenants/:tenant').get('/items/:id', ({ params }) => params);
    expect((await started.send('/tenants/acme/items/3')).json()).toEqual({ tenant: 'acme', id: '3' });
  });

  it('keeps * below the prefix', async () => {
    router.submount('/v1').all('*', () => 'v1');
    expect(await textOf('/v1/anything')).toBe('v1');
    expect((await started.send('/v10')).status).toBe(404);
  });

  it('lists the whole path, the host in lower case and the owner', () => {
    const route = router
      .withHost('API.test')
      .submount('/v1')
      .get('/items', () => 1);
    expect(route).toEqual({ methods: ['GET'], host: 'api.test', path: '/v1/items', owner: 'shop', priority: 0 });
    expect(started.gateway.routes()).toEqual([route]);
  });
});

describe('mount', () => {
  const show = (request: { url: string; baseUrl: string; originalUrl: string }, response: { end(t: string): void }) =>
    response.end(`${request.baseUrl}|${request.url}|${request.originalUrl}`);

  it('hands over the path itself and everything below, without the prefix', async () => {
    router.mount('/app', show);
    expect(await textOf('/app')).toBe('/app|/|/app');
    expect(await textOf('/app?q=1')).toBe('/app|/?q=1|/app?q=1');
    expect(await textOf('/app/a%2Fb?q=1')).toBe('/app|/a%2Fb?q=1|/app/a%2Fb?q=1');
    expect((await started.send('/apple')).status).toBe(404);
  });

  it('takes every method', async () => {
    router.mount('/app', (request, response) => response.end(request.method));
    expect((await started.send('/app/x', { method: 'DELETE' })).text).toBe('DELETE');
  });

  it('strips nothing at /', async () => {
    router.withHost('app.test').mount('/', show);
    expect(await textOf('/', 'app.test')).toBe('|/|/');
    expect(await textOf('/a/b?c', 'app.test')).toBe('|/a/b?c|/a/b?c');
  });

  it('strips a prefix with parameters by what the request has there', async () => {
    router.mount('/tenants/:tenant', show);
    expect(await textOf('/tenants/a/items')).toBe('/tenants/a|/items|/tenants/a/items');
    expect(await textOf('/tenants/a-long%2Fname/items?q')).toBe(
      '/tenants/a-long%2Fname|/items?q|/tenants/a-long%2Fname/items?q',
    );
  });

  it('has nothing for a prefix that the client encoded in another way', async () => {
    router.mount('/app', show);
    expect((await started.send('/%61pp/x')).status).toBe(404);
  });

  it('gives the parameters of the prefix to a router that merges parameters', async () => {
    const inner = express.Router({ mergeParams: true });
    inner.get('/items/:id', (request, response) => void response.json(request.params));
    router.mount('/tenants/:tenant', inner);
    expect((await started.send('/tenants/acme/items/3')).json()).toMatchObject({ tenant: 'acme', id: '3' });
  });

  it('restores the path when the listener calls next', async () => {
    router.mount('/app', (_request, _response, next) => next());
    started.owner('other').requestHandlers.append((chain, { request, path, route, params }) => {
      chain.respond(200, { url: request.url, base: request.baseUrl, path, params, routed: route !== undefined });
    });
    expect((await started.send('/app/x?q=1')).json()).toEqual({
      url: '/app/x?q=1',
      base: '',
      path: '/app/x?q=1'.slice(0, 6),
      params: {},
      routed: false,
    });
  });

  it('gives way to a route below it that is more exact', async () => {
    router.mount('/app', show);
    router.get('/app/health', () => 'healthy');
    expect(await textOf('/app/health')).toBe('healthy');
  });
});

describe('changes while serving', () => {
  it('serves a route that is added, and serves it no more once it is removed', async () => {
    expect((await started.send('/late')).status).toBe(404);
    const route = router.get('/late', () => 'here');
    expect(await textOf('/late')).toBe('here');
    expect(router.remove(route)).toBe(true);
    expect((await started.send('/late')).status).toBe(404);
    expect(router.remove(route)).toBe(false);
  });

  it('lets a removed route be added again', async () => {
    router.remove(router.get('/again', () => 'old'));
    router.get('/again', () => 'new');
    expect(await textOf('/again')).toBe('new');
  });

  it('lets only the owner remove a route', async () => {
    const route = router.get('/mine', () => 'still here');
    expect(started.owner('thief').router.remove(route)).toBe(false);
    expect(await textOf('/mine')).toBe('still here');
  });

  it('removes through any router of the owner, also one with a host', async () => {
    const route = router.withHost('a.test').get('/', () => 'a');
    expect(router.remove(route)).toBe(true);
    expect((await started.send('/', { headers: { host: 'a.test' } })).status).toBe(404);
  });

  it('lets a request end on the route that it began with', async () => {
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((begin) => {
      router.get('/slow', async () => {
        begin();
        await new Promise<void>((resolve) => (finish = resolve));
        return 'finished';
      });
    });
    const answer = started.send('/slow');
    await begun;
    started.gateway.withdraw('shop');
    finish();
    expect((await answer).text).toBe('finished');
    expect((await started.send('/slow')).status).toBe(404);
  });

  it('withdraws every route and handler of one owner, and nothing of another', async () => {
    const other = started.owner('other');
    for (const [name, tools] of [
      ['shop', started.owner('shop')],
      ['other', other],
    ] as const) {
      tools.router.get(`/${name}`, () => name);
      tools.router.withHost(`${name}.test`).get('/', () => name);
      tools.requestHandlers.append((_chain, { response }) => response.appendHeader('x-request', name));
      tools.responseHandlers.append((_chain, _context, response) => response.appendHeader('x-response', name));
      tools.exceptionHandlers.append((_chain, _error, _context, response) =>
        response.appendHeader('x-exception', name),
      );
    }
    other.router.get('/fails', () => {
      throw new Error('no');
    });
    started.gateway.withdraw('shop');
    expect(started.gateway.routes().map(({ owner }) => owner)).toEqual(['other', 'other', 'other']);
    expect((await started.send('/shop')).status).toBe(404);
    expect((await started.send('/', { headers: { host: 'shop.test' } })).status).toBe(404);
    expect((await started.send('/', { headers: { host: 'other.test' } })).text).toBe('other');
    expect((await started.send('/none')).headers).toMatchObject({ 'x-request': 'other', 'x-response': 'other' });
    expect((await started.send('/fails')).headers).toMatchObject({ 'x-exception': 'other', 'x-response': 'other' });
  });

  it('gives the place of a withdrawn owner to another', async () => {
    router.get('/place', () => 'shop');
    started.gateway.withdraw('shop');
    started.owner('other').router.get('/place', () => 'other');
    expect(await textOf('/place')).toBe('other');
  });
});

describe('conflicts', () => {
  const conflictOf = (add: (one: Router, two: Router) => void): string => {
    try {
      add(router, started.owner('bank').router);
    } catch (error) {
      expect(error).toMatchObject({ code: 'BACKLOT_E_ROUTE_CONFLICT', where: { extension: 'bank' } });
      return (error as Error).message;
    }
    throw new Error('there was no conflict');
  };

  it.each<[string, (one: Router, two: Router) => void, string, string]>([
    ['the same path', (a, b) => [a.get('/x', () => 1), b.get('/x', () => 2)], 'GET /x', 'GET /x'],
    [
      'parameters of other names',
      (a, b) => [a.get('/a/:x', () => 1), b.get('/a/:y', () => 2)],
      'GET /a/:x',
      'GET /a/:y',
    ],
    [
      'parameters with the same pattern',
      (a, b) => [a.get('/a/:x(\\d+)', () => 1), b.get('/a/:y(\\d+)', () => 2)],
      'GET /a/:x(\\d+)',
      'GET /a/:y(\\d+)',
    ],
    [
      'one method in common',
      (a, b) => [a.add(['GET', 'PUT'], '/x', () => 1), b.put('/x', () => 2)],
      'GET,PUT /x',
      'PUT /x',
    ],
    ['all methods', (a, b) => [a.all('/x', () => 1), b.patch('/x', () => 2)], '* /x', 'PATCH /x'],
    ['two listeners at one path', (a, b) => [a.mount('/x', () => 1), b.mount('/x/', () => 2)], '* /x', '* /x/'],
    ['* and /*', (a, b) => [a.all('*', () => 1), b.mount('/', () => 2)], '* *', '* /'],
    [
      'the same host in other letters',
      (a, b) => [a.withHost('h.test').get('/', () => 1), b.withHost('H.test').get('/', () => 2)],
      'GET h.test/',
      'GET h.test/',
    ],
  ])('names both owners and both routes: %s', (_what, add, standing, added) => {
    const message = conflictOf(add);
    expect(message).toContain(`bank adds the route ${added},`);
    expect(message).toContain(`shop has as ${standing}`);
  });

  it('adds nothing of a rule that conflicts', async () => {
    router.get('/x', () => 'shop');
    expect(() => started.owner('bank').router.add(['PUT', 'GET'], '/x', () => 'bank')).toThrow('shop');
    expect((await started.send('/x', { method: 'PUT' })).status).toBe(405);
    expect(await textOf('/x')).toBe('shop');
  });

  it('is none between hosts, between methods, and between a path and its parameter', async () => {
    const bank = started.owner('bank').router;
    router.get('/a', () => 'shop');
    bank.post('/a', () => 'bank');
    bank.withHost('bank.test').get('/a', () => 'bank');
    bank.get('/:a', () => 'bank');
    bank.head('/a', () => undefined);
    expect(await textOf('/a')).toBe('shop');
    expect(await textOf('/b')).toBe('bank');
  });
});

describe('rules that cannot be', () => {
  it.each<[string, (router: Router) => unknown, string]>([
    ['a path without a slash', (r) => r.get('items', () => 1), '"items"'],
    ['an empty path', (r) => r.get('', () => 1), '""'],
    ['a path without a slash below a prefix', (r) => r.submount('/v1').get('items', () => 1), '"items"'],
    ['a * that is not at the end', (r) => r.get('/a/*/b', () => 1), '/a/*/b'],
    ['a pattern that is not closed', (r) => r.get('/a/:x(\\d+', () => 1), '/a/:x(\\d+'],
    ['a path that is no string', (r) => r.get(7 as never, () => 1), 'number'],
    ['an endpoint that is no function', (r) => r.get('/a', { a: 1 } as never), 'leads to an object'],
    ['a missing endpoint', (r) => r.get('/a', undefined as never), 'leads to undefined'],
    ['a listener that is no function', (r) => r.mount('/a', {} as never), 'object'],
    ['a method that is unknown', (r) => r.add(['FETCH'], '/a', () => 1), '"FETCH"'],
    ['a method in lower case', (r) => r.add(['get'], '/a', () => 1), '"get"'],
    ['methods that are no list', (r) => r.add('GET' as never, '/a', () => 1), 'GET'],
    ['no method at all', (r) => r.add([], '/a', () => 1), 'method'],
    ['a host with a port that is none', (r) => r.withHost('a.test:http'), '"a.test:http"'],
    ['a host with a port above all others', (r) => r.withHost('a.test:65536'), '"a.test:65536"'],
    ['a host with a scheme', (r) => r.withHost('http://a.test'), 'http://a.test'],
    ['an empty host', (r) => r.withHost(''), '""'],
    ['a * within a host', (r) => r.withHost('a.*.test'), '"a.*.test"'],
    ['a prefix without a slash', (r) => r.submount('v1'), '"v1"'],
    ['a prefix that is no string', (r) => r.submount(undefined as never), 'undefined'],
  ])('are refused with the owner: %s', (_what, add, named) => {
    let thrown: unknown;
    try {
      add(router);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'BACKLOT_E_ROUTE_INVALID', where: { extension: 'shop' } });
    expect((thrown as Error).message).toContain(named);
    expect(started.gateway.routes()).toEqual([]);
  });

  it('are refused of an owner that was withdrawn', () => {
    const { router: closed, requestHandlers } = started.gateway.forOwner({
      name: 'gone',
      bind: (run) => run,
      assertOpen: () => {
        throw new Error('gone was withdrawn');
      },
    });
    expect(() => closed.get('/a', () => 1)).toThrow('gone was withdrawn');
    expect(() => closed.mount('/a', () => 1)).toThrow('gone was withdrawn');
    expect(() => requestHandlers.append(() => 1)).toThrow('gone was withdrawn');
    expect(started.gateway.routes()).toEqual([]);
  });
});
