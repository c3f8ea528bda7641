import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { npmrcFor, RegistryClient, readRegistrySettings } from '../../src/extensions/registry';
import { runCommand, runOnTerminal } from '../support/run-command';
import { temporaryDirectory } from '../support/temporary-directory';
import { Verdaccio } from '../support/verdaccio';

const PASSWORD = 'correct horse battery';

describe('backlot login, logout and whoami', () => {
  let registry: Verdaccio;
  let token: string;
  let home: string;
  const credentials = () => path.join(home, '.config', 'backlot', 'npmrc');
  const backlot = (args: string[], stdin?: string) => runCommand(args, { cwd: home, ...(stdin ? { stdin } : {}) });
  /** A client with the settings of the user whose home it is. */
  const client = async () => new RegistryClient(await readRegistrySettings({ environment: { HOME: home } }));

  beforeAll(async () => {
    registry = await Verdaccio.start();
    token = await registry.addUser('ada', PASSWORD);
    await registry.publish(
      {
        'package.json': { name: '@private/ledger', version: '1.0.0', keywords: ['backlot-extension'] },
        'index.js': '',
      },
      { token },
    );
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    home = temporaryDirectory();
  });

  it('asks for name and password on a terminal; then a private package can be read, and before not', async () => {
    writeFileSync(path.join(home, '.npmrc'), `@private:registry=${registry.url}\n`);
    await expect((await client()).packument('@private/ledger')).rejects.toMatchObject({
      code: 'BACKLOT_E_REGISTRY_REFUSED',
      message: expect.stringContaining('no credentials were sent') as string,
      remedy: `Run \`backlot login --registry ${registry.url} --scope @private\`.`,
    });

    const dialogue = [
      ['User name:', 'ada'],
      ['Password:', PASSWORD],
    ] as const;
    const { code, shown } = await runOnTerminal(
      ['login', '--registry', registry.url, '--scope', '@private'],
      dialogue,
      { cwd: home },
    );
    expect(shown).toContain('logged in as ada, also for packages of @private');
    expect(shown).not.toContain(PASSWORD);
    expect(code).toBe(0);

    expect(await (await client()).packument('@private/ledger')).toMatchObject({ name: '@private/ledger' });
    // The settings as a file for an installer: npm itself can read the package with it.
    const npmrc = path.join(home, 'installer.npmrc');
    writeFileSync(npmrc, npmrcFor((await client()).settings), { mode: 0o600 });
    const npm = spawnSync('npm', ['view', '@private/ledger', 'version', '--userconfig', npmrc], {
      cwd: home,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: path.join(home, 'nobody') },
    });
    expect(npm.stdout.trim()).toBe('1.0.0');

    expect(await backlot(['whoami', '--scope', '@private'])).toMatchObject({ code: 0, stdout: 'ada\n' });
    expect(statSync(credentials()).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(credentials())).mode & 0o777).toBe(0o700);
  });

  it.each([['--token-stdin'], ['--json']])('takes a token from a pipe with %s', async (option) => {
    const { code, stdout, stderr } = await backlot(['login', '--registry', registry.url, option], `${token}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(token);
    if (option === '--json') {
      expect(JSON.parse(stdout)).toEqual({ registry: registry.url, user: 'ada', scope: null, file: credentials() });
    }
    expect(readFileSync(credentials(), 'utf8')).toBe(`${registry.npmrcKey}:_authToken=${token}\n`);
  });

  it.each([
    ['a wrong password', 'ada', 'wrong password'],
    ['a user that there is not, who is not made one', 'adda', PASSWORD],
  ])('says so for %s, and keeps nothing', async (_what, user, password) => {
    const dialogue = [
      ['User name:', user],
      ['Password:', password],
    ] as const;
    const { code, shown } = await runOnTerminal(['login', '--registry', registry.url], dialogue, { cwd: home });
    expect(shown).toContain('BACKLOT_E_REGISTRY_REFUSED');
    expect(shown).toContain(`did not log ${user} in: wrong user name or password`);
    expect(shown).not.toContain(password);
    expect(code).toBe(1);
    expect(existsSync(credentials())).toBe(false);
  });

  it('refuses a token that the registry does not know, without showing it', async () => {
    const { code, stdout, stderr } = await backlot(['login', '--registry', registry.url], 'no-such-token-12345');
    expect(stderr).toMatch(/^error BACKLOT_E_REGISTRY_REFUSED /);
    expect(stdout + stderr).not.toContain('no-such-token-12345');
    expect(code).toBe(1);
    expect(existsSync(credentials())).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html> <body>'],
  ])('says that %s on standard input is no token, and exits with 2', async (_what, text) => {
    const { code, stderr } = await backlot(['login', '--registry', registry.url], text);
    expect(stderr).toContain('error BACKLOT_E_OPTION_INVALID');
    expect(code).toBe(2);
  });

  it('keeps what else is in the file, replaces its own line, and takes it out again', async () => {
    const own = `# mine\n//other.example/:_authToken=other\n\n@a:registry=https://a.example/ ; stays\n`;
    await backlot(['login', '--registry', registry.url, '--scope', 'private'], token);
    writeFileSync(credentials(), `${own}${readFileSync(credentials(), 'utf8')}`);
    await backlot(['login', '--registry', registry.url, '--scope', '@private'], token);
    expect(readFileSync(credentials(), 'utf8')).toBe(
      `${own}@private:registry=${registry.url}\n${registry.npmrcKey}:_authToken=${token}\n`,
    );
    const { code, stdout } = await backlot(['logout', '--scope', '@private']);
    expect(stdout).toBe(`${registry.url}: logged out, and the token is void\n`);
    expect(code).toBe(0);
    expect(readFileSync(credentials(), 'utf8')).toBe(own);
  });

  it('says that there was no login, and whose settings still have credentials', async () => {
    writeFileSync(path.join(home, '.npmrc'), `registry=${registry.url}\n${registry.npmrcKey}:_authToken=${token}\n`);
    const { code, stdout, stderr } = await backlot(['logout']);
    expect(stdout).toBe(`${registry.url}: you were not logged in\n`);
    expect(stderr).toContain(`among npm's own settings, as ${registry.npmrcKey}:_authToken`);
    expect(stderr).not.toContain(token);
    expect(code).toBe(0);
    expect((await backlot(['whoami'])).stdout).toBe('ada\n');
  });

  it('exits with 1 when nobody is logged in', async () => {
    const { code, stdout, stderr } = await backlot(['whoami', '--registry', registry.url, '--json']);
    expect(stderr).toContain('BACKLOT_E_REGISTRY_REFUSED');
    expect(stderr).toContain('nobody is logged in; no credentials were sent');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('respects XDG_CONFIG_HOME and BACKLOT_NPMRC', async () => {
    for (const [env, file] of [
      [{ XDG_CONFIG_HOME: path.join(home, 'xdg') }, path.join(home, 'xdg/backlot/npmrc')],
      [{ BACKLOT_NPMRC: path.join(home, 'own') }, path.join(home, 'own')],
    ] as const) {
      await runCommand(['login', '--registry', registry.url], { cwd: home, env: { ...env }, stdin: token });
      expect(readFileSync(file, 'utf8')).toContain(token);
    }
  });

  describe('with something else in place of the registry', () => {
    const servers: ReturnType<typeof createServer>[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    });
    const serve = async (listener: RequestListener): Promise<string> => {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    };

    it('says that nothing answers there', async () => {
      const { code, stderr } = await backlot(['login', '--registry', 'http://127.0.0.1:1/'], token);
      expect(stderr).toContain('BACKLOT_E_REGISTRY_UNREACHABLE');
      expect(stderr).toContain('ECONNREFUSED');
      expect(stderr).not.toContain(token);
      expect(code).toBe(1);
    });

    it('says that what answers is no registry', async () => {
      const url = await serve((_request, response) => response.end('<html>Welcome</html>'));
      const { code, stderr } = await backlot(['login', '--registry', url], token);
      expect(stderr).toContain('BACKLOT_E_REGISTRY_INVALID');
      expect(code).toBe(1);
    });

    it('does not wait without end for a registry that stalls, or that sends a byte now and then', async () => {
      const stalling = await serve(() => undefined);
      const dripping = await serve((_request, response) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      });
      const settings = await readRegistrySettings({ environment: { HOME: home } });
      for (const url of [stalling, dripping]) {
        const started = Date.now();
        await expect(new RegistryClient(settings, 1_000).whoami(url)).rejects.toMatchObject({
          code: 'BACKLOT_E_REGISTRY_UNREACHABLE',
          message: expect.stringContaining('it did not answer in time') as string,
        });
        expect(Date.now() - started).toBeLessThan(5_000);
      }
    });

    it('shows no secret that a registry says back', async () => {
      const url = await serve((request, response) =>
        response.writeHead(403).end(JSON.stringify({ error: `no: ${request.headers.authorization}` })),
      );
      const { stderr } = await backlot(['login', '--registry', url], token);
      expect(stderr).toContain('no: Bearer ***');
      expect(stderr).not.toContain(token);
    });
  });

  it.each([
    [['login', '--registry', 'npm.acme.example'], 'is not the address of a registry'],
    [['login', '--scope', '@a/b'], 'is not a scope'],
  ])('says what is wrong with %j, and exits with 2', async (args, words) => {
    const { code, stderr } = await backlot(args, token);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});
