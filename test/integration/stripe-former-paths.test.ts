import type Stripe from 'stripe';
import { customerWithCard, oldStripe, startStripe, type OldStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

type Loose = Record<string, unknown>;

let running: RunningStripe;
let stripe: Stripe;
let old: OldStripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  old = oldStripe(running, '2020-08-27');
}, 60_000);

afterAll(async () => {
  old.close();
  await running.close();
});

beforeEach(() => running.platform.state.reset());

/** What libraries of former days call, which the official package has no more. */
async function call(method: string, path: string, params: Loose = {}): Promise<Loose> {
  const answer: unknown = await stripe.rawRequest(method, path, method === 'POST' ? params : undefined);
  return answer as Loose;
}

describe('former paths of customers', () => {
  it('keep cards apart from bank accounts', async () => {
    const { id } = await stripe.customers.create();
    const card = await call('POST', `/v1/customers/${id}/cards`, { card: 'tok_visa' });
    expect(card).toMatchObject({ object: 'card', last4: '4242', customer: id });
    const account = await call('POST', `/v1/customers/${id}/bank_accounts`, { bank_account: 'btok_us_verified' });
    expect(account).toMatchObject({ object: 'bank_account' });
    const url = `/v1/customers/${id}/cards`;
    expect(await call('GET', url)).toMatchObject({ object: 'list', url, data: [{ id: card['id'] }], has_more: false });
    const path = `${url}/${card['id'] as string}`;
    expect(await call('POST', path, { name: 'Ada' })).toMatchObject({ name: 'Ada' });
    expect(await call('GET', path)).toMatchObject({ id: card['id'], name: 'Ada' });
    await expect(call('GET', `${url}/${account['id'] as string}`)).rejects.toMatchObject({ statusCode: 404 });
    const verified = `/v1/customers/${id}/bank_accounts/${account['id'] as string}`;
    expect(await call('GET', verified)).toMatchObject({ id: account['id'] });
    expect(await call('DELETE', path)).toEqual({ id: card['id'], object: 'card', deleted: true });
    expect(await call('GET', url)).toMatchObject({ data: [] });
  });

  it('keep subscriptions and discounts', async () => {
    const customer = await customerWithCard(stripe);
    const price = await monthly();
    const url = `/v1/customers/${customer}/subscriptions`;
    const made = await call('POST', url, { items: [{ price }] });
    expect(made).toMatchObject({ object: 'subscription', customer, status: 'active' });
    const id = made['id'] as string;
    expect(await call('GET', url)).toMatchObject({ url, data: [{ id }] });
    expect(await call('GET', `${url}/${id}`)).toMatchObject({ id });
    await stripe.coupons.create({ id: 'ten', percent_off: 10, duration: 'forever' });
    await call('POST', `${url}/${id}`, { discounts: [{ coupon: 'ten' }] });
    expect(await call('GET', `${url}/${id}/discount`)).toMatchObject({ object: 'discount', subscription: id });
    expect(await call('DELETE', `${url}/${id}/discount`)).toMatchObject({ object: 'discount', deleted: true });
    await expect(call('GET', `${url}/${id}/discount`)).rejects.toMatchObject({ statusCode: 404 });
    await expect(call('GET', `/v1/customers/${customer}/discount`)).rejects.toMatchObject({ statusCode: 404 });
    const other = await stripe.customers.create();
    await expect(call('GET', `/v1/customers/${other.id}/subscriptions/${id}`)).rejects.toMatchObject({
      statusCode: 404,
      message: `Customer ${other.id} does not have a subscription with ID ${id}`,
    });
    expect(await call('DELETE', `${url}/${id}`)).toMatchObject({ id, status: 'canceled' });
  });

  it('know the discount of the customer', async () => {
    await stripe.coupons.create({ id: 'ten', percent_off: 10, duration: 'forever' });
    const client = running.client({ apiVersion: '2024-06-20' } as never);
    const { id } = await client.customers.create({ coupon: 'ten' } as never);
    expect(await call('GET', `/v1/customers/${id}/discount`)).toMatchObject({ object: 'discount', customer: id });
  });
});

describe('former paths of charges', () => {
  it('give money back', async () => {
    const charge = await stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' });
    const path = `/v1/charges/${charge.id}`;
    expect(await call('POST', `${path}/refund`, { amount: 100 })).toMatchObject({
      id: charge.id,
      object: 'charge',
      amount_refunded: 100,
    });
    const refund = await call('POST', `${path}/refunds`, { amount: 200 });
    expect(refund).toMatchObject({ object: 'refund', amount: 200, charge: charge.id });
    const list = await call('GET', `${path}/refunds`);
    expect(list).toMatchObject({ object: 'list', url: `${path}/refunds`, data: [{ amount: 200 }, { amount: 100 }] });
    const one = `${path}/refunds/${refund['id'] as string}`;
    expect(await call('POST', one, { metadata: { why: 'late' } })).toMatchObject({ metadata: { why: 'late' } });
    expect(await call('GET', one)).toMatchObject({ id: refund['id'] });
    await expect(call('POST', `${path}/refund`, { amount: 'much' })).rejects.toMatchObject({
      code: 'parameter_invalid_integer',
    });
  });

  it('answer a dispute', async () => {
    const charge = await stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_createDispute' });
    const path = `/v1/charges/${charge.id}/dispute`;
    // It begins once the payment was answered.
    await waitFor('the dispute', async () => (await stripe.charges.retrieve(charge.id)).disputed);
    expect(await call('POST', path, { evidence: { product_description: 'Boots' }, submit: false })).toMatchObject({
      object: 'dispute',
      evidence: { product_description: 'Boots' },
    });
    expect(await call('POST', `${path}/close`)).toMatchObject({ status: 'lost' });
  });
});

it('keeps the history of the balance, and the persons and bank accounts of accounts, under their former paths', async () => {
  await stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' });
  const { data } = (await call('GET', '/v1/balance/history')) as { data: { id: string }[] };
  expect(data).toMatchObject([{ object: 'balance_transaction', amount: 900 }]);
  expect(await call('GET', `/v1/balance/history/${data[0]!.id}`)).toMatchObject({ amount: 900 });
  const account = await stripe.accounts.create({ type: 'custom', country: 'US' });
  const person = await call('POST', `/v1/accounts/${account.id}/people`, { first_name: 'Ada' });
  expect(await call('GET', `/v1/accounts/${account.id}/people/${person['id'] as string}`)).toMatchObject({
    first_name: 'Ada',
  });
  const bank = await call('POST', `/v1/accounts/${account.id}/bank_accounts`, { bank_account: 'btok_us_verified' });
  expect(await call('GET', `/v1/accounts/${account.id}/bank_accounts`)).toMatchObject({ data: [{ id: bank['id'] }] });
});

describe('usage records', () => {
  async function metered(aggregate?: string): Promise<Loose> {
    return old.plans.create({
      currency: 'usd',
      interval: 'month',
      product: { name: 'Calls' },
      amount: 10,
      usage_type: 'metered',
      ...(aggregate !== undefined && { aggregate_usage: aggregate }),
    });
  }

  async function subscribe(plan: Loose): Promise<{ clock: string; item: string; start: number; id: string }> {
    const start = 1_700_000_000;
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const customer = await customerWithCard(stripe, { test_clock: clock.id });
    const made = (await old.subscriptions.create({ customer, items: [{ plan: plan['id'] }] })) as {
      id: string;
      items: { data: { id: string }[] };
    };
    return { clock: clock.id, item: made.items.data[0]!.id, start, id: made.id };
  }

  it.each([
    [undefined, 9],
    ['sum', 9],
    ['max', 5],
    ['last_during_period', 4],
    ['last_ever', 4],
  ] as const)('are billed by %s', async (aggregate, quantity) => {
    const plan = await metered(aggregate);
    expect(plan).toMatchObject({ usage_type: 'metered', aggregate_usage: aggregate ?? 'sum' });
    const { clock, item, start, id } = await subscribe(plan);
    const record = await old.subscriptionItems.createUsageRecord(item, { quantity: 5, timestamp: start + 100 });
    expect(record).toMatchObject({
      object: 'usage_record',
      livemode: false,
      quantity: 5,
      subscription_item: item,
      timestamp: start + 100,
    });
    await old.subscriptionItems.createUsageRecord(item, { quantity: 3, timestamp: start + 200 });
    await old.subscriptionItems.createUsageRecord(item, { quantity: 4, timestamp: start + 200, action: 'set' });
    const open = await old.subscriptionItems.listUsageRecordSummaries(item);
    expect(open).toMatchObject({ data: [{ object: 'usage_record_summary', invoice: null, total_usage: quantity }] });
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: start + 32 * 24 * 3600 });
    const [invoice] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(invoice).toMatchObject({ total: quantity * 10 });
    const { data } = (await old.subscriptionItems.listUsageRecordSummaries(item)) as { data: Loose[] };
    expect(data[1]).toMatchObject({ invoice: invoice!.id, total_usage: quantity, period: { start } });
    expect(data[0]).toMatchObject({ invoice: null, total_usage: aggregate === 'last_ever' ? 4 : 0 });
  });

  it('add up at one time, and are refused where they cannot count', async () => {
    const { item, start } = await subscribe(await metered());
    await old.subscriptionItems.createUsageRecord(item, { quantity: 2, timestamp: start });
    const record = await old.subscriptionItems.createUsageRecord(item, { quantity: 3, timestamp: start });
    expect(record).toMatchObject({ quantity: 5 });
    for (const [params, param] of [
      [{ timestamp: start }, 'quantity'],
      [{ quantity: 'x', timestamp: start }, 'quantity'],
      [{ quantity: 1, timestamp: start, action: 'add' }, 'action'],
      [{ quantity: 1, timestamp: start - 5 }, 'timestamp'],
    ] as const) {
      await expect(old.subscriptionItems.createUsageRecord(item, params)).rejects.toMatchObject({
        statusCode: 400,
        param,
      });
    }
    const customer = await customerWithCard(stripe);
    const licensed = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    await expect(
      old.subscriptionItems.createUsageRecord(licensed.items.data[0]!.id, { quantity: 1 }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('are there no more since basil', async () => {
    const { item } = await subscribe(await metered());
    await expect(call('POST', `/v1/subscription_items/${item}/usage_records`, { quantity: 1 })).rejects.toMatchObject({
      statusCode: 404,
    });
    expect((await stripe.prices.list()).data[0]!.recurring).not.toHaveProperty('aggregate_usage');
  });
});

async function monthly(): Promise<string> {
  const product = await stripe.products.create({ name: 'Gold' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 900,
    recurring: { interval: 'month' },
  });
  return price.id;
}
