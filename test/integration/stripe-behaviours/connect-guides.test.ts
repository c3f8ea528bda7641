import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect, guide by guide: accounts, people, capabilities and what is refused */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const NO_DOCUMENT = { back: null, details: null, details_code: null, front: null };
const MANUAL = { settings: { payouts: { schedule: { interval: 'manual' } } } } as const;
const GERMAN_BANK = {
  object: 'bank_account',
  country: 'DE',
  currency: 'eur',
  account_number: 'DE89370400440532013000',
} as const;

const ready = async (given: Partial<Stripe.AccountCreateParams> = {}): Promise<string> =>
  (await stripe.accounts.create({ ...COMPLETE_ACCOUNT, ...given })).id;
const events = async (type: string, stripeAccount?: string): Promise<Stripe.Event[]> =>
  (await stripe.events.list({ type, limit: 100 }, stripeAccount === undefined ? {} : { stripeAccount })).data;
const custom = (given: object): Promise<Stripe.Account> => stripe.accounts.create({ type: 'custom', ...given });
const ofIndividual = (individual: object): Promise<Stripe.Account> =>
  custom({ business_type: 'individual', individual });

describe('what an account shows', () => {
  it('is an individual who represents it, with a whole address', async () => {
    const { individual } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    expect(individual).toMatchObject({
      relationship: { representative: true, owner: false, percent_ownership: null },
      verification: { additional_document: NO_DOCUMENT },
    });
    expect(individual!.address).toEqual({
      city: 'Reno',
      country: 'US',
      line1: 'address_full_match',
      line2: null,
      postal_code: '89501',
      state: 'NV',
    });
  });

  it('is a company, also when nothing was said of it', async () => {
    const made = await custom({ business_type: 'company', country: 'US' });
    expect(made.company).toMatchObject({
      address: { city: null, country: 'US', line1: null, line2: null, postal_code: null, state: null },
      directors_provided: false,
      executives_provided: false,
      name: null,
      owners_provided: false,
      tax_id_provided: false,
      verification: { document: NO_DOCUMENT },
    });
    const changed = await stripe.accounts.update(made.id, { company: { owners_provided: true, name: 'X Ltd' } });
    expect(changed.company).toMatchObject({ owners_provided: true, name: 'X Ltd' });
  });

  it('is a whole address for support', async () => {
    const { business_profile: profile } = await custom({
      business_profile: { support_address: { city: 'SF', country: 'US' } },
    });
    expect(profile!.support_address).toEqual({
      city: 'SF',
      country: 'US',
      line1: null,
      line2: null,
      postal_code: null,
      state: null,
    });
  });

  it('is the balance in its currency, when there is nothing', async () => {
    const { id } = await custom({ country: 'GB' });
    const { available } = await stripe.balance.retrieve({}, { stripeAccount: id });
    expect(available).toEqual([{ amount: 0, currency: 'gbp', source_types: { card: 0 } }]);
  });
});

describe('a person', () => {
  it('has what nobody has said as nothing', async () => {
    const { id } = await custom({ business_type: 'company' });
    expect(await stripe.accounts.createPerson(id, { first_name: 'Jane' })).toMatchObject({
      account: id,
      dob: { day: null, month: null, year: null },
      future_requirements: { currently_due: [], errors: [] },
      id_number_provided: false,
      ssn_last_4_provided: false,
      verification: { additional_document: NO_DOCUMENT, document: NO_DOCUMENT, status: 'unverified' },
    });
  });

  it('has a whole address in the country of the account, of which parts are changed', async () => {
    const { id } = await custom({ business_type: 'company' });
    const person = await stripe.accounts.createPerson(id, { address: { city: 'SF' } });
    expect(person.address).toMatchObject({ city: 'SF', country: 'US', line1: null, line2: null });
    const changed = await stripe.accounts.updatePerson(id, person.id, { address: { line1: '1 Main' } });
    expect(changed.address).toMatchObject({ city: 'SF', country: 'US', line1: '1 Main' });
  });

  it('whose whole number is known is known by its end, too', async () => {
    const { individual } = await ofIndividual({ id_number: '000000000' });
    expect(individual).toMatchObject({ id_number_provided: true, ssn_last_4_provided: true });
  });

  it('tells what of them changed', async () => {
    const { id } = await custom({ business_type: 'company' });
    const person = await stripe.accounts.createPerson(id, { first_name: 'A' });
    await stripe.accounts.updatePerson(id, person.id, { first_name: 'B', metadata: { x: '1' } });
    const [updated] = await events('person.updated', id);
    expect(updated!.data.previous_attributes).toEqual({ first_name: 'A', metadata: { x: null } });
  });
});

describe('what is refused', () => {
  it.each<[what: string, call: () => Promise<unknown>, wanted: object]>([
    ['an address of a person that is none', () => ofIndividual({ email: 'x' }), { param: 'individual[email]', code: 'email_invalid' }],
    ['a telephone number that is none', () => ofIndividual({ phone: 'abc' }), { param: 'individual[phone]' }],
    ['five last digits', () => ofIndividual({ ssn_last_4: '12345' }), { param: 'individual[ssn_last_4]' }],
    ['an address for support that is none', () => custom({ business_profile: { support_email: 'x' } }), { param: 'business_profile[support_email]', code: 'email_invalid' }],
    ['terms from nowhere', () => custom({ tos_acceptance: { date: 1, ip: 'x' } }), { param: 'tos_acceptance[ip]' }],
    ['terms of Express', () => custom({ type: 'express', tos_acceptance: { date: 1, ip: '8.8.8.8' } }), { param: 'tos_acceptance' }],
    ['signs on a statement', () => custom({ settings: { payments: { statement_descriptor: 'a<b>' } } }), { param: 'settings[payments][statement_descriptor]' }],
    ['an IBAN that is none', () => custom({ country: 'DE', external_account: { ...GERMAN_BANK, account_number: 'DE00370400440532013000' } }), { param: 'bank_account[account_number]', code: 'account_number_invalid' }],
    ['a country that is none', () => custom({ country: 'ZZ' }), { param: 'country', code: 'country_code_invalid' }],
    ['a credit card to be paid out to', async () => stripe.accounts.createExternalAccount(await ready(), { external_account: 'tok_visa' }), { param: 'external_account', code: 'invalid_card_type' }],
    ['a fee below nothing', async () => stripe.paymentIntents.create({ amount: 1000, currency: 'usd', application_fee_amount: -1 }, { stripeAccount: await ready() }), { param: 'application_fee_amount', code: 'parameter_invalid_integer' }],
    ['a transfer in a currency that is none', async () => stripe.transfers.create({ amount: 100, currency: 'zzz', destination: await ready() }), { param: 'currency' }],
    ['a long descriptor of a payout', async () => stripe.payouts.create({ amount: 100, currency: 'usd', statement_descriptor: 'x'.repeat(23) }, { stripeAccount: await ready() }), { param: 'statement_descriptor' }],
    ['a token that was used', async () => {
      const token = await stripe.tokens.create({ account: { tos_shown_and_accepted: true } });
      await custom({ account_token: token.id });
      return custom({ account_token: token.id });
    }, { param: 'account_token', code: 'token_already_used' }],
  ])('is %s', async (_what, call, wanted) => {
    expect(await failure(call())).toMatchObject({ statusCode: 400, ...wanted });
  }); // prettier-ignore

  it('is a payout in a currency without a bank account', async () => {
    const payout = stripe.payouts.create({ amount: 100, currency: 'eur' }, { stripeAccount: await ready() });
    expect((await failure(payout)).message).toBe("Sorry, you don't have any external accounts in that currency (eur).");
  });

  it('is a payout of an account that was rejected', async () => {
    const id = await ready(MANUAL);
    await stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_bypassPending' }, { stripeAccount: id });
    await stripe.accounts.reject(id, { reason: 'terms_of_service' });
    const payout = stripe.payouts.create({ amount: 100, currency: 'usd' }, { stripeAccount: id });
    expect(await failure(payout)).toMatchObject({ statusCode: 400, code: 'payouts_not_allowed' });
  });

  it('is more of a fee or a transfer than is left, in the words of money', async () => {
    const id = await ready();
    const charge = await stripe.charges.create(
      { amount: 1000, currency: 'usd', source: 'tok_bypassPending', application_fee_amount: 100 },
      { stripeAccount: id },
    );
    const back = stripe.applicationFees.createRefund(charge.application_fee as string, { amount: 101 });
    expect((await failure(back)).message).toContain('Refund amount ($1.01) is greater than');
    await stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_bypassPending' });
    const transfer = await stripe.transfers.create({ amount: 700, currency: 'usd', destination: id });
    const reversal = stripe.transfers.createReversal(transfer.id, { amount: 800 });
    expect((await failure(reversal)).message).toBe(
      'Reversal amount ($8.00) is greater than unreversed amount on transfer ($7.00)',
    );
  });
});

describe('a capability', () => {
  it('says in its own words why it is disabled', async () => {
    const { id, requirements } = await custom({ capabilities: { transfers: { requested: true } } });
    expect(requirements!.disabled_reason).toBe('requirements.past_due');
    expect((await stripe.accounts.retrieveCapability(id, 'transfers')).requirements).toMatchObject({
      disabled_reason: 'requirements.fields_needed',
    });
    await stripe.accounts.reject(id, { reason: 'terms_of_service' });
    expect((await stripe.accounts.retrieveCapability(id, 'transfers')).requirements).toMatchObject({
      disabled_reason: 'rejected.other',
    });
  });

  it('of an account that is complete at once is told of, too', async () => {
    const told = await events('capability.updated', await ready());
    expect(told).toHaveLength(2);
    for (const { data } of told) {
      expect(data).toMatchObject({ object: { status: 'active' }, previous_attributes: { status: 'inactive' } });
    }
  });
});

describe('an account session', () => {
  it('has the features that are usual, where nobody says anything', async () => {
    const { components } = await stripe.accountSessions.create({
      account: await ready(),
      components: {
        payments: { enabled: true, features: { dispute_management: false } },
        payouts: { enabled: true },
        account_onboarding: { enabled: true, features: { external_account_collection: false } },
      },
    });
    expect(components).toMatchObject({
      payments: {
        enabled: true,
        features: {
          capture_payments: true,
          destination_on_behalf_of_charge_management: false,
          dispute_management: false,
          refund_management: true,
          smart_disputes_management: false,
        },
      },
      payouts: { features: { external_account_collection: true, edit_payout_schedule: false } },
      account_onboarding: {
        features: { external_account_collection: false, disable_stripe_user_authentication: true },
      },
      payment_details: { enabled: false },
    });
  });
});
