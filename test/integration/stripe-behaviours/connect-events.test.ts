import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';
import { webhookReceiver } from '../../support/webhook-receiver';

/** https://docs.stripe.com/connect/webhooks, /webhooks and /api/events */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const NEVER = 'https://unreachable.invalid/hook';

describe('an endpoint of Connect', () => {
  it('gets what happens in accounts, with the account, and nothing of the platform', async () => {
    const [own, connected] = [await webhookReceiver(), await webhookReceiver()];
    await stripe.webhookEndpoints.create({ url: own.url(), enabled_events: ['customer.created'] });
    const endpoint = await stripe.webhookEndpoints.create({
      url: connected.url(),
      enabled_events: ['customer.created'],
      connect: true,
    });
    expect(endpoint.application).toMatch(/^ca_/);
    const { id: account } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    await stripe.customers.create({ name: 'Own' });
    await stripe.customers.create({ name: 'Theirs' }, { stripeAccount: account });
    await own.has(1);
    await connected.has(1);
    const [first, second] = [own, connected].map(({ texts }) => JSON.parse(texts[0]!) as Stripe.Event);
    expect(first).not.toHaveProperty('account');
    expect(first!.data.object).toMatchObject({ name: 'Own' });
    expect(second).toMatchObject({ account, data: { object: { name: 'Theirs' } } });
    expect([own.received.length, connected.received.length]).toEqual([1, 1]);
  });

  it('is told of changes of accounts, capabilities and people, and of the end', async () => {
    const receiver = await webhookReceiver();
    const types = [
      'account.updated',
      'capability.updated',
      'person.created',
      'person.updated',
      'account.external_account.created',
      'account.application.deauthorized',
    ] as const;
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: [...types], connect: true });
    const { external_account, ...rest } = COMPLETE_ACCOUNT;
    const { id } = await stripe.accounts.create(rest);
    await stripe.accounts.update(id, { external_account } as Stripe.AccountUpdateParams);
    const person = await stripe.accounts.createPerson(id, { first_name: 'Kim' });
    await stripe.accounts.updatePerson(id, person.id, { last_name: 'Lee' });
    await stripe.oauth.deauthorize({ client_id: 'ca_test', stripe_user_id: id });
    const seen = () => new Set(receiver.texts.map((text) => (JSON.parse(text) as Stripe.Event).type));
    await waitFor('an event of each type', () => seen().size === types.length);
    expect(receiver.texts.every((text) => (JSON.parse(text) as Stripe.Event).account === id)).toBe(true);
  });
});

describe('account.updated', () => {
  it('has the former values of what changed, and no others', async () => {
    const { id } = await stripe.accounts.create({ type: 'express', email: 'old@example.com' });
    await stripe.accounts.update(id, { email: 'new@example.com', metadata: { shop: '7' } });
    const [event] = (await stripe.events.list({ type: 'account.updated' }, { stripeAccount: id })).data;
    expect(event!.data.previous_attributes).toEqual({ email: 'old@example.com', metadata: { shop: null } });
  });
});

describe('an event', () => {
  it('is found by when it was made', async () => {
    const { created } = await stripe.customers.create();
    expect((await stripe.events.list({ created: { gte: created } })).data).toHaveLength(1);
    expect((await stripe.events.list({ created: { lt: created } })).data).toHaveLength(0);
  });

  it('is found by whether it was delivered', async () => {
    const receiver = await webhookReceiver();
    await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['customer.created'] });
    await stripe.customers.create();
    await receiver.has(1);
    await stripe.webhookEndpoints.create({ url: NEVER, enabled_events: ['product.created'] });
    await stripe.products.create({ name: 'P' });
    const found = async (delivery_success: boolean) =>
      (await stripe.events.list({ delivery_success, types: ['customer.created', 'product.created'] })).data.map(
        ({ type }) => type,
      );
    expect(await found(false)).toEqual(['product.created']);
    expect(await found(true)).toEqual(['customer.created']);
  });

  it('is not asked for by a type and by types at once', async () => {
    const refused = stripe.events.list({ type: 'customer.created', types: ['product.created'] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
    const types = Array.from({ length: 21 }, () => 'customer.created');
    expect(await failure(stripe.events.list({ types }))).toMatchObject({ statusCode: 400, param: 'types' });
  });

  it('is listed from another one on', async () => {
    for (const name of ['a', 'b', 'c']) await stripe.customers.create({ name });
    const { data } = await stripe.events.list();
    const page = await stripe.events.list({ limit: 1, starting_after: data[0]!.id });
    expect(page).toMatchObject({ has_more: true, data: [{ id: data[1]!.id }] });
    expect((await stripe.events.list({ ending_before: data[2]!.id })).data.map(({ id }) => id)).toEqual([
      data[0]!.id,
      data[1]!.id,
    ]);
  });

  it('that there is not is not found', async () => {
    expect(await failure(stripe.events.retrieve('evt_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('keeps the object as it was', async () => {
    const { id } = await stripe.customers.create({ name: 'Before' });
    const [event] = (await stripe.events.list({ type: 'customer.created' })).data;
    await stripe.customers.update(id, { name: 'After' });
    expect((await stripe.events.retrieve(event!.id)).data.object).toMatchObject({ name: 'Before' });
    const [updated] = (await stripe.events.list({ type: 'customer.updated' })).data;
    expect(updated!.data).toMatchObject({ object: { name: 'After' }, previous_attributes: { name: 'Before' } });
  });
});

describe('an endpoint', () => {
  it('is changed, disabled, enabled and deleted', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: NEVER,
      enabled_events: ['*'],
      description: 'All',
      metadata: { a: '1' },
    });
    expect(made).toMatchObject({
      status: 'enabled',
      secret: expect.stringMatching(/^whsec_/) as string,
      description: 'All',
      livemode: false,
      application: null,
    });
    expect((await stripe.webhookEndpoints.update(made.id, { disabled: true })).status).toBe('disabled');
    const enabled = await stripe.webhookEndpoints.update(made.id, {
      disabled: false,
      enabled_events: ['charge.failed'],
      url: 'https://example.com/x',
    });
    expect(enabled).toMatchObject({
      status: 'enabled',
      enabled_events: ['charge.failed'],
      url: 'https://example.com/x',
    });
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect(await failure(stripe.webhookEndpoints.retrieve(made.id))).toMatchObject({ statusCode: 404 });
  });

  it('takes no event that there is not, and not only some of all', async () => {
    expect(
      await failure(stripe.webhookEndpoints.create({ url: NEVER, enabled_events: ['customer.danced' as never] })),
    ).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.webhookEndpoints.create({ url: NEVER, enabled_events: [] }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('signs so that an old signature, another secret or another body is refused', async () => {
    const receiver = await webhookReceiver();
    const { secret } = await stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['*'] });
    await stripe.customers.create();
    await receiver.has(1);
    const { text, headers } = receiver.received[0]!;
    const header = headers['stripe-signature'] as string;
    expect(header).toMatch(/^t=\d+,v1=[0-9a-f]{64}(,v0=[0-9a-f]{64})?$/);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['user-agent']).toMatch(/^Stripe\/1\.0/);
    const late = Math.floor(Date.now() / 1000) + 301;
    const { webhooks } = stripe;
    expect(webhooks.constructEvent(text, header, secret!).type).toBe('customer.created');
    expect(() => webhooks.constructEvent(text, header, secret!, 300, undefined, late * 1000)).toThrow(/tolerance/);
    expect(() => webhooks.constructEvent(`${text} `, header, secret!)).toThrow();
    expect(() => webhooks.constructEvent(text, header, 'whsec_other')).toThrow();
  });
});
