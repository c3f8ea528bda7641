import { findEngine } from '../../src/engine/find-engine';
import { Emulator, type EmulatorOptions, type LogEntry } from '../../src/host';
import { freePort } from '../../src/host/free-port';
import { backlot, killCommands, spawnBacklot } from '../support/backlot-command';
import { describeWithEngine } from '../support/describe-with-engine';
import { EngineProxy } from '../support/proxy-engine';
import { docker, StandInImage } from '../support/stand-in-image';
import { waitFor } from '../support/wait-for';

const image = new StandInImage();
let count = 0;

/** The name of a container that no other test has. */
const newName = (): string => `${image.prefix}-${(count += 1)}`;

function standIn(environment: Record<string, string>, options: EmulatorOptions = {}): EmulatorOptions {
  return { name: newName(), image: image.name, port: 0, environment, timeoutSeconds: 30, ...options };
}

const numbersOf = (lines: readonly string[], word: string): number[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]));

const countTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** That the ticks of each run of the stand-in, each of which counts from 1, are there without a gap, to the last of each. */
function expectWholeRuns(text: string, [word, end]: [string, string], runs: number): void {
  const lines = text.split('\n');
  const ends = numbersOf(lines, end);
  expect(ends).toHaveLength(runs);
  expect(numbersOf(lines, word)).toEqual(ends.flatMap(countTo));
}

describeWithEngine('the log of a container', () => {
  beforeAll(() => image.build());
  afterEach(() => {
    killCommands();
    image.clean();
  });
  afterAll(() => image.remove());

  it('is followed when the container is restarted or replaced, and no line is lost or comes twice', async () => {
    const env = { MAIN_CONTAINER_NAME: newName(), IMAGE_NAME: image.name };
    const port = String(await freePort());
    await backlot(['start', '-d', '--wait', '--port', port, '-e', 'TICKS=1'], env);
    const following = spawnBacklot(['logs', '-f'], env);
    const ticked = (): number => numbersOf(following.stdout().split('\n'), 'tick').at(-1) ?? 0;
    const runs = (): number => following.stdout().split('Ready. is near').length - 1;
    for (const [index, restart] of ['docker', 'backlot', 'docker', 'backlot'].entries()) {
      await waitFor('some ticks', () => ticked() > 50 && runs() === index + 1, 30_000);
      if (restart === 'docker') docker('restart', env.MAIN_CONTAINER_NAME);
      else expect(await backlot(['restart'], env)).toMatchObject({ code: 0 });
    }
    await waitFor('the last run', () => runs() === 5 && ticked() > 50, 30_000);
    await backlot(['stop'], env);
    expect(await following.ended).toBe(0);
    expectWholeRuns(following.stdout(), ['tick', 'ticked'], 5);
    expectWholeRuns(following.stderr(), ['tock', 'tocked'], 5);
    expect(image.containers()).toEqual([]);
  });

  it('ends at once when the container fails, and soon when it is stopped', async () => {
    const emulator = await Emulator.start(standIn({}));
    const following = spawnBacklot(['logs', '-f', '--name', emulator.name]);
    await waitFor('the log', () => following.stdout().includes('Ready.'), 30_000);
    await fetch(`${emulator.url}/crash`).catch(() => undefined);
    expect(await following.ended).toBe(0);
    docker('start', emulator.name);
    const again = spawnBacklot(['logs', '-f', '--name', emulator.name]);
    await waitFor('the log', () => again.stdout().split('Ready.').length > 4, 30_000);
    docker('stop', emulator.name);
    const stopped = Date.now();
    expect(await again.ended).toBe(0);
    expect(Date.now() - stopped).toBeLessThan(1_500);
    expect(again.stdout()).toContain('stopping\n');
  });

  it('ends at once when the container is removed', async () => {
    const emulator = await Emulator.start(standIn({}));
    const following = spawnBacklot(['logs', '-f', '--name', emulator.name]);
    await waitFor('the log', () => following.stdout().includes('Ready.'), 30_000);
    await emulator.stop();
    const removed = Date.now();
    expect(await following.ended).toBe(0);
    expect(Date.now() - removed).toBeLessThan(700);
  });

  it('breaks off with an error when the engine goes away', async () => {
    const emulator = await Emulator.start(standIn({ TICKS: '1' }));
    const proxy = await EngineProxy.start();
    const following = spawnBacklot(['logs', '-f', '--name', emulator.name], { DOCKER_HOST: proxy.address });
    await waitFor('the log', () => following.stdout().includes('tick 9\n'), 30_000);
    await proxy.cut();
    expect(await following.ended).toBe(1);
    expect(following.stderr()).toMatch(/error BACKLOT_E_ENGINE_FAILED {2}.*the log broke off/);
    expect((await emulator.status()).state).toBe('ready');
    await emulator.stop();
  });

  it('breaks off with an error in a program, too', async () => {
    const proxy = await EngineProxy.start();
    const surroundings = { env: { DOCKER_HOST: proxy.address }, home: '/', platform: 'linux', uid: 0 } as const;
    const options = standIn({ TICKS: '1' });
    const emulator = await Emulator.start({ ...options, engine: await findEngine(surroundings) });
    const follow = async (): Promise<void> => {
      for await (const { line } of emulator.logs({ follow: true })) if (line === 'tick 9') await proxy.cut();
    };
    await expect(follow()).rejects.toMatchObject({ code: 'BACKLOT_E_ENGINE_FAILED' });
  });

  it('is filtered by extension and by level, with the lines that belong to one', async () => {
    const emulator = await Emulator.start(standIn({ MODE: 'talk' }));
    const logs = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await backlot(['logs', '--name', emulator.name, ...args]);
      expect(code).toBe(0);
      return (stdout + stderr).replaceAll(/^\S+Z /gm, '');
    };
    expect(await logs('--extension', 'one')).toBe(
      'info  [one] first\n  of two lines\nerror [one] broken\n    at one.js:1\n',
    );
    expect(await logs('--level', 'warn', '--extension', 'one', '--extension', 'two')).toBe(
      'warn  [two] careful\nerror [one] broken\n    at one.js:1\n',
    );
    expect(await logs('--level', 'error')).toContain('  Ready.  \nerror [one] broken\n');
    expect(await backlot(['logs', '--level', 'loud'])).toMatchObject({ code: 2 });
    const entries: LogEntry[] = [];
    for await (const entry of emulator.logs({ extensions: ['one'], level: 'error' })) entries.push(entry);
    expect(entries).toMatchObject([
      { extension: 'one', level: 'error', stream: 'stderr' },
      { extension: 'one', level: 'error', line: '    at one.js:1' },
    ]);
    await expect(emulator.logs({ level: 'loud' as 'error' }).next()).rejects.toMatchObject({
      code: 'BACKLOT_E_OPTION_INVALID',
    });
  });

  it('gives 100,000 lines of each stream, written as fast as possible, whole and in order, also to a slow reader', async () => {
    const emulator = await Emulator.start(standIn({ BYTES: '100' }));
    const seen = { stdout: [] as string[], stderr: [] as string[] };
    const open = new Set<string>(['stdout', 'stderr']);
    let pauses = 0;
    for await (const { stream, line } of emulator.logs({ follow: true })) {
      seen[stream].push(line);
      if (line === `${stream} is written`) open.delete(stream);
      if (open.size === 0) break;
      // The reader is slower than the writer now and then, and nothing piles up for that.
      if (seen[stream].length % 20_000 === 0) await new Promise((resolve) => setTimeout(resolve, 50 + (pauses += 1)));
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = seen[stream].filter((line) => line.endsWith('x'));
      expect(lines).toHaveLength(100_000);
      expect(numbersOf(lines, stream)).toEqual(countTo(100_000));
      expect(lines.every((line) => line.endsWith(' ' + 'x'.repeat(100)))).toBe(true);
    }
    expect(pauses).toBeGreaterThanOrEqual(10);
    const { stdout, stderr } = await backlot(['logs', '--name', emulator.name]);
    for (const [text, stream] of [
      [stdout, 'stdout'],
      [stderr, 'stderr'],
    ] as const) {
      expect(
        numbersOf(
          text.split('\n').filter((line) => line.endsWith('x')),
          stream,
        ),
      ).toEqual(countTo(100_000));
    }
  });
});
