/** How a page shows the holder of a card its number: https://docs.stripe.com/issuing/elements. Stripe.js asks for it; not documented. */
import { createHash } from 'node:crypto';
import { invalidRequest, parameterMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { opens } from '../resources/ephemeral-keys';
import { cardTable } from './tables';

/** The server of the application learns the public half of a pair, from which nobody finds the other. */
function publicNonce(secret: string): string {
  return `ephkn_pub_${createHash('sha256').update(secret).digest('hex').slice(0, 32)}`;
}

export const revealedCards: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/ephemeral_key_nonces': () => {
      const secret = `ephkn_priv_${stripe.secret(32)}`;
      return { public_nonce: publicNonce(secret), private_nonce: secret };
    },
    'GET /v1/issuing_elements/cards/{card}': ({ path, params }) => {
      const { ephemeral_key_secret: secret, private_nonce: nonce } = params as Readonly<Record<string, string>>;
      if (secret === undefined) throw parameterMissing('ephemeral_key_secret');
      const table = cardTable(stripe);
      const card = table.get(path['card']!);
      if (!opens(stripe, card.id, { secret, nonce: nonce === undefined ? undefined : publicNonce(nonce) })) {
        throw invalidRequest('The ephemeral key is not for this card and this page, or it has expired.', {
          param: 'ephemeral_key_secret',
        });
      }
      const { number = '', cvc = '' } = table.hidden(card.id) ?? {};
      const pin = number.slice(-8, -4);
      return { id: card.id, number, cvc, pin, exp_month: card.exp_month, exp_year: card.exp_year };
    },
  },
});
