import type Stripe from 'stripe';
import { createPreview } from '../billing/preview';
import { shareRefund } from '../connect/shared-charges';
import { StripeError } from '../errors';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { createRefund } from '../payments/refunds';

/** What only former paths answer, with their parameters adapted: https://docs.stripe.com/changelog. */
export const formerOperations: DefineModule = (stripe) => {
  const shown = (discount: string | Stripe.Discount | null | undefined): object => {
    const id = idOf(discount);
    const found = id === undefined ? undefined : stripe.table<Stripe.Discount>('discount').find(id);
    if (found === undefined) {
      throw new StripeError(404, 'invalid_request_error', 'No active discount', { code: 'resource_missing' });
    }
    return found;
  };
  return {
    operations: {
      'GET /v1/invoices/upcoming': ({ params }) => createPreview(stripe, params),
      'GET /v1/invoices/upcoming/lines': ({ params, url }) => {
        const { lines } = createPreview(stripe, params);
        return { ...lines, url };
      },
      'GET /v1/customers/{customer}/discount': ({ path }) =>
        shown(stripe.table<Stripe.Customer>('customer').get(path['customer']!).discount),
      'GET /v1/customers/{customer}/subscriptions/{subscription}/discount': ({ path }) =>
        shown(stripe.table<Stripe.Subscription>('subscription').get(path['subscription']!).discounts[0]),
      'POST /v1/charges/{charge}/refund': ({ path, params }) => {
        shareRefund(stripe, createRefund(stripe, params), params);
        return stripe.table<Stripe.Charge>('charge').get(path['charge']!);
      },
    },
  };
};
