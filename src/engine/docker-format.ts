import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerDetails, ContainerSpec } from './engine';

/** The part of Docker's answer about a container that matters here. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly Running: boolean;
    readonly Restarting?: boolean;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string } | null;
  };
  readonly Config: {
    readonly Image: string;
    readonly Labels: Record<string, string> | null;
    readonly Env: string[] | null;
    readonly Tty: boolean;
  };
  readonly HostConfig: { readonly NetworkMode?: string };
  readonly Mounts?: readonly { readonly Source: string; readonly Destination: string }[] | null;
  readonly NetworkSettings: {
    readonly Ports?: Record<string, { HostPort: string }[] | null> | null;
    readonly Networks?: Record<string, { IPAddress: string }> | null;
  };
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
    restarting: found.State.Restarting ?? false,
    exitCode: found.State.ExitCode,
    startedAt: happened(found.State.StartedAt),
    finishedAt: happened(found.State.FinishedAt),
    ports: publishedPorts(found.NetworkSettings.Ports ?? {}),
    health: healthOf(found.State.Health?.Status),
    networkMode: found.HostConfig.NetworkMode ?? '',
    addresses: addressesOf(found.NetworkSettings.Networks ?? {}),
    mounts: (found.Mounts ?? []).map(({ Source, Destination }) => ({ source: Source, target: Destination })),
    terminal: found.Config.Tty,
  };
}

/** What Docker is to be told to make a container. */
export function toCreateOptions(spec: ContainerSpec): ContainerCreateOptions {
  const ports = Object.entries(spec.ports);
  return {
    name: spec.name,
    Image: spec.image,
    ...(spec.command ? { Cmd: [...spec.command] } : {}),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(ports.map(([inside]) => [`${inside}/tcp`, {}])),
    StopTimeout: spec.stopGraceSeconds,
    HostConfig: {
      // An image that brings its own init needs no second one above it, which would only delay signals.
      Init: spec.init ?? false,
      ...(spec.network === undefined ? {} : { NetworkMode: spec.network }),
      // Docker knows its own address by this word since 20.10; Docker Desktop has the name anyway.
      ...(spec.namesHost === true ? { ExtraHosts: ['host.docker.internal:host-gateway'] } : {}),
      ...(spec.groups === undefined ? {} : { GroupAdd: spec.groups.map(String) }),
      PortBindings: Object.fromEntries(
        ports.map(([inside, outside]) => [
          `${inside}/tcp`,
          [{ HostIp: spec.publishAt ?? '127.0.0.1', HostPort: String(outside) }],
        ]),
      ),
      Mounts: spec.mounts.map((mount) => ({
        Type: mount.type,
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        ...(mount.labels ? { VolumeOptions: volumeOptions(mount.labels) } : {}),
      })),
    },
  };
}

/** Everything but the labels is as the engine has it when nothing is said. */
function volumeOptions(labels: Readonly<Record<string, string>>) {
  return { NoCopy: false, Labels: { ...labels }, DriverConfig: { Name: 'local', Options: {} } };
}

function healthOf(status: string | undefined): ContainerDetails['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

function addressesOf(networks: Record<string, { IPAddress: string }>): Record<string, string> {
  const addresses = Object.entries(networks).map(([name, { IPAddress }]) => [name, IPAddress] as const);
  return Object.fromEntries(addresses.filter(([, address]) => address !== ''));
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
