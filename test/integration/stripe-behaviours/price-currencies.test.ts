import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { DAY, invoicesOf, latestInvoice, priced, START, subscribed } from '../../support/stripe-billing';

/** https://docs.stripe.com/products-prices/pricing-models#multicurrency: one price with amounts in several currencies */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const inEuros = (unit_amount = 900, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> =>
  priced(stripe, { currency_options: { eur: { unit_amount } }, ...more });

async function bought(unit_amount = 700): Promise<string> {
  const given = { currency: 'usd', unit_amount: 800, product_data: { name: 'Setup' } };
  return (await stripe.prices.create({ ...given, currency_options: { eur: { unit_amount } } })).id;
}

describe('a price in another currency', () => {
  it('is what a subscription in that currency pays, now and later', async () => {
    const { subscription, customer, advance } = await subscribed(stripe, {
      items: [{ price: await inEuros() }],
      currency: 'eur',
      add_invoice_items: [{ price: await bought() }],
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({ currency: 'eur', status: 'active' });
    expect(subscription.items.data[0]!.price).toMatchObject({ currency: 'usd', unit_amount: 1000 });
    expect(latestInvoice(subscription)).toMatchObject({ currency: 'eur', total: 1600, status: 'paid' });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ currency: 'eur' });
    await advance(START + 31 * DAY + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({
      currency: 'eur',
      total: 900,
      status: 'paid',
    });
  });

  it('is prorated and previewed in that currency', async () => {
    const { subscription, item, customer } = await subscribed(stripe, {
      items: [{ price: await inEuros() }],
      currency: 'eur',
    });
    const given = { items: [{ id: item, price: await inEuros(1800) }], proration_behavior: 'always_invoice' as const };
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: given });
    expect(preview).toMatchObject({ currency: 'eur', total: 900 });
    await stripe.subscriptions.update(subscription.id, given);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ currency: 'eur', total: 900 });
    const other = { customer, currency: 'eur', subscription_details: { items: [{ price: await inEuros(500) }] } };
    expect(await stripe.invoices.createPreview(other)).toMatchObject({ currency: 'eur', total: 500 });
  });

  it('has tiers of its own, and coupons that are in it', async () => {
    const tiers = (first: number, then: number): Stripe.PriceCreateParams.Tier[] => [
      { up_to: 1, unit_amount: first },
      { up_to: 'inf', unit_amount: then },
    ];
    const price = await priced(stripe, {
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: tiers(100, 50),
      currency_options: { eur: { tiers: tiers(90, 40) } },
    });
    const coupon = await stripe.coupons.create({
      amount_off: 100,
      currency: 'usd',
      currency_options: { eur: { amount_off: 70 } },
    });
    const { subscription } = await subscribed(stripe, {
      items: [{ price, quantity: 3 }],
      currency: 'eur',
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ subtotal: 170, total: 100 });
  });

  it('is what items and lines of an invoice in that currency cost', async () => {
    const customer = await customerWithCard(stripe);
    const price = await bought();
    const { id } = await stripe.invoices.create({ customer, currency: 'eur' });
    const item = await stripe.invoiceItems.create({ customer, invoice: id, pricing: { price }, quantity: 2 });
    expect(item).toMatchObject({ amount: 1400, currency: 'eur' });
    expect(await stripe.invoices.addLines(id, { lines: [{ pricing: { price }, quantity: 1 }] })).toMatchObject({
      total: 2100,
    });
    const waiting = await stripe.invoiceItems.create({ customer, currency: 'eur', pricing: { price } });
    expect(waiting).toMatchObject({ amount: 700, currency: 'eur' });
  });

  it('is what phases in that currency cost', async () => {
    const schedule = await stripe.subscriptionSchedules.create({
      customer: await customerWithCard(stripe),
      start_date: 'now',
      phases: [{ currency: 'eur', items: [{ price: await inEuros() }], duration: { interval: 'month' } }],
      expand: ['subscription'],
    });
    expect(schedule).toMatchObject({ phases: [{ currency: 'eur' }], subscription: { currency: 'eur' } });
    const { id } = schedule.subscription as Stripe.Subscription;
    expect((await invoicesOf(stripe, id))[0]).toMatchObject({ currency: 'eur', total: 900 });
  });

  it('is refused where it has none', async () => {
    const items = [{ price: await inEuros() }];
    const error = await failure(subscribed(stripe, { items, currency: 'gbp' }));
    expect(error.message).toBe(
      "The price specified only supports `usd`. This doesn't match the expected currency: `gbp`.",
    );
  });
});
