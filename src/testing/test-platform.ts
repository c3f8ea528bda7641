import '../api/async-dispose';
import { rm } from 'node:fs/promises';
import { BacklotError } from '../api/errors';
import type { Extension } from '../api/extension';
import type { Route } from '../api/gateway';
import { didYouMean } from '../extensions/nearest';
import type { Platform } from '../runtime/platform';
import type { World } from '../state';
import type { Failures } from './failures';
import { fetchFrom, type TestFetchInit } from './platform-fetch';
import { TestClock } from './test-clock';
import { TestSandbox, type TestSandboxOptions } from './test-sandbox';
import { TestState } from './test-state';
import { TestWebhooks } from './test-webhooks';

/** A line that the platform or an extension logged. */
export interface LogEntry {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly message: string;
  /** In ISO 8601. */
  readonly timestamp: string;
  /** The extension that logged it; undefined for the platform’s own lines. */
  readonly extension?: string;
  /** The part of the platform that logged it: `gateway`, `extensions`, `runtime`. */
  readonly scope?: string;
  /** Of an error that was logged. */
  readonly stack?: string;
}

/** What a test platform is made of. */
export interface TestPlatformParts {
  readonly platform: Platform;
  readonly directory: string;
  readonly logs: readonly LogEntry[];
  readonly failures: Failures;
}

/** A platform in this process that serves requests, for tests. */
export class TestPlatform implements AsyncDisposable {
  /** What extensions keep, for requests that name no sandbox. */
  readonly state: TestState;
  /** The time that extensions see there. */
  readonly clock: TestClock;
  /** The webhooks that they send there. */
  readonly webhooks: TestWebhooks;
  readonly #parts: TestPlatformParts;
  #closed: Promise<void> | undefined;

  constructor(parts: TestPlatformParts) {
    this.#parts = parts;
    const { platform } = parts;
    const world = (): World => platform.state.worlds.base;
    this.state = new TestState(platform, world);
    this.clock = new TestClock(() => platform.state.clocks.of(world()));
    this.webhooks = new TestWebhooks(() => platform.state, world);
  }

  /** The gateway, without a slash at the end. */
  get url(): string {
    return this.#parts.platform.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Everything that was logged, at every level, the oldest first. */
  get logs(): readonly LogEntry[] {
    return this.#parts.logs;
  }

  /**
   * What went wrong since the start: handlers and endpoints that threw, and errors that escaped from timers, events and
   * promises as far as the test runner lets them through. Each names its extension; what was thrown is its `cause`.
   */
  get errors(): readonly BacklotError[] {
    return this.#parts.failures.all;
  }

  /** The instances of all extensions, in the order in which they were given. */
  get extensions(): readonly Extension<unknown>[] {
    return this.#parts.platform.extensions.all.flatMap(({ instance }) => (instance ? [instance] : []));
  }

  /** The instance of an extension, by its class or its name. Throws `BACKLOT_E_NAME_UNKNOWN` when there is none. */
  extension<E extends Extension<unknown>>(type: new () => E): E;
  extension(name: string): Extension<unknown>;
  extension(wanted: string | (new () => Extension<unknown>)): Extension<unknown> {
    const found = this.extensions.find((each) =>
      typeof wanted === 'string' ? each.name === wanted : each instanceof wanted,
    );
    if (found) return found;
    const names = this.extensions.map(({ name }) => name);
    const text = typeof wanted === 'string' ? wanted : wanted.name;
    throw new BacklotError(
      'BACKLOT_E_NAME_UNKNOWN',
      `the platform has no extension "${text}"${didYouMean(text, names)}; it has ${names.join(', ') || 'none'}`,
    );
  }

  /** The routes of all extensions. */
  routes(): Route[] {
    return this.#parts.platform.routes();
  }

  /**
   * Sends a request to the platform. `target` is a path (`/hello/ada`), or a URL whose host is asked for
   * (`http://hello.localhost/ada`); `host` does the same. Otherwise as the global `fetch`; nothing is decompressed.
   */
  fetch(target: string | URL, init?: TestFetchInit): Promise<Response> {
    return fetchFrom(this.port, target, init);
  }

  /**
   * A sandbox, made when it is not there: a state, a clock and webhooks of its own. Options are for one that is new, and
   * throw `BACKLOT_E_SANDBOX_EXISTS` otherwise.
   */
  sandbox(name: string, { from, ...options }: TestSandboxOptions = {}): TestSandbox {
    const { platform } = this.#parts;
    const { worlds, sandboxes } = platform.state;
    const hasOptions = from !== undefined || Object.keys(options).length > 0;
    if (name !== '' && worlds.get(name) && hasOptions) {
      throw new BacklotError('BACKLOT_E_SANDBOX_EXISTS', `the sandbox "${name}" is there already, and cannot be made`);
    }
    const world = sandboxes.open(name, from);
    if (Object.keys(options).length > 0) sandboxes.configure(world, options);
    return new TestSandbox(name, platform);
  }

  /**
   * Closes everything: the port, the extensions in reverse order, the temporary data. Requests in flight may finish for
   * a second. Rejects, when all is closed, with what `onPlatformShutdown` of an extension threw; several are the
   * `errors` of an AggregateError. Safe to call twice.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { platform, directory, failures } = this.#parts;
    failures.closing();
    try {
      await platform.stop();
    } finally {
      failures.release();
      await rm(directory, { recursive: true, force: true });
    }
    const [first, ...others] = failures.whileClosing;
    if (first && others.length === 0) throw first;
    if (first) throw new AggregateError([first, ...others], 'several extensions failed while they were shut down');
  }
}
