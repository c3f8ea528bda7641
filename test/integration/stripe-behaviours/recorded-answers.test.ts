import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** What answers of Stripe’s test mode have that its declarations and its guides do not tell, and applications rely on. */
let running: RunningStripe;
let stripe: Stripe;

const DAY = 86_400;
const ADDRESS = { line1: '920 5th Ave', city: 'Seattle', state: 'WA', postal_code: '98104', country: 'US' };

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

interface PriceOptions extends Partial<Stripe.PriceCreateParams> {
  readonly unit?: string;
}

async function monthly(unit_amount = 1000, { unit, ...more }: PriceOptions = {}): Promise<string> {
  const { id: product } = await stripe.products.create({
    name: 'Gold',
    ...(unit !== undefined && { unit_label: unit }),
  });
  const recurring = { interval: 'month' as const };
  return (await stripe.prices.create({ product, currency: 'usd', unit_amount, recurring, ...more })).id;
}

async function subscribed(more: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> {
  const customer = more.customer ?? (await customerWithCard(stripe, { email: 'jenny@example.com' }));
  const items = more.items ?? [{ price: await monthly() }];
  return stripe.subscriptions.create({ ...more, customer, items });
}

async function useCard(customer: string, name: string): Promise<string> {
  const { id } = await stripe.paymentMethods.attach(name, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  return id;
}

const now = (): number => Math.floor(Date.now() / 1000);
const update = (id: string, given: object): Promise<Stripe.Subscription> => stripe.subscriptions.update(id, given);

async function intentOf(invoice: Stripe.Subscription['latest_invoice']): Promise<Stripe.PaymentIntent> {
  const id = typeof invoice === 'string' ? invoice : invoice!.id;
  const { data } = await stripe.invoicePayments.list({ invoice: id });
  return stripe.paymentIntents.retrieve(data[0]!.payment.payment_intent as string);
}

describe('a customer', () => {
  it('shows its taxes and its credit on demand alone', async () => {
    const plain = await stripe.customers.create({ email: 'jenny@example.com' });
    expect(plain).not.toHaveProperty('tax');
    expect(plain).not.toHaveProperty('invoice_credit_balance');
    expect(plain).not.toHaveProperty('default_currency');
    const expand = ['tax', 'invoice_credit_balance'];
    expect(await stripe.customers.retrieve(plain.id, { expand })).toMatchObject({
      invoice_credit_balance: {},
      tax: { automatic_tax: 'unrecognized_location', ip_address: null, location: null, provider: 'stripe' },
    });
    await stripe.customers.createBalanceTransaction(plain.id, { amount: -700, currency: 'usd' });
    expect(await stripe.customers.retrieve(plain.id, { expand })).toMatchObject({
      invoice_credit_balance: { usd: 700 },
    });
  });

  it('is taxed where goods are sent to, or where it is billed, once there is a registration', async () => {
    const { id } = await stripe.customers.create({ address: ADDRESS, tax: { ip_address: '203.0.113.7' } });
    const taxOf = async () => ((await stripe.customers.retrieve(id, { expand: ['tax'] })) as Stripe.Customer).tax;
    expect(await taxOf()).toEqual({
      automatic_tax: 'not_collecting',
      ip_address: '203.0.113.7',
      location: { country: 'US', source: 'billing_address', state: 'WA' },
      provider: 'stripe',
    });
    await stripe.tax.registrations.create({
      country: 'US',
      country_options: { us: { state: 'WA', type: 'state_sales_tax' } },
      active_from: 'now',
    });
    expect(await taxOf()).toMatchObject({ automatic_tax: 'supported' });
    await stripe.customers.update(id, { shipping: { name: 'Jenny', address: { ...ADDRESS, state: 'OR' } } });
    expect(await taxOf()).toMatchObject({
      automatic_tax: 'not_collecting',
      location: { source: 'shipping_destination', state: 'OR' },
    });
  });

  it('is refused when its place has to be known and is not', async () => {
    const tax = { validate_location: 'immediately' as const };
    expect(await failure(stripe.customers.create({ tax }))).toMatchObject({ code: 'customer_tax_location_invalid' });
    const { id } = await stripe.customers.create();
    expect(await failure(stripe.customers.update(id, { tax }))).toMatchObject({
      code: 'customer_tax_location_invalid',
    });
    await expect(stripe.customers.update(id, { address: ADDRESS, tax })).resolves.toMatchObject({ id });
  });

  it('says how much there is in the lists that it shows on demand', async () => {
    const { customer } = (await subscribed()) as { customer: string };
    await stripe.customers.createSource(customer, { source: 'tok_visa' });
    await stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
    const found = await stripe.customers.retrieve(customer, { expand: ['subscriptions', 'sources', 'tax_ids'] });
    expect(found).toMatchObject({
      subscriptions: { total_count: 1, has_more: false },
      sources: { total_count: 1 },
      tax_ids: { total_count: 1 },
    });
  });
});

describe('a subscription', () => {
  it('shows the plan and the quantity of its only item, and who makes it', async () => {
    const price = await monthly();
    const made = await subscribed({ items: [{ price, quantity: 5 }] });
    expect(made).toMatchObject({
      plan: { id: price, object: 'plan', amount: 1000 },
      quantity: 5,
      application: null,
      managed_payments: { enabled: false },
      billing_mode: { type: 'flexible', updated_at: made.created },
    });
    const { id } = await stripe.subscriptionItems.create({ subscription: made.id, price: await monthly(300) });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ plan: null, quantity: null });
    await stripe.subscriptionItems.del(id);
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ plan: { id: price }, quantity: 5 });
  });

  it('takes the quantity of its only item by itself', async () => {
    const { id, items } = await subscribed();
    const after = await update(id, { quantity: 3, proration_behavior: 'none' });
    expect(after).toMatchObject({ quantity: 3, items: { data: [{ id: items.data[0]!.id, quantity: 3 }] } });
    await stripe.subscriptionItems.create({ subscription: id, price: await monthly(300) });
    expect(await failure(update(id, { quantity: 2 }))).toMatchObject({ param: 'quantity' });
  });

  it('calls units what the product calls them', async () => {
    const price = await monthly(2500, { unit: 'user' });
    const more = { items: [{ price, quantity: 2 }], expand: ['latest_invoice'] };
    expect(await subscribed(more)).toMatchObject({
      latest_invoice: { lines: { data: [{ description: '2 user × Gold (at $25.00 / month)' }] } },
    });
    expect(await subscribed({ ...more, trial_period_days: 7 })).toMatchObject({
      latest_invoice: { lines: { data: [{ description: 'Free trial for 2 user × Gold' }] } },
    });
  });

  it('is billed in a currency that its price has an amount in', async () => {
    const price = await monthly(1000, { currency_options: { eur: { unit_amount: 900 } } });
    const customer = await customerWithCard(stripe);
    const made = await subscribed({
      customer,
      items: [{ price, quantity: 2 }],
      currency: 'EUR',
      expand: ['latest_invoice'],
    });
    expect(made).toMatchObject({
      currency: 'eur',
      items: { data: [{ price: { currency: 'usd', unit_amount: 1000 } }] },
      latest_invoice: { currency: 'eur', total: 1800, status: 'paid' },
    });
    const preview = await stripe.invoices.createPreview({ subscription: made.id });
    expect(preview).toMatchObject({ currency: 'eur', total: 1800 });
    expect(await failure(subscribed({ items: [{ price }], currency: 'sek' }))).toMatchObject({ param: 'items' });
  });

  it('has no invoice before the anchor of its cycle where nothing is prorated', async () => {
    const made = await subscribed({ billing_cycle_anchor: now() + 5 * DAY, proration_behavior: 'none' });
    expect(made).toMatchObject({ status: 'active', latest_invoice: null });
    expect(await stripe.invoices.list({ subscription: made.id })).toMatchObject({ data: [] });
    expect(await stripe.invoices.createPreview({ subscription: made.id })).toMatchObject({ total: 1000 });
  });

  it('leaves a draft when a change of what is sent comes to nothing', async () => {
    const made = await subscribed({ collection_method: 'send_invoice', days_until_due: 30 });
    const items = [{ id: made.items.data[0]!.id, price: await monthly() }];
    const after = await update(made.id, { items, proration_behavior: 'always_invoice', expand: ['latest_invoice'] });
    expect(after).toMatchObject({ status: 'active', latest_invoice: { status: 'draft', total: 0 } });
  });
});

describe('the payment of an invoice', () => {
  it('waits to be confirmed with what the customer pays with', async () => {
    const customer = await customerWithCard(stripe);
    const made = await subscribed({ customer, payment_behavior: 'default_incomplete' });
    expect(made.status).toBe('incomplete');
    const intent = await intentOf(made.latest_invoice);
    const { invoice_settings: settings } = (await stripe.customers.retrieve(customer)) as Stripe.Customer;
    expect(intent).toMatchObject({
      status: 'requires_confirmation',
      payment_method: settings.default_payment_method,
      capture_method: 'automatic',
      payment_details: { customer_reference: null, order_reference: made.latest_invoice },
      receipt_email: null,
    });
    expect(await stripe.paymentIntents.confirm(intent.id)).toMatchObject({ status: 'succeeded' });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: 'active' });
  });

  it('waits for a payment method where the customer has none, and where the invoice is sent', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await subscribed({ customer, payment_behavior: 'default_incomplete' });
    expect(await intentOf(made.latest_invoice)).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
    });
    const sent = await stripe.invoices.create({
      customer: await customerWithCard(stripe, { email: 'jenny@example.com' }),
      collection_method: 'send_invoice',
      days_until_due: 3,
    });
    await stripe.invoices.addLines(sent.id, { lines: [{ description: 'Work', amount: 500 }] });
    const { id } = await stripe.invoices.finalizeInvoice(sent.id);
    expect(await intentOf(id as never)).toMatchObject({ status: 'requires_payment_method' });
  });

  it.each([
    ['pm_card_chargeCustomerFail', 'requires_payment_method'],
    ['pm_card_threeDSecure2Required', 'requires_action'],
  ])('of a change with %s is past due until it is made good', async (card, status) => {
    const customer = await customerWithCard(stripe);
    const made = await subscribed({ customer });
    await useCard(customer, card);
    const after = await update(made.id, {
      quantity: 8,
      payment_behavior: 'default_incomplete',
      proration_behavior: 'always_invoice',
    });
    expect(after).toMatchObject({ status: 'past_due', quantity: 8 });
    const { id, status: before } = await intentOf(after.latest_invoice);
    expect(before).toBe('requires_confirmation');
    await stripe.paymentIntents.confirm(id, { return_url: 'https://example.com' }).catch(() => undefined);
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status });
    const card2 = await useCard(customer, 'pm_card_visa');
    await stripe.paymentIntents.confirm(id, { payment_method: card2 });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: 'active' });
  });

  it('ends the advance of the invoice', async () => {
    const made = await subscribed({ expand: ['latest_invoice'] });
    expect(made.latest_invoice).toMatchObject({ status: 'paid', auto_advance: false, attempt_count: 1 });
  });
});

describe('a payment', () => {
  const confirmed = (more: Partial<Stripe.PaymentIntentCreateParams> = {}, options: Stripe.RequestOptions = {}) =>
    stripe.paymentIntents.create(
      {
        amount: 2000,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        expand: ['latest_charge'],
        ...more,
      },
      options,
    );

  it('has the numbers that the bank and the network gave it, other ones each time', async () => {
    const details = async (given: Promise<Stripe.PaymentIntent>) =>
      ((await given).latest_charge as Stripe.Charge).payment_method_details!.card!;
    const [one, other] = [await details(confirmed()), await details(confirmed())];
    expect(one).toMatchObject({
      authorization_code: expect.stringMatching(/^\d{6}$/) as unknown,
      network_transaction_id: expect.stringMatching(/^\d{15}$/) as unknown,
      electronic_commerce_indicator: '07',
    });
    expect(one.network_transaction_id).not.toBe(other.network_transaction_id);
    const declined = await failure(confirmed({ payment_method: 'pm_card_chargeDeclined' }));
    const charge = await stripe.charges.retrieve((declined as { raw: { charge: string } }).raw.charge);
    expect(charge.payment_method_details!.card).toMatchObject({
      authorization_code: null,
      network_transaction_id: null,
    });
  });

  it('counts the refunds that a charge shows', async () => {
    const { id, latest_charge: charge } = await confirmed({ expand: [] });
    const refunds = async () =>
      (await stripe.charges.retrieve(charge as string, { expand: ['refunds.data.balance_transaction'] })).refunds;
    expect(await refunds()).toMatchObject({ data: [], total_count: 0 });
    await stripe.refunds.create({ payment_intent: id, amount: 500 });
    expect(await refunds()).toMatchObject({ data: [{ amount: 500 }], total_count: 1 });
  });

  it('needs no authentication when it was ordered by telephone', async () => {
    const payment_method = 'pm_card_authenticationRequired';
    expect(await confirmed({ payment_method })).toMatchObject({ status: 'requires_action' });
    const payment_method_options = { card: { moto: true } };
    expect(await confirmed({ payment_method, payment_method_options })).toMatchObject({ status: 'succeeded' });
  });

  it('keeps what it is for, until it is captured', async () => {
    const made = await confirmed({ capture_method: 'manual', payment_details: { order_reference: 'order_1' } });
    expect(made.payment_details).toEqual({ customer_reference: null, order_reference: 'order_1' });
    const details = async (payment_details: Stripe.PaymentIntentUpdateParams.PaymentDetails | '') =>
      (await stripe.paymentIntents.update(made.id, { payment_details })).payment_details;
    expect(await details({ customer_reference: 'jenny' })).toEqual({
      customer_reference: 'jenny',
      order_reference: 'order_1',
    });
    expect(await details({ customer_reference: '' })).toMatchObject({ customer_reference: null });
    const captured = await stripe.paymentIntents.capture(made.id, { payment_details: { order_reference: 'order_2' } });
    expect(captured.payment_details).toMatchObject({ order_reference: 'order_2' });
  });

  it('of a connected account names the application, and has the fee that its capture asks for', async () => {
    const { id: account } = await stripe.accounts.create({ type: 'standard', country: 'US' });
    const made = await confirmed({ capture_method: 'manual' }, { stripeAccount: account });
    expect(made).toMatchObject({
      application: expect.stringMatching(/^ca_/) as unknown,
      latest_charge: { application: made.application },
    });
    const fee = { application_fee_amount: 123 };
    const captured = await stripe.paymentIntents.capture(made.id, fee, { stripeAccount: account });
    expect(captured).toMatchObject(fee);
    expect(await confirmed()).toMatchObject({ application: null, managed_payments: { enabled: false } });
    expect(await stripe.setupIntents.create({}, { stripeAccount: account })).toMatchObject({
      application: made.application,
    });
  });
});

it('a Checkout Session has room for what it collects from the beginning', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: await monthly(), quantity: 1 }],
    success_url: 'https://example.com',
  });
  expect(session).toMatchObject({
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    managed_payments: { enabled: false },
  });
});
