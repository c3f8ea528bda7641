import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../support/stripe';

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
