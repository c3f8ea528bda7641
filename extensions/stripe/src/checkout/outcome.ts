import type { StripeError } from '../errors';

/** What becomes of a session that a buyer pays: the session is complete, the buyer has to go elsewhere first, or the bank refuses. */
export type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'declined'; readonly error: StripeError };

/** What a session is settled with. */
export interface Settle {
  readonly id: string;
  readonly customer: string | undefined;
  readonly method: string | undefined;
  /** The buyer typed the payment method in. */
  readonly isNew: boolean;
}
