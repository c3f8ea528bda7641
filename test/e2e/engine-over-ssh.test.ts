import { Emulator, findEngine } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { noSshServer, SshServer } from '../support/ssh-server';
import { StandInImage } from '../support/stand-in-image';

const image = new StandInImage();

const describeWithSsh: (name: string, tests: () => void) => void = noSshServer
  ? (name, tests) => describe.skip(`${name} [skipped: ${noSshServer}]`, tests)
  : describeWithEngine;

describeWithSsh('an engine that is reached through ssh', () => {
  let server: SshServer;
  const before = { ...process.env };

  beforeAll(async () => {
    image.build();
    server = await SshServer.start();
    process.env.PATH = `${server.programs}:${before.PATH}`;
    process.env.DOCKER_HOST = `ssh://${server.user}@127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    process.env = before;
    await server.stop();
    image.remove();
  });

  it('is found by DOCKER_HOST, and starts, follows and stops a container', async () => {
    const engine = await findEngine();
    expect(engine.description).toBe(`ssh://${server.user}@127.0.0.1:${server.port} (DOCKER_HOST)`);
    const name = `${image.prefix}-ssh`;
    const emulator = await Emulator.start({ engine, name, image: image.name, port: 0, environment: { LINES: '2000' } });
    expect(await emulator.status()).toMatchObject({ state: 'ready', version: '9.9.9' });
    const lines: string[] = [];
    const missing = new Set(['all written', 'err 2000 日本']);
    for await (const { line } of emulator.logs({ follow: true })) {
      lines.push(line);
      missing.delete(line);
      if (missing.size === 0) break;
    }
    expect(lines.filter((line) => line.startsWith('out '))).toHaveLength(2000);
    expect(await emulator.stop()).toEqual({ wasRunning: true, exitCode: 0, killed: false });
    expect(image.containers()).toEqual([]);
  });

  it('can be named with the socket of that machine', async () => {
    const address = `ssh://${server.user}@127.0.0.1:${server.port}`;
    process.env.DOCKER_HOST = `${address}/var/run/docker.sock`;
    expect((await findEngine()).description).toBe(`${address}/var/run/docker.sock (DOCKER_HOST)`);
    process.env.DOCKER_HOST = `${address}/var/run/none.sock`;
    await expect(findEngine()).rejects.toThrow(/none\.sock: ssh ended with/);
    process.env.DOCKER_HOST = address;
  });

  it('that refuses the user is told in the words of ssh', async () => {
    process.env.DOCKER_HOST = `ssh://nobody@127.0.0.1:${server.port}`;
    await expect(findEngine()).rejects.toMatchObject({
      code: 'BACKLOT_E_ENGINE_NOT_FOUND',
      message: expect.stringMatching(/ssh ended with 255: .*Permission denied/) as string,
      remedy: expect.stringContaining('unset DOCKER_HOST') as string,
    });
  });
});
