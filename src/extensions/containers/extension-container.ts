/** One container of an extension, from its image to its removal. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'winston';
import { asBacklotError, BacklotError, describeCause } from '../../api/errors';
import type { ContainerState, PortReference, RunningContainer } from '../../api/containers';
import type { Listener } from '../../api/gateway';
import { HttpError } from '../../api/http-error';
import type { ContainerDetails, ContainerEngine, ContainerSpec } from '../../engine/engine';
import type { Ailment } from '../supervise/supervised-extension';
import { ContainerLog } from './container-log';
import { ensureContainerImage } from './container-image';
import { portOf, type Declaration } from './declaration';
import { Http2Passage } from './http2-passage';
import { addressOf, networkOptions, type Placement } from './placement';
import { probeHttp, probeTcp } from './probe';

/** How often in a row a container that dies is started again. */
const RESTART_LIMIT = 5;

/** The wait before the first restart, and the longest, in milliseconds; it doubles in between. */
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 10_000;

/** A container that was healthy for so long, in milliseconds, has not died in a row with the time before. */
const STEADY_AFTER_MS = 60_000;

/** How often it is looked whether a container is healthy, in milliseconds: often at first. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 500;

/** What a container needs of the platform. */
export interface Surroundings {
  readonly engine: ContainerEngine;
  readonly placement: Placement;
  readonly labels: Readonly<Record<string, string>>;
  /** A name that no other container has. */
  readonly name: string;
  readonly mounts: ContainerSpec['mounts'];
}

export interface ExtensionContainerOptions {
  readonly extension: string;
  readonly declaration: Declaration;
  readonly log: Logger;
  /** Finds the engine, and whatever else is needed. */
  readonly surroundings: () => Promise<Surroundings>;
  /** Is told what ails the container, and that nothing does any more. */
  readonly onAilment: (ailment: Ailment | undefined) => void;
  /** The container of the instance that this one’s extension replaces: two may not have the same volumes at a time. */
  readonly predecessor: ExtensionContainer | undefined;
}

export class ExtensionContainer implements RunningContainer {
  #state: ContainerState = 'starting';
  #surroundings: Surroundings | undefined;
  #details: ContainerDetails | undefined;
  #id: string | undefined;
  #image = '';
  #matched = false;
  /** Its exit code, as soon as it does not run any more; rejects when it could not even be started. */
  #ended: Promise<number> = Promise.resolve(0);
  #suspended: { resume: () => void; resumed: Promise<void> } | undefined;
  #stopped: Promise<void> | undefined;
  #predecessor: ExtensionContainer | undefined;
  readonly #options: ExtensionContainerOptions;
  readonly #stopping = new AbortController();
  /** Ends the reading of its log, which goes on until it has stopped. */
  readonly #reading = new AbortController();
  readonly #ready: Promise<void>;
  readonly #log: ContainerLog;

  constructor(options: ExtensionContainerOptions) {
    this.#options = options;
    this.#predecessor = options.predecessor;
    this.#log = new ContainerLog(options.log, (line) => this.#look(line));
    this.#ready = this.#begin();
    // Whoever awaits it is told; nobody has to.
    this.#ready.catch(() => undefined);
  }

  get state(): ContainerState {
    return this.#state;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  address(reference: PortReference): string {
    const port = this.#portOf(reference);
    const { host, port: reached } = this.#reach(port);
    return host.includes(':') ? `[${host}]:${reached}` : `${host}:${reached}`;
  }

  http2(reference: PortReference): Listener {
    const port = this.#portOf(reference);
    const passage = new Http2Passage(() => this.#reach(port), this.#stopping.signal);
    return (request, response) => passage.serve(request, response);
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  /** Kills and removes what is left of it. */
  async kill(): Promise<void> {
    this.#stopping.abort();
    this.#reading.abort();
    await this.#ready.catch(() => undefined);
    if (this.#id !== undefined) await this.#surroundings?.engine.removeContainer(this.#id);
  }

  /** Stops it until {@link resume}. Only one that is healthy is suspended. */
  async suspend(): Promise<void> {
    if (this.#state !== 'healthy' || this.#id === undefined) return;
    let resume = (): void => undefined;
    const resumed = new Promise<void>((resolve) => (resume = resolve));
    this.#suspended = { resume, resumed };
    this.#state = 'restarting';
    await this.#surroundings?.engine.stopContainer(this.#id, this.#options.declaration.stopTimeout);
  }

  /** Lets it go on after {@link suspend}. */
  resume(): void {
    this.#suspended?.resume();
  }

  async #begin(): Promise<void> {
    const { extension, declaration, log } = this.#options;
    const began = performance.now();
    try {
      const { engine, name } = (this.#surroundings = await this.#options.surroundings());
      this.#image = await ensureContainerImage(engine, declaration, {
        extension,
        signal: this.#stopping.signal,
        onStep: (message) => log.info(message),
        onLine: (line) => log.debug(line),
      });
      if (declaration.volumes.length > 0) await this.#predecessor?.suspend();
      await this.#startAnew();
      log.info(`${this.#image} is healthy as ${name}, after ${Math.round(performance.now() - began)} ms`);
      void this.#supervise();
    } catch (thrown) {
      const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'its container could not be started', { extension });
      if (this.#state !== 'stopped') this.#state = 'failed';
      await this.#remove().catch(() => undefined);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopping.abort();
    this.resume();
    // An image that is being pulled, a container that is being made: nothing may come to be after this.
    await this.#ready.catch(() => undefined);
    if (this.#id !== undefined) {
      await this.#surroundings?.engine.stopContainer(this.#id, this.#options.declaration.stopTimeout);
    }
    await this.#log.caughtUp();
    await this.#remove();
    this.#options.onAilment(undefined);
    // When it could not take the place of the other one, that one goes on.
    this.#predecessor?.resume();
    this.#predecessor = undefined;
  }

  async #remove(): Promise<void> {
    const id = this.#id;
    this.#details = undefined;
    this.#reading.abort();
    if (id === undefined) return;
    await this.#surroundings?.engine.removeContainer(id);
    this.#id = undefined;
  }

  /** Makes the container where there is none, starts it, and waits until it is healthy. */
  async #startAnew(): Promise<void> {
    const { engine } = this.#here;
    const { signal } = this.#stopping;
    if (this.#id !== undefined && (await engine.inspectContainer(this.#id)) === undefined) this.#id = undefined;
    this.#id ??= await engine.createContainer(this.#spec());
    signal.throwIfAborted();
    this.#matched = false;
    await engine.startContainer(this.#id);
    const details = await engine.inspectContainer(this.#id);
    if (!details) throw this.#endedEarly(undefined);
    this.#log.follow(engine, details, this.#reading.signal);
    this.#ended = engine.waitForExit(this.#id, signal);
    this.#ended.catch(() => undefined);
    await this.#untilHealthy(details);
    this.#details = await engine.inspectContainer(this.#id);
    this.#state = 'healthy';
  }

  #spec(): ContainerSpec {
    const { declaration } = this.#options;
    const { name, labels, mounts, placement } = this.#here;
    return {
      name,
      image: this.#image,
      labels,
      environment: declaration.env,
      mounts,
      ...networkOptions(placement, Object.values(declaration.ports)),
      ...(declaration.command ? { command: declaration.command } : {}),
      init: true,
      stopGraceSeconds: Math.ceil(declaration.stopTimeout),
    };
  }

  async #untilHealthy(started: ContainerDetails): Promise<void> {
    const { engine } = this.#here;
    const { declaration, extension } = this.#options;
    const { signal } = this.#stopping;
    const deadline = performance.now() + declaration.timeout;
    let exit: { code: number } | undefined;
    this.#ended.then(
      (code) => (exit = { code }),
      () => undefined,
    );
    let last: string | undefined;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, LONGEST_LOOK_MS)) {
      last = await this.#ailment(started);
      signal.throwIfAborted();
      if (exit !== undefined) {
        await this.#log.caughtUp();
        throw this.#endedEarly(exit.code);
      }
      if (last === undefined) return;
      if (performance.now() > deadline) break;
      await delay(pause, undefined, { signal });
    }
    const limit = `${declaration.timeout / 1000} s`;
    const message = `the container of ${extension} (${this.#image}) was not healthy within ${limit}: ${last}${this.#log.lastLines}`;
    await engine.stopContainer(started.id, 0);
    throw new BacklotError('BACKLOT_E_CONTAINER_UNHEALTHY', message, { where: { extension } });
  }

  /** What is not yet as the health check wants it. */
  async #ailment(started: ContainerDetails): Promise<string | undefined> {
    const { engine, placement } = this.#here;
    const { health } = this.#options.declaration;
    switch (health.kind) {
      case 'runs':
        return undefined;
      case 'log':
        return this.#matched ? undefined : `no line matched ${health.pattern}`;
      case 'docker': {
        const found = (await engine.inspectContainer(started.id))?.health;
        return found === 'healthy' ? undefined : `its health check says ${found ?? 'nothing, for its image has none'}`;
      }
      case 'http': {
        const { host, port } = addressOf(placement, started, health.port);
        return probeHttp(host, port, health.path, health.status);
      }
      case 'tcp': {
        const { host, port } = addressOf(placement, started, health.port);
        return probeTcp(host, port);
      }
    }
  }

  #look(line: string): void {
    const { health } = this.#options.declaration;
    if (health.kind === 'log' && health.pattern.test(line)) this.#matched = true;
  }

  /** Stays with the container: starts it again when it dies, with a growing wait and a limit. */
  async #supervise(): Promise<void> {
    const { log, extension } = this.#options;
    const { signal } = this.#stopping;
    for (let deaths = 0; ;) {
      const since = performance.now();
      const how = await this.#ended.then(
        (code) => `ended with exit code ${code}`,
        (error: unknown) => describeCause(error),
      );
      if (signal.aborted) return;
      if (this.#suspended) {
        await this.#suspended.resumed;
        this.#suspended = undefined;
        if (signal.aborted) return;
      } else {
        deaths = performance.now() - since > STEADY_AFTER_MS ? 1 : deaths + 1;
        if (!(await this.#backOff(how, deaths))) return;
      }
      try {
        await this.#startAnew();
        this.#options.onAilment(undefined);
        log.info('its container is healthy again');
      } catch (error) {
        if (signal.aborted) return;
        const failure = asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the restart failed', { extension });
        this.#ended = Promise.reject(failure);
        this.#ended.catch(() => undefined);
      }
    }
  }

  /** Waits before a restart; false when there is to be none. */
  async #backOff(how: string, deaths: number): Promise<boolean> {
    const { log, extension, onAilment } = this.#options;
    await this.#log.caughtUp();
    const message = `the container of ${extension} (${this.#image}) ${how}`;
    if (deaths > RESTART_LIMIT) {
      this.#state = 'failed';
      const error = new BacklotError(
        'BACKLOT_E_CONTAINER_EXITED',
        `${message}, for the ${deaths}. time in a row, and is not started again${this.#log.lastLines}`,
        { where: { extension } },
      );
      log.error(error.format());
      onAilment({ state: 'error', error });
      return false;
    }
    this.#state = 'restarting';
    const wait = Math.min(FIRST_BACK_OFF_MS * 2 ** (deaths - 1), LONGEST_BACK_OFF_MS);
    log.error(`${message}; restart ${deaths} of ${RESTART_LIMIT} in ${wait} ms`);
    const error = new BacklotError('BACKLOT_E_CONTAINER_EXITED', message, { where: { extension } });
    onAilment({ state: 'starting', error });
    return delay(wait, true, { signal: this.#stopping.signal }).catch(() => false);
  }

  #endedEarly(code: number | undefined): BacklotError {
    const { extension } = this.#options;
    const how = code === undefined ? 'was removed' : `ended with exit code ${code}`;
    const message = `the container of ${extension} (${this.#image}) ${how} before it was healthy${this.#log.lastLines}`;
    return new BacklotError('BACKLOT_E_CONTAINER_EXITED', message, { where: { extension } });
  }

  get #here(): Surroundings {
    if (this.#surroundings) return this.#surroundings;
    throw new BacklotError('BACKLOT_E_INTERNAL', 'a container was used before its engine was found');
  }

  #reach(port: number): { host: string; port: number } {
    if (this.#state === 'healthy' && this.#details) return addressOf(this.#here.placement, this.#details, port);
    const { extension } = this.#options;
    const message = `the container of ${extension} is ${this.#state}`;
    throw new HttpError(503, message, { headers: { 'retry-after': '1' } });
  }

  #portOf(reference: PortReference): number {
    const { declaration, extension } = this.#options;
    return portOf(declaration.ports, reference, (message) => {
      throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', `the container of ${extension}: ${message}`, {
        where: { extension },
      });
    });
  }
}
