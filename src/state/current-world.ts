import { AsyncLocalStorage } from 'node:async_hooks';
import type { WorldView } from './world';
import type { Worlds } from './worlds';

/** Knows the world that the running code belongs to. Each platform has one: several can live in one process. */
export class CurrentWorld {
  readonly #entered = new AsyncLocalStorage<WorldView | undefined>();

  constructor(private readonly worlds: Worlds) {}

  /** What the running code has entered; undefined outside of requests. */
  get entered(): WorldView | undefined {
    return this.#entered.getStore();
  }

  /** What the running code has entered; outside of requests the default world, as it is now. */
  readonly view = (): WorldView => this.#entered.getStore() ?? this.worlds.base.view();

  /** Runs a function, and what follows from it, within a world. */
  readonly runIn = <R>(view: WorldView, run: () => R): R =>
    this.#entered.getStore() === view ? run() : this.#entered.run(view, run);

  /** Runs a function, and what follows from it, as outside of requests. */
  readonly runOutside = <R>(run: () => R): R => this.#entered.run(undefined, run);
}
