import Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';
import { webhookReceiver } from '../support/webhook-receiver';
import { waitFor } from '../support/wait-for';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterEach(() => running.platform.state.reset());
afterAll(() => running.close());

const typesOf = (texts: readonly string[]) => texts.map((text) => (JSON.parse(text) as Stripe.Event).type);

describe("Stripe's webhook endpoints", () => {
  it('shows its secret only to who made it', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: 'https://example.com/hook',
      enabled_events: ['customer.created'],
      description: 'of the shop',
      metadata: { team: 'a' },
    });
    expect(made).toMatchObject({
      object: 'webhook_endpoint',
      status: 'enabled',
      api_version: null,
      application: null,
      enabled_events: ['customer.created'],
      livemode: false,
      metadata: { team: 'a' },
    });
    expect(made.secret).toMatch(/^whsec_\w{32}$/);
    const again = await stripe.webhookEndpoints.retrieve(made.id);
    expect(again.secret).toBeUndefined();
    const { data } = await stripe.webhookEndpoints.list();
    expect(data.map(({ id }) => id)).toEqual([made.id]);
    const changed = await stripe.webhookEndpoints.update(made.id, { disabled: true, enabled_events: ['*'] });
    expect(changed).toMatchObject({ status: 'disabled', enabled_events: ['*'] });
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    await expect(stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({
      code: 'resource_missing',
      message: `No such webhook endpoint: '${made.id}'`,
    });
  });

  it('refuses what is no URL, and no type of event', async () => {
    await expect(stripe.webhookEndpoints.create({ url: 'example.com', enabled_events: ['*'] })).rejects.toMatchObject({
      code: 'url_invalid',
      param: 'url',
    });
    await expect(
      stripe.webhookEndpoints.create({ url: 'https://example.com', enabled_events: ['no.such' as '*'] }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'enabled_events[0]' });
  });

  it('says which types of events there are, and knows former ones in old versions', async () => {
    const url = 'https://example.com';
    const unknown = await failure(stripe.webhookEndpoints.create({ url, enabled_events: ['no.such' as '*'] }));
    expect(unknown.message).toMatch(
      /^Invalid enabled_events\[0\]: must be one of account\.application\.authorized, account\.application\.deauthorized, /,
    );
    const enabled_events = ['charge.failed', 'transfer.paid', 'sku.created'] as unknown as ['charge.failed'];
    const today = stripe.webhookEndpoints.create({ url, enabled_events });
    expect(await failure(today)).toMatchObject({ param: 'enabled_events[1]' });
    const old = await stripe.webhookEndpoints.create({ url, enabled_events, api_version: '2020-08-27' });
    expect(old.enabled_events).toEqual(enabled_events);
    const changed = await stripe.webhookEndpoints.update(old.id, { enabled_events: ['order.created' as '*'] });
    expect(changed.enabled_events).toEqual(['order.created']);
    const client = running.client({ apiVersion: '2020-08-27' } as never);
    expect((await client.webhookEndpoints.create({ url, enabled_events })).enabled_events).toEqual(enabled_events);
    expect(
      await failure(stripe.webhookEndpoints.create({ url, enabled_events: 'charge.failed' as never })),
    ).toMatchObject({
      message: 'Invalid array',
      param: 'enabled_events',
    });
  });

  it('sends each event in order, signed so that the SDK takes it', async () => {
    const receiver = await webhookReceiver();
    const { secret } = await stripe.webhookEndpoints.create({ url: receiver.url('/hook'), enabled_events: ['*'] });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await stripe.customers.create({ name });
    await receiver.has(5);
    const events = receiver.received.map(({ text, headers }) =>
      stripe.webhooks.constructEvent(text, headers['stripe-signature'] as string, secret!),
    );
    expect(events.map(({ data }) => (data.object as Stripe.Customer).name)).toEqual(names);
    expect(events[0]).toMatchObject({ type: 'customer.created', pending_webhooks: 1, livemode: false });
    expect(receiver.received[0]).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    });
    expect(() =>
      stripe.webhooks.constructEvent(
        receiver.texts[0]!.replace('"a"', '"z"'),
        receiver.received[0]!.headers['stripe-signature'] as string,
        secret!,
      ),
    ).toThrow(Stripe.errors.StripeSignatureVerificationError);
  });

  it('sends only the types that are enabled, and nothing to a disabled endpoint', async () => {
    const [wanted, disabled] = [await webhookReceiver(), await webhookReceiver()];
    await stripe.webhookEndpoints.create({
      url: wanted.url(),
      enabled_events: ['customer.deleted', 'customer.created'],
    });
    const off = await stripe.webhookEndpoints.create({ url: disabled.url(), enabled_events: ['*'] });
    await stripe.webhookEndpoints.update(off.id, { disabled: true });
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: 'b' });
    await stripe.customers.del(id);
    await running.platform.webhooks.drain();
    expect(typesOf(wanted.texts)).toEqual(['customer.created', 'customer.deleted']);
    expect(disabled.texts).toEqual([]);
  });

  it('repeats nothing for an endpoint that was deleted, so that another one at its place hears what is new', async () => {
    const receiver = await webhookReceiver();
    receiver.answers.push(500);
    const endpoint = { url: receiver.url(), enabled_events: ['*'] } as Stripe.WebhookEndpointCreateParams;
    const former = await stripe.webhookEndpoints.create(endpoint);
    await stripe.customers.create();
    await running.platform.webhooks.drain();
    await stripe.webhookEndpoints.del(former.id);
    const { secret } = await stripe.webhookEndpoints.create(endpoint);
    const { id } = await stripe.products.create({ name: 'Tea' });
    await running.platform.webhooks.drain();
    await running.platform.clock.advance(3_600_000);
    expect(typesOf(receiver.texts)).toEqual(['customer.created', 'product.created']);
    const { text, headers } = receiver.received[1]!;
    const event = stripe.webhooks.constructEvent(text, headers['stripe-signature'] as string, secret!, 7_200);
    expect(event.data.object).toMatchObject({ id });
  });

  it('repeats a delivery that failed when its time has come, and counts what is pending', async () => {
    const receiver = await webhookReceiver();
    receiver.answers.push(500, 500);
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['*'] });
    await stripe.customers.create();
    await receiver.has(1);
    const [event] = (await stripe.events.list({ delivery_success: false })).data;
    expect(event).toMatchObject({ type: 'customer.created', pending_webhooks: 1 });
    expect((await stripe.events.list({ delivery_success: true })).data).toEqual([]);
    await running.platform.clock.advance('1s');
    await receiver.has(2);
    await running.platform.clock.advance('5s');
    await receiver.has(3);
    await waitFor('the delivery', async () => (await stripe.events.retrieve(event!.id)).pending_webhooks === 0);
    expect((await stripe.events.list({ delivery_success: true })).data).toHaveLength(1);
    expect(new Set(receiver.texts).size).toBe(1);
  });

  it('tells of what becomes due by itself, also in a state that was saved and restored', async () => {
    const receiver = await webhookReceiver();
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['checkout.session.expired'] });
    const line = { price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'A' } }, quantity: 1 };
    await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [line],
      success_url: 'https://example.com/done',
    });
    running.platform.state.save('open');
    await running.platform.state.load('open');
    await stripe.customers.create();
    await running.platform.clock.advance('25h');
    await receiver.has(1);
  });

  it('repeats as the configuration says', async () => {
    const patient = await startStripe({ webhooks: { retryAfterSeconds: [3600] } });
    try {
      const receiver = await webhookReceiver();
      receiver.answers.push(500);
      await patient.stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['*'] });
      await patient.stripe.customers.create();
      await receiver.has(1);
      const failed = async (): Promise<boolean> =>
        (await patient.stripe.events.list({ delivery_success: false })).data.length === 1;
      await waitFor('the failure', failed);
      await patient.platform.clock.advance('59m');
      expect(receiver.received).toHaveLength(1);
      await patient.platform.clock.advance('1m');
      await receiver.has(2);
    } finally {
      await patient.close();
    }
  });

  it('says what a change replaced', async () => {
    const receiver = await webhookReceiver();
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['customer.updated'] });
    const { id } = await stripe.customers.create({ name: 'before', metadata: { a: '1', b: '2' } });
    await stripe.customers.update(id, { name: 'after', metadata: { a: '3', c: '4' } });
    await receiver.has(1);
    const { data } = JSON.parse(receiver.texts[0]!) as Stripe.Event;
    expect(data.previous_attributes).toEqual({ name: 'before', metadata: { a: '1', c: null } });
    expect(data.object).toMatchObject({ id, name: 'after', metadata: { a: '3', b: '2', c: '4' } });
  });

  it('sends nothing of a request that failed', async () => {
    const receiver = await webhookReceiver();
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['*'] });
    await expect(stripe.customers.create({ nonsense: 1 } as never)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
    await stripe.customers.create({ name: 'a' });
    await running.platform.webhooks.drain();
    expect(typesOf(receiver.texts)).toEqual(['customer.created']);
  });

  it("sends a connected account's events to the endpoints for them, and to the account's own", async () => {
    const [own, connect, theirs] = [await webhookReceiver(), await webhookReceiver(), await webhookReceiver()];
    await stripe.webhookEndpoints.create({ url: own.url(), enabled_events: ['customer.created'] });
    await stripe.webhookEndpoints.create({ url: connect.url(), enabled_events: ['customer.created'], connect: true });
    const account = await stripe.accounts.create({ type: 'standard' });
    const onAccount = { stripeAccount: account.id };
    await stripe.webhookEndpoints.create({ url: theirs.url(), enabled_events: ['customer.created'] }, onAccount);
    await stripe.customers.create({ name: 'of the account' }, onAccount);
    await stripe.customers.create({ name: 'of the platform' });
    await running.platform.webhooks.drain();
    const namesIn = (texts: readonly string[]) =>
      texts.map((text) => ((JSON.parse(text) as Stripe.Event).data.object as Stripe.Customer).name);
    expect(namesIn(own.texts)).toEqual(['of the platform']);
    expect(namesIn(connect.texts)).toEqual(['of the account']);
    expect(namesIn(theirs.texts)).toEqual(['of the account']);
    expect(JSON.parse(connect.texts[0]!)).toMatchObject({ account: account.id });
  });

  it("writes events in the endpoint's version of the API", async () => {
    const receiver = await webhookReceiver();
    await stripe.webhookEndpoints.create({
      url: receiver.url(),
      enabled_events: ['*'],
      api_version: '2020-08-27',
    });
    await stripe.customers.create();
    await receiver.has(1);
    expect(JSON.parse(receiver.texts[0]!)).toMatchObject({ api_version: '2020-08-27' });
  });
});

describe("Stripe's events", () => {
  it('lists them newest first, by type, by types and by groups', async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: 'b' });
    await stripe.customers.del(id);
    const list = async (params: Stripe.EventListParams) =>
      (await stripe.events.list(params)).data.map(({ type }) => type);
    expect(await list({})).toEqual(['customer.deleted', 'customer.updated', 'customer.created']);
    expect(await list({ type: 'customer.updated' })).toEqual(['customer.updated']);
    expect(await list({ type: 'customer.*' })).toHaveLength(3);
    expect(await list({ types: ['customer.created', 'customer.deleted'] })).toEqual([
      'customer.deleted',
      'customer.created',
    ]);
    expect(await list({ created: { gt: 4_000_000_000 } })).toEqual([]);
    await expect(list({ type: 'a', types: ['b'] })).rejects.toMatchObject({ type: 'StripeInvalidRequestError' });
  });

  it('names the request that an event came from', async () => {
    const made = await stripe.customers.create({}, { idempotencyKey: 'once' });
    const [event] = (await stripe.events.list()).data;
    expect(event!.request).toEqual({ id: made.lastResponse.requestId, idempotency_key: 'once' });
  });
});
