import { createHash } from 'node:crypto';
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

  it('makes lists within objects, what is expanded, and files', async () => {
    const { stripe, platform } = running;
    expect((await stripe.subscriptions.retrieve('sub_123')).items.data).toMatchObject([
      { object: 'subscription_item', price: { object: 'price' } },
    ]);
    const charge = await stripe.charges.retrieve('ch_123', { expand: ['customer', 'refunds.data.payment_intent'] });
    expect(charge).toMatchObject({
      customer: { object: 'customer' },
      refunds: { data: [{ object: 'refund', payment_intent: { object: 'payment_intent' } }] },
    });
    const file = await fetch(`${platform.url}/stripe/v1/quotes/qt_123/pdf`, {
      headers: { authorization: 'Bearer sk_test_123' },
    });
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect((await file.text()).slice(0, 5)).toBe('%PDF-');
  });

  it('puts what is there in the place of its identifier', async () => {
    const { stripe } = running;
    const { id } = await stripe.customers.create({ name: 'There' });
    const charge = await stripe.charges.update('ch_123', { customer: id, expand: ['customer'] });
    expect(charge).toMatchObject({ customer: { id, name: 'There' } });
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

  it('pays an invoice of any currency from the balance that a customer was made with', async () => {
    await call('POST', '/v1/plans', {
      id: 'euro-plan',
      amount: '2500',
      currency: 'eur',
      interval: 'month',
      'product[name]': 'Plan',
    });
    const customer = await call('POST', '/v1/customers', { balance: '-20000' });
    expect(customer.body).toMatchObject({ account_balance: -20_000, currency: null });
    const { body } = await call('POST', '/v1/subscriptions', {
      customer: String(customer.body['id']),
      'items[0][plan]': 'euro-plan',
      'expand[]': 'latest_invoice',
    });
    expect(body).toMatchObject({ status: 'active', latest_invoice: { amount_due: 0 } });
  });

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

  /** What a form has of a card whose year is over. */
  const expired = (under: string, number = '4242424242424242') => ({
    [`${under}[number]`]: number,
    [`${under}[exp_month]`]: '12',
    [`${under}[exp_year]`]: '2019',
    [`${under}[cvc]`]: '123',
  });

  it('takes a token again, and cards that were good once', async () => {
    const token = await call('POST', '/v1/tokens', expired('card'));
    expect(token).toMatchObject({ status: 200, body: { card: { exp_year: 2019 } } });
    const source = String(token.body['id']);
    const cards = new Set<unknown>();
    for (const name of ['One', 'Two']) {
      const customer = await call('POST', '/v1/customers', { name, source });
      expect(customer).toMatchObject({ status: 200 });
      cards.add(customer.body['default_source']);
      const charged = await call('POST', '/v1/charges', {
        customer: String(customer.body['id']),
        amount: '900',
        currency: 'usd',
      });
      expect(charged.body).toMatchObject({ status: 'succeeded' });
    }
    expect(cards.size).toBe(2);
  });

  it('charges a card without its customer, and names the customer', async () => {
    const customer = String((await call('POST', '/v1/customers', { name: 'Holder' })).body['id']);
    const card = await call('POST', `/v1/customers/${customer}/cards`, {
      'source[object]': 'card',
      ...expired('source'),
    });
    const source = String(card.body['id']);
    const charged = await call('POST', '/v1/charges', { source, amount: '900', currency: 'usd' });
    expect(charged.body).toMatchObject({ status: 'succeeded', customer, source: { id: source } });
    expect((await call('GET', `/v1/charges?customer=${customer}`)).body).toMatchObject({ total_count: 1 });
  });

  it('pays with the method of another customer, or of one that let it go', async () => {
    const token = { 'card[number]': '4242424242424242', 'card[exp_month]': '12', 'card[exp_year]': '2040' };
    const method = String((await call('POST', '/v1/payment_methods', { type: 'card', ...token })).body['id']);
    const [owner, payer] = await Promise.all(
      ['Owner', 'Payer'].map(async (name) => String((await call('POST', '/v1/customers', { name })).body['id'])),
    );
    await call('POST', `/v1/payment_methods/${method}/attach`, { customer: owner! });
    const paid = await call('POST', '/v1/payment_intents', {
      ...{ amount: '900', currency: 'usd', customer: payer!, payment_method: method, confirm: 'true' },
    });
    expect(paid.body).toMatchObject({ status: 'succeeded', customer: payer });
    await call('POST', `/v1/payment_methods/${method}/detach`);
    const { id } = (await call('POST', '/v1/setup_intents')).body;
    const confirmed = await call('POST', `/v1/setup_intents/${String(id)}/confirm`, { payment_method: method });
    expect(confirmed.body).toMatchObject({ status: 'succeeded' });
    // What was set up can be canceled all the same.
    const canceled = await call('POST', `/v1/setup_intents/${String(id)}/cancel`);
    expect(canceled.body).toMatchObject({ status: 'canceled' });
  });

  it('changes the one item of a subscription, whatever names it', async () => {
    for (const [id, amount] of Object.entries({ small: '1000', large: '3000' })) {
      await call('POST', '/v1/plans', { id, amount, currency: 'eur', interval: 'month', name: id });
    }
    const customer = String((await call('POST', '/v1/customers', { source: 'tok_visa' })).body['id']);
    const made = await call('POST', '/v1/subscriptions', { customer, 'items[0][plan]': 'small' });
    const subscription = String(made.body['id']);
    const change = () => call('POST', `/v1/subscriptions/${subscription}`, { 'items[0][plan]': 'large' });
    const changed = await change();
    expect(changed.body).toMatchObject({ items: { data: [{ plan: { id: 'large' } }], total_count: 1 } });
    expect((await change()).text).toBe(changed.text);
    const preview = await call('POST', '/v1/invoices/create_preview', {
      ...{ customer, subscription, 'subscription_details[items][0][id]': 'si_none' },
      'subscription_details[items][0][plan]': 'small',
      'subscription_details[proration_date]': '1504182686',
    });
    expect(preview).toMatchObject({ status: 200, body: { object: 'invoice', customer } });
  });

  it('counts the cards of a customer, and what a list is narrowed to', async () => {
    const customer = String((await call('POST', '/v1/customers', { source: 'tok_visa' })).body['id']);
    await call('POST', `/v1/customers/${customer}/sources`, { source: 'tok_mastercard' });
    const cards = await call('GET', `/v1/customers/${customer}/sources?object=card&limit=1`);
    expect(cards.body).toMatchObject({ has_more: true, total_count: 2 });
    const later = await call('GET', '/v1/customers?created[gt]=9999999999');
    expect(later.body).toMatchObject({ data: [], total_count: 0 });
  });

  it('pays out what is not there', async () => {
    const payout = await call('POST', '/v1/payouts', { amount: '123456', currency: 'chf' });
    expect(payout.body).toMatchObject({ status: 'pending', amount: 123456 });
    const canceled = await call('POST', `/v1/payouts/${String(payout.body['id'])}/cancel`);
    expect(canceled.body).toMatchObject({ status: 'canceled' });
  });

  it('knows cards and bank accounts again by the fingerprints that localstripe gives them', async () => {
    const expected = (number: string) => createHash('sha1').update(number).digest('hex').slice(0, 16);
    const method = await call('POST', '/v1/payment_methods', { type: 'card', ...expired('card', '5555555555554444') });
    expect(method.body).toMatchObject({ card: { fingerprint: expected('5555555555554444') } });
    const source = await call('POST', '/v1/sources', {
      type: 'sepa_debit',
      currency: 'eur',
      'sepa_debit[iban]': 'AT611904300234573201',
    });
    expect(source.body).toMatchObject({
      sepa_debit: { country: 'AT', last4: '3201', fingerprint: expected('AT611904300234573201') },
    });
  });

  it('answers 404 wherever something is not there, and refuses what no list is narrowed by', async () => {
    const missing = await call('POST', '/v1/customers', { payment_method: 'pm_none' });
    expect(missing).toMatchObject({ status: 404, body: { error: { code: 'resource_missing' } } });
    expect((await call('GET', '/v1/plans?nonsense=1')).status).toBe(400);
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

describe('"compat": "stripe-stateful-mock"', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe({ compat: 'stripe-stateful-mock' });
  });
  afterAll(() => running.close());

  const charge = (source: string, idempotencyKey?: string) =>
    running.stripe.charges.create(
      { amount: 900, currency: 'usd', source },
      idempotencyKey === undefined ? {} : { idempotencyKey },
    );

  it('fails as tok_429 and tok_500 say', async () => {
    await expect(charge('tok_429')).rejects.toMatchObject({ statusCode: 429, rawType: 'rate_limit_error' });
    await expect(charge('tok_500')).rejects.toMatchObject({ statusCode: 500, rawType: 'api_error' });
    await expect(charge('tok_500', 'again')).rejects.toMatchObject({ statusCode: 500 });
    await expect(charge('tok_500', 'again')).rejects.toMatchObject({
      statusCode: 500,
      headers: { 'idempotent-replayed': 'true' },
    });
  });

  it('forgets what tok_forget made', async () => {
    const { stripe } = running;
    const charged = await charge('tok_forget');
    expect(charged).toMatchObject({ status: 'succeeded', amount: 900 });
    await expect(stripe.charges.retrieve(charged.id)).rejects.toMatchObject({ statusCode: 404 });
    const { id } = await stripe.customers.create({ source: 'tok_forget' });
    await expect(stripe.customers.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
    expect((await stripe.balanceTransactions.list()).data).toEqual([]);
    expect((await stripe.events.list()).data).toEqual([]);
  });

  it('goes through a chain of tokens, each with a place of its own', async () => {
    const { stripe } = running;
    const chain = 'tok_500|tok_chargeDeclinedInsufficientFunds|tok_visa';
    await expect(charge(chain)).rejects.toMatchObject({ statusCode: 500 });
    await expect(charge(`${chain}|other`)).rejects.toMatchObject({ statusCode: 500 });
    await expect(charge(chain)).rejects.toMatchObject({ decline_code: 'insufficient_funds' });
    // As ever, a declined charge stays.
    expect((await stripe.charges.list()).data).toMatchObject([{ status: 'failed' }]);
    expect(await charge(chain)).toMatchObject({ status: 'succeeded' });
    await expect(charge(`${chain}|other`)).rejects.toMatchObject({ decline_code: 'insufficient_funds' });
  });

  it('lets a client name accounts, which no other mode does', async () => {
    const given = { type: 'custom', id: 'acct_mine' } as never;
    expect((await running.stripe.accounts.create(given)).id).toBe('acct_mine');
    expect((await running.stripe.accounts.retrieve('acct_mine')).id).toBe('acct_mine');
    const other = await startStripe();
    try {
      await expect(other.stripe.accounts.create(given)).rejects.toMatchObject({ code: 'parameter_unknown' });
      await expect(
        other.stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_500' }),
      ).rejects.toMatchObject({ code: 'resource_missing' });
    } finally {
      await other.close();
    }
  });

  it('charges accounts whose onboarding nobody has done', async () => {
    const { id } = await running.stripe.accounts.create({ type: 'custom', country: 'US' });
    const params = { amount: 900, currency: 'usd', source: 'tok_visa' };
    expect((await running.stripe.charges.create(params, { stripeAccount: id })).status).toBe('succeeded');
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
