import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';

type Feature = Stripe.Entitlements.Feature;
type Active = Stripe.Entitlements.ActiveEntitlement;

/** Which customer an entitlement is of. */
interface ActiveHidden {
  readonly customer: string;
}

interface ProductFeatureHidden {
  readonly product: string;
}

/** Features, which products have them, and which customers may use them: https://docs.stripe.com/billing/entitlements. */
export const entitlements: DefineModule = (stripe) => {
  const features = stripe.table<Feature>('entitlements.feature');
  const links = stripe.table<Stripe.ProductFeature, ProductFeatureHidden>('product_feature');
  const active = stripe.table<Active, ActiveHidden>('entitlements.active_entitlement');
  const linkOf = (product: string, id: string): Stripe.ProductFeature => {
    const link = links.get(id);
    return links.hidden(id)?.product === product ? link : links.get('');
  };
  return {
    operations: {
      'POST /v1/entitlements/features': ({ params }) => {
        const { lookup_key, name, metadata } = params as unknown as Stripe.Entitlements.FeatureCreateParams;
        if (features.first({ where: (feature) => feature.lookup_key === lookup_key })) {
          throw invalidRequest(`A feature with the lookup key \`${lookup_key}\` already exists.`, {
            param: 'lookup_key',
          });
        }
        return features.insert({
          id: stripe.newId('entitlements.feature'),
          object: 'entitlements.feature',
          active: true,
          livemode: false,
          lookup_key,
          metadata: mergeMetadata(undefined, metadata),
          name,
        });
      },
      'GET /v1/entitlements/features': ({ params, url }) => {
        const { archived = false, lookup_key } = params as Stripe.Entitlements.FeatureListParams;
        return features.page(url, params, {
          where: (feature) =>
            feature.active !== archived && (lookup_key === undefined || feature.lookup_key === lookup_key),
        });
      },
      'GET /v1/entitlements/features/{id}': ({ path }) => features.get(path['id']!),
      'POST /v1/entitlements/features/{id}': ({ path, params }) => {
        const { active: isActive, metadata, name } = params as Stripe.Entitlements.FeatureUpdateParams;
        const before = features.get(path['id']!);
        return features.update(before.id, {
          ...(isActive !== undefined && { active: isActive }),
          ...(name !== undefined && { name }),
          metadata: mergeMetadata(before.metadata, metadata),
        });
      },
      'POST /v1/products/{product}/features': ({ path, params }) => {
        const product = stripe.table<Stripe.Product>('product').get(path['product']!);
        const { entitlement_feature: id } = params as unknown as { readonly entitlement_feature: string };
        const entitlement_feature = features.get(id, 'entitlement_feature');
        const link = {
          id: stripe.newId('product_feature'),
          object: 'product_feature',
          entitlement_feature,
          livemode: false,
        };
        links.insert(link as Stripe.ProductFeature, { product: product.id });
        return link;
      },
      'GET /v1/products/{product}/features': ({ path, params, url }) => {
        stripe.table('product').get(path['product']!);
        return links.page(url, params, { where: ({ id }) => links.hidden(id)?.product === path['product'] });
      },
      'GET /v1/products/{product}/features/{id}': ({ path }) => linkOf(path['product']!, path['id']!),
      'DELETE /v1/products/{product}/features/{id}': ({ path }) => {
        const { id } = linkOf(path['product']!, path['id']!);
        links.remove(id);
        return { id, object: 'product_feature', deleted: true };
      },
      'GET /v1/entitlements/active_entitlements': ({ params, url }) => {
        const { customer } = params as unknown as Stripe.Entitlements.ActiveEntitlementListParams;
        stripe.table('customer').get(customer, 'customer');
        return active.page(url, params, { where: ({ id }) => active.hidden(id)?.customer === customer });
      },
      'GET /v1/entitlements/active_entitlements/{id}': ({ path }) => active.get(path['id']!),
    },
    reactions: {
      'customer.subscription.created': (subscription: Stripe.Subscription) => refresh(stripe, subscription),
      'customer.subscription.updated': (subscription: Stripe.Subscription) => refresh(stripe, subscription),
      'customer.subscription.deleted': (subscription: Stripe.Subscription) => refresh(stripe, subscription),
    },
  };
};

/** Gives a customer the features of the products that are subscribed to, and takes away the others. */
function refresh(stripe: Backend, { customer: reference }: Stripe.Subscription): void {
  const links = stripe.table<Stripe.ProductFeature, ProductFeatureHidden>('product_feature');
  const active = stripe.table<Active, ActiveHidden>('entitlements.active_entitlement');
  // Most applications have no features: their subscriptions cost nothing here.
  if (links.first({}) === undefined && active.first({}) === undefined) return;
  const customer = idOf(reference)!;
  const running = [...stripe.table<Stripe.Subscription>('subscription').values({ by: { customer } })].filter(
    ({ status }) => ['active', 'trialing', 'past_due'].includes(status),
  );
  const products = new Set(running.flatMap(({ items }) => items.data.map(({ price }) => idOf(price.product)!)));
  const wanted = new Map<string, Feature>();
  for (const link of links.values({ where: ({ id }) => products.has(links.hidden(id)?.product ?? '') })) {
    wanted.set(link.entitlement_feature.id, link.entitlement_feature);
  }
  const had = [...active.values({ where: ({ id }) => active.hidden(id)?.customer === customer })];
  const gone = had.filter(({ feature }) => !wanted.has(idOf(feature)!));
  for (const { id } of gone) active.remove(id);
  for (const { feature } of had) wanted.delete(idOf(feature)!);
  for (const { id, lookup_key } of wanted.values()) {
    const entitlement = {
      id: stripe.newId('entitlements.active_entitlement'),
      feature: id,
      livemode: false,
      lookup_key,
    };
    active.insert({ object: 'entitlements.active_entitlement', ...entitlement }, { customer });
  }
  if (gone.length === 0 && wanted.size === 0) return;
  const data = [...active.values({ where: ({ id }) => active.hidden(id)?.customer === customer })];
  const listed = (entitlements: readonly Active[]): object => ({
    object: 'list',
    data: entitlements,
    has_more: false,
    url: `/v1/customer/${customer}/entitlements`,
  });
  const summary = {
    object: 'entitlements.active_entitlement_summary',
    customer,
    entitlements: listed(data),
    livemode: false,
  };
  stripe.emit('entitlements.active_entitlement_summary.updated', summary, { entitlements: listed(had) });
}
