import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundle } from '../../src/extensions/install';
import type { InstallOutcome } from '../../src/extensions/install';
import { CountingEngine, engineSettings, FIXTURES, install, optionsFor, PLATFORM_ROOT } from '../support/install-kit';
import { MiniRegistry } from '../support/mini-registry';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const DRIVER = path.join(PLATFORM_ROOT, 'test/support/extensions-driver.js');

/** A package that is quickly installed: it depends on nothing. */
const small = (name: string, more: object = {}) => ({
  'package.json': { name, version: '1.0.0', backlot: { extensions: { [name]: './index.js' } }, ...more },
  'index.js': `module.exports = '${name}';\n`,
});

/** A folder with small packages, one below each name. */
function smallPackages(...names: string[]): string {
  const directory = temporaryDirectory();
  for (const name of names) writeFiles(path.join(directory, name), small(name));
  return directory;
}

const treesIn = (volume: string): string[] =>
  readdirSync(path.join(volume, 'lib'))
    .filter((name) => !name.endsWith('.json'))
    .sort();

function installedIn(outcome: InstallOutcome | undefined): { directory: string; name: string; version: string } {
  if (!outcome || 'error' in outcome) throw outcome?.error ?? new Error('there is no such outcome');
  return outcome.installed;
}

function errorIn(outcome: InstallOutcome | undefined) {
  if (!outcome || !('error' in outcome)) throw new Error('there is no error');
  return outcome.error;
}

/** Sets variables of this process while `work` runs. */
async function withEnvironment<T>(variables: Record<string, string | undefined>, work: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  const set = (values: Record<string, string | undefined>): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}

/** The driver as a process of its own, with a list of folders. */
function startDriver(volume: string, folders: readonly string[]): { child: ChildProcess; output: () => string } {
  const list = path.join(volume, 'extensions.json');
  writeFiles(volume, { 'extensions.json': { extensions: folders.map((folder) => `file:${folder}`) } });
  const child = spawn(process.execPath, [DRIVER, JSON.stringify({ list, options: optionsFor(volume) })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  return { child, output: () => text };
}

const exitOf = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('close', resolve));

describe('installing a folder', () => {
  it('gives the package a tree of its own with its dependencies from the registry, and the platform as its backlot', async () => {
    const volume = temporaryDirectory();
    const { outcomes, summary } = await install(volume, ['./good-esm']);
    expect(summary).toEqual(['installed']);
    const { directory, name, version } = installedIn(outcomes[0]);
    expect([name, version]).toEqual(['backlot-fixture-good-esm', '1.0.0']);
    expect(readFileSync(path.join(directory, 'index.js'), 'utf8')).toContain('class GoodEsm');
    const resolve = createRequire(path.join(directory, 'index.js')).resolve;
    expect(resolve('ms/package.json')).toContain(realpathSync(volume));
    expect(readFileSync(resolve('backlot/package.json'), 'utf8')).toBe(
      readFileSync(path.join(PLATFORM_ROOT, 'package.json'), 'utf8'),
    );
    expect(treesIn(volume)).toEqual([expect.stringMatching(/^backlot-fixture-good-esm-[0-9a-f]{12}$/)]);
  });

  it('a second time installs nothing: no installer, no network, nothing written', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b');
    const specs = [`${packages}/a`, `${packages}/b`];
    const first = new CountingEngine(volume);
    expect((await install(volume, specs, { engine: first })).summary).toEqual(['installed', 'installed']);
    expect(first.calls).toBe(2);
    rmSync(path.join(volume, 'cache'), { recursive: true });
    rmSync(path.join(volume, 'tmp'), { recursive: true });
    const second = new CountingEngine(volume);
    const events: unknown[] = [];
    const { summary } = await install(volume, specs, { engine: second, onProgress: (event) => events.push(event) });
    expect(summary).toEqual(['satisfied', 'satisfied']);
    expect(second.calls).toBe(0);
    expect(events).toEqual([]);
    expect(readdirSync(volume)).toEqual(['lib']);
  });

  it('installs anew what changed, and removes the tree that nothing uses any more', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b');
    const before = await install(volume, [`${packages}/a`, `${packages}/b`]);
    writeFiles(packages, { 'a/index.js': 'module.exports = 2;\n' });
    const after = await install(volume, [`${packages}/a`, `${packages}/b`]);
    expect(after.summary).toEqual(['installed', 'satisfied']);
    expect(readFileSync(path.join(installedIn(after.outcomes[0]).directory, 'index.js'), 'utf8')).toContain('= 2');
    expect(existsSync(installedIn(before.outcomes[0]).directory)).toBe(false);
    expect(treesIn(volume)).toHaveLength(2);
  });

  it('keeps every tree while one entry fails, and those of disabled entries always', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b');
    await install(volume, [`${packages}/a`, `${packages}/b`]);
    const [a, b] = treesIn(volume);

    writeFiles(packages, { 'a/index.js': 'module.exports = 2;\n' });
    expect((await install(volume, [`${packages}/a`, './nowhere'])).summary).toEqual([
      'installed',
      'BACKLOT_E_PACKAGE_NOT_FOUND',
    ]);
    expect(treesIn(volume)).toEqual(expect.arrayContaining([a, b]));

    writeFiles(packages, { 'a/index.js': 'module.exports = 3;\n' });
    await install(volume, [`${packages}/a`, { spec: `${packages}/b`, enabled: false }]);
    expect(treesIn(volume)).toHaveLength(2);
    expect(treesIn(volume)).toContain(b);
  });

  it('installs once what two entries share, and nothing for a disabled entry', async () => {
    const volume = temporaryDirectory();
    const engine = new CountingEngine(volume);
    const { outcomes, summary } = await install(
      volume,
      [
        { spec: './good-two', name: 'good-other' },
        { spec: './good-cjs', enabled: false },
        { spec: './good-two', name: 'good-one' },
      ],
      { engine },
    );
    expect(summary).toEqual(['installed', 'installed']);
    expect(outcomes.map(({ entry }) => entry.name)).toEqual(['good-other', 'good-one']);
    expect(engine.calls).toBe(1);
  });

  it('runs no script of the package', async () => {
    const volume = temporaryDirectory();
    const folder = temporaryDirectory(
      small('scripted', {
        scripts: Object.fromEntries(
          ['prepack', 'prepare', 'postpack', 'preinstall', 'install', 'postinstall'].map((name) => [
            name,
            `touch ${volume}/ran-${name}`,
          ]),
        ),
      }),
    );
    expect((await install(volume, [folder])).summary).toEqual(['installed']);
    expect(readdirSync(volume).filter((name) => name.startsWith('ran-'))).toEqual([]);
  });

  it('takes a package whose wish for backlot no registry could fulfil', async () => {
    const volume = temporaryDirectory();
    const wishes = { peerDependencies: { backlot: '^99.0.0' }, dependencies: { backlot: '^98.0.0' } };
    const folder = temporaryDirectory(small('wishful', wishes));
    await withEnvironment({ npm_config_registry: 'http://127.0.0.1:1/' }, async () => {
      expect((await install(volume, [folder])).summary).toEqual(['installed']);
    });
  });

  it('replaces a copy of Backlot that the package brings along', async () => {
    const { outcomes } = await install(temporaryDirectory(), ['./brings-own-backlot']);
    const { directory } = installedIn(outcomes[0]);
    expect(JSON.parse(readFileSync(path.join(directory, 'node_modules/backlot/package.json'), 'utf8'))).toMatchObject({
      name: 'backlot',
      bin: { backlot: expect.any(String) as string },
    });
  });
});

describe('installing a tarball', () => {
  it('is refused when its bytes have changed since they were locked, until that is said to be meant', async () => {
    const volume = temporaryDirectory();
    const folder = temporaryDirectory(small('packed'));
    const pack = (): void => {
      const { status, stderr } = spawnSync('npm', ['pack', '--pack-destination', volume], { cwd: folder });
      if (status !== 0) throw new Error(stderr.toString());
    };
    pack();
    const spec = `file:${volume}/packed-1.0.0.tgz`;
    expect((await install(volume, [spec])).summary).toEqual(['installed']);
    expect((await install(volume, [spec])).summary).toEqual(['satisfied']);
    writeFiles(folder, { 'index.js': 'module.exports = "overwritten";\n' });
    pack();
    const refused = await install(volume, [spec]);
    expect(errorIn(refused.outcomes[0])).toMatchObject({
      code: 'BACKLOT_E_INTEGRITY',
      remedy: expect.stringContaining('backlot extensions update packed') as string,
    });
    expect(treesIn(volume)).toHaveLength(1);
    const { outcomes, summary } = await install(volume, [spec], { refresh: new Set([spec]) });
    expect(summary).toEqual(['installed']);
    expect(readFileSync(path.join(installedIn(outcomes[0]).directory, 'index.js'), 'utf8')).toContain('overwritten');
  });
});

describe('installing from a registry', () => {
  let registry: MiniRegistry;
  const environment = (): Record<string, string> => ({ npm_config_registry: registry.url });

  beforeAll(async () => {
    registry = await MiniRegistry.start();
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      const manifest = { name: '@acme/hello', version };
      const folder = temporaryDirectory({ 'package.json': manifest, 'index.js': `module.exports = '${version}';\n` });
      spawnSync('npm', ['pack', '--pack-destination', folder], { cwd: folder });
      registry.publish({ manifest, tarball: path.join(folder, `acme-hello-${version}.tgz`) });
    }
  });

  afterAll(() => registry[Symbol.asyncDispose]());

  it('chooses the version by range or tag, and asks for nothing once it is installed', async () => {
    const volume = temporaryDirectory();
    const specs = ['@acme/hello', '@acme/hello@^1', '@acme/hello@1.0.0'];
    await withEnvironment(environment(), async () => {
      const { outcomes } = await install(volume, specs);
      expect(outcomes.map((outcome) => installedIn(outcome).version)).toEqual(['2.0.0', '1.2.0', '1.0.0']);
      const asked = registry.requests.length;
      expect((await install(volume, specs)).summary).toEqual(['satisfied', 'satisfied', 'satisfied']);
      expect(registry.requests.length).toBe(asked);
    });
  });

  it('reports what does not exist, and installs the rest', async () => {
    const volume = temporaryDirectory();
    const needy = temporaryDirectory(small('needy', { dependencies: { 'no-such-dependency': '^1' } }));
    await withEnvironment(environment(), async () => {
      const { outcomes, summary } = await install(volume, [
        'backlot-extension-strpie',
        '@acme/hello@^9',
        '@acme/hello',
        needy,
      ]);
      expect(summary).toEqual([
        'BACKLOT_E_PACKAGE_NOT_FOUND',
        'BACKLOT_E_VERSION_NOT_FOUND',
        'installed',
        'BACKLOT_E_PACKAGE_NOT_FOUND',
      ]);
      expect(errorIn(outcomes[0]).message).toContain(
        'there is no package named backlot-extension-strpie in the registry',
      );
      expect(errorIn(outcomes[0]).where).toEqual({ file: path.join(FIXTURES, 'extensions.json'), line: 1, column: 1 });
      expect(errorIn(outcomes[1]).message).toBe(
        'no version matches @acme/hello@^9; the newest are 2.0.0, 1.2.0, 1.0.0; its tags are latest',
      );
      expect(errorIn(outcomes[3]).message).toContain(
        `no package named no-such-dependency in the registry, which ${needy}`,
      );
    });
  });

  it('finds a version that was published after the cache last heard of the package', async () => {
    const volume = temporaryDirectory();
    const publish = (version: string): void => {
      const manifest = { name: 'fresh', version };
      const folder = temporaryDirectory({ 'package.json': manifest });
      spawnSync('npm', ['pack', '--pack-destination', folder], { cwd: folder });
      registry.publish({ manifest, tarball: path.join(folder, `fresh-${version}.tgz`) });
    };
    publish('1.0.0');
    await withEnvironment(environment(), async () => {
      expect((await install(volume, ['fresh'])).summary).toEqual(['installed']);
      publish('2.0.0');
      expect((await install(volume, ['fresh@2'])).summary).toEqual(['installed']);
    });
  });

  it('uses the registry and the token in the .npmrc of the user', async () => {
    const home = temporaryDirectory();
    registry.token = 'secret';
    try {
      const { host } = new URL(registry.url);
      const privateRegistry = `@acme:registry=${registry.url}\n`;
      // Under npm its userconfig is in the environment, and would go before the one in HOME.
      await withEnvironment({ HOME: home, npm_config_userconfig: undefined }, async () => {
        writeFiles(home, { '.npmrc': privateRegistry });
        const refused = await install(temporaryDirectory(), ['@acme/hello']);
        expect(errorIn(refused.outcomes[0])).toMatchObject({
          code: 'BACKLOT_E_REGISTRY_REFUSED',
          remedy: expect.stringContaining('backlot login') as string,
        });
        writeFiles(home, { '.npmrc': `${privateRegistry}//${host}/:_authToken=secret\n` });
        expect((await install(temporaryDirectory(), ['@acme/hello'])).summary).toEqual(['installed']);
      });
    } finally {
      registry.token = undefined;
    }
  });

  it('says that the registry cannot be reached, and leaves what was installed', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a');
    await install(volume, [`${packages}/a`]);
    await withEnvironment({ npm_config_registry: 'http://127.0.0.1:1/' }, async () => {
      expect((await install(volume, [`${packages}/a`, '@acme/hello'])).summary).toEqual([
        'satisfied',
        'BACKLOT_E_REGISTRY_UNREACHABLE',
      ]);
    });
    expect(treesIn(volume)).toHaveLength(1);
  });
});

describe('what cannot be installed', () => {
  const broken = temporaryDirectory({
    'empty/readme.md': '',
    'nameless/package.json': { version: '1.0.0' },
    'syntax/package.json': '{',
    file: '',
    'text.tgz': 'not a tarball',
    'self/package.json': { name: 'backlot', version: '1.0.0' },
  });

  it.each([
    ['a folder that is not there', 'nowhere', 'BACKLOT_E_PACKAGE_NOT_FOUND', /no folder .*nowhere/],
    ['a folder without a package.json', 'empty', 'BACKLOT_E_PACKAGE_NOT_FOUND', /empty has no package\.json/],
    ['a folder whose package has no name', 'nameless', 'BACKLOT_E_MANIFEST_INVALID', /no usable "name" and "version"/],
    ['a folder whose package.json is broken', 'syntax', 'BACKLOT_E_MANIFEST_INVALID', /not valid JSON/],
    ['a file in the place of a folder', 'file', 'BACKLOT_E_PACKAGE_NOT_FOUND', /not a folder/],
    ['a tarball that is not there', 'nowhere.tgz', 'BACKLOT_E_PACKAGE_NOT_FOUND', /no tarball .*nowhere\.tgz/],
    ['a tarball that is none', 'text.tgz', 'BACKLOT_E_TARBALL_INVALID', /text\.tgz/],
    ['a package that is called backlot', 'self', 'BACKLOT_E_INSTALL_FAILED', /is the platform itself/],
  ])('%s is reported, and leaves nothing behind', async (_what, name, code, message) => {
    const volume = temporaryDirectory();
    const { outcomes } = await install(volume, [`file:${broken}/${name}`]);
    expect(errorIn(outcomes[0])).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(existsSync(path.join(volume, 'lib')) ? treesIn(volume) : []).toEqual([]);
  });

  it('is a spec that cannot be understood; the others are installed', async () => {
    const { summary } = await install(temporaryDirectory(), ['Not OK', './good-cjs']);
    expect(summary).toEqual(['BACKLOT_E_SPEC_INVALID', 'installed']);
  });

  it('is everything once the signal fires', async () => {
    const volume = temporaryDirectory();
    const controller = new AbortController();
    const { summary } = await install(volume, ['./good-cjs', './good-tla', './good-two', './wrong-name'], {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(summary).toEqual(Array(4).fill('BACKLOT_E_INSTALL_FAILED'));
    expect(treesIn(volume)).toEqual([]);
  });
});

describe('the volume', () => {
  it('has the previous set, whole, after a kill in the middle of an installation, and then the new one', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b', 'c');
    await install(volume, [`${packages}/a`]);
    const { child } = startDriver(volume, [`${packages}/a`, `${packages}/b`, `${packages}/c`]);
    const staging = (): boolean => treesIn(volume).some((name) => name.startsWith('.staging-'));
    await waitFor('an installation to begin', staging, 20_000);
    child.kill('SIGKILL');
    await exitOf(child);
    expect(staging()).toBe(true);

    const idle = new CountingEngine(volume);
    expect((await install(volume, [`${packages}/a`], { engine: idle })).summary).toEqual(['satisfied']);
    expect(idle.calls).toBe(0);
    const all = [`${packages}/a`, `${packages}/b`, `${packages}/c`];
    const again = await install(volume, all);
    expect(again.summary).toEqual(['satisfied', 'installed', 'installed']);
    expect(treesIn(volume).map((name) => name.slice(0, 2))).toEqual(['a-', 'b-', 'c-']);
  });

  it('serves two processes that install at once: one installs, the other waits and finds all done', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b', 'c');
    const folders = ['a', 'b', 'c'].map((name) => path.join(packages, name));
    const drivers = [startDriver(volume, folders), startDriver(volume, folders)];
    await Promise.all(drivers.map(({ child }) => exitOf(child)));
    const hows = drivers.map(({ output }) => {
      const { results } = JSON.parse(output()) as { results: { installed?: { how: string } }[] };
      return results.map(({ installed }) => installed?.how).join();
    });
    expect(hows.sort()).toEqual(['installed,installed,installed', 'satisfied,satisfied,satisfied']);
    expect(treesIn(volume)).toHaveLength(3);
  });

  it('is mended where a tree is damaged', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a');
    const { outcomes } = await install(volume, [`${packages}/a`]);
    const { directory } = installedIn(outcomes[0]);
    const [tree] = treesIn(volume);
    rmSync(path.join(volume, 'lib', String(tree), 'installed.json'));
    expect((await install(volume, [`${packages}/a`])).summary).toEqual(['installed']);
    rmSync(directory, { recursive: true });
    expect((await install(volume, [`${packages}/a`])).summary).toEqual(['installed']);
    expect(treesIn(volume)).toHaveLength(1);
  });

  it('follows the platform to where it has moved', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a');
    const elsewhere = temporaryDirectory({ 'package.json': { name: 'backlot', version: '0.0.9' } });
    const { outcomes } = await install(volume, [`${packages}/a`], { platformRoot: elsewhere });
    installedIn(outcomes[0]);
    const [tree] = treesIn(volume);
    const link = path.join(volume, 'lib', String(tree), 'node_modules/backlot');
    expect(realpathSync(link)).toBe(elsewhere);
    expect((await install(volume, [`${packages}/a`])).summary).toEqual(['satisfied']);
    expect(realpathSync(link)).toBe(realpathSync(PLATFORM_ROOT));
  });

  it('may be read-only when all is there; what is not there is reported', async () => {
    const volume = temporaryDirectory();
    const packages = smallPackages('a', 'b');
    await install(volume, [`${packages}/a`]);
    spawnSync('chmod', ['-R', 'a-w,a+rX', volume]);
    for (const folder of [packages, volume]) chmodSync(folder, 0o555);
    try {
      const run = (names: readonly string[]): unknown => {
        const scratch = temporaryDirectory({
          'extensions.json': { extensions: names.map((name) => `${packages}/${name}`) },
        });
        chmodSync(scratch, 0o755);
        const argument = JSON.stringify({ list: path.join(scratch, 'extensions.json'), options: optionsFor(volume) });
        // Permissions do not hold for root.
        const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
        const { stdout, stderr } = spawnSync(process.execPath, [DRIVER, argument], { ...user, encoding: 'utf8' });
        if (stdout === '') throw new Error(stderr);
        const { results } = JSON.parse(stdout) as {
          results: { installed?: { how: string }; error?: { code: string } }[];
        };
        return results.map(({ installed, error }) => installed?.how ?? error?.code);
      };
      expect(run(['a'])).toEqual(['satisfied']);
      expect(run(['a', 'b'])).toEqual(['satisfied', 'BACKLOT_E_VOLUME_NOT_WRITABLE']);
    } finally {
      spawnSync('chmod', ['-R', 'u+w', volume]);
    }
  });

  it('is all that npm writes to: the home of the user may be missing or read-only', async () => {
    await withEnvironment({ HOME: '/nowhere/at/all', npm_config_userconfig: undefined }, async () => {
      expect((await install(temporaryDirectory(), ['./good-cjs'])).summary).toEqual(['installed']);
    });
  });
});

describe('what came with the platform', () => {
  it('is used in place when it answers the spec, and moves with the platform', async () => {
    const built = temporaryDirectory();
    mkdirSync(path.join(built, 'app'));
    cpSync(path.join(PLATFORM_ROOT, 'package.json'), path.join(built, 'app/package.json'));
    symlinkSync(path.join(PLATFORM_ROOT, 'dist'), path.join(built, 'app/dist'));
    const settings = engineSettings(built);
    const options = { platformRoot: path.join(built, 'app'), platformVersion: '0.1.0', settings };
    await bundle([path.join(FIXTURES, 'good-cjs')], path.join(built, 'app/bundled'), options);

    const image = temporaryDirectory();
    const root = path.join(image, 'opt');
    renameSync(path.join(built, 'app'), root);
    const volume = temporaryDirectory();
    const engine = new CountingEngine(volume);
    const more = { bundledDirectory: path.join(root, 'bundled'), platformRoot: root, engine };
    const { outcomes, summary } = await install(
      volume,
      ['backlot-fixture-good-cjs', 'backlot-fixture-good-cjs@^1'],
      more,
    );
    expect(summary).toEqual(['bundled', 'bundled']);
    expect(installedIn(outcomes[0]).directory).toBe(
      realpathSync(path.join(root, 'bundled/good-cjs/node_modules/extension')),
    );
    expect(engine.calls).toBe(0);
    expect(treesIn(volume)).toEqual([]);
  });

  it('is not used where it belongs to another platform, or is not of the version that is asked for', async () => {
    const built = temporaryDirectory({ 'app/package.json': { name: 'backlot', version: '0.1.0' } });
    const settings = engineSettings(built);
    const platformRoot = path.join(built, 'app');
    const bundledDirectory = path.join(platformRoot, 'bundled');
    const folders = [path.join(FIXTURES, 'good-cjs')];
    await bundle(folders, bundledDirectory, { platformRoot, platformVersion: '0.1.0', settings });
    const registry = await MiniRegistry.start();
    await withEnvironment({ npm_config_registry: registry.url }, async () => {
      const spec = 'backlot-fixture-good-cjs';
      expect((await install(temporaryDirectory(), [spec], { bundledDirectory })).summary).toEqual([
        'BACKLOT_E_PACKAGE_NOT_FOUND',
      ]);
      expect((await install(temporaryDirectory(), [`${spec}@^2`], { bundledDirectory, platformRoot })).summary).toEqual(
        ['BACKLOT_E_PACKAGE_NOT_FOUND'],
      );
    });
    await registry[Symbol.asyncDispose]();
  });

  it('may be a folder of sources, which is installed as a folder is', async () => {
    const { outcomes, summary } = await install(temporaryDirectory(), ['backlot-fixture-good-cjs'], {
      sourceDirectory: FIXTURES,
    });
    expect(summary).toEqual(['installed']);
    expect(installedIn(outcomes[0])).toMatchObject({ name: 'backlot-fixture-good-cjs', version: '1.0.0' });
  });
});
