import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';

/** https://docs.stripe.com/api/customers */
export const customers: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Customer>('customer');
  return {
    operations: {
      'POST /v1/customers': ({ params }) => {
        const given = params as Stripe.CustomerCreateParams;
        const customer = {
          ...blank('customer'),
          id: stripe.newId('customer'),
          created: stripe.now(),
          email: given.email ?? null,
          name: given.name ?? null,
        } as unknown as Stripe.Customer;
        table.insert(customer);
        stripe.emit('customer.created', customer);
        return customer;
      },
      'GET /v1/customers/{customer}': ({ path }) => table.get(path['customer']!),
      'GET /v1/customers': ({ params, url }) =>
        table.page(url, params, { by: { email: params['email'] as string | undefined } }),
    },
  };
};
