import { EventEmitter } from 'node:events';
import '../api/async-dispose';
import { BacklotError } from '../api/errors';
import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { exec, type ExecOptions, type ExecResult } from './exec';
import { findEngine } from '../engine/find-engine';
import { requireContainer, urlOf } from './find-container';
import type { ImageOptions } from './image';
import { type LogEntry, type LogOptions, readLog } from './logs';
import type { Progress } from './progress';
import { containerName, resolveSettings, type StartOptions } from './settings';
import { type Launched, start } from './start';
import { type Status, status } from './status';
import { stop, type StopOptions, type StopResult } from './stop';
import { untilAborted } from './until-aborted';
import type { WaitOptions } from './wait';
import { watch } from './watch';

/** How {@link Emulator.start} can be told to start it. */
export interface EmulatorOptions
  extends StartOptions, Pick<ImageOptions, 'build' | 'onProgress' | 'signal'>, Pick<WaitOptions, 'timeoutSeconds'> {
  /** The engine to use, when it is not the one that is found. */
  readonly engine?: ContainerEngine;
}

/** What an {@link Emulator} tells its listeners. */
export interface EmulatorEvents {
  /** It is being started; also when its container is restarted by somebody else. */
  starting: [];
  /** A step on the way there. */
  progress: [progress: Progress];
  /** It serves. */
  ready: [url: string];
  /** It was stopped, here or elsewhere; the exit code when it was running. */
  stopped: [exitCode: number | undefined];
  /** Its container ended with a failure. */
  died: [exitCode: number];
  /** A line of its log, from when the listener was added on. */
  log: [entry: LogEntry];
  /** The engine went away: nothing more will be told. */
  lost: [error: Error];
}

/** What is only known while somebody watches. */
const WATCHED = ['starting', 'ready', 'stopped', 'died', 'lost'] as const;

/**
 * Backlot in a container, for programs on the host. It has listeners for {@link EmulatorEvents}; while there are some, the
 * program goes on until it is stopped or disposed of.
 */
export class Emulator extends EventEmitter<EmulatorEvents> implements AsyncDisposable {
  #engine: ContainerEngine | undefined;
  #container: ContainerDetails | undefined;
  #url: string | undefined;
  #alreadyRunning = false;
  #watching: AbortController | undefined;
  #reading: AbortController | undefined;

  constructor(private readonly options: EmulatorOptions = {}) {
    super();
    // Every emitter has this event, whatever it is made to tell.
    (this as EventEmitter).on('newListener', (name: string) => process.nextTick(() => this.#listen(name)));
  }

  /** A new one, started: see {@link Emulator.prototype.start}. */
  static start(options: EmulatorOptions = {}): Promise<Emulator> {
    return new Emulator(options).start();
  }

  /**
   * The running Backlot of that name, by default `backlot-main`. Throws `BACKLOT_E_CONTAINER_NOT_FOUND`, also when it
   * has ended or its gateway is not published, and the reason of the signal.
   */
  static async attach(options: Pick<EmulatorOptions, 'name' | 'engine' | 'signal'> = {}): Promise<Emulator> {
    const name = containerName(options.name);
    const emulator = new Emulator(options);
    const engine = options.engine ?? (await untilAborted(findEngine(), options.signal));
    const container = await untilAborted(requireContainer(engine, name), options.signal);
    const url = urlOf(engine, container);
    if (!container.running || url === undefined) {
      const why = container.running ? 'publishes no gateway' : `has ended with exit code ${container.exitCode}`;
      throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', `the container ${name} ${why}`);
    }
    emulator.#took(engine, { container, url, alreadyRunning: true });
    return emulator;
  }

  /**
   * Starts Backlot in a container and waits until it is ready. One of that name which runs already with the same
   * settings is used as it is. With port 0 and no name it is an instance of its own, whose volume goes with it.
   *
   * A start that fails, or is ended by the signal, leaves no container behind. Throws a BacklotError that says what to
   * do, or the reason of the signal.
   */
  async start(): Promise<this> {
    const { options } = this;
    const settings = resolveSettings(options);
    this.emit('starting');
    const engine = options.engine ?? (await untilAborted(findEngine(), options.signal));
    const launched = await start(engine, settings, {
      ...options,
      onProgress: (progress) => {
        options.onProgress?.(progress);
        this.emit('progress', progress);
      },
    });
    this.#took(engine, launched);
    this.emit('ready', launched.url);
    return this;
  }

  /** The gateway, without a slash at the end. */
  get url(): string {
    return this.#url ?? notStarted();
  }

  /** The name of the container. */
  get name(): string {
    return this.container.name;
  }

  /** Whether it ran before {@link start}. */
  get alreadyRunning(): boolean {
    return this.#alreadyRunning;
  }

  /**
   * The lines of its log, each once, also when it is restarted meanwhile. No more is read than is asked for, and leaving the loop
   * ends the reading.
   */
  logs(options: LogOptions = {}): AsyncGenerator<LogEntry> {
    return readLog(this.engine, this.container, options);
  }

  /**
   * Runs a command in its container, and comes back when that has ended. An exit code other than 0 is no error.
   *
   * Throws `BACKLOT_E_COMMAND_NOT_FOUND`, `BACKLOT_E_COMMAND_REFUSED`, `BACKLOT_E_CONTAINER_NOT_FOUND` when it does not run
   * any more, `BACKLOT_E_ENGINE_FAILED`, and the reason of the signal.
   */
  exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return exec(this.engine, this.container.id, command, options);
  }

  /** How it is now. Throws `BACKLOT_E_ENGINE_FAILED`, and the reason of the signal. */
  async status({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Status> {
    return { ...(await untilAborted(status(this.engine, this.container.id), signal)), name: this.name };
  }

  /**
   * Stops it in an orderly way and removes its container. Content when that has happened already. Throws
   * `BACKLOT_E_ENGINE_FAILED`, and the reason of the signal.
   */
  async stop(options: StopOptions = {}): Promise<StopResult> {
    this.#watching?.abort();
    // By its id: by now another container may have the name.
    const result = await stop(this.engine, this.container.id, options);
    if (result.wasRunning) this.emit('stopped', result.exitCode);
    return result;
  }

  /** At the end of `await using`: stops it, unless it ran before. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#container && !this.#alreadyRunning) await this.stop();
    this.#watching?.abort();
    this.#reading?.abort();
  }

  private get engine(): ContainerEngine {
    return this.#engine ?? notStarted();
  }

  private get container(): ContainerDetails {
    return this.#container ?? notStarted();
  }

  #took(engine: ContainerEngine, { container, url, alreadyRunning }: Launched): void {
    this.#engine = engine;
    this.#container = container;
    this.#url = url;
    this.#alreadyRunning = alreadyRunning;
    if (WATCHED.some((name) => this.listenerCount(name) > 0)) this.#watch();
    if (this.listenerCount('log') > 0) this.#read();
  }

  /** Begins what a new listener wants to hear of. */
  #listen(name: string): void {
    if (!this.#container || this.#watching?.signal.aborted) return;
    if (name === 'log') this.#read({ tail: 0 });
    else if (WATCHED.some((each) => each === name)) this.#watch();
  }

  #watch(): void {
    if (this.#watching && !this.#watching.signal.aborted) return;
    const watching = (this.#watching = new AbortController());
    const watcher = {
      ended: (exitCode: number) => void (exitCode === 0 ? this.emit('stopped', 0) : this.emit('died', exitCode)),
      starting: (container: ContainerDetails) => {
        this.#container = container;
        this.#url = urlOf(this.engine, container) ?? this.#url;
        this.emit('starting');
      },
      ready: () => void this.emit('ready', this.url),
    };
    watch(this.engine, this.container, watcher, watching.signal).catch((error: Error) => this.emit('lost', error));
  }

  #read(part: LogOptions = {}): void {
    if (this.#reading && !this.#reading.signal.aborted) return;
    const reading = (this.#reading = new AbortController());
    const read = async (): Promise<void> => {
      for await (const entry of this.logs({ ...part, follow: true, signal: reading.signal })) this.emit('log', entry);
    };
    read()
      .catch((error: Error) => this.emit('lost', error))
      .finally(() => reading.abort());
  }
}

function notStarted(): never {
  throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', 'this Emulator has not been started', {
    remedy: 'Call start() and wait for it first.',
  });
}
