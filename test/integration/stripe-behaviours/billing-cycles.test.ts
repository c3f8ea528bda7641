import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY, START, eventsAbout, invoicesOf, latestInvoice, noonOf, onClock, pendingOf, priced, subscribed, typesAbout,
} from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/billing/subscriptions/billing-cycle, /backdating, /mixed-interval, /usage-based/thresholds and /invoicing/send-email */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

describe('a cycle', () => {
  it('that begins on the 31st ends on the last day of shorter months', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: noonOf(1, 31) });
    const customer = await customerWithCard(stripe, { test_clock: clock.id });
    const { items, id } = await stripe.subscriptions.create({ customer, items: [{ price: await priced(stripe) }] });
    expect(items.data[0]!.current_period_end).toBe(noonOf(2, 28));
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: noonOf(3, 1) });
    const renewed = await stripe.subscriptions.retrieve(id);
    expect(renewed.items.data[0]!.current_period_end).toBe(noonOf(3, 31));
  });

  it('is anchored by a configuration, with a share up to then', async () => {
    const { subscription } = await subscribed(stripe, {
      billing_cycle_anchor_config: { day_of_month: 16 },
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({ billing_cycle_anchor: noonOf(1, 16) });
    // 15 days of the 31 from 16 December.
    expect(latestInvoice(subscription)).toMatchObject({ total: 484, status: 'paid' });
  });

  it('begins anew with a credit for the rest of the old', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(START + 15.5 * DAY);
    const changed = await stripe.subscriptions.update(subscription.id, {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'create_prorations',
      expand: ['latest_invoice'],
    });
    expect(changed.billing_cycle_anchor).toBe(START + 15.5 * DAY);
    expect(latestInvoice(changed)).toMatchObject({ total: 500, status: 'paid' });
  });

  it('of the classic mode begins anew where the interval is another, from then on', async () => {
    const { subscription, item, advance } = await subscribed(stripe, { billing_mode: { type: 'classic' } });
    await advance(START + 15.5 * DAY);
    const yearly = await priced(stripe, { unit_amount: 10_000, recurring: { interval: 'year' } });
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: yearly }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(changed)).toMatchObject({ total: 9500, status: 'paid' });
    expect(changed.items.data[0]).toMatchObject({
      current_period_start: START + 15.5 * DAY,
      current_period_end: START + 15.5 * DAY + 365 * DAY,
    });
  });

  it('after a trial goes up to the anchor with a share', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      trial_end: START + 10 * DAY,
      billing_cycle_anchor: noonOf(2, 1),
    });
    await advance(START + 10 * DAY + 7200);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    // 21 of the 31 days of January.
    expect(invoice).toMatchObject({ status: 'paid', total: 677 });
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ billing_cycle_anchor: noonOf(2, 1) });
  });

  it('of the classic mode that began in the past is charged for that, and begins now', async () => {
    const { subscription } = await subscribed(stripe, {
      billing_mode: { type: 'classic' },
      backdate_start_date: noonOf(12, 1, 2024),
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({ start_date: noonOf(12, 1, 2024), billing_cycle_anchor: START });
    expect(latestInvoice(subscription)).toMatchObject({ total: 2000 });
  });

  it('of two lengths has invoices for each', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      items: [
        { price: await priced(stripe) },
        { price: await priced(stripe, { unit_amount: 10_000, recurring: { interval: 'year' } }) },
      ],
      billing_mode: { type: 'flexible' },
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription).total).toBe(11_000);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000 });
  });
});

describe('a subscription to what costs nothing', () => {
  it('needs no card, and has an invoice of nothing', async () => {
    const { subscription } = await subscribed(
      stripe,
      { items: [{ price: await priced(stripe, { unit_amount: 0 }) }], expand: ['latest_invoice'] },
      { hasCard: false },
    );
    expect(subscription.status).toBe('active');
    expect(latestInvoice(subscription)).toMatchObject({ total: 0, status: 'paid', attempted: true });
  });

  it('of the classic mode is charged at once when it costs something', async () => {
    const { subscription, item, advance } = await subscribed(stripe, {
      billing_mode: { type: 'classic' },
      items: [{ price: await priced(stripe, { unit_amount: 0 }) }],
    });
    await advance(START + 5 * DAY);
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: await priced(stripe) }],
      expand: ['latest_invoice'],
    });
    expect(changed.billing_cycle_anchor).toBe(START + 5 * DAY);
    expect(latestInvoice(changed)).toMatchObject({ total: 1000, status: 'paid' });
  });

  it('with a quantity of none costs nothing either', async () => {
    const { subscription } = await subscribed(stripe, {
      items: [{ price: await priced(stripe), quantity: 0 }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ total: 0, status: 'paid' });
  });
});

describe('a customer', () => {
  it('that is deleted has no subscriptions any more', async () => {
    const { customer, subscription } = await subscribed(stripe);
    await stripe.customers.del(customer);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect(await typesAbout(stripe, subscription.id)).toContain('customer.subscription.deleted');
  });

  it('gets the rest of a downgrade as credit, which the next invoices use', async () => {
    const { customer, subscription, item, advance } = await subscribed(stripe, {
      items: [{ price: await priced(stripe, { unit_amount: 4000 }) }],
    });
    await advance(START + 15.5 * DAY);
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: await priced(stripe) }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(changed)).toMatchObject({
      total: -1500,
      amount_due: 0,
      status: 'paid',
      starting_balance: 0,
      ending_balance: -1500,
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -1500 });
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({
      total: 1000,
      amount_due: 0,
      starting_balance: -1500,
      ending_balance: -500,
    });
    const { data } = await stripe.customers.listBalanceTransactions(customer);
    expect(data[0]).toMatchObject({ type: 'applied_to_invoice', amount: 1000, ending_balance: -500 });
  });

  it('has a discount of its own on invoices of subscriptions without any', async () => {
    const { customer } = await onClock(stripe);
    const { id: coupon } = await stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    const { id: promotion_code } = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon },
      customer,
    });
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      discounts: [{ promotion_code }],
      expand: ['latest_invoice.total_discount_amounts.discount'],
    });
    const [amount] = latestInvoice(subscription).total_discount_amounts!;
    expect(amount).toMatchObject({ amount: 250, discount: { promotion_code, customer } });
  });

  it('has items of its own on the next invoice of a subscription', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    await stripe.invoiceItems.create({ customer, amount: 400, currency: 'usd' });
    await stripe.invoiceItems.create({ customer, amount: 50, currency: 'usd', subscription: subscription.id });
    expect((await pendingOf(stripe, customer)).length).toBe(2);
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1450 });
    expect(await pendingOf(stripe, customer)).toEqual([]);
  });
});

describe('an unpaid renewal', () => {
  async function late() {
    const all = await subscribed(stripe);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: all.customer });
    await stripe.customers.update(all.customer, { invoice_settings: { default_payment_method: bad.id } });
    await all.advance(noonOf(2, 1) + 7200);
    const [invoice] = await invoicesOf(stripe, all.subscription.id);
    return { ...all, invoice: invoice! };
  }
  const statusOf = async (id: string): Promise<string> => (await stripe.subscriptions.retrieve(id)).status;

  it('is told by the invoice first, then by the subscription', async () => {
    const { subscription, invoice } = await late();
    expect(await typesAbout(stripe, invoice.id)).toEqual(
      expect.arrayContaining(['invoice.created', 'invoice.finalized', 'invoice.payment_failed']),
    );
    const last = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(last.data.previous_attributes).toMatchObject({ status: 'active' });
    expect((last.data.object as Stripe.Subscription).status).toBe('past_due');
  });

  it('that is made void leaves the subscription active', async () => {
    const { subscription, invoice } = await late();
    await stripe.invoices.voidInvoice(invoice.id);
    expect(await statusOf(subscription.id)).toBe('active');
  });

  it('that is paid outside of Stripe leaves the subscription active', async () => {
    const { subscription, invoice } = await late();
    await stripe.invoices.pay(invoice.id, { paid_out_of_band: true });
    expect(await statusOf(subscription.id)).toBe('active');
  });

  it('is tried again at the time that it says', async () => {
    const { subscription, invoice, customer, advance } = await late();
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    await advance(invoice.next_payment_attempt! + 60);
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
      status: 'paid',
      attempt_count: 2,
      next_payment_attempt: null,
    });
    expect(await statusOf(subscription.id)).toBe('active');
  });

  it('is not tried again where it no longer advances', async () => {
    const { invoice, customer, advance } = await late();
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    const stopped = await stripe.invoices.update(invoice.id, { auto_advance: false });
    expect(stopped).toMatchObject({ auto_advance: false, next_payment_attempt: null });
    await advance(invoice.next_payment_attempt! + 60);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('open');
    const going = await stripe.invoices.update(invoice.id, { auto_advance: true });
    expect(going.next_payment_attempt).toEqual(expect.any(Number));
    await advance(going.next_payment_attempt! + 60);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
  });
});

describe('an invoice of a subscription', () => {
  it('knows what it is from', async () => {
    const { subscription, item } = await subscribed(stripe, { metadata: { plan: 'gold' }, expand: ['latest_invoice'] });
    const invoice = latestInvoice(subscription);
    expect(invoice.parent).toMatchObject({
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, metadata: { plan: 'gold' } },
    });
    expect(invoice.lines.data[0]).toMatchObject({
      description: '1 × Gold (at $10.00 / month)',
      quantity: 1,
      period: { start: START, end: noonOf(2, 1) },
      parent: {
        type: 'subscription_item_details',
        subscription_item_details: { subscription: subscription.id, subscription_item: item, proration: false },
      },
    });
  });

  it('by hand has what waits, and is refused where nothing does', async () => {
    const { customer, subscription } = await subscribed(stripe);
    const nothing = stripe.invoices.create({ customer, subscription: subscription.id });
    expect(await failure(nothing)).toMatchObject({ statusCode: 400, code: 'invoice_no_subscription_line_items' });
    await stripe.invoiceItems.create({ customer, amount: 400, currency: 'usd', subscription: subscription.id });
    const invoice = await stripe.invoices.create({ customer, subscription: subscription.id });
    expect(invoice).toMatchObject({ total: 400, billing_reason: 'manual' });
  });

  it('cannot be deleted as a draft', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(noonOf(2, 1) + 60);
    const [draft] = await invoicesOf(stripe, subscription.id);
    expect(draft!.status).toBe('draft');
    expect(await failure(stripe.invoices.del(draft!.id))).toMatchObject({ statusCode: 400 });
  });

  it('is shown with its settings', async () => {
    const { subscription } = await subscribed(stripe, {
      description: 'The gold plan',
      payment_settings: { payment_method_types: ['card'] },
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      description: 'The gold plan',
      payment_settings: { payment_method_types: ['card'], save_default_payment_method: 'off' },
    });
    expect(latestInvoice(subscription)).toMatchObject({ payment_settings: { payment_method_types: ['card'] } });
  });

  it('is announced before it comes', async () => {
    const { customer, advance } = await subscribed(stripe);
    await advance(noonOf(1, 31));
    const { data } = await stripe.events.list({ type: 'invoice.upcoming', limit: 100 });
    const upcoming = data.find((event) => (event.data.object as Stripe.Invoice).customer === customer);
    expect(upcoming!.data.object).toMatchObject({ total: 1000, status: 'draft', billing_reason: 'upcoming' });
    expect(upcoming!.data.object).not.toHaveProperty('id');
  });
});

describe('what is billed at thresholds', () => {
  it('is told by the reason of the invoice', async () => {
    const meter = await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'threshold_calls',
      default_aggregation: { formula: 'sum' },
    });
    const price = await priced(stripe, {
      unit_amount: 100,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const { subscription, customer } = await subscribed(stripe, {
      items: [{ price }],
      billing_thresholds: { amount_gte: 5000 },
    });
    await stripe.billing.meterEvents.create({
      event_name: 'threshold_calls',
      payload: { stripe_customer_id: customer, value: '60' },
    });
    const [invoice] = await invoicesOf(stripe, subscription.id);
    expect(invoice).toMatchObject({ billing_reason: 'subscription_threshold', total: 6000 });
  });
});
