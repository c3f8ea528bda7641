import { runCommand, type CommandOutcome } from '../support/run-command';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory } from '../support/temporary-directory';

describe('the routes of a running platform', () => {
  let platform: RunningPlatform;
  let folder: string;
  const routes = (...args: string[]): Promise<CommandOutcome> =>
    runCommand(['routes', ...args, '--url', platform.url], { cwd: folder });

  beforeAll(async () => {
    folder = temporaryDirectory({
      'shop/package.json': {
        name: 'shop',
        version: '1.0.0',
        backlot: { extensions: { shop: './index.js' } },
      },
      'shop/index.js': `
        const { Extension } = require('backlot');
        module.exports = class Shop extends Extension {
          name = 'shop';
          updateGatewayRoutes(router) {
            router.get('/items/:id{int}', ({ params }) => ({ next: params.id + 1 }));
            router.all('/items/*', () => 'rest');
            router.withPriority(7).withHost('shop.localhost:4566').add(['PUT', 'POST'], '/items/new', () => 'made');
            router.mount('/app', (request, response) => response.end());
          }
        };`,
    });
    platform = await RunningPlatform.start({ home: folder, extensions: ['file:./shop'] });
  });
  afterAll(() => platform.stop());

  it('are served with their converters and ports', async () => {
    expect(await platform.json('/items/6')).toEqual({ next: 7 });
    expect(await (await fetch(`${platform.url}/items/six`)).text()).toBe('rest');
  });

  it('are listed over HTTP, under both prefixes', async () => {
    const expected = {
      routes: [
        { methods: ['GET'], path: '/items/:id{int}', owner: 'shop', priority: 0, kind: 'endpoint' },
        { methods: '*', path: '/items/*', owner: 'shop', priority: 0, kind: 'endpoint' },
        {
          methods: ['PUT', 'POST'],
          host: 'shop.localhost:4566',
          path: '/items/new',
          owner: 'shop',
          priority: 7,
          kind: 'endpoint',
        },
        { methods: '*', path: '/app', owner: 'shop', priority: 0, kind: 'listener' },
      ],
    };
    expect(await platform.json('/_backlot/routes')).toEqual(expected);
    expect(await platform.json('/_localstack/routes')).toEqual(expected);
    const { code, stdout } = await routes('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ url: platform.url, ...expected });
  });

  it('are explained over HTTP', async () => {
    const url = encodeURIComponent('http://user@shop.localhost:4566/items/../items/7?q=/x#y');
    expect(await platform.json(`/_backlot/routes/explain?method=get&url=${url}`)).toMatchObject({
      method: 'GET',
      host: 'shop.localhost:4566',
      path: '/items/../items/7',
      winner: { path: '/items/*', params: { '*': '../items/7' } },
    });
    const answer = await fetch(`${platform.url}/_backlot/routes/explain?url=nowhere`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { code: 'BACKLOT_E_REQUEST_INVALID', message: '"nowhere" is neither a URL nor a path' },
    });
    expect((await fetch(`${platform.url}/_backlot/routes/explain`)).status).toBe(400);
  });

  it('are shown as a table', async () => {
    const { code, stdout, stderr } = await routes();
    expect([code, stderr]).toEqual([0, '']);
    const rows = stdout.trimEnd().split('\n');
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['methods', 'host', 'path', 'owner', 'priority', 'kind'],
      ['GET', '*', '/items/:id{int}', 'shop', '0', 'endpoint'],
      ['*', '*', '/items/*', 'shop', '0', 'endpoint'],
      ['PUT,POST', 'shop.localhost:4566', '/items/new', 'shop', '7', 'endpoint'],
      ['*', '*', '/app', 'shop', '0', 'listener'],
    ]);
  });

  it('are explained: which wins and why, and why the others do not', async () => {
    const { code, stdout } = await routes('explain', 'post', 'http://shop.localhost:4566/items/new');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'POST shop.localhost:4566/items/new',
      '  is served by PUT,POST shop.localhost:4566/items/new (shop, priority 7): it has a higher priority than the others that fit',
      '  not by * /items/* (shop): its priority is 0, that of the winner 7',
    ]);
    const get = await routes('explain', 'GET', '/items/41');
    expect(get.stdout).toContain('is served by GET /items/:id{int} (shop): it has a more exact path');
    expect(get.stdout).toContain('with id = 41');
  });

  it('has exit code 1 where no route serves the request', async () => {
    const { code, stdout } = await routes('explain', 'GET', '/items', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      winner: null,
      allow: [],
      others: [{ path: '/items/*', reason: 'it goes on behind a slash at the end' }],
    });
  });

  it('says what is wrong with the command, and what to do when nothing runs', async () => {
    const wrong = await routes('explain', 'GET', 'items');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('error BACKLOT_E_OPTION_INVALID  "items" is neither a URL nor a path');
    const alone = await runCommand(['routes'], { cwd: folder });
    expect([alone.code, alone.stdout]).toEqual([1, '']);
    expect(alone.stderr).toContain('error BACKLOT_E_CONTAINER_NOT_FOUND  backlot-main is not running');
    const gone = await runCommand(['routes', '--url', 'http://127.0.0.1:1'], { cwd: folder });
    expect(gone.stderr).toContain('error BACKLOT_E_LIVE_FAILED');
  });
});
