import { startStripe, type RunningStripe } from '../support/stripe';

type Loose = Record<string, unknown>;

describe('"compat": "emulate"', () => {
  let running: RunningStripe;
  let base: string;

  beforeAll(async () => {
    running = await startStripe({ compat: 'emulate' });
    base = `${running.platform.url.replace(/\/$/, '')}/stripe`;
  });
  afterAll(() => running.close());

  async function call(method: string, path: string, body?: Loose, key = 'sk_test_123') {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Loose };
  }

  async function made(path: string, body: Loose): Promise<Loose & { readonly id: string }> {
    const answer = await call('POST', path, body);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body as Loose & { readonly id: string };
  }

  it('takes JSON with nested objects and lists, whatever else is in it, and forms as before', async () => {
    const customer = await made('/v1/customers', {
      name: 'Jenny',
      phone: null,
      shipping: { name: 'Jenny', address: { line1: 'Main Street 1' } },
      metadata: { plan: 'pro' },
      preferred_locales: ['de', 'en'],
      nobody_knows: { this: true },
    });
    expect(customer).toMatchObject({
      name: 'Jenny',
      phone: null,
      shipping: { address: { line1: 'Main Street 1' } },
      metadata: { plan: 'pro' },
      preferred_locales: ['de', 'en'],
    });
    expect(await running.stripe.customers.update(customer.id, { name: 'Rosen' })).toMatchObject({ name: 'Rosen' });
    const response = await fetch(`${base}/v1/customers`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/json' },
      body: '[1',
    });
    expect(response.status).toBe(400);
  });

  it('takes any key but a live one', async () => {
    expect((await call('GET', '/v1/customers', undefined, 'anything')).status).toBe(200);
    expect((await call('GET', '/v1/customers', undefined, 'sk_live_123')).status).toBe(401);
  });

  it('confirms an intent without a place to come back to, and without a payment method', async () => {
    for (const given of [{ payment_method: 'pm_card_visa' }, {}]) {
      const intent = await made('/v1/payment_intents', { amount: 5000, currency: 'usd', ...given });
      expect(await made(`/v1/payment_intents/${intent.id}/confirm`, {})).toMatchObject({ status: 'succeeded' });
      const again = await call('POST', `/v1/payment_intents/${intent.id}/confirm`, {});
      expect(again).toMatchObject({ status: 400, body: { error: { code: 'payment_intent_unexpected_state' } } });
    }
  });

  it('narrows intents by their status, page by page, and sessions by whether they are paid', async () => {
    const open: string[] = [];
    for (const amount of [100, 200, 300]) {
      open.unshift((await made('/v1/payment_intents', { amount, currency: 'eur' })).id);
      const { id } = await made('/v1/payment_intents', { amount, currency: 'eur' });
      await made(`/v1/payment_intents/${id}/cancel`, {});
    }
    const list = '/v1/payment_intents?status=requires_payment_method&limit=2';
    const first = (await call('GET', list)).body as { data: { id: string }[]; has_more: boolean };
    expect(first).toMatchObject({ data: [{ id: open[0] }, { id: open[1] }], has_more: true });
    const next = (await call('GET', `${list}&starting_after=${open[1]}`)).body as { data: { id: string }[] };
    expect(next.data.map(({ id }) => id)).toEqual([open[2]]);
    await made('/v1/checkout/sessions', { mode: 'payment' });
    expect((await call('GET', '/v1/checkout/sessions?payment_status=unpaid')).body['data']).not.toEqual([]);
    expect((await call('GET', '/v1/checkout/sessions?payment_status=no_payment_required')).body['data']).toEqual([]);
  });

  it('forgets a customer that is deleted, wherever it was named', async () => {
    const customer = await made('/v1/customers', {});
    const intent = await made('/v1/payment_intents', { amount: 1000, currency: 'usd', customer: customer.id });
    const session = await made('/v1/checkout/sessions', { mode: 'payment', customer: customer.id });
    await call('DELETE', `/v1/customers/${customer.id}`);
    expect((await call('GET', `/v1/payment_intents/${intent.id}`)).body).toMatchObject({ customer: null });
    expect((await call('GET', `/v1/checkout/sessions/${session.id}`)).body).toMatchObject({ customer: null });
  });

  it('answers the components of a customer session as they were given', async () => {
    const customer = await made('/v1/customers', {});
    const components = { payment_element: { enabled: true } };
    expect((await made('/v1/customer_sessions', { customer: customer.id, components }))['components']).toEqual(
      components,
    );
    expect(await call('POST', '/v1/customer_sessions', {})).toMatchObject({
      status: 400,
      body: { error: { param: 'customer' } },
    });
  });

  it('refuses to list the payment methods of nobody', async () => {
    expect(await call('GET', '/v1/payment_methods?customer=cus_nobody&type=card')).toMatchObject({
      status: 400,
      body: { error: { code: 'resource_missing', param: 'customer' } },
    });
  });

  describe('Checkout', () => {
    const visit = (url: string, init: RequestInit = {}) =>
      fetch(url.replace(/^https?:\/\/[^/]+/, new URL(base).origin), { redirect: 'manual', ...init });

    it('needs to know neither what is sold nor where the buyer goes', async () => {
      const session = await made('/v1/checkout/sessions', { mode: 'payment' });
      expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', success_url: null, amount_total: 0 });
      const url = String(session['url']);
      expect(url).toMatch(new RegExp(`/checkout/${session.id}$`));
      expect(await (await visit(url)).text()).toContain(`/checkout/${session.id}/complete`);
      const done = await visit(`${url}/complete`, { method: 'POST' });
      expect(done.status).toBe(200);
      expect((await call('GET', `/v1/checkout/sessions/${session.id}`)).body).toMatchObject({
        status: 'complete',
        payment_status: 'paid',
        url: null,
      });
      expect((await visit(`${url}/complete`, { method: 'POST' })).headers.get('location')).toMatch(/\/checkout\/cs_/);
      expect((await visit(url.replace(session.id, 'cs_nobody'))).status).toBe(404);
    });

    it('is paid by one click, which leads to the application', async () => {
      const product = await made('/v1/products', { name: 'T-Shirt' });
      const price = await made('/v1/prices', { product: product.id, currency: 'usd', unit_amount: 2000 });
      const session = await made('/v1/checkout/sessions', {
        mode: 'payment',
        line_items: [{ price: price.id, quantity: 2 }],
        success_url: 'http://localhost:3000/done?id={CHECKOUT_SESSION_ID}',
        cancel_url: 'http://localhost:3000/cart',
      });
      const url = String(session['url']);
      const shown = await (await visit(url)).text();
      expect(shown).toContain('T-Shirt');
      expect(shown).toContain('http://localhost:3000/cart');
      const done = await visit(`${url}/complete`, { method: 'POST' });
      expect(done.headers.get('location')).toBe(`http://localhost:3000/done?id=${session.id}`);
      const paid = await running.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
      expect(paid).toMatchObject({
        payment_status: 'paid',
        amount_total: 4000,
        payment_intent: { status: 'succeeded', amount: 4000 },
      });
      const events = await running.stripe.events.list({ type: 'checkout.session.completed' });
      expect(events.data[0]?.data.object).toMatchObject({ id: session.id });
    });

    it('begins a subscription by one click, and sets a card up', async () => {
      const price = await made('/v1/prices', {
        product_data: { name: 'Pro' },
        currency: 'usd',
        unit_amount: 900,
        recurring: { interval: 'month' },
      });
      const session = await made('/v1/checkout/sessions', {
        mode: 'subscription',
        line_items: [{ price: price.id, quantity: 1 }],
      });
      await visit(`${String(session['url'])}/complete`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'email=buyer%40example.com',
      });
      const paid = await running.stripe.checkout.sessions.retrieve(session.id, {
        expand: ['subscription', 'customer'],
      });
      expect(paid).toMatchObject({ subscription: { status: 'active' }, customer: { email: 'buyer@example.com' } });
      const setup = await made('/v1/checkout/sessions', { mode: 'setup', currency: 'usd' });
      await visit(`${String(setup['url'])}/complete`, { method: 'POST' });
      expect(await running.stripe.checkout.sessions.retrieve(setup.id)).toMatchObject({ status: 'complete' });
    });

    it('expires as before', async () => {
      const session = await made('/v1/checkout/sessions', { mode: 'payment' });
      expect(await made(`/v1/checkout/sessions/${session.id}/expire`, {})).toMatchObject({
        status: 'expired',
        url: null,
      });
    });
  });
});

describe('what only emulate takes, where nothing is configured', () => {
  it('is refused', async () => {
    const started = await startStripe();
    const { stripe, platform } = started;
    try {
      await expect(stripe.checkout.sessions.create({ mode: 'payment' })).rejects.toMatchObject({
        code: 'parameter_missing',
      });
      await expect(stripe.paymentIntents.list({ status: 'canceled' } as never)).rejects.toMatchObject({
        code: 'parameter_unknown',
      });
      const response = await fetch(`${platform.url}/stripe/checkout/cs_123`);
      expect(response.status).toBe(404);
    } finally {
      await started.close();
    }
  });
});
