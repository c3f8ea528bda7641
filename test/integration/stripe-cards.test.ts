import type Stripe from 'stripe';
import { decideOnPage, failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method,
    allowed_payment_method_types: ['card'],
    confirm: true,
    ...more,
  });

const byNumber = async (number: string, cvc?: string): Promise<string> =>
  (
    await stripe.paymentMethods.create({
      type: 'card',
      card: { number, exp_month: 12, exp_year: 2034, ...(cvc !== undefined && { cvc }) },
    })
  ).id;

describe('cards that are declined', () => {
  it.each([
    ['pm_card_visa_chargeDeclined', '4000000000000002', 'card_declined', 'generic_decline', 'Your card was declined.'],
    [
      'pm_card_visa_chargeDeclinedInsufficientFunds',
      '4000000000009995',
      'card_declined',
      'insufficient_funds',
      'Your card has insufficient funds.',
    ],
    [
      'pm_card_visa_chargeDeclinedLostCard',
      '4000000000009987',
      'card_declined',
      'lost_card',
      'Your card was declined.',
    ],
    [
      'pm_card_visa_chargeDeclinedStolenCard',
      '4000000000009979',
      'card_declined',
      'stolen_card',
      'Your card was declined.',
    ],
    ['pm_card_chargeDeclinedExpiredCard', '4000000000000069', 'expired_card', undefined, 'Your card has expired.'],
    [
      'pm_card_chargeDeclinedIncorrectCvc',
      '4000000000000127',
      'incorrect_cvc',
      undefined,
      "Your card's security code is incorrect.",
    ],
    [
      'pm_card_chargeDeclinedProcessingError',
      '4000000000000119',
      'processing_error',
      undefined,
      'An error occurred while processing your card. Try again in a little bit.',
    ],
    [
      'pm_card_visa_chargeDeclinedVelocityLimitExceeded',
      '4000000000006975',
      'card_declined',
      'card_velocity_exceeded',
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    ],
    ['pm_card_radarBlock', '4100000000000019', 'card_declined', 'fraudulent', 'Your card was declined.'],
    ['pm_card_riskLevelHighest', '4000000000004954', 'card_declined', 'fraudulent', 'Your card was declined.'],
    ['pm_card_chargeCustomerFail', '4000000000000341', 'card_declined', 'generic_decline', 'Your card was declined.'],
  ])('%s', async (name, number, code, declineCode, message) => {
    for (const method of [name, await byNumber(number, '123')]) {
      const error = await failure(pay(method));
      expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, message });
      expect(error.decline_code).toBe(declineCode ?? '');
      expect(error.charge).toMatch(/^ch_/);
      expect(error.payment_method).toMatchObject({ object: 'payment_method', card: { last4: number.slice(-4) } });
      expect(error.payment_intent).toMatchObject({
        status: 'requires_payment_method',
        latest_charge: error.charge,
        payment_method: null,
        last_payment_error: { code, message, charge: error.charge },
      });
      expect(error.doc_url).toBe(`https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`);
      expect(await stripe.charges.retrieve(error.charge!)).toMatchObject({
        status: 'failed',
        paid: false,
        failure_code: code,
        failure_message: message,
      });
    }
  });

  it('leave the failed payment and its events behind', async () => {
    await failure(pay('pm_card_visa_chargeDeclined'));
    const { data } = await stripe.events.list();
    expect(data.map(({ type }) => type).reverse()).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
  });

  it('are not charged by token either', async () => {
    const error = await failure(
      stripe.charges.create({ amount: 1000, currency: 'usd', source: 'tok_chargeDeclinedInsufficientFunds' }),
    );
    expect(error).toMatchObject({ code: 'card_declined', decline_code: 'insufficient_funds', statusCode: 402 });
    expect((await stripe.charges.list()).data).toMatchObject([{ id: error.charge, status: 'failed' }]);
  });

  it('are not given to a customer, but for the one that fails only later', async () => {
    const { id: customer } = await stripe.customers.create();
    const refused = failure(stripe.paymentMethods.attach('pm_card_visa_chargeDeclined', { customer }));
    expect(await refused).toMatchObject({ code: 'card_declined', statusCode: 402 });
    const attached = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    expect(attached.customer).toBe(customer);
    expect(await failure(pay(attached.id, { customer }))).toMatchObject({ code: 'card_declined' });
  });

  it('pay when another card is tried', async () => {
    const error = await failure(pay('pm_card_visa_chargeDeclined'));
    const paid = await stripe.paymentIntents.confirm(error.payment_intent!.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });

  it('get the same answer for the same idempotency key', async () => {
    const create = () =>
      stripe.paymentIntents.create(
        {
          amount: 2000,
          currency: 'usd',
          payment_method: 'pm_card_visa_chargeDeclined',
          allowed_payment_method_types: ['card'],
          confirm: true,
        },
        { idempotencyKey: 'once' },
      );
    const [first, second] = [await failure(create()), await failure(create())];
    expect(second.charge).toBe(first.charge);
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });
});

describe('cards whose data is wrong', () => {
  it.each([
    [{ number: '4242424242424241' }, 'incorrect_number', 'number'],
    [{ exp_month: 13 }, 'invalid_expiry_month', 'exp_month'],
    [{ exp_year: 1995 }, 'invalid_expiry_year', 'exp_year'],
    [{ cvc: '99' }, 'invalid_cvc', 'cvc'],
  ])('%j', async (wrong, code, param) => {
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123', ...wrong };
    const error = await failure(stripe.paymentMethods.create({ type: 'card', card }));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, param });
    const inToken = failure(
      stripe.tokens.create({ card: { ...card, exp_month: String(card.exp_month), exp_year: String(card.exp_year) } }),
    );
    expect(await inToken).toMatchObject({ code });
  });

  it('cannot be numbers of real cards', async () => {
    expect(await failure(pay(await byNumber('4916338506082832')))).toMatchObject({
      code: 'card_declined',
      decline_code: 'test_mode_live_card',
    });
  });
});

describe('cards by brand and country', () => {
  it.each([
    ['pm_card_visa', 'visa', 'US', '4242', 'credit'],
    ['pm_card_visa_debit', 'visa', 'US', '5556', 'debit'],
    ['pm_card_mastercard', 'mastercard', 'US', '4444', 'credit'],
    ['pm_card_mastercard_prepaid', 'mastercard', 'US', '5100', 'prepaid'],
    ['pm_card_amex', 'amex', 'US', '0005', 'credit'],
    ['pm_card_discover', 'discover', 'US', '1117', 'credit'],
    ['pm_card_diners', 'diners', 'US', '0004', 'credit'],
    ['pm_card_jcb', 'jcb', 'JP', '0505', 'credit'],
    ['pm_card_unionpay', 'unionpay', 'CN', '0005', 'credit'],
    ['pm_card_de', 'visa', 'DE', '0016', 'credit'],
    ['pm_card_gb_debit', 'visa', 'GB', '0005', 'debit'],
  ])('%s', async (name, brand, country, last4, funding) => {
    const { card } = await stripe.paymentMethods.retrieve(name);
    expect(card).toMatchObject({ brand, country, last4, funding });
    const { latest_charge } = await pay(name, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ payment_method_details: { card: { brand, country, last4 } } });
  });

  it('have the same fingerprint for the same number', async () => {
    const [one, other] = [await byNumber('4242424242424242'), await byNumber('4242424242424242')];
    const fingerprint = async (id: string) => (await stripe.paymentMethods.retrieve(id)).card!.fingerprint;
    expect(await fingerprint(one)).toBe(await fingerprint(other));
  });
});

describe('checks and risks', () => {
  it.each([
    ['pm_card_cvcCheckFail', { cvc_check: 'fail' }],
    ['pm_card_visa', { cvc_check: 'pass' }],
  ])('%s', async (name, checks) => {
    const { latest_charge } = await pay(name, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ payment_method_details: { card: { checks } } });
  });

  it('put a payment of elevated risk into review', async () => {
    const { latest_charge } = await pay('pm_card_riskLevelElevated', { expand: ['latest_charge.review'] });
    expect(latest_charge).toMatchObject({
      outcome: { risk_level: 'elevated', type: 'manual_review' },
      review: { open: true },
    });
    const { data } = await stripe.reviews.list();
    expect(await stripe.reviews.approve(data[0]!.id)).toMatchObject({ open: false, closed_reason: 'approved' });
  });

  it('warn of fraud', async () => {
    const { latest_charge } = await pay('pm_card_createIssuerFraudRecord');
    const { data } = await stripe.radar.earlyFraudWarnings.list({ charge: latest_charge as string });
    expect(data).toMatchObject([{ actionable: true, charge: latest_charge }]);
  });
});

describe('cards that want authentication', () => {
  const returning = { return_url: 'https://example.com/return' };

  it.each([
    'pm_card_authenticationRequired',
    'pm_card_authenticationRequiredOnSetup',
    'pm_card_authenticationRequiredSetupForOffSession',
    'pm_card_threeDSecure2Required',
    'pm_card_threeDSecureRequiredChargeDeclined',
  ])('%s', async (name) => {
    const intent = await pay(name, returning);
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://example.com/return' } },
      latest_charge: null,
    });
    expect(intent.next_action!.redirect_to_url!.url).toContain(intent.id);
  });

  it('leave it to the script of the page where there is nowhere to return to', async () => {
    expect(await pay('pm_card_threeDSecure2Required')).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'use_stripe_sdk' },
    });
  });

  it('are declined where the cardholder is not there', async () => {
    const { id: customer } = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    expect(await failure(pay(method.id, { customer, off_session: true }))).toMatchObject({
      code: 'authentication_required',
      decline_code: 'authentication_required',
      statusCode: 402,
      message: 'Your card was declined. This transaction requires authentication.',
    });
    const ready = await stripe.paymentMethods.attach('pm_card_authenticationRequiredSetupForOffSession', { customer });
    expect((await pay(ready.id, { customer, off_session: true })).status).toBe('succeeded');
  });

  it('may authenticate, and do so only when asked', async () => {
    expect((await pay('pm_card_threeDSecureOptional')).status).toBe('succeeded');
    const asked = { payment_method_options: { card: { request_three_d_secure: 'any' } } } as const;
    expect((await pay('pm_card_threeDSecureOptional', asked)).status).toBe('requires_action');
    expect((await pay('pm_card_visa', asked)).status).toBe('succeeded');
    expect(await failure(pay('pm_card_threeDSecureOptionalProcessingError', asked))).toMatchObject({
      code: 'processing_error',
    });
  });

  it('fail at once where the lookup fails, or where the client wants no actions', async () => {
    expect(await failure(pay('pm_card_threeDSecureRequiredProcessingError'))).toMatchObject({ code: 'card_declined' });
    const refused = pay('pm_card_threeDSecure2Required', { error_on_requires_action: true });
    expect(await failure(refused)).toMatchObject({ code: 'authentication_required' });
  });
});

describe('the page of 3-D Secure', () => {
  const ask = async (name: string): Promise<Stripe.PaymentIntent> =>
    pay(name, { return_url: 'https://example.com/return' });
  const decide = (intent: Stripe.PaymentIntent, decision: string): Promise<void> =>
    decideOnPage(running, intent, decision);

  it('lets the payment go on', async () => {
    const intent = await ask('pm_card_threeDSecure2Required');
    await decide(intent, 'complete');
    const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({
      status: 'succeeded',
      next_action: null,
      latest_charge: { payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } } },
    });
  });

  it('fails it', async () => {
    const intent = await ask('pm_card_threeDSecure2Required');
    await decide(intent, 'fail');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: null,
      last_payment_error: { code: 'payment_intent_authentication_failure', type: 'invalid_request_error' },
    });
  });

  it.each([
    ['pm_card_threeDSecureRequiredChargeDeclined', 'generic_decline'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ])('cannot help a card that is declined all the same: %s', async (name, declineCode) => {
    const intent = await ask(name);
    await decide(intent, 'complete');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: declineCode },
    });
  });
});
