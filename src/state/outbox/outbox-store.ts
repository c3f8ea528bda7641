import type { Collection, State } from '../../api/state';
import type { DeliveryRecord } from './delivery-record';

/** So many deliveries that are over are kept. */
const KEPT = 1000;

/** The deliveries of one extension in one world, kept among what the extension keeps, so that they are saved and reset with it. */
export class OutboxStore {
  readonly #state: State;
  /** By the order in which they were made. */
  readonly #deliveries: Collection<DeliveryRecord>;
  /** The orders of deliveries by their identifiers. */
  readonly #orders: Collection<number>;
  /** The orders of those that are pending, by URL and place. */
  readonly #queue: Collection<number>;
  readonly #counters: Collection<number>;

  constructor(state: State) {
    this.#state = state;
    this.#deliveries = state.collection('backlot:deliveries');
    this.#orders = state.collection('backlot:delivery-ids');
    this.#queue = state.collection('backlot:delivery-queue');
    this.#counters = state.collection('backlot:delivery-counters');
  }

  /** Puts a new delivery at the end of those to its URL. */
  add(made: Omit<DeliveryRecord, 'order' | 'place'>): DeliveryRecord {
    return this.#state.transaction(() => {
      const order = this.#next();
      const record: DeliveryRecord = { ...made, order, place: order };
      this.#deliveries.put(order, record);
      this.#orders.put(record.id, order);
      this.#queue.put([record.url, order], order);
      return record;
    });
  }

  get(id: string): DeliveryRecord | undefined {
    const order = this.#orders.get(id);
    return order === undefined ? undefined : this.#deliveries.get(order);
  }

  /** All of them, oldest first. */
  all(): Iterable<DeliveryRecord> {
    return this.#deliveries.values();
  }

  /** The one to be sent to a URL before all others. */
  head(url: string): DeliveryRecord | undefined {
    for (const order of this.#queue.values({ prefix: [url], limit: 1 })) return this.#deliveries.get(order);
    return undefined;
  }

  /** Those that are pending, URL by URL, and in the order in which they are sent. */
  pending(): DeliveryRecord[] {
    const records = [...this.#queue.values()].map((order) => this.#deliveries.get(order));
    return records.filter((record) => record !== undefined);
  }

  /** The URLs of those that are pending. */
  urls(): Set<string> {
    const urls = new Set<string>();
    for (const key of this.#queue.keys()) if (Array.isArray(key)) urls.add(String(key[0]));
    return urls;
  }

  /** Keeps what has changed about a delivery. One that is over leaves the queue, and the oldest of those may go for good. */
  save(record: DeliveryRecord): void {
    this.#state.transaction(() => {
      this.#deliveries.put(record.order, record);
      if (record.state === 'pending') return;
      this.#queue.delete([record.url, record.place]);
      this.#forgetOldest();
    });
  }

  /** Puts a delivery that is over at the end of those to its URL. */
  requeue(record: DeliveryRecord): DeliveryRecord {
    return this.#state.transaction(() => {
      const queued: DeliveryRecord = { ...record, place: this.#next(), state: 'pending' };
      this.#deliveries.put(queued.order, queued);
      this.#queue.put([queued.url, queued.place], queued.order);
      return queued;
    });
  }

  #next(): number {
    return this.#counters.update('order', (last = 0) => last + 1);
  }

  #forgetOldest(): void {
    let surplus = this.#deliveries.count() - this.#queue.count() - KEPT;
    if (surplus <= 0) return;
    for (const record of this.#deliveries.values()) {
      if (record.state === 'pending') continue;
      this.#deliveries.delete(record.order);
      this.#orders.delete(record.id);
      if (--surplus === 0) return;
    }
  }
}
