import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/accounts, /connect/direct-charges, /connect/statement-descriptors and /api/fee_refunds */
let running: RunningStripe;
let stripe: Stripe;
let account: string;
let at: { stripeAccount: string };
beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  account = (await stripe.accounts.create(COMPLETE_ACCOUNT)).id;
  at = { stripeAccount: account };
  await stripe.charges.create({ amount: 500_000, currency: 'usd', source: 'tok_bypassPending' });
});
afterAll(() => running.close());

const PAID = {
  amount: 1000,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const;
const custom = (given: object = {}): Promise<Stripe.Account> => stripe.accounts.create({ type: 'custom', ...given });

describe('an account', () => {
  it.each([
    ['business_profile[url]', { business_profile: { url: 'not a site' } }, 'url_invalid'],
    ['business_profile[support_url]', { business_profile: { support_url: 'nowhere' } }, 'url_invalid'],
    ['business_profile[mcc]', { business_profile: { mcc: '12' } }, undefined],
    ['settings[branding][primary_color]', { settings: { branding: { primary_color: 'red' } } }, undefined],
    [
      'individual[dob][year]',
      { business_type: 'individual', individual: { dob: { day: 1, month: 1, year: new Date().getFullYear() - 12 } } },
      undefined,
    ],
    [
      'controller[requirement_collection]',
      { type: undefined, controller: { requirement_collection: 'application', stripe_dashboard: { type: 'full' } } },
      undefined,
    ],
  ])('is refused for its %s', async (param, given, code) => {
    expect(await failure(custom(given))).toMatchObject({ statusCode: 400, param, ...(code && { code }) });
  });

  it('takes an address of its site without https', async () => {
    expect((await custom({ business_profile: { url: 'shop.example.com' } })).business_profile!.url).toBe(
      'shop.example.com',
    );
  });

  it('has a company with all its fields, in the country of the account', async () => {
    const { company } = await custom({ business_type: 'company', company: { address: { line1: '1 Main St' } } });
    expect(company).toMatchObject({
      address: { city: null, country: 'US', line1: '1 Main St', line2: null, postal_code: null, state: null },
      directors_provided: false,
      executives_provided: false,
      owners_provided: false,
      tax_id_provided: false,
    });
  });

  it('counts where it is paid out to, and keeps the default of its currency', async () => {
    const { id, external_accounts: external } = await custom({ external_account: COMPLETE_ACCOUNT.external_account });
    expect(external).toMatchObject({ total_count: 1, url: `/v1/accounts/${id}/external_accounts` });
    const error = await failure(stripe.accounts.deleteExternalAccount(id, external!.data[0]!.id));
    expect(error.message).toContain('You cannot delete the default external account for your default currency.');
  });
});

describe('a direct charge', () => {
  it('names the application that made it, in all that belongs to it', async () => {
    const application = expect.stringMatching(/^ca_/) as string;
    const intent = await stripe.paymentIntents.create({ ...PAID, expand: ['latest_charge'] }, at);
    expect(intent).toMatchObject({ application, latest_charge: { application } });
    expect(await stripe.setupIntents.create({}, at)).toMatchObject({ application });
    const { id: customer } = await stripe.customers.create({}, at);
    expect(await stripe.invoices.create({ customer }, at)).toMatchObject({ application });
    expect((await stripe.paymentIntents.create(PAID)).application).toBeNull();
  });

  it('stands on the statement as the account says, and one on its behalf, too', async () => {
    await stripe.accounts.update(account, {
      settings: {
        payments: { statement_descriptor: 'TEA SHOP' },
        card_payments: { statement_descriptor_prefix: 'TEA' },
      },
    });
    const shown = async (given: object, options = {}): Promise<string | null> => {
      const intent = await stripe.paymentIntents.create({ ...PAID, expand: ['latest_charge'], ...given }, options);
      return (intent.latest_charge as Stripe.Charge).calculated_statement_descriptor;
    };
    expect(await shown({}, at)).toBe('TEA SHOP');
    expect(await shown({ statement_descriptor_suffix: 'ORDER 1' }, at)).toBe('TEA* ORDER 1');
    expect(await shown({ on_behalf_of: account })).toBe('TEA SHOP');
    expect(await shown({ transfer_data: { destination: account } })).not.toBe('TEA SHOP');
  });

  it('is invoiced in the name and the country of the account', async () => {
    const { id } = await stripe.accounts.create({
      ...COMPLETE_ACCOUNT,
      business_profile: { ...COMPLETE_ACCOUNT.business_profile, name: 'Tea & Co' },
    });
    const { id: customer } = await stripe.customers.create({}, { stripeAccount: id });
    expect(await stripe.invoices.create({ customer }, { stripeAccount: id })).toMatchObject({
      account_name: 'Tea & Co',
      account_country: 'US',
    });
  });
});

describe('what is shared', () => {
  it('by a charge of old has a destination, whole or in part', async () => {
    const made = await stripe.charges.create({
      amount: 1000,
      currency: 'usd',
      source: 'tok_visa',
      destination: { account, amount: 800 },
    });
    expect(made).toMatchObject({ destination: account, transfer_data: { destination: account, amount: 800 } });
    expect(await stripe.transfers.retrieve(made.transfer as string)).toMatchObject({
      amount: 800,
      destination: account,
      source_transaction: made.id,
    });
  });

  it('counts what came back of it', async () => {
    const transfer = await stripe.transfers.create({ amount: 100, currency: 'usd', destination: account });
    expect(transfer.reversals).toMatchObject({ data: [], total_count: 0 });
    await stripe.transfers.createReversal(transfer.id, { amount: 40 });
    const { reversals } = await stripe.transfers.retrieve(transfer.id);
    expect(reversals).toMatchObject({ data: [{ amount: 40 }], total_count: 1 });
  });

  it('is told of when the refund of a fee changes', async () => {
    const intent = await stripe.paymentIntents.create(
      { ...PAID, application_fee_amount: 100, expand: ['latest_charge'] },
      at,
    );
    const { application_fee: fee } = intent.latest_charge as Stripe.Charge;
    const refund = await stripe.applicationFees.createRefund(fee as string, { amount: 30 });
    await stripe.applicationFees.updateRefund(fee as string, refund.id, { metadata: { reason: 'late' } });
    const [event] = (await stripe.events.list({ type: 'application_fee.refund.updated' })).data;
    expect(event!.data).toMatchObject({
      object: { id: refund.id, object: 'fee_refund', metadata: { reason: 'late' } },
      previous_attributes: { metadata: { reason: null } },
    });
    expect((await stripe.applicationFees.retrieve(fee as string)).refunds).toMatchObject({ total_count: 1 });
  });

  it('is in the balance of the platform as a reserve, and in none of an account', async () => {
    const { connect_reserved: reserved } = await stripe.balance.retrieve();
    expect(reserved).toEqual(expect.arrayContaining([{ amount: 0, currency: 'usd' }]));
    expect(await stripe.balance.retrieve({}, at)).not.toHaveProperty('connect_reserved');
  });
});

it('lists countries page by page', async () => {
  const first = await stripe.countrySpecs.list({ limit: 3 });
  const next = await stripe.countrySpecs.list({ limit: 3, starting_after: first.data[2]!.id });
  expect([first.has_more, next.data.length]).toEqual([true, 3]);
  const back = await stripe.countrySpecs.list({ limit: 3, ending_before: next.data[0]!.id });
  expect(back.data.map(({ id }) => id)).toEqual(first.data.map(({ id }) => id));
});

it('does not calculate taxes for a postal code that there is not', async () => {
  const calculation = stripe.tax.calculations.create({
    currency: 'usd',
    line_items: [{ amount: 1000, reference: 'a' }],
    customer_details: { address: { country: 'US', postal_code: '00000' }, address_source: 'shipping' },
  });
  expect(await failure(calculation)).toMatchObject({ statusCode: 400, code: 'customer_tax_location_invalid' });
});
