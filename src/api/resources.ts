/** What an extension starts through the platform, and what therefore ends with the extension. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { AddressInfo, ListenOptions, NetConnectOpts, Server, Socket } from 'node:net';

/** A timer of {@link Timers}. */
export interface Timer {
  /** Stops it; nothing happens when it is over. */
  cancel(): void;
}

/** Timers that end with the extension. Times are in milliseconds. An error in one is reported under its name. */
export interface Timers {
  setTimeout(run: () => unknown, milliseconds?: number): Timer;
  setInterval(run: () => unknown, milliseconds: number): Timer;
  setImmediate(run: () => unknown): Timer;
}

/** Servers and connections that are closed with the extension. */
export interface Sockets {
  /**
   * Lets a server (of net, http, http2, tls, or what an Express app is given to) listen, on a free port of 127.0.0.1 when
   * nothing else is said. Resolves with its address; rejects as the server does, for instance when the port is taken.
   */
  listen(server: Server, options?: ListenOptions): Promise<AddressInfo>;
  /** Opens a connection. It is up to the extension to listen to its `error`. */
  connect(options: NetConnectOpts): Socket;
}

/** Programs that end with the extension: asked by SIGTERM, and killed when they do not go. */
export interface Processes {
  /** Starts a program, in a process group of its own, so that what it starts in turn goes with it. */
  spawn(command: string, args?: readonly string[], options?: SpawnOptions): ChildProcess;
}

/** All of it, as the platform gives it to one extension. */
export interface Resources {
  readonly timers: Timers;
  readonly sockets: Sockets;
  readonly processes: Processes;
  /** Aborted when the extension goes. */
  readonly signal: AbortSignal;
  /** Calls a function, once, when the extension goes; the last one that was given first. It may be async. */
  onDispose(dispose: () => unknown): void;
}
