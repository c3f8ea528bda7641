import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;
let product: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(async () => {
  await running.platform.state.reset();
  product = (await stripe.products.create({ name: 'Gold' })).id;
});

const monthly = async (unit_amount: number): Promise<string> =>
  (await stripe.prices.create({ currency: 'usd', product, unit_amount, recurring: { interval: 'month' } })).id;

function code(
  work: Promise<unknown>,
): Promise<{ status: number; code: string | undefined; param: string | undefined; message: string }> {
  return work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: Stripe.errors.StripeError) => ({
      status: error.statusCode!,
      code: error.code,
      param: error.param,
      message: error.message,
    }),
  );
}

describe('coupons', () => {
  it('are made, changed, listed and deleted', async () => {
    const made = await stripe.coupons.create({
      id: 'SPRING',
      percent_off: 25,
      duration: 'repeating',
      duration_in_months: 3,
    });
    expect(made).toMatchObject({ id: 'SPRING', valid: true, times_redeemed: 0, amount_off: null, percent_off: 25 });
    expect(await stripe.coupons.update('SPRING', { name: 'Spring' })).toMatchObject({ name: 'Spring' });
    expect((await stripe.coupons.list()).data.map(({ id }) => id)).toEqual(['SPRING']);
    expect(await code(stripe.coupons.create({ id: 'SPRING', percent_off: 1 }))).toMatchObject({
      status: 400,
      code: 'resource_already_exists',
    });
    expect(await stripe.coupons.del('SPRING')).toEqual(expect.objectContaining({ id: 'SPRING', deleted: true }));
    expect(await code(stripe.coupons.retrieve('SPRING'))).toMatchObject({
      status: 404,
      message: "No such coupon: 'SPRING'",
    });
  });

  it('are refused with neither, or both, of an amount and a percentage', async () => {
    expect(await code(stripe.coupons.create({ duration: 'once' }))).toMatchObject({ status: 400 });
    expect(await code(stripe.coupons.create({ percent_off: 5, amount_off: 5, currency: 'usd' }))).toMatchObject({
      status: 400,
    });
    expect(await code(stripe.coupons.create({ amount_off: 5 }))).toMatchObject({ param: 'currency' });
    expect(await code(stripe.coupons.create({ percent_off: 5, duration: 'repeating' }))).toMatchObject({
      param: 'duration_in_months',
    });
  });
});

describe('promotion codes', () => {
  it('are found by their code, in upper or lower case, and are there once', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 10 });
    const promotion = { type: 'coupon', coupon: coupon.id } as const;
    const made = await stripe.promotionCodes.create({ promotion, code: 'Hello' });
    expect((await stripe.promotionCodes.list({ code: 'HELLO' })).data.map(({ id }) => id)).toEqual([made.id]);
    expect(await code(stripe.promotionCodes.create({ promotion, code: 'hello' }))).toMatchObject({
      message: 'An active promotion code with `code: hello` already exists.',
    });
    await stripe.promotionCodes.update(made.id, { active: false });
    expect((await stripe.promotionCodes.create({ promotion, code: 'hello' })).active).toBe(true);
  });

  it('are used up with their last redemption', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const promo = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      max_redemptions: 1,
    });
    const price = await monthly(1000);
    const discounts = [{ promotion_code: promo.id }];
    await stripe.subscriptions.create({ customer: await customerWithCard(stripe), items: [{ price }], discounts });
    expect(await stripe.promotionCodes.retrieve(promo.id)).toMatchObject({ active: false, times_redeemed: 1 });
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
    const again = stripe.subscriptions.create({
      customer: await customerWithCard(stripe),
      items: [{ price }],
      discounts,
    });
    expect(await code(again)).toMatchObject({ status: 400, param: 'discounts[0][promotion_code]' });
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  });

  it('for the first transaction are refused to a customer who has paid', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const promo = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      restrictions: { first_time_transaction: true },
    });
    const customer = await customerWithCard(stripe);
    const price = await monthly(1000);
    await stripe.subscriptions.create({ customer, items: [{ price }] });
    const again = stripe.subscriptions.create({
      customer,
      items: [{ price }],
      discounts: [{ promotion_code: promo.id }],
    });
    expect(await code(again)).toMatchObject({
      message: 'This promotion code cannot be redeemed because the associated customer has prior transactions.',
    });
  });
});

describe('discounts', () => {
  it('of a subscription are taken off each of its invoices', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    const subscription = await stripe.subscriptions.create({
      customer: await customerWithCard(stripe),
      items: [{ price: await monthly(1999) }],
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice', 'discounts'],
    });
    const [discount] = subscription.discounts as Stripe.Discount[];
    expect(discount).toMatchObject({
      object: 'discount',
      subscription: subscription.id,
      source: { coupon: coupon.id },
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      status: 'paid',
      subtotal: 1999,
      total: 1499,
      total_discount_amounts: [{ amount: 500, discount: discount!.id }],
    });
    expect(invoice.lines.data[0]!.discount_amounts).toEqual([{ amount: 500, discount: discount!.id }]);
    const { data: events } = await stripe.events.list({ type: 'customer.discount.created' });
    expect(events).toHaveLength(1);
    await stripe.subscriptions.deleteDiscount(subscription.id);
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
    expect((await stripe.events.list({ type: 'customer.discount.deleted' })).data).toHaveLength(1);
  });

  it('for once are gone after one invoice, and those for some months after these', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2026, 0, 31) / 1000 });
    const customer = await customerWithCard(stripe, { test_clock: clock.id });
    const once = await stripe.coupons.create({ amount_off: 300, currency: 'usd', duration: 'once' });
    const months = await stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 2 });
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly(1000) }],
      discounts: [{ coupon: once.id }, { coupon: months.id }],
    });
    for (const month of [2, 4]) {
      const frozen_time = Date.UTC(2026, month, month === 2 ? 30 : 10) / 1000;
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time });
    }
    const { data } = await stripe.invoices.list({ subscription: subscription.id });
    expect(data.map(({ total }) => total).reverse()).toEqual([350, 500, 1000, 1000]);
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
  });

  it('of an invoice are shared out over its lines, to the last cent', async () => {
    const customer = await customerWithCard(stripe);
    const coupon = await stripe.coupons.create({ amount_off: 100, currency: 'usd' });
    const invoice = await stripe.invoices.create({ customer, discounts: [{ coupon: coupon.id }] });
    for (const amount of [333, 333, 334])
      await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency: 'usd' });
    const final = await stripe.invoices.finalizeInvoice(invoice.id);
    expect(final).toMatchObject({ subtotal: 1000, total: 900, amount_due: 900 });
    const shares = final.lines.data.map((line) => line.discount_amounts![0]!.amount);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(100);
  });

  it('of a customer are on invoices that have no others', async () => {
    const customer = await customerWithCard(stripe);
    await expect(stripe.customers.deleteDiscount(customer)).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('taxes', () => {
  it('come on top, or are included', async () => {
    const customer = await customerWithCard(stripe);
    const onTop = await stripe.taxRates.create({ display_name: 'Sales tax', inclusive: false, percentage: 8.25 });
    const within = await stripe.taxRates.create({ display_name: 'VAT', inclusive: true, percentage: 19 });
    const coupon = await stripe.coupons.create({ percent_off: 10 });
    const taxed = async (rate: string): Promise<Stripe.Invoice> => {
      const invoice = await stripe.invoices.create({
        customer,
        default_tax_rates: [rate],
        discounts: [{ coupon: coupon.id }],
      });
      await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount: 1000, currency: 'usd' });
      return stripe.invoices.finalizeInvoice(invoice.id);
    };
    expect(await taxed(onTop.id)).toMatchObject({
      subtotal: 1000,
      total: 974,
      total_excluding_tax: 900,
      total_taxes: [
        { amount: 74, tax_behavior: 'exclusive', taxable_amount: 900, tax_rate_details: { tax_rate: onTop.id } },
      ],
    });
    expect(await taxed(within.id)).toMatchObject({
      subtotal: 1000,
      total: 900,
      total_excluding_tax: 756,
      total_taxes: [{ amount: 144, tax_behavior: 'inclusive', taxable_amount: 756 }],
    });
  });

  it('are not asked of exempt customers', async () => {
    const customer = await customerWithCard(stripe, { tax_exempt: 'exempt' });
    const rate = await stripe.taxRates.create({ display_name: 'Sales tax', inclusive: false, percentage: 8.25 });
    const invoice = await stripe.invoices.create({ customer, default_tax_rates: [rate.id] });
    await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount: 1000, currency: 'usd' });
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
      total: 1000,
      total_taxes: [{ amount: 0, taxability_reason: 'customer_exempt' }],
    });
  });

  it('follow from the place of the customer where there is a registration', async () => {
    const customer = await customerWithCard(stripe, { address: { country: 'DE', line1: 'Unter den Linden 1' } });
    const taxed = async (): Promise<Stripe.Invoice> => {
      const invoice = await stripe.invoices.create({ customer, automatic_tax: { enabled: true } });
      await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount: 1000, currency: 'usd' });
      return stripe.invoices.retrieve(invoice.id);
    };
    expect(await taxed()).toMatchObject({
      total: 1000,
      total_taxes: [{ amount: 0, taxability_reason: 'not_collecting' }],
    });
    await stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    expect(await taxed()).toMatchObject({
      total: 1190,
      total_taxes: [{ amount: 190, taxability_reason: 'standard_rated' }],
    });
  });
});

describe('entitlements', () => {
  it('are those of the products that a customer subscribes to', async () => {
    const feature = await stripe.entitlements.features.create({ lookup_key: 'export', name: 'Export' });
    await stripe.products.createFeature(product, { entitlement_feature: feature.id });
    const customer = await customerWithCard(stripe);
    const active = async (): Promise<string[]> =>
      (await stripe.entitlements.activeEntitlements.list({ customer })).data.map(({ lookup_key }) => lookup_key);
    expect(await active()).toEqual([]);
    const subscription = await stripe.subscriptions.create({ customer, items: [{ price: await monthly(1000) }] });
    expect(await active()).toEqual(['export']);
    await stripe.subscriptions.cancel(subscription.id);
    expect(await active()).toEqual([]);
    expect((await stripe.events.list({ type: 'entitlements.active_entitlement_summary.updated' })).data).toHaveLength(
      2,
    );
  });
});
