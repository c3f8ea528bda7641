import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/products-prices/pricing-models, /billing/subscriptions/coupons and /billing/taxes/tax-rates */
let running: RunningStripe;
let stripe: Stripe;
let product: string;
let customer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  product = (await stripe.products.create({ name: 'Gold' })).id;
});
afterAll(() => running.close());
beforeEach(async () => {
  customer = await customerWithCard(stripe);
});

const priced = (given: Partial<Stripe.PriceCreateParams>): Promise<Stripe.Price> =>
  stripe.prices.create({ currency: 'usd', product, ...given });
const monthly = async (unit_amount = 2000): Promise<string> =>
  (await priced({ unit_amount, recurring: { interval: 'month' } })).id;
/** The first invoice of a subscription. */
async function invoiced(given: Partial<Stripe.SubscriptionCreateParams>): Promise<Stripe.Invoice> {
  const { latest_invoice } = await stripe.subscriptions.create({
    customer,
    items: [{ price: await monthly() }],
    ...given,
    expand: ['latest_invoice'],
  });
  return latest_invoice as Stripe.Invoice;
}
const coupon = async (given: Stripe.CouponCreateParams): Promise<string> => (await stripe.coupons.create(given)).id;
const code = (couponId: string, more: Partial<Stripe.PromotionCodeCreateParams> = {}): Promise<Stripe.PromotionCode> =>
  stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: couponId }, ...more });

describe('a price', () => {
  it('is for once unless it recurs', async () => {
    expect(await priced({ unit_amount: 500 })).toMatchObject({
      type: 'one_time',
      recurring: null,
      billing_scheme: 'per_unit',
      unit_amount: 500,
      active: true,
    });
    expect(await priced({ unit_amount: 500, recurring: { interval: 'month' } })).toMatchObject({
      type: 'recurring',
      recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    });
  });

  it('takes parts of a cent', async () => {
    const price = await priced({ unit_amount_decimal: '0.5' as never, recurring: { interval: 'month' } });
    expect(price.unit_amount).toBeNull();
    expect(String(price.unit_amount_decimal)).toBe('0.5');
    expect((await invoiced({ items: [{ price: price.id, quantity: 301 }] })).total).toBe(151);
  });

  it('needs an amount', async () => {
    expect(await failure(priced({}))).toMatchObject({ statusCode: 400 });
  });

  it('is not below zero', async () => {
    expect(await failure(priced({ unit_amount: -1 }))).toMatchObject({ statusCode: 400, param: 'unit_amount' });
  });

  it('cannot change its amount', async () => {
    const { id } = await priced({ unit_amount: 500 });
    const refused = stripe.prices.update(id, { unit_amount: 600 } as Stripe.PriceUpdateParams);
    expect(await failure(refused)).toMatchObject({ code: 'parameter_unknown', param: 'unit_amount' });
  });

  it('recurs for no longer than three years', async () => {
    const refused = priced({ unit_amount: 500, recurring: { interval: 'year', interval_count: 4 } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('by volume charges all units at the rate of the tier', async () => {
    const price = await priced({
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      tiers: [
        { up_to: 5, unit_amount: 700 },
        { up_to: 10, unit_amount: 650 },
        { up_to: 'inf', unit_amount: 600 },
      ],
      recurring: { interval: 'month' },
    });
    expect((await invoiced({ items: [{ price: price.id, quantity: 5 }] })).total).toBe(3500);
    expect((await invoiced({ items: [{ price: price.id, quantity: 6 }] })).total).toBe(3900);
    expect((await invoiced({ items: [{ price: price.id, quantity: 20 }] })).total).toBe(12_000);
  });

  it('by graduation charges each unit at the rate of its tier', async () => {
    const price = await priced({
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 5, unit_amount: 700, flat_amount: 100 },
        { up_to: 'inf', unit_amount: 600, flat_amount: 50 },
      ],
      recurring: { interval: 'month' },
    });
    expect((await invoiced({ items: [{ price: price.id, quantity: 6 }] })).total).toBe(5 * 700 + 100 + 600 + 50);
  });

  it('by package charges whole packages', async () => {
    const price = await priced({
      unit_amount: 2500,
      transform_quantity: { divide_by: 5, round: 'up' },
      recurring: { interval: 'month' },
    });
    expect((await invoiced({ items: [{ price: price.id, quantity: 8 }] })).total).toBe(5000);
  });

  it('with tiers needs a last one without an end', async () => {
    const refused = priced({
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      tiers: [{ up_to: 5, unit_amount: 700 }],
      recurring: { interval: 'month' },
    });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('is found by its lookup keys', async () => {
    const { id } = await priced({ unit_amount: 500, lookup_key: 'tea-500' });
    expect((await stripe.prices.list({ lookup_keys: ['tea-500'] })).data.map(({ id }) => id)).toEqual([id]);
  });
});

describe('a product', () => {
  it('is deleted only when it has no prices', async () => {
    const bare = await stripe.products.create({ name: 'Bare' });
    const full = await stripe.products.create({
      name: 'Full',
      default_price_data: { currency: 'usd', unit_amount: 1 },
    });
    expect(await stripe.products.del(bare.id)).toMatchObject({ deleted: true });
    expect(await failure(stripe.products.del(full.id))).toMatchObject({ statusCode: 400 });
  });

  it('takes an identifier of its own, once', async () => {
    expect((await stripe.products.create({ id: 'prod_own', name: 'Own' })).id).toBe('prod_own');
    expect(await failure(stripe.products.create({ id: 'prod_own', name: 'Own' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_already_exists',
    });
  });

  it('is archived, and filtered by that', async () => {
    const { id } = await stripe.products.create({ name: 'Old', active: false });
    const { data } = await stripe.products.list({ active: false });
    expect(data.map(({ id }) => id)).toContain(id);
    expect((await stripe.products.list({ active: true, limit: 100 })).data.map(({ id }) => id)).not.toContain(id);
  });

  it('has up to 15 marketing features', async () => {
    const features = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `Feature ${index}` }));
    const { marketing_features } = await stripe.products.create({ name: 'Many', marketing_features: features(15) });
    expect(marketing_features).toHaveLength(15);
    expect(await failure(stripe.products.create({ name: 'Many', marketing_features: features(16) }))).toMatchObject({
      statusCode: 400,
    });
  });
});

describe('a coupon', () => {
  it('takes a percentage off', async () => {
    const discounts = [{ coupon: await coupon({ percent_off: 25, duration: 'once' }) }];
    expect(await invoiced({ discounts })).toMatchObject({ subtotal: 2000, total: 1500 });
  });

  it('takes an amount off, down to nothing', async () => {
    const discounts = [{ coupon: await coupon({ amount_off: 5000, currency: 'usd', duration: 'once' }) }];
    expect(await invoiced({ discounts })).toMatchObject({ subtotal: 2000, total: 0, status: 'paid' });
  });

  it('is for products that it names alone', async () => {
    const other = await stripe.products.create({ name: 'Other' });
    const discounts = [
      { coupon: await coupon({ percent_off: 50, duration: 'once', applies_to: { products: [other.id] } }) },
    ];
    const price = await priced({ product: other.id, unit_amount: 1000, recurring: { interval: 'month' } });
    const invoice = await invoiced({ items: [{ price: await monthly() }, { price: price.id }], discounts });
    expect(invoice.total).toBe(2000 + 500);
  });

  it('is redeemed no more often than it says', async () => {
    const id = await coupon({ percent_off: 10, duration: 'once', max_redemptions: 1 });
    await invoiced({ discounts: [{ coupon: id }] });
    expect(await stripe.coupons.retrieve(id)).toMatchObject({ times_redeemed: 1, valid: false });
    expect(await failure(invoiced({ discounts: [{ coupon: id }] }))).toMatchObject({ statusCode: 400 });
  });

  it('is not redeemed after its day', async () => {
    const redeem_by = Math.floor(Date.now() / 1000) - 60;
    const refused = (async () => invoiced({ discounts: [{ coupon: await coupon({ percent_off: 10, redeem_by }) }] }))();
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it.each([0, 101, -5])('of %i percent is refused', async (percent_off) => {
    expect(await failure(coupon({ percent_off, duration: 'once' }))).toMatchObject({ statusCode: 400 });
  });

  it('of another currency is refused', async () => {
    const id = await coupon({ amount_off: 500, currency: 'eur', duration: 'once' });
    expect(await failure(invoiced({ discounts: [{ coupon: id }] }))).toMatchObject({ statusCode: 400 });
  });

  it('that was deleted leaves the discounts that there are', async () => {
    const id = await coupon({ percent_off: 10, duration: 'forever' });
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      discounts: [{ coupon: id }],
    });
    await stripe.coupons.del(id);
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toHaveLength(1);
  });

  it('on top of another is taken off what is left', async () => {
    const [first, second] = [
      await coupon({ percent_off: 50, duration: 'once' }),
      await coupon({ percent_off: 10, duration: 'once' }),
    ];
    expect((await invoiced({ discounts: [{ coupon: first }, { coupon: second }] })).total).toBe(900);
  });

  it('is taken off a subscription again', async () => {
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      discounts: [{ coupon: await coupon({ percent_off: 10, duration: 'forever' }) }],
    });
    await stripe.subscriptions.deleteDiscount(id);
    expect((await stripe.subscriptions.retrieve(id)).discounts).toEqual([]);
  });
});

describe('a promotion code', () => {
  it('is made up when none is given', async () => {
    const made = await code(await coupon({ percent_off: 10, duration: 'once' }));
    expect(made.code).toMatch(/^[A-Z0-9]{8}$/);
    expect(made).toMatchObject({ active: true, times_redeemed: 0 });
  });

  it('is for its customer alone', async () => {
    const { id: other } = await stripe.customers.create();
    const made = await code(await coupon({ percent_off: 10, duration: 'once' }), { customer: other });
    expect(await failure(invoiced({ discounts: [{ promotion_code: made.id }] }))).toMatchObject({ statusCode: 400 });
  });

  it('is not used once it is inactive', async () => {
    const made = await code(await coupon({ percent_off: 10, duration: 'once' }));
    await stripe.promotionCodes.update(made.id, { active: false });
    expect(await failure(invoiced({ discounts: [{ promotion_code: made.id }] }))).toMatchObject({ statusCode: 400 });
  });

  it('wants its least amount', async () => {
    const made = await code(await coupon({ percent_off: 10, duration: 'once' }), {
      restrictions: { minimum_amount: 5000, minimum_amount_currency: 'usd' },
    });
    expect(await failure(invoiced({ discounts: [{ promotion_code: made.id }] }))).toMatchObject({ statusCode: 400 });
    const rich = [{ price: await monthly(6000) }];
    expect((await invoiced({ items: rich, discounts: [{ promotion_code: made.id }] })).total).toBe(5400);
  });

  it('counts its redemptions, and those of its coupon', async () => {
    const id = await coupon({ percent_off: 10, duration: 'once' });
    const made = await code(id);
    await invoiced({ discounts: [{ promotion_code: made.id }] });
    expect((await stripe.promotionCodes.retrieve(made.id)).times_redeemed).toBe(1);
    expect((await stripe.coupons.retrieve(id)).times_redeemed).toBe(1);
  });
});

describe('a tax rate', () => {
  const rate = async (percentage: number, inclusive: boolean): Promise<string> =>
    (await stripe.taxRates.create({ display_name: 'VAT', percentage, inclusive })).id;

  it('comes on top', async () => {
    expect(await invoiced({ default_tax_rates: [await rate(10, false)] })).toMatchObject({
      subtotal: 2000,
      total: 2200,
      total_taxes: [{ amount: 200, tax_behavior: 'exclusive' }],
    });
  });

  it('is included', async () => {
    const invoice = await invoiced({ default_tax_rates: [await rate(25, true)] });
    expect(invoice).toMatchObject({
      subtotal: 2000,
      subtotal_excluding_tax: 1600,
      total: 2000,
      total_excluding_tax: 1600,
      total_taxes: [{ amount: 400, tax_behavior: 'inclusive' }],
    });
  });

  it('of an item goes before that of the subscription', async () => {
    const items = [{ price: await monthly(), tax_rates: [await rate(50, false)] }];
    expect((await invoiced({ items, default_tax_rates: [await rate(10, false)] })).total).toBe(3000);
  });

  it('is for what is left after discounts', async () => {
    const discounts = [{ coupon: await coupon({ percent_off: 50, duration: 'once' }) }];
    expect((await invoiced({ discounts, default_tax_rates: [await rate(10, false)] })).total).toBe(1100);
  });

  it('cannot change its percentage', async () => {
    const refused = stripe.taxRates.update(await rate(10, false), { percentage: 20 } as Stripe.TaxRateUpdateParams);
    expect(await failure(refused)).toMatchObject({ code: 'parameter_unknown', param: 'percentage' });
  });

  it('is archived', async () => {
    const id = await rate(10, false);
    expect((await stripe.taxRates.update(id, { active: false })).active).toBe(false);
    expect((await stripe.taxRates.list({ active: true })).data.map(({ id }) => id)).not.toContain(id);
  });
});
