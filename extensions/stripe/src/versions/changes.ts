/** What changed in Stripe’s API: https://docs.stripe.com/changelog. */
export interface Change {
  /** The day of the version that brought it: clients of older ones see what was before. */
  readonly since: string;
  /** Makes of an object of the newest version what it was before. Called for each object with a kind, the innermost first. */
  readonly render: (object: Record<string, unknown>) => Record<string, unknown>;
  /** Top-level parameters that were taken before, by the key of the operation. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
}

/** Newest first: each change goes on from what the one before made. */
export const CHANGES: readonly Change[] = [];
