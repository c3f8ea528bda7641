import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';
import { waitFor } from '../../support/wait-for';

/** https://docs.stripe.com/api/charges, /api/disputes, /disputes/api/visa-ce3, /api/customers, /api/setup_attempts and /api/authentication */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const charge = (given: Stripe.ChargeCreateParams = {}) =>
  stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', ...given });
async function disputed(payment_method: string): Promise<Stripe.Dispute> {
  const { id: payment_intent } = await stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    payment_method,
    confirm: true,
  });
  let dispute: Stripe.Dispute | undefined;
  await waitFor('the dispute', async () => ([dispute] = (await stripe.disputes.list({ payment_intent })).data)[0]);
  return dispute!;
}

describe('a charge', () => {
  it('is given a customer once', async () => {
    const { id } = await charge();
    const { id: customer } = await stripe.customers.create();
    expect((await stripe.charges.update(id, { customer })).customer).toBe(customer);
    const { id: other } = await stripe.customers.create();
    expect(await failure(stripe.charges.update(id, { customer: other }))).toMatchObject({ param: 'customer' });
    expect(await failure(stripe.charges.update((await charge()).id, { customer: 'cus_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'customer',
    });
  });

  it('of a customer without a card is a card error', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(await failure(stripe.charges.create({ amount: 2000, currency: 'usd', customer }))).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'missing',
      message: expect.stringContaining("This Customer doesn't have any saved payment details.") as string,
    });
    await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(await failure(stripe.charges.create({ amount: 2000, currency: 'usd', customer }))).toMatchObject({
      code: 'missing',
      message: expect.stringContaining('but does have a Payment Method attached. Use a Payment Intent') as string,
    });
  });

  it('says with a change what was before', async () => {
    const { id } = await charge();
    await stripe.charges.update(id, { description: 'new', metadata: { order: '1' } });
    const { data } = await stripe.events.list({ type: 'charge.updated', limit: 1 });
    expect(data[0]?.data.previous_attributes).toEqual({ description: null, metadata: { order: null } });
  });

  it('pays a fee that says for what', async () => {
    const { balance_transaction: transaction } = await charge({ expand: ['balance_transaction'] });
    expect(transaction).toMatchObject({
      fee: 88,
      net: 1912,
      reporting_category: 'charge',
      fee_details: [{ amount: 88, type: 'stripe_fee', description: 'Stripe processing fees', application: null }],
    });
  });
});

describe('a dispute that Visa takes more evidence for', () => {
  const TRANSACTION = {
    customer_account_id: 'user_1',
    customer_email_address: 'jenny@example.com',
    customer_purchase_ip: '192.0.2.1',
    product_description: 'A shoe',
  };

  it('says what is missing until all is there', async () => {
    const { id, ...dispute } = await disputed('pm_card_createCe3EligibleDispute');
    expect(dispute.enhanced_eligibility_types).toEqual(['visa_compelling_evidence_3']);
    const { visa_compelling_evidence_3: at } = dispute.evidence_details.enhanced_eligibility;
    expect(at?.status).toBe('requires_action');
    expect(at?.required_actions).toContain('missing_prior_undisputed_transactions');
    const { evidence_details: details } = await stripe.disputes.update(id, {
      evidence: {
        enhanced_evidence: {
          visa_compelling_evidence_3: {
            disputed_transaction: { ...TRANSACTION, merchandise_or_services: 'merchandise' },
            prior_undisputed_transactions: [
              { charge: 'ch_1', ...TRANSACTION },
              { charge: 'ch_2', ...TRANSACTION },
            ],
          },
        },
      },
      submit: false,
    });
    expect(details.enhanced_eligibility.visa_compelling_evidence_3).toEqual({
      required_actions: [],
      status: 'qualified',
    });
  });

  it('wants its fee to be known', async () => {
    const { id, evidence_details: details } = await disputed('pm_card_createComplianceDispute');
    expect(details.enhanced_eligibility.visa_compliance?.status).toBe('requires_fee_acknowledgement');
    const known = await stripe.disputes.update(id, {
      evidence: { enhanced_evidence: { visa_compliance: { fee_acknowledged: true } } },
      submit: false,
    });
    expect(known.evidence_details.enhanced_eligibility.visa_compliance?.status).toBe('fee_acknowledged');
  });
});

describe('the taxes of a customer', () => {
  const address = { line1: '1', city: 'Berlin', country: 'DE', postal_code: '10115' };

  it('are said when they are asked for', async () => {
    const made = await stripe.customers.create({ address, tax: { ip_address: '192.0.2.1' } });
    expect(made).not.toHaveProperty('tax');
    const { tax } = (await stripe.customers.retrieve(made.id, { expand: ['tax'] })) as Stripe.Customer;
    expect(tax).toEqual({
      automatic_tax: 'not_collecting',
      ip_address: '192.0.2.1',
      location: { country: 'DE', source: 'billing_address', state: null },
      provider: 'stripe',
    });
    await stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    const later = (await stripe.customers.retrieve(made.id, { expand: ['tax'] })) as Stripe.Customer;
    expect(later.tax?.automatic_tax).toBe('supported');
  });

  it('need an address that is one', async () => {
    expect(await failure(stripe.customers.create({ tax: { ip_address: 'nowhere' } }))).toMatchObject({
      param: 'tax[ip_address]',
    });
  });

  it('need a place where that has to be known at once', async () => {
    const tax = { validate_location: 'immediately' } as const;
    expect(await failure(stripe.customers.create({ tax }))).toMatchObject({ code: 'customer_tax_location_invalid' });
    const { id } = await stripe.customers.create({ tax, address });
    expect(await failure(stripe.customers.update(id, { tax, address: '' }))).toMatchObject({
      code: 'customer_tax_location_invalid',
    });
  });
});

describe('a setup', () => {
  it('keeps what the bank said of the card', async () => {
    const { latest_attempt: attempt } = await stripe.setupIntents.create({
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_visa',
      confirm: true,
      expand: ['latest_attempt'],
    });
    expect((attempt as Stripe.SetupAttempt).payment_method_details.card?.checks?.cvc_check).toBe('pass');
  });

  it('is for the account itself or for a customer', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(await failure(stripe.setupIntents.create({ attach_to_self: true, customer }))).toMatchObject({
      param: 'attach_to_self',
    });
  });

  it('that was canceled says so', async () => {
    const { id } = await stripe.setupIntents.create();
    await stripe.setupIntents.cancel(id, { cancellation_reason: 'duplicate' });
    expect(await failure(stripe.setupIntents.cancel(id))).toMatchObject({
      code: 'setup_intent_unexpected_state',
      setup_intent: { id, status: 'canceled' },
    });
    expect(await typesAbout(stripe, id)).toEqual(['setup_intent.created', 'setup_intent.canceled']);
  });
});

describe('an answer', () => {
  const ask = (headers: Readonly<Record<string, string>>) =>
    running.platform.fetch('http://stripe.localhost/v1/balance', { headers: { ...headers } });

  it('is not to be kept by caches', async () => {
    const { headers } = await ask({ authorization: 'Bearer sk_test_backlot' });
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
  });

  it('without a key says how to give one', async () => {
    const { headers, status } = await ask({});
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('realm="Stripe"')]);
  });
});
