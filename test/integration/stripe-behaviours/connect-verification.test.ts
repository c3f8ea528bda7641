import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect/testing and https://docs.stripe.com/connect/testing-verification */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Individual = Stripe.AccountCreateParams.Individual;
type Company = Stripe.AccountCreateParams.Company;

/** An account with everything, whose owner says other things of themselves. Dates of birth and addresses are nobody's in particular. */
const individual = (given: Individual): Promise<Stripe.Account> =>
  stripe.accounts.create({
    ...COMPLETE_ACCOUNT,
    individual: {
      ...COMPLETE_ACCOUNT.individual,
      dob: { day: 10, month: 11, year: 1980 },
      address: { line1: '123 State St', city: 'Schenectady', state: 'NY', postal_code: '12345' },
      ...given,
    },
  });
/** The account a moment later. */
const later = (account: Stripe.Account): Promise<Stripe.Account> => stripe.accounts.retrieve(account.id);
const updates = async (account: Stripe.Account): Promise<Stripe.Event[]> =>
  (await stripe.events.list({ type: 'account.updated' }, { stripeAccount: account.id })).data;
const address = (line1: string) => ({ line1, city: 'Reno', state: 'NV', postal_code: '89501' });

describe('an ID number', () => {
  it('000000000 is looked at, and then verified', async () => {
    const made = await individual({ id_number: '000000000' });
    expect(made.individual!.verification!.status).toBe('pending');
    expect(made.requirements!.pending_verification).toEqual(['individual.id_number']);
    const verified = await later(made);
    expect(verified).toMatchObject({ charges_enabled: true, payouts_enabled: true });
    expect(verified.individual!.verification).toMatchObject({ status: 'verified', details_code: null });
    expect(verified.requirements).toMatchObject({ currently_due: [], errors: [], pending_verification: [] });
    const [event] = await updates(made);
    expect(event!.data.previous_attributes).toMatchObject({
      requirements: { pending_verification: ['individual.id_number'] },
    });
  });

  it('222222222 is verified in the answer', async () => {
    const made = await individual({ id_number: '222222222' });
    expect(made).toMatchObject({ charges_enabled: true, payouts_enabled: true });
    expect(made.individual!.verification!.status).toBe('verified');
    expect(made.requirements!.pending_verification).toEqual([]);
  });

  it('111111111 is not verified, and asks for a document', async () => {
    const made = await individual({ id_number: '111111111' });
    expect(made).toMatchObject({ payouts_enabled: false, requirements: { currently_due: [], errors: [] } });
    expect(made.requirements!.disabled_reason).toBe('requirements.pending_verification');
    const refused = await later(made);
    expect(refused).toMatchObject({
      charges_enabled: true,
      payouts_enabled: false,
      requirements: {
        currently_due: ['individual.verification.document'],
        past_due: ['individual.verification.document'],
        disabled_reason: 'requirements.past_due',
        errors: [{ code: 'verification_failed_keyed_identity', requirement: 'individual.verification.document' }],
        pending_verification: [],
      },
      individual: { verification: { status: 'unverified', details_code: 'failed_keyed_identity' } },
    });
    expect((await updates(made))[0]!.data.object).toMatchObject({ payouts_enabled: false });
  });

  it('that does not match is forgiven for a good document, and not for a bad one', async () => {
    const { id } = await later(await individual({ id_number: '111111111' }));
    const show = (front: string) =>
      stripe.accounts.update(id, { individual: { verification: { document: { front } } } });
    await show('file_identity_document_failure');
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      payouts_enabled: false,
      requirements: {
        currently_due: ['individual.verification.document'],
        errors: [{ code: 'verification_document_failed_test_mode' }],
      },
      individual: { verification: { document: { details_code: 'document_failed_test_mode' } } },
    });
    const shown = await show('file_identity_document_success');
    expect(shown.requirements!.pending_verification).toContain('individual.verification.document');
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      payouts_enabled: true,
      requirements: { currently_due: [], errors: [] },
      individual: { verification: { status: 'verified', document: { front: 'file_identity_document_success' } } },
    });
  });

  it('is asked for where its end does not match', async () => {
    const refused = await later(await individual({ ssn_last_4: '1111' }));
    expect(refused.requirements).toMatchObject({ currently_due: ['individual.id_number'] });
    await stripe.accounts.update(refused.id, { individual: { id_number: '000000000' } });
    expect(await later(refused)).toMatchObject({ payouts_enabled: true, requirements: { currently_due: [] } });
  });
});

describe('a date of birth', () => {
  const born = (year: number) => individual({ dob: { day: 1, month: 1, year } });

  it('1901-01-01 is verified a moment later, with the event', async () => {
    const made = await born(1901);
    expect(made.individual!.verification!.status).toBe('pending');
    expect((await later(made)).individual!.verification!.status).toBe('verified');
    expect(await updates(made)).toHaveLength(1);
  });

  it('1902-01-01 is verified at once', async () => {
    expect((await born(1902)).individual!.verification!.status).toBe('verified');
  });

  it('1900-01-01 is on a list of people that nobody may pay', async () => {
    expect(await later(await born(1900))).toMatchObject({
      charges_enabled: false,
      payouts_enabled: false,
      requirements: { disabled_reason: 'listed' },
    });
  });
});

describe('an address', () => {
  it.each(['address_no_match', 'address_line1_no_match'])('%s is asked for again', async (line1) => {
    const refused = await later(await individual({ address: address(line1) }));
    expect(refused).toMatchObject({
      payouts_enabled: false,
      requirements: {
        currently_due: ['individual.address.line1'],
        errors: [{ code: 'verification_failed_address_match', requirement: 'individual.address.line1' }],
      },
    });
    await stripe.accounts.update(refused.id, { individual: { address: { line1: 'address_full_match' } } });
    expect(await later(refused)).toMatchObject({ payouts_enabled: true, requirements: { errors: [] } });
  });
});

describe('a company', () => {
  const COMPANY: Company = {
    name: 'The Best Cookie Co',
    phone: '8888675309',
    tax_id: '000000000',
    address: { line1: '123 State St', city: 'Schenectady', state: 'NY', postal_code: '12345' },
    owners_provided: true,
  };
  const JENNY: Stripe.AccountCreatePersonParams = {
    first_name: 'Jenny',
    last_name: 'Rosen',
    email: 'jenny@bestcookieco.com',
    phone: '8888675309',
    address: COMPANY.address!,
    dob: { day: 10, month: 11, year: 1980 },
    ssn_last_4: '0000',
    relationship: { representative: true, executive: true, title: 'CEO' },
  };
  /** What a company without anybody is asked for about its people. */
  const PEOPLE = [
    ...['email', 'first_name', 'last_name'].map((name) => `owners.${name}`),
    ...['city', 'line1', 'postal_code', 'state'].map((name) => `representative.address.${name}`),
    ...['day', 'month', 'year'].map((name) => `representative.dob.${name}`),
    ...['email', 'first_name', 'last_name', 'phone'].map((name) => `representative.${name}`),
    'representative.relationship.title',
    'representative.ssn_last_4',
  ];
  const company = async (given: Company, person: Stripe.AccountCreatePersonParams = JENNY): Promise<Stripe.Account> => {
    const { business_profile, capabilities, external_account, tos_acceptance } = COMPLETE_ACCOUNT as {
      external_account: string;
    } & Stripe.AccountCreateParams;
    const made = await stripe.accounts.create({
      type: 'custom',
      country: 'US',
      business_profile: business_profile!,
      capabilities: capabilities!,
      external_account,
      tos_acceptance: tos_acceptance!,
      business_type: 'company',
      company: { ...COMPANY, ...given },
    });
    await stripe.accounts.createPerson(made.id, person);
    return later(made);
  };

  it('is set up step by step', async () => {
    const made = await stripe.accounts.create({
      type: 'custom',
      country: 'US',
      business_type: 'company',
      capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
      external_account: 'btok_us_verified',
      tos_acceptance: { date: 1_547_923_073, ip: '172.18.80.19' },
    });
    expect(made.requirements!.currently_due).toEqual([
      'business_profile.mcc',
      'business_profile.url',
      'company.address.city',
      'company.address.line1',
      'company.address.postal_code',
      'company.address.state',
      'company.name',
      'company.owners_provided',
      'company.phone',
      'company.tax_id',
      ...PEOPLE,
      'settings.payments.statement_descriptor',
    ]);
    // Later it is asked for more about those who own it.
    expect(made.requirements!.eventually_due).toEqual(
      expect.arrayContaining(['owners.address.state', 'owners.dob.year', 'owners.phone']),
    );
    const { owners_provided, ...rest } = COMPANY;
    const named = await stripe.accounts.update(made.id, {
      business_profile: { mcc: '5045', url: 'https://bestcookieco.com' },
      company: rest,
    });
    expect(named.requirements!.currently_due).toEqual(['company.owners_provided', ...PEOPLE]);
    const { id } = await stripe.accounts.createPerson(made.id, {
      first_name: 'Jenny',
      last_name: 'Rosen',
      relationship: { representative: true, title: 'CEO' },
    });
    expect((await later(made)).requirements!.currently_due).toEqual(
      expect.arrayContaining([`${id}.ssn_last_4`, `${id}.phone`, 'owners.email']),
    );
    await stripe.accounts.updatePerson(made.id, id, JENNY);
    await stripe.accounts.createPerson(made.id, {
      first_name: 'Kathleen',
      last_name: 'Banks',
      email: 'kathleen@bestcookieco.com',
      relationship: { owner: true, percent_ownership: 80 },
    });
    await stripe.accounts.update(made.id, { company: { owners_provided: owners_provided! } });
    expect(await later(made)).toMatchObject({
      charges_enabled: true,
      payouts_enabled: true,
      requirements: { currently_due: [], past_due: [] },
    });
    expect((await updates(made)).length).toBeGreaterThan(0);
  });

  it.each([
    ['111111111', 'verification_failed_tax_id_match'],
    ['111111112', 'verification_failed_tax_id_not_issued'],
  ])('with the tax ID %s is refused: %s', async (tax_id, code) => {
    const refused = await company({ tax_id });
    expect(refused).toMatchObject({
      payouts_enabled: false,
      company: { tax_id_provided: true },
      requirements: { currently_due: ['company.tax_id'], errors: [{ code, requirement: 'company.tax_id' }] },
    });
    await stripe.accounts.update(refused.id, { company: { tax_id: '222222222' } });
    expect(await later(refused)).toMatchObject({ payouts_enabled: true });
  });

  it('may be charged and not paid out with an address that does not match', async () => {
    expect(await company({ address: address('address_no_match') })).toMatchObject({
      charges_enabled: true,
      payouts_enabled: false,
      requirements: { currently_due: ['company.address.line1'] },
    });
  });

  it('may neither be charged nor paid out with an address whose first line does not match', async () => {
    const refused = await company({ address: address('address_line1_no_match') });
    expect(refused).toMatchObject({ charges_enabled: false, payouts_enabled: false });
    expect(refused.requirements!.currently_due).toEqual([
      'company.address.city',
      'company.address.line1',
      'company.address.postal_code',
      'company.address.state',
    ]);
  });

  it('is refused for somebody who represents it', async () => {
    const refused = await company({}, { ...JENNY, id_number: '111111111' });
    const { data } = await stripe.accounts.listPersons(refused.id);
    const requirement = `${data[0]!.id}.verification.document`;
    expect(refused.requirements).toMatchObject({
      currently_due: [requirement],
      errors: [{ code: 'verification_failed_keyed_identity', requirement }],
    });
    expect(data[0]).toMatchObject({
      verification: { status: 'unverified' },
      requirements: { currently_due: ['verification.document'], errors: [{ requirement: 'verification.document' }] },
    });
    const events = await stripe.events.list({ type: 'person.updated' }, { stripeAccount: refused.id });
    expect(events.data[0]!.data.object).toMatchObject({ verification: { status: 'unverified' } });
  });
});

describe('a business', () => {
  it.each([
    ['https://inaccessible.stripe.com', 'invalid_url_website_inaccessible'],
    ['https://mismatch.stripe.com', 'invalid_url_website_business_information_mismatch'],
  ])('is asked for another URL than %s', async (url, code) => {
    const made = await stripe.accounts.create({ ...COMPLETE_ACCOUNT, business_profile: { mcc: '5734', url } });
    expect((await later(made)).requirements).toMatchObject({
      currently_due: ['business_profile.url'],
      errors: [{ code, requirement: 'business_profile.url' }],
    });
  });
});

it('makes a person of the owner of an account of an individual', async () => {
  const made = await individual({});
  expect(made.individual).toMatchObject({ object: 'person', account: made.id, first_name: 'Jenny' });
  const { data } = await stripe.accounts.listPersons(made.id);
  expect(data.map(({ id }) => id)).toEqual([made.individual!.id]);
  await stripe.accounts.updatePerson(made.id, made.individual!.id, { last_name: 'Smith' });
  expect((await later(made)).individual).toMatchObject({ first_name: 'Jenny', last_name: 'Smith' });
});
