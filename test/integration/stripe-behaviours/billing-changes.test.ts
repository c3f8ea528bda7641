import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../../support/stripe';
import { DAY, eventsAbout, noonOf, onClock, priced, START, subscribed } from '../../support/stripe-billing';

/** https://docs.stripe.com/api/events/object#event_object-data-previous_attributes: what events of billing say was there before */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** What the last event of a type about an object says was there before. */
async function before(id: string, type: string): Promise<unknown> {
  const found = (await eventsAbout(stripe, id)).filter((event) => event.type === type).pop();
  return found?.data.previous_attributes;
}

async function draft(customer?: string): Promise<Stripe.Invoice> {
  const owner = customer ?? (await customerWithCard(stripe));
  const { id } = await stripe.invoices.create({ customer: owner });
  await stripe.invoiceItems.create({ customer: owner, invoice: id, amount: 2000, currency: 'usd' });
  return stripe.invoices.retrieve(id);
}

describe('a change of a subscription', () => {
  it('that is to end says that it was not', async () => {
    const { subscription } = await subscribed(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(await before(subscription.id, 'customer.subscription.updated')).toEqual({
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: expect.objectContaining({ reason: null }) as object,
    });
  });

  it('that renews has its former period and invoice', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(noonOf(2, 1) + 10);
    expect(await before(subscription.id, 'customer.subscription.updated')).toMatchObject({
      latest_invoice: subscription.latest_invoice,
      items: { data: [{ current_period_start: START, current_period_end: noonOf(2, 1) }] },
    });
  });

  it('of a quantity has the items as they were', async () => {
    const { subscription, item } = await subscribed(stripe);
    await stripe.subscriptionItems.update(item, { quantity: 3 });
    expect(await before(subscription.id, 'customer.subscription.updated')).toMatchObject({
      items: { data: [{ id: item, quantity: 1 }] },
    });
  });
});

describe('a change of what is sold', () => {
  it('says what it was', async () => {
    const product = await stripe.products.create({ name: 'Gold', metadata: { a: '1' } });
    await stripe.products.update(product.id, { name: 'Silver', metadata: { a: '', b: '2' } });
    expect(await before(product.id, 'product.updated')).toMatchObject({ name: 'Gold', metadata: { a: '1', b: null } });
    const price = await priced(stripe, { nickname: 'one' });
    await stripe.prices.update(price, { nickname: 'two', active: false });
    expect(await before(price, 'price.updated')).toEqual({ nickname: 'one', active: true });
    const coupon = await stripe.coupons.create({ percent_off: 5, name: 'Five' });
    await stripe.coupons.update(coupon.id, { name: 'Cinq' });
    expect(await before(coupon.id, 'coupon.updated')).toEqual({ name: 'Five' });
    const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
    await stripe.promotionCodes.update(code.id, { active: false });
    expect(await before(code.id, 'promotion_code.updated')).toEqual({ active: true });
    const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
    await stripe.taxRates.update(rate.id, { active: false });
    expect(await before(rate.id, 'tax_rate.updated')).toEqual({ active: true });
  });
});

describe('a change of an invoice and its relatives', () => {
  it('says what it was', async () => {
    const { id, customer } = await draft();
    await stripe.invoices.update(id, { description: 'Thanks' });
    expect(await before(id, 'invoice.updated')).toEqual({ description: null });
    await stripe.invoices.finalizeInvoice(id);
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500, memo: 'a' });
    await stripe.creditNotes.update(note.id, { memo: 'b' });
    expect(await before(note.id, 'credit_note.updated')).toEqual({ memo: 'a' });
    await stripe.customers.update(customer as string, { balance: -300 });
    expect(await before(customer as string, 'customer.updated')).toMatchObject({ balance: 0 });
  });

  it('cancels its payment when it is void', async () => {
    const { id } = await draft();
    const { payments } = await stripe.invoices.finalizeInvoice(id, { expand: ['payments'] });
    await stripe.invoices.voidInvoice(id);
    const intent = await stripe.paymentIntents.retrieve(payments!.data[0]!.payment.payment_intent as string);
    expect(intent).toMatchObject({ status: 'canceled', cancellation_reason: 'void_invoice' });
    expect((await stripe.invoicePayments.list({ invoice: id })).data).toMatchObject([{ status: 'canceled' }]);
  });

  it('is numbered by the prefix and the sequence of its customer', async () => {
    const { id: customer } = await stripe.customers.create({ invoice_prefix: 'SHOP77', next_invoice_sequence: 50 });
    const { id } = await draft(customer);
    expect((await stripe.invoices.finalizeInvoice(id)).number).toBe('SHOP77-0050');
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ next_invoice_sequence: 51 });
  });

  it('is made final when it says, not before', async () => {
    const { customer, advance } = await onClock(stripe);
    const given = { customer, auto_advance: true, automatically_finalizes_at: START + 2 * DAY };
    const { id } = await stripe.invoices.create(given);
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 2000, currency: 'usd' });
    await advance(START + DAY);
    expect((await stripe.invoices.retrieve(id)).status).toBe('draft');
    await advance(START + 2 * DAY + 60);
    expect((await stripe.invoices.retrieve(id)).status).toBe('paid');
  });
});

describe('meters, the portal and schedules', () => {
  it('say what they were', async () => {
    const meter = await stripe.billing.meters.create({
      display_name: 'One',
      event_name: 'told_calls',
      default_aggregation: { formula: 'sum' },
    });
    await stripe.billing.meters.update(meter.id, { display_name: 'Two' });
    expect(await before(meter.id, 'billing.meter.updated')).toMatchObject({ display_name: 'One' });
    const portal = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    await stripe.billingPortal.configurations.update(portal.id, { active: false });
    expect(await before(portal.id, 'billing_portal.configuration.updated')).toMatchObject({ active: true });
    const { subscription } = await subscribed(stripe);
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: 'cancel' });
    expect(await before(schedule.id, 'subscription_schedule.updated')).toMatchObject({ end_behavior: 'release' });
  });
});
