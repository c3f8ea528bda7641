import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY,
  invoicesOf,
  noonOf,
  onClock,
  priced,
  START,
  subscribed,
  type Clocked,
} from '../../support/stripe-billing';

/** https://docs.stripe.com/api/subscription_schedules/create: what the phases and the default settings of a schedule say of its subscription */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Given = Partial<Stripe.SubscriptionScheduleCreateParams>;

async function scheduled(given: Given = {}): Promise<Clocked & { readonly schedule: Stripe.SubscriptionSchedule }> {
  const clocked = await onClock(stripe);
  const schedule = await stripe.subscriptionSchedules.create({
    customer: clocked.customer,
    start_date: 'now',
    phases: [{ items: [{ price: await priced(stripe) }], duration: { interval: 'month' } }],
    ...given,
  });
  return { ...clocked, schedule };
}

const subscriptionOf = (schedule: Stripe.SubscriptionSchedule): Promise<Stripe.Subscription> =>
  stripe.subscriptions.retrieve(schedule.subscription as string);

describe('the default settings of a schedule', () => {
  it('are those of its subscription', async () => {
    const { schedule } = await scheduled({
      default_settings: {
        collection_method: 'send_invoice',
        description: 'Yearly deal',
        billing_thresholds: { amount_gte: 5000 },
        invoice_settings: { days_until_due: 7, footer: 'Thanks' },
      },
    });
    expect(await subscriptionOf(schedule)).toMatchObject({
      collection_method: 'send_invoice',
      days_until_due: 7,
      description: 'Yearly deal',
      billing_thresholds: { amount_gte: 5000 },
      invoice_settings: { footer: 'Thanks' },
    });
  });

  it('give way to those of a phase', async () => {
    const { schedule } = await scheduled({
      default_settings: {
        description: 'Default',
        collection_method: 'send_invoice',
        invoice_settings: { days_until_due: 7 },
      },
      phases: [
        {
          items: [{ price: await priced(stripe) }],
          duration: { interval: 'month' },
          description: 'Phase',
          collection_method: 'charge_automatically',
        },
      ],
    });
    expect(await subscriptionOf(schedule)).toMatchObject({
      description: 'Phase',
      collection_method: 'charge_automatically',
      days_until_due: null,
    });
  });

  it('are those that a subscription has already', async () => {
    const { subscription } = await subscribed(stripe, {
      collection_method: 'send_invoice',
      days_until_due: 12,
      description: 'As it was',
    });
    const { default_settings: settings } = await stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
    });
    expect(settings).toMatchObject({
      collection_method: 'send_invoice',
      description: 'As it was',
      invoice_settings: { days_until_due: 12 },
    });
  });
});

describe('a later phase', () => {
  it('begins a new cycle where its anchor is its start', async () => {
    const [first, second] = [await priced(stripe), await priced(stripe, { unit_amount: 3000 })];
    const { schedule, advance } = await scheduled({
      phases: [
        { items: [{ price: first }], end_date: START + 10 * DAY },
        { items: [{ price: second }], billing_cycle_anchor: 'phase_start', duration: { interval: 'month' } },
      ],
    });
    await advance(START + 10 * DAY);
    const subscription = await subscriptionOf(schedule);
    expect(subscription).toMatchObject({ billing_cycle_anchor: START + 10 * DAY });
    expect(subscription.items.data[0]).toMatchObject({ current_period_end: noonOf(2, 11) });
    const [invoice] = await invoicesOf(stripe, subscription.id);
    expect(invoice!.lines.data.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-677, 3000]);
  });

  it('is a trial where it says so', async () => {
    const items = [{ price: await priced(stripe) }];
    const { schedule, advance } = await scheduled({
      phases: [
        { items, duration: { interval: 'month' } },
        { items, duration: { interval: 'week' }, trial: true },
        { items, duration: { interval: 'month' } },
      ],
    });
    await advance(noonOf(2, 1));
    expect(await subscriptionOf(schedule)).toMatchObject({ status: 'trialing', trial_end: noonOf(2, 8) });
    await advance(noonOf(2, 8) + 2 * 3600);
    expect(await subscriptionOf(schedule)).toMatchObject({ status: 'active' });
    expect((await invoicesOf(stripe, schedule.subscription as string))[0]).toMatchObject({ total: 1000 });
  });
});
