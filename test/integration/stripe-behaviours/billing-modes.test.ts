import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY, START, eventsAbout, invoicesOf, latestInvoice, noonOf, onClock, pendingOf, priced, subscribed,
} from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/billing/subscriptions/billing-mode/compare, /prorations, /mixed-interval and /usage-based/manage-billing-setup */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const CLASSIC = { billing_mode: { type: 'classic' } } as const;
const yearly = (unit_amount: number): Promise<string> =>
  priced(stripe, { unit_amount, recurring: { interval: 'year' } });

const change = (
  { id }: Stripe.Subscription,
  given: Stripe.SubscriptionUpdateParams,
): Promise<Stripe.Response<Stripe.Subscription>> =>
  stripe.subscriptions.update(id, { ...given, expand: ['latest_invoice'] });

const amountsOf = (items: readonly { readonly amount: number }[]): number[] =>
  items.map(({ amount }) => amount).sort((one, other) => one - other);

let meters = 0;

/** A subscription to a metered price of 10 cents a call, and to others before it. */
async function metered(given: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<
  Awaited<ReturnType<typeof subscribed>> & {
    readonly meter: string;
    readonly use: (value: number, at: number) => Promise<unknown>;
  }
> {
  const name = `calls_${(meters += 1)}`;
  const { id: meter } = await stripe.billing.meters.create({
    display_name: name,
    event_name: name,
    default_aggregation: { formula: 'sum' },
  });
  const found = await subscribed(stripe, {
    ...given,
    items: [...(given.items ?? []), { price: await perCall(meter, 10) }],
    expand: ['latest_invoice'],
  });
  const use = (value: number, timestamp: number): Promise<unknown> =>
    stripe.billing.meterEvents.create({
      event_name: name,
      payload: { stripe_customer_id: found.customer, value: String(value) },
      timestamp,
    });
  return { ...found, meter, use };
}

const perCall = (meter: string, unit_amount: number): Promise<string> =>
  priced(stripe, { unit_amount, recurring: { interval: 'month', usage_type: 'metered', meter } });

describe('the mode', () => {
  it('is classic for versions before flexible billing was the default', async () => {
    const { customer } = await onClock(stripe);
    const former = running.client({ apiVersion: '2025-08-27.basil' as never });
    const made = await former.subscriptions.create({ customer, items: [{ price: await priced(stripe) }] });
    expect(made.billing_mode.type).toBe('classic');
  });

  it('of a schedule is that of its subscription, and cannot be another', async () => {
    const { subscription } = await subscribed(stripe, CLASSIC);
    const refused = stripe.subscriptionSchedules.create({
      from_subscription: subscription.id,
      billing_mode: { type: 'flexible' },
    });
    expect(await failure(refused)).toMatchObject({ param: 'billing_mode' });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    expect(schedule.billing_mode.type).toBe('classic');
  });
});

describe('the cycle of another interval', () => {
  it('goes on flexibly, with the new price up to its end', async () => {
    const { subscription, item, advance } = await subscribed(stripe);
    await advance(START + 10 * DAY);
    const changed = await change(subscription, {
      items: [{ id: item, price: await yearly(36_500) }],
      proration_behavior: 'always_invoice',
    });
    expect(changed).toMatchObject({
      billing_cycle_anchor: START,
      items: { data: [{ current_period_end: noonOf(1, 1, 2026) }] },
    });
    expect(amountsOf(latestInvoice(changed).lines.data)).toEqual([-677, 35_500]);
  });

  it('is invoiced later where it is not asked for at once', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe);
    await advance(START + 10 * DAY);
    await change(subscription, { items: [{ id: item, price: await yearly(36_500) }] });
    expect(await invoicesOf(stripe, subscription.id)).toHaveLength(1);
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-677, 35_500]);
  });

  it('begins anew in the phase of a schedule, whose anchor is automatic', async () => {
    const { customer, advance } = await onClock(stripe);
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      phases: [
        { items: [{ price: await priced(stripe) }], duration: { interval: 'month' } },
        { items: [{ price: await yearly(9000) }], duration: { interval: 'year' } },
      ],
    });
    await advance(noonOf(2, 1) + 7200);
    const after = await stripe.subscriptions.retrieve(schedule.subscription as string);
    expect(after).toMatchObject({
      billing_cycle_anchor: noonOf(2, 1),
      items: { data: [{ current_period_end: noonOf(2, 1, 2026) }] },
    });
    expect((await invoicesOf(stripe, after.id))[0]).toMatchObject({ total: 9000 });
  });

  it('of what was free goes on flexibly, and of no quantity in both modes', async () => {
    const free = await subscribed(stripe, { items: [{ price: await priced(stripe, { unit_amount: 0 }) }] });
    await free.advance(START + 10 * DAY);
    const paid = await change(free.subscription, { items: [{ id: free.item, price: await priced(stripe) }] });
    expect(paid.billing_cycle_anchor).toBe(START);
    expect(amountsOf(await pendingOf(stripe, free.customer))).toContain(677);
    const none = await subscribed(stripe, { ...CLASSIC, items: [{ price: await priced(stripe), quantity: 0 }] });
    await none.advance(START + 10 * DAY);
    const one = await change(none.subscription, { items: [{ id: none.item, quantity: 1 }] });
    expect(one.billing_cycle_anchor).toBe(START);
    expect(await invoicesOf(stripe, one.id)).toHaveLength(1);
  });
});

describe('items of several intervals', () => {
  const both = (one: Stripe.PriceCreateParams.Recurring, other: Stripe.PriceCreateParams.Recurring) => async () =>
    subscribed(stripe, {
      items: [
        { price: await priced(stripe, { recurring: one }) },
        { price: await priced(stripe, { recurring: other }) },
      ],
    });

  it.each([
    ['two and three months', { interval: 'month', interval_count: 2 }, { interval: 'month', interval_count: 3 }],
    ['a week and a month', { interval: 'week' }, { interval: 'month' }],
    ['two days and a week', { interval: 'day', interval_count: 2 }, { interval: 'week' }],
    ['five months and a year', { interval: 'month', interval_count: 5 }, { interval: 'year' }],
  ] as const)('are refused where one is not the other several times: %s', async (_name, one, other) => {
    expect(await failure(both(one, other)())).toMatchObject({ param: 'items' });
  });

  it.each([
    ['a day and a week', { interval: 'day' }, { interval: 'week' }],
    ['a day and three months', { interval: 'day' }, { interval: 'month', interval_count: 3 }],
    ['a month and a year', { interval: 'month' }, { interval: 'year' }],
  ] as const)('go together: %s', async (_name, one, other) => {
    expect((await both(one, other)()).subscription.status).toBe('active');
  });

  it('end with the first of their periods where it is asked for that of the subscription', async () => {
    const { subscription } = await both({ interval: 'month' }, { interval: 'year' })();
    expect((await change(subscription, { cancel_at_period_end: true })).cancel_at).toBe(noonOf(2, 1));
    expect((await change(subscription, { cancel_at: 'max_period_end' })).cancel_at).toBe(noonOf(1, 1, 2026));
  });
});

describe('credit for a change', () => {
  it.each([
    ['flexibly for what was charged', {}, [-355, 355]],
    ['in the classic mode for what it costs', CLASSIC, [-710, 355]],
  ])('is given %s', async (_name, mode, expected) => {
    const ten = await priced(stripe);
    const { subscription, item, customer, advance } = await subscribed(stripe, { ...mode, items: [{ price: ten }] });
    await advance(START + 10 * DAY);
    const twenty = await priced(stripe, { unit_amount: 2000 });
    await change(subscription, { items: [{ id: item, price: twenty }], proration_behavior: 'none' });
    await advance(START + 20 * DAY);
    await change(subscription, { items: [{ id: item, price: ten }] });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual(expected);
  });

  it('names the line that was charged, and then the item that waits', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe, { expand: ['latest_invoice'] });
    const { id: invoice, lines } = latestInvoice(subscription);
    await advance(START + 10 * DAY);
    await change(subscription, { items: [{ id: item, quantity: 2 }] });
    const [one, other] = await pendingOf(stripe, customer);
    const [credit, debit] = one!.amount < 0 ? [one, other] : [other, one];
    expect(credit!.proration_details!.credited_items).toEqual({
      type: 'invoice_line_items',
      invoice_line_item_details: { invoice, invoice_line_items: [lines.data[0]!.id] },
    });
    expect(debit!.proration_details!.credited_items).toBeNull();
    await advance(START + 15 * DAY);
    await change(subscription, { items: [{ id: item, quantity: 3 }] });
    const credits = (await pendingOf(stripe, customer)).filter(({ amount }) => amount < 0);
    expect(credits.map(({ proration_details: details }) => details!.credited_items)).toContainEqual({
      type: 'invoice_item',
      invoice_item: debit!.id,
    });
    expect(credits).toHaveLength(2);
  });

  it('stands on a line that names it', async () => {
    const { subscription, item, advance } = await subscribed(stripe, { expand: ['latest_invoice'] });
    const { id: invoice, lines } = latestInvoice(subscription);
    await advance(START + 10 * DAY);
    const changed = await change(subscription, {
      items: [{ id: item, quantity: 2 }],
      proration_behavior: 'always_invoice',
    });
    const line = latestInvoice(changed).lines.data.find(({ amount }) => amount < 0);
    expect(line!.parent!.subscription_item_details).toMatchObject({
      proration: true,
      proration_details: { credited_items: { invoice, invoice_line_items: [lines.data[0]!.id] } },
    });
  });

  it('is for what is left of a charge that was given back in part', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe);
    await change(subscription, { cancel_at: START + 15.5 * DAY });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500]);
    await advance(START + 3.1 * DAY);
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([-500, -400, 800]);
  });

  it('does not count what was charged on an invoice that is void', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe, {
      payment_behavior: 'allow_incomplete',
      collection_method: 'send_invoice',
      days_until_due: 5,
    });
    await advance(START + 2 * DAY);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    await stripe.invoices.voidInvoice(invoice!.id);
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    expect(amountsOf(await pendingOf(stripe, customer)).every((amount) => amount > 0)).toBe(true);
  });

  it.each([
    ['flexibly by what was taken off the item', {}, -417],
    ['in the classic mode by all of the coupon', CLASSIC, -250],
  ])('is less %s', async (_name, mode, expected) => {
    const { id: coupon } = await stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'forever' });
    const items = [{ price: await priced(stripe) }, { price: await priced(stripe, { unit_amount: 2000 }) }];
    const { item, customer, advance } = await subscribed(stripe, { ...mode, items, discounts: [{ coupon }] });
    await advance(START + 15.5 * DAY);
    await stripe.subscriptionItems.del(item);
    expect(amountsOf(await pendingOf(stripe, customer))).toEqual([expected]);
  });
});

describe('usage', () => {
  it('has no line at first flexibly, and one of nothing in the classic mode', async () => {
    const items = [{ price: await priced(stripe) }];
    expect(latestInvoice((await metered({ items })).subscription).lines.data).toHaveLength(1);
    expect(latestInvoice((await metered({ ...CLASSIC, items })).subscription).lines.data).toHaveLength(2);
    expect(latestInvoice((await metered(CLASSIC)).subscription)).toMatchObject({ total: 0, lines: { total_count: 1 } });
  });

  it('has a line of nothing when a period of it is over', async () => {
    const { subscription, advance } = await metered({ items: [{ price: await priced(stripe) }] });
    await advance(noonOf(2, 1) + 7200);
    expect(amountsOf((await invoicesOf(stripe, subscription.id))[0]!.lines.data)).toEqual([0, 1000]);
  });

  it.each([
    ['flexibly at the price that it was used at', {}, 1000 + 750],
    ['in the classic mode only since there is another price', CLASSIC, 750],
  ])('is billed %s', async (_name, mode, expected) => {
    const { subscription, item, meter, use, advance } = await metered(mode);
    await advance(START + 5 * DAY);
    await use(100, START + 4 * DAY);
    await advance(START + 15 * DAY);
    await change(subscription, { items: [{ id: item, price: await perCall(meter, 15) }] });
    await advance(START + 20 * DAY);
    await use(50, START + 19 * DAY);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: expected });
  });

  it('of an item that is taken out waits for the next invoice, unless there are no prorations', async () => {
    for (const [behavior, expected] of [
      ['create_prorations', [1000]],
      ['none', []],
    ] as const) {
      const { subscription, customer, use, advance } = await metered({ items: [{ price: await priced(stripe) }] });
      await advance(START + 5 * DAY);
      await use(100, START + 4 * DAY);
      await stripe.subscriptionItems.del(subscription.items.data[1]!.id, { proration_behavior: behavior });
      expect(amountsOf(await pendingOf(stripe, customer))).toEqual(expected);
    }
  });

  it('of a phase that is over is on the invoice of the next', async () => {
    const { subscription, use, advance } = await metered({ items: [{ price: await priced(stripe) }] });
    const [licensed, calls] = subscription.items.data.map(({ price }) => price.id);
    const { id } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        { start_date: START, end_date: noonOf(2, 1), items: [{ price: licensed! }, { price: calls! }] },
        { items: [{ price: licensed! }], duration: { interval: 'month' } },
      ],
    });
    await advance(START + 5 * DAY);
    await use(100, START + 4 * DAY);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 2000 });
  });
});

describe('a trial', () => {
  it('is called differently in the two modes', async () => {
    const described = async (mode: object): Promise<string | null> => {
      const { subscription } = await subscribed(stripe, { ...mode, trial_period_days: 7, expand: ['latest_invoice'] });
      return latestInvoice(subscription).lines.data[0]!.description;
    };
    expect(await described({})).toBe('Free trial for 1 × Gold');
    expect(await described(CLASSIC)).toBe('Trial period for Gold');
  });

  it('ends with the subscription in the classic mode alone', async () => {
    const ended = async (mode: object): Promise<number | null> => {
      const { subscription } = await subscribed(stripe, { ...mode, trial_period_days: 20 });
      return (await change(subscription, { cancel_at: START + 10 * DAY })).trial_end;
    };
    expect(await ended({})).toBe(START + 20 * DAY);
    expect(await ended(CLASSIC)).toBe(START + 10 * DAY);
  });

  it('that is another one begins when it is set, and in the classic mode when the first did', async () => {
    const begun = async (mode: object): Promise<number | null> => {
      const { subscription, advance } = await subscribed(stripe, { ...mode, trial_period_days: 5 });
      await advance(START + 8 * DAY);
      return (await change(subscription, { trial_end: START + 15 * DAY })).trial_start;
    };
    expect(await begun({})).toBe(START + 8 * DAY);
    expect(await begun(CLASSIC)).toBe(START);
  });

  it('has a line for the item that comes to it', async () => {
    const { subscription } = await subscribed(stripe, { trial_period_days: 7 });
    const silver = await priced(stripe, { product_data: { name: 'Silver' } });
    const changed = await change(subscription, { items: [{ price: silver }], proration_behavior: 'always_invoice' });
    expect(latestInvoice(changed).lines.data).toMatchObject([{ amount: 0, description: 'Free trial for 1 × Silver' }]);
  });
});

describe('a change', () => {
  it('to another price is to a quantity of one, unless it says otherwise', async () => {
    const { subscription, item } = await subscribed(stripe, { items: [{ price: await priced(stripe), quantity: 5 }] });
    const kept = await change(subscription, { items: [{ id: item, metadata: { seat: 'a' } }] });
    expect(kept.items.data[0]!.quantity).toBe(5);
    const other = await change(subscription, { items: [{ id: item, price: await priced(stripe), quantity: 4 }] });
    expect(other.items.data[0]!.quantity).toBe(4);
    expect((await stripe.subscriptionItems.update(item, { price: await priced(stripe) })).quantity).toBe(1);
  });

  it('says in its preview from when it counts', async () => {
    const { subscription, item, advance } = await subscribed(stripe);
    await advance(START + 10 * DAY);
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items: [{ id: item, quantity: 2 }], proration_date: START + 5 * DAY },
    });
    expect(preview.parent!.subscription_details).toMatchObject({ subscription_proration_date: START + 5 * DAY });
  });

  it('that waits to be paid is given up when a schedule goes on', async () => {
    const { subscription, item, customer, advance } = await subscribed(stripe);
    const price = subscription.items.data[0]!.price.id;
    const { id } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        { start_date: START, end_date: START + 3600, items: [{ price }] },
        { items: [{ price, quantity: 2 }], duration: { interval: 'month' }, proration_behavior: 'none' },
      ],
    });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const waiting = await change(subscription, {
      items: [{ id: item, quantity: 5 }],
      payment_behavior: 'pending_if_incomplete',
      proration_behavior: 'always_invoice',
    });
    await advance(START + 3700);
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(after).toMatchObject({ pending_update: null, items: { data: [{ quantity: 2 }] } });
    expect(await stripe.invoices.retrieve(latestInvoice(waiting).id)).toMatchObject({ status: 'void' });
    expect((await eventsAbout(stripe, subscription.id)).map(({ type }) => type)).toContain(
      'customer.subscription.pending_update_expired',
    );
  });
});
