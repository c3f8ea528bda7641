import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { visitPage } from '../../support/stripe-pages';

/** https://docs.stripe.com/payments/oxxo, /boleto, /konbini, /multibanco, /pix, /klarna, /promptpay and the other ways to pay */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const MOMENT = 2000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BILLING = {
  name: 'Jenny Rosen',
  email: 'jenny@example.com',
  address: { line1: '1 Main St', city: 'Reno', state: 'NV', postal_code: '89501', country: 'US' },
};

type Given = Partial<Stripe.PaymentIntentCreateParams>;

/** A payment by a type, confirmed with who pays. */
const payBy = (type: string, currency: string, given: Given = {}, data: object = {}) =>
  stripe.paymentIntents.create({
    amount: 20_000,
    currency,
    allowed_payment_method_types: [type],
    payment_method_data: { type, billing_details: BILLING, ...data },
    return_url: 'https://shop.example.com/back',
    confirm: true,
    ...given,
  });
const withEmail = (email: string) => ({ billing_details: { ...BILLING, email } });
const later = async ({ id }: Stripe.PaymentIntent, milliseconds: number) => {
  await running.platform.clock.advance(milliseconds);
  return stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
};
const now = () => Math.floor(running.platform.clock.now() / 1000);
/** A customer does what they were asked to, on the page of the bank or the wallet. */
const agree = async (intent: Stripe.PaymentIntent) => {
  const [, url] = /"(https?:[^"]*\/authenticate\/pi_\w+)/.exec(JSON.stringify(intent.next_action))!;
  await visitPage(running, url!, { action: 'complete' });
  return stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
};

describe('what has to be known of who pays', () => {
  it.each([
    ['bancontact', 'name'],
    ['eps', 'name'],
    ['oxxo', 'email'],
    ['p24', 'email'],
    ['promptpay', 'email'],
    ['sepa_debit', 'name'],
    ['us_bank_account', 'name'],
  ])('by %s is the %s', async (type, missing) => {
    const billing_details = { ...BILLING, [missing]: undefined };
    const details =
      type === 'sepa_debit'
        ? { sepa_debit: { iban: 'DE89370400440532013000' } }
        : { us_bank_account: { account_number: '000123456789', routing_number: '110000000' } };
    const refused = await failure(
      stripe.paymentMethods.create({
        type: type,
        billing_details,
        ...(type in details && details),
      }),
    );
    expect(refused).toMatchObject({ code: 'parameter_missing', param: `billing_details[${missing}]` });
    expect(refused.message).toBe(`Missing required param: billing_details[${missing}].`);
  });

  it('by Klarna is the country', async () => {
    const refused = await failure(stripe.paymentMethods.create({ type: 'klarna', billing_details: { name: 'Jenny' } }));
    expect(refused.message).toBe('You must provide `billing_details[address][country]` to use Klarna.');
  });

  it.each([
    ['wechat_pay', 'cny', '[client]', {}],
    ['blik', 'pln', '[code]', {}],
    [
      'acss_debit',
      'cad',
      '[mandate_options]',
      { acss_debit: { account_number: '000123456789', institution_number: '000', transit_number: '11000' } },
    ],
  ])('by %s are options', async (type, currency, path, data) => {
    const refused = await failure(payBy(type, currency, {}, data));
    expect(refused).toMatchObject({ code: 'parameter_missing', param: `payment_method_options[${type}]${path}` });
  });
});

describe('a voucher', () => {
  const EXPIRED = 'payment_intent_payment_attempt_expired';

  it('that expires at once says so', async () => {
    const intent = await payBy('oxxo', 'mxn', {}, withEmail('expire_immediately@example.com'));
    expect(intent.next_action?.oxxo_display_details?.expires_after).toBe(intent.created);
    const ended = await later(intent, MOMENT);
    expect(ended).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { type: 'card_error', code: EXPIRED },
    });
    expect(ended.last_payment_error?.message).toMatch(/^The OXXO payment attempt of this PaymentIntent has expired\./);
  });

  it('that expires with a delay ends in three minutes', async () => {
    const intent = await payBy('boleto', 'brl', {}, { ...TAXED, ...withEmail('expire_with_delay@example.com') });
    expect(intent.next_action?.boleto_display_details?.expires_at).toBe(intent.created + 180);
    expect((await later(intent, MINUTE)).status).toBe('requires_action');
    expect((await later(intent, 2 * MINUTE)).last_payment_error?.code).toBe(EXPIRED);
  });

  it('ends at the end of a day in its country, after the days that the intent says', async () => {
    const { next_action: action } = await payBy('oxxo', 'mxn', {
      payment_method_options: { oxxo: { expires_after_days: 7 } },
    });
    const expires = new Date(action!.oxxo_display_details!.expires_after! * 1000);
    expect(expires.toISOString()).toMatch(/T05:59:59/);
    expect(expires.getTime() / 1000 - now()).toBeGreaterThan(6.9 * 86_400);
  });

  it('that nobody pays expires then', async () => {
    const intent = await payBy('oxxo', 'mxn', {}, withEmail('fill_never@example.com'));
    expect((await later(intent, DAY)).status).toBe('requires_action');
    expect((await later(intent, 4 * DAY)).last_payment_error?.code).toBe(EXPIRED);
  });

  it.each([
    ['oxxo', 'mxn', {}, { number: '01234567890123456789012345678901' }],
    ['multibanco', 'eur', {}, { entity: '12345', reference: '123456789' }],
    ['konbini', 'jpy', {}, { store: { chain: 'familymart' } }],
    ['boleto', 'brl', { boleto: { tax_id: '000.000.000-00' } }, { tax_id: '000.000.000-00' }],
  ])('of %s is on the charge', async (type, currency, data, details) => {
    const intent = await payBy(type, currency, {}, { ...data, ...withEmail('succeed_immediately@example.com') });
    const { latest_charge: charge } = await later(intent, MOMENT);
    expect(charge).toMatchObject({ payment_method_details: { type, [type]: details } });
  });
});

const TAXED = { boleto: { tax_id: '000.000.000-00' } };

describe('a payment in a convenience store', () => {
  const byNumber = (confirmation_number: string, more: object = {}) =>
    payBy('konbini', 'jpy', { payment_method_options: { konbini: { confirmation_number, ...more } } });

  it.each([
    ['22222222220', 'succeeded'],
    ['33333333330', 'requires_payment_method'],
    ['55555555550', 'requires_action'],
  ])('with the number %s is %s', async (number, status) => {
    expect((await later(await byNumber(number), MOMENT)).status).toBe(status);
  });

  it('shows the number, and expires when it is told to', async () => {
    const expires_at = now() + 5 * 86_400;
    const { next_action: action } = await byNumber('12345678901', { expires_at });
    expect(action?.konbini_display_details).toMatchObject({
      expires_at,
      stores: { familymart: { confirmation_number: '12345678901' } },
    });
  });

  it.each(['00000000000', '123'])('takes no number like %s', async (number) => {
    expect(await failure(byNumber(number))).toMatchObject({
      statusCode: 400,
      param: 'payment_method_options[konbini][confirmation_number]',
    });
  });
});

describe('Pix', () => {
  it.each([
    ['succeed_immediately@example.com', 'succeeded'],
    ['expire_immediately@example.com', 'requires_payment_method'],
  ])('by %s is %s', async (email, status) => {
    expect((await later(await payBy('pix', 'brl', {}, withEmail(email)), MOMENT)).status).toBe(status);
  });

  it('is paid after three minutes, and is valid for as long as the intent says', async () => {
    const intent = await payBy('pix', 'brl', { payment_method_options: { pix: { expires_after_seconds: 600 } } });
    expect(intent.next_action?.pix_display_qr_code?.expires_at).toBe(intent.created + 600);
    expect((await later(intent, 3 * MINUTE)).status).toBe('succeeded');
  });
});

describe('the charge', () => {
  const some = expect.any(String) as string;

  it.each([
    ['affirm', 'usd', { transaction_id: some }],
    ['afterpay_clearpay', 'usd', { order_id: some, reference: some }],
    ['amazon_pay', 'usd', { funding: { type: 'card' } }],
    ['cashapp', 'usd', { buyer_id: some, cashtag: expect.stringMatching(/^\$/) as string }],
    ['eps', 'eur', { verified_name: 'Jenny Rosen' }],
    ['ideal', 'eur', { verified_name: 'Jenny Rosen', iban_last4: '5264' }],
    ['klarna', 'usd', { payment_method_category: 'pay_later', preferred_locale: 'en-US' }],
    ['kr_card', 'krw', { last4: '4242' }],
    ['mobilepay', 'dkk', { card: { last4: '4242' } }],
    ['p24', 'pln', { reference: some, verified_name: 'Jenny Rosen' }],
    ['paynow', 'sgd', { reference: some }],
    ['paypal', 'eur', { payer_email: 'jenny@example.com', seller_protection: { status: 'eligible' } }],
    ['swish', 'sek', { payment_reference: some }],
  ])('of %s says what is known afterwards', async (type, currency, details) => {
    const { latest_charge: charge } = await agree(await payBy(type, currency));
    expect(charge).toMatchObject({ payment_method_details: { type, [type]: details } });
  });
});

describe('a setup', () => {
  it('takes no vouchers', async () => {
    const refused = await failure(stripe.setupIntents.create({ allowed_payment_method_types: ['oxxo'] }));
    expect(refused).toMatchObject({ statusCode: 400, param: 'payment_method_types' });
  });

  it('leads back from a wallet', async () => {
    const intent = await stripe.setupIntents.create({
      allowed_payment_method_types: ['cashapp'],
      payment_method_data: { type: 'cashapp' },
      mandate_data: { customer_acceptance: { type: 'offline' } },
      return_url: 'https://shop.example.com/back',
      confirm: true,
    });
    const { hosted_instructions_url: url } = intent.next_action!.cashapp_handle_redirect_or_display_qr_code!;
    const { location } = await visitPage(running, url, { action: 'complete' });
    expect(location).toContain(`https://shop.example.com/back?setup_intent=${intent.id}`);
  });
});

it('a bank transfer needs a customer', async () => {
  const refused = await failure(
    stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      allowed_payment_method_types: ['customer_balance'],
      payment_method_data: { type: 'customer_balance' },
      payment_method_options: {
        customer_balance: { funding_type: 'bank_transfer', bank_transfer: { type: 'us_bank_transfer' } },
      },
      confirm: true,
    }),
  );
  expect(refused).toMatchObject({ code: 'parameter_missing', param: 'customer' });
});

describe('what is held', () => {
  it.each([
    ['affirm', 30],
    ['afterpay_clearpay', 13],
    ['cashapp', 7],
    ['klarna', 28],
  ])('by %s is given up after %d days', async (type, days) => {
    const intent = await agree(await payBy(type, 'usd', { capture_method: 'manual' }));
    expect(intent.status).toBe('requires_capture');
    expect((await later(intent, (days - 1) * DAY)).status).toBe('requires_capture');
    expect((await later(intent, DAY + MINUTE)).status).toBe('canceled');
  });
});
