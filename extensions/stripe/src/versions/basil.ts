import { omit } from '../kernel/omit';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf, valueAt, type StripeObject } from '../kernel/objects';
import type { RawHash } from '../parameters/form';
import { aggregateOf } from '../resources/prices';
import type { Change, Fields } from './changes';
import { eachHash, renamed } from './raw-lists';

/** https://docs.stripe.com/changelog/basil#2025-03-31.basil: invoices have parents and several payments, items have periods. */
export const basil: Change = {
  since: '2025-03-31',
  render: (object, stripe, show) => RENDER[String(object['object'])]?.(object, stripe, show) ?? object,
  translate: {
    'POST /v1/prices': withAggregate,
    'POST /v1/subscriptions': withDiscounts,
    'POST /v1/subscriptions/{subscription}': withDiscounts,
    'POST /v1/invoices/create_preview': previewParameters,
    'GET /v1/invoices/upcoming': previewParameters,
    'GET /v1/invoices/upcoming/lines': previewParameters,
    'POST /v1/invoiceitems': withPricing,
    'POST /v1/invoiceitems/{invoiceitem}': withPricing,
    'POST /v1/invoices/{invoice}/add_lines': withPricedLines,
    'POST /v1/invoices/{invoice}/update_lines': withPricedLines,
    'POST /v1/invoices/{invoice}/lines/{line}': withPricing,
    'POST /v1/subscription_schedules': withPhaseDiscounts,
    'POST /v1/subscription_schedules/{subscription_schedule}': withPhaseDiscounts,
    'POST /v1/credit_notes': withRefunds,
    'GET /v1/credit_notes/preview': withRefunds,
    'GET /v1/credit_notes/preview/lines': withRefunds,
  },
  accepts: { 'POST /v1/plans': ['aggregate_usage'], 'POST /v1/prices': ['aggregate_usage'] },
  fields: {
    'invoice discount': 'discount',
    'invoice payment_intent': 'payment_intent',
    'invoice charge': 'charge',
    'invoice subscription': 'subscription',
    'invoice quote': 'quote',
    'payment_intent invoice': 'invoice',
    'charge invoice': 'invoice',
    'credit_note refund': 'refund',
    'line_item price': 'price',
    'line_item plan': 'plan',
    'line_item invoice_item': 'invoiceitem',
    'line_item subscription_item': 'subscription_item',
    'invoiceitem price': 'price',
    'invoiceitem plan': 'plan',
    'invoiceitem subscription': 'subscription',
    'subscription discount': 'discount',
    'invoice total_tax_amounts': '#tax_amount',
    'line_item tax_amounts': '#tax_amount',
    'credit_note tax_amounts': '#tax_amount',
    'credit_note_line_item tax_amounts': '#tax_amount',
    '#tax_amount tax_rate': 'tax_rate',
    'invoice transfer_data': '#transfer_data',
    '#transfer_data destination': 'account',
  },
};

type Show = (object: object) => object;
type Render = (object: Fields, stripe: Backend | undefined, show: Show) => Fields;

const RENDER: Readonly<Record<string, Render>> = {
  price: (object, stripe) => {
    const recurring = object['recurring'] as Fields | null | undefined;
    if (!recurring) return object;
    return { ...object, recurring: { aggregate_usage: aggregateUsage(object, recurring, stripe), ...recurring } };
  },
  // What expired was not told apart from what its merchant gave up.
  'issuing.authorization': (object) => (object['status'] === 'expired' ? { ...object, status: 'reversed' } : object),
  plan: (object, stripe) => ({ ...object, aggregate_usage: aggregateUsage(object, object, stripe) }),
  subscription: (object, stripe, show) => {
    const items = (valueAt(object, 'items.data') ?? []) as Fields[];
    const starts = items.flatMap((item) => numberIn(item, 'current_period_start'));
    const ends = items.flatMap((item) => numberIn(item, 'current_period_end'));
    return {
      ...object,
      current_period_start: starts.length === 0 ? object['start_date'] : Math.max(...starts),
      current_period_end: ends.length === 0 ? object['start_date'] : Math.min(...ends),
      discount: firstDiscount(object['discounts'], stripe, show),
    };
  },
  invoice: (object, stripe, show) => {
    const { parent, total_taxes: taxes } = object;
    const rest = omit(object, 'parent', 'total_taxes', 'confirmation_secret', 'payments');
    const intent = paymentOf(object, stripe);
    const paid = object['status'] === 'paid';
    return {
      ...rest,
      application_fee_amount: intent?.application_fee_amount ?? null,
      charge: idOf(intent?.latest_charge) ?? null,
      discount: firstDiscount(object['discounts'], stripe, show),
      paid,
      paid_out_of_band: paid && Number(object['amount_paid_off_stripe'] ?? 0) > 0,
      payment_intent: intent?.id ?? null,
      quote: valueAt(parent, 'quote_details.quote') ?? null,
      subscription: idOf(valueAt(parent, 'subscription_details.subscription') as string | null) ?? null,
      subscription_details: {
        metadata: valueAt(parent, 'subscription_details.metadata') ?? null,
      },
      ...(valueAt(parent, 'subscription_details.subscription_proration_date') !== undefined && {
        subscription_proration_date: valueAt(parent, 'subscription_details.subscription_proration_date'),
      }),
      tax: sumOf(taxes),
      total_tax_amounts: oldTaxes(taxes),
      transfer_data: stripe?.table('invoice').hidden(String(object['id']))?.['transfer_data'] ?? null,
    };
  },
  line_item: (object, stripe) => {
    const { parent, pricing, taxes, ...rest } = object;
    const details = (valueAt(parent, 'subscription_item_details') ??
      valueAt(parent, 'invoice_item_details') ??
      {}) as Fields;
    const price = priceIn(pricing, stripe);
    return {
      ...rest,
      amount_excluding_tax: excludingTax(object),
      ...(details['invoice_item'] != null && { invoice_item: details['invoice_item'] }),
      plan: planFor(price),
      price,
      proration: details['proration'] ?? false,
      proration_details: details['proration_details'] ?? { credited_items: null },
      subscription: details['subscription'] ?? null,
      ...(details['subscription_item'] !== undefined && { subscription_item: details['subscription_item'] }),
      tax_amounts: oldTaxes(taxes),
      tax_rates: ratesOf(taxes, stripe),
      type: valueAt(parent, 'type') === 'subscription_item_details' ? 'subscription' : 'invoiceitem',
      unit_amount_excluding_tax: valueAt(pricing, 'unit_amount_decimal') ?? null,
    };
  },
  invoiceitem: (object, stripe) => {
    const { parent, pricing, ...rest } = object;
    const price = priceIn(pricing, stripe);
    const decimal = valueAt(pricing, 'unit_amount_decimal') as string | null | undefined;
    return {
      ...rest,
      plan: planFor(price),
      price,
      subscription: valueAt(parent, 'subscription_details.subscription') ?? null,
      ...(valueAt(parent, 'subscription_details.subscription_item') !== undefined && {
        subscription_item: valueAt(parent, 'subscription_details.subscription_item'),
      }),
      unit_amount: decimal === null || decimal === undefined || decimal.includes('.') ? null : Number(decimal),
      unit_amount_decimal: decimal ?? null,
    };
  },
  payment_intent: (object, stripe) => ({ ...object, invoice: invoiceOf(String(object['id']), stripe) }),
  charge: (object, stripe) => ({
    ...object,
    invoice: invoiceOf(idOf(object['payment_intent'] as string | null), stripe),
  }),
  credit_note: (object) => {
    const [first] = (object['refunds'] ?? []) as Fields[];
    return {
      ...object,
      refund: idOf(first?.['refund'] as string | null | undefined) ?? null,
      tax_amounts: oldTaxes(object['total_taxes']),
    };
  },
  credit_note_line_item: ({ taxes, ...rest }, stripe) => ({
    ...rest,
    amount_excluding_tax: excludingTax({ ...rest, taxes }),
    tax_amounts: oldTaxes(taxes),
    tax_rates: rest['tax_rates'] ?? ratesOf(taxes, stripe),
    unit_amount_excluding_tax: rest['unit_amount_decimal'] ?? null,
  }),
  subscription_schedule: (object) => ({
    ...object,
    phases: ((object['phases'] ?? []) as Fields[]).map((phase) => {
      const [discount] = (phase['discounts'] ?? []) as Fields[];
      return { ...phase, coupon: discount?.['coupon'] ?? null };
    }),
  }),
};

/** What records of usage counted for, where there was no meter. */
function aggregateUsage(price: Fields, { usage_type: type, meter }: Fields, stripe: Backend | undefined): unknown {
  if (type !== 'metered' || (meter !== null && meter !== undefined)) return null;
  return stripe ? aggregateOf(stripe, String(price['id'])) : 'sum';
}

/** It stood in `recurring`. */
function withAggregate(given: RawHash): RawHash {
  const { recurring } = given;
  if (typeof recurring !== 'object' || Array.isArray(recurring)) return given;
  const { aggregate_usage: aggregate, ...rest } = recurring;
  return aggregate === undefined ? given : { ...given, recurring: rest, aggregate_usage: aggregate };
}

function firstDiscount(list: unknown, stripe: Backend | undefined, show: Show): unknown {
  const [first = null] = (list ?? []) as (string | Fields | null)[];
  if (typeof first !== 'string') return first;
  const found = stripe?.table('discount').find(first);
  return found === undefined ? null : show(found);
}

function numberIn(object: Fields, name: string): number[] {
  const value = object[name];
  return typeof value === 'number' ? [value] : [];
}

function paymentOf(invoice: Fields, stripe: Backend | undefined): Stripe.PaymentIntent | undefined {
  const payment = stripe
    ?.table<StripeObject & Stripe.InvoicePayment>('invoice_payment')
    .first({ by: { invoice: String(invoice['id']) }, where: ({ is_default: isDefault }) => isDefault });
  const id = idOf(payment?.payment.payment_intent);
  return id === undefined ? undefined : stripe?.table<Stripe.PaymentIntent>('payment_intent').find(id);
}

function invoiceOf(intent: string | undefined, stripe: Backend | undefined): string | null {
  if (intent === undefined) return null;
  const payment = stripe
    ?.table<StripeObject & Stripe.InvoicePayment>('invoice_payment')
    .first({ by: { 'payment.payment_intent': intent } });
  return idOf(payment?.invoice) ?? null;
}

/** Before, the whole price stood in a line. */
function priceIn(pricing: unknown, stripe: Backend | undefined): Fields | null {
  const price = valueAt(pricing, 'price_details.price') as string | Fields | null | undefined;
  if (typeof price !== 'string') return price ?? null;
  const found = stripe?.table('price').find(price) as Fields | undefined;
  return found ? RENDER['price']!(found, stripe, same) : null;
}

const same: Show = (object) => object;

function planFor(price: Fields | null): Fields | null {
  const recurring = price?.['recurring'] as Fields | null | undefined;
  if (price === null || !recurring) return null;
  return {
    id: price['id'],
    object: 'plan',
    active: price['active'],
    aggregate_usage: recurring['aggregate_usage'] ?? null,
    amount: price['unit_amount'],
    amount_decimal: price['unit_amount_decimal'],
    billing_scheme: price['billing_scheme'],
    created: price['created'],
    currency: price['currency'],
    interval: recurring['interval'],
    interval_count: recurring['interval_count'],
    livemode: false,
    metadata: price['metadata'],
    meter: recurring['meter'] ?? null,
    nickname: price['nickname'],
    product: price['product'],
    tiers_mode: price['tiers_mode'],
    transform_usage: price['transform_quantity'],
    trial_period_days: recurring['trial_period_days'] ?? null,
    usage_type: recurring['usage_type'],
  };
}

function sumOf(taxes: unknown): number | null {
  const all = (taxes ?? []) as { amount: number }[];
  return all.length === 0 ? null : all.reduce((sum, { amount }) => sum + amount, 0);
}

/** An amount without the taxes that are in it. */
function excludingTax({ amount, taxes }: Fields): number {
  const included = ((taxes ?? []) as { amount: number; tax_behavior?: string }[])
    .filter(({ tax_behavior: behavior }) => behavior === 'inclusive')
    .reduce((sum, tax) => sum + tax.amount, 0);
  return Number(amount) - included;
}

function oldTaxes(taxes: unknown): Fields[] {
  return ((taxes ?? []) as Fields[]).map((tax) => ({
    amount: tax['amount'],
    inclusive: tax['tax_behavior'] === 'inclusive',
    tax_rate: valueAt(tax, 'tax_rate_details.tax_rate') ?? null,
    taxability_reason: tax['taxability_reason'] === 'not_available' ? null : (tax['taxability_reason'] ?? null),
    taxable_amount: tax['taxable_amount'] ?? null,
  }));
}

function ratesOf(taxes: unknown, stripe: Backend | undefined): unknown[] {
  return ((taxes ?? []) as Fields[]).flatMap((tax) => {
    const id = valueAt(tax, 'tax_rate_details.tax_rate');
    const rate = typeof id === 'string' ? stripe?.table('tax_rate').find(id) : undefined;
    return rate === undefined ? [] : [rate];
  });
}

/** Before, one coupon or promotion code was named by itself. */
function withDiscounts({ coupon, promotion_code: code, ...given }: RawHash): RawHash {
  if (coupon === '' || code === '') return { ...given, discounts: '' };
  if (coupon !== undefined) return { ...given, discounts: [{ coupon }] };
  if (code !== undefined) return { ...given, discounts: [{ promotion_code: code }] };
  return given;
}

/** Before, `subscription_items` and the like stood at the top. */
function previewParameters(given: RawHash): RawHash {
  const kept: RawHash = {};
  const details: RawHash = { ...(given['subscription_details'] as RawHash | undefined) };
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('subscription_') && name !== 'subscription_details') details[name.slice(13)] = value;
    else if (name !== 'subscription_details') kept[name] = value;
  }
  const preview = withDiscounts(kept);
  return Object.keys(details).length > 0 ? { ...preview, subscription_details: details } : preview;
}

function withPricing({ price, ...given }: RawHash): RawHash {
  const priced = renamed(given, 'unit_amount', 'unit_amount_decimal');
  return price === undefined ? priced : { ...priced, pricing: { price } };
}

function withPricedLines(given: RawHash): RawHash {
  const { lines } = given;
  return lines === undefined ? given : { ...given, lines: eachHash(lines, withPricing) };
}

function withPhaseDiscounts(given: RawHash): RawHash {
  const { phases } = given;
  return phases === undefined ? given : { ...given, phases: eachHash(phases, withDiscounts) };
}

/** Before, one refund was named, with all of its amount. */
function withRefunds({ refund, ...given }: RawHash, stripe: Backend): RawHash {
  if (typeof refund !== 'string') return given;
  const { amount } = stripe.table<Stripe.Refund>('refund').get(refund, 'refund');
  return { ...given, refunds: [{ refund, amount_refunded: String(amount) }] };
}
