import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { urlOf } from './find-container';
import { httpGet } from '../engine/engine-http';
import { remoteHost } from '../engine/remote-host';
import { isOurs, versionOf } from './labels';
import { GATEWAY_PORT } from './settings';

/** How an instance is. */
export interface Status {
  readonly name: string;
  /** `absent`: no such container; `stopped`: it has ended; `starting`: it runs but is not ready yet. */
  readonly state: 'absent' | 'stopped' | 'starting' | 'ready';
  /** Whether Backlot started it. */
  readonly ours: boolean;
  readonly url: string | undefined;
  readonly image: string | undefined;
  /** Whether its image has been built or pulled anew since it was started. */
  readonly outdated: boolean;
  /** The version of Backlot that it runs, as it says itself; else the version that started it. */
  readonly version: string | undefined;
  /** ISO times. */
  readonly startedAt: string | undefined;
  /** The exit code of one that has ended. */
  readonly exitCode: number | undefined;
  /** What its health says of each service. */
  readonly services: Readonly<Record<string, string>>;
}

/** How long the gateway may take to say how it is. */
const HEALTH_LIMIT_MS = 2_000;

/** How the instance of that name is. Throws `BACKLOT_E_ENGINE_FAILED`. */
export async function status(engine: ContainerEngine, name: string): Promise<Status> {
  const container = await engine.inspectContainer(name);
  if (!container) return { ...NOTHING, name, state: 'absent' };
  const [imageId, health] = await Promise.all([engine.imageId(container.image), askHealth(engine, container)]);
  return {
    name,
    state: container.running ? (health.ready ? 'ready' : 'starting') : 'stopped',
    ours: isOurs(container),
    url: container.running ? urlOf(engine, container) : undefined,
    image: container.image,
    outdated: imageId !== undefined && imageId !== container.imageId,
    version: health.version ?? versionOf(container),
    startedAt: container.startedAt,
    exitCode: container.running ? undefined : container.exitCode,
    services: health.services,
  };
}

const NOTHING = {
  ours: false,
  url: undefined,
  image: undefined,
  outdated: false,
  version: undefined,
  startedAt: undefined,
  exitCode: undefined,
  services: {},
} as const;

interface Health {
  readonly ready: boolean;
  readonly version?: string;
  readonly services: Readonly<Record<string, string>>;
}

async function askHealth(engine: ContainerEngine, container: ContainerDetails): Promise<Health> {
  const port = container.ports[GATEWAY_PORT];
  if (!container.running || port === undefined) return { ready: false, services: {} };
  const gateway = { kind: 'tcp', host: remoteHost(engine) ?? '127.0.0.1', port } as const;
  try {
    const [health, init] = await Promise.all(
      ['/_backlot/health', '/_backlot/init'].map((path) => httpGet(gateway, path, HEALTH_LIMIT_MS)),
    );
    const body = (health?.body ?? {}) as { version?: string; services?: Record<string, string> };
    // Health answers as soon as the port is open; ready is what the init stages say, where they say it.
    const stages = (init?.body as { completed?: { READY?: boolean } } | undefined)?.completed;
    return {
      ready: health?.status === 200 && stages?.READY !== false,
      ...(body.version === undefined ? {} : { version: body.version }),
      services: body.services ?? {},
    };
  } catch {
    return { ready: false, services: {} };
  }
}
