import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/billing/subscriptions/overview, /trials, /billing-cycle, /prorations, /pause-payment and /cancel */
const DAY = 86_400;
/** 15 January 2025, noon. */
const START = Date.UTC(2025, 0, 15, 12) / 1000;
const utc = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day, 12) / 1000;

let running: RunningStripe;
let stripe: Stripe;
let gold: string;
let silver: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  gold = await priced(3000);
  silver = await priced(1000);
});
afterAll(() => running.close());

const priced = async (unit_amount: number, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> =>
  (
    await stripe.prices.create({
      currency: 'usd',
      unit_amount,
      recurring: { interval: 'month' },
      product_data: { name: 'Gold' },
      ...more,
    })
  ).id;

interface Subscribed {
  readonly subscription: Stripe.Subscription;
  readonly customer: string;
  readonly clock: string;
  readonly item: Stripe.SubscriptionItem;
}

/** A customer with a clock of their own, who subscribes in the middle of January 2025. */
async function subscribe(
  given: Partial<Stripe.SubscriptionCreateParams> = {},
  customerGiven: Stripe.CustomerCreateParams = {},
): Promise<Subscribed> {
  const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = await customerWithCard(stripe, { email: 'jenny@example.com', ...customerGiven, test_clock: clock });
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: gold }], ...given });
  return { subscription, customer, clock, item: subscription.items.data[0]! };
}
const advance = (clock: string, frozen_time: number): Promise<unknown> =>
  stripe.testHelpers.testClocks.advance(clock, { frozen_time });
const invoicesOf = async (subscription: string): Promise<Stripe.Invoice[]> =>
  (await stripe.invoices.list({ subscription })).data;

describe('a trial', () => {
  it('of some days ends that many days later', async () => {
    const { subscription } = await subscribe({ trial_period_days: 30 });
    expect(subscription).toMatchObject({ status: 'trialing', trial_start: START, trial_end: START + 30 * DAY });
  });

  it('ends when it is told to', async () => {
    const { subscription } = await subscribe({ trial_end: START + 5 * DAY });
    expect(subscription).toMatchObject({ status: 'trialing', trial_end: START + 5 * DAY });
  });

  it('is none when it ends now', async () => {
    const { subscription } = await subscribe({ trial_end: 'now' });
    expect(subscription).toMatchObject({ status: 'active', trial_end: null });
  });

  it('ended early is charged at once, from then on', async () => {
    const { subscription } = await subscribe({ trial_period_days: 30 });
    const active = await stripe.subscriptions.update(subscription.id, { trial_end: 'now' });
    expect(active).toMatchObject({ status: 'active', billing_cycle_anchor: START });
    expect((await invoicesOf(subscription.id))[0]).toMatchObject({ total: 3000, status: 'paid' });
  });

  it.each([
    ['cancel', 'canceled'],
    ['pause', 'paused'],
  ] as const)('without a way to pay ends as it is told to: %s', async (missing_payment_method, status) => {
    const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
    const { id: customer } = await stripe.customers.create({ test_clock: clock });
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: gold }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method } },
    });
    await advance(clock, START + 8 * DAY);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
  });

  it('cannot be of days and until a time', async () => {
    expect(await failure(subscribe({ trial_period_days: 5, trial_end: START + DAY }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('cannot last for more than two years', async () => {
    expect(await failure(subscribe({ trial_period_days: 731 }))).toMatchObject({ statusCode: 400 });
  });

  it('collects a way to pay with a setup intent when the subscription waits for it', async () => {
    const { id: customer } = await stripe.customers.create();
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: gold }],
      trial_period_days: 7,
      payment_behavior: 'default_incomplete',
      expand: ['pending_setup_intent'],
    });
    expect(subscription).toMatchObject({
      status: 'trialing',
      pending_setup_intent: { object: 'setup_intent', status: 'requires_payment_method', usage: 'off_session' },
    });
  });
});

describe('the billing cycle', () => {
  it('is anchored where the subscription begins', async () => {
    const { subscription, item } = await subscribe();
    expect(subscription).toMatchObject({ billing_cycle_anchor: START, start_date: START });
    expect(item).toMatchObject({ current_period_start: START, current_period_end: utc(2025, 2, 15) });
  });

  it('is anchored to a day of the month by its configuration', async () => {
    const { item } = await subscribe({
      billing_cycle_anchor_config: { day_of_month: 1, hour: 12, minute: 0, second: 0 },
    });
    expect(item.current_period_end).toBe(utc(2025, 2, 1));
  });

  it('to a later time without prorations is free until then', async () => {
    const { subscription, item } = await subscribe({
      billing_cycle_anchor: utc(2025, 2, 1),
      proration_behavior: 'none',
    });
    expect(item.current_period_end).toBe(utc(2025, 2, 1));
    expect((await invoicesOf(subscription.id)).reduce((sum, { total }) => sum + total, 0)).toBe(0);
  });

  it('is not anchored later than the next natural one', async () => {
    expect(await failure(subscribe({ billing_cycle_anchor: utc(2025, 3, 1) }))).toMatchObject({ statusCode: 400 });
  });

  it('is not anchored in the past', async () => {
    expect(await failure(subscribe({ billing_cycle_anchor: START - DAY }))).toMatchObject({ statusCode: 400 });
  });

  it('begins anew when the anchor is set to now', async () => {
    const { subscription, clock } = await subscribe();
    await advance(clock, utc(2025, 1, 25));
    const changed = await stripe.subscriptions.update(subscription.id, {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
    });
    expect(changed.billing_cycle_anchor).toBe(utc(2025, 1, 25));
    expect(changed.items.data[0]!.current_period_end).toBe(utc(2025, 2, 25));
    expect((await invoicesOf(subscription.id)).map(({ total }) => total)).toEqual([3000, 3000]);
  });

  it.each([
    ['day', 1, utc(2025, 1, 16)],
    ['week', 2, utc(2025, 1, 29)],
    ['month', 3, utc(2025, 4, 15)],
    ['year', 1, utc(2026, 1, 15)],
  ] as const)('of %s × %i ends then', async (interval, interval_count, end) => {
    const price = await priced(500, { recurring: { interval, interval_count } });
    const { item } = await subscribe({ items: [{ price }] });
    expect(item.current_period_end).toBe(end);
  });

  it('renews with an invoice for the next period', async () => {
    const { subscription, clock } = await subscribe();
    await advance(clock, utc(2025, 2, 16));
    const [invoice] = await invoicesOf(subscription.id);
    expect(invoice).toMatchObject({ billing_reason: 'subscription_cycle', status: 'paid', total: 3000 });
    expect(invoice!.lines.data[0]!.period).toEqual({ start: utc(2025, 2, 15), end: utc(2025, 3, 15) });
  });
});

describe('a change', () => {
  it('of the price is prorated on the next invoice unless it says otherwise', async () => {
    const { subscription, item, clock } = await subscribe({ items: [{ price: silver }] });
    await stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, price: gold }] });
    expect(await invoicesOf(subscription.id)).toHaveLength(1);
    await advance(clock, utc(2025, 2, 16));
    const [invoice] = await invoicesOf(subscription.id);
    expect(invoice!.total).toBe(3000 + 3000 - 1000);
    expect(invoice!.lines.data).toHaveLength(3);
  });

  it('of the quantity keeps the period', async () => {
    const { subscription, item } = await subscribe();
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item.id, quantity: 4 }],
      proration_behavior: 'none',
    });
    expect(changed.items.data).toMatchObject([
      { id: item.id, quantity: 4, current_period_start: START, current_period_end: utc(2025, 2, 15) },
    ]);
  });

  it('without an item adds one to those that there are', async () => {
    const { subscription } = await subscribe();
    const changed = await stripe.subscriptions.update(subscription.id, { items: [{ price: silver }] });
    expect(changed.items.data.map(({ price }) => price.id).sort()).toEqual([gold, silver].sort());
  });

  it('cannot add a price that is there already', async () => {
    const { subscription } = await subscribe();
    const refused = stripe.subscriptions.update(subscription.id, { items: [{ price: gold }] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('takes an item out', async () => {
    const { subscription, item } = await subscribe({ items: [{ price: gold }, { price: silver }] });
    const changed = await stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, deleted: true }] });
    expect(changed.items.data.map(({ price }) => price.id)).toEqual([silver]);
  });

  it('cannot take the last item out', async () => {
    const { subscription, item } = await subscribe();
    const refused = stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, deleted: true }] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('to what costs less gives credit on the next invoice', async () => {
    const { subscription, item } = await subscribe();
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: silver }],
      proration_date: START,
    });
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(preview.total).toBe(1000 + 1000 - 3000);
  });

  it('to what costs less, invoiced at once, is credit in the balance of the customer', async () => {
    const { subscription, item, customer } = await subscribe();
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: silver }],
      proration_behavior: 'always_invoice',
    });
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBe(-2000);
  });

  it('from monthly to yearly goes on in the cycle', async () => {
    const yearly = await priced(30_000, { recurring: { interval: 'year' } });
    const { subscription, item, clock } = await subscribe();
    await advance(clock, utc(2025, 1, 20));
    const changed = await stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, price: yearly }] });
    expect(changed.billing_cycle_anchor).toBe(subscription.billing_cycle_anchor);
    expect(changed.items.data[0]!.current_period_end).toBe(utc(2026, 1, 15));
  });

  it('is told with what was there before', async () => {
    const { subscription } = await subscribe();
    await stripe.subscriptions.update(subscription.id, { metadata: { tier: '2' } });
    const { data } = await stripe.events.list({ type: 'customer.subscription.updated', limit: 100 });
    const own = data.find(({ data }) => (data.object as Stripe.Subscription).id === subscription.id);
    expect(own!.data.previous_attributes).toEqual({ metadata: { tier: null } });
  });

  it('cannot be of the currency', async () => {
    const euros = await priced(3000, { currency: 'eur' });
    const { subscription, item } = await subscribe();
    const refused = stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, price: euros }] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });
});

describe('pausing', () => {
  it.each([
    ['void', 'void'],
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
  ] as const)('with %s leaves invoices behind: %s', async (behavior, status) => {
    const { subscription, clock } = await subscribe();
    const paused = await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior } });
    expect(paused).toMatchObject({ status: 'active', pause_collection: { behavior, resumes_at: null } });
    await advance(clock, utc(2025, 2, 16));
    expect((await invoicesOf(subscription.id))[0]!.status).toBe(status);
  });

  it('ends by itself when it is told to', async () => {
    const { subscription, clock } = await subscribe();
    await stripe.subscriptions.update(subscription.id, {
      pause_collection: { behavior: 'void', resumes_at: utc(2025, 2, 20) },
    });
    await advance(clock, utc(2025, 2, 21));
    expect((await stripe.subscriptions.retrieve(subscription.id)).pause_collection).toBeNull();
    await advance(clock, utc(2025, 3, 16));
    expect((await invoicesOf(subscription.id)).map(({ status }) => status)).toEqual(['paid', 'void', 'paid']);
  });

  it('ends when it is unset', async () => {
    const { subscription } = await subscribe();
    await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void' } });
    expect((await stripe.subscriptions.update(subscription.id, { pause_collection: '' })).pause_collection).toBeNull();
  });
});

describe('the end of a subscription', () => {
  it('comes at once, without giving back anything', async () => {
    const { subscription } = await subscribe();
    const ended = await stripe.subscriptions.cancel(subscription.id);
    expect(ended).toMatchObject({
      status: 'canceled',
      canceled_at: START,
      ended_at: START,
      cancellation_details: { reason: 'cancellation_requested' },
    });
    expect(await invoicesOf(subscription.id)).toHaveLength(1);
  });

  it('keeps what the customer said', async () => {
    const { subscription } = await subscribe();
    const ended = await stripe.subscriptions.cancel(subscription.id, {
      cancellation_details: { comment: 'Moved away', feedback: 'unused' },
    });
    expect(ended.cancellation_details).toMatchObject({ comment: 'Moved away', feedback: 'unused' });
  });

  it('with invoice_now and prorate gives back the unused time', async () => {
    const { subscription, customer } = await subscribe();
    await stripe.subscriptions.cancel(subscription.id, { invoice_now: true, prorate: true });
    expect((await invoicesOf(subscription.id))[0]!.total).toBe(-3000);
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBe(-3000);
  });

  it('comes with the period when it is told to', async () => {
    const { subscription, clock } = await subscribe();
    const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ status: 'active', cancel_at: utc(2025, 2, 15), canceled_at: START });
    await advance(clock, utc(2025, 2, 16));
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: utc(2025, 2, 15),
    });
    expect(await invoicesOf(subscription.id)).toHaveLength(1);
  });

  it('is called off before the period ends', async () => {
    const { subscription } = await subscribe();
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false })).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: null,
      canceled_at: null,
    });
  });

  it('comes at the time that it is told', async () => {
    const { subscription, clock } = await subscribe({ cancel_at: utc(2025, 2, 15) });
    expect(subscription.cancel_at).toBe(utc(2025, 2, 15));
    await advance(clock, utc(2025, 2, 17));
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  });

  it('is for good', async () => {
    const { subscription } = await subscribe();
    await stripe.subscriptions.cancel(subscription.id);
    expect(await failure(stripe.subscriptions.cancel(subscription.id))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const refused = stripe.subscriptions.update(subscription.id, { items: [{ price: silver }] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('leaves the subscription out of the list unless it is asked for', async () => {
    const { subscription, customer } = await subscribe();
    await stripe.subscriptions.cancel(subscription.id);
    expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(0);
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
    expect((await stripe.subscriptions.list({ customer, status: 'canceled' })).data).toHaveLength(1);
  });

  it('comes with that of the customer', async () => {
    const { subscription, customer } = await subscribe();
    await stripe.customers.del(customer);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  });
});

describe('what a subscription takes', () => {
  it('is a price that recurs', async () => {
    const once = await stripe.prices.create({ currency: 'usd', unit_amount: 500, product_data: { name: 'Once' } });
    expect(await failure(subscribe({ items: [{ price: once.id }] }))).toMatchObject({ statusCode: 400 });
  });

  it('is a price that is active', async () => {
    const price = await priced(700);
    await stripe.prices.update(price, { active: false });
    expect(await failure(subscribe({ items: [{ price }] }))).toMatchObject({ statusCode: 400 });
  });

  it('is each price only once', async () => {
    expect(await failure(subscribe({ items: [{ price: gold }, { price: gold }] }))).toMatchObject({ statusCode: 400 });
  });

  it('is up to twenty items', async () => {
    const items = [];
    for (let made = 0; made < 21; made++) items.push({ price: await priced(100 + made) });
    expect(await failure(subscribe({ items }))).toMatchObject({ statusCode: 400 });
    const { subscription } = await subscribe({ items: items.slice(1) });
    expect(subscription.items.data.length + Number(subscription.items.has_more)).toBeGreaterThanOrEqual(10);
  });

  it('is extra lines on its first invoice', async () => {
    const once = await stripe.prices.create({ currency: 'usd', unit_amount: 500, product_data: { name: 'Setup' } });
    const { subscription } = await subscribe({ add_invoice_items: [{ price: once.id }] });
    const [first] = await invoicesOf(subscription.id);
    expect(first).toMatchObject({ total: 3500, lines: { total_count: 2 } });
  });

  it('is a price described in place', async () => {
    const product = await stripe.products.create({ name: 'Bronze' });
    const { item } = await subscribe({
      items: [
        {
          price_data: { currency: 'usd', product: product.id, unit_amount: 900, recurring: { interval: 'week' } },
        },
      ],
    });
    expect(item.price).toMatchObject({ unit_amount: 900, product: product.id, recurring: { interval: 'week' } });
  });

  it('is a description and metadata', async () => {
    const { subscription } = await subscribe({ description: 'Club', metadata: { a: '1' } });
    expect(subscription).toMatchObject({ description: 'Club', metadata: { a: '1' } });
    const [invoice] = await invoicesOf(subscription.id);
    expect(invoice!.parent!.subscription_details!.metadata).toEqual({ a: '1' });
  });

  it('is no days until due when it is charged automatically', async () => {
    expect(await failure(subscribe({ days_until_due: 5 }))).toMatchObject({ statusCode: 400 });
  });
});
