import { setMaxListeners } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Processes, Resources, Sockets, Timer, Timers } from '../../api/resources';
import { withTimeLimit } from './time-limit';

/** How long a program may take to end after SIGTERM, in milliseconds. */
const PROCESS_GRACE_MS = 3_000;

export interface OwnedResourcesOptions {
  /** Wraps a function so that what escapes from it is known to be the extension’s. */
  readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F;
  /** Is told what a disposer threw. */
  readonly report: (thrown: unknown, what: string) => void;
  /** Aborted when the state that the running code belongs to is over; undefined where it belongs to none. */
  readonly epochOf?: () => AbortSignal | undefined;
}

/** What one extension has started, and how it ends. Nothing can be started once it is disposed of: it ends at once. */
export class OwnedResources implements Resources {
  readonly #options: OwnedResourcesOptions;
  readonly #abort = new AbortController();
  /** Newest last. */
  readonly #disposers = new Set<() => unknown>();
  #disposed: Promise<void> | undefined;

  constructor(options: OwnedResourcesOptions) {
    this.#options = options;
    // Every proxy of an extension listens, and so does what is given the signal: many are no leak.
    setMaxListeners(0, this.#abort.signal);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readonly timers: Timers = {
    setTimeout: (run, milliseconds) => this.#timer(run, (each) => setTimeout(each, milliseconds), clearTimeout, true),
    setInterval: (run, milliseconds) =>
      this.#timer(run, (each) => setInterval(each, milliseconds), clearInterval, false),
    setImmediate: (run) => this.#timer(run, (each) => setImmediate(each), clearImmediate, true),
  };

  readonly sockets: Sockets = {
    listen: (server, options = { host: '127.0.0.1', port: 0 }) =>
      new Promise<AddressInfo>((resolve, reject) => {
        this.#ownServer(server);
        server.once('error', reject);
        server.listen(options, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    connect: (options) => {
      const socket = connect(options);
      this.#ownSocket(socket);
      return socket;
    },
  };

  readonly processes: Processes = {
    spawn: (command, args = [], options = {}) => {
      const child = spawn(command, args, { ...options, detached: true });
      const dispose = (): Promise<void> => endGroup(child);
      this.#own(dispose);
      child.once('exit', () => this.#disposers.delete(dispose));
      return child;
    },
  };

  onDispose(dispose: () => unknown): void {
    this.#own(this.#options.bind(dispose));
  }

  /** Ends everything, the newest first; each disposer gets at most `limit` milliseconds. Safe to call twice. */
  dispose(limit: number): Promise<void> {
    return (this.#disposed ??= this.#dispose(limit));
  }

  async #dispose(limit: number): Promise<void> {
    this.#abort.abort();
    for (const dispose of [...this.#disposers].reverse()) await this.#run(dispose, limit);
    this.#disposers.clear();
  }

  async #run(dispose: () => unknown, limit: number): Promise<void> {
    try {
      await withTimeLimit(limit, dispose);
    } catch (thrown) {
      this.#options.report(thrown, 'ending what it had started');
    }
  }

  #own(dispose: () => unknown): void {
    if (this.#disposed) void this.#run(dispose, PROCESS_GRACE_MS);
    else this.#disposers.add(dispose);
  }

  #timer<T>(run: () => unknown, start: (run: () => void) => T, clear: (timer: T) => void, isOnce: boolean): Timer {
    const bound = this.#options.bind(run);
    const epoch = this.#options.epochOf?.();
    const forget = (): void => {
      this.#disposers.delete(cancel);
      epoch?.removeEventListener('abort', cancel);
    };
    const cancel = (): void => {
      clear(timer);
      forget();
    };
    const timer = start(() => {
      if (isOnce) forget();
      // What it throws, now or later, escapes to where every error of an extension that nothing catches goes.
      void bound();
    });
    this.#own(cancel);
    epoch?.addEventListener('abort', cancel);
    if (epoch?.aborted) cancel();
    return { cancel };
  }

  #ownServer(server: Server): void {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    this.#own(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          for (const socket of sockets) socket.destroy();
        }),
    );
  }

  #ownSocket(socket: Socket): void {
    const dispose = (): void => void socket.destroy();
    this.#own(dispose);
    socket.once('close', () => this.#disposers.delete(dispose));
  }
}

/** Ends a program with all that it has started. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), PROCESS_GRACE_MS);
  await ended;
  clearTimeout(timer);
  // Whatever it left behind in its group.
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // There is nobody left in it.
  }
}
