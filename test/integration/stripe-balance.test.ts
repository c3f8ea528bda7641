import type Stripe from 'stripe';
import { Random } from '../support/random';
import { disputeOnceIt, failure, startStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const charge = (amount: number, source = 'tok_bypassPending', more: Partial<Stripe.ChargeCreateParams> = {}) =>
  stripe.charges.create({ amount, currency: 'usd', source, ...more });

async function amounts(): Promise<{ available: number; pending: number }> {
  const { available, pending } = await stripe.balance.retrieve();
  const sum = (parts: readonly { amount: number }[]) => parts.reduce((total, { amount }) => total + amount, 0);
  return { available: sum(available), pending: sum(pending) };
}

describe('the balance', () => {
  it('gets a payment after some days, and less Stripe’s fee', async () => {
    await charge(10_000, 'tok_visa');
    expect(await amounts()).toEqual({ available: 0, pending: 9680 });
    await running.platform.clock.advance('4d');
    expect(await amounts()).toEqual({ available: 9680, pending: 0 });
    const { data } = await stripe.events.list({ type: 'balance.available' });
    expect(data[0]?.data.object).toMatchObject({ object: 'balance', available: [{ amount: 9680, currency: 'usd' }] });
    expect((await stripe.balanceTransactions.list({ type: 'charge' })).data).toMatchObject([
      { amount: 10_000, fee: 320, net: 9680, status: 'available', reporting_category: 'charge' },
    ]);
  });

  it('has each currency on its own', async () => {
    await charge(1000);
    await charge(500, 'tok_bypassPending', { currency: 'jpy' });
    const { available } = await stripe.balance.retrieve();
    expect(available.map(({ currency, amount }) => [currency, amount])).toEqual([
      ['jpy', 455],
      ['usd', 941],
    ]);
  });

  it('is paid out, as far as it goes', async () => {
    await charge(10_000);
    expect(await failure(stripe.payouts.create({ amount: 9681, currency: 'usd' }))).toMatchObject({
      code: 'balance_insufficient',
      statusCode: 400,
    });
    const payout = await stripe.payouts.create({ amount: 5000, currency: 'usd' });
    expect(payout).toMatchObject({ status: 'pending', method: 'standard', automatic: false });
    expect((await amounts()).available).toBe(4680);
    await running.platform.clock.advance('3d');
    expect(await stripe.payouts.retrieve(payout.id)).toMatchObject({ status: 'paid' });
    const other = await stripe.payouts.create({ amount: 680, currency: 'usd' });
    expect(await stripe.payouts.cancel(other.id)).toMatchObject({ status: 'canceled' });
    const reversal = await stripe.payouts.reverse(payout.id);
    expect(reversal).toMatchObject({ original_payout: payout.id, amount: -5000 });
    expect((await amounts()).available).toBe(9680);
  });
});

describe('refunds', () => {
  it('give back a part, and the rest, and no more', async () => {
    const { id } = await charge(1000);
    expect(await stripe.refunds.create({ charge: id, amount: 400 })).toMatchObject({
      amount: 400,
      status: 'succeeded',
    });
    expect(await failure(stripe.refunds.create({ charge: id, amount: 601 }))).toMatchObject({
      message: 'Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)',
      param: 'amount',
    });
    expect(await stripe.refunds.create({ charge: id })).toMatchObject({ amount: 600 });
    expect(await stripe.charges.retrieve(id, { expand: ['refunds'] })).toMatchObject({
      amount_refunded: 1000,
      refunded: true,
      refunds: { data: [{ amount: 600 }, { amount: 400 }] },
    });
    expect(await failure(stripe.refunds.create({ charge: id }))).toMatchObject({
      code: 'charge_already_refunded',
      message: `Charge ${id} has already been refunded.`,
    });
    // Fees are not given back.
    expect(await amounts()).toEqual({ available: -59, pending: 0 });
  });

  it('are made for payment intents, with their events', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, reason: 'requested_by_customer' });
    expect(refund).toMatchObject({ charge: intent.latest_charge, reason: 'requested_by_customer' });
    const { data } = await stripe.events.list({ limit: 2 });
    expect(data.map(({ type }) => type)).toEqual(['charge.refunded', 'refund.created']);
    expect(data[0]?.data.previous_attributes).toEqual({ amount_refunded: 0, refunded: false });
  });

  it('fail later, or take their time, with the cards for that', async () => {
    const failing = await stripe.refunds.create({ charge: (await charge(1000, 'tok_refundFail')).id });
    const slow = await stripe.refunds.create({ charge: (await charge(1000, 'tok_pendingRefund')).id });
    expect([failing.status, slow.status]).toEqual(['succeeded', 'pending']);
    await running.platform.clock.advance(2000);
    expect(await stripe.refunds.retrieve(failing.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    });
    expect((await stripe.refunds.retrieve(slow.id)).status).toBe('succeeded');
    expect(await stripe.charges.retrieve(failing.charge as string)).toMatchObject({
      amount_refunded: 0,
      refunded: false,
    });
  });
});

describe('disputes', () => {
  const dispute = async (token: string): Promise<Stripe.Dispute> => {
    const { id } = await charge(1000, token);
    const { data } = await stripe.disputes.list({ charge: id });
    return data[0]!;
  };

  it('take the money, and a fee', async () => {
    const made = await dispute('tok_createDispute');
    expect(made).toMatchObject({
      status: 'needs_response',
      reason: 'fraudulent',
      amount: 1000,
      is_charge_refundable: false,
      balance_transactions: [{ amount: -1000, fee: 1500, net: -2500, reporting_category: 'dispute' }],
    });
    expect(await stripe.charges.retrieve(made.charge as string)).toMatchObject({ disputed: true });
    expect(await failure(stripe.refunds.create({ charge: made.charge as string }))).toMatchObject({
      code: 'charge_disputed',
    });
    const { data } = await stripe.events.list({ limit: 2 });
    expect(data.map(({ type }) => type)).toEqual(['charge.dispute.funds_withdrawn', 'charge.dispute.created']);
  });

  it.each([
    ['winning_evidence', 'won', 1000],
    ['losing_evidence', 'lost', 0],
  ] as const)('are decided by %s', async (text, status, back) => {
    const { id } = await dispute('tok_createDisputeProductNotReceived');
    const before = await amounts();
    await stripe.disputes.update(id, { evidence: { uncategorized_text: text } });
    const decided = await disputeOnceIt(stripe, id, status);
    expect(decided).toMatchObject({ status, reason: 'product_not_received', evidence: { uncategorized_text: text } });
    const after = await amounts();
    expect(after.available + after.pending - before.available - before.pending).toBe(back);
    const { data } = await stripe.events.list({ type: 'charge.dispute.closed' });
    expect(data).toHaveLength(1);
  });

  it('are given up by closing them', async () => {
    const { id } = await dispute('tok_createDispute');
    expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost' });
    expect((await failure(stripe.disputes.close(id))).message).toContain('already closed');
  });

  it('begin as inquiries that take nothing', async () => {
    const made = await dispute('tok_createDisputeInquiry');
    expect(made).toMatchObject({
      status: 'warning_needs_response',
      balance_transactions: [],
      is_charge_refundable: true,
    });
    await stripe.disputes.update(made.id, { evidence: { uncategorized_text: 'escalate_inquiry_evidence' } });
    const escalated = await disputeOnceIt(stripe, made.id, 'needs_response');
    expect(escalated.balance_transactions).toMatchObject([{ amount: -1000 }]);
  });
});

describe('files', () => {
  it('are uploaded, and opened by a link', async () => {
    const file = await stripe.files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.from('proof'), name: 'receipt.txt', type: 'text/plain' },
      file_link_data: { create: true },
    });
    expect(file).toMatchObject({ object: 'file', filename: 'receipt.txt', size: 5, purpose: 'dispute_evidence' });
    const link = await stripe.fileLinks.create({ file: file.id });
    const path = new URL(link.url!).pathname;
    const opened = await running.platform.fetch(path, {
      headers: { host: `stripe.localhost:${running.platform.port}` },
    });
    expect(await opened.text()).toBe('proof');
    expect((await stripe.fileLinks.list({ file: file.id })).data).toHaveLength(2);
  });
});

describe('whatever happens', () => {
  it.each([1, 2, 3, 4, 5, 6])('the balance is the sum of its transactions, in whole cents (%i)', async (seed) => {
    const chance = new Random(seed);
    const random = (below: number): number => chance.below(below);
    const charges: string[] = [];
    const steps: (() => Promise<unknown>)[] = [
      async () =>
        charges.push((await charge(50 + random(20_000), random(2) === 0 ? 'tok_visa' : 'tok_bypassPending')).id),
      async () => charges.push((await charge(50 + random(20_000), 'tok_visa', { capture: false })).id),
      async () => charges.push((await charge(50 + random(9000), 'tok_refundFail')).id),
      () => charge(50 + random(9000), 'tok_createDispute'),
      () => charge(50 + random(9000), 'tok_chargeDeclined'),
      () => stripe.charges.capture(charges[random(charges.length)] ?? 'ch_none', { amount: 50 + random(5000) }),
      () => stripe.refunds.create({ charge: charges[random(charges.length)] ?? 'ch_none', amount: 1 + random(5000) }),
      () => stripe.refunds.create({ charge: charges[random(charges.length)] ?? 'ch_none' }),
      () => stripe.payouts.create({ amount: 1 + random(20_000), currency: 'usd' }),
      async () => {
        const { data } = await stripe.payouts.list({ status: 'pending' });
        if (data[0]) await stripe.payouts.cancel(data[0].id);
      },
      async () => {
        const [open] = (await stripe.disputes.list()).data.filter(({ status }) => status === 'needs_response');
        const text = random(2) === 0 ? 'winning_evidence' : 'losing_evidence';
        if (open) await stripe.disputes.update(open.id, { evidence: { uncategorized_text: text } });
      },
      () => running.platform.clock.advance(random(3 * 24 * 60 * 60 * 1000)),
    ];
    for (let step = 0; step < 80; step += 1) {
      // Refused calls are part of it: they must leave no trace.
      await steps[random(steps.length)]!().catch((error: unknown) => {
        if (!(error instanceof Error) || !('statusCode' in error) || error.statusCode === 500) throw error;
      });
    }
    await waitFor('all banks to have decided', async () => {
      const { data } = await stripe.disputes.list({ limit: 100 });
      return data.every(({ status }) => status !== 'under_review');
    });
    const transactions = await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
    expect(transactions.length).toBeGreaterThan(20);
    const sum = (status: string) =>
      transactions.filter((each) => each.status === status).reduce((total, { net }) => total + net, 0);
    expect(await amounts()).toEqual({ available: sum('available'), pending: sum('pending') });
    for (const { amount, fee, net, fee_details: fees } of transactions) {
      expect([amount, fee, net].every(Number.isInteger)).toBe(true);
      expect(net).toBe(amount - fee);
      expect(fees.reduce((total, each) => total + each.amount, 0)).toBe(fee);
    }
    const refunds = await stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
    for (const each of await stripe.charges.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 })) {
      const given = refunds
        .filter(({ charge: id, status }) => id === each.id && status !== 'failed' && status !== 'canceled')
        .reduce((total, { amount }) => total + amount, 0);
      // What was not captured is given back by a refund, too.
      expect(each.amount_refunded).toBe(given);
      expect(each.amount_refunded).toBeLessThanOrEqual(each.amount);
      expect(each.refunded).toBe(each.amount_refunded === each.amount && each.amount_refunded > 0);
    }
  });
});
