import { randomBytes } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import path from 'node:path';
import { describeWithEngine } from '../support/describe-with-engine';
import { Container, docker, removeContainers, uniqueName } from '../support/docker-run';
import { RunningPlatform } from '../support/run-platform';
import { containersOf, removeTraces, sampleExtension } from '../support/sample-server';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const RUN = randomBytes(4).toString('hex');
const ONE = `one-${RUN}`;
const TWO = `two-${RUN}`;

const stateOf = async (platform: RunningPlatform, name: string): Promise<string | undefined> =>
  (await platform.json<{ services: Record<string, string> }>('/_backlot/health')).services[name];

/** Kills the runtime, and the init process before it can start another one. */
async function killWhole(platform: RunningPlatform): Promise<void> {
  process.kill(platform.runtimePid, 'SIGKILL');
  platform.process.kill('SIGKILL');
  await platform.ended();
}

describeWithEngine('the containers of extensions, seen from outside of the platform', () => {
  const running: RunningPlatform[] = [];
  async function start(...folders: readonly string[]): Promise<RunningPlatform> {
    const platform = await RunningPlatform.start({ extensions: folders.map((folder) => `file:${folder}`) });
    running.push(platform);
    return platform;
  }
  afterEach(async () => {
    await Promise.all(running.splice(0).map((platform) => platform.stop()));
  });
  afterAll(() => {
    for (const name of [ONE, TWO]) for (const each of containersOf(name)) void docker('rm', '--force', each);
    removeTraces(ONE, TWO);
  });

  it('start at the same time, and go when the platform stops in order', async () => {
    const delay = { env: { DELAY: '1500' } };
    // The images are built by the first start.
    await (await start(sampleExtension(ONE, delay), sampleExtension(TWO, delay))).stop();
    const platform = await start(sampleExtension(ONE, delay), sampleExtension(TWO, delay));
    const [one = 0, two = 0] = [...platform.stdout.matchAll(/is healthy as backlot-\S+, after (\d+) ms/g)].map(
      ([, time]) => Number(time),
    );
    const [began = '', ready = ''] = [/^\S+(?= info {2}\[extensions\] one)/m, /^\S+(?= .*gateway listens)/m].map(
      (pattern) => pattern.exec(platform.stdout)?.[0] ?? '',
    );
    expect(Math.min(one, two)).toBeGreaterThan(1500);
    expect(Date.parse(ready) - Date.parse(began)).toBeLessThan(one + two - 500);
    expect(await platform.stop()).toBe(0);
    expect([...containersOf(ONE), ...containersOf(TWO)]).toEqual([]);
  });

  it('are made anew when the runtime was killed and started again', async () => {
    const platform = await start(sampleExtension(ONE));
    const before = containersOf(ONE);
    process.kill(platform.runtimePid, 'SIGKILL');
    await platform.ready(2);
    const after = containersOf(ONE);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    expect((await fetch(`${platform.url}/${ONE}/`)).status).toBe(200);
  });

  it('of a platform that was killed are removed by the next one, and those of a living platform are not', async () => {
    const neighbour = await start(sampleExtension(ONE));
    const kept = containersOf(ONE);
    const killed = await start(sampleExtension(TWO));
    await killWhole(killed);
    expect(containersOf(TWO)).toHaveLength(1);
    const next = await RunningPlatform.start({ home: killed.home, extensions: [] });
    running.push(next);
    await waitFor('the removal', () => containersOf(TWO).length === 0);
    expect(containersOf(ONE)).toEqual(kept);
    expect((await fetch(`${neighbour.url}/${ONE}/`)).status).toBe(200);
  });

  it('go when their extension is uninstalled, and take the place of the old ones when it is replaced', async () => {
    const platform = await start(sampleExtension(ONE, { volumes: { notes: '/data' } }));
    await fetch(`${platform.url}/${ONE}/write`);
    const before = containersOf(ONE);
    const change = async (target: string, method: string): Promise<string> =>
      (await fetch(`${platform.url}/_backlot/extensions/${ONE}${target}`, { method })).text();
    expect(await change('/reload', 'POST')).toContain('"ok":true');
    expect(containersOf(ONE)).toHaveLength(1);
    expect(containersOf(ONE)).not.toEqual(before);
    expect(await (await fetch(`${platform.url}/${ONE}/read`)).text()).toBe('x');
    expect(await change('', 'DELETE')).toContain('"ok":true');
    expect(containersOf(ONE)).toEqual([]);
  });

  it('that die again and again are given up, and health says so', async () => {
    const platform = await start(sampleExtension(ONE));
    // Each time as soon as it is up.
    await waitFor(
      'the end of the restarts',
      async () => {
        await fetch(`${platform.url}/${ONE}/die`).catch(() => undefined);
        return (await stateOf(platform, ONE)) === 'error';
      },
      40_000,
    );
    expect(platform.stderr).toContain('for the 6. time in a row, and is not started again');
    const { error } = await platform.json<{ error: { code: string } }>(`/_backlot/extensions/${ONE}`);
    expect(error.code).toBe('BACKLOT_E_CONTAINER_EXITED');
  });
});

describeWithEngine('the containers of extensions, with the platform in a container', () => {
  const SOCKET = '/var/run/docker.sock';
  const volume = uniqueName('volume');

  /** A Backlot in a container that may use the engine, with an extension on a folder of its volume. */
  async function start(options: readonly string[], folder: string): Promise<Container> {
    const list = temporaryDirectory({ 'extensions.json': { extensions: ['file:/packages/sample'] } });
    chmodSync(list, 0o755);
    chmodSync(folder, 0o755);
    return Container.run([
      ...['-v', `${path.join(list, 'extensions.json')}:/etc/backlot/extensions.json:ro`],
      ...['-v', `${folder}:/packages/sample:ro`, '-v', `${volume}:/var/lib/backlot`],
      ...options,
    ]);
  }
  const withSocket = (): string[] => ['-v', `${SOCKET}:${SOCKET}`, '--group-add', String(statSync(SOCKET).gid)];

  afterEach(removeContainers);
  afterAll(async () => {
    for (const each of containersOf(ONE)) await docker('rm', '--force', each);
    await docker('volume', 'rm', '-f', volume);
    removeTraces(ONE);
  });

  it('are reached over the network that they share', async () => {
    const container = await start(withSocket(), sampleExtension(ONE, { volumes: { './notes': '/data' } }));
    await container.ready();
    const url = await container.url();
    expect((await fetch(`${url}/${ONE}/write`)).status).toBe(200);
    expect(await (await fetch(`${url}/${ONE}/read`)).text()).toBe('x');
    expect(await container.exec('cat', `/var/lib/backlot/state/extensions/${ONE}/notes/notes`)).toBe('x');
    await docker('stop', container.name);
    expect(containersOf(ONE)).toEqual([]);
  });

  it('of one that was killed are removed by the next one', async () => {
    const folder = sampleExtension(ONE);
    const killed = await start(withSocket(), folder);
    await killed.ready();
    await docker('kill', killed.name);
    const before = containersOf(ONE);
    expect(before).toHaveLength(1);
    const next = await start(withSocket(), folder);
    await next.ready();
    expect(containersOf(ONE)).toHaveLength(1);
    expect(containersOf(ONE)).not.toEqual(before);
  });

  it('need the engine’s socket, and the error says how it is handed in', async () => {
    const container = await start([], sampleExtension(ONE));
    await container.ready();
    const { stderr } = container.logs();
    expect(stderr).toContain('BACKLOT_E_CONTAINER_ENGINE');
    expect(stderr).toContain('-v /var/run/docker.sock:/var/run/docker.sock --group-add');
  });
});
