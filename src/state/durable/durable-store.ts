import type { Key } from '../../api/state';
import type { Kind } from '../entry';
import type { Table } from '../table';

/**
 * Where the state of an extension in a world lies: in a chain of layers, as in an image of containers. Each holds what
 * differs from the layer that it is on. `own` is the layer that the world writes to, made by its first write, and `on` the
 * one below it, which does not change any more.
 */
export interface Place {
  readonly own?: number | undefined;
  readonly on?: number | undefined;
}

/** What is kept of a world. */
export interface WorldRecord {
  readonly owners: Readonly<Record<string, Place>>;
  /** When it was made, in milliseconds. */
  readonly made: number;
  /** The snapshot that it began as. */
  readonly from?: string | undefined;
}

/** What is kept of a snapshot: the layer of each extension in it. */
export interface SnapshotRecord {
  readonly owners: Readonly<Record<string, number | null>>;
  readonly made: number;
  /** Whether it is of named extensions only. */
  readonly partial: boolean;
}

/** A collection, in a layer. */
export interface Spot {
  readonly layer: number;
  readonly owner: string;
  readonly collection: string;
  readonly kind: Kind;
}

/** One change. `covers` says that a layer below may hold something that this has to hide. */
export type StoreWrite =
  | { readonly type: 'put'; readonly spot: Spot; readonly key: Key; readonly data: string | Uint8Array }
  | { readonly type: 'delete'; readonly spot: Spot; readonly key: Key; readonly covers: boolean }
  | { readonly type: 'clear'; readonly spot: Spot; readonly covers: boolean }
  | { readonly type: 'layer'; readonly id: number; readonly on: number | undefined }
  | { readonly type: 'world'; readonly name: string; readonly record: WorldRecord | undefined }
  | { readonly type: 'snapshot'; readonly name: string; readonly record: SnapshotRecord | undefined }
  | { readonly type: 'base'; readonly owners: Readonly<Record<string, number | null>> };

/** What was kept. */
export interface StoredState {
  /** The collections of each layer by `tableId`, with what is below it. */
  readonly layers: ReadonlyMap<number, ReadonlyMap<string, Table>>;
  readonly nextLayer: number;
  readonly worlds: ReadonlyMap<string, WorldRecord>;
  readonly snapshots: ReadonlyMap<string, SnapshotRecord>;
  readonly base: Readonly<Record<string, number | null>>;
}

/** Keeps states on the volume. */
export interface DurableStore {
  /** What was kept when the store was opened. Given once; afterwards the store no longer knows it. */
  take(): StoredState;
  /**
   * Writes all changes or none. Once it returns, they outlive the process, however it ends; a loss of power may cost the
   * last second. Throws `BACKLOT_E_STATE_WRITE_FAILED`, and `BACKLOT_E_STATE_TAKEN` when another process opened the store.
   */
  commit(writes: readonly StoreWrite[]): void;
  /** Resolves when everything is on the disk itself. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
