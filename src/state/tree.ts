import BTree from 'sorted-btree';
import type { Key } from '../api/state';
import { HIGHEST, LOWEST, compareKeys, type Bound } from './key';
import type { Bounds } from './range';

/** Large enough to be flat, and small enough that the copy of a node, which a write to a shared tree makes, is cheap. */
const NODE_SIZE = 32;

/** Something in the order of keys. A clone costs nothing: both share all nodes until one of them is written to. */
export type Tree<V> = BTree<Bound, V>;

/** An empty tree. */
export function makeTree<V>(): Tree<V> {
  return new BTree<Bound, V>(undefined, compareKeys, NODE_SIZE);
}

/** The key of an index, and the key of a value that it leads to. An object with two fields: an array would be two objects. */
export interface Pair {
  readonly index: Bound;
  readonly key: Bound;
}
export type PairTree = BTree<Pair, undefined>;

/** An empty tree of an index. */
export function makePairTree(): PairTree {
  return new BTree<Pair, undefined>(undefined, comparePairs, NODE_SIZE);
}

/** The order of pairs in an index. */
export function comparePairs(a: Pair, b: Pair): number {
  return compareKeys(a.index, b.index) || compareKeys(a.key, b.key);
}

/** What of a tree lies between bounds. The tree may not be written to meanwhile. */
export function scan<V>(tree: Tree<V>, bounds: Bounds): Generator<[Key, V]> {
  return scanBetween<Bound, V>(tree, bounds.low, bounds.high, bounds, compareKeys) as Generator<[Key, V]>;
}

/** The keys of the values that the tree of an index has between bounds. */
export function* scanPairs(tree: PairTree, bounds: Bounds): Generator<Key> {
  const low: Pair = { index: bounds.low, key: bounds.lowOpen ? HIGHEST : LOWEST };
  const high: Pair = { index: bounds.high, key: bounds.highOpen ? LOWEST : HIGHEST };
  for (const [pair] of scanBetween(tree, low, high, bounds, comparePairs)) yield pair.key as Key;
}

function* scanBetween<K, V>(
  tree: BTree<K, V>,
  low: K,
  high: K,
  { lowOpen, highOpen, reverse, limit }: Bounds,
  compare: (a: K, b: K) => number,
): Generator<[K, V]> {
  if (limit === 0) return;
  let left = limit;
  for (const entry of reverse ? tree.entriesReversed(high) : tree.entries(low)) {
    const toLow = compare(entry[0], low);
    const toHigh = compare(entry[0], high);
    if (reverse ? toLow < 0 : toHigh > 0) return;
    if ((toLow === 0 && lowOpen) || (toHigh === 0 && highOpen)) continue;
    // Where the range is empty, because its end lies before its beginning.
    if (toLow < 0 || toHigh > 0) return;
    yield entry;
    if (--left === 0) return;
  }
}
