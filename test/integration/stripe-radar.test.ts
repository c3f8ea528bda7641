import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/radar/lists and https://docs.stripe.com/api/radar */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

const listWith = async (alias: string): Promise<string> => (await stripe.radar.valueLists.list({ alias })).data[0]!.id;
const pay = (given: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    ...given,
  });

describe('a value list', () => {
  it('is made, changed, found and deleted with its items', async () => {
    const list = await stripe.radar.valueLists.create({
      alias: 'bad_words',
      name: 'Bad words',
      item_type: 'case_sensitive_string',
      metadata: { a: '1' },
    });
    expect(list).toMatchObject({
      object: 'radar.value_list',
      item_type: 'case_sensitive_string',
      list_items: { data: [] },
    });
    const item = await stripe.radar.valueListItems.create({ value_list: list.id, value: 'Drat' });
    expect(item).toMatchObject({ value: 'Drat', value_list: list.id });
    expect(await stripe.radar.valueLists.retrieve(list.id)).toMatchObject({ list_items: { data: [item] } });
    expect((await stripe.radar.valueLists.list({ contains: 'Drat' })).data).toMatchObject([{ id: list.id }]);
    expect((await stripe.radar.valueLists.list({ contains: 'drat' })).data).toEqual([]);
    expect((await stripe.radar.valueListItems.list({ value_list: list.id, value: 'ra' })).data).toEqual([item]);
    const changed = await stripe.radar.valueLists.update(list.id, { name: 'Words', metadata: { b: '2' } });
    expect(changed).toMatchObject({ name: 'Words', metadata: { a: '1', b: '2' } });
    expect(await stripe.radar.valueLists.del(list.id)).toEqual({
      id: list.id,
      object: 'radar.value_list',
      deleted: true,
    });
    expect(await failure(stripe.radar.valueListItems.retrieve(item.id))).toMatchObject({ statusCode: 404 });
    expect(await failure(stripe.radar.valueLists.retrieve(list.id))).toMatchObject({ code: 'resource_missing' });
  });

  it('refuses what its type or its name does not allow', async () => {
    const { id } = await stripe.radar.valueLists.create({ alias: 'cards', name: 'Cards', item_type: 'card_bin' });
    const add = (value: string): Promise<unknown> => stripe.radar.valueListItems.create({ value_list: id, value });
    await add('424242');
    expect(await failure(add('424242'))).toMatchObject({ statusCode: 400, param: 'value' });
    expect(await failure(add('42'))).toMatchObject({ statusCode: 400, param: 'value' });
    const create = (alias: string): Promise<unknown> => stripe.radar.valueLists.create({ alias, name: 'x' });
    expect(await failure(create('cards'))).toMatchObject({ statusCode: 400, param: 'alias' });
    expect(await failure(create('with space'))).toMatchObject({ statusCode: 400, param: 'alias' });
    const nowhere = stripe.radar.valueListItems.create({ value_list: 'rsl_none', value: 'x' });
    expect(await failure(nowhere)).toMatchObject({ code: 'resource_missing', param: 'value_list' });
  });

  it('is there for what is allowed and what is blocked', async () => {
    const { data } = await stripe.radar.valueLists.list({ limit: 100 });
    const aliases = data.map(({ alias }) => alias);
    expect(aliases).toEqual(
      expect.arrayContaining(['card_fingerprint_blocklist', 'email_allowlist', 'customer_id_blocklist']),
    );
  });
});

describe('a payment', () => {
  it('is blocked by an email address in the block list', async () => {
    const value_list = await listWith('email_blocklist');
    const item = await stripe.radar.valueListItems.create({ value_list, value: 'Bad@example.com' });
    const { id: customer } = await stripe.customers.create({ email: 'bad@example.com' });
    const error = await failure(pay({ customer }));
    expect(error).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'fraudulent' });
    const charge = await stripe.charges.retrieve(error.charge as string);
    expect(charge.outcome).toMatchObject({ type: 'blocked', reason: 'rule', rule: 'block_if_in_email_blocklist' });
    await stripe.radar.valueListItems.del(item.id);
    expect((await pay({ customer })).status).toBe('succeeded');
  });

  it('is blocked by the card, and allowed in spite of its risk', async () => {
    const { card } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
    const value_list = await listWith('card_fingerprint_blocklist');
    await stripe.radar.valueListItems.create({ value_list, value: card!.fingerprint! });
    expect(await failure(pay({ payment_method: 'pm_card_mastercard' }))).toMatchObject({ decline_code: 'fraudulent' });

    const risky = { payment_method: 'pm_card_radarBlock' };
    expect(await failure(pay(risky))).toMatchObject({ decline_code: 'fraudulent' });
    const { id: customer } = await stripe.customers.create();
    const allowed = await listWith('customer_id_allowlist');
    await stripe.radar.valueListItems.create({ value_list: allowed, value: customer });
    expect((await pay({ ...risky, customer })).status).toBe('succeeded');
  });
});

it('evaluates payments', async () => {
  const evaluate = (payment_method: string): Promise<Stripe.Radar.PaymentEvaluation> =>
    stripe.radar.paymentEvaluations.create({
      customer_details: { email: 'jenny@example.com' },
      payment_details: { amount: 1000, currency: 'usd', payment_method_details: { payment_method } },
    });
  expect(await evaluate('pm_card_visa')).toMatchObject({
    recommended_action: 'continue',
    signals: { fraudulent_payment: { risk_level: 'normal' } },
    payment_details: { amount: 1000, description: null },
  });
  expect(await evaluate('pm_card_radarBlock')).toMatchObject({
    recommended_action: 'block',
    signals: { fraudulent_payment: { risk_level: 'highest' } },
  });
});
