import type { Key } from '../api/state';
import type { Entry, Kind } from './entry';
import type { IndexDefinition, IndexDefinitions } from './index-definition';
import type { Bound } from './key';
import { Rows } from './rows';
import { TableIndex } from './table-index';
import { makePairTree, type PairTree, type Tree } from './tree';

/** What finds a table among those of an extension. */
export function tableId(name: string, kind: Kind): string {
  return `${kind}:${name}`;
}

/** One collection of one extension in one world: its values, and a tree for each index. */
export class Table {
  #rows: Rows;
  #indexes: TableIndex[];
  #definitions: IndexDefinitions | undefined;
  #revision = 0;

  constructor(
    readonly name: string,
    readonly kind: Kind,
  ) {
    this.#rows = Rows.empty();
    this.#indexes = [];
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: Bound): Entry | undefined {
    return this.#rows.get(key);
  }

  /** Sets or, with undefined, deletes what is under a key. Throws before it changes anything when an index fails. */
  set(key: Key, entry: Entry | undefined, before: Entry | undefined = this.#rows.get(key)): void {
    if (this.#indexes.length > 0) this.#reindex(key, before, entry);
    if (entry) this.#rows.set(key, entry);
    else this.#rows.delete(key);
  }

  /** Sets what is under a new key. Gives false, and changes nothing, when there is something. */
  insert(key: Key, entry: Entry): boolean {
    if (!this.#rows.insert(key, entry)) return false;
    try {
      if (this.#indexes.length > 0) this.#reindex(key, undefined, entry);
    } catch (error) {
      this.#rows.delete(key);
      throw error;
    }
    return true;
  }

  /** Sets or deletes again what was under a key. An index that fails for it is made anew when it is asked for. */
  putBack(key: Key, entry: Entry | undefined, after: Entry | undefined): void {
    for (const index of this.#indexes) {
      try {
        index.prepare(entry);
      } catch {
        index.dismiss();
      }
    }
    this.set(key, entry, after);
  }

  #reindex(key: Key, before: Entry | undefined, entry: Entry | undefined): void {
    // What fails, fails before anything is changed.
    for (const index of this.#indexes) index.prepare(entry);
    for (const index of this.#indexes) index.follow(key, before, entry);
  }

  /** Deletes everything. */
  clear(): void {
    // New ones: the old may be shared with what was cloned.
    this.#rows = Rows.empty();
    this.#indexes = this.#indexes.map(({ definition }) => new TableIndex(definition));
  }

  /** A table with the same content, which no write to this one reaches, and the other way round. Costs nothing. */
  clone(): Table {
    const copy = new Table(this.name, this.kind);
    copy.#rows = this.#rows.clone();
    copy.#indexes = this.#indexes.map((index) => index.clone(this.#rows));
    copy.#definitions = this.#definitions;
    copy.#revision = this.#revision;
    return copy;
  }

  /** Takes the content of another table, which is not to be used any more. */
  become(other: Table): void {
    this.#rows = other.#rows;
    this.#indexes = other.#indexes;
    this.#definitions = other.#definitions;
    this.#revision = other.#revision;
  }

  /** The values as of now. */
  view(): Tree<Entry> {
    return this.#rows.inOrder().clone();
  }

  /** All that is in it as of now, in the order of the keys. */
  entries(): Iterable<[Key, Entry]> {
    return this.view().entries() as Iterable<[Key, Entry]>;
  }

  /** An index as of now. Throws `BACKLOT_E_STATE_INDEX_FAILED` when it has to be made and fails for a value. */
  viewOf(definition: IndexDefinition): PairTree {
    return this.#indexOf(definition)?.view(this.#rows) ?? makePairTree();
  }

  /** Whether an index was asked for, so that it follows what is written. */
  follows(definition: IndexDefinition): boolean {
    return this.#indexOf(definition)?.isMade ?? false;
  }

  #indexOf(definition: IndexDefinition): TableIndex | undefined {
    return this.#indexes.find((index) => index.definition === definition);
  }

  /** Lets the table have these indexes, which are made of its values when they are asked for. */
  use(definitions: IndexDefinitions): void {
    if (this.#definitions === definitions && this.#revision === definitions.revision) return;
    const gone = new Set(this.#indexes);
    this.#indexes = [...definitions].map((definition) => {
      const known = this.#indexOf(definition);
      if (known) gone.delete(known);
      return known ?? new TableIndex(definition);
    });
    for (const { isMade, definition } of gone) {
      if (isMade) this.#rows.inOrder().forEachPair((_, entry) => entry.forget(definition));
    }
    this.#definitions = definitions;
    this.#revision = definitions.revision;
  }
}
