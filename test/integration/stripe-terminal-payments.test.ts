import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;
let reader: Stripe.Terminal.Reader;
let location: Stripe.Terminal.Location;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.platform.state.reset();
  location = await stripe.terminal.locations.create({
    display_name: 'HQ',
    address: { line1: '1272 Valencia Street', city: 'San Francisco', state: 'CA', country: 'US', postal_code: '94110' },
  });
  reader = await stripe.terminal.readers.create({ registration_code: 'simulated-wpe', location: location.id });
});

const intend = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    allowed_payment_method_types: ['card_present'],
    capture_method: 'manual',
    ...more,
  });
const process = (intent: string, more: Partial<Stripe.Terminal.ReaderProcessPaymentIntentParams> = {}) =>
  stripe.terminal.readers.processPaymentIntent(reader.id, { payment_intent: intent, ...more });
const present = (number?: string, more: Record<string, unknown> = {}) =>
  stripe.testHelpers.terminal.readers.presentPaymentMethod(reader.id, {
    ...(number !== undefined && { type: 'card_present', card_present: { number } }),
    ...more,
  });
const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type as string).reverse();
const chargeOf = async (intent: string): Promise<Stripe.Charge> => {
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
  return charge as Stripe.Charge;
};

describe('a payment on a reader', () => {
  it('waits for a card, is held, and captured by hand', async () => {
    const intent = await intend();
    expect(await process(intent.id)).toMatchObject({
      action: {
        type: 'process_payment_intent',
        status: 'in_progress',
        failure_code: null,
        process_payment_intent: { payment_intent: intent.id },
      },
    });
    expect(await present()).toMatchObject({ action: { status: 'succeeded', failure_code: null } });
    const held = await stripe.paymentIntents.retrieve(intent.id, { expand: ['payment_method'] });
    expect(held).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 2000,
      payment_method: { type: 'card_present', card_present: { brand: 'visa', last4: '4242' } },
    });
    const charge = await chargeOf(intent.id);
    expect(charge.id).toMatch(/^ch_/);
    expect(charge.payment_method_details).toMatchObject({
      type: 'card_present',
      card_present: {
        amount_authorized: 2000,
        brand: 'visa',
        generated_card: null,
        last4: '4242',
        location: location.id,
        read_method: 'contactless_emv',
        reader: reader.id,
        receipt: { cardholder_verification_method: 'approval', authorization_response_code: '3030' },
      },
    });
    expect(await stripe.paymentIntents.capture(intent.id)).toMatchObject({
      status: 'succeeded',
      amount_received: 2000,
    });
    const booked = await stripe.balanceTransactions.list({ type: 'charge' });
    // In person it costs 2.7 % and 5 cents.
    expect(booked.data).toMatchObject([{ amount: 2000, fee: 59, net: 1941 }]);
    const types = await eventTypes();
    expect(types.indexOf('payment_intent.amount_capturable_updated')).toBeLessThan(
      types.indexOf('terminal.reader.action_succeeded'),
    );
    expect(types).toContain('charge.captured');
  });

  it('is captured at once, where the intent says so', async () => {
    const intent = await intend({ capture_method: 'automatic' });
    await process(intent.id);
    await present('5555555555554444');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
    expect((await chargeOf(intent.id)).payment_method_details?.card_present).toMatchObject({ brand: 'mastercard' });
  });

  it('has to be captured within two days', async () => {
    const intent = await intend();
    await process(intent.id);
    await present();
    const charge = await chargeOf(intent.id);
    expect(charge.payment_method_details?.card_present?.capture_before).toBe(charge.created + 2 * 24 * 60 * 60);
    await running.platform.clock.advance('3d');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'canceled' });
  });

  it.each([
    ['4000000000000002', 'card_declined', 'generic_decline'],
    ['4000000000009995', 'card_declined', 'insufficient_funds'],
    ['4000000000000069', 'expired_card', undefined],
    ['4000000000000119', 'processing_error', undefined],
  ])('fails with the card %s, and takes another one', async (number, code, decline) => {
    const intent = await intend();
    await process(intent.id);
    const failed = await present(number);
    expect(failed.action).toMatchObject({
      status: 'failed',
      failure_code: code,
      api_error: { type: 'card_error', code, ...(decline !== undefined && { decline_code: decline }) },
    });
    expect(failed.action!.failure_message).toBeTruthy();
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code },
    });
    expect(await eventTypes()).toEqual(
      expect.arrayContaining(['charge.failed', 'payment_intent.payment_failed', 'terminal.reader.action_failed']),
    );
    await process(intent.id);
    expect(await present()).toMatchObject({ action: { status: 'succeeded', api_error: null } });
  });

  it.each([
    ['4001007020000002', 'offline_pin'],
    ['4001000360000005', 'online_pin'],
  ])('asks for the PIN of the card %s', async (number, verification) => {
    const intent = await intend();
    await process(intent.id);
    await present(number);
    const details = (await chargeOf(intent.id)).payment_method_details?.card_present;
    expect(details?.receipt?.cardholder_verification_method).toBe(verification);
    expect(details?.read_method).toBe('contact_emv');
  });

  it('never asks for 3-D Secure', async () => {
    const intent = await intend();
    await process(intent.id);
    await present('4000000000003220');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_capture' });
  });

  it('can have a tip', async () => {
    const intent = await intend();
    await process(intent.id, { process_config: { tipping: { amount_eligible: 1500 } } });
    await present('4242424242424242', { amount_tip: 300 });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      amount: 2300,
      amount_capturable: 2300,
      amount_details: { tip: { amount: 300 } },
    });
    const other = await intend();
    await process(other.id, { process_config: { skip_tipping: true } });
    expect(await failure(present(undefined, { amount_tip: 300 }))).toMatchObject({ param: 'amount_tip' });
  });

  it('is raised where the intent asks for that', async () => {
    const intent = await intend({
      payment_method_options: { card_present: { request_incremental_authorization_support: true } },
    });
    await process(intent.id);
    await present();
    expect((await chargeOf(intent.id)).payment_method_details?.card_present).toMatchObject({
      incremental_authorization_supported: true,
    });
    expect(await stripe.paymentIntents.incrementAuthorization(intent.id, { amount: 2500 })).toMatchObject({
      amount_capturable: 2500,
    });
    const plain = await intend();
    await process(plain.id);
    await present();
    expect(await failure(stripe.paymentIntents.incrementAuthorization(plain.id, { amount: 2500 }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('makes a card for later, where the intent asks for that', async () => {
    const { id: customer } = await stripe.customers.create();
    const intent = await intend({ customer, setup_future_usage: 'off_session', capture_method: 'automatic' });
    await process(intent.id, { process_config: { allow_redisplay: 'always' } });
    await present();
    const charge = await chargeOf(intent.id);
    const generated = charge.payment_method_details!.card_present!.generated_card!;
    expect(await stripe.paymentMethods.retrieve(generated)).toMatchObject({
      type: 'card',
      customer,
      allow_redisplay: 'always',
      card: { last4: '4242', generated_from: { charge: charge.id } },
    });
    const later = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: generated,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      off_session: true,
      confirm: true,
    });
    expect(later.status).toBe('succeeded');
  });

  it('is paid with Interac, which takes the money at once', async () => {
    const intent = await intend({ currency: 'cad', allowed_payment_method_types: ['card_present', 'interac_present'] });
    await process(intent.id);
    await stripe.testHelpers.terminal.readers.presentPaymentMethod(reader.id, { type: 'interac_present' });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
    expect((await chargeOf(intent.id)).payment_method_details).toMatchObject({
      type: 'interac_present',
      interac_present: { brand: 'interac', last4: '1933', reader: reader.id },
    });
  });
});

describe('a reader and its intents', () => {
  it('takes only intents for cards that are there', async () => {
    const intent = await intend({ allowed_payment_method_types: ['card'] });
    expect(await failure(process(intent.id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_invalid_parameter',
      param: 'payment_intent',
    });
    expect(await failure(process('pi_none'))).toMatchObject({ code: 'resource_missing', param: 'payment_intent' });
  });

  it('refuses one that is under way or over: intent_invalid_state', async () => {
    const intent = await intend();
    await process(intent.id);
    await present();
    expect(await failure(process(intent.id))).toMatchObject({ statusCode: 400, code: 'intent_invalid_state' });
    const canceled = await intend();
    await stripe.paymentIntents.cancel(canceled.id);
    expect(await failure(process(canceled.id))).toMatchObject({ code: 'intent_invalid_state' });
  });

  it('does one thing at a time: terminal_reader_busy', async () => {
    const [one, other] = [await intend(), await intend()];
    await process(one.id);
    expect(await failure(process(other.id))).toMatchObject({ statusCode: 400, code: 'terminal_reader_busy' });
    // After a change of the intent it is sent again.
    await stripe.paymentIntents.update(one.id, { amount: 2500 });
    await process(one.id);
    expect(await stripe.terminal.readers.cancelAction(reader.id)).toMatchObject({ action: null });
    expect(await failure(present())).toMatchObject({ statusCode: 400 });
    await process(other.id);
    expect(await present()).toMatchObject({ action: { status: 'succeeded' } });
    expect(await stripe.paymentIntents.retrieve(one.id)).toMatchObject({ status: 'requires_payment_method' });
  });

  it('fails where the intent was canceled meanwhile', async () => {
    const intent = await intend();
    await process(intent.id);
    await stripe.paymentIntents.cancel(intent.id);
    expect(await present()).toMatchObject({
      action: { status: 'failed', failure_code: 'payment_intent_unexpected_state' },
    });
  });

  it('refuses a number that is none', async () => {
    const intent = await intend();
    await process(intent.id);
    expect(await present('4242424242424241')).toMatchObject({
      action: { status: 'failed', failure_code: 'incorrect_number' },
    });
  });
});

describe('a card that is read before the payment is confirmed', () => {
  it('is looked at, and then paid with', async () => {
    const intent = await intend();
    const begun = await stripe.terminal.readers.collectPaymentMethod(reader.id, { payment_intent: intent.id });
    expect(begun).toMatchObject({ action: { type: 'collect_payment_method', status: 'in_progress' } });
    const read = await present('5555555555554444');
    expect(read.action).toMatchObject({
      status: 'succeeded',
      collect_payment_method: { payment_method: { type: 'card_present', card_present: { brand: 'mastercard' } } },
    });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_confirmation' });
    const confirming = await stripe.terminal.readers.confirmPaymentIntent(reader.id, { payment_intent: intent.id });
    expect(confirming).toMatchObject({ action: { type: 'confirm_payment_intent', status: 'in_progress' } });
    expect(await stripe.terminal.readers.retrieve(reader.id)).toMatchObject({ action: { status: 'succeeded' } });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_capture' });
    expect(await eventTypes()).toEqual(
      expect.arrayContaining(['terminal.reader.action_updated', 'terminal.reader.action_succeeded']),
    );
  });

  it('is declined when it is confirmed', async () => {
    const intent = await intend();
    await stripe.terminal.readers.collectPaymentMethod(reader.id, { payment_intent: intent.id });
    await present('4000000000000002');
    await stripe.terminal.readers.confirmPaymentIntent(reader.id, { payment_intent: intent.id });
    expect(await stripe.terminal.readers.retrieve(reader.id)).toMatchObject({
      action: { status: 'failed', failure_code: 'card_declined' },
    });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_payment_method' });
  });

  it('is needed: intent_invalid_state', async () => {
    const intent = await intend();
    const call = stripe.terminal.readers.confirmPaymentIntent(reader.id, { payment_intent: intent.id });
    expect(await failure(call)).toMatchObject({ code: 'intent_invalid_state' });
  });
});

describe('a card that is saved by a reader', () => {
  const setUp = (intent: string) =>
    stripe.terminal.readers.processSetupIntent(reader.id, { setup_intent: intent, allow_redisplay: 'always' });

  it('becomes a card for payments over the network', async () => {
    const { id: customer } = await stripe.customers.create();
    const intent = await stripe.setupIntents.create({ customer, allowed_payment_method_types: ['card_present'] });
    expect(await setUp(intent.id)).toMatchObject({ action: { type: 'process_setup_intent', status: 'in_progress' } });
    const { action } = await present();
    expect(action!.status).toBe('succeeded');
    const generated = action!.process_setup_intent!.generated_card!;
    const done = await stripe.setupIntents.retrieve(intent.id, { expand: ['latest_attempt'] });
    expect(done).toMatchObject({
      status: 'succeeded',
      latest_attempt: { payment_method_details: { type: 'card_present', card_present: { generated_card: generated } } },
    });
    const { data } = await stripe.customers.listPaymentMethods(customer);
    expect(data).toMatchObject([{ id: generated, type: 'card', allow_redisplay: 'always' }]);
    expect(await failure(setUp(intent.id))).toMatchObject({ code: 'intent_invalid_state' });
  });

  it('is refused by its bank', async () => {
    const intent = await stripe.setupIntents.create({ allowed_payment_method_types: ['card_present'] });
    await setUp(intent.id);
    expect(await present('4000000000000002')).toMatchObject({
      action: { status: 'failed', failure_code: 'card_declined' },
    });
    expect(await stripe.setupIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_payment_method' });
  });
});

describe('a refund on a reader', () => {
  it('is made when the card is there again', async () => {
    const intent = await intend({ capture_method: 'automatic' });
    await process(intent.id);
    await present();
    const begun = await stripe.terminal.readers.refundPayment(reader.id, { payment_intent: intent.id, amount: 500 });
    expect(begun.action).toMatchObject({
      type: 'refund_payment',
      status: 'in_progress',
      refund_payment: { amount: 500 },
    });
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data).toEqual([]);
    const { action } = await present();
    const { data } = await stripe.refunds.list({ payment_intent: intent.id });
    expect(data).toMatchObject([{ id: action!.refund_payment!.refund, amount: 500, status: 'succeeded' }]);
  });

  it('fails where there is not so much to give back, and changes nothing', async () => {
    const intent = await intend({ capture_method: 'automatic' });
    await process(intent.id);
    await present();
    await stripe.terminal.readers.refundPayment(reader.id, { payment_intent: intent.id, amount: 5000 });
    expect(await present()).toMatchObject({ action: { status: 'failed', refund_payment: { amount: 5000 } } });
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data).toEqual([]);
    const call = stripe.terminal.readers.refundPayment(reader.id, { charge: 'ch_none' });
    expect(await failure(call)).toMatchObject({ code: 'resource_missing', param: 'charge' });
  });
});
