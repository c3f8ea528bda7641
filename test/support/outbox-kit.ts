import { AsyncLocalStorage } from 'node:async_hooks';
import { clockOf } from '../../src/state/clock/clocks';
import type { WorldClock } from '../../src/state/clock/world-clock';
import { ExtensionOutbox } from '../../src/state/outbox/extension-outbox';
import type { World } from '../../src/state/world';
import { MemoryWorld } from './memory-world';

export const NOON = Date.UTC(2030, 0, 1, 12);

/** The outbox of an extension, in a world whose clock stands at noon. */
export class OutboxKit {
  readonly current = new AsyncLocalStorage<World>();
  readonly warnings: string[] = [];
  readonly reported: unknown[] = [];
  readonly end = new AbortController();
  readonly outbox: ExtensionOutbox;

  constructor(
    readonly world = new MemoryWorld(),
    extension = 'shop',
  ) {
    this.clock.freeze(NOON);
    this.outbox = new ExtensionOutbox({
      extension,
      currentWorld: () => this.current.getStore() ?? this.world,
      runIn: (other, run) => this.current.run(other, run),
      bind: (run) => run,
      warn: (message) => this.warnings.push(message),
      report: (thrown) => this.reported.push(thrown),
      signal: this.end.signal,
    });
  }

  get clock(): WorldClock {
    return clockOf(this.world);
  }
}
