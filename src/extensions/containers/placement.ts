import { BacklotError } from '../../api/errors';
import type { ContainerDetails, ContainerEngine, ContainerSpec } from '../../engine/engine';
import { remoteHost } from '../../engine/remote-host';

/** How the ports of a container are reached: on a network that we share with it, or as ports of the engine’s machine. */
export type Placement =
  | { readonly kind: 'network'; readonly network: string }
  | { readonly kind: 'published'; readonly at: string; readonly host: string };

/** `own` is the container that we run in. */
export async function findPlacement(engine: ContainerEngine, own: ContainerDetails | undefined): Promise<Placement> {
  if (own) {
    const [, shared] = /^container:(.+)$/.exec(own.networkMode) ?? [];
    const owner = shared === undefined ? own : await engine.inspectContainer(shared);
    const [network] = Object.keys(owner?.addresses ?? {});
    if (network !== undefined) return { kind: 'network', network };
    // Without a network of its own, a container is on that of its machine.
    return { kind: 'published', at: '127.0.0.1', host: '127.0.0.1' };
  }
  const host = remoteHost(engine);
  if (host === undefined) return { kind: 'published', at: '127.0.0.1', host: '127.0.0.1' };
  return { kind: 'published', at: '0.0.0.0', host };
}

/** What a container is to be told for it. */
export function networkOptions(
  placement: Placement,
  ports: readonly number[],
): Pick<ContainerSpec, 'network' | 'ports' | 'publishAt'> {
  if (placement.kind === 'network') return { network: placement.network, ports: {} };
  return { ports: Object.fromEntries(ports.map((port) => [port, 0])), publishAt: placement.at };
}

/** Where a port of a running container is reached. Throws `BACKLOT_E_ENGINE_FAILED` when the engine does not say. */
export function addressOf(
  placement: Placement,
  container: ContainerDetails,
  port: number,
): { host: string; port: number } {
  if (placement.kind === 'network') {
    const host = container.addresses[placement.network];
    if (host !== undefined) return { host, port };
  } else {
    const published = container.ports[port];
    if (published !== undefined) return { host: placement.host, port: published };
  }
  throw new BacklotError(
    'BACKLOT_E_ENGINE_FAILED',
    `the engine does not say where port ${port} of ${container.name} is`,
  );
}
