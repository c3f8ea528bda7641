import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { checkDescriptors } from '../payments/descriptors';
import { createPrice, priceTable } from './prices';

export function productTable(stripe: Backend): Table<Stripe.Product> {
  return stripe.table<Stripe.Product>('product');
}

/** Parameters of older API versions are let through, too. */
type ProductParams = Partial<Omit<Stripe.ProductCreateParams, 'features'>> & {
  readonly attributes?: readonly string[];
  readonly caption?: string;
};

/** Makes a product, with `product.created`, and its default price where one is given. */
export function createProduct(stripe: Backend, given: ProductParams & { readonly name: string }): Stripe.Product {
  checkDescriptors(given);
  const now = stripe.now();
  const product = {
    id: given.id ?? stripe.newId('product'),
    object: 'product',
    active: true,
    attributes: [],
    created: now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: given.type ?? 'service',
    unit_label: null,
    updated: now,
    url: null,
  } as unknown as Stripe.Product;
  const table = productTable(stripe);
  const made = table.insert({ ...product, ...changes(product, given) });
  stripe.emit('product.created', made);
  const { default_price_data: data } = given;
  if (data === undefined) return made;
  const price = createPrice(stripe, { ...data, product: made.id });
  return table.update(made.id, { default_price: price.id }, 'product.updated');
}

const FIELDS = [
  'active', 'attributes', 'caption', 'deactivate_on', 'description', 'images', 'marketing_features', 'name', 'package_dimensions', 'shippable',
  'statement_descriptor', 'tax_code', 'unit_label', 'url',
] as const; // prettier-ignore

function changes(before: Stripe.Product, given: ProductParams): Partial<Stripe.Product> {
  const change: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined)
      change[name] =
        value === '' ? (Array.isArray((before as unknown as Record<string, unknown>)[name]) ? [] : null) : value;
  }
  if (given.metadata !== undefined) {
    change['metadata'] = mergeMetadata(before.metadata, given.metadata);
  }
  return change;
}

function update(
  stripe: Backend,
  id: string,
  params: ProductParams & { readonly default_price?: string },
): Stripe.Product {
  const table = productTable(stripe);
  const before = table.get(id);
  checkDescriptors(params);
  const { default_price: price } = params;
  if (price !== undefined && price !== '') {
    const { product } = priceTable(stripe).get(price, 'default_price');
    if (product !== id) {
      throw invalidRequest(`The price specified must belong to the product ${id}.`, { param: 'default_price' });
    }
  }
  const change = {
    ...changes(before, params),
    ...(price !== undefined && { default_price: price === '' ? null : price }),
  };
  return Object.keys(change).length === 0
    ? before
    : table.update(id, { ...change, updated: stripe.now() }, 'product.updated');
}

/** https://docs.stripe.com/api/products */
export const products: DefineModule = (stripe) => {
  const table = productTable(stripe);
  return {
    operations: {
      'POST /v1/products': ({ params }) => createProduct(stripe, params as unknown as Stripe.ProductCreateParams),
      'GET /v1/products/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/products/{id}': ({ path, params }) => update(stripe, path['id']!, params),
      'GET /v1/products': ({ url, params }) => {
        const given = params as Stripe.ProductListParams;
        return table.page(url, params, {
          where: (each) =>
            (given.active === undefined || each.active === given.active) &&
            (given.ids === undefined || given.ids.includes(each.id)) &&
            (given.shippable === undefined || each.shippable === given.shippable) &&
            (given.type === undefined || each.type === given.type) &&
            (given.url === undefined || each.url === given.url),
        });
      },
      'DELETE /v1/products/{id}': ({ path }) => {
        const product = table.get(path['id']!);
        if (priceTable(stripe).first({ by: { product: product.id } })) {
          throw invalidRequest('This product cannot be deleted because it has one or more user-created prices.');
        }
        table.remove(product.id);
        stripe.emit('product.deleted', product);
        return { id: product.id, object: 'product', deleted: true };
      },
    },
  };
};
