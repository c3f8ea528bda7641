import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** Errors in Stripe's own words, which applications look at. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function monthly(currency = 'usd'): Promise<string> {
  const { id: product } = await stripe.products.create({ name: 'Gold' });
  const { id } = await stripe.prices.create({ product, currency, unit_amount: 1000, recurring: { interval: 'month' } });
  return id;
}

const messageOf = async (call: Promise<unknown>): Promise<string> => (await failure(call)).message;

it('says that a customer has subscriptions in another currency', async () => {
  const customer = await customerWithCard(stripe);
  await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
  const other = stripe.subscriptions.create({ customer, items: [{ price: await monthly('eur') }] });
  expect(await messageOf(other)).toBe(
    'You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency usd.',
  );
});

it('says that the end of a subscription is managed by its schedule', async () => {
  const customer = await customerWithCard(stripe);
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
  expect(await messageOf(stripe.subscriptions.update(id, { cancel_at_period_end: true }))).toBe(
    `The subscription is managed by the subscription schedule \`${schedule.id}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
  await stripe.subscriptionSchedules.release(schedule.id);
  expect(await messageOf(stripe.subscriptionSchedules.cancel(schedule.id))).toBe(
    'You cannot cancel a subscription schedule that is currently in the `released` status. It must be in `not_started, active` status to be canceled.',
  );
  expect((await stripe.subscriptions.update(id, { cancel_at_period_end: true })).cancel_at_period_end).toBe(true);
});

it('says that a product is not for sale any more', async () => {
  const price = await monthly();
  const { product } = await stripe.prices.retrieve(price);
  await stripe.products.update(product as string, { active: false });
  const session = stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price, quantity: 1 }],
    success_url: 'https://example.com',
  });
  expect(await failure(session)).toMatchObject({
    message: `Price \`${price}\` is not available to be purchased because its product is not active.`,
    param: 'line_items[0][price]',
  });
});

it('says that a payment method cannot be used again, neither to pay nor to be kept', async () => {
  const { id } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  const pay = () =>
    stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: id,
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
  await pay();
  expect(await messageOf(pay())).toMatch(
    /^The provided PaymentMethod was previously used with a PaymentIntent without/,
  );
  const { id: customer } = await stripe.customers.create();
  expect(await messageOf(stripe.paymentMethods.attach(id, { customer }))).toBe(
    'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
  );
});
