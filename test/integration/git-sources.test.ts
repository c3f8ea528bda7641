import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { FetchedPackage } from '../../src/extensions';
import { GIT_ENVIRONMENT, GitRepository } from '../support/git-repository';
import { GitHttpServer, prepareForDumbHttp } from '../support/git-http-server';
import { readFromTarball, SourcesKit } from '../support/sources-kit';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const extension = (name: string, version: string): object => ({
  'package.json': { name, version, backlot: { extensions: { [name]: './index.js' } } },
  'index.js': `module.exports = '${name} ${version}';`,
});
const below = (folder: string, files: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content as unknown]));

/** One package at the root: v1.0.0 (light) and v1.1.0 (with a message), `dev` with 2.0.0-dev, `feature/x`. */
const single = new GitRepository();
/** Two packages in folders, with tags of their own. */
const monorepo = new GitRepository();
const commits: Record<string, string> = {};

const environment = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, GIT_ENVIRONMENT);
  delete process.env.GIT_SSH_COMMAND;

  commits.first = single.commit(extension('hello', '1.0.0') as Record<string, unknown>);
  single.tag('v1.0.0');
  commits.second = single.commit(extension('hello', '1.1.0') as Record<string, unknown>);
  single.tag('v1.1.0', 'A release');
  single.tag('not-a-version');
  commits.untagged = single.commit({ 'README.md': 'untagged' });
  commits.main = single.commit({ 'README.md': 'main' });
  single.branch('feature/x');
  commits.feature = single.commit({ 'README.md': 'feature' });
  single.checkout('main');
  single.branch('dev');
  commits.dev = single.commit(extension('hello', '2.0.0-dev') as Record<string, unknown>);
  single.checkout('main');

  monorepo.commit({ 'README.md': 'two', ...below('twilio', extension('@acme/twilio', '1.0.0')) });
  monorepo.tag('twilio@1.0.0');
  monorepo.commit({ ...below('packages/stripe', extension('stripe', '1.0.0')), 'docs/index.md': 'docs' });
  monorepo.tag('v9.0.0');
  monorepo.tag('stripe@1.0.0');
  monorepo.commit(below('packages/stripe', extension('stripe', '1.2.0')));
  monorepo.tag('stripe@1.2.0');
});
afterAll(() => {
  process.env = environment;
});

let kit: SourcesKit;
beforeEach(() => {
  kit = new SourcesKit();
});

const commitOf = ({ resolution }: FetchedPackage): string => (resolution.kind === 'git' ? resolution.commit : '');
const nothingLeft = (): boolean =>
  readdirSync(kit.temporary).length === 0 && !readdirSync(kit.store).some((name) => name.startsWith('.'));

describe('a git spec', () => {
  it('without a ref is the default branch, delivered as a tarball and locked by its commit', async () => {
    const fetched = await kit.fetch(single.spec);
    expect(fetched).toMatchObject({ name: 'hello', version: '1.1.0' });
    expect(fetched.resolution).toEqual({
      kind: 'git',
      url: `file://${single.directory}`,
      commit: commits.main,
      integrity: expect.stringMatching(/^sha512-/) as string,
    });
    expect(path.isAbsolute(fetched.tarball)).toBe(true);
    expect(fetched.tarball.startsWith(kit.store)).toBe(true);
    expect(await readFromTarball(fetched.tarball, 'index.js')).toBe("module.exports = 'hello 1.1.0';");
    expect(nothingLeft()).toBe(true);
  });

  it.each([
    ['a branch', '#dev', 'dev'],
    ['a branch with a slash', '#feature/x', 'feature'],
    ['a branch, named as one', '#branch=dev', 'dev'],
    ['a light tag', '#v1.0.0', 'first'],
    ['a tag with a message', '#v1.1.0', 'second'],
    ['a tag, named as one', '#tag=v1.1.0', 'second'],
    ['a tag behind an "@"', '@v1.0.0', 'first'],
    ['a full name', '#refs/heads/dev', 'dev'],
    ['a range', '#semver:^1', 'second'],
    ['a smaller range', '#semver:<1.1', 'first'],
  ])('can name %s: %s', async (_what, rest, commit) => {
    expect(commitOf(await kit.fetch(single.spec + rest))).toBe(commits[commit]);
  });

  it('can name a commit, in full or by its first digits, wherever it is in the history', async () => {
    expect(commitOf(await kit.fetch(`${single.spec}#${commits.untagged}`))).toBe(commits.untagged);
    expect(commitOf(await kit.fetch(`${single.spec}#${commits.untagged?.slice(0, 8)}`))).toBe(commits.untagged);
    expect(commitOf(await kit.fetch(`${single.spec}#${commits.dev?.slice(0, 7)}`))).toBe(commits.dev);
  });

  it.each(['#path:packages/stripe', '#main&path:/packages/stripe', '#main::path:packages/stripe'])(
    'can name a folder: %s',
    async (rest) => {
      const fetched = await kit.fetch(monorepo.spec + rest);
      expect(fetched).toMatchObject({ name: 'stripe', version: '1.2.0', resolution: { path: 'packages/stripe' } });
      expect(await readFromTarball(fetched.tarball, 'index.js')).toContain('stripe 1.2.0');
    },
  );

  it('can be written as pip writes it', async () => {
    const pip = await kit.fetch(`${monorepo.spec}/#egg=stripe&subdirectory=packages/stripe`);
    expect(pip).toMatchObject({ name: 'stripe', version: '1.2.0' });
    const tag = await kit.fetch(`${monorepo.spec}#subdirectory=packages/stripe&egg=stripe&stripe@1.0.0`);
    expect(tag).toMatchObject({ name: 'stripe', version: '1.0.0' });
  });

  it('takes tags with the name of the package before those of the whole repository', async () => {
    expect(await kit.fetch(`${monorepo.spec}#semver:*&path:packages/stripe`)).toMatchObject({ version: '1.2.0' });
    expect(await kit.fetch(`@acme/twilio@${monorepo.spec}#semver:^1&path:twilio`)).toMatchObject({ version: '1.0.0' });
  });

  it('has the same integrity on every machine, whatever git is set to', async () => {
    const { resolution } = await kit.fetch(single.spec);
    const config = path.join(temporaryDirectory({ config: '[core]\n\tautocrlf = true\n\teol = crlf\n' }), 'config');
    process.env.GIT_CONFIG_GLOBAL = config;
    try {
      expect((await new SourcesKit().fetch(single.spec)).resolution).toEqual(resolution);
    } finally {
      process.env.GIT_CONFIG_GLOBAL = '/dev/null';
    }
  });

  it('works from inside a hook of another repository', async () => {
    process.env.GIT_DIR = path.join(monorepo.directory, '.git');
    process.env.GIT_INDEX_FILE = path.join(monorepo.directory, '.git', 'index');
    try {
      expect(await kit.fetch(single.spec)).toMatchObject({ name: 'hello' });
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
  });

  it('leaves out symbolic links, which could lead anywhere', async () => {
    const repository = new GitRepository();
    const secret = path.join(temporaryDirectory({ secret: 'secret' }), 'secret');
    writeFiles(repository.directory, extension('hello', '1.0.0') as Record<string, unknown>);
    symlinkSync(secret, path.join(repository.directory, 'link'));
    repository.commit({});
    const { tarball } = await kit.fetch(repository.spec);
    await expect(readFromTarball(tarball, 'link')).rejects.toThrow(/ENOENT/);
  });

  it('runs no hook of the user', async () => {
    const hooks = temporaryDirectory();
    const proof = path.join(hooks, 'ran');
    for (const hook of ['post-checkout', 'reference-transaction']) {
      writeFileSync(path.join(hooks, hook), `#!/bin/sh\ntouch '${proof}'\n`, { mode: 0o755 });
    }
    const config = path.join(temporaryDirectory({ config: `[core]\n\thooksPath = ${hooks}\n` }), 'config');
    process.env.GIT_CONFIG_GLOBAL = config;
    try {
      await kit.fetch(single.spec);
    } finally {
      process.env.GIT_CONFIG_GLOBAL = '/dev/null';
    }
    expect(existsSync(proof)).toBe(false);
  });
});

describe('a git package that was fetched', () => {
  it('needs no network when it is locked, and is packed once', async () => {
    const repository = new GitRepository();
    repository.commit(extension('hello', '1.0.0') as Record<string, unknown>);
    const first = await kit.fetch(repository.spec);
    repository.git('checkout', '--quiet', '--orphan', 'gone');
    repository.git('branch', '-D', 'main');
    const again = await kit.fetch(repository.spec, { locked: first.resolution });
    expect(again).toEqual(first);
    expect(kit.packed).toBe(1);
  });

  it('needs no network when the spec names its commit', async () => {
    const server = await GitHttpServer.start(single.directory);
    const spec = `git+${server.url}/.git#${commits.first}`;
    const first = await kit.fetch(spec);
    await server.close();
    expect(await kit.fetch(spec)).toEqual(first);
  });

  it('is found offline as what its branch was last', async () => {
    const repository = new GitRepository();
    repository.commit(extension('hello', '1.0.0') as Record<string, unknown>);
    const first = await kit.fetch(`${repository.spec}#main`);
    repository.commit(extension('hello', '1.1.0') as Record<string, unknown>);
    expect(await kit.fetch(`${repository.spec}#main`, { offline: true })).toEqual(first);
    const newer = await kit.fetch(`${repository.spec}#main`);
    expect(newer.version).toBe('1.1.0');
    expect(await kit.fetch(`${repository.spec}#main`, { offline: true })).toEqual(newer);
  });

  it('is an error offline when it was not fetched', async () => {
    expect(await kit.failure(single.spec, { offline: true })).toMatch(/^BACKLOT_E_OFFLINE .*not kept in the volume/);
  });

  it('stays at the locked commit when its branch goes on', async () => {
    const repository = new GitRepository();
    repository.commit(extension('hello', '1.0.0') as Record<string, unknown>);
    const { resolution } = await kit.fetch(repository.spec);
    repository.commit(extension('hello', '2.0.0') as Record<string, unknown>);
    expect(await new SourcesKit().fetch(repository.spec, { locked: resolution })).toMatchObject({ version: '1.0.0' });
  });

  it('is refused when its content is not what was locked', async () => {
    const { resolution } = await kit.fetch(single.spec);
    const locked = { ...resolution, integrity: `sha512-${'A'.repeat(86)}==` };
    for (const one of [kit, new SourcesKit()]) {
      const failure = await one.failure(single.spec, { locked });
      expect(failure).toMatch(
        /^BACKLOT_E_INTEGRITY .*changed since they were locked: expected sha512-AAA.*found sha512-/,
      );
      expect(failure).toContain('backlot extensions update');
    }
  });

  it('is refused when the lock is about another repository', async () => {
    const { resolution } = await kit.fetch(single.spec);
    expect(await kit.failure(monorepo.spec, { locked: resolution })).toMatch(
      /^BACKLOT_E_INTEGRITY .*the lock is about/,
    );
  });

  it('says so when the locked commit is gone', async () => {
    const { resolution } = await kit.fetch(single.spec);
    const locked = { ...resolution, commit: '0'.repeat(40) } as typeof resolution;
    expect(await kit.failure(single.spec, { locked })).toMatch(/^BACKLOT_E_REF_NOT_FOUND .*no longer has the locked/);
  });

  it('is fetched anew when the file in the store is damaged', async () => {
    const first = await kit.fetch(single.spec);
    writeFileSync(first.tarball, 'damaged');
    expect(await kit.failure(single.spec, { locked: first.resolution, offline: true })).toMatch(/^BACKLOT_E_OFFLINE/);
    const again = await kit.fetch(single.spec, { locked: first.resolution });
    expect(await readFromTarball(again.tarball, 'index.js')).toContain('hello 1.1.0');
  });

  it('is one file when two fetch it at once', async () => {
    const [one, other] = await Promise.all([kit.fetch(single.spec), kit.fetch(single.spec)]);
    expect(one).toEqual(other);
    expect(readdirSync(path.join(kit.store, 'files'))).toHaveLength(1);
  });
});

describe('a git spec that leads nowhere', () => {
  it('names the repository', async () => {
    const failure = await kit.failure(`git+file://${single.directory}-not`);
    expect(failure).toMatch(
      /^BACKLOT_E_REPOSITORY_NOT_FOUND .*there is no repository file:\/\/.*-not, or it may not be/,
    );
    expect(readdirSync(kit.temporary)).toEqual([]);
  });

  it('names the ref, with the nearest branches and tags', async () => {
    const failure = await kit.failure(`${single.spec}#mian`);
    expect(failure).toMatch(/^BACKLOT_E_REF_NOT_FOUND .*has no branch or tag "mian" \(did you mean "main"\?\)/);
    expect(failure).toMatch(/it has the branches main, dev, feature\/x and the tags .*v1\.1\.0/);
  });

  it('names a commit that is not there', async () => {
    expect(await kit.failure(`${single.spec}#${'1'.repeat(40)}`)).toMatch(
      /^BACKLOT_E_REF_NOT_FOUND .*no branch, tag or commit "1{40}".*the branches/,
    );
    expect(await kit.failure(`${single.spec}#1234567`)).toMatch(/^BACKLOT_E_REF_NOT_FOUND .*commit "1234567"/);
  });

  it('names the range, with the newest tags', async () => {
    expect(await kit.failure(`${single.spec}#semver:^3`)).toMatch(
      /^BACKLOT_E_REF_NOT_FOUND .*no tag in the range "\^3"; the newest are v1\.1\.0, v1\.0\.0\n/,
    );
    const repository = new GitRepository();
    repository.commit({});
    expect(await kit.failure(`${repository.spec}#semver:^3`)).toMatch(/it has no tags that are versions/);
  });

  it('says that a repository is empty', async () => {
    expect(await kit.failure(new GitRepository().spec)).toMatch(/^BACKLOT_E_REF_NOT_FOUND .*is empty/);
  });

  it('names the folder, with the nearest that hold a package', async () => {
    const failure = await kit.failure(`${monorepo.spec}#path:stripe`);
    expect(failure).toMatch(/^BACKLOT_E_SUBDIRECTORY_NOT_FOUND .*at its default branch has no folder "stripe"/);
    expect(failure).toMatch(/there is a package\.json in packages\/stripe, twilio/);
    expect(await kit.failure(`${monorepo.spec}#main&path:twillio`)).toMatch(
      /at main has no folder "twillio" \(did you mean "twilio"\?\)/,
    );
    expect(await kit.failure(`${monorepo.spec}#path:README.md`)).toMatch(
      /^BACKLOT_E_SUBDIRECTORY_NOT_FOUND .*is a file, not a folder/,
    );
  });

  it('refuses a folder that leads out of the repository by a link', async () => {
    const repository = new GitRepository();
    const outside = temporaryDirectory(extension('outside', '1.0.0') as Record<string, unknown>);
    symlinkSync(outside, path.join(repository.directory, 'out'));
    symlinkSync('.git', path.join(repository.directory, 'own'));
    repository.commit({});
    for (const folder of ['out', 'own']) {
      expect(await kit.failure(`${repository.spec}#path:${folder}`)).toMatch(
        /^BACKLOT_E_SUBDIRECTORY_NOT_FOUND .*leads out of the repository by a symbolic link/,
      );
    }
  });

  it('names the folder without a package.json, and those with one', async () => {
    const failure = await kit.failure(monorepo.spec);
    expect(failure).toMatch(/^BACKLOT_E_PACKAGE_NOT_FOUND .*holds no package\.json; there is a package\.json in/);
    expect(failure).toMatch(/to do: .*"#path:(?:twilio|packages\/stripe)"/);
    expect(await kit.failure(`${monorepo.spec}#path:docs`)).toMatch(
      /^BACKLOT_E_PACKAGE_NOT_FOUND .*the folder "docs" of .* holds no package\.json/,
    );
  });

  it('says what a package is really named', async () => {
    const failure = await kit.failure(`${monorepo.spec}#egg=my-stripe&subdirectory=packages/stripe`);
    expect(failure).toMatch(/^BACKLOT_E_PACKAGE_NOT_FOUND .*is named "stripe", not "my-stripe"/);
    await kit.fetch(`${monorepo.spec}#path:twilio`);
    expect(await kit.failure(`twilio@${monorepo.spec}#path:twilio`)).toMatch(/is named "@acme\/twilio", not "twilio"/);
  });

  it('says that git is missing', async () => {
    const { PATH } = process.env;
    process.env.PATH = temporaryDirectory();
    try {
      expect(await kit.failure(single.spec)).toMatch(/^BACKLOT_E_GIT_MISSING .*not installed\n.*\n?.*Install git/);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('names a host that is not there', async () => {
    expect(await kit.failure('git+https://nowhere.invalid/owner/repo')).toMatch(
      /^BACKLOT_E_HOST_UNREACHABLE .*the host nowhere\.invalid cannot be reached: .*resolve/,
    );
    expect(await kit.failure('git+http://127.0.0.1:1/owner/repo')).toMatch(
      /^BACKLOT_E_HOST_UNREACHABLE .*the host 127\.0\.0\.1:1 cannot be reached/,
    );
    expect(await kit.failure('git://127.0.0.1:1/owner/repo')).toMatch(/^BACKLOT_E_HOST_UNREACHABLE .*127\.0\.0\.1:1/);
  });
});

describe('a host that says nothing', () => {
  const sockets = new Set<Socket>();
  let mute: Server;
  let port: number;
  beforeAll(async () => {
    mute = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      // Reads, so that it learns of the end.
      socket.resume();
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    ({ port } = mute.address() as AddressInfo);
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it.each(['git+http', 'git'])('is given up after a limit, over %s', async (protocol) => {
    const begun = performance.now();
    const failure = await kit.failure(`${protocol}://127.0.0.1:${port}/r`, { limits: { silence: 300 } });
    expect(failure).toMatch(/^BACKLOT_E_HOST_UNREACHABLE .*the host 127\.0\.0\.1:\d+ did not answer within 0\.3 s/);
    expect(performance.now() - begun).toBeLessThan(3_000);
    await waitFor('the connection to be closed', () => sockets.size === 0);
  });

  it('is let go at once when the fetch is stopped, with all that git started', async () => {
    const stopping = new AbortController();
    const fetching = kit.failure(`git+http://127.0.0.1:${port}/r`, { signal: stopping.signal });
    await waitFor('the connection', () => sockets.size > 0);
    stopping.abort(new Error('enough'));
    expect(await fetching).toMatch(/^BACKLOT_E_INSTALL_FAILED .*was stopped/);
    // The connection is held by a process that git started.
    await waitFor('the connection to be closed', () => sockets.size === 0);
    expect(readdirSync(kit.temporary)).toEqual([]);
  });

  it('is not talked to when the fetch was stopped before', async () => {
    const signal = AbortSignal.abort();
    expect(await kit.failure(`git+http://127.0.0.1:${port}/r`, { signal })).toMatch(/was stopped/);
  });
});

describe('over HTTP', () => {
  const spec = (server: GitHttpServer, rest = ''): string => `git+${server.url}/.git${rest}`;

  it('a ref and a folder are fetched', async () => {
    const server = await GitHttpServer.start(monorepo.directory);
    try {
      const fetched = await kit.fetch(spec(server, '#stripe@1.0.0&path:packages/stripe'));
      expect(fetched).toMatchObject({ name: 'stripe', version: '1.0.0' });
      expect(await kit.failure(`git+${server.url}/other.git`)).toMatch(/^BACKLOT_E_REPOSITORY_NOT_FOUND/);
    } finally {
      await server.close();
    }
  });

  it('a commit is fetched from a server that gives only what refs lead to', async () => {
    const server = await GitHttpServer.start(single.directory, { old: true });
    try {
      expect(commitOf(await kit.fetch(spec(server, `#${commits.untagged}`)))).toBe(commits.untagged);
      expect(commitOf(await kit.fetch(spec(server, '#semver:1.0')))).toBe(commits.first);
      expect(await kit.failure(spec(server, `#${'1'.repeat(40)}`))).toMatch(/^BACKLOT_E_REF_NOT_FOUND/);
    } finally {
      await server.close();
    }
  });

  it('a server without git serves too', async () => {
    await prepareForDumbHttp(path.join(single.directory, '.git'));
    const server = await GitHttpServer.start(single.directory, { dumb: true });
    try {
      expect(commitOf(await kit.fetch(spec(server, '#v1.0.0')))).toBe(commits.first);
    } finally {
      await server.close();
    }
  });

  it('credentials open a private repository, and are neither locked nor shown nor to be seen in arguments', async () => {
    const server = await GitHttpServer.start(single.directory, { credentials: 'ada:s3cret' });
    const address = `${server.url.replace('http://', 'git+http://ada:s3cret@')}/.git`;
    const seen = path.join(temporaryDirectory(), 'arguments');
    const traced = { GIT_TRACE: seen };
    Object.assign(process.env, traced);
    try {
      const { resolution } = await kit.fetch(address);
      expect(resolution).toMatchObject({ url: `${server.url}/.git` });
      expect(readFileSync(seen, 'utf8')).toMatch(/ls-remote/);
      expect(readFileSync(seen, 'utf8')).not.toContain('s3cret');
      const failure = await new SourcesKit().failure(address.replace('ada', 'bob'));
      expect(failure).toMatch(/^BACKLOT_E_REPOSITORY_NOT_FOUND .*may not be read/);
      expect(failure).toContain('https://user:token@host');
      expect(failure).not.toContain('s3cret');
      expect(await new SourcesKit().failure(spec(server))).toMatch(/^BACKLOT_E_REPOSITORY_NOT_FOUND/);
    } finally {
      delete process.env.GIT_TRACE;
      await server.close();
    }
  });
});

describe('over ssh', () => {
  const setSsh = (script: string): void => {
    const file = path.join(temporaryDirectory({ ssh: `#!/bin/sh\n${script}\n` }), 'ssh');
    chmodSync(file, 0o755);
    process.env.GIT_SSH_COMMAND = file;
  };
  afterEach(() => {
    delete process.env.GIT_SSH_COMMAND;
  });

  it.each(['git+ssh://git@host', 'ssh://git@host', 'git@host:'])('a repository is fetched: %s', async (start) => {
    // What ssh does, but for the network: the last argument is a command for the shell of the other side.
    setSsh('for last in "$@"; do :; done\nexec sh -c "$last"');
    const fetched = await kit.fetch(`${start}${single.directory}#v1.0.0`);
    expect(fetched).toMatchObject({ name: 'hello', version: '1.0.0' });
  });

  it.each([
    ['Permission denied (publickey).', /^BACKLOT_E_REPOSITORY_NOT_FOUND .*or it may not be read/],
    ['ERROR: Repository not found.', /^BACKLOT_E_REPOSITORY_NOT_FOUND /],
    ['Host key verification failed.', /^BACKLOT_E_HOST_UNREACHABLE .*the key of the host example\.com is not known/],
    ['ssh: Could not resolve hostname example.com: Name or service not known', /^BACKLOT_E_HOST_UNREACHABLE /],
    ['ssh: connect to host example.com port 22: Connection refused', /^BACKLOT_E_HOST_UNREACHABLE /],
  ])('what ssh says is understood: %s', async (words, message) => {
    setSsh(`echo '${words}' >&2\nexit 255`);
    expect(await kit.failure('git@example.com:owner/repo')).toMatch(message);
  });
});

describe('a short form', () => {
  it.each([
    ['github:acme/hello', 'https://github.com/'],
    ['gitlab:acme/hello', 'https://gitlab.com/'],
    ['bitbucket:acme/hello', 'https://bitbucket.org/'],
  ])('%s leads to the host that it stands for', async (spec, host) => {
    const root = temporaryDirectory();
    single.git('clone', '--quiet', '--bare', single.directory, path.join(root, 'acme', 'hello.git'));
    // Git's own way to send an address somewhere else.
    const settings = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `url.${root}/.insteadOf`, GIT_CONFIG_VALUE_0: host };
    Object.assign(process.env, settings);
    try {
      const fetched = await kit.fetch(`${spec}#semver:^1`);
      expect(fetched).toMatchObject({ name: 'hello', version: '1.1.0', resolution: { url: `${host}acme/hello.git` } });
    } finally {
      for (const name of Object.keys(settings)) delete process.env[name];
    }
  });
});
