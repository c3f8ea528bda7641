import type { State } from '../api/state';

/** A span of a world’s life: a reset, a restore or its deletion ends it. */
export interface Epoch {
  readonly number: number;
  /** Aborted when it ends. */
  readonly signal: AbortSignal;
}

/** A world: what the extensions keep, apart from all other worlds. */
export interface World {
  /** Empty for the default world. */
  readonly name: string;
  readonly epoch: Epoch;
  /** What one owner keeps in it. */
  store(owner: string): Pick<State, 'collection' | 'transaction'>;
}
