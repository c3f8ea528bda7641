import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { methodTable } from '../resources/payment-methods';

interface TokenSecret {
  readonly method?: string;
  readonly used?: boolean;
}

/** What a confirmation token may stand for among the parameters of an intent. */
interface Redeemable {
  readonly confirmation_token?: string;
  readonly payment_method?: string;
  readonly return_url?: string;
  readonly setup_future_usage?: unknown;
  readonly shipping?: unknown;
  readonly use_stripe_sdk?: boolean;
}

/**
 * Puts what a confirmation token holds into the place of the token: the payment method, and what the buyer chose where the parameters do
 * not say it themselves. A token is for one intent. Throws for one that was used before. https://docs.stripe.com/api/confirmation_tokens
 */
export function redeemToken<P extends Redeemable>(stripe: Backend, params: P): P {
  const { confirmation_token: id } = params;
  if (id === undefined) return params;
  const table = stripe.table<Stripe.ConfirmationToken, TokenSecret>('confirmation_token');
  const token = table.get(id, 'confirmation_token');
  const { method, used } = table.hidden(id) ?? {};
  if (used === true || method === undefined) {
    throw invalidRequest('The provided ConfirmationToken has already been used to confirm another intent.', {
      code: 'payment_method_unexpected_state',
      param: 'confirmation_token',
    });
  }
  table.hide(id, { method, used: true });
  return {
    ...(token.return_url !== null && { return_url: token.return_url }),
    ...(token.setup_future_usage !== null && { setup_future_usage: token.setup_future_usage }),
    ...(token.shipping !== null && { shipping: token.shipping }),
    use_stripe_sdk: token.use_stripe_sdk,
    ...omit(params, 'confirmation_token'),
    payment_method: methodTable(stripe).get(method, 'confirmation_token').id,
  } as unknown as P;
}

/** Says in a token which intent it was for. */
export function noteRedeemed(stripe: Backend, token: string | undefined, intent: { object: string; id: string }): void {
  if (token !== undefined) stripe.table('confirmation_token').update(token, { [intent.object]: intent.id });
}
