import type Stripe from 'stripe';
import { planOf } from '../billing/prices';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { announcePrice, changePrice, createPrice, priceTable } from './prices';
import { createProduct, productTable } from './products';

/** https://docs.stripe.com/api/plans: prices that recur, as they were before there were prices. Each is found as a price, too. */
export const plans: DefineModule = (stripe) => {
  const table = priceTable(stripe);
  const isPlan = ({ recurring }: Stripe.Price): boolean => recurring !== null;

  const create = (given: Stripe.PlanCreateParams): Stripe.Plan => {
    const { product, amount, amount_decimal: decimal } = given;
    const made = createPrice(
      stripe,
      {
        currency: given.currency,
        ...(amount !== undefined && { unit_amount: amount }),
        ...('aggregate_usage' in given && { aggregate_usage: given.aggregate_usage }),
        ...(decimal !== undefined && { unit_amount_decimal: decimal }),
        ...(given.active !== undefined && { active: given.active }),
        ...(given.billing_scheme !== undefined && { billing_scheme: given.billing_scheme }),
        ...(given.metadata && { metadata: given.metadata }),
        ...(given.nickname !== undefined && { nickname: given.nickname }),
        ...(given.tiers !== undefined && { tiers: given.tiers }),
        ...(given.tiers_mode !== undefined && { tiers_mode: given.tiers_mode }),
        ...(given.transform_usage !== undefined && { transform_quantity: given.transform_usage }),
        product: typeof product === 'object' ? createProduct(stripe, product).id : product!,
        recurring: {
          interval: given.interval,
          ...(given.interval_count !== undefined && { interval_count: given.interval_count }),
          ...(given.meter !== undefined && { meter: given.meter }),
          ...(given.trial_period_days !== undefined && { trial_period_days: given.trial_period_days }),
          ...(given.usage_type !== undefined && { usage_type: given.usage_type }),
        },
      },
      given.id,
    );
    return planOf(made);
  };

  const update = (id: string, given: Stripe.PlanUpdateParams): Stripe.Plan => {
    const before = table.get(id);
    if (given.product !== undefined) productTable(stripe).get(given.product, 'product');
    const { recurring } = before;
    const after = changePrice(stripe, id, {
      ...(given.active !== undefined && { active: given.active }),
      ...(given.nickname !== undefined && { nickname: given.nickname }),
      ...(given.product !== undefined && { product: given.product }),
      ...(given.metadata !== undefined && {
        metadata: mergeMetadata(before.metadata, given.metadata),
      }),
      ...(given.trial_period_days !== undefined &&
        recurring && { recurring: { ...recurring, trial_period_days: given.trial_period_days } }),
    });
    return planOf(after);
  };

  return {
    operations: {
      'POST /v1/plans': ({ params }) => create(params as unknown as Stripe.PlanCreateParams),
      'GET /v1/plans/{plan}': ({ path }) => planOf(table.get(path['plan']!)),
      'POST /v1/plans/{plan}': ({ path, params }) => update(path['plan']!, params),
      'DELETE /v1/plans/{plan}': ({ path }) => {
        const price = table.get(path['plan']!);
        table.remove(price.id);
        announcePrice(stripe, price, 'deleted');
        return { id: price.id, object: 'plan', deleted: true };
      },
      'GET /v1/plans': ({ params, url }) => {
        const { active, product } = params as Stripe.PlanListParams;
        const page = table.page(url, params, {
          by: { product },
          where: (price) => isPlan(price) && (active === undefined || price.active === active),
        });
        return { ...page, data: page.data.map(planOf) };
      },
    },
  };
};
