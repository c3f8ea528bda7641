import type { Delivery, DeliveryFilter, Drained } from '../api/webhooks';
import type { StateHost, World } from '../state';

/** A delivery, with the extension that sent it. */
export interface TestDelivery extends Delivery {
  readonly extension: string;
}

/** What had become of the deliveries when all that could be done was done. */
export interface TestDrained {
  readonly failed: readonly TestDelivery[];
  readonly waiting: readonly TestDelivery[];
}

/** The webhooks that extensions send in one state. */
export class TestWebhooks {
  readonly #host: () => StateHost;
  readonly #world: () => World;

  constructor(host: () => StateHost, world: () => World) {
    this.#host = host;
    this.#world = world;
  }

  /** All deliveries, of each extension the oldest first. */
  list(filter?: DeliveryFilter): TestDelivery[] {
    return this.#outboxes().flatMap(([extension, outbox]) => outbox.list(filter).map(named(extension)));
  }

  /** Resolves when no delivery is under way any more: what failed, and what waits for another attempt. */
  async drain(): Promise<TestDrained> {
    const drained = await Promise.all(
      this.#outboxes().map(async ([extension, outbox]) => of(extension, await outbox.drain())),
    );
    return {
      failed: drained.flatMap(({ failed }) => failed),
      waiting: drained.flatMap(({ waiting }) => waiting),
    };
  }

  #outboxes() {
    const world = this.#world();
    const owners = new Set(world.owners);
    return [...this.#host().outboxes()]
      .filter(([name]) => owners.has(name))
      .map(([name, outbox]) => [name, outbox.in(world)] as const);
  }
}

function of(extension: string, { failed, waiting }: Drained): TestDrained {
  return { failed: failed.map(named(extension)), waiting: waiting.map(named(extension)) };
}

const named =
  (extension: string) =>
  (delivery: Delivery): TestDelivery => ({ ...delivery, extension });
