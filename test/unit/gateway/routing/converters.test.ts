import { BacklotError } from '../../../../src/api/errors';
import type { ExpressHandler, PathParams, PathValues, Router } from '../../../../src/api/gateway';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** The parameters that an endpoint for the path gets; the status where it is not served. */
async function paramsOf(rule: string, path: string): Promise<unknown> {
  const route = router.get(rule, ({ params }) => ({ params }));
  const answer = await started.send(path);
  router.remove(route);
  return answer.status === 200 ? (answer.json() as { params: unknown }).params : answer.status;
}

const UUID = '0190f5ba-7c3e-7d2a-9f00-00000000abCD';

describe('converters', () => {
  it.each<[string, string, unknown]>([
    ['/users/:id{int}', '/users/42', { id: 42 }],
    ['/users/:id{int}', '/users/-7', { id: -7 }],
    ['/users/:id{int}', '/users/007', { id: 7 }],
    ['/users/:id{int}', '/users/4.5', 404],
    ['/users/:id{int}', '/users/1e3', 404],
    ['/users/:id{int}', '/users/', 404],
    ['/users/:id{int}', '/users/%34%32', 404],
    ['/users/:id{int}', '/users/9007199254740991', { id: Number.MAX_SAFE_INTEGER }],
    ['/users/:id{int}', '/users/9007199254740993', 404],
    ['/at/:x{float}/:y{float}', '/at/-1.5/2', { x: -1.5, y: 2 }],
    ['/at/:x{float}', '/at/1.', 404],
    ['/at/:x{float}', '/at/NaN', 404],
    ['/at/:x{float}', `/at/${'9'.repeat(400)}`, 404],
    ['/jobs/:id{uuid}', `/jobs/${UUID}`, { id: UUID }],
    ['/jobs/:id{uuid}', `/jobs/${UUID}0`, 404],
    ['/jobs/:id{uuid}', '/jobs/7', 404],
    ['/files/:rest{path}', '/files/a/b%20c/d', { rest: 'a/b c/d' }],
    ['/files/:rest{path}', '/files/', 404],
    ['/files/:rest{path}', '/files//a', { rest: '/a' }],
    ['/repos/:name{path}/info/refs', '/repos/a/b/info/refs', { name: 'a/b' }],
    ['/repos/:name{path}/info/refs', '/repos/info/refs', 404],
    ['/:name{path}.git/:file', '/a/b.git/HEAD', { name: 'a/b', file: 'HEAD' }],
    ['/:a{path}/:b', '/x/y/z', { a: 'x/y', b: 'z' }],
    ['/:project{path}/-/*', '/a/b/-/c/-/d', { project: 'a/b', '*': 'c/-/d' }],
    ['/:id(\\d{2,3})', '/42', { id: '42' }],
    ['/:id(\\d{2,3})', '/4', 404],
    ['/:id(^\\d+$)', '/4', { id: '4' }],
    ['/:id((?:a|b)[/)]?)', '/a)', { id: 'a)' }],
    ['/:name.json', '/a.b.json', { name: 'a.b' }],
    ['/:name.json', '/.json', 404],
    ['/v:major{int}.:minor{int}', '/v1.20', { major: 1, minor: 20 }],
    ['/:from-:to', '/a-b-c', { from: 'a', to: 'b-c' }],
    ['/items/:id::cancel', '/items/7:cancel', { id: '7' }],
    ['/image*', '/image.png', { '*': '.png' }],
    ['/café/:x', '/caf%C3%A9/1', { x: '1' }],
    ['/users/:id', '/users/', 404],
  ])('%s gives for %s %j', async (rule, path, expected) => {
    expect(await paramsOf(rule, path)).toEqual(expected);
  });

  it('lets a path that does not fit fall on to other rules', async () => {
    router.get('/:id{int}', () => 'int');
    router.get('/:id{uuid}', () => 'uuid');
    router.get('/:x{float}', () => 'float');
    router.get('/:id', () => 'any');
    router.get('/:id(x\\d+)', () => 'pattern');
    router.get('/v:n', () => 'mixed');
    router.get('/:rest{path}', () => 'path');
    router.get('/*', () => 'rest');
    const served = ['/7', `/${UUID}`, '/7.5', '/seven', '/x7', '/v7', '/a/b', '/'].map((path) => started.send(path));
    const texts = (await Promise.all(served)).map(({ text }) => text);
    expect(texts).toEqual(['int', 'uuid', 'float', 'any', 'pattern', 'mixed', 'path', 'rest']);
  });

  it('takes the more exact of two patterns whichever was added first', async () => {
    for (const rules of [
      ['/:a.tar.gz', '/:a.gz'],
      ['/:a.gz', '/:a.tar.gz'],
    ]) {
      const added = rules.map((rule) => router.get(rule, ({ route }) => route?.path));
      expect((await started.send('/x.tar.gz')).text).toBe('/:a.tar.gz');
      for (const route of added) router.remove(route);
    }
  });

  it('goes back to a less exact part when the rest does not fit', async () => {
    router.get('/a/:x/c', () => 'c');
    router.get('/a/b/:y{int}', () => 'int');
    router.get('/:z/b/c/d', () => 'd');
    expect((await started.send('/a/b/c')).text).toBe('c');
    expect((await started.send('/a/b/c/d')).text).toBe('d');
    expect((await started.send('/a/b/1')).text).toBe('int');
  });

  it('goes on to another rule where a parameter is wrongly encoded, and gives a * as it is', async () => {
    router.get('/files/:name', () => 'named');
    router.get('/files/*', ({ params }) => params['*']);
    expect((await started.send('/files/%zz')).text).toBe('%zz');
  });

  it('hands text to Express handlers, also where an endpoint gets a number', async () => {
    const show: ExpressHandler = (request, response) => response.json(request.params);
    router.get('/n/:id{int}', show);
    expect((await started.send('/n/007')).json()).toEqual({ id: '007' });
  });

  it('looks for a path with thousands of slashes in little time', async () => {
    router.get('/:a{path}/x/:b{int}/y', () => 'found');
    const began = performance.now();
    expect((await started.send(`/${'x/'.repeat(5000)}`)).status).toBe(404);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it.each([
    ['/:id{Int}', 'did you mean "int"?'],
    ['/:id{constructor}', 'there is no converter {constructor}'],
    ['/:id{int', 'not closed'],
    ['/:id(\\d', 'not closed'],
    ['/:id([)', 'not closed'],
    ['/:id(*)', 'Invalid regular expression'],
    ['/:a/:a', 'two parameters have the name "a"'],
    ['/:', 'has no name'],
    ['/a:/b', 'has no name'],
    ['/a?b', 'a "?" is never part of a path'],
    ['/:a{path}/:b{path}', 'at most one {path}'],
    ['/:a{path}:b', 'has no other in its segment'],
    ['/users/{id}', 'a parameter is written ":id"'],
    ['/users/<int:id>', 'a parameter is written ":id"'],
    ['/a*b', 'only at the end'],
  ])('refuses %s and says why', (path, why) => {
    expect(() => router.get(path, () => 1)).toThrow(why);
    expect(() => router.get(path, () => 1)).toThrow(BacklotError);
  });

  it('mounts below parameters of all kinds but {path}', async () => {
    router.mount('/t/:id{int}/:x([^/]+)', (request, response) =>
      response.end(JSON.stringify([request.baseUrl, request.url, request.params])),
    );
    expect((await started.send('/t/7/b/c?d')).json()).toEqual(['/t/7/b', '/c?d', { id: '7', x: 'b' }]);
    expect(() => router.mount('/:a{path}', () => 1)).toThrow('cannot be mounted');
  });
});

describe('the types of parameters', () => {
  it('follow the path', () => {
    const check = <Path extends string>(_path: Path, params: PathParams<Path>): unknown => params;
    check('/a/:b/:c{int}', { b: 'x', c: 1 });
    check('/:x{float},:y{float}', { x: 1, y: 2 });
    check('/:id((?:a|b)\\)\\d)/:rest{path}.git', { id: 'a', rest: 'b' });
    check('/:id::verb/*', { id: 'a', '*': 'b' });
    check('/img*', { '*': 'age' });
    check('/none', {});
    const dynamic: string = '/:whatever';
    const values: PathValues = { whatever: 1 };
    check(dynamic, values);
    // @ts-expect-error an {int} is a number
    check('/:c{int}', { c: 'x' });
    // @ts-expect-error the path names it id
    check('/:id', { name: 'x' });
    router.get('/:id{int}', ({ params }) => params.id.toFixed(1));
    router.get('/n/:name', ({ params }) => params.name.trim());
  });
});
