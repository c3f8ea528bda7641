import type { Key } from '../api/state';
import type { Entry } from './entry';
import type { IndexDefinition } from './index-definition';
import { compareKeys } from './key';
import type { Rows } from './rows';
import { comparePairs, makePairTree, type Pair, type PairTree } from './tree';

const NO_KEYS: readonly Key[] = [];
/**
 * An index of a table. It is made of the values when it is first asked for, and follows them from then on: many never are, and to
 * keep them up would be most of what a write costs.
 */
export class TableIndex {
  #tree: PairTree | undefined;
  /** What the table had when it was cloned, if the index had not been made by then. */
  #origin: Origin | undefined;

  constructor(readonly definition: IndexDefinition) {}

  /** Whether it follows the values, which have to bring the keys that it has them under. */
  get isMade(): boolean {
    return this.#tree !== undefined;
  }

  /** The index of values, which are those of its table, as of now. Throws `BACKLOT_E_STATE_INDEX_FAILED`. */
  view(values: Rows): PairTree {
    return (this.#tree ??= this.#origin?.tree() ?? build(this.definition, values)).clone();
  }

  /** The same for a clone of the table, whose values are these. */
  clone(values: Rows): TableIndex {
    const copy = new TableIndex(this.definition);
    if (this.#tree) copy.#tree = this.#tree.clone();
    else if (values.size > 0) copy.#origin = this.#origin ??= new Origin(this.definition, values.clone());
    return copy;
  }

  /** Is told that a value is about to be among those of the table. Throws `BACKLOT_E_STATE_INDEX_FAILED` when it cannot follow it. */
  prepare(entry: Entry | undefined): void {
    // So that it is made once for all clones, and not by each of what it then has.
    if (!this.#tree && this.#origin) this.#tree = this.#origin.tree();
    this.#origin = undefined;
    if (this.#tree) entry?.keysFor(this.definition);
  }

  /** Follows a value that was written. */
  follow(key: Key, before: Entry | undefined, entry: Entry | undefined): void {
    const tree = this.#tree;
    if (!tree) return;
    const old = before?.keysFor(this.definition) ?? NO_KEYS;
    const added = entry?.keysFor(this.definition) ?? NO_KEYS;
    // Most changes of a value leave what it is found by as it is.
    if (areEqual(old, added)) return;
    for (const index of old) tree.delete({ index, key });
    for (const index of added) tree.set({ index, key }, undefined);
  }

  /** Lets it be made anew when it is asked for again. */
  dismiss(): void {
    this.#tree = undefined;
    this.#origin = undefined;
  }
}

/** The values of a table at one moment, of which the index is made once for all tables that began with them. */
class Origin {
  #tree: PairTree | undefined;

  constructor(
    private readonly definition: IndexDefinition,
    private readonly values: Rows,
  ) {}

  tree(): PairTree {
    return (this.#tree ??= build(this.definition, this.values)).clone();
  }
}

function build(definition: IndexDefinition, values: Rows): PairTree {
  const pairs: Pair[] = [];
  // What comes in the order of time is mostly in that of an index, too, and quickly sorted.
  values.forEach((key, entry) => {
    for (const index of entry.keysFor(definition)) pairs.push({ index, key });
  });
  const tree = makePairTree();
  // In their order each goes behind the last, which a tree is much quicker with.
  for (const pair of pairs.sort(comparePairs)) tree.set(pair, undefined);
  return tree;
}

function areEqual(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key, i) => compareKeys(key, other[i]!) === 0);
}
