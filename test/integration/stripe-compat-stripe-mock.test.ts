import { request } from 'node:http';
import { join } from 'node:path';
import { REPOSITORY } from '../support/run-platform';
import { startStripe, type RunningStripe } from '../support/stripe';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly kind: string;
}

const { loadSpec } = jest.requireActual<{ loadSpec: () => { operations: readonly Operation[] } }>(
  join(REPOSITORY, 'extensions/stripe/dist/spec/spec'),
);

type Loose = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: Loose;
}

const FORM = 'application/x-www-form-urlencoded';
const HEADERS = { authorization: 'Bearer sk_test_123', 'content-type': FORM };

describe('"compat": "stripe-mock"', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe({ compat: 'stripe-mock' });
  });
  afterAll(() => running.close());

  /** As it is written: `fetch` puts a content type where there is none, and tidies paths up. */
  function send(
    method: string,
    path: string,
    {
      body,
      headers = HEADERS,
      to = running,
    }: { body?: string; headers?: Record<string, string>; to?: RunningStripe } = {},
  ): Promise<Answer> {
    const { port } = to.platform;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { port, host: '127.0.0.1', method, path, headers: { host: `stripe.localhost:${port}`, ...headers } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as Loose;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: answer });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const messageOf = ({ body }: Answer): string => String((body['error'] as Loose)['message']);

  it('answers whatever is well-formed, though Stripe would refuse it', async () => {
    const { stripe } = running;
    expect(await stripe.charges.create({ amount: 123 })).toMatchObject({ object: 'charge', amount: 123 });
    expect(await stripe.charges.create({ amount: 123, currency: 'usd', source: 'tok_chargeDeclined' })).toMatchObject({
      object: 'charge',
    });
    const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    await stripe.paymentIntents.cancel(id);
    expect(await stripe.paymentIntents.confirm(id)).toMatchObject({ id, object: 'payment_intent' });
    expect(await stripe.invoices.pay('in_123')).toMatchObject({ id: 'in_123', object: 'invoice' });
    expect(await stripe.customers.del('cus_123')).toEqual({ id: 'cus_123', object: 'customer', deleted: true });
  });

  it('answers every operation of the specification', async () => {
    const refused: string[] = [];
    for (const { method, path, kind } of loadSpec().operations) {
      if (method === 'POST') continue;
      const query = kind === 'search' ? '?query=created%3E1' : '';
      const { status, body } = await send(method, `${path.replace(/\{(\w+)\}/g, '$1_123')}${query}`);
      const isFilled = (kind !== 'list' && kind !== 'search') || ((body['data'] ?? []) as unknown[]).length > 0;
      const isWanting = status === 400 && /is required/.test(JSON.stringify(body));
      if (!isWanting && (status !== 200 || !isFilled)) refused.push(`${method} ${path}: ${status}`);
    }
    expect(refused).toEqual([]);
  });

  it('reflects identifiers of the path and what the request gave', async () => {
    const { stripe } = running;
    const transaction = await stripe.customers.retrieveBalanceTransaction('cus_abc', 'cbtxn_1');
    expect(transaction).toMatchObject({ id: 'cbtxn_1', customer: 'cus_abc' });
    const { id } = await stripe.accounts.createPerson('acct_123', { first_name: 'Jenny' });
    expect(id).toMatch(/^person_/);
    const charge = await stripe.charges.update('ch_123', { shipping: { name: 'Jenny', address: { line1: 'A' } } });
    expect(charge).toMatchObject({ id: 'ch_123', shipping: { name: 'Jenny', address: { line1: 'A', city: null } } });
  });

  it('has an element in each list, also within objects', async () => {
    const { stripe } = running;
    const subscription = await stripe.subscriptions.retrieve('sub_123');
    expect(subscription.items).toMatchObject({ object: 'list', data: [{ object: 'subscription_item' }] });
    const invoice = await stripe.invoices.retrieve('in_123');
    expect(invoice.lines).toMatchObject({ data: [{ object: 'line_item' }], url: '/v1/invoices/in_123/lines' });
    const { id } = await stripe.customers.create({});
    expect((await stripe.charges.list({ customer: id })).data).toMatchObject([{ object: 'charge' }]);
    expect((await stripe.customers.list()).data).toMatchObject([{ id }]);
  });

  it('expands what is not there, and everything by an asterisk', async () => {
    const { stripe } = running;
    const charge = await stripe.charges.retrieve('ch_123', { expand: ['customer', 'payment_intent.latest_charge'] });
    expect(charge).toMatchObject({
      customer: { object: 'customer' },
      payment_intent: { object: 'payment_intent', latest_charge: { object: 'charge' } },
    });
    expect(await stripe.charges.retrieve('ch_123', { expand: ['*'] })).toMatchObject({
      balance_transaction: { object: 'balance_transaction' },
      customer: { object: 'customer' },
    });
    const listed = await send('GET', '/v1/charges?expand=data.*');
    expect(listed.body['data']).toMatchObject([{ customer: { object: 'customer' } }]);
    expect((await send('GET', '/v1/charges/ch_123?expand[]=id')).status).toBe(400);
  });

  it('refuses parameters in the words of stripe-mock', async () => {
    const missing = await send('POST', '/v1/payment_intents');
    expect(missing.status).toBe(400);
    expect(messageOf(missing)).toContain("object property 'amount' is required");
    for (const [method, path, body] of [
      ['POST', '/v1/charges', 'amount=123&nonsense=1'],
      ['GET', '/v1/charges?nonsense=1', undefined],
    ] as const) {
      const unknown = await send(method, path, body === undefined ? {} : { body });
      expect(unknown.status).toBe(400);
      expect(messageOf(unknown)).toContain('additional properties are not allowed: nonsense');
    }
  });

  it('knows the keys that stripe-mock knows, and those of sandboxes', async () => {
    const get = async (authorization?: string) =>
      (await send('GET', '/v1/charges', { headers: authorization === undefined ? {} : { authorization } })).status;
    const basic = (key: string): string => `Basic ${Buffer.from(key).toString('base64')}`;
    const good = ['Bearer sk_test_123', 'Bearer rk_test_123', basic('sk_test_123'), basic('sk_test_123:')];
    for (const each of [...good, 'Bearer sk_test_sandbox_one_2']) expect([each, await get(each)]).toEqual([each, 200]);
    const bad = [
      'Bearer',
      'Bearer sk_test_',
      'Bearer sk_test_1 2',
      'Bearer sk_test_1_2',
      'Bearer sk_live_123',
      basic('sk'),
    ];
    for (const each of [undefined, ...bad]) expect([each, await get(each)]).toEqual([each, 401]);
  });

  it('says at every path who it is, and first of all who may ask', async () => {
    const unknown = await send('GET', '/', { headers: {} });
    expect(unknown.status).toBe(401);
    expect(messageOf(unknown)).toMatch(/`Authorization` header .* Authorization was ''\.$/);
    expect(unknown.headers['stripe-mock-version']).toBe('master');
    expect(unknown.headers).not.toHaveProperty('request-id');
    const nothing = await send('GET', '/anything');
    expect(nothing).toMatchObject({
      status: 404,
      headers: { 'stripe-mock-version': 'master', 'request-id': 'req_123' },
      body: { error: { message: 'Unrecognized request URL (GET: /anything).' } },
    });
    expect(await send('PUT', '/v1/charges')).toMatchObject({ status: 404 });
    // The platform's own paths, and the pages, stay what they are.
    expect((await send('GET', '/_backlot/health', { headers: {} })).headers).not.toHaveProperty('stripe-mock-version');
    expect((await send('GET', '/pay/cs_123', { headers: {} })).headers['content-type']).toMatch(/html/);
  });

  it('takes forms alone, and files where files are taken', async () => {
    const { authorization } = HEADERS;
    const untyped = await send('POST', '/v1/charges', { body: 'amount=1', headers: { authorization } });
    expect(untyped.status).toBe(400);
    expect(messageOf(untyped)).toContain(`\`${FORM}\``);
    const json = { authorization, 'content-type': 'application/json; charset=utf-8' };
    const other = await send('POST', '/v1/charges', { body: '{}', headers: json });
    expect(other.status).toBe(400);
    expect(messageOf(other)).toMatch(/Was: `application\/json`\.$/);
    expect(messageOf(await send('POST', '/v1/files'))).toContain('`multipart/form-data`');
    const form = new FormData();
    form.append('purpose', 'dispute_evidence');
    form.append('file', new Blob(['x'], { type: 'image/png' }), 'x.png');
    const uploaded = await fetch(`${running.platform.url}/stripe/v1/files`, {
      method: 'POST',
      headers: { authorization },
      body: form,
    });
    expect(await uploaded.json()).toMatchObject({ object: 'file', purpose: 'dispute_evidence' });
    const typed = { authorization, 'content-type': `${FORM}; charset=utf-8` };
    expect((await send('POST', '/v1/charges', { body: 'amount=1', headers: typed })).status).toBe(200);
    expect((await send('DELETE', '/v1/customers/cus_123', { headers: { authorization } })).status).toBe(200);
  });

  it('takes slashes twice, and refuses what is badly encoded', async () => {
    expect((await send('GET', '//v1/charges')).status).toBe(200);
    expect((await send('GET', '/v1/charges/%0')).status).toBe(400);
    expect((await send('POST', '/v1/customers', { body: 'name=%' })).status).toBe(400);
  });

  it('answers each request for itself, whatever its idempotency key', async () => {
    const headers = { ...HEADERS, 'idempotency-key': 'once' };
    const [one, other] = [
      await send('POST', '/v1/customers', { body: 'name=one', headers }),
      await send('POST', '/v1/customers', { body: 'name=other', headers }),
    ];
    expect(other).toMatchObject({ status: 200, body: { name: 'other' }, headers: { 'idempotency-key': 'once' } });
    expect(other.body['id']).not.toBe(one.body['id']);
  });

  it('gives files of what is not there', async () => {
    const { text, headers } = await send('GET', '/v1/quotes/qt_123/pdf');
    expect(text).toBe('Stripe binary response');
    expect(headers['content-type']).toBe('application/pdf');
  });

  it('takes any version, or only that of the configuration', async () => {
    const headers = { ...HEADERS, 'stripe-version': '2006-01-01' };
    expect((await send('GET', '/v1/charges', { headers })).status).toBe(200);
    const strict = await startStripe({
      compat: 'stripe-mock',
      strictVersionCheck: true,
      apiVersion: '2025-03-31.basil',
    });
    try {
      const refused = await send('GET', '/v1/charges', { headers, to: strict });
      expect(refused.status).toBe(400);
      expect(messageOf(refused)).toMatch(/'2006-01-01' .*'2025-03-31\.basil'/);
      const right = { ...HEADERS, 'stripe-version': '2025-03-31.basil' };
      expect((await send('GET', '/v1/charges', { headers: right, to: strict })).status).toBe(200);
      expect((await send('GET', '/v1/charges', { to: strict })).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});
