import type { Readable, Writable } from 'node:stream';
import type { EngineFacts } from './engine-facts';
import type { LogFrame } from './log-frames';

/** What a bind or a volume of a container looks like. */
export interface ContainerMount {
  readonly type: 'bind' | 'volume';
  /** An absolute path on the host for a bind, a name for a volume. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Labels of a volume that is made for this. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A container to be made. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** TCP port in the container to a port on the host, 0 for one that is free. */
  readonly ports: Readonly<Record<number, number>>;
  /** The address of the host at which they are published; 127.0.0.1 when left out. */
  readonly publishAt?: string;
  readonly mounts: readonly ContainerMount[];
  /** What to run instead of what the image says. */
  readonly command?: readonly string[];
  /** The network to join; the engine's usual one when left out. */
  readonly network?: string;
  /** Whether it finds the machine of the engine as `host.docker.internal`, also where the engine does not see to that by itself. */
  readonly namesHost?: boolean;
  /** Numbers of groups that its user is in, besides those of the image. */
  readonly groups?: readonly number[];
  /** Puts an init process above the program, which passes signals on and reaps orphans; off when left out. */
  readonly init?: boolean;
  /** Seconds between the signal to stop and the kill when the engine itself stops the container. */
  readonly stopGraceSeconds: number;
}

/** A file to be put into a container. */
export interface ContainerFile {
  /** An absolute path in the container. Folders on the way are made. */
  readonly path: string;
  readonly content: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly mode: number;
}

/** What the engine says about a container. */
export interface ContainerDetails {
  readonly id: string;
  readonly name: string;
  /** The reference that the container was made from, and the id of the image that it was then. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** Whether it has ended, and the engine is about to start it again as its restart policy says. */
  readonly restarting: boolean;
  readonly exitCode: number;
  /** RFC 3339 times with nanoseconds; undefined when it never happened. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** TCP port in the container to the port on the host, as far as they are published. */
  readonly ports: Readonly<Record<number, number>>;
  /** What the image's own health check says; undefined when it has none. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  /** `host`, `container:ID`, or the name of a network. */
  readonly networkMode: string;
  /** Its addresses by the networks that it is in. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly mounts: readonly Pick<ContainerMount, 'source' | 'target'>[];
  /** With a terminal the log is one plain stream; without, stdout and stderr come framed. */
  readonly terminal: boolean;
}

/** A container in a list. */
export interface ListedContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What part of a container's log to read. */
export interface RawLogOptions {
  readonly follow?: boolean;
  /** Only this many lines from the end. */
  readonly tail?: number;
  /** Unix time as the engine takes it: `seconds` or `seconds.nanoseconds`. */
  readonly since?: string;
  readonly signal?: AbortSignal;
}

/** A command that is run in a container. */
export interface ExecSpec {
  readonly command: readonly string[];
  /** In addition to that of the container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** An absolute path in the container; that of the image when left out. */
  readonly workingDirectory?: string;
  /** A name or number, also `user:group`; that of the container when left out. */
  readonly user?: string;
  /** Whether it has a standard input. */
  readonly input: boolean;
  /** Gives it a terminal of that size. It then writes all to one stream. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

/** A command that runs in a container. */
export interface RunningExec {
  /** Its standard input; `end()` closes that. */
  readonly input: Writable;
  /** What it writes, until it ends. The next is read when the last has been taken. */
  output(): AsyncGenerator<LogFrame[]>;
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** To be asked when the output has ended. */
  exitCode(): Promise<number>;
  /** Turns away from it. It is not told. */
  close(): void;
}

/** An event of a build or a pull, in the engine's own words. */
export interface ImageEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

/** Who listens to a build or a pull, and what ends it. */
export interface ImageEventOptions {
  readonly onEvent: (event: ImageEvent) => void;
  readonly signal?: AbortSignal;
}

/** What is told to the engine to build an image. */
export interface BuildOptions extends ImageEventOptions {
  /** The name and tag of the image. */
  readonly tag: string;
  /** BuildKit, or the classic builder for engines that lack it. */
  readonly builder: 'buildkit' | 'classic';
}

/**
 * What Backlot needs of a container engine, and no more.
 *
 * What does not exist is `undefined`, not an error. Every other refusal is a BacklotError `BACKLOT_E_ENGINE_FAILED`
 * with an `EngineRefusal` as its cause. Calls without a signal of their own end after a limit.
 */
export interface ContainerEngine {
  /** Where the engine is, for people. */
  readonly description: string;
  /** The name of the engine's machine, when it is reached over TCP or ssh. */
  readonly host: string | undefined;
  /** The engine's own socket, as its machine sees it: what a container has to be given to use the engine. */
  readonly socket: string;
  /** What it says of itself. */
  facts(): Promise<EngineFacts>;
  /** The names of running containers that publish a TCP port of the host. */
  containersAtPort(port: number): Promise<string[]>;
  volumeExists(name: string): Promise<boolean>;
  /** The containers with a label, running or not. */
  listContainers(label: string): Promise<ListedContainer[]>;
  inspectContainer(nameOrId: string): Promise<ContainerDetails | undefined>;
  /** Makes a container and returns its id. */
  createContainer(spec: ContainerSpec): Promise<string>;
  /** Puts a file into a container, also into one that has not been started yet. */
  putFile(id: string, file: ContainerFile): Promise<void>;
  startContainer(id: string): Promise<void>;
  renameContainer(id: string, name: string): Promise<void>;
  /** Asks with SIGTERM, waits for the grace period, kills. Content when the container is not running. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  /** Removes a container, killing it if need be. Content when it is gone. */
  removeContainer(id: string): Promise<void>;
  /** The exit code, as soon as the container does not run. */
  waitForExit(id: string, signal?: AbortSignal): Promise<number>;
  /** The log as the engine sends it, each message with its time in front. */
  openLog(id: string, options: RawLogOptions): Promise<Readable>;
  /** Runs a command in a container that runs. */
  openExec(id: string, spec: ExecSpec): Promise<RunningExec>;
  /** The id of an image on this machine. */
  imageId(reference: string): Promise<string | undefined>;
  /** Resolves when the engine has said all; an event with an `error` is how it tells of a failure on the way. */
  pullImage(reference: string, options: ImageEventOptions): Promise<void>;
  /** The same for a build from a tar of its context. */
  buildImage(context: NodeJS.ReadableStream, options: BuildOptions): Promise<void>;
  /** Gives an image another name and tag. */
  tagImage(reference: string, name: string, tag: string): Promise<void>;
  /** Removes a volume. Content when it is gone. */
  removeVolume(name: string): Promise<void>;
}

/** The refusal of an engine: its HTTP status, or a code such as ECONNREFUSED, and its own words. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';

  constructor(
    message: string,
    readonly status: number | undefined,
    readonly code?: string,
  ) {
    super(message);
  }
}
