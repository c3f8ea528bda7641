import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { eventsAbout, latestInvoice, onClock, priced, START, subscribed } from '../../support/stripe-billing';

/** https://docs.stripe.com/api, billing: what is checked, kept and told of the smaller things */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function draft(amount = 2000, more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
  const customer = more.customer ?? (await customerWithCard(stripe));
  const { id } = await stripe.invoices.create({ customer, ...more });
  await stripe.invoiceItems.create({ customer, invoice: id, amount, currency: 'usd' });
  return stripe.invoices.retrieve(id);
}

let meters = 0;
const meter = (): Promise<Stripe.Billing.Meter> =>
  stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: `calls_${(meters += 1)}`,
    default_aggregation: { formula: 'sum' },
  });

describe('a price', () => {
  it('cannot be archived while it is the default of its product', async () => {
    const product = await stripe.products.create({
      name: 'Gold',
      default_price_data: { currency: 'usd', unit_amount: 5 },
    });
    const error = await failure(stripe.prices.update(product.default_price as string, { active: false }));
    expect(error.message).toBe('This price cannot be archived because it is the default price of its product.');
    const { id: other } = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 7 });
    await stripe.products.update(product.id, { default_price: other });
    expect(await stripe.prices.update(product.default_price as string, { active: false })).toMatchObject({
      active: false,
    });
  });

  it('cannot have both packages and tiers', async () => {
    const tiers = [{ up_to: 'inf' as const, unit_amount: 1 }];
    const given = { billing_scheme: 'tiered' as const, tiers_mode: 'volume' as const, tiers };
    const error = await failure(priced(stripe, { ...given, transform_quantity: { divide_by: 2, round: 'up' } }));
    expect(error).toMatchObject({ statusCode: 400, param: 'transform_quantity' });
  });

  it('has an active meter when it is for usage, and none else', async () => {
    const { id } = await meter();
    const licensed = await failure(priced(stripe, { recurring: { interval: 'month', meter: id } }));
    expect(licensed).toMatchObject({ statusCode: 400, param: 'recurring[meter]' });
    await stripe.billing.meters.deactivate(id);
    const recurring = { interval: 'month' as const, usage_type: 'metered' as const, meter: id };
    expect(await failure(priced(stripe, { recurring }))).toMatchObject({ param: 'recurring[meter]' });
  });
});

describe('a product', () => {
  it('has a statement descriptor that banks take', async () => {
    const error = await failure(stripe.products.create({ name: 'Gold', statement_descriptor: 'A < B' }));
    expect(error).toMatchObject({ statusCode: 400, param: 'statement_descriptor' });
  });
});

describe('a coupon', () => {
  it('shows what it is for, and its other currencies, when asked', async () => {
    const product = await stripe.products.create({ name: 'Gold' });
    const { id, ...shown } = await stripe.coupons.create({
      amount_off: 100,
      currency: 'usd',
      applies_to: { products: [product.id] },
      currency_options: { eur: { amount_off: 90 } },
    });
    expect(shown).not.toHaveProperty('applies_to');
    expect(shown).not.toHaveProperty('currency_options');
    const whole = await stripe.coupons.retrieve(id, { expand: ['applies_to', 'currency_options'] });
    expect(whole).toMatchObject({
      applies_to: { products: [product.id] },
      currency_options: { eur: { amount_off: 90 } },
    });
    await stripe.coupons.update(id, { currency_options: { gbp: { amount_off: 80 } } });
    const { currency_options: options } = await stripe.coupons.retrieve(id, { expand: ['currency_options'] });
    expect(Object.keys(options!).sort()).toEqual(['eur', 'gbp']);
  });
});

describe('an archived tax rate', () => {
  it('stays where it is, and is not used anew', async () => {
    const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const { subscription } = await subscribed(stripe, { default_tax_rates: [rate.id] });
    await stripe.taxRates.update(rate.id, { active: false });
    const kept = await stripe.subscriptions.update(subscription.id, {
      default_tax_rates: [rate.id],
      metadata: { a: 'b' },
    });
    expect(kept.default_tax_rates).toMatchObject([{ id: rate.id }]);
    const error = await failure(subscribed(stripe, { default_tax_rates: [rate.id] }));
    expect(error).toMatchObject({ statusCode: 400, param: 'default_tax_rates[0]' });
  });
});

describe('the billing mode', () => {
  it('is migrated to flexible, at the time of the clock, once', async () => {
    const { subscription } = await subscribed(stripe, { billing_mode: { type: 'classic' } });
    const migrated = await stripe.subscriptions.migrate(subscription.id, { billing_mode: { type: 'flexible' } });
    expect(migrated.billing_mode).toEqual({
      type: 'flexible',
      flexible: { proration_discounts: 'included' },
      updated_at: START,
    });
    const again = stripe.subscriptions.migrate(subscription.id, { billing_mode: { type: 'flexible' } });
    expect(await failure(again)).toMatchObject({ statusCode: 400 });
  });

  it('of a schedule and of a quote is that of their subscription', async () => {
    const customer = await customerWithCard(stripe);
    const items = [{ price: await priced(stripe) }];
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      billing_mode: { type: 'classic' },
      start_date: 'now',
      phases: [{ items, duration: { interval: 'month' } }],
      expand: ['subscription'],
    });
    expect(schedule.subscription).toMatchObject({ billing_mode: { type: 'classic' } });
    const { id } = await stripe.quotes.create({
      customer,
      line_items: items,
      subscription_data: { billing_mode: { type: 'flexible', flexible: { proration_discounts: 'itemized' } } },
    });
    await stripe.quotes.finalizeQuote(id);
    const { subscription } = await stripe.quotes.accept(id, { expand: ['subscription'] });
    expect(subscription).toMatchObject({ billing_mode: { flexible: { proration_discounts: 'itemized' } } });
  });
});

describe('a subscription', () => {
  it('has a description of up to 500 characters', async () => {
    const error = await failure(subscribed(stripe, { description: 'x'.repeat(501) }));
    expect(error).toMatchObject({ statusCode: 400, param: 'description' });
  });

  it('with automatic taxes needs to know where its customer is', async () => {
    const error = await failure(subscribed(stripe, { automatic_tax: { enabled: true } }));
    expect(error).toMatchObject({ statusCode: 400, code: 'customer_tax_location_invalid' });
    const { subscription } = await subscribed(
      stripe,
      { automatic_tax: { enabled: true } },
      { address: { country: 'DE' } },
    );
    expect(subscription).toMatchObject({ status: 'active', automatic_tax: { enabled: true } });
  });

  it('has a first invoice that does not advance by itself', async () => {
    const { subscription } = await subscribed(stripe, {
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice'],
    });
    expect(latestInvoice(subscription)).toMatchObject({ status: 'open', auto_advance: false });
  });
});

describe('an invoice', () => {
  it('with automatic taxes is not made final for a customer who may be anywhere', async () => {
    const { id, customer, ...made } = await draft(2000, { automatic_tax: { enabled: true } });
    expect(made.automatic_tax).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
    const error = await failure(stripe.invoices.finalizeInvoice(id));
    expect(error).toMatchObject({ statusCode: 400, code: 'customer_tax_location_invalid' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'draft',
      last_finalization_error: { code: 'customer_tax_location_invalid' },
    });
    expect((await eventsAbout(stripe, id)).map(({ type }) => type)).toContain('invoice.finalization_failed');
    await stripe.customers.update(customer as string, { address: { country: 'DE' } });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ status: 'open', last_finalization_error: null });
  });

  it('says of its customer what is so, until it is final', async () => {
    const { id: customer } = await stripe.customers.create({ name: 'Ann' });
    const { id } = await draft(2000, { customer });
    await stripe.customers.update(customer, { name: 'Anna', address: { country: 'DE' } });
    await stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
    const now = {
      customer_name: 'Anna',
      customer_address: { country: 'DE' },
      customer_tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
    };
    expect(await stripe.invoices.retrieve(id)).toMatchObject(now);
    await stripe.invoices.finalizeInvoice(id);
    await stripe.customers.update(customer, { name: 'Bob' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject(now);
  });

  it('no longer advances once it is paid, which is told', async () => {
    const { id } = await draft(2000, { auto_advance: true });
    expect(await stripe.invoices.pay(id)).toMatchObject({ status: 'paid', auto_advance: false });
    const paid = (await eventsAbout(stripe, id)).filter(({ type }) => type === 'invoice.updated').pop()!;
    expect(paid.data.previous_attributes).toMatchObject({ status: 'open', auto_advance: true, amount_paid: 0 });
  });

  it('has a number of its own, and tax IDs that the account has', async () => {
    await draft(100, { number: 'A-1' });
    expect(await failure(draft(100, { number: 'A-1' }))).toMatchObject({ statusCode: 400, param: 'number' });
    const error = await failure(draft(100, { account_tax_ids: ['txi_none'] }));
    expect(error).toMatchObject({ code: 'resource_missing', param: 'account_tax_ids[0]' });
  });

  it('has discounts of items off in its subtotal, and its own after that', async () => {
    const [ten, two] = await Promise.all([
      stripe.coupons.create({ percent_off: 10 }),
      stripe.coupons.create({ amount_off: 200, currency: 'usd' }),
    ]);
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.invoices.create({ customer, discounts: [{ coupon: two.id }] });
    const item = { customer, invoice: id, amount: 1000, currency: 'usd' };
    await stripe.invoiceItems.create({ ...item, discounts: [{ coupon: ten.id }] });
    const invoice = await stripe.invoices.retrieve(id);
    expect(invoice).toMatchObject({ subtotal: 900, total: 700 });
    expect(invoice.lines.data[0]).toMatchObject({ amount: 1000, subtotal: 1000 });
    expect(invoice.total_discount_amounts!.map(({ amount }) => amount).sort()).toEqual([100, 200]);
  });
});

describe('the balance of a customer', () => {
  it('that is set has transactions, too', async () => {
    const { id } = await stripe.customers.create({ balance: -500 });
    await stripe.customers.update(id, { balance: -300 });
    expect((await stripe.customers.listBalanceTransactions(id)).data).toMatchObject([
      { type: 'adjustment', amount: 200, ending_balance: -300 },
      { type: 'initial', amount: -500, ending_balance: -500 },
    ]);
  });
});

describe('credits, meters, quotes and the portal', () => {
  it('have credits in an order from 0 to 100', async () => {
    const { customer } = await onClock(stripe);
    const given = { customer, amount: { type: 'monetary' as const, monetary: { currency: 'usd', value: 100 } } };
    const applicability_config = { scope: { price_type: 'metered' as const } };
    const error = await failure(stripe.billing.creditGrants.create({ ...given, applicability_config, priority: 101 }));
    expect(error).toMatchObject({ statusCode: 400, param: 'priority' });
  });

  it('sum up usage from minute to minute', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await meter();
    const from = { customer, start_time: START + 1, end_time: START + 60 };
    expect(await failure(stripe.billing.meters.listEventSummaries(id, from))).toMatchObject({ param: 'start_time' });
  });

  it('number the revisions of a quote', async () => {
    const given = { customer: await customerWithCard(stripe), line_items: [{ price: await priced(stripe) }] };
    const first = await stripe.quotes.finalizeQuote((await stripe.quotes.create(given)).id);
    const { id } = await stripe.quotes.create({ from_quote: { quote: first.id, is_revision: true } });
    expect((await stripe.quotes.finalizeQuote(id)).number).toBe(first.number!.replace(/-1$/, '-2'));
  });

  it('have a portal that says what customers may change to', async () => {
    const make = (given: Partial<Stripe.BillingPortal.ConfigurationCreateParams>): Promise<Stripe.errors.StripeError> =>
      failure(
        stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } }, ...given }),
      );
    const feature = { enabled: true, default_allowed_updates: ['price' as const] };
    expect(await make({ features: { subscription_update: feature } })).toMatchObject({
      code: 'parameter_missing',
      param: 'features[subscription_update][products]',
    });
    expect(await make({ business_profile: { headline: 'x'.repeat(61) } })).toMatchObject({
      param: 'business_profile[headline]',
    });
  });
});
