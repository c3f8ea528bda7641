/** Cards in wallets: https://docs.stripe.com/issuing/controls/token-management. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import type { Card } from './tables';

type Token = Stripe.Issuing.Token;

/** https://docs.stripe.com/api/issuing/tokens */
export const issuingTokens: DefineModule = (stripe) => {
  const table = stripe.table<Token>('issuing.token');
  return {
    operations: {
      'GET /v1/issuing/tokens': ({ params, url }) => {
        const { card, status } = params as unknown as Stripe.Issuing.TokenListParams;
        return table.page(url, params, { by: { card, status } });
      },
      'GET /v1/issuing/tokens/{token}': ({ path }) => table.get(path['token']!),
      'POST /v1/issuing/tokens/{token}': ({ path, params }) => {
        const { status } = params as unknown as Stripe.Issuing.TokenUpdateParams;
        const before = table.get(path['token']!);
        if (before.status === 'deleted')
          throw invalidRequest('A deleted token cannot be changed any more.', { param: 'status' });
        return table.update(before.id, { status, network_updated_at: stripe.now() }, 'issuing_token.updated');
      },
    },
  };
};

/** The token of a card in a wallet: a purchase with a wallet puts the card in it, with `issuing_token.created`. */
export function tokenFor(stripe: Backend, card: Card, wallet: string): Token {
  const table = stripe.table<Token>('issuing.token');
  const known = table.first({
    by: { card: card.id },
    where: (each) => each.wallet_provider === wallet && each.status !== 'deleted',
  });
  if (known) return known;
  const id = stripe.newId('issuing.token');
  const token = {
    id,
    object: 'issuing.token',
    card: card.id,
    created: stripe.now(),
    device_fingerprint: null,
    last4: String(stripe.platform.ids.number('issuing.token')).padStart(4, '0').slice(-4),
    livemode: false,
    network: 'visa',
    network_data: {
      device: { type: 'phone' },
      type: 'visa',
      visa: {
        card_reference_id: null,
        token_reference_id: `DNITHE${id.slice(-12)}`,
        token_requestor_id: '40010030273',
      },
    },
    network_updated_at: stripe.now(),
    status: 'active',
    wallet_provider: wallet,
  } as unknown as Token;
  table.insert(token);
  stripe.emit('issuing_token.created', token);
  return token;
}
