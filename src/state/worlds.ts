import { BacklotError } from '../api/errors';
import type { Key } from '../api/state';
import { didYouMean } from '../api/nearest';
import type { DurableStore, Place, SnapshotRecord, StoreWrite, StoredState } from './durable/durable-store';
import type { Entry } from './entry';
import { Epoch } from './epoch';
import { Journal } from './journal';
import { OwnerImage, OwnerStore } from './owner-store';
import type { Table } from './table';
import { World, type WorldInfo } from './world';

/** What is said of a snapshot. */
export interface SnapshotInfo {
  readonly name: string;
  /** When it was made, in milliseconds. */
  readonly made: number;
  /** The extensions in it. */
  readonly owners: readonly string[];
  /** Whether it was made of named extensions only; then it restores only those. */
  readonly partial: boolean;
}

interface Snapshot extends SnapshotInfo {
  readonly images: ReadonlyMap<string, OwnerImage>;
}

/** Collections of extensions that come from elsewhere, such as from an export. */
export interface ForeignState {
  /** By extension, and by `tableId`. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Table>>;
  /** Whether it is of named extensions only. */
  readonly partial: boolean;
  /** When it was saved, in milliseconds; now when left out. */
  readonly made?: number;
}

export interface WorldsOptions {
  /** Where states are kept; in memory only when left out. */
  readonly store?: DurableStore | undefined;
  /** The time in milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** All worlds, and the snapshots of them. A snapshot, a reset and a new sandbox cost the same, however much is kept. */
export class Worlds {
  readonly #worlds = new Map<string, World>();
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #beginnings = new Map<string, OwnerImage>();
  readonly #store: DurableStore | undefined;
  readonly #now: () => number;
  #journal: Journal | undefined;
  #nextEpoch = 1;
  #nextLayer = 1;

  /** The default world. */
  readonly base: World;

  constructor({ store, now = Date.now }: WorldsOptions = {}) {
    this.#store = store;
    this.#now = now;
    if (store) this.#bringBack(store.take());
    this.base = this.#worlds.get('') ?? this.#make('', undefined);
    this.#worlds.set('', this.base);
  }

  #bringBack({ layers, nextLayer, worlds, snapshots, base }: StoredState): void {
    this.#nextLayer = nextLayer;
    const imageOf = (owner: string, layer: number | null | undefined): OwnerImage =>
      new OwnerImage(owner, layers.get(layer ?? 0) ?? new Map(), layer ?? undefined);
    const imagesOf = (owners: SnapshotRecord['owners']): [string, OwnerImage][] =>
      Object.entries(owners).map(([owner, layer]) => [owner, imageOf(owner, layer)]);
    for (const [owner, image] of imagesOf(base)) this.#beginnings.set(owner, image);
    for (const [name, { owners, made, partial }] of snapshots) {
      const images = new Map(imagesOf(owners));
      this.#snapshots.set(name, { name, made, partial, owners: [...images.keys()], images });
    }
    for (const [name, { owners, made, from }] of worlds) {
      const world = this.#make(name, from, made);
      for (const [owner, place] of Object.entries(owners)) {
        const tables = layers.get(place.own ?? 0);
        const stored = tables && { tables, place };
        world.adopt(new OwnerStore(owner, new Epoch(world.epoch.number), imageOf(owner, place.on), stored));
      }
      this.#worlds.set(name, world);
    }
  }

  #make(name: string, from: string | undefined, made = this.#now()): World {
    const epoch = new Epoch(this.#nextEpoch++);
    return new World(name, made, from, epoch, this.#now, (owner) => this.#beginnings.get(owner));
  }

  /** A sandbox, or with an empty name the default world. */
  get(name: string): World | undefined {
    return this.#worlds.get(name);
  }

  /** The names of all worlds, that of the default one, which is empty, first. */
  get names(): string[] {
    return [...this.#worlds.keys()];
  }

  /** What is said of each world, the default one first. */
  list(): WorldInfo[] {
    return [...this.#worlds.values()].map((world) => world.info());
  }

  /**
   * The sandbox of a name. When it is not there, it is made, as a copy of a snapshot or of what a reset returns to. Throws
   * `BACKLOT_E_STATE_NAME_INVALID` and `BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND`.
   */
  sandbox(name: string, { from }: { readonly from?: string | undefined } = {}): World {
    const known = name === '' ? undefined : this.#worlds.get(name);
    if (known) return known;
    checkName('sandbox', name);
    this.#outsideTransaction('make a sandbox');
    const world = this.#make(name, from);
    for (const image of this.#beginningsOf(from).values()) {
      world.adopt(new OwnerStore(image.owner, new Epoch(world.epoch.number), image));
    }
    this.#commit([{ type: 'world', name, record: world.record() }]);
    this.#worlds.set(name, world);
    return world;
  }

  /** Deletes a sandbox with all that is in it. Gives false when there is none. */
  delete(name: string): boolean {
    const world = this.#worlds.get(name);
    if (!world) return false;
    if (world === this.base) throw new BacklotError('BACKLOT_E_STATE_NAME_INVALID', 'only sandboxes can be deleted');
    this.#outsideTransaction('delete a sandbox');
    this.#commit([{ type: 'world', name, record: undefined }]);
    this.#worlds.delete(name);
    world.end();
    return true;
  }

  /**
   * Makes what these extensions, or all, have in a world what a reset returns to, and what new sandboxes begin with.
   * This is for seeds.
   */
  setBeginning(owners = this.ownersOf(this.base), world = this.base): void {
    this.#outsideTransaction('save the state');
    const images = owners.map((owner) => world.store(owner).image());
    const all = new Map([...this.#beginnings, ...images.map((image) => [image.owner, image] as const)]);
    this.#commit([{ type: 'base', owners: layersOf(all) }, this.#moved(world, images)]);
    for (const image of images) {
      this.#beginnings.set(image.owner, image);
      world.store(image.owner).continueFrom(image);
    }
  }

  /** Whether it is known what a reset of an extension returns to. */
  hasBeginning(owner: string): boolean {
    return this.#beginnings.has(owner);
  }

  /** Forgets what a reset of an extension returns to: it will be empty. */
  clearBeginning(owners: readonly string[]): void {
    this.#outsideTransaction('change the beginning of the state');
    const rest = new Map(this.#beginnings);
    for (const owner of owners) rest.delete(owner);
    this.#commit([{ type: 'base', owners: layersOf(rest) }]);
    for (const owner of owners) this.#beginnings.delete(owner);
  }

  /**
   * Returns a world to what it began as, for all extensions or for those named: the default world to what was seeded, a sandbox
   * that was made of a snapshot to that snapshot while it is there. What was going on in it is fenced off.
   */
  reset(world: World, owners?: readonly string[]): void {
    this.#outsideTransaction('reset the state');
    const from = world.from !== undefined && this.#snapshots.has(world.from) ? world.from : undefined;
    this.#replace(world, this.#beginningsOf(from), owners);
  }

  /**
   * Saves what a world holds, of all extensions or of those named, under a name; a snapshot of that name is replaced. Throws
   * `BACKLOT_E_STATE_NAME_INVALID`.
   */
  save(
    name: string,
    { world = this.base, owners }: { readonly world?: World; readonly owners?: readonly string[] } = {},
  ): SnapshotInfo {
    checkName('snapshot', name);
    this.#outsideTransaction('save the state');
    const images = (owners ?? this.ownersOf(world)).map((owner) => world.store(owner).image());
    const byOwner = new Map(images.map((image) => [image.owner, image]));
    const snapshot: Snapshot = {
      name,
      made: this.#now(),
      owners: [...byOwner.keys()],
      partial: owners !== undefined,
      images: byOwner,
    };
    const record = { owners: layersOf(byOwner), made: snapshot.made, partial: snapshot.partial };
    this.#commit([{ type: 'snapshot', name, record }, this.#moved(world, images)]);
    for (const image of images) world.store(image.owner).continueFrom(image);
    this.#snapshots.set(name, snapshot);
    return infoOf(snapshot);
  }

  /**
   * Puts a snapshot in the place of what a world holds, of all extensions or of those named. One that was saved of named
   * extensions leaves the others alone. What was going on in the world is fenced off. Throws
   * `BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND`.
   */
  restore(
    name: string,
    { world = this.base, owners }: { readonly world?: World; readonly owners?: readonly string[] } = {},
  ): void {
    this.#outsideTransaction('restore the state');
    const snapshot = this.#require(name);
    this.#replace(world, this.#beginningsOf(name), owners ?? (snapshot.partial ? snapshot.owners : undefined));
  }

  /**
   * Makes a snapshot of collections that come from elsewhere, in one step; a snapshot of that name is replaced. They are not to
   * be written to any more. Throws `BACKLOT_E_STATE_NAME_INVALID`.
   */
  addSnapshot(name: string, { tables, partial, made = this.#now() }: ForeignState): SnapshotInfo {
    checkName('snapshot', name);
    this.#outsideTransaction('import a state');
    const { images, writes } = this.#imagesFrom(tables);
    const snapshot: Snapshot = { name, made, owners: [...images.keys()], partial, images };
    this.#commit([...writes, { type: 'snapshot', name, record: { owners: layersOf(images), made, partial } }]);
    this.#snapshots.set(name, snapshot);
    return infoOf(snapshot);
  }

  /**
   * Puts collections that come from elsewhere in the place of what a world holds, in one step, as {@link restore} does. They are
   * not to be written to any more.
   */
  import({ tables, partial }: ForeignState, world = this.base): void {
    this.#outsideTransaction('import a state');
    const { images, writes } = this.#imagesFrom(tables);
    const all = new Map([...this.#beginnings, ...images]);
    this.#replace(world, all, partial ? [...images.keys()] : undefined, writes);
  }

  /** The extensions that have something in a world, or begin with something. */
  ownersOf(world: World): string[] {
    return [...new Set([...world.owners, ...this.#beginnings.keys()])];
  }

  /** What is said of each snapshot, in the order of their names. */
  snapshots(): SnapshotInfo[] {
    return [...this.#snapshots.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(infoOf);
  }

  /** What a snapshot holds, by extension. Throws `BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND`. */
  imagesOf(name: string): ReadonlyMap<string, OwnerImage> {
    return this.#require(name).images;
  }

  /** Deletes a snapshot; sandboxes that were made of it stay as they are. Gives false when there is none. */
  deleteSnapshot(name: string): boolean {
    if (!this.#snapshots.has(name)) return false;
    this.#outsideTransaction('delete a snapshot');
    this.#commit([{ type: 'snapshot', name, record: undefined }]);
    return this.#snapshots.delete(name);
  }

  /** As `transaction` of `State`: what is written in it happens together or not at all, whatever worlds it is in. */
  transaction<R>(work: () => R): R {
    const outer = this.#journal;
    const journal = outer ?? new Journal();
    const begin = journal.changes.length;
    this.#journal = journal;
    try {
      const result = work();
      refusePromise(result);
      if (!outer) this.#commitJournal(journal);
      return result;
    } catch (error) {
      journal.undo(begin);
      throw error;
    } finally {
      this.#journal = outer;
    }
  }

  /** Sets or, with undefined, deletes what is under a key. */
  write(store: OwnerStore, table: Table, key: Key, entry: Entry | undefined): void {
    if (this.#journal) {
      this.#journal.set(store, table, key, entry);
    } else if (this.#store) {
      this.transaction(() => this.#journal?.set(store, table, key, entry));
    } else {
      table.set(key, entry);
      if (store.place.own === undefined) store.place = { own: this.#nextLayer++, on: store.place.on };
    }
  }

  /** Sets what is under a new key. Gives false, and changes nothing, when there is something. */
  insert(store: OwnerStore, table: Table, key: Key, entry: Entry): boolean {
    // What fails in a transaction has changed nothing.
    if (this.#journal) return this.#journal.insert(store, table, key, entry);
    return this.transaction(() => this.#journal?.insert(store, table, key, entry) ?? false);
  }

  /** Deletes everything in a collection. */
  clear(store: OwnerStore, table: Table): void {
    this.transaction(() => this.#journal?.clear(store, table));
  }

  /** Resolves when everything that was written is on the disk itself. */
  async flush(): Promise<void> {
    await this.#store?.flush();
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  /** What each extension begins with: as in a snapshot, and as after a reset where the snapshot says nothing. */
  #beginningsOf(snapshot: string | undefined): Map<string, OwnerImage> {
    if (snapshot === undefined) return new Map(this.#beginnings);
    return new Map([...this.#beginnings, ...this.#require(snapshot).images]);
  }

  #require(name: string): Snapshot {
    const snapshot = this.#snapshots.get(name);
    if (snapshot) return snapshot;
    const suggestion = didYouMean(name, [...this.#snapshots.keys()]);
    throw new BacklotError('BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND', `there is no snapshot "${name}"${suggestion}`);
  }

  /** Images of collections that come from elsewhere, and what writes each to a layer of its own. */
  #imagesFrom(tables: ForeignState['tables']): { images: Map<string, OwnerImage>; writes: StoreWrite[] } {
    const images = new Map<string, OwnerImage>();
    const writes: StoreWrite[] = [];
    for (const [owner, own] of tables) {
      const layer = this.#nextLayer++;
      images.set(owner, new OwnerImage(owner, own, layer));
      if (!this.#store) continue;
      writes.push({ type: 'layer', id: layer, on: undefined });
      for (const table of own.values()) {
        const spot = { layer, owner, collection: table.name, kind: table.kind };
        for (const [key, { data }] of table.entries()) writes.push({ type: 'put', spot, key, data });
      }
    }
    return { images, writes };
  }

  #replace(
    world: World,
    images: ReadonlyMap<string, OwnerImage>,
    owners: readonly string[] | undefined,
    before: readonly StoreWrite[] = [],
  ): void {
    if (world.gone) throw new BacklotError('BACKLOT_E_STATE_FENCED', `the sandbox "${world.name}" was deleted`);
    const number = this.#nextEpoch++;
    const stores = (owners ?? [...new Set([...world.owners, ...images.keys()])]).map(
      (owner) => new OwnerStore(owner, new Epoch(number), images.get(owner)),
    );
    this.#commit([...before, { type: 'world', name: world.name, record: world.record(stores) }]);
    world.replace(stores, number, owners === undefined);
  }

  /** The record of a world whose stores go on from images that were just made of them. */
  #moved(world: World, images: readonly OwnerImage[]): StoreWrite {
    const stores = images.map((image) => new OwnerStore(image.owner, world.epoch, image));
    return { type: 'world', name: world.name, record: world.record(stores) };
  }

  #outsideTransaction(what: string): void {
    if (!this.#journal) return;
    throw new BacklotError('BACKLOT_E_STATE_TRANSACTION', `a transaction cannot ${what}`);
  }

  #commit(writes: readonly StoreWrite[]): void {
    this.#store?.commit(writes);
  }

  #commitJournal(journal: Journal): void {
    if (journal.changes.length === 0) return;
    const fresh = new Map<OwnerStore, Place>();
    for (const { store } of journal.changes) {
      if (store.place.own === undefined && !fresh.has(store)) fresh.set(store, store.place);
    }
    for (const [store, { on }] of fresh) store.place = { own: this.#nextLayer++, on };
    try {
      if (this.#store) this.#store.commit([...this.#newLayers(fresh), ...journal.changes.map(toWrite)]);
    } catch (error) {
      for (const [store, place] of fresh) store.place = place;
      throw error;
    }
  }

  /** The layers that stores begin to write to, and the records of their worlds, which now name them. */
  *#newLayers(fresh: ReadonlyMap<OwnerStore, Place>): Generator<StoreWrite> {
    if (fresh.size === 0) return;
    for (const { place } of fresh.keys()) yield { type: 'layer', id: place.own as number, on: place.on };
    for (const world of this.#worlds.values()) {
      if (![...fresh.keys()].some((store) => world.has(store))) continue;
      yield { type: 'world', name: world.name, record: world.record() };
    }
  }
}

function toWrite(change: Journal['changes'][number]): StoreWrite {
  const { owner, place } = change.store;
  const { name: collection, kind } = change.table;
  const spot = { layer: place.own as number, owner, collection, kind };
  const covers = place.on !== undefined;
  if ('cleared' in change) return { type: 'clear', spot, covers };
  if (change.after) return { type: 'put', spot, key: change.key, data: change.after.data };
  return { type: 'delete', spot, key: change.key, covers };
}

function layersOf(images: ReadonlyMap<string, OwnerImage>): Record<string, number | null> {
  return Object.fromEntries([...images].map(([owner, { layer }]) => [owner, layer ?? null]));
}

function infoOf({ name, made, owners, partial }: Snapshot): SnapshotInfo {
  return { name, made, owners, partial };
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i;

function checkName(what: string, name: string): void {
  if (NAME.test(name)) return;
  throw new BacklotError('BACKLOT_E_STATE_NAME_INVALID', `${JSON.stringify(name)} cannot be the name of a ${what}`);
}

/** A function that waits would write after the transaction. */
function refusePromise(result: unknown): void {
  if (typeof (result as { then?: unknown } | undefined)?.then !== 'function') return;
  // What it was about to throw is the consequence of this.
  Promise.resolve(result).catch(() => undefined);
  throw new BacklotError('BACKLOT_E_STATE_TRANSACTION', 'the function of a transaction is async, or gave a promise');
}
