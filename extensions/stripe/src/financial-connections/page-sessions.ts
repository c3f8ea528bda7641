/** Sessions of Financial Connections as Stripe.js has them: for an intent, and by their secret. Not documented. */
import type Stripe from 'stripe';
import { parameterMissing, resourceMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { findIntent } from '../payments/find-intent';
import { newSession, sessionTable } from './sessions';

interface Asked {
  readonly client_secret?: string;
}

export const pageSessions: DefineModule = (stripe) => ({
  operations: {
    /** For whom an intent is, with leave to debit the account. */
    'POST /v1/link_account_sessions': ({ params }) => {
      const { client_secret: secret } = params as Asked;
      if (secret === undefined) throw parameterMissing('client_secret');
      const id = secret.split('_secret_')[0]!;
      const intent = findIntent(stripe, id);
      if (intent.client_secret !== secret) throw resourceMissing('intent', id);
      const customer = idOf(intent.customer);
      return sessionTable(stripe).insert(
        newSession(stripe, {
          account_holder: customer === undefined ? null : { type: 'customer', customer },
          permissions: ['payment_method'],
        }),
      );
    },
    'GET /v1/link_account_sessions': ({ params }) => {
      const { client_secret: secret } = params as Asked;
      const [found] = [...sessionTable(stripe).values({ where: (each) => each.client_secret === secret })];
      if (secret === undefined || found === undefined)
        throw resourceMissing('financial_connections.session', secret ?? '');
      return found satisfies Stripe.FinancialConnections.Session;
    },
  },
});
