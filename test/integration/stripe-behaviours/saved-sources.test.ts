import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/customers, /cards, /sources, /payment_methods and /charges */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const CARD = { object: 'card', number: '4242424242424242', exp_month: '12', exp_year: '2040', cvc: '123' };
const sourcesOf = async (customer: string) => (await stripe.customers.listSources(customer)).data as Stripe.Card[];

describe('a customer', () => {
  it('who is given another source loses the default one', async () => {
    const { id, default_source: before } = await stripe.customers.create({ source: 'tok_visa' });
    const changed = await stripe.customers.update(id, { source: 'tok_mastercard' });
    expect(changed.default_source).not.toBe(before);
    expect((await sourcesOf(id)).map(({ brand }) => brand)).toEqual(['MasterCard']);
    const { data: events } = await stripe.events.list({ type: 'customer.source.deleted', limit: 1 });
    expect(events[0]?.data.object).toMatchObject({ id: before });
  });

  it('keeps the default source when one is added, or refused', async () => {
    const { id, default_source: before } = await stripe.customers.create({ source: 'tok_visa' });
    await stripe.customers.createSource(id, { source: 'tok_mastercard' });
    await failure(stripe.customers.update(id, { source: 'tok_chargeDeclined' }));
    expect(await stripe.customers.retrieve(id)).toMatchObject({ default_source: before });
    expect(await sourcesOf(id)).toHaveLength(2);
  });

  it.each([
    ['name', 257],
    ['phone', 21],
  ])('has a %s of less than %i characters', async (param, length) => {
    const refused = await failure(stripe.customers.create({ [param]: '1'.repeat(length) }));
    expect(refused).toMatchObject({ statusCode: 400, param });
    expect(refused.message).toContain(`must be at most ${length - 1} characters`);
  });

  it.each(['ab', 'toolongaprefix', 'lower', 'A-B'])('has no invoice prefix such as %s', async (prefix) => {
    const refused = await failure(stripe.customers.create({ invoice_prefix: prefix }));
    expect(refused).toMatchObject({ statusCode: 400, param: 'invoice_prefix' });
    expect(await stripe.customers.create({ invoice_prefix: 'ABC123' })).toMatchObject({ invoice_prefix: 'ABC123' });
  });
});

describe('an address', () => {
  it.each([
    [{ address: { country: 'USA' } }, 'address[country]'],
    [{ shipping: { name: 'Jenny', address: { country: 'Germany' } } }, 'shipping[address][country]'],
  ])('has a country of two letters: not %o', async (given, param) => {
    const refused = await failure(stripe.customers.create(given));
    expect(refused).toMatchObject({ code: 'country_code_invalid', param });
    expect(refused.message).toMatch(/is unknown\. Try using a 2-character alphanumeric country code/);
  });

  it('of email is one in billing details, too', async () => {
    const billing = { billing_details: { email: 'nobody' } };
    const refused = await failure(
      stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' }, ...billing }),
    );
    expect(refused).toMatchObject({ code: 'email_invalid', param: 'billing_details[email]' });
  });
});

describe('what a customer who was deleted left', () => {
  it('is listed no more', async () => {
    const { id: customer } = await stripe.customers.create();
    await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.del(customer);
    expect(await failure(stripe.paymentMethods.list({ customer }))).toMatchObject({ code: 'resource_missing' });
  });
});

describe('a token', () => {
  it('is for a card or for a bank account', async () => {
    const card = { number: CARD.number, exp_month: '12', exp_year: '2040' };
    const bank = { country: 'US', currency: 'usd', account_number: '000123456789', routing_number: '110000000' };
    const refused = await failure(stripe.tokens.create({ card, bank_account: bank }));
    expect(refused.message).toBe('You may only specify one of these parameters: bank_account, card.');
  });
});

describe('a file', () => {
  it('is linked to until some time to come', async () => {
    const { id: file } = await stripe.files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.from('evidence'), name: 'evidence.png', type: 'image/png' },
    });
    expect(await failure(stripe.fileLinks.create({ file, expires_at: 5 }))).toMatchObject({ param: 'expires_at' });
  });

  it('is evidence of a dispute when it was uploaded', async () => {
    const { id: payment } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_createDispute',
      confirm: true,
    });
    const [dispute] = (await stripe.disputes.list({ payment_intent: payment })).data;
    const refused = await failure(stripe.disputes.update(dispute!.id, { evidence: { receipt: 'file_none' } }));
    expect(refused).toMatchObject({ code: 'resource_missing', param: 'evidence[receipt]' });
  });
});

describe('a card of a customer', () => {
  it('takes another date, in numbers', async () => {
    const { id, default_source: card } = await stripe.customers.create({ source: 'tok_visa' });
    const changed = await stripe.customers.updateSource(id, card as string, { exp_month: '3', exp_year: '2039' });
    expect(changed).toMatchObject({ exp_month: 3, exp_year: 2039 });
  });

  it.each([
    [{ exp_month: '13' }, 'invalid_expiry_month'],
    [{ exp_year: '2001' }, 'invalid_expiry_year'],
  ])('takes no date such as %o', async (given, code) => {
    const { id, default_source: card } = await stripe.customers.create({ source: 'tok_visa' });
    const refused = await failure(stripe.customers.updateSource(id, card as string, given));
    expect(refused).toMatchObject({ type: 'StripeCardError', code });
  });

  it('is listed by what it is', async () => {
    const { id } = await stripe.customers.create({ source: 'tok_visa' });
    expect((await stripe.customers.listSources(id, { object: 'card' })).data).toHaveLength(1);
    expect((await stripe.customers.listSources(id, { object: 'bank_account' })).data).toEqual([]);
  });

  it('is no source of another customer', async () => {
    const { default_source: card } = await stripe.customers.create({ source: 'tok_visa' });
    const { id } = await stripe.customers.create();
    expect(await failure(stripe.customers.retrieveSource(id, card as string))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });
});

describe('a payment method', () => {
  it('takes no month that there is not', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const refused = await failure(stripe.paymentMethods.update(id, { card: { exp_month: 14 } }));
    expect(refused).toMatchObject({ type: 'StripeCardError', code: 'invalid_expiry_month', param: 'exp_month' });
  });

  it('says when it is attached that the code of the card was wrong', async () => {
    const { id: customer } = await stripe.customers.create();
    const { card } = await stripe.paymentMethods.attach('pm_card_cvcCheckFail', { customer });
    expect(card?.checks?.cvc_check).toBe('fail');
  });

  it.each([
    ['ideal', { bank: null, bic: null }],
    ['paypal', { payer_email: null, payer_id: null }],
    ['cashapp', { buyer_id: null, cashtag: null }],
    ['p24', { bank: null }],
  ] as const)('of the type %s says what is not known yet', async (type, blank) => {
    const made = await stripe.paymentMethods.create({ type, billing_details: { email: 'jenny@example.com' } });
    expect(made[type]).toMatchObject(blank);
  });

  it('has the routing number of a bank', async () => {
    const refused = await failure(
      stripe.paymentMethods.create({
        type: 'us_bank_account',
        us_bank_account: {
          routing_number: '111111111',
          account_number: '000123456789',
          account_holder_type: 'company',
        },
        billing_details: { name: 'Jenny Rosen' },
      }),
    );
    expect(refused).toMatchObject({ code: 'routing_number_invalid', param: 'us_bank_account[routing_number]' });
  });
});

describe('a source', () => {
  it('for credit transfers waits for money at an account of its own', async () => {
    const source = await stripe.sources.create({
      type: 'ach_credit_transfer',
      currency: 'usd',
      owner: { email: 'jenny@example.com' },
    });
    expect(source).toMatchObject({
      status: 'pending',
      flow: 'receiver',
      usage: 'reusable',
      ach_credit_transfer: { bank_name: 'TEST BANK', routing_number: '110000000', swift_code: 'TSTEZ122' },
      receiver: { amount_received: 0, refund_attributes_method: 'email', refund_attributes_status: 'missing' },
    });
  });

  it('is of a type that there is', async () => {
    const refused = await failure(stripe.sources.create({ type: 'cowries' }));
    expect(refused).toMatchObject({ statusCode: 400, param: 'type' });
  });

  it('sends its customer away, and is used once', async () => {
    const source = await stripe.sources.create({
      type: 'bancontact',
      amount: 1000,
      currency: 'eur',
      redirect: { return_url: 'https://example.com/paid' },
    });
    expect(source).toMatchObject({
      status: 'pending',
      flow: 'redirect',
      usage: 'single_use',
      redirect: {
        status: 'pending',
        return_url: 'https://example.com/paid',
        url: expect.stringMatching(/^http/) as string,
      },
    });
  });

  it('is consumed when it leaves its customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.sources.create({ type: 'card', token: 'tok_visa' });
    await stripe.customers.createSource(customer, { source: id });
    expect(await stripe.customers.deleteSource(customer, id)).toMatchObject({ object: 'source', status: 'consumed' });
  });
});

describe('a charge', () => {
  const charge = (given: object): Promise<Stripe.Charge> =>
    stripe.charges.create({ amount: 1000, currency: 'usd', ...given });

  it('takes the data of a card in the place of a token', async () => {
    expect(await charge({ source: CARD })).toMatchObject({
      status: 'succeeded',
      source: { object: 'card', last4: '4242', exp_year: 2040 },
    });
    const refused = await failure(charge({ source: { ...CARD, number: '4242424242424241' } }));
    expect(refused).toMatchObject({ type: 'StripeCardError', code: 'incorrect_number' });
  });

  it('is for a customer that there is', async () => {
    const refused = await failure(charge({ source: 'tok_visa', customer: 'cus_nobody' }));
    expect(refused).toMatchObject({ code: 'resource_missing', param: 'customer' });
  });

  it.each([
    ['receipt_email', 'nobody'],
    ['statement_descriptor_suffix', 'a suffix of more than 22 characters'],
  ])('refuses a wrong %s', async (param, value) => {
    expect(await failure(charge({ source: 'tok_visa', [param]: value }))).toMatchObject({ statusCode: 400, param });
  });

  it('shares with an account that there is', async () => {
    const refused = await failure(charge({ source: 'tok_visa', transfer_data: { destination: 'acct_nobody' } }));
    expect(refused.code).toBe('resource_missing');
  });
});

describe('what a token of the documentation leads to', () => {
  it.each([
    ['tok_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['tok_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['tok_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['tok_chargeDeclinedProcessingError', 'processing_error', undefined],
  ])('%s: a failed charge that says %s', async (source, code, decline) => {
    const refused = (await failure(
      stripe.charges.create({ amount: 1000, currency: 'usd', source }),
    )) as Stripe.errors.StripeCardError;
    expect(refused).toMatchObject({ type: 'StripeCardError', statusCode: 402, code });
    if (decline !== undefined) expect(refused.decline_code).toBe(decline);
    expect(await stripe.charges.retrieve(refused.charge)).toMatchObject({ status: 'failed', failure_code: code });
  });
});
