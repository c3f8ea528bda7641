/** What an extension says about a container that it runs, and what it gets. */
import type { Listener } from './gateway';

/** A port: its name in `ports`, or its number. */
export type PortReference = string | number;

/**
 * When a container counts as healthy: it answers a request (with a status below 400, or the one named), it takes connections, it
 * logs a line, or its image's own health check says so. `docker` is true.
 */
export type HealthCheck =
  | { readonly http: string; readonly port?: PortReference; readonly status?: number }
  | { readonly tcp: PortReference }
  | { readonly log: RegExp }
  | { readonly docker: boolean };

/** A container: what is in it, and when it is healthy. It has an `image` or a `build`. */
export interface ContainerDeclaration {
  /** An image that is on the machine, or can be pulled. */
  readonly image?: string;
  /** A folder of the package with a Dockerfile, from which the image is built: `./server`. */
  readonly build?: string;
  /** The TCP ports of the server in it, by names of their own: `{ http: 8080 }`. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What outlives the container, and where it is in it: `{ data: '/var/lib/data' }` is a volume of the engine that belongs to this
   * extension, `{ './data': '/data' }` a folder below its `dataDirectory`.
   */
  readonly volumes?: Readonly<Record<string, string>>;
  /** What to run instead of what the image says. */
  readonly command?: readonly string[];
  /** When left out: as soon as the first port takes connections, or the container runs where it has none. */
  readonly healthy?: HealthCheck;
  /** How long it may take to be healthy once its image is there, in seconds; 60 when left out. */
  readonly timeout?: number;
  /** How long it may take to stop before it is killed, in seconds; 5 when left out. */
  readonly stopTimeout?: number;
}

/** `failed` is for good: it did not start, or died too often. */
export type ContainerState = 'starting' | 'healthy' | 'restarting' | 'failed' | 'stopped';

/** A container that an extension runs. It is restarted when it dies, and removed when the extension goes. */
export interface RunningContainer {
  readonly state: ContainerState;
  /**
   * Resolves when it is healthy for the first time. Rejects with a BacklotError when it does not come to that: there is no engine
   * or no image, the container ended, or it took too long.
   */
  ready(): Promise<void>;
  /** Where a port is reached at this moment, `host:port`. Throws a 503 while the container is not healthy. */
  address(port: PortReference): string;
  /** A listener that passes requests on to a port by HTTP/2 without TLS, trailers included, as gRPC needs it. */
  http2(port: PortReference): Listener;
  /** Stops and removes it. */
  stop(): Promise<void>;
}

/** Containers that end with the extension. */
export interface Containers {
  /**
   * Begins to start a container and returns at once. Throws `BACKLOT_E_DECLARATION_INVALID`. Awaited in `onPlatformStart`, it
   * may take longer than a hook.
   */
  start(declaration: ContainerDeclaration): RunningContainer;
}
