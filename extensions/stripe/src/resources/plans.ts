import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';
import { createPrice, priceTable } from './prices';
import { createProduct, productTable } from './products';

/** What prices were before there were prices: each has a price of the same identifier, so that subscriptions take it. */
export const plans: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Plan>('plan');
  return {
    operations: {
      'POST /v1/plans': ({ params }) => {
        const given = params as unknown as Stripe.PlanCreateParams;
        const price = createPrice(stripe, priceOf(stripe, given));
        if (given.id !== undefined) rename(stripe, price, given.id);
        const { recurring } = price;
        const plan = {
          ...blank('plan'),
          id: given.id ?? price.id,
          active: given.active ?? true,
          amount: price.unit_amount,
          amount_decimal: price.unit_amount_decimal,
          billing_scheme: price.billing_scheme,
          created: price.created,
          currency: price.currency,
          interval: given.interval,
          interval_count: given.interval_count ?? 1,
          metadata: mergeMetadata(undefined, given.metadata),
          meter: given.meter ?? null,
          nickname: given.nickname ?? null,
          product: idOf(price.product as string) ?? null,
          tiers_mode: price.tiers_mode,
          transform_usage: given.transform_usage ?? null,
          trial_period_days: given.trial_period_days ?? null,
          usage_type: recurring?.usage_type ?? 'licensed',
        } as unknown as Stripe.Plan;
        table.insert(plan);
        stripe.emit('plan.created', plan);
        return plan;
      },
      'GET /v1/plans': ({ params, url }) => {
        const { active, product } = params as Stripe.PlanListParams;
        return table.page(url, params, {
          where: (plan) =>
            (active === undefined || plan.active === active) && (product === undefined || plan.product === product),
        });
      },
      'GET /v1/plans/{plan}': ({ path }) => table.get(path['plan']!),
      'POST /v1/plans/{plan}': ({ path, params }) => {
        const given = params as Stripe.PlanUpdateParams;
        const before = table.get(path['plan']!);
        if (given.product !== undefined) productTable(stripe).get(given.product, 'product');
        const metadata = mergeMetadata(before.metadata, given.metadata);
        const { active, nickname } = given;
        const shared = {
          ...(active !== undefined && { active }),
          ...(nickname !== undefined && { nickname }),
          metadata,
        };
        if (priceTable(stripe).has(before.id)) priceTable(stripe).update(before.id, shared, 'price.updated');
        return table.update(
          before.id,
          { ...shared, ...(given.product !== undefined && { product: given.product }) },
          'plan.updated',
        );
      },
      'DELETE /v1/plans/{plan}': ({ path }) => {
        const plan = table.get(path['plan']!);
        table.remove(plan.id);
        if (priceTable(stripe).has(plan.id)) priceTable(stripe).update(plan.id, { active: false }, 'price.updated');
        stripe.emit('plan.deleted', plan);
        return { id: plan.id, object: 'plan', deleted: true };
      },
    },
  };
};

function priceOf(stripe: Backend, given: Stripe.PlanCreateParams): Stripe.PriceCreateParams {
  const { product } = given;
  const productId = typeof product === 'object' ? createProduct(stripe, product).id : product;
  return {
    currency: given.currency,
    ...(given.amount !== undefined && { unit_amount: given.amount }),
    ...(given.amount_decimal !== undefined && { unit_amount_decimal: given.amount_decimal }),
    ...(given.billing_scheme && { billing_scheme: given.billing_scheme }),
    ...(given.metadata && { metadata: given.metadata }),
    ...(given.nickname !== undefined && { nickname: given.nickname }),
    ...(productId !== undefined && { product: productId }),
    ...(given.tiers && { tiers: given.tiers }),
    ...(given.tiers_mode && { tiers_mode: given.tiers_mode }),
    recurring: {
      interval: given.interval,
      ...(given.interval_count !== undefined && { interval_count: given.interval_count }),
      ...(given.meter !== undefined && { meter: given.meter }),
      ...(given.usage_type && { usage_type: given.usage_type }),
    },
  } as Stripe.PriceCreateParams;
}

/** Plans may have identifiers that clients choose. */
function rename(stripe: Backend, price: Stripe.Price, id: string): void {
  const table = priceTable(stripe);
  const hidden = table.hidden(price.id);
  table.remove(price.id);
  table.insert({ ...price, id }, hidden);
}
