import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

type Schedule = Stripe.AccountCreateParams.Settings.Payouts.Schedule;

/** An account that has been paid, on a Wednesday: its money is available on Saturday. */
async function paidAccount(schedule: Schedule): Promise<Stripe.RequestOptions> {
  running.platform.clock.set('2030-01-02T12:00:00Z');
  const { id } = await stripe.accounts.create({
    type: 'custom',
    country: 'US',
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    external_account: 'btok_us_verified',
    business_type: 'individual',
    business_profile: { mcc: '5734', url: 'https://example.com' },
    individual: {
      first_name: 'Ada',
      last_name: 'Lovelace',
      email: 'ada@example.com',
      dob: { day: 1, month: 1, year: 1980 },
      address: { line1: '1 Main St', city: 'Oslo', postal_code: '94111', state: 'CA' },
    },
    tos_acceptance: { date: 1_700_000_000, ip: '127.0.0.1' },
    settings: { payouts: { schedule } },
  });
  const account = await stripe.accounts.retrieve(id);
  expect(account.requirements!.currently_due).toEqual([]);
  expect(account.payouts_enabled).toBe(true);
  await stripe.charges.create({ amount: 10_000, currency: 'usd', source: 'tok_visa' }, { stripeAccount: id });
  return { stripeAccount: id };
}

async function payoutsAt(time: string, options: Stripe.RequestOptions): Promise<Stripe.Payout[]> {
  running.platform.clock.set(time);
  return (await stripe.payouts.list({}, options)).data;
}

describe('the payout schedule of an account', () => {
  it('pays out each day what has become available', async () => {
    const options = await paidAccount({ interval: 'daily' });
    expect(await payoutsAt('2030-01-04T23:00:00Z', options)).toEqual([]);
    const [payout] = await payoutsAt('2030-01-05T01:00:00Z', options);
    expect(payout).toMatchObject({ automatic: true, amount: 9680, currency: 'usd', status: 'pending' });
    expect((await stripe.balance.retrieve({}, options)).available).toMatchObject([{ amount: 0 }]);
    const events = await stripe.events.list({ type: 'payout.created' }, options);
    expect(events.data).toHaveLength(1);
    expect((await payoutsAt('2030-01-08T01:00:00Z', options))[0]).toMatchObject({ status: 'paid' });
  });

  it.each([
    [{ interval: 'weekly', weekly_anchor: 'tuesday' }, '2030-01-07T23:00:00Z', '2030-01-08T01:00:00Z'],
    [{ interval: 'monthly', monthly_anchor: 31 }, '2030-01-30T23:00:00Z', '2030-01-31T01:00:00Z'],
  ] as const)('pays out on its day: %j', async (schedule, before, after) => {
    const options = await paidAccount(schedule);
    expect(await payoutsAt(before, options)).toEqual([]);
    expect(await payoutsAt(after, options)).toMatchObject([{ automatic: true, amount: 9680 }]);
  });

  it('leaves the money where it is by hand, until the schedule changes', async () => {
    const options = await paidAccount({ interval: 'manual' });
    expect(await payoutsAt('2030-01-20T01:00:00Z', options)).toEqual([]);
    await stripe.accounts.update(options.stripeAccount!, {
      settings: { payouts: { schedule: { interval: 'daily' } } },
    });
    expect(await payoutsAt('2030-01-21T01:00:00Z', options)).toMatchObject([{ automatic: true }]);
  });
});

/** What a payout pays out, and its own transaction. */
async function contents(payout: Stripe.Payout, options?: Stripe.RequestOptions) {
  const { data } = await stripe.balanceTransactions.list({ payout: payout.id, limit: 100 }, options);
  const own = data.filter(({ type }) => type === 'payout');
  const others = data.filter(({ type }) => type !== 'payout');
  return { own, others, sum: others.reduce((sum, { net }) => sum + net, 0) };
}

describe('an automatic payout', () => {
  it('lists what it pays out, with its own transaction, and no other', async () => {
    const options = await paidAccount({ interval: 'daily' });
    await stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_visa' }, options);
    const [first] = await payoutsAt('2030-01-05T01:00:00Z', options);
    const paid = await contents(first!, options);
    expect(paid.own).toMatchObject([{ source: first!.id, amount: -first!.amount }]);
    expect(paid.others.map(({ amount }) => amount)).toEqual([5000, 10_000]);
    expect(paid.sum).toBe(first!.amount);
    await stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' }, options);
    const [second] = await payoutsAt('2030-01-09T01:00:00Z', options);
    expect(second!.id).not.toBe(first!.id);
    expect(await contents(second!, options)).toMatchObject({ others: [{ amount: 700 }], sum: second!.amount });
    const { data } = await stripe.balanceTransactions.list({ payout: first!.id, type: 'charge', limit: 1 }, options);
    expect(data).toMatchObject([{ amount: 5000 }]);
  });

  it('says when it is known what it pays out, and when it is paid', async () => {
    const options = await paidAccount({ interval: 'daily' });
    const [payout] = await payoutsAt('2030-01-05T01:00:00Z', options);
    expect(payout!.reconciliation_status).toBe('completed');
    await payoutsAt('2030-01-09T01:00:00Z', options);
    const { data } = await stripe.events.list(
      { types: ['payout.created', 'payout.reconciliation_completed', 'payout.paid'] },
      options,
    );
    expect(data.map(({ type, data: { object } }) => [type, (object as Stripe.Payout).reconciliation_status])).toEqual([
      ['payout.paid', 'completed'],
      ['payout.reconciliation_completed', 'completed'],
      ['payout.created', 'in_progress'],
    ]);
  });

  it('fails at a bank that refuses it; nothing more is paid out until the bank account is changed', async () => {
    const options = await paidAccount({ interval: 'daily' });
    const id = options.stripeAccount!;
    const bank = (await stripe.accounts.createExternalAccount(id, {
      external_account: {
        object: 'bank_account',
        country: 'US',
        currency: 'usd',
        account_number: '000111111116',
        routing_number: '110000000',
      } as never,
    })) as Stripe.BankAccount;
    await stripe.accounts.updateExternalAccount(id, bank.id, { default_for_currency: true });
    const [payout] = await payoutsAt('2030-01-05T01:00:00Z', options);
    expect(payout).toMatchObject({ destination: bank.id, amount: 9680 });
    expect(await payoutsAt('2030-01-10T01:00:00Z', options)).toMatchObject([
      { id: payout!.id, status: 'failed', failure_code: 'no_account' },
    ]);
    expect(await stripe.accounts.retrieveExternalAccount(id, bank.id)).toMatchObject({ status: 'errored' });
    const events = await stripe.events.list({ types: ['payout.failed', 'account.external_account.updated'] }, options);
    expect(events.data.slice(0, 2).map(({ type }) => type)).toEqual([
      'account.external_account.updated',
      'payout.failed',
    ]);
    expect((await stripe.balance.retrieve({}, options)).available).toMatchObject([{ amount: 9680 }]);
    const { data } = await stripe.accounts.listExternalAccounts(id, { object: 'bank_account' });
    const good = data.find((each) => each.id !== bank.id)!;
    await stripe.accounts.updateExternalAccount(id, good.id, { default_for_currency: true });
    const [again] = await payoutsAt('2030-01-11T01:00:00Z', options);
    expect(again).toMatchObject({ destination: good.id, amount: 9680 });
    expect(await contents(again!, options)).toMatchObject({ others: [{ type: 'payout_failure' }], sum: 9680 });
  });

  it('is the only kind whose transactions can be listed', async () => {
    await stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_bypassPending' });
    const { id } = await stripe.payouts.create({ amount: 100, currency: 'usd' });
    expect(await stripe.payouts.retrieve(id)).toMatchObject({ reconciliation_status: 'not_applicable' });
    expect(await failure(stripe.balanceTransactions.list({ payout: id }))).toMatchObject({
      message: 'Balance transaction history can only be filtered on automatic transfers, not manual.',
    });
    expect(await failure(stripe.balanceTransactions.list({ payout: 'po_none' }))).toMatchObject({
      code: 'resource_missing',
    });
  });
});

describe('the platform', () => {
  it('is paid out by hand, until its balance settings say otherwise', async () => {
    running.platform.clock.set('2030-01-02T12:00:00Z');
    await stripe.charges.create({ amount: 10_000, currency: 'usd', source: 'tok_visa' });
    expect((await stripe.balanceSettings.retrieve()).payments.payouts!.schedule).toEqual({ interval: 'manual' });
    expect(await payoutsAt('2030-01-07T01:00:00Z', {})).toEqual([]);
    const changed = await stripe.balanceSettings.update({
      payments: { payouts: { schedule: { interval: 'weekly', weekly_payout_days: ['wednesday', 'friday'] } } },
    });
    expect(changed).toMatchObject({
      object: 'balance_settings',
      payments: { payouts: { schedule: { interval: 'weekly', weekly_payout_days: ['wednesday', 'friday'] } } },
    });
    expect((await stripe.accounts.retrieveCurrent()).settings!.payouts!.schedule.interval).toBe('weekly');
    const [payout] = await payoutsAt('2030-01-09T01:00:00Z', {});
    expect(payout).toMatchObject({ automatic: true, amount: 9680 });
    expect(await contents(payout!)).toMatchObject({ others: [{ amount: 10_000 }], sum: 9680 });
    const { data } = await stripe.events.list({ type: 'balance_settings.updated' });
    expect(data).toHaveLength(1);
  });

  it('keeps a minimum balance', async () => {
    running.platform.clock.set('2030-01-02T12:00:00Z');
    await stripe.charges.create({ amount: 10_000, currency: 'usd', source: 'tok_bypassPending' });
    await stripe.balanceSettings.update({
      payments: { payouts: { schedule: { interval: 'daily' }, minimum_balance_by_currency: { usd: 1500 } } },
    });
    const [payout] = await payoutsAt('2030-01-03T01:00:00Z', {});
    expect(payout!.amount).toBe(8180);
    expect((await contents(payout!)).sum).toBe(8180);
    expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 1500 }]);
  });
});
