import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Emulator, type EmulatorOptions, findEngine, type LogEntry, type Progress } from '../../src/host';
import { freePort } from '../../src/host/free-port';
import { ensureImage } from '../../src/host/image';
import { VERSION } from '../../src/extensions/own-package';
import { waitUntilReady } from '../../src/host/wait';
import { backlot, killCommands, outcome, run, spawnBacklot } from '../support/backlot-command';
import { describeWithEngine } from '../support/describe-with-engine';
import { docker, StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

/** The image of this checkout, which the tests' setup has built. */
const IMAGE = 'backlot:e2e';

const image = new StandInImage();
let count = 0;

/** The name of a container that no other test has. */
const newName = (): string => `${image.prefix}-${(count += 1)}`;

/** Options for a stand-in on a free port. */
function standIn(environment: Record<string, string> = {}, options: EmulatorOptions = {}): EmulatorOptions {
  return { name: newName(), image: image.name, port: 0, environment, timeoutSeconds: 30, ...options };
}

async function collect(entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  const all: LogEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

const textOf = (entries: readonly LogEntry[], stream: LogEntry['stream']): string[] =>
  entries.filter((entry) => entry.stream === stream).map(({ line }) => line);

describeWithEngine('the host side, with a stand-in for the image', () => {
  beforeAll(() => image.build());
  afterEach(() => {
    killCommands();
    image.clean();
  });
  afterAll(() => image.remove());

  describe('Emulator', () => {
    it('starts a container, says how it is, and leaves nothing behind when it is stopped', async () => {
      const volume = `${newName()}-data`;
      const emulator = await Emulator.start(standIn({}, { volume }));
      expect(await (await fetch(`${emulator.url}/_backlot/health`)).json()).toMatchObject({ version: '9.9.9' });
      expect(await emulator.status()).toMatchObject({
        name: emulator.name,
        state: 'ready',
        ours: true,
        outdated: false,
        url: emulator.url,
        version: '9.9.9',
        services: { 'hello-world': 'running' },
      });
      expect(await emulator.stop()).toEqual({ wasRunning: true, exitCode: 0, killed: false });
      expect(await emulator.stop()).toMatchObject({ wasRunning: false });
      expect((await emulator.status()).state).toBe('absent');
      expect(image.containers()).toEqual([]);
      expect(image.volumes()).toEqual([volume]);
    });

    it('publishes to this machine only, mounts the list read-only and the volume, and adds no init', async () => {
      const folder = temporaryDirectory({ 'extensions.json': '{}' });
      const extensionsFile = path.join(folder, 'extensions.json');
      const emulator = await Emulator.start(standIn({}, { extensionsFile, volume: path.join(folder, 'data') }));
      const [inspected] = JSON.parse(docker('inspect', emulator.name)) as [
        {
          HostConfig: { PortBindings: unknown; Init: boolean };
          Mounts: unknown[];
          Config: { Env: string[]; StopTimeout: number };
        },
      ];
      const port = new URL(emulator.url).port;
      expect(inspected.HostConfig.PortBindings).toEqual({ '4566/tcp': [{ HostIp: '127.0.0.1', HostPort: port }] });
      expect(inspected.HostConfig.Init).toBe(false);
      expect(inspected.Config.StopTimeout).toBe(30);
      expect(inspected.Config.Env).toContain(`LOCALSTACK_HOST=localhost:${port}`);
      expect(inspected.Mounts).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ Source: extensionsFile, Destination: '/etc/backlot/extensions.json', RW: false }),
          expect.objectContaining({ Source: path.join(folder, 'data'), Destination: '/var/lib/backlot', RW: true }),
        ]),
      );
      expect(readdirSync(folder)).toContain('data');
    });

    it('with port 0 and no name is an instance of its own, whose container and volume go with it', async () => {
      const options = { image: image.name, port: 0 };
      const [one, two] = await Promise.all([Emulator.start(options), Emulator.start(options)]);
      try {
        expect(one.url).not.toBe(two.url);
        expect(docker('volume', 'ls', '--quiet')).toContain(one.name);
      } finally {
        await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
      }
      const left = docker('ps', '--all', '--format', '{{.Names}}') + docker('volume', 'ls', '--quiet');
      // Their names are not of this run, and nobody else would put them away.
      docker('volume', 'rm', '--force', one.name, two.name);
      expect(left).not.toContain(one.name);
      expect(left).not.toContain(two.name);
    });

    it('takes a running container as it is, and does not stop what it did not start', async () => {
      const options = standIn();
      const first = await Emulator.start(options);
      const second = await Emulator.start(options);
      expect(second).toMatchObject({ alreadyRunning: true, url: first.url });
      await second[Symbol.asyncDispose]();
      const third = await Emulator.attach({ name: first.name });
      expect(third.url).toBe(first.url);
      expect((await third.status()).state).toBe('ready');
      await first[Symbol.asyncDispose]();
      await expect(Emulator.attach({ name: first.name })).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_NOT_FOUND',
      });
    });

    it('says in which settings a running container differs from what is asked for', async () => {
      const options = standIn({ A: '1' });
      await Emulator.start(options);
      await expect(Emulator.start({ ...options, environment: { A: '2' }, volume: 'other' })).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_OUTDATED',
        message: expect.stringMatching(/volume: .*, not other; environment: other A/) as string,
      });
    });

    it('says that a running container is outdated when its image was built anew', async () => {
      const options = standIn();
      const emulator = await Emulator.start(options);
      image.build('second');
      expect((await emulator.status()).outdated).toBe(true);
      await expect(Emulator.start(options)).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_OUTDATED',
        message: expect.stringContaining('restart it') as string,
        remedy: expect.stringContaining('backlot restart') as string,
      });
    });

    it('replaces a container of ours that has ended', async () => {
      const options = standIn();
      const first = await Emulator.start(options);
      docker('kill', first.name);
      const second = await Emulator.start(options);
      expect(second.alreadyRunning).toBe(false);
      expect(image.containers()).toEqual([second.name]);
    });

    it.each(['run', 'create'])('leaves a container alone that Backlot did not make (docker %s)', async (how) => {
      const name = newName();
      docker(how, ...(how === 'run' ? ['--detach'] : []), '--name', name, image.name);
      await expect(Emulator.start(standIn({}, { name }))).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_NAME_TAKEN',
      });
      expect(await backlot(['stop', '--name', name])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('BACKLOT_E_CONTAINER_NAME_TAKEN') as string,
      });
      expect(image.containers()).toEqual([name]);
    });

    it('says that the port is taken, by a process or by a container', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      await expect(Emulator.start(standIn({}, { port }))).rejects.toMatchObject({
        code: 'BACKLOT_E_PORT_IN_USE',
        message: expect.stringContaining(String(port)) as string,
      });
      server.close();
      const other = await Emulator.start(standIn());
      const taken = Number(new URL(other.url).port);
      await expect(Emulator.start(standIn({}, { port: taken }))).rejects.toMatchObject({
        code: 'BACKLOT_E_PORT_IN_USE',
      });
      expect(image.containers()).toEqual([other.name]);
    });

    it('shows the exit code and the last 20 lines of a container that ends while it starts', async () => {
      const error: unknown = await Emulator.start(standIn({ MODE: 'exit' })).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'BACKLOT_E_CONTAINER_EXITED' });
      const lines = (error as Error).message.split('\n');
      expect(lines[0]).toContain('ended with exit code 3');
      expect(lines).toHaveLength(21);
      expect(lines).toContain('    | it went wrong');
      expect(lines).toContain('    | line 30');
      expect(lines).not.toContain('    | line 5');
      expect(image.containers()).toEqual([]);
    });

    it('gives up, with the last lines, when the container is not ready in time', async () => {
      const began = Date.now();
      await expect(Emulator.start(standIn({ MODE: 'silent' }, { timeoutSeconds: 1.5 }))).rejects.toMatchObject({
        code: 'BACKLOT_E_START_TIMEOUT',
        message: expect.stringMatching(/not ready within 1\.5 s; its last log lines:\n[^]*Ready\. is near/) as string,
      });
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(image.containers()).toEqual([]);
    });

    it('ends a start by its signal, and leaves nothing behind', async () => {
      const signal = AbortSignal.timeout(1_500);
      const options = standIn({ MODE: 'silent' }, { signal });
      await expect(Emulator.start(options)).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(image.containers()).toEqual([]);
    });

    it('says so when the image is neither here nor can be had', async () => {
      await expect(Emulator.start(standIn({}, { image: `127.0.0.1:1/${image.prefix}:none` }))).rejects.toMatchObject({
        code: 'BACKLOT_E_IMAGE_NOT_FOUND',
        message: expect.stringContaining('pulling it failed') as string,
      });
    });

    it('kills a container that does not stop in its time, and says so', async () => {
      const emulator = await Emulator.start(standIn({ MODE: 'stubborn' }));
      expect(await emulator.stop({ graceSeconds: 1 })).toEqual({ wasRunning: true, exitCode: 137, killed: true });
      expect(image.containers()).toEqual([]);
    });

    it('lets a container finish what it does on SIGTERM', async () => {
      const emulator = await Emulator.start(standIn({ LINGER: '1500' }));
      expect(await emulator.stop()).toEqual({ wasRunning: true, exitCode: 0, killed: false });
    });
  });

  describe('the log', () => {
    it('gives 10,000 lines of each stream whole and in order, and a long line in one piece', async () => {
      const emulator = await Emulator.start(standIn({ LINES: '10000' }));
      const seen: LogEntry[] = [];
      // stdout and stderr end at different times: both must have come.
      const missing = new Set(['all written', 'err 10000 日本']);
      for await (const entry of emulator.logs({ follow: true })) {
        seen.push(entry);
        missing.delete(entry.line);
        if (missing.size === 0) break;
      }
      const numbers = Array.from({ length: 10_000 }, (_, index) => index + 1);
      expect(textOf(seen, 'stderr').slice(1)).toEqual(numbers.map((n) => `err ${n} 日本`));
      expect(textOf(seen, 'stdout').slice(2)).toEqual([
        ...numbers.map((n) => `out ${n} äöü`),
        `${'x'.repeat(100_000)}€`,
        'all written',
      ]);
      expect(await collect(emulator.logs())).toHaveLength(seen.length);
    });

    it('says of each line when it came, from which stream and from which extension', async () => {
      const emulator = await Emulator.start(standIn());
      const entries = await collect(emulator.logs());
      const warning = entries.find(({ line }) => line.includes('Grüße 👋'));
      expect(warning).toMatchObject({ stream: 'stderr', extension: 'hello-world' });
      expect(Math.abs(Date.now() - (warning?.time.getTime() ?? 0))).toBeLessThan(60_000);
      expect(entries.find(({ line }) => line.includes('[init]'))).toMatchObject({
        stream: 'stdout',
        extension: undefined,
      });
    });

    it('can be limited to its end and to a time', async () => {
      const emulator = await Emulator.start(standIn());
      expect(await collect(emulator.logs({ tail: 1 }))).toHaveLength(1);
      expect(await collect(emulator.logs({ since: '1h' }))).toHaveLength(3);
      expect(await collect(emulator.logs({ since: new Date(Date.now() + 60_000) }))).toEqual([]);
      await expect(collect(emulator.logs({ since: 'soon' }))).rejects.toMatchObject({
        code: 'BACKLOT_E_OPTION_INVALID',
      });
    });

    it('is followed until the container ends, or the signal says so', async () => {
      const emulator = await Emulator.start(standIn());
      const controller = new AbortController();
      const aborted = collect(emulator.logs({ follow: true, signal: controller.signal }));
      const followed = collect(emulator.logs({ follow: true }));
      controller.abort();
      expect((await aborted).length).toBeLessThanOrEqual(3);
      await emulator.stop();
      expect(textOf(await followed, 'stdout').at(-1)).toBe('stopping');
    });

    it('waits for the marker of the last start, not for one of an earlier run', async () => {
      const emulator = await Emulator.start(standIn());
      const engine = await findEngine();
      await waitUntilReady(engine, emulator.name, { timeoutSeconds: 5 });
      // Paused at once after its second start, it has printed nothing yet.
      docker('stop', emulator.name);
      docker('start', emulator.name);
      await waitUntilReady(engine, emulator.name, { timeoutSeconds: 20 });
      expect(textOf(await collect(emulator.logs()), 'stdout').filter((line) => line.trim() === 'Ready.')).toHaveLength(
        2,
      );
      docker('stop', emulator.name);
      await expect(waitUntilReady(engine, emulator.name, { timeoutSeconds: 5 })).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_EXITED',
      });
    });
  });

  describe('the command', () => {
    /** Names a container of this run, through the environment. */
    const surroundings = (): Record<string, string> => ({ MAIN_CONTAINER_NAME: newName(), IMAGE_NAME: image.name });

    it('starts in the background, waits, tells how it is, restarts with the same settings, and stops', async () => {
      const env = surroundings();
      const port = String(await freePort());
      const url = `http://localhost:${port}`;
      expect(await backlot(['status'], env)).toMatchObject({ code: 1 });
      const start = ['start', '-d', '--port', port, '-e', 'A=1'];
      expect(await backlot(start, env)).toMatchObject({ code: 0, stdout: expect.stringContaining(url) as string });
      expect(await backlot(['wait', '--timeout', '30'], env)).toMatchObject({ code: 0 });
      expect(await backlot(['start'], env)).toMatchObject({
        code: 0,
        stdout: `${env.MAIN_CONTAINER_NAME} is already running at ${url}\n`,
      });
      const status = await backlot(['status', '--json'], env);
      expect(status.code).toBe(0);
      expect(JSON.parse(status.stdout)).toMatchObject({ state: 'ready', url, services: { 'hello-world': 'running' } });

      const before = docker('inspect', '--format', '{{.Id}}', env.MAIN_CONTAINER_NAME ?? '');
      expect(await backlot(['restart', '-e', 'B=2'], env)).toMatchObject({
        code: 0,
        stdout: `${env.MAIN_CONTAINER_NAME} is ready at ${url}\n`,
      });
      expect(docker('inspect', '--format', '{{.Id}}', env.MAIN_CONTAINER_NAME ?? '')).not.toBe(before);
      const variables = docker('inspect', '--format', '{{.Config.Env}}', env.MAIN_CONTAINER_NAME ?? '');
      expect(variables).toContain('A=1');
      expect(variables).toContain('B=2');

      expect(await backlot(['stop'], env)).toMatchObject({
        code: 0,
        stdout: `${env.MAIN_CONTAINER_NAME} is stopped\n`,
      });
      expect(await backlot(['stop'], env)).toMatchObject({
        code: 0,
        stdout: `${env.MAIN_CONTAINER_NAME} was not running\n`,
      });
      expect(image.containers()).toEqual([]);
    });

    it('attached, copies the log with its streams kept apart, and Ctrl-C stops', async () => {
      const env = surroundings();
      const running = spawnBacklot(['start', '--port', String(await freePort()), '-e', 'LINGER=300'], env);
      await waitFor(
        'the marker',
        () => running.stdout().includes('Ready.') && running.stderr().includes('is ready at'),
        30_000,
      );
      running.child.kill('SIGINT');
      expect(await running.ended).toBe(0);
      expect(running.stdout()).toContain('\nstopping\n');
      expect(running.stdout()).not.toContain('Grüße');
      expect(running.stderr()).toContain('Grüße 👋');
      expect(image.containers()).toEqual([]);
    });

    it('interrupted while it starts, puts everything away and exits with 130', async () => {
      const env = surroundings();
      const running = spawnBacklot(['start', '--port', String(await freePort()), '-e', 'MODE=silent'], env);
      await waitFor('the first line', () => running.stdout().includes('is near'), 30_000);
      running.child.kill('SIGINT');
      expect(await running.ended).toBe(130);
      expect(image.containers()).toEqual([]);
    });

    it('attached, fails when the container fails', async () => {
      const env = surroundings();
      const port = await freePort();
      const running = spawnBacklot(['start', '--port', String(port)], env);
      await waitFor('the marker', () => running.stderr().includes('is ready at'), 30_000);
      await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined);
      expect(await running.ended).toBe(1);
      expect(running.stderr()).toMatch(/error BACKLOT_E_CONTAINER_EXITED {2}.* exit code 5/);
      expect(image.containers()).toEqual([]);
    });

    it('attached, ends with 0 when it is stopped from elsewhere', async () => {
      const env = surroundings();
      const running = spawnBacklot(['start', '--port', String(await freePort())], env);
      await waitFor('the marker', () => running.stderr().includes('is ready at'), 30_000);
      expect(await backlot(['stop'], env)).toMatchObject({ code: 0 });
      expect(await running.ended).toBe(0);
    });

    it('prints the log with its streams kept apart', async () => {
      const env = surroundings();
      await backlot(['start', '-d', '--wait', '--port', '0', '--name', env.MAIN_CONTAINER_NAME ?? ''], env);
      const { code, stdout, stderr } = await backlot(['logs', '--since', '10m'], env);
      expect(code).toBe(0);
      expect(stdout).toBe('2026-01-02T12:00:01.204Z info  [init] Ready. is near\n  Ready.  \n');
      expect(stderr).toBe('2026-01-02T12:00:01.205Z warn  [hello-world] Grüße 👋\n');
      expect(await backlot(['logs', '--tail', '0'], env)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    });

    it('follows the log until the container ends', async () => {
      const env = surroundings();
      await backlot(['start', '-d', '--wait', '--port', '0', '--name', env.MAIN_CONTAINER_NAME ?? ''], env);
      const running = spawnBacklot(['logs', '-f'], env);
      await waitFor('the log', () => running.stdout().includes('Ready.'), 30_000);
      await backlot(['stop'], env);
      expect(await running.ended).toBe(0);
      expect(running.stdout()).toContain('stopping\n');
    });

    it('ends quietly when the reader of the log goes away', async () => {
      const env = surroundings();
      const name = env.MAIN_CONTAINER_NAME ?? '';
      await backlot(['start', '-d', '--wait', '--port', '0', '--name', name, '-e', 'LINES=10000'], env);
      const running = spawnBacklot(['logs', '-f'], env);
      await once(running.child.stdout as NodeJS.ReadableStream, 'data');
      running.child.stdout?.destroy();
      expect(await running.ended).toBe(0);
      expect(running.stderr()).not.toContain('EPIPE');
    });

    it('says that there is nothing to wait for, or to read', async () => {
      for (const command of ['wait', 'logs']) {
        expect(await backlot([command], surroundings())).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('error BACKLOT_E_CONTAINER_NOT_FOUND') as string,
        });
      }
    });
  });

  describe('ensureImage', () => {
    const tag = `${image.prefix}-built:1`;
    afterAll(() => docker('rmi', '--force', tag));

    it('builds from a checkout with what .dockerignore leaves in, and tells what it does', async () => {
      const checkout = temporaryDirectory({
        Dockerfile: 'FROM node:24-bookworm-slim\nCOPY . /app\nRUN echo "building $((6 * 7))" && ls /app\n',
        '.dockerignore': 'secret\n',
        secret: 'x',
        // What was built before would come from the cache, without a word.
        'kept.txt': image.prefix,
      });
      const told: Progress[] = [];
      const options = { build: true, checkout, onProgress: (progress: Progress) => told.push(progress) };
      const id = await ensureImage(await findEngine(), { image: tag, isOwnImage: false }, options);
      expect(id).toBe(docker('image', 'inspect', '--format', '{{.Id}}', tag).trim());
      expect(docker('run', '--rm', tag, 'ls', '/app')).not.toContain('secret');
      expect(docker('run', '--rm', tag, 'ls', '/app')).toContain('kept.txt');
      expect(told.map(({ message }) => message).join('\n')).toContain('building 42');
    });

    it('shows the last words of the builder when it fails', async () => {
      const checkout = temporaryDirectory({
        Dockerfile: 'FROM node:24-bookworm-slim\nRUN echo the reason && exit 9\n',
      });
      const building = ensureImage(await findEngine(), { image: tag, isOwnImage: false }, { build: true, checkout });
      await expect(building).rejects.toMatchObject({
        code: 'BACKLOT_E_IMAGE_BUILD_FAILED',
        message: expect.stringMatching(/[^]*exit code: 9[^]*\n {4}\| the reason/) as string,
        where: { file: path.join(checkout, 'Dockerfile') },
      });
    });
  });
});

describeWithEngine('the host side, with the image of this checkout', () => {
  const name = `${image.prefix}-real`;
  afterAll(() => image.clean());

  it('starts it, reaches an extension, follows its log, and stops it', async () => {
    const extensions = ['backlot-extension-hello-world', 'backlot-extension-ready-announcer'];
    const emulator = await Emulator.start({ name, image: IMAGE, port: 0, extensions });
    const following = collect(emulator.logs({ follow: true }));
    expect(await emulator.status()).toMatchObject({ state: 'ready', version: VERSION, outdated: false });
    expect(await (await fetch(`${emulator.url}/hello/ada`)).json()).toEqual({ message: 'hello, ada' });
    expect(await emulator.stop()).toEqual({ wasRunning: true, exitCode: 0, killed: false });
    const entries = await following;
    expect(textOf(entries, 'stdout').map((line) => line.trim())).toContain('Ready.');
    expect(entries.filter(({ extension }) => extension === 'ready-announcer')).toMatchObject([
      { stream: 'stdout', line: expect.stringContaining('ready to roll') as string },
    ]);
    expect(new Set(entries.map(({ extension }) => extension))).toEqual(new Set([undefined, 'ready-announcer']));
    expect(image.containers()).toEqual([]);
  });

  it('runs the program that shows how to do it', async () => {
    const env = { MAIN_CONTAINER_NAME: `${image.prefix}-script`, IMAGE_NAME: IMAGE };
    const script = (command: string) => {
      const args = ['--transpile-only', path.resolve(__dirname, '../../scripts/emulator.ts'), command];
      return run(path.resolve(__dirname, '../../node_modules/ts-node/dist/bin.js'), args, env);
    };
    const taken = await outcome(script('start'));
    // The port is the usual one: another instance may have it.
    if (taken.code !== 0) expect(taken.stderr).toContain('BACKLOT_E_PORT_IN_USE');
    else {
      expect(taken.stdout).toContain('is ready at http://localhost:4566');
      expect(await outcome(script('stop'))).toMatchObject({ code: 0 });
    }
    expect(await outcome(script('logs'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND') as string,
    });
    expect(image.containers()).toEqual([]);
  });
});
