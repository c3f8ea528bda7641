/** What is kept of each kind of object besides the object itself: how its identifiers look and what it is listed by. */
export interface Kind {
  /** How many letters and digits follow the prefix of an identifier. */
  readonly idLength?: number;
  /** What an error calls it: `No such payment_method: 'pm_1'`. The name of the kind with `_` where left out. */
  readonly noun?: string;
  /** Fields that it is found by, besides its identifier: `customer`, or a path such as `parent.subscription_details.subscription`. */
  readonly indexes?: readonly string[];
}

/** Kinds that have something special; a kind that is not here has 24 letters and no indexes. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'checkout.session': {
    idLength: 58,
    noun: 'checkout.session',
    indexes: ['customer', 'customer_details.email', 'payment_intent', 'payment_link', 'setup_intent', 'status', 'subscription'],
  },
  customer: { idLength: 14, indexes: ['email', 'test_clock'] },
  event: { indexes: ['type'] },
  webhook_endpoint: {},
};
