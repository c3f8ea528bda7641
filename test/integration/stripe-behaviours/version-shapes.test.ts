import type Stripe from 'stripe';
import { customerWithCard, failure, oldStripe, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/versioning and https://docs.stripe.com/changelog */
let running: RunningStripe;
let stripe: Stripe;
let customer: string;
let price: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  customer = await customerWithCard(stripe, { name: 'Ada' });
  const product = await stripe.products.create({ name: 'Gold' });
  price = (
    await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 1500,
      recurring: { interval: 'month' },
    })
  ).id;
});
afterAll(() => running.close());

type Loose = Record<string, unknown>;

/** An answer as a version of the API gives it, without an SDK. */
async function call(
  version: string | undefined,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; body: Loose; version: string | null }> {
  const response = await running.platform.fetch(`/stripe/v1/${path}`, {
    method,
    headers: {
      authorization: 'Bearer sk_test_backlot',
      ...(version !== undefined && { 'stripe-version': version }),
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(method === 'POST' && { body }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Loose,
    version: response.headers.get('stripe-version'),
  };
}
const PAID = 'amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true&payment_method_types[]=card';

describe('a version', () => {
  it('is named in the answer, and in what is wrong with one that there is not', async () => {
    expect((await call('2022-11-15', 'GET', 'balance')).version).toBe('2022-11-15');
    expect((await call(undefined, 'GET', 'balance')).version).toMatch(/^\d{4}-\d\d-\d\d\.\w+$/);
    const wrong = await call('2021-13-45', 'GET', 'balance');
    expect(wrong).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'invalid_request_error',
          message: expect.stringContaining('Invalid Stripe API version: 2021-13-45') as string,
        },
      },
    });
  });

  it('is what events have that were made by its requests to webhooks of it', async () => {
    const made = await call(
      '2020-08-27',
      'POST',
      'webhook_endpoints',
      'url=https://unreachable.invalid&enabled_events[]=*&api_version=2020-08-27',
    );
    expect(made.body).toMatchObject({ api_version: '2020-08-27' });
    await stripe.webhookEndpoints.del(made.body['id'] as string);
    expect((await stripe.events.list({ limit: 1 })).data[0]!.api_version).toMatch(/^\d{4}-\d\d-\d\d\.\w+$/);
  });
});

it('a day on which there was no version is none', async () => {
  expect((await call('2023-10-17', 'GET', 'balance')).status).toBe(400);
  expect((await call('2099-01-01.later', 'GET', 'balance')).status).toBe(200);
});

describe('2020-08-27', () => {
  const VERSION = '2020-08-27';

  it('has the charges in a payment intent, with their fees and refunds', async () => {
    const { body: intent } = await call(VERSION, 'POST', 'payment_intents', PAID);
    expect(intent).toMatchObject({
      status: 'succeeded',
      charges: {
        object: 'list',
        data: [{ object: 'charge', amount: 2000, refunds: { object: 'list', data: [] } }],
      },
    });
  });

  it('has plan, periods and discount in a subscription', async () => {
    const { body } = await call(VERSION, 'POST', 'subscriptions', `customer=${customer}&items[0][price]=${price}`);
    expect(body).toMatchObject({
      plan: { amount: 1500 },
      quantity: 1,
      current_period_start: expect.any(Number) as number,
      discount: null,
      items: { data: [{ plan: { object: 'plan' }, price: { object: 'price' } }] },
    });
    const { body: invoice } = await call(VERSION, 'GET', `invoices/${String(body['latest_invoice'])}`);
    expect(invoice).toMatchObject({
      paid: true,
      subscription: body['id'],
      charge: expect.stringMatching(/^ch_/) as string,
      payment_intent: expect.stringMatching(/^pi_/) as string,
      tax: null,
      discount: null,
    });
  });

  it('has a customer without sources, which can be expanded, and with subscriptions only then', async () => {
    const { body } = await call(VERSION, 'GET', `customers/${customer}`);
    expect(body).not.toHaveProperty('sources');
    expect(body).not.toHaveProperty('subscriptions');
    const { body: expanded } = await call(
      VERSION,
      'GET',
      `customers/${customer}?expand[]=sources&expand[]=subscriptions`,
    );
    expect(expanded).toMatchObject({ sources: { object: 'list' }, subscriptions: { object: 'list' } });
  });

  it('has the discount and the tax ids of a customer', async () => {
    const { body } = await call(VERSION, 'GET', `customers/${customer}`);
    expect(body).toMatchObject({ discount: null, default_source: null, currency: 'usd' });
  });
});

it('2019-12-03 gives customers with their sources and subscriptions', async () => {
  const { body } = await call('2019-12-03', 'GET', `customers/${customer}`);
  expect(body).toMatchObject({
    sources: { object: 'list' },
    subscriptions: { object: 'list' },
    tax_ids: { object: 'list' },
  });
});

describe('2022-08-01', () => {
  it('has sessions of Checkout without line items, setup_intent and customer until they are there', async () => {
    const made = await call(
      '2022-08-01',
      'POST',
      'checkout/sessions',
      `mode=payment&success_url=https://example.com&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][product_data][name]=Pen&line_items[0][quantity]=1`,
    );
    expect(made.body).toMatchObject({
      payment_intent: null,
      payment_status: 'unpaid',
      status: 'open',
      url: expect.any(String) as string,
    });
  });

  it('shows the charges of an intent, and latest_charge as well', async () => {
    const { body } = await call('2022-08-01', 'POST', 'payment_intents', PAID);
    expect(body).toMatchObject({
      charges: { data: [{ object: 'charge' }] },
      latest_charge: expect.stringMatching(/^ch_/) as string,
    });
    const newer = await call('2022-11-15', 'GET', `payment_intents/${String(body['id'])}`);
    expect(newer.body).not.toHaveProperty('charges');
  });
});

describe('basil', () => {
  const VERSION = '2025-03-31.basil';

  it('has periods on the items of a subscription, and not on itself', async () => {
    const { body } = await call(VERSION, 'POST', 'subscriptions', `customer=${customer}&items[0][price]=${price}`);
    expect(body).not.toHaveProperty('current_period_end');
    expect(body).toMatchObject({
      discounts: [],
      items: {
        data: [
          { current_period_start: expect.any(Number) as number, current_period_end: expect.any(Number) as number },
        ],
      },
    });
    const { body: invoice } = await call(
      VERSION,
      'GET',
      `invoices/${String(body['latest_invoice'])}?expand[]=payments`,
    );
    expect(invoice).toMatchObject({
      parent: { type: 'subscription_details', subscription_details: { subscription: body['id'] } },
      payments: {
        object: 'list',
        data: [
          {
            object: 'invoice_payment',
            status: 'paid',
            is_default: true,
            payment: { type: 'payment_intent', payment_intent: expect.stringMatching(/^pi_/) as string },
          },
        ],
      },
      total_taxes: [],
      lines: {
        data: [
          {
            parent: { type: 'subscription_item_details' },
            pricing: { type: 'price_details', price_details: { price } },
          },
        ],
      },
    });
    for (const gone of ['subscription', 'charge', 'payment_intent', 'paid', 'tax', 'discount', 'paid_out_of_band'])
      expect(invoice).not.toHaveProperty(gone);
  });

  it('previews invoices at another address', async () => {
    const { status } = await call(
      VERSION,
      'GET',
      `invoices/upcoming?customer=${customer}&subscription_items[0][price]=${price}`,
    );
    expect(status).toBeGreaterThanOrEqual(400);
    const { body } = await call(
      VERSION,
      'POST',
      'invoices/create_preview',
      `customer=${customer}&subscription_details[items][0][price]=${price}`,
    );
    expect(body).toMatchObject({ object: 'invoice', total: 1500 });
  });

  it('takes discounts, and no coupon', async () => {
    const { id } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { body } = await call(
      VERSION,
      'POST',
      'subscriptions',
      `customer=${customer}&items[0][price]=${price}&discounts[0][coupon]=${id}&expand[]=discounts`,
    );
    expect(body['discounts']).toMatchObject([{ object: 'discount', coupon: { id } }]);
    const refused = await call(
      VERSION,
      'POST',
      'subscriptions',
      `customer=${customer}&items[0][price]=${price}&coupon=${id}`,
    );
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'parameter_unknown', param: 'coupon' } } });
  });
});

it('2024-06-20 takes a coupon, and shows the one discount', async () => {
  const { id } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
  const { body } = await call(
    '2024-06-20',
    'POST',
    'subscriptions',
    `customer=${customer}&items[0][price]=${price}&coupon=${id}`,
  );
  expect(body).toMatchObject({ discount: { object: 'discount', coupon: { id, object: 'coupon' } } });
});

it('before endive a session of Financial Connections is for countries', async () => {
  const { body } = await call(
    '2025-09-30.clover',
    'POST',
    'financial_connections/sessions',
    `account_holder[type]=customer&account_holder[customer]=${customer}&permissions[]=balances&filters[countries][]=US`,
  );
  expect(body).toMatchObject({ filters: { countries: ['US'] } });
});

describe('what former versions had within lines, items and amounts', () => {
  const VERSION = '2022-11-15';
  let invoice: string;

  beforeAll(async () => {
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
    const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      discounts: [{ promotion_code: code.id }],
      default_tax_rates: [rate.id],
      add_invoice_items: [{ price_data: { currency: 'usd', unit_amount: 700, product: await product() } }],
    });
    invoice = subscription.latest_invoice as string;
  });

  const product = async (): Promise<string> => (await stripe.prices.retrieve(price)).product as string;

  it('can be expanded in an invoice', async () => {
    const { body } = await call(
      VERSION,
      'GET',
      `invoices/${invoice}?expand[]=lines.data.price.product&expand[]=lines.data.plan.product` +
        '&expand[]=lines.data.invoice_item&expand[]=total_tax_amounts.tax_rate' +
        '&expand[]=discount.promotion_code&expand[]=lines.data.tax_amounts.tax_rate',
    );
    expect(body).toMatchObject({
      discount: { promotion_code: { object: 'promotion_code' } },
      total_tax_amounts: [{ tax_rate: { object: 'tax_rate', percentage: 20 } }],
    });
    const { data } = body['lines'] as { data: Loose[] };
    const ofSubscription = data.find(({ type }) => type === 'subscription');
    const ofItem = data.find(({ type }) => type === 'invoiceitem');
    expect(ofSubscription).toMatchObject({
      price: { product: { object: 'product', name: 'Gold' } },
      plan: { product: { object: 'product', name: 'Gold' } },
      tax_amounts: [{ tax_rate: { object: 'tax_rate' } }],
    });
    expect(ofItem).toMatchObject({ invoice_item: { object: 'invoiceitem', amount: 700 } });
  });

  it('can be expanded in the list of lines, and in invoice items', async () => {
    const { body: lines } = await call(
      VERSION,
      'GET',
      `invoices/${invoice}/lines?expand[]=data.price.product&expand[]=data.subscription_item`,
    );
    expect(lines['data']).toContainEqual(
      expect.objectContaining({
        price: expect.objectContaining({ product: expect.objectContaining({ name: 'Gold' }) as unknown }) as unknown,
        subscription_item: expect.objectContaining({ object: 'subscription_item' }) as unknown,
      }),
    );
    const { body: items } = await call(
      VERSION,
      'GET',
      'invoiceitems?expand[]=data.price.product&expand[]=data.subscription&expand[]=data.plan.tiers',
    );
    expect(items).toMatchObject({ data: [{ price: { product: { name: 'Gold' } } }] });
  });

  it('can be expanded in a subscription, and in a charge', async () => {
    const { body } = await call(
      VERSION,
      'GET',
      `subscriptions?customer=${customer}&limit=1&expand[]=data.discount.promotion_code&expand[]=data.latest_invoice.lines`,
    );
    expect(body).toMatchObject({ data: [{ discount: { promotion_code: { object: 'promotion_code' } } }] });
    const { body: charges } = await call(VERSION, 'GET', 'charges?limit=1&expand[]=data.dispute');
    expect(charges).toMatchObject({ data: [{ dispute: null }] });
  });

  it('was captured at once by default', async () => {
    const { body } = await call(VERSION, 'POST', 'payment_intents', 'amount=500&currency=usd');
    expect(body).toMatchObject({ capture_method: 'automatic' });
    const { body: later } = await call('2024-04-10', 'POST', 'payment_intents', 'amount=500&currency=usd');
    expect(later).toMatchObject({ capture_method: 'automatic_async' });
  });

  it('is whole in a line: its price and its plan say how usage counted', async () => {
    const { body } = await call(VERSION, 'GET', `invoices/${invoice}`);
    const { data } = body['lines'] as { data: Loose[] };
    const line = data.find(({ type }) => type === 'subscription');
    expect(line).toMatchObject({ plan: { aggregate_usage: null }, price: { recurring: { aggregate_usage: null } } });
    expect(line).not.toHaveProperty('invoice_item');
    expect(body).toMatchObject({ total_tax_amounts: [{ taxability_reason: null }] });
  });

  it('is the coupon in a phase of a schedule, and a shipping in a session of 2020', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 25 });
    const start = { start_date: 'now', end_behavior: 'release' } as const;
    const phases = [{ items: [{ price }], discounts: [{ coupon }], duration: { interval: 'month' as const } }];
    const { id } = await stripe.subscriptionSchedules.create({ customer, ...start, phases });
    const { body } = await call(VERSION, 'GET', `subscription_schedules/${id}`);
    expect(body).toMatchObject({ phases: [{ coupon }] });
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Pin' } }, quantity: 1 }],
      success_url: 'https://example.com',
    });
    const { body: former } = await call('2020-08-27', 'GET', `checkout/sessions/${session.id}`);
    expect(former).toMatchObject({ shipping: null });
    expect(former).not.toHaveProperty('shipping_details');
  });

  it('is not there to be expanded now', async () => {
    const { status, body } = await call(undefined, 'GET', `invoices/${invoice}?expand[]=lines.data.price.product`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: 'This property cannot be expanded (lines.data.price).' } });
  });
});

it('the SDK of 2020 sees what its version had', async () => {
  const old = oldStripe(running, '2020-08-27');
  const intent = await old.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    expand: ['charges.data.balance_transaction'],
  });
  expect(intent).toMatchObject({
    charges: { data: [{ balance_transaction: { object: 'balance_transaction', fee: 45 } }] },
  });
  const error = await failure(
    old.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      payment_method: 'pm_card_chargeDeclined',
      confirm: true,
    }),
  );
  expect(error).toMatchObject({
    statusCode: 402,
    code: 'card_declined',
    raw: { payment_intent: { charges: { data: [{ status: 'failed' }] } } },
  });
  old.close();
});
