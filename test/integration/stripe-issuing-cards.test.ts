import type Stripe from 'stripe';
import { activeCard, cardholder, fundIssuing } from '../support/issuing';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type as string);
const SHIPPING = {
  name: 'Jenny Rosen',
  address: { line1: '123 Main Street', city: 'San Francisco', state: 'CA', postal_code: '94111', country: 'US' },
};

describe('cards', () => {
  it('are made, with a number that only who asks for it sees', async () => {
    const holder = await cardholder(stripe);
    const card = await stripe.issuing.cards.create({ cardholder: holder.id, currency: 'usd', type: 'virtual' });
    expect(card).toMatchObject({
      object: 'issuing.card',
      brand: 'Visa',
      cardholder: { id: holder.id },
      status: 'inactive',
      shipping: null,
      // What Stripe sets where nothing else is said.
      spending_controls: {
        spending_limits: [{ amount: 50_000, categories: [], interval: 'daily' }],
        spending_limits_currency: 'usd',
      },
      wallets: { apple_pay: { eligible: true } },
    });
    expect(card).not.toHaveProperty('number');
    const seen = await stripe.issuing.cards.retrieve(card.id, { expand: ['number', 'cvc'] });
    expect(seen.number).toMatch(/^4000009990\d{6}$/);
    expect(seen.number!.slice(-4)).toBe(card.last4);
    expect(seen.cvc).toMatch(/^\d{3}$/);
    expect(await eventTypes()).toContain('issuing_card.created');
  });

  it('are activated and canceled, once and for all', async () => {
    const card = await activeCard(stripe, { status: 'inactive' });
    expect(await stripe.issuing.cards.update(card.id, { status: 'active' })).toMatchObject({ status: 'active' });
    const early = stripe.issuing.cards.update(card.id, { cancellation_reason: 'lost' });
    expect(await failure(early)).toMatchObject({ param: 'cancellation_reason' });
    const canceled = await stripe.issuing.cards.update(card.id, { status: 'canceled', cancellation_reason: 'lost' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'lost' });
    const late = stripe.issuing.cards.update(card.id, { status: 'active' });
    expect(await failure(late)).toMatchObject({ statusCode: 400 });
    expect(await stripe.issuing.cards.update(card.id, { metadata: { a: 'b' } })).toMatchObject({
      metadata: { a: 'b' },
    });
    const { data } = await stripe.events.list({ type: 'issuing_card.updated' });
    expect(data[1]).toMatchObject({ data: { previous_attributes: { status: 'active', cancellation_reason: null } } });
  });

  it('show their cardholder as they are now', async () => {
    const card = await activeCard(stripe);
    await stripe.issuing.cardholders.update(card.cardholder.id, {
      phone_number: '+15555550123',
      individual: { first_name: 'Jenny', last_name: 'Rosen' },
    });
    expect(await stripe.issuing.cards.retrieve(card.id)).toMatchObject({
      cardholder: { phone_number: '+15555550123', individual: { first_name: 'Jenny', dob: null } },
    });
    await stripe.issuing.cardholders.update(card.cardholder.id, { status: 'inactive' });
    expect(await failure(activeCard(stripe, { cardholder: card.cardholder.id }))).toMatchObject({
      param: 'cardholder',
    });
  });

  it('are replaced, and the new one goes on with what was spent', async () => {
    await fundIssuing(stripe, 100_000);
    const card = await activeCard(stripe);
    await stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount: 45_000 });
    const replace = () =>
      activeCard(stripe, { cardholder: card.cardholder.id, replacement_for: card.id, replacement_reason: 'lost' });
    expect(await failure(replace())).toMatchObject({ param: 'replacement_for' });
    await stripe.issuing.cards.update(card.id, { status: 'canceled', cancellation_reason: 'lost' });
    const next = await replace();
    expect(next).toMatchObject({ replacement_for: card.id, replacement_reason: 'lost' });
    expect(await stripe.issuing.cards.retrieve(card.id)).toMatchObject({ replaced_by: next.id });
    const refused = await stripe.testHelpers.issuing.authorizations.create({ card: next.id, amount: 6000 });
    expect(refused).toMatchObject({ approved: false, request_history: [{ reason: 'spending_controls' }] });
  });

  it('are canceled after so many payments as they are for', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe, { lifecycle_controls: { cancel_after: { payment_count: 2 } } });
    const pay = () => stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount: 100 });
    expect(await pay()).toMatchObject({ approved: true });
    expect(await pay()).toMatchObject({ approved: true, card: { status: 'canceled' } });
    expect(await pay()).toMatchObject({ approved: false, request_history: [{ reason: 'card_canceled' }] });
  });

  it('are found by what they are', async () => {
    const one = await activeCard(stripe);
    const other = await activeCard(stripe, { status: 'inactive', exp_month: 5, exp_year: 2040 });
    const found = async (by: Stripe.Issuing.CardListParams): Promise<string[]> =>
      (await stripe.issuing.cards.list(by)).data.map(({ id }) => id);
    expect(await found({})).toEqual([other.id, one.id]);
    expect(await found({ status: 'active' })).toEqual([one.id]);
    expect(await found({ cardholder: other.cardholder.id })).toEqual([other.id]);
    expect(await found({ exp_month: 5, exp_year: 2040 })).toEqual([other.id]);
    expect(await found({ last4: one.last4 })).toEqual([one.id]);
    expect((await stripe.issuing.cardholders.list({ email: 'jenny.rosen@example.com' })).data).toHaveLength(2);
    expect((await stripe.issuing.cardholders.list({ status: 'blocked' as never })).data).toEqual([]);
  });
});

describe('spending controls', () => {
  const pay = async (card: string, amount: number, merchant_data: object = {}): Promise<boolean> => {
    const { approved, request_history: history } = await stripe.testHelpers.issuing.authorizations.create({
      card,
      amount,
      merchant_data,
    });
    if (!approved) expect(history[0]!.reason).toBe('spending_controls');
    return approved;
  };
  beforeEach(() => fundIssuing(stripe, 5_000_000));

  it('block and allow categories, countries and presences', async () => {
    const blocked = await activeCard(stripe, {
      spending_controls: { blocked_categories: ['bakeries'], blocked_merchant_countries: ['FR'] },
    });
    expect(await pay(blocked.id, 100, { category: 'bakeries' })).toBe(false);
    expect(await pay(blocked.id, 100, { category: 'book_stores', country: 'FR' })).toBe(false);
    expect(await pay(blocked.id, 100, { category: 'book_stores', country: 'US' })).toBe(true);
    const allowed = await activeCard(stripe, {
      spending_controls: { allowed_categories: ['bakeries'], allowed_card_presences: ['not_present'] },
    });
    expect(await pay(allowed.id, 100, { category: 'bakeries' })).toBe(true);
    expect(await pay(allowed.id, 100, { category: 'book_stores' })).toBe(false);
    const there = await stripe.testHelpers.issuing.authorizations.create({
      card: allowed.id,
      amount: 100,
      authorization_method: 'contactless',
      merchant_data: { category: 'bakeries' },
    });
    expect(there.approved).toBe(false);
    const both = activeCard(stripe, {
      spending_controls: { allowed_categories: ['bakeries'], blocked_categories: ['book_stores'] },
    });
    expect(await failure(both)).toMatchObject({ param: 'spending_controls[blocked_categories]' });
  });

  it('limit a new card to 500 a day, and any authorization to 10,000', async () => {
    const card = await activeCard(stripe);
    expect(await pay(card.id, 50_001)).toBe(false);
    expect(await pay(card.id, 50_000)).toBe(true);
    expect(await pay(card.id, 1)).toBe(false);
    await running.platform.clock.advance('1d');
    expect(await pay(card.id, 50_000)).toBe(true);
    const free = await activeCard(stripe, {
      spending_controls: { spending_limits: [{ amount: 3_000_000, interval: 'all_time' }] },
    });
    expect(await pay(free.id, 1_000_001)).toBe(false);
    expect(await pay(free.id, 1_000_000)).toBe(true);
  });

  it('limit each authorization, and a month of a category', async () => {
    const card = await activeCard(stripe, {
      spending_controls: {
        spending_limits: [
          { amount: 2_000_000, interval: 'per_authorization' },
          { amount: 1000, interval: 'monthly', categories: ['bakeries'] },
        ],
      },
    });
    expect(await pay(card.id, 1_500_000, { category: 'book_stores' })).toBe(true);
    expect(await pay(card.id, 2_000_001, { category: 'book_stores' })).toBe(false);
    expect(await pay(card.id, 800, { category: 'bakeries' })).toBe(true);
    expect(await pay(card.id, 300, { category: 'bakeries' })).toBe(false);
    await running.platform.clock.advance('32d');
    expect(await pay(card.id, 300, { category: 'bakeries' })).toBe(true);
  });

  it('count what was captured and not what came back', async () => {
    const card = await activeCard(stripe, {
      spending_controls: { spending_limits: [{ amount: 1000, interval: 'all_time' }] },
    });
    const { id } = await stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount: 1000 });
    const { transactions } = await stripe.testHelpers.issuing.authorizations.capture(id);
    expect(await pay(card.id, 1)).toBe(false);
    await stripe.testHelpers.issuing.transactions.refund(transactions[0]!.id, { refund_amount: 400 });
    expect(await pay(card.id, 401)).toBe(false);
    expect(await pay(card.id, 400)).toBe(true);
  });

  it('of a cardholder hold for all their cards', async () => {
    const holder = await cardholder(stripe, {
      spending_controls: {
        spending_limits: [{ amount: 1000, interval: 'weekly' }],
        spending_limits_currency: 'usd',
        blocked_categories: ['bakeries'],
      },
    });
    const [one, other] = [
      await activeCard(stripe, { cardholder: holder.id }),
      await activeCard(stripe, { cardholder: holder.id }),
    ];
    expect(await pay(one.id, 100, { category: 'bakeries' })).toBe(false);
    expect(await pay(one.id, 700)).toBe(true);
    expect(await pay(other.id, 400)).toBe(false);
    expect(await pay(other.id, 300)).toBe(true);
  });

  it('are changed without those that are not named', async () => {
    const card = await activeCard(stripe, { spending_controls: { blocked_categories: ['bakeries'] } });
    const changed = await stripe.issuing.cards.update(card.id, {
      spending_controls: { spending_limits: [{ amount: 100, interval: 'daily' }] },
    });
    expect(changed.spending_controls).toMatchObject({
      blocked_categories: ['bakeries'],
      spending_limits: [{ amount: 100, interval: 'daily' }],
    });
  });
});

describe('physical cards', () => {
  const make = () => activeCard(stripe, { type: 'physical', status: 'inactive', shipping: SHIPPING });
  const shipping = () => stripe.testHelpers.issuing.cards;

  it('go to their cardholder', async () => {
    const card = await make();
    expect(card.shipping).toMatchObject({ status: 'pending', service: 'standard', type: 'individual', carrier: null });
    expect(await shipping().submitCard(card.id)).toMatchObject({ shipping: { status: 'submitted' } });
    const shipped = await shipping().shipCard(card.id);
    expect(shipped.shipping).toMatchObject({ status: 'shipped', carrier: 'usps' });
    expect(shipped.shipping!.tracking_number).toBeTruthy();
    expect(shipped.shipping!.eta).toBeGreaterThan(card.created);
    expect(await shipping().deliverCard(card.id)).toMatchObject({ shipping: { status: 'delivered' } });
    expect((await eventTypes()).filter((type) => type === 'issuing_card.updated')).toHaveLength(3);
    expect(await failure(shipping().shipCard(card.id))).toMatchObject({ statusCode: 400 });
  });

  it('get lost, or come back', async () => {
    const lost = await make();
    expect(await shipping().failCard(lost.id)).toMatchObject({ shipping: { status: 'failure' } });
    const back = await make();
    expect(await failure(shipping().returnCard(back.id))).toMatchObject({ statusCode: 400 });
    await shipping().shipCard(back.id);
    expect(await shipping().returnCard(back.id)).toMatchObject({ shipping: { status: 'returned' } });
  });

  it('need an address; virtual ones go nowhere', async () => {
    expect(await failure(activeCard(stripe, { type: 'physical' }))).toMatchObject({ param: 'shipping' });
    const virtual = await activeCard(stripe);
    expect(await failure(shipping().shipCard(virtual.id))).toMatchObject({ statusCode: 400 });
    expect(await failure(shipping().shipCard('ic_none'))).toMatchObject({ statusCode: 404 });
  });

  it('look as a design says that was accepted', async () => {
    const { data: bundles } = await stripe.issuing.physicalBundles.list({ type: 'standard', status: 'active' });
    const [bundle, plain] = bundles;
    expect(await stripe.issuing.physicalBundles.retrieve(bundle!.id)).toEqual(
      expect.objectContaining({ id: bundle!.id }),
    );
    const design = await stripe.issuing.personalizationDesigns.create({
      physical_bundle: bundle!.id,
      name: 'Blue',
      lookup_key: 'blue',
      carrier_text: { header_title: 'Hello' },
      preferences: { is_default: true },
    });
    expect(design).toMatchObject({
      status: 'review',
      carrier_text: { header_title: 'Hello', footer_body: null },
      preferences: { is_default: true },
    });
    const use = () => activeCard(stripe, { type: 'physical', shipping: SHIPPING, personalization_design: design.id });
    expect(await failure(use())).toMatchObject({ param: 'personalization_design' });
    const { personalizationDesigns: helpers } = stripe.testHelpers.issuing;
    const rejected = await helpers.reject(design.id, { rejection_reasons: { carrier_text: ['inappropriate'] } });
    expect(rejected).toMatchObject({
      status: 'rejected',
      rejection_reasons: { carrier_text: ['inappropriate'], card_logo: null },
    });
    expect(await helpers.activate(design.id)).toMatchObject({
      status: 'active',
      rejection_reasons: { card_logo: null },
    });
    expect(await use()).toMatchObject({ personalization_design: design.id });
    const other = await stripe.issuing.personalizationDesigns.create({
      physical_bundle: plain!.id,
      lookup_key: 'blue',
      transfer_lookup_key: true,
      preferences: { is_default: true },
    });
    expect(await stripe.issuing.personalizationDesigns.retrieve(design.id)).toMatchObject({
      lookup_key: null,
      preferences: { is_default: false },
    });
    const taken = stripe.issuing.personalizationDesigns.update(design.id, { lookup_key: 'blue' });
    expect(await failure(taken)).toMatchObject({ param: 'lookup_key' });
    const { data } = await stripe.issuing.personalizationDesigns.list({ lookup_keys: ['blue'] });
    expect(data.map(({ id }) => id)).toEqual([other.id]);
    await helpers.deactivate(design.id);
    const types = await eventTypes();
    for (const what of ['activated', 'deactivated', 'rejected', 'updated'])
      expect(types).toContain(`issuing_personalization_design.${what}`);
  });
});

describe('cards in wallets', () => {
  it('have a token, which can be suspended and deleted', async () => {
    await fundIssuing(stripe, 10_000);
    const card = await activeCard(stripe);
    const pay = () =>
      stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount: 100, wallet: 'apple_pay' });
    const { token, wallet } = await pay();
    expect(wallet).toBe('apple_pay');
    expect((await pay()).token).toBe(token);
    const { data } = await stripe.issuing.tokens.list({ card: card.id });
    expect(data).toMatchObject([{ id: token, card: card.id, status: 'active', wallet_provider: 'apple_pay' }]);
    expect(await stripe.issuing.tokens.update(data[0]!.id, { status: 'suspended' })).toMatchObject({
      status: 'suspended',
    });
    expect(await stripe.issuing.tokens.update(data[0]!.id, { status: 'deleted' })).toMatchObject({ status: 'deleted' });
    const late = stripe.issuing.tokens.update(data[0]!.id, { status: 'active' });
    expect(await failure(late)).toMatchObject({ param: 'status' });
    expect(await eventTypes()).toEqual(expect.arrayContaining(['issuing_token.created', 'issuing_token.updated']));
  });
});
