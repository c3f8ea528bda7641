import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY,
  invoicesOf,
  noonOf,
  pendingOf,
  priced,
  START,
  subscribed,
  typesAbout,
} from '../../support/stripe-billing';

/** https://docs.stripe.com/billing/subscriptions/pause and /pause/schedules */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** A subscription for $31 in January, ten days of which are over. */
async function tenDaysIn() {
  const clocked = await subscribed(stripe, { items: [{ price: await priced(stripe, { unit_amount: 3100 }) }] });
  await clocked.advance(START + 10 * DAY);
  return clocked;
}

describe('a subscription that is paused', () => {
  it('says why, makes no invoices, and has what is left of its period as credit', async () => {
    const { subscription, customer, advance } = await tenDaysIn();
    const paused = await stripe.subscriptions.pause(subscription.id);
    expect(paused).toMatchObject({
      status: 'paused',
      status_details: {
        paused: { type: 'subscription', subscription: { type: 'pause_requested' }, transitioned_at: START + 10 * DAY },
      },
    });
    expect(await pendingOf(stripe, customer)).toMatchObject([{ amount: -2100, proration: true }]);
    expect(await typesAbout(stripe, subscription.id)).toContain('customer.subscription.paused');
    await advance(noonOf(2, 5));
    expect(await invoicesOf(stripe, subscription.id)).toHaveLength(1);
    const resumed = await stripe.subscriptions.resume(subscription.id);
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: noonOf(2, 5) });
    expect(resumed).not.toHaveProperty('status_details');
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 3100 - 2100, status: 'paid' });
  });

  it('has no credit, or credit for the whole period, where it is told so', async () => {
    const none = await tenDaysIn();
    await stripe.subscriptions.pause(none.subscription.id, { bill_for: { unused_time_from: { type: 'none' } } });
    expect(await pendingOf(stripe, none.customer)).toEqual([]);
    const whole = await tenDaysIn();
    await stripe.subscriptions.pause(whole.subscription.id, {
      bill_for: { unused_time_from: { type: 'item_current_period_start' } },
      invoicing_behavior: 'invoice',
    });
    expect((await invoicesOf(stripe, whole.subscription.id))[0]).toMatchObject({ total: -3100, status: 'paid' });
    expect(await stripe.customers.retrieve(whole.customer)).toMatchObject({ balance: -3100 });
  });

  it('is charged for what was used', async () => {
    const { id, event_name } = await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'paused_calls',
      default_aggregation: { formula: 'sum' },
    });
    const price = await priced(stripe, {
      unit_amount: 10,
      recurring: { interval: 'month', usage_type: 'metered', meter: id },
    });
    const { subscription, customer, advance } = await subscribed(stripe, { items: [{ price }] });
    await advance(START + DAY);
    await stripe.billing.meterEvents.create({ event_name, payload: { stripe_customer_id: customer, value: '7' } });
    await stripe.subscriptions.pause(subscription.id);
    expect(await pendingOf(stripe, customer)).toMatchObject([{ amount: 70, quantity: 7 }]);
  });

  it('is billed flexibly, charged automatically, and has no schedule', async () => {
    const classic = await subscribed(stripe, { billing_mode: { type: 'classic' } });
    const sent = await subscribed(stripe, { collection_method: 'send_invoice', days_until_due: 3 });
    const planned = await subscribed(stripe);
    await stripe.subscriptionSchedules.create({ from_subscription: planned.subscription.id });
    for (const { subscription } of [classic, sent, planned]) {
      expect(await failure(stripe.subscriptions.pause(subscription.id))).toMatchObject({ statusCode: 400 });
    }
  });

  it('at the end of a trial says that nothing could pay', async () => {
    const { subscription, advance } = await subscribed(
      stripe,
      { trial_period_days: 3, trial_settings: { end_behavior: { missing_payment_method: 'pause' } } },
      { hasCard: false },
    );
    await advance(START + 4 * DAY);
    const { status_details: details } = await stripe.subscriptions.retrieve(subscription.id);
    expect(details!.paused.subscription.type).toBe('trial_end_without_payment_method');
  });
});

describe('a pause schedule', () => {
  it('pauses the subscription at its time, and resumes it', async () => {
    const { subscription, advance } = await subscribed(stripe);
    const schedule = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      pause_schedules: [
        {
          key: 'vacation',
          pause: { pause_at: { type: 'timestamp', timestamp: START + 5 * DAY } },
          resume: { resume_at: { type: 'duration', duration: { interval: 'week', interval_count: 2 } } },
        },
      ],
    });
    expect(schedule.pause_schedules).toMatchObject([
      {
        key: 'vacation',
        pause: {
          pause_at: START + 5 * DAY,
          settings: {
            invoicing_behavior: 'pending_invoice_item',
            bill_for: { unused_time_from: { type: 'pause_at' } },
          },
          status: { type: 'scheduled' },
        },
        resume: {
          resume_at: START + 19 * DAY,
          settings: { billing_cycle_anchor: 'resume_at', payment_behavior: 'resume_on_payment_success' },
          status: { type: 'scheduled' },
        },
      },
    ]);
    await advance(START + 6 * DAY);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused');
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).pause_schedules[0]).toMatchObject({
      pause: { status: { type: 'succeeded' } },
      resume: { status: { type: 'scheduled' } },
    });
    await advance(START + 20 * DAY);
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'active',
      billing_cycle_anchor: START + 19 * DAY,
    });
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).pause_schedules[0]!.resume!.status).toEqual({
      type: 'succeeded',
    });
  });

  it('pauses at once, is changed, and taken out', async () => {
    const { subscription, advance } = await subscribed(stripe);
    const { id } = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      pause_schedules: [{ key: 'now', pause: { pause_at: { type: 'now' } } }],
    });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused');
    const resume_at = { type: 'timestamp' as const, timestamp: START + 3 * DAY };
    const changed = await stripe.subscriptionSchedules.update(id, {
      pause_schedules: [{ key: 'now', resume: { resume_at } }],
    });
    expect(changed.pause_schedules).toMatchObject([
      { pause: { status: { type: 'succeeded' } }, resume: { resume_at: START + 3 * DAY } },
    ]);
    expect((await stripe.subscriptionSchedules.update(id, { pause_schedules: '' })).pause_schedules).toEqual([]);
    await advance(START + 4 * DAY);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused');
  });

  it('says what went wrong', async () => {
    const { subscription } = await subscribed(stripe, { collection_method: 'send_invoice', days_until_due: 3 });
    const { pause_schedules: entries } = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      pause_schedules: [{ pause: { pause_at: { type: 'now' } } }],
    });
    expect(entries[0]!.pause.status).toMatchObject({ type: 'error', error: { message: expect.any(String) as string } });
    const pause = { pause_at: { type: 'now' as const } };
    const twice = {
      from_subscription: (await subscribed(stripe)).subscription.id,
      pause_schedules: [{ pause }, { pause }],
    };
    expect(await failure(stripe.subscriptionSchedules.create(twice))).toMatchObject({ param: 'pause_schedules' });
  });
});
