import { join } from 'node:path';
import { sendRaw, sendRequest } from '../support/send-request';
import { FIXTURES, RunningPlatform, type RunOptions } from '../support/run-platform';
import { waitFor } from '../support/wait-for';

const TARGET = `file:${join(FIXTURES, 'hostile-target')}`;
const THROWS = `file:${join(FIXTURES, 'throws-in-on-platform-start')}`;
const ON_IMPORT = `file:${join(FIXTURES, 'throws-on-import')}`;

const running: RunningPlatform[] = [];

async function start(environment: Record<string, string> = {}, options: RunOptions = {}): Promise<RunningPlatform> {
  const platform = await RunningPlatform.start({ extensions: [TARGET], environment, ...options });
  running.push(platform);
  return platform;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((platform) => platform.stop()));
});

const portOf = ({ url }: RunningPlatform): number => Number(new URL(url).port);

async function textOf(platform: RunningPlatform, path: string): Promise<string> {
  return (await fetch(platform.url + path)).text();
}

describe('a stop', () => {
  it('gives new requests a 503, lets running ones end, and ends itself then', async () => {
    const platform = await start();
    const slow = sendRequest(portOf(platform), '/target/wait/2000');
    // The request has to be there before the signal is.
    await textOf(platform, '/target/wait/200');
    const ended = platform.stop();
    await waitFor('a 503', async () => (await sendRequest(portOf(platform), '/target/plain')).status === 503);
    expect((await sendRequest(portOf(platform), '/_backlot/health')).status).toBe(503);
    expect((await slow).text).toBe('waited');
    expect(await ended).toBe(0);
  });

  it('cuts what does not end within its limit', async () => {
    const platform = await start({ BACKLOT_SHUTDOWN_TIMEOUT: '2' });
    const cut = expect(sendRequest(portOf(platform), '/target/wait/60000')).rejects.toThrow();
    await textOf(platform, '/target/wait/200');
    const began = performance.now();
    expect(await platform.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    await cut;
  });
});

describe('stacks', () => {
  const extensions = [TARGET, THROWS, ON_IMPORT];
  const paths = [
    '/target/throws',
    '/target/express',
    '/_backlot/extensions',
    '/_localstack/health',
    '/_localstack/plugins',
  ];

  it('are seen by no client', async () => {
    const platform = await start({ NODE_ENV: 'development' }, { extensions });
    for (const path of paths) expect(await textOf(platform, path)).not.toMatch(/\bat .*\.[cm]?js:\d+/);
    // They are in the log.
    expect(platform.stderr).toMatch(/at .*throws-in-on-platform-start.*index\.js:\d+/);
    const reload = await fetch(`${platform.url}/_backlot/extensions/throws-on-import/reload`, { method: 'POST' });
    expect(await reload.text()).not.toMatch(/\bat .*\.[cm]?js:\d+/);
  });

  it('are seen in debugging', async () => {
    const platform = await start({ DEBUG: '1' }, { extensions });
    expect(await textOf(platform, '/target/throws')).toMatch(/\bat .*index\.js:\d+/);
    expect(await textOf(platform, '/_backlot/extensions')).toMatch(/\bat .*index\.js:\d+/);
  });
});

describe('the names of a platform', () => {
  it('are those in its settings, too', async () => {
    const platform = await start({
      LOCALSTACK_HOST: 'emulator.company.example:4566',
      BACKLOT_ALLOWED_HOSTS: 'other.example, *.below.example',
    });
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(platform.stdout)?.[1]);
    const status = async (host: string): Promise<number> =>
      (await sendRequest(port, '/_localstack/health', { headers: { host } })).status;
    const own = ['emulator.company.example:4566', 's3.emulator.company.example', 'other.example:1', 'a.below.example'];
    for (const host of [...own, `localhost:${port}`, 'backlot:4566'])
      expect([host, await status(host)]).toEqual([host, 200]);
    for (const host of ['evil.example', 'company.example', 'below.example'])
      expect([host, await status(host)]).toEqual([host, 403]);
    // What an extension serves is nobody’s secret.
    expect(
      await sendRaw(port, 'GET /target/plain HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
    ).toMatch(/plain$/);
  });
});
