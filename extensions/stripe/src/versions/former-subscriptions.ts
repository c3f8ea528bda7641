import type Stripe from 'stripe';
import { idOf, valueAt } from '../kernel/objects';
import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';
import { renamed } from './raw-lists';

const TAX = ['tax_percent'];

/** https://docs.stripe.com/changelog: subscriptions had a percentage of tax and one plan, and were prorated or not. */
export const taxPercent: Change = {
  since: '2020-08-27',
  render: (object, stripe) => {
    const kind = object['object'];
    return kind === 'subscription' || kind === 'invoice'
      ? { ...object, tax_percent: percentOf(object, stripe) }
      : object;
  },
  accepts: {
    'POST /v1/subscriptions': TAX,
    'POST /v1/subscriptions/{subscription}': TAX,
    'POST /v1/invoices': TAX,
    'POST /v1/invoices/{invoice}': TAX,
  },
  translate: {
    'POST /v1/subscriptions': (given) => withItems(withProrations(given)),
    'POST /v1/subscriptions/{subscription}': (given) => withProrations(given),
    'POST /v1/subscription_items': (given) => withProrations(given),
    'POST /v1/subscription_items/{subscription_item}': (given) => withProrations(given),
    'DELETE /v1/subscription_items/{subscription_item}': (given) => withProrations(given),
    'POST /v1/subscription_schedules/{subscription_schedule}': (given) => withProrations(given),
    'GET /v1/invoices/upcoming': withPreviewProrations,
    'GET /v1/invoices/upcoming/lines': withPreviewProrations,
  },
};

/** How money is collected was called billing. */
export const billing: Change = {
  since: '2019-10-17',
  render: (object) =>
    object['object'] === 'subscription' || object['object'] === 'invoice'
      ? renamed(object, 'collection_method', 'billing')
      : object,
  translate: Object.fromEntries(
    [
      'POST /v1/subscriptions',
      'POST /v1/subscriptions/{subscription}',
      'GET /v1/subscriptions',
      'POST /v1/invoices',
      'POST /v1/invoices/{invoice}',
      'GET /v1/invoices',
    ].map((key) => [key, (given: RawHash) => renamed(given, 'billing', 'collection_method')]),
  ),
};

const AT_PERIOD_END = ['at_period_end'];

/** A subscription was canceled at the end of its period by the operation that cancels it. */
export const cancelAtPeriodEnd: Change = {
  since: '2018-08-23',
  accepts: {
    'DELETE /v1/subscriptions/{subscription}': AT_PERIOD_END,
    'DELETE /v1/customers/{customer}/subscriptions/{subscription}': AT_PERIOD_END,
  },
};

const SOURCE = ['source'];

/** What pays for a subscription was given with it. */
export const subscriptionSource: Change = {
  since: '2018-07-27',
  accepts: {
    'POST /v1/subscriptions': SOURCE,
    'POST /v1/subscriptions/{subscription}': SOURCE,
    'POST /v1/customers/{customer}/subscriptions': SOURCE,
    'POST /v1/customers/{customer}/subscriptions/{subscription}': SOURCE,
  },
};

function withProrations({ prorate, ...given }: RawHash): RawHash {
  return prorate === undefined ? given : { ...given, proration_behavior: behavior(prorate) };
}

function withPreviewProrations({ subscription_prorate: prorate, ...given }: RawHash): RawHash {
  return prorate === undefined ? given : { ...given, subscription_proration_behavior: behavior(prorate) };
}

function behavior(prorate: unknown): string {
  return prorate === 'false' ? 'none' : 'create_prorations';
}

function withItems({ plan, quantity, ...given }: RawHash): RawHash {
  if (plan === undefined) return quantity === undefined ? given : { ...given, quantity };
  return { ...given, items: [{ plan, ...(quantity !== undefined && { quantity }) }] };
}

/** The percentage of the only tax rate that a subscription or an invoice has by default. */
function percentOf(object: Fields, stripe: Backend | undefined): number | null {
  const rates = (valueAt(object, 'default_tax_rates') ?? []) as (string | Stripe.TaxRate)[];
  const [rate] = rates;
  if (rates.length !== 1 || rate === undefined) return null;
  if (typeof rate !== 'string') return rate.percentage;
  return stripe?.table<Stripe.TaxRate>('tax_rate').find(idOf(rate)!)?.percentage ?? null;
}
