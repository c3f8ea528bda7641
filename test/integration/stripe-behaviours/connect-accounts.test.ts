import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, onboard, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect/accounts, /connect/account-capabilities, /api/external_accounts, /api/persons and /api/account_links */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const BANK = { object: 'bank_account', country: 'US', currency: 'usd', routing_number: '110000000' } as const;
const bank = (account_number: string, given: object = {}) => ({ ...BANK, account_number, ...given }) as never;
const ready = async (given: Partial<Stripe.AccountCreateParams> = {}): Promise<string> =>
  (await stripe.accounts.create({ ...COMPLETE_ACCOUNT, ...given })).id;
const typesOf = async (account: string): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 }, { stripeAccount: account })).data.map(({ type }) => type);

describe('an account', () => {
  it.each([
    ['standard', 'account', 'stripe', 'stripe', 'full'],
    ['express', 'application_express', 'application', 'stripe', 'express'],
    ['custom', 'application_custom', 'application', 'application', 'none'],
  ] as const)('of the type %s has the controller of that type', async (type, payer, losses, collection, dashboard) => {
    expect(await stripe.accounts.create({ type })).toMatchObject({
      type,
      country: 'US',
      default_currency: 'usd',
      controller: {
        type: 'application',
        is_controller: true,
        fees: { payer },
        losses: { payments: losses },
        requirement_collection: collection,
        stripe_dashboard: { type: dashboard },
      },
    });
  });

  it('takes the currency of its country', async () => {
    const made = await stripe.accounts.create({ type: 'custom', country: 'DE' });
    expect(made).toMatchObject({
      country: 'DE',
      default_currency: 'eur',
      settings: { payouts: { debit_negative_balances: false } },
    });
    expect(await failure(stripe.accounts.create({ type: 'custom', country: 'XX' }))).toMatchObject({
      statusCode: 400,
      param: 'country',
    });
  });

  it('has the schedule of payouts that it is given, with what goes with its interval', async () => {
    const { id, settings } = await stripe.accounts.create({ type: 'custom', country: 'US' });
    expect(settings!.payouts!.schedule).toMatchObject({ interval: 'daily', delay_days: 2 });
    const weekly = await stripe.accounts.update(id, {
      settings: {
        payouts: { schedule: { interval: 'weekly', weekly_anchor: 'friday' }, statement_descriptor: 'SHOP' },
      },
    });
    expect(weekly.settings!.payouts).toMatchObject({
      schedule: { interval: 'weekly', weekly_anchor: 'friday' },
      statement_descriptor: 'SHOP',
    });
    const monthly = await stripe.accounts.update(id, {
      settings: { payouts: { schedule: { interval: 'monthly', monthly_anchor: 31 } } },
    });
    expect(monthly.settings!.payouts!.schedule).toMatchObject({ interval: 'monthly', monthly_anchor: 31 });
    expect(monthly.settings!.payouts!.schedule).not.toHaveProperty('weekly_anchor');
    const anchorless = stripe.accounts.update(id, { settings: { payouts: { schedule: { interval: 'weekly' } } } });
    expect(await failure(anchorless)).toMatchObject({ statusCode: 400 });
  });

  it('is refused what no account can have', async () => {
    const { accounts } = stripe;
    const late = { settings: { payouts: { schedule: { interval: 'monthly', monthly_anchor: 32 } } } } as const;
    expect(await failure(accounts.create({ type: 'express', email: 'nobody' }))).toMatchObject({
      code: 'email_invalid',
    });
    expect(await failure(accounts.create({ type: 'gold' as never }))).toMatchObject({ statusCode: 400, param: 'type' });
    expect(await failure(accounts.update(await ready(), late))).toMatchObject({ statusCode: 400 });
    const mixed = accounts.create({ type: 'custom', business_type: 'company', individual: { first_name: 'Ada' } });
    expect(await failure(mixed)).toMatchObject({ statusCode: 400, param: 'individual' });
    const soon = { settings: { payouts: { schedule: { delay_days: 'minimum' } } } } as const;
    expect((await accounts.update(await ready(), soon)).settings!.payouts!.schedule.delay_days).toBe(2);
  });

  it('is rejected for fraud, terms of service or other reasons, and then neither charged nor paid out', async () => {
    for (const [reason, disabled_reason] of [
      ['fraud_other', 'rejected.fraud'],
      ['terms_of_service', 'rejected.terms_of_service'],
      ['other', 'rejected.other'],
    ]) {
      const id = await ready();
      const rejected = await stripe.accounts.reject(id, { reason: reason! });
      expect(rejected).toMatchObject({
        charges_enabled: false,
        payouts_enabled: false,
        requirements: { disabled_reason },
      });
    }
  });

  it('is not rejected for a reason that there is not', async () => {
    const refused = stripe.accounts.reject(await ready(), { reason: 'rude' });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'reason' });
  });

  it('that is deleted is gone', async () => {
    const id = await ready();
    await stripe.accounts.del(id);
    expect(await failure(stripe.accounts.retrieve(id))).toMatchObject({ statusCode: 403, code: 'account_invalid' });
    expect(await failure(stripe.balance.retrieve({}, { stripeAccount: id }))).toMatchObject({ statusCode: 403 });
    expect(await failure(stripe.accounts.update(id, { email: 'a@example.com' }))).toMatchObject({ statusCode: 403 });
    expect(await failure(stripe.accounts.del(id))).toMatchObject({ statusCode: 403 });
  });

  it('is listed page by page, newest first', async () => {
    const first = await ready();
    const second = await ready();
    const page = await stripe.accounts.list({ limit: 1 });
    expect(page).toMatchObject({ has_more: true, data: [{ id: second }] });
    expect((await stripe.accounts.list({ limit: 1, starting_after: second })).data[0]!.id).toBe(first);
  });

  it('shows that terms were accepted', async () => {
    const { tos_acceptance: none } = await stripe.accounts.create({ type: 'custom' });
    expect(none).toMatchObject({ date: null, ip: null, user_agent: null });
    const made = await stripe.accounts.create({
      type: 'custom',
      tos_acceptance: { date: 1_700_000_000, ip: '8.8.8.8', service_agreement: 'full' },
    });
    expect(made.tos_acceptance).toMatchObject({ date: 1_700_000_000, ip: '8.8.8.8', service_agreement: 'full' });
  });

  it('under a recipient agreement cannot take card payments', async () => {
    const refused = stripe.accounts.create({
      type: 'custom',
      country: 'DE',
      capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
      tos_acceptance: { service_agreement: 'recipient' },
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });
});

describe('a capability', () => {
  it('that is requested has its requirements, and is unrequested again', async () => {
    const { id } = await stripe.accounts.create({ type: 'custom', country: 'US' });
    const requested = await stripe.accounts.updateCapability(id, 'transfers', { requested: true });
    expect(requested).toMatchObject({ object: 'capability', account: id, requested: true, status: 'inactive' });
    expect(requested.requested_at).toEqual(expect.any(Number));
    expect(requested.requirements!.currently_due.length).toBeGreaterThan(0);
    const unrequested = await stripe.accounts.updateCapability(id, 'transfers', { requested: false });
    expect(unrequested).toMatchObject({ requested: false, requested_at: null, status: 'unrequested' });
    expect((await stripe.accounts.retrieve(id)).capabilities).not.toHaveProperty('transfers');
  });

  it('that there is not is not found', async () => {
    const id = await ready();
    expect(await failure(stripe.accounts.retrieveCapability(id, 'flying'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    expect(await failure(stripe.accounts.updateCapability(id, 'flying', { requested: true }))).toMatchObject({
      statusCode: 404,
    });
  });
});

describe('an external account', () => {
  it('is the default once it is made it, and no other of the currency is', async () => {
    const id = await ready();
    const [first] = (await stripe.accounts.listExternalAccounts(id)).data;
    const second = await stripe.accounts.createExternalAccount(id, {
      external_account: bank('000999999991'),
      default_for_currency: true,
    });
    expect(second).toMatchObject({
      default_for_currency: true,
      last4: '9991',
      bank_name: expect.any(String) as string,
      status: 'new',
    });
    expect(await stripe.accounts.retrieveExternalAccount(id, first!.id)).toMatchObject({ default_for_currency: false });
    await stripe.accounts.updateExternalAccount(id, first!.id, { default_for_currency: true, metadata: { a: 'b' } });
    expect(await stripe.accounts.retrieveExternalAccount(id, second.id)).toMatchObject({ default_for_currency: false });
    expect(await stripe.accounts.deleteExternalAccount(id, second.id)).toMatchObject({ id: second.id, deleted: true });
    expect(await failure(stripe.accounts.retrieveExternalAccount(id, second.id))).toMatchObject({ statusCode: 404 });
  });

  it('that is the default stays while there is another', async () => {
    const id = await ready();
    const [first] = (await stripe.accounts.listExternalAccounts(id)).data;
    await stripe.accounts.createExternalAccount(id, { external_account: bank('000999999991') });
    expect(await failure(stripe.accounts.deleteExternalAccount(id, first!.id))).toMatchObject({ statusCode: 400 });
  });

  it('that an account is updated with takes the place of the default', async () => {
    const id = await ready();
    const updated = await stripe.accounts.update(id, { external_account: bank('000999999991') });
    expect(updated.external_accounts!.data).toHaveLength(1);
    expect(updated.external_accounts!.data[0]).toMatchObject({ last4: '9991', default_for_currency: true });
  });

  it('needs a routing number that there is', async () => {
    const id = await ready();
    const refused = stripe.accounts.createExternalAccount(id, {
      external_account: bank('000999999991', { routing_number: '123' }),
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'routing_number_invalid' });
  });

  it('may be a debit card', async () => {
    const id = await ready();
    const card = await stripe.accounts.createExternalAccount(id, { external_account: 'tok_visa_debit' });
    expect(card).toMatchObject({
      object: 'card',
      account: id,
      funding: 'debit',
      available_payout_methods: ['standard', 'instant'],
    });
    expect((await stripe.accounts.listExternalAccounts(id, { object: 'card' })).data).toHaveLength(1);
    const credit = stripe.accounts.createExternalAccount(id, { external_account: 'tok_visa' });
    expect(await failure(credit)).toMatchObject({ statusCode: 400, code: 'invalid_card_type' });
  });

  it('of an account is not found in another', async () => {
    const [one, other] = [await ready(), await ready()];
    const [first] = (await stripe.accounts.listExternalAccounts(one)).data;
    expect(await failure(stripe.accounts.retrieveExternalAccount(other, first!.id))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });
});

describe('a person', () => {
  const company = async (): Promise<string> =>
    (
      await stripe.accounts.create({
        type: 'custom',
        country: 'US',
        business_type: 'company',
        capabilities: { transfers: { requested: true } },
      })
    ).id;

  it('that represents an account takes the place of who did', async () => {
    const id = await company();
    const first = await stripe.accounts.createPerson(id, {
      first_name: 'Ada',
      relationship: { representative: true, title: 'CEO' },
    });
    expect(first.relationship).toMatchObject({ representative: true, title: 'CEO', owner: false });
    await stripe.accounts.createPerson(id, { first_name: 'Kim', relationship: { owner: true, percent_ownership: 25 } });
    expect(
      (await stripe.accounts.listPersons(id, { relationship: { representative: true } })).data.map(
        ({ first_name }) => first_name,
      ),
    ).toEqual(['Ada']);
    expect((await stripe.accounts.retrieve(id)).requirements!.currently_due).not.toContain(
      'relationship.representative',
    );
  });

  it('owns no more than everything', async () => {
    const id = await company();
    const refused = stripe.accounts.createPerson(id, { relationship: { owner: true, percent_ownership: 101 } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'relationship[percent_ownership]' });
  });

  it('tells with events that it was made, changed and deleted', async () => {
    const id = await company();
    const person = await stripe.accounts.createPerson(id, { first_name: 'Ada', relationship: { owner: true } });
    await stripe.accounts.updatePerson(id, person.id, { last_name: 'Lovelace', metadata: { a: '1' } });
    await stripe.accounts.deletePerson(id, person.id);
    expect(await typesOf(id)).toEqual(expect.arrayContaining(['person.created', 'person.updated', 'person.deleted']));
  });

  it('is not born on a day that there is not', async () => {
    const id = await company();
    const refused = stripe.accounts.createPerson(id, { dob: { day: 32, month: 1, year: 1990 } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'dob[day]' });
  });
});

describe('a link', () => {
  it('to the dashboard is for Express accounts alone', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    expect(await failure(stripe.accounts.createLoginLink(id))).toMatchObject({
      statusCode: 400,
      message: 'Cannot create a login link for an account that has not completed onboarding.',
    });
    await onboard(running, id);
    expect(await stripe.accounts.createLoginLink(id)).toMatchObject({
      object: 'login_link',
      url: expect.stringMatching(/^http/) as string,
    });
    for (const type of ['standard', 'custom'] as const) {
      const other = await stripe.accounts.create({ type });
      expect(await failure(stripe.accounts.createLoginLink(other.id))).toMatchObject({ statusCode: 400 });
    }
  });

  it('for onboarding needs the addresses to come back to', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const refused = stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      return_url: 'https://example.com/done',
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'parameter_missing', param: 'refresh_url' });
    const wrong = stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      refresh_url: 'no url',
      return_url: 'https://example.com/done',
    });
    expect(await failure(wrong)).toMatchObject({ statusCode: 400, code: 'url_invalid' });
  });

  it('for updates is for accounts whose platform collects what is required', async () => {
    const given = {
      type: 'account_update',
      refresh_url: 'https://example.com/again',
      return_url: 'https://example.com/done',
    } as const;
    expect((await stripe.accountLinks.create({ ...given, account: await ready() })).object).toBe('account_link');
    for (const type of ['express', 'standard'] as const) {
      const { id } = await stripe.accounts.create({ type });
      expect(await failure(stripe.accountLinks.create({ ...given, account: id }))).toMatchObject({ statusCode: 400 });
    }
  });

  it('that is over leads back to where a new one is made', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const link = await stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      refresh_url: 'https://example.com/again',
      return_url: 'https://example.com/done',
    });
    await running.platform.clock.advance('10m');
    const { pathname } = new URL(link.url);
    const answer = await running.platform.fetch(pathname, {
      headers: { host: `stripe.localhost:${running.platform.port}` },
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toBe('https://example.com/again');
  });
});

it('an account session has all components, and enables those that it was asked for', async () => {
  const { id } = await stripe.accounts.create({ type: 'express' });
  const session = await stripe.accountSessions.create({
    account: id,
    components: {
      account_onboarding: { enabled: true },
      payments: { enabled: true, features: { refund_management: false } },
    },
  });
  expect(session.client_secret).toMatch(/^accs_secret__/);
  expect(session.expires_at).toBeGreaterThan(Date.now() / 1000);
  expect(session.components).toMatchObject({
    account_onboarding: { enabled: true },
    payments: { enabled: true, features: { refund_management: false } },
    payouts: { enabled: false },
    balances: { enabled: false },
  });
});

describe('the account of a request', () => {
  it('owns each kind of object that is made for it', async () => {
    const [one, other] = [await ready(), await ready()];
    const at = { stripeAccount: one };
    const product = await stripe.products.create({ name: 'P' }, at);
    const made = [
      [stripe.products, product.id],
      [stripe.prices, (await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 100 }, at)).id],
      [stripe.coupons, (await stripe.coupons.create({ percent_off: 5 }, at)).id],
      [stripe.paymentIntents, (await stripe.paymentIntents.create({ amount: 100, currency: 'usd' }, at)).id],
      [stripe.setupIntents, (await stripe.setupIntents.create({}, at)).id],
      [
        stripe.taxRates,
        (await stripe.taxRates.create({ display_name: 'VAT', inclusive: false, percentage: 5 }, at)).id,
      ],
      [
        stripe.webhookEndpoints,
        (await stripe.webhookEndpoints.create({ url: 'https://example.com', enabled_events: ['*'] }, at)).id,
      ],
      [stripe.events, (await stripe.events.list({ limit: 1 }, at)).data[0]!.id],
    ] as const;
    for (const [resource, id] of made) {
      const retrieve = resource.retrieve.bind(resource) as (
        id: string,
        given: object,
        options: object,
      ) => Promise<unknown>;
      expect(await retrieve(id, {}, at)).toMatchObject({ id });
      expect(await failure(retrieve(id, {}, { stripeAccount: other }))).toMatchObject({
        statusCode: 404,
        code: 'resource_missing',
      });
      expect(await failure(retrieve(id, {}, {}))).toMatchObject({ statusCode: 404 });
    }
  });

  it('says which it is in the answer, and in what goes wrong', async () => {
    const id = await ready();
    const customer = await stripe.customers.create({}, { stripeAccount: id });
    expect(customer.lastResponse.stripeAccount).toBe(id);
    const error = await failure(stripe.customers.list({}, { stripeAccount: 'acct_nobody' }));
    expect(error.message).toMatch(
      /does not have access to account 'acct_nobody' \(or that account does not exist\)\. Application access may have been revoked\./,
    );
  });

  it('shares no payment method of the platform, except by cloning it', async () => {
    const at = { stripeAccount: await ready() };
    const { id: customer } = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const direct = stripe.paymentIntents.create(
      {
        amount: 100,
        currency: 'usd',
        payment_method: method.id,
        confirm: true,
        allowed_payment_method_types: ['card'],
      },
      at,
    );
    expect(await failure(direct)).toMatchObject({ code: 'resource_missing', param: 'payment_method' });
    const clone = await stripe.paymentMethods.create({ customer, payment_method: method.id }, at);
    expect(clone).toMatchObject({ type: 'card', customer: null, card: { last4: '4242' } });
    expect(clone.id).not.toBe(method.id);
  });
});
