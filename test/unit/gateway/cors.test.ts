import express from 'express';
import type { CorsSettings } from '../../../src/gateway/cors/cors';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';

const DEFAULTS: CorsSettings = {
  extra: ['https://app.test'],
  ownHosts: ['localhost', '127.0.0.1', '::1'],
  allowHeaders: ['x-extra'],
  exposeHeaders: ['x-shown'],
  withoutChecks: false,
  withoutHeaders: false,
};

let started: StartedGateway;
let shop: OwnerTools;

async function start(settings: Partial<CorsSettings> = {}): Promise<void> {
  started = await startGateway({ cors: { ...DEFAULTS, ...settings } });
  shop = started.owner('shop');
  shop.router.get('/x', () => 'x');
}

const get = (origin: string, more: Record<string, string> = {}) => started.send('/x', { headers: { origin, ...more } });

const preflight = (origin: string, more: Record<string, string> = {}, path = '/x') =>
  started.send(path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', ...more },
  });

describe('a request from a page', () => {
  beforeEach(() => start());

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'https://[::1]:8443',
    'http://shop.localhost:5173',
    'https://app.test',
  ])('is served for %s, and the page may read the answer', async (origin) => {
    const { status, text, headers } = await get(origin);
    expect([status, text]).toEqual([200, 'x']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag, location, x-amz-version-id, x-shown',
      vary: 'Origin',
    });
  });

  it.each(['https://evil.test', 'http://localhost.evil.test', 'null', 'chrome-extension://abc', 'garbage'])(
    'is refused for %s, with what to do about it',
    async (origin) => {
      const answer = await get(origin);
      expect(answer.status).toBe(403);
      expect(answer.json()).toEqual({
        error: {
          code: 'BACKLOT_E_ORIGIN_REFUSED',
          message: `a page of ${origin} may not use the gateway`,
          remedy: `To allow it: EXTRA_CORS_ALLOWED_ORIGINS=${origin}`,
        },
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('without Origin has nothing added', async () => {
    const { headers } = await started.send('/x');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([]);
  });

  it('keeps the headers of an endpoint that sets its own', async () => {
    shop.router.get('/own', ({ response }) => {
      response.setHeader('access-control-allow-origin', '*');
      return 'own';
    });
    const { headers } = await started.send('/own', { headers: { origin: 'https://app.test' } });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('may read errors and answers of early handlers, too', async () => {
    shop.requestHandlers.early.append((chain, { path }) => {
      if (path === '/early') chain.respond(401);
    });
    for (const path of ['/none', '/early']) {
      const { headers } = await started.send(path, { headers: { origin: 'https://app.test' } });
      expect(headers['access-control-allow-origin']).toBe('https://app.test');
    }
  });

  it('that an extension serves is allowed on its host, with the port of the gateway only', async () => {
    shop.router.withHost('pages.test').get('/x', () => 'page');
    const host = `pages.test:${started.port}`;
    expect((await get(`http://${host}`, { host })).status).toBe(200);
    expect((await get(`http://${host}`, { host: `localhost:${started.port}` })).status).toBe(200);
    expect((await get('http://pages.test:1', { host })).status).toBe(403);
    expect((await get(`http://other.test:${started.port}`, { host })).status).toBe(403);
  });
});

describe('a preflight', () => {
  beforeEach(() => start());

  it('is 204 for an allowed origin, with the methods and the headers that were asked for', async () => {
    const { status, headers } = await preflight('https://app.test', {
      'access-control-request-headers': 'x-a, x-b',
      'access-control-request-private-network': 'true',
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.test',
      'access-control-allow-methods': 'HEAD, GET, PUT, POST, DELETE, OPTIONS, PATCH',
      'access-control-allow-headers': 'x-a, x-b, x-extra',
      'access-control-allow-private-network': 'true',
    });
  });

  it('is 204 also where no route is, and 403 for another origin', async () => {
    expect((await preflight('https://app.test', {}, '/none')).status).toBe(204);
    expect((await preflight('https://evil.test')).status).toBe(403);
  });

  it('goes to a rule that owns OPTIONS', async () => {
    shop.router.options('/x', () => 'mine');
    expect(await preflight('https://evil.test')).toMatchObject({ status: 200, text: 'mine' });
  });
});

describe('withCors', () => {
  beforeEach(() => start());

  it('allows more origins and headers for its rules alone', async () => {
    const open = shop.router.withCors({
      origins: ['https://more.test'],
      exposeHeaders: ['x-c'],
      allowHeaders: ['x-d'],
      maxAge: 5,
    });
    open.get('/open', () => 'open');
    const answer = await started.send('/open', { headers: { origin: 'https://more.test' } });
    expect(answer.headers['access-control-expose-headers']).toContain('x-c');
    const { status, headers } = await preflight('https://more.test', {}, '/open');
    expect([status, headers['access-control-max-age'], headers['access-control-allow-headers']]).toEqual([
      204,
      '5',
      'x-extra, x-d',
    ]);
    expect((await get('https://more.test')).status).toBe(403);
  });

  it('allows everybody with *', async () => {
    shop.router
      .withCors({ origins: '*' })
      .submount('/api')
      .get('/all', () => 'all');
    expect((await started.send('/api/all', { headers: { origin: 'null' } })).status).toBe(200);
  });

  it('false leaves everything to what the rule leads to', async () => {
    const app = express();
    app.options('/pre', (_request, response) => void response.status(299).end());
    app.get('/pre', (_request, response) => void response.send('app'));
    shop.router.withCors(false).mount('/app', app);
    expect((await preflight('https://evil.test', {}, '/app/pre')).status).toBe(299);
    const { status, headers } = await started.send('/app/pre', { headers: { origin: 'https://evil.test' } });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });

  it('takes nothing but options or false', () => {
    expect(() => shop.router.withCors('*' as never)).toThrow('options for CORS are an object, or false');
  });
});

it('DISABLE_CORS_CHECKS serves pages of all origins', async () => {
  await start({ withoutChecks: true });
  expect((await get('https://evil.test')).headers['access-control-allow-origin']).toBe('https://evil.test');
});

it('DISABLE_CORS_HEADERS adds no headers, and still refuses', async () => {
  await start({ withoutHeaders: true });
  const { status, headers } = await get('https://app.test');
  expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
  expect((await preflight('https://app.test')).status).toBe(204);
  expect((await get('https://evil.test')).status).toBe(403);
});
