import type Stripe from 'stripe';
import { oldStripe, startStripe, type RunningStripe } from '../support/stripe';

type Loose = Record<string, unknown>;

describe('older versions of the API of Stripe', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());
  beforeEach(() => running.platform.state.reset());

  /** What a version sees; the types of the SDK are those of the newest. */
  function at(apiVersion: string): Stripe {
    return running.client({ apiVersion } as never);
  }

  async function subscribe(client: Stripe, more: Loose = {}): Promise<Stripe.Subscription> {
    const customer = await running.stripe.customers.create();
    const method = await running.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    await running.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    const product = await running.stripe.products.create({ name: 'Gold' });
    const price = await running.stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 1500,
      recurring: { interval: 'month' },
    });
    return client.subscriptions.create({ customer: customer.id, items: [{ price: price.id, quantity: 2 }], ...more });
  }

  it('leaves the newest as it is', async () => {
    const subscription = await subscribe(running.stripe, { expand: ['latest_invoice'] });
    expect(subscription).not.toHaveProperty('current_period_end');
    expect(subscription.latest_invoice).not.toHaveProperty('payment_intent');
    await expect(
      running.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it.each(['2020-08-27', '2023-10-16', '2024-06-20', '2024-09-30.acacia'])(
    'shows %s periods on subscriptions, and payment intents on invoices, which can be expanded',
    async (version) => {
      const subscription = (await subscribe(at(version), {
        expand: ['latest_invoice.payment_intent', 'latest_invoice.charge'],
      })) as unknown as Loose;
      expect(subscription).toMatchObject({
        current_period_start: expect.any(Number) as number,
        current_period_end: expect.any(Number) as number,
        discount: null,
        plan: { object: 'plan', amount: 1500, interval: 'month' },
        quantity: 2,
        latest_invoice: {
          object: 'invoice',
          paid: true,
          subscription: subscription['id'],
          payment_intent: { object: 'payment_intent', status: 'succeeded', amount: 3000 },
          charge: { object: 'charge', status: 'succeeded' },
          tax: null,
          total_tax_amounts: [],
          lines: {
            data: [{ type: 'subscription', proration: false, price: { object: 'price' }, plan: { object: 'plan' } }],
          },
        },
      });
      const { invoice } = (subscription['latest_invoice'] as { payment_intent: { invoice: string } }).payment_intent;
      expect(invoice).toBe((subscription['latest_invoice'] as { id: string }).id);
    },
  );

  it('shows clover what basil brought, and coupons in discounts only before clover', async () => {
    const coupon = await running.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const promotion = await running.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: 'SPRING',
    });
    const newer = (await at('2025-09-30.clover').promotionCodes.retrieve(promotion.id)) as unknown as Loose;
    expect(newer).toMatchObject({ promotion: { coupon: coupon.id } });
    const older = (await at('2025-03-31.basil').promotionCodes.retrieve(promotion.id)) as unknown as Loose;
    expect(older).toMatchObject({ coupon: { id: coupon.id, percent_off: 10 } });
    expect(older).not.toHaveProperty('promotion');
    const subscription = (await subscribe(at('2025-03-31.basil'))) as unknown as Loose;
    expect(subscription).not.toHaveProperty('current_period_end');
  });

  it('takes coupon on subscriptions before basil, and not since', async () => {
    const coupon = await running.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const subscription = (await subscribe(at('2024-06-20'), {
      coupon: coupon.id,
      expand: ['latest_invoice'],
    })) as unknown as Loose;
    expect(subscription['latest_invoice']).toMatchObject({ total: 2700 });
    await expect(subscribe(running.stripe, { coupon: coupon.id })).rejects.toMatchObject({ code: 'parameter_unknown' });
  });

  it('previews the upcoming invoice where older versions look for it', async () => {
    const { customer, id } = await subscribe(running.stripe);
    const client = at('2023-10-16');
    const upcoming = (await client.rawRequest('GET', `/v1/invoices/upcoming?subscription=${id}`)) as unknown as Loose;
    expect(upcoming).toMatchObject({ object: 'invoice', customer, total: 3000, subscription: id });
    const lines = (await client.rawRequest(
      'GET',
      `/v1/invoices/upcoming/lines?subscription=${id}`,
    )) as unknown as Loose;
    expect(lines).toMatchObject({ object: 'list', data: [{ amount: 3000, type: 'subscription' }] });
    await expect(running.stripe.rawRequest('GET', '/v1/invoices/upcoming')).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it('shows the charges of payment intents and the refunds of charges before 2022-11-15', async () => {
    const intent = await running.stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    await running.stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    const old = (await at('2022-08-01').paymentIntents.retrieve(intent.id)) as unknown as Loose;
    expect(old['charges']).toMatchObject({
      object: 'list',
      data: [{ id: intent.latest_charge, refunds: { data: [{ amount: 100 }] } }],
    });
    const newer = await at('2022-11-15').paymentIntents.retrieve(intent.id);
    expect(newer).not.toHaveProperty('charges');
    expect(newer).toHaveProperty('latest_charge');
  });

  it('takes cards alone before 2023-08-16, where nothing is said', async () => {
    const old = await at('2022-11-15').paymentIntents.create({ amount: 500, currency: 'usd' });
    expect(old).toMatchObject({ payment_method_types: ['card'], automatic_payment_methods: null });
    const newer = await at('2023-08-16').paymentIntents.create({ amount: 500, currency: 'usd' });
    expect(newer.automatic_payment_methods).toMatchObject({ enabled: true });
  });

  it('names the features of products as 2023-10-16 did', async () => {
    const product = (await at('2023-10-16').rawRequest('POST', '/v1/products', {
      name: 'Gold',
      features: [{ name: 'Fast' }],
    })) as unknown as Loose;
    expect(product).toMatchObject({ features: [{ name: 'Fast' }] });
    expect(await running.stripe.products.retrieve(product['id'] as string)).toMatchObject({
      marketing_features: [{ name: 'Fast' }],
    });
  });

  it('keeps plans, which are prices, too', async () => {
    const { stripe } = running;
    const plan = await stripe.plans.create({
      id: 'pro',
      amount: 2500,
      currency: 'eur',
      interval: 'month',
      product: { name: 'Pro' },
    });
    expect(plan).toMatchObject({ id: 'pro', object: 'plan', amount: 2500, interval: 'month', interval_count: 1 });
    expect(await stripe.prices.retrieve('pro')).toMatchObject({ unit_amount: 2500, recurring: { interval: 'month' } });
    expect((await stripe.plans.update('pro', { nickname: 'P' })).nickname).toBe('P');
    expect((await stripe.plans.list()).data).toHaveLength(1);
    expect(await stripe.plans.del('pro')).toEqual({ id: 'pro', object: 'plan', deleted: true });
    await expect(stripe.plans.retrieve('pro')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('works with the SDK of 2020', async () => {
    const old = oldStripe(running, '2020-08-27');
    const customer = await old.customers.create({ source: 'tok_visa' });
    const intent = await old.paymentIntents.create({
      amount: 700,
      currency: 'usd',
      customer: customer['id'],
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(intent).toMatchObject({ status: 'succeeded', charges: { data: [{ amount: 700 }] } });
    await old.plans.create({ id: 'pro', amount: 2500, currency: 'usd', interval: 'month', product: { name: 'Pro' } });
    const subscription = await old.subscriptions.create({
      customer: customer['id'],
      items: [{ plan: 'pro' }],
      expand: ['latest_invoice.payment_intent'],
    });
    expect(subscription).toMatchObject({
      status: 'active',
      plan: { id: 'pro' },
      current_period_end: expect.any(Number) as number,
      latest_invoice: { payment_intent: { status: 'succeeded' } },
    });
    const upcoming = await old.invoices.retrieveUpcoming({ subscription: subscription['id'] });
    expect(upcoming).toMatchObject({ total: 2500, subscription: subscription['id'] });
    old.close();
  });

  it('refuses what is no version', async () => {
    await expect(at('yesterday').customers.list()).rejects.toMatchObject({ statusCode: 400 });
  });
});
