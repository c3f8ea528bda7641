import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** 31 January 2024, noon. */
const START = Date.UTC(2024, 0, 31, 12) / 1000;
const at = (time: number | null): string => new Date(time! * 1000).toISOString().slice(0, 16);

describe('test clocks', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let clock: Stripe.TestHelpers.TestClock;

  beforeAll(async () => {
    running = await startStripe();
    stripe = running.stripe;
  });
  beforeEach(async () => {
    await running.platform.state.reset();
    clock = await stripe.testHelpers.testClocks.create({ frozen_time: START, name: 'January' });
  });
  afterAll(() => running.close());

  async function subscribed(
    card: string | undefined,
    more: Partial<Stripe.SubscriptionCreateParams> = {},
  ): Promise<Stripe.Subscription> {
    const customer = await stripe.customers.create({ email: 'jenny@example.com', test_clock: clock.id });
    if (card !== undefined) await use(customer.id, card);
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      product_data: { name: 'Gold' },
    });
    return stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...more });
  }

  async function use(customer: string, card: string): Promise<void> {
    const method = await stripe.paymentMethods.attach(card, { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
  }

  async function advance(to: number): Promise<void> {
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
    const now = () => stripe.testHelpers.testClocks.retrieve(clock.id);
    await waitFor('the clock', async () => (await now()).status === 'ready');
    expect(await now()).toMatchObject({ status: 'ready', frozen_time: to });
  }

  async function happened(about: RegExp): Promise<[string, string][]> {
    const { data } = await stripe.events.list({ limit: 100 });
    const events = data.filter(
      ({ type, created }) => about.test(type) && created > START && created < START + 400 * DAY,
    );
    return events.sort((one, other) => one.created - other.created).map(({ type, created }) => [at(created), type]);
  }

  it('renew at the end of each month, and collect an hour later', async () => {
    const { id } = await subscribed('pm_card_visa');
    await advance(Date.UTC(2024, 2, 1) / 1000);
    await advance(Date.UTC(2024, 3, 1) / 1000);
    const invoices = await stripe.invoices.list({ subscription: id });
    expect(
      invoices.data.map(({ created, status, status_transitions }) => [
        at(created),
        status,
        at(status_transitions.paid_at),
      ]),
    ).toEqual([
      ['2024-03-31T12:00', 'paid', '2024-03-31T13:00'],
      ['2024-02-29T12:00', 'paid', '2024-02-29T13:00'],
      ['2024-01-31T12:00', 'paid', '2024-01-31T12:00'],
    ]);
    expect(invoices.data.map(({ number }) => number!.slice(-4))).toEqual(['0003', '0002', '0001']);
    expect((await happened(/^invoice\.(created|upcoming|finalized|paid)$/)).slice(0, 4)).toEqual(
      [
        ['2024-02-22T12:00', 'invoice.upcoming'],
        ['2024-02-29T12:00', 'invoice.created'],
        ['2024-02-29T13:00', 'invoice.paid'],
        ['2024-02-29T13:00', 'invoice.finalized'],
      ].sort((one, other) => one[0]!.localeCompare(other[0]!)),
    );
    const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
    expect([at(item!.current_period_start), at(item!.current_period_end)]).toEqual([
      '2024-03-31T12:00',
      '2024-04-30T12:00',
    ]);
  });

  it('announce the end of a trial, and charge after it', async () => {
    const { id } = await subscribed('pm_card_visa', { trial_period_days: 10 });
    await advance(START + 8 * DAY);
    expect(await happened(/trial_will_end/)).toEqual([[at(START + 7 * DAY), 'customer.subscription.trial_will_end']]);
    await advance(START + 11 * DAY);
    const subscription = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(subscription).toMatchObject({
      status: 'active',
      latest_invoice: { status: 'paid', total: 2000, billing_reason: 'subscription_cycle' },
    });
    const updated = await stripe.events.list({ type: 'customer.subscription.updated' });
    expect(
      updated.data
        .map(({ data }) => data.previous_attributes)
        .some((each) => (each as { status?: string }).status === 'trialing'),
    ).toBe(true);
  });

  it.each([
    ['cancel', 'canceled', 'customer.subscription.deleted'],
    ['pause', 'paused', 'customer.subscription.paused'],
  ] as const)('end a trial without a card as it says: %s', async (missing, status, event) => {
    const { id } = await subscribed(undefined, {
      trial_period_days: 10,
      trial_settings: { end_behavior: { missing_payment_method: missing } },
    });
    await advance(START + 11 * DAY);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
    expect(await happened(/subscription\.(deleted|paused)$/)).toEqual([[at(START + 10 * DAY), event]]);
  });

  it('resume what was paused', async () => {
    const { id, customer } = await subscribed(undefined, {
      trial_period_days: 10,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    await advance(START + 11 * DAY);
    await use(customer as string, 'pm_card_visa');
    const resumed = await stripe.subscriptions.resume(id, { expand: ['latest_invoice'] });
    expect(resumed).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', total: 2000 } });
  });

  it('retry a payment that failed, and cancel in the end', async () => {
    const { id, customer } = await subscribed('pm_card_visa');
    await use(customer as string, 'pm_card_chargeCustomerFail');
    const renewal = Date.UTC(2024, 1, 29, 13) / 1000;
    await advance(renewal + HOUR);
    const late = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(late).toMatchObject({
      status: 'past_due',
      latest_invoice: { status: 'open', attempt_count: 1, next_payment_attempt: renewal + 3 * DAY },
    });
    await advance(renewal + 16 * DAY);
    const ended = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(ended).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
      latest_invoice: { status: 'open', attempt_count: 4, next_payment_attempt: null, auto_advance: false },
    });
    expect(await happened(/^invoice\.payment_failed$/)).toEqual(
      [0, 3, 8, 15].map((days) => [at(renewal + days * DAY), 'invoice.payment_failed']),
    );
  });

  it('recover a late subscription once it is paid', async () => {
    const { id, customer } = await subscribed('pm_card_visa');
    await use(customer as string, 'pm_card_chargeCustomerFail');
    const renewal = Date.UTC(2024, 1, 29, 13) / 1000;
    await advance(renewal + HOUR);
    await use(customer as string, 'pm_card_visa');
    await advance(renewal + 4 * DAY);
    expect(await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).toMatchObject({
      status: 'active',
      latest_invoice: { status: 'paid', attempt_count: 2 },
    });
  });

  it('cancel when the period ends', async () => {
    const { id } = await subscribed('pm_card_visa', { cancel_at_period_end: true });
    await advance(START + 30 * DAY);
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended.status).toBe('canceled');
    expect(at(ended.ended_at)).toBe('2024-02-29T12:00');
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  });

  it('expire a subscription whose first payment never came', async () => {
    const { id } = await subscribed(undefined, { payment_behavior: 'default_incomplete' });
    await advance(START + 22 * HOUR);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('incomplete');
    await advance(START + 24 * HOUR);
    expect(await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).toMatchObject({
      status: 'incomplete_expired',
      latest_invoice: { status: 'void' },
    });
  });

  it('remind of an invoice that was sent, and make it late', async () => {
    const { id } = await subscribed(undefined, { collection_method: 'send_invoice', days_until_due: 10 });
    await advance(START + 2 * HOUR);
    expect(await happened(/^invoice\.(sent|finalized)$/)).toEqual(
      expect.arrayContaining([
        [at(START + HOUR), 'invoice.finalized'],
        [at(START + HOUR), 'invoice.sent'],
      ]),
    );
    await advance(START + 11 * DAY);
    expect(await happened(/^invoice\.(will_be_due|overdue)$/)).toEqual([
      [at(START + 7 * DAY), 'invoice.will_be_due'],
      [at(START + 10 * DAY), 'invoice.overdue'],
    ]);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
  });

  it.each([
    ['void', 'void'],
    ['mark_uncollectible', 'uncollectible'],
    ['keep_as_draft', 'draft'],
  ] as const)('leave collection paused: %s', async (behavior, status) => {
    const { id } = await subscribed('pm_card_visa');
    await stripe.subscriptions.update(id, { pause_collection: { behavior } });
    await advance(START + 31 * DAY);
    expect(await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).toMatchObject({
      status: 'active',
      latest_invoice: { status, billing_reason: 'subscription_cycle' },
    });
  });

  it('go forward only, and not too far', async () => {
    await subscribed('pm_card_visa');
    await expect(advance(START - 1)).rejects.toMatchObject({ param: 'frozen_time', statusCode: 400 });
    await expect(advance(START + 70 * DAY)).rejects.toMatchObject({ param: 'frozen_time', statusCode: 400 });
    await advance(START + 55 * DAY);
  });

  it('take their customers with them', async () => {
    const { id, customer } = await subscribed('pm_card_visa');
    expect((await stripe.testHelpers.testClocks.list()).data).toHaveLength(1);
    await stripe.testHelpers.testClocks.del(clock.id);
    expect(await stripe.customers.retrieve(customer as string)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('canceled');
    await expect(stripe.testHelpers.testClocks.retrieve(clock.id)).rejects.toMatchObject({ statusCode: 404 });
  });
});
