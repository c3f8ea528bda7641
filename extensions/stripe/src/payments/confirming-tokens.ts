/** What a confirmation token brings to the intent that it confirms: https://docs.stripe.com/api/confirmation_tokens/object. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { methodTable } from '../resources/method-table';

export interface TokenSecret {
  readonly method?: string;
  readonly used?: boolean;
}

export function confirmationTokenTable(stripe: Backend): Table<Stripe.ConfirmationToken, TokenSecret> {
  return stripe.table<Stripe.ConfirmationToken, TokenSecret>('confirmation_token');
}

const BROUGHT = ['payment_method_options', 'return_url', 'setup_future_usage', 'shipping', 'use_stripe_sdk'] as const;

/** The parameters of a confirmation, filled up with what its token says. What the parameters say themselves counts. */
export function withToken<T extends { readonly confirmation_token?: string }>(stripe: Backend, params: T): T {
  const { confirmation_token: id } = params;
  if (id === undefined) return params;
  const token = confirmationTokenTable(stripe).get(id, 'confirmation_token');
  const brought = BROUGHT.filter((name) => token[name] !== null).map((name) => [name, token[name]]);
  return { ...(Object.fromEntries(brought) as object), ...params };
}

/** The payment method of a token, which is used up by that. Throws where it was used before. */
export function methodOfToken(stripe: Backend, id: string): Stripe.PaymentMethod {
  const table = confirmationTokenTable(stripe);
  table.get(id, 'confirmation_token');
  const { method, used } = table.hidden(id) ?? {};
  if (used === true || method === undefined) {
    throw invalidRequest('The provided ConfirmationToken has already been used to confirm another intent.', {
      code: 'payment_method_unexpected_state',
      param: 'confirmation_token',
    });
  }
  table.hide(id, { method, used: true });
  return methodTable(stripe).get(method, 'confirmation_token');
}

/** Lets a token, if there was one, say which intent it confirmed. */
export function noteIntent(
  stripe: Backend,
  token: string | undefined,
  intent: Pick<Stripe.PaymentIntent | Stripe.SetupIntent, 'id' | 'object'>,
): void {
  if (token !== undefined) confirmationTokenTable(stripe).update(token, { [intent.object]: intent.id });
}
