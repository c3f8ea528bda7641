import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY, START, eventsAbout, invoicesOf, latestInvoice, noonOf, pendingOf, priced, subscribed, typesAbout,
} from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/billing/subscriptions/prorations, /cancel, /change-price and /billing/subscriptions/subscription-schedules */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** Half of January and a half: 15.5 of its 31 days. */
const MIDDLE = START + 15.5 * DAY;
const amountsOf = (items: readonly { readonly amount: number }[]): number[] =>
  items.map(({ amount }) => amount).sort((one, other) => one - other);

describe('a change in the middle of a period', () => {
  it('is invoiced at once with always_invoice', async () => {
    const { subscription, item, advance } = await subscribed(stripe);
    await advance(MIDDLE);
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 3 }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    const invoice = latestInvoice(changed);
    expect(invoice).toMatchObject({ status: 'paid', billing_reason: 'subscription_update', total: 1000 });
    expect(amountsOf(invoice.lines.data)).toEqual([-500, 1500]);
    for (const line of invoice.lines.data) {
      expect(line.parent!.subscription_item_details).toMatchObject({ proration: true, subscription_item: item });
      expect(line.period).toEqual({ start: MIDDLE, end: noonOf(2, 1) });
    }
  });

  it('is reckoned from the date that it says', async () => {
    const { customer, subscription, item, advance } = await subscribed(stripe);
    await advance(START + 20 * DAY);
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 2 }],
      proration_date: MIDDLE,
    });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500, 1000]);
  });

  it('leaves nothing behind with none', async () => {
    const { customer, subscription, item, advance } = await subscribed(stripe);
    await advance(MIDDLE);
    await stripe.subscriptionItems.update(item, { quantity: 2, proration_behavior: 'none' });
    expect(await pendingOf(stripe, customer)).toEqual([]);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]!.total).toBe(2000);
  });

  it('adds and takes out items by themselves, each with its share', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    await advance(MIDDLE);
    const added = await stripe.subscriptionItems.create({
      subscription: subscription.id,
      price: await priced(stripe, { unit_amount: 400 }),
    });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([200]);
    expect((await stripe.subscriptionItems.list({ subscription: subscription.id })).data.length).toBe(2);
    expect(await stripe.subscriptionItems.del(added.id)).toMatchObject({ id: added.id, deleted: true });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-200, 200]);
  });

  it('of what is bought once waits for the next invoice', async () => {
    const { customer, subscription } = await subscribed(stripe);
    const { id: product } = await stripe.products.create({ name: 'Setup' });
    const once = await stripe.prices.create({ product, currency: 'usd', unit_amount: 700 });
    const changed = await stripe.subscriptions.update(subscription.id, { add_invoice_items: [{ price: once.id }] });
    expect(changed.latest_invoice).toBe(subscription.latest_invoice);
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([700]);
  });

  it('of what is bought once is on the invoice that the change makes', async () => {
    const { subscription, item } = await subscribed(stripe);
    const { id: product } = await stripe.products.create({ name: 'Setup' });
    const once = await stripe.prices.create({ product, currency: 'usd', unit_amount: 700 });
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 2 }],
      add_invoice_items: [{ price: once.id }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(changed).total).toBe(1700);
  });

  it('of a part of a period gives back a share of what was charged for it, and charges one of a whole period', async () => {
    const { customer, item, advance } = await subscribed(stripe, { billing_cycle_anchor: START + 10 * DAY });
    await advance(START + 5 * DAY);
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    // Half of the 323 for ten days, and twice five of the 31 days of the month that ends at the anchor.
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-162, 323]);
  });

  it('is foreseen by a preview, to the cent', async () => {
    const { customer, subscription, item, advance } = await subscribed(stripe);
    await advance(START + 11 * DAY);
    const changes = { items: [{ id: item, quantity: 4 }], proration_date: START + 10 * DAY };
    const preview = await stripe.invoices.createPreview({
      customer,
      subscription: subscription.id,
      subscription_details: { ...changes, proration_behavior: 'create_prorations' },
    });
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]!.quantity).toBe(1);
    await stripe.subscriptions.update(subscription.id, changes);
    await advance(noonOf(2, 1) + 7200);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    expect(preview).toMatchObject({ status: 'draft', total: invoice!.total, number: null });
    expect(amountsOf(preview.lines.data)).toEqual(amountsOf(invoice!.lines.data));
  });

  it('of the metadata is told with what it was, and takes names out', async () => {
    const { subscription } = await subscribed(stripe, { metadata: { plan: 'a', team: 'b' } });
    const changed = await stripe.subscriptions.update(subscription.id, { metadata: { plan: '', size: '9' } });
    expect(changed.metadata).toEqual({ team: 'b', size: '9' });
    const last = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(last.data.previous_attributes).toMatchObject({ metadata: { plan: 'a', size: null } });
    expect((await stripe.subscriptions.update(subscription.id, { metadata: '' })).metadata).toEqual({});
  });
});

describe('an end at a date', () => {
  it('in the period gives back the rest of it', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    const changed = await stripe.subscriptions.update(subscription.id, { cancel_at: MIDDLE });
    expect(changed).toMatchObject({ status: 'active', cancel_at: MIDDLE, cancel_at_period_end: false });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500]);
    await advance(MIDDLE + 60);
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: MIDDLE,
    });
    const [last] = await invoicesOf(stripe, subscription.id);
    expect(last).toMatchObject({ total: -500 });
  });

  it('that is called off is charged for again', async () => {
    const { customer, subscription } = await subscribed(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at: MIDDLE });
    const kept = await stripe.subscriptions.update(subscription.id, { cancel_at: '' });
    expect(kept).toMatchObject({ cancel_at: null, canceled_at: null });
    expect(kept.items.data[0]!.current_period_end).toBe(noonOf(2, 1));
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500, 500]);
  });

  it('in the period gives nothing back without prorations', async () => {
    const { customer, subscription } = await subscribed(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at: MIDDLE, proration_behavior: 'none' });
    expect(await pendingOf(stripe, customer)).toEqual([]);
  });

  it('in the first period is paid up to then alone', async () => {
    const { subscription } = await subscribed(stripe, { cancel_at: MIDDLE, expand: ['latest_invoice'] });
    expect(latestInvoice(subscription)).toMatchObject({ status: 'paid', total: 500 });
  });

  it('in a later period is paid for a share of that', async () => {
    const end = noonOf(2, 15);
    const { subscription, advance } = await subscribed(stripe, { cancel_at: end });
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ status: 'paid', total: 500 });
    await advance(end + 60);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  });

  it('is not given together with the end of the period', async () => {
    const { subscription } = await subscribed(stripe);
    const error = await failure(
      stripe.subscriptions.update(subscription.id, { cancel_at: MIDDLE, cancel_at_period_end: true }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });
});

describe('an end at once', () => {
  it('leaves the credit for the next invoice where it is not to be invoiced', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    await advance(MIDDLE);
    const ended = await stripe.subscriptions.cancel(subscription.id, { prorate: true });
    expect(ended).toMatchObject({ status: 'canceled', canceled_at: MIDDLE, ended_at: MIDDLE });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500]);
    expect((await typesAbout(stripe, subscription.id)).at(-1)).toBe('customer.subscription.deleted');
  });

  it('forgets what changes of the subscription came to, unless it is to be invoiced', async () => {
    const { customer, subscription, item } = await subscribed(stripe);
    await stripe.invoiceItems.create({ customer, amount: 300, currency: 'usd' });
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-1000, 300, 2000]);
    await stripe.subscriptions.cancel(subscription.id);
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([300]);
  });

  it('with its period has changes of the subscription invoiced', async () => {
    const { subscription, item, advance } = await subscribed(stripe);
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ status: 'paid', total: 1000 });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  });

  it('stops the collection of what is open', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(noonOf(2, 1) + 7200);
    await stripe.subscriptions.cancel(subscription.id);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({
      status: 'open',
      auto_advance: false,
      next_payment_attempt: null,
    });
  });

  it('leaves a subscription that only metadata and details of the end can be changed of', async () => {
    const { subscription, item } = await subscribed(stripe);
    await stripe.subscriptions.cancel(subscription.id);
    const changed = await stripe.subscriptions.update(subscription.id, {
      metadata: { why: 'moved' },
      cancellation_details: { comment: 'Bye' },
    });
    expect(changed).toMatchObject({ metadata: { why: 'moved' }, cancellation_details: { comment: 'Bye' } });
    const error = await failure(stripe.subscriptions.update(subscription.id, { items: [{ id: item, quantity: 2 }] }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
    const gone = await failure(stripe.subscriptionItems.update(item, { quantity: 2 }));
    expect(gone).toMatchObject({ type: 'StripeInvalidRequestError' });
  });

  it('is found by its status, and by its price', async () => {
    const price = await priced(stripe);
    const { customer, subscription } = await subscribed(stripe, { items: [{ price }] });
    await stripe.subscriptions.cancel(subscription.id);
    const found = async (more: Stripe.SubscriptionListParams): Promise<string[]> =>
      (await stripe.subscriptions.list({ customer, ...more })).data.map(({ id }) => id);
    expect(await found({})).toEqual([]);
    expect(await found({ status: 'canceled', price })).toEqual([subscription.id]);
    expect(await found({ status: 'ended' })).toEqual([subscription.id]);
    expect(await found({ status: 'all', price: await priced(stripe) })).toEqual([]);
  });
});

describe('a schedule', () => {
  async function scheduled(more: Partial<Stripe.SubscriptionScheduleCreateParams> = {}) {
    const cheap = await priced(stripe);
    const dear = await priced(stripe, { unit_amount: 3000 });
    const { customer, advance } = await subscribed(stripe);
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      phases: [
        { items: [{ price: cheap, quantity: 1 }], duration: { interval: 'month' } },
        { items: [{ price: dear, quantity: 2 }], duration: { interval: 'month', interval_count: 2 } },
      ],
      ...more,
    });
    return { schedule, customer, advance, cheap, dear, subscription: schedule.subscription as string };
  }

  it('has its phases one after the other', async () => {
    const { schedule, subscription, advance, dear } = await scheduled();
    expect(schedule).toMatchObject({
      status: 'active',
      end_behavior: 'release',
      current_phase: { start_date: START, end_date: noonOf(2, 1) },
    });
    expect(schedule.phases.map(({ start_date, end_date }) => [start_date, end_date])).toEqual([
      [START, noonOf(2, 1)],
      [noonOf(2, 1), noonOf(4, 1)],
    ]);
    await advance(noonOf(2, 1) + 7200);
    const after = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
    expect(after.items.data).toMatchObject([{ price: { id: dear }, quantity: 2 }]);
    expect(latestInvoice(after)).toMatchObject({ status: 'paid', total: 6000 });
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).current_phase).toEqual({
      start_date: noonOf(2, 1),
      end_date: noonOf(4, 1),
    });
  });

  it('lets its subscription go at the end', async () => {
    const { schedule, subscription, advance } = await scheduled();
    await advance(noonOf(2, 2));
    await advance(noonOf(4, 1) + 7200);
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      status: 'released',
      released_subscription: subscription,
      subscription: null,
      current_phase: null,
    });
    expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'active', schedule: null });
    const types = await typesAbout(stripe, schedule.id);
    expect(types[0]).toBe('subscription_schedule.created');
    expect(types).toEqual(expect.arrayContaining(['subscription_schedule.expiring', 'subscription_schedule.released']));
  });

  it('ends its subscription where it says so', async () => {
    const { schedule, subscription, advance } = await scheduled({ end_behavior: 'cancel' });
    await advance(noonOf(2, 2));
    await advance(noonOf(4, 1) + 7200);
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({ status: 'completed' });
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe('canceled');
    expect(await typesAbout(stripe, schedule.id)).toContain('subscription_schedule.completed');
  });

  it('that begins later has no subscription yet', async () => {
    const { schedule } = await scheduled({ start_date: START + 5 * DAY });
    expect(schedule).toMatchObject({ status: 'not_started', subscription: null, current_phase: null });
    const canceled = await stripe.subscriptionSchedules.cancel(schedule.id);
    expect(canceled).toMatchObject({ status: 'canceled', canceled_at: START });
    const error = await failure(stripe.subscriptionSchedules.update(schedule.id, { end_behavior: 'cancel' }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('prorates within a period, as its phase says', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe);
    const { id, phases } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const price = subscription.items.data[0]!.price.id;
    const first = { items: [{ price, quantity: 1 }], start_date: phases[0]!.start_date, end_date: MIDDLE };
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        first,
        {
          items: [{ price, quantity: 3 }],
          duration: { interval: 'month' },
          proration_behavior: 'always_invoice',
        },
      ],
    });
    await advance(MIDDLE + 7200);
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(after.items.data).toMatchObject([{ id: item, quantity: 3 }]);
    expect(latestInvoice(after)).toMatchObject({ total: 1000, billing_reason: 'subscription_update' });
    expect(await pendingOf(stripe, customer)).toEqual([]);
  });

  it('has metadata, of its own and of its phases', async () => {
    const price = await priced(stripe);
    const { schedule, subscription } = await scheduled({
      metadata: { for: 'schedule' },
      phases: [{ items: [{ price }], metadata: { for: 'phase' }, duration: { interval: 'month' } }],
    });
    expect(schedule.metadata).toEqual({ for: 'schedule' });
    expect((await stripe.subscriptions.retrieve(subscription)).metadata).toEqual({ for: 'phase' });
  });

  it('has a trial as its first phase', async () => {
    const price = await priced(stripe);
    const { subscription, advance } = await scheduled({
      phases: [
        { items: [{ price }], trial: true, end_date: START + 10 * DAY },
        { items: [{ price }], duration: { interval: 'month' } },
      ],
    });
    expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({
      status: 'trialing',
      trial_end: START + 10 * DAY,
    });
    await advance(START + 10 * DAY + 7200);
    const after = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
    expect(after.status).toBe('active');
    expect(latestInvoice(after)).toMatchObject({ status: 'paid', total: 1000 });
  });
});

describe('discounts', () => {
  it('of an item are taken off that alone', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { subscription } = await subscribed(stripe, {
      items: [{ price: await priced(stripe), discounts: [{ coupon }] }, { price: await priced(stripe) }],
      expand: ['latest_invoice', 'items.data.discounts'],
    });
    const invoice = latestInvoice(subscription);
    expect(invoice).toMatchObject({ subtotal: 1500, total: 1500 });
    expect(invoice.lines.data.map(({ discount_amounts: off }) => off?.[0]?.amount ?? 0).sort()).toEqual([0, 500]);
    expect(subscription.discounts).toEqual([]);
    expect(subscription.items.data[0]!.discounts).toMatchObject([{ source: { coupon, type: 'coupon' } }]);
  });

  it('of a subscription are taken off what is left of those of its items', async () => {
    const half = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const two = await stripe.coupons.create({ amount_off: 200, currency: 'usd', duration: 'forever' });
    const { subscription } = await subscribed(stripe, {
      items: [{ price: await priced(stripe), discounts: [{ coupon: half.id }] }],
      discounts: [{ coupon: two.id }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ subtotal: 500, total: 300 });
    expect(
      latestInvoice(subscription)
        .total_discount_amounts!.map(({ amount }) => amount)
        .sort(),
    ).toEqual([200, 500]);
  });

  it('by promotion code are taken, and say so', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const { id: promotion_code } = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon } });
    const { subscription } = await subscribed(stripe, {
      discounts: [{ promotion_code }],
      expand: ['discounts', 'latest_invoice'],
    });
    expect(subscription.discounts).toMatchObject([{ promotion_code, subscription: subscription.id }]);
    expect(latestInvoice(subscription).total).toBe(900);
  });

  it('are taken off by an empty list, which is told', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const { subscription } = await subscribed(stripe, { discounts: [{ coupon }] });
    expect((await stripe.subscriptions.update(subscription.id, { discounts: '' })).discounts).toEqual([]);
    const types = (await stripe.events.list({ type: 'customer.discount.deleted' })).data;
    expect(types.some(({ data }) => (data.object as Stripe.Discount).subscription === subscription.id)).toBe(true);
  });
});
