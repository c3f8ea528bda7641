/** What a world keeps about identifiers, as plain data, so that a snapshot repeats and a restart goes on. */

/** The seed of a world. */
export interface Seed {
  readonly text: string;
  /** How many times the world has been given a seed, so that the same one again begins again. */
  readonly seeding: number;
}

/** How much of the sequence of a seed an extension has taken. */
export interface Taken {
  readonly seeding: number;
  readonly blocks: number;
}

/** Where a world keeps it for one extension. */
export interface IdsPlace {
  /** The seed of the world; undefined when identifiers are random. */
  seed(): Seed | undefined;
  taken(): Taken | undefined;
  take(taken: Taken): void;
  /** The next number of that name: 1, 2, 3 and so on. */
  count(name: string): number;
}
