import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/payments/save-and-reuse, /connect/instant-payouts, /billing/customer, /invoicing and /api */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function monthly(unit_amount = 1000, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const { id: product } = await stripe.products.create({ name: 'Gold' });
  const recurring = { interval: 'month' as const };
  return (await stripe.prices.create({ product, currency: 'usd', unit_amount, recurring, ...more })).id;
}

describe('a balance of a customer', () => {
  it('is the sum of its transactions', async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.createBalanceTransaction(id, { amount: -1000, currency: 'usd', description: 'Gift' });
    const second = await stripe.customers.createBalanceTransaction(id, { amount: 300, currency: 'usd' });
    expect(second).toMatchObject({ type: 'adjustment', amount: 300, ending_balance: -700, customer: id });
    const customer = (await stripe.customers.retrieve(id)) as Stripe.Customer;
    expect(customer).toMatchObject({ balance: -700, currency: 'usd' });
    expect(await failure(stripe.customers.createBalanceTransaction(id, { amount: 1, currency: 'eur' }))).toMatchObject({
      statusCode: 400,
    });
  });
});

describe('prices', () => {
  it('by graduated tiers charge each tier at its own price', async () => {
    const customer = await customerWithCard(stripe);
    const price = await monthly(undefined, {
      unit_amount: undefined as never,
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 5, unit_amount: 100 },
        { up_to: 'inf', unit_amount: 50, flat_amount: 200 },
      ],
    });
    const { latest_invoice } = await stripe.subscriptions.create({
      customer,
      items: [{ price, quantity: 8 }],
      expand: ['latest_invoice'],
    });
    expect((latest_invoice as Stripe.Invoice).total).toBe(500 + 200 + 150);
  });

  it('by volume charge all at the price of the tier', async () => {
    const customer = await customerWithCard(stripe);
    const price = await monthly(undefined, {
      unit_amount: undefined as never,
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      tiers: [
        { up_to: 5, unit_amount: 100 },
        { up_to: 'inf', unit_amount: 50 },
      ],
    });
    const { latest_invoice } = await stripe.subscriptions.create({
      customer,
      items: [{ price, quantity: 8 }],
      expand: ['latest_invoice'],
    });
    expect((latest_invoice as Stripe.Invoice).total).toBe(400);
  });

  it('charge for packages', async () => {
    const customer = await customerWithCard(stripe);
    const price = await monthly(500, { transform_quantity: { divide_by: 10, round: 'up' } });
    const { latest_invoice } = await stripe.subscriptions.create({
      customer,
      items: [{ price, quantity: 21 }],
      expand: ['latest_invoice'],
    });
    expect((latest_invoice as Stripe.Invoice).total).toBe(1500);
  });

  it('show tiers and other currencies only when asked', async () => {
    const { id: product } = await stripe.products.create({ name: 'Gold' });
    const { id } = await stripe.prices.create({
      product,
      currency: 'usd',
      unit_amount: 1000,
      currency_options: { eur: { unit_amount: 900 } },
    });
    expect(await stripe.prices.retrieve(id)).not.toHaveProperty('currency_options');
    const shown = await stripe.prices.retrieve(id, { expand: ['currency_options'] });
    expect(shown.currency_options).toMatchObject({ eur: { unit_amount: 900 }, usd: { unit_amount: 1000 } });
  });
});

describe('discounts', () => {
  it('of an amount take no more than there is', async () => {
    const customer = await customerWithCard(stripe);
    const coupon = await stripe.coupons.create({ amount_off: 5000, currency: 'usd', duration: 'once' });
    const { latest_invoice } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice'],
    });
    expect(latest_invoice).toMatchObject({ subtotal: 1000, total: 0, total_discount_amounts: [{ amount: 1000 }] });
  });

  it('by promotion code are for first purchases where it says so', async () => {
    const customer = await customerWithCard(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const code = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: `FIRST${Date.now()}`,
      restrictions: { first_time_transaction: true },
    });
    const items = [{ price: await monthly() }];
    const discounts = [{ promotion_code: code.id }];
    await stripe.subscriptions.create({ customer, items, discounts });
    const again = await failure(stripe.subscriptions.create({ customer, items, discounts }));
    expect(again.message).toBe(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
    );
    expect(await stripe.promotionCodes.retrieve(code.id)).toMatchObject({ times_redeemed: 1 });
  });

  it('by a coupon that was used up are over', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once', max_redemptions: 1 });
    const items = [{ price: await monthly() }];
    const discounts = [{ coupon: coupon.id }];
    await stripe.subscriptions.create({ customer: await customerWithCard(stripe), items, discounts });
    const customer = await customerWithCard(stripe);
    expect((await failure(stripe.subscriptions.create({ customer, items, discounts }))).message).toBe(
      `Coupon ${coupon.id} is used up and cannot be applied.`,
    );
    expect((await stripe.coupons.retrieve(coupon.id)).valid).toBe(false);
  });
});

describe('an instant payout', () => {
  it('is there at once, and costs a fee', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const options = { stripeAccount: id };
    await stripe.charges.create({ amount: 50_000, currency: 'usd', source: 'tok_bypassPending' }, options);
    const payout = await stripe.payouts.create({ amount: 10_000, currency: 'usd', method: 'instant' }, options);
    expect(payout).toMatchObject({ method: 'instant', automatic: false });
    const transaction = await stripe.balanceTransactions.retrieve(payout.balance_transaction as string, {}, options);
    expect(transaction).toMatchObject({ type: 'payout', amount: -10_000, fee: 100, net: -10_100 });
  });
});

describe('invoice items', () => {
  it('wait for the next invoice of a subscription', async () => {
    const { id: test_clock } = await stripe.testHelpers.testClocks.create({ frozen_time: 1_704_067_200 });
    const customer = await customerWithCard(stripe, { test_clock });
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    await stripe.invoiceItems.create({ customer, amount: 700, currency: 'usd', description: 'Setup' });
    expect((await stripe.invoices.createPreview({ subscription: id })).total).toBe(1700);
    await stripe.testHelpers.testClocks.advance(test_clock, { frozen_time: 1_704_067_200 + 32 * 86_400 });
    const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoice).toMatchObject({ total: 1700, status: 'paid' });
    expect(invoice!.lines.data.map(({ description }) => description)).toContain('Setup');
  });

  it('below zero make an invoice that gives credit', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.invoices.create({ customer });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: -900, currency: 'usd' });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ total: -900, amount_due: 0, status: 'paid' });
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBe(-900);
  });
});

describe('a charge of old', () => {
  it('is made of a token, captured later, and refunded', async () => {
    const made = await stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false });
    expect(made).toMatchObject({ captured: false, paid: true, status: 'succeeded', payment_intent: null });
    expect(await stripe.charges.capture(made.id, { amount: 1500 })).toMatchObject({
      captured: true,
      amount_captured: 1500,
      amount_refunded: 500,
    });
    expect(await failure(stripe.charges.capture(made.id))).toMatchObject({ code: 'charge_already_captured' });
    await stripe.refunds.create({ charge: made.id });
    const again = await failure(stripe.refunds.create({ charge: made.id }));
    expect(again).toMatchObject({
      code: 'charge_already_refunded',
      message: `Charge ${made.id} has already been refunded.`,
    });
  });

  it('needs something to be charged', async () => {
    expect((await failure(stripe.charges.create({ amount: 2000, currency: 'usd' }))).message).toBe(
      'Must provide source or customer.',
    );
  });

  it('fails with the card', async () => {
    const refused = await failure(
      stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_chargeDeclined' }),
    );
    expect(refused).toMatchObject({ type: 'StripeCardError', code: 'card_declined', decline_code: 'generic_decline' });
    expect(await stripe.charges.retrieve(refused.charge!)).toMatchObject({ status: 'failed', paid: false });
  });
});

describe('the API', () => {
  it('has nested lists that go on', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.invoices.create({ customer });
    for (let index = 0; index < 12; index += 1) {
      await stripe.invoiceItems.create({ customer, invoice: id, amount: 100 + index, currency: 'usd' });
    }
    const invoice = await stripe.invoices.retrieve(id);
    expect(invoice.total).toBe(1266);
    const lines = await stripe.invoices.listLineItems(id, { limit: 5 }).autoPagingToArray({ limit: 100 });
    expect(lines).toHaveLength(12);
  });

  it('says which account it acts for', async () => {
    const { id } = await stripe.accounts.create({ type: 'standard' });
    const { lastResponse } = await stripe.customers.create({}, { stripeAccount: id });
    expect(lastResponse.headers['stripe-account']).toBe(id);
  });

  it('refuses limits that cannot be', async () => {
    expect((await failure(stripe.customers.list({ limit: 101 }))).message).toBe(
      "This value must be less than or equal to 100 (it currently is '101').",
    );
    expect((await failure(stripe.customers.list({ limit: 0 }))).message).toBe(
      'This value must be greater than or equal to 1.',
    );
  });

  it('takes a description away by an empty string', async () => {
    const { id } = await stripe.customers.create({
      description: 'Good',
      name: 'Jenny',
      shipping: { name: 'A', address: { line1: '1 St' } },
    });
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
    const given = {
      description: '',
      name: '',
      shipping: '',
      invoice_settings: { default_payment_method: '' },
    } as const;
    expect(await stripe.customers.update(id, given)).toMatchObject({
      description: null,
      name: null,
      shipping: null,
      invoice_settings: { default_payment_method: null },
    });
    const intent = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', description: 'Good' });
    expect((await stripe.paymentIntents.update(intent.id, { description: '' })).description).toBeNull();
  });

  it('links to files for a while', async () => {
    const file = await stripe.files.create({
      purpose: 'business_logo',
      file: { data: Buffer.from('x'), name: 'logo.png', type: 'application/octet-stream' },
    });
    const link = await stripe.fileLinks.create({ file: file.id });
    expect(link).toMatchObject({ object: 'file_link', file: file.id, expired: false });
    expect(link.url).toMatch(/^http/);
  });
});
