import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DevFolder, linkDependencies, type DependencyRequest } from '../../../../src/extensions/dev';
import { PACKAGE_ROOT } from '../../../../src/extensions/own-package';
import { temporaryDirectory, writeFiles } from '../../../support/temporary-directory';

const manifest = (more: object = {}): object => ({
  name: 'thing',
  version: '1.0.0',
  backlot: { extensions: { thing: './index.js' } },
  ...more,
});

function develop(
  files: Record<string, unknown>,
  installDependencies: (request: DependencyRequest) => Promise<unknown> = () => Promise.resolve(),
): { folder: string; dev: DevFolder; requests: DependencyRequest[]; cache: string } {
  const folder = temporaryDirectory(files);
  const requests: DependencyRequest[] = [];
  const cache = temporaryDirectory();
  const dev = new DevFolder({
    folder,
    cacheDirectory: cache,
    platformRoot: PACKAGE_ROOT,
    installDependencies: async (request) => {
      requests.push(request);
      await installDependencies(request);
    },
  });
  return { folder, dev, requests, cache };
}

describe('a generation', () => {
  it('finds the platform that runs, whatever the folder has', async () => {
    const { dev } = develop({ 'package.json': manifest(), 'node_modules/backlot/package.json': {} });
    const { directory } = await dev.next();
    expect(realpathSync(path.join(directory, '../node_modules/backlot'))).toBe(realpathSync(PACKAGE_ROOT));
  });

  it('asks for what it needs to run, and not for what it needs to be built', async () => {
    const { dev, folder, requests } = develop({
      'package.json': manifest({
        dependencies: { a: '^1.0.0', local: 'file:../local' },
        devDependencies: { b: '1' },
        peerDependencies: { backlot: '*', c: '1', d: '1' },
        peerDependenciesMeta: { d: { optional: true } },
        optionalDependencies: { e: '1' },
      }),
    });
    await dev.next();
    const local = `file:${path.resolve(folder, '../local')}`;
    expect(requests.map(({ dependencies }) => dependencies)).toEqual([{ a: '^1.0.0', c: '1', e: '1', local }]);
  });

  it('is not made when the dependencies cannot be installed, and is when they can', async () => {
    let isBroken = true;
    const { dev, folder } = develop({ 'package.json': manifest({ dependencies: { a: '1' } }) }, () =>
      isBroken ? Promise.reject(new Error('no network')) : Promise.resolve(),
    );
    await expect(dev.next()).rejects.toThrow('no network');
    expect(dev.newest).toBeUndefined();
    isBroken = false;
    expect(existsSync((await dev.next()).directory)).toBe(true);
    expect(existsSync(folder)).toBe(true);
  });

  it('that is in use stays, whatever comes after it', async () => {
    const { dev } = develop({ 'package.json': manifest() });
    const first = await dev.next();
    for (let i = 0; i < 4; i++) await dev.next();
    await dev.prune(first);
    const { directory } = first;
    expect(readdirSync(path.dirname(directory)).filter((name) => name.startsWith('gen-'))).toEqual([
      'gen-1',
      'gen-4',
      'gen-5',
    ]);
  });
});

describe('dependencies that the author has installed', () => {
  const installed = (version: string): Record<string, unknown> => ({
    'package.json': manifest({ dependencies: { '@acme/a': '^1.0.0', b: 'file:../b' } }),
    'node_modules/@acme/a/package.json': { name: '@acme/a', version },
    'node_modules/@acme/a/index.js': 'module.exports = 1',
    'node_modules/b/package.json': { name: 'b' },
  });

  it('are taken by links, again when a link is broken', async () => {
    let links: boolean[] = [];
    const { dev, folder, requests } = develop(installed('1.2.0'), async (request) => {
      links = [...links, await linkDependencies(request)];
    });
    const { directory } = await dev.next();
    const linked = path.join(directory, '../node_modules/@acme/a/index.js');
    expect(readFileSync(linked, 'utf8')).toBe('module.exports = 1');
    await dev.next();
    expect(links).toEqual([true]);
    rmSync(path.join(folder, 'node_modules'), { recursive: true });
    await dev.next();
    expect(links).toEqual([true, false]);
    expect(requests).toHaveLength(2);
  });

  it('are not taken when one is missing or of another version', async () => {
    const { dev, folder } = develop(installed('2.0.0'));
    const request = { directory: temporaryDirectory(), folder, dependencies: { '@acme/a': '^1.0.0' } };
    expect(await linkDependencies(request)).toBe(false);
    writeFiles(folder, installed('1.0.1'));
    expect(await linkDependencies({ ...request, dependencies: { c: '*' } })).toBe(false);
    expect(readdirSync(request.directory)).toEqual([]);
    expect(dev.newest).toBeUndefined();
  });
});
