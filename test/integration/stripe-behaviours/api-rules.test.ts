import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/versioning, /authentication, /idempotent_requests, /pagination, /search and what the SDK makes of them */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

function ask(path: string, headers: Readonly<Record<string, string>> = {}, body?: string): Promise<Response> {
  const { platform } = running;
  return platform.fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body }),
    headers: {
      host: `stripe.localhost:${platform.port}`,
      authorization: 'Bearer sk_test_backlot',
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  });
}

describe('a version', () => {
  it.each(['2020-02-30', '2019-01-01', 'latest', '2024-06-21.acacia'])(
    'is one that there was: not %s',
    async (version) => {
      const response = await ask('/v1/customers', { 'stripe-version': version });
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toMatch(new RegExp(`^Invalid Stripe API version: ${version}`));
    },
  );

  it.each(['2019-12-03', '2020-08-27', '2024-06-20', '2025-09-30.clover', '2999-01-01.zebra'])(
    'may be %s, which the answer names',
    async (version) => {
      const response = await ask('/v1/customers', { 'stripe-version': version });
      expect([response.status, response.headers.get('stripe-version')]).toEqual([200, version]);
    },
  );
});

describe('an idempotency key', () => {
  it('has its first request named with each answer', async () => {
    const headers = { 'idempotency-key': 'named-with-each' };
    const first = await ask('/v1/customers', headers, 'name=Jenny');
    const second = await ask('/v1/customers', headers, 'name=Jenny');
    const request = first.headers.get('request-id');
    expect(first.headers.get('original-request')).toBe(request);
    expect(second.headers.get('original-request')).toBe(request);
    expect(second.headers.get('request-id')).not.toBe(request);
    expect([first, second].map(({ headers: each }) => each.get('idempotent-replayed'))).toEqual([null, 'true']);
  });

  it('says nothing about reading', async () => {
    await stripe.customers.list({ limit: 1 }, { idempotencyKey: 'reading' });
    expect(await stripe.customers.list({ limit: 2 }, { idempotencyKey: 'reading' })).toMatchObject({ object: 'list' });
  });

  it('makes one object of requests that come at once', async () => {
    const asked = Array.from({ length: 5 }, () => stripe.customers.create({}, { idempotencyKey: 'at-once' }));
    expect(new Set((await Promise.all(asked)).map(({ id }) => id)).size).toBe(1);
  });
});

describe('a key', () => {
  it('may come as the name of a user', async () => {
    const basic = Buffer.from('sk_test_backlot:').toString('base64');
    expect((await ask('/v1/customers', { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it('is told only in part when it is wrong', async () => {
    const wrong = await failure(running.client({ key: 'sk_fake_abcdefghijklmnop' }).customers.list());
    expect(wrong).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    expect(wrong.message).toBe('Invalid API Key provided: sk_fake_************mnop');
  });

  it('of a page makes tokens and payment methods', async () => {
    const page = running.client({ key: 'pk_test_backlot' });
    const card = { number: '4242424242424242', exp_month: '1', exp_year: '2040', cvc: '123' };
    expect(await page.tokens.create({ card })).toMatchObject({ type: 'card', used: false });
    expect(await page.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })).toMatchObject({
      customer: null,
    });
    expect(await failure(page.refunds.list())).toMatchObject({ code: 'secret_key_required', statusCode: 403 });
  });
});

describe('the SDK', () => {
  it('sends what it has no method for', async () => {
    const made = (await stripe.rawRequest('POST', '/v1/customers', { name: 'Raw' })) as unknown as Stripe.Customer;
    expect(made).toMatchObject({ object: 'customer', name: 'Raw' });
    expect(await stripe.rawRequest('GET', `/v1/customers/${made.id}`)).toMatchObject({ id: made.id });
  });

  it('gives the response with its answer', async () => {
    const { lastResponse } = await stripe.customers.create({}, { idempotencyKey: 'with-its-answer' });
    expect(lastResponse).toMatchObject({ statusCode: 200, idempotencyKey: 'with-its-answer' });
    expect(lastResponse.requestId).toMatch(/^req_\w{14}$/);
  });

  it('makes arrays of whole lists, and of what is searched for', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await stripe.products.create({ name, metadata: { of: 'five' } });
    expect(await stripe.products.list({ limit: 2 }).autoPagingToArray({ limit: 4 })).toHaveLength(4);
    const found: string[] = [];
    for await (const { name } of stripe.products.search({ query: 'metadata["of"]:"five"', limit: 2 })) found.push(name);
    expect(found.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a search', () => {
  it.each([
    ["name~'ab'", /at least 3 characters/],
    ['name>5', /does not support/],
    ["(name:'a')", /unable to parse/],
    [Array.from({ length: 11 }, (_, index) => `name:'${index}'`).join(' OR '), /10 clauses/],
  ])('refuses %s', async (query, message) => {
    const refused = await failure(stripe.customers.search({ query }));
    expect(refused).toMatchObject({ type: 'StripeInvalidRequestError', param: 'query' });
    expect(refused.message).toMatch(message);
  });

  it('counts when it is asked to, and passes over who was deleted', async () => {
    const { id } = await stripe.customers.create({ email: 'gone@example.com' });
    const query = "email:'gone@example.com'";
    expect(await stripe.customers.search({ query, expand: ['total_count'] })).toMatchObject({
      object: 'search_result',
      total_count: 1,
      next_page: null,
    });
    await stripe.customers.del(id);
    expect((await stripe.customers.search({ query })).data).toEqual([]);
  });
});

describe('a payout', () => {
  it('that was canceled is canceled no more, and reversed neither', async () => {
    await stripe.paymentIntents.create({
      amount: 10_000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_bypassPending',
      confirm: true,
    });
    const { id } = await stripe.payouts.create({ amount: 1000, currency: 'usd' });
    expect(await stripe.payouts.cancel(id)).toMatchObject({ status: 'canceled' });
    for (const refused of [await failure(stripe.payouts.cancel(id)), await failure(stripe.payouts.reverse(id))]) {
      // No code of the documentation is about this.
      expect(refused).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, code: undefined });
    }
  });
});
