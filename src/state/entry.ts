import type { Key } from '../api/state';
import { freezeDeeply } from './freeze-deeply';
import { IndexDefinition } from './index-definition';
import { RecentlyRead } from './recently-read';
import type { Table } from './table';

/** What a collection holds. */
export type Kind = 'json' | 'bytes';

export function otherKind(kind: Kind): Kind {
  return kind === 'json' ? 'bytes' : 'json';
}

/** Stands for a value that was asked for once: most are not asked for again, and to keep them at hand costs more than to make them. */
const ONCE = Symbol('asked for once');

/** The entries whose frozen values are at hand. */
const recent = new RecentlyRead<Entry>((entry) => entry.letGo());

/** A value as it is kept: JSON as its text, which nobody can change from outside. The trees of many worlds share it. */
export class Entry {
  /** Each definition, and behind it the keys that it gave. One array, for there is one for each value that is kept. */
  #indexed: (IndexDefinition | Key)[] | undefined;
  #frozen: unknown;

  constructor(readonly data: string | Uint8Array) {}

  /** A value of JSON that is nobody else's. */
  copy(): unknown {
    return JSON.parse(this.data as string);
  }

  /** A value of JSON that everybody shares, and nobody can change. From the second time on, the same object while it is read now and then. */
  frozen(): unknown {
    if (this.#frozen !== undefined && this.#frozen !== ONCE) return this.#frozen;
    const value = freezeDeeply(this.copy());
    if (this.#frozen === undefined) this.#frozen = ONCE;
    else {
      this.#frozen = value;
      recent.add(this, this.data.length);
    }
    return value;
  }

  /** Makes its frozen value anew when somebody asks for it again. */
  letGo(): void {
    this.#frozen = undefined;
  }

  /**
   * Under which keys an index has this value. The index is asked once, so that what was added to it can be found again even
   * when its function depends on more than the value. `value` gives the value where it has to be asked.
   */
  keysFor(definition: IndexDefinition, value = () => this.copy()): readonly Key[] {
    const known = this.#placeOf(definition);
    if (known >= 0) return this.#indexed!.slice(known + 1, this.#endOf(known)) as Key[];
    const keys = definition.keysOf(value());
    // A new array: one that grows has room for many more than there will be.
    this.#indexed = [...(this.#indexed ?? []), definition, ...keys];
    return keys;
  }

  /** Asks all indexes, for an entry that is new, as {@link keysFor} does, and keeps the keys for those that follow its table. */
  indexBy(definitions: Iterable<IndexDefinition>, table: Pick<Table, 'follows'>, value: () => unknown): void {
    const indexed: (IndexDefinition | Key)[] = [];
    for (const definition of definitions) {
      if (table.follows(definition)) indexed.push(definition, ...definition.keysOf(value()));
      else definition.check(value());
    }
    if (indexed.length > 0) this.#indexed = indexed.slice();
  }

  /** Forgets the keys for an index that is no more. */
  forget(definition: IndexDefinition): void {
    const known = this.#placeOf(definition);
    if (known >= 0) this.#indexed!.splice(known, this.#endOf(known) - known);
  }

  #placeOf(definition: IndexDefinition): number {
    return this.#indexed?.indexOf(definition) ?? -1;
  }

  /** Where the keys end that follow the definition at a place. */
  #endOf(place: number): number {
    const indexed = this.#indexed!;
    let end = place + 1;
    while (end < indexed.length && !(indexed[end] instanceof IndexDefinition)) end += 1;
    return end;
  }
}
