import type Stripe from 'stripe';
import { waitFor } from '../../support/wait-for';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** What answers about payments of Stripe’s test mode have that its documentation does not tell. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const pay = (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({
    amount: 4200,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    expand: ['latest_charge'],
    ...more,
  });
/** A client of an older version of the API. */
const since = (apiVersion: string): Stripe => running.client({ apiVersion: apiVersion as never });
const cardOf = async (customer: string): Promise<string> =>
  (await stripe.paymentMethods.list({ customer })).data[0]!.id;

describe('a payment', () => {
  it('without its customer there needs no way back, whatever it could be paid with', async () => {
    const customer = await customerWithCard(stripe);
    const given = { customer, payment_method: await cardOf(customer), automatic_payment_methods: { enabled: true } };
    expect((await failure(pay(given))).message).toContain('return_url');
    expect(await pay({ ...given, off_session: true })).toMatchObject({ status: 'succeeded' });
    const { id } = await pay({ ...given, confirm: false });
    expect((await failure(stripe.paymentIntents.confirm(id))).message).toContain('return_url');
    expect(await stripe.paymentIntents.confirm(id, { off_session: true })).toMatchObject({ status: 'succeeded' });
  });

  it('says that nobody was to be asked, where that is why it failed', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    for (const off_session of [true, false]) {
      const asked = { customer, payment_method: id, error_on_requires_action: true, off_session };
      expect(await failure(pay(asked))).toMatchObject({
        code: 'authentication_required',
        decline_code: 'authentication_not_handled',
        message: expect.stringContaining('`error_on_requires_action` was set') as unknown,
        payment_intent: {
          status: 'requires_payment_method',
          last_payment_error: { decline_code: 'authentication_not_handled' },
        },
      });
    }
    // Only without the customer was the bank asked.
    expect((await stripe.charges.list({ customer })).data).toMatchObject([
      { status: 'failed', failure_code: 'authentication_required' },
    ]);
  });

  it('was booked at once for clients of versions before that of April 2024', async () => {
    const made = async (version: string): Promise<string> =>
      (await since(version).paymentIntents.create({ amount: 700, currency: 'usd' })).capture_method;
    expect(await made('2023-10-16')).toBe('automatic');
    expect(await made('2024-04-10')).toBe('automatic_async');
  });

  it('by bank debit counts as captured, and has no receipt before the money has come', async () => {
    const { latest_charge: id } = await stripe.paymentIntents.create({
      amount: 6100,
      currency: 'eur',
      allowed_payment_method_types: ['sepa_debit'],
      payment_method_data: {
        type: 'sepa_debit',
        sepa_debit: { iban: 'AT611904300234573201' },
        billing_details: { name: 'Jenny', email: 'jenny@example.com' },
      },
      mandate_data: { customer_acceptance: { type: 'offline' } },
      confirm: true,
    });
    const charge = (): Promise<Stripe.Charge> => stripe.charges.retrieve(id as string);
    expect(await charge()).toMatchObject({ status: 'pending', amount_captured: 6100, receipt_url: null });
    await waitFor('the money', async () => (await charge()).status === 'succeeded');
    expect(await charge()).toMatchObject({ amount_captured: 6100, receipt_url: expect.any(String) as unknown });
  });

  it('that is declined has had the security code of its card checked', async () => {
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_chargeCustomerFail' } });
    expect(method.card!.checks).toMatchObject({ cvc_check: 'unchecked' });
    const refused = await failure(pay({ payment_method: method.id }));
    expect(refused.payment_method!.card!.checks).toMatchObject({ cvc_check: 'pass' });
    expect((await stripe.paymentMethods.retrieve(method.id)).card!.checks).toMatchObject({ cvc_check: 'pass' });
  });

  it('of an invoice is called as its invoice says, in full', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.invoices.create({ customer, statement_descriptor: 'Tea by post' });
    await stripe.invoices.addLines(id, { lines: [{ description: 'Tea', amount: 900 }] });
    await stripe.invoices.pay(id);
    const { data } = await stripe.charges.list({ customer });
    expect(data[0]).toMatchObject({
      calculated_statement_descriptor: expect.stringMatching(/^tea by post$/i) as unknown,
      description: 'Payment for Invoice',
      statement_descriptor: 'Tea by post',
      statement_descriptor_suffix: null,
    });
  });

  it('and what it is paid with have room for a token that was granted', async () => {
    const made = await pay();
    expect(made).toMatchObject({ shared_payment_granted_token: null });
    expect(await stripe.paymentMethods.retrieve(made.payment_method as string)).toMatchObject({
      shared_payment_granted_token: null,
    });
  });
});

it('a payment method of a customer is refused to another one without a code', async () => {
  const [one, other] = [await customerWithCard(stripe), await customerWithCard(stripe)];
  const refused = await failure(stripe.paymentMethods.attach(await cardOf(one), { customer: other }));
  expect(refused).toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('already been attached') as unknown,
  });
  expect(refused.code).toBeUndefined();
});

it('a refund gets the number by which its bank knows it a moment later', async () => {
  const { id: payment_intent } = await pay();
  const made = await stripe.refunds.create({ payment_intent, amount: 1200 });
  expect(made).toMatchObject({ status: 'succeeded', destination_details: { card: { reference_status: 'pending' } } });
  expect(made.destination_details!.card).not.toHaveProperty('reference');
  const card = async () => (await stripe.refunds.retrieve(made.id)).destination_details!.card!;
  await waitFor('a number', async () => (await card()).reference_status === 'available');
  expect((await card()).reference).toMatch(/^\d{16}$/);
  for (const type of ['refund.updated', 'charge.refund.updated']) {
    const { data } = await stripe.events.list({ type });
    expect(data.filter(({ data: { object } }) => (object as Stripe.Refund).id === made.id)).toMatchObject([
      { data: { previous_attributes: { destination_details: { card: { reference_status: 'pending' } } } } },
    ]);
  }
});

it('a transfer of a customer says by its type who sent it, as far as that is known', async () => {
  const { id } = await stripe.customers.create();
  const funded = await stripe.testHelpers.customers.fundCashBalance(id, { amount: 3300, currency: 'eur' });
  expect(funded.funded!.bank_transfer).toMatchObject({
    type: 'eu_bank_transfer',
    eu_bank_transfer: { bic: null, iban_last4: null, sender_name: null },
  });
});

it('clients of old versions are told how many charges and refunds there are', async () => {
  const { id } = await pay();
  expect(await since('2020-08-27').paymentIntents.retrieve(id)).toMatchObject({
    charges: { total_count: 1, data: [{ refunds: { total_count: 0, data: [] } }] },
  });
});
