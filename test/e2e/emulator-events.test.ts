import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Emulator, type EmulatorEvents, type EmulatorOptions, findEngine } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { docker } from '../support/docker-run';
import { EngineProxy } from '../support/proxy-engine';
import { StandInImage } from '../support/stand-in-image';
import { waitFor } from '../support/wait-for';

const image = new StandInImage();
let count = 0;

function standIn(environment: Record<string, string> = {}, options: EmulatorOptions = {}): EmulatorOptions {
  const name = `${image.prefix}-${(count += 1)}`;
  return { name, image: image.name, port: 0, environment, timeoutSeconds: 30, ...options };
}

/** Writes down what an emulator tells, apart from steps and lines. */
function listen(emulator: Emulator): string[] {
  const told: string[] = [];
  for (const name of ['starting', 'ready', 'stopped', 'died', 'lost'] as const satisfies (keyof EmulatorEvents)[]) {
    emulator.on(name, (value?: string | number | Error) =>
      told.push(value === undefined ? name : `${name} ${String(value)}`),
    );
  }
  return told;
}

describeWithEngine('the events of an Emulator', () => {
  beforeAll(() => image.build());
  afterEach(() => image.clean());
  afterAll(() => image.remove());

  it('tell of its start and its end', async () => {
    const emulator = new Emulator(standIn());
    const told = listen(emulator);
    const steps: string[] = [];
    emulator.on('progress', ({ phase }) => steps.push(phase));
    await emulator.start();
    await emulator.stop();
    expect(told).toEqual(['starting', `ready ${emulator.url}`, 'stopped 0']);
    expect(steps).toEqual(['create', 'wait']);
    // And it can be started again.
    await emulator.start();
    expect((await emulator.status()).state).toBe('ready');
    await emulator.stop();
    expect(told).toHaveLength(6);
    expect(image.containers()).toEqual([]);
  });

  it('tell of what others do to its container', async () => {
    await using emulator = await Emulator.start(standIn());
    const told = listen(emulator);
    const { url } = emulator;
    await docker('restart', emulator.name);
    await waitFor('the restart', () => told.length === 3, 20_000);
    await fetch(`${url}/crash`).catch(() => undefined);
    await waitFor('the crash', () => told.length === 4, 20_000);
    expect(told).toEqual(['stopped 0', 'starting', `ready ${url}`, 'died 5']);
  });

  it('give the lines of its log, from when somebody listens', async () => {
    await using emulator = await Emulator.start(standIn({ TICKS: '1' }));
    const lines: string[] = [];
    emulator.on('log', ({ stream, line }) => lines.push(`${stream}: ${line}`));
    await waitFor('some lines', () => lines.length > 20, 20_000);
    expect(lines.join('\n')).not.toContain('is near');
    expect(lines.filter((line) => line.startsWith('stdout: tick')).length).toBeGreaterThan(5);
    const early = new Emulator(standIn());
    const all: string[] = [];
    early.on('log', ({ line }) => all.push(line.trim()));
    await early.start();
    await waitFor('the marker', () => all.includes('Ready.'), 20_000);
    await early.stop();
    await waitFor('the last line', () => all.includes('stopping'), 20_000);
    expect(all).toHaveLength(4);
  });

  it('say that the engine went away', async () => {
    const proxy = await EngineProxy.start();
    const surroundings = { env: { DOCKER_HOST: proxy.address }, home: '/', platform: 'linux', uid: 0 } as const;
    const engine = await findEngine(surroundings);
    const emulator = await Emulator.start(standIn({}, { engine }));
    const told = listen(emulator);
    await new Promise((resolve) => process.nextTick(resolve));
    await proxy.cut();
    await waitFor('the loss', () => told.length > 0, 20_000);
    expect(told).toEqual([expect.stringContaining('lost BacklotError: the engine at tcp://')]);
  });

  it('keep no program from ending once it is stopped', () => {
    const host = path.resolve(__dirname, '../../dist/host');
    const text = `
      const { Emulator } = require(${JSON.stringify(host)});
      (async () => {
        const emulator = new Emulator(${JSON.stringify(standIn())});
        for (const name of ['ready', 'stopped', 'log']) emulator.on(name, () => console.log(name));
        await emulator.start();
        await emulator.stop();
      })();`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', text], { encoding: 'utf8', timeout: 30_000 });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ready\n[^]*stopped\n/);
  });

  it('stops waiting when a signal says so, in each of its calls', async () => {
    const emulator = await Emulator.start(standIn({ MODE: 'stubborn' }));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(emulator.status({ signal })).rejects.toThrow('enough');
    await expect(Emulator.attach({ name: emulator.name, signal })).rejects.toThrow('enough');
    await expect(emulator.stop({ signal })).rejects.toThrow('enough');
    expect((await emulator.status()).state).toBe('ready');
    await expect(emulator.stop({ signal: AbortSignal.timeout(500) })).rejects.toMatchObject({ name: 'TimeoutError' });
    await emulator.stop({ graceSeconds: 1 });
    expect(image.containers()).toEqual([]);
  });
});
