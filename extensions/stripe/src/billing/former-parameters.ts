/** What versions before 2020-08-27 gave for subscriptions and invoices. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Params } from '../parameters/validate';
import { blank } from '../spec/shapes';
import { addSource } from '../payments/customer-sources';
import { subscriptionTable } from './subscription-data';

/** A `tax_percent` as a tax rate that applies by default. An empty one takes it out. */
export function withTaxPercent(stripe: Backend, { tax_percent: percent, ...params }: Params): Params {
  if (percent === undefined) return params;
  if (percent === '') return { ...params, default_tax_rates: '' };
  const percentage = Number(percent);
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(textOf(percent)) || percentage > 100) {
    throw invalidRequest(
      'Invalid tax_percent: it must be a number between 0 and 100, with at most four decimal places.',
      {
        param: 'tax_percent',
      },
    );
  }
  return { ...params, default_tax_rates: [rateOf(stripe, percentage).id] };
}

/** A `plan` or a `quantity` by itself, as the item of a subscription that has one. Throws where it has several. */
export function withOnePlan(stripe: Backend, subscription: string, { plan, quantity, ...params }: Params): Params {
  if (plan === undefined && quantity === undefined) return params;
  const [only, ...others] = subscriptionTable(stripe).get(subscription).items.data;
  const param = plan === undefined ? 'quantity' : 'plan';
  if (only === undefined || others.length > 0) {
    throw invalidRequest(`\`${param}\` can only be set for a subscription with a single item; use \`items\`.`, {
      param,
    });
  }
  if (quantity !== undefined && !/^\d{1,9}$/.test(textOf(quantity))) {
    throw invalidRequest('Invalid integer: quantity', { code: 'parameter_invalid_integer', param: 'quantity' });
  }
  const item = {
    id: only.id,
    ...(plan !== undefined && { plan }),
    ...(quantity !== undefined && { quantity: Number(quantity) }),
  };
  return { ...params, items: [item] };
}

/** A `source`, which became what the customer pays with. */
export function withSource(stripe: Backend, { source, ...params }: Params, owner = params['customer']): Params {
  if (source === undefined || typeof owner !== 'string') return params;
  const { id } = addSource(stripe, owner, source as string, { replacesDefault: true });
  stripe.table<Stripe.Customer>('customer').update(owner, { default_source: id }, 'customer.updated');
  return params;
}

/** Whether a subscription is canceled only when its period is over. */
export function isAtPeriodEnd({ at_period_end: given }: Params): boolean {
  return given === true || given === 'true';
}

/** One rate for a percentage serves all that name it so. */
function rateOf(stripe: Backend, percentage: number): Stripe.TaxRate {
  const table = stripe.table<Stripe.TaxRate>('tax_rate');
  const isSame = (rate: Stripe.TaxRate): boolean =>
    rate.percentage === percentage && rate.display_name === 'Tax' && !rate.inclusive && rate.country === null;
  const found = table.first({ where: isSame });
  if (found) return found;
  const rate = {
    ...blank('tax_rate'),
    id: stripe.newId('tax_rate'),
    active: true,
    created: stripe.now(),
    display_name: 'Tax',
    effective_percentage: null,
    inclusive: false,
    percentage,
    rate_type: 'percentage',
  } as unknown as Stripe.TaxRate;
  return table.insert(rate);
}

/** Parameters of former versions come as they were written: as text, or as what no number is. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
