import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { blank } from '../spec/shapes';

/** `price_data` of a line item. */
export interface PriceData {
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
  readonly unit_amount_decimal?: { toString(): string };
}

/** Makes the price that `price_data` describes, and its product. Neither is active: it is for this one sale. */
export function inlinePrice(stripe: Backend, data: PriceData, param: string): Stripe.Price {
  if (data.product === undefined && data.product_data === undefined) throw parameterMissing(`${param}[product]`);
  if (data.unit_amount === undefined && data.unit_amount_decimal === undefined) {
    throw parameterMissing(`${param}[unit_amount]`);
  }
  if (data.unit_amount !== undefined && data.unit_amount < 0) {
    throw invalidRequest('Invalid non-negative integer', {
      code: 'parameter_invalid_integer',
      param: `${param}[unit_amount]`,
    });
  }
  const decimal = data.unit_amount_decimal === undefined ? undefined : data.unit_amount_decimal.toString();
  const product = data.product === undefined ? inlineProduct(stripe, data.product_data!) : data.product;
  if (data.product !== undefined) stripe.table<Stripe.Product>('product').get(data.product, `${param}[product]`);
  const amount = data.unit_amount ?? (decimal !== undefined && /^\d+$/.test(decimal) ? Number(decimal) : null);
  const { recurring } = data;
  const price = {
    ...blank('price'),
    id: stripe.newId('price'),
    active: false,
    billing_scheme: 'per_unit',
    created: stripe.now(),
    currency: data.currency.toLowerCase(),
    product,
    recurring: recurring
      ? {
          ...blankRecurring(),
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
        }
      : null,
    tax_behavior: data.tax_behavior ?? 'unspecified',
    type: recurring ? 'recurring' : 'one_time',
    unit_amount: amount,
    unit_amount_decimal: decimal ?? String(amount),
  } as unknown as Stripe.Price;
  return stripe.table<Stripe.Price>('price').insert(price);
}

function inlineProduct(stripe: Backend, data: NonNullable<PriceData['product_data']>): string {
  const now = stripe.now();
  const product = {
    ...blank('product'),
    id: stripe.newId('product'),
    active: false,
    created: now,
    updated: now,
    name: data.name,
    description: data.description ?? null,
    images: data.images ?? [],
    metadata: data.metadata ?? {},
    tax_code: data.tax_code ?? null,
    type: 'service',
    unit_label: data.unit_label ?? null,
  } as unknown as Stripe.Product;
  return stripe.table<Stripe.Product>('product').insert(product).id;
}

function blankRecurring(): Record<string, unknown> {
  return { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' };
}
