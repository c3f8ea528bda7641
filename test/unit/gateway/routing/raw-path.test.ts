import type { Router } from '../../../../src/api/gateway';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** Sends a request line as it stands, over a socket; gives the body of the answer, or the status where it is not 200. */
async function get(target: string): Promise<string> {
  const answer = await started.raw(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
  return status === '200' ? answer.slice(answer.indexOf('\r\n\r\n') + 4) : String(status);
}

describe('the raw path', () => {
  it.each([
    '//',
    '/a//b',
    '/a/./b',
    '/a/../b',
    '/./',
    '/..',
    '/a/',
    '/A',
    '/a%2Fb',
    '/a%2fb',
    '/%61',
    '/a;v=1',
    '/a+b',
  ])('is matched as it is: %s', async (path) => {
    router.get(path, ({ path: seen, request }) => `${seen} ${request.url}`);
    expect(await get(path)).toBe(`${path} ${path}`);
  });

  it('is not taken for another that a tidier server would take it for', async () => {
    for (const path of ['/', '/b', '/a/b', '/a']) router.get(path, () => path);
    const others = [
      '//',
      '/a//b',
      '/a/./b',
      '/a/../b',
      '/b/',
      '/B',
      '/a%2Fb',
      '/%61',
      '/./a',
      '/a/.',
      '/x/../a',
      '//a',
    ];
    expect(await Promise.all(others.map(get))).toEqual(others.map(() => '404'));
  });

  it('has empty segments like any other, which no parameter takes', async () => {
    router.get('/a/:b/c', ({ params }) => params.b);
    router.get('/d//:e', ({ params }) => params.e);
    expect(await get('/a//c')).toBe('404');
    expect(await get('/a/../c')).toBe('..');
    expect(await get('/d//x')).toBe('x');
  });

  it('gives a slash that is encoded to the parameter, decoded once', async () => {
    router.get('/keys/:key', ({ params }) => params.key);
    router.get('/keys/*', ({ params }) => `rest ${params['*']}`);
    expect(await get('/keys/a%2Fb')).toBe('a/b');
    expect(await get('/keys/a%252Fb')).toBe('a%2Fb');
    expect(await get('/keys/a/../b')).toBe('rest a/../b');
  });

  it('reaches a mounted listener as it is', async () => {
    router.mount('/app', (request, response) => response.end(`${request.baseUrl} ${request.url}`));
    expect(await get('/app//a/../b%2Fc/?d=/e')).toBe('/app //a/../b%2Fc/?d=/e');
    expect(await get('/app/%zz')).toBe('/app /%zz');
  });

  it('ends at the question mark', async () => {
    router.get('/a', ({ query }) => `[${query.get('b')}]`);
    expect(await get('/a?b=/c?d')).toBe('[/c?d]');
    expect(await get('/a?')).toBe('[null]');
  });
});
