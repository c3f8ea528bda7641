import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, startStripe, type RunningStripe } from '../../support/stripe';

/** What answers about connected accounts of Stripe’s test mode have that its documentation does not tell. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const NO_DOCUMENT = { back: null, details: null, details_code: null, front: null };
const account = (more: Partial<Stripe.AccountCreateParams> = {}): Promise<Stripe.Account> =>
  stripe.accounts.create({
    type: 'custom',
    country: 'US',
    business_type: 'company',
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    ...more,
  });

describe('an account of a company', () => {
  it('has a company with nothing in it before anything was said of it', async () => {
    expect((await account()).company).toEqual({
      address: { city: null, country: 'US', line1: null, line2: null, postal_code: null, state: null },
      directors_provided: false,
      executives_provided: false,
      name: null,
      owners_provided: false,
      tax_id_provided: false,
      verification: { document: NO_DOCUMENT },
    });
  });

  it('may say in words what it is asked for a site of', async () => {
    const asked = await account();
    expect(asked.requirements!.alternatives).toEqual([
      {
        alternative_fields_due: ['business_profile.product_description'],
        original_fields_due: ['business_profile.url'],
      },
    ]);
    const told = await stripe.accounts.update(asked.id, { business_profile: { product_description: 'Tea' } });
    expect(told.requirements).toMatchObject({ alternatives: [] });
    expect(told.requirements!.currently_due).not.toContain('business_profile.url');
  });

  it('asks those who represent it for what they lack, in their own words', async () => {
    const { id } = await account();
    const person = await stripe.accounts.createPerson(id, {
      first_name: 'Jenny',
      last_name: 'Rosen',
      email: 'jenny@example.com',
      relationship: { representative: true, title: 'Director' },
    });
    const due = [
      ...['address.city', 'address.line1', 'address.postal_code', 'address.state'],
      ...['dob.day', 'dob.month', 'dob.year', 'phone', 'ssn_last_4'],
    ];
    expect(person).toMatchObject({
      additional_tos_acceptances: { account: { date: null, ip: null, user_agent: null } },
      address: { city: null, country: 'US', state: null },
      dob: { day: null, month: null, year: null },
      future_requirements: { alternatives: [], currently_due: [] },
      relationship: { authorizer: false, percent_ownership: null },
      requirements: { currently_due: due, eventually_due: due, past_due: due },
      verification: { additional_document: NO_DOCUMENT, document: NO_DOCUMENT },
    });
    expect((await stripe.accounts.retrieve(id)).requirements!.currently_due).toEqual(
      expect.arrayContaining(due.map((name) => `${person.id}.${name}`)),
    );
    const owned = await stripe.accounts.updatePerson(id, person.id, { relationship: { percent_ownership: 0 } });
    expect(owned.relationship).toMatchObject({ percent_ownership: 0, title: 'Director' });
  });
});

describe('an account of an individual', () => {
  it('shows a company of one, with telephone numbers of its country in full', async () => {
    const { individual, ...rest } = COMPLETE_ACCOUNT;
    const made = await account({
      ...rest,
      individual: { ...individual, phone: '(415) 555-0100', id_number: '000000000' },
    });
    expect(made).toMatchObject({
      company: {
        address: { city: 'Reno', country: 'US' },
        directors_provided: true,
        executives_provided: true,
        name: null,
        owners_provided: true,
        phone: '+14155550100',
      },
      individual: { id_number_provided: true, phone: '+14155550100', ssn_last_4_provided: true },
    });
    expect(made.individual).not.toHaveProperty('additional_tos_acceptances');
  });
});

describe('the settings of an account', () => {
  it.each([
    [{ name: 'Tea and More', url: 'https://tea.example.com' }, ['Tea and More', 'TEA AND MORE', 'TEA AND MO']],
    [{ url: 'www.teahouse.com' }, ['Teahouse', 'TEAHOUSE.COM', 'TEAHOUSE.C']],
  ])('call a business with %j as it is called', async (business_profile, [display_name, statement, prefix]) => {
    const { settings } = await account({ business_profile });
    expect(settings).toMatchObject({
      card_payments: { statement_descriptor_prefix: prefix, statement_descriptor_prefix_kana: null },
      dashboard: { display_name },
      invoices: { hosted_payment_method_save: 'offer' },
      payments: { statement_descriptor: statement },
    });
  });

  it('keep what they were told', async () => {
    const payments = { statement_descriptor: 'MY TEA' };
    const made = await account({ business_profile: { name: 'Tea' }, settings: { payments } });
    expect(made.settings).toMatchObject({ payments, card_payments: { statement_descriptor_prefix: 'MY TEA' } });
    const after = await stripe.accounts.update(made.id, { business_profile: { name: 'Coffee' } });
    expect(after.settings).toMatchObject({ payments });
  });

  it('say when it is paid out as its country does, and who bears its losses', async () => {
    expect((await account({ country: 'CA' })).settings!.payouts).toMatchObject({
      debit_negative_balances: false,
      schedule: { delay_days: 7, interval: 'daily' },
    });
    const { settings } = await stripe.accounts.create({ type: 'standard', country: 'AU' });
    expect(settings!.payouts).toMatchObject({ debit_negative_balances: true, schedule: { delay_days: 2 } });
  });
});

it('an account with the whole Dashboard is asked for little before somebody begins there', async () => {
  const { requirements } = await stripe.accounts.create({ type: 'standard', country: 'AU' });
  expect(requirements).toMatchObject({
    currently_due: [
      'business_profile.product_description',
      'business_profile.support_phone',
      'business_profile.url',
      'external_account',
      'tos_acceptance.date',
      'tos_acceptance.ip',
    ],
    disabled_reason: 'requirements.past_due',
    past_due: ['external_account', 'tos_acceptance.date', 'tos_acceptance.ip'],
  });
});

it('an account can be made in the words of clients of versions before that of April 2024', async () => {
  const old = running.client({ apiVersion: '2023-10-16' as never });
  const { capabilities, external_account, ...rest } = COMPLETE_ACCOUNT;
  const given = {
    ...rest,
    requested_capabilities: Object.keys(capabilities!),
    bank_account: { country: 'US', currency: 'usd', account_number: '000123456789', routing_number: '110000000' },
  };
  expect(external_account).toMatchObject(given.bank_account);
  expect(await old.accounts.create(given as Stripe.AccountCreateParams)).toMatchObject({
    capabilities: { card_payments: 'active', transfers: 'active' },
    external_accounts: { data: [{ object: 'bank_account', last4: '6789' }] },
  });
});

describe('a payment for a connected account', () => {
  it('is refunded with its fee where it had none, and shows where it came from on both sides', async () => {
    const { id: destination } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const { latest_charge: charge } = await stripe.paymentIntents.create(
      {
        amount: 2500,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        payment_method_types: ['card'],
        confirm: true,
        on_behalf_of: destination,
        transfer_data: { destination },
      } as Stripe.PaymentIntentCreateParams,
      { apiVersion: '2026-08-26.dahlia' },
    );
    const refund = await stripe.refunds.create({
      charge: charge as string,
      amount: 600,
      reverse_transfer: true,
      refund_application_fee: true,
      expand: ['balance_transaction', 'charge'],
    });
    expect(refund).toMatchObject({
      balance_transaction: { description: 'REFUND FOR CHARGE' },
      charge: { transfer_data: { amount: null, destination } },
    });
    const { transfer } = refund.charge as Stripe.Charge;
    const { destination_payment: payment } = await stripe.transfers.retrieve(transfer as string);
    const received = await stripe.charges.retrieve(
      payment as string,
      { expand: ['refunds.data.balance_transaction'] },
      { stripeAccount: destination },
    );
    const platform = await stripe.accounts.retrieveCurrent();
    expect(received).toMatchObject({
      amount_refunded: 600,
      application: expect.stringMatching(/^ca_/) as unknown,
      billing_details: { address: { country: null }, email: null },
      destination: null,
      dispute: null,
      fraud_details: {},
      payment_method_details: { stripe_account: {}, type: 'stripe_account' },
      source: { id: platform.id, object: 'account', application_name: 'Backlot' },
      refunds: {
        data: [
          {
            balance_transaction: { description: 'REFUND FOR PAYMENT', type: 'payment_refund' },
            source_transfer_reversal: refund.transfer_reversal,
            transfer_reversal: refund.transfer_reversal,
          },
        ],
      },
    });
  });
});

describe('a bank account that is paid out to', () => {
  it('says what it is asked for, and whose account it is alone', async () => {
    const { external_accounts: own } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const [bank] = own!.data;
    const requirements = { currently_due: [], errors: [], past_due: [], pending_verification: [] };
    expect(bank).toMatchObject({ requirements, future_requirements: requirements });
    expect(bank).not.toHaveProperty('customer');
  });

  it.each([
    ['US', 'usd', '110000000', ['standard', 'instant']],
    ['CA', 'cad', '11000-000', ['standard']],
  ])('in %s takes payouts as banks there do', async (country, currency, routing_number, methods) => {
    const external_account = {
      object: 'bank_account',
      country,
      currency,
      routing_number,
      account_number: '000123456789',
    };
    const made = await account({ country, external_account: external_account as never });
    expect(made.external_accounts!.data).toMatchObject([{ available_payout_methods: methods }]);
  });
});
