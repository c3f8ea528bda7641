import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY, START, invoicesOf, latestInvoice, noonOf, onClock, pendingOf, priced, subscribed,
} from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/billing/subscriptions/backdating */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const linesOf = ({ lines }: Stripe.Invoice): number[][] =>
  lines.data.map(({ amount, period }) => [amount, period.start, period.end]);

describe('a subscription that began in the past', () => {
  it('goes on in the cycle that it began, and is billed for each of its periods', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      backdate_start_date: noonOf(11, 17, 2024),
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      created: START,
      start_date: noonOf(11, 17, 2024),
      billing_cycle_anchor: noonOf(11, 17, 2024),
      items: { data: [{ current_period_start: noonOf(12, 17, 2024), current_period_end: noonOf(1, 17) }] },
    });
    expect(linesOf(latestInvoice(subscription))).toEqual([
      [1000, noonOf(11, 17, 2024), noonOf(12, 17, 2024)],
      [1000, noonOf(12, 17, 2024), noonOf(1, 17)],
    ]);
    await advance(noonOf(1, 17) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000 });
  });

  it('is billed in one line in the classic mode, and begins its cycle now', async () => {
    const { subscription } = await subscribed(stripe, {
      billing_mode: { type: 'classic' },
      backdate_start_date: noonOf(11, 1, 2024),
      expand: ['latest_invoice'],
    });
    expect(subscription.billing_cycle_anchor).toBe(START);
    expect(linesOf(latestInvoice(subscription))).toEqual([
      [2000, noonOf(11, 1, 2024), START],
      [1000, START, noonOf(2, 1)],
    ]);
  });

  it('is billed up to an anchor that is ahead', async () => {
    const { subscription } = await subscribed(stripe, {
      backdate_start_date: noonOf(12, 1, 2024),
      billing_cycle_anchor: noonOf(1, 15),
      expand: ['latest_invoice'],
    });
    expect(linesOf(latestInvoice(subscription))).toEqual([
      [467, noonOf(12, 1, 2024), noonOf(12, 15, 2024)],
      [1000, noonOf(12, 15, 2024), noonOf(1, 15)],
    ]);
  });

  it('costs nothing for that without prorations', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      backdate_start_date: noonOf(12, 17, 2024),
      proration_behavior: 'none',
    });
    expect(subscription).toMatchObject({ start_date: noonOf(12, 17, 2024), status: 'active', latest_invoice: null });
    await advance(noonOf(1, 17) + 7200);
    expect(await invoicesOf(stripe, subscription.id)).toMatchObject([{ total: 1000 }]);
  });

  it('has coupons that count from then on', async () => {
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 50,
      duration: 'repeating',
      duration_in_months: 2,
    });
    const { subscription, advance } = await subscribed(stripe, {
      backdate_start_date: noonOf(11, 1, 2024),
      discounts: [{ coupon }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ subtotal: 3000, total: 500 + 500 + 1000 });
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000 });
  });

  it('can be changed from a time on that was before its present period, in its first one', async () => {
    const { item, customer } = await subscribed(stripe, { backdate_start_date: noonOf(11, 17, 2024) });
    await stripe.subscriptionItems.update(item, { quantity: 2, proration_date: noonOf(12, 2, 2024) });
    const amounts = (await pendingOf(stripe, customer)).map(({ amount }) => amount).sort((a, b) => a - b);
    expect(amounts).toEqual([-1000, -500, 3000]);
    const plain = await subscribed(stripe);
    const refused = stripe.subscriptionItems.update(plain.item, { quantity: 2, proration_date: START - DAY });
    expect(await failure(refused)).toMatchObject({ param: 'proration_date' });
  });

  it('is one of a schedule that began in the past', async () => {
    const { customer } = await onClock(stripe);
    const { subscription } = await stripe.subscriptionSchedules.create({
      customer,
      start_date: noonOf(12, 17, 2024),
      phases: [{ items: [{ price: await priced(stripe) }], duration: { interval: 'year' } }],
    });
    expect(await stripe.subscriptions.retrieve(subscription as string)).toMatchObject({
      start_date: noonOf(12, 17, 2024),
      items: { data: [{ current_period_end: noonOf(1, 17) }] },
    });
  });

  it('is refused with an anchor by configuration, and where it would be more than 250 lines', async () => {
    const { customer } = await onClock(stripe);
    const refused = async (given: Partial<Stripe.SubscriptionCreateParams>): Promise<Stripe.errors.StripeError> => {
      const items = [{ price: await priced(stripe, { recurring: { interval: 'day' } }) }];
      return failure(
        stripe.subscriptions.create({ customer, items, backdate_start_date: START - 300 * DAY, ...given }),
      );
    };
    expect(await refused({ billing_cycle_anchor_config: { day_of_month: 15 } })).toMatchObject({
      param: 'billing_cycle_anchor_config',
    });
    expect(await refused({})).toMatchObject({ param: 'backdate_start_date' });
  });
});
