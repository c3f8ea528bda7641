import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage#limitations */
let running: RunningStripe;
let stripe: Stripe;

async function start(config: Readonly<Record<string, unknown>>): Promise<void> {
  running = await startStripe(config);
  ({ stripe } = running);
}

afterEach(() => running.close());

const clock = async (): Promise<string> =>
  (await stripe.testHelpers.testClocks.create({ frozen_time: 1_700_000_000 })).id;

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await work();
}

describe('with limits', () => {
  beforeEach(() => start({ limits: true }));

  it('a test clock takes three customers, and a deleted one makes room', async () => {
    const test_clock = await clock();
    const { id } = await stripe.customers.create({ test_clock });
    await times(2, () => stripe.customers.create({ test_clock }));
    expect(await failure(stripe.customers.create({ test_clock }))).toMatchObject({
      statusCode: 400,
      message: 'You have reached the maximum of 3 customers for this test clock.',
    });
    await stripe.customers.create();
    await stripe.customers.del(id);
    await stripe.customers.create({ test_clock });
  });

  it('a customer on a test clock takes three subscriptions', async () => {
    const customer = await customerWithCard(stripe, { test_clock: await clock() });
    const items = [
      {
        price_data: {
          currency: 'usd',
          product: (await stripe.products.create({ name: 'Gold' })).id,
          recurring: { interval: 'month' as const },
          unit_amount: 100,
        },
      },
    ];
    await times(3, () => stripe.subscriptions.create({ customer, items }));
    expect(await failure(stripe.subscriptions.create({ customer, items }))).toMatchObject({ statusCode: 400 });
  });

  it('a test clock takes ten quotes without a customer', async () => {
    const test_clock = await clock();
    const made = await stripe.quotes.create({ test_clock });
    expect(made).toMatchObject({ test_clock, created: 1_700_000_000, customer: null });
    await times(9, () => stripe.quotes.create({ test_clock }));
    expect(await failure(stripe.quotes.create({ test_clock }))).toMatchObject({ statusCode: 400 });
  });

  it('an account has sixteen webhook endpoints', async () => {
    const make = () => stripe.webhookEndpoints.create({ url: 'https://example.com', enabled_events: ['*'] });
    await times(16, make);
    expect(await failure(make())).toMatchObject({
      statusCode: 400,
      message: 'You have reached the maximum of 16 test webhook endpoints.',
    });
  });
});

it('without them a test clock takes any number of customers', async () => {
  await start({});
  const test_clock = await clock();
  await times(5, () => stripe.customers.create({ test_clock }));
  expect((await stripe.customers.list({ test_clock })).data).toHaveLength(5);
});
