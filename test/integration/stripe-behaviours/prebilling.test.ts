import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY,
  invoicesOf,
  latestInvoice,
  noonOf,
  onClock,
  priced,
  START,
  subscribed,
} from '../../support/stripe-billing';

/** https://docs.stripe.com/billing/subscriptions/prebilling */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const months = (interval_count: number): Stripe.SubscriptionCreateParams.BillingSchedule => ({
  bill_until: { type: 'duration', duration: { interval: 'month', interval_count } },
});

describe('a subscription that is billed in advance', () => {
  it('pays several periods at first, and none again while they last', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      billing_schedules: [months(3)],
      expand: ['latest_invoice'],
    });
    expect(subscription.billing_schedules).toMatchObject([
      { bill_until: { computed_timestamp: noonOf(4, 1), type: 'duration', timestamp: null }, applies_to: null },
    ]);
    expect(subscription.items.data[0]).toMatchObject({ billed_until: noonOf(4, 1), current_period_end: noonOf(2, 1) });
    const first = latestInvoice(subscription);
    expect(first).toMatchObject({ total: 3000, status: 'paid' });
    expect(first.lines.data.map(({ period }) => period)).toEqual([
      { start: START, end: noonOf(2, 1) },
      { start: noonOf(2, 1), end: noonOf(3, 1) },
      { start: noonOf(3, 1), end: noonOf(4, 1) },
    ]);
    await advance(noonOf(2, 1) + 7200);
    await advance(noonOf(3, 1) + 7200);
    expect(await invoicesOf(stripe, subscription.id)).toHaveLength(1);
    const { items } = await stripe.subscriptions.retrieve(subscription.id);
    expect(items.data[0]).toMatchObject({ current_period_start: noonOf(3, 1), current_period_end: noonOf(4, 1) });
    await advance(noonOf(4, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000, status: 'paid' });
  });

  it('pays a share of the period that the time ends in, and the rest when that begins', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      items: [{ price: await priced(stripe, { unit_amount: 2800 }) }],
      billing_schedules: [{ bill_until: { type: 'timestamp', timestamp: noonOf(2, 15) } }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ total: 2800 + 1400 });
    await advance(noonOf(2, 1) + 7200);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    expect(invoice!.lines.data).toMatchObject([{ amount: 1400, period: { start: noonOf(2, 15), end: noonOf(3, 1) } }]);
  });

  it('can be told to be later, for some of its items, which is paid at once', async () => {
    const [one, other] = [await priced(stripe), await priced(stripe, { unit_amount: 500 })];
    const { subscription, advance } = await subscribed(stripe, { items: [{ price: one }, { price: other }] });
    await advance(START + 20 * DAY);
    const given = { billing_schedules: [{ ...months(2), applies_to: [{ type: 'price' as const, price: other }] }] };
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: given });
    expect(preview.total).toBe(1000);
    const after = await stripe.subscriptions.update(subscription.id, { ...given, expand: ['latest_invoice'] });
    expect(latestInvoice(after)).toMatchObject({ total: 1000, status: 'paid', billing_reason: 'subscription_update' });
    expect(after.items.data.map(({ billed_until: until }) => until)).toEqual([undefined, noonOf(4, 1)]);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000 });
    expect((await stripe.subscriptions.update(subscription.id, { billing_schedules: '' })).billing_schedules).toEqual(
      [],
    );
  });

  it('that began in the past is charged for that up to now, and for the schedule from now on', async () => {
    const { subscription } = await subscribed(stripe, {
      backdate_start_date: noonOf(12, 1, 2024),
      billing_schedules: [months(2)],
      expand: ['latest_invoice'],
    });
    const { lines, total } = latestInvoice(subscription);
    expect(lines.data.map(({ amount, period }) => [amount, period.start, period.end])).toEqual([
      [1000, noonOf(12, 1, 2024), START],
      [1000, START, noonOf(2, 1)],
      [1000, noonOf(2, 1), noonOf(3, 1)],
    ]);
    expect(total).toBe(3000);
  });

  it('gets back what is left of all of it', async () => {
    const { subscription, item, advance } = await subscribed(stripe, { billing_schedules: [months(2)] });
    await advance(noonOf(2, 1));
    await stripe.subscriptions.update(subscription.id, { items: [{ id: item, quantity: 2 }] });
    const waiting = await stripe.invoiceItems.list({ customer: subscription.customer as string, pending: true });
    expect(waiting.data.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-1000, 2000]);
    const other = await subscribed(stripe, { billing_schedules: [months(3)] });
    const preview = await stripe.invoices.createPreview({
      subscription: other.subscription.id,
      subscription_details: { cancel_now: true },
    });
    expect(preview.total).toBe(-3000);
  });

  it('ends when it is billed until', async () => {
    const { subscription } = await subscribed(stripe, {
      billing_schedules: [months(3)],
      cancel_at: 'max_billed_until',
    });
    expect(subscription.cancel_at).toBe(noonOf(4, 1));
    const plain = await subscribed(stripe, { cancel_at: 'max_billed_until' });
    expect(plain.subscription.cancel_at).toBe(noonOf(2, 1));
  });

  it('is refused where it cannot be', async () => {
    const { customer } = await onClock(stripe);
    const items = [{ price: await priced(stripe) }];
    const refused = (given: Partial<Stripe.SubscriptionCreateParams>): Promise<Stripe.errors.StripeError> =>
      failure(stripe.subscriptions.create({ customer, items, billing_schedules: [months(2)], ...given }));
    expect(await refused({ billing_mode: { type: 'classic' } })).toMatchObject({ param: 'billing_schedules' });
    expect(await refused({ proration_behavior: 'none' })).toMatchObject({ param: 'billing_schedules' });
    const short = { bill_until: { type: 'timestamp' as const, timestamp: START + DAY } };
    expect(await refused({ billing_schedules: [short] })).toMatchObject({
      param: 'billing_schedules[0][bill_until][timestamp]',
    });
  });
});
