import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect/testing, /connect/separate-charges-and-transfers, /connect/destination-charges and /payouts */
let running: RunningStripe;
let stripe: Stripe;
let account: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  account = (await stripe.accounts.create(COMPLETE_ACCOUNT)).id;
  await pay({ amount: 500_000 });
});
afterAll(() => running.close());

const pay = (given: Partial<Stripe.PaymentIntentCreateParams> = {}, options?: Stripe.RequestOptions) =>
  stripe.paymentIntents.create(
    {
      amount: 10_000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_bypassPending',
      confirm: true,
      ...given,
    },
    options,
  );
const withBank = async (account_number: string): Promise<string> => {
  const { id } = await stripe.accounts.create({
    ...COMPLETE_ACCOUNT,
    external_account: {
      ...(COMPLETE_ACCOUNT.external_account as { object: 'bank_account'; country: string; currency: string }),
      account_number,
    },
  });
  await stripe.transfers.create({ amount: 5000, currency: 'usd', destination: id });
  return id;
};

describe('an account', () => {
  it('that is new may not be charged, and says what it needs', async () => {
    const made = await stripe.accounts.create({
      type: 'custom',
      country: 'US',
      capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    });
    expect(made).toMatchObject({ charges_enabled: false, payouts_enabled: false, details_submitted: false });
    expect(made.requirements!.currently_due).toEqual(
      expect.arrayContaining(['external_account', 'tos_acceptance.date', 'tos_acceptance.ip']),
    );
    expect(made.requirements!.disabled_reason).toBe('requirements.past_due');
  });

  it('refuses a transfer before it can take one', async () => {
    const made = await stripe.accounts.create({ type: 'express', country: 'US' });
    const refused = stripe.transfers.create({ amount: 100, currency: 'usd', destination: made.id });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'insufficient_capabilities_for_transfer' });
  });

  it('has links for onboarding that end soon', async () => {
    const link = await stripe.accountLinks.create({
      account,
      type: 'account_onboarding',
      refresh_url: 'https://example.com/again',
      return_url: 'https://example.com/done',
    });
    expect(link.url).toMatch(/^http/);
    expect(link.expires_at).toBeGreaterThan(link.created);
  });

  it('that there is not cannot be used', async () => {
    const error = await failure(stripe.customers.list({}, { stripeAccount: 'acct_nobody' }));
    expect(error).toMatchObject({ statusCode: 403, code: 'account_invalid', type: 'StripePermissionError' });
  });

  it('that there is not cannot be seen', async () => {
    expect(await failure(stripe.accounts.retrieve('acct_nobody'))).toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
  });

  it('cannot make accounts of its own', async () => {
    const refused = stripe.accounts.create({ type: 'custom' }, { stripeAccount: account });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('does not show what it knows of people', async () => {
    const { individual } = await stripe.accounts.retrieve(account);
    expect(individual).toMatchObject({ ssn_last_4_provided: true, first_name: 'Jenny' });
    expect(JSON.stringify(individual)).not.toContain('"ssn_last_4":');
  });
});

describe('a transfer', () => {
  it('is paid from the balance of the platform', async () => {
    const transfer = await stripe.transfers.create({
      amount: 400,
      currency: 'usd',
      destination: account,
      transfer_group: 'ORDER_1',
    });
    expect(transfer).toMatchObject({ amount: 400, amount_reversed: 0, reversed: false, transfer_group: 'ORDER_1' });
    const { data } = await stripe.transfers.list({ transfer_group: 'ORDER_1' });
    expect(data.map(({ id }) => id)).toEqual([transfer.id]);
  });

  it('is not more than the balance', async () => {
    const refused = stripe.transfers.create({ amount: 90_000_000, currency: 'usd', destination: account });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
  });

  it('out of a charge is not more than the charge', async () => {
    const { latest_charge } = await pay();
    const refused = stripe.transfers.create({
      amount: 10_001,
      currency: 'usd',
      destination: account,
      source_transaction: latest_charge as string,
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('is reversed in parts, and no more than it was', async () => {
    const { id } = await stripe.transfers.create({ amount: 400, currency: 'usd', destination: account });
    await stripe.transfers.createReversal(id, { amount: 100 });
    expect(await stripe.transfers.retrieve(id)).toMatchObject({ amount_reversed: 100, reversed: false });
    expect(await failure(stripe.transfers.createReversal(id, { amount: 301 }))).toMatchObject({ statusCode: 400 });
    await stripe.transfers.createReversal(id);
    expect(await stripe.transfers.retrieve(id)).toMatchObject({ amount_reversed: 400, reversed: true });
  });
});

describe('a destination charge', () => {
  it('passes on what the fee leaves', async () => {
    const { latest_charge } = await pay({
      application_fee_amount: 1230,
      transfer_data: { destination: account },
      expand: ['latest_charge.transfer'],
    });
    const charge = latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({ application_fee_amount: 1230, destination: account });
    expect(charge.transfer).toMatchObject({ amount: 10_000, destination: account });
  });

  it('keeps transfer and fee when it is refunded without a word', async () => {
    const { id, latest_charge } = await pay({ application_fee_amount: 1000, transfer_data: { destination: account } });
    await stripe.refunds.create({ payment_intent: id });
    const charge = await stripe.charges.retrieve(latest_charge as string, { expand: ['transfer', 'application_fee'] });
    expect(charge.transfer).toMatchObject({ amount_reversed: 0 });
    expect(charge.application_fee).toMatchObject({ amount_refunded: 0 });
  });

  it('gives back transfer and fee in proportion when it is told to', async () => {
    const { id, latest_charge } = await pay({ application_fee_amount: 1000, transfer_data: { destination: account } });
    await stripe.refunds.create({
      payment_intent: id,
      amount: 5000,
      reverse_transfer: true,
      refund_application_fee: true,
    });
    const charge = await stripe.charges.retrieve(latest_charge as string, { expand: ['transfer', 'application_fee'] });
    expect(charge.transfer).toMatchObject({ amount_reversed: 5000 });
    expect(charge.application_fee).toMatchObject({ amount_refunded: 500, refunded: false });
  });

  it('takes no fee greater than the charge', async () => {
    const refused = pay({ application_fee_amount: 10_001, transfer_data: { destination: account } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('takes no fee without an account', async () => {
    expect(await failure(pay({ application_fee_amount: 100 }))).toMatchObject({ statusCode: 400 });
  });

  it('on behalf of the account settles there', async () => {
    const { latest_charge } = await pay({
      on_behalf_of: account,
      transfer_data: { destination: account },
      expand: ['latest_charge'],
    });
    expect(latest_charge).toMatchObject({ on_behalf_of: account });
  });
});

describe('an application fee', () => {
  it('is refunded in parts, and no more than it was', async () => {
    const { latest_charge } = await pay(
      { application_fee_amount: 1000, expand: ['latest_charge'] },
      { stripeAccount: account },
    );
    const fee = (latest_charge as Stripe.Charge).application_fee as string;
    await stripe.applicationFees.createRefund(fee, { amount: 400 });
    expect(await stripe.applicationFees.retrieve(fee)).toMatchObject({ amount_refunded: 400, refunded: false });
    expect(await failure(stripe.applicationFees.createRefund(fee, { amount: 601 }))).toMatchObject({ statusCode: 400 });
    await stripe.applicationFees.createRefund(fee);
    expect(await stripe.applicationFees.retrieve(fee)).toMatchObject({ amount_refunded: 1000, refunded: true });
  });
});

describe('a payout', () => {
  it('is pending, and paid some days later', async () => {
    const stripeAccount = await withBank('000123456789');
    const payout = await stripe.payouts.create({ amount: 1000, currency: 'usd' }, { stripeAccount });
    expect(payout).toMatchObject({ status: 'pending', automatic: false, method: 'standard', type: 'bank_account' });
    await running.platform.clock.advance('5d');
    expect((await stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).status).toBe('paid');
  });

  it.each([
    ['000111111116', 'no_account'],
    ['000111111113', 'account_closed'],
    ['000222222227', 'insufficient_funds'],
    ['000333333335', 'debit_not_authorized'],
    ['000444444440', 'invalid_currency'],
  ])('to the test account %s fails: %s', async (number, failure_code) => {
    const stripeAccount = await withBank(number);
    const payout = await stripe.payouts.create({ amount: 1000, currency: 'usd' }, { stripeAccount });
    await running.platform.clock.advance('5d');
    expect(await stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).toMatchObject({
      status: 'failed',
      failure_code,
      failure_balance_transaction: expect.stringMatching(/^txn_/) as string,
    });
  });

  it('is not more than what is available', async () => {
    const stripeAccount = await withBank('000123456789');
    const refused = stripe.payouts.create({ amount: 5001, currency: 'usd' }, { stripeAccount });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
  });

  it('is canceled while it is pending, and not later', async () => {
    const stripeAccount = await withBank('000123456789');
    const { id } = await stripe.payouts.create({ amount: 1000, currency: 'usd' }, { stripeAccount });
    expect((await stripe.payouts.cancel(id, {}, { stripeAccount })).status).toBe('canceled');
    expect(await failure(stripe.payouts.cancel(id, {}, { stripeAccount }))).toMatchObject({ statusCode: 400 });
  });

  it('is reversed once it is paid', async () => {
    const stripeAccount = await withBank('000123456789');
    const { id } = await stripe.payouts.create({ amount: 1000, currency: 'usd' }, { stripeAccount });
    await running.platform.clock.advance('5d');
    const reversal = await stripe.payouts.reverse(id, {}, { stripeAccount });
    expect(reversal).toMatchObject({ amount: -1000, original_payout: id });
    expect((await stripe.payouts.retrieve(id, {}, { stripeAccount })).reversed_by).toBe(reversal.id);
  });
});
