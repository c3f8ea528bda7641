import type { Key } from '../api/state';
import type { Entry } from './entry';
import type { Bound } from './key';
import { makeTree, type Tree } from './tree';

/** So many writes wait at most for their place in the order: to put them there takes some ten milliseconds. */
const MOST_LATE = 8192;

/**
 * The values of a table. They are found by a hash of their key, in a fraction of the time that a tree takes among hundreds of
 * thousands, and get their place in a tree when somebody asks for their order: much is written and read one by one and never listed.
 */
export class Rows {
  /** The values under text, which nearly all are. Undefined where only the tree is known: in a clone. */
  readonly #byText: Map<string, Entry> | undefined;
  readonly #tree: Tree<Entry>;
  /** The text under which something was written or deleted that the tree does not know yet. */
  #late: string[] = [];
  /** How many values are under keys that are not text. */
  #others = 0;

  private constructor(tree: Tree<Entry>, byText?: Map<string, Entry>) {
    this.#tree = tree;
    this.#byText = byText;
  }

  static empty(): Rows {
    return new Rows(makeTree(), new Map());
  }

  get size(): number {
    return this.#byText ? this.#byText.size + this.#others : this.#tree.size;
  }

  get(key: Bound): Entry | undefined {
    return this.#byText && typeof key === 'string' ? this.#byText.get(key) : this.#tree.get(key);
  }

  set(key: Key, entry: Entry): void {
    if (!this.#byText) this.#tree.set(key, entry);
    else if (typeof key !== 'string') this.#others += Number(this.#tree.set(key, entry));
    else {
      this.#byText.set(key, entry);
      this.#wait(key);
    }
  }

  /** Sets what is under a new key. Gives false, and changes nothing, when there is something. */
  insert(key: Key, entry: Entry): boolean {
    if (this.get(key)) return false;
    this.set(key, entry);
    return true;
  }

  delete(key: Key): void {
    if (!this.#byText) this.#tree.delete(key);
    else if (typeof key !== 'string') this.#others -= Number(this.#tree.delete(key));
    else if (this.#byText.delete(key)) this.#wait(key);
  }

  /** All of them in the order of their keys, until the next write. */
  inOrder(): Tree<Entry> {
    const late = this.#late;
    if (late.length === 0) return this.#tree;
    this.#late = [];
    // In their order each is near the last, which a tree is quicker with.
    for (const key of late.sort()) {
      const entry = this.#byText?.get(key);
      if (entry) this.#tree.set(key, entry);
      else this.#tree.delete(key);
    }
    return this.#tree;
  }

  /** Calls a function for each value, in no particular order: mostly that in which they came. */
  forEach(visit: (key: Key, entry: Entry) => void): void {
    if (this.#byText && this.#others === 0) this.#byText.forEach((entry, key) => visit(key, entry));
    else this.inOrder().forEachPair((key, entry) => visit(key as Key, entry));
  }

  /** The same values, which no write to these reaches, and the other way round. It costs nothing: it has the tree alone. */
  clone(): Rows {
    return new Rows(this.inOrder().clone());
  }

  #wait(key: string): void {
    // What counts is written over and over.
    if (this.#late.at(-1) === key) return;
    if (this.#late.push(key) >= MOST_LATE) this.inOrder();
  }
}
