import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';
import { taxAddress } from './tax-address';

/** Where what is sold takes place, such as a concert: https://docs.stripe.com/api/tax/location. */
export const taxLocations: DefineModule = (stripe) => ({
  operations: resourceOperations<Stripe.Tax.Location>(stripe, {
    kind: 'tax.location',
    path: '/v1/tax/locations',
    create: ({ address }) => ({ address: taxAddress(address as Stripe.Tax.LocationCreateParams.Address) }),
    filters: ['type'],
  }),
});
