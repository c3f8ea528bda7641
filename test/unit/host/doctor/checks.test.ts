import type { ContainerEngine } from '../../../../src/engine/engine';
import type { EngineFacts } from '../../../../src/engine/engine-facts';
import type { Check, Finding, Patient } from '../../../../src/host/doctor/check';
import { apiVersion, clock, engine, resources } from '../../../../src/host/doctor/engine-checks';
import { names } from '../../../../src/host/doctor/names';
import { proxy } from '../../../../src/host/doctor/proxy';

const FACTS: EngineFacts = {
  product: 'Docker 28.2.2',
  apiVersion: '1.50',
  platform: 'linux/arm64',
  processors: 4,
  memoryBytes: 8 * 1024 ** 3,
  time: new Date(),
  dataFolder: undefined,
};

function patient(more: Partial<Patient> & { readonly said?: Partial<EngineFacts> } = {}): Patient {
  const { said, ...others } = more;
  return {
    env: {},
    platform: 'linux',
    engine: Promise.resolve({ description: 'unix:///run/docker.sock (test)' } as ContainerEngine),
    facts: Promise.resolve({ ...FACTS, ...said }),
    lookUp: () => Promise.resolve(['127.0.0.1']),
    ...others,
  } as Patient;
}

const run = async (check: Check, ...args: Parameters<typeof patient>): Promise<Finding> => check.run(patient(...args));

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

describe('what the engine says of itself', () => {
  it('is told in words', async () => {
    expect(await run(engine)).toEqual({
      state: 'ok',
      found: 'Docker 28.2.2 on linux/arm64 at unix:///run/docker.sock (test)',
    });
  });

  it.each<[string, Check, Partial<EngineFacts>, Finding['state'], RegExp]>([
    ['runs containers of Windows', engine, { platform: 'windows/amd64' }, 'failed', /Linux containers/],
    ['speaks the API of Docker 20.10', apiVersion, { apiVersion: '1.41' }, 'ok', /^$/],
    ['speaks that of an older one', apiVersion, { apiVersion: '1.40' }, 'warning', /20\.10/],
    ['speaks that of Podman', apiVersion, { apiVersion: '1.41' }, 'ok', /^$/],
    ['has little memory', resources, { memoryBytes: 512 * 1024 ** 2 }, 'warning', /2 GiB/],
    ['does not say what it has', resources, { memoryBytes: 0 }, 'ok', /^$/],
    ['has our time', clock, { time: inSeconds(1) }, 'ok', /^$/],
    ['is a minute behind', clock, { time: inSeconds(-60) }, 'warning', /sleeps/],
    ['is an hour ahead', clock, { time: inSeconds(3600) }, 'failed', /sleeps/],
  ])('that it %s is judged', async (_, check, said, state, mend) => {
    const found = await run(check, { said });
    expect(found.state).toBe(state);
    expect(found.mend ?? '').toMatch(mend);
  });
});

describe('the names of the gateway', () => {
  const [localhost, below, cloud] = names as [Check, Check, Check];
  const leadTo =
    (...addresses: string[]) =>
    () =>
      addresses.length === 0 ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(addresses);

  it.each<[string, Check, string[], Finding['state'], RegExp]>([
    ['localhost', localhost, ['127.0.0.1', '::1'], 'ok', /^$/],
    ['localhost', localhost, ['::1'], 'warning', /127\.0\.0\.1 localhost/],
    ['localhost', localhost, [], 'failed', /\/etc\/hosts/],
    ['localhost', localhost, ['192.0.2.1'], 'failed', /\/etc\/hosts/],
    ['x.localhost', below, ['::1'], 'ok', /^$/],
    ['x.localhost', below, [], 'warning', /libnss-myhostname/],
    ['localhost.localstack.cloud', cloud, ['127.0.0.1'], 'ok', /^$/],
    ['localhost.localstack.cloud', cloud, [], 'warning', /\/etc\/hosts/],
    ['localhost.localstack.cloud', cloud, ['192.0.2.1'], 'warning', /\/etc\/hosts/],
  ])('%s (%#) leads to this machine, or says how to make it', async (_, check, addresses, state, mend) => {
    const found = await run(check, { lookUp: leadTo(...addresses) });
    expect(found.state).toBe(state);
    expect(found.mend ?? '').toMatch(mend);
  });

  it('are written into the file of Windows on Windows', async () => {
    const found = await run(localhost, { lookUp: leadTo(), platform: 'win32' });
    expect(found.mend).toContain('drivers\\etc\\hosts');
  });
});

describe('a proxy', () => {
  it.each<[Record<string, string>, Finding['state']]>([
    [{}, 'ok'],
    [{ HTTP_PROXY: 'http://proxy:3128' }, 'warning'],
    [{ http_proxy: 'http://proxy:3128', no_proxy: 'example.com' }, 'warning'],
    [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, 'ok'],
    [{ ALL_PROXY: 'socks5://proxy', NO_PROXY: 'localhost,127.0.0.1' }, 'warning'],
    [{ HTTPS_PROXY: 'http://proxy', NO_PROXY: 'localhost, 127.0.0.1 .localstack.cloud' }, 'ok'],
    [{ HTTP_PROXY: 'http://proxy', NO_PROXY: 'localhost,127.0.0.1,.localstack.cloud', no_proxy: 'x' }, 'warning'],
  ])('with %j is in the way, or not', async (env, state) => {
    expect((await run(proxy, { env })).state).toBe(state);
  });

  it('is shown without its password', async () => {
    const { found } = await run(proxy, { env: { HTTP_PROXY: 'http://me:hush@proxy:3128' } });
    expect(found).not.toContain('hush');
  });
});
