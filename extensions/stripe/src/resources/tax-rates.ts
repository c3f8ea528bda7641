import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { blank } from '../spec/shapes';

/** A new rate. Throws for a percentage that cannot be. */
export function createTaxRate(stripe: Backend, given: Stripe.TaxRateCreateParams): Stripe.TaxRate {
  const { metadata, percentage, ...fields } = given;
  if (percentage < 0 || percentage > 100) {
    throw invalidRequest('This value must be between 0 and 100.', { param: 'percentage' });
  }
  const rate = {
    ...blank('tax_rate'),
    active: true,
    ...fields,
    id: stripe.newId('tax_rate'),
    created: stripe.now(),
    effective_percentage: null,
    metadata: mergeMetadata(undefined, metadata),
    percentage,
    rate_type: 'percentage',
  } as unknown as Stripe.TaxRate;
  stripe.table<Stripe.TaxRate>('tax_rate').insert(rate);
  stripe.emit('tax_rate.created', rate);
  return rate;
}

/** https://docs.stripe.com/api/tax_rates */
export const taxRates: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.TaxRate>('tax_rate');
  return {
    operations: {
      'POST /v1/tax_rates': ({ params }) =>
        createTaxRate(stripe, omit(params as unknown as Stripe.TaxRateCreateParams, 'expand')),
      'GET /v1/tax_rates/{tax_rate}': ({ path }) => table.get(path['tax_rate']!),
      'POST /v1/tax_rates/{tax_rate}': ({ path, params }) => {
        const { metadata, ...given } = params as Stripe.TaxRateUpdateParams;
        delete given.expand;
        const before = table.get(path['tax_rate']!);
        const cleared = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, value === '' ? null : value]),
        );
        return table.update(
          before.id,
          { ...cleared, metadata: mergeMetadata(before.metadata, metadata) },
          'tax_rate.updated',
        );
      },
      'GET /v1/tax_rates': ({ params, url }) => {
        const { active, inclusive } = params as Stripe.TaxRateListParams;
        return table.page(url, params, {
          where: (rate) =>
            (active === undefined || rate.active === active) &&
            (inclusive === undefined || rate.inclusive === inclusive),
        });
      },
    },
  };
};
