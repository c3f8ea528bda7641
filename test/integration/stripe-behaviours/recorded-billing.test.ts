import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { subscribed } from '../../support/stripe-billing';

/** What answers about invoices, taxes and Checkout of Stripe’s test mode have that its documentation does not tell. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

/** A client of an older version of the API. */
const since = (apiVersion: string): Stripe => running.client({ apiVersion: apiVersion as never });

/** An answer as it was sent, without what the SDK makes of it. */
const sent = (answer: object): unknown => JSON.parse(JSON.stringify(answer));

const PRICE_AND_PRODUCT = {
  price: expect.stringMatching(/^price_/) as unknown,
  product: expect.stringMatching(/^prod_/) as unknown,
};

describe('an invoice item of an amount', () => {
  const item = async (more: Partial<Stripe.InvoiceItemCreateParams> = {}): Promise<Stripe.InvoiceItem> =>
    stripe.invoiceItems.create({
      customer: more.customer ?? (await stripe.customers.create()).id,
      amount: 1900,
      currency: 'usd',
      description: 'Delivery',
      ...more,
    });
  const priceOf = ({ pricing }: Stripe.InvoiceItem): string => pricing!.price_details!.price as string;

  it('has a price of its own, by which nothing else is sold', async () => {
    const made = await item();
    expect(sent(made)).toMatchObject({
      frozen_fields: [],
      invoicing_rules: [],
      pricing: { price_details: PRICE_AND_PRODUCT, type: 'price_details', unit_amount_decimal: '1900' },
    });
    expect(made).not.toHaveProperty('net_amount');
    expect(await stripe.prices.retrieve(priceOf(made))).toMatchObject({
      active: false,
      currency: 'usd',
      recurring: null,
      type: 'one_time',
      unit_amount: 1900,
    });
  });

  it('shares its price with what is called the same and costs the same', async () => {
    const made = await item();
    expect(priceOf(await item())).toBe(priceOf(made));
    for (const other of [{ amount: 1901 }, { currency: 'eur' }, { description: 'Wrapping' }]) {
      expect(priceOf(await item(other))).not.toBe(priceOf(made));
    }
  });

  it('keeps what one of it costs when there is more of it', async () => {
    const { id } = await item({ amount: 700 });
    expect(sent(await stripe.invoiceItems.update(id, { quantity: 3 }))).toMatchObject({
      amount: 2100,
      quantity: 3,
      pricing: { unit_amount_decimal: '700' },
    });
    expect(sent(await stripe.invoiceItems.update(id, { amount: 900, quantity: 1 }))).toMatchObject({
      amount: 900,
      pricing: { price_details: PRICE_AND_PRODUCT, unit_amount_decimal: '900' },
    });
  });

  it('and its line have the whole price in them for clients of old versions', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await item({ customer, amount: -300 });
    await item({ customer, amount: 5000, description: 'Chair' });
    const { id } = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    const old = since('2022-11-15');
    const price = { object: 'price', active: false, unit_amount: -300, unit_amount_decimal: '-300' };
    expect(sent(await old.invoiceItems.retrieve(made.id))).toMatchObject({ price, plan: null, unit_amount: -300 });
    const { lines } = await old.invoices.retrieve(id);
    expect(sent(lines.data.find(({ amount }) => amount === -300)!)).toMatchObject({ price });
  });
});

it('the line of a subscription names it in its parent alone', async () => {
  const { subscription: made } = await subscribed(stripe, { expand: ['latest_invoice'] });
  const { lines } = made.latest_invoice as Stripe.Invoice;
  expect(lines.data[0]).not.toHaveProperty('subscription');
  expect(lines.data[0]).toMatchObject({ parent: { subscription_item_details: { subscription: made.id } } });
  expect(made.trial_settings).toEqual({
    end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: 'create_invoice' },
  });
});

it('the lines of a credit note are not counted, and have no metadata', async () => {
  const customer = await customerWithCard(stripe);
  const { id: invoice } = await stripe.invoices.create({ customer });
  await stripe.invoices.addLines(invoice, { lines: [{ description: 'Lamp', amount: 8000 }] });
  await stripe.invoices.pay(invoice);
  const note = await stripe.creditNotes.create({
    invoice,
    refund_amount: 2000,
    lines: [{ type: 'custom_line_item', description: 'Scratch', quantity: 1, unit_amount: 2000 }],
  });
  expect(note.lines).not.toHaveProperty('total_count');
  expect(note.lines.data).toMatchObject([{ amount: 2000, metadata: null }]);
});

it('a tax calculation shows what its shipping is taxed by, and says how many lines there are', async () => {
  await stripe.tax.registrations.create({
    country: 'US',
    country_options: { us: { state: 'WA', type: 'state_sales_tax' } },
    active_from: 'now',
  });
  const made = await stripe.tax.calculations.create({
    currency: 'usd',
    line_items: [{ amount: 5000, reference: 'tea' }],
    shipping_cost: { amount: 400 },
    customer_details: {
      address: { line1: '920 5th Ave', city: 'Seattle', state: 'WA', postal_code: '98104', country: 'US' },
      address_source: 'shipping',
    },
    expand: ['line_items', 'shipping_cost.tax_breakdown'],
  });
  expect(made).toMatchObject({
    line_items: { total_count: 1, data: [{ metadata: {} }] },
    shipping_cost: { tax_breakdown: [{ jurisdiction: { state: 'WA' }, taxable_amount: 400 }] },
  });
  const sale = { calculation: made.id!, reference: 'order_7', expand: ['line_items'] };
  expect(await stripe.tax.transactions.createFromCalculation(sale)).toMatchObject({
    metadata: {},
    line_items: { total_count: 1, data: [{ metadata: {} }] },
  });
});

describe('a Checkout Session', () => {
  const open = async (more: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      customer: (await stripe.customers.create({ email: 'jenny@example.com' })).id,
      success_url: 'https://example.com/done',
      ...more,
    });
  const price_data = { currency: 'usd', unit_amount: 1500, product_data: { name: 'Tea' } };
  const selling = { mode: 'payment' as const, line_items: [{ quantity: 1, price_data }] };

  it('that sells nothing has nothing to say of money', async () => {
    expect(await open({ mode: 'setup', currency: 'usd' })).toMatchObject({
      adaptive_pricing: { enabled: false },
      customer_details: { email: 'jenny@example.com', tax_exempt: null },
      discounts: null,
      managed_payments: null,
      saved_payment_method_options: null,
    });
  });

  it('offers prices in the money of who buys, unless it is told not to', async () => {
    expect(await open(selling)).toMatchObject({
      adaptive_pricing: { enabled: true },
      customer_details: { tax_exempt: 'none' },
      discounts: [],
    });
    expect(await open({ ...selling, adaptive_pricing: { enabled: false } })).toMatchObject({
      adaptive_pricing: { enabled: false },
    });
  });

  it('shows tax IDs and what else could be bought only where it was asked for them', async () => {
    const plain = await open(selling);
    expect(plain).not.toHaveProperty('tax_id_collection');
    expect(plain).not.toHaveProperty('optional_items');
    const asked = { ...selling, customer: undefined as never, tax_id_collection: { enabled: true } };
    expect(await open(asked)).toMatchObject({ tax_id_collection: { enabled: true, required: 'never' } });
  });

  it('called what is sent shipping before the version of August 2022', async () => {
    const { id } = await open(selling);
    const session = await since('2020-08-27').checkout.sessions.retrieve(id);
    expect(session).toMatchObject({ shipping: null, shipping_rate: null });
    expect(session).not.toHaveProperty('shipping_details');
    expect(session).not.toHaveProperty('shipping_cost');
  });
});

it('an invoice that is written by hand says how large its pages are', async () => {
  const { id: customer } = await stripe.customers.create();
  expect((await stripe.invoices.create({ customer })).rendering).toEqual({
    amount_tax_display: null,
    pdf: { page_size: 'auto' },
    template: null,
    template_version: null,
  });
  const { subscription } = await subscribed(stripe, { expand: ['latest_invoice'] });
  expect((subscription.latest_invoice as Stripe.Invoice).rendering).toBeNull();
});

it('a final invoice has the pages that are usual where it is from, unless others were asked for', async () => {
  const { id: customer } = await stripe.customers.create();
  const finished = async (size?: 'a4'): Promise<unknown> => {
    const draft = await stripe.invoices.create({ customer, ...(size && { rendering: { pdf: { page_size: size } } }) });
    return (await stripe.invoices.finalizeInvoice(draft.id)).rendering?.pdf;
  };
  expect(await finished()).toEqual({ page_size: 'letter' });
  expect(await finished('a4')).toEqual({ page_size: 'a4' });
});

it('an item without an amount is still refused', async () => {
  const { id: customer } = await stripe.customers.create();
  expect(await failure(stripe.invoiceItems.create({ customer }))).toMatchObject({ param: 'amount' });
});
