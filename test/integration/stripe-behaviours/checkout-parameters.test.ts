import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { completed, fillIn, visitPage } from '../../support/stripe-pages';

/** https://docs.stripe.com/api/checkout/sessions/create and https://docs.stripe.com/api/payment-link/create */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

type Given = Partial<Stripe.Checkout.SessionCreateParams>;
const SHIRT = { price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Shirt' } }, quantity: 1 };
const PLAN = {
  price_data: { currency: 'usd', unit_amount: 900, product_data: { name: 'Plan' }, recurring: { interval: 'month' } },
  quantity: 1,
} as const;
const paying = (given: Given = {}, client = stripe): Promise<Stripe.Checkout.Session> =>
  client.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example.com/done',
    line_items: [SHIRT],
    ...given,
  });
const subscribing = (given: Given = {}): Promise<Stripe.Checkout.Session> =>
  paying({ mode: 'subscription', line_items: [PLAN], ...given });
const refused = async (call: Promise<unknown>): Promise<[number | undefined, string | undefined, string]> => {
  const { statusCode, param, message } = await failure(call);
  return [statusCode, param, message];
};

describe('the ways in which a session is shown', () => {
  it.each([
    ['embedded', 'embedded_page'],
    ['custom', 'elements'],
  ] as const)('had other names: %s is %s', async (former, now) => {
    const given = { success_url: undefined, ui_mode: former as never, return_url: 'https://shop.example.com/back' };
    const before = running.client({ apiVersion: '2025-03-31.basil' as never });
    const { id, ui_mode: mode } = await paying(given, before);
    expect(mode).toBe(former);
    expect((await stripe.checkout.sessions.retrieve(id)).ui_mode).toBe(now);
    expect((await refused(paying(given)))[1]).toBe('ui_mode');
  });

  it.each([
    ['custom_text', { submit: { message: 'Hello' } }],
    ['submit_type', 'book'],
    ['branding_settings', { display_name: 'Shop' }],
    ['after_expiration', { recovery: { enabled: true } }],
  ])('leave %s to the application where the elements are its own', async (name, value) => {
    const given = {
      success_url: undefined,
      ui_mode: 'elements',
      return_url: 'https://shop.example.com',
      [name]: value,
    };
    expect((await refused(paying(given as Given))).slice(0, 2)).toEqual([400, name]);
  });
});

describe('for clients of older versions', () => {
  it('the place that things go to stands in the session itself', async () => {
    const before = running.client({ apiVersion: '2024-06-20' as never });
    const { id, url } = await paying({ shipping_address_collection: { allowed_countries: ['US'] } }, before);
    const place = { Name: 'Ada', AddressLine1: '1 Main St', Locality: 'Reno', PostalCode: '89501', Country: 'US' };
    const filled = Object.entries(place).map(([name, value]) => [`shipping${name}`, value]);
    await visitPage(running, url!, fillIn(Object.fromEntries(filled) as Record<string, string>));
    const shipping = { name: 'Ada', address: { line1: '1 Main St', country: 'US' } };
    expect(await before.checkout.sessions.retrieve(id)).toMatchObject({ shipping_details: shipping });
    const now = await stripe.checkout.sessions.retrieve(id);
    expect(now.collected_information!.shipping_details).toMatchObject(shipping);
    expect(now).not.toHaveProperty('shipping_details');
  });

  it('the types of payment methods take the currency', async () => {
    const before = running.client({ apiVersion: '2024-06-20' as never });
    const [status, param, message] = await refused(
      paying({ payment_method_types: ['card', 'ideal'] } as Given, before),
    );
    expect([status, param]).toEqual([400, 'payment_method_types']);
    expect(message).toContain('The payment method `ideal` only supports the following currencies: eur.');
  });
});

describe('what does not go with a mode', () => {
  it.each([
    ['subscription', 'payment_intent_data', { description: 'A' }],
    ['subscription', 'shipping_options', [{ shipping_rate: 'shr_1' }]],
    ['payment', 'subscription_data', { description: 'A' }],
  ] as const)('is in %s: %s', async (mode, name, value) => {
    const call = (mode === 'payment' ? paying : subscribing)({ [name]: value });
    expect(await refused(call)).toEqual([400, name, `You can not pass \`${name}\` in \`${mode}\` mode.`]);
  });

  it('is an invoice of one’s own in subscription, and a customer that is made anyway', async () => {
    const [, , invoice] = await refused(subscribing({ invoice_creation: { enabled: true } }));
    expect(invoice).toContain('You can only enable invoice creation when `mode` is set to `payment`.');
    const [, , customer] = await refused(subscribing({ customer_creation: 'always' }));
    expect(customer).toBe('`customer_creation` can only be used in `payment` mode.');
    const setup = await stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'usd',
      success_url: 'https://shop.example.com',
      customer_creation: 'always',
    });
    expect(setup.customer_creation).toBe('always');
  });

  it('is a trial beside an anchor of the billing cycle, or two anchors', async () => {
    const anchor = Math.floor(Date.now() / 1000) + 20 * 24 * 60 * 60;
    const trial = { billing_cycle_anchor: anchor, trial_period_days: 5 };
    expect((await refused(subscribing({ subscription_data: trial })))[1]).toBe(
      'subscription_data[billing_cycle_anchor]',
    );
    const both = { billing_cycle_anchor: anchor, billing_cycle_anchor_config: { day_of_month: 1 } };
    expect((await refused(subscribing({ subscription_data: both })))[1]).toBe(
      'subscription_data[billing_cycle_anchor_config]',
    );
    const { subscription } = await completed(
      running,
      await subscribing({ subscription_data: { billing_cycle_anchor_config: { day_of_month: 1 } } }),
    );
    const { billing_cycle_anchor: chosen } = await stripe.subscriptions.retrieve(subscription as string);
    expect(new Date(chosen * 1000).getUTCDate()).toBe(1);
  });

  it('is a tax rate beside automatic taxes, and a twenty-first price that recurs', async () => {
    const { id } = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const taxed = { automatic_tax: { enabled: true }, line_items: [{ ...SHIRT, tax_rates: [id] }] };
    expect((await refused(paying(taxed)))[1]).toBe('line_items[0][tax_rates]');
    const many = Array.from({ length: 21 }, () => PLAN);
    expect((await refused(subscribing({ line_items: many })))[1]).toBe('line_items');
  });
});

describe('a session', () => {
  it('says which configuration of payment methods it has, unless it names the methods', async () => {
    const { payment_method_configuration_details: details } = await paying();
    expect(details).toEqual({ id: expect.stringMatching(/^pmc_/) as string, parent: null });
    const named = await paying({ allowed_payment_method_types: ['card'] });
    expect(named.payment_method_configuration_details).toBeNull();
  });

  it('gives its intents up when it expires', async () => {
    const before = running.client({ apiVersion: '2020-08-27' as never });
    const { id, payment_intent } = await paying({ cancel_url: 'https://shop.example.com' }, before);
    await stripe.checkout.sessions.expire(id);
    expect(await stripe.paymentIntents.retrieve(payment_intent as string)).toMatchObject({ status: 'canceled' });

    const setup = await stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'usd',
      success_url: 'https://shop.example.com',
    });
    await stripe.checkout.sessions.expire(setup.id);
    expect((await stripe.setupIntents.retrieve(setup.setup_intent as string)).status).toBe('canceled');

    const declined = await paying();
    await visitPage(running, declined.url!, fillIn({ cardNumber: '4000 0000 0000 0002' }));
    const { payment_intent: tried } = await stripe.checkout.sessions.retrieve(declined.id);
    await stripe.checkout.sessions.expire(declined.id);
    expect((await stripe.paymentIntents.retrieve(tried as string)).status).toBe('canceled');
  });

  it('looks as it is told to', async () => {
    const session = await paying({ branding_settings: { display_name: 'Tea & Co', button_color: '#663399' } });
    expect(session.branding_settings).toEqual({
      background_color: '#ffffff',
      border_style: 'rounded',
      button_color: '#663399',
      display_name: 'Tea & Co',
      font_family: 'default',
      icon: null,
      logo: null,
    });
    const { text } = await visitPage(running, session.url!);
    expect(text).toContain('Tea &amp; Co');
    expect(text).toContain('#663399');
    expect((await refused(paying({ branding_settings: { button_color: 'red' } })))[1]).toBe(
      'branding_settings[button_color]',
    );
  });

  it('collects the names of a business and of a person', async () => {
    const session = await paying({
      customer_creation: 'always',
      name_collection: { business: { enabled: true }, individual: { enabled: true, optional: true } },
    });
    expect(session.name_collection).toEqual({
      business: { enabled: true, optional: false },
      individual: { enabled: true, optional: true },
    });
    expect((await visitPage(running, session.url!, fillIn())).status).toBe(200);
    const done = await completed(running, session, { businessName: 'Tea & Co', individualName: 'Ada' });
    const names = { business_name: 'Tea & Co', individual_name: 'Ada' };
    expect(done).toMatchObject({ customer_details: names, collected_information: names });
    expect(await stripe.customers.retrieve(done.customer as string)).toMatchObject(names);
  });
});

describe('a payment link', () => {
  const link = async (recurring: boolean, given: object = {}): Promise<Stripe.PaymentLink> => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      product_data: { name: 'Tea' },
      ...(recurring && { recurring: { interval: 'month' } }),
    });
    return stripe.paymentLinks.create({ line_items: [{ price: id, quantity: 1 }], ...given });
  };

  it('always collects a payment method, and says what an invoice would have', async () => {
    expect(await link(false)).toMatchObject({
      payment_method_collection: 'always',
      invoice_creation: {
        enabled: false,
        invoice_data: {
          account_tax_ids: null,
          custom_fields: null,
          description: null,
          footer: null,
          issuer: null,
          metadata: {},
          rendering_options: null,
        },
      },
    });
  });

  it.each([
    ['customer_creation', 'always'],
    ['shipping_options', [{ shipping_rate: 'shr_1' }]],
  ])('of a subscription takes no %s', async (name, value) => {
    expect((await refused(link(true, { [name]: value }))).slice(0, 2)).toEqual([400, name]);
  });
});
