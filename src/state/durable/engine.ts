/** A change of what an engine keeps: a record set, a record removed, or all records of a range removed. */
export type EngineWrite =
  { readonly key: Buffer; readonly value: Buffer | undefined } | { readonly from: Buffer; readonly before: Buffer };

export interface EngineRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Records of bytes in the order of their keys, in a folder. One process at a time owns it: the one that opened it last. */
export interface Engine {
  /**
   * Writes all or nothing, in this order. What is written outlives the process from then on. Throws
   * `BACKLOT_E_STATE_WRITE_FAILED`, and `BACKLOT_E_STATE_TAKEN` when it belongs to another process.
   */
  commit(writes: Iterable<EngineWrite>): void;
  /** The records from a key to before another one. */
  entries(from: Buffer, before: Buffer): Iterable<EngineRecord>;
  /** How many records there should be. */
  count(): number;
  /** Removes at most so many records of a range; gives how many. */
  removeSome(from: Buffer, before: Buffer, limit: number): number;
  /** Resolves when all that was written is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
