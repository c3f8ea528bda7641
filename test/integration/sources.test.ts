import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import type { BacklotError } from '../../src/api/errors';
import { chooseEngine } from '../../src/extensions/install';
import { parseSpec } from '../../src/extensions/spec';
import { fetchPackage, type FetchedPackage, type FetchOptions } from '../../src/extensions/sources';
import { GitHttpServer } from '../support/git-http-server';
import { GitRepository } from '../support/git-repository';
import { engineSettings } from '../support/install-kit';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';

const manifest = (name: string, version = '1.0.0') => ({ name, version, backlot: { extensions: { x: './index.js' } } });

/** Fetches what a spec leads to, with a store of its own. */
async function fetchSpec(spec: string, more: Partial<FetchOptions> = {}): Promise<FetchedPackage> {
  const home = temporaryDirectory();
  const engine = chooseEngine(engineSettings(home));
  const parsed = parseSpec(spec, '/');
  if (parsed.kind === 'registry') throw new Error('not of a registry');
  return fetchPackage(parsed, {
    store: path.join(home, 'store'),
    temporary: path.join(home, 'tmp'),
    pack: (folder, file, signal) => engine.pack(folder, file, signal),
    timeout: 5_000,
    ...more,
  });
}

/** A file in a tarball of npm. */
function fileIn({ tarball }: FetchedPackage, file: string): string {
  return spawnSync('tar', ['-xzOf', tarball, `package/${file}`], { encoding: 'utf8' }).stdout;
}

async function failureOf(work: Promise<unknown>): Promise<BacklotError> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as BacklotError,
  );
}

const repository = new GitRepository({ 'package.json': manifest('root'), 'index.js': 'first' });
const first = repository.head;
repository.tag('v1.0.0');
repository.commit({ 'index.js': 'second' });
repository.tag('v1.1.0', true);
const second = repository.head;
repository.commit({
  'index.js': 'third',
  'stripe/package.json': manifest('backlot-extension-stripe'),
  'stripe/index.js': 'stripe',
  'nested/twilio/package.json': manifest('backlot-extension-twilio'),
  'nested/twilio/index.js': 'twilio',
  'docs/readme.md': '',
});
repository.tag('v2.0.0');
repository.tag('backlot-extension-stripe@3.1.0');
repository.branch('feature/one');
repository.commit({ 'index.js': 'feature' });
repository.git('checkout', '--quiet', 'main');
symlinkSync('/etc', path.join(repository.directory, 'outside'));
repository.git('add', 'outside');
repository.git('commit', '--quiet', '--message', 'link');
const head = repository.head;

const at = `git+file://${repository.directory}`;

describe('a package in a git repository', () => {
  it.each([
    ['the default branch', '', 'third', head],
    ['a branch', '#feature/one', 'feature', undefined],
    ['a light tag', '#v1.0.0', 'first', first],
    ['an annotated tag', '#v1.1.0', 'second', second],
    ['a commit', `#${first}`, 'first', first],
    ['a commit, abbreviated', `#${second.slice(0, 9)}`, 'second', second],
    ['a range of versions', '#semver:^1', 'second', second],
    ['a range as pip writes a version', '@v1.0.0', 'first', first],
  ])('is found by %s', async (_what, fragment, content, commit) => {
    const fetched = await fetchSpec(at + fragment);
    expect(fileIn(fetched, 'index.js')).toBe(content);
    expect(fetched.resolution).toMatchObject({ kind: 'git', url: `file://${repository.directory}` });
    if (commit !== undefined) expect(fetched.resolution).toMatchObject({ commit });
  });

  it.each([
    ['#main&path:stripe', 'stripe'],
    ['#path:/nested/twilio', 'twilio'],
    ['/#egg=backlot-extension-stripe&subdirectory=stripe', 'stripe'],
    ['#semver:^3&egg=backlot-extension-stripe&subdirectory=stripe', 'stripe'],
  ])('is found in the subdirectory of %s', async (fragment, content) => {
    const fetched = await fetchSpec(at + fragment);
    expect(fileIn(fetched, 'index.js')).toBe(content);
    expect(JSON.parse(fileIn(fetched, 'package.json'))).toMatchObject({ name: `backlot-extension-${content}` });
  });

  it('has the same integrity wherever it is fetched, and another one when its files are others', async () => {
    const [one, two, other] = await Promise.all([fetchSpec(at), fetchSpec(at), fetchSpec(`${at}#v1.0.0`)]);
    expect(one.resolution).toEqual(two.resolution);
    expect(other.resolution.integrity).not.toBe(one.resolution.integrity);
  });

  it('is taken from what was kept once it is locked, also when the repository is gone', async () => {
    const store = temporaryDirectory();
    const gone = new GitRepository({ 'package.json': manifest('gone') });
    const spec = `git+file://${gone.directory}`;
    const { resolution } = await fetchSpec(spec, { store });
    spawnSync('rm', ['-rf', gone.directory]);
    expect((await fetchSpec(spec, { store, locked: resolution, offline: true })).resolution).toEqual(resolution);
    expect((await failureOf(fetchSpec(spec, { store: temporaryDirectory(), offline: true }))).code).toBe(
      'BACKLOT_E_NOT_KEPT',
    );
  });

  it('stays at the commit that is locked when the branch moves on', async () => {
    const moving = new GitRepository({ 'package.json': manifest('moving'), 'index.js': 'old' });
    const spec = `git+file://${moving.directory}#main`;
    const { resolution } = await fetchSpec(spec);
    moving.commit({ 'index.js': 'new' });
    expect(fileIn(await fetchSpec(spec, { locked: resolution }), 'index.js')).toBe('old');
    expect(fileIn(await fetchSpec(spec), 'index.js')).toBe('new');
  });

  it('is refused when its files are not those that were locked', async () => {
    const { resolution } = await fetchSpec(at);
    const locked = { ...resolution, integrity: `sha512-${'A'.repeat(86)}==` };
    expect((await failureOf(fetchSpec(at, { locked }))).code).toBe('BACKLOT_E_INTEGRITY');
  });

  it('comes over smart HTTP', async () => {
    await using server = await GitHttpServer.start(path.dirname(repository.directory));
    const url = `${server.url}/${path.basename(repository.directory)}`;
    expect(fileIn(await fetchSpec(`git+${url}#v1.1.0`), 'index.js')).toBe('second');
    expect(fileIn(await fetchSpec(`git+${url}/#subdirectory=stripe`), 'index.js')).toBe('stripe');
    expect(server.requests.join()).toContain('git-upload-pack');
    expect(await failureOf(fetchSpec(`git+${server.url}/nothing`))).toMatchObject({
      code: 'BACKLOT_E_REPOSITORY_NOT_FOUND',
      message: expect.stringContaining(`${server.url}/nothing`) as string,
    });
  });

  it('comes over ssh, and by the short name of a host', async () => {
    // What ssh would do with the command that git gives it, on this machine.
    const ssh = path.join(temporaryDirectory({ ssh: '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n' }), 'ssh');
    chmodSync(ssh, 0o755);
    const before = { ...process.env };
    Object.assign(process.env, {
      GIT_SSH_COMMAND: ssh,
      GIT_SSH_VARIANT: 'simple',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.file://${repository.directory}.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://github.com/acme/extensions.git',
    });
    try {
      const overSsh = await fetchSpec(`git+ssh://git@example.com${repository.directory}#v1.0.0`);
      expect(fileIn(overSsh, 'index.js')).toBe('first');
      const short = await fetchSpec('github:acme/extensions#semver:1.1.0');
      expect(fileIn(short, 'index.js')).toBe('second');
      expect(short.resolution).toMatchObject({ url: 'https://github.com/acme/extensions.git', commit: second });
    } finally {
      process.env = before;
    }
  });
});

describe('a git spec that cannot be resolved says which part failed, and what exists', () => {
  it.each([
    [
      'the repository',
      `git+file:///nowhere/at/all`,
      'BACKLOT_E_REPOSITORY_NOT_FOUND',
      /no git repository file:\/\/\/nowhere/,
    ],
    [
      'the branch',
      `${at}#feature/on`,
      'BACKLOT_E_REF_NOT_FOUND',
      /no branch, tag or commit "feature\/on" \(did you mean "feature\/one"\?\); it has .*main.*v2\.0\.0/,
    ],
    ['the commit', `${at}#${'0'.repeat(40)}`, 'BACKLOT_E_', /0{40}|not our ref/],
    ['an abbreviated commit', `${at}#0000000`, 'BACKLOT_E_REF_NOT_FOUND', /no branch, tag or commit "0000000"/],
    [
      'the range',
      `${at}#semver:^9`,
      'BACKLOT_E_REF_NOT_FOUND',
      /no tag of .* is a version in \^9; its newest tags are .*v2\.0\.0, v1\.1\.0/,
    ],
    ['a range that is none', `${at}#semver:banana`, 'BACKLOT_E_SPEC_INVALID', /"banana" .* is not a version range/],
    [
      'the subdirectory',
      `${at}#path:strpie`,
      'BACKLOT_E_SUBDIRECTORY_NOT_FOUND',
      /folder strpie .* is not there \(did you mean "stripe"\?\); packages are in nested\/twilio, stripe/,
    ],
    [
      'a subdirectory without a package',
      `${at}#path:docs`,
      'BACKLOT_E_SUBDIRECTORY_NOT_FOUND',
      /no package\.json in the folder docs .*packages are in nested\/twilio, stripe/,
    ],
    [
      'a subdirectory that is a link to elsewhere',
      `${at}#path:outside`,
      'BACKLOT_E_SUBDIRECTORY_NOT_FOUND',
      /leads out of the repository/,
    ],
    [
      'the name',
      `${at}#egg=strpie&subdirectory=stripe`,
      'BACKLOT_E_PACKAGE_NOT_FOUND',
      /is named backlot-extension-stripe, not strpie/,
    ],
    ['the host', 'git+http://127.0.0.1:1/acme/x.git', 'BACKLOT_E_HOST_UNREACHABLE', /127\.0\.0\.1:1 cannot be reached/],
    [
      'the name of the host',
      'git+https://no-such-host.invalid/x.git',
      'BACKLOT_E_HOST_UNREACHABLE',
      /no-such-host\.invalid cannot be reached/,
    ],
  ])('%s', async (_what, spec, code, message) => {
    const error = await failureOf(fetchSpec(spec, { timeout: 15_000 }));
    expect(error.code).toMatch(new RegExp(`^${code}`));
    expect(error.message + String(error.cause)).toMatch(message);
  });

  it('a host that accepts and never answers, within the time limit', async () => {
    await using silent = await SilentServer.start();
    const began = Date.now();
    const error = await failureOf(fetchSpec(`git+http://127.0.0.1:${silent.port}/x.git`, { timeout: 500 }));
    expect(error).toMatchObject({
      code: 'BACKLOT_E_HOST_UNREACHABLE',
      message: expect.stringContaining('0.5 s') as string,
    });
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('git itself, where it is not installed', async () => {
    const { PATH } = process.env;
    process.env.PATH = '/nowhere';
    try {
      expect((await failureOf(fetchSpec(at))).code).toBe('BACKLOT_E_GIT_MISSING');
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('without telling the secret in an address', async () => {
    const error = await failureOf(fetchSpec('git+http://me:secret@127.0.0.1:1/x.git'));
    expect(error.format()).not.toContain('secret');
  });
});

describe('the URL of a tarball', () => {
  const home = temporaryDirectory();
  writeFiles(home, { 'pkg/package.json': manifest('tarred'), 'pkg/index.js': 'tarred' });
  const tarball = path.join(home, 'x.tgz');
  let server: ReturnType<typeof createServer>;
  let url: string;

  beforeAll(async () => {
    await chooseEngine(engineSettings(home)).pack(path.join(home, 'pkg'), tarball);
    server = createServer((request, response) => {
      const bytes = readFileSync(tarball);
      if (request.url === '/moved.tgz') response.writeHead(302, { location: '/x.tgz' }).end();
      else if (request.url === '/page.tgz') response.end('<html>');
      else if (request.url === '/cut.tgz') {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 20), () => response.destroy());
      } else if (request.url === '/stall.tgz') {
        response.writeHead(200).write(bytes.subarray(0, 20));
      } else if (request.url === '/private.tgz' && request.headers.authorization === undefined)
        response.writeHead(401).end();
      else if (request.url === '/broken.tgz') response.writeHead(503).end();
      else if (request.url?.startsWith('/x.tgz') || request.url === '/private.tgz') response.end(bytes);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('leads to the package, also by a redirection, and to the same bytes once it is locked', async () => {
    const store = temporaryDirectory();
    const fetched = await fetchSpec(`${url}/moved.tgz`, { store });
    expect(fileIn(fetched, 'index.js')).toBe('tarred');
    const again = await fetchSpec(`${url}/moved.tgz`, { store, locked: fetched.resolution, offline: true });
    expect(again).toEqual(fetched);
    const locked = { ...fetched.resolution, integrity: `sha512-${'A'.repeat(86)}==` };
    expect((await failureOf(fetchSpec(`${url}/moved.tgz`, { locked }))).code).toBe('BACKLOT_E_INTEGRITY');
  });

  it('may hold a user and a password', async () => {
    const withSecret = `${url.replace('://', '://me:secret@')}/private.tgz`;
    expect(fileIn(await fetchSpec(withSecret), 'index.js')).toBe('tarred');
  });

  it.each([
    ['is not there', '/nothing.tgz', 'BACKLOT_E_PACKAGE_NOT_FOUND', /HTTP status 404/],
    ['may not be read', '/private.tgz', 'BACKLOT_E_PACKAGE_NOT_FOUND', /may not be read/],
    ['leads to no tarball', '/page.tgz', 'BACKLOT_E_INSTALL_FAILED', /is not a tarball/],
    ['breaks off', '/cut.tgz', 'BACKLOT_E_HOST_UNREACHABLE', /broke off/],
    ['stalls', '/stall.tgz', 'BACKLOT_E_HOST_UNREACHABLE', /did not answer in time/],
    ['is of a server that fails', '/broken.tgz', 'BACKLOT_E_HOST_UNREACHABLE', /503/],
  ])('%s: that is said', async (_what, file, code, message) => {
    const error = await failureOf(fetchSpec(url + file, { timeout: 500 }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

/** A server that accepts connections and never says a word. */
class SilentServer implements AsyncDisposable {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<SilentServer> {
    const server = createTcpServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SilentServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.unref();
      resolve();
    });
  }
}
