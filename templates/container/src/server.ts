import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';

export interface ServerOptions {
  readonly image: string;
  readonly command?: string[] | undefined;
  readonly port: number;
  readonly healthPath: string;
  /** In seconds. */
  readonly healthTimeout: number;
}

/** A server in a container, and where it is reached. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** Removes the container. */
  remove(): Promise<void>;
}

/** Starts the container and waits until the server in it is healthy; removes it again when that fails. */
export async function startServer(docker: Docker, options: ServerOptions): Promise<Server> {
  await ensureImage(docker, options.image);
  const network = await ownNetwork(docker);
  const port = `${options.port}/tcp`;
  const container = await docker.createContainer({
    Image: options.image,
    ...(options.command ? { Cmd: options.command } : {}),
    ExposedPorts: { [port]: {} },
    Labels: { 'dev.backlot.extension': 'my-extension' },
    HostConfig: {
      Init: true,
      // In a container we meet the server on our own network; else it gets a free port of this machine.
      ...(network === undefined
        ? { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '0' }] } }
        : { NetworkMode: network }),
    },
  });
  const remove = (): Promise<void> => container.remove({ force: true, v: true });
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const place =
      network === undefined
        ? { host: '127.0.0.1', port: Number(NetworkSettings.Ports[port]?.[0]?.HostPort) }
        : { host: NetworkSettings.Networks[network]?.IPAddress ?? '', port: options.port };
    await untilHealthy(`http://${place.host}:${place.port}${options.healthPath}`, container, options.healthTimeout);
    return { ...place, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function ensureImage(docker: Docker, image: string): Promise<void> {
  try {
    await docker.getImage(image).inspect();
  } catch {
    const progress = await docker.pull(image);
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
    );
  }
}

/** The network that this process is on, when it runs in a container of the engine. */
async function ownNetwork(docker: Docker): Promise<string | undefined> {
  if (process.env.BACKLOT_IN_CONTAINER !== '1') return undefined;
  const { NetworkSettings } = await docker.getContainer(os.hostname()).inspect();
  return Object.keys(NetworkSettings.Networks)[0];
}

async function untilHealthy(url: string, container: Docker.Container, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last = 'it did not answer';
  while (Date.now() < end) {
    const { State } = await container.inspect();
    if (!State.Running) throw new Error(`the server ended with exit code ${State.ExitCode}`);
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (status < 500) return;
      last = `it answered with ${status}`;
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    await sleep(100);
  }
  throw new Error(`the server was not healthy within ${seconds} s: ${last}`);
}
