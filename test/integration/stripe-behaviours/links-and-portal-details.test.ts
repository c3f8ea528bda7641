import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { fillIn, visitPage } from '../../support/stripe-pages';

/** https://docs.stripe.com/payment-links, /customer-management and /invoicing/hosted-invoice-page */
let running: RunningStripe;
let stripe: Stripe;
let product: string;
let price: string;
let monthly: string;
let dearer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  product = (await stripe.products.create({ name: 'Tea' })).id;
  price = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 1500 })).id;
  const recurring = { interval: 'month' } as const;
  monthly = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 900, recurring })).id;
  dearer = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 1900, recurring })).id;
});
afterAll(() => running.close());

const link = (given: Partial<Stripe.PaymentLinkCreateParams> = {}): Promise<Stripe.PaymentLink> =>
  stripe.paymentLinks.create({ line_items: [{ price, quantity: 1 }], ...given });
/** The session that somebody gets who opens a link. */
const opened = async (url: string): Promise<Stripe.Checkout.Session> => {
  const { location } = await visitPage(running, url);
  return stripe.checkout.sessions.retrieve(/cs_test_\w+/.exec(location ?? '')![0]);
};

describe('a payment link', () => {
  it('passes on what it says of the payment, the taxes and the buyer', async () => {
    const { url } = await link({
      automatic_tax: { enabled: true },
      payment_intent_data: { description: 'Tea', metadata: { a: 'b' }, statement_descriptor_suffix: 'TEA' },
      metadata: { campaign: 'may' },
      customer_creation: 'always',
    });
    const session = await opened(`${url}?client_reference_id=ref_1&prefilled_email=ada%40example.com`);
    expect(session).toMatchObject({
      automatic_tax: { enabled: true },
      client_reference_id: 'ref_1',
      customer_creation: 'always',
      metadata: { campaign: 'may' },
    });
    await visitPage(running, session.url!, fillIn());
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent'],
    });
    expect(intent).toMatchObject({ description: 'Tea', metadata: { a: 'b' } });
  });

  it('prefills an address that can still be changed', async () => {
    const { url } = await link();
    const session = await opened(`${url}?prefilled_email=ada%40example.com`);
    const { text } = await visitPage(running, session.url!);
    expect(text).toMatch(/name="email"\s+value="ada@example.com"/);
    const locked = await opened(`${url}?locked_prefilled_email=ada%40example.com`);
    expect((await visitPage(running, locked.url!)).text).not.toContain('name="email"');
  });

  it('is for so many payments', async () => {
    const { id, url } = await link({
      restrictions: { completed_sessions: { limit: 1 } },
      inactive_message: 'All tea is gone.',
    });
    await visitPage(running, (await opened(url)).url!, fillIn());
    expect(await stripe.paymentLinks.retrieve(id)).toMatchObject({
      restrictions: { completed_sessions: { count: 1, limit: 1 } },
    });
    expect((await visitPage(running, url)).text).toContain('All tea is gone.');
  });

  it('leads where it says afterwards', async () => {
    const { url } = await link({
      after_completion: { type: 'redirect', redirect: { url: 'https://shop.example.com/?s={CHECKOUT_SESSION_ID}' } },
    });
    const session = await opened(url);
    const { location } = await visitPage(running, session.url!, fillIn());
    expect(location).toBe(`https://shop.example.com/?s=${session.id}`);
  });

  it('lists its items by pages, and changes their quantities', async () => {
    const { id } = await link({ line_items: [1, 2].map((quantity) => ({ price, quantity })) });
    const { data, has_more } = await stripe.paymentLinks.listLineItems(id, { limit: 1 });
    expect(has_more).toBe(true);
    await stripe.paymentLinks.update(id, { line_items: [{ id: data[0]!.id, quantity: 5 }] });
    expect((await stripe.paymentLinks.listLineItems(id)).data.map(({ quantity }) => quantity)).toEqual([5, 2]);
  });

  it.each([
    ['an amount of a fee for a subscription', { application_fee_amount: 10 }, 'application_fee_amount', true],
    ['a share of a fee for one payment', { application_fee_percent: 10 }, 'application_fee_percent', false],
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
      false,
    ],
    ['an invoice of a subscription', { invoice_creation: { enabled: true } }, 'invoice_creation', true],
    [
      'a redirect to nowhere',
      { after_completion: { type: 'redirect', redirect: { url: 'nowhere' } } },
      'after_completion[redirect][url]',
      false,
    ],
  ] as const)('refuses %s', async (_what, given, param, isRecurring) => {
    const items = { line_items: [{ price: isRecurring ? monthly : price, quantity: 1 }] };
    expect(await failure(link({ ...items, ...(given as object) }))).toMatchObject({ statusCode: 400, param });
  });

  it('shares with a connected account', async () => {
    const { id: account } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const { url } = await link({
      line_items: [{ price: monthly, quantity: 1 }],
      application_fee_percent: 10,
      transfer_data: { destination: account },
    });
    const session = await opened(url);
    await visitPage(running, session.url!, fillIn());
    const { subscription } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(subscription).toMatchObject({ application_fee_percent: 10, transfer_data: { destination: account } });
  });

  it('tells when it is made and changed, and is listed by whether it is active', async () => {
    const { id } = await link();
    await stripe.paymentLinks.update(id, { active: false, metadata: { a: 'b' } });
    const types = (await stripe.events.list({ limit: 5 })).data.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['payment_link.created', 'payment_link.updated']));
    const { data } = await stripe.paymentLinks.list({ active: false });
    expect(data.map((each) => each.id)).toContain(id);
  });
});

describe('the portal', () => {
  type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features;
  const configured = async (features: Features, more: object = {}): Promise<string> =>
    (await stripe.billingPortal.configurations.create({ features, ...more })).id;
  const subscribed = async (): Promise<Stripe.Subscription> => {
    const customer = await customerWithCard(stripe, { email: 'ada@example.com' });
    return stripe.subscriptions.create({ customer, items: [{ price: monthly }] });
  };
  const UPDATES: Features = {
    subscription_update: {
      enabled: true,
      default_allowed_updates: ['price', 'quantity', 'promotion_code'],
      products: [],
      proration_behavior: 'always_invoice',
    },
  };
  const updates = (): Features => ({
    subscription_update: { ...UPDATES.subscription_update!, products: [{ product, prices: [monthly, dearer] }] },
  });

  it('refuses flows that its configuration does not have', async () => {
    const { customer, id: subscription } = await subscribed();
    const configuration = await configured({ invoice_history: { enabled: true } });
    for (const flow_data of [
      { type: 'subscription_update', subscription_update: { subscription } },
      { type: 'subscription_cancel', subscription_cancel: { subscription } },
    ] as const) {
      const call = stripe.billingPortal.sessions.create({ customer: customer as string, configuration, flow_data });
      expect(await failure(call)).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
    }
  });

  it('confirms a change that a flow proposes, with its discount, and leads on', async () => {
    const { customer, id: subscription, items } = await subscribed();
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { url } = await stripe.billingPortal.sessions.create({
      customer: customer as string,
      configuration: await configured(updates()),
      flow_data: {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription,
          items: [{ id: items.data[0]!.id, price: dearer, quantity: 2 }],
          discounts: [{ coupon }],
        },
        after_completion: { type: 'redirect', redirect: { return_url: 'https://shop.example.com/back' } },
      },
    });
    const { location } = await visitPage(running, url);
    expect((await visitPage(running, location!)).text).toContain('Confirm');
    const confirmed = await visitPage(running, location!.replace(/update$/, 'confirm'), {});
    expect(confirmed.location).toBe('https://shop.example.com/back');
    const after = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice', 'discounts'] });
    expect(after).toMatchObject({
      items: { data: [{ price: { id: dearer }, quantity: 2 }] },
      discounts: [{ source: { coupon } }],
      latest_invoice: { billing_reason: 'subscription_update' },
    });
  });

  it('offers who cancels a coupon instead', async () => {
    const { customer, id: subscription } = await subscribed();
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'once', name: 'Stay' });
    const { url } = await stripe.billingPortal.sessions.create({
      customer: customer as string,
      flow_data: {
        type: 'subscription_cancel',
        subscription_cancel: { subscription, retention: { type: 'coupon_offer', coupon_offer: { coupon } } },
      },
    });
    const { location } = await visitPage(running, url);
    expect((await visitPage(running, location!)).text).toContain('50% off');
    await visitPage(running, location!.replace(/cancel$/, 'stay'), {});
    expect(await stripe.subscriptions.retrieve(subscription, { expand: ['discounts'] })).toMatchObject({
      cancel_at_period_end: false,
      discounts: [{ source: { coupon } }],
    });
  });

  it('shows what the business says, and the way back', async () => {
    const configuration = await configured(
      { invoice_history: { enabled: true } },
      {
        business_profile: {
          headline: 'Tea for everybody',
          privacy_policy_url: 'https://shop.example.com/privacy',
          terms_of_service_url: 'https://shop.example.com/terms',
        },
        default_return_url: 'https://shop.example.com/account',
      },
    );
    const { customer } = await subscribed();
    const made = await stripe.billingPortal.sessions.create({ customer: customer as string, configuration });
    expect(made.return_url).toBe('https://shop.example.com/account');
    const { text } = await visitPage(running, made.url);
    for (const each of [
      'Tea for everybody',
      'https://shop.example.com/privacy',
      'https://shop.example.com/terms',
      'https://shop.example.com/account',
    ])
      expect(text).toContain(each);
    expect(text).not.toContain('Update subscription');
    expect(text).not.toContain('Add payment method');
  });

  it('changes the shipping address and tax IDs of a customer', async () => {
    const configuration = await configured({
      customer_update: { enabled: true, allowed_updates: ['shipping', 'tax_id', 'name'] },
    });
    const { id: customer } = await stripe.customers.create({});
    const { url } = await stripe.billingPortal.sessions.create({ customer, configuration });
    await visitPage(running, `${url}/customer`, {
      name: 'Ada',
      shippingName: 'Ada',
      shippingCountry: 'US',
      shippingAddressLine1: '1 Main St',
      shippingLocality: 'Reno',
      shippingAdministrativeArea: 'NV',
      shippingPostalCode: '89501',
      taxIdType: 'eu_vat',
      taxId: 'DE123456789',
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      name: 'Ada',
      shipping: { name: 'Ada', address: { line1: '1 Main St', city: 'Reno', state: 'NV' } },
    });
    expect((await stripe.customers.listTaxIds(customer)).data).toMatchObject([{ value: 'DE123456789' }]);
  });

  it('ends a subscription at once, and tells why', async () => {
    const configuration = await configured({
      subscription_cancel: {
        enabled: true,
        mode: 'immediately',
        proration_behavior: 'create_prorations',
        cancellation_reason: { enabled: true, options: ['too_expensive', 'other'] },
      },
    });
    const { customer, id } = await subscribed();
    const { url } = await stripe.billingPortal.sessions.create({ customer: customer as string, configuration });
    const { text } = await visitPage(running, `${url}/subscriptions/${id}/cancel`);
    expect(text).toContain('value="too_expensive"');
    await visitPage(running, `${url}/subscriptions/${id}/cancel`, { feedback: 'too_expensive', comment: 'Too dear' });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { feedback: 'too_expensive', comment: 'Too dear', reason: 'cancellation_requested' },
    });
  });

  it('leaves a cheaper plan for the end of the period where it is told to', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: dearer }] });
    const features = updates();
    const configuration = await configured({
      subscription_update: {
        ...features.subscription_update!,
        schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
      },
    });
    const { url } = await stripe.billingPortal.sessions.create({ customer, configuration });
    await visitPage(running, `${url}/subscriptions/${id}/update`, { price: monthly, quantity: '1' });
    const after = await stripe.subscriptions.retrieve(id, { expand: ['schedule'] });
    expect(after.items.data[0]!.price.id).toBe(dearer);
    expect((after.schedule as Stripe.SubscriptionSchedule).phases[1]!.items[0]!.price).toBe(monthly);
  });
});

describe('the page of an invoice', () => {
  const invoiced = async (more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> => {
    const { id: customer } = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
    const { id } = await stripe.invoices.create({
      customer,
      collection_method: 'send_invoice',
      days_until_due: 30,
      ...more,
    });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 1500, currency: 'usd', description: 'Tea' });
    return stripe.invoices.finalizeInvoice(id);
  };

  it('shows what is written on it', async () => {
    const invoice = await invoiced({
      description: 'Thank you for May',
      footer: 'Tea Ltd, Reno',
      custom_fields: [{ name: 'Order', value: 'PO-77' }],
    });
    const { text } = await visitPage(running, invoice.hosted_invoice_url!);
    for (const each of ['Thank you for May', 'Tea Ltd, Reno', 'PO-77', 'Tea', '$15.00', invoice.number!])
      expect(text).toContain(each);
  });

  it('takes payment for one that was given up, and none for one that is void', async () => {
    const lost = await invoiced();
    await stripe.invoices.markUncollectible(lost.id);
    await visitPage(running, lost.hosted_invoice_url!, fillIn());
    expect((await stripe.invoices.retrieve(lost.id)).status).toBe('paid');
    const gone = await invoiced();
    await stripe.invoices.voidInvoice(gone.id);
    const { text } = await visitPage(running, gone.hosted_invoice_url!);
    expect(text).toContain('void');
    expect(text).not.toContain('cardNumber');
  });

  it('says what the bank says, and takes another card', async () => {
    const invoice = await invoiced();
    const { text } = await visitPage(running, invoice.hosted_invoice_url!, fillIn({ cardNumber: '4000000000009995' }));
    expect(text).toContain('insufficient funds');
    await visitPage(running, invoice.hosted_invoice_url!, fillIn());
    const paid = await stripe.invoices.retrieve(invoice.id);
    expect(paid).toMatchObject({ status: 'paid', amount_remaining: 0 });
    const { text: after } = await visitPage(running, paid.hosted_invoice_url!);
    expect(after).toContain('paid');
    expect(after).not.toContain('cardNumber');
  });

  it('is found only by its whole address', async () => {
    const { hosted_invoice_url: url } = await invoiced();
    const { status } = await visitPage(running, url!.replace(/\/[^/?]+(\?.*)?$/, '/guess'));
    expect(status).toBe(404);
  });
});

describe('a receipt', () => {
  it('shows what was paid, by what, and what came back', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 2500,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      description: 'A teapot',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      expand: ['latest_charge'],
    });
    await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 });
    const { text } = await visitPage(running, (intent.latest_charge as Stripe.Charge).receipt_url!);
    for (const each of ['$25.00', '4242', 'A teapot', '$10.00', '$15.00']) expect(text).toContain(each);
  });
});
