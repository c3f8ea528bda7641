import { BacklotError } from '../api/errors';
import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { remoteHost } from '../engine/remote-host';
import { isOurs } from './labels';
import { GATEWAY_PORT } from './settings';

/** The container of that name. Throws `BACKLOT_E_CONTAINER_NOT_FOUND`. */
export async function requireContainer(engine: ContainerEngine, name: string): Promise<ContainerDetails> {
  const container = await engine.inspectContainer(name);
  if (container) return container;
  throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', `there is no container named ${name}`);
}

/** Throws `BACKLOT_E_CONTAINER_NAME_TAKEN` for a container that Backlot did not make, and so must not touch. */
export function requireOurs(container: ContainerDetails): void {
  if (isOurs(container)) return;
  const message = `the container ${container.name} was not started by Backlot and is left alone`;
  throw new BacklotError('BACKLOT_E_CONTAINER_NAME_TAKEN', message);
}

/** Where the ports of its containers are reached: `localhost`, or the machine of an engine that is elsewhere. */
export function hostOf(engine: ContainerEngine): string {
  const host = remoteHost(engine) ?? 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** The URL of the gateway, without a slash at the end; undefined when its port is not published. */
export function urlOf(engine: ContainerEngine, container: ContainerDetails): string | undefined {
  const port = container.ports[GATEWAY_PORT];
  return port === undefined ? undefined : `http://${hostOf(engine)}:${port}`;
}
