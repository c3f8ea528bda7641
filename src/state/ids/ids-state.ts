/** What a world keeps about identifiers, as plain data, so that a snapshot repeats and a restart goes on. */

/** The seed of a world. */
export interface Seed {
  /** Absent when identifiers are random again. */
  readonly text?: string;
  /** How many times the world has been given a seed, so that the same one again begins again. */
  readonly seeding: number;
}

/** How much of the sequence of a seed has been taken. */
export interface Taken {
  readonly seeding: number;
  readonly blocks: number;
}
