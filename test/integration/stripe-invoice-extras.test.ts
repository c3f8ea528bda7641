import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../support/stripe';

const DAY = 24 * 3600;
const START = 1_700_000_000;

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

interface OnClock {
  readonly customer: string;
  readonly advance: (to: number) => Promise<unknown>;
}

async function onClock(): Promise<OnClock> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = await customerWithCard(stripe, { email: 'jenny@example.com', test_clock: clock.id });
  return { customer, advance: (to) => stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to }) };
}

async function metered(amount = 10): Promise<Stripe.Price> {
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  return priceOf({ unit_amount: amount, recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } });
}

async function priceOf(given: Omit<Stripe.PriceCreateParams, 'currency' | 'product'>): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name: 'Gold' });
  return stripe.prices.create({ product: product.id, currency: 'usd', ...given });
}

async function use(customer: string, value: number, timestamp: number): Promise<void> {
  await stripe.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer, value: String(value) },
    timestamp,
  });
}

async function draft(more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
  const customer = await customerWithCard(stripe);
  const { id } = await stripe.invoices.create({ customer, ...more });
  await stripe.invoiceItems.create({ customer, invoice: id, amount: 2000, currency: 'usd' });
  return stripe.invoices.retrieve(id);
}

async function invoicesOf(subscription: string): Promise<Stripe.Invoice[]> {
  return (await stripe.invoices.list({ subscription })).data;
}

describe('an invoice', () => {
  it('knows what shipping costs', async () => {
    const rate = await stripe.shippingRates.create({
      display_name: 'Post',
      type: 'fixed_amount',
      fixed_amount: { amount: 300, currency: 'usd' },
    });
    const invoice = await draft({ shipping_cost: { shipping_rate: rate.id } });
    expect(invoice).toMatchObject({
      amount_shipping: 300,
      shipping_cost: { amount_total: 300, shipping_rate: rate.id },
      subtotal: 2000,
      total: 2300,
    });
    const data = {
      display_name: 'Express',
      type: 'fixed_amount',
      fixed_amount: { amount: 900, currency: 'usd' },
    } as const;
    expect(await stripe.invoices.update(invoice.id, { shipping_cost: { shipping_rate_data: data } })).toMatchObject({
      total: 2900,
    });
    expect(await stripe.invoices.update(invoice.id, { shipping_cost: '' })).toMatchObject({
      shipping_cost: null,
      total: 2000,
    });
    const foreign = await stripe.shippingRates.create({
      display_name: 'Post',
      type: 'fixed_amount',
      fixed_amount: { amount: 300, currency: 'eur' },
    });
    await expect(
      stripe.invoices.update(invoice.id, { shipping_cost: { shipping_rate: foreign.id } }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'shipping_cost[shipping_rate]' });
  });

  it('is known to the discounts that are made with it', async () => {
    await stripe.coupons.create({ id: 'ten', percent_off: 10, duration: 'once' });
    const { id } = await draft({ discounts: [{ coupon: 'ten' }] });
    const { discounts } = await stripe.invoices.retrieve(id, { expand: ['discounts'] });
    expect(discounts).toMatchObject([{ object: 'discount', invoice: id }]);
  });

  it.each([
    ['exclusive', { onItem: 120, onShipping: 18, shipping: 318, total: 2438, net: 2300 }],
    ['inclusive', { onItem: 113, onShipping: 17, shipping: 300, total: 2300, net: 2170 }],
  ] as const)('taxes what shipping costs: %s', async (tax_behavior, expected) => {
    await stripe.tax.registrations.create({
      country: 'US',
      country_options: { us: { state: 'WV', type: 'state_sales_tax' } },
      active_from: 'now',
    });
    const customer = await customerWithCard(stripe, {
      address: { line1: '1 Main St', city: 'Elkins', state: 'WV', postal_code: '26241', country: 'US' },
    });
    const rate = await stripe.shippingRates.create({
      display_name: 'Post',
      fixed_amount: { amount: 300, currency: 'usd' },
      tax_behavior,
      type: 'fixed_amount',
    });
    const { id } = await stripe.invoices.create({
      customer,
      automatic_tax: { enabled: true },
      shipping_cost: { shipping_rate: rate.id },
    });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 2000, currency: 'usd', tax_behavior });
    const invoice = await stripe.invoices.finalizeInvoice(id);
    expect(invoice).toMatchObject({
      amount_shipping: expected.shipping,
      shipping_cost: { amount_subtotal: 300, amount_tax: expected.onShipping, amount_total: expected.shipping },
      total: expected.total,
      total_excluding_tax: expected.net,
      amount_due: expected.total,
    });
    expect(invoice.total_taxes!.reduce((sum, { amount }) => sum + amount, 0)).toBe(
      expected.onItem + expected.onShipping,
    );
  });

  it('and its credit note can be read on paper', async () => {
    const { id } = await draft();
    const invoice = await stripe.invoices.finalizeInvoice(id);
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500, memo: 'Sorry' });
    for (const url of [invoice.invoice_pdf!, note.pdf]) {
      const { pathname } = new URL(url);
      const answer = await fetch(`http://127.0.0.1:${running.platform.port}/stripe${pathname.replace('/stripe', '')}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
      expect((await answer.text()).slice(0, 5)).toBe('%PDF-');
    }
  });
});

describe('billing credits', () => {
  const amount = (value: number) => ({ type: 'monetary' as const, monetary: { currency: 'usd', value } });

  it('pay for usage before taxes, the most urgent first, and come back with a void invoice', async () => {
    const { customer, advance } = await onClock();
    const price = await metered();
    const tax = await stripe.taxRates.create({ display_name: 'VAT', inclusive: false, percentage: 10 });
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [
        { price: price.id },
        { price: (await priceOf({ unit_amount: 500, recurring: { interval: 'month' } })).id },
      ],
      default_tax_rates: [tax.id],
    });
    const applicability_config = { scope: { price_type: 'metered' as const } };
    const later = await stripe.billing.creditGrants.create({ customer, amount: amount(300), applicability_config });
    const first = await stripe.billing.creditGrants.create({
      customer,
      amount: amount(400),
      applicability_config,
      priority: 10,
    });
    await use(customer, 60, START + DAY);
    await advance(START + 32 * DAY);
    const [invoice] = await invoicesOf(id);
    // 60 × 10 are paid by credits; what is due is the other item, and its tax.
    expect(invoice).toMatchObject({ subtotal: 1100, total_excluding_tax: 500, total: 550 });
    expect(invoice!.total_pretax_credit_amounts).toMatchObject([
      { type: 'credit_balance_transaction', amount: 400 },
      { type: 'credit_balance_transaction', amount: 200 },
    ]);
    const { data } = await stripe.billing.creditBalanceTransactions.list({ customer, credit_grant: first.id });
    expect(data[0]).toMatchObject({
      type: 'debit',
      debit: { type: 'credits_applied', amount: amount(400), credits_applied: { invoice: invoice!.id } },
    });
    const summary = () =>
      stripe.billing.creditBalanceSummaries.retrieve({
        customer,
        filter: { type: 'applicability_scope', applicability_scope: { price_type: 'metered' } },
      });
    expect((await summary()).balances).toMatchObject([{ available_balance: amount(100) }]);
    expect(await stripe.billing.creditGrants.voidGrant(later.id)).toMatchObject({ id: later.id });
    expect((await summary()).balances).toMatchObject([{ available_balance: amount(0) }]);
  });

  it('are in the preview of the next invoice, and not used up by it', async () => {
    const { customer } = await onClock();
    const price = await metered();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    const grant = await stripe.billing.creditGrants.create({
      customer,
      amount: amount(400),
      applicability_config: { scope: { price_type: 'metered' } },
    });
    await use(customer, 60, START);
    for (const given of [{ subscription: id }, { customer }]) {
      const preview = await stripe.invoices.createPreview(given);
      expect(preview).toMatchObject({ subtotal: 600, total: 200, amount_due: 200 });
      expect(preview.total_pretax_credit_amounts).toMatchObject([{ type: 'credit_balance_transaction', amount: 400 }]);
    }
    const { data } = await stripe.billing.creditBalanceTransactions.list({ customer, credit_grant: grant.id });
    expect(data.map(({ type }) => type)).toEqual(['credit']);
  });

  it('are given back when the invoice is taken back, and end by themselves', async () => {
    const { customer, advance } = await onClock();
    const price = await metered();
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      collection_method: 'send_invoice',
      days_until_due: 30,
    });
    const grant = await stripe.billing.creditGrants.create({
      customer,
      amount: amount(300),
      applicability_config: { scope: { prices: [{ id: price.id }] } },
      expires_at: START + 60 * DAY,
    });
    await use(customer, 50, START + DAY);
    await advance(START + 32 * DAY);
    const [invoice] = await invoicesOf(id);
    expect(invoice).toMatchObject({ subtotal: 500, total: 200, status: 'open' });
    await stripe.invoices.voidInvoice(invoice!.id);
    const transactions = async () =>
      (await stripe.billing.creditBalanceTransactions.list({ customer, credit_grant: grant.id })).data;
    expect((await transactions())[0]).toMatchObject({
      type: 'credit',
      credit: {
        amount: amount(300),
        type: 'credits_application_invoice_voided',
        credits_application_invoice_voided: { invoice: invoice!.id },
      },
    });
    await stripe.subscriptions.cancel(id);
    await advance(START + 61 * DAY);
    expect((await transactions())[0]).toMatchObject({ debit: { type: 'credits_expired', amount: amount(300) } });
  });
});

describe('a subscription with usage', () => {
  it('is billed as soon as it reaches a threshold, and for the rest at the end', async () => {
    const { customer, advance } = await onClock();
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: (await metered()).id }],
      billing_thresholds: { amount_gte: 500 },
    });
    await advance(START + DAY);
    await use(customer, 30, START + DAY);
    expect(await invoicesOf(id)).toEqual([]);
    await use(customer, 25, START + DAY);
    const [invoice] = await invoicesOf(id);
    expect(invoice).toMatchObject({ billing_reason: 'subscription_threshold', total: 550, status: 'draft' });
    await use(customer, 4, START + DAY);
    expect(await invoicesOf(id)).toHaveLength(1);
    await advance(START + 32 * DAY);
    expect((await invoicesOf(id))[0]).toMatchObject({ billing_reason: 'subscription_cycle', total: 40 });
  });

  it('begins a new period at a threshold where it is asked to, and knows thresholds of items', async () => {
    const { customer, advance } = await onClock();
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [
        { price: (await metered()).id, billing_thresholds: { usage_gte: 20 } },
        { price: (await priceOf({ unit_amount: 700, recurring: { interval: 'month' } })).id },
      ],
      billing_thresholds: { reset_billing_cycle_anchor: true } as never,
    });
    await advance(START + DAY);
    await use(customer, 20, START + DAY);
    const [invoice] = await invoicesOf(id);
    expect(invoice).toMatchObject({ billing_reason: 'subscription_threshold', total: 900 });
    const subscription = await stripe.subscriptions.retrieve(id);
    expect(subscription.billing_cycle_anchor).toBe(START + DAY);
    expect(subscription.items.data[0]).toMatchObject({ current_period_start: START + DAY });
    await advance(START + 33 * DAY);
    expect((await invoicesOf(id))[0]).toMatchObject({ billing_reason: 'subscription_cycle', total: 700 });
  });

  it('is billed for what is pending as often as it says', async () => {
    const { customer, advance } = await onClock();
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: (await priceOf({ unit_amount: 700, recurring: { interval: 'month' } })).id }],
      pending_invoice_item_interval: { interval: 'week' },
    });
    const { id } = subscription;
    expect(subscription.next_pending_invoice_item_invoice).toBe(START + 7 * DAY);
    await stripe.invoiceItems.create({ customer, subscription: id, amount: 150, currency: 'usd' });
    await advance(START + 8 * DAY);
    expect((await invoicesOf(id))[0]).toMatchObject({ total: 150, status: 'paid' });
    expect((await stripe.subscriptions.retrieve(id)).next_pending_invoice_item_invoice).toBe(START + 14 * DAY);
    await advance(START + 15 * DAY);
    expect(await invoicesOf(id)).toHaveLength(2);
    const after = await stripe.subscriptions.update(id, { pending_invoice_item_interval: '' });
    expect(after.next_pending_invoice_item_invoice).toBeNull();
  });
});
