import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/payments/payment-line-items, /payments/overcapture, /payments/extended-authorization and /api/payment_intents */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Given = Partial<Stripe.PaymentIntentCreateParams>;

const make = (given: Given = {}) =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'usd', allowed_payment_method_types: ['card'], ...given });
const hold = (given: Given = {}) =>
  make({
    payment_method: 'pm_card_visa',
    confirm: true,
    capture_method: 'manual',
    expand: ['latest_charge'],
    ...given,
  });
const cardOf = ({ latest_charge: charge }: Stripe.PaymentIntent) =>
  (charge as Stripe.Charge).payment_method_details?.card;
const ask = (name: string) => ({ payment_method_options: { card: { [name]: 'if_available' } } });
const SHOE = { product_name: 'Shoe', product_code: 'SKU1', quantity: 2, unit_cost: 1000, unit_of_measure: 'pair' };

describe('the line items of an amount', () => {
  it('are kept, and listed', async () => {
    const { id } = await make({ amount_details: { line_items: [SHOE] } });
    const { data } = await stripe.paymentIntents.listAmountDetailsLineItems(id);
    expect(data).toMatchObject([
      { object: 'payment_intent_amount_details_line_item', ...SHOE, discount_amount: null, tax: null },
    ]);
    expect(data[0]?.id).toMatch(/^uli_/);
  });

  it('are there when they are asked for', async () => {
    const { id, amount_details: details } = await make({ amount_details: { line_items: [SHOE] } });
    expect(details).not.toHaveProperty('line_items');
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ['amount_details.line_items'] });
    expect(intent.amount_details?.line_items).toMatchObject({ object: 'list', data: [SHOE], has_more: false });
  });

  it('go through pages', async () => {
    const lines = Array.from({ length: 12 }, (_, index) => ({
      product_name: `P${index}`,
      quantity: 1,
      unit_cost: 100,
    }));
    const { id } = await make({ amount: 1200, amount_details: { line_items: lines } });
    const all: string[] = [];
    for await (const line of stripe.paymentIntents.listAmountDetailsLineItems(id, { limit: 5 })) {
      all.push(line.product_name);
    }
    expect(all).toEqual(lines.map((line) => line.product_name));
  });

  it('add up with taxes, shipping and the discount', async () => {
    const amount_details = {
      discount_amount: 100,
      shipping: { amount: 500, from_postal_code: '94110' },
      tax: { total_tax_amount: 100 },
      line_items: [{ product_name: 'Shoe', quantity: 1, unit_cost: 1500 }],
    };
    const { amount_details: details } = await make({ amount_details });
    expect(details).toMatchObject({
      discount_amount: 100,
      shipping: { amount: 500, from_postal_code: '94110', to_postal_code: null },
      tax: { total_tax_amount: 100 },
    });
  });

  it('are refused where they do not make the amount', async () => {
    const refused = await failure(make({ amount: 1999, amount_details: { line_items: [SHOE] } }));
    expect(refused).toMatchObject({ statusCode: 400, code: 'amount_details_amount_mismatch' });
  });

  it('say that they do not where the client wants to know only that', async () => {
    const amount_details = { line_items: [SHOE], enforce_arithmetic_validation: false };
    const { amount_details: details } = await make({ amount: 1999, amount_details });
    expect(details?.error?.code).toBe('amount_details_amount_mismatch');
    expect(details).not.toHaveProperty('enforce_arithmetic_validation');
  });

  it('have their taxes, or the whole has them', async () => {
    const line = { ...SHOE, tax: { total_tax_amount: 0 } };
    const both = { line_items: [line], tax: { total_tax_amount: 0 } };
    expect(await failure(make({ amount_details: both }))).toMatchObject({ statusCode: 400 });
  });

  it('change with the intent, and go', async () => {
    const { id } = await make({ amount_details: { line_items: [SHOE] } });
    const line_items = [{ product_name: 'Boot', quantity: 1, unit_cost: 3000 }];
    await stripe.paymentIntents.update(id, { amount: 3000, amount_details: { line_items } });
    expect((await stripe.paymentIntents.listAmountDetailsLineItems(id)).data).toMatchObject(line_items);
    await stripe.paymentIntents.update(id, { amount_details: '' });
    expect((await stripe.paymentIntents.listAmountDetailsLineItems(id)).data).toEqual([]);
  });

  it('may come with the confirmation and the capture', async () => {
    const { id } = await make({ capture_method: 'manual' });
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', amount_details: { line_items: [SHOE] } });
    expect((await stripe.paymentIntents.listAmountDetailsLineItems(id)).data).toHaveLength(1);
    await stripe.paymentIntents.capture(id, {
      amount_to_capture: 1000,
      amount_details: { line_items: [{ ...SHOE, quantity: 1 }] },
    });
    expect((await stripe.paymentIntents.listAmountDetailsLineItems(id)).data[0]?.quantity).toBe(1);
  });
});

it('an intent keeps the references of an order', async () => {
  const { id, payment_details: details } = await make({
    payment_details: { order_reference: 'o1', customer_reference: 'c1' },
  });
  expect(details).toEqual({ order_reference: 'o1', customer_reference: 'c1' });
  const changed = await stripe.paymentIntents.update(id, { payment_details: { order_reference: 'o2' } });
  expect(changed.payment_details).toEqual({ order_reference: 'o2', customer_reference: 'c1' });
});

describe('a card that is held', () => {
  it('takes nothing special unless it is asked to', async () => {
    const intent = await hold();
    expect(cardOf(intent)).toMatchObject({
      amount_authorized: 2000,
      extended_authorization: { status: 'disabled' },
      incremental_authorization: { status: 'unavailable' },
      multicapture: { status: 'unavailable' },
      overcapture: { status: 'unavailable', maximum_amount_capturable: 2000 },
    });
    expect(await failure(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2100 }))).toMatchObject({
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  });

  it('is captured for more than was authorized', async () => {
    const intent = await hold(ask('request_overcapture'));
    const { status, maximum_amount_capturable: most = 0 } = cardOf(intent)?.overcapture ?? {};
    expect([status, most > 2000]).toEqual(['available', true]);
    expect(await failure(stripe.paymentIntents.capture(intent.id, { amount_to_capture: most + 1 }))).toMatchObject({
      code: 'amount_too_large',
    });
    const paid = await stripe.paymentIntents.capture(intent.id, {
      amount_to_capture: most,
      expand: ['latest_charge.balance_transaction'],
    });
    expect(paid).toMatchObject({ status: 'succeeded', amount: 2000, amount_received: most });
    expect(paid.latest_charge).toMatchObject({ amount_captured: most, amount_refunded: 0 });
    expect(paid.latest_charge).toMatchObject({ balance_transaction: { amount: most } });
  });

  it('is held for longer', async () => {
    const intent = await hold(ask('request_extended_authorization'));
    expect(cardOf(intent)?.extended_authorization?.status).toBe('enabled');
    expect((cardOf(intent)?.capture_before ?? 0) - intent.created).toBeGreaterThan(20 * 24 * 60 * 60);
  });

  it('says what was authorized after an increment', async () => {
    const { id } = await hold(ask('request_incremental_authorization'));
    const raised = await stripe.paymentIntents.incrementAuthorization(id, {
      amount: 3000,
      description: 'more',
      expand: ['latest_charge'],
    });
    expect(raised).toMatchObject({ amount: 3000, amount_capturable: 3000, description: 'more' });
    expect(cardOf(raised)).toMatchObject({ amount_authorized: 3000 });
  });
});

describe('the options of an intent', () => {
  it('are filled in for a card', async () => {
    expect((await make()).payment_method_options).toEqual({
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    });
  });

  it('are filled in for other types', async () => {
    const types = ['us_bank_account', 'link', 'klarna', 'affirm', 'afterpay_clearpay', 'cashapp'] as const;
    const { payment_method_options: options } = await make({ allowed_payment_method_types: [...types] });
    expect(options).toMatchObject({
      us_bank_account: { verification_method: 'automatic' },
      link: { persistent_token: null },
      klarna: { preferred_locale: null },
      afterpay_clearpay: { reference: null },
      affirm: {},
      cashapp: {},
    });
  });

  it('are what the client says', async () => {
    const { payment_method_options: options } = await make({
      currency: 'brl',
      allowed_payment_method_types: ['boleto'],
      payment_method_options: { boleto: { expires_after_days: 7 } },
    });
    expect(options).toEqual({ boleto: { expires_after_days: 7 } });
  });
});

describe('what a customer has to do', () => {
  const CODE = ['data', 'hosted_instructions_url', 'image_url_png', 'image_url_svg'];
  const APP = ['hosted_instructions_url', 'mobile_auth_url', 'qr_code'];

  it.each([
    ['pix', 'brl', 'pix_display_qr_code', [...CODE, 'expires_at']],
    ['paynow', 'sgd', 'paynow_display_qr_code', CODE],
    ['promptpay', 'thb', 'promptpay_display_qr_code', CODE],
    ['wechat_pay', 'cny', 'wechat_pay_display_qr_code', [...CODE, 'image_data_url']],
    ['cashapp', 'usd', 'cashapp_handle_redirect_or_display_qr_code', APP],
    ['swish', 'sek', 'swish_handle_redirect_or_display_qr_code', APP],
    ['alipay', 'usd', 'alipay_handle_redirect', ['native_data', 'native_url', 'return_url', 'url']],
    ['oxxo', 'mxn', 'oxxo_display_details', ['expires_after', 'hosted_voucher_url', 'number']],
    ['boleto', 'brl', 'boleto_display_details', ['expires_at', 'hosted_voucher_url', 'number', 'pdf']],
    ['konbini', 'jpy', 'konbini_display_details', ['expires_at', 'hosted_voucher_url', 'stores']],
    ['multibanco', 'eur', 'multibanco_display_details', ['entity', 'expires_at', 'hosted_voucher_url', 'reference']],
    ['twint', 'chf', 'redirect_to_url', ['return_url', 'url']],
    ['p24', 'pln', 'redirect_to_url', ['return_url', 'url']],
  ] as const)('by %s is said in its own words', async (type, currency, action, fields) => {
    const { next_action: next } = await make({
      amount: 20_000,
      currency,
      allowed_payment_method_types: [type],
      payment_method_data: {
        type,
        billing_details: { name: 'Jenny Rosen', email: 'never@example.com' },
        ...(type === 'boleto' && { boleto: { tax_id: '000.000.000-00' } }),
      },
      ...(type === 'wechat_pay' && { payment_method_options: { wechat_pay: { client: 'web' } } }),
      confirm: true,
      return_url: 'https://example.com/back',
    });
    expect(next?.type).toBe(action);
    const contents = (next as unknown as Record<string, object>)[action] ?? {};
    expect(Object.keys(contents).sort()).toEqual([...fields].sort());
  });
});

describe('a change of an intent', () => {
  it('is told by no event', async () => {
    const { id } = await make();
    await stripe.paymentIntents.update(id, { metadata: { order: '1' } });
    const { data } = await stripe.events.list({ type: 'payment_intent.*', limit: 100 });
    const about = data.filter((event) => (event.data.object as { id: string }).id === id);
    expect(about.map((event) => event.type)).toEqual(['payment_intent.created']);
  });

  it('leaves the charge as it was', async () => {
    const { id, latest_charge: charge } = await make({
      payment_method: 'pm_card_visa',
      confirm: true,
      description: 'first',
      metadata: { order: '1' },
    });
    await stripe.paymentIntents.update(id, { description: 'second', metadata: { order: '2' } });
    expect(await stripe.charges.retrieve(charge as string)).toMatchObject({
      description: 'first',
      metadata: { order: '1' },
    });
  });

  it('clears the last error with the next success', async () => {
    const { id } = await make();
    await failure(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' }));
    const { last_payment_error: error } = await stripe.paymentIntents.retrieve(id);
    expect(error).toMatchObject({ decline_code: 'generic_decline', payment_method: { object: 'payment_method' } });
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect(paid.last_payment_error).toBeNull();
    const { data } = await stripe.charges.list({ payment_intent: id });
    expect(data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  });

  it('may need a letter in its descriptor', async () => {
    expect(await failure(make({ statement_descriptor_suffix: '12345' }))).toMatchObject({
      param: 'statement_descriptor_suffix',
    });
  });
});
