import type { Key } from '../api/state';
import type { Entry, Kind } from './entry';
import type { IndexDefinition, IndexDefinitions } from './index-definition';
import { compareKeys, type Bound } from './key';
import { makePairTree, makeTree, type PairTree, type Tree } from './tree';

interface TableIndex {
  readonly definition: IndexDefinition;
  readonly tree: PairTree;
}

/** What finds a table among those of an extension. */
export function tableId(name: string, kind: Kind): string {
  return `${kind}:${name}`;
}

const NO_KEYS: readonly Key[] = [];

function areEqual(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key, i) => compareKeys(key, other[i]!) === 0);
}

/** One collection of one extension in one world: a tree of its values, and one for each index. */
export class Table {
  #main: Tree<Entry>;
  #indexes: TableIndex[];
  #definitions: IndexDefinitions | undefined;
  #revision = 0;

  constructor(
    readonly name: string,
    readonly kind: Kind,
  ) {
    this.#main = makeTree();
    this.#indexes = [];
  }

  get size(): number {
    return this.#main.size;
  }

  get(key: Bound): Entry | undefined {
    return this.#main.get(key);
  }

  /** Sets or, with undefined, deletes what is under a key. Throws before it changes anything when an index fails. */
  set(key: Key, entry: Entry | undefined, before: Entry | undefined = this.#main.get(key)): void {
    if (this.#indexes.length > 0) this.#reindex(key, before, entry);
    if (entry) this.#main.set(key, entry);
    else this.#main.delete(key);
  }

  /** Sets what is under a new key. Gives false, and changes nothing, when there is something. */
  insert(key: Key, entry: Entry): boolean {
    if (!this.#main.setIfNotPresent(key, entry)) return false;
    try {
      if (this.#indexes.length > 0) this.#reindex(key, undefined, entry);
    } catch (error) {
      this.#main.delete(key);
      throw error;
    }
    return true;
  }

  #reindex(key: Key, before: Entry | undefined, entry: Entry | undefined): void {
    // What fails, fails before anything is changed.
    const keys = this.#indexes.map(({ definition }) => entry?.keysFor(definition));
    this.#indexes.forEach(({ definition, tree }, i) => {
      const old = before?.keysFor(definition) ?? NO_KEYS;
      const added = keys[i] ?? NO_KEYS;
      // Most changes of a value leave what it is found by as it is.
      if (areEqual(old, added)) return;
      for (const index of old) tree.delete({ index, key });
      for (const index of added) tree.set({ index, key }, undefined);
    });
  }

  /** Deletes everything. */
  clear(): void {
    // New trees: the old ones may be shared with what was cloned.
    this.#main = makeTree();
    this.#indexes = this.#indexes.map(({ definition }) => ({ definition, tree: makePairTree() }));
  }

  /** A table with the same content, which no write to this one reaches, and the other way round. Costs nothing. */
  clone(): Table {
    const copy = new Table(this.name, this.kind);
    copy.#main = this.#main.clone();
    copy.#indexes = this.#indexes.map(({ definition, tree }) => ({ definition, tree: tree.clone() }));
    copy.#definitions = this.#definitions;
    copy.#revision = this.#revision;
    return copy;
  }

  /** Takes the content of another table, which is not to be used any more. */
  become(other: Table): void {
    this.#main = other.#main;
    this.#indexes = other.#indexes;
    this.#definitions = other.#definitions;
    this.#revision = other.#revision;
  }

  /** The values as of now. */
  view(): Tree<Entry> {
    return this.#main.clone();
  }

  /** All that is in it as of now, in the order of the keys. */
  entries(): Iterable<[Key, Entry]> {
    return this.view().entries() as Iterable<[Key, Entry]>;
  }

  /** An index as of now. */
  viewOf(definition: IndexDefinition): PairTree {
    return this.#indexes.find((index) => index.definition === definition)?.tree.clone() ?? makePairTree();
  }

  /**
   * Lets the table have these indexes: those that it lacks, or has by another definition, are made from its values. Throws
   * `BACKLOT_E_STATE_INDEX_FAILED`, and keeps what it had, when one fails.
   */
  use(definitions: IndexDefinitions): void {
    if (this.#definitions === definitions && this.#revision === definitions.revision) return;
    const gone = new Set(this.#indexes.map(({ definition }) => definition));
    const indexes = [...definitions].map((definition) => {
      gone.delete(definition);
      return this.#indexes.find((index) => index.definition === definition) ?? this.#build(definition);
    });
    for (const definition of gone) this.#main.forEachPair((_, entry) => entry.forget(definition));
    this.#indexes = indexes;
    this.#definitions = definitions;
    this.#revision = definitions.revision;
  }

  #build(definition: IndexDefinition): TableIndex {
    const tree = makePairTree();
    this.#main.forEachPair((key, entry) => {
      for (const index of entry.keysFor(definition)) tree.set({ index, key }, undefined);
    });
    return { definition, tree };
  }
}
