import type Stripe from 'stripe';
import { disputeOnceIt, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/refunds, https://docs.stripe.com/testing#disputes and https://docs.stripe.com/disputes/api */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const pay = (payment_method = 'pm_card_visa', more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    payment_method,
    confirm: true,
    ...more,
  });
const typesOf = async (object: string): Promise<string[]> => {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.filter(({ data }) => (data.object as { id?: string }).id === object).map(({ type }) => type);
};

describe('what is authorized and not captured', () => {
  const authorize = () => stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false });

  it('is given back by a refund that moves no balance', async () => {
    const { id } = await authorize();
    await stripe.charges.capture(id, { amount: 1500 });
    expect((await stripe.refunds.list({ charge: id })).data).toMatchObject([
      { amount: 500, status: 'succeeded', balance_transaction: null },
    ]);
    const captured = await stripe.charges.retrieve(id, { expand: ['refunds'] });
    expect(captured).toMatchObject({ amount_refunded: 500, refunds: { data: [{ amount: 500 }] } });
  });

  it('is given back so for payment intents, also those that are canceled', async () => {
    const partly = await pay('pm_card_visa', { capture_method: 'manual' });
    await stripe.paymentIntents.capture(partly.id, { amount_to_capture: 1900 });
    expect((await stripe.refunds.list({ payment_intent: partly.id })).data).toMatchObject([{ amount: 100 }]);
    const not = await pay('pm_card_visa', { capture_method: 'manual' });
    await stripe.paymentIntents.cancel(not.id);
    expect((await stripe.refunds.list({ payment_intent: not.id })).data).toMatchObject([{ amount: 2000 }]);
  });

  it('is nothing where everything was captured', async () => {
    const { id } = await authorize();
    await stripe.charges.capture(id);
    expect((await stripe.refunds.list({ charge: id })).data).toEqual([]);
  });
});

describe('a disputed charge', () => {
  it('is answered as it was before it was disputed', async () => {
    const charge = await stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_createDispute' });
    expect(charge).toMatchObject({ disputed: false });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ disputed: true });
  });
});

describe('a payment by a card that is disputed', () => {
  it.each([
    ['pm_card_createDispute', 'charge.dispute.created'],
    ['pm_card_createIssuerFraudRecord', 'radar.early_fraud_warning.created'],
  ] as const)('%s shows nothing of it yet, and %s follows at once', async (payment_method, type) => {
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method,
      allowed_payment_method_types: ['card'],
      confirm: true,
      expand: ['latest_charge'],
    });
    expect(intent.latest_charge).toMatchObject({ disputed: false, dispute: null });
    const { data } = await stripe.events.list({ type, limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ payment_intent: intent.id });
    expect(data[0]!.request).toMatchObject({ id: null });
  });

  it('is disputed also where its customer is on a test clock', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_900_000_000 });
    const { id } = await stripe.customers.create({ test_clock: clock.id });
    const { id: method } = await stripe.paymentMethods.attach('pm_card_createDispute', { customer: id });
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      customer: id,
      payment_method: method,
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    const { data } = await stripe.disputes.list({ payment_intent: intent.id });
    expect(data).toMatchObject([{ status: 'needs_response', created: 1_900_000_000 }]);
  });
});

describe('a refund', () => {
  it('gives back the whole charge when it names no amount', async () => {
    const { id, latest_charge } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund).toMatchObject({
      amount: 2000,
      currency: 'usd',
      status: 'succeeded',
      charge: latest_charge,
      payment_intent: id,
      reason: null,
      destination_details: { type: 'card' },
    });
    expect(await stripe.charges.retrieve(latest_charge as string)).toMatchObject({
      refunded: true,
      amount_refunded: 2000,
      status: 'succeeded',
    });
  });

  it('leaves the payment intent as it was', async () => {
    const { id } = await pay();
    await stripe.refunds.create({ payment_intent: id });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded', amount_received: 2000 });
  });

  it('of a part leaves the charge not fully refunded', async () => {
    const { latest_charge } = await pay();
    await stripe.refunds.create({ charge: latest_charge as string, amount: 500 });
    expect(await stripe.charges.retrieve(latest_charge as string)).toMatchObject({
      refunded: false,
      amount_refunded: 500,
    });
  });

  it('is refused once everything was given back', async () => {
    const { id, latest_charge } = await pay();
    await stripe.refunds.create({ payment_intent: id });
    expect(await failure(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
      message: `Charge ${latest_charge as string} has already been refunded.`,
    });
  });

  it('is refused for more than is left', async () => {
    const { id } = await pay();
    await stripe.refunds.create({ payment_intent: id, amount: 1500 });
    expect(await failure(stripe.refunds.create({ payment_intent: id, amount: 501 }))).toMatchObject({
      statusCode: 400,
      param: 'amount',
      message: 'Refund amount ($5.01) is greater than unrefunded amount on charge ($5.00)',
    });
  });

  it.each([0, -1])('of %i is refused', async (amount) => {
    const { id } = await pay();
    expect(await failure(stripe.refunds.create({ payment_intent: id, amount }))).toMatchObject({
      statusCode: 400,
      param: 'amount',
      code: 'parameter_invalid_integer',
    });
  });

  it.each(['duplicate', 'fraudulent', 'requested_by_customer'] as const)('keeps its reason: %s', async (reason) => {
    const { id } = await pay();
    expect((await stripe.refunds.create({ payment_intent: id, reason })).reason).toBe(reason);
  });

  it('refuses another reason', async () => {
    const { id } = await pay();
    const refused = stripe.refunds.create({ payment_intent: id, reason: 'because' as 'duplicate' });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'reason' });
  });

  it('of a charge as fraud marks the charge', async () => {
    const { id, latest_charge } = await pay();
    await stripe.refunds.create({ payment_intent: id, reason: 'fraudulent' });
    expect((await stripe.charges.retrieve(latest_charge as string)).fraud_details).toEqual({
      user_report: 'fraudulent',
    });
  });

  it('needs a charge or a payment intent', async () => {
    expect(await failure(stripe.refunds.create({ amount: 100 }))).toMatchObject({
      statusCode: 400,
      code: undefined,
      message: 'One of the following params should be provided for this request: payment_intent or charge.',
    });
  });

  it('is refused for a payment intent that was not paid', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
    expect(await failure(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ statusCode: 400 });
  });

  it('is refused for a charge that failed', async () => {
    const { charge } = await failure(pay('pm_card_visa_chargeDeclined'));
    expect(await failure(stripe.refunds.create({ charge: charge! }))).toMatchObject({ statusCode: 400 });
  });

  it('takes the money from the balance, and not the fee back', async () => {
    const { id } = await pay();
    const { balance_transaction } = await stripe.refunds.create({
      payment_intent: id,
      expand: ['balance_transaction'],
    });
    expect(balance_transaction).toMatchObject({ amount: -2000, fee: 0, net: -2000, type: 'refund' });
  });

  it('has changeable metadata, and nothing else that can be changed', async () => {
    const { id } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id, metadata: { a: '1' } });
    expect((await stripe.refunds.update(refund.id, { metadata: { b: '2' } })).metadata).toEqual({ a: '1', b: '2' });
    const refused = stripe.refunds.update(refund.id, { amount: 3 } as Stripe.RefundUpdateParams);
    expect(await failure(refused)).toMatchObject({ code: 'parameter_unknown', param: 'amount' });
  });

  it('is listed by charge and by payment intent', async () => {
    const { id, latest_charge } = await pay();
    const first = await stripe.refunds.create({ payment_intent: id, amount: 100 });
    const second = await stripe.refunds.create({ payment_intent: id, amount: 100 });
    for (const filter of [{ payment_intent: id }, { charge: latest_charge as string }]) {
      const { data } = await stripe.refunds.list(filter);
      expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
    }
  });

  it('tells of itself and of the charge', async () => {
    const { id, latest_charge } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(await typesOf(refund.id)).toContain('refund.created');
    expect(await typesOf(latest_charge as string)).toContain('charge.refunded');
  });

  it('of a card refund has a reference of the bank', async () => {
    const { id } = await pay();
    const { destination_details } = await stripe.refunds.create({ payment_intent: id });
    expect(destination_details?.card?.type).toBe('refund');
  });

  it('of a card refund cannot be canceled', async () => {
    const { id } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(await failure(stripe.refunds.cancel(refund.id))).toMatchObject({ statusCode: 400 });
  });

  it('of a charge that was not captured gives up what was held', async () => {
    const { id } = await stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_visa', capture: false });
    await stripe.refunds.create({ charge: id });
    expect(await stripe.charges.retrieve(id)).toMatchObject({ captured: false, refunded: true, amount_refunded: 500 });
  });
});

describe('a charge that was made without an intent', () => {
  const held = (): Promise<Stripe.Charge> =>
    stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false });

  it('is captured in part, and gives up the rest', async () => {
    const { id } = await held();
    expect(await stripe.charges.capture(id, { amount: 1500 })).toMatchObject({
      captured: true,
      amount_captured: 1500,
      amount_refunded: 500,
      refunded: false,
    });
  });

  it('is captured at no less than the least that can be charged', async () => {
    const { id } = await held();
    expect(await failure(stripe.charges.capture(id, { amount: 49 }))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_small',
    });
  });

  it('is captured once', async () => {
    const { id } = await held();
    await stripe.charges.capture(id);
    expect(await failure(stripe.charges.capture(id))).toMatchObject({ code: 'charge_already_captured' });
  });
});

describe('a dispute', () => {
  const disputed = async (card: string): Promise<Stripe.Dispute> => {
    const { id } = await pay(card);
    return (await stripe.disputes.list({ payment_intent: id })).data[0]!;
  };

  it.each([
    ['pm_card_createDispute', 'fraudulent', 'needs_response'],
    ['pm_card_createDisputeProductNotReceived', 'product_not_received', 'needs_response'],
    ['pm_card_createDisputeInquiry', 'fraudulent', 'warning_needs_response'],
  ])('comes of %s: %s', async (card, reason, status) => {
    const dispute = await disputed(card);
    expect(dispute).toMatchObject({ amount: 2000, currency: 'usd', reason, status });
    expect(await stripe.charges.retrieve(dispute.charge as string)).toMatchObject({ disputed: true });
  });

  it('can be refunded no more once its money is gone', async () => {
    const dispute = await disputed('pm_card_createDispute');
    expect(await failure(stripe.refunds.create({ charge: dispute.charge as string }))).toMatchObject({
      statusCode: 400,
      code: 'charge_disputed',
    });
  });

  it('that is an inquiry is refundable', async () => {
    const dispute = await disputed('pm_card_createDisputeInquiry');
    expect(dispute.is_charge_refundable).toBe(true);
    expect((await stripe.refunds.create({ charge: dispute.charge as string })).status).toBe('succeeded');
  });

  it('has a day by which evidence is due, and none yet', async () => {
    const { evidence_details: details, created } = await disputed('pm_card_createDispute');
    expect(details).toMatchObject({ has_evidence: false, past_due: false, submission_count: 0 });
    expect(details.due_by).toBeGreaterThan(created + 5 * 86_400);
  });

  it('keeps evidence without submitting it when it is told so', async () => {
    const { id } = await disputed('pm_card_createDispute');
    const staged = await stripe.disputes.update(id, { evidence: { product_description: 'Tea' }, submit: false });
    expect(staged).toMatchObject({
      status: 'needs_response',
      evidence: { product_description: 'Tea' },
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
  });

  it.each([
    ['winning_evidence', 'won'],
    ['losing_evidence', 'lost'],
  ] as const)('is decided by the evidence %s', async (uncategorized_text, status) => {
    const dispute = await disputed('pm_card_createDispute');
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text }, submit: true });
    await disputeOnceIt(stripe, dispute.id, status);
    expect(await typesOf(dispute.id)).toEqual(
      expect.arrayContaining(['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed']),
    );
  });

  it('that is won gives the money back', async () => {
    const dispute = await disputed('pm_card_createDispute');
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' }, submit: true });
    const { balance_transactions } = await disputeOnceIt(stripe, dispute.id, 'won');
    expect(await typesOf(dispute.id)).toContain('charge.dispute.funds_reinstated');
    expect(balance_transactions.map(({ amount }) => amount)).toEqual([-2000, 2000]);
  });

  it('that is closed is lost', async () => {
    const { id } = await disputed('pm_card_createDispute');
    expect((await stripe.disputes.close(id)).status).toBe('lost');
    expect(await failure(stripe.disputes.close(id))).toMatchObject({ statusCode: 400 });
  });

  it('is listed by charge', async () => {
    const dispute = await disputed('pm_card_createDispute');
    const { data } = await stripe.disputes.list({ charge: dispute.charge as string });
    expect(data.map(({ id }) => id)).toEqual([dispute.id]);
  });
});
