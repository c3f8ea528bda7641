import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/api/payment_method_configurations and https://docs.stripe.com/api/payment_method_domains */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

const OFF = { display_preference: { preference: 'off' } } as const;
const ON = { display_preference: { preference: 'on' } } as const;

describe('a payment method configuration', () => {
  const typesOf = async (given: Partial<Stripe.PaymentIntentCreateParams>): Promise<string[]> =>
    (await stripe.paymentIntents.create({ amount: 1000, currency: 'usd', ...given })).payment_method_types;

  it('decides which ways to pay an intent and a session of Checkout take', async () => {
    const { id, ...made } = await stripe.paymentMethodConfigurations.create({ name: 'Shop', klarna: OFF, affirm: ON });
    expect(made).toMatchObject({
      active: true,
      is_default: false,
      name: 'Shop',
      parent: null,
      klarna: { available: false, display_preference: { preference: 'off', value: 'off' } },
      affirm: { available: true, display_preference: { preference: 'on', value: 'on' } },
      card: { available: true, display_preference: { preference: 'none', value: 'on' } },
    });
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method_configuration: id,
      automatic_payment_methods: { enabled: true },
    });
    expect(intent.payment_method_types).toEqual(['card', 'link', 'cashapp', 'amazon_pay', 'affirm']);
    expect(intent.payment_method_configuration_details).toEqual({ id, parent: null });
    expect(await typesOf({ currency: 'eur', payment_method_configuration: id })).not.toContain('affirm');
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com',
      line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Mug' } } }],
      payment_method_configuration: id,
    });
    expect(session.payment_method_types).toContain('affirm');
    expect(session.payment_method_configuration_details).toEqual({ id, parent: null });

    await stripe.paymentMethodConfigurations.update(id, { affirm: OFF });
    expect(await typesOf({ payment_method_configuration: id })).not.toContain('affirm');
    await stripe.paymentMethodConfigurations.update(id, { active: false });
    const inactive = typesOf({ payment_method_configuration: id });
    expect(await failure(inactive)).toMatchObject({ statusCode: 400, param: 'payment_method_configuration' });
    const missing = typesOf({ payment_method_configuration: 'pmc_none' });
    expect(await failure(missing)).toMatchObject({ code: 'resource_missing' });
  });

  it('is there by default, and holds for all intents that name none', async () => {
    const { data } = await stripe.paymentMethodConfigurations.list();
    const usual = data.find(({ is_default }) => is_default)!;
    expect(await typesOf({})).toEqual(['card', 'klarna', 'link', 'cashapp', 'amazon_pay']);
    await stripe.paymentMethodConfigurations.update(usual.id, { klarna: OFF, link: OFF });
    expect(await typesOf({})).toEqual(['card', 'cashapp', 'amazon_pay']);
    const off = stripe.paymentMethodConfigurations.update(usual.id, { active: false });
    expect(await failure(off)).toMatchObject({ statusCode: 400, param: 'active' });
    const child = await stripe.paymentMethodConfigurations.create({ parent: usual.id });
    expect(child).toMatchObject({ parent: usual.id, klarna: { available: false } });
  });

  it('is there by default in each account', async () => {
    const accounts = [
      await stripe.accounts.create({ type: 'custom' }),
      await stripe.accounts.create({ type: 'custom' }),
    ];
    for (const { id: stripeAccount } of accounts) {
      const { data } = await stripe.paymentMethodConfigurations.list({}, { stripeAccount });
      expect(data).toMatchObject([{ is_default: true, klarna: { available: true } }]);
    }
  });
});

describe('a payment method domain', () => {
  it('is registered once, turned off and validated', async () => {
    const domain = await stripe.paymentMethodDomains.create({ domain_name: 'shop.example.com' });
    expect(domain).toMatchObject({ domain_name: 'shop.example.com', enabled: true, apple_pay: { status: 'active' } });
    const again = stripe.paymentMethodDomains.create({ domain_name: 'SHOP.example.com' });
    expect(await failure(again)).toMatchObject({ code: 'resource_already_exists', param: 'domain_name' });
    const url = stripe.paymentMethodDomains.create({ domain_name: 'https://shop.example.com/' });
    expect(await failure(url)).toMatchObject({ statusCode: 400, param: 'domain_name' });
    const off = await stripe.paymentMethodDomains.update(domain.id, { enabled: false });
    expect(off).toMatchObject({ enabled: false, google_pay: { status: 'inactive' } });
    expect(await stripe.paymentMethodDomains.validate(domain.id)).toEqual(off);
    expect((await stripe.paymentMethodDomains.list({ enabled: true })).data).toEqual([]);
    expect((await stripe.paymentMethodDomains.list({ domain_name: 'shop.example.com' })).data).toEqual([off]);
    expect(await failure(stripe.paymentMethodDomains.validate('pmd_none'))).toMatchObject({ statusCode: 404 });
  });

  it('is registered for Apple Pay in the older way', async () => {
    const domain = await stripe.applePayDomains.create({ domain_name: 'pay.example.com' });
    expect((await stripe.applePayDomains.list({ domain_name: 'pay.example.com' })).data).toEqual([domain]);
    expect(await stripe.applePayDomains.del(domain.id)).toMatchObject({ deleted: true });
    expect(await failure(stripe.applePayDomains.retrieve(domain.id))).toMatchObject({ statusCode: 404 });
  });
});
