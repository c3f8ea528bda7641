import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { checkLimit } from '../kernel/limits';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { Call, DefineModule } from '../kernel/module';
import { Binary, idOf, type Page } from '../kernel/objects';
import { formatAmount } from '../payments/money';
import { blank } from '../spec/shapes';
import { createDiscount, readDiscounts, type DiscountParams } from './discounts';
import { addInvoiceItem } from './invoice-items';
import { createInvoice } from './invoices';
import { DAY } from './periods';
import { textPdf } from './quote-pdf';
import { priceOf, readQuoteLines, sumsOf, type QuoteLine, type Sums } from './quote-lines';
import { createSchedule } from './schedules';
import { billingModeOf, billingModeParams } from './subscription-fields';
import { createSubscription } from './subscriptions';

type Quote = Stripe.Quote;

/** What the API does not show of a quote. */
interface QuoteHidden {
  readonly lines: readonly QuoteLine[];
  /** How the discounts were asked for: they are redeemed when the quote is accepted. */
  readonly discounts: readonly DiscountParams[];
}

type GivenQuote = Stripe.QuoteCreateParams & Stripe.QuoteUpdateParams;

const EXPIRES_AFTER = 30 * DAY;

function quoteTable(stripe: Backend) {
  return stripe.table<Quote, QuoteHidden>('quote');
}

/** https://docs.stripe.com/api/quotes */
export const quotes: DefineModule = (stripe) => {
  const table = quoteTable(stripe);
  const onClock = (id: string, work: (quote: Quote) => Quote): Quote => {
    const quote = table.get(id);
    const clock = quote.test_clock;
    if (quote.customer === null && clock !== null) return stripe.as({ clock: idOf(clock)! }, () => work(quote));
    return stripe.onClockOf(idOf(quote.customer), () => work(quote));
  };
  return {
    operations: {
      'POST /v1/quotes': ({ params }) => createQuote(stripe, params),
      'GET /v1/quotes': ({ params, url }) => {
        const { customer, status } = params as Stripe.QuoteListParams;
        return table.page(url, params, {
          by: { customer },
          where: (quote) => status === undefined || quote.status === status,
        });
      },
      'GET /v1/quotes/{quote}': ({ path }) => table.get(path['quote']!),
      'POST /v1/quotes/{quote}': ({ path, params }) =>
        onClock(path['quote']!, (quote) => updateQuote(stripe, quote, params)),
      'POST /v1/quotes/{quote}/finalize': ({ path, params }) =>
        onClock(path['quote']!, (quote) =>
          finalize(stripe, quote, (params as Stripe.QuoteFinalizeQuoteParams).expires_at),
        ),
      'POST /v1/quotes/{quote}/accept': ({ path }) => onClock(path['quote']!, (quote) => accept(stripe, quote)),
      'POST /v1/quotes/{quote}/cancel': ({ path }) =>
        onClock(path['quote']!, (quote) => {
          checkStatus(quote, ['draft', 'open'], 'cancel');
          return cancel(stripe, quote.id);
        }),
      'GET /v1/quotes/{quote}/line_items': (call) => itemsPage(stripe, call, () => true),
      'GET /v1/quotes/{quote}/computed_upfront_line_items': (call) =>
        itemsPage(stripe, call, isUpfront(stripe, table.get(call.path['quote']!))),
      'GET /v1/quotes/{quote}/pdf': ({ path }) => {
        const quote = table.get(path['quote']!);
        return new Binary('application/pdf', textPdf(pdfLines(stripe, quote)));
      },
    },
    jobs: {
      'quote.expire': (_stripe, { subject }) => {
        const status = table.find(subject)?.status;
        if (status === 'draft' || status === 'open') cancel(stripe, subject);
      },
    },
    includes: {
      'quote line_items': (quote: Quote) => ({
        object: 'list',
        data: sums(stripe, quote).items,
        has_more: false,
        url: `/v1/quotes/${quote.id}/line_items`,
      }),
    },
  };
};

function createQuote(stripe: Backend, given: GivenQuote): Quote {
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

function updateQuote(stripe: Backend, before: Quote, given: GivenQuote): Quote {
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

function sums(stripe: Backend, quote: Quote, wanted: (line: QuoteLine) => boolean = () => true) {
  const lines = (quoteTable(stripe).hidden(quote.id)?.lines ?? []).filter(wanted);
  return sumsOf(stripe, lines, {
    discounts: quote.discounts.map((each) => idOf(each)!),
    taxRates: (quote.default_tax_rates ?? []).map((each) => idOf(each)!),
    currency: currencyOf(stripe, quote) ?? 'usd',
    customer: idOf(quote.customer),
  });
}

function currencyOf(stripe: Backend, quote: Quote): string | null {
  const [first] = quoteTable(stripe).hidden(quote.id)?.lines ?? [];
  return first ? priceOf(stripe, first).currency : null;
}

/** Which lines are paid at once: in a trial, only those that do not recur. */
function isUpfront(stripe: Backend, { subscription_data: data }: Quote): (line: QuoteLine) => boolean {
  const isTrial = (data.trial_period_days ?? 0) > 0;
  return (line) => !isTrial || priceOf(stripe, line).recurring === null;
}

/** What a quote adds up to: at once, and again and again. */
function amountsOf(stripe: Backend, quote: Quote): Partial<Quote> {
  const isRecurring = (line: QuoteLine): boolean => priceOf(stripe, line).recurring !== null;
  const whole = sums(stripe, quote);
  const upfront = sums(stripe, quote, isUpfront(stripe, quote));
  const recurring = sums(stripe, quote, isRecurring);
  const interval = recurring.items[0]?.price?.recurring;
  return {
    amount_subtotal: whole.amount_subtotal,
    amount_total: whole.amount_total,
    computed: {
      recurring: interval
        ? { ...amounts(recurring), interval: interval.interval, interval_count: interval.interval_count }
        : null,
      upfront: amounts(upfront),
    },
    currency: currencyOf(stripe, quote),
    total_details: whole.total_details,
  };
}

function amounts({ amount_subtotal, amount_total, total_details }: Sums): Omit<Sums, 'items'> {
  return { amount_subtotal, amount_total, total_details };
}

function finalize(stripe: Backend, quote: Quote, expires: number | undefined): Quote {
  checkStatus(quote, ['draft'], 'finalize');
  if (quote.customer === null)
    throw invalidRequest('A quote must have a customer before it is finalized.', { param: 'customer' });
  if ((quoteTable(stripe).hidden(quote.id)?.lines ?? []).length === 0) {
    throw invalidRequest('A quote must have line items before it is finalized.', { param: 'line_items' });
  }
  const expires_at = expires ?? quote.expires_at;
  stripe.jobs.schedule('quote.expire', quote.id, expires_at);
  const open = quoteTable(stripe).update(quote.id, {
    expires_at,
    number: numberOf(stripe, quote),
    status: 'open',
    status_transitions: { ...quote.status_transitions, finalized_at: stripe.now() },
  });
  stripe.emit('quote.finalized', open);
  return open;
}

/** `QT-PREFIX-0001-1`: the last number counts the revisions of the quote that it was made from. */
function numberOf(stripe: Backend, { from_quote: from }: Quote): string {
  const former = from?.is_revision === true ? quoteTable(stripe).find(idOf(from.quote)!)?.number : null;
  const [, stem, revision] = /^(.*)-(\d+)$/.exec(former ?? '') ?? [];
  if (stem === undefined) return `QT-${stripe.secret(8).toUpperCase()}-0001-1`;
  return `${stem}-${Number(revision) + 1}`;
}

/** An accepted quote becomes a subscription, now or later, or a draft of an invoice where nothing recurs. */
function accept(stripe: Backend, quote: Quote): Quote {
  checkStatus(quote, ['open'], 'accept');
  const { lines = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const recurring = lines.filter((line) => priceOf(stripe, line).recurring !== null);
  const made = recurring.length > 0 ? subscribe(stripe, quote, lines, recurring) : invoice(stripe, quote, lines);
  stripe.jobs.cancel(quote.id);
  const accepted = quoteTable(stripe).update(quote.id, {
    ...made,
    status: 'accepted',
    status_transitions: { ...quote.status_transitions, accepted_at: stripe.now() },
  });
  stripe.emit('quote.accepted', accepted);
  return accepted;
}

function subscribe(
  stripe: Backend,
  quote: Quote,
  lines: readonly QuoteLine[],
  recurring: readonly QuoteLine[],
): Partial<Quote> {
  const { discounts = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const { effective_date: effective, trial_period_days: trial, description, metadata } = quote.subscription_data;
  const items = recurring.map((line) => ({
    price: line.price,
    isAgreed: true,
    ...(priceOf(stripe, line).recurring?.usage_type !== 'metered' && { quantity: line.quantity }),
    tax_rates: [...line.taxRates],
    ...(line.discountParams.length > 0 && { discounts: [...line.discountParams] }),
  }));
  const once = lines
    .filter((line) => !recurring.includes(line))
    .map((line) => ({
      price: line.price,
      quantity: line.quantity,
      tax_rates: [...line.taxRates],
      discounts: [...line.discountParams],
    }));
  const common = {
    collection_method: quote.collection_method as 'send_invoice',
    ...(quote.collection_method === 'send_invoice' && { days_until_due: quote.invoice_settings.days_until_due ?? 30 }),
    default_tax_rates: (quote.default_tax_rates ?? []).map((each) => idOf(each)!),
    discounts: [...discounts],
    ...(description !== null && { description }),
    metadata: metadata ?? {},
    ...(once.length > 0 && { add_invoice_items: once }),
  };
  const customer = idOf(quote.customer)!;
  if (typeof effective === 'number' && effective > stripe.now()) {
    const { collection_method, days_until_due, ...phase } = common as typeof common & { days_until_due?: number };
    const schedule = createSchedule(stripe, {
      customer,
      billing_mode: billingModeParams(quote.subscription_data.billing_mode as Stripe.Subscription.BillingMode),
      start_date: effective,
      phases: [
        {
          ...phase,
          items,
          collection_method,
          ...(days_until_due !== undefined && { invoice_settings: { days_until_due } }),
        },
      ],
    });
    return { subscription_schedule: schedule.id };
  }
  const subscription = createSubscription(stripe, {
    customer,
    items,
    ...common,
    payment_behavior: 'allow_incomplete',
    billing_mode: billingModeParams(quote.subscription_data.billing_mode as Stripe.Subscription.BillingMode),
    ...(trial !== null && trial > 0 && { trial_period_days: trial }),
  });
  return { subscription: subscription.id, invoice: idOf(subscription.latest_invoice) ?? null };
}

function invoice(stripe: Backend, quote: Quote, lines: readonly QuoteLine[]): Partial<Quote> {
  const customer = idOf(quote.customer)!;
  const { discounts = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const currency = quote.currency ?? 'usd';
  const draft = createInvoice(
    stripe,
    {
      billing_reason: 'manual',
      collection_method: quote.collection_method,
      currency,
      customer,
      days_until_due:
        quote.collection_method === 'send_invoice' ? (quote.invoice_settings.days_until_due ?? 30) : undefined,
      default_tax_rates: (quote.default_tax_rates ?? []) as Stripe.TaxRate[],
      description: quote.invoice_settings.description,
      discounts: readDiscounts(stripe, discounts, { customer, invoice: '' }, { currency }).map(({ id }) => id),
      footer: quote.invoice_settings.footer,
      parent: { quote_details: { quote: quote.id }, subscription_details: null, type: 'quote_details' },
    },
    [],
  );
  for (const line of lines) {
    addInvoiceItem(stripe, {
      customer,
      invoice: draft.id,
      currency,
      pricing: { price: line.price },
      quantity: line.quantity,
      tax_rates: [...line.taxRates],
      discounts: [...line.discountParams],
    });
  }
  return { invoice: draft.id };
}

function cancel(stripe: Backend, id: string): Quote {
  stripe.jobs.cancel(id);
  const canceled = quoteTable(stripe).update(id, ({ status_transitions }) => ({
    status: 'canceled',
    status_transitions: { ...status_transitions, canceled_at: stripe.now() },
  }));
  stripe.emit('quote.canceled', canceled);
  return canceled;
}

function itemsPage(stripe: Backend, { path, params, url }: Call, wanted: (line: QuoteLine) => boolean): Page {
  const { items } = sums(stripe, quoteTable(stripe).get(path['quote']!), wanted);
  return pageOf(items, url, params);
}

function pdfLines(stripe: Backend, quote: Quote): string[] {
  const { items } = sums(stripe, quote);
  return [
    `Quote ${quote.number ?? '(draft)'}`,
    ...(quote.header === null ? [] : [quote.header]),
    '',
    ...items.map((item) => `${item.quantity} x ${item.description}: ${formatAmount(item.amount_total, item.currency)}`),
    '',
    `Total: ${formatAmount(quote.amount_total, quote.currency ?? 'usd')}`,
    ...(quote.footer === null ? [] : ['', quote.footer]),
  ];
}

function checkStatus({ status }: Quote, allowed: readonly string[], action: string): void {
  if (allowed.includes(status)) return;
  throw invalidRequest(
    `You cannot ${action} a quote that is in the status \`${status}\`; it must be ${allowed.map((each) => `\`${each}\``).join(' or ')}.`,
  );
}
