import { BacklotError } from '../api/errors';
import { didYouMean } from '../api/nearest';
import type { Collection, IndexView, Key, Range } from '../api/state';
import type { Codec } from './codec';
import { countOf } from './count-of';
import type { Entry } from './entry';
import type { IndexDefinitions } from './index-definition';
import { describe, toKey } from './key';
import { mapped } from './mapped';
import { boundsOf } from './range';
import type { OwnerStore } from './owner-store';
import { StoredIndex } from './stored-index';
import type { Table } from './table';
import { scan } from './tree';
import type { Worlds } from './worlds';

/** Where a collection lies for the one who asks. */
export interface FoundTable {
  readonly store: OwnerStore;
  readonly table: Table;
}

/** A collection as an extension sees it: at each call, the one of the world that the call is for. */
export class StoredCollection<T> implements Collection<T> {
  constructor(
    readonly name: string,
    private readonly definitions: IndexDefinitions,
    private readonly codec: Codec<T>,
    private readonly worlds: Worlds,
    private readonly find: () => FoundTable,
  ) {}

  get(key: Key): T | undefined {
    const entry = this.find().table.get(toKey(key));
    return entry && this.codec.decode(entry);
  }

  has(key: Key): boolean {
    return this.find().table.get(toKey(key)) !== undefined;
  }

  put(key: Key, value: T): void {
    const { store, table } = this.find();
    this.worlds.write(store, table, toKey(key), this.codec.encode(value, this.definitions, table));
  }

  insert(key: Key, value: T): void {
    const { store, table } = this.find();
    const own = toKey(key);
    if (this.worlds.insert(store, table, own, this.codec.encode(value, this.definitions, table))) return;
    throw new BacklotError(
      'BACKLOT_E_STATE_KEY_EXISTS',
      `the collection "${this.name}" has a value under ${describe(own)}`,
      { where: { extension: store.owner } },
    );
  }

  update(key: Key, change: (value: T | undefined) => T): T {
    // What the function itself writes is part of it.
    return this.worlds.transaction(() => {
      const { store, table } = this.find();
      const own = toKey(key);
      const before = table.get(own);
      const changed = change(before && this.codec.decode(before));
      this.worlds.write(store, table, own, this.codec.encode(changed, this.definitions, table));
      return changed;
    });
  }

  delete(key: Key): boolean {
    const { store, table } = this.find();
    const own = toKey(key);
    if (!table.get(own)) return false;
    this.worlds.write(store, table, own, undefined);
    return true;
  }

  clear(): void {
    const { store, table } = this.find();
    this.worlds.clear(store, table);
  }

  count(range?: Range): number {
    const { table } = this.find();
    if (range === undefined) return table.size;
    return countOf(this.#scan(range));
  }

  keys(range?: Range): Iterable<Key> {
    return mapped(this.#scan(range), ([key]) => key);
  }

  values(range?: Range): Iterable<T> {
    return mapped(this.#scan(range), ([, entry]) => this.codec.decode(entry));
  }

  entries(range?: Range): Iterable<[Key, T]> {
    return mapped(this.#scan(range), ([key, entry]): [Key, T] => [key, this.codec.decode(entry)]);
  }

  #scan(range: Range | undefined): Iterable<[Key, Entry]> {
    const bounds = boundsOf(range);
    const tree = this.find().table.view();
    return { [Symbol.iterator]: () => scan(tree, bounds) };
  }

  by(index: string): IndexView<T> {
    const definition = this.definitions.get(index);
    if (definition) return new StoredIndex(definition, this.codec, () => this.find().table);
    const { names, owner } = this.definitions;
    throw new BacklotError(
      'BACKLOT_E_STATE_INDEX_UNKNOWN',
      `the collection "${this.name}" has no index "${index}"${didYouMean(index, names)}`,
      { where: { extension: owner } },
    );
  }
}
