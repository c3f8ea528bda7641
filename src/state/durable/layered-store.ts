import { BacklotError } from '../../api/errors';
import { Entry, type Kind } from '../entry';
import { Table, tableId } from '../table';
import { Damage } from './damage';
import type { DurableStore, SnapshotRecord, Spot, StoreWrite, StoredState, WorldRecord } from './durable-store';
import type { Engine, EngineWrite } from './engine';
import { Layers } from './layers';
import { everything } from './lmdb-engine';
import {
  MARK,
  NOTES,
  clearedRecord,
  inLayer,
  isWhole,
  noteKey,
  noteRecord,
  rangeOf,
  readRecord,
  valueRecord,
  type ReadRecord,
} from './records';

/** The version of what is written here. A later Backlot can read it; this one refuses what a later one wrote. */
const FORMAT = 1;

/** Records of layers that nobody needs are removed so many at a time, so that no request waits for it. */
const SWEEP_SIZE = 500;
const SWEEP_AFTER_MS = 200;
const SWEEP_AGAIN_MS = 20;

interface CollectionNote {
  readonly owner: string;
  readonly name: string;
  readonly kind: Kind;
}

/** The notes of a store that nothing was written to yet. */
export function emptyStore(): EngineWrite[] {
  return [noteRecord('format', { version: FORMAT })];
}

/** Keeps states as layers in an engine. */
export class LayeredStore implements DurableStore {
  readonly #layers = new Layers();
  /** The numbers of the collections, by extension, kind and name. */
  readonly #collections = new Map<string, number>();
  #nextCollection = 1;
  #stored: StoredState | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * Reads what the engine has. Throws `Damage` where that is not what was written, and `BACKLOT_E_STATE_NEWER` when it was
   * written by a later version.
   */
  constructor(
    private readonly engine: Engine,
    private readonly file: string,
  ) {
    const collections = this.#readNotes();
    this.#mergeLayers();
    this.#stored = this.#readValues(collections);
    this.#sweepSoon();
  }

  take(): StoredState {
    const stored = this.#stored;
    if (!stored) throw new BacklotError('BACKLOT_E_INTERNAL', 'the stored state was taken twice');
    this.#stored = undefined;
    return stored;
  }

  commit(writes: readonly StoreWrite[]): void {
    const fresh = new Map<string, number>();
    const records: EngineWrite[] = [];
    for (const write of writes) this.#encode(write, fresh, records);
    this.engine.commit(records);
    // Only now are they so.
    for (const [id, number] of fresh) this.#collections.set(id, number);
    this.#nextCollection += fresh.size;
    for (const write of writes) this.#note(write);
  }

  async flush(): Promise<void> {
    await this.engine.flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweep);
    await this.engine.close();
  }

  #encode(write: StoreWrite, fresh: Map<string, number>, records: EngineWrite[]): void {
    switch (write.type) {
      case 'put': {
        const mark = typeof write.data === 'string' ? MARK.text : MARK.bytes;
        const collection = this.#collectionOf(write.spot, fresh, records);
        records.push(valueRecord(write.spot.layer, collection, write.key, mark, write.data));
        return;
      }
      case 'delete': {
        const collection = this.#collectionOf(write.spot, fresh, records);
        const record = valueRecord(write.spot.layer, collection, write.key, MARK.deleted);
        records.push(write.covers ? record : { key: record.key, value: undefined });
        return;
      }
      case 'clear': {
        const collection = this.#collectionOf(write.spot, fresh, records);
        records.push(rangeOf(write.spot.layer, collection));
        if (write.covers) records.push(clearedRecord(write.spot.layer, collection));
        return;
      }
      case 'layer':
        records.push(noteRecord(`layer:${write.id}`, { on: write.on ?? null }));
        return;
      case 'base':
        records.push(noteRecord('base', write.owners));
        return;
      case 'world':
      case 'snapshot': {
        const name = `${write.type}:${write.name}`;
        records.push(write.record ? noteRecord(name, write.record) : { key: noteKey(name), value: undefined });
        return;
      }
    }
  }

  #collectionOf({ owner, kind, collection }: Spot, fresh: Map<string, number>, records: EngineWrite[]): number {
    const id = collectionId(owner, kind, collection);
    const known = this.#collections.get(id) ?? fresh.get(id);
    if (known !== undefined) return known;
    const number = this.#nextCollection + fresh.size;
    fresh.set(id, number);
    records.push(noteRecord(`collection:${number}`, { owner, name: collection, kind } satisfies CollectionNote));
    return number;
  }

  #note(write: StoreWrite): void {
    switch (write.type) {
      case 'layer':
        this.#layers.below.set(write.id, write.on);
        return;
      case 'base':
        this.#layers.base = write.owners;
        this.#sweepSoon();
        return;
      case 'world':
        setOrDelete(this.#layers.worlds, write.name, write.record);
        this.#sweepSoon();
        return;
      case 'snapshot':
        setOrDelete(this.#layers.snapshots, write.name, write.record);
        this.#sweepSoon();
        return;
      case 'put':
      case 'delete':
      case 'clear':
        return;
    }
  }

  /** Reads what the store says of itself; gives its collections by their numbers. */
  #readNotes(): Map<number, CollectionNote> {
    const collections = new Map<number, CollectionNote>();
    let version: number | undefined;
    for (const record of this.engine.entries(...NOTES)) {
      if (!isWhole(record)) throw this.#damage(`the checksum of the note "${record.key.toString('utf8', 1)}" is wrong`);
      const read = readRecord(record);
      if (read.type !== 'note') continue;
      const [what, ...rest] = read.name.split(':');
      const name = rest.join(':');
      if (what === 'format') version = (read.note as { version: number }).version;
      else if (what === 'base') this.#layers.base = read.note as Record<string, number | null>;
      else if (what === 'layer') this.#layers.below.set(Number(name), (read.note as { on?: number }).on ?? undefined);
      else if (what === 'world') this.#layers.worlds.set(name, read.note as WorldRecord);
      else if (what === 'snapshot') this.#layers.snapshots.set(name, read.note as SnapshotRecord);
      else if (what === 'collection') collections.set(Number(name), read.note as CollectionNote);
    }
    if (version === undefined) throw this.#damage('it does not say which version wrote it');
    if (version > FORMAT) {
      throw new BacklotError(
        'BACKLOT_E_STATE_NEWER',
        `the state has the format ${version}, and this version knows ${FORMAT}`,
        {
          where: { file: this.file },
        },
      );
    }
    for (const [number, { owner, kind, name }] of collections) {
      this.#collections.set(collectionId(owner, kind, name), number);
      this.#nextCollection = Math.max(this.#nextCollection, number + 1);
    }
    return collections;
  }

  #readValues(collections: ReadonlyMap<number, CollectionNote>): StoredState {
    const reachable = this.#layers.reachable();
    for (const layer of reachable) {
      if (!this.#layers.below.has(layer)) throw this.#damage(`the layer ${layer} is missing`);
    }
    const layers = new Map<number, ReadonlyMap<string, Table>>();
    // A layer has a higher number than what it is on, so that is there already.
    const begin = (layer: number): Map<string, Table> => {
      const below = layers.get(this.#layers.below.get(layer) ?? 0) ?? new Map<string, Table>();
      const tables = new Map([...below].map(([id, table]) => [id, table.clone()]));
      layers.set(layer, tables);
      return tables;
    };
    const pending = [...reachable].sort((a, b) => a - b);
    let count = 0;
    let current: { layer: number; collection: number; table: Table | undefined } | undefined;
    let tables = new Map<string, Table>();
    for (const record of everything(this.engine)) {
      count += 1;
      if (!isWhole(record)) throw this.#damage(`the checksum of a record is wrong (the ${count}th)`);
      const read = readRecord(record);
      if (read.type === 'note') continue;
      if (read.layer !== current?.layer) {
        for (let next = pending[0]; next !== undefined && next <= read.layer; next = pending[0]) {
          tables = begin(next);
          pending.shift();
        }
      }
      if (read.layer !== current?.layer || read.collection !== current.collection) {
        const table = reachable.has(read.layer) ? this.#tableFor(read, collections, tables) : undefined;
        current = { layer: read.layer, collection: read.collection, table };
      }
      if (current.table) apply(read, current.table);
    }
    for (const layer of pending) begin(layer);
    if (count !== this.engine.count()) {
      throw this.#damage(`it should have ${this.engine.count()} records, and ${count} can be found`);
    }
    const { worlds, snapshots, base } = this.#layers;
    const nextLayer = Math.max(0, ...this.#layers.below.keys()) + 1;
    return { layers, nextLayer, worlds: new Map(worlds), snapshots: new Map(snapshots), base };
  }

  #tableFor(
    { collection }: { readonly collection: number },
    collections: ReadonlyMap<number, CollectionNote>,
    tables: Map<string, Table>,
  ): Table {
    const note = collections.get(collection);
    if (!note) throw this.#damage(`the name of the collection ${collection} is missing`);
    const id = tableId(note.name, note.kind);
    const table = tables.get(id) ?? new Table(note.name, note.kind);
    tables.set(id, table);
    return table;
  }

  #damage(finding: string): Damage {
    return new Damage(this.file, finding);
  }

  /** Makes one of two layers where only the upper one needs the lower: otherwise each snapshot ever made would leave one. */
  #mergeLayers(): void {
    for (let pair = this.#layers.mergeable(); pair; pair = this.#layers.mergeable()) {
      const { lower, upper } = pair;
      const covers = this.#layers.below.get(lower) !== undefined;
      const writes: EngineWrite[] = [];
      const { from, before } = rangeOf(upper);
      for (const record of this.engine.entries(from, before)) {
        if (!isWhole(record)) throw this.#damage(`the checksum of a record in the layer ${upper} is wrong`);
        const read = readRecord(record);
        if (read.type === 'note') continue;
        const moved = inLayer(lower, record);
        if (read.mark === MARK.cleared) writes.push(rangeOf(lower, read.collection));
        const hides = read.mark === MARK.cleared || read.mark === MARK.deleted;
        if (!hides || covers) writes.push(moved);
        else if (read.mark === MARK.deleted) writes.push({ key: moved.key, value: undefined });
      }
      writes.push({ from, before }, { key: noteKey(`layer:${upper}`), value: undefined });
      const { layers, worlds, snapshots } = this.#layers.merge(lower, upper);
      for (const layer of layers) writes.push(noteRecord(`layer:${layer}`, { on: lower }));
      for (const name of worlds) writes.push(noteRecord(`world:${name}`, this.#layers.worlds.get(name)));
      for (const name of snapshots) writes.push(noteRecord(`snapshot:${name}`, this.#layers.snapshots.get(name)));
      writes.push(noteRecord('base', this.#layers.base));
      this.engine.commit(writes);
    }
  }

  #sweepSoon(after = SWEEP_AFTER_MS): void {
    if (this.#closed) return;
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined;
      if (this.#sweepSome()) this.#sweepSoon(SWEEP_AGAIN_MS);
    }, after).unref();
  }

  /** Removes something of a layer that nobody needs any more. Gives whether there may be more. */
  #sweepSome(): boolean {
    const [layer] = this.#layers.unreachable();
    if (layer === undefined) return false;
    const { from, before } = rangeOf(layer);
    try {
      if (this.engine.removeSome(from, before, SWEEP_SIZE) === SWEEP_SIZE) return true;
      this.engine.commit([{ key: noteKey(`layer:${layer}`), value: undefined }]);
    } catch {
      // It is in nobody's way; the next start tries again.
      return false;
    }
    this.#layers.below.delete(layer);
    return true;
  }
}

/** Lets a table have what a record of a layer on it says. */
function apply(record: Extract<ReadRecord, { type: 'value' }>, table: Table): void {
  switch (record.mark) {
    case MARK.text:
      table.set(record.key, new Entry(record.data.toString()));
      return;
    case MARK.bytes:
      table.set(record.key, new Entry(new Uint8Array(record.data)));
      return;
    case MARK.deleted:
      table.set(record.key, undefined);
      return;
    case MARK.cleared:
      table.clear();
      return;
  }
}

function collectionId(owner: string, kind: Kind, name: string): string {
  return `${owner}\n${tableId(name, kind)}`;
}

function setOrDelete<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value) map.set(name, value);
  else map.delete(name);
}
