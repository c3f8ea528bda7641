import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(() => running.platform.state.reset());

const VERSION = '2026-10-28.endive';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly error: Record<string, unknown> };
}

/** A request as no SDK would send it. */
async function send(
  method: string,
  path: string,
  { body, headers = {} }: { body?: string; headers?: Record<string, string | undefined> } = {},
): Promise<Answer> {
  const all = {
    authorization: 'Bearer sk_test_backlot',
    'content-type': 'application/json',
    'stripe-version': VERSION,
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`http://127.0.0.1:${running.platform.port}/stripe${path}`, {
    method,
    headers: Object.fromEntries(given),
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

const DESTINATION: Stripe.V2.Core.EventDestinationCreateParams = {
  name: 'a',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['*'],
  webhook_endpoint: { url: 'http://127.0.0.1:9/' },
};

describe('version 2', () => {
  it('needs a version, and answers with it', async () => {
    const without = await send('GET', '/v2/core/events', { headers: { 'stripe-version': undefined } });
    expect(without).toMatchObject({ status: 400, body: { error: { code: 'invalid_fields' } } });
    const wrong = await send('GET', '/v2/core/events', { headers: { 'stripe-version': 'yesterday' } });
    expect(wrong.status).toBe(400);
    const right = await send('GET', '/v2/core/events');
    expect(right.status).toBe(200);
    expect(right.headers.get('stripe-version')).toBe(VERSION);
    expect(right.headers.get('request-id')).toMatch(/^req_/);
    expect(right.body).toEqual({ data: [], next_page_url: null, previous_page_url: null });
  });

  it('needs a secret key', async () => {
    expect((await send('GET', '/v2/core/events', { headers: { authorization: undefined } })).status).toBe(401);
    expect((await send('GET', '/v2/core/events', { headers: { authorization: 'Bearer nothing' } })).status).toBe(401);
    const published = await send('GET', '/v2/core/events', { headers: { authorization: 'Bearer pk_test_a' } });
    expect(published).toMatchObject({ status: 403, body: { error: { code: 'secret_key_required' } } });
  });

  it('answers 404 to unknown paths in its own shape', async () => {
    const { status, body } = await send('GET', '/v2/core/nothing');
    expect(status).toBe(404);
    expect(body.error).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('/v2/core/nothing') as string,
    });
    expect((await send('PUT', '/v2/core/events')).status).toBe(404);
  });

  it('takes JSON that has the fields of the specification', async () => {
    const path = '/v2/core/event_destinations';
    const cases: [body: string, param: string | undefined][] = [
      ['{', undefined],
      ['[]', undefined],
      [JSON.stringify({ ...DESTINATION, colour: 'red' }), 'colour'],
      [JSON.stringify({ ...DESTINATION, webhook_endpoint: { url: 'http://a.b', port: 1 } }), 'webhook_endpoint.port'],
      [JSON.stringify({ ...DESTINATION, name: undefined }), 'name'],
      [JSON.stringify({ ...DESTINATION, name: 1 }), 'name'],
      [JSON.stringify({ ...DESTINATION, event_payload: 'thick' }), 'event_payload'],
      [JSON.stringify({ ...DESTINATION, enabled_events: 'a' }), 'enabled_events'],
      [JSON.stringify({ ...DESTINATION, metadata: { a: 1 } }), 'metadata.a'],
      [JSON.stringify({ ...DESTINATION, include: ['secrets'] }), 'include[0]'],
    ];
    for (const [body, param] of cases) {
      const answer = await send('POST', path, { body });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_fields' } } });
      expect(answer.body.error['param']).toBe(param);
    }
    const form = await send('POST', path, {
      body: 'name=a',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(415);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'page=made-up', 'colour=red'])
      expect((await send('GET', `${path}?${query}`)).status).toBe(400);
  });

  it('makes errors that the SDK knows as its own', async () => {
    const { errors } = stripe.constructor as unknown as typeof Stripe;
    const invalid = await failure(stripe.v2.core.eventDestinations.create({} as never));
    expect(invalid).toBeInstanceOf(errors.StripeInvalidRequestError);
    expect(invalid).toMatchObject({ statusCode: 400, code: 'invalid_fields', requestId: expect.any(String) as string });
    const other = running.client({ key: 'sk_live_abcdefghijkl' });
    expect(await failure(other.v2.core.events.list())).toBeInstanceOf(errors.StripeAuthenticationError);
  });

  it('does a request once for an idempotency key, and again where it failed', async () => {
    const { eventDestinations } = stripe.v2.core;
    const options = { idempotencyKey: 'once' };
    const first = await eventDestinations.create(DESTINATION, options);
    const second = await eventDestinations.create(DESTINATION, options);
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await eventDestinations.list()).data).toHaveLength(1);
    const other = await failure(eventDestinations.create({ ...DESTINATION, name: 'b' }, options));
    expect(other).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });

    // Deleting takes a key, too: what is gone is deleted once.
    const gone = { idempotencyKey: 'gone' };
    await eventDestinations.del(first.id, {}, gone);
    expect(await eventDestinations.del(first.id, {}, gone)).toMatchObject({ id: first.id });

    const retry = { idempotencyKey: 'again' };
    const report = () =>
      stripe.v2.billing.meterEvents.create(
        { event_name: 'calls', payload: { stripe_customer_id: customer, value: '1' } },
        retry,
      );
    const { id: customer } = await stripe.customers.create();
    expect(await failure(report())).toMatchObject({ code: 'no_meter' });
    await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    expect(await report()).toMatchObject({ event_name: 'calls' });
  });

  it('acts for a connected account by either header', async () => {
    const { id: account } = await stripe.accounts.create({ type: 'custom' });
    const { eventDestinations } = stripe.v2.core;
    const { id } = await eventDestinations.create(DESTINATION, { stripeContext: account });
    expect((await eventDestinations.list()).data).toEqual([]);
    expect((await eventDestinations.list({}, { stripeAccount: account })).data).toMatchObject([{ id }]);
    const path = { stripeContext: `acct_1BacklotPlatform/${account}` };
    expect((await eventDestinations.list({}, path)).data).toMatchObject([{ id }]);
    expect(await failure(eventDestinations.list({}, { stripeContext: 'acct_none' }))).toMatchObject({
      statusCode: 403,
    });
    // Version 1 knows the context as well.
    await stripe.customers.create({}, { stripeContext: account });
    expect((await stripe.customers.list()).data).toEqual([]);
  });

  it('is apart in each sandbox', async () => {
    const other = running.client({ key: 'sk_test_sandbox_two' });
    await other.v2.core.eventDestinations.create(DESTINATION);
    expect((await other.v2.core.eventDestinations.list()).data).toHaveLength(1);
    expect((await stripe.v2.core.eventDestinations.list()).data).toEqual([]);
  });
});

describe('what keeps no state', () => {
  it('answers an object of the right shape, and says so', async () => {
    const payment = await stripe.v2.moneyManagement.outboundPayments.create({
      amount: { value: 500, currency: 'usd' },
      from: { financial_account: 'fa_test_1', currency: 'usd' },
      to: { recipient: 'acct_1', currency: 'usd' },
      description: 'rent',
    });
    expect(payment.lastResponse.headers['backlot-fidelity']).toBe('shape');
    expect(payment).toMatchObject({
      object: 'v2.money_management.outbound_payment',
      amount: { value: 500, currency: 'usd' },
      description: 'rent',
    });
    expect(Date.parse(payment.created)).not.toBeNaN();
    const { data } = await stripe.v2.moneyManagement.transactions.list();
    expect(data).toEqual([]);
  });

  it('is refused where the configuration is strict', async () => {
    const strict = await startStripe({ strict: true });
    try {
      const error = await failure(strict.stripe.v2.moneyManagement.financialAccounts.list());
      expect(error).toMatchObject({ statusCode: 501 });
    } finally {
      await strict.close();
    }
  }, 60_000);
});
