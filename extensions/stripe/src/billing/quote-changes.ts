import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { checkLimit } from '../kernel/limits';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { createDiscount } from './discounts';
import { DAY } from './periods';
import { checkStatus, quoteTable } from './quote-data';
import { readQuoteLines } from './quote-lines';
import { amountsOf } from './quote-totals';
import { billingModeOf } from './subscription-fields';
import { blank } from '../spec/shapes';

type Quote = Stripe.Quote;

type GivenQuote = Stripe.QuoteCreateParams & Stripe.QuoteUpdateParams;

const EXPIRES_AFTER = 30 * DAY;

export function createQuote(stripe: Backend, given: GivenQuote): Quote {
  const from = given.from_quote && quoteTable(stripe).get(given.from_quote.quote, 'from_quote[quote]');
  const customerId = given.customer ?? idOf(from?.customer);
  const customer =
    customerId === undefined ? undefined : stripe.table<Stripe.Customer>('customer').get(customerId, 'customer');
  const clock = customer === undefined ? given.test_clock : undefined;
  if (clock !== undefined) {
    stripe.table('test_helpers.test_clock').get(clock, 'test_clock');
    const where = (each: Quote): boolean => each.customer === null && each.test_clock === clock;
    checkLimit(stripe, 'quotes without a customer for this test clock', () => quoteTable(stripe).count({ where }));
  }
  const onClock = <R>(work: () => R): R =>
    clock === undefined ? stripe.onClockOf(customer?.id, work) : stripe.as({ clock }, work);
  return onClock(() => {
    const id = stripe.newId('quote');
    const copied = from ? (quoteTable(stripe).hidden(from.id)?.lines ?? []) : [];
    const lines = given.line_items === undefined ? copied : readQuoteLines(stripe, given.line_items);
    const now = stripe.now();
    const draft = {
      ...blank('quote'),
      application: applicationOf(stripe),
      application_fee_amount: null,
      automatic_tax: { enabled: false, liability: null, provider: null, status: null },
      collection_method: 'charge_automatically',
      created: now,
      customer: customer?.id ?? null,
      default_tax_rates: [],
      discounts: [],
      expires_at: now + EXPIRES_AFTER,
      from_quote: from ? { is_revision: given.from_quote!.is_revision ?? false, quote: from.id } : null,
      id,
      invoice_settings: {
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      metadata: {},
      status: 'draft',
      status_transitions: { accepted_at: null, canceled_at: null, finalized_at: null },
      subscription_data: {
        billing_mode: billingModeOf(given.subscription_data?.billing_mode),
        description: null,
        effective_date: null,
        metadata: {},
        trial_period_days: null,
      },
      test_clock: stripe.clock,
    } as unknown as Quote;
    const changed = { ...draft, ...changeOf(stripe, draft, given) };
    const hidden = { lines, discounts: given.discounts || [] };
    quoteTable(stripe).insert(changed, hidden);
    const quote = quoteTable(stripe).update(id, amountsOf(stripe, changed));
    stripe.jobs.schedule('quote.expire', id, quote.expires_at);
    stripe.emit('quote.created', quote);
    return quote;
  });
}

export function updateQuote(stripe: Backend, before: Quote, given: GivenQuote): Quote {
  checkStatus(before, ['draft'], 'update');
  const table = quoteTable(stripe);
  const { lines = [], discounts = [] } = table.hidden(before.id) ?? {};
  table.hide(before.id, {
    lines: given.line_items === undefined ? lines : readQuoteLines(stripe, given.line_items, lines),
    discounts: given.discounts === undefined ? discounts : given.discounts || [],
  });
  const changed = { ...before, ...changeOf(stripe, before, given) };
  if (changed.expires_at !== before.expires_at) stripe.jobs.schedule('quote.expire', before.id, changed.expires_at);
  return table.update(before.id, { ...changed, ...amountsOf(stripe, changed) });
}

/** The fields of a quote that parameters change. */
function changeOf(stripe: Backend, before: Quote, given: GivenQuote): Partial<Quote> {
  const change: Record<string, unknown> = {};
  for (const name of [
    'collection_method',
    'description',
    'expires_at',
    'footer',
    'header',
    'on_behalf_of',
    'application_fee_percent',
  ] as const) {
    if (given[name] !== undefined) change[name] = given[name] === '' ? null : given[name];
  }
  if (given.customer !== undefined)
    change['customer'] = stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer').id;
  if (given.metadata !== undefined) change['metadata'] = mergeMetadata(before.metadata, given.metadata);
  if (given.default_tax_rates !== undefined) {
    change['default_tax_rates'] = (given.default_tax_rates || []).map(
      (id) => stripe.table<Stripe.TaxRate>('tax_rate').get(id, 'default_tax_rates').id,
    );
  }
  if (given.invoice_settings) change['invoice_settings'] = { ...before.invoice_settings, ...given.invoice_settings };
  if (given.subscription_data) {
    const { metadata, ...data } = given.subscription_data;
    const cleared = Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, value === '' ? null : value]),
    );
    change['subscription_data'] = {
      ...before.subscription_data,
      ...cleared,
      metadata: mergeMetadata(before.subscription_data.metadata, metadata),
    };
  }
  if (given.discounts !== undefined) {
    change['discounts'] = (given.discounts || []).map(
      (each, index) => createDiscount(stripe, each, {}, { param: `discounts[${index}]`, isTentative: true }).id,
    );
  }
  return change;
}
