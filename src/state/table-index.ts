import type { Key } from '../api/state';
import type { Entry } from './entry';
import type { IndexDefinition } from './index-definition';
import { compareKeys } from './key';
import type { Rows } from './rows';
import { comparePairs, makePairTree, type Pair, type PairTree, type Tree } from './tree';

const NO_KEYS: readonly Key[] = [];
/**
 * With so many values an index is made in any case, a part at each write: to make all of it takes some ten microseconds for each
 * value, during which nothing else runs.
 */
const MOST_UNMADE = 50_000;
/** So many values of before are taken in at a write, until all are. */
const STEP = 32;

/**
 * An index of a table. It is made of the values when it is first asked for, and follows them from then on: many never are, and to
 * keep them up would be most of what a write costs.
 */
export class TableIndex {
  #tree: PairTree | undefined;
  /** Up to which key the values are in the tree, where some are not yet; `after` is undefined where none is. */
  #rest: { readonly after: Key | undefined } | undefined;
  /** What the table had when it was cloned, if the index had not been made by then. */
  #origin: Origin | undefined;

  constructor(readonly definition: IndexDefinition) {}

  /** Whether it follows the values, which have to bring the keys that it has them under. */
  get isMade(): boolean {
    return this.#tree !== undefined;
  }

  /** The index of values, which are those of its table, as of now. Throws `BACKLOT_E_STATE_INDEX_FAILED`. */
  view(values: Tree<Entry>): PairTree {
    if (this.#rest) {
      this.#tree = build(this.definition, values);
      this.#rest = undefined;
    }
    return (this.#tree ??= this.#origin?.tree() ?? build(this.definition, values)).clone();
  }

  /** The same for a clone of the table, whose values are these. */
  clone(values: Tree<Entry>): TableIndex {
    const copy = new TableIndex(this.definition);
    if (this.#tree) {
      copy.#tree = this.#tree.clone();
      copy.#rest = this.#rest;
    } else if (values.size > 0) copy.#origin = this.#origin ??= new Origin(this.definition, values.clone());
    return copy;
  }

  /** Is told that a value is about to be among those of the table. Throws `BACKLOT_E_STATE_INDEX_FAILED` when it cannot follow it. */
  prepare(entry: Entry | undefined, values: Pick<Rows, 'size'>): void {
    // So that it is made once for all clones, and not by each of what it then has.
    if (!this.#tree && this.#origin) this.#tree = this.#origin.tree();
    else if (!this.#tree && values.size >= MOST_UNMADE) {
      this.#tree = makePairTree();
      this.#rest = { after: undefined };
    }
    this.#origin = undefined;
    if (this.#tree) entry?.keysFor(this.definition);
  }

  /** Takes in some of the values that are not in it yet. One that it fails for is met again when the index is asked for. */
  advance(rows: Rows): void {
    const tree = this.#tree;
    if (!tree || !this.#rest) return;
    const values = rows.inOrder();
    let { after } = this.#rest;
    try {
      for (let step = 0; step < STEP; step++) {
        const next = values.nextHigherPair(after);
        if (!next) return void (this.#rest = undefined);
        after = next[0] as Key;
        for (const index of next[1].keysFor(this.definition)) tree.set({ index, key: after }, undefined);
      }
      this.#rest = { after };
    } catch {
      this.dismiss();
    }
  }

  /** Follows a value that was written. */
  follow(key: Key, before: Entry | undefined, entry: Entry | undefined): void {
    const tree = this.#tree;
    if (!tree || (this.#rest && !isWithin(key, this.#rest.after))) return;
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
    this.#rest = undefined;
    this.#origin = undefined;
  }
}

/** The values of a table at one moment, of which the index is made once for all tables that began with them. */
class Origin {
  #tree: PairTree | undefined;

  constructor(
    private readonly definition: IndexDefinition,
    private readonly values: Tree<Entry>,
  ) {}

  tree(): PairTree {
    return (this.#tree ??= build(this.definition, this.values)).clone();
  }
}

function build(definition: IndexDefinition, values: Tree<Entry>): PairTree {
  const pairs: Pair[] = [];
  values.forEachPair((key, entry) => {
    for (const index of entry.keysFor(definition)) pairs.push({ index, key });
  });
  const tree = makePairTree();
  // In their order each goes behind the last, which a tree is much quicker with.
  for (const pair of pairs.sort(comparePairs)) tree.set(pair, undefined);
  return tree;
}

function isWithin(key: Key, last: Key | undefined): boolean {
  return last !== undefined && compareKeys(key, last) <= 0;
}

function areEqual(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key, i) => compareKeys(key, other[i]!) === 0);
}
