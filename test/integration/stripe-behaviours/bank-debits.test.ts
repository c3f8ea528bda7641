import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';
import { visitPage } from '../../support/stripe-pages';
import { waitFor } from '../../support/wait-for';

/** https://docs.stripe.com/api/payment_methods, /api/mandates, /payments/sepa-debit, /payments/ideal/save-during-payment and /ach-deprecated */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const BILLING = { name: 'Jenny Rosen', email: 'jenny@example.com' };
const MANDATE = { customer_acceptance: { type: 'offline' } } as const;
const sepa = (iban = 'DE89370400440532013000') => ({
  type: 'sepa_debit' as const,
  sepa_debit: { iban },
  billing_details: BILLING,
});
const setUp = (given: Stripe.SetupIntentCreateParams = {}) =>
  stripe.setupIntents.create({
    allowed_payment_method_types: ['sepa_debit'],
    payment_method_data: sepa(),
    mandate_data: MANDATE,
    confirm: true,
    ...given,
  });

describe('a payment method', () => {
  it.each([
    ['DE89370400440532013000', '37040044', ''],
    ['FR1420041010050500013M02606', '20041', '01005'],
    ['NL39RABO0300065264', 'RABO', ''],
    ['IT40S0542811101000000123456', '05428', '11101'],
    ['AT611904300234573201', '19043', ''],
  ])('with the IBAN %s knows its bank', async (iban, bank_code, branch_code) => {
    const { sepa_debit: shown } = await stripe.paymentMethods.create(sepa(iban));
    expect(shown).toMatchObject({ bank_code, branch_code, country: iban.slice(0, 2), last4: iban.slice(-4) });
  });

  it.each([
    ['acss_debit', 'acss_debit'],
    ['boleto', 'boleto'],
    ['fpx', 'fpx'],
    ['sepa_debit', 'sepa_debit[iban]'],
    ['sofort', 'sofort'],
  ] as const)('by %s is made of its data', async (type, param) => {
    expect(await failure(stripe.paymentMethods.create({ type }))).toMatchObject({ code: 'parameter_missing', param });
  });

  it('has an IBAN whose check digits are right, and an account number of digits', async () => {
    expect(await failure(stripe.paymentMethods.create(sepa('DE89370400440532013001')))).toMatchObject({
      code: 'invalid_bank_account_iban',
    });
    const us_bank_account = {
      account_number: '12',
      routing_number: '110000000',
      account_holder_type: 'individual',
    } as const;
    expect(await failure(stripe.paymentMethods.create({ type: 'us_bank_account', us_bank_account }))).toMatchObject({
      code: 'account_number_invalid',
      param: 'us_bank_account[account_number]',
    });
  });

  it('of iDEAL knows the code of its bank', async () => {
    const { ideal } = await stripe.paymentMethods.create({ type: 'ideal', ideal: { bank: 'ing' } });
    expect(ideal).toEqual({ bank: 'ing', bic: 'INGBNL2A' });
  });

  it.each([
    ['acss_debit', { account_number: '000123456789', institution_number: '000', transit_number: '11000' }],
    ['au_becs_debit', { account_number: '000123456', bsb_number: '000000' }],
    ['bacs_debit', { account_number: '00012345', sort_code: '108800' }],
    ['nz_bank_account', { account_number: '0000010', bank_code: '11', branch_code: '0000', suffix: '010' }],
  ] as const)('by %s shows the end of its account number alone', async (type, given) => {
    const made = await stripe.paymentMethods.create({ type, [type]: given, billing_details: BILLING });
    const shown = (made as unknown as Record<string, object>)[type];
    expect(shown).toMatchObject({ last4: given.account_number.slice(-4) });
    // No fingerprint is declared for New Zealand.
    if (type !== 'nz_bank_account') expect(shown).toHaveProperty('fingerprint');
    expect(shown).not.toHaveProperty('account_number');
  });

  it('of two brands says which is preferred', async () => {
    const card = { number: '4000002500001001', exp_month: 12, exp_year: 2040, cvc: '123' };
    const made = await stripe.paymentMethods.create({
      type: 'card',
      card: { ...card, networks: { preferred: 'cartes_bancaires' } },
    });
    expect(made.card).toMatchObject({
      display_brand: 'cartes_bancaires',
      networks: { available: ['cartes_bancaires', 'visa'], preferred: 'cartes_bancaires' },
    });
    const { id: customer } = await stripe.customers.create();
    await stripe.paymentMethods.attach(made.id, { customer });
    const changed = await stripe.paymentMethods.update(made.id, { card: { networks: { preferred: 'visa' } } });
    expect(changed.card?.networks?.preferred).toBe('visa');
    expect(
      await failure(stripe.paymentMethods.update(made.id, { card: { networks: { preferred: 'mastercard' } } })),
    ).toMatchObject({ statusCode: 400 });
  });

  it('is listed by whether it can be shown again', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    await stripe.paymentMethods.update(id, { allow_redisplay: 'always' });
    const { data } = await stripe.customers.listPaymentMethods(customer, { allow_redisplay: 'always' });
    expect(data.map((each) => each.id)).toEqual([id]);
  });

  it('is detached, and says so, when its customer goes', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.del(customer);
    expect((await stripe.paymentMethods.retrieve(id)).customer).toBeNull();
    expect(await typesAbout(stripe, id)).toContain('payment_method.detached');
  });
});

describe('a mandate', () => {
  it('has a reference, and a page that shows it', async () => {
    const { mandate } = await setUp();
    const { payment_method_details: details, status } = await stripe.mandates.retrieve(mandate as string);
    expect(status).toBe('active');
    const { reference, url } = details.sepa_debit!;
    const shown = await visitPage(running, url);
    expect([shown.status, shown.text.includes(reference)]).toEqual([200, true]);
  });

  it('ends when its payment method leaves the customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const { mandate, payment_method: method } = await setUp({ customer });
    await stripe.paymentMethods.detach(method as string);
    expect((await stripe.mandates.retrieve(mandate as string)).status).toBe('inactive');
    expect(await typesAbout(stripe, mandate as string)).toContain('mandate.updated');
  });

  it('is given by a server that keeps a bank account for later', async () => {
    const { id: customer } = await stripe.customers.create();
    const payment: Stripe.PaymentIntentCreateParams = {
      amount: 2000,
      currency: 'eur',
      customer,
      allowed_payment_method_types: ['sepa_debit'],
      payment_method_data: sepa(),
      setup_future_usage: 'off_session',
      confirm: true,
    };
    expect(await failure(stripe.paymentIntents.create(payment))).toMatchObject({
      code: 'parameter_missing',
      param: 'mandate_data',
      message:
        'When confirming a PaymentIntent with a `sepa_debit` PaymentMethod and `setup_future_usage`, `mandate_data` is required.',
    });
    const { status } = await stripe.paymentIntents.create({ ...payment, mandate_data: MANDATE });
    expect(status).toBe('processing');
  });
});

describe('a payment on the page of a bank', () => {
  it.each(['ideal', 'bancontact'] as const)('by %s leaves a debit by SEPA behind', async (type) => {
    const { id: customer } = await stripe.customers.create();
    const { id, next_action: next } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      customer,
      allowed_payment_method_types: [type],
      payment_method_data: { type, billing_details: BILLING },
      setup_future_usage: 'off_session',
      mandate_data: MANDATE,
      confirm: true,
      return_url: 'https://example.com/back',
    });
    await visitPage(running, next!.redirect_to_url!.url!, { action: 'complete' });
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    const details = (charge as Stripe.Charge).payment_method_details![type]!;
    expect(details).toMatchObject({
      iban_last4: expect.stringMatching(/^\d{4}$/) as string,
      verified_name: 'Jenny Rosen',
    });
    const { data } = await stripe.customers.listPaymentMethods(customer);
    expect(data).toMatchObject([
      {
        id: details.generated_sepa_debit,
        type: 'sepa_debit',
        sepa_debit: { last4: details.iban_last4, generated_from: { charge: (charge as Stripe.Charge).id } },
      },
    ]);
    const mandate = await stripe.mandates.retrieve(details.generated_sepa_debit_mandate as string);
    expect(mandate).toMatchObject({ status: 'active', payment_method: details.generated_sepa_debit });
  });

  it('sets up a debit by SEPA', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id, next_action: next } = await setUp({
      customer,
      allowed_payment_method_types: ['ideal'],
      payment_method_data: { type: 'ideal', ideal: { bank: 'ing' }, billing_details: BILLING },
      return_url: 'https://example.com/back',
    });
    await visitPage(running, next!.redirect_to_url!.url!, { action: 'complete' });
    const intent = await stripe.setupIntents.retrieve(id, { expand: ['latest_attempt'] });
    const { ideal } = (intent.latest_attempt as Stripe.SetupAttempt).payment_method_details;
    expect(intent).toMatchObject({ status: 'succeeded', mandate: ideal?.generated_sepa_debit_mandate });
    const generated = await stripe.paymentMethods.retrieve(ideal?.generated_sepa_debit as string);
    expect(generated).toMatchObject({ type: 'sepa_debit', customer });
  });
});

describe('a bank account of a customer', () => {
  const debit = async (account_number = '000123456789') => {
    const { id: customer } = await stripe.customers.create();
    const { id: token } = await stripe.tokens.create({
      bank_account: {
        country: 'US',
        currency: 'usd',
        account_number,
        routing_number: '110000000',
        account_holder_name: 'Jenny Rosen',
        account_holder_type: 'individual',
      },
    });
    const { id: source } = await stripe.customers.createSource(customer, { source: token });
    await stripe.customers.verifySource(customer, source, { amounts: [32, 45] });
    return stripe.charges.create({ amount: 2000, currency: 'usd', customer, source });
  };

  it('is debited once it is verified', async () => {
    const { id, ...charge } = await debit();
    expect(charge).toMatchObject({
      status: 'pending',
      source: { object: 'bank_account', last4: '6789', status: 'verified' },
      payment_method_details: {
        type: 'ach_debit',
        ach_debit: { bank_name: 'STRIPE TEST BANK', last4: '6789', routing_number: '110000000' },
      },
    });
    await waitFor('the bank', async () => (await stripe.charges.retrieve(id)).status === 'succeeded');
    const paid = await stripe.charges.retrieve(id, { expand: ['balance_transaction'] });
    expect(paid).toMatchObject({ paid: true, balance_transaction: { amount: 2000, fee: 16, type: 'payment' } });
    expect(await typesAbout(stripe, id)).toEqual(['charge.pending', 'charge.succeeded']);
  });

  it('fails later where there is no money', async () => {
    const { id } = await debit('000222222227');
    await waitFor('the bank', async () => (await stripe.charges.retrieve(id)).status === 'failed');
    expect(await stripe.charges.retrieve(id)).toMatchObject({ failure_code: 'insufficient_funds', paid: false });
    expect(await typesAbout(stripe, id)).toEqual(['charge.pending', 'charge.failed']);
  });

  it('pays a payment intent, too', async () => {
    const { id: customer, default_source: source } = await stripe.customers.create({ source: 'btok_us_verified' });
    const { status } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      customer,
      payment_method: source as string,
      allowed_payment_method_types: ['us_bank_account'],
      mandate_data: MANDATE,
      confirm: true,
    });
    expect(status).toBe('processing');
  });
});

describe('a source of a bank account', () => {
  const wrong = (id: string) => failure(stripe.sources.verify(id, { values: ['1', '2'] }));

  it('is verified by what arrived', async () => {
    const { id, status } = await stripe.sources.create({ type: 'ach_debit', currency: 'usd' });
    expect(status).toBe('pending');
    expect(await wrong(id)).toMatchObject({ statusCode: 400, param: 'values' });
    const verified = await stripe.sources.verify(id, { values: ['32', '45'] });
    expect(verified).toMatchObject({ status: 'chargeable', code_verification: { status: 'succeeded' } });
    expect(await typesAbout(stripe, id)).toEqual(['source.chargeable']);
  });

  it('fails after too many attempts', async () => {
    const { id, code_verification: verification } = await stripe.sources.create({ type: 'ach_debit', currency: 'usd' });
    for (let left = verification!.attempts_remaining; left > 0; left -= 1) await wrong(id);
    expect(await stripe.sources.retrieve(id)).toMatchObject({
      status: 'failed',
      code_verification: { attempts_remaining: 0, status: 'failed' },
    });
    expect(await typesAbout(stripe, id)).toEqual(['source.failed']);
  });

  it('of a card has nothing to verify', async () => {
    const { id } = await stripe.sources.create({ type: 'card', token: 'tok_visa' });
    expect(await wrong(id)).toMatchObject({ statusCode: 400 });
  });
});
