import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/connect/testing#payouts, /connect/currencies, /connect/charges and /connect/statement-descriptors */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const DAY_MS = 24 * 60 * 60 * 1000;
const MANUAL = { settings: { payouts: { schedule: { interval: 'manual' } } } } as const;
const GERMAN_BANK = {
  object: 'bank_account',
  country: 'DE',
  currency: 'eur',
  account_number: 'DE89370400440532013000',
} as const;
const bank = (account_number: string) =>
  ({ object: 'bank_account', country: 'US', currency: 'usd', routing_number: '110000000', account_number }) as const;

const ready = async (given: Partial<Stripe.AccountCreateParams> = {}): Promise<string> =>
  (await stripe.accounts.create({ ...COMPLETE_ACCOUNT, ...given })).id;
const events = async (type: string, stripeAccount?: string): Promise<Stripe.Event[]> =>
  (await stripe.events.list({ type, limit: 100 }, stripeAccount === undefined ? {} : { stripeAccount })).data;

describe('a payout', () => {
  it.each([
    ['US', '000111111116', 'no_account'],
    ['US', '000111111113', 'account_closed'],
    ['US', '000222222227', 'insufficient_funds'],
    ['US', '000333333335', 'debit_not_authorized'],
    ['US', '000444444440', 'invalid_currency'],
    ['GB', '11111116', 'no_account'],
    ['AU', '222222227', 'insufficient_funds'],
    ['DE', 'DE62370400440532013001', 'no_account'],
    ['DE', 'DE35370400440532013002', 'account_closed'],
  ])('in %s to %s fails: %s', async (country, account_number, code) => {
    const [currency, routing] = { US: ['usd', '110000000'], GB: ['gbp', '108800'], AU: ['aud', '110000'] }[country] ?? [
      'eur',
      undefined,
    ];
    const id = await ready({
      ...MANUAL,
      external_account: {
        object: 'bank_account',
        country,
        currency: currency!,
        account_number,
        ...(routing !== undefined && { routing_number: routing }),
      },
    });
    const on = { stripeAccount: id };
    await stripe.charges.create({ amount: 5000, currency: currency!, source: 'tok_bypassPending' }, on);
    const { id: payout, status } = await stripe.payouts.create({ amount: 1000, currency: currency! }, on);
    expect(status).toBe('pending');
    await running.platform.clock.advance(6 * DAY_MS);
    expect(await stripe.payouts.retrieve(payout, {}, on)).toMatchObject({ status: 'failed', failure_code: code });
    const { data } = await stripe.accounts.listExternalAccounts(id);
    expect(data[0]!.id === data.at(-1)!.id && data[0]).toMatchObject({ status: 'errored' });
  });

  it('goes to the debit cards that Stripe documents, or fails', async () => {
    const id = await ready(MANUAL);
    const on = { stripeAccount: id };
    await stripe.charges.create({ amount: 50_000, currency: 'usd', source: 'tok_bypassPending' }, on);
    const payTo = async (external_account: string): Promise<string> => {
      const { id: destination } = await stripe.accounts.createExternalAccount(id, { external_account });
      const payout = await stripe.payouts.create({ amount: 1000, currency: 'usd', method: 'instant', destination }, on);
      expect(payout).toMatchObject({ type: 'card', method: 'instant', destination });
      return payout.id;
    };
    const [good, bad] = [
      await payTo('tok_visa_debit_us_transferSuccess'),
      await payTo('tok_visa_debit_us_transferFail'),
    ];
    await running.platform.clock.advance(DAY_MS);
    expect(await stripe.payouts.retrieve(good, {}, on)).toMatchObject({ status: 'paid' });
    expect(await stripe.payouts.retrieve(bad, {}, on)).toMatchObject({
      status: 'failed',
      failure_code: 'could_not_process',
    });
  });

  it('card has a date that is a number when it is changed', async () => {
    const id = await ready();
    const card = await stripe.accounts.createExternalAccount(id, { external_account: 'tok_visa_debit' });
    expect(
      await stripe.accounts.updateExternalAccount(id, card.id, { exp_month: '11', exp_year: '2040' }),
    ).toMatchObject({
      exp_month: 11,
      exp_year: 2040,
    });
  });
});

describe('money in a currency that an account has no balance in', () => {
  const charge = (stripeAccount: string, given: Partial<Stripe.ChargeCreateParams> = {}) =>
    stripe.charges.create(
      { amount: 1000, currency: 'eur', source: 'tok_bypassPending', expand: ['balance_transaction'], ...given },
      { stripeAccount },
    );
  const bookingOf = ({ balance_transaction: booked }: { balance_transaction: unknown }) =>
    booked as Stripe.BalanceTransaction;

  it('is converted, with its fees, and back again by a refund', async () => {
    const id = await ready();
    const charged = await charge(id, { application_fee_amount: 100 });
    const booked = bookingOf(charged);
    expect(charged).toMatchObject({ amount: 1000, currency: 'eur' });
    expect(booked).toMatchObject({ currency: 'usd', amount: Math.round(1000 * booked.exchange_rate!) });
    expect(booked.fee_details.map(({ currency }) => currency)).toEqual(['usd', 'usd']);
    expect(booked.net).toBe(booked.amount - booked.fee);
    const refund = await stripe.refunds.create(
      { charge: charged.id, expand: ['balance_transaction'] },
      { stripeAccount: id },
    );
    expect(refund).toMatchObject({ amount: 1000, currency: 'eur', balance_transaction: { currency: 'usd' } });
    expect(bookingOf(refund).amount).toBe(-booked.amount);
  });

  it('stays what it is once there is a bank account for it', async () => {
    const id = await ready();
    await stripe.accounts.createExternalAccount(id, { external_account: GERMAN_BANK });
    expect(bookingOf(await charge(id))).toMatchObject({ currency: 'eur', amount: 1000, exchange_rate: null });
  });

  it('has as many decimals as that of the account', async () => {
    const booked = bookingOf(await charge(await ready(), { amount: 15_000, currency: 'jpy' }));
    expect(booked).toMatchObject({ currency: 'usd', amount: Math.round(15_000 * booked.exchange_rate! * 100) });
  });

  it('is converted where a transfer brings it, and taken back', async () => {
    await stripe.charges.create({ amount: 5000, currency: 'eur', source: 'tok_bypassPending' });
    const id = await ready();
    const transfer = await stripe.transfers.create({ amount: 1000, currency: 'eur', destination: id });
    const payment = await stripe.charges.retrieve(
      transfer.destination_payment as string,
      { expand: ['balance_transaction'] },
      { stripeAccount: id },
    );
    expect(payment).toMatchObject({ amount: 1000, currency: 'eur', balance_transaction: { currency: 'usd' } });
    expect(await stripe.transfers.createReversal(transfer.id)).toMatchObject({ amount: 1000, currency: 'eur' });
    const { available } = await stripe.balance.retrieve({}, { stripeAccount: id });
    expect(available).toEqual([expect.objectContaining({ amount: 0, currency: 'usd' })]);
  });
});

describe('a charge', () => {
  it('is refused for a check that failed, where the account asks for that', async () => {
    const id = await ready({ settings: { card_payments: { decline_on: { cvc_failure: true, avs_failure: true } } } });
    const pay = (source: string, stripeAccount: string) =>
      stripe.charges.create({ amount: 500, currency: 'usd', source }, { stripeAccount });
    expect(await failure(pay('tok_cvcCheckFail', id))).toMatchObject({ code: 'incorrect_cvc', statusCode: 402 });
    expect(await failure(pay('tok_avsZipFail', id))).toMatchObject({ code: 'incorrect_zip', statusCode: 402 });
    expect(await pay('tok_cvcCheckFail', await ready())).toMatchObject({ status: 'succeeded' });
  });

  it('for a destination says what that gets, and what the platform gets of it', async () => {
    const destination = await ready();
    const { latest_charge: charged } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      application_fee_amount: 123,
      transfer_data: { destination },
      expand: ['latest_charge.transfer'],
    });
    const { application_fee: fee, id, transfer, transfer_data } = charged as Stripe.Charge;
    expect(transfer_data).toEqual({ amount: null, destination });
    const payment = (transfer as Stripe.Transfer).destination_payment as string;
    expect(await stripe.applicationFees.retrieve(fee as string)).toMatchObject({
      account: destination,
      amount: 123,
      charge: payment,
      originating_transaction: id,
    });
    expect(
      await stripe.charges.retrieve(payment, { expand: ['balance_transaction'] }, { stripeAccount: destination }),
    ).toMatchObject({
      application_fee: fee,
      source_transfer: (transfer as Stripe.Transfer).id,
      balance_transaction: { fee: 123, net: 877, fee_details: [{ amount: 123, type: 'application_fee' }] },
    });
  });

  it('whose transfer is reversed is refunded at the destination by that reversal', async () => {
    await stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_bypassPending' });
    const stripeAccount = await ready();
    const transfer = await stripe.transfers.create({ amount: 700, currency: 'usd', destination: stripeAccount });
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 200 });
    expect(
      await stripe.refunds.retrieve(reversal.destination_payment_refund as string, {}, { stripeAccount }),
    ).toMatchObject({ amount: 200, charge: transfer.destination_payment, source_transfer_reversal: reversal.id });
  });
});

it('a bank account of an account is made, changed and deleted with an event for each', async () => {
  const id = await ready();
  const { id: added } = await stripe.accounts.createExternalAccount(id, {
    external_account: bank('000123456789'),
  });
  await stripe.accounts.updateExternalAccount(id, added, { metadata: { x: '1' } });
  await stripe.accounts.deleteExternalAccount(id, added);
  for (const change of ['created', 'updated', 'deleted']) {
    const [told] = await events(`account.external_account.${change}`, id);
    expect(told!.data.object).toMatchObject({ id: added });
  }
});
