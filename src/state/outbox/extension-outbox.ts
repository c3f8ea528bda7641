import { setMaxListeners } from 'node:events';
import type {
  Delivery,
  DeliveryFilter,
  Drained,
  WebhookEndpoint,
  WebhookOptions,
  Webhooks,
  WebhookSettings,
} from '../../api/webhooks';
import type { Clocks } from '../clock/clocks';
import { ExtensionState } from '../extension-state';
import { ExtensionIds } from '../ids/extension-ids';
import type { World, WorldView } from '../world';
import type { Worlds } from '../worlds';
import { checkOptions } from './check-webhook';
import { OutboxStore } from './outbox-store';
import { WorldOutbox } from './world-outbox';

export interface ExtensionOutboxOptions {
  readonly extension: string;
  readonly worlds: Worlds;
  readonly clocks: Clocks;
  /** The world that the running code belongs to. */
  readonly view: () => WorldView;
  /** Runs a function within a world. */
  readonly runIn: <R>(view: WorldView, run: () => R) => R;
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
  /** By the epochs of the extension in its worlds. */
  readonly #outboxes = new WeakMap<AbortSignal, WorldOutbox>();
  /** What is under way, and the ends of the outboxes that it is from. */
  readonly #attempts = new Map<Promise<unknown>, AbortSignal>();
  #settings: WebhookSettings = {};

  constructor(options: ExtensionOutboxOptions) {
    this.#options = options;
    // Each world listens to it, and there may be many.
    setMaxListeners(0, options.signal);
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

  drop(endpoint: Pick<WebhookEndpoint, 'url' | 'secret'>): void {
    this.#current.drop(endpoint);
  }

  drain(): Promise<Drained> {
    return this.#current.drain();
  }

  /**
   * The outbox in a world, as it is now. Looking at it sends nothing; see {@link WorldOutbox.resume}. Throws
   * BACKLOT_E_STATE_FENCED when the world was deleted.
   */
  in(world: World): WorldOutbox {
    return this.#of(world.view());
  }

  /**
   * Resolves when nothing is under way any more of what was ended. A reset that waits for it can promise that nothing arrives
   * later; it takes a fifth of a second at most.
   */
  async settled(): Promise<void> {
    const ended = [...this.#attempts].filter(([, end]) => end.aborted);
    await Promise.all(ended.map(([attempt]) => attempt));
  }

  get #current(): WorldOutbox {
    return this.#of(this.#options.view());
  }

  #of(view: WorldView): WorldOutbox {
    const { signal } = view.world.storeFor(view, this.#options.extension).epoch;
    let outbox = this.#outboxes.get(signal);
    if (!outbox) this.#outboxes.set(signal, (outbox = this.#make(view.world, signal)));
    return outbox;
  }

  #make(world: World, epoch: AbortSignal): WorldOutbox {
    const { extension, worlds, clocks, warn, report, signal } = this.#options;
    // The view stays as it is, so that an outbox whose epoch is over writes nothing into a later one.
    const latest = world.view();
    const view = (): WorldView => latest;
    const ids = new ExtensionIds({ extension, worlds, view, user: 'webhooks' });
    return new WorldOutbox({
      extension,
      store: new OutboxStore(new ExtensionState(extension, worlds, view)),
      clock: clocks.of(world),
      newId: () => ids.next('msg', 22),
      settings: () => this.#settingsIn(latest),
      warn,
      report: (thrown) => report(thrown, 'its outbox'),
      track: (attempt, end) => this.#track(attempt, end),
      ends: [epoch, signal],
    });
  }

  #track(attempt: Promise<unknown>, end: AbortSignal): void {
    const over = attempt
      .catch(() => undefined) // It is the outbox that is told.
      .finally(() => this.#attempts.delete(over));
    this.#attempts.set(over, end);
  }

  #settingsIn(view: WorldView): WebhookSettings {
    const { sign, ...others } = this.#settings;
    if (!sign) return others;
    return { ...others, sign: (attempt) => this.#options.runIn(view, () => sign(attempt)) };
  }
}
