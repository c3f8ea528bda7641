import type { IndexRange, IndexView, Key } from '../api/state';
import type { Codec } from './codec';
import { countOf } from './count-of';
import type { Entry } from './entry';
import type { IndexDefinition } from './index-definition';
import { mapped } from './mapped';
import { boundsOfIndex } from './range';
import type { Table } from './table';
import { scanPairs } from './tree';

/** An index of a collection as an extension sees it. */
export class StoredIndex<T> implements IndexView<T> {
  constructor(
    private readonly definition: IndexDefinition,
    private readonly codec: Codec<T>,
    private readonly find: () => Table,
  ) {}

  get(indexKey: Key): T | undefined {
    for (const value of this.values({ equals: indexKey, limit: 1 })) return value;
    return undefined;
  }

  has(indexKey: Key): boolean {
    return this.count({ equals: indexKey, limit: 1 }) > 0;
  }

  keys(range?: IndexRange): Iterable<Key> {
    return mapped(this.#scan(range), ([key]) => key);
  }

  values(range?: IndexRange): Iterable<T> {
    return mapped(this.#scan(range), ([, entry]) => this.codec.decode(entry));
  }

  entries(range?: IndexRange): Iterable<[Key, T]> {
    return mapped(this.#scan(range), ([key, entry]): [Key, T] => [key, this.codec.decode(entry)]);
  }

  count(range?: IndexRange): number {
    return countOf(this.#scan(range));
  }

  #scan(range: IndexRange | undefined): Iterable<[Key, Entry]> {
    const bounds = boundsOfIndex(range);
    const table = this.find();
    const pairs = table.viewOf(this.definition);
    const values = table.view();
    return {
      *[Symbol.iterator](): Generator<[Key, Entry]> {
        for (const key of scanPairs(pairs, bounds)) yield [key, values.get(key) as Entry];
      },
    };
  }
}
