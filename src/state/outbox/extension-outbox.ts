import type {
  Delivery,
  DeliveryFilter,
  Drained,
  WebhookEndpoint,
  WebhookOptions,
  Webhooks,
  WebhookSettings,
} from '../../api/webhooks';
import { clockOf } from '../clock/clocks';
import { ExtensionIds } from '../ids/extension-ids';
import { idsPlace } from '../ids/world-ids';
import { platformOwner } from '../owners';
import type { World } from '../world';
import { checkOptions } from './check-webhook';
import { OutboxStore } from './outbox-store';
import { WorldOutbox } from './world-outbox';

export interface ExtensionOutboxOptions {
  readonly extension: string;
  /** The world that the running code belongs to. Throws BACKLOT_E_STATE_FENCED when that one’s epoch is over. */
  readonly currentWorld: () => World;
  /** Runs a function within a world. */
  readonly runIn: <R>(world: World, run: () => R) => R;
  /** Wraps a function so that what escapes from it is known to be the extension’s. */
  readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F;
  /** Is told, in words for people, that a delivery was given up. */
  readonly warn: (message: string) => void;
  /** Is told what went wrong with the outbox itself. */
  readonly report: (thrown: unknown, what: string) => void;
  /** Aborted when the extension goes. */
  readonly signal: AbortSignal;
}

/** What `this.webhooks` of one extension is: the outboxes that it has in all worlds. */
export class ExtensionOutbox implements Webhooks {
  readonly #options: ExtensionOutboxOptions;
  /** By the epochs of the worlds. */
  readonly #outboxes = new WeakMap<AbortSignal, WorldOutbox>();
  #settings: WebhookSettings = {};

  constructor(options: ExtensionOutboxOptions) {
    this.#options = options;
  }

  configure(settings: WebhookSettings): void {
    checkOptions(settings);
    const { sign, ...others } = settings;
    this.#settings = sign ? { ...others, sign: this.#options.bind(sign) } : others;
  }

  send(endpoint: WebhookEndpoint, payload: unknown, options?: WebhookOptions): Delivery {
    return this.#current.send(endpoint, payload, options);
  }

  list(filter?: DeliveryFilter): Delivery[] {
    return this.#current.list(filter);
  }

  get(id: string): Delivery | undefined {
    return this.#current.get(id);
  }

  resend(id: string): Delivery {
    return this.#current.resend(id);
  }

  drain(): Promise<Drained> {
    return this.#current.drain();
  }

  /** The outbox in a world, in the epoch that it has now. Nothing is sent by that; see {@link WorldOutbox.resume}. */
  in(world: World): WorldOutbox {
    const { signal } = world.epoch;
    let outbox = this.#outboxes.get(signal);
    if (!outbox) this.#outboxes.set(signal, (outbox = this.#make(world)));
    return outbox;
  }

  get #current(): WorldOutbox {
    return this.in(this.#options.currentWorld());
  }

  #make(world: World): WorldOutbox {
    const { extension, warn, report, signal } = this.#options;
    const ids = new ExtensionIds({
      extension: `${extension} webhooks`,
      place: () => idsPlace(world, extension, 'webhooks'),
    });
    return new WorldOutbox({
      extension,
      store: new OutboxStore(world.store(platformOwner(extension))),
      clock: clockOf(world),
      newId: () => ids.next('msg', 22),
      settings: () => this.#settingsIn(world),
      warn,
      report: (thrown) => report(thrown, 'its outbox'),
      ends: [world.epoch.signal, signal],
    });
  }

  #settingsIn(world: World): WebhookSettings {
    const { sign, ...others } = this.#settings;
    if (!sign) return others;
    return { ...others, sign: (attempt) => this.#options.runIn(world, () => sign(attempt)) };
  }
}
