/** What changed in Stripe’s API: https://docs.stripe.com/changelog. */
export interface Change {
  /** The day of the version that brought it: clients of older ones see what was before. */
  readonly since: string;
  /** Makes of an object of the newest version what it was before. Called for each object with a kind, the innermost first. */
  readonly render: (object: Record<string, unknown>) => Record<string, unknown>;
  /** Top-level parameters that were taken before, by the key of the operation. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
}

/** Intents took the types of payment methods under this name. */
const TYPES = ['payment_method_types'];

/** Newest first: each change goes on from what the one before made. */
export const CHANGES: readonly Change[] = [
  {
    since: '2026-09-30',
    render: (object) => object,
    accepts: {
      'POST /v1/payment_intents': TYPES,
      'POST /v1/payment_intents/{payment_intent}': TYPES,
      'POST /v1/payment_intents/{payment_intent}/confirm': TYPES,
      'POST /v1/setup_intents': TYPES,
      'POST /v1/setup_intents/{setup_intent}': TYPES,
    },
  },
];
