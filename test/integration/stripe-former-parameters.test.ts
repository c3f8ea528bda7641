import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../support/stripe';

type Loose = Record<string, unknown>;

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

/** A call as a client of a version makes it. */
async function call(version: string, method: string, path: string, params?: Loose): Promise<Loose> {
  const answer: unknown = await running.client({ apiVersion: version } as never).rawRequest(method, path, params);
  return answer as Loose;
}

async function monthly(amount = 1000): Promise<string> {
  const product = await stripe.products.create({ name: 'Gold' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval: 'month' },
  });
  return price.id;
}

describe('before basil', () => {
  const acacia = '2025-02-24.acacia';

  it('invoice items and lines named their price, and had a unit amount', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const item = await call(acacia, 'POST', '/v1/invoiceitems', {
      customer,
      unit_amount: 250,
      quantity: 3,
      currency: 'usd',
    });
    expect(item).toMatchObject({ amount: 750, unit_amount: 250, quantity: 3 });
    const product = await stripe.products.create({ name: 'Setup' });
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 400 });
    const { id } = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'exclude' });
    const invoice = await call(acacia, 'POST', `/v1/invoices/${id}/add_lines`, {
      lines: [{ price: price.id, quantity: 2 }],
    });
    expect(invoice).toMatchObject({
      total: 800,
      lines: { data: [{ price: { id: price.id }, amount_excluding_tax: 800 }] },
    });
    const line = (invoice['lines'] as { data: { id: string }[] }).data[0]!.id;
    const other = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 500 });
    expect(
      await call(acacia, 'POST', `/v1/invoices/${id}/update_lines`, { lines: [{ id: line, price: other.id }] }),
    ).toMatchObject({ total: 1000 });
    expect(await call(acacia, 'POST', `/v1/invoices/${id}/lines/${line}`, { price: price.id })).toMatchObject({
      amount: 800,
    });
  });

  it('phases of schedules took a coupon', async () => {
    await stripe.coupons.create({ id: 'half', percent_off: 50, duration: 'forever' });
    const schedule = await call(acacia, 'POST', '/v1/subscription_schedules', {
      customer: await customerWithCard(stripe),
      start_date: 'now',
      phases: [{ items: [{ price: await monthly() }], iterations: 2, coupon: 'half' }],
      expand: ['subscription.latest_invoice'],
    });
    expect(schedule['subscription']).toMatchObject({ latest_invoice: { subtotal: 1000, total: 500 } });
  });

  it('credit notes named one refund', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const { id } = await stripe.invoices.create({ customer });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 900, currency: 'usd' });
    await stripe.invoices.finalizeInvoice(id);
    await stripe.invoices.pay(id);
    const { payment_intent: intent } = await call(acacia, 'GET', `/v1/invoices/${id}`);
    const refund = await stripe.refunds.create({ payment_intent: intent as string, amount: 300 });
    expect(
      await call(acacia, 'POST', '/v1/credit_notes', { invoice: id, amount: 300, refund: refund.id }),
    ).toMatchObject({ amount: 300, refund: refund.id });
  });
});

it('knows how 2023-10-16 wrote what invoices and portals show', async () => {
  const version = '2023-10-16';
  const customer = await customerWithCard(stripe);
  const options = { amount_tax_display: 'include_inclusive_tax' };
  const invoice = await call(version, 'POST', '/v1/invoices', { customer, rendering_options: options });
  expect(invoice).toMatchObject({ rendering_options: options });
  const id = invoice['id'] as string;
  expect(await stripe.invoices.retrieve(id)).toMatchObject({ rendering: options });
  expect(await call('2024-04-10', 'GET', `/v1/invoices/${id}`)).not.toHaveProperty('rendering_options');
  const configuration = await call(version, 'POST', '/v1/billing_portal/configurations', {
    features: { invoice_history: { enabled: true }, subscription_pause: { enabled: true } },
    business_profile: { headline: 'Hi' },
  });
  expect(configuration).toMatchObject({
    features: { invoice_history: { enabled: true }, subscription_pause: { enabled: true } },
  });
});

it('names the threshold of alerts as it was before acacia', async () => {
  const { id: customer } = await running.stripe.customers.create();
  const { id: meter } = await running.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  const alert = await call('2024-06-20', 'POST', '/v1/billing/alerts', {
    alert_type: 'usage_threshold',
    title: 'Much',
    filter: { customer },
    usage_threshold_config: { gte: 100, meter, recurrence: 'one_time' },
  });
  expect(alert).toHaveProperty('usage_threshold_config');
  expect(await call('2024-09-30.acacia', 'GET', `/v1/billing/alerts/${String(alert['id'])}`)).not.toHaveProperty(
    'usage_threshold_config',
  );
});

describe('Checkout before 2022-08-01', () => {
  const session = (params: Loose): Promise<Loose> =>
    call('2020-08-27', 'POST', '/v1/checkout/sessions', {
      success_url: 'http://localhost/done',
      cancel_url: 'http://localhost/no',
      payment_method_types: ['card'],
      ...params,
    });

  it('priced its lines by themselves, made a customer, and named shipping rates', async () => {
    const rate = await stripe.shippingRates.create({
      display_name: 'Post',
      type: 'fixed_amount',
      fixed_amount: { amount: 300, currency: 'usd' },
    });
    const made = await session({
      mode: 'payment',
      line_items: [{ name: 'Boots', description: 'Warm', amount: 4000, currency: 'usd', quantity: 2 }],
      shipping_rates: [rate.id],
    });
    expect(made).toMatchObject({ amount_subtotal: 8000, customer_creation: 'always', shipping_rate: rate.id });
    const { data } = await stripe.checkout.sessions.listLineItems(made['id'] as string);
    expect(data).toMatchObject([{ description: 'Boots', amount_subtotal: 8000, quantity: 2 }]);
  });

  it('took the items and the coupon of a subscription', async () => {
    await stripe.coupons.create({ id: 'half', percent_off: 50, duration: 'forever' });
    const made = await session({
      subscription_data: { items: [{ plan: await monthly(), quantity: 1 }], coupon: 'half' },
    });
    expect(made).toMatchObject({ mode: 'subscription', amount_subtotal: 1000, amount_total: 500 });
  });

  it('tried a plan for as long as that says', async () => {
    const { id: product } = await stripe.products.create({ name: 'Tea' });
    const plan = await stripe.plans.create({
      product,
      currency: 'usd',
      amount: 700,
      interval: 'month',
      trial_period_days: 14,
    });
    const sold = { items: [{ plan: plan.id }] };
    const tried = await session({ subscription_data: { ...sold, trial_from_plan: true } });
    expect(tried).toMatchObject({ mode: 'subscription', amount_total: 0 });
    expect(await session({ subscription_data: sold })).toMatchObject({ amount_total: 700 });
  });
});

describe('before 2020-08-27', () => {
  const version = '2020-03-02';

  it('subscriptions took one plan, a percentage of tax, and whether to prorate', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const made = await call(version, 'POST', '/v1/subscriptions', {
      customer,
      plan: await monthly(),
      quantity: 2,
      tax_percent: 25,
      expand: ['latest_invoice'],
    });
    expect(made).toMatchObject({
      tax_percent: 25,
      quantity: 2,
      latest_invoice: { subtotal: 2000, tax: 500, tax_percent: 25, total: 2500 },
    });
    const [item] = (made['items'] as { data: { id: string }[] }).data;
    const id = made['id'] as string;
    await call(version, 'POST', `/v1/subscriptions/${id}`, { items: [{ id: item!.id, quantity: 4 }], prorate: false });
    expect((await stripe.invoiceItems.list({ customer })).data).toEqual([]);
    await call(version, 'POST', `/v1/subscription_items/${item!.id}`, { quantity: 5, prorate: true });
    expect((await stripe.invoiceItems.list({ customer })).data).not.toEqual([]);
    const upcoming = await call(
      version,
      'GET',
      `/v1/invoices/upcoming?customer=${customer}&subscription=${id}&subscription_prorate=false&subscription_items[0][id]=${item!.id}&subscription_items[0][quantity]=9`,
    );
    expect(upcoming).toMatchObject({ subscription: id, object: 'invoice' });
    const invoice = await call(version, 'POST', '/v1/invoices', { customer, tax_percent: 10 });
    expect(invoice).toMatchObject({ tax_percent: 10 });
    await expect(stripe.subscriptions.update(id, { tax_percent: 5 } as never)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
  });

  it('a plan without an interval of its own replaced the only one', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const other = await monthly(3000);
    expect(await call(version, 'POST', `/v1/subscriptions/${id}`, { plan: other, quantity: 3 })).toMatchObject({
      plan: { id: other },
      quantity: 3,
      items: { data: [{ quantity: 3 }] },
    });
  });

  it('how a subscription is billed had another name before 2019-10-17', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const made = await call('2019-09-09', 'POST', '/v1/subscriptions', {
      customer,
      items: [{ plan: await monthly() }],
      billing: 'send_invoice',
      days_until_due: 14,
    });
    expect(made).toMatchObject({ billing: 'send_invoice', days_until_due: 14 });
    expect(await call('2019-10-17', 'GET', `/v1/subscriptions/${String(made['id'])}`)).toMatchObject({
      collection_method: 'send_invoice',
    });
    const { data } = (await call('2019-09-09', 'GET', '/v1/invoices?billing=send_invoice')) as { data: Loose[] };
    expect(data).toMatchObject([{ billing: 'send_invoice' }]);
  });
});

it('names the states of payment intents as they were before 2019-02-11', async () => {
  const version = '2018-11-08';
  const made = await call(version, 'POST', '/v1/payment_intents', {
    amount: 900,
    currency: 'usd',
    allowed_source_types: ['card'],
  });
  expect(made).toMatchObject({ status: 'requires_source', allowed_source_types: ['card'], next_source_action: null });
  const id = made['id'] as string;
  expect(
    await call(version, 'POST', `/v1/payment_intents/${id}/confirm`, {
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'http://localhost/back',
    }),
  ).toMatchObject({ status: 'requires_source_action', next_source_action: { type: 'authorize_with_url' } });
});

describe('invoices before 2022-08-01', () => {
  it('took up what was pending, also prorations of subscriptions, unless told not to', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const [cheap, dear] = [await monthly(1000), await monthly(3000)];
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: cheap }] });
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: dear }] });
    await stripe.invoiceItems.create({ customer, amount: 70, currency: 'usd' });
    expect((await stripe.invoices.create({ customer })).lines.data).toEqual([]);
    const old = '2020-08-27';
    const none = await call(old, 'POST', '/v1/invoices', { customer, pending_invoice_items_behavior: 'exclude' });
    expect(none).toMatchObject({ lines: { data: [] } });
    expect(await call(old, 'POST', '/v1/invoices', { customer })).toMatchObject({ total: 2070 });
    await expect(call(old, 'POST', '/v1/invoices', { customer })).rejects.toMatchObject({
      code: 'invoice_no_customer_line_items',
      message: 'Nothing to invoice for customer',
    });
    const drafted = { customer, pending_invoice_items_behavior: 'include' };
    expect(await call(old, 'POST', '/v1/invoices', drafted)).toMatchObject({ total: 0 });
  });
});

describe('subscriptions of 2018', () => {
  const old = '2018-02-28';

  it('were canceled at the end of their period by the operation that cancels them', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const path = `/v1/subscriptions/${id}`;
    expect(await call(old, 'DELETE', `${path}?at_period_end=true`)).toMatchObject({
      cancel_at_period_end: true,
      status: 'active',
    });
    expect(await call(old, 'DELETE', `/v1/customers/${customer}${path.slice(3)}?at_period_end=false`)).toMatchObject({
      status: 'canceled',
    });
    const another = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const today = call('2022-11-15', 'DELETE', `/v1/subscriptions/${another.id}?at_period_end=true`);
    await expect(today).rejects.toMatchObject({ code: 'parameter_unknown' });
  });

  it('took what pays for them', async () => {
    const { id: customer } = await stripe.customers.create();
    const given = { customer, items: [{ plan: await monthly() }], source: 'tok_visa' };
    const made = await call(old, 'POST', '/v1/subscriptions', given);
    expect(made).toMatchObject({ status: 'active' });
    const paying = async () =>
      (await stripe.customers.retrieve(customer, { expand: ['default_source'] })) as Stripe.Customer;
    expect((await paying()).default_source).toMatchObject({ object: 'card', brand: 'Visa' });
    await call(old, 'POST', `/v1/subscriptions/${made['id'] as string}`, { source: 'tok_mastercard' });
    expect((await paying()).default_source).toMatchObject({ brand: 'MasterCard' });
  });
});

it('products had attributes, for their variants', async () => {
  const made = await call('2020-08-27', 'POST', '/v1/products', {
    name: 'Shirt',
    type: 'good',
    attributes: ['size', 'color'],
    caption: 'Comfortable',
  });
  expect(made).toMatchObject({ type: 'good', attributes: ['size', 'color'], caption: 'Comfortable' });
});
