import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect/charges, /connect/separate-charges-and-transfers, /connect/account-balances, /payouts and /topups */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  await pay({ amount: 900_000 });
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
      expand: ['latest_charge'],
      ...given,
    },
    options,
  );
const chargeOf = ({ latest_charge }: Stripe.PaymentIntent): Stripe.Charge => latest_charge as Stripe.Charge;
const ready = async (given: Partial<Stripe.AccountCreateParams> = {}): Promise<string> =>
  (await stripe.accounts.create({ ...COMPLETE_ACCOUNT, ...given })).id;
const available = async (account?: string): Promise<number> =>
  (await stripe.balance.retrieve({}, account === undefined ? {} : { stripeAccount: account })).available[0]!.amount;

describe('a destination charge', () => {
  it('takes either a fee or the amount of the transfer', async () => {
    const refused = pay({ application_fee_amount: 100, transfer_data: { destination: await ready(), amount: 9000 } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('transfers no more than it is', async () => {
    const refused = pay({ transfer_data: { destination: await ready(), amount: 10_001 } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'transfer_data[amount]' });
  });

  it('has a group that its transfer is in, and the account has a payment of it', async () => {
    const account = await ready();
    const charge = chargeOf(await pay({ transfer_data: { destination: account }, transfer_group: 'G1' }));
    expect(charge.transfer_group).toBe('G1');
    const transfer = await stripe.transfers.retrieve(charge.transfer as string, {
      expand: ['destination_payment', 'balance_transaction'],
    });
    expect(transfer).toMatchObject({
      transfer_group: 'G1',
      source_type: 'card',
      destination_payment: expect.stringMatching(/^py_/) as string,
    });
    expect(transfer.balance_transaction).toMatchObject({ type: 'transfer', amount: -10_000 });
  });

  it('that has no group gets one', async () => {
    const charge = chargeOf(await pay({ transfer_data: { destination: await ready() } }));
    expect(charge.transfer_group).toMatch(/^group_/);
  });

  it('has its fee changed only where there is an account', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    expect(await failure(stripe.paymentIntents.update(id, { application_fee_amount: 10 }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('to an account that is not there is refused', async () => {
    const refused = pay({ transfer_data: { destination: 'acct_nobody' } });
    expect(await failure(refused)).toMatchObject({
      statusCode: 400,
      param: 'transfer_data[destination]',
      code: 'resource_missing',
    });
  });

  it('whose capture is less takes the fee that the capture says', async () => {
    const account = await ready();
    const { id } = await pay({
      capture_method: 'manual',
      application_fee_amount: 1000,
      transfer_data: { destination: account },
    });
    const captured = await stripe.paymentIntents.capture(id, {
      amount_to_capture: 5000,
      application_fee_amount: 500,
      expand: ['latest_charge.transfer'],
    });
    expect(chargeOf(captured)).toMatchObject({
      amount_captured: 5000,
      application_fee_amount: 500,
      transfer: { amount: 5000 },
    });
  });

  it('to an account that cannot take transfers is refused', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const refused = pay({ transfer_data: { destination: id } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, code: 'insufficient_capabilities_for_transfer' });
  });

  it('on behalf of an account needs that it takes card payments', async () => {
    const { id } = await stripe.accounts.create({ type: 'express', capabilities: { transfers: { requested: true } } });
    expect(await failure(pay({ on_behalf_of: id }))).toMatchObject({ statusCode: 400, param: 'on_behalf_of' });
  });
});

describe('a direct charge', () => {
  it('needs an account that may be charged', async () => {
    const { id } = await stripe.accounts.create({ type: 'custom', country: 'US' });
    expect(await failure(pay({}, { stripeAccount: id }))).toMatchObject({ statusCode: 400 });
  });

  it('tells the platform of its fee, and the account of what it paid', async () => {
    const account = await ready();
    const charge = chargeOf(await pay({ application_fee_amount: 123 }, { stripeAccount: account }));
    const fee = await stripe.applicationFees.retrieve(charge.application_fee as string, {
      expand: ['balance_transaction'],
    });
    expect(fee).toMatchObject({
      account,
      amount: 123,
      charge: charge.id,
      currency: 'usd',
      balance_transaction: { type: 'application_fee', amount: 123 },
    });
    const { fee_details } = await stripe.balanceTransactions.retrieve(
      charge.balance_transaction as string,
      {},
      { stripeAccount: account },
    );
    expect(fee_details.map(({ type, amount }) => [type, amount])).toEqual(
      expect.arrayContaining([
        ['application_fee', 123],
        ['stripe_fee', 320],
      ]),
    );
    const { data } = await stripe.applicationFees.list({ charge: charge.id });
    expect(data.map(({ id }) => id)).toEqual([fee.id]);
    const [event] = (await stripe.events.list({ type: 'application_fee.created', limit: 1 })).data;
    expect(event!.data.object).toMatchObject({ id: fee.id });
  });

  it('keeps the fee when the account refunds without a word', async () => {
    const account = await ready();
    const charge = chargeOf(await pay({ application_fee_amount: 500 }, { stripeAccount: account }));
    await stripe.refunds.create({ charge: charge.id }, { stripeAccount: account });
    expect(await stripe.applicationFees.retrieve(charge.application_fee as string)).toMatchObject({
      amount_refunded: 0,
    });
    expect(await available(account)).toBe(-500 - 320);
  });
});

describe('a transfer', () => {
  it('needs a destination, an amount and a currency', async () => {
    const destination = await ready();
    expect(await failure(stripe.transfers.create({ amount: 100, currency: 'usd' } as never))).toMatchObject({
      code: 'parameter_missing',
      param: 'destination',
    });
    expect(await failure(stripe.transfers.create({ currency: 'usd', destination }))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.transfers.create({ amount: 0, currency: 'usd', destination }))).toMatchObject({
      statusCode: 400,
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  });

  it('out of a charge belongs to the group of the charge, and a second gets no more than is left', async () => {
    const destination = await ready();
    const charge = chargeOf(await pay({ payment_method: 'pm_card_visa' }));
    const given = { currency: 'usd', destination, source_transaction: charge.id } as const;
    const transfer = await stripe.transfers.create({ ...given, amount: 6000 });
    expect(transfer).toMatchObject({
      source_transaction: charge.id,
      transfer_group: expect.stringMatching(/^group_/) as string,
    });
    expect((await stripe.charges.retrieve(charge.id)).transfer_group).toBe(transfer.transfer_group);
    expect(await failure(stripe.transfers.create({ ...given, amount: 4001 }))).toMatchObject({ statusCode: 400 });
  });

  it('out of a charge that is pending is pending in the account', async () => {
    const destination = await ready();
    const charge = chargeOf(await pay({ payment_method: 'pm_card_visa' }));
    await stripe.transfers.create({ amount: 700, currency: 'usd', destination, source_transaction: charge.id });
    const balance = await stripe.balance.retrieve({}, { stripeAccount: destination });
    expect(balance.pending[0]!.amount).toBe(700);
    expect(balance.available[0]!.amount).toBe(0);
  });

  it('has its description and metadata changed, and no more', async () => {
    const { id } = await stripe.transfers.create({
      amount: 100,
      currency: 'usd',
      destination: await ready(),
      metadata: { a: '1' },
    });
    expect(await stripe.transfers.update(id, { description: 'Share', metadata: { a: '', b: '2' } })).toMatchObject({
      description: 'Share',
      metadata: { b: '2' },
    });
    expect(await failure(stripe.transfers.update(id, { amount: 5 } as never))).toMatchObject({
      code: 'parameter_unknown',
    });
  });

  it('is reversed with metadata, and the reversals are in it', async () => {
    const { id } = await stripe.transfers.create({ amount: 400, currency: 'usd', destination: await ready() });
    const reversal = await stripe.transfers.createReversal(id, {
      amount: 150,
      metadata: { why: 'x' },
      expand: ['balance_transaction'],
    });
    expect(reversal).toMatchObject({
      object: 'transfer_reversal',
      amount: 150,
      metadata: { why: 'x' },
      balance_transaction: { type: 'transfer_refund', amount: 150 },
    });
    expect((await stripe.transfers.retrieve(id)).reversals).toMatchObject({
      data: [{ id: reversal.id }],
    });
    expect((await stripe.transfers.listReversals(id)).data).toHaveLength(1);
    expect(await stripe.transfers.updateReversal(id, reversal.id, { metadata: { why: 'y' } })).toMatchObject({
      metadata: { why: 'y' },
    });
    const [event] = (await stripe.events.list({ type: 'transfer.reversed', limit: 1 })).data;
    expect(event!.data.object).toMatchObject({ id, amount_reversed: 150 });
  });

  it('that is reversed in full is not reversed again', async () => {
    const { id } = await stripe.transfers.create({ amount: 400, currency: 'usd', destination: await ready() });
    await stripe.transfers.createReversal(id);
    expect(await failure(stripe.transfers.createReversal(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.transfers.createReversal(id, { amount: 1 }))).toMatchObject({ statusCode: 400 });
  });

  it('is not reversed beyond what the account has', async () => {
    const account = await ready();
    const { id } = await stripe.transfers.create({ amount: 400, currency: 'usd', destination: account });
    await stripe.payouts.create({ amount: 400, currency: 'usd' }, { stripeAccount: account });
    expect(await failure(stripe.transfers.createReversal(id))).toMatchObject({
      statusCode: 400,
      code: 'balance_insufficient',
    });
  });

  it('gives the fee back when its reversal says so', async () => {
    const account = await ready();
    const charge = chargeOf(await pay({ application_fee_amount: 1000, transfer_data: { destination: account } }));
    await stripe.transfers.createReversal(charge.transfer as string, { refund_application_fee: true });
    expect(await stripe.applicationFees.retrieve(charge.application_fee as string)).toMatchObject({ refunded: true });
  });

  it('may go from an account to its platform', async () => {
    const account = await ready();
    await stripe.transfers.create({ amount: 1000, currency: 'usd', destination: account });
    const { id: platform } = await stripe.accounts.retrieveCurrent();
    const before = await available();
    const transfer = await stripe.transfers.create(
      { amount: 400, currency: 'usd', destination: platform },
      { stripeAccount: account },
    );
    expect(transfer.destination).toBe(platform);
    expect(await available(account)).toBe(600);
    expect(await available()).toBe(before + 400);
  });
});

describe('a subscription', () => {
  it('pays a share of each invoice to the platform, and the rest to the account', async () => {
    const account = await ready();
    const customer = await customerWithCard(stripe);
    const { id: product } = await stripe.products.create({ name: 'Gold' });
    const recurring = { interval: 'month' } as const;
    const price = await stripe.prices.create({ product, currency: 'usd', unit_amount: 1000, recurring });
    const given = { customer, items: [{ price: price.id }], application_fee_percent: 12.5 };
    const made = await stripe.subscriptions.create({ ...given, transfer_data: { destination: account } });
    expect(made).toMatchObject({ application_fee_percent: 12.5, transfer_data: { destination: account } });
    const [fee] = (await stripe.applicationFees.list({ limit: 1 })).data;
    expect(fee).toMatchObject({ amount: 125, account });
    expect(await failure(stripe.subscriptions.create(given))).toMatchObject({ statusCode: 400 });
    const nobody = stripe.subscriptions.create({ ...given, transfer_data: { destination: 'acct_nobody' } });
    expect(await failure(nobody)).toMatchObject({ statusCode: 400, code: 'resource_missing' });
    const tooMuch = { ...given, application_fee_percent: 101, transfer_data: { destination: account } };
    expect(await failure(stripe.subscriptions.create(tooMuch))).toMatchObject({ param: 'application_fee_percent' });
  });
});

it('the refund of an application fee has metadata, and is in the fee', async () => {
  const account = await ready();
  const charge = chargeOf(await pay({ application_fee_amount: 1000 }, { stripeAccount: account }));
  const fee = charge.application_fee as string;
  const refund = await stripe.applicationFees.createRefund(fee, { amount: 250, metadata: { a: 'b' } });
  expect(refund).toMatchObject({
    object: 'fee_refund',
    id: expect.stringMatching(/^fr_/) as string,
    fee,
    amount: 250,
    metadata: { a: 'b' },
  });
  expect((await stripe.applicationFees.retrieve(fee)).refunds.data).toHaveLength(1);
  expect(await stripe.applicationFees.updateRefund(fee, refund.id, { metadata: { a: 'c' } })).toMatchObject({
    metadata: { a: 'c' },
  });
  expect(await stripe.applicationFees.retrieveRefund(fee, refund.id)).toMatchObject({ amount: 250 });
  const [event] = (await stripe.events.list({ type: 'application_fee.refunded', limit: 1 })).data;
  expect(event!.data.object).toMatchObject({ id: fee, amount_refunded: 250 });
});

describe('a payout', () => {
  it('is instant only to where that is possible, and costs a fee', async () => {
    const account = await ready();
    const at = { stripeAccount: account };
    await stripe.transfers.create({ amount: 5000, currency: 'usd', destination: account });
    const slow = await stripe.accounts.createExternalAccount(account, {
      external_account: 'tok_visa_debit_us_instantPayoutUnsupported',
    });
    const given = { amount: 1000, currency: 'usd', method: 'instant' } as const;
    expect(await failure(stripe.payouts.create({ ...given, destination: slow.id }, at))).toMatchObject({
      statusCode: 400,
      code: 'instant_payouts_unsupported',
    });
    const card = await stripe.accounts.createExternalAccount(account, { external_account: 'tok_visa_debit' });
    const payout = await stripe.payouts.create({ ...given, destination: card.id }, at);
    expect(payout).toMatchObject({ method: 'instant', type: 'card', destination: card.id });
  });

  it('needs somewhere to go', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const refused = stripe.payouts.create({ amount: 100, currency: 'usd' }, { stripeAccount: id });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('is listed by status, destination and date of arrival, and has its metadata changed', async () => {
    const account = await ready();
    const at = { stripeAccount: account };
    await stripe.transfers.create({ amount: 5000, currency: 'usd', destination: account });
    const payout = await stripe.payouts.create(
      { amount: 100, currency: 'usd', statement_descriptor: 'SHOP', metadata: { a: '1' } },
      at,
    );
    expect(payout.arrival_date).toBeGreaterThanOrEqual(payout.created - 86_400);
    expect((await stripe.payouts.list({ status: 'pending' }, at)).data).toHaveLength(1);
    expect((await stripe.payouts.list({ status: 'paid' }, at)).data).toHaveLength(0);
    expect((await stripe.payouts.list({ arrival_date: payout.arrival_date }, at)).data).toHaveLength(1);
    expect((await stripe.payouts.list({ destination: payout.destination as string }, at)).data).toHaveLength(1);
    expect(await stripe.payouts.update(payout.id, { metadata: { a: '2' } }, at)).toMatchObject({
      metadata: { a: '2' },
    });
    const types = (await stripe.events.list({ type: 'payout.*' }, at)).data.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['payout.created', 'payout.updated']));
  });
});

it('a charge of an account as the source takes money from it', async () => {
  const account = await ready();
  await stripe.transfers.create({ amount: 1000, currency: 'usd', destination: account });
  const before = await available();
  const charge = await stripe.charges.create({ amount: 700, currency: 'usd', source: account, description: 'Rent' });
  expect(charge).toMatchObject({ amount: 700, status: 'succeeded', description: 'Rent' });
  expect(await available(account)).toBe(300);
  expect(await available()).toBe(before + 700);
});

describe('a balance below zero', () => {
  it('is left to the account by a refund, and no more is paid out', async () => {
    const account = await ready();
    const at = { stripeAccount: account };
    const charge = chargeOf(await pay({}, at));
    await stripe.payouts.create({ amount: 9680, currency: 'usd' }, at);
    const refund = await stripe.refunds.create({ charge: charge.id }, at);
    expect(refund.status).toBe('succeeded');
    expect(await available(account)).toBe(-10_000);
    expect(await failure(stripe.payouts.create({ amount: 1, currency: 'usd' }, at))).toMatchObject({
      code: 'balance_insufficient',
    });
    // Accounts of the test mode can be deleted at any time.
    expect(await stripe.accounts.del(account)).toMatchObject({ deleted: true });
  });
});

describe('a top-up', () => {
  it('is pending, and in the balance once it succeeds', async () => {
    const topup = await stripe.topups.create({
      amount: 2000,
      currency: 'usd',
      description: 'Top-up',
      statement_descriptor: 'Top-up',
    });
    expect(topup).toMatchObject({
      object: 'topup',
      status: 'pending',
      failure_code: null,
      expected_availability_date: expect.any(Number) as number,
    });
    const before = await available();
    await running.platform.clock.advance('7d');
    expect(await stripe.topups.retrieve(topup.id)).toMatchObject({
      status: 'succeeded',
      balance_transaction: expect.stringMatching(/^txn_/) as string,
    });
    expect(await available()).toBeGreaterThanOrEqual(before + 2000);
    expect((await stripe.topups.list({ status: 'succeeded' })).data.map(({ id }) => id)).toContain(topup.id);
    expect(await failure(stripe.topups.cancel(topup.id))).toMatchObject({ statusCode: 400 });
  });

  it('is canceled while it is pending', async () => {
    const { id } = await stripe.topups.create({ amount: 2000, currency: 'usd', metadata: { a: '1' } });
    expect(await stripe.topups.cancel(id)).toMatchObject({ status: 'canceled', metadata: { a: '1' } });
    expect(await failure(stripe.topups.cancel(id))).toMatchObject({ statusCode: 400 });
    const types = (await stripe.events.list({ type: 'topup.*', limit: 2 })).data.map(({ type }) => type);
    expect(types).toEqual(['topup.canceled', 'topup.created']);
  });
});
