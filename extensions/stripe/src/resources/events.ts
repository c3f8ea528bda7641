import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';

/** https://docs.stripe.com/api/events */
export const events: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Event>('event');
  return {
    operations: {
      'GET /v1/events/{id}': ({ path }) => table.get(path['id']!),
      'GET /v1/events': ({ params, url }) =>
        table.page(url, params, { by: { type: params['type'] as string | undefined } }),
    },
  };
};
