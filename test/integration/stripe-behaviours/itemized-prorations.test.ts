import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { DAY, invoicesOf, priced, START, subscribed } from '../../support/stripe-billing';

/** https://docs.stripe.com/changelog/clover/2025-09-30/itemize-proration-discount-amounts */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** Upgrades from $31 to $62 after ten days of January, with 10 % off the item and 20 % off the subscription. */
async function upgraded(proration_discounts: 'included' | 'itemized') {
  const [ten, twenty] = await Promise.all(
    [10, 20].map((percent_off) => stripe.coupons.create({ percent_off, duration: 'forever' })),
  );
  const { subscription, item, advance, customer } = await subscribed(stripe, {
    billing_mode: { type: 'flexible', flexible: { proration_discounts } },
    items: [{ price: await priced(stripe, { unit_amount: 3100 }), discounts: [{ coupon: ten!.id }] }],
    discounts: [{ coupon: twenty!.id }],
  });
  await advance(START + 10 * DAY);
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: await priced(stripe, { unit_amount: 6200 }) }],
  });
  const { data } = await stripe.invoiceItems.list({ customer, pending: true });
  return { id: subscription.id, items: data.sort((one, other) => one.amount - other.amount) };
}

describe('discounts of prorations', () => {
  it('are in their amounts where they are included', async () => {
    const { items, id } = await upgraded('included');
    expect(items.map(({ amount }) => amount)).toEqual([-1512, 3024]);
    expect(items[0]!.proration_details!.discount_amounts.map(({ amount }) => amount)).toEqual([0, 0]);
    const { total } = await stripe.invoices.createPreview({ subscription: id });
    expect(total).toBe(1512 + 4464);
  });

  it('stand beside their amounts where they are itemized, and come to the same', async () => {
    const { items, id } = await upgraded('itemized');
    expect(items).toMatchObject([
      { amount: -2100, net_amount: -1512, discountable: false },
      { amount: 4200, net_amount: 3024, discountable: false },
    ]);
    expect(items[1]!.proration_details!.discount_amounts.map(({ amount }) => amount)).toEqual([420, 756]);
    const preview = await stripe.invoices.createPreview({ subscription: id });
    expect(preview.total).toBe(1512 + 4464);
    const line = preview.lines.data.find(({ amount }) => amount === 4200)!;
    expect(line.discount_amounts!.map(({ amount }) => amount)).toEqual([420, 756]);
    // Discounts of items are off in the subtotal: 10 % of 2100 and of 6200.
    expect(preview.subtotal).toBe(1890 + 5580);
  });

  it('are itemized by a migration, and stay so', async () => {
    const { subscription, item } = await subscribed(stripe);
    const to = (proration_discounts: 'included' | 'itemized') =>
      stripe.subscriptions.migrate(subscription.id, {
        billing_mode: { type: 'flexible', flexible: { proration_discounts } },
      });
    expect((await to('itemized')).billing_mode.flexible).toEqual({ proration_discounts: 'itemized' });
    expect(await failure(to('included'))).toMatchObject({ statusCode: 400 });
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, quantity: 2 }],
      proration_behavior: 'always_invoice',
    });
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 1000, status: 'paid' });
  });
});
