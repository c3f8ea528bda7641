import type Stripe from 'stripe';
import { failure, payByTransfer, startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';

/** https://docs.stripe.com/payments/customer-balance and https://docs.stripe.com/payments/customer-balance/refunding */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const EMAIL = 'jenny@example.com';

const transfer = (customer: string, amount: number, reference?: string) =>
  stripe.testHelpers.customers.fundCashBalance(customer, {
    amount,
    currency: 'eur',
    ...(reference !== undefined && { reference }),
  });
const pay = (customer: string, amount = 2000) => payByTransfer(stripe, customer, amount);
const cashOf = async (customer: string) => (await stripe.customers.retrieveCashBalance(customer)).available?.['eur'];
const movesOf = async (customer: string) =>
  (await stripe.customers.listCashBalanceTransactions(customer)).data.map(({ type }) => type);
/** A customer with 50 euros, of which 20 were spent. */
async function spent(): Promise<[customer: string, intent: string]> {
  const { id } = await stripe.customers.create({ email: EMAIL });
  await transfer(id, 5000);
  return [id, (await pay(id)).id];
}

describe('a payment by bank transfer', () => {
  it('says how much to transfer where', async () => {
    const { id } = await stripe.customers.create();
    const { next_action: next, status } = await pay(id);
    expect(status).toBe('requires_action');
    expect(next?.display_bank_transfer_instructions).toMatchObject({
      amount_remaining: 2000,
      currency: 'eur',
      financial_addresses: [{ type: 'iban', iban: { country: 'DE' } }],
      hosted_instructions_url: expect.stringContaining('http') as string,
      reference: expect.stringMatching(/^\w{12}$/) as string,
      type: 'eu_bank_transfer',
    });
  });

  it('succeeds at once where enough is there', async () => {
    const { id } = await stripe.customers.create();
    await transfer(id, 5000);
    expect((await pay(id)).status).toBe('succeeded');
    expect(await cashOf(id)).toBe(3000);
    expect(await movesOf(id)).toEqual(['applied_to_payment', 'funded']);
  });

  it('uses what is there, and waits for the rest', async () => {
    const { id } = await stripe.customers.create();
    await transfer(id, 500);
    const { status, next_action: next } = await pay(id);
    expect(status).toBe('requires_action');
    expect(next?.display_bank_transfer_instructions?.amount_remaining).toBe(1500);
    expect(await cashOf(id)).toBe(0);
  });

  it('waits where transfers are applied by hand', async () => {
    const { id } = await stripe.customers.create({ cash_balance: { settings: { reconciliation_mode: 'manual' } } });
    const { settings } = await stripe.customers.retrieveCashBalance(id);
    expect(settings).toEqual({ reconciliation_mode: 'manual', using_merchant_default: false });
    await transfer(id, 5000);
    const { id: intent, status } = await pay(id);
    expect(status).toBe('requires_action');
    expect((await stripe.paymentIntents.applyCustomerBalance(intent)).status).toBe('succeeded');
    await stripe.customers.update(id, { cash_balance: { settings: { reconciliation_mode: 'merchant_default' } } });
    expect((await stripe.customers.retrieveCashBalance(id)).settings.using_merchant_default).toBe(true);
  });

  it('comes with the reference of the sender', async () => {
    const { id } = await stripe.customers.create();
    const { funded } = await transfer(id, 5000, 'ORDER 1');
    expect(funded?.bank_transfer.reference).toBe('ORDER 1');
  });
});

describe('a refund of a bank transfer', () => {
  it('asks the customer by email where it goes', async () => {
    const [, payment_intent] = await spent();
    const refund = await stripe.refunds.create({ payment_intent });
    expect(refund).toMatchObject({
      status: 'requires_action',
      instructions_email: EMAIL,
      destination_details: { type: 'eu_bank_transfer' },
      next_action: { type: 'display_details', display_details: { email_sent: { email_sent_to: EMAIL } } },
    });
  });

  it('needs somebody to ask', async () => {
    const { id } = await stripe.customers.create();
    await transfer(id, 5000);
    const { id: payment_intent } = await pay(id);
    expect(await failure(stripe.refunds.create({ payment_intent }))).toMatchObject({ param: 'instructions_email' });
    const asked = await stripe.refunds.create({ payment_intent, instructions_email: 'other@example.com' });
    expect(asked.instructions_email).toBe('other@example.com');
  });

  it('is canceled, and the money comes back', async () => {
    const [, payment_intent] = await spent();
    const { id } = await stripe.refunds.create({ payment_intent });
    const canceled = await stripe.refunds.cancel(id, { expand: ['charge', 'failure_balance_transaction'] });
    expect(canceled).toMatchObject({
      status: 'canceled',
      failure_reason: 'merchant_request',
      failure_balance_transaction: { amount: 2000 },
      charge: { amount_refunded: 0, refunded: false },
    });
    expect(canceled.next_action).toBeUndefined();
    expect(await failure(stripe.refunds.cancel(id))).toMatchObject({ statusCode: 400 });
  });

  it('stays in the cash balance when nobody answers', async () => {
    const [customer, payment_intent] = await spent();
    const { id } = await stripe.refunds.create({ payment_intent });
    expect((await stripe.testHelpers.refunds.expire(id)).status).toBe('canceled');
    expect(await cashOf(customer)).toBe(5000);
    expect((await movesOf(customer))[0]).toBe('refunded_from_payment');
  });

  it('expires by itself after 45 days', async () => {
    const [customer, payment_intent] = await spent();
    const { id } = await stripe.refunds.create({ payment_intent });
    await running.platform.clock.advance('46d');
    expect((await stripe.refunds.retrieve(id)).status).toBe('canceled');
    expect(await cashOf(customer)).toBe(5000);
  });

  it('of a voucher asks the address that it was sent to', async () => {
    const { id: payment_intent } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'jpy',
      allowed_payment_method_types: ['konbini'],
      payment_method_data: {
        type: 'konbini',
        billing_details: { name: 'J', email: 'succeed_immediately@example.com' },
      },
      confirm: true,
    });
    await waitFor('the payment', async () => {
      return (await stripe.paymentIntents.retrieve(payment_intent)).status === 'succeeded';
    });
    const { id, charge, instructions_email: email } = await stripe.refunds.create({ payment_intent });
    expect(email).toBe('succeed_immediately@example.com');
    expect((await stripe.testHelpers.refunds.expire(id)).status).toBe('canceled');
    expect(await stripe.charges.retrieve(charge as string)).toMatchObject({ amount_refunded: 0, refunded: false });
  });

  it('of what was paid in cash is refused', async () => {
    const { id: payment_intent } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'mxn',
      allowed_payment_method_types: ['oxxo'],
      payment_method_data: {
        type: 'oxxo',
        billing_details: { name: 'Jenny Rosen', email: 'succeed_immediately@example.com' },
      },
      confirm: true,
    });
    await waitFor('the payment', async () => {
      return (await stripe.paymentIntents.retrieve(payment_intent)).status === 'succeeded';
    });
    expect(await failure(stripe.refunds.create({ payment_intent }))).toMatchObject({ code: 'charge_not_refundable' });
  });

  it('of a card does not wait, so it neither expires nor is canceled', async () => {
    const { id: payment_intent } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_pendingRefund',
      confirm: true,
    });
    const { id } = await stripe.refunds.create({ payment_intent });
    expect(await failure(stripe.testHelpers.refunds.expire(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.refunds.cancel(id))).toMatchObject({ statusCode: 400 });
  });
});

describe('money in a cash balance', () => {
  it('is given back', async () => {
    const { id: customer } = await stripe.customers.create({ email: EMAIL });
    await transfer(customer, 5000);
    const refund = await stripe.refunds.create({ origin: 'customer_balance', customer, currency: 'eur', amount: 1000 });
    expect(refund).toMatchObject({ amount: 1000, charge: null, payment_intent: null, status: 'requires_action' });
    expect(await cashOf(customer)).toBe(4000);
    expect((await movesOf(customer))[0]).toBe('return_initiated');
    await stripe.refunds.cancel(refund.id);
    expect(await cashOf(customer)).toBe(5000);
    expect((await movesOf(customer))[0]).toBe('return_canceled');
  });

  it('is given back no further than it goes', async () => {
    const { id: customer } = await stripe.customers.create({ email: EMAIL });
    await transfer(customer, 500);
    const asked = { origin: 'customer_balance', customer, currency: 'eur', amount: 1000 } as const;
    expect(await failure(stripe.refunds.create(asked))).toMatchObject({ code: 'insufficient_funds' });
  });
});
