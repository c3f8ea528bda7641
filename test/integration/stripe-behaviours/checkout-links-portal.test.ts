import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/checkout/sessions, /payment-links, /customer-management and /quotes */
let running: RunningStripe;
let stripe: Stripe;
let price: string;
let monthly: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  const { id: product } = await stripe.products.create({ name: 'Tea' });
  price = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 1500 })).id;
  monthly = (
    await stripe.prices.create({ currency: 'usd', product, unit_amount: 900, recurring: { interval: 'month' } })
  ).id;
});
afterAll(() => running.close());

const SUCCESS = 'https://shop.example.com/done';
type Given = Partial<Stripe.Checkout.SessionCreateParams>;
const session = (given: Given = {}): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: SUCCESS,
    line_items: [{ price, quantity: 2 }],
    ...given,
  });

describe('a Checkout Session', () => {
  it('begins open and unpaid', async () => {
    expect(await session()).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_subtotal: 3000,
      amount_total: 3000,
      currency: 'usd',
      payment_intent: null,
      ui_mode: expect.stringMatching(/^hosted/) as string,
    });
  });

  it.each([
    ['payment', 'if_required'],
    ['subscription', 'always'],
  ] as const)('in mode %s makes a customer: %s', async (mode, customer_creation) => {
    const made = await session({ mode, line_items: [{ price: mode === 'payment' ? price : monthly, quantity: 1 }] });
    expect(made.customer_creation).toBe(customer_creation);
  });

  it('in mode setup takes no items and needs a currency or ways to pay', async () => {
    const made = await session({ mode: 'setup', line_items: undefined, currency: 'usd' });
    expect(made).toMatchObject({ mode: 'setup', payment_status: 'no_payment_required', amount_total: null });
    expect(made.setup_intent).toMatch(/^seti_/);
    expect(await failure(session({ mode: 'setup', currency: 'usd' }))).toMatchObject({ statusCode: 400 });
  });

  it('keeps what the application calls it', async () => {
    const made = await session({
      client_reference_id: 'order-1',
      metadata: { a: '1' },
      customer_email: 'ada@example.com',
    });
    expect(made).toMatchObject({
      client_reference_id: 'order-1',
      metadata: { a: '1' },
      customer_email: 'ada@example.com',
    });
  });

  it('takes a customer or an email address', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(await failure(session({ customer, customer_email: 'ada@example.com' }))).toMatchObject({ statusCode: 400 });
  });

  it('takes a coupon or lets codes be entered', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
    expect(await session({ discounts: [{ coupon }] })).toMatchObject({
      amount_subtotal: 3000,
      amount_total: 2700,
      total_details: { amount_discount: 300 },
    });
    expect(await failure(session({ discounts: [{ coupon }], allow_promotion_codes: true }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('refuses one-time prices alone in mode subscription, and recurring ones in mode payment', async () => {
    expect(await failure(session({ mode: 'subscription' }))).toMatchObject({ statusCode: 400 });
    expect(await failure(session({ line_items: [{ price: monthly, quantity: 1 }] }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('takes one-time prices beside recurring ones', async () => {
    const made = await session({
      mode: 'subscription',
      line_items: [
        { price: monthly, quantity: 1 },
        { price, quantity: 1 },
      ],
    });
    expect(made.amount_total).toBe(2400);
  });

  it('expires between half an hour and a day after it was made', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await session({ expires_at: now + 3600 })).expires_at).toBe(now + 3600);
    expect(await failure(session({ expires_at: now + 60 }))).toMatchObject({ statusCode: 400, param: 'expires_at' });
    expect(await failure(session({ expires_at: now + 25 * 3600 }))).toMatchObject({
      statusCode: 400,
      param: 'expires_at',
    });
  });

  it('that expired has no page, and does not expire again', async () => {
    const { id } = await session();
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    expect(await failure(stripe.checkout.sessions.expire(id))).toMatchObject({ statusCode: 400 });
  });

  it('sums shipping up', async () => {
    const made = await session({
      shipping_options: [
        {
          shipping_rate_data: {
            display_name: 'Post',
            type: 'fixed_amount',
            fixed_amount: { amount: 500, currency: 'usd' },
          },
        },
      ],
      shipping_address_collection: { allowed_countries: ['US'] },
    });
    expect(made).toMatchObject({ amount_total: 3500, total_details: { amount_shipping: 500 } });
  });

  it('refuses a quantity of nothing', async () => {
    expect(await failure(session({ line_items: [{ price, quantity: 0 }] }))).toMatchObject({ statusCode: 400 });
  });

  it('refuses a total below the least that can be charged', async () => {
    const cheap = { currency: 'usd', unit_amount: 10, product_data: { name: 'Leaf' } };
    expect(await failure(session({ line_items: [{ price_data: cheap, quantity: 1 }] }))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_small',
    });
  });

  it('of nothing to pay needs no payment', async () => {
    const free = { currency: 'usd', unit_amount: 0, product_data: { name: 'Leaf' } };
    expect(await session({ line_items: [{ price_data: free, quantity: 1 }] })).toMatchObject({ amount_total: 0 });
  });

  it('has metadata that can be changed', async () => {
    const { id } = await session();
    expect((await stripe.checkout.sessions.update(id, { metadata: { a: '1' } })).metadata).toEqual({ a: '1' });
  });

  it('needs a place to go to', async () => {
    expect(await failure(session({ success_url: undefined }))).toMatchObject({ statusCode: 400 });
    expect(await failure(session({ success_url: 'nowhere' }))).toMatchObject({ statusCode: 400, code: 'url_invalid' });
  });
});

describe('a payment link', () => {
  it('has a page and its line items', async () => {
    const link = await stripe.paymentLinks.create({ line_items: [{ price, quantity: 1 }], metadata: { a: '1' } });
    expect(link).toMatchObject({ active: true, url: expect.stringMatching(/^http/) as string, metadata: { a: '1' } });
    const { data } = await stripe.paymentLinks.listLineItems(link.id);
    expect(data).toMatchObject([{ quantity: 1, amount_total: 1500, price: { id: price } }]);
  });

  it('is told what happens after it was paid', async () => {
    const link = await stripe.paymentLinks.create({
      line_items: [{ price, quantity: 1, adjustable_quantity: { enabled: true, minimum: 1, maximum: 5 } }],
      after_completion: { type: 'redirect', redirect: { url: SUCCESS } },
    });
    expect(link.after_completion).toMatchObject({ type: 'redirect', redirect: { url: SUCCESS } });
  });

  it('needs line items', async () => {
    expect(await failure(stripe.paymentLinks.create({} as Stripe.PaymentLinkCreateParams))).toMatchObject({
      statusCode: 400,
      code: 'parameter_missing',
      param: 'line_items',
    });
  });

  it('takes no more than twenty items', async () => {
    const line_items = Array.from({ length: 21 }, () => ({ price, quantity: 1 }));
    expect(await failure(stripe.paymentLinks.create({ line_items }))).toMatchObject({ statusCode: 400 });
  });
});

describe('the portal', () => {
  it('has a flow that changes the payment method', async () => {
    const customer = await customerWithCard(stripe);
    const portal = await stripe.billingPortal.sessions.create({
      customer,
      return_url: SUCCESS,
      flow_data: {
        type: 'payment_method_update',
        after_completion: { type: 'redirect', redirect: { return_url: SUCCESS } },
      },
    });
    expect(portal).toMatchObject({
      customer,
      return_url: SUCCESS,
      flow: { type: 'payment_method_update', after_completion: { type: 'redirect' } },
    });
  });

  it('has a flow that cancels a subscription of the customer', async () => {
    const customer = await customerWithCard(stripe);
    const { id: subscription } = await stripe.subscriptions.create({ customer, items: [{ price: monthly }] });
    const flow_data = { type: 'subscription_cancel', subscription_cancel: { subscription } } as const;
    const { flow } = await stripe.billingPortal.sessions.create({ customer, flow_data });
    expect(flow).toMatchObject({ type: 'subscription_cancel', subscription_cancel: { subscription } });
  });

  it('refuses a flow for the subscription of somebody else', async () => {
    const [customer, other] = [await customerWithCard(stripe), await customerWithCard(stripe)];
    const { id: subscription } = await stripe.subscriptions.create({ customer: other, items: [{ price: monthly }] });
    const flow_data = { type: 'subscription_cancel', subscription_cancel: { subscription } } as const;
    expect(await failure(stripe.billingPortal.sessions.create({ customer, flow_data }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('needs a customer that there is', async () => {
    expect(await failure(stripe.billingPortal.sessions.create({ customer: 'cus_nobody' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    });
  });

  it('has configurations, one of which is the default', async () => {
    const made = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
      business_profile: { headline: 'Tea house' },
    });
    expect(made).toMatchObject({
      active: true,
      features: { invoice_history: { enabled: true }, subscription_cancel: { enabled: false } },
    });
    const changed = await stripe.billingPortal.configurations.update(made.id, { active: false });
    expect(changed.active).toBe(false);
  });
});

describe('a quote', () => {
  it('is numbered when it is final, and cannot be changed then', async () => {
    const { id: customer } = await stripe.customers.create();
    const draft = await stripe.quotes.create({ customer, line_items: [{ price, quantity: 3 }] });
    expect(draft).toMatchObject({ status: 'draft', number: null, amount_total: 4500 });
    const open = await stripe.quotes.finalizeQuote(draft.id);
    expect(open).toMatchObject({ status: 'open', number: expect.stringMatching(/^QT-/) as string });
    const refused = stripe.quotes.update(draft.id, { line_items: [{ price, quantity: 1 }] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('is not accepted before it is final', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.quotes.create({ customer, line_items: [{ price, quantity: 1 }] });
    expect(await failure(stripe.quotes.accept(id))).toMatchObject({ statusCode: 400 });
  });

  it('expires thirty days after it was made', async () => {
    const { id: customer } = await stripe.customers.create();
    const { created, expires_at } = await stripe.quotes.create({ customer, line_items: [{ price, quantity: 1 }] });
    expect(Math.round((expires_at - created) / 86_400)).toBe(30);
  });
});
