import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';

/** Events that come besides the obvious one: https://docs.stripe.com/api/events/types */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** The types of events about an object, the first first. */
async function typesAbout(id: string): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.flatMap(({ type, data: { object } }) => ((object as { id?: string }).id === id ? [type] : [])).reverse();
}

describe('a recurring price', () => {
  it('is a plan as well, and both are told of', async () => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Basic' },
    });
    await stripe.prices.update(id, { nickname: 'Small' });
    expect(await typesAbout(id)).toEqual(['plan.created', 'price.created', 'price.updated', 'plan.updated']);
  });

  it('has, when it was made as a plan, the identifier of the client in all of them', async () => {
    await stripe.plans.create({
      id: 'gold',
      amount: 900,
      currency: 'usd',
      interval: 'month',
      product: { name: 'Gold' },
    });
    await stripe.plans.update('gold', { nickname: 'Large' });
    await stripe.plans.del('gold');
    expect(await typesAbout('gold')).toEqual([
      'plan.created',
      'price.created',
      'price.updated',
      'plan.updated',
      'plan.deleted',
      'price.deleted',
    ]);
  });

  it('is told of alone when it is paid once', async () => {
    const { id } = await stripe.prices.create({ currency: 'usd', unit_amount: 900, product_data: { name: 'Pin' } });
    expect(await typesAbout(id)).toEqual(['price.created']);
  });
});

describe('a top-up from a test account that money cannot be taken from', () => {
  it.each([
    ['btok_us_verified_noAccount', 'no_account'],
    ['btok_us_verified_accountClosed', 'account_closed'],
  ])('fails: %s', async (source, code) => {
    const { available } = await stripe.balance.retrieve();
    const { id } = await stripe.topups.create({ amount: 2000, currency: 'usd', description: 'May', source });
    await waitFor('the end of the top-up', async () => (await stripe.topups.retrieve(id)).status === 'failed');
    expect(await stripe.topups.retrieve(id)).toMatchObject({ failure_code: code, balance_transaction: null });
    expect(await typesAbout(id)).toEqual(['topup.created', 'topup.failed']);
    expect((await stripe.balance.retrieve()).available).toEqual(available);
  });
});

describe('a file', () => {
  it('that a report makes is told of', async () => {
    const run = await stripe.reporting.reportRuns.create({
      report_type: 'balance.summary.1',
      parameters: { interval_start: 1_704_067_200, interval_end: 1_706_745_600 },
    });
    await waitFor(
      'the report',
      async () => (await stripe.reporting.reportRuns.retrieve(run.id)).status === 'succeeded',
    );
    const { result } = await stripe.reporting.reportRuns.retrieve(run.id);
    expect(await typesAbout(result!.id)).toEqual(['file.created']);
  });

  it.each([
    ['pdf', Buffer.from('%PDF-1.7')],
    ['png', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['jpg', Buffer.from('ffd8ffe0', 'hex')],
  ])('is known by what is in it, whatever it is called: %s', async (type, data) => {
    const file = { data, name: 'scan', type: 'application/octet-stream' };
    expect(await stripe.files.create({ purpose: 'dispute_evidence', file })).toMatchObject({ type, filename: 'scan' });
  });
});
