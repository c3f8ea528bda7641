import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';
import { DAY, START, invoicesOf, latestInvoice, noonOf, onClock, priced, subscribed, typesAbout } from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/products-prices/pricing-models, /billing/subscriptions/usage-based, /quotes, /api/promotion_codes and /billing/testing/test-clocks */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

let count = 0;
async function meter(formula: 'sum' | 'count' | 'last' = 'sum'): Promise<Stripe.Billing.Meter> {
  return stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: `calls_${count++}`,
    default_aggregation: { formula },
  });
}
const report = (event_name: string, customer: string, value: string, more: object = {}) =>
  stripe.billing.meterEvents.create({ event_name, payload: { stripe_customer_id: customer, value }, ...more });

async function metered(more: Partial<Stripe.PriceCreateParams> = {}, formula: 'sum' | 'count' | 'last' = 'sum') {
  const { id, event_name } = await meter(formula);
  const price = await priced(stripe, {
    unit_amount: 10,
    recurring: { interval: 'month', usage_type: 'metered', meter: id },
    ...more,
  });
  return { meter: id, event: event_name, price, ...(await subscribed(stripe, { items: [{ price }] })) };
}

/** What the invoice of the first month comes to. */
async function charged({ subscription, advance }: Awaited<ReturnType<typeof metered>>): Promise<Stripe.Invoice> {
  await advance(noonOf(2, 1) + 7200);
  return (await invoicesOf(stripe, subscription.id))[0]!;
}

describe('usage', () => {
  it('of nothing at first makes no invoice', async () => {
    const { subscription } = await metered();
    expect(subscription).toMatchObject({ status: 'active', latest_invoice: null });
    expect(subscription.items.data[0]).not.toHaveProperty('quantity');
    expect(await invoicesOf(stripe, subscription.id)).toEqual([]);
  });

  it('in graduated tiers pays each tier, and its flat amounts', async () => {
    const used = await metered({
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 10, unit_amount: 100, flat_amount: 500 },
        { up_to: 'inf', unit_amount: 50, flat_amount: 200 },
      ],
      unit_amount: undefined,
    } as never);
    await report(used.event, used.customer, '14');
    const invoice = await charged(used);
    expect(invoice.total).toBe(10 * 100 + 500 + 4 * 50 + 200);
  });

  it('in tiers by volume pays all of it at the rate of the last', async () => {
    const used = await metered({
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      tiers: [
        { up_to: 10, unit_amount: 100 },
        { up_to: 'inf', unit_amount: 50, flat_amount: 100 },
      ],
      unit_amount: undefined,
    } as never);
    await report(used.event, used.customer, '14');
    expect((await charged(used)).total).toBe(14 * 50 + 100);
  });

  it.each([
    ['up', 3],
    ['down', 2],
  ] as const)('in packages is rounded %s', async (round, packages) => {
    const used = await metered({ unit_amount: 400, transform_quantity: { divide_by: 10, round } });
    await report(used.event, used.customer, '25');
    expect((await charged(used)).total).toBe(packages * 400);
  });

  it('is what was said last, or how often, where the meter says so', async () => {
    const last = await metered({}, 'last');
    await report(last.event, last.customer, '70', { timestamp: START + 60 });
    await report(last.event, last.customer, '40', { timestamp: START + 120 });
    expect((await charged(last)).total).toBe(400);
    const often = await metered({}, 'count');
    await report(often.event, often.customer, '70');
    await report(often.event, often.customer, '40');
    expect((await charged(often)).total).toBe(20);
  });

  it('is summed up for a time, as a whole and by the day', async () => {
    const { id, event_name } = await meter();
    const { customer } = await onClock(stripe);
    const midnight = START - DAY / 2;
    await report(event_name, customer, '3', { timestamp: midnight - DAY + 60 });
    await report(event_name, customer, '4', { timestamp: midnight + 60 });
    await report(event_name, customer, '5', { timestamp: midnight + 3600 });
    const between = { customer, start_time: midnight - DAY, end_time: midnight + DAY };
    const whole = await stripe.billing.meters.listEventSummaries(id, between);
    expect(whole.data).toMatchObject([{ aggregated_value: 12, meter: id, object: 'billing.meter_event_summary' }]);
    const days = await stripe.billing.meters.listEventSummaries(id, { ...between, value_grouping_window: 'day' });
    expect(days.data.map(({ aggregated_value }) => aggregated_value)).toEqual([9, 3]);
    const error = await failure(
      stripe.billing.meters.listEventSummaries(id, {
        ...between,
        start_time: midnight + 7,
        value_grouping_window: 'day',
      }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('that is taken back does not count', async () => {
    const used = await metered();
    await report(used.event, used.customer, '5', { identifier: 'one' });
    await report(used.event, used.customer, '7', { identifier: 'two' });
    const adjusted = await stripe.billing.meterEventAdjustments.create({
      event_name: used.event,
      type: 'cancel',
      cancel: { identifier: 'one' },
    });
    expect(adjusted).toMatchObject({ object: 'billing.meter_event_adjustment', cancel: { identifier: 'one' } });
    expect((await charged(used)).total).toBe(70);
  });

  it('is not taken by a meter that is turned off', async () => {
    const { id, event_name } = await meter();
    const customer = await customerWithCard(stripe);
    const off = await stripe.billing.meters.deactivate(id);
    expect(off).toMatchObject({ status: 'inactive' });
    expect(off.status_transitions.deactivated_at).toEqual(expect.any(Number));
    expect(await failure(report(event_name, customer, '1'))).toMatchObject({ statusCode: 400 });
    expect(await stripe.billing.meters.reactivate(id)).toMatchObject({ status: 'active' });
    expect(await report(event_name, customer, '1')).toMatchObject({ event_name });
    expect(await typesAbout(stripe, id)).toEqual([
      'billing.meter.created',
      'billing.meter.deactivated',
      'billing.meter.reactivated',
    ]);
  });

  it('is on the last invoice of a subscription that ends with its period', async () => {
    const used = await metered();
    await stripe.subscriptions.update(used.subscription.id, { cancel_at_period_end: true });
    await report(used.event, used.customer, '30');
    const invoice = await charged(used);
    expect(invoice).toMatchObject({ total: 300, status: 'paid' });
    expect((await stripe.subscriptions.retrieve(used.subscription.id)).status).toBe('canceled');
  });

  it('is paid by credits first, and by the card for the rest', async () => {
    const used = await metered({ unit_amount: 100 });
    const grant = await stripe.billing.creditGrants.create({
      customer: used.customer,
      category: 'promotional',
      amount: { type: 'monetary', monetary: { currency: 'usd', value: 600 } },
      applicability_config: { scope: { price_type: 'metered' } },
    });
    expect(grant).toMatchObject({ category: 'promotional', voided_at: null, expires_at: null });
    await report(used.event, used.customer, '10');
    const invoice = await charged(used);
    expect(invoice).toMatchObject({ subtotal: 1000, total: 400, amount_paid: 400 });
    expect(invoice.total_pretax_credit_amounts).toMatchObject([{ amount: 600, type: 'credit_balance_transaction' }]);
    const summary = await stripe.billing.creditBalanceSummaries.retrieve({
      customer: used.customer,
      filter: { type: 'credit_grant', credit_grant: grant.id },
    });
    expect(summary.balances.every(({ available_balance }) => available_balance.monetary!.value === 0)).toBe(true);
    const { data } = await stripe.billing.creditBalanceTransactions.list({ customer: used.customer });
    expect(data).toMatchObject([
      { type: 'debit', debit: { type: 'credits_applied', credits_applied: { invoice: invoice.id } } },
      { type: 'credit', credit: { type: 'credits_granted' } },
    ]);
  });

  it('is not paid by credits that were taken back', async () => {
    const { customer } = await onClock(stripe);
    const { id } = await stripe.billing.creditGrants.create({
      customer,
      category: 'paid',
      amount: { type: 'monetary', monetary: { currency: 'usd', value: 600 } },
      applicability_config: { scope: { price_type: 'metered' } },
    });
    expect(await stripe.billing.creditGrants.voidGrant(id)).toMatchObject({ voided_at: START });
    expect(await failure(stripe.billing.creditGrants.expire(id))).toMatchObject({ statusCode: 400 });
  });
});

describe('a quote', () => {
  async function quoted(more: Partial<Stripe.QuoteCreateParams> = {}) {
    const { customer, advance } = await onClock(stripe);
    const price = await priced(stripe);
    const quote = await stripe.quotes.create({ customer, line_items: [{ price, quantity: 2 }], ...more });
    return { quote, customer, advance, price };
  }

  it('goes from a draft to a subscription', async () => {
    const { quote, price } = await quoted({ description: 'Offer', metadata: { deal: '7' } });
    expect(quote).toMatchObject({
      status: 'draft',
      number: null,
      amount_subtotal: 2000,
      amount_total: 2000,
      expires_at: START + 30 * DAY,
      computed: {
        recurring: { amount_total: 2000, interval: 'month', interval_count: 1 },
        upfront: { amount_total: 2000 },
      },
    });
    const open = await stripe.quotes.finalizeQuote(quote.id);
    expect(open).toMatchObject({ status: 'open', status_transitions: { finalized_at: START, accepted_at: null } });
    expect(open.number).toEqual(expect.any(String));
    const accepted = await stripe.quotes.accept(quote.id, { expand: ['subscription'] });
    expect(accepted).toMatchObject({ status: 'accepted', status_transitions: { accepted_at: START } });
    expect((accepted.subscription as Stripe.Subscription).items.data).toMatchObject([
      { price: { id: price }, quantity: 2 },
    ]);
    expect(await typesAbout(stripe, quote.id)).toEqual(['quote.created', 'quote.finalized', 'quote.accepted']);
  });

  it('does only what its state allows', async () => {
    const { quote } = await quoted();
    const refused = { statusCode: 400, type: 'StripeInvalidRequestError' };
    expect(await failure(stripe.quotes.accept(quote.id))).toMatchObject(refused);
    await stripe.quotes.finalizeQuote(quote.id);
    expect(await failure(stripe.quotes.finalizeQuote(quote.id))).toMatchObject(refused);
    expect(await failure(stripe.quotes.update(quote.id, { header: 'Late' }))).toMatchObject(refused);
    expect(await stripe.quotes.cancel(quote.id)).toMatchObject({ status: 'canceled' });
    expect(await failure(stripe.quotes.accept(quote.id))).toMatchObject(refused);
    expect(await failure(stripe.quotes.cancel(quote.id))).toMatchObject(refused);
  });

  it('is over after a time', async () => {
    const { quote, advance } = await quoted({ expires_at: START + DAY });
    await stripe.quotes.finalizeQuote(quote.id);
    await advance(START + 2 * DAY);
    expect(await stripe.quotes.retrieve(quote.id)).toMatchObject({ status: 'canceled' });
    expect(await typesAbout(stripe, quote.id)).toContain('quote.canceled');
  });

  it('is revised, by a quote that says what it comes from', async () => {
    const { quote } = await quoted();
    await stripe.quotes.finalizeQuote(quote.id);
    const revision = await stripe.quotes.create({ from_quote: { quote: quote.id, is_revision: true } });
    expect(revision).toMatchObject({
      status: 'draft',
      amount_total: 2000,
      from_quote: { is_revision: true, quote: quote.id },
    });
  });

  it('has a trial, after which it is paid', async () => {
    const { quote } = await quoted({ subscription_data: { trial_period_days: 10, metadata: { from: 'quote' } } });
    expect(quote.computed).toMatchObject({ upfront: { amount_total: 0 }, recurring: { amount_total: 2000 } });
    await stripe.quotes.finalizeQuote(quote.id);
    const { subscription } = await stripe.quotes.accept(quote.id);
    expect(await stripe.subscriptions.retrieve(subscription as string)).toMatchObject({
      status: 'trialing',
      trial_end: START + 10 * DAY,
      metadata: { from: 'quote' },
    });
  });

  it('shows what is paid once, and what again and again', async () => {
    const { id: product } = await stripe.products.create({ name: 'Setup' });
    const once = await stripe.prices.create({ product, currency: 'usd', unit_amount: 700 });
    const { quote, price } = await quoted();
    const changed = await stripe.quotes.update(quote.id, {
      line_items: [{ price, quantity: 1 }, { price: once.id }],
      discounts: [{ coupon: (await stripe.coupons.create({ percent_off: 10, duration: 'forever' })).id }],
    });
    expect(changed).toMatchObject({
      amount_subtotal: 1700,
      amount_total: 1530,
      total_details: { amount_discount: 170 },
      computed: { recurring: { amount_total: 900 }, upfront: { amount_total: 1530 } },
    });
    expect((await stripe.quotes.listLineItems(quote.id)).data.length).toBe(2);
    expect((await stripe.quotes.listComputedUpfrontLineItems(quote.id)).data.length).toBe(2);
  });
});

describe('a promotion code', () => {
  const codeFor = async (more: object, coupon: Partial<Stripe.CouponCreateParams> = {}) => {
    const made = await stripe.coupons.create({ percent_off: 10, duration: 'forever', ...coupon });
    return stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: made.id }, ...more });
  };
  const use = async (promotion_code: string, customer?: string): Promise<Stripe.Subscription> =>
    stripe.subscriptions.create({
      customer: customer ?? (await customerWithCard(stripe)),
      items: [{ price: await priced(stripe) }],
      discounts: [{ promotion_code }],
    });

  it('is used as often as it says', async () => {
    const { id } = await codeFor({ max_redemptions: 1 });
    await use(id);
    expect(await stripe.promotionCodes.retrieve(id)).toMatchObject({ times_redeemed: 1, active: false });
    expect(await failure(use(id))).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('is over at a time', async () => {
    const { customer, advance } = await onClock(stripe);
    const expires_at = Math.floor(Date.now() / 1000) + DAY;
    const { id } = await codeFor({ expires_at });
    expect((await use(id, customer)).status).toBe('active');
    await advance(START + 30 * DAY);
    expect(await failure(codeFor({ expires_at: 1_000_000 }))).toMatchObject({ statusCode: 400, param: 'expires_at' });
  });

  it('is found by its code, whether in upper or lower case, and not made twice', async () => {
    const { id, promotion } = await codeFor({ code: 'TEATIME' });
    expect((await stripe.promotionCodes.list({ code: 'teatime' })).data.map((each) => each.id)).toEqual([id]);
    const again = stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: promotion.coupon as string },
      code: 'TEATIME',
    });
    expect(await failure(again)).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
    await stripe.promotionCodes.update(id, { active: false });
    expect(await codeFor({ code: 'TEATIME' })).toMatchObject({ code: 'TEATIME', active: true });
  });

  it('ends no later than its coupon, and not more often', async () => {
    const redeem_by = Math.floor(Date.now() / 1000) + DAY;
    expect(await failure(codeFor({ expires_at: redeem_by + DAY }, { redeem_by }))).toMatchObject({ statusCode: 400 });
    expect(await failure(codeFor({ max_redemptions: 5 }, { max_redemptions: 2 }))).toMatchObject({ statusCode: 400 });
  });
});

describe('a coupon', () => {
  it('for some months is taken off the invoices of these', async () => {
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 50,
      duration: 'repeating',
      duration_in_months: 2,
    });
    const { subscription, advance } = await subscribed(stripe, { discounts: [{ coupon }], expand: ['discounts'] });
    expect(subscription.discounts).toMatchObject([{ start: START, end: noonOf(3, 1) }]);
    await advance(noonOf(2, 1) + 7200);
    await advance(noonOf(3, 1) + 7200);
    await advance(noonOf(4, 1) + 7200);
    const totals = (await invoicesOf(stripe, subscription.id)).map(({ total }) => total);
    expect(totals.reverse()).toEqual([500, 500, 1000, 1000]);
  });

  it('has its name and metadata changed, and nothing else', async () => {
    const { id } = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
    expect(await stripe.coupons.update(id, { name: 'Half', metadata: { a: '1' } })).toMatchObject({ name: 'Half' });
    const error = await failure(stripe.coupons.update(id, { percent_off: 20 } as never));
    expect(error).toMatchObject({ statusCode: 400, code: 'parameter_unknown' });
  });
});

describe('a test clock', () => {
  it('says when it is ready', async () => {
    const { clock, advance } = await onClock(stripe);
    await advance(START + DAY);
    expect(await stripe.testHelpers.testClocks.retrieve(clock)).toMatchObject({
      status: 'ready',
      frozen_time: START + DAY,
    });
    await waitFor('the event', async () => (await typesAbout(stripe, clock)).includes('test_helpers.test_clock.ready'));
    expect(await typesAbout(stripe, clock)).toEqual([
      'test_helpers.test_clock.created',
      'test_helpers.test_clock.advancing',
      'test_helpers.test_clock.ready',
    ]);
  });

  it('that is deleted takes its customers and subscriptions with it', async () => {
    const { clock, customer, subscription } = await subscribed(stripe);
    expect(await stripe.testHelpers.testClocks.del(clock)).toMatchObject({ deleted: true });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    const after = await stripe.subscriptions.retrieve(subscription.id).catch((error: Error) => error);
    expect(after instanceof Error || after.status === 'canceled').toBe(true);
  });

  it('makes one invoice for each of the periods that it passes', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      items: [{ price: await priced(stripe, { recurring: { interval: 'week' } }) }],
    });
    await advance(START + 14 * DAY);
    const invoices = await invoicesOf(stripe, subscription.id);
    expect(invoices.map(({ status, created }) => [status, created])).toEqual([
      ['draft', START + 14 * DAY],
      ['paid', START + 7 * DAY],
      ['paid', START],
    ]);
    expect(latestInvoice(await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] })).id).toBe(
      invoices[0]!.id,
    );
  });
});
