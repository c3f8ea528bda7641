import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/run-command';
import { GitRepository } from '../support/git-repository';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { Verdaccio } from '../support/verdaccio';

interface Lock {
  readonly extensions: Record<
    string,
    { source: { kind: string; integrity?: string }; packages: Record<string, { resolution: { integrity?: string } }> }
  >;
}

/** An extension that needs one version of a library, and says which one it got. */
const ledger = (version: string, library = '1.0.0') => ({
  'package.json': {
    name: 'backlot-extension-ledger',
    version,
    keywords: ['backlot-extension'],
    backlot: { extensions: { ledger: './index.js#Ledger' } },
    dependencies: { 'acme-library': library },
    peerDependencies: { backlot: '^0.1.0' },
  },
  'index.js': `
    const { Extension } = require('backlot');
    exports.Ledger = class extends Extension {
      name = 'ledger';
      updateGatewayRoutes(router) {
        router.get('/ledger', () => ({ version: '${version}', library: require('acme-library') }));
      }
    };
  `,
});

const LIST = `{
  // what we test against
  "extensions": [
    "file:./mail", // ours
  ],
}
`;

describe('backlot extensions', () => {
  let registry: Verdaccio;
  let folder: string;
  const list = () => path.join(folder, 'extensions.json');
  const lock = () => JSON.parse(readFileSync(path.join(folder, 'extensions.lock.json'), 'utf8')) as Lock;
  const extensions = (args: string[], env: Record<string, string> = {}) =>
    runCommand(['extensions', ...args], { cwd: folder, env });

  beforeAll(async () => {
    registry = await Verdaccio.start();
    for (const version of ['1.0.0', '2.0.0']) {
      await registry.publish({
        'package.json': { name: 'acme-library', version },
        'index.js': `module.exports = '${version}';`,
      });
    }
    for (const version of ['1.0.0', '1.2.0']) await registry.publish(ledger(version));
    await registry.publish({ 'package.json': { name: 'no-extension', version: '1.0.0' }, 'index.js': '' });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    folder = temporaryDirectory({
      '.npmrc': `registry=${registry.url}\n`,
      'extensions.json': LIST,
      'mail/package.json': { name: 'my-mail', version: '0.0.1', backlot: { extensions: { mail: './index.js' } } },
      'mail/index.js': "module.exports = class extends require('backlot').Extension { name = 'mail'; };",
    });
  });

  it('install adds to the list, whose comments stay, and locks the exact versions of everything', async () => {
    const { code, stdout } = await extensions(['install', 'backlot-extension-ledger@~1.0.0', './mail']);
    expect([code, stdout]).toEqual([
      0,
      'backlot-extension-ledger 1.0.0 added (ledger)\nmy-mail 0.0.1 updated (mail)\n',
    ]);
    const text = readFileSync(list(), 'utf8');
    expect(text).toContain('// what we test against');
    expect(text).toContain('"backlot-extension-ledger@~1.0.0"');
    const held = lock().extensions['backlot-extension-ledger@~1.0.0'];
    expect(Object.keys(held?.packages ?? {}).sort()).toEqual(['acme-library@1.0.0', 'backlot-extension-ledger@1.0.0']);
    for (const { resolution } of Object.values(held?.packages ?? {})) expect(resolution.integrity).toMatch(/^sha512-/);
    expect(lock().extensions['file:./mail']?.source).toEqual({
      kind: 'folder',
      integrity: expect.stringMatching(/^sha512-/) as string,
    });
    expect(JSON.stringify(lock())).not.toContain(new URL(registry.url).host);
  });

  it('install changes nothing when one fails, and says what was meant', async () => {
    const { code, stderr } = await extensions(['install', './mail', 'backlot-extension-ledgre']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error BACKLOT_E_PACKAGE_NOT_FOUND .*did you mean "backlot-extension-ledger"/m);
    expect(readFileSync(list(), 'utf8')).toBe(LIST);
    expect(existsSync(path.join(folder, 'extensions.lock.json'))).toBe(false);
    expect((await extensions(['install', 'no-extension'])).stderr).toContain('BACKLOT_E_MANIFEST_MISSING');
    expect(readFileSync(list(), 'utf8')).toBe(LIST);
  });

  it('install --dry-run says what it would do, and --json says it to programs', async () => {
    const { code, stdout } = await extensions(['install', 'backlot-extension-ledger', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      applied: [{ package: 'backlot-extension-ledger', version: '1.2.0', extensions: ['ledger'], change: 'added' }],
    });
    expect(readFileSync(list(), 'utf8')).toBe(LIST);
  });

  it('install --frozen refuses what the lock does not hold, and has too much', async () => {
    expect((await extensions(['install', '--frozen'])).stderr).toContain('BACKLOT_E_LOCK_MISSING');
    expect((await extensions(['install'])).code).toBe(0);
    expect((await extensions(['install', '--frozen'])).code).toBe(0);
    writeFileSync(list(), LIST.replace('"file:./mail", // ours', '"backlot-extension-ledger"'));
    const { code, stderr } = await extensions(['install'], { CI: 'true' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/BACKLOT_E_LOCK_DRIFT {2}backlot-extension-ledger is not in the lock/);
    expect(stderr).toMatch(/BACKLOT_E_LOCK_DRIFT {2}the lock has file:\.\/mail, which is not in the list/);
  });

  it('install drops from the lock what a list that was edited by hand no longer has', async () => {
    await extensions(['install', 'backlot-extension-ledger@1.0.0']);
    writeFileSync(list(), readFileSync(list(), 'utf8').replace('ledger@1.0.0', 'ledger@1.2.0'));
    expect((await extensions(['verify'])).stderr).toContain('which is not in the list');
    expect((await extensions(['install'])).code).toBe(0);
    expect((await extensions(['verify'])).code).toBe(0);
  });

  it('several commands at once lose nothing of the list and its lock', async () => {
    writeFileSync(list(), '{ "extensions": [] }');
    const specs = ['backlot-extension-ledger@1.0.0', './mail'];
    const outcomes = await Promise.all(specs.map((spec) => extensions(['install', spec])));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect((await extensions(['install', '--frozen'])).code).toBe(0);
    const text = readFileSync(list(), 'utf8');
    expect(['backlot-extension-ledger@1.0.0', 'file:./mail'].filter((spec) => !text.includes(spec))).toEqual([]);
  });

  it('outdated shows what update would bring, and update brings it', async () => {
    await extensions(['install', 'backlot-extension-ledger@1.0.0']);
    writeFileSync(list(), readFileSync(list(), 'utf8').replace('ledger@1.0.0', 'ledger@^1.0.0'));
    const lockFile = path.join(folder, 'extensions.lock.json');
    writeFileSync(lockFile, readFileSync(lockFile, 'utf8').replace('ledger@1.0.0": {', 'ledger@^1.0.0": {'));
    const outdated = await extensions(['outdated']);
    expect(outdated).toMatchObject({
      code: 1,
      stdout: 'backlot-extension-ledger  1.0.0  allowed: 1.2.0  latest: 1.2.0\n',
    });
    const updated = await extensions(['update', 'backlot-extension-ledger']);
    expect(updated).toMatchObject({ code: 0, stdout: 'backlot-extension-ledger 1.0.0 → 1.2.0 updated (ledger)\n' });
    expect((await extensions(['outdated'])).code).toBe(0);
    expect((await extensions(['update', 'legder'])).stderr).toContain('BACKLOT_E_ENTRY_NOT_FOUND');
  });

  it('outdated shows that a branch has moved, and that there is a newer tag', async () => {
    const repository = new GitRepository();
    const first = repository.commit(ledger('1.0.0'));
    repository.tag('v1.0.0');
    writeFileSync(list(), '{ "extensions": [] }');
    const branch = `${repository.spec}#main`;
    const range = `${repository.spec}#semver:^1`;
    await extensions(['install', branch]);
    expect((await extensions(['outdated'])).code).toBe(0);
    await extensions(['uninstall', 'backlot-extension-ledger']);
    await extensions(['install', range]);
    const second = repository.commit(ledger('2.0.0'));
    repository.tag('v2.0.0');
    const short = (commit: string): string => commit.slice(0, 7);
    expect(await extensions(['outdated'])).toMatchObject({
      code: 1,
      stdout: `backlot-extension-ledger  ${short(first)}  allowed: ${short(first)}  latest: ${short(second)}\n`,
    });
    await extensions(['uninstall', 'backlot-extension-ledger']);
    await extensions(['install', branch]);
    const third = repository.commit(ledger('2.1.0'));
    expect((await extensions(['outdated', '--json'])).stdout).toContain(
      `"current":"${short(second)}","wanted":"${short(third)}"`,
    );
    await extensions(['update']);
    expect((await extensions(['outdated'])).code).toBe(0);
  });

  it('verify compares every package with the lock', async () => {
    await extensions(['install', 'backlot-extension-ledger']);
    await extensions(['install']);
    expect(await extensions(['verify'])).toMatchObject({ code: 0, stdout: '3 packages are what the lock says\n' });
    writeFiles(folder, { 'mail/index.js': 'changed' });
    const { code, stderr } = await extensions(['verify']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/BACKLOT_E_LOCK_DRIFT {2}file:\.\/mail has changed since it was locked/);
  });

  it('install changes the options of what is listed, and keeps those that it does not name', async () => {
    await extensions(['install', 'backlot-extension-ledger@1.0.0', '--config', '{ "a": 1 }']);
    const again = await extensions(['install', 'backlot-extension-ledger@^1.0.0', '--allow-scripts', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      applied: [{ change: 'updated', before: '1.0.0', version: '1.2.0' }],
    });
    expect(readFileSync(list(), 'utf8')).toContain(
      '{ "spec": "backlot-extension-ledger@^1.0.0", "config": { "a": 1 }, "allowScripts": true }',
    );
    const same = await extensions(['install', 'backlot-extension-ledger@^1.0.0', '--json']);
    expect(JSON.parse(same.stdout)).toMatchObject({ applied: [{ change: 'unchanged' }] });
  });

  it('install reaches the platform that runs the second time, when it was refused at first', async () => {
    const environment = { npm_config_registry: registry.url, BACKLOT_ADMIN_TOKEN: 's3cret' };
    await using platform = new Disposable(await RunningPlatform.start({ environment }));
    const args = ['install', 'backlot-extension-ledger@1.0.0', '--url', platform.it.url];
    expect((await extensions(args)).stderr).toContain('BACKLOT_E_ADMIN_TOKEN');
    const { stdout } = await extensions(args, { BACKLOT_ADMIN_TOKEN: 's3cret' });
    expect(stdout).toContain('it is running');
    expect(await platform.it.json('/ledger')).toMatchObject({ version: '1.0.0' });
  });

  it('install and update reach the platform that runs, without a restart', async () => {
    await using platform = new Disposable(
      await RunningPlatform.start({ environment: { npm_config_registry: registry.url } }),
    );
    const { url } = platform.it;
    const installed = await extensions(['install', 'backlot-extension-ledger@1.0.0', './mail', '--url', url]);
    expect(installed.stdout).toContain('it is running');
    expect(await platform.it.json('/ledger')).toEqual({ version: '1.0.0', library: '1.0.0' });
    expect((await extensions(['install', 'backlot-extension-ledger@1.2.0', '--url', url])).code).toBe(0);
    expect(await platform.it.json('/ledger')).toEqual({ version: '1.2.0', library: '1.0.0' });
    expect((await extensions(['uninstall', 'ledger', '--url', url])).code).toBe(0);
    expect((await fetch(`${url}/ledger`)).status).toBe(404);
  });

  it('installs a private extension only after a login', async () => {
    const token = await registry.addUser('ada', 'secret-word');
    await registry.publish(
      { ...ledger('1.0.0'), 'package.json': { ...ledger('1.0.0')['package.json'], name: '@private/ledger' } },
      { token },
    );
    const env = { XDG_CONFIG_HOME: path.join(folder, 'config') };
    const refused = await extensions(['install', '@private/ledger'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/BACKLOT_E_(?:REGISTRY_REFUSED|PACKAGE_NOT_FOUND) [^]*backlot login/);
    const login = ['login', '--registry', registry.url, '--scope', '@private', '--token-stdin'];
    expect((await runCommand(login, { cwd: folder, env, stdin: token })).code).toBe(0);
    const { code, stdout, stderr } = await extensions(['install', '@private/ledger'], env);
    expect([code, stdout]).toEqual([0, '@private/ledger 1.0.0 added (ledger)\n']);
    expect(stderr).not.toContain(token);
    expect(readFileSync(path.join(folder, 'extensions.lock.json'), 'utf8')).not.toContain(token);
  });

  it('gives each extension its own dependencies, and installs the same again without a network', async () => {
    const other = ledger('1.0.0', '2.0.0');
    const name = 'other';
    writeFiles(path.join(folder, 'other'), {
      'package.json': { ...other['package.json'], name, backlot: { extensions: { other: './index.js#Ledger' } } },
      'index.js': other['index.js'].replaceAll("'ledger'", "'other'").replace('/ledger', '/other'),
    });
    const entries = ['backlot-extension-ledger@1.0.0', `file:${path.join(folder, 'other')}`];
    const environment = { npm_config_registry: registry.url };
    const first = await RunningPlatform.start({ extensions: entries, environment });
    expect(await first.json('/ledger')).toMatchObject({ library: '1.0.0' });
    expect(await first.json('/other')).toMatchObject({ library: '2.0.0' });
    await first.stop();
    execFileSync('rm', ['-rf', path.join(first.home, 'volume/lib/extensions')]);
    const dead = { npm_config_registry: 'http://127.0.0.1:1/' };
    const second = await RunningPlatform.start({ extensions: entries, environment: dead, home: first.home });
    expect(await second.json('/ledger')).toMatchObject({ library: '1.0.0' });
    expect(second.stdout).toContain('ledger 1.0.0 loaded (installed)');
    await second.stop();
  });
});

/** Stops a platform at the end of a test, whatever becomes of it. */
class Disposable implements AsyncDisposable {
  constructor(readonly it: RunningPlatform) {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.it.stop();
  }
}
