import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

const SUBSCRIPTIONS = 300;
const START = Date.UTC(2024, 0, 15, 12) / 1000;
const MONTH_LATER = Date.UTC(2024, 1, 16, 12) / 1000;
const LONGEST_MS = 60_000;

/** More renewals than one call does. */
describe('a test clock with many subscriptions', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let clock: string;
  let customer: string;

  beforeAll(async () => {
    running = await startStripe();
    stripe = running.stripe;
    clock = (await stripe.testHelpers.testClocks.create({ frozen_time: START })).id;
    customer = await customerWithCard(stripe, { test_clock: clock });
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      product_data: { name: 'Gold' },
    });
    for (let n = 0; n < SUBSCRIPTIONS; n++) {
      await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    }
    running.platform.state.save('before');
  }, LONGEST_MS);
  beforeEach(() => running.platform.state.load('before'));
  afterAll(() => running.close());

  const advance = () => stripe.testHelpers.testClocks.advance(clock, { frozen_time: MONTH_LATER });
  const status = async (): Promise<string> => (await stripe.testHelpers.testClocks.retrieve(clock)).status;
  const isReady = async (): Promise<boolean> => (await status()) === 'ready';

  async function expectRenewed(): Promise<void> {
    const invoices = await stripe.invoices.list({ customer, limit: 100 }).autoPagingToArray({ limit: 10_000 });
    expect(invoices).toHaveLength(2 * SUBSCRIPTIONS);
    expect(new Set(invoices.map((invoice) => invoice.status))).toEqual(new Set(['paid']));
    const ready = await stripe.events.list({ type: 'test_helpers.test_clock.ready' });
    expect(ready.data).toHaveLength(1);
    expect((await stripe.testHelpers.testClocks.retrieve(clock)).frozen_time).toBe(MONTH_LATER);
  }

  it(
    'is advanced while other calls are answered',
    async () => {
      expect((await advance()).status).toBe('advancing');
      let answered = 0;
      while ((await status()) === 'advancing') {
        await stripe.customers.create({ name: 'Somebody else' });
        answered += 1;
      }
      expect(answered).toBeGreaterThan(1);
      await expectRenewed();
    },
    LONGEST_MS,
  );

  it(
    'takes no second advance and no change, and may be deleted, before the first is over',
    async () => {
      await advance();
      const message = `Test clock advancement underway - cannot perform modifications: ${clock}`;
      await expect(advance()).rejects.toMatchObject({ statusCode: 429, type: 'StripeRateLimitError', message });
      const [subscription] = (await stripe.subscriptions.list({ customer, limit: 1 })).data;
      await expect(stripe.subscriptions.cancel(subscription!.id)).rejects.toMatchObject({ statusCode: 429, message });
      expect(await stripe.testHelpers.testClocks.retrieve(clock)).toMatchObject({
        status: 'advancing',
        frozen_time: START,
        status_details: { advancing: { target_frozen_time: MONTH_LATER } },
      });
      await stripe.testHelpers.testClocks.del(clock);
      await expect(status()).rejects.toMatchObject({ statusCode: 404 });
      expect((await stripe.events.list({ type: 'test_helpers.test_clock.ready' })).data).toEqual([]);
    },
    LONGEST_MS,
  );

  it(
    'goes on from a snapshot that was made in the middle',
    async () => {
      await advance();
      expect(await status()).toBe('advancing');
      running.platform.state.save('in-the-middle');
      await waitFor('the clock', isReady, LONGEST_MS);
      await running.platform.state.load('in-the-middle');
      expect(await status()).toBe('advancing');
      await waitFor('the clock', isReady, LONGEST_MS);
      await expectRenewed();
    },
    LONGEST_MS,
  );

  it(
    'is given up by a reset in the middle',
    async () => {
      await advance();
      await running.platform.state.load('before');
      expect(await stripe.testHelpers.testClocks.retrieve(clock)).toMatchObject({
        status: 'ready',
        frozen_time: START,
      });
      await advance();
      await waitFor('the clock', isReady, LONGEST_MS);
      await expectRenewed();
    },
    LONGEST_MS,
  );
});
