import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;
let product: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(async () => {
  await running.platform.state.reset();
  product = (await stripe.products.create({ name: 'Gold' })).id;
});

async function makePrice(unit_amount: number, interval?: 'month'): Promise<string> {
  const { id } = await stripe.prices.create({
    currency: 'usd',
    product,
    unit_amount,
    ...(interval && { recurring: { interval } }),
  });
  return id;
}

const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type);

describe('quotes', () => {
  it('become a subscription when they are accepted', async () => {
    const customer = await customerWithCard(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const quote = await stripe.quotes.create({
      customer,
      line_items: [{ price: await makePrice(1000, 'month'), quantity: 2 }, { price: await makePrice(500) }],
      discounts: [{ coupon: coupon.id }],
    });
    expect(quote).toMatchObject({
      status: 'draft',
      amount_subtotal: 2500,
      amount_total: 2250,
      computed: { recurring: { amount_total: 1800, interval: 'month' }, upfront: { amount_total: 2250 } },
      total_details: { amount_discount: 250 },
    });
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(0);
    await expect(stripe.quotes.accept(quote.id)).rejects.toMatchObject({ statusCode: 400 });
    expect(await stripe.quotes.finalizeQuote(quote.id)).toMatchObject({ status: 'open' });
    const accepted = await stripe.quotes.accept(quote.id, { expand: ['subscription.latest_invoice'] });
    const subscription = accepted.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({ status: 'active', customer });
    expect(subscription.latest_invoice).toMatchObject({ status: 'paid', subtotal: 2500, total: 2250 });
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
    expect((await stripe.quotes.listLineItems(quote.id)).data.map(({ amount_total }) => amount_total)).toEqual([
      1800, 450,
    ]);
    expect(await eventTypes()).toEqual(expect.arrayContaining(['quote.created', 'quote.finalized', 'quote.accepted']));
  });

  it('become the draft of an invoice where nothing recurs', async () => {
    const customer = await customerWithCard(stripe);
    const quote = await stripe.quotes.create({ customer, line_items: [{ price: await makePrice(500), quantity: 3 }] });
    await stripe.quotes.finalizeQuote(quote.id);
    const { invoice } = await stripe.quotes.accept(quote.id, { expand: ['invoice'] });
    expect(invoice).toMatchObject({ status: 'draft', total: 1500 });
  });

  it('are a PDF, too', async () => {
    const customer = await customerWithCard(stripe);
    const quote = await stripe.quotes.create({ customer, line_items: [{ price: await makePrice(500) }] });
    const chunks: Buffer[] = [];
    for await (const chunk of await stripe.quotes.pdf(quote.id)) chunks.push(Buffer.from(chunk as Uint8Array));
    const text = Buffer.concat(chunks).toString('latin1');
    expect(text).toMatch(/^%PDF-1\.4/);
    expect(text).toContain('Total: $5.00');
  });

  it('can be canceled', async () => {
    const quote = await stripe.quotes.create({
      customer: await customerWithCard(stripe),
      line_items: [{ price: await makePrice(500) }],
    });
    expect(await stripe.quotes.cancel(quote.id)).toMatchObject({ status: 'canceled' });
    await expect(stripe.quotes.finalizeQuote(quote.id)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('subscription schedules', () => {
  const start = Date.UTC(2026, 0, 1) / 1000;
  const at = (month: number, day = 2): number => Date.UTC(2026, month, day) / 1000;

  it('go through their phases, and release the subscription', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const customer = await customerWithCard(stripe, { test_clock: clock.id });
    const [cheap, dear] = [await makePrice(1000, 'month'), await makePrice(3000, 'month')];
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      phases: [
        { items: [{ price: cheap }], duration: { interval: 'month', interval_count: 2 } },
        { items: [{ price: dear, quantity: 2 }], duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    expect(schedule).toMatchObject({ status: 'active', current_phase: { start_date: start, end_date: at(2, 1) } });
    const subscription = schedule.subscription as string;
    expect((await stripe.subscriptions.retrieve(subscription)).schedule).toBe(schedule.id);
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(1) });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(2) });
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).current_phase).toEqual({
      start_date: at(2, 1),
      end_date: at(3, 1),
    });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(3) });
    const invoices = (await stripe.invoices.list({ subscription })).data.map(({ total }) => total).reverse();
    expect(invoices).toEqual([1000, 1000, 6000, 6000]);
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      status: 'released',
      released_subscription: subscription,
      subscription: null,
    });
    expect((await stripe.subscriptions.retrieve(subscription)).schedule).toBeNull();
  });

  it('begin later, and cancel the subscription in the end', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const customer = await customerWithCard(stripe, { test_clock: clock.id });
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: at(0, 10),
      end_behavior: 'cancel',
      phases: [{ items: [{ price: await makePrice(1000, 'month') }], end_date: at(1, 10) }],
    });
    expect(schedule).toMatchObject({ status: 'not_started', subscription: null });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(0, 11) });
    const begun = await stripe.subscriptionSchedules.retrieve(schedule.id);
    expect(begun.status).toBe('active');
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(1, 11) });
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('completed');
    expect((await stripe.subscriptions.retrieve(begun.subscription as string)).status).toBe('canceled');
  });

  it('are made from a subscription, changed and released', async () => {
    const customer = await customerWithCard(stripe);
    const price = await makePrice(1000, 'month');
    const subscription = await stripe.subscriptions.create({ customer, items: [{ price }] });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [phase] = schedule.phases;
    expect(phase).toMatchObject({ items: [{ price, quantity: 1 }] });
    const updated = await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [
        { items: [{ price }], start_date: phase!.start_date, end_date: phase!.end_date },
        { items: [{ price: await makePrice(2000, 'month') }], duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    expect(updated.phases).toHaveLength(2);
    expect(await stripe.subscriptionSchedules.release(schedule.id)).toMatchObject({ status: 'released' });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('can be canceled with their subscription', async () => {
    const schedule = await stripe.subscriptionSchedules.create({
      customer: await customerWithCard(stripe),
      start_date: 'now',
      phases: [{ items: [{ price: await makePrice(1000, 'month') }] }],
    });
    expect(await stripe.subscriptionSchedules.cancel(schedule.id)).toMatchObject({ status: 'canceled' });
    expect((await stripe.subscriptions.retrieve(schedule.subscription as string)).status).toBe('canceled');
  });
});

describe('the end of a subscription schedule', () => {
  const DAY = 24 * 3600;
  const START = 1_700_000_000;

  async function scheduled(
    end_behavior: Stripe.SubscriptionScheduleCreateParams.EndBehavior,
    method = 'pm_card_visa',
  ): Promise<{ schedule: Stripe.SubscriptionSchedule; to: (time: number) => Promise<string[]> }> {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card.id } });
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      end_behavior,
      phases: [
        { items: [{ price: await makePrice(1000, 'month') }], duration: { interval: 'month', interval_count: 2 } },
      ],
    });
    if (method !== 'pm_card_visa') {
      const bad = await stripe.paymentMethods.attach(method, { customer });
      await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    }
    return {
      schedule,
      to: async (time) => {
        await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: time });
        const { data } = await stripe.events.list({ types: ['subscription_schedule.*'], limit: 100 });
        return data.map(({ type }) => type.replace('subscription_schedule.', ''));
      },
    };
  }

  it('is announced seven days before', async () => {
    const { schedule, to } = await scheduled('cancel');
    const end = schedule.phases[0]!.end_date;
    expect(await to(end - 7 * DAY - 60)).not.toContain('expiring');
    expect(await to(end - 7 * DAY + 60)).toContain('expiring');
    expect(await to(end + 60)).toContain('completed');
    expect((await stripe.subscriptions.retrieve(schedule.subscription as string)).status).toBe('canceled');
  });

  it('is the beginning of the last phase again where it renews', async () => {
    const { schedule, to } = await scheduled('renew');
    const { start_date, end_date } = schedule.phases[0]!;
    expect(await to(end_date - DAY)).not.toContain('expiring');
    expect(await to(end_date + 60)).not.toContain('completed');
    const renewed = await stripe.subscriptionSchedules.retrieve(schedule.id);
    expect(renewed).toMatchObject({
      status: 'active',
      current_phase: { start_date: end_date, end_date: 2 * end_date - start_date },
    });
    expect((await stripe.subscriptions.retrieve(schedule.subscription as string)).status).toBe('active');
  });

  it('comes with the subscription where nobody pays', async () => {
    const { schedule, to } = await scheduled('release', 'pm_card_chargeCustomerFail');
    expect(await to(START + 58 * DAY)).toContain('aborted');
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('canceled');
    expect((await stripe.subscriptions.retrieve(schedule.subscription as string)).status).toBe('canceled');
  });
});

describe('credit notes', () => {
  async function billed(amount: number, isPaid: boolean): Promise<Stripe.Invoice> {
    const customer = await customerWithCard(stripe);
    const invoice = await stripe.invoices.create({ customer, auto_advance: false });
    await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency: 'usd' });
    await stripe.invoices.finalizeInvoice(invoice.id);
    return isPaid ? stripe.invoices.pay(invoice.id) : stripe.invoices.retrieve(invoice.id);
  }

  it('take something off an open invoice, until they are void', async () => {
    const invoice = await billed(1000, false);
    const note = await stripe.creditNotes.create({ invoice: invoice.id, amount: 300, reason: 'order_change' });
    expect(note).toMatchObject({
      number: `${invoice.number}-CN-01`,
      total: 300,
      type: 'pre_payment',
      pre_payment_amount: 300,
    });
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
      amount_remaining: 700,
      pre_payment_credit_notes_amount: 300,
    });
    expect(await stripe.creditNotes.voidCreditNote(note.id)).toMatchObject({ status: 'void' });
    expect((await stripe.invoices.retrieve(invoice.id)).amount_remaining).toBe(1000);
    await stripe.creditNotes.create({ invoice: invoice.id, amount: 400 });
    expect(await stripe.invoices.pay(invoice.id)).toMatchObject({
      status: 'paid',
      amount_paid: 600,
      amount_remaining: 0,
    });
  });

  it('give back what was paid: as a refund, as credit and outside', async () => {
    const invoice = await billed(1000, true);
    const [line] = invoice.lines.data;
    const lines = [{ type: 'invoice_line_item' as const, invoice_line_item: line!.id, amount: 600 }];
    await expect(stripe.creditNotes.create({ invoice: invoice.id, lines, refund_amount: 100 })).rejects.toMatchObject({
      statusCode: 400,
    });
    const given = { invoice: invoice.id, lines, refund_amount: 300, credit_amount: 200, out_of_band_amount: 100 };
    expect(await stripe.creditNotes.preview(given)).toMatchObject({ total: 600 });
    expect((await stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([]);
    const note = await stripe.creditNotes.create(given);
    expect(note).toMatchObject({ total: 600, type: 'post_payment', refunds: [{ amount_refunded: 300 }] });
    expect((await stripe.customers.retrieve(invoice.customer as string)) as Stripe.Customer).toMatchObject({
      balance: -200,
    });
    expect((await stripe.refunds.list()).data.map(({ amount }) => amount)).toEqual([300]);
    await expect(stripe.creditNotes.create({ invoice: invoice.id, credit_amount: 500 })).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});
