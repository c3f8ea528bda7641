import '../api/async-dispose';
import { BacklotError } from '../api/errors';
import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { requireContainer, urlOf } from './find-container';
import { findEngine } from '../engine/find-engine';
import type { ImageOptions } from './image';
import { type LogEntry, type LogOptions, readLog } from './logs';
import { containerName, resolveSettings, type StartOptions } from './settings';
import { start } from './start';
import { type Status, status } from './status';
import { stop, type StopOptions, type StopResult } from './stop';
import type { WaitOptions } from './wait';

/** What {@link Emulator.start} can be told. */
export interface EmulatorOptions
  extends StartOptions, Pick<ImageOptions, 'build' | 'onProgress' | 'signal'>, Pick<WaitOptions, 'timeoutSeconds'> {
  /** The engine to use, when it is not the one that is found. */
  readonly engine?: ContainerEngine;
}

/** A running Backlot, for programs on the host. */
export class Emulator implements AsyncDisposable {
  private constructor(
    private readonly engine: ContainerEngine,
    private readonly container: ContainerDetails,
    /** The gateway, without a slash at the end. */
    readonly url: string,
    /** Whether it ran before this object was made. */
    readonly alreadyRunning: boolean,
  ) {}

  /**
   * Starts Backlot in a container and waits until it is ready. One of that name which runs already with the same
   * settings is used as it is. With port 0 and no name it is an instance of its own, whose volume goes with it.
   *
   * A start that fails, or is ended by the signal, leaves no container behind. Throws a BacklotError that says what to
   * do, or the reason of the signal.
   */
  static async start(options: EmulatorOptions = {}): Promise<Emulator> {
    const settings = resolveSettings(options);
    const engine = options.engine ?? (await findEngine());
    const launched = await start(engine, settings, options);
    return new Emulator(engine, launched.container, launched.url, launched.alreadyRunning);
  }

  /**
   * The running Backlot of that name, by default `backlot-main`. Throws `BACKLOT_E_CONTAINER_NOT_FOUND`, also when it
   * has ended or its gateway is not published.
   */
  static async attach(options: Pick<EmulatorOptions, 'name' | 'engine'> = {}): Promise<Emulator> {
    const name = containerName(options.name);
    const engine = options.engine ?? (await findEngine());
    const container = await requireContainer(engine, name);
    const url = urlOf(container);
    if (container.running && url !== undefined) return new Emulator(engine, container, url, true);
    const why = container.running ? 'publishes no gateway' : `has ended with exit code ${container.exitCode}`;
    throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', `the container ${name} ${why}`);
  }

  /** The name of the container. */
  get name(): string {
    return this.container.name;
  }

  /** The lines of its log. No more is read than is asked for, and leaving the loop ends the reading. */
  logs(options: LogOptions = {}): AsyncGenerator<LogEntry> {
    return readLog(this.engine, this.container, options);
  }

  /** How it is now. */
  async status(): Promise<Status> {
    return { ...(await status(this.engine, this.container.id)), name: this.name };
  }

  /** Stops it in an orderly way and removes its container. Content when that has happened already. */
  stop(options: StopOptions = {}): Promise<StopResult> {
    // By its id: by now another container may have the name.
    return stop(this.engine, this.container.id, options);
  }

  /** At the end of `await using`: stops it, unless it ran before. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alreadyRunning) await this.stop();
  }
}
