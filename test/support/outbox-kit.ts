import { AsyncLocalStorage } from 'node:async_hooks';
import { Clocks, ExtensionOutbox, Worlds, type World, type WorldClock, type WorldView } from '../../src/state';

export const NOON = Date.UTC(2030, 0, 1, 12);

/** The outbox of an extension. The clock of the default world stands at noon. */
export class OutboxKit {
  readonly current = new AsyncLocalStorage<WorldView>();
  readonly warnings: string[] = [];
  readonly reported: unknown[] = [];
  readonly end = new AbortController();
  readonly clocks: Clocks;
  readonly outbox: ExtensionOutbox;

  constructor(readonly worlds = new Worlds()) {
    this.clocks = new Clocks(worlds);
    if (!this.clock.isFrozen) this.clock.freeze(NOON);
    this.outbox = new ExtensionOutbox({
      extension: 'shop',
      worlds,
      clocks: this.clocks,
      view: () => this.current.getStore() ?? worlds.base.view(),
      runIn: (view, run) => this.current.run(view, run),
      bind: (run) => run,
      warn: (message) => this.warnings.push(message),
      report: (thrown) => this.reported.push(thrown),
      signal: this.end.signal,
    });
  }

  get clock(): WorldClock {
    return this.clocks.of(this.worlds.base);
  }

  /** Runs a function as a request to a world. */
  within<R>(world: World, run: () => R): R {
    return this.current.run(world.view(), run);
  }
}
