import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {
  chosenContext,
  colima,
  currentContext,
  dockerDesktop,
  dockerHost,
  ENGINE_STRATEGIES,
  podman,
  rootlessDocker,
  type Surroundings,
} from '../../../src/engine/engine-strategies';
import { findEngine } from '../../../src/engine/find-engine';

/** All but those that look at places outside of the home directory, where this machine may have an engine. */
const AT_HOME = [dockerHost, chosenContext, currentContext, rootlessDocker, dockerDesktop, colima];

let home: string;
const servers: http.Server[] = [];

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'backlot-home-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  rmSync(home, { recursive: true, force: true });
});

/** A server that answers a ping as an engine does, on a socket below the home directory or on a port. */
async function fakeEngine(where: { socket: string } | { port: 0 }, status = 200): Promise<string> {
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/_ping' ? status : 404).end('OK');
  });
  servers.push(server);
  if ('port' in where) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const socket = path.join(home, where.socket);
  mkdirSync(path.dirname(socket), { recursive: true });
  server.listen(socket);
  await once(server, 'listening');
  return `unix://${socket}`;
}

function surroundings(env: Record<string, string> = {}): Surroundings {
  return { env: { XDG_RUNTIME_DIR: path.join(home, 'run'), ...env }, home, platform: 'linux', uid: 1000 };
}

function addContext(name: string, host: string): void {
  const folder = path.join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

function useContext(name: string): void {
  mkdirSync(path.join(home, '.docker'), { recursive: true });
  writeFileSync(path.join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: name }));
}

describe('findEngine', () => {
  it('tries DOCKER_HOST, the context, then the usual sockets, in that order', () => {
    expect(ENGINE_STRATEGIES.map(({ name }) => name)).toEqual([
      'DOCKER_HOST',
      'DOCKER_CONTEXT',
      'current Docker context',
      "Docker's socket",
      'Docker Desktop',
      'rootless Docker',
      'Colima',
      'Podman',
    ]);
  });

  it('finds an engine by DOCKER_HOST on a socket', async () => {
    const address = await fakeEngine({ socket: 'somewhere.sock' });
    const engine = await findEngine(surroundings({ DOCKER_HOST: address }));
    expect(engine.description).toBe(`${address} (DOCKER_HOST)`);
  });

  it.each(['tcp://', ''])('finds an engine by DOCKER_HOST on a port, written with "%s" in front', async (scheme) => {
    const address = await fakeEngine({ port: 0 });
    const engine = await findEngine(surroundings({ DOCKER_HOST: address.replace('tcp://', scheme) }));
    expect(engine.description).toBe(`${address} (DOCKER_HOST)`);
  });

  it('finds the engine of the current Docker context', async () => {
    const address = await fakeEngine({ socket: 'context.sock' });
    addContext('mine', address);
    useContext('mine');
    expect((await findEngine(surroundings(), AT_HOME)).description).toBe(`${address} (current Docker context)`);
  });

  it('finds the engine of DOCKER_CONTEXT rather than that of the current context', async () => {
    const address = await fakeEngine({ socket: 'other.sock' });
    addContext('other', address);
    useContext('mine');
    const engine = await findEngine(surroundings({ DOCKER_CONTEXT: 'other' }), AT_HOME);
    expect(engine.description).toBe(`${address} (DOCKER_CONTEXT)`);
  });

  it.each([
    ['run/docker.sock', 'rootless Docker', AT_HOME],
    ['.docker/run/docker.sock', 'Docker Desktop', AT_HOME],
    ['.colima/default/docker.sock', 'Colima', AT_HOME],
    ['run/podman/podman.sock', 'Podman', [podman]],
  ])('finds %s of %s', async (socket, name, strategies) => {
    const address = await fakeEngine({ socket });
    expect((await findEngine(surroundings(), strategies)).description).toBe(`${address} (${name})`);
  });

  it('passes over an engine that is ill', async () => {
    await fakeEngine({ socket: 'run/docker.sock' }, 500);
    const address = await fakeEngine({ socket: '.colima/default/docker.sock' });
    expect((await findEngine(surroundings(), AT_HOME)).description).toBe(`${address} (Colima)`);
  });

  it('does not take another engine in place of the one that DOCKER_HOST or DOCKER_CONTEXT names', async () => {
    await fakeEngine({ socket: '.colima/default/docker.sock' });
    const environments: Record<string, string>[] = [
      { DOCKER_HOST: `unix://${home}/dead.sock` },
      { DOCKER_CONTEXT: 'missing' },
    ];
    for (const env of environments) {
      await expect(findEngine(surroundings(env), AT_HOME)).rejects.toMatchObject({
        code: 'BACKLOT_E_ENGINE_NOT_FOUND',
      });
    }
  });

  it('lists what it tried, how each failed, and that there is a way without an engine', async () => {
    useContext('gone');
    mkdirSync(path.join(home, 'run'));
    writeFileSync(path.join(home, 'run', 'docker.sock'), 'a file');
    await fakeEngine({ socket: '.docker/run/docker.sock' }, 503);
    const error: unknown = await findEngine(surroundings(), AT_HOME).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BACKLOT_E_ENGINE_NOT_FOUND' });
    const { message, remedy } = error as { message: string; remedy: string };
    expect(message).toContain('DOCKER_HOST: not set');
    expect(message).toContain('current Docker context: there is no context "gone"');
    expect(message).toMatch(/rootless Docker: unix:\/\/.*run\/docker\.sock: (is not a socket|nothing listens there)/);
    expect(message).toMatch(/Docker Desktop: .*answered with HTTP status 503/);
    expect(message).toMatch(/Colima: .*\.colima\/default\/docker\.sock: does not exist/);
    expect(remedy).toContain('sudo systemctl start docker');
    expect(remedy).toContain('backlot start --host');
  });

  it.each([
    ['darwin', 'colima start'],
    ['win32', 'Docker Desktop from the Start menu'],
    ['freebsd', 'Docker, Podman or Colima'],
  ] as const)('says how an engine is started on %s', async (platform, way) => {
    const nowhere = findEngine({ ...surroundings(), platform }, [colima]);
    await expect(nowhere).rejects.toMatchObject({ remedy: expect.stringContaining(way) as string });
  });

  it('says that no other engine was tried, and why, where one was named', async () => {
    const named = findEngine(surroundings({ DOCKER_HOST: `unix://${home}/dead.sock` }), AT_HOME);
    await expect(named).rejects.toMatchObject({
      remedy: expect.stringMatching(/because DOCKER_HOST names this one.*backlot start --host/) as string,
    });
  });

  it('finds Colima with any profile, the default one first, and where COLIMA_HOME or XDG_CONFIG_HOME say', async () => {
    const work = await fakeEngine({ socket: '.colima/work/docker.sock' });
    expect((await findEngine(surroundings(), AT_HOME)).description).toBe(`${work} (Colima)`);
    const usual = await fakeEngine({ socket: '.colima/default/docker.sock' });
    expect((await findEngine(surroundings(), AT_HOME)).description).toBe(`${usual} (Colima)`);
    const own = await fakeEngine({ socket: 'own/work/docker.sock' });
    const env = { COLIMA_HOME: path.join(home, 'own') };
    expect((await findEngine(surroundings(env), AT_HOME)).description).toBe(`${own} (Colima)`);
    rmSync(path.join(home, '.colima'), { recursive: true });
    const xdg = await fakeEngine({ socket: '.config/colima/default/docker.sock' });
    expect((await findEngine(surroundings(), AT_HOME)).description).toBe(`${xdg} (Colima)`);
  });

  it('finds the machine of Podman', async () => {
    const socket = '.local/share/containers/podman/machine/podman.sock';
    const linked = await fakeEngine({ socket });
    expect((await findEngine(surroundings(), [podman])).description).toBe(`${linked} (Podman)`);
    rmSync(path.join(home, socket));
    const temporary = await fakeEngine({ socket: 'tmp/podman/podman-machine-default-api.sock' });
    const onMac = { ...surroundings({ TMPDIR: path.join(home, 'tmp') }), platform: 'darwin' } as const;
    expect((await findEngine(onMac, [podman])).description).toBe(`${temporary} (Podman)`);
  });

  it('names the certificate that is missing', async () => {
    const env = {
      DOCKER_HOST: 'tcp://127.0.0.1:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: path.join(home, 'certs'),
    };
    await expect(findEngine(surroundings(env))).rejects.toThrow(/\(TLS\): ENOENT.*ca\.pem/);
  });

  it('says so when a chosen address cannot be understood or used', async () => {
    await expect(findEngine(surroundings({ DOCKER_HOST: 'ftp://x' }))).rejects.toThrow('ftp://x is not an address');
    for (const address of ['ssh://-oProxyCommand=x', 'ssh://-oProxyCommand=x@host', 'ssh://']) {
      await expect(findEngine(surroundings({ DOCKER_HOST: address }))).rejects.toThrow('is not an address');
    }
    await expect(findEngine(surroundings({ DOCKER_HOST: 'ssh://me:secret@x' }))).rejects.toThrow(
      'ssh://me:…@x: ssh takes no password',
    );
  });
});
