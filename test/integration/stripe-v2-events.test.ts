import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';
import { webhookReceiver, type WebhookReceiver } from '../support/webhook-receiver';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(() => running.platform.state.reset());

type Given = Partial<Stripe.V2.Core.EventDestinationCreateParams>;

/** A destination with its secret, at a receiver. */
async function destinationAt(receiver: WebhookReceiver, given: Given = {}) {
  const destination = await stripe.v2.core.eventDestinations.create({
    name: 'application',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['*'],
    webhook_endpoint: { url: receiver.url('/hook') },
    include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
    ...given,
  });
  return { destination, secret: destination.webhook_endpoint!.signing_secret! };
}

/** The n-th delivery as the application reads it. */
function notificationIn(receiver: WebhookReceiver, secret: string, index = 0) {
  const { text, headers } = receiver.received[index]!;
  return stripe.parseEventNotification(text, headers['stripe-signature'] as string, secret);
}

describe('an event destination', () => {
  it('is made, read, changed, disabled, enabled, listed and deleted', async () => {
    const receiver = await webhookReceiver();
    const { destination, secret } = await destinationAt(receiver, {
      description: 'mine',
      metadata: { team: 'a' },
      enabled_events: ['v1.billing.meter.created'],
    });
    expect(destination).toMatchObject({
      object: 'v2.core.event_destination',
      description: 'mine',
      event_payload: 'thin',
      events_from: ['@self'],
      metadata: { team: 'a' },
      status: 'enabled',
      status_details: null,
      snapshot_api_version: null,
      amazon_eventbridge: null,
      webhook_endpoint: { url: receiver.url('/hook') },
      livemode: false,
    });
    expect(destination.id).toMatch(/^ed_test_\w{24}$/);
    expect(destination.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(secret).toMatch(/^whsec_\w{32}$/);

    const { eventDestinations } = stripe.v2.core;
    expect((await eventDestinations.retrieve(destination.id)).webhook_endpoint).toEqual({
      signing_secret: null,
      url: null,
    });
    const changed = await eventDestinations.update(destination.id, {
      name: 'other',
      metadata: { team: '', shift: 'b' },
      webhook_endpoint: { url: receiver.url('/other') },
      include: ['webhook_endpoint.url'],
    });
    expect(changed).toMatchObject({
      name: 'other',
      description: 'mine',
      metadata: { shift: 'b' },
      webhook_endpoint: { url: receiver.url('/other'), signing_secret: null },
    });
    expect(await eventDestinations.disable(destination.id)).toMatchObject({
      status: 'disabled',
      status_details: { disabled: { reason: 'user' } },
    });
    await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    expect(await eventDestinations.enable(destination.id)).toMatchObject({ status: 'enabled', status_details: null });
    expect((await eventDestinations.list()).data).toHaveLength(1);
    expect(await eventDestinations.del(destination.id)).toMatchObject({
      id: destination.id,
      object: 'v2.core.event_destination',
    });
    expect((await eventDestinations.list()).data).toEqual([]);
    expect(await failure(eventDestinations.retrieve(destination.id))).toMatchObject({
      statusCode: 404,
      code: 'not_found',
    });
    expect(receiver.received).toEqual([]);
  });

  it('is refused with types of events that its payload does not have, and without a place', async () => {
    const { eventDestinations } = stripe.v2.core;
    const given = {
      name: 'a',
      type: 'webhook_endpoint',
      webhook_endpoint: { url: 'https://example.com' },
    } as const;
    for (const wrong of [
      { ...given, event_payload: 'thin', enabled_events: ['customer.created'] },
      { ...given, event_payload: 'snapshot', enabled_events: ['v1.customer.created'] },
      { ...given, event_payload: 'thin', enabled_events: [] },
      { ...given, event_payload: 'thin', enabled_events: ['*'], webhook_endpoint: undefined },
      { ...given, event_payload: 'thin', enabled_events: ['*'], webhook_endpoint: { url: 'ftp://example.com' } },
      { ...given, event_payload: 'thin', enabled_events: ['*'], snapshot_api_version: '2026-10-28.endive' },
      { ...given, event_payload: 'thin', enabled_events: ['*'], events_from: ['@everybody'] },
    ]) {
      const create = eventDestinations.create(wrong as Stripe.V2.Core.EventDestinationCreateParams);
      expect(await failure(create)).toMatchObject({ statusCode: 400, code: 'invalid_fields' });
    }
  });

  it('is pinged, whatever it is for', async () => {
    const receiver = await webhookReceiver();
    const { destination, secret } = await destinationAt(receiver, { enabled_events: ['v1.customer.created'] });
    const event = await stripe.v2.core.eventDestinations.ping(destination.id);
    expect(event).toMatchObject({
      object: 'v2.core.event',
      type: 'v2.core.event_destination.ping',
      related_object: { id: destination.id, type: 'v2.core.event_destination' },
      reason: { type: 'request' },
    });
    await receiver.has(1);
    const notification = notificationIn(receiver, secret) as Stripe.Events.V2CoreEventDestinationPingEventNotification;
    expect(notification.id).toBe(event.id);
    expect((await notification.fetchRelatedObject()).id).toBe(destination.id);
    expect((await notification.fetchEvent()).type).toBe('v2.core.event_destination.ping');
  });
});

describe('events of version 1', () => {
  it('come as notifications, from which the event and its object are fetched', async () => {
    const receiver = await webhookReceiver();
    const { secret } = await destinationAt(receiver, { enabled_events: ['v1.customer.created'] });
    const customer = await stripe.customers.create({ name: 'Jenny' }, { idempotencyKey: 'once' });
    await stripe.customers.update(customer.id, { name: 'Rosen' });
    await receiver.has(1);
    const sent = JSON.parse(receiver.texts[0]!) as Record<string, unknown>;
    expect(sent).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.customer.created',
      livemode: false,
      context: null,
      related_object: { id: customer.id, type: 'customer', url: `/v1/customers/${customer.id}` },
      reason: { type: 'request', request: { idempotency_key: 'once' } },
    });
    expect(sent).not.toHaveProperty('data');
    const notification = notificationIn(receiver, secret) as Stripe.Events.V1CustomerCreatedEventNotification;
    expect(await notification.fetchRelatedObject()).toMatchObject({ id: customer.id, name: 'Rosen' });
    const event = await notification.fetchEvent();
    expect(await stripe.events.retrieve(event.snapshot_event!)).toMatchObject({ type: 'customer.created' });
    expect(receiver.received).toHaveLength(1);
  });

  it('come as snapshots to a destination for those, in its version', async () => {
    const receiver = await webhookReceiver();
    const { destination, secret } = await destinationAt(receiver, {
      event_payload: 'snapshot',
      enabled_events: ['customer.created'],
      snapshot_api_version: '2025-03-31.basil',
    });
    expect(destination.snapshot_api_version).toBe('2025-03-31.basil');
    const customer = await stripe.customers.create();
    await receiver.has(1);
    const { text, headers } = receiver.received[0]!;
    const event = stripe.webhooks.constructEvent(text, headers['stripe-signature'] as string, secret);
    expect(event).toMatchObject({
      type: 'customer.created',
      api_version: '2025-03-31.basil',
      data: { object: { id: customer.id } },
    });
  });

  it('of connected accounts go to destinations that listen to those, with the context', async () => {
    const receiver = await webhookReceiver();
    const { secret } = await destinationAt(receiver, {
      events_from: ['@accounts'],
      enabled_events: ['v1.customer.created'],
    });
    const { id: account } = await stripe.accounts.create({ type: 'custom' });
    await stripe.customers.create();
    const customer = await stripe.customers.create({}, { stripeAccount: account });
    await receiver.has(1);
    const notification = notificationIn(receiver, secret) as Stripe.Events.V1CustomerCreatedEventNotification;
    expect(notification.context?.toString()).toBe(account);
    expect((await notification.fetchRelatedObject()).id).toBe(customer.id);
    expect((await notification.fetchEvent()).context).toBe(account);
    expect(receiver.received).toHaveLength(1);
  });

  it('lead to objects that are below others', async () => {
    const { id: customer } = await stripe.customers.create();
    const taxId = await stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
    const { data } = await stripe.v2.core.events.list({ types: ['v1.customer.tax_id.created'] });
    expect(data[0]).toMatchObject({
      related_object: { id: taxId.id, type: 'tax_id', url: `/v1/tax_ids/${taxId.id}` },
    });
    const listed = data[0] as Stripe.Events.V1CustomerTaxIdCreatedEvent;
    expect(await listed.fetchRelatedObject()).toMatchObject({ id: taxId.id });
    const { id: account } = await stripe.accounts.create({ type: 'custom' });
    const person = await stripe.accounts.createPerson(account, { first_name: 'Jenny' });
    const { events } = stripe.v2.core;
    const { data: made } = await events.list({ types: ['v1.person.created'] }, { stripeContext: account });
    expect(made).toMatchObject([
      { context: account, related_object: { url: `/v1/accounts/${account}/persons/${person.id}` } },
    ]);
  });
});

describe('the events', () => {
  it('are listed newest first, by type, by object and by time, page after page', async () => {
    const customers = [];
    for (let index = 0; index < 5; index++) customers.push(await stripe.customers.create());
    await stripe.products.create({ name: 'Shirt' });
    const { events } = stripe.v2.core;
    const all = await events.list({ limit: 2, types: ['v1.customer.created'] }).autoPagingToArray({ limit: 100 });
    expect(all.map((event) => (event as Stripe.Events.V1CustomerCreatedEvent).related_object.id)).toEqual(
      customers.map(({ id }) => id).reverse(),
    );
    const page = await events.list({ limit: 2 });
    expect(page.previous_page_url).toBeNull();
    expect(page.data.map(({ type }) => type)).toEqual(['v1.product.created', 'v1.customer.created']);
    const next = (await stripe.rawRequest(
      'GET',
      page.next_page_url!,
    )) as unknown as Stripe.V2List<Stripe.V2.Core.Event>;
    expect(next.data).toHaveLength(2);
    const back = (await stripe.rawRequest(
      'GET',
      next.previous_page_url!,
    )) as unknown as Stripe.V2List<Stripe.V2.Core.Event>;
    expect(back.data.map(({ id }) => id)).toEqual(page.data.map(({ id }) => id));
    expect(back.previous_page_url).toBeNull();

    const about = await events.list({ object_id: customers[1]!.id });
    expect(about.data).toHaveLength(1);
    const future = Math.floor(Date.now() / 1000) + 1000;
    expect((await events.list({ created: { gt: future } })).data).toEqual([]);
    expect((await events.list({ created: { lt: future }, limit: 100 })).data).toHaveLength(6);
    expect(await failure(events.list({ types: ['v1.nothing'] }))).toMatchObject({ code: 'invalid_fields' });
    expect(await failure(events.retrieve('evt_test_none'))).toMatchObject({ statusCode: 404, code: 'not_found' });
    // What only version 2 has is no event of version 1.
    const { id } = await stripe.v2.core.eventDestinations.create({
      name: 'a',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['*'],
      webhook_endpoint: { url: 'http://127.0.0.1:9/' },
    });
    const ping = await stripe.v2.core.eventDestinations.ping(id);
    expect((await events.list({ limit: 1 })).data[0]!.id).toBe(ping.id);
    expect((await stripe.events.list({ limit: 100 })).data).toHaveLength(6);
    expect(await failure(stripe.events.retrieve(ping.id))).toMatchObject({ statusCode: 404 });
  });
});
