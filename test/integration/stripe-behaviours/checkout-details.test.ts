import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { completed, fillIn, visitPage } from '../../support/stripe-pages';

/** https://docs.stripe.com/api/checkout/sessions/create, parameter by parameter, and the guides of /payments/checkout. */
let running: RunningStripe;
let stripe: Stripe;
let product: string;
let price: string;
let monthly: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  product = (await stripe.products.create({ name: 'Tea' })).id;
  price = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 1500 })).id;
  monthly = (
    await stripe.prices.create({ currency: 'usd', product, unit_amount: 900, recurring: { interval: 'month' } })
  ).id;
});
afterAll(() => running.close());

type Given = Partial<Stripe.Checkout.SessionCreateParams>;
const session = (given: Given = {}): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example.com/done',
    line_items: [{ price, quantity: 2 }],
    ...given,
  });
const subscribing = (given: Given = {}): Promise<Stripe.Checkout.Session> =>
  session({ mode: 'subscription', line_items: [{ price: monthly, quantity: 1 }], ...given });
const refused = async (given: object): Promise<{ param: string | undefined; code: string | undefined }> => {
  const { param, code } = await failure(session(given));
  return { param, code };
};

describe('what does not go together in a Checkout Session', () => {
  it.each([
    ['customer_update without a customer', { customer_update: { name: 'auto' } }, 'customer_update'],
    [
      'payment_method_collection in mode payment',
      { payment_method_collection: 'if_required' },
      'payment_method_collection',
    ],
    [
      'a return_url where nobody is led anywhere',
      {
        ui_mode: 'embedded_page',
        success_url: undefined,
        return_url: 'https://a.example',
        redirect_on_completion: 'never',
      },
      'return_url',
    ],
    ['redirect_on_completion of a hosted page', { redirect_on_completion: 'never' }, 'redirect_on_completion'],
    [
      'four custom fields',
      {
        custom_fields: ['a', 'b', 'c', 'd'].map((key) => ({
          key,
          type: 'text',
          label: { type: 'custom', custom: key },
        })),
      },
      'custom_fields',
    ],
    [
      'a dropdown without options',
      { custom_fields: [{ key: 'a', type: 'dropdown', label: { type: 'custom', custom: 'A' } }] },
      'custom_fields[0][dropdown]',
    ],
    [
      'a key of a custom field with a dash',
      { custom_fields: [{ key: 'a-b', type: 'text', label: { type: 'custom', custom: 'A' } }] },
      'custom_fields[0][key]',
    ],
    [
      'six shipping options',
      {
        shipping_options: Array.from({ length: 6 }, () => ({
          shipping_rate_data: {
            display_name: 'Post',
            type: 'fixed_amount',
            fixed_amount: { amount: 1, currency: 'usd' },
          },
        })),
      },
      'shipping_options',
    ],
    [
      'a quantity over the most',
      { line_items: [{ price: '', quantity: 9, adjustable_quantity: { enabled: true, maximum: 5 } }] },
      'line_items[0][quantity]',
    ],
    [
      'a coupon together with a promotion code',
      { discounts: [{ coupon: 'A', promotion_code: 'promo_1' }] },
      'discounts[0][coupon]',
    ],
    ['SEPA in dollars', { payment_method_types: ['sepa_debit'] }, 'payment_method_types'],
    [
      'a submit_type in mode setup',
      { mode: 'setup', line_items: undefined, currency: 'usd', submit_type: 'pay' },
      'submit_type',
    ],
    [
      'a text of 1201 characters',
      { custom_text: { submit: { message: 'a'.repeat(1201) } } },
      'custom_text[submit][message]',
    ],
    ['a reference of 201 characters', { client_reference_id: 'a'.repeat(201) }, 'client_reference_id'],
    ['a locale that there is not', { locale: 'xx' }, 'locale'],
    [
      'a hundred and one items',
      { line_items: Array.from({ length: 101 }, () => ({ price: '', quantity: 1 })) },
      'line_items',
    ],
    [
      'a country that Checkout does not ship to',
      { shipping_address_collection: { allowed_countries: ['KP'] } },
      'shipping_address_collection[allowed_countries][0]',
    ],
    [
      'price_data without a product',
      { line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 500 } }] },
      'line_items[0][price_data][product]',
    ],
  ] as const)('%s is refused', async (_what, given, param) => {
    const { line_items: lines, ...rest } = given as { line_items?: { price: string }[] };
    const items = lines?.map((line) => (line.price === '' ? { ...line, price } : line));
    expect((await refused({ ...rest, ...('line_items' in given && { line_items: items }) })).param).toBe(param);
  });

  it('a subscription takes an end of its trial two days ahead at least, and one end only', async () => {
    const soon = Math.floor(Date.now() / 1000) + 3600;
    expect(await failure(subscribing({ subscription_data: { trial_end: soon } }))).toMatchObject({
      statusCode: 400,
      param: 'subscription_data[trial_end]',
    });
    expect(
      await failure(subscribing({ subscription_data: { trial_end: soon + 5 * 86_400, trial_period_days: 5 } })),
    ).toMatchObject({ statusCode: 400 });
    expect(await failure(subscribing({ subscription_data: { trial_period_days: 0 } }))).toMatchObject({
      statusCode: 400,
      param: 'subscription_data[trial_period_days]',
    });
  });

  it('a customer whose place is not known has no automatic tax, unless the page may note it', async () => {
    const { id: customer } = await stripe.customers.create({});
    expect(await failure(session({ customer, automatic_tax: { enabled: true } }))).toMatchObject({
      code: 'customer_tax_location_invalid',
    });
    const made = await session({ customer, automatic_tax: { enabled: true }, customer_update: { address: 'auto' } });
    expect(made.automatic_tax).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
  });

  it('the tax ID of a customer is asked for only where the name may be noted, too', async () => {
    const { id: customer } = await stripe.customers.create({});
    expect((await failure(session({ customer, tax_id_collection: { enabled: true } }))).message).toContain(
      'customer_update[name]',
    );
    await session({ customer, tax_id_collection: { enabled: true }, customer_update: { name: 'auto' } });
  });
});

describe('what a Checkout Session shows', () => {
  it('its line items come by pages', async () => {
    const { id } = await session({ line_items: [1, 2, 3].map((quantity) => ({ price, quantity })) });
    const first = await stripe.checkout.sessions.listLineItems(id, { limit: 2 });
    expect(first).toMatchObject({ has_more: true, url: `/v1/checkout/sessions/${id}/line_items` });
    const rest = await stripe.checkout.sessions.listLineItems(id, { limit: 2, starting_after: first.data[1]!.id });
    expect(rest.data.map(({ quantity }) => quantity)).toEqual([3]);
    expect(rest.has_more).toBe(false);
  });

  it('breaks discounts and taxes down when it is asked to', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const { id: rate } = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const { id, total_details } = await session({
      line_items: [{ price, quantity: 2, tax_rates: [rate] }],
      discounts: [{ coupon }],
    });
    expect(total_details).toEqual({ amount_discount: 300, amount_shipping: 0, amount_tax: 540 });
    const { total_details: whole } = await stripe.checkout.sessions.retrieve(id, {
      expand: ['total_details.breakdown'],
    });
    expect(whole!.breakdown).toMatchObject({
      discounts: [{ amount: 300, discount: { source: { coupon } } }],
      taxes: [{ amount: 540, rate: { id: rate, percentage: 20 }, taxable_amount: 2700 }],
    });
  });

  it('breaks them down for each line, too', async () => {
    const { id: coupon } = await stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'once' });
    const { id: rate } = await stripe.taxRates.create({ display_name: 'VAT', percentage: 10, inclusive: true });
    const { id } = await session({ line_items: [{ price, quantity: 1, tax_rates: [rate] }], discounts: [{ coupon }] });
    const { data } = await stripe.checkout.sessions.listLineItems(id, { expand: ['data.discounts', 'data.taxes'] });
    expect(data[0]).toMatchObject({
      amount_subtotal: 1500,
      amount_total: 1000,
      amount_tax: 91,
      discounts: [{ amount: 500 }],
      taxes: [{ amount: 91, rate: { id: rate } }],
    });
  });

  it('takes the currency that it names, where its prices have it', async () => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      product,
      unit_amount: 1000,
      currency_options: { eur: { unit_amount: 950 } },
    });
    expect(await session({ currency: 'eur', line_items: [{ price: id, quantity: 1 }] })).toMatchObject({
      currency: 'eur',
      amount_total: 950,
    });
    expect((await refused({ currency: 'gbp', line_items: [{ price: id, quantity: 1 }] })).param).toBe(
      'line_items[0][price]',
    );
  });

  it('in mode subscription may say what its button says', async () => {
    expect(await subscribing({ submit_type: 'subscribe' })).toMatchObject({ submit_type: 'subscribe' });
  });

  it('that expired leads to a copy of itself', async () => {
    const made = await session({
      after_expiration: { recovery: { enabled: true, allow_promotion_codes: true } },
      metadata: { cart: '1' },
    });
    const { after_expiration: after } = await stripe.checkout.sessions.expire(made.id);
    expect(after!.recovery).toMatchObject({ enabled: true, allow_promotion_codes: true });
    const { location } = await visitPage(running, after!.recovery!.url!);
    const id = /cs_test_\w+/.exec(location!)![0];
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
      recovered_from: made.id,
      allow_promotion_codes: true,
      metadata: { cart: '1' },
      status: 'open',
    });
  });

  it('shows the price that the buyer names', async () => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      product,
      custom_unit_amount: { enabled: true, minimum: 500, preset: 1000 },
    });
    const made = await session({ line_items: [{ price: id, quantity: 1 }], submit_type: 'donate' });
    expect(made.amount_total).toBe(1000);
    const { text } = await visitPage(running, made.url!);
    expect(text).toContain('Donate $10.00');
  });
});

describe('a Checkout Session that is completed', () => {
  it('makes a customer of its buyer when it is told to', async () => {
    const done = await completed(running, await session({ customer_creation: 'always' }));
    expect(done).toMatchObject({ status: 'complete', payment_status: 'paid' });
    expect(await stripe.customers.retrieve(done.customer as string)).toMatchObject({
      email: 'ada@example.com',
      name: 'Ada Lovelace',
    });
  });

  it('makes none otherwise', async () => {
    const done = await completed(running, await session());
    expect(done).toMatchObject({ customer: null, customer_details: { email: 'ada@example.com' } });
  });

  it('keeps the card of who is to be charged again', async () => {
    const done = await completed(
      running,
      await session({ payment_intent_data: { setup_future_usage: 'off_session' } }),
    );
    const customer = done.customer as string;
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  });

  it('notes the number of a customer', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'bob@example.com' });
    const done = await completed(running, await session({ customer, phone_number_collection: { enabled: true } }), {
      phoneNumber: '+15551234567',
    });
    expect(done.customer_details!.phone).toBe('+15551234567');
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ phone: '+15551234567' });
  });

  it('notes the tax ID and the name of a business', async () => {
    const made = await session({ customer_creation: 'always', tax_id_collection: { enabled: true } });
    const done = await completed(running, made, { businessName: 'Ada Ltd', taxIdType: 'eu_vat', taxId: 'DE123456789' });
    expect(done.customer_details!.tax_ids).toEqual([{ type: 'eu_vat', value: 'DE123456789' }]);
    const customer = await stripe.customers.retrieve(done.customer as string);
    expect(customer).toMatchObject({ name: 'Ada Ltd' });
    expect((await stripe.customers.listTaxIds(customer.id)).data).toMatchObject([
      { type: 'eu_vat', value: 'DE123456789' },
    ]);
  });

  it('notes the addresses of a customer where it may', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'bob@example.com', name: 'Bob' });
    const made = await session({
      customer,
      billing_address_collection: 'required',
      customer_update: { address: 'auto', name: 'never' },
    });
    await completed(running, made, { billingAddressLine1: '1 Main St', billingLocality: 'Reno' });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      name: 'Bob',
      address: { line1: '1 Main St', city: 'Reno', country: 'US', postal_code: '94107' },
    });
  });

  it('has everything when it is asked for at once', async () => {
    const { id } = await completed(running, await subscribing());
    const whole = await stripe.checkout.sessions.retrieve(id, {
      expand: ['customer', 'subscription.latest_invoice', 'line_items.data.price.product', 'invoice'],
    });
    expect(whole).toMatchObject({
      mode: 'subscription',
      payment_intent: null,
      customer: { object: 'customer' },
      invoice: { status: 'paid' },
      subscription: { status: 'active', latest_invoice: { amount_paid: 900 } },
      line_items: { data: [{ price: { product: { name: 'Tea' } } }] },
    });
  });

  it('begins a trial without a card, which ends as it says', async () => {
    const { id, payment_status } = await completed(
      running,
      await subscribing({
        payment_method_collection: 'if_required',
        subscription_data: {
          trial_period_days: 7,
          trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
          description: 'Tea for you',
          metadata: { plan: 'green' },
        },
      }),
    );
    expect(payment_status).toBe('no_payment_required');
    const { subscription } = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
    expect(subscription).toMatchObject({
      status: 'trialing',
      default_payment_method: null,
      description: 'Tea for you',
      metadata: { plan: 'green' },
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    });
  });

  it('passes on to the setup intent what it says of it', async () => {
    const made = await session({
      mode: 'setup',
      line_items: undefined,
      currency: 'usd',
      setup_intent_data: { description: 'For later', metadata: { a: 'b' } },
    });
    const done = await completed(running, made);
    const setup = await stripe.setupIntents.retrieve(done.setup_intent as string);
    expect(setup).toMatchObject({ status: 'succeeded', description: 'For later', metadata: { a: 'b' } });
    expect(setup.payment_method).toMatch(/^pm_/);
  });

  it('waits for the capture of what is only authorized', async () => {
    const done = await completed(running, await session({ payment_intent_data: { capture_method: 'manual' } }));
    expect(done).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    await stripe.paymentIntents.capture(done.payment_intent as string);
    expect((await stripe.checkout.sessions.retrieve(done.id)).payment_status).toBe('paid');
  });

  it('cannot be expired, and keeps its metadata open to change', async () => {
    const { id } = await completed(running, await session());
    expect(await failure(stripe.checkout.sessions.expire(id))).toMatchObject({ statusCode: 400 });
    expect((await stripe.checkout.sessions.update(id, { metadata: { order: '7' } })).metadata).toEqual({ order: '7' });
  });

  it('of nothing to pay asks for no card', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 100, duration: 'once' });
    const done = await completed(running, await session({ discounts: [{ coupon }] }), { cardNumber: '' });
    expect(done).toMatchObject({ payment_status: 'no_payment_required', payment_intent: null, amount_total: 0 });
  });

  it('leads on with what its address has of it', async () => {
    const made = await session({
      success_url: 'https://shop.example.com/done/{CHECKOUT_SESSION_ID}?s={CHECKOUT_SESSION_ID}',
    });
    const { location } = await visitPage(running, made.url!, fillIn());
    expect(location).toBe(`https://shop.example.com/done/${made.id}?s=${made.id}`);
    const { text } = await visitPage(running, made.url!);
    expect(text).toContain('all done here');
  });

  it('is taxed by the place of its buyer', async () => {
    await stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    const { id: customer } = await stripe.customers.create({
      email: 'bob@example.com',
      address: { country: 'DE', postal_code: '10115', city: 'Berlin', line1: 'Weg 1' },
    });
    expect(await session({ customer, automatic_tax: { enabled: true } })).toMatchObject({
      amount_subtotal: 3000,
      amount_total: 3570,
      automatic_tax: { enabled: true, status: 'complete' },
      total_details: { amount_tax: 570 },
    });
    const done = await completed(
      running,
      await session({ automatic_tax: { enabled: true }, billing_address_collection: 'required' }),
      {
        billingCountry: 'DE',
        billingAddressLine1: 'Weg 1',
        billingLocality: 'Berlin',
        billingPostalCode: '10115',
      },
    );
    expect(done).toMatchObject({ amount_total: 3570, total_details: { amount_tax: 570 }, payment_status: 'paid' });
    expect((await stripe.paymentIntents.retrieve(done.payment_intent as string)).amount_received).toBe(3570);
  });
});
