import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/run-command';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

/** The source of an extension named `live` that answers `/version`; `more` is put into its class. */
const extension = (version: string, more = '', name = 'live') => ({
  'package.json': {
    name: `backlot-extension-${name}`,
    version,
    backlot: { extensions: { [name]: './index.js#Live' } },
    peerDependencies: { backlot: '^0.1.0' },
  },
  'index.js': `
    const { Extension } = require('backlot');
    const { existsSync } = require('node:fs');
    const { createServer } = require('node:http');
    exports.Live = class extends Extension {
      name = '${name}';
      updateGatewayRoutes(router) {
        router.get('/${name}/version', () => '${version}');
        router.get('/${name}/held', async ({ request }) => {
          while (!existsSync(request.headers['x-until'])) await new Promise((resolve) => setTimeout(resolve, 10));
          return '${version}';
        });
        router.get('/${name}/config', () => this.config);
      }
      ${more}
    };
  `,
});

interface Line {
  readonly phase: string;
  readonly message?: string;
  readonly ok?: boolean;
  readonly status?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly remedy: string };
  readonly [key: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly lines: Line[];
  readonly last: Line;
}

let platform: RunningPlatform;
const folder = temporaryDirectory();

async function change(
  method: string,
  resource: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${platform.url}/_backlot/extensions${resource}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return { status: response.status, lines, last: lines.at(-1) as Line };
}

const text = async (resource: string): Promise<string> => (await fetch(platform.url + resource)).text();
const status = async (resource: string): Promise<number> => (await fetch(platform.url + resource)).status;
const spec = (name = 'live'): string => `file:${path.join(folder, name)}`;

function write(version: string, more = '', name = 'live'): void {
  writeFiles(path.join(folder, name), extension(version, more, name));
}

const names = async (): Promise<string[]> =>
  (await platform.json<{ extensions: { name: string }[] }>('/_backlot/extensions')).extensions.map(({ name }) => name);

/** The state of a process (proc(5)): `Z` for one that has ended and waits to be reaped. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return 'gone';
  }
}

describe('the running platform', () => {
  beforeAll(async () => {
    platform = await RunningPlatform.start();
  });
  afterAll(() => platform.stop());

  it('installs and starts an extension, and tells how far it has come, one JSON object a line', async () => {
    write('1.0.0');
    const { status: code, lines, last } = await change('POST', '', { spec: spec(), config: { a: 1 } });
    expect(code).toBe(201);
    expect(lines.map(({ phase }) => phase)).toEqual(['installing', 'installed', 'loading', 'starting', 'done']);
    expect(last).toMatchObject({
      ok: true,
      status: 201,
      extensions: [{ name: 'live', state: 'running', version: '1.0.0' }],
    });
    expect(await text('/live/version')).toBe('1.0.0');
    expect(await platform.json('/live/config')).toEqual({ a: 1 });
    expect(await platform.json('/_backlot/health')).toMatchObject({ services: { live: 'running' } });
  });

  it('tells it as it happens to a client that asks for the stream', async () => {
    const { status: code, last } = await change('POST', '/nobody/reload', undefined, {
      accept: 'application/x-ndjson',
    });
    expect(code).toBe(200);
    expect(last).toMatchObject({ ok: false, status: 404, error: { code: 'BACKLOT_E_EXTENSION_NOT_FOUND' } });
  });

  it('replaces it without losing a request: those in flight finish on the old one', async () => {
    write('2.0.0');
    const until = path.join(temporaryDirectory(), 'new-one-serves');
    const held = fetch(`${platform.url}/live/held`, { headers: { 'x-until': until } }).then((answer) => answer.text());
    // A request on another connection is answered after that one has come.
    await text('/live/version');
    let done = false;
    const failures: unknown[] = [];
    const seen = new Set<string>();
    const load = (async () => {
      while (!done) {
        const answer = await fetch(`${platform.url}/live/version`);
        if (answer.status !== 200) failures.push(answer.status);
        const version = await answer.text();
        if (version === '2.0.0' && !seen.has(version)) writeFileSync(until, '');
        seen.add(version);
      }
    })();
    const { status: code, lines } = await change('POST', '', { spec: spec() });
    done = true;
    await load;
    expect(code).toBe(200);
    expect(lines.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['draining', 'stopping', 'done']));
    expect(await held).toBe('1.0.0');
    expect(failures).toEqual([]);
    expect(seen).toContain('2.0.0');
    expect(await text('/live/version')).toBe('2.0.0');
  });

  it.each([
    ['while it is imported', 'static x = (() => { throw new Error("no"); })();', 'BACKLOT_E_IMPORT_FAILED'],
    ['in its constructor', 'constructor() { super(); throw new Error("no"); }', 'BACKLOT_E_HOOK_FAILED'],
    ['in onExtensionLoad', 'onExtensionLoad() { throw new Error("no"); }', 'BACKLOT_E_HOOK_FAILED'],
    ['in onPlatformStart', 'onPlatformStart() { throw new Error("no"); }', 'BACKLOT_E_HOOK_FAILED'],
    ['in updateRequestHandlers', 'updateRequestHandlers() { throw new Error("no"); }', 'BACKLOT_E_HOOK_FAILED'],
    ['in onPlatformReady', 'onPlatformReady() { throw new Error("no"); }', 'BACKLOT_E_HOOK_FAILED'],
  ])('keeps the old one serving when the new one throws %s', async (_where, more, code) => {
    write('2.0.1', more);
    const { status: answered, last } = await change('POST', '', { spec: spec() });
    expect(answered).toBe(422);
    expect(last).toMatchObject({ phase: 'failed', ok: false, error: { code } });
    expect(await text('/live/version')).toBe('2.0.0');
    expect(await platform.json('/_backlot/health')).toMatchObject({ services: { live: 'running' } });
    expect(await names()).toEqual(['live']);
  });

  it('refuses a route that another extension has, and a name, and leaves both as they were', async () => {
    write('1.0.0', '', 'other');
    writeFileSync(
      path.join(folder, 'other/index.js'),
      extension('1.0.0', '', 'other')['index.js'].replace('/other/version', '/live/version'),
    );
    const conflict = await change('POST', '', { spec: spec('other') });
    expect(conflict.status).toBe(409);
    expect(conflict.last.error?.message).toMatch(/other adds the route GET \/live\/version, which live has/);
    write('1.0.0', '', 'other');
    writeFiles(path.join(folder, 'other'), {
      'package.json': { ...extension('1.0.0')['package.json'], name: 'backlot-extension-impostor' },
      'index.js': extension('1.0.0')['index.js'],
    });
    expect(await change('POST', '', { spec: spec('other') })).toMatchObject({
      status: 409,
      last: { error: { code: 'BACKLOT_E_NAME_TAKEN' } },
    });
    expect(await text('/live/version')).toBe('2.0.0');
    expect(await names()).toEqual(['live']);
  });

  it('makes a new instance on a reload, with what its folder holds now and another config', async () => {
    write('3.0.0');
    const { status: code } = await change('POST', '/live/reload', { config: { b: 2 } });
    expect(code).toBe(200);
    expect(await text('/live/version')).toBe('3.0.0');
    expect(await platform.json('/live/config')).toEqual({ b: 2 });
    expect((await change('POST', '/live/reload')).status).toBe(200);
  });

  it('takes everything that an extension has started with it when it goes', async () => {
    write(
      '4.0.0',
      `
      ticks = 0;
      async onPlatformStart() {
        this.timers.setInterval(() => this.ticks++, 5);
        const server = createServer((request, response) => response.end('own'));
        const { port } = await this.sockets.listen(server);
        const child = this.processes.spawn('sh', ['-c', 'sleep 100 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
        const sleeper = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(Number(data))));
        this.facts = { port, pid: child.pid, sleeper };
        this.onDispose(() => this.log.info('disposed at ' + this.signal.aborted));
      }
      updateFinalizers(handlers) { handlers.append(() => this.log.debug('x')); }
      updateResponseHandlers(handlers) { handlers.append((chain, context, response) => response.setHeader('x-live', '4')); }
      updateRequestHandlers(handlers) {
        handlers.append((chain, { path }) => { if (path === '/facts') chain.respond(200, { ...this.facts, ticks: this.ticks }); });
      }`,
    );
    expect((await change('POST', '/live/reload')).status).toBe(200);
    const { port, pid, sleeper } = await platform.json<{ port: number; pid: number; sleeper: number }>('/facts');
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('own');
    await waitFor('a timer', async () => (await platform.json<{ ticks: number }>('/facts')).ticks > 1);
    const { status: code, last } = await change('DELETE', '/live');
    expect([code, last.removed, last.note]).toEqual([200, ['live'], undefined]);
    expect(await status('/live/version')).toBe(404);
    const answer = await fetch(`${platform.url}/facts`);
    expect([answer.status, answer.headers.get('x-live')]).toEqual([404, null]);
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    for (const gone of [pid, sleeper]) expect(stateOf(gone)).toMatch(/^(?:gone|Z)$/);
    expect(platform.stdout).toContain('disposed at true');
    expect(await names()).toEqual([]);
  });

  it.each([
    ['an unknown name', 'DELETE', '/nobody', undefined, 404, 'BACKLOT_E_EXTENSION_NOT_FOUND'],
    ['a body that is no JSON object', 'POST', '', [], 400, 'BACKLOT_E_REQUEST_INVALID'],
    ['an unknown key', 'POST', '', { spec: 'x', conifg: {} }, 400, 'BACKLOT_E_LIST_INVALID'],
    ['a spec that cannot be understood', 'POST', '', { spec: 'Not OK' }, 400, 'BACKLOT_E_SPEC_INVALID'],
    ['a folder that is not there', 'POST', '', { spec: 'file:/nowhere' }, 422, 'BACKLOT_E_PACKAGE_NOT_FOUND'],
    [
      'a host that is not there',
      'POST',
      '',
      { spec: 'git+http://127.0.0.1:1/x.git' },
      502,
      'BACKLOT_E_HOST_UNREACHABLE',
    ],
  ])('answers %s truthfully', async (_what, method, resource, body, code, error) => {
    const answer = await change(method, resource, body);
    expect(answer).toMatchObject({ status: code, last: { ok: false, status: code, error: { code: error } } });
  });

  it.each([
    ['another site', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another site, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses a page of %s', async (_what, headers) => {
    for (const [method, resource] of [
      ['POST', ''],
      ['DELETE', '/live'],
      ['POST', '/live/reload'],
    ] as const) {
      const { status: code, last } = await change(method, resource, method === 'POST' ? {} : undefined, headers);
      expect([code, last.error?.code]).toEqual([403, 'BACKLOT_E_ORIGIN_REFUSED']);
    }
  });

  it('does not refuse a page of its own', async () => {
    const own = { origin: platform.url, 'sec-fetch-site': 'same-origin' };
    expect((await change('DELETE', '/nobody', undefined, own)).status).toBe(404);
  });
});

describe('what is added over HTTP', () => {
  it('survives a crash of the runtime and a restart, unless it is said not to', async () => {
    write('1.0.0');
    write('1.0.0', '', 'other');
    platform = await RunningPlatform.start();
    const { home } = platform;
    expect((await change('POST', '', { spec: spec() })).status).toBe(201);
    expect((await change('POST', '', { spec: spec('other'), persist: false })).status).toBe(201);
    process.kill(platform.runtimePid, 'SIGKILL');
    await platform.ready(2);
    expect(await names()).toEqual(['live']);
    await platform.stop();
    platform = await RunningPlatform.start({ home });
    expect(await text('/live/version')).toBe('1.0.0');
    expect((await change('DELETE', '/live')).status).toBe(200);
    await platform.stop();
    platform = await RunningPlatform.start({ home });
    expect(await names()).toEqual([]);
    await platform.stop();
  });

  it('does not pretend that a listed extension is gone for good', async () => {
    write('1.0.0');
    platform = await RunningPlatform.start({ extensions: [spec()] });
    const { last } = await change('DELETE', '/live');
    expect(last.note).toContain('comes back with the next start');
    await platform.stop();
  });

  it('needs the token when there is one, which no extension, script or endpoint gets to see', async () => {
    write('1.0.0', 'updateRequestHandlers(handlers) { handlers.append((chain) => chain.respond(200, process.env)); }');
    platform = await RunningPlatform.start({
      extensions: [spec()],
      environment: { BACKLOT_ADMIN_TOKEN: 's3cret-token' },
    });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 's3cret-token' }]) {
      const { status: code, last } = await change('DELETE', '/live', undefined, headers as Record<string, string>);
      expect([code, last.error?.code]).toEqual([401, 'BACKLOT_E_ADMIN_TOKEN']);
    }
    expect(await text('/anything')).not.toContain('s3cret-token');
    for (const resource of ['health', 'info', 'extensions', 'init']) {
      expect(await text(`/_backlot/${resource}`)).not.toContain('s3cret-token');
    }
    expect((await change('DELETE', '/live', undefined, { authorization: 'Bearer s3cret-token' })).status).toBe(200);
    await platform.stop();
    expect(platform.output).not.toContain('s3cret-token');
  });

  it('is found by the command that is run in its folder, and no longer once it has ended', async () => {
    write('1.0.0');
    platform = await RunningPlatform.start();
    const there = { cwd: platform.home, env: { BACKLOT_VOLUME: path.join(platform.home, 'volume') } };
    expect(await runCommand(['extensions', 'install', spec()], there)).toMatchObject({ code: 0 });
    expect(await text('/live/version')).toBe('1.0.0');
    expect((await runCommand(['routes'], there)).stdout).toContain('/live/version');
    platform.process.kill('SIGKILL');
    await platform.ended();
    expect((await runCommand(['routes'], there)).stderr).toContain('BACKLOT_E_');
    expect(await runCommand(['extensions', 'uninstall', 'live'], there)).toMatchObject({ code: 0 });
  });
});
