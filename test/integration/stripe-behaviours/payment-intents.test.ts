import type Stripe from 'stripe';
import { decideOnPage, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/payments/paymentintents/lifecycle and https://docs.stripe.com/api/payment_intents */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Given = Partial<Stripe.PaymentIntentCreateParams>;

const create = (given: Given = {}): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'usd', allowed_payment_method_types: ['card'], ...given });
const pay = (given: Given = {}): Promise<Stripe.PaymentIntent> =>
  create({ payment_method: 'pm_card_visa', confirm: true, ...given });
const chargeOf = async (given: Given = {}): Promise<Stripe.Charge> =>
  (await pay({ ...given, expand: ['latest_charge'] })).latest_charge as Stripe.Charge;
const eventTypes = async (object: string): Promise<string[]> => {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.filter(({ data }) => (data.object as { id?: string }).id === object).map(({ type }) => type);
};
const authenticate = (intent: Stripe.PaymentIntent, decision: string): Promise<void> =>
  decideOnPage(running, intent, decision);

describe('a new payment intent', () => {
  it('wants a payment method, and has received nothing', async () => {
    expect(await create()).toMatchObject({
      status: 'requires_payment_method',
      amount_received: 0,
      amount_capturable: 0,
      capture_method: 'automatic_async',
      confirmation_method: 'automatic',
      canceled_at: null,
      latest_charge: null,
      livemode: false,
    });
  });

  it('has a client secret that begins with its identifier', async () => {
    const { id, client_secret } = await create();
    expect(client_secret).toMatch(new RegExp(`^${id}_secret_\\w+$`));
  });

  it('wants to be confirmed once it has a payment method', async () => {
    expect(await create({ payment_method: 'pm_card_visa' })).toMatchObject({ status: 'requires_confirmation' });
  });

  it('wants to be confirmed once it is given a payment method', async () => {
    const { id } = await create();
    expect(await stripe.paymentIntents.update(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'requires_confirmation',
    });
  });

  it('takes its currency in upper case, and has it in lower case', async () => {
    expect((await create({ currency: 'EUR' })).currency).toBe('eur');
  });

  it.each([
    ['usd', 50],
    ['eur', 50],
    ['gbp', 30],
    ['jpy', 50],
    ['chf', 50],
    ['dkk', 250],
    ['sek', 300],
    ['nok', 300],
    ['hkd', 400],
    ['mxn', 1000],
    ['pln', 200],
    ['czk', 1500],
  ])('in %s is at least %i', async (currency, amount) => {
    expect((await create({ currency, amount })).amount).toBe(amount);
    expect(await failure(create({ currency, amount: amount - 1 }))).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
      code: 'amount_too_small',
      param: 'amount',
    });
  });

  it('needs an amount', async () => {
    expect(await failure(create({ amount: undefined }))).toMatchObject({
      code: 'parameter_missing',
      param: 'amount',
      message: 'Missing required param: amount.',
    });
  });

  it('refuses a currency that there is not', async () => {
    expect(await failure(create({ currency: 'xxq' }))).toMatchObject({ statusCode: 400, param: 'currency' });
  });

  it('refuses a customer that there is not', async () => {
    expect(await failure(create({ customer: 'cus_nobody' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
      message: "No such customer: 'cus_nobody'",
    });
  });

  it('refuses a payment method that there is not', async () => {
    expect(await failure(create({ payment_method: 'pm_nothing' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'payment_method',
      message: "No such PaymentMethod: 'pm_nothing'",
    });
  });

  it.each(['off_session', 'error_on_requires_action', 'return_url'] as const)(
    'takes %s only when it is confirmed at once',
    async (param) => {
      const given = param === 'return_url' ? { return_url: 'https://example.com' } : { [param]: true };
      expect(await failure(create({ payment_method: 'pm_card_visa', ...given }))).toMatchObject({
        statusCode: 400,
        type: 'StripeInvalidRequestError',
      });
    },
  );

  it('takes the ways to pay of the Dashboard when they are automatic', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      automatic_payment_methods: { enabled: true },
    });
    expect(intent.automatic_payment_methods).toMatchObject({ enabled: true, allow_redirects: 'always' });
    expect(intent.payment_method_types).toContain('card');
  });

  it('takes its card as data', async () => {
    const intent = await create({
      payment_method_data: {
        type: 'card',
        card: { token: 'tok_mastercard' },
        billing_details: { name: 'Ada Lovelace' },
      } as Stripe.PaymentIntentCreateParams.PaymentMethodData,
      confirm: true,
      expand: ['payment_method'],
    });
    expect(intent).toMatchObject({
      status: 'succeeded',
      payment_method: { card: { brand: 'mastercard' }, billing_details: { name: 'Ada Lovelace' } },
    });
  });

  it('takes a shipping address, which needs a name', async () => {
    const address = { line1: '1 Way', city: 'Berlin', country: 'DE' };
    expect(await create({ shipping: { name: 'Ada', address } })).toMatchObject({ shipping: { name: 'Ada', address } });
    expect(await failure(create({ shipping: { address } as Stripe.PaymentIntentCreateParams.Shipping }))).toMatchObject(
      { code: 'parameter_missing', param: 'shipping[name]' },
    );
  });
});

describe('an address', () => {
  it('may have parts that are null', async () => {
    const address = { line1: '1 Way', line2: null as unknown as string, city: 'Berlin', country: 'DE' };
    expect((await create({ shipping: { name: 'Ada', address } })).shipping).toMatchObject({ address });
    const { address: kept } = await stripe.customers.create({ address });
    expect(kept).toMatchObject({ line1: '1 Way', line2: null });
  });
});

describe('a change of a payment intent', () => {
  it('sets its amount before it is paid', async () => {
    const { id } = await create();
    expect((await stripe.paymentIntents.update(id, { amount: 3000 })).amount).toBe(3000);
  });

  it('is refused for the amount once it is paid', async () => {
    const { id } = await pay();
    expect(await failure(stripe.paymentIntents.update(id, { amount: 3000 }))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { id, status: 'succeeded' },
    });
  });

  it('sets description and metadata once it is paid, too', async () => {
    const { id } = await pay();
    expect(await stripe.paymentIntents.update(id, { description: 'Tea', metadata: { order: '6735' } })).toMatchObject({
      description: 'Tea',
      metadata: { order: '6735' },
      status: 'succeeded',
    });
  });
});

describe('confirming', () => {
  it('is refused without a payment method', async () => {
    const { id } = await create();
    expect(await failure(stripe.paymentIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it('is refused once it is paid', async () => {
    const { id } = await pay();
    expect(await failure(stripe.paymentIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      message: expect.stringContaining('already succeeded') as string,
    });
  });

  it('is refused with the payment method of another customer', async () => {
    const [{ id: owner }, { id: customer }] = [await stripe.customers.create(), await stripe.customers.create()];
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: owner });
    expect(await failure(pay({ payment_method: id, customer }))).toMatchObject({ statusCode: 400 });
  });

  it('is refused with the payment method of a customer who is not named', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(await failure(pay({ payment_method: id }))).toMatchObject({ statusCode: 400 });
  });

  it('by hand goes on with another confirmation after 3-D Secure', async () => {
    const intent = await pay({
      payment_method: 'pm_card_threeDSecure2Required',
      confirmation_method: 'manual',
      return_url: 'https://example.com/return',
    });
    expect(intent.status).toBe('requires_action');
    await authenticate(intent, 'complete');
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation');
    expect((await stripe.paymentIntents.confirm(intent.id)).status).toBe('succeeded');
  });

  it('tells that an action is required', async () => {
    const { id } = await pay({ payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://example.com' });
    expect(await eventTypes(id)).toEqual(['payment_intent.requires_action', 'payment_intent.created']);
  });

  it('asks for 3-D Secure when a challenge is asked for', async () => {
    const intent = await pay({
      payment_method: 'pm_card_threeDSecureOptional',
      payment_method_options: { card: { request_three_d_secure: 'challenge' } },
      return_url: 'https://example.com',
    });
    expect(intent.status).toBe('requires_action');
  });
});

describe('capturing', () => {
  it('is left to the application by card alone, too', async () => {
    const intent = await pay({ payment_method_options: { card: { capture_method: 'manual' } } });
    expect(intent).toMatchObject({ status: 'requires_capture', amount_capturable: 2000, amount_received: 0 });
  });

  it('leaves the charge uncaptured until it is done', async () => {
    const charge = await chargeOf({ capture_method: 'manual' });
    expect(charge).toMatchObject({ captured: false, paid: true, status: 'succeeded', amount_captured: 0 });
    expect(charge.balance_transaction).toBeNull();
    await stripe.paymentIntents.capture(charge.payment_intent as string);
    const captured = await stripe.charges.retrieve(charge.id);
    expect(captured).toMatchObject({ captured: true, amount_captured: 2000 });
    expect(captured.balance_transaction).toMatch(/^txn_/);
  });

  it('is told with its events', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    expect(await eventTypes(id)).toContain('payment_intent.amount_capturable_updated');
    const { latest_charge } = await stripe.paymentIntents.capture(id);
    expect(await eventTypes(id)).toContain('payment_intent.succeeded');
    expect(await eventTypes(latest_charge as string)).toContain('charge.captured');
  });

  it('takes a part, and gives up the rest', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    expect(await stripe.paymentIntents.capture(id, { amount_to_capture: 750 })).toMatchObject({
      status: 'succeeded',
      amount: 2000,
      amount_received: 750,
      amount_capturable: 0,
    });
  });

  it('takes no more than was authorized', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    expect(await failure(stripe.paymentIntents.capture(id, { amount_to_capture: 2001 }))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_large',
    });
  });

  it.each(['automatic', 'automatic_async', 'manual'] as const)('is refused twice: %s', async (capture_method) => {
    const { id, status } = await pay({ capture_method });
    if (status === 'requires_capture') await stripe.paymentIntents.capture(id);
    expect(await failure(stripe.paymentIntents.capture(id))).toMatchObject({ code: 'payment_intent_unexpected_state' });
  });

  it('is refused before it is confirmed', async () => {
    const { id } = await create({ capture_method: 'manual', payment_method: 'pm_card_visa' });
    expect(await failure(stripe.paymentIntents.capture(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it('raises only what was asked for as one that can be raised', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    expect(await failure(stripe.paymentIntents.incrementAuthorization(id, { amount: 3000 }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('says until when a card can be captured', async () => {
    const charge = await chargeOf({ capture_method: 'manual' });
    const { capture_before } = charge.payment_method_details!.card!;
    expect(capture_before! - charge.created).toBeGreaterThanOrEqual(4 * 86_400);
    expect(capture_before! - charge.created).toBeLessThanOrEqual(7 * 86_400);
  });

  it('is over when the authorization ends after seven days', async () => {
    const { id, latest_charge } = await pay({ capture_method: 'manual' });
    await running.platform.clock.advance('8d');
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
    });
    expect(await eventTypes(latest_charge as string)).toContain('charge.expired');
  });
});

describe('canceling', () => {
  it.each(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const)(
    'keeps its reason: %s',
    async (cancellation_reason) => {
      const { id } = await create();
      const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason });
      expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason });
      expect(canceled.canceled_at).toEqual(expect.any(Number));
      expect(await eventTypes(id)).toContain('payment_intent.canceled');
    },
  );

  it('refuses another reason', async () => {
    const { id } = await create();
    const refused = stripe.paymentIntents.cancel(id, { cancellation_reason: 'void_invoice' as 'abandoned' });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'cancellation_reason' });
  });

  it('gives back what was authorized', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const { latest_charge } = await stripe.paymentIntents.cancel(id, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ captured: false, refunded: true, amount_refunded: 2000 });
  });

  it('is refused once it is paid', async () => {
    const { id } = await pay();
    expect(await failure(stripe.paymentIntents.cancel(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      payment_intent: { id },
    });
  });

  it('ends an action that is required', async () => {
    const { id } = await pay({ payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://example.com' });
    expect(await stripe.paymentIntents.cancel(id)).toMatchObject({ status: 'canceled', next_action: null });
  });
});

describe('the charge of a payment intent', () => {
  it('has what the intent has', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(
      await chargeOf({
        customer,
        description: 'Tea',
        metadata: { order: '6735' },
        receipt_email: 'ada@example.com',
        shipping: { name: 'Ada', address: { line1: '1 Way' } },
        transfer_group: 'ORDER_95',
      }),
    ).toMatchObject({
      customer,
      description: 'Tea',
      metadata: { order: '6735' },
      receipt_email: 'ada@example.com',
      receipt_url: expect.stringMatching(/^http/) as string,
      shipping: { name: 'Ada', address: { line1: '1 Way' } },
      transfer_group: 'ORDER_95',
    });
  });

  it('says that the network approved it', async () => {
    expect((await chargeOf()).outcome).toMatchObject({
      network_status: 'approved_by_network',
      type: 'authorized',
      risk_level: 'normal',
      reason: null,
      seller_message: 'Payment complete.',
    });
  });

  it('says that the bank declined it', async () => {
    const error = await failure(pay({ payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }));
    expect((await stripe.charges.retrieve(error.charge!)).outcome).toMatchObject({
      network_status: 'declined_by_network',
      type: 'issuer_declined',
      reason: 'insufficient_funds',
    });
  });

  it('says that Radar blocked it before the network saw it', async () => {
    const error = await failure(pay({ payment_method: 'pm_card_radarBlock' }));
    expect((await stripe.charges.retrieve(error.charge!)).outcome).toMatchObject({
      network_status: 'not_sent_to_network',
      type: 'blocked',
      risk_level: 'highest',
    });
  });

  it('has the details of the card, and of who pays', async () => {
    const { id } = await stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', exp_month: 8, exp_year: 2040, cvc: '123' },
      billing_details: { name: 'Ada', email: 'ada@example.com', address: { postal_code: '10115', line1: '1 Way' } },
    });
    expect(await chargeOf({ payment_method: id })).toMatchObject({
      payment_method: id,
      billing_details: { name: 'Ada', email: 'ada@example.com', address: { postal_code: '10115' } },
      payment_method_details: {
        type: 'card',
        card: {
          brand: 'visa',
          network: 'visa',
          last4: '4242',
          exp_month: 8,
          exp_year: 2040,
          funding: 'credit',
          country: 'US',
          checks: { cvc_check: 'pass', address_line1_check: 'pass', address_postal_code_check: 'pass' },
        },
      },
    });
  });

  it('adds its suffix to the descriptor of the account', async () => {
    const charge = await chargeOf({ statement_descriptor_suffix: 'Tea 42' });
    expect(charge.statement_descriptor_suffix).toBe('Tea 42');
    expect(charge.calculated_statement_descriptor).toMatch(/\* ?TEA 42$/i);
  });

  it('by card takes no descriptor but a suffix', async () => {
    expect(await failure(pay({ statement_descriptor: 'Tea house' }))).toMatchObject({
      statusCode: 400,
      param: 'statement_descriptor',
    });
  });

  it('refuses a suffix with characters that banks do not take', async () => {
    expect(await failure(pay({ statement_descriptor_suffix: 'Tea <42>' }))).toMatchObject({
      statusCode: 400,
      param: 'statement_descriptor_suffix',
    });
  });

  it('refuses a suffix of more than 22 characters', async () => {
    expect(await failure(pay({ statement_descriptor_suffix: 'x'.repeat(23) }))).toMatchObject({
      statusCode: 400,
      param: 'statement_descriptor_suffix',
    });
  });

  it('is listed by its payment intent', async () => {
    const { id, latest_charge } = await pay();
    const { data } = await stripe.charges.list({ payment_intent: id });
    expect(data.map(({ id }) => id)).toEqual([latest_charge]);
  });

  it('is marked as fraud by who reports it', async () => {
    const { latest_charge } = await pay();
    expect(
      await stripe.charges.update(latest_charge as string, { fraud_details: { user_report: 'fraudulent' } }),
    ).toMatchObject({ fraud_details: { user_report: 'fraudulent' } });
  });
});

describe('payment intents', () => {
  it('are listed by their customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const first = await create({ customer });
    const second = await create({ customer });
    await create();
    const { data } = await stripe.paymentIntents.list({ customer });
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});
