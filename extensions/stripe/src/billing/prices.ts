import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { blank } from '../spec/shapes';
import type { PriceTier } from './amounts';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { readCurrency } from '../payments/money';
import type { Recurring } from './periods';

/** `price_data` of an item, an invoice item or a line. */
export interface GivenPriceData {
  readonly currency: string;
  readonly product?: string;
  readonly product_data?: {
    readonly name: string;
    readonly description?: string;
    readonly images?: string[];
    readonly metadata?: unknown;
    readonly tax_code?: string;
    readonly unit_label?: string;
  };
  readonly recurring?: { readonly interval: string; readonly interval_count?: number };
  readonly tax_behavior?: string;
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: Stripe.PriceCreateParams['unit_amount_decimal'];
}

/** How a parameter names a price. */
export interface GivenPrice {
  readonly price?: string | undefined;
  readonly plan?: string | undefined;
  readonly price_data?: GivenPriceData | undefined;
  /** It was taken when something was agreed on that happens now: it may have been archived since, or have been described in passing. */
  readonly isAgreed?: boolean | undefined;
}

/** A price with its tiers, which the API shows only when asked. */
export type PricedPrice = Stripe.Price & { readonly tiers?: readonly PriceTier[] };

/**
 * The price that parameters name, made where they describe one. `at` is the parameter around them: `items[0]`.
 * Throws where there is none, it is inactive, or a product does not exist.
 */
export function resolvePrice(stripe: Backend, given: GivenPrice, at: string): PricedPrice | undefined {
  const param = (name: string): string => (at === '' ? name : `${at}[${name}]`);
  if (given.price_data) return makePrice(stripe, given.price_data, param('price_data'));
  const id = given.price ?? given.plan;
  if (id === undefined) return undefined;
  const price = withTiers(stripe, stripe.table<Stripe.Price>('price').get(id, param(given.price ? 'price' : 'plan')));
  if (!price.active && given.isAgreed !== true) {
    throw invalidRequest('The price specified is inactive. This field only accepts active prices.', {
      param: param('price'),
    });
  }
  return price;
}

/** Throws for a price whose product is no longer sold: nobody subscribes to it anew. */
export function checkSold(stripe: Backend, { id, product: of }: Stripe.Price, param: string): void {
  const product = stripe.table<Stripe.Product>('product').find(idOf(of) ?? '');
  if (product?.active !== false) return;
  throw invalidRequest(
    `The product ${product.id} is marked as inactive, and thus no new subscriptions can be create to any plans of this product. You provided the plan ${id}.`,
    { param },
  );
}

/** The price with its tiers. */
export function withTiers(stripe: Backend, price: Stripe.Price): PricedPrice {
  if (price.billing_scheme !== 'tiered' || price.tiers) return price;
  const tiers = stripe.table<Stripe.Price>('price').hidden(price.id)?.['tiers'] as PriceTier[] | undefined;
  return { ...price, ...(tiers && { tiers }) } as PricedPrice;
}

/** A price with its amounts in a currency, which may be one of its `currency_options`; undefined where it has none. */
export function priceIn(stripe: Backend, price: Stripe.Price, currency: string): PricedPrice | undefined {
  if (price.currency === currency) return withTiers(stripe, price);
  const options = stripe.table<Stripe.Price>('price').hidden(price.id)?.['currency_options'] as
    Stripe.Price['currency_options'] | undefined;
  const option = options?.[currency];
  return option && { ...price, ...option, currency };
}

/** As `priceIn`. Throws where the price has no amounts in the currency; `param` is the parameter that names the price. */
export function priceOnlyIn(stripe: Backend, price: Stripe.Price, currency: string, param?: string): PricedPrice {
  const found = priceIn(stripe, price, currency);
  if (found !== undefined) return found;
  throw invalidRequest(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
    param === undefined ? {} : { param },
  );
}

/** The price as other objects show it: without tiers. */
export function shownPrice(price: Stripe.Price): Stripe.Price {
  return 'tiers' in price ? omit(price, 'tiers') : price;
}

/** How often a price recurs. Throws for a price that is paid once. */
export function recurringOf(price: Stripe.Price, param = 'items'): Recurring {
  if (price.recurring) return price.recurring;
  throw invalidRequest(
    `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
    { param },
  );
}

export function isMetered(price: Stripe.Price): boolean {
  return price.recurring?.usage_type === 'metered';
}

/** A price as plans were before there were prices. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  const { recurring } = price;
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring?.interval ?? 'month',
    interval_count: recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: recurring?.meter ?? null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring?.trial_period_days ?? null,
    usage_type: recurring?.usage_type ?? 'licensed',
  } as unknown as Stripe.Plan;
}

/** What an invoice says of a product: its name, and what it calls its units. */
export interface ProductOnLine {
  readonly name: string;
  readonly unit: string | null;
}

/** What an invoice says of the product of a price; its identifier where it has gone. */
export function productOn(stripe: Backend, price: Stripe.Price): ProductOnLine {
  const id = typeof price.product === 'string' ? price.product : price.product.id;
  const product = stripe.table<Stripe.Product>('product').find(id);
  return { name: product?.name ?? id, unit: product?.unit_label ?? null };
}

export function productName(stripe: Backend, price: Stripe.Price): string {
  return productOn(stripe, price).name;
}

/**
 * Makes the price that `price_data` describes, and its product. Neither is active: a price that was described in passing is not for
 * sale again. `at` is the parameter.
 */
export function makePrice(stripe: Backend, data: GivenPriceData, at: string): PricedPrice {
  const { recurring, unit_amount: amount, unit_amount_decimal: decimal } = data;
  if (amount === undefined && decimal === undefined) throw parameterMissing(`${at}[unit_amount]`);
  const product = data.product ?? makeProduct(stripe, data, at);
  const known = stripe.table<Stripe.Product>('product').get(product, `${at}[product]`);
  const decimalText = decimal === undefined ? String(amount) : String(decimal);
  const price = {
    ...blank('price'),
    id: stripe.newId('price'),
    active: false,
    billing_scheme: 'per_unit',
    created: stripe.now(),
    currency: readCurrency(data.currency, `${at}[currency]`),
    product: known.id,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: data.tax_behavior ?? 'unspecified',
    type: recurring ? 'recurring' : 'one_time',
    unit_amount: amount ?? (/^-?\d+$/.test(decimalText) ? Number(decimalText) : null),
    unit_amount_decimal: decimalText,
  } as unknown as Stripe.Price;
  return stripe.table<Stripe.Price>('price').insert(price);
}

function makeProduct(stripe: Backend, data: GivenPriceData, at: string): string {
  if (!data.product_data) throw parameterMissing(`${at}[product]`);
  const now = stripe.now();
  const product = {
    ...blank('product'),
    id: stripe.newId('product'),
    active: false,
    created: now,
    updated: now,
    name: data.product_data.name,
    description: data.product_data.description ?? null,
    images: data.product_data.images ?? [],
    metadata: data.product_data.metadata ?? {},
    tax_code: data.product_data.tax_code ?? null,
    type: 'service',
    unit_label: data.product_data.unit_label ?? null,
  } as unknown as Stripe.Product;
  return stripe.table<Stripe.Product>('product').insert(product).id;
}
