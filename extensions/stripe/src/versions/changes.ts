import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import { acacia } from './acacia';
import { basil } from './basil';
import { checkoutShipping, checkoutUiModes } from '../checkout/versions';
import { clover } from './clover';
import { endive } from './endive';
import { EARLIER } from './earlier';

export type Fields = Record<string, unknown>;

/** What changed in Stripe’s API: https://docs.stripe.com/changelog. */
export interface Change {
  /** The day of the version that brought it: clients of older ones see what was before. */
  readonly since: string;
  /**
   * Makes of an object of the newest version what it was before. Called for each object with a kind, the innermost first. Without
   * the backend, which is for what other objects know, it does what it can. `show` makes of other objects of the newest version what
   * they were when this change came.
   */
  readonly render?: (object: Fields, stripe: Backend | undefined, show: (object: object) => object) => Fields;
  /** Top-level parameters that were taken before, by the key of the operation, and are not translated. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
  /** Makes of what clients sent before what they send now, by the key of the operation. */
  readonly translate?: Readonly<Record<string, (given: RawHash, stripe: Backend) => RawHash>>;
  /**
   * By kind and name: fields that were there, and could be expanded: an object of a kind, `charge[]` for a list, `#tax_amount` for what
   * has no kind and is named here only.
   */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Newest first: each change goes on from what the one before made. */
export const CHANGES: readonly Change[] = [
  endive,
  checkoutUiModes,
  clover,
  basil,
  checkoutShipping,
  acacia,
  ...EARLIER,
];
