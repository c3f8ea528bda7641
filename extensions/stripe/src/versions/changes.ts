import { checkoutUiModes } from '../checkout/versions';
import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import { basil } from './basil';
import { clover } from './clover';
import { EARLIER } from './earlier';

export type Fields = Record<string, unknown>;

/** What changed in Stripe’s API: https://docs.stripe.com/changelog. */
export interface Change {
  /** The day of the version that brought it: clients of older ones see what was before. */
  readonly since: string;
  /**
   * Makes of an object of the newest version what it was before. Called for each object with a kind, the innermost first. Without
   * the backend, which is for what other objects know, it does what it can.
   */
  readonly render?: (object: Fields, stripe?: Backend) => Fields;
  /** Top-level parameters that were taken before, by the key of the operation, and are not translated. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
  /** Makes of what clients sent before what they send now, by the key of the operation. */
  readonly translate?: Readonly<Record<string, (given: RawHash) => RawHash>>;
  /** By kind and name: fields that were there, and could be expanded: an object of a kind, `charge[]` for a list. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Operations that were there before, by their key, and the one of today whose parameters they take. */
  readonly operations?: Readonly<Record<string, string>>;
}

/** Intents took the types of payment methods under this name. */
const TYPES = ['payment_method_types'];

/** Newest first: each change goes on from what the one before made. */
export const CHANGES: readonly Change[] = [
  {
    since: '2026-09-30',
    render: (object) => object,
    accepts: {
      'POST /v1/checkout/sessions': TYPES,
      'POST /v1/payment_intents': TYPES,
      'POST /v1/payment_intents/{payment_intent}': TYPES,
      'POST /v1/payment_intents/{payment_intent}/confirm': TYPES,
      'POST /v1/setup_intents': TYPES,
      'POST /v1/setup_intents/{setup_intent}': TYPES,
    },
  },
  checkoutUiModes,
];
export const CHANGES: readonly Change[] = [checkoutUiModes, clover, basil, ...EARLIER];
