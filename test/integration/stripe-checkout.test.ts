/** Checkout Sessions, payment links, shipping rates and the portal, as the official SDK uses them. */
import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../support/stripe';
import { fillIn, visitPage } from '../support/stripe-pages';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
beforeEach(() => running.platform.state.reset());
afterAll(() => running.close());

/** A client of a version. */
function at(version: string): Stripe {
  return running.client({ apiVersion: version as NonNullable<Stripe.StripeConfig['apiVersion']> });
}

const SHIRT = {
  quantity: 2,
  price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } },
};

const PAY = {
  mode: 'payment' as const,
  line_items: [SHIRT],
  success_url: 'https://shop.example.com/done?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.example.com/cart',
};

const visit = (url: string, form?: Readonly<Record<string, string>>): ReturnType<typeof visitPage> =>
  visitPage(running, url, form);

const CARD = fillIn();

async function events(): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.map(({ type }) => type).reverse();
}

describe('a Checkout Session', () => {
  test('in payment mode has amounts, an expiry a day away and a page', async () => {
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      client_reference_id: 'cart_1',
      metadata: { a: 'b' },
    });
    expect(session).toMatchObject({
      object: 'checkout.session',
      amount_subtotal: 4000,
      amount_total: 4000,
      client_reference_id: 'cart_1',
      currency: 'usd',
      customer: null,
      customer_creation: 'if_required',
      metadata: { a: 'b' },
      mode: 'payment',
      payment_intent: null,
      payment_method_types: ['card'],
      payment_status: 'unpaid',
      status: 'open',
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      ui_mode: 'hosted_page',
    });
    expect(session.id).toMatch(/^cs_test_/);
    expect(session.expires_at - session.created).toBe(24 * 60 * 60);
    expect(session.url).toContain(`/pay/${session.id}`);
    expect('line_items' in session).toBe(false);
  });

  test('lists its line items, and has them when they are expanded', async () => {
    const { id } = await stripe.checkout.sessions.create(PAY);
    const { data } = await stripe.checkout.sessions.listLineItems(id);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      object: 'item',
      amount_total: 4000,
      description: 'T-shirt',
      quantity: 2,
      price: { unit_amount: 2000 },
    });
    const expanded = await stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] });
    expect(expanded.line_items!.data).toHaveLength(1);
  });

  test('needs what its mode needs', async () => {
    const { sessions } = stripe.checkout;
    const refused = (params: object) =>
      sessions.create(params as Stripe.Checkout.SessionCreateParams).then(
        () => undefined,
        (error: Stripe.errors.StripeError) => [error.code, error.param ?? error.message],
      );
    expect(await refused({ ...PAY, mode: undefined })).toEqual(['parameter_missing', 'mode']);
    expect(await refused({ ...PAY, success_url: undefined })).toEqual(['parameter_missing', 'success_url']);
    expect(await refused({ ...PAY, line_items: undefined })).toEqual(['parameter_missing', 'line_items']);
    expect(await refused({ ...PAY, line_items: [{ price: 'price_none', quantity: 1 }] })).toEqual([
      'resource_missing',
      'line_items[0][price]',
    ]);
    expect(await refused({ ...PAY, customer: 'cus_none' })).toEqual(['resource_missing', 'customer']);
    expect(await refused({ ...PAY, expires_at: Math.floor(Date.now() / 1000) + 60 })).toEqual([
      undefined,
      'expires_at',
    ]);
    expect(await refused({ ...PAY, mode: 'subscription' })).toEqual([undefined, 'line_items']);
    expect(
      await refused({
        ...PAY,
        line_items: [{ ...SHIRT, quantity: 1, price_data: { ...SHIRT.price_data, unit_amount: 10 } }],
      }),
    ).toEqual(['amount_too_small', expect.stringContaining('at least $0.50 usd')]);
    expect((await sessions.list()).data).toEqual([]);
  });

  test('is paid on its page, and sends the buyer on', async () => {
    const session = await stripe.checkout.sessions.create(PAY);
    expect((await visit(session.url!)).text).toContain('Pay $40.00');
    const paid = await visit(session.url!, CARD);
    expect(paid).toMatchObject({ status: 303, location: `https://shop.example.com/done?session=${session.id}` });
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(after).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer_details: {
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        address: { country: 'US', postal_code: '94107' },
      },
      payment_intent: { amount: 4000, status: 'succeeded' },
    });
    expect((await events()).filter((type) => type === 'checkout.session.completed')).toHaveLength(1);
    expect((await visit(session.url!)).text).toContain('all done here');
  });

  test('says on its page what is missing, and escapes what is filled in', async () => {
    const session = await stripe.checkout.sessions.create(PAY);
    const page = await visit(session.url!, { email: '"><script>alert(1)</script>', cardNumber: '4242' });
    expect(page.status).toBe(200);
    expect(page.text).toContain('Your email is incomplete.');
    expect(page.text).toContain('Your card number is incomplete.');
    expect(page.text).not.toContain('<script>alert');
    expect(await events()).not.toContain('checkout.session.completed');
  });

  test('offers more, which the buyer may add and leave out again', async () => {
    const extra = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 300,
      product_data: { name: 'Gift wrap' },
    });
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      optional_items: [{ price: extra.id, quantity: 2, adjustable_quantity: { enabled: true, maximum: 5 } }],
    });
    expect(session.optional_items).toEqual([
      { price: extra.id, quantity: 2, adjustable_quantity: { enabled: true, minimum: 0, maximum: 5 } },
    ]);
    const total = async () =>
      (await stripe.checkout.sessions.retrieve(session.id)).amount_total! - session.amount_total!;
    const page = await visit(session.url!);
    const action = (verb: string): string => new RegExp(`value="(${verb}:\\w+)"[^>]*Gift wrap`).exec(page.text)![1]!;
    const options = `${session.url!}/options`;
    await visit(options, { action: action('add') });
    expect(await total()).toBe(600);
    expect((await visit(session.url!)).text).toContain('aria-label="Remove Gift wrap"');
    await visit(options, { action: action('add').replace('add', 'drop') });
    expect(await total()).toBe(0);
    await visit(options, { action: action('add') });
    await visit(session.url!, CARD);
    const { line_items, payment_status } = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['line_items'],
    });
    expect(payment_status).toBe('paid');
    expect(line_items!.data.at(-1)).toMatchObject({ description: 'Gift wrap', quantity: 2, amount_total: 600 });
    await expect(
      stripe.checkout.sessions.create({ ...PAY, optional_items: [{ price: 'price_none', quantity: 1 }] }),
    ).rejects.toMatchObject({ code: 'resource_missing', param: 'optional_items[0][price]' });
  });

  test('expires, by itself or when it is told to', async () => {
    const one = await stripe.checkout.sessions.create(PAY);
    const expired = await stripe.checkout.sessions.expire(one.id);
    expect(expired).toMatchObject({ status: 'expired', url: null });
    await expect(stripe.checkout.sessions.expire(one.id)).rejects.toMatchObject({
      message: expect.stringContaining('["open"]') as string,
    });
    const other = await stripe.checkout.sessions.create(PAY);
    await running.platform.clock.advance('25h');
    expect((await stripe.checkout.sessions.retrieve(other.id)).status).toBe('expired');
    expect((await events()).filter((type) => type === 'checkout.session.expired')).toHaveLength(2);
    expect((await visit(other.url!)).text).toContain('expired');
  });

  test('is found by its status, its customer and its payment', async () => {
    const open = await stripe.checkout.sessions.create(PAY);
    const done = await stripe.checkout.sessions.create(PAY);
    await visit(done.url!, CARD);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(done.id);
    const ids = async (params: Stripe.Checkout.SessionListParams) =>
      (await stripe.checkout.sessions.list(params)).data.map(({ id }) => id);
    expect(await ids({ status: 'open' })).toEqual([open.id]);
    expect(await ids({ status: 'complete' })).toEqual([done.id]);
    expect(await ids({ payment_intent: payment_intent as string })).toEqual([done.id]);
    expect(await ids({ customer_details: { email: 'ada@example.com' } })).toEqual([done.id]);
  });

  test('adds shipping, which the buyer chooses', async () => {
    const fast = await stripe.shippingRates.create({
      display_name: 'Express',
      type: 'fixed_amount',
      fixed_amount: { amount: 1500, currency: 'usd' },
    });
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      shipping_address_collection: { allowed_countries: ['US', 'CA'] },
      shipping_options: [
        {
          shipping_rate_data: {
            display_name: 'Ground',
            type: 'fixed_amount',
            fixed_amount: { amount: 500, currency: 'usd' },
          },
        },
        { shipping_rate: fast.id },
      ],
    });
    expect(session).toMatchObject({
      amount_subtotal: 4000,
      amount_total: 4500,
      total_details: { amount_shipping: 500 },
    });
    await visit(`${session.url!}/options`, { shipping: fast.id, action: 'update' });
    const changed = await stripe.checkout.sessions.retrieve(session.id);
    expect(changed).toMatchObject({
      amount_total: 5500,
      shipping_cost: { amount_total: 1500, shipping_rate: fast.id },
    });
    const address = {
      shippingName: 'Ada',
      shippingCountry: 'US',
      shippingAddressLine1: '1 Main St',
      shippingLocality: 'SF',
      shippingPostalCode: '94107',
    };
    expect((await visit(session.url!, CARD)).text).toContain('Required');
    expect((await visit(session.url!, { ...CARD, ...address })).status).toBe(303);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      collected_information: { shipping_details: { name: 'Ada', address: { line1: '1 Main St' } } },
    });
  });

  test('in the page of an application has a client secret instead of an address', async () => {
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [SHIRT],
      ui_mode: 'embedded_page',
      return_url: 'https://shop.example.com/return?session={CHECKOUT_SESSION_ID}',
    });
    expect(session).toMatchObject({ url: null, ui_mode: 'embedded_page', redirect_on_completion: 'always' });
    expect(session.client_secret).toContain(`${session.id}_secret_`);
  });

  test('asks for custom fields and consent', async () => {
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      custom_fields: [{ key: 'engraving', label: { type: 'custom', custom: 'Engraving' }, type: 'text' }],
      consent_collection: { terms_of_service: 'required' },
    });
    const page = (await visit(session.url!, CARD)).text;
    expect(page).toContain('Agree to the terms of service');
    await visit(session.url!, { ...CARD, 'custom-engraving': 'For Ada', terms: 'on' });
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: 'complete',
      consent: { terms_of_service: 'accepted' },
      custom_fields: [{ key: 'engraving', text: { value: 'For Ada' } }],
    });
  });
});

describe('a Checkout Session for a subscription', () => {
  const PLAN = {
    quantity: 1,
    price_data: {
      currency: 'usd',
      unit_amount: 1500,
      recurring: { interval: 'month' as const },
      product_data: { name: 'Pro plan' },
    },
  };
  const SUBSCRIBE = { mode: 'subscription' as const, line_items: [PLAN], success_url: 'https://shop.example.com/done' };

  test('begins it, with what the session says of it', async () => {
    const session = await stripe.checkout.sessions.create({
      ...SUBSCRIBE,
      line_items: [
        PLAN,
        { quantity: 1, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Setup' } } },
      ],
      subscription_data: { metadata: { team: 'a' }, description: 'Everything' },
    });
    expect(session).toMatchObject({
      amount_total: 2000,
      customer_creation: 'always',
      payment_method_collection: 'always',
    });
    await visit(session.url!, CARD);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'invoice', 'customer'],
    });
    expect(done).toMatchObject({
      payment_status: 'paid',
      payment_intent: null,
      customer: { email: 'ada@example.com' },
      invoice: { status: 'paid', amount_paid: 2000, billing_reason: 'subscription_create' },
      subscription: { status: 'active', metadata: { team: 'a' }, description: 'Everything' },
    });
    const types = await events();
    expect(types.indexOf('customer.subscription.created')).toBeLessThan(types.indexOf('checkout.session.completed'));
    const { data } = await stripe.prices.list();
    expect(data.every(({ active }) => !active)).toBe(true);
  });

  test('charges nothing during a trial, and need not ask for a card', async () => {
    const session = await stripe.checkout.sessions.create({
      ...SUBSCRIBE,
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_period_days: 14,
        trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
      },
    });
    expect(session).toMatchObject({ amount_total: 0, payment_method_collection: 'if_required' });
    expect((await visit(session.url!)).text).not.toContain('Card number');
    expect((await visit(session.url!, { email: 'ada@example.com' })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      subscription: { status: 'trialing' },
    });
  });

  test('leaves what failed behind when the card is declined, and begins anew', async () => {
    const session = await stripe.checkout.sessions.create(SUBSCRIBE);
    expect((await visit(session.url!, { ...CARD, cardNumber: '4000000000009995' })).text).toContain(
      'insufficient funds',
    );
    const all = async (): Promise<Stripe.Subscription[]> =>
      (await stripe.subscriptions.list({ status: 'all', expand: ['data.latest_invoice'] })).data;
    const [first] = await all();
    expect(first).toMatchObject({ status: 'incomplete', latest_invoice: { status: 'open', attempted: true } });
    expect((await stripe.charges.list()).data).toMatchObject([
      { status: 'failed', failure_code: 'card_declined', outcome: { reason: 'insufficient_funds' } },
    ]);
    expect((await stripe.paymentIntents.list()).data).toMatchObject([{ status: 'requires_payment_method' }]);
    expect((await stripe.events.list({ type: 'payment_intent.payment_failed' })).data).toHaveLength(1);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open', subscription: null });
    await visit(session.url!, CARD);
    const done = await stripe.checkout.sessions.retrieve(session.id);
    expect(done).toMatchObject({ status: 'complete', payment_status: 'paid' });
    expect((await all()).map(({ id, status }) => [id, status])).toEqual([
      [done.subscription, 'active'],
      [first!.id, 'incomplete_expired'],
    ]);
  });

  test('takes a discount off', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: 'forever' });
    const session = await stripe.checkout.sessions.create({ ...SUBSCRIBE, discounts: [{ coupon: coupon.id }] });
    expect(session).toMatchObject({
      amount_subtotal: 1500,
      amount_total: 1200,
      total_details: { amount_discount: 300 },
    });
    await visit(session.url!, CARD);
    const { invoice } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] });
    expect(invoice).toMatchObject({ total: 1200, amount_paid: 1200 });
  });
});

describe('a Checkout Session with more', () => {
  test('adds tax by its rates, within or on top of the price', async () => {
    const [on, within] = await Promise.all(
      [false, true].map((inclusive) => stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive })),
    );
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      line_items: [
        { ...SHIRT, tax_rates: [on!.id] },
        { ...SHIRT, tax_rates: [within!.id] },
      ],
    });
    expect(session).toMatchObject({ amount_subtotal: 8000, amount_total: 8800, total_details: { amount_tax: 1467 } });
  });

  test('writes an invoice for a payment', async () => {
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      invoice_creation: { enabled: true, invoice_data: { footer: 'Thanks', metadata: { order: '1' } } },
    });
    await visit(session.url!, CARD);
    const { invoice } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] });
    expect(invoice).toMatchObject({
      status: 'paid',
      total: 4000,
      amount_paid: 4000,
      footer: 'Thanks',
      metadata: { order: '1' },
    });
    const { hosted_invoice_url } = invoice as Stripe.Invoice;
    expect((await visit(hosted_invoice_url!)).text).toContain('Invoice paid.');
  });

  test('passes on what it says of the payment', async () => {
    const session = await stripe.checkout.sessions.create({
      ...PAY,
      customer_creation: 'always',
      payment_intent_data: { description: 'Order 1', metadata: { order: '1' }, capture_method: 'manual' },
    });
    await visit(session.url!, CARD);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
      customer: expect.stringMatching(/^cus_/) as string,
      payment_intent: { status: 'requires_capture', description: 'Order 1', metadata: { order: '1' } },
    });
  });

  test('is told later whether a payment that takes days went through', async () => {
    const old = at('2025-03-31.basil');
    const session = await old.checkout.sessions.create({
      ...PAY,
      payment_method_types: ['sepa_debit'],
      line_items: [
        { quantity: 1, price_data: { currency: 'eur', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
      ],
    } as never);
    expect(session).toMatchObject({ payment_method_types: ['sepa_debit'], ui_mode: 'hosted' });
    const form = { email: 'ada@example.com', billingName: 'Ada', iban: 'AT611904300234573201' };
    expect((await visit(session.url!, form)).status).toBe(303);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    });
    await running.platform.clock.advance('8d');
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ payment_status: 'paid' });
    expect(await events()).toContain('checkout.session.async_payment_succeeded');
  });

  test('shows the cards that a customer has, and pays with one', async () => {
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const card = await stripe.paymentMethods.attach('pm_card_mastercard', { customer: customer.id });
    const session = await stripe.checkout.sessions.create({ ...PAY, customer: customer.id });
    expect((await visit(session.url!)).text).not.toContain('Mastercard •••• 4444');
    await stripe.paymentMethods.update(card.id, { allow_redisplay: 'always' });
    expect((await visit(session.url!)).text).toContain('Mastercard •••• 4444');
    expect((await visit(session.url!, { method: card.id })).status).toBe(303);
    expect((await stripe.paymentIntents.list()).data[0]).toMatchObject({
      payment_method: card.id,
      customer: customer.id,
    });
    const other = await stripe.checkout.sessions.create(PAY);
    expect((await visit(other.url!, { email: 'eve@example.com', method: card.id })).text).toContain(
      'Choose a payment method.',
    );
  });

  test('has its payment intent from the start for clients of old versions', async () => {
    const old = at('2020-08-27');
    const session = await old.checkout.sessions.create({ ...PAY, payment_method_types: ['card'] } as never);
    expect(session.payment_intent).toMatch(/^pi_/);
    await visit(session.url!, CARD);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });
});

describe('a payment link', () => {
  test('makes a session for whoever opens it, and thanks them', async () => {
    const product = await stripe.products.create({ name: 'Book' });
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 1500 });
    const link = await stripe.paymentLinks.create({
      line_items: [{ price: price.id, quantity: 1 }],
      after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Enjoy the book!' } },
      metadata: { campaign: 'autumn' },
    });
    expect(link).toMatchObject({ object: 'payment_link', active: true, currency: 'usd' });
    const opened = await visit(`${link.url}?client_reference_id=42`);
    expect(opened.status).toBe(303);
    const done = await visit(opened.location!, CARD);
    expect((await visit(done.location!)).text).toContain('Enjoy the book!');
    const { data } = await stripe.checkout.sessions.list({ payment_link: link.id });
    expect(data[0]).toMatchObject({
      client_reference_id: '42',
      metadata: { campaign: 'autumn' },
      status: 'complete',
      amount_total: 1500,
    });
    const { data: items } = await stripe.paymentLinks.listLineItems(link.id);
    expect(items[0]).toMatchObject({ amount_total: 1500, description: 'Book' });
  });

  test('opens nothing when it is not active', async () => {
    const link = await stripe.paymentLinks.create({
      line_items: [{ quantity: 1, price_data: { ...SHIRT.price_data, product_data: { name: 'X' } } }],
    });
    await stripe.paymentLinks.update(link.id, { active: false, inactive_message: 'Sold out' });
    expect(await visit(link.url)).toMatchObject({ status: 200, text: expect.stringContaining('Sold out') as string });
  });
});

describe('a shipping rate', () => {
  test('is made, changed and listed', async () => {
    const rate = await stripe.shippingRates.create({
      display_name: 'Ground',
      type: 'fixed_amount',
      fixed_amount: { amount: 500, currency: 'usd' },
      delivery_estimate: { minimum: { unit: 'business_day', value: 5 } },
    });
    expect(rate).toMatchObject({
      active: true,
      display_name: 'Ground',
      delivery_estimate: { maximum: null, minimum: { value: 5 } },
    });
    expect(await stripe.shippingRates.update(rate.id, { active: false, metadata: { a: '1' } })).toMatchObject({
      active: false,
      metadata: { a: '1' },
    });
    expect((await stripe.shippingRates.list({ active: true })).data).toEqual([]);
    expect((await stripe.shippingRates.list()).data).toHaveLength(1);
  });
});

describe('the portal', () => {
  test('has a session for a customer, with a configuration that is there when it is needed', async () => {
    const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada' });
    const session = await stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'https://shop.example.com/account',
    });
    expect(session).toMatchObject({
      object: 'billing_portal.session',
      customer: customer.id,
      return_url: 'https://shop.example.com/account',
      flow: null,
    });
    const configuration = await stripe.billingPortal.configurations.retrieve(session.configuration as string);
    expect(configuration).toMatchObject({
      is_default: true,
      features: { subscription_cancel: { enabled: true, mode: 'at_period_end' } },
    });
    const { text } = await visit(session.url);
    expect(text).toContain('ada@example.com');
    expect(text).toContain('https://shop.example.com/account');
  });

  test('changes the customer as its configuration allows', async () => {
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const configuration = await stripe.billingPortal.configurations.create({
      features: { customer_update: { enabled: true, allowed_updates: ['name'] }, invoice_history: { enabled: true } },
    });
    expect(configuration).toMatchObject({ is_default: false, features: { payment_method_update: { enabled: false } } });
    const session = await stripe.billingPortal.sessions.create({
      customer: customer.id,
      configuration: configuration.id,
    });
    await visit(`${session.url}/customer`, { name: 'Ada Lovelace', email: 'other@example.com' });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
    });
  });
});

describe('every place', () => {
  test('has pages that lead to pages of the same place', async () => {
    const { port } = running.platform;
    for (const place of ['/stripe', '/_extension/stripe']) {
      const made = await fetch(`http://127.0.0.1:${port}${place}/v1/checkout/sessions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'mode=payment&success_url=https://a.example&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=900&line_items[0][price_data][product_data][name]=A&line_items[0][quantity]=1',
      });
      const { url } = (await made.json()) as { url: string };
      expect(url).toMatch(`http://127.0.0.1:${port}${place}/pay/cs_test_`);
      expect(await (await fetch(url)).text()).toContain('Pay $9.00');
      const script = await fetch(`http://127.0.0.1:${port}${place}/v3/`, { headers: { origin: 'https://a.example' } });
      expect(script.headers.get('content-type')).toContain('javascript');
      expect(script.headers.get('access-control-allow-origin')).toBe('https://a.example');
    }
  });

  test('shows a receipt for a charge, and none for what is not there', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1234,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    const charge = await stripe.charges.retrieve(intent.latest_charge as string);
    expect((await visit(charge.receipt_url!)).text).toContain('$12.34');
    expect((await visit('http://x/receipts/ch_none')).status).toBe(404);
    expect((await visit('http://x/pay/cs_test_none')).status).toBe(404);
  });
});
