import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { InstallOutcome } from '../../src/extensions/install';
import { NpmEngine } from '../../src/extensions/install';
import type * as InstallKit from '../support/install-kit';
import { engineSettings, install, optionsFor, PLATFORM_ROOT } from '../support/install-kit';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { Verdaccio } from '../support/verdaccio';

const DRIVER = path.join(PLATFORM_ROOT, 'test/support/extensions-driver.js');

const extension = (name: string, more: object = {}) => ({
  'package.json': { name, version: '1.0.0', backlot: { extensions: { [name]: './index.js' } }, ...more },
  'index.js': `module.exports = '${name}';\n`,
});

const errorIn = (outcome: InstallOutcome | undefined) => {
  if (!outcome || !('error' in outcome)) throw new Error('there is no error');
  return outcome.error;
};

/** A volume with one extension in it, which has to be there whatever happens next. */
async function volumeWithOne(): Promise<{ volume: string; one: string }> {
  const volume = temporaryDirectory();
  const one = `file:${temporaryDirectory(extension('one'))}`;
  expect((await install(volume, [one])).summary).toEqual(['installed']);
  return { volume, one };
}

/** The folder of a volume that tells npm and pnpm where the registry is. */
function project(registry: string): string {
  return temporaryDirectory({ '.npmrc': `registry=${registry}\n` });
}

async function withServer<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a fault while installing is told, and leaves what was there', () => {
  it.each([
    [
      'a registry that answers garbage',
      (_q: unknown, r: { end(text: string): void }) => r.end('<html>hello'),
      'BACKLOT_E_REGISTRY_INVALID',
    ],
    ['a registry that stalls', () => undefined, 'BACKLOT_E_REGISTRY_UNREACHABLE'],
    [
      'a registry that fails',
      (_q: unknown, r: { statusCode: number; end(): void }) => {
        r.statusCode = 503;
        r.end();
      },
      'BACKLOT_E_REGISTRY_UNREACHABLE',
    ],
    [
      'a registry that refuses',
      (_q: unknown, r: { statusCode: number; end(): void }) => {
        r.statusCode = 403;
        r.end();
      },
      'BACKLOT_E_REGISTRY_REFUSED',
    ],
  ])('%s', async (_what, listener, code) => {
    const { volume, one } = await volumeWithOne();
    await withServer(listener as RequestListener, async (url) => {
      const began = Date.now();
      const { summary } = await install(volume, [one, 'backlot-extension-x'], {
        fetchTimeout: 500,
        projectDirectory: project(url),
      });
      expect(summary).toEqual(['satisfied', code]);
      expect(Date.now() - began).toBeLessThan(20_000);
    });
    expect((await install(volume, [one])).summary).toEqual(['satisfied']);
  });

  it('a package of a registry whose bytes have changed', async () => {
    await using registry = await Verdaccio.start();
    await registry.publish(extension('backlot-extension-x'));
    const { volume, one } = await volumeWithOne();
    const entries = [one, 'backlot-extension-x'];
    expect((await install(volume, entries, { projectDirectory: project(registry.url) })).summary).toEqual([
      'satisfied',
      'installed',
    ]);
    const lockFile = path.join(volume, 'lib/extensions.lock.json');
    const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as {
      extensions: Record<string, { packages: Record<string, { resolution: { integrity: string } }> }>;
    };
    for (const each of Object.values(lock.extensions['backlot-extension-x']?.packages ?? {})) {
      each.resolution.integrity = `sha512-${'A'.repeat(86)}==`;
    }
    writeFileSync(lockFile, JSON.stringify(lock));
    const { outcomes } = await install(volume, entries, { projectDirectory: project(registry.url) });
    expect(errorIn(outcomes[1]).code).toBe('BACKLOT_E_INTEGRITY');
    expect('installed' in (outcomes[0] as object)).toBe(true);
  });

  it.each([
    [401, 'BACKLOT_E_REGISTRY_REFUSED'],
    [403, 'BACKLOT_E_REGISTRY_REFUSED'],
    [404, 'BACKLOT_E_REGISTRY_INVALID'],
    [503, 'BACKLOT_E_REGISTRY_UNREACHABLE'],
  ])('a locked package that the registry answers with %i', async (status, code) => {
    await using registry = await Verdaccio.start();
    await registry.publish(extension('backlot-extension-x'));
    const { volume: first } = await volumeWithOne();
    await install(first, ['backlot-extension-x'], { projectDirectory: project(registry.url) });
    const volume = temporaryDirectory({
      'lib/extensions.lock.json': readFileSync(path.join(first, 'lib/extensions.lock.json'), 'utf8'),
    });
    await withServer(
      (_request, response) => void response.writeHead(status).end(),
      async (url) => {
        const { summary } = await install(volume, ['backlot-extension-x'], { projectDirectory: project(url) });
        expect(summary).toEqual([code]);
      },
    );
  });

  // Only root may mount.
  (process.getuid?.() === 0 ? it : it.skip)('a full disk', async () => {
    const volume = temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', volume]);
    try {
      const one = temporaryDirectory(extension('one'));
      expect((await install(volume, [one])).summary).toEqual(['installed']);
      const large = temporaryDirectory(extension('large'));
      writeFileSync(
        path.join(large, 'large.bin'),
        Buffer.from(Array.from({ length: 6_000_000 }, () => Math.random() * 256)),
      );
      const { outcomes, summary } = await install(volume, [one, large]);
      expect([summary, errorIn(outcomes[1]).format()]).toEqual([
        ['satisfied', 'BACKLOT_E_VOLUME_FULL'],
        expect.stringContaining('Make room') as string,
      ]);
      expect((await install(volume, [one])).summary).toEqual(['satisfied']);
    } finally {
      execFileSync('umount', ['-l', volume]);
    }
  });

  it('a kill at any moment, again and again', async () => {
    const { volume, one } = await volumeWithOne();
    const more = ['a', 'b', 'c'].map((name) => `file:${temporaryDirectory(extension(`killed-${name}`))}`);
    const list = path.join(volume, 'extensions.json');
    writeFiles(volume, { 'extensions.json': { extensions: [one, ...more] } });
    const before = readdirSync(path.join(volume, 'lib')).filter((name) => name.startsWith('one-'));
    for (let after = 20; after < 320; after += 30) {
      const child = spawn(process.execPath, [DRIVER, JSON.stringify({ list, options: optionsFor(volume) })], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const timer = setTimeout(() => child.kill('SIGKILL'), after);
      await ended;
      clearTimeout(timer);
      for (const tree of before) expect(existsSync(path.join(volume, 'lib', tree, 'installed.json'))).toBe(true);
      expect((await install(volume, [one], { complete: false })).summary).toEqual(['satisfied']);
    }
    const { summary } = await install(volume, [one, ...more]);
    expect(summary.every((how) => how === 'satisfied' || how === 'installed')).toBe(true);
  });

  it('a lock that cannot be read, with line and column', async () => {
    const { volume, one } = await volumeWithOne();
    writeFileSync(path.join(volume, 'lib/extensions.lock.json'), '{\n  "lockfileVersion": 1,\n  "extensions": {,}\n}');
    await expect(install(volume, [one])).rejects.toMatchObject({
      code: 'BACKLOT_E_LOCK_INVALID',
      where: expect.objectContaining({ line: 3 }) as object,
    });
    writeFileSync(path.join(volume, 'lib/extensions.lock.json'), '{ "lockfileVersion": 2 }');
    await expect(install(volume, [one])).rejects.toThrow(/a newer Backlot wrote it/);
  });
});

describe('another machine', () => {
  it('finds no tree of the old one, makes its own from the lock, and leaves the other', async () => {
    const { volume, one } = await volumeWithOne();
    const arch = Object.getOwnPropertyDescriptor(process, 'arch') as PropertyDescriptor;
    let elsewhere: typeof InstallKit | undefined;
    Object.defineProperty(process, 'arch', { ...arch, value: 'other' });
    try {
      jest.isolateModules(() => {
        elsewhere = jest.requireActual<typeof InstallKit>('../support/install-kit');
      });
      expect((await elsewhere?.install(volume, [one], { offline: true }))?.summary).toEqual(['installed']);
      expect((await elsewhere?.install(volume, [one]))?.summary).toEqual(['satisfied']);
    } finally {
      Object.defineProperty(process, 'arch', arch);
    }
    expect((await install(volume, [one])).summary).toEqual(['satisfied']);
  });
});

describe('install scripts', () => {
  it('run only where the entry allows them', async () => {
    await using registry = await Verdaccio.start();
    const home = temporaryDirectory();
    await registry.publish(extension('backlot-extension-x', { scripts: { postinstall: `touch ${home}/ran` } }));
    const volume = temporaryDirectory();
    const options = { projectDirectory: project(registry.url) };
    expect((await install(volume, ['backlot-extension-x'], options)).summary).toEqual(['installed']);
    expect(existsSync(path.join(home, 'ran'))).toBe(false);
    const { summary } = await install(volume, [{ spec: 'backlot-extension-x', allowScripts: true }], options);
    expect(summary).toEqual(['installed']);
    expect(existsSync(path.join(home, 'ran'))).toBe(true);
  });
});

describe('the engines', () => {
  it('install the same from one lock, npm where there is no pnpm', async () => {
    await using registry = await Verdaccio.start();
    await registry.publish({ 'package.json': { name: 'acme-b', version: '1.0.0' }, 'index.js': '' });
    await registry.publish({
      'package.json': { name: 'acme-a', version: '1.0.0', dependencies: { 'acme-b': '^1' } },
      'index.js': '',
    });
    await registry.publish(extension('backlot-extension-x', { dependencies: { 'acme-a': '^1' } }));
    const options = { projectDirectory: project(registry.url) };
    const first = temporaryDirectory();
    expect((await install(first, ['backlot-extension-x'], options)).summary).toEqual(['installed']);
    const lock = path.join(first, 'lib/extensions.lock.json');
    await registry.publish({ 'package.json': { name: 'acme-b', version: '1.1.0' }, 'index.js': '' });
    const second = temporaryDirectory();
    mkdirSync(path.join(second, 'lib'), { recursive: true });
    const npmrc = path.join(options.projectDirectory, '.npmrc');
    const engine = new NpmEngine({ ...engineSettings(second), npmrc });
    const { outcomes } = await install(second, ['backlot-extension-x'], {
      ...options,
      engine,
      lock: { file: lock, frozen: true },
    });
    const [outcome] = outcomes;
    if (!outcome || 'error' in outcome) throw outcome?.error ?? new Error('nothing came of it');
    const { version } = JSON.parse(
      readFileSync(path.join(outcome.installed.directory, '../acme-b/package.json'), 'utf8'),
    ) as { version: string };
    expect(version).toBe('1.0.0');
  });
});
