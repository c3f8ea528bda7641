import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';
import { webhookReceiver } from '../support/webhook-receiver';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(() => running.platform.state.reset());

type CreateParams = Stripe.V2.Core.AccountCreateParams;

const MERCHANT: CreateParams = {
  contact_email: 'jenny@example.com',
  display_name: 'Furever',
  dashboard: 'full',
  identity: {
    country: 'us',
    entity_type: 'company',
    business_details: { registered_name: 'Furever Inc.', phone: '+15555550100' },
  },
  configuration: {
    merchant: { mcc: '5734', capabilities: { card_payments: { requested: true } } },
    recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } },
  },
  defaults: {
    currency: 'usd',
    profile: { business_url: 'https://furever.example.com' },
    responsibilities: { fees_collector: 'stripe', losses_collector: 'stripe' },
    locales: ['en-US'],
  },
};

const EVERYTHING = [
  'configuration.customer',
  'configuration.merchant',
  'configuration.recipient',
  'defaults',
  'future_requirements',
  'identity',
  'requirements',
] satisfies CreateParams['include'];

/** The types of the events about an account, oldest first. */
async function typesOf(id: string): Promise<string[]> {
  const { data } = await stripe.v2.core.events.list({ object_id: id, limit: 100 });
  return data
    .map(({ type }) => type)
    .filter((type) => type.startsWith('v2.'))
    .reverse();
}

describe('an account of version 2', () => {
  it('tells of its configurations, identity and requirements only who asks for them', async () => {
    const bare = await stripe.v2.core.accounts.create(MERCHANT);
    expect(bare).toMatchObject({
      object: 'v2.core.account',
      applied_configurations: ['merchant', 'recipient'],
      closed: false,
      configuration: null,
      contact_email: 'jenny@example.com',
      contact_phone: null,
      dashboard: 'full',
      defaults: null,
      display_name: 'Furever',
      identity: null,
      livemode: false,
      metadata: {},
      requirements: null,
    });
    expect(bare.id).toMatch(/^acct_/);
    const whole = await stripe.v2.core.accounts.retrieve(bare.id, { include: EVERYTHING });
    expect(whole).toMatchObject({
      configuration: {
        customer: null,
        merchant: {
          applied: true,
          mcc: '5734',
          capabilities: {
            card_payments: {
              status: 'restricted',
              status_details: [{ code: 'requirements_past_due', resolution: 'provide_info' }],
            },
            stripe_balance: { payouts: { status: 'restricted' } },
          },
        },
        recipient: { applied: true, capabilities: { stripe_balance: { stripe_transfers: { status: 'restricted' } } } },
      },
      defaults: {
        currency: 'usd',
        locales: ['en-US'],
        profile: { business_url: 'https://furever.example.com', doing_business_as: null },
        responsibilities: {
          fees_collector: 'stripe',
          losses_collector: 'stripe',
          requirements_collector: 'stripe',
        },
      },
      identity: {
        country: 'us',
        entity_type: 'company',
        business_details: { registered_name: 'Furever Inc.', phone: '+15555550100' },
        individual: null,
      },
    });
    const descriptions = whole.requirements!.entries!.map(({ description }) => description);
    expect(descriptions).toContain('identity.attestations.terms_of_service.account.date');
    expect(descriptions).toContain('identity.business_details.id_numbers');
    expect(descriptions).not.toContain('configuration.merchant.mcc');
    expect(whole.requirements!.entries![0]).toMatchObject({
      awaiting_action_from: 'user',
      impact: { restricts_capabilities: [{ capability: 'card_payments', configuration: 'merchant' }, {}] },
      requested_reasons: [{ code: 'routine_onboarding' }],
    });
    expect(whole.requirements!.summary!.minimum_deadline!.status).toBe('past_due');
  });

  it('is the same account in version 1, which each changes', async () => {
    const { id } = await stripe.v2.core.accounts.create({ ...MERCHANT, metadata: { shop: '1' } });
    const account = await stripe.accounts.retrieve(id);
    expect(account).toMatchObject({
      object: 'account',
      email: 'jenny@example.com',
      business_type: 'company',
      country: 'US',
      business_profile: { mcc: '5734', url: 'https://furever.example.com' },
      company: { name: 'Furever Inc.' },
      metadata: { shop: '1' },
      capabilities: { card_payments: 'inactive', transfers: 'inactive' },
      controller: { stripe_dashboard: { type: 'full' }, fees: { payer: 'account' }, losses: { payments: 'stripe' } },
    });
    await stripe.accounts.update(id, { email: 'new@example.com', business_profile: { name: 'Furever!' } });
    const read = await stripe.v2.core.accounts.retrieve(id, { include: ['defaults'] });
    expect(read).toMatchObject({
      contact_email: 'new@example.com',
      defaults: { profile: { doing_business_as: 'Furever!' } },
    });
    await stripe.v2.core.accounts.update(id, {
      contact_email: 'newer@example.com',
      metadata: { shop: '2' },
      configuration: { merchant: { statement_descriptor: { descriptor: 'FUREVER' } } },
    });
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      email: 'newer@example.com',
      metadata: { shop: '2' },
      settings: { payments: { statement_descriptor: 'FUREVER' } },
      business_profile: { mcc: '5734', name: 'Furever!' },
    });
  });

  it('that version 1 made is there as well', async () => {
    const { id } = await stripe.accounts.create({
      type: 'express',
      country: 'DE',
      email: 'a@example.com',
      capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    });
    const account = await stripe.v2.core.accounts.retrieve(id, { include: ['configuration.merchant', 'identity'] });
    expect(account).toMatchObject({
      applied_configurations: ['merchant', 'recipient'],
      contact_email: 'a@example.com',
      dashboard: 'express',
      configuration: { merchant: { applied: true }, recipient: null },
      identity: { country: 'de' },
    });
    await stripe.v2.core.accounts.update(id, { display_name: 'Shop' });
    expect(await typesOf(id)).toEqual(['v2.core.account.updated']);
  });

  it('becomes active with everything that is asked for, and tells of each part that changes', async () => {
    const { id } = await stripe.v2.core.accounts.create({
      ...MERCHANT,
      dashboard: 'none',
      identity: { country: 'us', entity_type: 'individual' },
    });
    expect(await typesOf(id)).toEqual(['v2.core.account.created']);
    await stripe.v2.core.accounts.update(id, {
      identity: {
        individual: {
          given_name: 'Jenny',
          surname: 'Rosen',
          email: 'jenny@example.com',
          date_of_birth: { day: 1, month: 1, year: 1901 },
          address: { line1: 'address_full_match', city: 'Columbus', state: 'OH', postal_code: '43214', country: 'us' },
          id_numbers: [{ type: 'us_ssn', value: '000000000' }],
          additional_names: [{ purpose: 'alias', full_name: 'Jen' }],
        },
        attestations: {
          terms_of_service: { account: { date: '2026-01-01T00:00:00Z', ip: '127.0.0.1' } },
        },
      },
    });
    // Checks that are over a moment later change what is due once more: before the change, or after it.
    const told = await typesOf(id);
    expect(told[0]).toBe('v2.core.account.created');
    expect(told).toContain('v2.core.account[identity].updated');
    expect(told).toContain('v2.core.account[requirements].updated');
    const { identity, requirements } = await stripe.v2.core.accounts.retrieve(id, {
      include: ['identity', 'requirements'],
    });
    expect(identity!.individual).toMatchObject({
      object: 'v2.core.account_person',
      given_name: 'Jenny',
      id_numbers: [{ type: 'us_ssn' }],
      additional_names: [{ purpose: 'alias', full_name: 'Jen' }],
    });
    expect(JSON.stringify(identity)).not.toContain('000000000');
    expect(requirements!.entries!.map(({ description }) => description)).toEqual(['defaults.payout_methods']);
    expect((await stripe.accounts.retrieve(id)).individual).toMatchObject({
      first_name: 'Jenny',
      last_name: 'Rosen',
      id_number_provided: true,
    });

    await stripe.accounts.createExternalAccount(id, { external_account: 'btok_us_verified' });
    const active = await stripe.v2.core.accounts.retrieve(id, { include: ['configuration.merchant', 'requirements'] });
    expect(active.configuration!.merchant!.capabilities!.card_payments).toEqual({
      status: 'active',
      status_details: [],
    });
    expect(active.requirements!.entries).toEqual([]);
    expect(active.requirements!.summary!.minimum_deadline).toBeNull();
    const types = await typesOf(id);
    expect(types).toContain('v2.core.account[configuration.merchant].capability_status_updated');
    expect(types).toContain('v2.core.account[configuration.recipient].capability_status_updated');
  });

  it('is listed by configuration, and not any more once it is closed', async () => {
    const merchant = await stripe.v2.core.accounts.create(MERCHANT);
    const customer = await stripe.v2.core.accounts.create({ configuration: { customer: {} } });
    const { accounts } = stripe.v2.core;
    const ids = async (params: Stripe.V2.Core.AccountListParams = {}): Promise<string[]> =>
      (await accounts.list(params)).data.map(({ id }) => id);
    expect(await ids()).toEqual([customer.id, merchant.id]);
    expect(await ids({ applied_configurations: ['customer'] })).toEqual([customer.id]);
    expect(await ids({ applied_configurations: ['merchant', 'recipient'] })).toEqual([merchant.id]);
    expect(await failure(accounts.close(merchant.id, { applied_configurations: ['merchant'] }))).toMatchObject({
      statusCode: 400,
    });
    const closed = await accounts.close(merchant.id, { applied_configurations: ['merchant', 'recipient'] });
    expect(closed.closed).toBe(true);
    expect(await ids()).toEqual([customer.id]);
    expect(await ids({ closed: true })).toEqual([merchant.id]);
    expect((await typesOf(merchant.id)).at(-1)).toBe('v2.core.account.closed');
    expect(await failure(accounts.update(merchant.id, { display_name: 'a' }))).toMatchObject({ statusCode: 400 });
  });

  it('is refused where something is missing or wrong', async () => {
    const { accounts } = stripe.v2.core;
    const withoutCountry = { ...MERCHANT, identity: {} };
    expect(await failure(accounts.create(withoutCountry))).toMatchObject({ param: 'identity.country' });
    expect(await failure(accounts.create({ ...MERCHANT, dashboard: undefined }))).toMatchObject({
      param: 'dashboard',
    });
    expect(await failure(accounts.create({ ...MERCHANT, dashboard: 'half' } as never))).toMatchObject({
      code: 'invalid_fields',
      param: 'dashboard',
    });
    expect(await failure(accounts.create({ ...MERCHANT, contact_email: 'nobody' }))).toMatchObject({ statusCode: 400 });
    expect(await failure(accounts.retrieve('acct_none'))).toMatchObject({ statusCode: 404, code: 'not_found' });
    const { id } = await accounts.create(MERCHANT);
    expect(await failure(accounts.update(id, { identity: { country: 'de' } }))).toMatchObject({
      param: 'identity.country',
    });
  });

  it('is told of to an event destination', async () => {
    const receiver = await webhookReceiver();
    const destination = await stripe.v2.core.eventDestinations.create({
      name: 'accounts',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      events_from: ['@accounts'],
      enabled_events: ['v2.core.account.created'],
      webhook_endpoint: { url: receiver.url() },
      include: ['webhook_endpoint.signing_secret'],
    });
    const { id } = await stripe.v2.core.accounts.create(MERCHANT);
    await receiver.has(1);
    const { text, headers } = receiver.received[0]!;
    const notification = stripe.parseEventNotification(
      text,
      headers['stripe-signature'] as string,
      destination.webhook_endpoint!.signing_secret!,
    ) as Stripe.Events.V2CoreAccountCreatedEventNotification;
    expect(await notification.fetchRelatedObject()).toMatchObject({ id, object: 'v2.core.account' });
    expect((await notification.fetchEvent()).related_object.url).toBe(`/v2/core/accounts/${id}`);
  });
});

describe('an account as a customer', () => {
  it('has payment methods, subscriptions and payments by customer_account', async () => {
    const account = await stripe.v2.core.accounts.create({
      contact_email: 'jenny@example.com',
      display_name: 'Jenny',
      configuration: { customer: { shipping: { name: 'Jenny', address: { line1: 'Street 1', country: 'US' } } } },
      include: ['configuration.customer'],
    });
    expect(account).toMatchObject({
      applied_configurations: ['customer'],
      dashboard: null,
      configuration: { customer: { applied: true, shipping: { name: 'Jenny', address: { line1: 'Street 1' } } } },
    });
    const { id } = account;
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer_account: id });
    expect(method.customer_account).toBe(id);
    const updated = await stripe.v2.core.accounts.update(id, {
      configuration: { customer: { billing: { default_payment_method: method.id } } },
      include: ['configuration.customer'],
    });
    expect(updated.configuration!.customer!.billing!.default_payment_method).toBe(method.id);

    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 500,
      recurring: { interval: 'month' },
      product_data: { name: 'Gold' },
    });
    const subscription = await stripe.subscriptions.create({
      customer_account: id,
      items: [{ price: price.id }],
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({ status: 'active', customer_account: id });
    expect(subscription.latest_invoice).toMatchObject({ status: 'paid', customer_account: id });
    expect((await stripe.subscriptions.list({ customer_account: id })).data).toHaveLength(1);

    const intent = await stripe.setupIntents.create({ customer_account: id });
    expect(intent.customer_account).toBe(id);
    const session = await stripe.checkout.sessions.create({
      customer_account: id,
      mode: 'payment',
      success_url: 'https://example.com',
      line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'a' } } }],
    });
    expect(session.customer_account).toBe(id);
    const payment = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer_account: id,
      payment_method: method.id,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(payment).toMatchObject({ status: 'succeeded', customer_account: id });
    const { data } = await stripe.events.list({ type: 'customer.subscription.created' });
    expect(data[0]!.data.object).toMatchObject({ customer_account: id });
    const customer = await stripe.customers.retrieve(subscription.customer as string);
    expect(customer).toMatchObject({ customer_account: id, email: 'jenny@example.com', name: 'Jenny' });

    await stripe.customers.update(customer.id, { shipping: { name: 'Rosen', address: { line1: 'Street 2' } } });
    const { configuration } = await stripe.v2.core.accounts.retrieve(id, { include: ['configuration.customer'] });
    expect(configuration!.customer!.shipping).toMatchObject({ name: 'Rosen', address: { line1: 'Street 2' } });
    expect((await typesOf(id)).at(-1)).toBe('v2.core.account[configuration.customer].updated');
  });

  it('is refused where there is no such account, and beside a customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.v2.core.accounts.create(MERCHANT);
    const create = (params: Stripe.SetupIntentCreateParams) => failure(stripe.setupIntents.create(params));
    expect(await create({ customer_account: 'acct_none' })).toMatchObject({ param: 'customer_account' });
    expect(await create({ customer_account: id })).toMatchObject({ param: 'customer_account' });
    const shopper = await stripe.v2.core.accounts.update(id, { configuration: { customer: {} } });
    expect(shopper.applied_configurations).toEqual(['customer', 'merchant', 'recipient']);
    expect(await create({ customer_account: id, customer })).toMatchObject({ param: 'customer_account' });
    expect((await stripe.setupIntents.create({ customer_account: id })).customer_account).toBe(id);
  });
});

describe('people, tokens and links', () => {
  it('of an account are made, changed, listed and deleted, and are those of version 1', async () => {
    const { id: account } = await stripe.v2.core.accounts.create(MERCHANT);
    const { persons } = stripe.v2.core.accounts;
    const person = await persons.create(account, {
      given_name: 'Jenny',
      surname: 'Rosen',
      nationalities: ['us'],
      relationship: { owner: true, percent_ownership: '25.5' as never },
      metadata: { a: 'b' },
    });
    expect(person).toMatchObject({
      object: 'v2.core.account_person',
      account,
      given_name: 'Jenny',
      relationship: { owner: true, representative: false },
      nationalities: ['us'],
      email: null,
    });
    expect(String(person.relationship!.percent_ownership)).toBe('25.5');
    expect(await stripe.accounts.retrievePerson(account, person.id)).toMatchObject({
      first_name: 'Jenny',
      relationship: { percent_ownership: 25.5 },
    });
    const changed = await persons.update(account, person.id, { email: 'jenny@example.com', legal_gender: 'female' });
    expect(changed).toMatchObject({ email: 'jenny@example.com', surname: 'Rosen', legal_gender: 'female' });
    expect((await persons.list(account)).data).toMatchObject([{ id: person.id }]);
    expect(await persons.del(account, person.id)).toMatchObject({ id: person.id });
    expect(await failure(persons.retrieve(account, person.id))).toMatchObject({ statusCode: 404 });
    const { data } = await stripe.v2.core.events.list({ object_id: person.id });
    expect(data.map(({ type }) => type)).toEqual([
      'v2.core.account_person.deleted',
      'v2.core.account_person.updated',
      'v2.core.account_person.created',
    ]);
    expect((data[0] as Stripe.Events.V2CoreAccountPersonDeletedEvent).data).toEqual({ account_id: account });
  });

  it('are told of by version 2, whichever version changes them', async () => {
    const { id: account } = await stripe.v2.core.accounts.create(MERCHANT);
    const { id } = await stripe.accounts.createPerson(account, { first_name: 'Jenny' });
    // Version 1 knows of no other names, and has nothing to tell.
    await stripe.v2.core.accounts.persons.update(account, id, {
      additional_names: [{ purpose: 'maiden', surname: 'Thorn' }],
    });
    const { data } = await stripe.v2.core.events.list({ object_id: id });
    expect(data.map(({ type }) => type)).toEqual(['v2.core.account_person.updated', 'v2.core.account_person.created']);
    const context = { stripeContext: account };
    expect((await stripe.v2.core.events.list({ types: ['v1.person.updated'] }, context)).data).toEqual([]);
    const made = await stripe.v2.core.events.list({ types: ['v1.person.created'] }, context);
    expect(made.data).toHaveLength(1);
    const person = await stripe.v2.core.accounts.persons.retrieve(account, id);
    expect(person).toMatchObject({ given_name: 'Jenny', additional_names: [{ surname: 'Thorn', full_name: null }] });
  });

  it('may say what they say by a token, once', async () => {
    const token = await stripe.v2.core.accountTokens.create({
      contact_email: 'token@example.com',
      identity: {
        entity_type: 'individual',
        individual: { given_name: 'Jenny' },
        attestations: { terms_of_service: { account: { shown_and_accepted: true } } },
      },
    });
    expect(token).toMatchObject({ object: 'v2.core.account_token', used: false });
    const given: CreateParams = {
      dashboard: 'none',
      identity: { country: 'fr' },
      configuration: { merchant: { capabilities: { card_payments: { requested: true } } } },
      account_token: token.id,
      include: ['identity'],
    };
    const account = await stripe.v2.core.accounts.create(given);
    expect(account).toMatchObject({
      contact_email: 'token@example.com',
      identity: {
        country: 'fr',
        entity_type: 'individual',
        individual: { given_name: 'Jenny' },
        attestations: { terms_of_service: { account: { ip: '127.0.0.1' } } },
      },
    });
    expect((await stripe.v2.core.accountTokens.retrieve(token.id)).used).toBe(true);
    expect(await failure(stripe.v2.core.accounts.create(given))).toMatchObject({ param: 'account_token' });
    const { personTokens, persons } = stripe.v2.core.accounts;
    const other = await personTokens.create(account.id, { surname: 'Rosen' });
    expect(await persons.create(account.id, { person_token: other.id })).toMatchObject({ surname: 'Rosen' });
    expect((await personTokens.retrieve(account.id, other.id)).used).toBe(true);
  });

  it('lead to a page where everything is given', async () => {
    const { id: account } = await stripe.v2.core.accounts.create(MERCHANT);
    const link = await stripe.v2.core.accountLinks.create({
      account,
      use_case: {
        type: 'account_onboarding',
        account_onboarding: {
          refresh_url: 'https://example.com/again',
          return_url: 'https://example.com/done',
        },
      },
    });
    expect(link).toMatchObject({
      object: 'v2.core.account_link',
      account,
      use_case: { type: 'account_onboarding', account_update: null },
    });
    const page = new URL(link.url);
    const answer = await fetch(`http://127.0.0.1:${running.platform.port}/stripe${page.pathname}`, {
      method: 'POST',
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toBe('https://example.com/done');
    const { configuration } = await stripe.v2.core.accounts.retrieve(account, { include: ['configuration.merchant'] });
    expect(configuration!.merchant!.capabilities!.card_payments!.status).toBe('active');
    const { data } = await stripe.v2.core.events.list({ types: ['v2.core.account_link.returned'] });
    expect((data[0] as Stripe.Events.V2CoreAccountLinkReturnedEvent).data).toMatchObject({
      account_id: account,
      configurations: ['merchant', 'recipient'],
      use_case: 'account_onboarding',
    });
  });
});
