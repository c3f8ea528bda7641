import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(() => running.platform.state.reset());

const makeMeter = (formula: 'sum' | 'count' | 'last'): Promise<Stripe.Billing.Meter> =>
  stripe.billing.meters.create({ display_name: 'Calls', event_name: 'calls', default_aggregation: { formula } });

async function report(
  customer: string,
  value: number,
  more: Partial<Stripe.Billing.MeterEventCreateParams> = {},
): Promise<void> {
  await stripe.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer, value: String(value) },
    ...more,
  });
}

describe('usage', () => {
  it.each([
    ['sum', 12],
    ['count', 3],
    ['last', 5],
  ] as const)('is summed up by %s', async (formula, expected) => {
    const meter = await makeMeter(formula);
    const { id: customer } = await stripe.customers.create();
    for (const value of [3, 4, 5]) await report(customer, value);
    const now = Math.floor(Date.now() / 60_000) * 60;
    const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
      customer,
      start_time: now - 3600,
      end_time: now + 3600,
    });
    expect(data).toMatchObject([{ aggregated_value: expected, meter: meter.id }]);
  });

  it('counts once for an identifier, and can be taken back', async () => {
    const meter = await makeMeter('sum');
    const { id: customer } = await stripe.customers.create();
    await report(customer, 3, { identifier: 'one' });
    await expect(report(customer, 3, { identifier: 'one' })).rejects.toMatchObject({
      statusCode: 400,
      message: 'An event already exists with identifier one.',
    });
    await stripe.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'one' },
    });
    const now = Math.floor(Date.now() / 60_000) * 60;
    const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
      customer,
      start_time: now - 60,
      end_time: now + 60,
    });
    expect(data).toEqual([]);
  });

  it('is refused where no active meter asks for it', async () => {
    const { id: customer } = await stripe.customers.create();
    await expect(report(customer, 1)).rejects.toMatchObject({ statusCode: 400, param: 'event_name' });
    const meter = await makeMeter('sum');
    await stripe.billing.meters.deactivate(meter.id);
    await expect(report(customer, 1)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('is on the invoice at the end of the period', async () => {
    const meter = await makeMeter('sum');
    const start = Date.UTC(2026, 2, 1) / 1000;
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
    const product = await stripe.products.create({ name: 'Calls' });
    const price = await stripe.prices.create({
      currency: 'usd',
      product: product.id,
      unit_amount: 7,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const subscription = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    await report(customer, 100, { timestamp: start + 60 });
    await report(customer, 23, { timestamp: start + 120 });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: Date.UTC(2026, 3, 2) / 1000 });
    const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(invoice).toMatchObject({ total: 861, status: 'paid', billing_reason: 'subscription_cycle' });
  });
});

describe('credit grants', () => {
  it('make a balance, until they end', async () => {
    const { id: customer } = await stripe.customers.create();
    const grant = await stripe.billing.creditGrants.create({
      customer,
      amount: { type: 'monetary', monetary: { currency: 'usd', value: 1000 } },
      applicability_config: { scope: { price_type: 'metered' } },
    });
    const balances = async (): Promise<Stripe.Billing.CreditBalanceSummary['balances']> =>
      (
        await stripe.billing.creditBalanceSummaries.retrieve({
          customer,
          filter: { type: 'applicability_scope', applicability_scope: { price_type: 'metered' } },
        })
      ).balances;
    expect(await balances()).toMatchObject([{ available_balance: { monetary: { currency: 'usd', value: 1000 } } }]);
    await stripe.billing.creditGrants.voidGrant(grant.id);
    expect(await balances()).toEqual([]);
    const { data } = await stripe.billing.creditBalanceTransactions.list({ customer });
    expect(data.map(({ type }) => type)).toEqual(['debit', 'credit']);
  });
});
