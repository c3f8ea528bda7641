import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/payments/save-and-reuse, https://docs.stripe.com/api/setup_intents, https://docs.stripe.com/api/payment_methods */
let running: RunningStripe;
let stripe: Stripe;
let customer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(async () => {
  ({ id: customer } = await stripe.customers.create({ email: 'ada@example.com' }));
});

type Given = Partial<Stripe.SetupIntentCreateParams>;

const setUp = (given: Given = {}): Promise<Stripe.SetupIntent> =>
  stripe.setupIntents.create({ allowed_payment_method_types: ['card'], ...given });
const card = (number = '4242424242424242'): Promise<Stripe.PaymentMethod> =>
  stripe.paymentMethods.create({ type: 'card', card: { number, exp_month: 12, exp_year: 2040, cvc: '123' } });

describe('a setup intent', () => {
  it('is for payments without the customer unless it says otherwise', async () => {
    expect(await setUp({ customer })).toMatchObject({
      status: 'requires_payment_method',
      usage: 'off_session',
      customer,
      latest_attempt: null,
    });
    expect((await setUp({ customer, usage: 'on_session' })).usage).toBe('on_session');
  });

  it('has a client secret that begins with its identifier', async () => {
    const { id, client_secret } = await setUp();
    expect(client_secret).toMatch(new RegExp(`^${id}_secret_\\w+$`));
  });

  it('attaches the card that it is confirmed with', async () => {
    const { id, payment_method } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    expect((await stripe.paymentMethods.retrieve(payment_method as string)).customer).toBe(customer);
    expect((await stripe.setupIntents.retrieve(id)).status).toBe('succeeded');
  });

  it('keeps its attempts', async () => {
    const { id, latest_attempt } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    const { data } = await stripe.setupAttempts.list({ setup_intent: id });
    expect(data).toMatchObject([{ id: latest_attempt, status: 'succeeded', usage: 'off_session', setup_error: null }]);
  });

  it('tells why the card was refused, and can be tried again', async () => {
    const error = await failure(setUp({ customer, payment_method: 'pm_card_visa_chargeDeclined', confirm: true }));
    expect(error).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      setup_intent: { status: 'requires_payment_method', last_setup_error: { code: 'card_declined' } },
    });
    const { id } = (error as unknown as { setup_intent: Stripe.SetupIntent }).setup_intent;
    expect((await stripe.setupIntents.confirm(id, { payment_method: 'pm_card_visa' })).status).toBe('succeeded');
  });

  it('asks for 3-D Secure where the card must be authenticated to be set up', async () => {
    const intent = await setUp({
      customer,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      return_url: 'https://example.com/return',
    });
    expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
  });

  it.each(['abandoned', 'requested_by_customer', 'duplicate'] as const)('is canceled: %s', async (reason) => {
    const { id } = await setUp();
    expect(await stripe.setupIntents.cancel(id, { cancellation_reason: reason })).toMatchObject({
      status: 'canceled',
      cancellation_reason: reason,
    });
  });

  it('is not canceled once it succeeded', async () => {
    const { id } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    expect(await failure(stripe.setupIntents.cancel(id))).toMatchObject({
      statusCode: 400,
      code: 'setup_intent_unexpected_state',
    });
  });

  it('is not confirmed without a payment method', async () => {
    const { id } = await setUp();
    expect(await failure(stripe.setupIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
    });
  });

  it('makes a mandate for one payment with its amount', async () => {
    const intent = await stripe.setupIntents.create({
      customer,
      payment_method_data: {
        type: 'sepa_debit',
        sepa_debit: { iban: 'DE89370400440532013000' },
        billing_details: { name: 'Ada', email: 'ada@example.com' },
      },
      allowed_payment_method_types: ['sepa_debit'],
      confirm: true,
      usage: 'off_session',
      single_use: { amount: 1500, currency: 'usd' },
    });
    const mandate = await stripe.mandates.retrieve(intent.single_use_mandate as string);
    expect(mandate).toMatchObject({ type: 'single_use', single_use: { amount: 1500, currency: 'usd' } });
  });

  it('is listed by its customer and its payment method', async () => {
    const { id, payment_method } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    expect((await stripe.setupIntents.list({ customer })).data.map(({ id }) => id)).toEqual([id]);
    const { data } = await stripe.setupIntents.list({ payment_method: payment_method as string });
    expect(data.map(({ id }) => id)).toEqual([id]);
  });

  it('tells of its success with the events', async () => {
    const { id } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    const { data } = await stripe.events.list({ types: ['setup_intent.created', 'setup_intent.succeeded'] });
    const own = data.filter(({ data }) => (data.object as { id: string }).id === id);
    expect(own.map(({ type }) => type)).toEqual(['setup_intent.succeeded', 'setup_intent.created']);
  });
});

describe('a saved card', () => {
  it('is charged without the customer', async () => {
    const { payment_method } = await setUp({ customer, payment_method: 'pm_card_visa', confirm: true });
    const intent = await stripe.paymentIntents.create({
      amount: 1500,
      currency: 'usd',
      customer,
      payment_method: payment_method as string,
      return_url: 'https://example.com/order',
      off_session: true,
      confirm: true,
    });
    expect(intent.status).toBe('succeeded');
  });

  it('which was declined without the customer is paid when they come back', async () => {
    const { id: payment_method } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const error = await failure(
      stripe.paymentIntents.create({
        amount: 1500,
        currency: 'usd',
        customer,
        payment_method,
        return_url: 'https://example.com/order',
        off_session: true,
        confirm: true,
      }),
    );
    expect(error).toMatchObject({
      code: 'authentication_required',
      payment_intent: {
        status: 'requires_payment_method',
        last_payment_error: { payment_method: { id: payment_method } },
      },
    });
    const again = await stripe.paymentIntents.confirm(error.payment_intent!.id, {
      payment_method,
      return_url: 'https://example.com',
    });
    expect(again.status).toBe('requires_action');
  });

  it('is attached only once, to one customer', async () => {
    const { id } = await card();
    await stripe.paymentMethods.attach(id, { customer });
    const { id: other } = await stripe.customers.create();
    expect(await failure(stripe.paymentMethods.attach(id, { customer: other }))).toMatchObject({ statusCode: 400 });
  });

  it('cannot be used again once it is detached', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect((await stripe.paymentMethods.detach(id)).customer).toBeNull();
    expect(await failure(stripe.paymentMethods.attach(id, { customer }))).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('detached') as string,
    });
  });

  it('cannot be detached from nobody', async () => {
    const { id } = await card();
    expect(await failure(stripe.paymentMethods.detach(id))).toMatchObject({ statusCode: 400 });
  });

  it('takes new dates and billing details', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(
      await stripe.paymentMethods.update(id, {
        card: { exp_month: 3, exp_year: 2041 },
        billing_details: { name: 'Ada', address: { city: 'Berlin' } },
        metadata: { order: '1' },
      }),
    ).toMatchObject({
      card: { exp_month: 3, exp_year: 2041 },
      billing_details: { name: 'Ada', address: { city: 'Berlin' } },
      metadata: { order: '1' },
    });
  });

  it('cannot be changed before it belongs to a customer', async () => {
    const { id } = await card();
    expect(await failure(stripe.paymentMethods.update(id, { metadata: { a: 'b' } }))).toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(/attach|save/i) as string,
    });
  });

  it('is listed for its customer by type', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const cards = await stripe.customers.listPaymentMethods(customer, { type: 'card' });
    expect(cards.data.map(({ id }) => id)).toEqual([id]);
    expect((await stripe.paymentMethods.list({ customer, type: 'sepa_debit' })).data).toEqual([]);
  });

  it('is retrieved through its customer, and through no other', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect((await stripe.customers.retrievePaymentMethod(customer, id)).id).toBe(id);
    const { id: other } = await stripe.customers.create();
    expect(await failure(stripe.customers.retrievePaymentMethod(other, id))).toMatchObject({ statusCode: 404 });
  });

  it('says with its events that it was attached, changed and detached', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.paymentMethods.update(id, { metadata: { a: 'b' } });
    await stripe.paymentMethods.detach(id);
    const { data } = await stripe.events.list({ type: 'payment_method.*' });
    const own = data.filter(({ data }) => (data.object as { id: string }).id === id);
    expect(own.map(({ type }) => type)).toEqual([
      'payment_method.detached',
      'payment_method.updated',
      'payment_method.attached',
    ]);
    expect(own[0]!.data.previous_attributes).toEqual({ customer });
  });

  it('is no longer the default of its customer once it is detached', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
    await stripe.paymentMethods.detach(id);
    const { invoice_settings } = (await stripe.customers.retrieve(customer)) as Stripe.Customer;
    expect(invoice_settings.default_payment_method).toBeNull();
  });

  it('can be the default only of its own customer', async () => {
    const { id: other } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: other });
    expect(
      await failure(stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } })),
    ).toMatchObject({ statusCode: 400 });
  });

  it('says whether it can be shown again', async () => {
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(await stripe.paymentMethods.update(id, { allow_redisplay: 'always' })).toMatchObject({
      allow_redisplay: 'always',
    });
  });

  it('may be declined when it is attached', async () => {
    const { id } = await card('4000000000000002');
    expect(await failure(stripe.paymentMethods.attach(id, { customer }))).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
    });
  });
});

describe('payment methods of other types', () => {
  it.each([
    ['sepa_debit', { iban: 'DE89370400440532013000' }, { last4: '3000', country: 'DE' }],
    [
      'us_bank_account',
      { routing_number: '110000000', account_number: '000123456789', account_holder_type: 'individual' },
      { last4: '6789', routing_number: '110000000' },
    ],
    ['bacs_debit', { sort_code: '108800', account_number: '00012345' }, { last4: '2345', sort_code: '108800' }],
    ['au_becs_debit', { bsb_number: '000000', account_number: '000123456' }, { last4: '3456', bsb_number: '000000' }],
    [
      'acss_debit',
      { institution_number: '000', transit_number: '11000', account_number: '000123456789' },
      { last4: '6789', institution_number: '000' },
    ],
  ])('%s shows the end of the account number only', async (type, given, shown) => {
    const method = await stripe.paymentMethods.create({
      type: type as 'sepa_debit',
      [type]: given,
      billing_details: { name: 'Ada', email: 'ada@example.com' },
    });
    const own = (method as unknown as Record<string, Record<string, unknown>>)[type]!;
    expect(own).toMatchObject(shown);
    expect(own).not.toHaveProperty('account_number');
    expect(own).not.toHaveProperty('iban');
  });

  it('refuse an IBAN that is none', async () => {
    const refused = stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: 'DE00123' },
      billing_details: { name: 'Ada', email: 'ada@example.com' },
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });
});
