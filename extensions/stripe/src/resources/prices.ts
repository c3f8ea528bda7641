import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { planOf } from '../billing/prices';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { readCurrency } from '../payments/money';
import { isOlder } from '../versions/versions';
import { createProduct, productTable } from './products';

/** The tiers and the other currencies of a price are shown only on demand, and kept beside it. */
export interface PriceSecret {
  readonly tiers?: readonly Stripe.Price.Tier[];
  readonly currency_options?: Readonly<Record<string, Stripe.Price.CurrencyOptions>>;
  /** What records of usage count for where there is no meter, as prices had it before basil. */
  readonly aggregate_usage?: AggregateUsage;
}

const AGGREGATES = ['sum', 'max', 'last_during_period', 'last_ever'] as const;
export type AggregateUsage = (typeof AGGREGATES)[number];

/** What the records of usage of a price count for. */
export function aggregateOf(stripe: Backend, price: string): AggregateUsage {
  return priceTable(stripe).hidden(price)?.aggregate_usage ?? 'sum';
}

function aggregateFrom({ aggregate_usage: given }: { readonly aggregate_usage?: string }): Partial<PriceSecret> {
  if (given === undefined) return {};
  const named = AGGREGATES.find((each) => each === given);
  if (named === undefined) {
    throw invalidRequest(
      'Invalid recurring[aggregate_usage]: must be one of last_during_period, last_ever, max, or sum',
      {
        param: 'recurring[aggregate_usage]',
      },
    );
  }
  return { aggregate_usage: named };
}

export function priceTable(stripe: Backend): Table<Stripe.Price, PriceSecret> {
  return stripe.table<Stripe.Price, PriceSecret>('price');
}

/** The tiers of a price; none where it has one amount for all quantities. */
export function tiersOf(stripe: Backend, id: string): readonly Stripe.Price.Tier[] {
  return priceTable(stripe).hidden(id)?.tiers ?? [];
}

const LONGEST_INTERVAL: Readonly<Record<string, number>> = { day: 1095, week: 156, month: 36, year: 3 };

interface Amounts {
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: unknown;
}

/** The amount of one, as an integer where it is one, and in decimals. */
function amountsOf({ unit_amount: amount, unit_amount_decimal: given }: Amounts, param: string) {
  if (amount !== undefined && given !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: unit_amount, unit_amount_decimal.', { param });
  }
  if (amount !== undefined) {
    if (amount < 0) {
      throw invalidRequest('This value must be greater than or equal to 0.', {
        code: 'parameter_invalid_integer',
        param: 'unit_amount',
      });
    }
    return { unit_amount: amount, unit_amount_decimal: String(amount) };
  }
  if (given === undefined) return { unit_amount: null, unit_amount_decimal: null };
  const decimal = given as string;
  if (!/^\d+(\.\d{1,12})?$/.test(decimal)) {
    throw invalidRequest(`Invalid decimal: ${decimal}; must contain at maximum twelve decimal places.`, {
      code: 'parameter_invalid_decimal',
      param: 'unit_amount_decimal',
    });
  }
  return { unit_amount: /^\d+(\.0+)?$/.test(decimal) ? Number(decimal) : null, unit_amount_decimal: decimal };
}

interface GivenTier {
  readonly up_to: number | 'inf';
  readonly flat_amount?: number;
  readonly flat_amount_decimal?: unknown;
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: unknown;
}

function tiersFrom(given: readonly GivenTier[]): Stripe.Price.Tier[] {
  if (given.at(-1)?.up_to !== 'inf') {
    throw invalidRequest('The last tier in `tiers` must have `up_to` set to `inf`.', { param: 'tiers' });
  }
  const ends = given.map(({ up_to: end }) => (end === 'inf' ? Infinity : Number(end)));
  if (ends.some((end, index) => end <= (ends[index - 1] ?? 0))) {
    throw invalidRequest('The `up_to` of each tier must be greater than that of the tier before it.', {
      param: 'tiers',
    });
  }
  return given.map((tier) => {
    const flat = amountsOf({ unit_amount: tier.flat_amount!, unit_amount_decimal: tier.flat_amount_decimal }, 'tiers');
    return {
      flat_amount: flat.unit_amount,
      flat_amount_decimal: flat.unit_amount_decimal,
      ...amountsOf(tier, 'tiers'),
      up_to: tier.up_to === 'inf' ? null : Number(tier.up_to),
    } as unknown as Stripe.Price.Tier;
  });
}

/** Since this version usage is what a meter counts. */
const METERS_SINCE = '2025-03-31';

/** The meter of a price for usage. Older clients may have none, and report usage by records. */
function checkMeter(stripe: Backend, { meter, usage_type: type }: Stripe.PriceCreateParams.Recurring): void {
  if (meter !== undefined) {
    const { status } = stripe.table<Stripe.Billing.Meter>('billing.meter').get(meter, 'recurring[meter]');
    if (type !== 'metered') {
      throw invalidRequest('A price has a meter only when `recurring[usage_type]` is `metered`.', {
        param: 'recurring[meter]',
      });
    }
    if (status === 'inactive') {
      throw invalidRequest(`The meter \`${meter}\` is inactive.`, { param: 'recurring[meter]' });
    }
  }
  const { version } = stripe.scope;
  if (type !== 'metered' || meter !== undefined || version === undefined || isOlder(version, METERS_SINCE)) return;
  throw invalidRequest('All metered prices must be backed by a meter. Specify `recurring[meter]`.', {
    code: 'parameter_missing',
    param: 'recurring[meter]',
  });
}

function recurringFrom(given: Stripe.PriceCreateParams.Recurring): Stripe.Price.Recurring {
  const { interval, interval_count: count = 1 } = given;
  if (count > (LONGEST_INTERVAL[interval] ?? 1)) {
    throw invalidRequest('You cannot create a price with an interval of more than three years.', {
      param: 'recurring[interval_count]',
    });
  }
  return {
    interval,
    interval_count: count,
    meter: given.meter ?? null,
    trial_period_days: given.trial_period_days ?? null,
    usage_type: given.usage_type ?? 'licensed',
  };
}

/** Tells of a price, and of the plan that it is as well where it recurs. */
export function announcePrice(stripe: Backend, price: Stripe.Price, what: 'created' | 'deleted'): void {
  if (price.recurring) stripe.emit(`plan.${what}`, planOf(price));
  stripe.emit(`price.${what}`, price);
}

/** Makes a price, with `price.created`, and its product where `product_data` is given. A plan may have an identifier of the client's. */
export function createPrice(
  stripe: Backend,
  given: Stripe.PriceCreateParams,
  id = stripe.newId('price'),
): Stripe.Price {
  const currency = readCurrency(given.currency);
  const isTiered = given.billing_scheme === 'tiered';
  const { custom_unit_amount: custom } = given;
  const hasAmount = given.unit_amount !== undefined || given.unit_amount_decimal !== undefined;
  if (!isTiered && !hasAmount && custom?.enabled !== true) {
    throw invalidRequest('You must specify `unit_amount`, `unit_amount_decimal`, or `custom_unit_amount`.', {
      code: 'parameter_missing',
      param: 'unit_amount',
    });
  }
  if (custom?.enabled === true && given.recurring) {
    throw invalidRequest('`custom_unit_amount` cannot be used with `recurring`.', { param: 'custom_unit_amount' });
  }
  if (isTiered && given.tiers === undefined) throw parameterMissing('tiers');
  if (isTiered && given.tiers_mode === undefined) throw parameterMissing('tiers_mode');
  if (isTiered && given.transform_quantity !== undefined) {
    throw invalidRequest('`transform_quantity` cannot be combined with `tiers`.', { param: 'transform_quantity' });
  }
  if (given.product === undefined && given.product_data === undefined) {
    throw invalidRequest('You must specify either `product` or `product_data` when creating a price.', {
      code: 'parameter_missing',
      param: 'product',
    });
  }
  if (given.product !== undefined) productTable(stripe).get(given.product, 'product');
  const product = given.product ?? createProduct(stripe, given.product_data as { name: string }).id;
  if (given.recurring) checkMeter(stripe, given.recurring);
  const secret = secretOf(given, currency);
  const price = {
    id,
    object: 'price',
    active: given.active ?? true,
    billing_scheme: given.billing_scheme ?? 'per_unit',
    created: stripe.now(),
    currency,
    custom_unit_amount:
      custom?.enabled === true
        ? { maximum: custom.maximum ?? null, minimum: custom.minimum ?? null, preset: custom.preset ?? null }
        : null,
    livemode: false,
    lookup_key: null,
    metadata: mergeMetadata(undefined, given.metadata),
    nickname: given.nickname ?? null,
    product,
    recurring: given.recurring === undefined ? null : recurringFrom(given.recurring),
    tax_behavior: given.tax_behavior ?? 'unspecified',
    tiers_mode: given.tiers_mode ?? null,
    transform_quantity: given.transform_quantity ?? null,
    type: given.recurring === undefined ? 'one_time' : 'recurring',
    ...amountsOf(given, 'unit_amount'),
  } as unknown as Stripe.Price;
  const { lookup_key: key } = given;
  if (key !== undefined) takeLookupKey(stripe, key, given.transfer_lookup_key === true);
  const made = priceTable(stripe).insert({ ...price, lookup_key: key ?? null }, secret);
  announcePrice(stripe, made, 'created');
  return made;
}

type CurrencyOption = NonNullable<Stripe.PriceCreateParams['currency_options']>[string];

function secretOf(given: Stripe.PriceCreateParams, currency: string): PriceSecret {
  const tiers = given.tiers === undefined ? undefined : tiersFrom(given.tiers);
  const own: CurrencyOption = {
    ...(given.unit_amount !== undefined && { unit_amount: given.unit_amount }),
    ...(given.unit_amount_decimal !== undefined && { unit_amount_decimal: given.unit_amount_decimal }),
    ...(given.tax_behavior !== undefined && { tax_behavior: given.tax_behavior }),
  };
  return {
    ...(tiers && { tiers }),
    ...aggregateFrom(given as { aggregate_usage?: string }),
    currency_options: optionsFrom({ [currency]: own, ...given.currency_options }),
  };
}

function optionsFrom(given: Readonly<Record<string, CurrencyOption>>): Record<string, Stripe.Price.CurrencyOptions> {
  return Object.fromEntries(
    Object.entries(given).map(([currency, option]) => [
      readCurrency(currency, 'currency_options'),
      {
        custom_unit_amount: null,
        tax_behavior: option.tax_behavior ?? 'unspecified',
        ...(option.tiers !== undefined && { tiers: tiersFrom(option.tiers as readonly GivenTier[]) }),
        ...amountsOf(option, 'currency_options'),
      } as unknown as Stripe.Price.CurrencyOptions,
    ]),
  );
}

/** A lookup key leads to one price: it is taken from the one that had it, or refused. */
function takeLookupKey(stripe: Backend, key: string, isTransferred: boolean): void {
  const table = priceTable(stripe);
  const holder = table.first({ by: { lookup_key: key } });
  if (holder === undefined) return;
  if (!isTransferred) {
    throw invalidRequest(
      `A price (\`${holder.id}\`) already uses that lookup key. You may transfer the lookup key by setting \`transfer_lookup_key\` to true.`,
      { code: 'resource_already_exists', param: 'lookup_key' },
    );
  }
  table.update(holder.id, { lookup_key: null }, 'price.updated');
}

/** Changes a price, and so the plan that it is as well where it recurs. */
export function changePrice(stripe: Backend, id: string, change: Partial<Stripe.Price>): Stripe.Price {
  const table = priceTable(stripe);
  const before = table.get(id);
  const after = table.update(id, change, 'price.updated');
  if (after.recurring) stripe.emitChange('plan.updated', planOf(before), planOf(after));
  return after;
}

function update(stripe: Backend, id: string, given: Stripe.PriceUpdateParams): Stripe.Price {
  const table = priceTable(stripe);
  const before = table.get(id);
  const { lookup_key: key, tax_behavior: behavior, currency_options: options } = given;
  if (key !== undefined && key !== '' && key !== before.lookup_key) {
    takeLookupKey(stripe, key, given.transfer_lookup_key === true);
  }
  if (behavior !== undefined && before.tax_behavior !== 'unspecified' && behavior !== before.tax_behavior) {
    throw invalidRequest('Once specified as either `inclusive` or `exclusive`, `tax_behavior` cannot be changed.', {
      param: 'tax_behavior',
    });
  }
  const product = productTable(stripe).find(idOf(before.product) ?? '');
  if (given.active === false && idOf(product?.default_price) === id) {
    throw invalidRequest('This price cannot be archived because it is the default price of its product.', {
      param: 'active',
    });
  }
  if (options !== undefined && options !== '') {
    const secret = table.hidden(id) ?? {};
    table.hide(id, {
      ...secret,
      currency_options: {
        ...secret.currency_options,
        ...optionsFrom(options as Readonly<Record<string, CurrencyOption>>),
      },
    });
  }
  return changePrice(stripe, id, {
    ...(given.active !== undefined && { active: given.active }),
    ...(given.nickname !== undefined && { nickname: given.nickname === '' ? null : given.nickname }),
    ...(key !== undefined && { lookup_key: key === '' ? null : key }),
    ...(behavior !== undefined && { tax_behavior: behavior }),
    ...(given.metadata !== undefined && {
      metadata: mergeMetadata(before.metadata, given.metadata),
    }),
  });
}

/** https://docs.stripe.com/api/prices */
export const prices: DefineModule = (stripe) => {
  const table = priceTable(stripe);
  return {
    operations: {
      'POST /v1/prices': ({ params }) => createPrice(stripe, params as unknown as Stripe.PriceCreateParams),
      'GET /v1/prices/{id}': ({ path }) => table.get(path['id']!, 'price'),
      'POST /v1/prices/{id}': ({ path, params }) => update(stripe, path['id']!, params),
      'GET /v1/prices': ({ url, params }) => {
        const given = params as Stripe.PriceListParams;
        const { recurring, lookup_keys: keys } = given;
        return table.page(url, params, {
          by: { product: given.product },
          where: (each) =>
            (given.active === undefined || each.active === given.active) &&
            (given.currency === undefined || each.currency === given.currency) &&
            (given.type === undefined || each.type === given.type) &&
            (keys === undefined || (each.lookup_key !== null && keys.includes(each.lookup_key))) &&
            (recurring?.interval === undefined || each.recurring?.interval === recurring.interval) &&
            (recurring?.usage_type === undefined || each.recurring?.usage_type === recurring.usage_type) &&
            (recurring?.meter === undefined || each.recurring?.meter === recurring.meter),
        });
      },
    },
    includes: {
      'price tiers': (price: Stripe.Price) => tiersOf(stripe, price.id),
      'price currency_options': (price: Stripe.Price) => table.hidden(price.id)?.currency_options ?? {},
    },
  };
};
