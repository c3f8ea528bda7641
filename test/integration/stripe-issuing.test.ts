import type Stripe from 'stripe';
import { activeCard, bookedForIssuing, cardholder, fundIssuing, issuingBalance } from '../support/issuing';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());
afterEach(async () => {
  // Whatever a test did, the money adds up.
  expect(await bookedForIssuing(stripe)).toBe(await issuingBalance(stripe));
});

const authorize = (card: string, amount: number, more: object = {}) =>
  stripe.testHelpers.issuing.authorizations.create({ card, amount, ...more });
const helpers = () => stripe.testHelpers.issuing.authorizations;
const reasonOf = ({ request_history: history }: Stripe.Issuing.Authorization): string | undefined =>
  history.at(-1)?.reason;
const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type as string).reverse();

describe('the balance of Issuing', () => {
  it('is topped up, apart from that of payments', async () => {
    running.platform.clock.freeze();
    const topup = await stripe.topups.create({
      amount: 5000,
      currency: 'usd',
      destination_balance: 'issuing',
    } as Stripe.TopupCreateParams);
    expect(await issuingBalance(stripe)).toBe(0);
    await running.platform.clock.advance('1m');
    expect(await issuingBalance(stripe)).toBe(5000);
    const { available } = await stripe.balance.retrieve();
    expect(available).toMatchObject([{ amount: 0 }]);
    expect((await stripe.balanceTransactions.list({ source: topup.id })).data).toMatchObject([
      { amount: 5000, type: 'topup', balance_type: 'issuing' },
    ]);
    const wrong = stripe.rawRequest('POST', '/v1/topups', { amount: 5000, currency: 'usd', destination_balance: 'x' });
    expect(await failure(wrong)).toMatchObject({ param: 'destination_balance' });
  });

  it('is funded by a bank transfer', async () => {
    const answer: unknown = await stripe.rawRequest('POST', '/v1/test_helpers/issuing/fund_balance', {
      amount: 4242,
      currency: 'eur',
    });
    expect(answer).toMatchObject({
      object: 'funding_instructions',
      currency: 'eur',
      bank_transfer: { type: 'eu_bank_transfer', country: 'DE' },
    });
    expect((await stripe.balance.retrieve()).issuing!.available).toMatchObject([{ amount: 4242, currency: 'eur' }]);
    expect(await stripe.rawRequest('GET', '/v1/issuing/funding_instructions')).toMatchObject({
      data: [{ currency: 'eur' }],
    });
    const wrong = stripe.rawRequest('POST', '/v1/test_helpers/issuing/fund_balance', { amount: 'x', currency: 'eur' });
    expect(await failure(wrong)).toMatchObject({ param: 'amount' });
  });
});

describe('an authorization', () => {
  it('holds its amount until it is captured', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const authorization = await authorize(card.id, 1000, {
      authorization_method: 'chip',
      merchant_data: { category: 'bakeries', name: 'Buns', city: 'Reno', country: 'US', network_id: '42' },
    });
    expect(authorization).toMatchObject({
      object: 'issuing.authorization',
      amount: 1000,
      approved: true,
      authorization_method: 'chip',
      card: { id: card.id, cardholder: { name: 'Jenny Rosen' } },
      card_presence: 'present',
      merchant_data: { category: 'bakeries', category_code: '5462', name: 'Buns' },
      pending_request: null,
      status: 'pending',
      balance_transactions: [{ amount: -1000, type: 'issuing_authorization_hold' }],
    });
    expect(reasonOf(authorization)).toBe('card_active');
    expect(await issuingBalance(stripe)).toBe(9000);
    const captured = await helpers().capture(authorization.id);
    expect(captured).toMatchObject({
      amount: 1000,
      status: 'closed',
      balance_transactions: [{ amount: -1000 }, { amount: 1000, type: 'issuing_authorization_release' }],
      transactions: [{ amount: -1000, type: 'capture', authorization: authorization.id }],
    });
    expect(await issuingBalance(stripe)).toBe(9000);
    const { data } = await stripe.issuing.transactions.list({ card: card.id });
    expect(data).toEqual(captured.transactions);
    expect(await stripe.balanceTransactions.retrieve(data[0]!.balance_transaction as string)).toMatchObject({
      amount: -1000,
      source: data[0]!.id,
      type: 'issuing_transaction',
      reporting_category: 'issuing_transaction',
    });
    const types = (await eventTypes()).filter((type) => /authorization|transaction/.test(type));
    expect(types).toEqual([
      'issuing_authorization.request',
      'issuing_authorization.created',
      'issuing_transaction.created',
      'issuing_authorization.updated',
    ]);
    expect(await failure(helpers().capture(authorization.id))).toMatchObject({ statusCode: 400 });
  });

  it('is captured in parts, and for more than it was', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 1000);
    const partly = await helpers().capture(id, { capture_amount: 300, close_authorization: false });
    expect(partly).toMatchObject({ status: 'pending', transactions: [{ amount: -300 }] });
    // 300 are paid, 700 are still held.
    expect(await issuingBalance(stripe)).toBe(9000);
    const rest = await helpers().capture(id, { capture_amount: 900 });
    expect(rest).toMatchObject({ status: 'closed', transactions: [{ amount: -300 }, { amount: -900 }] });
    expect(await issuingBalance(stripe)).toBe(8800);
  });

  it('is reversed, in part or as a whole', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 1000);
    expect(await helpers().reverse(id, { reverse_amount: 400 })).toMatchObject({ amount: 600, status: 'pending' });
    expect(await issuingBalance(stripe)).toBe(9400);
    expect(await failure(helpers().reverse(id, { reverse_amount: 601 }))).toMatchObject({ param: 'reverse_amount' });
    expect(await helpers().reverse(id)).toMatchObject({ amount: 0, status: 'reversed' });
    expect(await issuingBalance(stripe)).toBe(10_000);
    expect(await failure(helpers().increment(id, { increment_amount: 1 }))).toMatchObject({ statusCode: 400 });
  });

  it('expires, and can be captured all the same', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 1000);
    expect(await helpers().expire(id)).toMatchObject({ amount: 1000, status: 'expired' });
    expect(await issuingBalance(stripe)).toBe(10_000);
    const older = running.client({ apiVersion: '2025-02-24.acacia' as never });
    expect(await older.issuing.authorizations.retrieve(id)).toMatchObject({ status: 'reversed' });
    expect(await helpers().capture(id)).toMatchObject({ status: 'closed', transactions: [{ amount: -1000 }] });
    expect(await issuingBalance(stripe)).toBe(9000);
  });

  it('expires by itself after 7 days, at a hotel after 31', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const shop = await authorize(card.id, 1000);
    const hotel = await authorize(card.id, 2000, { merchant_data: { category: 'hotels_motels_and_resorts' } });
    await running.platform.clock.advance('8d');
    expect(await stripe.issuing.authorizations.retrieve(shop.id)).toMatchObject({ status: 'expired' });
    expect(await stripe.issuing.authorizations.retrieve(hotel.id)).toMatchObject({ status: 'pending' });
    await running.platform.clock.advance('24d');
    expect(await stripe.issuing.authorizations.retrieve(hotel.id)).toMatchObject({ status: 'expired' });
    expect(await issuingBalance(stripe)).toBe(10_000);
  });

  it('is raised as long as the money is there', async () => {
    await fundIssuing(stripe, 1500);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 1000);
    const raised = await helpers().increment(id, { increment_amount: 400 });
    expect(raised).toMatchObject({ amount: 1400, approved: true });
    expect(raised.request_history.map(({ amount }) => amount)).toEqual([1000, 400]);
    expect(await issuingBalance(stripe)).toBe(100);
    const refused = await helpers().increment(id, { increment_amount: 200 });
    expect(refused).toMatchObject({ amount: 1400, approved: true, status: 'pending' });
    expect(refused.request_history.at(-1)).toMatchObject({ approved: false, reason: 'insufficient_funds' });
    expect(await issuingBalance(stripe)).toBe(100);
  });

  it('at a pump gets its amount afterwards', async () => {
    await fundIssuing(stripe, 20_000);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 10_000, {
      merchant_data: { category: 'automated_fuel_dispensers' },
      fuel: { type: 'diesel', unit: 'liter' },
    });
    const final = await helpers().finalizeAmount(id, {
      final_amount: 4200,
      fuel: { type: 'diesel', unit: 'liter', quantity_decimal: '30' as never },
    });
    expect(final).toMatchObject({ amount: 4200, fuel: { type: 'diesel', unit: 'liter' } });
    expect(String(final.fuel!.quantity_decimal)).toBe('30');
    expect(await issuingBalance(stripe)).toBe(15_800);
  });

  it('is refused without money', async () => {
    const card = await activeCard(stripe);
    const refused = await authorize(card.id, 1000);
    expect(refused).toMatchObject({ amount: 1000, approved: false, status: 'closed', balance_transactions: [] });
    expect(reasonOf(refused)).toBe('insufficient_funds');
    const types = await eventTypes();
    expect(types).toContain('issuing_authorization.created');
    expect(types).not.toContain('issuing_authorization.request');
    expect(await failure(helpers().capture(refused.id))).toMatchObject({ statusCode: 400 });
  });

  it('is refused for what card, cardholder and checks say', async () => {
    await fundIssuing(stripe, 10_000);
    const holder = await cardholder(stripe);
    const card = await activeCard(stripe, { cardholder: holder.id });
    const refusal = async (more: object = {}): Promise<string | undefined> =>
      reasonOf(await authorize(card.id, 100, more));
    expect(await refusal({ verification_data: { cvc_check: 'mismatch' } })).toBe('verification_failed');
    expect(await refusal({ verification_data: { expiry_check: 'mismatch' } })).toBe('verification_failed');
    await stripe.issuing.cardholders.update(holder.id, { status: 'inactive' });
    expect(await refusal()).toBe('cardholder_inactive');
    await stripe.issuing.cardholders.update(holder.id, { status: 'active' });
    await stripe.issuing.cards.update(card.id, { status: 'inactive' });
    expect(await refusal()).toBe('card_inactive');
    await stripe.issuing.cards.update(card.id, { status: 'canceled', cancellation_reason: 'lost' });
    expect(await refusal()).toBe('card_canceled');
    expect(await issuingBalance(stripe)).toBe(10_000);
  });

  it('is refused when the card is past its date', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    await running.platform.clock.advance('1200d');
    expect(reasonOf(await authorize(card.id, 100))).toBe('card_expired');
  });

  it('that looks like fraud is put to the cardholder', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const risky = { risk_assessment: { fraud_risk: { level: 'highest' } } };
    const refused = await authorize(card.id, 1000, risky);
    expect(refused).toMatchObject({
      approved: false,
      fraud_challenges: [{ channel: 'sms', status: 'pending', undeliverable_reason: null }],
      verified_by_fraud_challenge: false,
    });
    expect(reasonOf(refused)).toBe('suspected_fraud');
    expect(await helpers().respond(refused.id, { confirmed: true })).toMatchObject({
      fraud_challenges: [{ status: 'verified' }],
    });
    expect(await authorize(card.id, 1000, risky)).toMatchObject({ approved: true, verified_by_fraud_challenge: true });
    expect(await failure(helpers().respond(refused.id, { confirmed: false }))).toMatchObject({ statusCode: 400 });
    const silent = await activeCard(stripe, {
      cardholder: (await cardholder(stripe, { phone_number: undefined as never })).id,
    });
    expect(await authorize(silent.id, 1000, risky)).toMatchObject({
      fraud_challenges: [{ status: 'undeliverable', undeliverable_reason: 'no_phone_number' }],
    });
  });

  it.each([
    [{ amount: -1 }, 'amount'],
    [{ currency: 'eur' }, 'currency'],
    [{ card: 'ic_none' }, 'card'],
  ])('refuses %j and changes nothing', async (wrong, param) => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const call = helpers().create({ card: card.id, amount: 100, ...wrong });
    expect(await failure(call)).toMatchObject({ statusCode: 400, param });
    expect((await stripe.issuing.authorizations.list()).data).toEqual([]);
  });

  it('is found by card, cardholder and status', async () => {
    await fundIssuing(stripe, 10_000);
    const [one, other] = [await activeCard(stripe), await activeCard(stripe)];
    const first = await authorize(one.id, 100);
    const second = await authorize(other.id, 200);
    await helpers().capture(second.id);
    const found = async (by: Stripe.Issuing.AuthorizationListParams): Promise<string[]> =>
      (await stripe.issuing.authorizations.list(by)).data.map(({ id }) => id);
    expect(await found({ card: one.id })).toEqual([first.id]);
    expect(await found({ cardholder: other.cardholder.id })).toEqual([second.id]);
    expect(await found({ status: 'closed' })).toEqual([second.id]);
    expect(await stripe.issuing.authorizations.update(first.id, { metadata: { a: 'b' } })).toMatchObject({
      metadata: { a: 'b' },
    });
  });
});

describe('transactions of Issuing', () => {
  it('are captured by force, and given back', async () => {
    await fundIssuing(stripe, 1000);
    const card = await activeCard(stripe, { status: 'inactive' });
    const { transactions } = stripe.testHelpers.issuing;
    const forced = await transactions.createForceCapture({
      card: card.id,
      amount: 1500,
      merchant_data: { name: 'Airline', category: 'airlines_air_carriers' },
      purchase_details: { receipt: [{ description: 'Water', total: 1500 }], reference: 'R1' },
    });
    expect(forced).toMatchObject({
      amount: -1500,
      authorization: null,
      merchant_data: { category_code: '4511' },
      purchase_details: { reference: 'R1', flight: null },
      type: 'capture',
    });
    // Nobody was asked, so the balance may be overdrawn.
    expect(await issuingBalance(stripe)).toBe(-500);
    const part = await transactions.refund(forced.id, { refund_amount: 500 });
    expect(part).toMatchObject({ amount: 500, type: 'refund', merchant_data: { name: 'Airline' } });
    expect(await failure(transactions.refund(forced.id, { refund_amount: 1001 }))).toMatchObject({
      param: 'refund_amount',
    });
    expect(await transactions.refund(forced.id)).toMatchObject({ amount: 1000 });
    expect(await failure(transactions.refund(part.id))).toMatchObject({ statusCode: 400 });
    const gift = await transactions.createUnlinkedRefund({ card: card.id, amount: 250 });
    expect(gift).toMatchObject({ amount: 250, type: 'refund', authorization: null });
    expect(await issuingBalance(stripe)).toBe(1250);
    expect((await stripe.issuing.transactions.list({ type: 'refund', card: card.id })).data).toHaveLength(3);
    expect(await eventTypes()).toContain('issuing_transaction.purchase_details_receipt_updated');
  });

  it('of a refund belong to the authorization', async () => {
    await fundIssuing(stripe, 1000);
    const card = await activeCard(stripe);
    const { id } = await authorize(card.id, 1000);
    const captured = await helpers().capture(id);
    await stripe.testHelpers.issuing.transactions.refund(captured.transactions[0]!.id);
    expect(await stripe.issuing.authorizations.retrieve(id)).toMatchObject({
      transactions: [{ amount: -1000 }, { amount: 1000, type: 'refund', authorization: id }],
    });
    expect(await issuingBalance(stripe)).toBe(1000);
  });
});
