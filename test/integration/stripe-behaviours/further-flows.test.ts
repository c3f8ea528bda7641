import type Stripe from 'stripe';
import {
  COMPLETE_ACCOUNT,
  customerWithCard,
  disputeOnceIt,
  failure,
  startStripe,
  type RunningStripe,
} from '../../support/stripe';

/** https://docs.stripe.com/payments/setup-intents, /ach-direct-debit, /sepa-debit, /quotes, /payment-links, /disputes/api and /topups */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const DAY = 86_400;

async function priceOf(given: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const { id: product } = await stripe.products.create({ name: 'Gold' });
  return (await stripe.prices.create({ product, currency: 'usd', unit_amount: 1000, ...given })).id;
}

describe('a setup intent', () => {
  it('keeps a card for its customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await stripe.setupIntents.create({
      customer,
      allowed_payment_method_types: ['card'],
      usage: 'off_session',
    });
    expect(made).toMatchObject({ status: 'requires_payment_method', usage: 'off_session', latest_attempt: null });
    const done = await stripe.setupIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
    expect(done).toMatchObject({ status: 'succeeded', customer });
    expect(done.latest_attempt).toMatch(/^setatt_/);
    expect((await stripe.customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([
      done.payment_method,
    ]);
    const { data } = await stripe.events.list({ type: 'setup_intent.succeeded', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id: made.id });
  });

  it('is refused with a card that is declined', async () => {
    const refused = await failure(
      stripe.setupIntents.create({
        payment_method: 'pm_card_chargeDeclined',
        allowed_payment_method_types: ['card'],
        confirm: true,
      }),
    );
    expect(refused).toMatchObject({ type: 'StripeCardError', code: 'card_declined' });
    expect(refused.setup_intent).toMatchObject({ status: 'requires_payment_method' });
  });

  it('is canceled with a reason', async () => {
    const { id } = await stripe.setupIntents.create({ allowed_payment_method_types: ['card'] });
    expect(await stripe.setupIntents.cancel(id, { cancellation_reason: 'abandoned' })).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
    });
    expect(await failure(stripe.setupIntents.confirm(id, { payment_method: 'pm_card_visa' }))).toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
  });
});

describe('a debit', () => {
  const debit = (payment_method: string) =>
    stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method,
      allowed_payment_method_types: ['us_bank_account'],
      mandate_data: { customer_acceptance: { type: 'offline' } },
      confirm: true,
    });

  it('of a bank account is processing, and succeeds later', async () => {
    const { id, status } = await debit('pm_usBankAccount_success');
    expect(status).toBe('processing');
    await running.platform.clock.advance('5s');
    expect((await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })).latest_charge).toMatchObject({
      status: 'succeeded',
      payment_method_details: { type: 'us_bank_account', us_bank_account: { bank_name: 'STRIPE TEST BANK' } },
    });
  });

  it('of an account without money fails later', async () => {
    const { id } = await debit('pm_usBankAccount_insufficientFunds');
    await running.platform.clock.advance('5s');
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'insufficient_funds' },
    });
    const { data } = await stripe.events.list({ type: 'payment_intent.payment_failed', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id });
  });

  it('that succeeds can be disputed', async () => {
    const { id } = await debit('pm_usBankAccount_dispute');
    await running.platform.clock.advance('5s');
    const { data } = await stripe.disputes.list({ payment_intent: id });
    expect(data).toMatchObject([{ amount: 5000, payment_intent: id, status: 'lost', is_charge_refundable: false }]);
  });

  it('by SEPA needs an IBAN, and a mandate', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      allowed_payment_method_types: ['sepa_debit'],
      payment_method_data: {
        type: 'sepa_debit',
        sepa_debit: { iban: 'DE89370400440532013000' },
        billing_details: { name: 'Jenny', email: 'jenny@example.com' },
      },
      mandate_data: {
        customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: 'device' } },
      },
      confirm: true,
    });
    expect(intent.status).toBe('processing');
    await running.platform.clock.advance('5s');
    const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    expect(paid.status).toBe('succeeded');
    const details = (paid.latest_charge as Stripe.Charge).payment_method_details!.sepa_debit!;
    expect(details).toMatchObject({
      last4: '3000',
      country: 'DE',
      mandate: expect.stringMatching(/^mandate_/) as string,
    });
    expect(await stripe.mandates.retrieve(details.mandate!)).toMatchObject({ status: 'active', type: 'single_use' });
  });
});

describe('a dispute', () => {
  it('is answered with evidence, won, and gives the money back', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_createDispute',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    const saved = await stripe.disputes.update(dispute!.id, { evidence: { customer_name: 'Jenny' }, submit: false });
    expect(saved).toMatchObject({
      status: 'needs_response',
      evidence: { customer_name: 'Jenny' },
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    const sent = await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    expect(sent.status).toBe('under_review');
    const { balance_transactions: moved } = await disputeOnceIt(stripe, dispute!.id, 'won');
    expect(moved.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    expect(await failure(stripe.disputes.close(dispute!.id))).toMatchObject({ statusCode: 400 });
  });
});

describe('a quote', () => {
  it('is made final, accepted, and becomes a subscription', async () => {
    const customer = await customerWithCard(stripe);
    const price = await priceOf({ recurring: { interval: 'month' } });
    const made = await stripe.quotes.create({ customer, line_items: [{ price, quantity: 2 }] });
    expect(made).toMatchObject({ status: 'draft', amount_total: 2000, number: null });
    const open = await stripe.quotes.finalizeQuote(made.id);
    expect(open).toMatchObject({ status: 'open', number: expect.stringMatching(/^QT-/) as string });
    const accepted = await stripe.quotes.accept(made.id);
    expect(accepted).toMatchObject({ status: 'accepted', subscription: expect.stringMatching(/^sub_/) as string });
    expect((await stripe.subscriptions.retrieve(accepted.subscription as string)).items.data[0]).toMatchObject({
      quantity: 2,
      price: { id: price },
    });
    expect(await failure(stripe.quotes.cancel(made.id))).toMatchObject({ statusCode: 400 });
  });
});

describe('a payment link', () => {
  it('has an address, and can be turned off', async () => {
    const link = await stripe.paymentLinks.create({ line_items: [{ price: await priceOf(), quantity: 1 }] });
    expect(link).toMatchObject({ object: 'payment_link', active: true, url: expect.stringMatching(/^http/) as string });
    const off = await stripe.paymentLinks.update(link.id, { active: false });
    expect(off.active).toBe(false);
    expect((await stripe.paymentLinks.list({ active: false })).data.map(({ id }) => id)).toContain(link.id);
    expect((await stripe.paymentLinks.listLineItems(link.id)).data).toMatchObject([{ amount_total: 1000 }]);
  });
});

describe('the portal', () => {
  it('is opened for a customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const session = await stripe.billingPortal.sessions.create({ customer, return_url: 'https://example.com/back' });
    expect(session).toMatchObject({
      object: 'billing_portal.session',
      customer,
      return_url: 'https://example.com/back',
    });
    expect(session.url).toMatch(/^http/);
    expect(await failure(stripe.billingPortal.sessions.create({ customer: 'cus_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'customer',
    });
  });
});

describe('a top-up', () => {
  it('adds to the balance when it succeeds', async () => {
    const made = await stripe.topups.create({ amount: 2000, currency: 'usd', description: 'May', source: 'tok_visa' });
    expect(made).toMatchObject({ object: 'topup', amount: 2000, status: 'pending' });
    await running.platform.clock.advance('3d');
    expect((await stripe.topups.retrieve(made.id)).status).toBe('succeeded');
  });
});

describe('metered billing', () => {
  it('charges what was used when the period is over', async () => {
    const { id: test_clock } = await stripe.testHelpers.testClocks.create({ frozen_time: 1_704_067_200 });
    const customer = await customerWithCard(stripe, { test_clock });
    const meter = await stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: `calls_${Date.now()}`,
      default_aggregation: { formula: 'sum' },
    });
    const price = await priceOf({
      unit_amount: 3,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price }] });
    for (const value of ['100', '50']) {
      await stripe.billing.meterEvents.create({
        event_name: meter.event_name,
        payload: { stripe_customer_id: customer, value },
        timestamp: 1_704_067_200 + 60,
      });
    }
    await stripe.testHelpers.testClocks.advance(test_clock, { frozen_time: 1_704_067_200 + 31 * DAY + 7200 });
    const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoice).toMatchObject({ total: 450, status: 'paid' });
    expect(invoice!.lines.data[0]).toMatchObject({ quantity: 150, amount: 450 });
  });
});

describe('a schedule', () => {
  it('goes from phase to phase, and lets its subscription go', async () => {
    const start = 1_704_067_200;
    const { id: test_clock } = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const customer = await customerWithCard(stripe, { test_clock });
    const [cheap, dear] = [
      await priceOf({ recurring: { interval: 'month' } }),
      await priceOf({ unit_amount: 3000, recurring: { interval: 'month' } }),
    ];
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      end_behavior: 'release',
      phases: [
        { items: [{ price: cheap }], duration: { interval: 'month', interval_count: 1 } },
        { items: [{ price: dear }], duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    expect(schedule).toMatchObject({ status: 'active', current_phase: { start_date: start } });
    const subscription = schedule.subscription as string;
    await stripe.testHelpers.testClocks.advance(test_clock, { frozen_time: start + 32 * DAY });
    expect((await stripe.subscriptions.retrieve(subscription)).items.data[0]!.price.id).toBe(dear);
    await stripe.testHelpers.testClocks.advance(test_clock, { frozen_time: start + 62 * DAY });
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      status: 'released',
      released_subscription: subscription,
    });
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe('active');
  });
});

describe('tax', () => {
  it('by rates comes on top, or is included', async () => {
    const customer = await customerWithCard(stripe);
    const taxed = async (inclusive: boolean) => {
      const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive });
      const { id } = await stripe.invoices.create({ customer, default_tax_rates: [rate.id] });
      await stripe.invoiceItems.create({ customer, invoice: id, amount: 1200, currency: 'usd' });
      return stripe.invoices.retrieve(id);
    };
    expect(await taxed(false)).toMatchObject({ subtotal: 1200, total: 1440, total_excluding_tax: 1200 });
    expect(await taxed(true)).toMatchObject({ subtotal: 1200, total: 1200, total_excluding_tax: 1000 });
  });

  it('ids of customers are looked at', async () => {
    const { id } = await stripe.customers.create();
    const made = await stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'DE123456789' });
    expect(made).toMatchObject({ object: 'tax_id', country: 'DE', customer: id, type: 'eu_vat' });
    expect(await failure(stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'nonsense' }))).toMatchObject({
      code: 'tax_id_invalid',
    });
  });
});

describe('accounts', () => {
  it('are charged directly only once they may be', async () => {
    const { id } = await stripe.accounts.create({ type: 'custom', country: 'US' });
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ charges_enabled: false, details_submitted: false });
    const link = await stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      refresh_url: 'https://example.com/a',
      return_url: 'https://example.com/b',
    });
    expect(link.expires_at).toBeGreaterThan(link.created);
  });

  it('take account and person tokens', async () => {
    const token = await stripe.tokens.create({
      account: {
        business_type: 'individual',
        individual: { first_name: 'Ada', last_name: 'Lovelace' },
        tos_shown_and_accepted: true,
      },
    });
    expect(token).toMatchObject({ type: 'account', used: false });
    const { id, individual } = await stripe.accounts.create({ type: 'custom', country: 'US', account_token: token.id });
    expect(individual).toMatchObject({ first_name: 'Ada', last_name: 'Lovelace' });
    const person = await stripe.tokens.create({ person: { first_name: 'Kim', relationship: { owner: true } } });
    expect(await stripe.accounts.createPerson(id, { person_token: person.id })).toMatchObject({
      first_name: 'Kim',
      relationship: { owner: true },
    });
  });

  it('are stopped by trigger cards, and go on with what they then give', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const charge = (source: string) =>
      stripe.charges.create({ amount: 1000, currency: 'usd', source }, { stripeAccount: id });
    await charge('tok_visa_triggerChargeBlock');
    const stopped = await stripe.accounts.retrieve(id);
    expect(stopped).toMatchObject({
      charges_enabled: false,
      requirements: { disabled_reason: 'requirements.past_due' },
    });
    expect(stopped.requirements!.past_due).not.toEqual([]);
    await stripe.accounts.update(id, {
      individual: { id_number: '000000000', verification: { document: { front: 'file_identity_document_success' } } },
    });
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ charges_enabled: true, payouts_enabled: true });
    await charge('tok_visa_triggerPayoutBlock');
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ charges_enabled: true, payouts_enabled: false });
  });
});

describe('cards of customers', () => {
  it('are found in the order in which they came, and leave', async () => {
    const { id: customer } = await stripe.customers.create();
    const first = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const second = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    const { data } = await stripe.paymentMethods.list({ customer, type: 'card' });
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await stripe.paymentMethods.detach(first.id)).customer).toBeNull();
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
    const updated = await stripe.paymentMethods.update(second.id, { billing_details: { name: 'Jenny' } });
    expect(updated.billing_details.name).toBe('Jenny');
  });

  it('refuses numbers that cannot be', async () => {
    const card = (given: object) =>
      failure(
        stripe.tokens.create({ card: { number: '4242424242424242', exp_month: '12', exp_year: '2040', ...given } }),
      );
    expect(await card({ number: '4242424242424241' })).toMatchObject({ code: 'incorrect_number', param: 'number' });
    expect(await card({ exp_month: '13' })).toMatchObject({ code: 'invalid_expiry_month', param: 'exp_month' });
    expect(await card({ exp_year: '2001' })).toMatchObject({ code: 'invalid_expiry_year', param: 'exp_year' });
    expect(await card({ cvc: '1' })).toMatchObject({ code: 'invalid_cvc', param: 'cvc' });
  });
});
