import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { completed } from '../../support/stripe-pages';

/** https://docs.stripe.com/api/checkout/sessions, /api/payment-link and /api/customer_portal: what is refused, and what is chosen by itself */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const priced = (given: object = {}) => ({
  price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: 'T-shirt' }, ...given },
  quantity: 2,
});
const ITEM = priced();
const PLAN = { ...priced({ recurring: { interval: 'month' } }), quantity: 1 };
const ONCE = { mode: 'payment', line_items: [ITEM], success_url: 'https://example.com/done' };
const RECURRING = { ...ONCE, mode: 'subscription', line_items: [PLAN] };
const EMBEDDED = { mode: 'payment', line_items: [ITEM], ui_mode: 'embedded_page' };
const BACK = 'https://example.com/back';
const FEATURES = { invoice_history: { enabled: true } };

const session = (given: object): Promise<Stripe.Checkout.Session> => stripe.checkout.sessions.create(given);
const portal = (given: object): Promise<Stripe.BillingPortal.Configuration> =>
  stripe.billingPortal.configurations.create({ features: FEATURES, ...given });
const price = async (given: object = {}): Promise<string> =>
  (await stripe.prices.create({ currency: 'usd', unit_amount: 1000, product_data: { name: 'Book' }, ...given })).id;
const link = async (given: object, of: object = {}): Promise<Stripe.PaymentLink> =>
  stripe.paymentLinks.create({ line_items: [{ price: await price(of), quantity: 1 }], ...given });
const ship = (currency: string) => ({
  shipping_rate_data: { display_name: 'S', type: 'fixed_amount', fixed_amount: { amount: 100, currency } },
});
const field = (key: string, given: object = {}) => ({
  key,
  type: 'text',
  label: { type: 'custom', custom: 'Label' },
  ...given,
});

describe('a session is refused', () => {
  it.each<[what: string, given: object, wanted: object]>([
    ['data of a payment in another mode', { ...RECURRING, payment_intent_data: { description: 'x' } }, { message: 'You can not pass `payment_intent_data` in `subscription` mode.' }],
    ['data of a subscription in another mode', { ...ONCE, subscription_data: { description: 'x' } }, { message: 'You can not pass `subscription_data` in `payment` mode.' }],
    ['data of a setup in another mode', { ...ONCE, setup_intent_data: { description: 'x' } }, { message: 'You can not pass `setup_intent_data` in `payment` mode.' }],
    ['changes of no customer', { ...ONCE, customer_update: { address: 'auto' } }, { param: 'customer_update' }],
    ['two fields with one key', { ...ONCE, custom_fields: [field('a'), field('a')] }, { param: 'custom_fields' }],
    ['a fourth field', { ...ONCE, custom_fields: ['a', 'b', 'c', 'd'].map((key) => field(key)) }, { param: 'custom_fields' }],
    ['a choice of nothing', { ...ONCE, custom_fields: [field('a', { type: 'dropdown' })] }, { code: 'parameter_missing' }],
    ['a key with a space', { ...ONCE, custom_fields: [field('a b')] }, { param: 'custom_fields[0][key]' }],
    ['a long label', { ...ONCE, custom_fields: [field('a', { label: { type: 'custom', custom: 'x'.repeat(51) } })] }, { param: 'custom_fields[0][label][custom]' }],
    ['a price beside its data', { ...ONCE, line_items: [{ ...ITEM, price: 'price_x' }] }, { message: 'You may only specify one of these parameters: price, price_data.' }],
    ['an embedded page that may be canceled', { ...EMBEDDED, return_url: BACK, cancel_url: BACK }, { param: 'cancel_url' }],
    ['an embedded page that succeeds elsewhere', { ...EMBEDDED, return_url: BACK, success_url: BACK }, { param: 'success_url' }],
    ['an embedded page that leads nowhere', EMBEDDED, { code: 'parameter_missing', param: 'return_url' }],
    ['a place to return to from nowhere', { ...EMBEDDED, return_url: BACK, redirect_on_completion: 'never' }, { param: 'return_url' }],
    ['a page that returns', { ...ONCE, return_url: BACK }, { param: 'return_url' }],
    ['an address that is none', { ...ONCE, success_url: 'nope' }, { code: 'url_invalid', param: 'success_url' }],
    ['an email address that is none', { ...ONCE, customer_email: 'nope' }, { code: 'email_invalid', param: 'customer_email' }],
    ['a customer that is not there', { ...ONCE, customer: 'cus_none' }, { code: 'resource_missing', message: "No such customer: 'cus_none'" }],
    ['a coupon that is not there', { ...ONCE, discounts: [{ coupon: 'none' }] }, { code: 'resource_missing', message: "No such coupon: 'none'" }],
    ['more than a million', { ...ONCE, line_items: [priced({ unit_amount: 99_999_999 })] }, { code: 'amount_too_large' }],
    ['shipping in another currency', { ...ONCE, shipping_options: [ship('eur')] }, { param: 'shipping_options[0][shipping_rate]' }],
    ['a sixth way to ship', { ...ONCE, shipping_options: Array.from({ length: 6 }, () => ship('usd')) }, { param: 'shipping_options' }],
    ['signs on a statement', { ...ONCE, payment_intent_data: { statement_descriptor_suffix: '<b>' } }, { param: 'payment_intent_data[statement_descriptor_suffix]' }],
    ['a fee of no account', { ...ONCE, payment_intent_data: { application_fee_amount: 10 } }, {}],
    ['a share for nobody', { ...RECURRING, subscription_data: { transfer_data: { destination: 'acct_none' } } }, { code: 'resource_missing' }],
    ['more than everything', { ...RECURRING, subscription_data: { application_fee_percent: 101 } }, { param: 'subscription_data[application_fee_percent]' }],
    ['a reference that is too long', { ...ONCE, client_reference_id: 'x'.repeat(201) }, { param: 'client_reference_id' }],
  ])('for %s', async (_what, given, wanted) => {
    expect(await failure(session(given))).toMatchObject({ statusCode: 400, ...wanted });
  }); // prettier-ignore

  it('for an amount off in another currency, with a code or without', async () => {
    const coupon = await stripe.coupons.create({ amount_off: 500, currency: 'eur', duration: 'once' });
    const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
    for (const discount of [{ coupon: coupon.id }, { promotion_code: code.id }]) {
      expect(await failure(session({ ...ONCE, discounts: [discount] }))).toMatchObject({
        statusCode: 400,
        param: `discounts[0][${Object.keys(discount)[0]}]`,
      });
    }
  });

  it('and a link, for two of what buyers pay as they like', async () => {
    const named = await price({ unit_amount: undefined, custom_unit_amount: { enabled: true } });
    const line_items = [{ price: named, quantity: 2 }];
    const refused = { statusCode: 400, param: 'line_items[0][quantity]' };
    expect(await failure(session({ ...ONCE, line_items }))).toMatchObject(refused);
    expect(await failure(stripe.paymentLinks.create({ line_items }))).toMatchObject(refused);
  });
});

describe('a session', () => {
  it('has what is usual, where nobody says anything', async () => {
    const { customer_details, ...made } = await session(ONCE);
    expect(customer_details).toBeNull();
    expect(made).toMatchObject({
      after_expiration: null,
      amount_subtotal: 2000,
      amount_total: 2000,
      automatic_tax: { enabled: false, liability: null, provider: null, status: null },
      consent: null,
      custom_fields: [],
      custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
      customer_creation: 'if_required',
      expires_at: made.created + 24 * 60 * 60,
      invoice_creation: { enabled: false, invoice_data: { account_tax_ids: null, metadata: {} } },
      payment_method_collection: 'if_required',
      payment_method_options: { card: { request_three_d_secure: 'automatic' } },
      shipping_options: [],
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    });
  });

  it('keeps a card to be shown again only where its buyer wants that', async () => {
    const savedBy = async (given: object, more: Record<string, string> = {}): Promise<string> => {
      const { customer } = await completed(running, await session(given), more);
      const { data } = await stripe.paymentMethods.list({ customer: customer as string });
      return data[0]!.allow_redisplay!;
    };
    expect(await savedBy(RECURRING)).toBe('limited');
    expect(await savedBy({ ...ONCE, payment_intent_data: { setup_future_usage: 'off_session' } })).toBe('limited');
    const { id } = await stripe.customers.create();
    const asked = { ...ONCE, customer: id, saved_payment_method_options: { payment_method_save: 'enabled' } };
    expect(await savedBy(asked, { save: 'on' })).toBe('always');
  });

  it('lets the server alone say how it is shipped', async () => {
    const { id, permissions } = await session({
      ...EMBEDDED,
      return_url: BACK,
      permissions: { update_shipping_details: 'server_only' },
      shipping_address_collection: { allowed_countries: ['US'] },
      shipping_options: [ship('usd')],
    });
    expect(permissions).toMatchObject({ update_shipping_details: 'server_only' });
    const changed = await stripe.checkout.sessions.update(id, {
      shipping_options: [{ shipping_rate_data: { ...ship('usd').shipping_rate_data, display_name: 'B' } as never }],
    });
    expect(changed.shipping_options).toHaveLength(1);
    const refused = stripe.checkout.sessions.update(id, { shipping_options: [ship('eur') as never] });
    expect(await failure(refused)).toMatchObject({ param: 'shipping_options[0][shipping_rate]' });
  });
});

describe('a payment link is refused', () => {
  it.each<[what: string, call: () => Promise<unknown>, wanted: object]>([
    ['data of a payment for what recurs', () => link({ payment_intent_data: { description: 'x' } }, { recurring: { interval: 'month' } }), { param: 'payment_intent_data' }],
    ['data of a subscription for what does not', () => link({ subscription_data: { trial_period_days: 7 } }), { param: 'subscription_data' }],
    ['a redirect to nowhere', () => link({ after_completion: { type: 'redirect' } }), { code: 'parameter_missing' }],
    ['no payment at all', () => link({ restrictions: { completed_sessions: { limit: 0 } } }), { param: 'restrictions[completed_sessions][limit]' }],
    ['signs on a statement', () => link({ payment_intent_data: { statement_descriptor_suffix: '<b>' } }), { param: 'payment_intent_data[statement_descriptor_suffix]' }],
  ])('for %s', async (_what, call, wanted) => {
    expect(await failure(call())).toMatchObject({ statusCode: 400, ...wanted });
  }); // prettier-ignore
});

describe('the portal', () => {
  it.each<[what: string, call: () => Promise<unknown>, wanted: object]>([
    ['an address to return to', () => portal({ default_return_url: 'nope' }), { code: 'url_invalid', param: 'default_return_url' }],
    ['an address of a policy', () => portal({ business_profile: { privacy_policy_url: 'nope' } }), { code: 'url_invalid', param: 'business_profile[privacy_policy_url]' }],
    ['a product', () => portal({ features: { subscription_update: { enabled: true, default_allowed_updates: ['price'], products: [{ product: 'prod_none', prices: ['price_none'] }] } } }), { code: 'resource_missing', param: 'features[subscription_update][products][0][product]' }],
    ['an address to return to from a session', async () => stripe.billingPortal.sessions.create({ customer: (await stripe.customers.create()).id, return_url: 'nope' }), { code: 'url_invalid', param: 'return_url' }],
  ])('is refused for %s that there is not', async (_what, call, wanted) => {
    expect(await failure(call())).toMatchObject({ statusCode: 400, ...wanted });
  }); // prettier-ignore

  it('of an account names the application that configured it', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const made = await stripe.billingPortal.configurations.create({ features: FEATURES }, { stripeAccount: id });
    expect(made.application).toMatch(/^ca_/);
    expect((await portal({})).application).toBeNull();
  });
});
