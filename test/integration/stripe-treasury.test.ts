import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/treasury/moving-money */
let running: RunningStripe;
let stripe: Stripe;
let options: { stripeAccount: string };
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
  options = { stripeAccount: (await stripe.accounts.create({ type: 'custom' })).id };
});
afterAll(() => running.close());

const on = { requested: true };
const FEATURES: Stripe.Treasury.FinancialAccountCreateParams['features'] = {
  card_issuing: on,
  financial_addresses: { aba: on },
  inbound_transfers: { ach: on },
  intra_stripe_flows: on,
  outbound_payments: { ach: on, us_domestic_wire: on },
  outbound_transfers: { ach: on },
};

const nobody = async (): Promise<{ stripeAccount: string }> => ({
  stripeAccount: (await stripe.accounts.create({ type: 'custom' })).id,
});
const open = async (given: object = {}, at?: { stripeAccount: string }): Promise<Stripe.Treasury.FinancialAccount> =>
  stripe.treasury.financialAccounts.create(
    { supported_currencies: ['usd'], features: FEATURES, ...given },
    at ?? (options = await nobody()),
  );
const fund = (financial_account: string, amount: number, network = 'ach'): Promise<Stripe.Treasury.ReceivedCredit> =>
  stripe.testHelpers.treasury.receivedCredits.create({ amount, currency: 'usd', financial_account, network }, options);

/** What is in an account, as three numbers; what its transactions say has to be the same. */
const balance = async (id: string, at = options): Promise<[cash: number, incoming: number, outgoing: number]> => {
  const { balance: is } = await stripe.treasury.financialAccounts.retrieve(id, {}, at);
  const sums = { cash: 0, inbound_pending: 0, outbound_pending: 0 };
  for await (const { balance_impact: impact } of stripe.treasury.transactions.list({ financial_account: id }, at)) {
    sums.cash += impact.cash;
    sums.inbound_pending += impact.inbound_pending;
    sums.outbound_pending += impact.outbound_pending;
  }
  expect({
    cash: is.cash['usd'],
    inbound_pending: is.inbound_pending['usd'],
    outbound_pending: is.outbound_pending['usd'],
  }).toEqual(sums);
  return [sums.cash, sums.inbound_pending, sums.outbound_pending];
};
const events = async (type: string): Promise<number> => (await stripe.events.list({ type }, options)).data.length;

describe('a financial account', () => {
  it('has features, an address and an empty balance', async () => {
    const account = await open({ nickname: 'Savings', metadata: { a: '1' } });
    expect(account).toMatchObject({
      object: 'treasury.financial_account',
      balance: { cash: { usd: 0 }, inbound_pending: { usd: 0 }, outbound_pending: { usd: 0 } },
      financial_addresses: [{ type: 'aba', aba: { routing_number: '110000000' } }],
      nickname: 'Savings',
      metadata: { a: '1' },
      status: 'open',
      pending_features: [],
    });
    expect(account.active_features).toContain('outbound_payments.ach');
    expect(account.features).toBeUndefined();
    const { features } = await stripe.treasury.financialAccounts.retrieve(
      account.id,
      { expand: ['features'] },
      options,
    );
    expect(features).toMatchObject({ outbound_payments: { ach: { requested: true, status: 'active' } } });
    const off = { outbound_payments: { ach: { requested: false } } };
    expect(await stripe.treasury.financialAccounts.updateFeatures(account.id, off, options)).toMatchObject(off);
    const changed = await stripe.treasury.financialAccounts.update(
      account.id,
      { nickname: '', platform_restrictions: { inbound_flows: 'restricted' } },
      options,
    );
    expect(changed.active_features).not.toContain('outbound_payments.ach');
    expect(changed.restricted_features).toEqual(['financial_addresses.aba', 'inbound_transfers.ach']);
    expect(changed.nickname).toBeNull();
    expect(await events('treasury.financial_account.features_status_updated')).toBe(2);
  });

  it('is closed when it is empty, or when its money goes elsewhere; an account has three of them', async () => {
    const { id } = await open();
    await fund(id, 500);
    const early = stripe.treasury.financialAccounts.close(id, {}, options);
    expect(await failure(early)).toMatchObject({ statusCode: 400, code: 'financial_account_not_empty' });
    const { id: heir } = await open({}, options);
    const forwarding_settings = { type: 'financial_account', financial_account: heir } as const;
    expect(await stripe.treasury.financialAccounts.close(id, { forwarding_settings }, options)).toMatchObject({
      status: 'closed',
      status_details: { closed: { reasons: ['closed_by_platform'] } },
    });
    expect(await balance(id)).toEqual([0, 0, 0]);
    expect(await balance(heir)).toEqual([500, 0, 0]);
    expect(await fund(id, 5)).toMatchObject({ status: 'failed', failure_code: 'account_closed', transaction: null });
    expect((await stripe.treasury.financialAccounts.list({ status: 'closed' }, options)).data).toMatchObject([{ id }]);
    await open({}, options);
    await open({}, options);
    expect(await failure(open({}, options))).toMatchObject({ statusCode: 400 });
    expect(await failure(open({ supported_currencies: ['eur'] }))).toMatchObject({ param: 'supported_currencies' });
  });
});

describe('money that comes in', () => {
  it('is fetched from a bank account, once it is there', async () => {
    const { id } = await open();
    const pull = (amount: number): Promise<Stripe.Treasury.InboundTransfer> =>
      stripe.treasury.inboundTransfers.create(
        { amount, currency: 'usd', financial_account: id, origin_payment_method: 'pm_usBankAccount' },
        options,
      );
    const one = await pull(1000);
    expect(one).toMatchObject({
      status: 'processing',
      cancelable: true,
      origin_payment_method_details: { us_bank_account: { network: 'ach', last4: '6789' } },
    });
    const other = await pull(300);
    const third = await pull(200);
    expect(await balance(id)).toEqual([0, 1500, 0]);
    const helper = stripe.testHelpers.treasury.inboundTransfers;
    expect(await helper.succeed(one.id, {}, options)).toMatchObject({ status: 'succeeded', cancelable: false });
    const details = { failure_details: { code: 'account_closed' } } as const;
    expect(await helper.fail(other.id, details, options)).toMatchObject({ status: 'failed', ...details });
    expect(await stripe.treasury.inboundTransfers.cancel(third.id, {}, options)).toMatchObject({ status: 'canceled' });
    expect(await balance(id)).toEqual([1000, 0, 0]);
    expect(await failure(helper.succeed(other.id, {}, options))).toMatchObject({ statusCode: 400 });
    const listed = await stripe.treasury.inboundTransfers.list({ financial_account: id, status: 'failed' }, options);
    expect(listed.data).toMatchObject([{ id: other.id }]);

    const back = await helper.returnInboundTransfer(one.id, {}, options);
    expect(back).toMatchObject({ status: 'succeeded', returned: true });
    const debit = await stripe.treasury.receivedDebits.retrieve(back.linked_flows.received_debit!, {}, options);
    expect(debit).toMatchObject({ amount: 1000, status: 'succeeded', linked_flows: { inbound_transfer: one.id } });
    expect(await balance(id)).toEqual([0, 0, 0]);
    for (const what of ['created', 'succeeded', 'failed', 'canceled']) {
      expect(await events(`treasury.inbound_transfer.${what}`)).toBe(what === 'created' ? 3 : 1);
    }
  });

  it('is received, and can be sent back while there is time', async () => {
    const { id } = await open();
    const credit = await fund(id, 1000);
    expect(credit).toMatchObject({
      status: 'succeeded',
      network: 'ach',
      initiating_payment_method_details: { type: 'us_bank_account' },
      reversal_details: { restricted_reason: null },
    });
    const wire = await fund(id, 50, 'us_domestic_wire');
    const reverse = (received_credit: string): Promise<Stripe.Treasury.CreditReversal> =>
      stripe.treasury.creditReversals.create({ received_credit }, options);
    const reversal = await reverse(credit.id);
    expect(reversal).toMatchObject({ status: 'processing', amount: 1000, received_credit: credit.id });
    expect(await balance(id)).toEqual([50, 0, 1000]);
    expect(await failure(reverse(credit.id))).toMatchObject({ statusCode: 400, param: 'received_credit' });
    expect(await failure(reverse(wire.id))).toMatchObject({ statusCode: 400, param: 'received_credit' });
    await running.platform.clock.advance(25 * 3600 * 1000);
    const posted = await stripe.treasury.creditReversals.retrieve(reversal.id, {}, options);
    expect(posted.status).toBe('posted');
    expect(await balance(id)).toEqual([50, 0, 0]);
    const { data } = await stripe.treasury.creditReversals.list({ financial_account: id, status: 'posted' }, options);
    expect(data).toEqual([posted]);
    expect(await stripe.treasury.receivedCredits.retrieve(credit.id, {}, options)).toMatchObject({
      linked_flows: { credit_reversal: reversal.id },
    });
  });
});

describe('money that goes out', () => {
  const send = (id: string, amount: number, given: object = {}): Promise<Stripe.Treasury.OutboundPayment> =>
    stripe.treasury.outboundPayments.create(
      { amount, currency: 'usd', financial_account: id, destination_payment_method: 'pm_usBankAccount', ...given },
      options,
    );

  it('is held back until it has left, failed or was canceled', async () => {
    const { id } = await open();
    await fund(id, 1000);
    const [one, other, third] = [await send(id, 100), await send(id, 200), await send(id, 300)];
    expect(one).toMatchObject({
      status: 'processing',
      cancelable: true,
      statement_descriptor: 'payment',
      destination_payment_method_details: { type: 'us_bank_account', us_bank_account: { network: 'ach' } },
      end_user_details: { present: false },
    });
    expect(await balance(id)).toEqual([400, 0, 600]);
    expect(await failure(send(id, 401))).toMatchObject({ code: 'insufficient_funds', param: 'amount' });
    const helper = stripe.testHelpers.treasury.outboundPayments;
    expect(await helper.post(one.id, {}, options)).toMatchObject({ status: 'posted', cancelable: false });
    expect(await helper.fail(other.id, {}, options)).toMatchObject({ status: 'failed' });
    expect(await stripe.treasury.outboundPayments.cancel(third.id, {}, options)).toMatchObject({ status: 'canceled' });
    expect(await balance(id)).toEqual([900, 0, 0]);
    expect(await failure(helper.post(third.id, {}, options))).toMatchObject({ statusCode: 400 });

    const tracking_details = { type: 'ach', ach: { trace_id: '123' } } as const;
    expect(await helper.update(one.id, { tracking_details }, options)).toMatchObject({ tracking_details });
    const late = helper.update(other.id, { tracking_details }, options);
    expect(await failure(late)).toMatchObject({ statusCode: 400, param: 'tracking_details' });
    const returned = await helper.returnOutboundPayment(one.id, { returned_details: { code: 'no_account' } }, options);
    expect(returned).toMatchObject({ status: 'returned', returned_details: { code: 'no_account' } });
    expect(await balance(id)).toEqual([1000, 0, 0]);
    const listed = await stripe.treasury.outboundPayments.list({ financial_account: id, status: 'canceled' }, options);
    expect(listed.data).toMatchObject([{ id: third.id }]);
    for (const what of ['posted', 'failed', 'canceled', 'returned', 'tracking_details_updated']) {
      expect(await events(`treasury.outbound_payment.${what}`)).toBe(1);
    }
  });

  it('is there at once where it goes to another financial account, of any account', async () => {
    const { id: to } = await open();
    const receiver = options;
    const { id } = await open();
    await fund(id, 1000);
    const given = {
      destination_payment_method: undefined,
      destination_payment_method_data: { type: 'financial_account', financial_account: to },
    };
    const sent = await send(id, 400, given);
    expect(sent).toMatchObject({
      status: 'posted',
      destination_payment_method_details: { financial_account: { id: to } },
    });
    expect(await balance(id)).toEqual([600, 0, 0]);
    expect(await balance(to, receiver)).toEqual([400, 0, 0]);
    const linked_flows = { source_flow_type: 'outbound_payment' } as const;
    const { data } = await stripe.treasury.receivedCredits.list({ financial_account: to, linked_flows }, receiver);
    expect(data).toMatchObject([
      { amount: 400, network: 'stripe', linked_flows: { source_flow: sent.id, source_flow_type: 'outbound_payment' } },
    ]);
    const self = { ...given, destination_payment_method_data: { type: 'financial_account', financial_account: id } };
    expect(await failure(send(id, 1, self))).toMatchObject({ statusCode: 400 });
    const none = {
      ...given,
      destination_payment_method_data: { type: 'financial_account', financial_account: 'fa_none' },
    };
    expect(await failure(send(id, 1, none))).toMatchObject({ code: 'resource_missing' });
  });

  it('is transferred to the own bank account', async () => {
    const { id } = await open();
    await fund(id, 1000);
    const given = { amount: 1000, currency: 'usd', financial_account: id } as const;
    const transfer = await stripe.treasury.outboundTransfers.create(
      { ...given, destination_payment_method: 'pm_usBankAccount' },
      options,
    );
    expect(transfer).toMatchObject({ statement_descriptor: 'transfer', status: 'processing' });
    const posted = await stripe.testHelpers.treasury.outboundTransfers.post(transfer.id, {}, options);
    expect(posted.status).toBe('posted');
    expect(await balance(id)).toEqual([0, 0, 0]);
    const wire = { destination_payment_method_options: { us_bank_account: { network: 'us_domestic_wire' as const } } };
    const refused = { ...given, ...wire, destination_payment_method: 'pm_usBankAccount' };
    const inactive = stripe.treasury.outboundTransfers.create(refused, options);
    expect(await failure(inactive)).toMatchObject({ statusCode: 400, param: 'financial_account' });
    const nowhere = stripe.treasury.outboundTransfers.create(given, options);
    expect(await failure(nowhere)).toMatchObject({ code: 'parameter_missing' });
    const card = stripe.treasury.outboundTransfers.create(
      { ...given, destination_payment_method: 'pm_card_visa' },
      options,
    );
    expect(await failure(card)).toMatchObject({ param: 'destination_payment_method' });
  });

  it('is taken by others as far as there is any, and fetched back', async () => {
    const { id } = await open();
    await fund(id, 1000);
    const debit = (amount: number): Promise<Stripe.Treasury.ReceivedDebit> =>
      stripe.testHelpers.treasury.receivedDebits.create(
        { amount, currency: 'usd', financial_account: id, network: 'ach' },
        options,
      );
    const taken = await debit(600);
    expect(taken).toMatchObject({ status: 'succeeded', failure_code: null });
    expect(await debit(600)).toMatchObject({ status: 'failed', failure_code: 'insufficient_funds', transaction: null });
    expect(await balance(id)).toEqual([400, 0, 0]);
    const reversal = await stripe.treasury.debitReversals.create({ received_debit: taken.id }, options);
    expect(reversal.status).toBe('processing');
    await running.platform.clock.advance(25 * 3600 * 1000);
    expect(await stripe.treasury.debitReversals.retrieve(reversal.id, {}, options)).toMatchObject({
      status: 'succeeded',
    });
    expect(await balance(id)).toEqual([1000, 0, 0]);
    const failed = await stripe.treasury.receivedDebits.list({ financial_account: id, status: 'failed' }, options);
    expect(failed.data).toHaveLength(1);
    expect(await events('treasury.debit_reversal.completed')).toBe(1);
  });
});

describe('a transaction', () => {
  it('has entries, and what it is for', async () => {
    const { id: financial_account } = await open();
    await fund(financial_account, 1000);
    const payment = await stripe.treasury.outboundPayments.create(
      { amount: 250, currency: 'usd', financial_account, destination_payment_method: 'pm_usBankAccount' },
      options,
    );
    await stripe.testHelpers.treasury.outboundPayments.post(payment.id, {}, options);
    const expand = ['entries', 'flow_details'];
    const transaction = await stripe.treasury.transactions.retrieve(payment.transaction as string, { expand }, options);
    expect(transaction).toMatchObject({
      amount: -250,
      balance_impact: { cash: -250, inbound_pending: 0, outbound_pending: 0 },
      flow: payment.id,
      flow_type: 'outbound_payment',
      flow_details: { type: 'outbound_payment', outbound_payment: { id: payment.id, status: 'posted' } },
      status: 'posted',
      entries: {
        data: [
          { type: 'outbound_payment_posting', balance_impact: { cash: 0, outbound_pending: -250 } },
          { type: 'outbound_payment', balance_impact: { cash: -250, outbound_pending: 250 } },
        ],
      },
    });
    const entries = await stripe.treasury.transactionEntries.list(
      { financial_account, transaction: transaction.id },
      options,
    );
    expect(entries.data).toEqual(transaction.entries!.data);
    expect(await stripe.treasury.transactionEntries.retrieve(entries.data[0]!.id, {}, options)).toEqual(
      entries.data[0],
    );
    const posted = { status: 'posted', order_by: 'posted_at' } as const;
    const { data } = await stripe.treasury.transactions.list({ financial_account, ...posted }, options);
    expect(data.map(({ flow_type }) => flow_type).sort()).toEqual(['outbound_payment', 'received_credit']);
    const wrong = stripe.treasury.transactions.list(
      { financial_account, status_transitions: { posted_at: 1 } },
      options,
    );
    expect(await failure(wrong)).toMatchObject({ param: 'status_transitions[posted_at]' });
    const none = stripe.treasury.transactions.list({ financial_account: 'fa_none' }, options);
    expect(await failure(none)).toMatchObject({ code: 'resource_missing', param: 'financial_account' });
  });
});
