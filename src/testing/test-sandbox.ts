import { BacklotError } from '../api/errors';
import type { Platform } from '../runtime/platform';
import type { SandboxOptions, World } from '../state';
import { fetchFrom, type TestFetchInit } from './platform-fetch';
import { TestClock } from './test-clock';
import { TestState } from './test-state';
import { TestWebhooks } from './test-webhooks';

/** How a sandbox is to be when it is made. */
export interface TestSandboxOptions {
  /** The snapshot that it is a copy of; what a reset returns to when left out. */
  readonly from?: string;
  /** Makes identifiers repeat. */
  readonly ids?: SandboxOptions['ids'];
  readonly clock?: SandboxOptions['clock'];
}

/** A test platform as it is for those who name a sandbox: a state of its own, a clock of its own, its own webhooks. */
export class TestSandbox {
  /** What it keeps. */
  readonly state: TestState;
  /** The time in it. */
  readonly clock: TestClock;
  readonly webhooks: TestWebhooks;
  readonly #platform: Platform;

  constructor(
    readonly name: string,
    platform: Platform,
  ) {
    this.#platform = platform;
    const world = (): World => this.#world();
    this.state = new TestState(platform, world);
    this.clock = new TestClock(() => platform.state.clocks.of(world()));
    this.webhooks = new TestWebhooks(() => platform.state, world);
  }

  /** The gateway by a name that selects the sandbox, without a slash at the end; for clients that resolve `*.localhost`. */
  get url(): string {
    return `http://${this.name}.sandbox.localhost:${new URL(this.#platform.url).port}`;
  }

  /** What selects it in a request to any other name of the gateway. */
  get headers(): { readonly 'x-backlot-sandbox': string } {
    return { 'x-backlot-sandbox': this.name };
  }

  /** As `fetch` of the test platform, within the sandbox. */
  fetch(target: string | URL, init: TestFetchInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('x-backlot-sandbox', this.name);
    return fetchFrom(Number(new URL(this.#platform.url).port), target, { ...init, headers });
  }

  /** Deletes it with all that is in it. Resolves when nothing of it arrives any more. */
  async delete(): Promise<void> {
    await this.#platform.state.delete(this.name);
  }

  #world(): World {
    const world = this.#platform.state.worlds.get(this.name);
    if (world) return world;
    throw new BacklotError('BACKLOT_E_SANDBOX_NOT_FOUND', `the sandbox "${this.name}" was deleted`);
  }
}
