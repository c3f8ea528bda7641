import { once } from 'node:events';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { FIXTURES, RunningPlatform, type Entry } from '../support/run-platform';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

interface Described {
  name: string;
  state: string;
  routes: unknown[];
  late_errors: number;
  error?: {
    code: string;
    message: string;
    remedy: string;
    cause?: string;
    where: { hook?: string; extension?: string };
  };
}

const fixture = (name: string): string => `file:${join(FIXTURES, name)}`;

let platform: RunningPlatform | undefined;
afterEach(async () => {
  await platform?.stop();
  platform = undefined;
});

async function start(extensions: Entry[], environment?: Record<string, string>): Promise<RunningPlatform> {
  platform = await RunningPlatform.start({ extensions, ...(environment ? { environment } : {}) });
  return platform;
}

describe('a platform with extensions that fail', () => {
  const failures: [fixture: string, code: string, hook: string | undefined][] = [
    ['bad-manifest', 'BACKLOT_E_MANIFEST_INVALID', undefined],
    ['no-manifest', 'BACKLOT_E_MANIFEST_MISSING', undefined],
    ['wrong-version', 'BACKLOT_E_VERSION_MISMATCH', undefined],
    ['missing-module', 'BACKLOT_E_MODULE_NOT_FOUND', undefined],
    ['missing-dependency', 'BACKLOT_E_DEPENDENCY_MISSING', undefined],
    ['missing-export', 'BACKLOT_E_EXPORT_MISSING', undefined],
    ['not-an-extension', 'BACKLOT_E_NOT_AN_EXTENSION', undefined],
    ['throws-on-import', 'BACKLOT_E_IMPORT_FAILED', undefined],
    ['hangs-on-import', 'BACKLOT_E_HOOK_TIMEOUT', undefined],
    ['wrong-name', 'BACKLOT_E_NAME_MISMATCH', undefined],
    ['throws-in-constructor', 'BACKLOT_E_HOOK_FAILED', undefined],
    ['throws-in-on-extension-load', 'BACKLOT_E_HOOK_FAILED', 'onExtensionLoad'],
    ['throws-in-on-platform-start', 'BACKLOT_E_HOOK_FAILED', 'onPlatformStart'],
    ['hangs-in-hook', 'BACKLOT_E_HOOK_TIMEOUT', 'onPlatformStart'],
    ['throws-in-update-gateway-routes', 'BACKLOT_E_HOOK_FAILED', 'updateGatewayRoutes'],
    ['throws-in-update-request-handlers', 'BACKLOT_E_HOOK_FAILED', 'updateRequestHandlers'],
    ['throws-in-update-response-handlers', 'BACKLOT_E_HOOK_FAILED', 'updateResponseHandlers'],
    ['throws-in-update-exception-handlers', 'BACKLOT_E_HOOK_FAILED', 'updateExceptionHandlers'],
    ['throws-in-update-finalizers', 'BACKLOT_E_HOOK_FAILED', 'updateFinalizers'],
    ['throws-in-on-platform-ready', 'BACKLOT_E_HOOK_FAILED', 'onPlatformReady'],
    ['duplicate-name', 'BACKLOT_E_NAME_TAKEN', undefined],
    ['route-conflict', 'BACKLOT_E_ROUTE_CONFLICT', 'updateGatewayRoutes'],
  ];
  let running: RunningPlatform;
  let described: Described[];

  beforeAll(async () => {
    running = await RunningPlatform.start({
      extensions: [
        fixture('good-cjs'),
        ...failures.map(([name]) => fixture(name)),
        'file:./no-such-folder',
        { spec: fixture('with-config'), config: { ports: [0] } },
        fixture('good-esm'),
      ],
      environment: { BACKLOT_HOOK_TIMEOUT: '2' },
    });
    await waitFor('the hook after the marker', () => running.stderr.includes('onPlatformReady of throws-in'));
    ({ extensions: described } = await running.json<{ extensions: Described[] }>('/_backlot/extensions'));
  }, 120_000);

  afterAll(async () => {
    await running.stop();
  });

  it.each(failures)('reports %s as %s', async (name, code, hook) => {
    const extension = described.find(
      (each) => each.error?.code === code && each.error.message.includes(name === 'duplicate-name' ? 'good-cjs' : ''),
    );
    const own = name === 'duplicate-name' ? extension : described.find((each) => each.name.includes(name));
    expect(own).toMatchObject({ state: 'error', routes: [] });
    expect(own?.error?.code).toBe(code);
    expect(own?.error?.where.extension).toBe(own?.name);
    expect(own?.error?.where.hook).toBe(hook);
    expect(own?.error?.remedy).not.toBe('');
    expect(running.stderr).toContain(code);
    if (name === 'duplicate-name') return;
    const { services } = await running.json<{ services: Record<string, string> }>('/_localstack/health');
    expect(services[own?.name ?? '']).toBe('error');
    expect((await fetch(`${running.url}/${name}`)).status).toBe(404);
  });

  it('reports a folder that is not there', () => {
    const missing = described.find(({ name }) => name === 'file:./no-such-folder');
    expect(missing?.error?.code).toBe('BACKLOT_E_PACKAGE_NOT_FOUND');
  });

  it('reports a config that does not fit, with its place in extensions.json', () => {
    const error = described.find(({ name }) => name === 'with-config')?.error;
    expect(error).toMatchObject({ code: 'BACKLOT_E_CONFIG_INVALID', where: { extension: 'with-config', line: 1 } });
    expect(error?.message).toContain('ports[0]');
  });

  it('names both where two claim one name or one route', () => {
    const messages = described.flatMap(({ error }) => (error ? [error.message] : []));
    expect(messages).toContainEqual(
      expect.stringMatching(/backlot-fixture-good-cjs.*backlot-fixture-duplicate-name.*both.*good-cjs/),
    );
    expect(messages).toContainEqual(expect.stringMatching(/route-conflict adds .*GET \/good-cjs, which good-cjs has/));
  });

  it('goes on with the others', async () => {
    expect(await running.json('/good-cjs')).toEqual({ extension: 'good-cjs' });
    expect(await running.json('/good-esm')).toMatchObject({ extension: 'good-esm' });
    const { services } = await running.json<{ services: Record<string, string> }>('/_localstack/health');
    expect(services).toMatchObject({ 'good-cjs': 'running', 'good-esm': 'running' });
  });

  it('lets no line before the marker contain the word that clients wait for', () => {
    const before = running.stdout.slice(0, running.stdout.indexOf('\nReady.\n'));
    expect(before).not.toMatch(/Ready/);
  });
});

describe('errors that escape from an extension later', () => {
  it.each(['late-rejection', 'late-timer', 'late-emitter'])('are attributed: %s', async (name) => {
    const running = await start([fixture(name), fixture('good-cjs')]);
    const { runtimePid } = running;
    expect(await running.json(`/${name}/trigger`)).toEqual({ triggered: name });
    await waitFor('the report', () => running.stderr.includes('BACKLOT_E_LATE_ERROR'));
    expect(running.stderr).toMatch(new RegExp(`BACKLOT_E_LATE_ERROR .*${name}`));
    expect(running.stderr).toContain(`where: extension ${name}`);
    expect(await running.json(`/${name}`)).toEqual({ extension: name });
    expect(await running.json(`/_backlot/extensions/${name}`)).toMatchObject({ state: 'running', late_errors: 1 });
    expect(running.runtimePid).toBe(runtimePid);
  });
});

describe('a required extension that fails', () => {
  it.each([
    ['cannot be installed', 'file:./no-such-folder'],
    ['cannot be imported', fixture('throws-on-import')],
    ['throws in a hook', fixture('throws-in-update-gateway-routes')],
  ])('refuses the start when it %s', async (_how, spec) => {
    const running = RunningPlatform.spawn({ extensions: [fixture('good-cjs'), { spec, required: true }] });
    expect(await running.ended()).toBe(1);
    expect(running.stderr).toContain('BACKLOT_E_REQUIRED_FAILED');
    expect(running.stdout).not.toContain('Ready.');
    expect(running.stderr).not.toContain('restart 1 of');
  });
});

describe('a start that cannot be', () => {
  it('is refused with line and column for a mistake in extensions.json', async () => {
    const running = RunningPlatform.spawn({ extensions: '{\n  "extensions": [{ "spec": "a", "confg": {} }]\n}' });
    expect(await running.ended()).toBe(1);
    expect(running.stderr).toContain('BACKLOT_E_LIST_INVALID');
    expect(running.stderr).toMatch(/extensions\.json:2:\d+/);
    expect(running.stderr).toContain('config');
  });

  it('is refused for a setting with a wrong value', async () => {
    const running = RunningPlatform.spawn({ environment: { GATEWAY_LISTEN: 'everywhere' } });
    expect(await running.ended()).toBe(1);
    expect(running.stderr).toMatch(/BACKLOT_E_SETTING_INVALID.*GATEWAY_LISTEN=everywhere/);
  });

  it('is refused when the port is taken', async () => {
    const first = await start([]);
    const second = RunningPlatform.spawn({ environment: { GATEWAY_LISTEN: new URL(first.url).host } });
    expect(await second.ended()).toBe(1);
    expect(second.stderr).toContain('BACKLOT_E_PORT_IN_USE');
  });

  it('points out a variable that looks like a mistyped setting', async () => {
    const running = await start([], { EXTENSIONS_AUTO_INSTALL: 'x' });
    expect(running.stderr).toContain('did you mean EXTENSION_AUTO_INSTALL?');
  });
});

describe('extensions that work', () => {
  it('are CommonJS, ES modules, top-level await, TypeScript, and several in a package', async () => {
    const names = ['good-cjs', 'good-esm', 'good-tla', 'good-ts', 'good-ts-esm', 'brings-own-backlot'];
    const running = await start([...names, 'good-two'].map(fixture));
    for (const name of [...names, 'good-one', 'good-other']) {
      expect(await running.json(`/${name}`)).toMatchObject({ extension: name });
    }
  });

  it('come from EXTENSION_AUTO_INSTALL as well, and may be switched off', async () => {
    const running = await start([{ spec: fixture('good-esm'), enabled: false }], {
      EXTENSION_AUTO_INSTALL: join(FIXTURES, 'good-cjs'),
    });
    expect(await running.json('/good-cjs')).toEqual({ extension: 'good-cjs' });
    expect((await fetch(`${running.url}/good-esm`)).status).toBe(404);
    const { services } = await running.json<{ services: Record<string, string> }>('/_localstack/health');
    expect(Object.values(services).sort()).toEqual(['disabled', 'running']);
  });
});

describe('the order of hooks', () => {
  const recorder = (name: string): string => `
    const { Extension } = require('backlot');
    const record = (hook) => process.stdout.write('hook ' + hook + ' ${name}\\n');
    module.exports = class extends Extension {
      name = '${name}';
      async onExtensionLoad() { await null; record('onExtensionLoad'); }
      async onPlatformStart() { await null; record('onPlatformStart'); }
      async updateGatewayRoutes() { await null; record('updateGatewayRoutes'); }
      async updateRequestHandlers() { await null; record('updateRequestHandlers'); }
      async updateResponseHandlers() { await null; record('updateResponseHandlers'); }
      async updateExceptionHandlers() { await null; record('updateExceptionHandlers'); }
      async updateFinalizers() { await null; record('updateFinalizers'); }
      async onPlatformReady() { await null; record('onPlatformReady'); }
      async onPlatformShutdown() { await null; record('onPlatformShutdown'); }
    };`;
  const recorderPackage = (name: string): Record<string, unknown> => ({
    [`${name}/index.js`]: recorder(name),
    [`${name}/package.json`]: {
      name: `backlot-extension-${name}`,
      version: '1.0.0',
      backlot: { extensions: { [name]: './index.js' } },
      peerDependencies: { backlot: '^0.1.0' },
    },
  });

  it('is phase by phase, in the order of the list; ready after the marker; shutdown in reverse', async () => {
    const home = temporaryDirectory({ ...recorderPackage('first'), ...recorderPackage('second') });
    const running = await RunningPlatform.start({ home, extensions: ['file:./first', 'file:./second'] });
    platform = running;
    await waitFor('the last hook', () => running.stdout.includes('hook onPlatformReady second'));
    expect(await running.stop()).toBe(0);
    const hooks = [
      'onExtensionLoad',
      'onPlatformStart',
      'updateGatewayRoutes',
      'updateRequestHandlers',
      'updateResponseHandlers',
      'updateExceptionHandlers',
      'updateFinalizers',
    ].flatMap((hook) => [`hook ${hook} first`, `hook ${hook} second`]);
    const seen = running.stdout.split('\n').filter((line) => line.startsWith('hook ') || line === 'Ready.');
    expect(seen).toEqual([
      ...hooks,
      'Ready.',
      'hook onPlatformReady first',
      'hook onPlatformReady second',
      'hook onPlatformShutdown second',
      'hook onPlatformShutdown first',
    ]);
  });
});

describe('the life of the platform', () => {
  const script = (home: string, path: string, text: string): void => {
    const file = join(home, 'init', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  };

  it('runs init scripts at their stages, and answers health while the ready scripts run', async () => {
    const home = temporaryDirectory();
    script(home, 'boot.d/a.sh', 'echo stage boot');
    script(home, 'start.d/a.sh', 'exit 3');
    script(home, 'ready.d/a.sh', `until [ -e ${home}/go ]; do sleep 0.05; done; echo stage ready`);
    script(home, 'shutdown.d/a.sh', 'echo stage shutdown');
    const running = RunningPlatform.spawn({ home });
    platform = running;
    await waitFor('the port', () => running.stdout.includes('gateway listens on'), 20_000);
    expect((await fetch(`${running.url}/_localstack/health`)).status).toBe(200);
    expect(await running.json('/_localstack/init')).toEqual({
      completed: { BOOT: true, START: true, READY: false, SHUTDOWN: false },
      scripts: [
        { stage: 'BOOT', name: 'a.sh', state: 'SUCCESSFUL' },
        { stage: 'START', name: 'a.sh', state: 'ERROR' },
        { stage: 'READY', name: 'a.sh', state: 'RUNNING' },
        { stage: 'SHUTDOWN', name: 'a.sh', state: 'UNKNOWN' },
      ],
    });
    expect(running.stdout).not.toContain('Ready.');
    writeFileSync(join(home, 'go'), '');
    await running.ready();
    expect(running.stdout.indexOf('stage ready')).toBeLessThan(running.stdout.indexOf('Ready.'));
    expect(await running.stop()).toBe(0);
    expect(running.stdout).toContain('stage shutdown');
  });

  it('restarts a runtime that was killed, and serves again', async () => {
    const running = await start([fixture('good-cjs')]);
    const killed = running.runtimePid;
    process.kill(killed, 'SIGKILL');
    await running.ready(2);
    expect(running.runtimePid).not.toBe(killed);
    expect(await running.json('/good-cjs')).toEqual({ extension: 'good-cjs' });
    expect(running.stderr).toContain('the runtime ended with SIGKILL; restart 1 of 5');
    expect(await running.stop()).toBe(0);
  });

  it('gives up after so many crashes in a row, and its exit code says so', async () => {
    const home = temporaryDirectory({
      'crasher/package.json': {
        name: 'crasher',
        version: '1.0.0',
        backlot: { extensions: { crasher: './index.js' } },
      },
      'crasher/index.js': `const { Extension } = require('backlot');
        module.exports = class extends Extension {
          name = 'crasher';
          onPlatformStart() { process.kill(process.pid, 'SIGKILL'); }
        };`,
    });
    const environment = { BACKLOT_RESTART_LIMIT: '1' };
    const running = RunningPlatform.spawn({ home, extensions: ['file:./crasher'], environment });
    expect(await running.ended()).toBe(1);
    expect(running.stderr).toContain('restart 1 of 1');
    expect(running.stderr).toContain('BACKLOT_E_RUNTIME_CRASHED');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s, with exit code 0', async (signal) => {
    const running = await start([fixture('good-cjs')]);
    running.process.kill(signal);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain('stopped');
  });

  it('restarts and ends when it is asked to over HTTP', async () => {
    const running = await start([]);
    const post = (action: string): Promise<Response> =>
      fetch(`${running.url}/_localstack/health`, { method: 'POST', body: JSON.stringify({ action }) });
    expect((await post('restart')).status).toBe(200);
    await running.ready(2);
    expect(await (await post('kill')).text()).toBe('ok');
    expect(await running.ended()).toBe(0);
  });

  it('installs nothing and starts no installer the second time', async () => {
    const home = temporaryDirectory();
    const extensions = [fixture('good-cjs')];
    const first = await RunningPlatform.start({ home, extensions });
    expect(first.stdout).toContain('installing');
    await first.stop();
    const second = await RunningPlatform.start({ home, extensions });
    platform = second;
    expect(second.stdout).not.toContain('installing');
    expect(second.stdout).toContain('good-cjs 1.0.0 loaded (satisfied)');
  });
});

describe('TLS', () => {
  it('is served on the port, with a certificate that clients can get and trust', async () => {
    const running = await start([fixture('good-cjs')]);
    const answer = await fetch(`${running.url}/_backlot/certificate`);
    expect(answer.headers.get('content-type')).toBe('application/x-pem-file');
    const ca = await answer.text();
    const { port } = new URL(running.url);
    const socket = connect({ host: '127.0.0.1', port: Number(port), ca });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    expect(statSync(join(running.home, 'volume', 'state', 'tls', 'authority.pem')).mode & 0o777).toBe(0o600);
  });

  it('refuses the start with a certificate that cannot be used, and says which file', async () => {
    platform = RunningPlatform.spawn({ environment: { CUSTOM_SSL_CERT_PATH: '/no/such.pem' } });
    expect(await platform.ended()).toBe(1);
    expect(platform.output).toMatch(/BACKLOT_E_CERTIFICATE_UNREADABLE {2}\/no\/such.pem/);
    expect(platform.stdout).not.toMatch(/Ready\./);
  });
});
