import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { priced, subscribed } from '../../support/stripe-billing';

/** What Stripe Billing refuses, with the status, code and parameter of https://docs.stripe.com/error-codes. */
let running: RunningStripe;
let stripe: Stripe;
let customer: string;
let price: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  customer = await customerWithCard(stripe);
  price = await priced(stripe);
});
afterAll(() => running.close());

const loose = <T>(given: object): T => given as T;
function subscribe(params: object): Promise<unknown> {
  const { items = [{}], ...given } = params as { readonly items?: readonly object[] };
  const priced = items.map((item) => ({ price, ...item }));
  return stripe.subscriptions.create(loose({ customer, items: priced, ...given }));
}

describe('a subscription is refused', () => {
  const now = Math.floor(Date.now() / 1000);
  it.each([
    ['a customer that there is not', { customer: 'cus_none' }, { code: 'resource_missing', param: 'customer' }],
    [
      'a price that there is not',
      { items: [{ price: 'price_none' }] },
      { code: 'resource_missing', param: 'items[0][price]' },
    ],
    [
      'a card that there is not',
      { default_payment_method: 'pm_none' },
      { code: 'resource_missing', param: 'default_payment_method' },
    ],
    [
      'a coupon that there is not',
      { discounts: [{ coupon: 'none' }] },
      { code: 'resource_missing', param: 'discounts[0][coupon]' },
    ],
    ['a tax rate that there is not', { default_tax_rates: ['txr_none'] }, { code: 'resource_missing' }],
    ['no customer', { customer: undefined }, { code: 'parameter_missing', param: 'customer' }],
    [
      'a quantity below zero',
      { items: [{ quantity: -1 }] },
      { code: 'parameter_invalid_integer', param: 'items[0][quantity]' },
    ],
    ['a quantity that is no number', { items: [{ quantity: 'x' }] }, { code: 'parameter_invalid_integer' }],
    ['a way of collection that there is not', { collection_method: 'cash' }, { param: 'collection_method' }],
    ['a way to prorate that there is not', { proration_behavior: 'maybe' }, { param: 'proration_behavior' }],
    ['a parameter that there is not', { colour: 'gold' }, { code: 'parameter_unknown', param: 'colour' }],
    ['an end in the past', { cancel_at: now - 100 }, { param: 'cancel_at' }],
    ['a trial that is over', { trial_end: now - 100 }, { param: 'trial_end' }],
    ['a beginning in the future', { backdate_start_date: now + 10_000 }, { param: 'backdate_start_date' }],
    ['two anchors', { billing_cycle_anchor: now + 100, billing_cycle_anchor_config: { day_of_month: 1 } }, {}],
    ['an anchor of a day that there is not', { billing_cycle_anchor_config: { day_of_month: 32 } }, {}],
    ['two ways to discount at once', { discounts: [{ coupon: 'a', promotion_code: 'b' }] }, {}],
    ['days until due without being sent', { days_until_due: 5 }, { param: 'days_until_due' }],
    ['being sent without days until due', { collection_method: 'send_invoice' }, { param: 'days_until_due' }],
  ] as const)('for %s', async (_what, given, expected) => {
    const error = await failure(subscribe(given));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', ...expected });
  });
});

describe('a change of a subscription is refused', () => {
  let id: string;
  beforeAll(async () => {
    id = (await subscribed(stripe)).subscription.id;
  });

  it.each([
    [
      'an item that there is not',
      { items: [{ id: 'si_none', quantity: 2 }] },
      { code: 'resource_missing', param: 'items[0][id]' },
    ],
    [
      'a pause of a kind that there is not',
      { pause_collection: { behavior: 'sleep' } },
      { param: 'pause_collection[behavior]' },
    ],
    ['an anchor of its own', { billing_cycle_anchor: 2_000_000_000 }, { param: 'billing_cycle_anchor' }],
    [
      'metadata with too many keys',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, key) => [`k${key}`, 'v'])) },
      {},
    ],
    ['metadata with a key that is too long', { metadata: { ['k'.repeat(41)]: 'v' } }, {}],
    ['a proration at a time that is not in the period', { items: [], proration_date: 1 }, {}],
  ] as const)('for %s', async (_what, given, expected) => {
    const error = await failure(stripe.subscriptions.update(id, loose(given)));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', ...expected });
  });

  it('where there is none', async () => {
    const missing = { statusCode: 404, code: 'resource_missing', message: "No such subscription: 'sub_none'" };
    expect(await failure(stripe.subscriptions.retrieve('sub_none'))).toMatchObject(missing);
    expect(await failure(stripe.subscriptions.update('sub_none', {}))).toMatchObject(missing);
    expect(await failure(stripe.subscriptions.cancel('sub_none'))).toMatchObject(missing);
    expect(await failure(stripe.subscriptions.resume('sub_none'))).toMatchObject(missing);
  });

  it('to go on, where it is not paused', async () => {
    expect(await failure(stripe.subscriptions.resume(id))).toMatchObject({ statusCode: 400 });
  });

  it('to a price in another currency', async () => {
    const euros = await priced(stripe, { currency: 'eur' });
    const error = await failure(stripe.subscriptions.update(id, { items: [{ price: euros }] }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });
});

describe('of an invoice is refused', () => {
  async function invoice(state: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'): Promise<string> {
    const { id } = await stripe.invoices.create({ customer, auto_advance: false });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 1000, currency: 'usd' });
    if (state !== 'draft') await stripe.invoices.finalizeInvoice(id);
    if (state === 'paid') await stripe.invoices.pay(id);
    if (state === 'uncollectible') await stripe.invoices.markUncollectible(id);
    if (state === 'void') await stripe.invoices.voidInvoice(id);
    return id;
  }

  it.each([
    ['pay', 'paid'],
    ['pay', 'void'],
    ['finalizeInvoice', 'open'],
    ['finalizeInvoice', 'paid'],
    ['voidInvoice', 'draft'],
    ['voidInvoice', 'paid'],
    ['voidInvoice', 'void'],
    ['markUncollectible', 'paid'],
    ['markUncollectible', 'void'],
    ['del', 'open'],
    ['del', 'paid'],
    ['del', 'void'],
  ] as const)('%s where it is %s', async (call, state) => {
    const error = await failure(stripe.invoices[call](await invoice(state)));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it.each([['lines', { lines: [{ amount: 1, description: 'More' }] }]] as const)(
    'more %s where it is final',
    async (_what, given) => {
      const error = await failure(stripe.invoices.addLines(await invoice('open'), loose(given)));
      expect(error).toMatchObject({ statusCode: 400, code: 'invoice_not_editable' });
    },
  );

  it('a due date in the past, or with days until due', async () => {
    const past = stripe.invoices.create({ customer, collection_method: 'send_invoice', due_date: 1_000_000 });
    expect(await failure(past)).toMatchObject({ statusCode: 400, param: 'due_date' });
    const due_date = Math.floor(Date.now() / 1000) + 86_400;
    const both = stripe.invoices.create({ customer, collection_method: 'send_invoice', due_date, days_until_due: 5 });
    expect(await failure(both)).toMatchObject({ statusCode: 400 });
  });

  it('to be one of none', async () => {
    const missing = { statusCode: 404, code: 'resource_missing', message: "No such invoice: 'in_none'" };
    expect(await failure(stripe.invoices.retrieve('in_none'))).toMatchObject(missing);
    expect(await failure(stripe.invoices.pay('in_none'))).toMatchObject(missing);
    expect(await failure(stripe.invoices.finalizeInvoice('in_none'))).toMatchObject(missing);
  });

  it('a credit note of too much, of nothing, or for a draft', async () => {
    const id = await invoice('open');
    const refused = { statusCode: 400, type: 'StripeInvalidRequestError' };
    expect(await failure(stripe.creditNotes.create({ invoice: id, amount: 1001 }))).toMatchObject(refused);
    expect(await failure(stripe.creditNotes.create({ invoice: id }))).toMatchObject(refused);
    expect(await failure(stripe.creditNotes.create({ invoice: await invoice('draft'), amount: 1 }))).toMatchObject(
      refused,
    );
    expect(await failure(stripe.creditNotes.create({ invoice: await invoice('void'), amount: 1 }))).toMatchObject(
      refused,
    );
    const refund = stripe.creditNotes.create({ invoice: id, amount: 500, refund_amount: 500 });
    expect(await failure(refund)).toMatchObject(refused);
    const lines = [{ type: 'invoice_line_item' as const, invoice_line_item: 'il_none', quantity: 1 }];
    expect(await failure(stripe.creditNotes.create({ invoice: id, lines }))).toMatchObject(refused);
  });
});

describe('what is for sale is refused', () => {
  const product_data = { name: 'Gold' };
  const recurring = { interval: 'month' as const };
  it.each([
    ['a price without an amount', { currency: 'usd', product_data }, {}],
    ['a price of nobody knows what', { currency: 'usd', unit_amount: 1 }, {}],
    ['a price in no currency', { unit_amount: 1, product_data }, { code: 'parameter_missing', param: 'currency' }],
    [
      'a price in a currency that there is not',
      { currency: 'zzz', unit_amount: 1, product_data },
      { param: 'currency' },
    ],
    ['a price with two amounts', { currency: 'usd', unit_amount: 1, unit_amount_decimal: '1.5', product_data }, {}],
    [
      'tiers without a mode',
      { currency: 'usd', billing_scheme: 'tiered', tiers: [{ up_to: 'inf', unit_amount: 1 }], product_data, recurring },
      {},
    ],
    [
      'tiers that go down',
      {
        currency: 'usd',
        billing_scheme: 'tiered',
        tiers_mode: 'volume',
        tiers: [
          { up_to: 9, unit_amount: 1 },
          { up_to: 5, unit_amount: 1 },
          { up_to: 'inf', unit_amount: 1 },
        ],
        product_data,
        recurring,
      },
      {},
    ],
    [
      'usage without a meter',
      { currency: 'usd', unit_amount: 1, product_data, recurring: { interval: 'month', usage_type: 'metered' } },
      {},
    ],
    [
      'an interval that there is not',
      { currency: 'usd', unit_amount: 1, product_data, recurring: { interval: 'hour' } },
      { param: 'recurring[interval]' },
    ],
    ['a lookup key that is taken', { currency: 'usd', unit_amount: 1, product_data, lookup_key: 'taken' }, {}],
  ] as const)('for %s', async (_what, given, expected) => {
    if ('lookup_key' in given) await priced(stripe, { lookup_key: 'taken' });
    const error = await failure(stripe.prices.create(loose(given)));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', ...expected });
  });

  it.each([
    ['neither a percentage nor an amount', { duration: 'once' }, {}],
    ['both of them', { duration: 'once', percent_off: 5, amount_off: 5, currency: 'usd' }, {}],
    ['an amount in no currency', { duration: 'once', amount_off: 5 }, { param: 'currency' }],
    ['some months, but not how many', { duration: 'repeating', percent_off: 5 }, { param: 'duration_in_months' }],
    ['a day in the past', { percent_off: 5, redeem_by: 1_000_000 }, { param: 'redeem_by' }],
    ['no redemptions', { percent_off: 5, max_redemptions: 0 }, { param: 'max_redemptions' }],
    ['an identifier that is taken', { percent_off: 5, id: 'taken' }, { code: 'resource_already_exists' }],
  ] as const)('as a coupon, for %s', async (_what, given, expected) => {
    if ('id' in given) await stripe.coupons.create({ percent_off: 5, id: 'taken' });
    const error = await failure(stripe.coupons.create(loose(given)));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', ...expected });
  });
});

describe('is refused as well', () => {
  const refused = { statusCode: 400, type: 'StripeInvalidRequestError' };

  it('a schedule without phases, of prices that do not recur, or of a subscription that has one', async () => {
    expect(await failure(stripe.subscriptionSchedules.create({ customer }))).toMatchObject(refused);
    const once = await priced(stripe, loose({ recurring: undefined }));
    const phases = [{ items: [{ price: once }], duration: { interval: 'month' as const } }];
    expect(await failure(stripe.subscriptionSchedules.create({ customer, start_date: 'now', phases }))).toMatchObject(
      refused,
    );
    const { subscription } = await subscribed(stripe);
    await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    expect(await failure(stripe.subscriptionSchedules.create({ from_subscription: subscription.id }))).toMatchObject(
      refused,
    );
  });

  it('to release or cancel a schedule twice', async () => {
    const { subscription } = await subscribed(stripe);
    const { id } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await stripe.subscriptionSchedules.release(id);
    expect(await failure(stripe.subscriptionSchedules.release(id))).toMatchObject(refused);
    expect(await failure(stripe.subscriptionSchedules.cancel(id))).toMatchObject(refused);
  });

  it('a balance in another currency than that of the customer', async () => {
    const owner = await customerWithCard(stripe);
    await stripe.customers.createBalanceTransaction(owner, { amount: -100, currency: 'usd' });
    const other = stripe.customers.createBalanceTransaction(owner, { amount: -100, currency: 'eur' });
    expect(await failure(other)).toMatchObject({ ...refused, param: 'currency' });
  });

  it('a meter of a name that is taken, and usage that is no number, of nobody, or of long ago', async () => {
    const meter = {
      display_name: 'Calls',
      event_name: 'refused_calls',
      default_aggregation: { formula: 'sum' as const },
    };
    await stripe.billing.meters.create(meter);
    expect(await failure(stripe.billing.meters.create(meter))).toMatchObject(refused);
    const report = (payload: Record<string, string>, more: object = {}) =>
      failure(stripe.billing.meterEvents.create({ event_name: 'refused_calls', payload, ...more }));
    expect(await report({ stripe_customer_id: customer, value: 'many' })).toMatchObject(refused);
    expect(await report({ value: '1' })).toMatchObject(refused);
    expect(await report({ stripe_customer_id: customer })).toMatchObject(refused);
    expect(await report({ stripe_customer_id: customer, value: '1' }, { timestamp: 1_000_000 })).toMatchObject(refused);
  });

  it('a quote without a customer, or without lines, to become final', async () => {
    const { id } = await stripe.quotes.create({ line_items: [{ price }] });
    expect(await failure(stripe.quotes.finalizeQuote(id))).toMatchObject(refused);
    const empty = await stripe.quotes.create({ customer });
    expect(await failure(stripe.quotes.finalizeQuote(empty.id))).toMatchObject(refused);
  });

  it('an invoice item of nothing, or of two things', async () => {
    expect(await failure(stripe.invoiceItems.create({ customer }))).toMatchObject(refused);
    const once = await priced(stripe, loose({ recurring: undefined }));
    const both = stripe.invoiceItems.create({ customer, amount: 100, currency: 'usd', pricing: { price: once } });
    expect(await failure(both)).toMatchObject(refused);
    const recurs = stripe.invoiceItems.create({ customer, pricing: { price } });
    expect(await failure(recurs)).toMatchObject(refused);
  });

  it('a preview of nobody', async () => {
    expect(await failure(stripe.invoices.createPreview({}))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoices.createPreview({ customer: await customerWithCard(stripe) }))).toMatchObject({
      statusCode: 404,
      code: 'invoice_upcoming_none',
    });
  });
});
