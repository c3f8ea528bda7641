import { Agent } from 'node:http';
import Stripe from 'stripe';
import { failure, startStripe, toLoopback, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const NEVER = { enabled: true, allow_redirects: 'never' } as const;

async function eventTypes(): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.map(({ type }) => type).reverse();
}

describe('customers', () => {
  it('are created, changed, listed and deleted', async () => {
    const customer = await stripe.customers.create({
      email: 'jenny@example.com',
      name: 'Jenny Rosen',
      address: { city: 'Berlin', country: 'DE' },
      shipping: { name: 'Jenny', address: { line1: 'Weg 1' } },
      metadata: { plan: 'gold' },
    });
    expect(customer).toMatchObject({
      object: 'customer',
      email: 'jenny@example.com',
      address: { city: 'Berlin', country: 'DE', line1: null },
      balance: 0,
      livemode: false,
      metadata: { plan: 'gold' },
    });
    const changed = await stripe.customers.update(customer.id, { name: 'Jen', metadata: { plan: '', level: '2' } });
    expect(changed).toMatchObject({ name: 'Jen', email: 'jenny@example.com', metadata: { level: '2' } });
    expect((await stripe.customers.list({ email: 'jenny@example.com' })).data).toHaveLength(1);
    expect(await stripe.customers.del(customer.id)).toEqual({ id: customer.id, object: 'customer', deleted: true });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
    expect((await stripe.customers.list()).data).toHaveLength(0);
    const { data } = await stripe.events.list({ type: 'customer.updated' });
    expect(data[0]?.data.previous_attributes).toEqual({ name: 'Jenny Rosen', metadata: { plan: 'gold', level: null } });
  });

  it('come with a payment method that invoices are paid by', async () => {
    const customer = await stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa', custom_fields: [{ name: 'PO', value: '1' }] },
    });
    const { data } = await stripe.customers.listPaymentMethods(customer.id);
    expect(data.map(({ id }) => id)).toEqual([customer.invoice_settings.default_payment_method]);
    const updated = await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: data[0]!.id },
      expand: ['invoice_settings.default_payment_method'],
    });
    expect(updated.invoice_settings.default_payment_method).toMatchObject({ card: { last4: '4242' } });
  });

  it('have sources, the first of which is the default', async () => {
    const customer = await stripe.customers.create({ source: 'tok_visa' });
    expect(customer.default_source).toMatch(/^card_/);
    const second = await stripe.customers.createSource(customer.id, { source: 'tok_mastercard' });
    expect(second).toMatchObject({ object: 'card', brand: 'MasterCard', last4: '4444', customer: customer.id });
    await stripe.customers.update(customer.id, { default_source: second.id });
    const withSources = await stripe.customers.retrieve(customer.id, { expand: ['sources', 'default_source'] });
    expect(withSources).toMatchObject({ default_source: { id: second.id } });
    expect((withSources as Stripe.Customer).sources?.data).toHaveLength(2);
    await stripe.customers.deleteSource(customer.id, second.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ default_source: customer.default_source });
  });

  it('have tax ids', async () => {
    const { id } = await stripe.customers.create({ tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }] });
    const { data } = await stripe.customers.listTaxIds(id);
    expect(data).toMatchObject([{ type: 'eu_vat', value: 'DE123456789', country: 'DE', customer: id }]);
    await stripe.customers.deleteTaxId(id, data[0]!.id);
    expect((await stripe.customers.listTaxIds(id)).data).toEqual([]);
  });
});

describe('products and prices', () => {
  it('are made together and apart', async () => {
    const product = await stripe.products.create({
      name: 'Shirt',
      default_price_data: { currency: 'usd', unit_amount: 1500 },
      expand: ['default_price'],
    });
    expect(product.default_price).toMatchObject({ unit_amount: 1500, type: 'one_time', product: product.id });
    const price = await stripe.prices.create({
      currency: 'eur',
      unit_amount_decimal: Stripe.Decimal.from('0.5'),
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    });
    expect(price).toMatchObject({ unit_amount: null, type: 'recurring', recurring: { usage_type: 'licensed' } });
    expect(String(price.unit_amount_decimal)).toBe('0.5');
    expect((await stripe.prices.list({ product: product.id })).data).toHaveLength(1);
  });

  it('show tiers and other currencies when asked', async () => {
    const price = await stripe.prices.create({
      currency: 'usd',
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 10, unit_amount: 100 },
        { up_to: 'inf', unit_amount: 50, flat_amount: 5 },
      ],
      recurring: { interval: 'month' },
      product_data: { name: 'Tiered' },
    });
    expect(price.tiers).toBeUndefined();
    const shown = await stripe.prices.retrieve(price.id, { expand: ['tiers'] });
    expect(shown.tiers).toMatchObject([
      { up_to: 10, unit_amount: 100, flat_amount: null },
      { up_to: null, unit_amount: 50, flat_amount: 5 },
    ]);
  });

  it('give a lookup key to one price only', async () => {
    const create = (more: Partial<Stripe.PriceCreateParams> = {}) =>
      stripe.prices.create({
        currency: 'usd',
        unit_amount: 1,
        lookup_key: 'std',
        product_data: { name: 'P' },
        ...more,
      });
    const first = await create();
    expect(await failure(create())).toMatchObject({ code: 'resource_already_exists', statusCode: 400 });
    const second = await create({ transfer_lookup_key: true });
    expect((await stripe.prices.list({ lookup_keys: ['std'] })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
  });
});

describe('payment intents', () => {
  it('are created, confirmed and paid, with the events in their order', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      automatic_payment_methods: NEVER,
    });
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_received: 0, currency: 'usd' });
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
    const paid = await stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_visa',
      expand: ['latest_charge.balance_transaction'],
    });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_received: 2000,
      latest_charge: {
        paid: true,
        captured: true,
        outcome: { type: 'authorized', network_status: 'approved_by_network' },
        balance_transaction: { amount: 2000, fee: 88, net: 1912, type: 'charge', status: 'pending' },
      },
    });
    expect(await eventTypes()).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
  });

  it('need a place to return to when the Dashboard decides about payment methods', async () => {
    const call = stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect((await failure(call)).message).toContain('you must provide a `return_url`');
    const { status } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com/return',
    });
    expect(status).toBe('succeeded');
  });

  it('hold money back until it is captured, whole or in part', async () => {
    const held = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      capture_method: 'manual',
      confirm: true,
    });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1000, amount_received: 0 });
    expect(await failure(stripe.paymentIntents.capture(held.id, { amount_to_capture: 1001 }))).toMatchObject({
      code: 'amount_too_large',
    });
    const captured = await stripe.paymentIntents.capture(held.id, {
      amount_to_capture: 700,
      expand: ['latest_charge'],
    });
    expect(captured).toMatchObject({
      status: 'succeeded',
      amount_received: 700,
      amount_capturable: 0,
      latest_charge: { amount_captured: 700, amount_refunded: 300 },
    });
    const again = await failure(stripe.paymentIntents.capture(held.id));
    expect(again).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400 });
    expect(again.payment_intent).toMatchObject({ id: held.id, status: 'succeeded' });
  });

  it('are captured in several parts, and raised', async () => {
    const held = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      payment_method_options: {
        card: { request_multicapture: 'if_available', request_incremental_authorization: 'if_available' },
      },
      capture_method: 'manual',
      confirm: true,
    });
    const raised = await stripe.paymentIntents.incrementAuthorization(held.id, { amount: 1500 });
    expect(raised).toMatchObject({ amount: 1500, amount_capturable: 1500 });
    const first = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 400, final_capture: false });
    expect(first).toMatchObject({ status: 'requires_capture', amount_received: 400, amount_capturable: 1100 });
    const last = await stripe.paymentIntents.capture(held.id);
    expect(last).toMatchObject({ status: 'succeeded', amount_received: 1500 });
  });

  it('are canceled, and then cannot go on', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    expect(canceled.canceled_at).toEqual(expect.any(Number));
    expect(await failure(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      message:
        'You cannot cancel this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.',
    });
  });

  it('keep the payment method for later when they are told to', async () => {
    const { id: customer } = await stripe.customers.create();
    const paid = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      customer,
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      setup_future_usage: 'off_session',
      confirm: true,
    });
    const method = await stripe.paymentMethods.retrieve(paid.payment_method as string);
    expect(method.customer).toBe(customer);
    const again = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: method.id,
      allowed_payment_method_types: ['card'],
      off_session: true,
      confirm: true,
    });
    expect(again.status).toBe('succeeded');
  });

  it('do not use a payment method twice that nobody kept', async () => {
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const pay = () =>
      stripe.paymentIntents.create({
        amount: 1000,
        currency: 'usd',
        payment_method: method.id,
        allowed_payment_method_types: ['card'],
        confirm: true,
      });
    await pay();
    expect((await failure(pay())).message).toContain(
      'was previously used with a PaymentIntent without Customer attachment',
    );
  });

  it('refuse amounts that cannot be', async () => {
    const create = (amount: number, currency = 'usd') => failure(stripe.paymentIntents.create({ amount, currency }));
    expect(await create(49)).toMatchObject({ code: 'amount_too_small', param: 'amount' });
    expect((await create(49)).message).toBe('Amount must be at least $0.50 usd');
    expect(await create(100_000_000)).toMatchObject({ code: 'amount_too_large' });
    expect((await create(100, 'xxx')).message).toMatch(/^Invalid currency: xxx/);
    expect(
      await failure(stripe.paymentIntents.create({ amount: 100, currency: 'usd', customer: 'cus_none' })),
    ).toMatchObject({ code: 'resource_missing', param: 'customer', message: "No such customer: 'cus_none'" });
  });

  it('show a page only what it may see', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd', metadata: { secret: 'yes' } });
    const page = running.client({ key: 'pk_test_backlot' });
    expect(await failure(page.paymentIntents.retrieve(intent.id))).toMatchObject({ param: 'client_secret' });
    const seen = await page.paymentIntents.retrieve(intent.id, { client_secret: intent.client_secret! });
    expect(seen).toMatchObject({ id: intent.id, amount: 1000 });
    expect(seen).not.toHaveProperty('metadata');
    const wrong = failure(page.paymentIntents.retrieve(intent.id, { client_secret: `${intent.id}_secret_x` }));
    expect(await wrong).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_invalid_parameter',
      param: 'client_secret',
    });
    expect(await failure(stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
      statusCode: 404,
      param: 'intent',
      message: "No such payment_intent: 'pi_none'",
    });
    expect(await failure(page.customers.list())).toMatchObject({ statusCode: 403, code: 'secret_key_required' });
  });

  it('wait for debits, which succeed or fail later', async () => {
    const pay = (payment_method: string) =>
      stripe.paymentIntents.create({
        amount: 1000,
        currency: 'usd',
        payment_method,
        allowed_payment_method_types: ['us_bank_account'],
        confirm: true,
      });
    const good = await pay('pm_usBankAccount_success');
    const bad = await pay('pm_usBankAccount_insufficientFunds');
    expect([good.status, bad.status]).toEqual(['processing', 'processing']);
    await running.platform.clock.advance(2000);
    expect((await stripe.paymentIntents.retrieve(good.id)).status).toBe('succeeded');
    expect(await stripe.paymentIntents.retrieve(bad.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'insufficient_funds' },
    });
  });

  it('send customers away to agree with methods that redirect', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      allowed_payment_method_types: ['ideal'],
      payment_method_data: { type: 'ideal', ideal: { bank: 'ing' } },
      return_url: 'https://example.com/return',
      confirm: true,
    });
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://example.com/return' } },
    });
  });
});

describe('setup intents', () => {
  it('set a card up for a customer', async () => {
    const { id: customer } = await stripe.customers.create();
    const intent = await stripe.setupIntents.create({
      customer,
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      confirm: true,
      expand: ['latest_attempt'],
    });
    expect(intent).toMatchObject({ status: 'succeeded', latest_attempt: { status: 'succeeded' } });
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
    expect(await eventTypes()).toEqual([
      'customer.created',
      'setup_intent.created',
      'payment_method.attached',
      'setup_intent.succeeded',
    ]);
  });

  it('tell that a card is refused', async () => {
    const error = await failure(
      stripe.setupIntents.create({
        payment_method: 'pm_card_visa_chargeDeclined',
        allowed_payment_method_types: ['card'],
        confirm: true,
      }),
    );
    expect(error).toMatchObject({ code: 'card_declined', decline_code: 'generic_decline', statusCode: 402 });
    expect(error.setup_intent).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'card_declined' },
    });
  });
});

/** What the tests need of the old SDK, whose types would be mistaken for those of the current one. */
interface OldClient {
  readonly customers: { create(params: object): Promise<{ id: string }> };
  readonly charges: { create(params: object): Promise<{ id: string }>; retrieve(id: string): Promise<object> };
  readonly refunds: { create(params: object): Promise<object> };
  readonly paymentIntents: { create(params: object): Promise<object> };
}
const OldStripe = jest.requireActual<new (key: string, config: object) => OldClient>('stripe-8');

describe('an old SDK', () => {
  const agent = new Agent({ lookup: toLoopback });
  const old = (): OldClient =>
    new OldStripe('sk_test_backlot', {
      apiVersion: '2020-08-27',
      host: 'stripe.localhost',
      port: running.platform.port,
      protocol: 'http',
      httpAgent: agent,
    });

  it('charges a customer’s card, and refunds it', async () => {
    const client = old();
    const customer = await client.customers.create({ source: 'tok_visa' });
    const charge = await client.charges.create({ amount: 1000, currency: 'usd', customer: customer.id });
    expect(charge).toMatchObject({ paid: true, amount: 1000, source: { brand: 'Visa', last4: '4242' } });
    const refund = await client.refunds.create({ charge: charge.id, amount: 400 });
    expect(refund).toMatchObject({ amount: 400, status: 'succeeded' });
    expect(await client.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 400, refunded: false });
  });

  it('pays an intent by card without a word about redirects', async () => {
    const intent = await old().paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(intent).toMatchObject({ status: 'succeeded', payment_method_types: ['card'] });
  });
});
