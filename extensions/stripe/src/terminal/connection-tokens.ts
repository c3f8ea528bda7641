import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';

/** What the SDKs of Terminal connect with: https://docs.stripe.com/api/terminal/connection_tokens. It is not kept. */
export const connectionTokens: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/terminal/connection_tokens': ({ params }) => {
      const { location } = params as Stripe.Terminal.ConnectionTokenCreateParams;
      if (location !== undefined) stripe.table('terminal.location').get(location, 'location');
      return {
        object: 'terminal.connection_token',
        ...(location !== undefined && { location }),
        secret: `pst_test_${stripe.secret(40)}`,
      };
    },
  },
});
