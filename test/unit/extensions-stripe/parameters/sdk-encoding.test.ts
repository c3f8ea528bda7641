/** What the official SDK sends for a call comes out as the call was written. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { parseForm } from '../../../../extensions/stripe/src/parameters/form';
import { validate } from '../../../../extensions/stripe/src/parameters/validate';
import { loadSpec } from '../../../../extensions/stripe/src/spec/spec';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly type: string;
  readonly body: string;
}

let server: Server;
let stripe: Stripe;
let sent: Sent | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      sent = { method, url, type: headers['content-type'] ?? '', body };
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stripe = new Stripe('sk_test_1', {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    protocol: 'http',
    telemetry: false,
  });
});

afterAll(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

/** The parameters of a call, after the way over HTTP. */
async function received(call: Promise<unknown>): Promise<unknown> {
  await call;
  const { method, url, body } = sent!;
  const [path = '', query = ''] = url.split('?');
  const found = loadSpec().find(method, path);
  if (found === undefined) throw new Error(`no operation ${method} ${path}`);
  return validate(found.operation, { ...parseForm(query), ...parseForm(body) });
}

test('hashes, lists, flags and numbers', async () => {
  const params: Stripe.SubscriptionCreateParams = {
    customer: 'cus_1',
    items: [
      { price: 'price_1', quantity: 2, metadata: { 'a b': 'c&d=[e]', ü: '%' } },
      {
        price_data: {
          currency: 'usd',
          product: 'prod_1',
          recurring: { interval: 'month', interval_count: 3 },
          unit_amount: 0,
        },
        tax_rates: ['txr_1', 'txr_2'],
      },
    ],
    cancel_at_period_end: false,
    application_fee_percent: 12.25,
    expand: ['latest_invoice.payments', 'customer'],
  };

  expect(await received(stripe.subscriptions.create(params))).toEqual(params);
});

test('dates become seconds', async () => {
  const date = new Date('2030-01-02T03:04:05.678Z');
  const call = stripe.subscriptions.create({ customer: 'c', trial_end: date as unknown as number });

  expect(await received(call)).toMatchObject({ trial_end: 1_893_553_445 });
});

test('null and the empty text take a value out; undefined and empty lists are not sent', async () => {
  const call = stripe.customers.update('cus_1', {
    metadata: { gone: null, kept: 1 },
    shipping: null,
    address: '',
    name: undefined,
    preferred_locales: [],
  });

  expect(await received(call)).toEqual({ metadata: { gone: '', kept: '1' }, shipping: '', address: '' });
});

test('filters and pages in a query', async () => {
  const params = { limit: 3, created: { gte: 1, lt: 2 }, starting_after: 'cus_0', expand: ['data.sources'] };

  expect(await received(stripe.customers.list(params))).toEqual(params);
});

test('searches', async () => {
  const query = `email:'a+b@example.com' AND metadata["x"]:"1"`;

  expect(await received(stripe.customers.search({ query, limit: 1 }))).toEqual({ query, limit: 1 });
});

test('identifiers in a path with characters of their own', async () => {
  await stripe.coupons.retrieve('50% off/now?');

  expect(loadSpec().find(sent!.method, sent!.url)?.path).toEqual({ coupon: '50% off/now?' });
});

test('decimals keep their digits', async () => {
  const call = stripe.prices.create({
    currency: 'usd',
    product: 'prod_1',
    unit_amount_decimal: Stripe.Decimal.from('0.000000000001'),
  });

  expect(await received(call)).toMatchObject({ unit_amount_decimal: '0.000000000001' });
});

test('parameters of a call without any', async () => {
  expect(await received(stripe.balance.retrieve())).toEqual({});
  expect(await received(stripe.customers.del('cus_1'))).toEqual({});
});
