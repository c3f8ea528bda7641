import type { Key } from '../api/state';
import type { Entry } from './entry';
import type { OwnerStore } from './owner-store';
import type { Table } from './table';

/** One change of a transaction, with what is needed to undo it. */
export type Change =
  | {
      readonly store: OwnerStore;
      readonly table: Table;
      readonly key: Key;
      readonly before: Entry | undefined;
      readonly after: Entry | undefined;
    }
  | { readonly store: OwnerStore; readonly table: Table; readonly cleared: Table };

/** What was written in a transaction, in the order in which it was. */
export class Journal {
  readonly changes: Change[] = [];

  /** Sets or, with undefined, deletes what is under a key. */
  set(store: OwnerStore, table: Table, key: Key, after: Entry | undefined): void {
    const before = table.get(key);
    if (!before && !after) return;
    table.set(key, after, before);
    this.changes.push({ store, table, key, before, after });
  }

  /** Sets what is under a new key. Gives false when there is something. */
  insert(store: OwnerStore, table: Table, key: Key, after: Entry): boolean {
    if (!table.insert(key, after)) return false;
    this.changes.push({ store, table, key, before: undefined, after });
    return true;
  }

  /** Deletes everything in a table. */
  clear(store: OwnerStore, table: Table): void {
    if (table.size === 0) return;
    const cleared = table.clone();
    table.clear();
    this.changes.push({ store, table, cleared });
  }

  /** Undoes what was written since there were so many changes, the last one first. */
  undo(length: number): void {
    for (const change of this.changes.splice(length).reverse()) {
      if ('cleared' in change) change.table.become(change.cleared);
      else change.table.putBack(change.key, change.before, change.after);
    }
  }
}
