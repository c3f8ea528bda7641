import type Stripe from 'stripe';
import { activeCard, bookedForIssuing, fundIssuing, issuingBalance } from '../support/issuing';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;
let transaction: Stripe.Issuing.Transaction;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.platform.state.reset();
  await fundIssuing(stripe, 10_000);
  const card = await activeCard(stripe);
  transaction = await stripe.testHelpers.issuing.transactions.createForceCapture({ card: card.id, amount: 4000 });
});
afterEach(async () => {
  expect(await bookedForIssuing(stripe)).toBe(await issuingBalance(stripe));
});

const dispute = (more: Partial<Stripe.Issuing.DisputeCreateParams> = {}) =>
  stripe.issuing.disputes.create({ transaction: transaction.id, ...more });
const fraud = (explanation: string): Partial<Stripe.Issuing.DisputeCreateParams> => ({
  evidence: { reason: 'fraudulent', fraudulent: { explanation } },
});
const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data
    .map(({ type }) => type as string)
    .filter((type) => type.startsWith('issuing_dispute'))
    .reverse();

describe('a dispute of what was paid with a card', () => {
  it('is won, and the money comes back', async () => {
    const begun = await dispute(fraud('winning_evidence'));
    expect(begun).toMatchObject({
      object: 'issuing.dispute',
      amount: 4000,
      currency: 'usd',
      evidence: {
        reason: 'fraudulent',
        fraudulent: { explanation: 'winning_evidence', additional_documentation: null },
      },
      status: 'unsubmitted',
      transaction: transaction.id,
    });
    expect(begun).not.toHaveProperty('balance_transactions');
    expect(await stripe.issuing.transactions.retrieve(transaction.id)).toMatchObject({ dispute: begun.id });
    expect(await issuingBalance(stripe)).toBe(6000);
    expect(await stripe.issuing.disputes.submit(begun.id)).toMatchObject({ status: 'submitted' });
    const won = await stripe.issuing.disputes.retrieve(begun.id, { expand: ['balance_transactions'] });
    expect(won).toMatchObject({
      status: 'won',
      balance_transactions: [{ amount: 4000, type: 'issuing_dispute', source: begun.id }],
    });
    expect(await issuingBalance(stripe)).toBe(10_000);
    expect(await eventTypes()).toEqual([
      'issuing_dispute.created',
      'issuing_dispute.submitted',
      'issuing_dispute.funds_reinstated',
      'issuing_dispute.closed',
    ]);
  });

  it('is lost, and nothing comes back', async () => {
    const { id } = await dispute({ ...fraud('losing_evidence'), amount: 1000 });
    await stripe.issuing.disputes.submit(id, { metadata: { a: 'b' } });
    const lost = await stripe.issuing.disputes.retrieve(id);
    expect(lost).toMatchObject({ amount: 1000, status: 'lost', metadata: { a: 'b' } });
    expect(lost.loss_reason).toBeTruthy();
    expect(await issuingBalance(stripe)).toBe(6000);
  });

  it('is changed until it is submitted', async () => {
    const { id } = await dispute();
    const changed = await stripe.issuing.disputes.update(id, {
      amount: 500,
      evidence: { reason: 'not_received', not_received: { explanation: 'Nothing came.', expected_at: 1_700_000_000 } },
    });
    expect(changed).toMatchObject({
      amount: 500,
      evidence: { reason: 'not_received', not_received: { product_type: null, expected_at: 1_700_000_000 } },
    });
    const cleared = await stripe.issuing.disputes.update(id, { evidence: { not_received: { expected_at: '' } } });
    expect(cleared.evidence.not_received).toMatchObject({ explanation: 'Nothing came.', expected_at: null });
    expect(await failure(stripe.issuing.disputes.submit(id))).toMatchObject({
      statusCode: 400,
      param: 'evidence[not_received][expected_at]',
    });
    await stripe.issuing.disputes.update(id, { evidence: { not_received: { expected_at: 1_700_000_000 } } });
    expect(await stripe.issuing.disputes.submit(id)).toMatchObject({ status: 'submitted' });
    const late = stripe.issuing.disputes.update(id, { evidence: { not_received: { explanation: 'x' } } });
    expect(await failure(late)).toMatchObject({ statusCode: 400 });
    expect(await stripe.issuing.disputes.update(id, { metadata: { a: 'b' } })).toMatchObject({ metadata: { a: 'b' } });
    expect(await failure(stripe.issuing.disputes.submit(id))).toMatchObject({ statusCode: 400 });
  });

  it('needs an explanation before it is submitted', async () => {
    const { id } = await dispute();
    expect(await failure(stripe.issuing.disputes.submit(id))).toMatchObject({
      param: 'evidence[other][explanation]',
    });
    expect(await stripe.issuing.disputes.retrieve(id)).toMatchObject({ status: 'unsubmitted' });
  });

  it('expires 110 days after the payment', async () => {
    const { id } = await dispute();
    await running.platform.clock.advance('111d');
    expect(await stripe.issuing.disputes.retrieve(id)).toMatchObject({ status: 'expired' });
    expect(await eventTypes()).toContain('issuing_dispute.closed');
    const card = await activeCard(stripe);
    transaction = await stripe.testHelpers.issuing.transactions.createForceCapture({ card: card.id, amount: 100 });
    await running.platform.clock.advance('111d');
    expect(await failure(dispute())).toMatchObject({ param: 'transaction' });
  });

  it('is about a payment, once, and no more than was paid', async () => {
    expect(await failure(dispute({ amount: 4001 }))).toMatchObject({ param: 'amount' });
    expect(await failure(dispute({ transaction: 'ipi_none' }))).toMatchObject({ param: 'transaction' });
    expect(await failure(stripe.issuing.disputes.create())).toMatchObject({ code: 'parameter_missing' });
    const wrong = { reason: 'other', fraudulent: { explanation: 'x' } } as const;
    expect(await failure(dispute({ evidence: wrong }))).toMatchObject({ param: 'evidence[fraudulent]' });
    const file = { reason: 'other', other: { additional_documentation: 'file_none' } } as const;
    expect(await failure(dispute({ evidence: file }))).toMatchObject({
      param: 'evidence[other][additional_documentation]',
    });
    expect((await stripe.issuing.disputes.list()).data).toEqual([]);
    const refund = await stripe.testHelpers.issuing.transactions.refund(transaction.id, { refund_amount: 1000 });
    expect(await failure(dispute({ transaction: refund.id }))).toMatchObject({ param: 'transaction' });
    const { id, amount } = await dispute();
    expect(amount).toBe(3000);
    expect(await failure(dispute())).toMatchObject({ param: 'transaction' });
    const { data } = await stripe.issuing.disputes.list({ transaction: transaction.id, status: 'unsubmitted' });
    expect(data.map((each) => each.id)).toEqual([id]);
  });
});
