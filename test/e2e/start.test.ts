import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { Emulator } from '../../src/host';
import { freePort } from '../../src/host/free-port';
import { backlot, killCommands, spawnBacklot } from '../support/backlot-command';
import { describeWithEngine } from '../support/describe-with-engine';
import { containersOf, removeTraces, sampleExtension } from '../support/sample-server';
import { docker, StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const image = new StandInImage();
let count = 0;

/** Names a container of this run, through the environment. */
const surroundings = (): { MAIN_CONTAINER_NAME: string; IMAGE_NAME: string } => ({
  MAIN_CONTAINER_NAME: `${image.prefix}-${(count += 1)}`,
  IMAGE_NAME: image.name,
});

interface Inspected {
  readonly Config: { readonly Labels: Record<string, string> };
  readonly HostConfig: { readonly NetworkMode: string; readonly GroupAdd: string[] | null };
  readonly Mounts: readonly { readonly Source: string; readonly Destination: string; readonly RW: boolean }[];
}

const inspect = (name: string): Inspected => (JSON.parse(docker('inspect', name)) as [Inspected])[0];

/** The processes of this machine that have a text in their command line. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

describeWithEngine('backlot start, with a stand-in for the image', () => {
  beforeAll(() => image.build());
  afterEach(() => {
    killCommands();
    image.clean();
  });
  afterAll(() => image.remove());

  it('joins a network, mounts what it is told to, and bears labels; a restart keeps all that', async () => {
    const env = surroundings();
    const network = `${image.prefix}-network`;
    const folder = temporaryDirectory({ 'a.sh': '' });
    docker('network', 'create', network);
    try {
      const wanted = [
        '--network',
        network,
        '--mount',
        `${folder}:/etc/localstack/init/ready.d:ro`,
        '--label',
        'team=x',
      ];
      const started = await backlot(['start', '-d', '--wait', '--port', String(await freePort()), ...wanted], env);
      expect(started).toMatchObject({ code: 0 });
      for (const restart of [false, true]) {
        if (restart) expect(await backlot(['restart'], env)).toMatchObject({ code: 0 });
        const { Config, HostConfig, Mounts } = inspect(env.MAIN_CONTAINER_NAME);
        expect(HostConfig.NetworkMode).toBe(network);
        expect(docker('exec', env.MAIN_CONTAINER_NAME, 'getent', 'hosts', 'host.docker.internal')).toMatch(/^[\d.]+ /);
        expect(Config.Labels).toMatchObject({ team: 'x', 'dev.backlot.managed-by': 'backlot-host' });
        expect(Mounts).toContainEqual(
          expect.objectContaining({ Source: folder, Destination: '/etc/localstack/init/ready.d', RW: false }),
        );
      }
      const outdated = await backlot(['start', '--network', 'bridge', '--label', 'team=y'], env);
      expect(outdated).toMatchObject({ code: 1 });
      expect(outdated.stderr).toContain('BACKLOT_E_CONTAINER_OUTDATED');
      expect(outdated.stderr).toContain(`network: ${network}, not bridge; labels: other team`);
      expect(outdated.stderr).toContain('backlot restart');
      await backlot(['stop'], env);
    } finally {
      docker('network', 'rm', network);
    }
  });

  it('says what is wrong with an option before it looks for an engine', async () => {
    const env = { ...surroundings(), DOCKER_HOST: 'unix:///nowhere.sock' };
    const refused = await backlot(['start', '--mount', './gone:/x'], env);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('gone to mount at /x') as string });
  });

  it('says that no engine answers, what was tried, and that --host needs none', async () => {
    const refused = await backlot(['start'], { ...surroundings(), DOCKER_HOST: 'unix:///nowhere.sock' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/BACKLOT_E_ENGINE_NOT_FOUND[^]*DOCKER_HOST: .*nowhere\.sock: does not exist/);
    expect(refused.stderr).toContain('backlot start --host');
  });

  it('refuses a port that is taken, and leaves nothing behind', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const refused = await backlot(['start', '-d', '--port', String(port)], surroundings());
    server.close();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`BACKLOT_E_PORT_IN_USE  port ${port} of 127.0.0.1 is taken`);
    expect(refused.stderr).toContain('--port (0 takes one that is free)');
    expect(image.containers()).toEqual([]);
  });

  it('says that an image is missing when its registry cannot be reached', async () => {
    const env = { ...surroundings(), IMAGE_NAME: `127.0.0.1:1/${image.prefix}:none` };
    const refused = await backlot(['start', '-d'], env);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/BACKLOT_E_IMAGE_NOT_FOUND {2}the image 127.*pulling it failed: .*refused/);
  });

  it.each(['start -d --wait', 'start'])(
    'tells how a container ended that dies while it starts (%s)',
    async (command) => {
      const refused = await backlot(
        [...command.split(' '), '--port', String(await freePort()), '-e', 'MODE=exit'],
        surroundings(),
      );
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/BACKLOT_E_CONTAINER_EXITED {2}.* ended with exit code 3 before it was ready/);
      expect(refused.stderr).toContain('it went wrong');
      expect(image.containers()).toEqual([]);
    },
  );

  it('waits no longer than it is told to', async () => {
    const options = ['--port', String(await freePort()), '-e', 'MODE=silent', '--timeout', '1'];
    const refused = await backlot(['start', '-d', '--wait', ...options], surroundings());
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('BACKLOT_E_START_TIMEOUT') as string });
    expect(image.containers()).toEqual([]);
    const env = surroundings();
    docker('run', '--detach', '--name', env.MAIN_CONTAINER_NAME, '--env', 'MODE=silent', image.name);
    expect(await backlot(['wait', '--timeout', '0.5'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('BACKLOT_E_START_TIMEOUT') as string,
    });
  });

  it('kills what does not stop at a second Ctrl-C', async () => {
    const env = surroundings();
    const running = spawnBacklot(['start', '--port', String(await freePort()), '-e', 'MODE=stubborn'], env);
    await waitFor('the marker', () => running.stderr().includes('is ready at'), 30_000);
    const began = Date.now();
    running.child.kill('SIGINT');
    await waitFor('the hint', () => running.stderr().includes('Ctrl-C again kills it'), 5_000);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
    // It would have had 30 s to stop in order.
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(image.containers()).toEqual([]);
  });

  it('stays attached when somebody restarts the container', async () => {
    const env = surroundings();
    const running = spawnBacklot(['start', '--port', String(await freePort())], env);
    await waitFor('the marker', () => running.stderr().includes('is ready at'), 30_000);
    docker('restart', env.MAIN_CONTAINER_NAME);
    await waitFor('the next run', () => running.stdout().split('Ready. is near').length === 3, 20_000);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
    expect(running.stdout().match(/^stopping$/gm)).toHaveLength(2);
    expect(image.containers()).toEqual([]);
  });

  it('ten times in a row, with a stop after each, leaves no container, volume, network or process behind', async () => {
    const networks = docker('network', 'ls', '--quiet');
    const volumes = docker('volume', 'ls', '--quiet');
    const env = surroundings();
    for (let round = 0; round < 10; round += 1) {
      const name = ['--name', env.MAIN_CONTAINER_NAME];
      const start = ['start', '-d', '--wait', '--port', '0', '--volume', `${image.prefix}-data`, ...name];
      expect(await backlot(start, env)).toMatchObject({ code: 0 });
      expect(await backlot(['stop', ...name], env)).toMatchObject({ code: 0 });
    }
    expect(image.containers()).toEqual([]);
    // The data stay, under the name that was given to them.
    expect(image.volumes()).toEqual([`${image.prefix}-data`]);
    expect(processesWith(env.MAIN_CONTAINER_NAME)).toEqual([]);
    for (let round = 0; round < 10; round += 1) {
      await using emulator = await Emulator.start({ image: image.name, port: 0 });
      expect(emulator.name).toMatch(/^backlot-/);
      await emulator.stop();
      expect(docker('volume', 'ls', '--quiet', '--filter', `name=${emulator.name}`)).toBe('');
    }
    expect(image.containers()).toEqual([]);
    docker('volume', 'rm', `${image.prefix}-data`);
    // Other tests of this machine may have made some meanwhile, but none that has our names.
    const left = docker('network', 'ls', '--quiet')
      .split('\n')
      .filter((id) => !networks.includes(id));
    expect(left.filter((id) => inspectNetwork(id).includes(image.prefix))).toEqual([]);
    expect(
      docker('volume', 'ls', '--quiet')
        .split('\n')
        .filter((name) => name.includes(image.prefix)),
    ).toEqual([]);
    expect(volumes).not.toContain(image.prefix);
  }, 120_000);

  it('runs two instances side by side, each with its own port, data and log', async () => {
    const [one, two] = [surroundings(), surroundings()];
    const urls: string[] = [];
    for (const env of [one, two]) {
      const words = env === one ? 'LINES=3' : 'LINES=0';
      const name = env.MAIN_CONTAINER_NAME;
      expect(await backlot(['start', '-d', '--wait', '--port', '0', '--name', name, '-e', words], env)).toMatchObject({
        code: 0,
      });
      const { stdout } = await backlot(['status', '--json'], env);
      urls.push((JSON.parse(stdout) as { url: string }).url);
    }
    expect(new Set(urls).size).toBe(2);
    expect(image.volumes()).toHaveLength(2);
    expect((await backlot(['logs'], one)).stdout).toContain('out 3');
    expect((await backlot(['logs'], two)).stdout).not.toContain('out 3');
    await backlot(['stop'], one);
    expect(await backlot(['status'], one)).toMatchObject({ code: 1 });
    expect(await backlot(['status'], two)).toMatchObject({ code: 0 });
    expect((await fetch(`${urls[1]}/_backlot/health`)).status).toBe(200);
    await backlot(['stop'], two);
    expect(image.containers()).toEqual([]);
  });
});

const inspectNetwork = (id: string): string => docker('network', 'inspect', id);

describeWithEngine('backlot start --docker', () => {
  const NAME = `asks-${randomBytes(4).toString('hex')}`;
  const name = `${image.prefix}-docker`;
  afterEach(() => {
    killCommands();
    image.clean();
  });
  afterAll(() => {
    for (const each of containersOf(NAME)) docker('rm', '--force', each);
    removeTraces(NAME);
  });

  /** A list with an extension that runs a container, which says so or does not. */
  function list(containers: boolean): string {
    const beside = temporaryDirectory({ 'extensions.json': { extensions: ['file:./sample'] } });
    const folder = path.join(beside, 'sample');
    cpSync(sampleExtension(NAME), folder, { recursive: true });
    const file = path.join(folder, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { backlot: object };
    writeFileSync(file, JSON.stringify({ ...manifest, backlot: { ...manifest.backlot, containers } }));
    for (const each of [beside, folder]) chmodSync(each, 0o755);
    return path.join(beside, 'extensions.json');
  }
  const start = (file: string, ...args: string[]) =>
    backlot(['start', '-d', '--wait', '--port', '0', '--name', name, '--extensions', file, ...args], {
      IMAGE_NAME: 'backlot:e2e',
    });
  const sockets = (): number =>
    inspect(name).Mounts.filter(({ Destination }) => Destination === '/var/run/docker.sock').length;

  it('hands the socket of the engine in for an extension that asks for it', async () => {
    const started = await start(list(true), '--docker');
    expect(started).toMatchObject({ code: 0 });
    expect(started.stderr).toContain(`the socket of the engine is handed in for ${NAME}`);
    expect(sockets()).toBe(1);
    const [url = ''] = /http:\S+/.exec(started.stdout) ?? [];
    expect((await fetch(`${url}/${NAME}/`)).status).toBe(200);
    await backlot(['stop', '--name', name]);
    expect(containersOf(NAME)).toEqual([]);
  });

  it('does not where the user has not agreed, and names who asks', async () => {
    const started = await start(list(true));
    expect(started).toMatchObject({ code: 0 });
    expect(started.stderr).toMatch(new RegExp(`^${NAME} runs containers, and needs the engine for it; --docker`, 'm'));
    expect(sockets()).toBe(0);
  });

  it('does not where no extension asks for it, and says so', async () => {
    const started = await start(list(false), '--docker');
    expect(started).toMatchObject({ code: 0 });
    expect(started.stderr).toContain('no extension asks for it ("containers": true in its package.json)');
    expect(sockets()).toBe(0);
  });
});
