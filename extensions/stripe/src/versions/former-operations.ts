import { createPreview } from '../billing/preview';
import type { DefineModule } from '../kernel/module';

/** Operations that only older versions have: https://docs.stripe.com/changelog. Their parameters come translated. */
export const formerOperations: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/invoices/upcoming': ({ params }) => createPreview(stripe, params),
    'GET /v1/invoices/upcoming/lines': ({ params, url }) => {
      const { lines } = createPreview(stripe, params);
      return { ...lines, url };
    },
  },
});
