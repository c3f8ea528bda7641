import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerDetails, ContainerSpec } from './engine';

/** The part of Docker's answer about a container that matters here. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
  };
  readonly Config: {
    readonly Image: string;
    readonly Labels: Record<string, string> | null;
    readonly Env: string[] | null;
    readonly Tty: boolean;
  };
  readonly NetworkSettings: { readonly Ports?: Record<string, { HostPort: string }[] | null> | null };
}

/** A container of Docker's as Backlot sees it. */
export function containerDetails(found: InspectedContainer): ContainerDetails {
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config.Image,
    imageId: found.Image,
    labels: found.Config.Labels ?? {},
    environment: Object.fromEntries((found.Config.Env ?? []).map(splitVariable)),
    running: found.State.Running,
    exitCode: found.State.ExitCode,
    startedAt: happened(found.State.StartedAt),
    finishedAt: happened(found.State.FinishedAt),
    ports: publishedPorts(found.NetworkSettings.Ports ?? {}),
    terminal: found.Config.Tty,
  };
}

/** What Docker is to be told to make a container. */
export function toCreateOptions(spec: ContainerSpec): ContainerCreateOptions {
  const ports = Object.entries(spec.ports);
  return {
    name: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(ports.map(([inside]) => [`${inside}/tcp`, {}])),
    StopTimeout: spec.stopGraceSeconds,
    HostConfig: {
      // The image brings its own init; a second one above it would only delay signals.
      Init: false,
      PortBindings: Object.fromEntries(
        ports.map(([inside, outside]) => [`${inside}/tcp`, [{ HostIp: '127.0.0.1', HostPort: String(outside) }]]),
      ),
      Mounts: spec.mounts.map((mount) => ({
        Type: mount.type,
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
      })),
    },
  };
}

/** Docker writes the year 1 for what never happened. */
function happened(time: string): string | undefined {
  return time === '' || time.startsWith('0001-') ? undefined : time;
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return at === -1 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}

function publishedPorts(ports: Record<string, { HostPort: string }[] | null>): Record<number, number> {
  const published: Record<number, number> = {};
  for (const [inside, bindings] of Object.entries(ports)) {
    const [port, protocol] = inside.split('/');
    const outside = bindings?.[0]?.HostPort;
    if (protocol === 'tcp' && outside) published[Number(port)] = Number(outside);
  }
  return published;
}
