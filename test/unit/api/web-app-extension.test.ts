import path from 'node:path';
import express, { type Request, type Response } from 'express';
import { WebAppExtension, type Route, type Router, type WebRouter } from '../../../src/api';
import { createTestPlatform, type TestPlatform } from '../../../src/testing';
import { sendRequest, type Answer } from '../../support/send-request';
import { serveHere } from '../../support/serve-here';
import { temporaryDirectory } from '../../support/temporary-directory';
import { openWebSocket } from '../../support/websocket-client';

const FILES = {
  'secret.txt': 'outside',
  'public/index.html': '<h1>home</h1>',
  'public/app.js': 'console.log("app")',
  'public/deep/index.html': '<h1>deep</h1>',
  'public/deep/data.json': '{}',
  'public/.env': 'TOKEN=1',
  'public/.git/config': 'no',
};

class Shop extends WebAppExtension {
  readonly name = 'shop';
  override readonly public: string = './public';
  extra: Route | undefined;
  router: WebRouter | undefined;

  override updateWebRoutes(router: WebRouter): void {
    this.router = router;
    router.page('/greet/:who', ({ params }) => `<p>${params.who}</p>`);
    router.page('/later', () => Promise.resolve('<p>later</p>'));
    router.get('/api/items/:id', ({ params }) => ({ id: params.id }));
    router
      .submount('/v1')
      .post('/orders', (_request: Request, response: Response) => void response.status(201).json({ from: 'express' }));
    router.withHost('api.shop.localhost').get('/', () => 'api');
    this.extra = router.get('/extra', () => 'extra');
  }
}

class SinglePage extends Shop {
  override readonly singlePage = true;
}

const PLACES = [
  ['/_extension/shop', undefined],
  ['', 'shop.localhost'],
  ['', 'shop.localhost.localstack.cloud'],
] as const;

const open: TestPlatform[] = [];
async function start(extension: new () => WebAppExtension, files: Record<string, string> = FILES) {
  const directory = temporaryDirectory(files);
  const platform = await createTestPlatform({ extensions: [{ extension, directory }] });
  open.push(platform);
  const send = (target: string, host?: string, headers = {}, method = 'GET'): Promise<Answer> =>
    sendRequest(platform.port, target, { method, headers: { ...(host ? { host } : {}), ...headers } });
  return { platform, send, directory };
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((platform) => platform.close()));
});

describe('a web app', () => {
  it.each(PLACES)('serves its pages, routes and files at %s on host %s', async (base, host) => {
    const { send } = await start(Shop);
    const page = await send(`${base}/greet/ada`, host);
    expect([page.text, page.headers['content-type']]).toEqual(['<p>ada</p>', 'text/html; charset=utf-8']);
    expect((await send(`${base}/later`, host)).headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await send(`${base}/api/items/7`, host)).json()).toEqual({ id: '7' });
    expect((await send(`${base}/v1/orders`, host, {}, 'POST')).json()).toEqual({ from: 'express' });
    const home = await send(`${base}/`, host);
    expect([home.text, home.headers['content-type']]).toEqual(['<h1>home</h1>', 'text/html; charset=utf-8']);
    expect((await send(`${base}/app.js`, host)).headers['content-type']).toMatch(/^text\/javascript/);
    expect((await send(`${base}/deep/data.json`, host)).headers['content-type']).toMatch(/^application\/json/);
  });

  it.each(PLACES)('serves WebSockets and passes on to other servers at %s on host %s', async (base, host) => {
    const far = await serveHere((incoming, response) => void response.end(`far ${incoming.url}`));
    class Live extends Shop {
      override updateWebRoutes(router: WebRouter): void {
        router.ws('/live/:id', (socket, { params }) => socket.send(`live ${params.id}`));
        router.proxy('/far', far.url);
      }
    }
    const { platform, send } = await start(Live);
    const headers = { host: host ?? 'localhost' };
    expect(await (await openWebSocket(platform.port, `${base}/live/7`, { headers })).next()).toBe('live 7');
    expect((await send(`${base}/far/x`, host)).text).toBe('far /x');
  });

  it('leads from a place without its slash to the one with it, for the sake of relative links', async () => {
    const { send } = await start(Shop);
    const answer = await send('/_extension/shop?a=1');
    expect([answer.status, answer.headers.location]).toEqual([302, '/_extension/shop/?a=1']);
    const folder = await send('/_extension/shop/deep');
    expect(folder.headers.location).toBe('/_extension/shop/deep/');
    const onHost = await send('/deep', 'shop.localhost');
    expect(onHost.headers.location).toBe('/deep/');
  });

  it('answers with validators and ranges', async () => {
    const { send } = await start(Shop);
    const whole = await send('/_extension/shop/app.js');
    const { etag, 'last-modified': modified } = whole.headers;
    expect((await send('/_extension/shop/app.js', undefined, { 'if-none-match': etag })).status).toBe(304);
    expect((await send('/_extension/shop/app.js', undefined, { 'if-modified-since': modified })).status).toBe(304);
    const none = await send('/_extension/shop/app.js', undefined, { range: 'bytes=9999-' });
    expect([none.status, none.headers['content-range']]).toEqual([416, expect.stringMatching(/^bytes \*\/\d+$/)]);
    const part = await send('/_extension/shop/app.js', undefined, { range: 'bytes=0-6' });
    expect([part.status, part.text]).toEqual([206, 'console']);
    expect((await send('/_extension/shop/app.js', undefined, {}, 'HEAD')).headers['content-length']).toBe('18');
  });

  it.each([
    '/.env',
    '/.git/config',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/deep/../../secret.txt',
    '/..%5csecret.txt',
    '/app.js%00',
  ])('gives away nothing at %s', async (target) => {
    const { send } = await start(SinglePage);
    for (const [base, host] of PLACES) {
      const answer = await send(base + target, host, { accept: '*/*' });
      expect(answer.status).toBe(404);
      expect(answer.text).not.toMatch(/TOKEN|outside|no$/);
    }
  });

  it('answers what is no file as the platform does', async () => {
    const { send } = await start(Shop);
    expect((await send('/_extension/shop/missing.js')).status).toBe(404);
    expect((await send('/_extension/shop/app.js', undefined, {}, 'DELETE')).status).toBe(404);
  });

  it('of a single page has that page for every path, but not for files that are missing', async () => {
    const { send } = await start(SinglePage);
    const html = { accept: 'text/html,*/*' };
    const page = await send('/_extension/shop/orders/7', undefined, html);
    expect([page.status, page.text]).toEqual([200, '<h1>home</h1>']);
    expect((await send('/orders/7', 'shop.localhost', html)).text).toBe('<h1>home</h1>');
    expect((await send('/_extension/shop/missing.js', undefined, html)).status).toBe(404);
    expect((await send('/_extension/shop/orders/7', undefined, { accept: 'application/json' })).status).toBe(404);
    expect((await send('/_extension/shop/orders/7', undefined, html, 'POST')).status).toBe(404);
  });

  it('follows an Express app with a view engine at its root by its files', async () => {
    class WithApp extends Shop {
      override updateWebRoutes(router: WebRouter): void {
        const app = express();
        app.engine('tpl', (_file, options, done) => done(null, `<b>${(options as { who: string }).who}</b>`));
        app.set('views', path.join(this.packageDirectory, 'views'));
        app.get('/view', (_request, response) => response.render('page.tpl', { who: 'ada' }));
        router.mount('/', app);
      }
    }
    const { send } = await start(WithApp, { ...FILES, 'views/page.tpl': '' });
    for (const [base, host] of PLACES) {
      expect((await send(`${base}/view`, host)).text).toBe('<b>ada</b>');
      expect((await send(`${base}/app.js`, host)).text).toBe('console.log("app")');
    }
    expect((await send('/_extension/shop')).headers.location).toBe('/_extension/shop/');
  });

  it('needs no files', async () => {
    class Bare extends WebAppExtension {
      readonly name = 'bare';
      override updateWebRoutes(router: WebRouter): void {
        router.page('/', () => '<a href="more">more</a>');
      }
    }
    const { send } = await start(Bare);
    expect((await send('/_extension/bare')).headers.location).toBe('/_extension/bare/');
    expect((await send('/_extension/bare/')).text).toContain('more');
    expect((await send('/', 'bare.localhost')).text).toContain('more');
  });

  it('takes a rule out at all of its places at once', async () => {
    const { platform, send } = await start(Shop);
    const { router, extra } = platform.extension(Shop);
    expect((await send('/extra', 'shop.localhost')).text).toBe('extra');
    expect(router?.remove(extra as Route)).toBe(true);
    expect(router?.remove(extra as Route)).toBe(false);
    for (const [base, host] of PLACES) expect((await send(`${base}/extra`, host)).status).toBe(404);
  });

  it('has a rule for a host of its own there alone', async () => {
    const { send } = await start(Shop);
    expect((await send('/', 'api.shop.localhost')).text).toBe('api');
  });

  it('says which folder is missing', async () => {
    await expect(start(Shop, {})).rejects.toMatchObject({
      code: 'BACKLOT_E_DECLARATION_INVALID',
      message: expect.stringContaining('public is "./public", and there is no folder') as string,
      where: { extension: 'shop', hook: 'updateGatewayRoutes' },
    });
  });

  it('takes the folder of the calling test for that of its package', async () => {
    class Here extends WebAppExtension {
      readonly name = 'here';
      get directory(): string {
        return this.packageDirectory;
      }
    }
    const platform = await createTestPlatform({ extensions: [Here] });
    open.push(platform);
    expect(platform.extension(Here).directory).toBe(path.resolve(__dirname, '../../..'));
  });

  it('adds its routes beside those of updateGatewayRoutes', async () => {
    class Both extends Shop {
      override async updateGatewayRoutes(router: Router): Promise<void> {
        await super.updateGatewayRoutes(router);
        router.get('/elsewhere', () => 'elsewhere');
      }
    }
    const { send } = await start(Both);
    expect((await send('/elsewhere')).text).toBe('elsewhere');
    expect((await send('/_extension/shop/')).text).toBe('<h1>home</h1>');
  });
});
