import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { DAY, invoicesOf, latestInvoice, noonOf, priced, START, subscribed } from '../../support/stripe-billing';

/** https://docs.stripe.com/api/product_catalog/trial_offer, and `current_trial` of subscription items */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** Two weeks for a dollar each, then $20 a month. */
async function offered(active = true) {
  const price = await priced(stripe, { unit_amount: 100, recurring: { interval: 'week' } });
  const then = await priced(stripe, { unit_amount: 2000 });
  const { id } = await stripe.productCatalog.trialOffers.create({
    price,
    active,
    duration: { type: 'relative', relative: { iterations: 2 } },
    end_behavior: { transition: { price: then } },
  });
  return { id, price, then };
}

describe('an item with a trial offer', () => {
  it('is at its price as long as it lasts, and at the other one from then on', async () => {
    const { id, price, then } = await offered();
    const { subscription, advance } = await subscribed(stripe, {
      items: [{ current_trial: { trial_offer: id } }],
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ total: 100, status: 'paid' });
    expect(subscription.items.data[0]).toMatchObject({
      price: { id: price },
      current_trial: { trial_offer: id, start_date: START, end_date: START + 14 * DAY },
    });
    await advance(START + 7 * DAY + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 100 });
    await advance(START + 14 * DAY + 7200);
    const after = await stripe.subscriptions.retrieve(subscription.id);
    expect(after).toMatchObject({ status: 'active', billing_cycle_anchor: START + 14 * DAY });
    expect(after.items.data[0]).toMatchObject({
      price: { id: then },
      current_trial: null,
      current_period_end: noonOf(2, 15),
    });
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ total: 2000, status: 'paid' });
  });

  it('is one that is not archived', async () => {
    const { id } = await offered(false);
    expect(await failure(subscribed(stripe, { items: [{ current_trial: { trial_offer: id } }] }))).toMatchObject({
      statusCode: 400,
      param: 'items[0][current_trial][trial_offer]',
    });
  });

  it('loses it with another price', async () => {
    const { id } = await offered();
    const { subscription, item } = await subscribed(stripe, { items: [{ current_trial: { trial_offer: id } }] });
    const after = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: await priced(stripe) }],
    });
    expect(after.items.data[0]).toMatchObject({ current_trial: null });
  });
});
