import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';

/** https://docs.stripe.com/api/shipping_rates */
export const shippingRates: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.ShippingRate>('shipping_rate');
  return {
    operations: {
      'POST /v1/shipping_rates': ({ params }) =>
        createShippingRate(stripe, params as unknown as Stripe.ShippingRateCreateParams),
      'GET /v1/shipping_rates/{rate}': ({ path }) => table.get(path['rate']!),
      'POST /v1/shipping_rates/{rate}': ({ path, params }) => {
        const given = params as Stripe.ShippingRateUpdateParams;
        return table.update(path['rate']!, (rate) => ({
          active: given.active ?? rate.active,
          metadata: mergeMetadata(rate.metadata, given.metadata),
          tax_behavior: given.tax_behavior ?? rate.tax_behavior,
          ...(given.fixed_amount?.currency_options &&
            rate.fixed_amount && {
              fixed_amount: {
                ...rate.fixed_amount,
                currency_options: {
                  ...rate.fixed_amount.currency_options,
                  ...given.fixed_amount.currency_options,
                } as Stripe.ShippingRate.FixedAmount['currency_options'] & object,
              },
            }),
        }));
      },
      'GET /v1/shipping_rates': ({ params, url }) => {
        const { active, currency } = params as Stripe.ShippingRateListParams;
        return table.page(url, params, {
          where: (rate) =>
            (active === undefined || rate.active === active) &&
            (currency === undefined || rate.fixed_amount?.currency === currency.toLowerCase()),
        });
      },
    },
  };
};

/** Throws for a rate that costs nothing in the currency of what is shipped. */
export function checkRateCurrency(
  { id, fixed_amount: fixed }: Stripe.ShippingRate,
  currency: string | null,
  param: string,
): void {
  if (!fixed || currency === null || fixed.currency === currency || fixed.currency_options?.[currency]) return;
  throw invalidRequest(
    `The shipping rate \`${id}\` has the currency ${fixed.currency}, which does not match that of the line items: ${currency}.`,
    { param },
  );
}

/** Makes a shipping rate. Throws where the amount is missing or negative. */
export function createShippingRate(
  stripe: Backend,
  given: Stripe.ShippingRateCreateParams,
  param?: string,
): Stripe.ShippingRate {
  const named = (name: string): string => (param === undefined ? name : `${param}[${name}]`);
  const { fixed_amount: fixed } = given;
  if (fixed === undefined) throw parameterMissing(named('fixed_amount'));
  if (fixed.amount < 0) {
    throw invalidRequest('Invalid non-negative integer', {
      code: 'parameter_invalid_integer',
      param: named('fixed_amount[amount]'),
    });
  }
  const currency = fixed.currency.toLowerCase();
  return stripe.table<Stripe.ShippingRate>('shipping_rate').insert({
    ...blank('shipping_rate'),
    id: stripe.newId('shipping_rate'),
    object: 'shipping_rate',
    active: true,
    created: stripe.now(),
    delivery_estimate: given.delivery_estimate
      ? { maximum: given.delivery_estimate.maximum ?? null, minimum: given.delivery_estimate.minimum ?? null }
      : null,
    display_name: given.display_name,
    fixed_amount: { ...fixed, currency } as Stripe.ShippingRate.FixedAmount,
    metadata: mergeMetadata(undefined, given.metadata),
    tax_behavior: given.tax_behavior ?? 'unspecified',
    tax_code: given.tax_code ?? null,
    type: 'fixed_amount',
  } as Stripe.ShippingRate);
}
