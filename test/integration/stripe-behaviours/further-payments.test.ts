import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/payments/payment-intents, /refunds, /connect/charges, /search, /error-handling and /testing */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const pay = (given: Partial<Stripe.PaymentIntentCreateParams> = {}, options?: Stripe.RequestOptions) =>
  stripe.paymentIntents.create(
    {
      amount: 2000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_visa',
      confirm: true,
      ...given,
    },
    options,
  );
const typesOf = async (given: Stripe.EventListParams, options?: Stripe.RequestOptions): Promise<string[]> =>
  (await stripe.events.list(given, options)).data.map(({ type }) => type);
const available = async (options?: Stripe.RequestOptions): Promise<number> => {
  const { available: free, pending } = await stripe.balance.retrieve({}, options);
  return [...free, ...pending].reduce((sum, { amount }) => sum + amount, 0);
};

describe('a payment', () => {
  it('hands its receipt, group and description on to its charge', async () => {
    const { latest_charge: charge } = await pay({
      receipt_email: 'jenny@example.com',
      transfer_group: 'ORDER_7',
      description: 'Seven',
      metadata: { order: '7' },
      expand: ['latest_charge'],
    });
    expect(charge).toMatchObject({
      receipt_email: 'jenny@example.com',
      transfer_group: 'ORDER_7',
      description: 'Seven',
      metadata: { order: '7' },
      receipt_url: expect.stringMatching(/^http/) as string,
    });
  });

  it('is no more than 999,999.99', async () => {
    const refused = await failure(pay({ amount: 100_000_000 }));
    expect(refused).toMatchObject({ code: 'amount_too_large', param: 'amount' });
    expect(refused.message).toBe('Amount must be no more than $999,999.99');
  });

  it('in yen has no decimals', async () => {
    expect(await pay({ amount: 500, currency: 'jpy' })).toMatchObject({ amount_received: 500, currency: 'jpy' });
  });

  it('without its customer there fails where the bank wants to see them', async () => {
    const { id: customer } = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const refused = await failure(pay({ customer, payment_method: method.id, off_session: true }));
    expect(refused).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'authentication_required',
      decline_code: 'authentication_required',
    });
    expect(refused.payment_intent).toMatchObject({ status: 'requires_payment_method' });
    expect(refused.payment_method).toMatchObject({ id: method.id });
  });

  it('fails at once where an action is an error', async () => {
    const refused = await failure(
      pay({ payment_method: 'pm_card_authenticationRequired', error_on_requires_action: true }),
    );
    expect(refused).toMatchObject({ type: 'StripeCardError', code: 'authentication_required' });
  });

  it('that is declined says why in the intent and in its events', async () => {
    const refused = await failure(pay({ payment_method: 'pm_card_chargeDeclinedInsufficientFunds' }));
    const intent = await stripe.paymentIntents.retrieve(refused.payment_intent!.id);
    expect(intent.last_payment_error).toMatchObject({
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      doc_url: 'https://stripe.com/docs/error-codes/card-declined',
      message: 'Your card has insufficient funds.',
      type: 'card_error',
      charge: intent.latest_charge,
      payment_method: { object: 'payment_method', type: 'card' },
    });
    expect((await typesOf({ limit: 3 })).sort()).toEqual([
      'charge.failed',
      'payment_intent.created',
      'payment_intent.payment_failed',
    ]);
  });

  it('keeps the card for later when it is to be used again', async () => {
    const { id: customer } = await stripe.customers.create();
    const { payment_method: method } = await pay({ customer, setup_future_usage: 'off_session' });
    expect((await stripe.customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([method]);
    expect(await pay({ customer, payment_method: method as string, off_session: true })).toMatchObject({
      status: 'succeeded',
    });
  });

  it('has less to say to a page', async () => {
    const { id, client_secret } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      metadata: { a: 'b' },
    });
    const page = running.client({ key: 'pk_test_page' });
    const seen = await page.paymentIntents.retrieve(id, { client_secret: client_secret! });
    expect(seen).toMatchObject({ id, amount: 2000, status: 'requires_payment_method' });
    expect(seen.metadata).toBeUndefined();
    const wrong = await failure(page.paymentIntents.retrieve(id, { client_secret: `${id}_secret_wrong` }));
    expect(wrong).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param: 'client_secret' });
  });

  it('takes money, less the fee, into the balance', async () => {
    const { latest_charge: charge } = await pay({ expand: ['latest_charge.balance_transaction'] });
    expect((charge as Stripe.Charge).balance_transaction).toMatchObject({
      amount: 2000,
      fee: 88,
      net: 1912,
      type: 'charge',
      reporting_category: 'charge',
      status: 'pending',
      fee_details: [{ type: 'stripe_fee', amount: 88, description: 'Stripe processing fees' }],
    });
  });

  it('is canceled with what was authorized, which is given back', async () => {
    const { id, latest_charge } = await pay({ capture_method: 'manual' });
    expect(await stripe.paymentIntents.cancel(id)).toMatchObject({ status: 'canceled', amount_capturable: 0 });
    expect(await stripe.charges.retrieve(latest_charge as string)).toMatchObject({
      captured: false,
      refunded: true,
      amount_refunded: 2000,
    });
  });

  it('that was canceled says so when it is canceled again', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
    await stripe.paymentIntents.cancel(id);
    const refused = await failure(stripe.paymentIntents.cancel(id));
    expect(refused).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400 });
    expect(refused.message).toMatch(
      /^You cannot cancel this PaymentIntent because it has a status of canceled\. Only a/,
    );
  });
});

describe('a refund', () => {
  it('is booked, told and listed', async () => {
    const { id, latest_charge } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 500, expand: ['balance_transaction'] });
    expect(refund).toMatchObject({
      object: 'refund',
      status: 'succeeded',
      charge: latest_charge,
      balance_transaction: { type: 'refund', amount: -500, fee: 0, net: -500, reporting_category: 'refund' },
      destination_details: { type: 'card' },
    });
    expect((await typesOf({ limit: 3 })).sort()).toEqual(expect.arrayContaining(['charge.refunded', 'refund.created']));
    expect((await stripe.refunds.list({ charge: latest_charge as string })).data).toMatchObject([{ id: refund.id }]);
    const changed = await stripe.refunds.update(refund.id, { metadata: { a: 'b' } });
    expect(changed.metadata).toEqual({ a: 'b' });
    expect(await stripe.charges.retrieve(latest_charge as string)).toMatchObject({
      refunded: false,
      amount_refunded: 500,
    });
  });

  it('says in money how much too much it is', async () => {
    const { id } = await pay();
    expect((await failure(stripe.refunds.create({ payment_intent: id, amount: 3000 }))).message).toBe(
      'Refund amount ($30.00) is greater than charge amount ($20.00)',
    );
    await stripe.refunds.create({ payment_intent: id, amount: 1500 });
    expect((await failure(stripe.refunds.create({ payment_intent: id, amount: 600 }))).message).toBe(
      'Refund amount ($6.00) is greater than unrefunded amount on charge ($5.00)',
    );
  });

  it('refuses reasons that there are not', async () => {
    const { id } = await pay();
    expect(await failure(stripe.refunds.create({ payment_intent: id, reason: 'bored' as 'duplicate' }))).toMatchObject({
      message: 'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer',
      param: 'reason',
    });
  });
});

describe('connect', () => {
  let account: string;
  beforeAll(async () => {
    account = (await stripe.accounts.create(COMPLETE_ACCOUNT)).id;
  });

  it('shares a destination charge between the account and the platform', async () => {
    const [mine, theirs] = [await available(), await available({ stripeAccount: account })];
    const { latest_charge: charge } = await pay({
      amount: 10_000,
      application_fee_amount: 1230,
      transfer_data: { destination: account },
      expand: ['latest_charge.transfer'],
    });
    const { transfer, application_fee: fee } = charge as Stripe.Charge;
    expect(transfer).toMatchObject({ object: 'transfer', amount: 10_000, destination: account });
    expect(charge).toMatchObject({ destination: account });
    expect(await stripe.applicationFees.retrieve(fee as string)).toMatchObject({ amount: 1230, account });
    // The fee of Stripe is the platform's to pay.
    expect((await available()) - mine).toBe(1230 - 320);
    expect((await available({ stripeAccount: account })) - theirs).toBe(10_000 - 1230);
  });

  it('takes a fee of a direct charge, which the account pays as it pays that of Stripe', async () => {
    const [mine, theirs] = [await available(), await available({ stripeAccount: account })];
    const { latest_charge } = await pay({ amount: 10_000, application_fee_amount: 500 }, { stripeAccount: account });
    expect((await available()) - mine).toBe(500);
    expect((await available({ stripeAccount: account })) - theirs).toBe(10_000 - 500 - 320);
    const fees = await stripe.applicationFees.list({ charge: latest_charge as string });
    expect(fees.data).toMatchObject([{ amount: 500, charge: latest_charge, account }]);
    expect(await failure(stripe.charges.retrieve(latest_charge as string))).toMatchObject({ code: 'resource_missing' });
  });

  it('gives back what it shared when it is told to', async () => {
    const { id, latest_charge } = await pay({
      amount: 10_000,
      application_fee_amount: 1000,
      transfer_data: { destination: account },
    });
    const [mine, theirs] = [await available(), await available({ stripeAccount: account })];
    const refund = await stripe.refunds.create({
      payment_intent: id,
      reverse_transfer: true,
      refund_application_fee: true,
    });
    expect(refund.transfer_reversal).toMatch(/^trr_/);
    expect((await available()) - mine).toBe(-1000);
    expect((await available({ stripeAccount: account })) - theirs).toBe(-9000);
    const { transfer } = await stripe.charges.retrieve(latest_charge as string);
    expect(await stripe.transfers.retrieve(transfer as string)).toMatchObject({
      reversed: true,
      amount_reversed: 10_000,
    });
  });

  it('tells of an account which it is', async () => {
    await pay({}, { stripeAccount: account });
    const { data } = await stripe.events.list({ type: 'charge.succeeded', limit: 1 }, { stripeAccount: account });
    expect(data[0]).toMatchObject({ account, type: 'charge.succeeded' });
    const own = await stripe.events.list({ type: 'charge.succeeded', limit: 1 });
    expect(own.data[0]!.account).toBeUndefined();
  });

  it('charges on behalf of an account', async () => {
    const { on_behalf_of, latest_charge } = await pay({
      on_behalf_of: account,
      transfer_data: { destination: account },
      expand: ['latest_charge'],
    });
    expect(on_behalf_of).toBe(account);
    expect(latest_charge).toMatchObject({ on_behalf_of: account });
  });

  it('refuses a fee that is more than the payment', async () => {
    const refused = pay({ application_fee_amount: 2001, transfer_data: { destination: account } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'application_fee_amount' });
  });
});

describe('search', () => {
  it('finds by metadata, amounts and states, and what has none', async () => {
    const mark = `m${Date.now()}`;
    const made = [
      await pay({ amount: 1000, metadata: { mark } }),
      await pay({ amount: 3000, metadata: { mark, a: 'b' } }),
    ];
    const find = async (query: string): Promise<string[]> =>
      (await stripe.paymentIntents.search({ query: `metadata['mark']:'${mark}' AND ${query}` })).data.map(
        ({ id }) => id,
      );
    expect(await find('amount>2000')).toEqual([made[1]!.id]);
    expect(await find("status:'succeeded'")).toHaveLength(2);
    expect(await find("-metadata['a']:null")).toEqual([made[1]!.id]);
    expect(await find("metadata['a']:null")).toEqual([made[0]!.id]);
    expect(await find('created>1')).toHaveLength(2);
  });

  it('goes through pages', async () => {
    const mark = `p${Date.now()}`;
    for (let index = 0; index < 3; index += 1) await stripe.customers.create({ metadata: { mark } });
    const query = `metadata['mark']:'${mark}'`;
    const first = await stripe.customers.search({ query, limit: 2 });
    expect(first).toMatchObject({ object: 'search_result', has_more: true, url: '/v1/customers/search' });
    const second = await stripe.customers.search({ query, limit: 2, page: first.next_page! });
    expect(second).toMatchObject({ has_more: false, next_page: null });
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
  });

  it('refuses what it does not understand', async () => {
    expect(await failure(stripe.customers.search({ query: 'name' }))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.customers.search({ query: "favourite:'cake'" }))).toMatchObject({ statusCode: 400 });
    const mixed = "email:'a' AND name:'b' OR name:'c'";
    expect(await failure(stripe.customers.search({ query: mixed }))).toMatchObject({ statusCode: 400 });
  });
});
