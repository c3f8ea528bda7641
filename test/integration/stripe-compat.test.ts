import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

type Loose = Record<string, unknown>;

describe('"fallback": "fixtures"', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe({ fallback: 'fixtures' });
  });
  afterAll(() => running.close());

  it('answers what is not there with generated objects, as stripe-mock does', async () => {
    const { stripe } = running;
    expect(await stripe.customers.retrieve('cus_123')).toMatchObject({ id: 'cus_123', object: 'customer' });
    expect(await stripe.customers.update('cus_123', { name: 'Jenny' })).toMatchObject({ id: 'cus_123', name: 'Jenny' });
    expect(await stripe.customers.del('cus_123')).toEqual({ id: 'cus_123', object: 'customer', deleted: true });
    expect(await stripe.paymentIntents.confirm('pi_123')).toMatchObject({ id: 'pi_123', object: 'payment_intent' });
    expect(await stripe.invoices.pay('in_123')).toMatchObject({ id: 'in_123', object: 'invoice' });
    expect(await stripe.subscriptions.cancel('sub_123')).toMatchObject({ id: 'sub_123', object: 'subscription' });
    expect((await stripe.customers.listSources('cus_123')).object).toBe('list');
  });

  it('takes what is not there in parameters', async () => {
    const { stripe } = running;
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', customer: 'cus_123' });
    expect(intent).toMatchObject({ object: 'payment_intent', amount: 500, currency: 'usd', customer: 'cus_123' });
    const subscription = await stripe.subscriptions.create({ customer: 'cus_123', items: [{ price: 'price_123' }] });
    expect(subscription.object).toBe('subscription');
    expect(await stripe.refunds.create({ charge: 'ch_123' })).toMatchObject({ object: 'refund', charge: 'ch_123' });
  });

  it('says so, keeps nothing, and goes on keeping what is there', async () => {
    const { stripe } = running;
    const { lastResponse } = await stripe.customers.retrieve('cus_123');
    expect(lastResponse.headers['backlot-fidelity']).toBe('shape');
    const { id } = await stripe.customers.create({ name: 'Real' });
    expect((await stripe.customers.retrieve(id)).lastResponse.headers).not.toHaveProperty('backlot-fidelity');
    expect((await stripe.customers.list()).data.map((each) => each.id)).toEqual([id]);
    expect((await stripe.events.list({ type: 'customer.updated' })).data).toEqual([]);
  });

  it('lists a generated object of each kind that there is nothing of', async () => {
    const { stripe } = running;
    const { data, lastResponse } = await stripe.coupons.list();
    expect(data).toMatchObject([{ object: 'coupon' }]);
    expect(lastResponse.headers['backlot-fidelity']).toBe('shape');
    expect((await stripe.charges.search({ query: "currency:'usd'" })).data).toMatchObject([{ object: 'charge' }]);
    const { id } = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
    expect((await stripe.coupons.list()).data.map((each) => each.id)).toEqual([id]);
  });

  it('answers lists where arrays were given, and takes any account', async () => {
    const { stripe } = running;
    const given = { customer: 'cus_123', items: [{ price: 'price_123' }] };
    const { items } = await stripe.subscriptions.create(given, { stripeAccount: 'acct_123' });
    expect(items).toMatchObject({ object: 'list' });
    expect(await stripe.accounts.retrieve('acct_123')).toMatchObject({ id: 'acct_123', object: 'account' });
  });

  it('still refuses what is wrong in itself', async () => {
    await expect(running.stripe.customers.update('cus_123', { nonsense: 1 } as never)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
  });
});

describe('what is not there, where nothing is configured', () => {
  it('is an error, and routes of others are unknown', async () => {
    const running = await startStripe();
    try {
      await expect(running.stripe.customers.retrieve('cus_123')).rejects.toMatchObject({ code: 'resource_missing' });
      const response = await fetch(`${running.platform.url}/stripe/_config/data`, { method: 'DELETE' });
      expect(response.status).toBe(404);
      expect(await running.stripe.customers.list()).not.toHaveProperty('total_count');
    } finally {
      await running.close();
    }
  });
});

describe('"compat": "localstripe"', () => {
  let running: RunningStripe;
  let base: string;
  let receiver: Server;
  const received: { type: string; signature: string; body: string }[] = [];

  beforeAll(async () => {
    running = await startStripe({ compat: 'localstripe' });
    base = `${running.platform.url.replace(/\/$/, '')}/stripe`;
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { type } = JSON.parse(body) as { type: string };
        received.push({ type, signature: String(request.headers['stripe-signature']), body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    receiver.close();
    await running.close();
  });

  async function call(method: string, path: string, fields?: Record<string, string>, key = 'sk_test_12345') {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
      ...(fields && { body: new URLSearchParams(fields) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as Loose, text };
  }

  it('does what its documentation shows', async () => {
    const plan = await call('POST', '/v1/plans', {
      id: 'pro-plan',
      amount: '2500',
      currency: 'eur',
      interval: 'month',
      name: 'Plan for professionals',
    });
    expect(plan.body).toMatchObject({
      amount: 2500,
      id: 'pro-plan',
      interval_count: 1,
      name: 'Plan for professionals',
      object: 'plan',
      statement_descriptor: null,
      trial_period_days: null,
    });
    const customer = await call('POST', '/v1/customers', { description: 'Customer for david.anderson@example.com' });
    expect(customer.body).toMatchObject({ account_balance: 0, default_source: null });
    const id = String(customer.body['id']);
    await call('POST', `/v1/customers/${id}/sources`, { source: 'tok_visa' });
    const subscription = await call('POST', '/v1/subscriptions', { customer: id, 'items[0][plan]': 'pro-plan' });
    expect(subscription.body).toMatchObject({ customer: id, current_period_end: expect.any(Number) as number });
    const again = await call('GET', `/v1/customers/${id}`);
    expect(again.body).toMatchObject({
      subscriptions: {
        data: [
          {
            id: subscription.body['id'],
            items: { data: [{ plan: { id: 'pro-plan', name: 'Plan for professionals' } }] },
          },
        ],
      },
      sources: { data: [{ object: 'card', last4: '4242' }] },
    });
  });

  it('takes any key and passes over unknown parameters, and counts lists', async () => {
    const customer = await call(
      'POST',
      '/v1/customers',
      { name: 'Jenny', nonsense: '1', 'address[moon]': 'x' },
      'anything',
    );
    expect(customer).toMatchObject({ status: 200, body: { name: 'Jenny' } });
    const list = await call('GET', '/v1/customers?limit=1');
    expect(list.body).toMatchObject({ total_count: expect.any(Number) as number, data: [{ name: 'Jenny' }] });
    expect(list.body['total_count']).toBeGreaterThan(1);
  });

  it('serves the script for pages', async () => {
    for (const path of ['/js.stripe.com/v3', '/js.stripe.com/v3/']) {
      const response = await fetch(base + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/javascript/);
    }
  });

  it('delivers signed webhooks to what was registered, and flushes the data', async () => {
    const { port } = receiver.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const registered = await call('POST', '/_config/webhooks/mine', {
      url,
      secret: 'whsec_s3cr3t',
      events: 'customer.created',
    });
    expect(registered.status).toBe(200);
    await call('POST', '/v1/customers', { name: 'One' });
    await waitFor('a delivery', () => received.length > 0);
    const [{ body, signature, type }] = received as [(typeof received)[0]];
    expect(type).toBe('customer.created');
    expect(running.stripe.webhooks.constructEvent(body, signature, 'whsec_s3cr3t')).toMatchObject({ type });

    expect((await call('DELETE', '/_config/data')).status).toBe(200);
    expect((await call('GET', '/v1/customers')).body).toMatchObject({ data: [], total_count: 0 });
    // Who listens is no data.
    received.length = 0;
    await call('POST', '/v1/customers', { name: 'Two' });
    await waitFor('a delivery', () => received.length > 0);
    expect((await call('POST', '/_config/webhooks/mine', { secret: 'x' })).status).toBe(400);
  });
});

describe('pages of a sandbox', () => {
  it.each([
    ['a header', {}, { 'X-Backlot-Sandbox': 'Worker.7' }],
    ['an API key', { key: 'sk_test_sandbox_one' }, {}],
  ] as const)('are found again without %s', async (_named, options, headers) => {
    const running = await startStripe();
    try {
      const call = { headers } as never;
      const client = running.client(options);
      const session = await client.checkout.sessions.create(
        {
          mode: 'payment',
          success_url: 'http://localhost/done',
          line_items: [
            { price_data: { currency: 'usd', unit_amount: 900, product_data: { name: 'Boots' } }, quantity: 1 },
          ],
        },
        call,
      );
      const { pathname } = new URL(session.url!);
      const page = `http://127.0.0.1:${running.platform.port}/stripe${pathname}`;
      expect(await (await fetch(page)).text()).toContain('Boots');
      const answer = await fetch(page, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({
          email: 'ada@example.com',
          cardNumber: '4242424242424242',
          cardExpiry: '12 / 34',
          cardCvc: '123',
          billingName: 'Ada',
          billingCountry: 'US',
          billingPostalCode: '94111',
        }),
      });
      expect(answer.headers.get('location')).toBe('http://localhost/done');
      const { status } = await client.checkout.sessions.retrieve(session.id, {}, call);
      expect(status).toBe('complete');
      expect((await running.stripe.checkout.sessions.list()).data).toEqual([]);
    } finally {
      await running.close();
    }
  });
});

describe('an API key that names a sandbox', () => {
  it('sees the objects of that sandbox alone', async () => {
    const running = await startStripe();
    try {
      const one = running.client({ key: 'sk_test_sandbox_one' });
      const same = running.client({ key: 'sk_test_sandbox_one_other' });
      const two = running.client({ key: 'sk_test_sandbox_two' });
      const { id } = await one.customers.create({ name: 'One' });
      expect((await same.customers.retrieve(id)).id).toBe(id);
      expect((await two.customers.list()).data).toEqual([]);
      expect((await running.stripe.customers.list()).data).toEqual([]);
    } finally {
      await running.close();
    }
  });
});
