import { BacklotError } from '../api/errors';
import type { WorldRecord } from './durable/durable-store';
import { Epoch } from './epoch';
import { OwnerStore, type OwnerImage } from './owner-store';

/** A world as something that runs sees it: it is over when the epoch is. */
export interface WorldView {
  readonly world: World;
  readonly epoch: Epoch;
}

/** What is said of a world. Times are in milliseconds. */
export interface WorldInfo {
  /** Empty for the default world. */
  readonly name: string;
  readonly made: number;
  readonly lastUsed: number;
  /** The snapshot that it began as. */
  readonly from?: string | undefined;
  /** How many values each extension has in it. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Everything that all extensions keep, once: the default world, or a sandbox. */
export class World {
  readonly #stores = new Map<string, OwnerStore>();
  #since: Epoch;
  #epoch: Epoch;
  #gone = false;
  #lastUsed: number;

  constructor(
    readonly name: string,
    readonly made: number,
    readonly from: string | undefined,
    epoch: Epoch,
    private readonly now: () => number,
    /** What an extension begins with that has nothing in this world yet. */
    private readonly beginning: (owner: string) => OwnerImage | undefined,
  ) {
    this.#since = epoch;
    this.#epoch = epoch;
    this.#lastUsed = now();
  }

  /** The present epoch. Its signal is aborted when the state of all extensions is replaced, or the world deleted. */
  get epoch(): Epoch {
    return this.#epoch;
  }

  /** Whether it was deleted. */
  get gone(): boolean {
    return this.#gone;
  }

  get lastUsed(): number {
    return this.#lastUsed;
  }

  /** Notes that it was used. */
  touch(): void {
    this.#lastUsed = this.now();
  }

  /** The world as of now: what begins now belongs to it until the epoch ends. */
  view(): WorldView {
    return { world: this, epoch: this.#epoch };
  }

  /** The collections of an extension. */
  store(owner: string): OwnerStore {
    const known = this.#stores.get(owner);
    if (known) return known;
    const store = new OwnerStore(owner, new Epoch(this.#since.number), this.beginning(owner));
    this.#stores.set(owner, store);
    return store;
  }

  /** Whether these collections are in it. */
  has(store: OwnerStore): boolean {
    return this.#stores.get(store.owner) === store;
  }

  /** The extensions that have something in it. */
  get owners(): string[] {
    return [...this.#stores.keys()];
  }

  /** Whether what began with a view may still read and write what an extension has. */
  isCurrent(view: WorldView, owner: string): boolean {
    return !this.#gone && view.epoch.number >= this.store(owner).epoch.number;
  }

  /** The collections of an extension, for what began with a view. Throws `BACKLOT_E_STATE_FENCED` when it is over. */
  storeFor(view: WorldView, owner: string): OwnerStore {
    const store = this.store(owner);
    if (!this.#gone && view.epoch.number >= store.epoch.number) return store;
    throw new BacklotError(
      'BACKLOT_E_STATE_FENCED',
      `the state of ${this.name === '' ? 'the platform' : `the sandbox "${this.name}"`} was ` +
        `${this.#gone ? 'deleted' : 'reset or restored'} since this began`,
      { where: { extension: owner } },
    );
  }

  /** Puts the collections of an extension into the world before anybody uses it. */
  adopt(store: OwnerStore): void {
    this.#stores.set(store.owner, store);
  }

  /** Replaces the collections of some extensions, or of all, which begins a new epoch for those. */
  replace(stores: readonly OwnerStore[], number: number, all: boolean): void {
    const old = all ? [...this.#stores.values()] : stores.map(({ owner }) => this.#stores.get(owner));
    const ended = this.#epoch;
    if (all) {
      this.#stores.clear();
      this.#epoch = new Epoch(number);
      this.#since = this.#epoch;
    } else {
      this.#epoch = ended.renumbered(number);
    }
    for (const store of stores) this.#stores.set(store.owner, store);
    // Those who listen find the new state in its place.
    for (const store of old) store?.epoch.end();
    if (all) ended.end();
  }

  /** Ends it. */
  end(): void {
    this.#gone = true;
    for (const store of this.#stores.values()) store.epoch.end();
    this.#epoch.end();
  }

  info(): WorldInfo {
    const counts: Record<string, number> = {};
    for (const [owner, store] of this.#stores) {
      counts[owner] = store.tables.reduce((sum, table) => sum + table.size, 0);
    }
    return { name: this.name, made: this.made, lastUsed: this.#lastUsed, from: this.from, counts };
  }

  /** What is kept of it; `moved` are stores that are about to take the place of its own. */
  record(moved: readonly OwnerStore[] = []): WorldRecord {
    const stores = new Map([...this.#stores, ...moved.map((store) => [store.owner, store] as const)]);
    const owners = Object.fromEntries([...stores].map(([owner, { place }]) => [owner, place]));
    return { owners, made: this.made, from: this.from };
  }
}
