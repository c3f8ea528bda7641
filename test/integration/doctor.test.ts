import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { type CommandOptions, runCommand } from '../support/run-command';
import { temporaryDirectory } from '../support/temporary-directory';

interface Told {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly mend: string | null;
}

const servers: net.Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Has `backlot doctor` look at a folder with these files; there is no engine unless the environment names one. */
async function doctor(files: Record<string, unknown> = {}, env: CommandOptions['env'] = {}) {
  const cwd = temporaryDirectory(files);
  const began = performance.now();
  const { code, stdout, stderr } = await runCommand(['doctor', '--json'], { cwd, env });
  const told = JSON.parse(stdout) as Told[];
  const find = (name: string): Told | undefined => told.find(({ check }) => check === name);
  return { code, stderr, told, find, cwd, ms: performance.now() - began };
}

describe('backlot doctor without an engine', () => {
  it('says so, looks at everything else, and exits with 1', async () => {
    const { code, stderr, told, find } = await doctor();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(find('engine')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('DOCKER_HOST: unix://') as string,
      mend: expect.stringContaining('backlot start --host') as string,
    });
    for (const name of ['command', 'port 4566', 'name localhost', 'proxy', 'extensions.json', 'environment']) {
      expect(find(name)).toBeDefined();
    }
    for (const { check, state, found, mend } of told) {
      expect({ check, found, mend }).toEqual({
        check,
        found: expect.stringMatching(/./) as string,
        mend: state === 'ok' ? null : (expect.stringMatching(/^[^\n]+$/) as string),
      });
    }
  });

  it('is done within 6 s, even where an engine takes connections and says nothing', async () => {
    const folder = temporaryDirectory();
    const socket = path.join(folder, 'silent.sock');
    const silent = net.createServer().listen(socket);
    servers.push(silent);
    await once(silent, 'listening');
    const { code, find, ms } = await doctor({}, { DOCKER_HOST: `unix://${socket}` });
    expect(find('engine')).toMatchObject({ state: 'failed' });
    expect(code).toBe(1);
    expect(ms).toBeLessThan(6_000);
  });

  it('names who has the port', async () => {
    const server = net.createServer();
    const isOurs = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(4566, '127.0.0.1', () => resolve(true));
    });
    servers.push(server);
    const { find } = await doctor();
    // Something else of this machine may have it; then it is that which is named.
    const who = isOurs && process.platform === 'linux' ? `\\(pid ${process.pid}\\)` : '.';
    expect(find('port 4566')).toMatchObject({
      state: 'failed',
      found: expect.stringMatching(`^taken by .*${who}`) as string,
      mend: expect.stringContaining('--port 0') as string,
    });
  });

  it('says what is wrong with the list, with variables, and with a certificate of one’s own', async () => {
    const files = { 'extensions.json': '{ "extensions": [1] }', 'own.pem': 'nothing' };
    const { cwd, find } = await doctor(files, { LOCALSTACK_DEBUGG: '1', CUSTOM_SSL_CERT_PATH: './own.pem' });
    const place = `${path.join(cwd, 'extensions.json')}:1`;
    expect(find('extensions.json')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining(place) as string,
    });
    expect(find('environment')).toMatchObject({ state: 'warning', mend: 'Write DEBUG.' });
    expect(find('certificate')).toMatchObject({ state: 'failed' });
  });

  it('is a list of lines for people, each mistake with what to do', async () => {
    const { stdout, code } = await runCommand(['doctor'], { cwd: temporaryDirectory() });
    expect(stdout).toMatch(/^failed {3}engine: no container engine answers; tried:\n/);
    expect(stdout).toMatch(/^ {9}to do: .*backlot start --host/m);
    expect(stdout).toMatch(/^ok {7}command: backlot \d/m);
    expect(code).toBe(1);
  });

  it('refuses a name that no container can have', async () => {
    const { code, stderr } = await runCommand(['doctor', '--name', 'a b'], { cwd: temporaryDirectory() });
    expect(stderr).toContain('BACKLOT_E_OPTION_INVALID');
    expect(code).toBe(2);
  });
});
