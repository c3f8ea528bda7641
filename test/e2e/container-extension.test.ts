import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { ContainerExtension, type ContainerDeclaration, type ContainerRoute } from '../../src/api';
import { createTestPlatform, type TestPlatform } from '../../src/testing';
import { describeWithEngine } from '../support/describe-with-engine';
import { containersOf, removeTraces, samplePackage } from '../support/sample-server';
import { docker } from '../support/stand-in-image';
import { waitFor } from '../support/wait-for';
import { openWebSocket, refusalOf } from '../support/websocket-client';

/** A name that no other run of the tests has. */
const NAME = `sample-${randomBytes(4).toString('hex')}`;

abstract class Sample extends ContainerExtension {
  readonly name = NAME;
  override readonly routes: readonly ContainerRoute[] = [
    { host: `${NAME}.localhost`, to: 'http' },
    { path: '/below', to: 'http' },
    { path: '/grpc', to: 'h2', protocol: 'h2c' },
  ];
}

const PORTS = { http: 8080, h2: 8081, raw: 8082 };

/** A class of the sample with another declaration. */
function sample(declaration: Partial<ContainerDeclaration> = {}): new () => Sample {
  return class extends Sample {
    readonly container: ContainerDeclaration = {
      build: './server',
      ports: PORTS,
      healthy: { http: '/' },
      timeout: 20,
      stopTimeout: 1,
      ...declaration,
    };
  };
}

interface Answer {
  readonly pid: number;
  readonly started: number;
  readonly host: string;
  readonly greeting?: string;
}

describeWithEngine('a container extension', () => {
  const open: TestPlatform[] = [];
  const directory = { current: '' };
  beforeAll(() => (directory.current = samplePackage()));

  async function start(declaration?: Partial<ContainerDeclaration>, folder = directory.current): Promise<TestPlatform> {
    const platform = await createTestPlatform({
      extensions: [{ extension: sample(declaration), name: NAME, directory: folder }],
      hookTimeout: 20_000,
    });
    open.push(platform);
    return platform;
  }
  const ask = async (platform: TestPlatform): Promise<Answer> =>
    (await (await platform.fetch(`http://${NAME}.localhost/`)).json()) as Answer;
  const messages = (platform: TestPlatform, level: string): string[] =>
    platform.logs.filter((line) => line.extension === NAME && line.level === level).map(({ message }) => message);
  const stateOf = async (platform: TestPlatform): Promise<string | undefined> => {
    const health = (await (await platform.fetch('/_backlot/health')).json()) as { services: Record<string, string> };
    return health.services[NAME];
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map((platform) => platform.close()));
    expect(containersOf(NAME)).toEqual([]);
  });
  afterAll(() => removeTraces(NAME));

  it('is built, started, waited for, reached at each of its routes, and removed', async () => {
    const platform = await start({ env: { GREETING: 'hello' } });
    expect(await ask(platform)).toMatchObject({ greeting: 'hello', host: `${NAME}.localhost:${platform.port}` });
    const twin = await platform.fetch(`http://${NAME}.localhost.localstack.cloud/x?y=1`);
    expect(twin.headers.get('x-path')).toBe('/x?y=1');
    expect((await platform.fetch('/below/a%2Fb?c')).headers.get('x-path')).toBe('/a%2Fb?c');
    const body = randomBytes(1_000_000);
    const echo = await platform.fetch('/below/echo', { method: 'POST', body });
    expect(Buffer.from(await echo.arrayBuffer()).equals(body)).toBe(true);
    expect(containersOf(NAME)).toHaveLength(1);
    await platform.close();
    expect(containersOf(NAME)).toEqual([]);
  });

  it('is reached by HTTP/2 where a route says so', async () => {
    const platform = await start();
    const body = randomBytes(300_000);
    const answer = await platform.fetch('/grpc/pkg.Service/Call', { method: 'POST', body });
    expect([answer.status, answer.headers.get('x-path')]).toEqual([200, '/pkg.Service/Call']);
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  it('is reached by WebSockets', async () => {
    const platform = await start();
    const client = await openWebSocket(platform.port, '/below/chat?room=1');
    client.socket.send('hello');
    expect(await client.next()).toBe('/chat?room=1 hello');
    client.socket.close(1000);
    expect((await client.closed()).code).toBe(4000);
    const headers = { host: `${NAME}.localhost` };
    const other = await openWebSocket(platform.port, '/chat', { headers });
    other.socket.send('again');
    expect(await other.next()).toBe('/chat again');
    await platform.close();
    expect((await other.closed()).code).toBe(1006);
  });

  it('has what it writes in the log under its name, stderr as warnings', async () => {
    const platform = await start();
    await platform.fetch('/below/log');
    await waitFor(
      'both lines',
      () => messages(platform, 'info').includes('to stdout') && messages(platform, 'warn').includes('to stderr'),
    );
    expect(messages(platform, 'info')).toContain('serving at last');
    await platform.close();
    expect(messages(platform, 'info').at(-1)).toBe('asked to stop');
  });

  it.each<[string, Partial<ContainerDeclaration>]>([
    ['takes connections', { healthy: { tcp: 'http' } }],
    [
      'takes connections at its first port, when nothing is said',
      { healthy: undefined, ports: { http: 8080, h2: 8081 } },
    ],
    ['logs a line', { healthy: { log: /serving at (first|last)/g } }],
    ['answers with a status', { healthy: { http: '/', port: 8080, status: 200 } }],
  ])('is healthy when it %s', async (_when, declaration) => {
    const platform = await start({ ...declaration, env: { DELAY: '700' } });
    expect((await ask(platform)).pid).toBeGreaterThan(0);
  });

  it('is healthy when the health check of its image says so', async () => {
    const check =
      'HEALTHCHECK --interval=1s CMD ["node", "-e", "fetch(\'http://localhost:8080\').catch(() => process.exit(1))"]';
    const folder = samplePackage();
    const file = `${folder}/server/Dockerfile`;
    execFileSync('sh', ['-c', 'printf "%s\\n" "$1" >> "$2"', 'sh', check, file]);
    const platform = await start({ healthy: { docker: true } }, folder);
    expect(await stateOf(platform)).toBe('running');
  });

  it('is started again when it dies, and its state says so meanwhile', async () => {
    const platform = await start();
    const { started } = await ask(platform);
    await platform.fetch('/below/die').catch(() => undefined);
    await waitFor('the state', async () => (await stateOf(platform)) === 'starting');
    const refused = await platform.fetch('/below/');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await refusalOf(openWebSocket(platform.port, '/below/chat'))).status).toBe(503);
    expect(messages(platform, 'error').join()).not.toContain('BACKLOT_E_HANDLER_FAILED');
    await waitFor('the restart', async () => (await stateOf(platform)) === 'running');
    expect((await ask(platform)).started).toBeGreaterThan(started);
    expect(messages(platform, 'error')).toEqual([
      expect.stringContaining('ended with exit code 9; restart 1 of 5 in 250 ms'),
    ]);
    expect(containersOf(NAME)).toHaveLength(1);
  });

  it('is made anew when somebody removes it', async () => {
    const platform = await start();
    const [before = ''] = containersOf(NAME);
    docker('rm', '--force', before);
    await waitFor('the state', async () => (await stateOf(platform)) === 'starting');
    await waitFor('the restart', async () => (await stateOf(platform)) === 'running');
    expect((await ask(platform)).pid).toBeGreaterThan(0);
  });

  it('says with its last lines why it did not start', async () => {
    await expect(start({ env: { FAIL: 'no licence' } })).rejects.toMatchObject({
      code: 'BACKLOT_E_CONTAINER_EXITED',
      message: expect.stringMatching(
        /ended with exit code 7 before it was healthy; its last lines:[^]*\| it cannot start: no licence/,
      ) as string,
      where: { extension: NAME },
    });
  });

  it('says what it waited for when it took too long', async () => {
    await expect(start({ timeout: 1, env: { DELAY: '60000' } })).rejects.toMatchObject({
      code: 'BACKLOT_E_CONTAINER_UNHEALTHY',
      message: expect.stringMatching(/was not healthy within 1 s: GET \/ failed/) as string,
    });
  });

  it('says that an image cannot be had', async () => {
    const image = 'localhost:1/no-such/image:1';
    await expect(start({ build: undefined as never, image })).rejects.toMatchObject({
      code: 'BACKLOT_E_IMAGE_NOT_FOUND',
      message: expect.stringContaining(`the image ${image} is not on this machine, and pulling it failed`) as string,
      remedy: expect.stringContaining(`\`docker pull ${image}\``) as string,
    });
  });

  it('says what a Dockerfile does wrong', async () => {
    const folder = samplePackage({ 'server/Dockerfile': 'FROM node:24-bookworm-slim\nRUN echo broken && false\n' });
    await expect(start({}, folder)).rejects.toMatchObject({
      code: 'BACKLOT_E_IMAGE_BUILD_FAILED',
      where: { extension: NAME, file: `${folder}/server/Dockerfile` },
    });
  });

  it.each([
    ['a volume', 'notes'],
    ['a folder of its data', './notes'],
  ])('keeps what it writes to %s through a restart', async (_what, source) => {
    const platform = await start({ volumes: { [source]: '/data' } });
    await platform.fetch('/below/write');
    docker('rm', '--force', ...containersOf(NAME));
    await waitFor('the state', async () => (await stateOf(platform)) === 'starting');
    await waitFor('the restart', async () => (await stateOf(platform)) === 'running');
    expect(await (await platform.fetch('/below/read')).text()).toBe('x');
  });

  it('runs beside that of another platform, each with its own volumes', async () => {
    const [one, two] = await Promise.all([
      start({ volumes: { notes: '/data' } }),
      start({ volumes: { notes: '/data' } }),
    ]);
    expect(containersOf(NAME)).toHaveLength(2);
    await one.fetch('/below/write');
    expect(await (await two.fetch('/below/read')).text()).toBe('');
    await one.close();
    expect((await ask(two)).pid).toBeGreaterThan(0);
  });

  it('needs an engine, and says how to hand one in', async () => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = 'unix:///nowhere/docker.sock';
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'BACKLOT_E_CONTAINER_ENGINE',
        message: expect.stringContaining('unix:///nowhere/docker.sock: does not exist') as string,
        remedy: expect.stringContaining('-v /var/run/docker.sock:/var/run/docker.sock') as string,
      });
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });
});
