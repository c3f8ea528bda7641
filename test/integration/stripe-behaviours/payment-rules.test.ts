import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/payment_intents, /currencies, /payments/payment-methods and /api/confirmation_tokens */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Given = Partial<Stripe.PaymentIntentCreateParams>;

const make = (given: Given = {}) => stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...given });
const pay = (given: Given = {}) =>
  make({ allowed_payment_method_types: ['card'], payment_method: 'pm_card_visa', confirm: true, ...given });
const chargeOf = ({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge => charge as Stripe.Charge;
const MANDATE = { customer_acceptance: { type: 'offline' } } as const;

describe('the types of payment methods of an intent', () => {
  it('are those of the allowed ones that take its currency', async () => {
    const intent = await make({ allowed_payment_method_types: ['card', 'sepa_debit', 'us_bank_account'] });
    expect(intent.payment_method_types).toEqual(['card', 'us_bank_account']);
  });

  it.each([
    ['sepa_debit', 'usd', 'eur'],
    ['us_bank_account', 'eur', 'usd'],
    ['ideal', 'gbp', 'eur'],
  ] as const)('cannot be %s in %s', async (type, currency, only) => {
    const refused = await failure(make({ currency, allowed_payment_method_types: [type] }));
    expect(refused).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400 });
    expect(refused.message).toContain(`The currency provided (${currency}) is invalid`);
    expect(refused.message).toContain(`${type} only supports the following currencies: ${only}`);
  });

  it('of a setup intent have no currency', async () => {
    const intent = await stripe.setupIntents.create({ allowed_payment_method_types: ['sepa_debit', 'card'] });
    expect(intent.payment_method_types).toEqual(['sepa_debit', 'card']);
  });

  it('are changed with the intent', async () => {
    const { id } = await make({ allowed_payment_method_types: ['card'] });
    const changed = await stripe.paymentIntents.update(id, { allowed_payment_method_types: ['us_bank_account'] });
    expect(changed.payment_method_types).toEqual(['us_bank_account']);
  });

  it('of a setup intent are changed with it, too', async () => {
    const { id } = await stripe.setupIntents.create({ allowed_payment_method_types: ['card'] });
    const changed = await stripe.setupIntents.update(id, { allowed_payment_method_types: ['card', 'link'] });
    expect(changed.payment_method_types).toEqual(['card', 'link']);
  });

  it('follow the currency where the Dashboard decides', async () => {
    const { id } = await make();
    const { currency, payment_method_types: types } = await stripe.paymentIntents.update(id, { currency: 'eur' });
    expect(currency).toBe('eur');
    expect(types).toEqual(expect.arrayContaining(['card', 'ideal']));
    expect(types).not.toContain('cashapp');
  });

  it('of an invoice are those of its settings that take its currency', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'jenny@example.com' });
    await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const { id } = await stripe.invoices.create({
      customer,
      collection_method: 'send_invoice',
      days_until_due: 30,
      payment_settings: { payment_method_types: ['card', 'sepa_debit'] },
    });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 2000, currency: 'usd' });
    const { status } = await stripe.invoices.finalizeInvoice(id);
    expect(status).toBe('open');
  });

  it('are named or automatic, and not both, for clients of older versions', async () => {
    const old = running.client({ apiVersion: '2024-06-20' as never });
    const given = { payment_method_types: ['card'], automatic_payment_methods: { enabled: true } };
    const refused = await failure(old.paymentIntents.create({ amount: 2000, currency: 'usd', ...given }));
    expect(refused.message).toBe(
      'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
    );
  });

  it('refuse a payment method of another one', async () => {
    const refused = await failure(pay({ allowed_payment_method_types: ['us_bank_account'] }));
    expect(refused.code).toBe('payment_intent_incompatible_payment_method');
  });
});

describe('an amount', () => {
  it.each([
    ['gbp', 29, '£0.30 gbp'],
    ['jpy', 49, '¥50 jpy'],
    ['mxn', 999, '$10.00 mxn'],
  ])('in %s of %i is too small', async (currency, amount, least) => {
    const refused = await failure(make({ currency, amount }));
    expect(refused).toMatchObject({ code: 'amount_too_small', message: `Amount must be at least ${least}` });
  });

  it.each([
    ['kwd', 1234],
    ['isk', 10_050],
    ['ugx', 1_000_010],
  ])('in %s is whole where banks take no less: not %i', async (currency, amount) => {
    expect(await failure(make({ currency, amount }))).toMatchObject({ statusCode: 400, param: 'amount' });
    expect(await make({ currency, amount: 10_000 })).toMatchObject({ amount: 10_000 });
  });
});

describe('what is calculated', () => {
  it('is paid to the last of three decimals', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id: method } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const { id: price } = await stripe.prices.create({
      currency: 'kwd',
      unit_amount: 1234,
      recurring: { interval: 'month' },
      product_data: { name: 'Monthly' },
    });
    const given = { customer, items: [{ price }], default_payment_method: method };
    expect(await stripe.subscriptions.create(given)).toMatchObject({ status: 'active' });
  });
});

describe('an intent', () => {
  it('is no less than the least in the currency that it changes to', async () => {
    const { id } = await make({ amount: 50 });
    const refused = await failure(stripe.paymentIntents.update(id, { currency: 'mxn' }));
    expect(refused.code).toBe('amount_too_small');
  });

  it('that the server confirms is not confirmed by a page', async () => {
    const given: Given = { confirmation_method: 'manual', payment_method: 'pm_card_visa' };
    const { id, client_secret: secret } = await make({ ...given, allowed_payment_method_types: ['card'] });
    const page = running.client({ key: 'pk_test_backlot' });
    const refused = await failure(
      page.paymentIntents.confirm(id, { client_secret: secret! } as Stripe.PaymentIntentConfirmParams),
    );
    expect(refused.message).toContain('`confirmation_method` must be set to `automatic`');
    expect(await stripe.paymentIntents.confirm(id)).toMatchObject({ status: 'succeeded' });
  });

  it.each(['off_session', 'on_session'] as const)('keeps the card that its options are to keep: %s', async (usage) => {
    const { id: customer } = await stripe.customers.create();
    const { payment_method: method } = await pay({
      customer,
      payment_method_options: { card: { setup_future_usage: usage as never } },
    });
    expect((await stripe.customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([method]);
  });

  it('that is processing has nothing to refund yet', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id, status } = await make({
      customer,
      allowed_payment_method_types: ['us_bank_account'],
      payment_method: 'pm_usBankAccount_processing',
      mandate_data: MANDATE,
      confirm: true,
    });
    expect(status).toBe('processing');
    const refused = await failure(stripe.refunds.create({ payment_intent: id }));
    expect(refused.message).toBe(`This PaymentIntent (${id}) does not have a successful charge to refund.`);
  });

  it('has one customer, ever', async () => {
    const [first, second] = [await stripe.customers.create(), await stripe.customers.create()];
    const { id } = await make();
    expect(await stripe.paymentIntents.update(id, { customer: first.id })).toMatchObject({ customer: first.id });
    const refused = await failure(stripe.paymentIntents.update(id, { customer: second.id }));
    expect(refused.code).toBe('payment_intent_unexpected_state');
    expect(refused.message).toMatch(/^You cannot modify `customer` on a PaymentIntent once it already has been set/);
    await stripe.paymentIntents.update(id, { customer: first.id });
  });

  it('lets its payment method go by an empty text', async () => {
    const { id } = await make({ payment_method: 'pm_card_visa' });
    const cleared = await stripe.paymentIntents.update(id, { payment_method: '' });
    expect(cleared).toMatchObject({ payment_method: null, status: 'requires_payment_method' });
  });

  it('sends receipts to email addresses alone', async () => {
    expect(await failure(make({ receipt_email: 'nobody' }))).toMatchObject({
      code: 'email_invalid',
      param: 'receipt_email',
    });
  });

  it('returns to what is a URL, of whatever scheme', async () => {
    const refused = await failure(pay({ return_url: 'after the payment' }));
    expect(refused).toMatchObject({ code: 'url_invalid', param: 'return_url', message: 'Not a valid URL' });
    expect(await pay({ return_url: 'myapp://paid' })).toMatchObject({ status: 'succeeded' });
  });

  it('shares with accounts that there are', async () => {
    expect(await failure(make({ transfer_data: { destination: 'acct_nobody' } }))).toMatchObject({
      code: 'resource_missing',
      param: 'transfer_data[destination]',
      message: "No such destination: 'acct_nobody'",
    });
  });

  it('of the platform takes a fee only of what it shares, also when it is captured', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const refused = await failure(stripe.paymentIntents.capture(id, { application_fee_amount: 10 }));
    expect(refused).toMatchObject({ statusCode: 400, param: 'application_fee_amount' });
  });

  it('is shown to a page only with its own secret', async () => {
    const { id } = await make();
    const page = running.client({ key: 'pk_test_backlot' });
    const refused = await failure(page.paymentIntents.retrieve(id, { client_secret: `${id}_secret_other` }));
    expect(refused).toMatchObject({ code: 'payment_intent_invalid_parameter', param: 'client_secret' });
    expect(refused.message).toBe(
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
    );
  });

  it('says with its capture what stands on the statement', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const given = { statement_descriptor_suffix: 'ORDER 7', expand: ['latest_charge'] };
    const captured = await stripe.paymentIntents.capture(id, given);
    expect(chargeOf(captured)).toMatchObject({
      statement_descriptor_suffix: 'ORDER 7',
      calculated_statement_descriptor: expect.stringMatching(/\* ORDER 7$/) as string,
    });
    const { id: other } = await pay({ capture_method: 'manual' });
    const refused = await failure(stripe.paymentIntents.capture(other, { statement_descriptor_suffix: '<none>' }));
    expect(refused.param).toBe('statement_descriptor_suffix');
  });

  it('makes one payment method of the data that it is confirmed with', async () => {
    const { id: customer } = await stripe.customers.create();
    const { payment_method: made } = await pay({
      customer,
      setup_future_usage: 'off_session',
      payment_method: undefined as never,
      payment_method_data: { type: 'card', card: { token: 'tok_visa' } } as never,
    });
    const { data } = await stripe.paymentMethods.list({ customer });
    expect(data.map(({ id }) => id)).toEqual([made]);
  });
});

describe('a voucher', () => {
  const billing = { name: 'Jenny', email: 'jenny@example.com' };
  it.each([
    ['oxxo', 'mxn', ['expires_after', 'hosted_voucher_url', 'number']],
    ['boleto', 'brl', ['expires_at', 'hosted_voucher_url', 'number', 'pdf']],
    ['multibanco', 'eur', ['entity', 'expires_at', 'hosted_voucher_url', 'reference']],
    ['konbini', 'jpy', ['expires_at', 'hosted_voucher_url', 'stores']],
  ] as const)('of %s says what is needed to pay it', async (type, currency, fields) => {
    const { status, next_action: action } = await make({
      currency,
      allowed_payment_method_types: [type],
      payment_method_data: {
        type,
        billing_details: billing,
        ...(type === 'boleto' && { boleto: { tax_id: '00000000000' } }),
      },
      confirm: true,
    });
    expect(status).toBe('requires_action');
    expect(action?.type).toBe(`${type}_display_details`);
    expect(Object.keys((action as never)[`${type}_display_details`]).sort()).toEqual(fields);
  });
});

describe('a confirmation token', () => {
  const token = (given: object = {}) =>
    stripe.testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa', ...given });

  it('brings what it holds to the intent that it confirms, and says which that was', async () => {
    const { id } = await token({
      return_url: 'https://example.com/paid',
      setup_future_usage: 'off_session',
      shipping: { name: 'Jenny', address: { line1: '510 Townsend St' } },
    });
    const intent = await make({ confirm: true, confirmation_token: id });
    expect(intent).toMatchObject({
      status: 'succeeded',
      setup_future_usage: 'off_session',
      shipping: { name: 'Jenny' },
    });
    expect(await stripe.confirmationTokens.retrieve(id)).toMatchObject({ payment_intent: intent.id });
    expect(await failure(make({ confirm: true, confirmation_token: id }))).toMatchObject({ statusCode: 400 });
  });

  it('confirms what was made before, and setup intents', async () => {
    const { id: first } = await token();
    const { id } = await make();
    expect(await stripe.paymentIntents.confirm(id, { confirmation_token: first })).toMatchObject({
      status: 'succeeded',
    });
    const { id: second } = await token();
    const setup = await stripe.setupIntents.create({ confirm: true, confirmation_token: second });
    expect(setup.status).toBe('succeeded');
    expect(await stripe.confirmationTokens.retrieve(second)).toMatchObject({ setup_intent: setup.id });
  });

  it('is for intents that are confirmed', async () => {
    const { id } = await token();
    expect(await failure(make({ confirmation_token: id }))).toMatchObject({ param: 'confirmation_token' });
  });
});

describe('the charge', () => {
  it.each([
    ['avsFail', { address_line1_check: 'fail', address_postal_code_check: 'fail', cvc_check: 'pass' }],
    ['avsLine1Fail', { address_line1_check: 'fail', cvc_check: 'pass' }],
    ['avsZipFail', { address_postal_code_check: 'fail', cvc_check: 'pass' }],
    ['avsUnchecked', { address_line1_check: 'unavailable', address_postal_code_check: 'unavailable' }],
    ['cvcCheckFail', { cvc_check: 'fail' }],
  ])('of pm_card_%s says which checks failed', async (name, checks) => {
    const paid = await pay({ payment_method: `pm_card_${name}`, expand: ['latest_charge'] });
    expect(chargeOf(paid).payment_method_details?.card?.checks).toMatchObject(checks);
  });

  it.each([
    ['mastercard', 'mastercard', '4444', 'US'],
    ['amex', 'amex', '0005', 'US'],
    ['jcb', 'jcb', '0505', 'JP'],
    ['br', 'visa', '0002', 'BR'],
  ])('of pm_card_%s names the card', async (name, brand, last4, country) => {
    const paid = await pay({ payment_method: `pm_card_${name}`, expand: ['latest_charge'] });
    expect(chargeOf(paid).payment_method_details?.card).toMatchObject({ brand, last4, country });
  });

  it('of a debit is pending, and names the bank account and its mandate', async () => {
    const { id: customer } = await stripe.customers.create();
    const intent = await make({
      customer,
      allowed_payment_method_types: ['us_bank_account'],
      payment_method: 'pm_usBankAccount_success',
      mandate_data: MANDATE,
      confirm: true,
      expand: ['latest_charge'],
    });
    expect(chargeOf(intent)).toMatchObject({ status: 'pending', paid: false });
    const { us_bank_account: bank } = chargeOf(intent).payment_method_details!;
    expect(bank).toMatchObject({ last4: '6789', routing_number: '110000000' });
    expect(await stripe.mandates.retrieve(bank!.mandate as string)).toMatchObject({
      status: 'active',
      payment_method: intent.payment_method,
    });
  });

  it('of the highest risk was never sent to the bank', async () => {
    const { charge } = await failure(pay({ payment_method: 'pm_card_riskLevelHighest' }));
    expect(await stripe.charges.retrieve(charge!)).toMatchObject({
      status: 'failed',
      outcome: { type: 'blocked', reason: 'highest_risk_level', network_status: 'not_sent_to_network' },
    });
  });
});
