/** https://docs.stripe.com/api/checkout/sessions, /customer-management/portal-deep-links and /connect/hosted-onboarding: what comes of pages. */
import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { completed, visitPage } from '../../support/stripe-pages';

let running: RunningStripe;
let stripe: Stripe;
let price: string;
let monthly: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  const { id: product } = await stripe.products.create({ name: 'Tea' });
  price = (await stripe.prices.create({ currency: 'usd', product, unit_amount: 2000 })).id;
  monthly = (
    await stripe.prices.create({ currency: 'usd', product, unit_amount: 3000, recurring: { interval: 'month' } })
  ).id;
});
afterAll(() => running.close());

type Given = Partial<Stripe.Checkout.SessionCreateParams>;
const session = (given: Given = {}): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example.com/done',
    line_items: [{ price, quantity: 1 }],
    ...given,
  });
const subscribing = (subscription_data: Given['subscription_data']): Promise<Stripe.Checkout.Session> =>
  session({ mode: 'subscription', line_items: [{ price: monthly, quantity: 1 }], subscription_data });
const soon = (): number => Math.floor(Date.now() / 1000) + 10 * 24 * 60 * 60;

describe('a subscription whose cycle begins later', () => {
  it('costs its share of a period at once, which is what is charged', async () => {
    const made = await subscribing({ billing_cycle_anchor: soon() });
    expect(made.amount_total).toBeGreaterThan(950);
    expect(made.amount_total).toBeLessThan(1100);
    const { amount_total, invoice, payment_status } = await completed(running, made);
    expect(payment_status).toBe('paid');
    expect((await stripe.invoices.retrieve(invoice as string)).amount_paid).toBe(amount_total);
  });

  it('shows what is charged where its share is half a cent too much', async () => {
    const { clock } = running.platform;
    clock.freeze();
    const made = await session({
      mode: 'subscription',
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: 'usd',
            unit_amount: 3001,
            recurring: { interval: 'week' },
            product_data: { name: 'Tea' },
          },
        },
      ],
      subscription_data: { billing_cycle_anchor: Math.floor(Number(clock.now()) / 1000) + 3.5 * 24 * 60 * 60 },
    });
    const { amount_total, invoice } = await completed(running, made);
    clock.unfreeze();
    expect([made.amount_total, amount_total]).toEqual([1500, 1500]);
    expect((await stripe.invoices.retrieve(invoice as string)).amount_paid).toBe(1500);
  });

  it('costs nothing until then without prorations', async () => {
    const anchor = soon();
    const made = await subscribing({ billing_cycle_anchor: anchor, proration_behavior: 'none' });
    expect(made.amount_total).toBe(0);
    expect((await visitPage(running, made.url!)).text).toContain('$0.00');
    const { subscription } = await completed(running, made);
    expect(await stripe.subscriptions.retrieve(subscription as string)).toMatchObject({
      status: 'active',
      billing_cycle_anchor: anchor,
    });
  });

  it('is the same by the day of a month', async () => {
    const day = new Date(soon() * 1000).getUTCDate();
    const made = await subscribing({ billing_cycle_anchor_config: { day_of_month: day } });
    expect(made.amount_total).toBeGreaterThan(900);
    expect(made.amount_total).toBeLessThan(1200);
  });
});

describe('the invoice of a payment', () => {
  const invoiceOf = async (given: Given): Promise<Stripe.Invoice> => {
    const made = await completed(running, await session({ invoice_creation: { enabled: true }, ...given }));
    const invoice = await stripe.invoices.retrieve(made.invoice as string);
    expect(invoice).toMatchObject({ status: 'paid', total: made.amount_total, amount_paid: made.amount_total });
    return invoice;
  };

  it('has a line for each price', async () => {
    const { lines } = await invoiceOf({ line_items: [{ price, quantity: 3 }] });
    expect(lines.data).toMatchObject([
      { amount: 6000, description: 'Tea', quantity: 3, pricing: { price_details: { price } } },
    ]);
    expect(String(lines.data[0]!.pricing!.unit_amount_decimal)).toBe('2000');
  });

  it('has what was taken off as a discount', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 25, max_redemptions: 1 });
    const { subtotal, total_discount_amounts: off } = await invoiceOf({ discounts: [{ coupon: coupon.id }] });
    expect(subtotal).toBe(2000);
    expect(off).toMatchObject([{ amount: 500 }]);
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  });

  it('has taxes by their rates, and what shipping costs', async () => {
    const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const fixed_amount = { amount: 500, currency: 'usd' };
    const invoice = await invoiceOf({
      line_items: [{ price, quantity: 1, tax_rates: [rate.id] }],
      shipping_options: [{ shipping_rate_data: { display_name: 'Ground', type: 'fixed_amount', fixed_amount } }],
    });
    expect(invoice).toMatchObject({
      subtotal: 2000,
      total: 2900,
      total_taxes: [{ amount: 400, tax_rate_details: { tax_rate: rate.id } }],
      shipping_cost: { amount_total: 500 },
    });
  });

  it('has automatic taxes as they were paid', async () => {
    await stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    const made = await session({ automatic_tax: { enabled: true }, invoice_creation: { enabled: true } });
    const paid = await completed(running, made, { billingCountry: 'DE', billingPostalCode: '10115' });
    const invoice = await stripe.invoices.retrieve(paid.invoice as string);
    expect(invoice).toMatchObject({ status: 'paid', total: paid.amount_total, amount_paid: paid.amount_total });
  });
});

describe('a payment method', () => {
  const kept = async (customer: string): Promise<number> =>
    (await stripe.customers.listPaymentMethods(customer)).data.length;

  it('is kept where its type says so', async () => {
    const { id: customer } = await stripe.customers.create();
    const options = { card: { setup_future_usage: 'on_session' as const } };
    const made = await completed(running, await session({ customer, payment_method_options: options }));
    expect(await kept(customer)).toBe(1);
    const intent = await stripe.paymentIntents.retrieve(made.payment_intent as string);
    expect(intent.payment_method_options).toMatchObject(options);
  });

  it('that is set up belongs to nobody, unless a customer is asked for', async () => {
    const given = { mode: 'setup' as const, currency: 'usd', line_items: undefined };
    const guest = await completed(running, await session(given));
    expect(guest).toMatchObject({ status: 'complete', customer: null, customer_creation: 'if_required' });
    const intent = await stripe.setupIntents.retrieve(guest.setup_intent as string, { expand: ['payment_method'] });
    expect(intent).toMatchObject({ status: 'succeeded', customer: null, payment_method: { customer: null } });
    const known = await completed(running, await session({ ...given, customer_creation: 'always' }));
    expect(await kept(known.customer as string)).toBe(1);
  });
});

describe('a payment that the application captures', () => {
  it('is paid then, and did not take days', async () => {
    const made = await completed(running, await session({ payment_intent_data: { capture_method: 'manual' } }));
    await stripe.paymentIntents.capture(made.payment_intent as string);
    expect((await stripe.checkout.sessions.retrieve(made.id)).payment_status).toBe('paid');
    const { data } = await stripe.events.list({ type: 'checkout.session.async_payment_succeeded' });
    expect(data).toEqual([]);
  });
});

describe('a session', () => {
  it('keeps what its wallets are told', async () => {
    const wallet_options = { link: { display: 'never' as const } };
    expect(await session({ wallet_options })).toMatchObject({ wallet_options });
  });

  it('is refused with a currency that there is not', async () => {
    const price_data = { currency: 'zzz', unit_amount: 100, product_data: { name: 'Tea' } };
    expect(await failure(session({ line_items: [{ quantity: 1, price_data }] }))).toMatchObject({
      statusCode: 400,
      param: 'line_items[0][price_data][currency]',
      message: expect.stringMatching(/^Invalid currency: zzz\. Stripe currently supports these currencies:/) as string,
    });
  });

  it('is refused with a shipping rate that is archived', async () => {
    const { id } = await stripe.shippingRates.create({
      display_name: 'Ground',
      type: 'fixed_amount',
      fixed_amount: { amount: 500, currency: 'usd' },
    });
    await stripe.shippingRates.update(id, { active: false });
    expect(await failure(session({ shipping_options: [{ shipping_rate: id }] }))).toMatchObject({
      statusCode: 400,
      param: 'shipping_options[0][shipping_rate]',
    });
  });

  it('of an older version is refused with a type of payment methods that there is not', async () => {
    const old = running.client({ apiVersion: '2025-08-27.basil' as never });
    const given = {
      mode: 'payment',
      success_url: 'https://shop.example.com/done',
      line_items: [{ price, quantity: 1 }],
      payment_method_types: ['card', 'nonsense'],
    };
    expect(await failure(old.checkout.sessions.create(given as never))).toMatchObject({
      param: 'payment_method_types[1]',
      message: expect.stringMatching(/^Invalid payment_method_types\[1\]: must be one of /) as string,
    });
  });
});

describe('a flow of the portal that cancels', () => {
  const flow = (customer: string, subscription: string): Promise<Stripe.BillingPortal.Session> =>
    stripe.billingPortal.sessions.create({
      customer,
      flow_data: { type: 'subscription_cancel', subscription_cancel: { subscription } },
    });

  it('is refused for a subscription that ends already, or has ended', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: monthly }] });
    const refusal = { statusCode: 400, param: 'flow_data[subscription_cancel][subscription]' };
    expect((await flow(customer, id)).flow!.type).toBe('subscription_cancel');
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect((await failure(flow(customer, id))).message).toMatch(/already set to be canceled/);
    await stripe.subscriptions.cancel(id);
    expect(await failure(flow(customer, id))).toMatchObject(refusal);
  });
});

describe('an Express account that nothing was asked for', () => {
  const ADDRESSES = { refresh_url: 'https://shop.example.com/again', return_url: 'https://shop.example.com/back' };

  it('is asked for card payments and transfers, which it has once it has been set up', async () => {
    const { id, capabilities, requirements } = await stripe.accounts.create({ type: 'express' });
    expect(capabilities).toEqual({ card_payments: 'inactive', transfers: 'inactive' });
    expect(requirements!.disabled_reason).toBe('requirements.past_due');
    const link = await stripe.accountLinks.create({ account: id, type: 'account_onboarding', ...ADDRESSES });
    await visitPage(running, link.url);
    expect((await visitPage(running, link.url, {})).location).toBe(ADDRESSES.return_url);
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      capabilities: { card_payments: 'active', transfers: 'active' },
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
      external_accounts: { data: [{ object: 'bank_account', currency: 'usd', default_for_currency: true }] },
    });
  });

  it('is led back by a link that was visited before', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const link = await stripe.accountLinks.create({ account: id, type: 'account_onboarding', ...ADDRESSES });
    expect((await visitPage(running, link.url)).status).toBe(200);
    expect((await visitPage(running, link.url)).location).toBe(ADDRESSES.refresh_url);
  });
});
