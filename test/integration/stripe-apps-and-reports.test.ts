import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, payByTransfer, startStripe, type RunningStripe } from '../support/stripe';

/** Secrets of apps, forwarded requests, types of reports, and the bank transfers of customers. */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

describe('the secret of an app', () => {
  const account = { type: 'account' } as const;
  const user = { type: 'user', user: 'usr_1' } as const;

  it('is stored, replaced, found and deleted by scope and name', async () => {
    const made = await stripe.apps.secrets.create({ name: 'key', payload: 'one', scope: account });
    expect(made).toMatchObject({ object: 'apps.secret', name: 'key', scope: account, expires_at: null });
    expect(made.payload).toBeUndefined();
    await stripe.apps.secrets.create({ name: 'key', payload: 'other', scope: user });
    const again = await stripe.apps.secrets.create({ name: 'key', payload: 'two', scope: account });
    expect(again.id).toBe(made.id);
    const found = await stripe.apps.secrets.find({ name: 'key', scope: account, expand: ['payload'] });
    expect(found.payload).toBe('two');
    expect((await stripe.apps.secrets.list({ scope: user })).data).toMatchObject([{ scope: user }]);
    expect(await stripe.apps.secrets.deleteWhere({ name: 'key', scope: account })).toMatchObject({ deleted: true });
    const gone = stripe.apps.secrets.find({ name: 'key', scope: account });
    expect(await failure(gone)).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  it('goes when it expires, and needs a scope that makes sense', async () => {
    const soon = Math.floor(running.platform.clock.now() / 1000) + 60;
    await stripe.apps.secrets.create({ name: 'short', payload: 'x', scope: account, expires_at: soon });
    await running.platform.clock.advance(61_000);
    expect((await stripe.apps.secrets.list({ scope: account })).data).toEqual([]);
    const nobody = stripe.apps.secrets.list({ scope: { type: 'user' } });
    expect(await failure(nobody)).toMatchObject({ code: 'parameter_missing', param: 'scope[user]' });
    const late = stripe.apps.secrets.create({ name: 'late', payload: 'x', scope: account, expires_at: 1 });
    expect(await failure(late)).toMatchObject({ param: 'expires_at' });
  });
});

it('keeps requests that would be forwarded', async () => {
  const { id: payment_method } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  const given: Stripe.Forwarding.RequestCreateParams = {
    payment_method,
    url: 'https://vault.example.com/cards',
    request: { body: '{"card":{"number":""}}', headers: [{ name: 'X-Key', value: '1' }] },
    replacements: ['card_number'],
  };
  const made = await stripe.forwarding.requests.create(given);
  expect(made).toMatchObject({
    object: 'forwarding.request',
    payment_method,
    replacements: ['card_number'],
    request_details: { ...given.request, http_method: 'POST' },
    response_details: null,
  });
  expect(await stripe.forwarding.requests.retrieve(made.id)).toEqual(made);
  expect((await stripe.forwarding.requests.list()).data).toEqual([made]);
  const missing = stripe.forwarding.requests.create({ ...given, payment_method: 'pm_none' });
  expect(await failure(missing)).toMatchObject({ code: 'resource_missing' });
  expect(await failure(stripe.forwarding.requests.create({ ...given, url: 'nowhere' }))).toMatchObject({
    param: 'url',
  });
});

it('knows types of reports, and no scheduled queries', async () => {
  const { data } = await stripe.reporting.reportTypes.list();
  expect(data.map(({ id }) => id)).toContain('balance.summary.1');
  expect(await stripe.reporting.reportTypes.retrieve('balance.summary.1')).toMatchObject({ version: 1 });
  expect(await failure(stripe.reporting.reportTypes.retrieve('none.1'))).toMatchObject({ statusCode: 404 });
  expect((await stripe.sigma.scheduledQueryRuns.list()).data).toEqual([]);
  expect(await failure(stripe.sigma.scheduledQueryRuns.retrieve('sqr_1'))).toMatchObject({ statusCode: 404 });
});

describe('a report', () => {
  const HOUR = 3600;
  const run = async (
    report_type: string,
    parameters: Stripe.Reporting.ReportRunCreateParams['parameters'] = {},
    options: { stripeAccount?: string } = {},
  ): Promise<string[][]> => {
    const { id, status } = await stripe.reporting.reportRuns.create({ report_type, parameters }, options);
    expect(status).toBe('pending');
    await running.platform.clock.advance(1000);
    const done = await stripe.reporting.reportRuns.retrieve(id, {}, options);
    expect(done).toMatchObject({ status: 'succeeded', result: { purpose: 'finance_report_run', type: 'csv' } });
    const response = await running.platform.fetch(`http://stripe.localhost/v1/files/${done.result!.id}/contents`, {
      headers: {
        authorization: 'Bearer sk_test_backlot',
        ...(options.stripeAccount && { 'stripe-account': options.stripeAccount }),
      },
    });
    const lines = (await response.text()).trimEnd().split('\n');
    return lines.map((line) => line.slice(1, -1).split('","'));
  };
  const charge = (amount: number, options: { stripeAccount?: string } = {}): Promise<Stripe.Charge> =>
    stripe.charges.create({ amount, currency: 'usd', source: 'tok_bypassPending' }, options);

  it('has what came into the balance, and what went out', async () => {
    const start = Math.floor(running.platform.clock.now() / 1000);
    await charge(10_000);
    await running.platform.clock.advance(2 * HOUR * 1000);
    const paid = await charge(2000);
    await stripe.refunds.create({ charge: paid.id, amount: 500 });
    const columns = ['reporting_category', 'gross', 'fee', 'net', 'source_id'];
    const items = await run('balance_change_from_activity.itemized.3', { columns, interval_start: start + HOUR });
    expect(items).toEqual([
      columns,
      ['charge', '20.00', '0.88', '19.12', paid.id],
      ['refund', '-5.00', '0.00', '-5.00', expect.any(String) as string],
    ]);
    expect(await run('balance_change_from_activity.summary.1', { interval_start: start })).toEqual([
      ['reporting_category', 'currency', 'count', 'gross', 'fee', 'net'],
      ['charge', 'usd', '2', '120.00', '4.08', '115.92'],
      ['refund', 'usd', '1', '-5.00', '0.00', '-5.00'],
    ]);
    const summary = await run('balance.summary.1', { interval_start: start + HOUR });
    expect(summary.slice(1).map(([category, , net]) => [category, net])).toEqual([
      ['starting_balance', '96.80'],
      ['activity', '14.12'],
      ['payouts', '0.00'],
      ['ending_balance', '110.92'],
    ]);
  });

  it('has what an automatic payout paid out', async () => {
    const options = { stripeAccount: (await stripe.accounts.create(COMPLETE_ACCOUNT)).id };
    const { id } = await charge(3000, options);
    await running.platform.clock.advance(25 * HOUR * 1000);
    const [payout] = (await stripe.payouts.list({}, options)).data;
    const columns = ['source_id', 'automatic_payout_id', 'net'];
    const rows = await run('payout_reconciliation.itemized.5', { columns, payout: payout!.id }, options);
    expect(rows).toEqual([columns, [id, payout!.id, expect.any(String) as string]]);
    const [, [first]] = (await run('payouts.itemized.3', {}, options)) as [string[], string[]];
    expect(first).toBe(payout!.id);
    const [latest] = (await stripe.reporting.reportRuns.list({ limit: 1 }, options)).data;
    const link = await stripe.fileLinks.create({ file: latest!.result!.id }, options);
    const shared = await running.platform.fetch(link.url!);
    expect(await shared.text()).toContain(payout!.id);
  });

  it('is refused for what is no type, or no interval', async () => {
    expect(await failure(run('nonsense'))).toMatchObject({ code: 'resource_missing', param: 'report_type' });
    const backwards = run('balance.summary.1', { interval_start: 2, interval_end: 1 });
    expect(await failure(backwards)).toMatchObject({ param: 'parameters[interval_end]' });
  });
});

describe('a customer who transfers money', () => {
  it('is told where to, the same each time', async () => {
    const { id } = await stripe.customers.create();
    const ask = (type: string, currency: string, more: object = {}): Promise<Stripe.FundingInstructions> =>
      stripe.customers.createFundingInstructions(id, {
        bank_transfer: { type, ...more },
        currency,
        funding_type: 'bank_transfer',
      });
    const instructions = await ask('us_bank_transfer', 'usd');
    expect(instructions.bank_transfer).toMatchObject({
      country: 'US',
      type: 'us_bank_transfer',
      financial_addresses: [{ type: 'aba', supported_networks: ['ach', 'domestic_wire_us'] }, { type: 'swift' }],
    });
    expect(await ask('us_bank_transfer', 'usd')).toEqual(instructions);
    const europe = await ask('eu_bank_transfer', 'eur', { eu_bank_transfer: { country: 'DE' } });
    expect(europe.bank_transfer).toMatchObject({ country: 'DE', financial_addresses: [{ type: 'iban' }] });
    expect(await failure(ask('us_bank_transfer', 'eur'))).toMatchObject({ statusCode: 400, param: 'currency' });
    expect(await failure(ask('eu_bank_transfer', 'eur'))).toMatchObject({ code: 'parameter_missing' });
  });

  it('can have it used by hand', async () => {
    const { id: customer } = await stripe.customers.create();
    const settings = { reconciliation_mode: 'manual' } as const;
    expect(await stripe.customers.updateCashBalance(customer, { settings })).toMatchObject({
      settings: { reconciliation_mode: 'manual', using_merchant_default: false },
    });
    const intent = await payByTransfer(stripe, customer, 1000);
    expect(intent.status).toBe('requires_action');
    const apply = (amount?: number): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.applyCustomerBalance(intent.id, amount === undefined ? {} : { amount });
    expect(await failure(apply())).toMatchObject({ statusCode: 400, param: 'amount' });
    await stripe.testHelpers.customers.fundCashBalance(customer, { amount: 1500, currency: 'eur' });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_action');
    expect((await apply(400)).status).toBe('requires_action');
    expect((await apply(600)).status).toBe('succeeded');
    expect((await stripe.customers.retrieveCashBalance(customer)).available).toEqual({ eur: 500 });
    expect(await failure(apply())).toMatchObject({ code: 'payment_intent_unexpected_state' });
    const usual = { reconciliation_mode: 'merchant_default' } as const;
    expect(await stripe.customers.updateCashBalance(customer, { settings: usual })).toMatchObject({
      settings: { reconciliation_mode: 'automatic', using_merchant_default: true },
    });
  });
});
