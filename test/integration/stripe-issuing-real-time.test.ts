import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { activeCard, fundIssuing, issuingBalance } from '../support/issuing';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;
let server: Server;
let secret: string;
let card: Stripe.Issuing.Card;
/** What the application does with the event of a request. */
let application: (event: Stripe.Event, response: ServerResponse) => unknown;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  server = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await running.close();
});
beforeEach(async () => {
  await running.platform.state.reset();
  application = (_event, response) => response.end('{}');
  const endpoint = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    enabled_events: ['issuing_authorization.request'],
  });
  secret = endpoint.secret!;
  await fundIssuing(stripe, 10_000);
  card = await activeCard(stripe);
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const event = stripe.webhooks.constructEvent(body, request.headers['stripe-signature']!, secret);
  await application(event, response);
}

const answering =
  (answer: object, status = 200) =>
  (_event: unknown, response: ServerResponse): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
const authorize = (amount: number, more: object = {}) =>
  stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount, ...more });
const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data
    .map(({ type }) => type as string)
    .filter((type) => type.startsWith('issuing_authorization'))
    .reverse();

describe('an application that decides about authorizations', () => {
  it('approves by its answer, which the request waits for', async () => {
    let asked: Stripe.Issuing.Authorization | undefined;
    application = (event, response) => {
      asked = event.data.object as Stripe.Issuing.Authorization;
      answering({ approved: true, metadata: { trip: '7' } })(event, response);
    };
    const authorization = await authorize(1000);
    expect(asked).toMatchObject({
      id: authorization.id,
      amount: 0,
      approved: false,
      pending_request: { amount: 1000, currency: 'usd', is_amount_controllable: false, merchant_amount: 1000 },
      status: 'pending',
    });
    expect(authorization).toMatchObject({
      amount: 1000,
      approved: true,
      metadata: { trip: '7' },
      pending_request: null,
      request_history: [{ approved: true, reason: 'webhook_approved' }],
    });
    expect(await issuingBalance(stripe)).toBe(9000);
    expect(await eventTypes()).toEqual(['issuing_authorization.request', 'issuing_authorization.created']);
  });

  it('declines by its answer', async () => {
    application = answering({ approved: false });
    expect(await authorize(1000)).toMatchObject({
      amount: 1000,
      approved: false,
      status: 'closed',
      request_history: [{ approved: false, reason: 'webhook_declined' }],
    });
    expect(await issuingBalance(stripe)).toBe(10_000);
  });

  it('says how much is held, where it may', async () => {
    application = answering({ approved: true, amount: 600 });
    expect(await authorize(1000, { is_amount_controllable: true })).toMatchObject({ amount: 600 });
    expect(await authorize(1000)).toMatchObject({ amount: 1000 });
  });

  it('decides by a call before it answers', async () => {
    application = async (event, response) => {
      const { id } = event.data.object as Stripe.Issuing.Authorization;
      const decided = await stripe.issuing.authorizations.approve(id, { metadata: { by: 'call' } });
      expect(decided.approved).toBe(true);
      response.end('thanks');
    };
    expect(await authorize(1000)).toMatchObject({
      approved: true,
      metadata: { by: 'call' },
      request_history: [{ reason: 'webhook_approved' }],
    });
    application = async (event, response) => {
      await stripe.issuing.authorizations.decline((event.data.object as Stripe.Issuing.Authorization).id);
      response.end();
    };
    const declined = await authorize(1000);
    expect(declined).toMatchObject({ approved: false, request_history: [{ reason: 'webhook_declined' }] });
    const late = stripe.issuing.authorizations.approve(declined.id);
    expect(await failure(late)).toMatchObject({ statusCode: 400 });
  });

  it.each([
    ['says something else', answering({ ok: true })],
    ['fails', answering({ approved: true }, 500)],
    ['hangs up', (_event: unknown, response: ServerResponse) => response.destroy()],
  ])('declines when it %s', async (_what, does) => {
    application = does;
    expect(await authorize(1000)).toMatchObject({
      approved: false,
      request_history: [{ reason: 'webhook_error' }],
    });
  });

  it('declines when it does not answer within two seconds', async () => {
    application = () => undefined;
    const began = Date.now();
    expect(await authorize(1000)).toMatchObject({
      approved: false,
      request_history: [{ reason: 'webhook_timeout' }],
    });
    expect(Date.now() - began).toBeGreaterThan(1900);
  });

  it('is asked about more of an authorization, and not about what is refused anyway', async () => {
    const amounts: number[] = [];
    application = (event, response) => {
      amounts.push((event.data.object as Stripe.Issuing.Authorization).pending_request!.amount);
      answering({ approved: true })(event, response);
    };
    const { id } = await authorize(1000);
    const raised = await stripe.testHelpers.issuing.authorizations.increment(id, { increment_amount: 500 });
    expect(raised).toMatchObject({ amount: 1500, pending_request: null });
    expect(await authorize(20_000)).toMatchObject({ request_history: [{ reason: 'insufficient_funds' }] });
    expect(amounts).toEqual([1000, 500]);
    expect((await eventTypes()).at(-1)).toBe('issuing_authorization.created');
  });

  it('decides in the sandbox of the request alone', async () => {
    const inside = running.client({ key: 'sk_test_sandbox_issuing' });
    const { secret: own } = await inside.webhookEndpoints.create({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      enabled_events: ['issuing_authorization.request'],
    });
    secret = own!;
    await fundIssuing(inside, 10_000);
    const theirs = await activeCard(inside);
    application = answering({ approved: true });
    const { id, approved } = await inside.testHelpers.issuing.authorizations.create({ card: theirs.id, amount: 1000 });
    expect(approved).toBe(true);
    expect(await issuingBalance(inside)).toBe(9000);
    expect(await issuingBalance(stripe)).toBe(10_000);
    expect(await failure(stripe.issuing.authorizations.retrieve(id))).toMatchObject({ statusCode: 404 });
  });

  it('is asked once, however often the request is repeated', async () => {
    let asked = 0;
    application = (event, response) => {
      asked += 1;
      answering({ approved: true })(event, response);
    };
    const once = await stripe.testHelpers.issuing.authorizations.create(
      { card: card.id, amount: 1000 },
      { idempotencyKey: 'once' },
    );
    const again = await stripe.testHelpers.issuing.authorizations.create(
      { card: card.id, amount: 1000 },
      { idempotencyKey: 'once' },
    );
    expect(again).toMatchObject({ id: once.id, approved: true });
    expect(asked).toBe(1);
  });
});

it('is asked only by name, not by *', async () => {
  await stripe.webhookEndpoints.del((await stripe.webhookEndpoints.list()).data[0]!.id);
  const { secret: other } = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    enabled_events: ['*'],
  });
  secret = other!;
  const received: string[] = [];
  application = (event, response) => {
    received.push(event.type);
    response.end();
  };
  expect(await authorize(1000)).toMatchObject({ approved: true, request_history: [{ reason: 'card_active' }] });
  await running.platform.webhooks.drain();
  expect(received).toEqual(['issuing_authorization.created']);
});
