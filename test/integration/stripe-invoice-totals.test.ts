import type Stripe from 'stripe';
import { Random } from '../support/random';
import { startStripe, type RunningStripe } from '../support/stripe';

const RUNS = 40;

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

describe('the totals of invoices', () => {
  let running: RunningStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    running = await startStripe();
    stripe = running.stripe;
  });
  afterAll(() => running.close());

  /** What holds for every invoice, whatever is on it. */
  function addsUp(invoice: Stripe.Invoice): void {
    const lines = invoice.lines.data;
    const amounts = [
      invoice.amount_due,
      invoice.amount_paid,
      invoice.amount_remaining,
      invoice.subtotal,
      invoice.total,
      ...lines.map(({ amount }) => amount),
    ];
    expect(amounts.every(Number.isInteger)).toBe(true);
    const discounts = sum((invoice.total_discount_amounts ?? []).map(({ amount }) => amount));
    const taxes = invoice.total_taxes ?? [];
    const exclusive = sum(taxes.filter((tax) => tax.tax_behavior === 'exclusive').map(({ amount }) => amount));
    const inclusive = sum(taxes.filter((tax) => tax.tax_behavior === 'inclusive').map(({ amount }) => amount));
    expect(invoice.subtotal).toBe(sum(lines.map(({ amount }) => amount)));
    expect(discounts).toBe(sum(lines.flatMap((line) => line.discount_amounts ?? []).map(({ amount }) => amount)));
    expect(exclusive + inclusive).toBe(sum(lines.flatMap((line) => line.taxes ?? []).map(({ amount }) => amount)));
    expect(invoice.total).toBe(invoice.subtotal - discounts + exclusive);
    expect(invoice.total_excluding_tax).toBe(invoice.subtotal - discounts - inclusive);
    expect(invoice.amount_due).toBeGreaterThanOrEqual(0);
    if (invoice.ending_balance !== null) {
      expect(invoice.amount_due + invoice.ending_balance).toBe(invoice.total + invoice.starting_balance);
    }
    expect(invoice.amount_remaining).toBe(invoice.amount_due - invoice.amount_paid);
  }

  it.each([1, 20, 300])('add up through all that may happen to them (seed %i)', async (seed) => {
    const random = new Random(seed);
    const [monthly, tiered] = [
      await stripe.prices.create({
        currency: 'usd',
        unit_amount_decimal: '1234.567' as never,
        recurring: { interval: 'month' },
        product_data: { name: 'Gold' },
      }),
      await stripe.prices.create({
        currency: 'usd',
        billing_scheme: 'tiered',
        tiers_mode: 'graduated',
        tiers: [
          { up_to: 3, unit_amount: 999, flat_amount: 100 },
          { up_to: 'inf', unit_amount: 777 },
        ],
        recurring: { interval: 'month' },
        product_data: { name: 'Seats' },
      }),
    ];
    const rates = [
      await stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: true }),
      await stripe.taxRates.create({ display_name: 'Sales', percentage: 7.25, inclusive: false }),
    ];
    const coupons = [
      await stripe.coupons.create({ percent_off: 33.3, duration: 'forever' }),
      await stripe.coupons.create({ amount_off: 1777, currency: 'usd', duration: 'forever' }),
    ];
    for (let run = 0; run < RUNS / 3; run += 1) {
      const customer = await stripe.customers.create({ balance: random.below(6000) - 4000 });
      const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
      await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
      const before = ((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).balance;
      for (let item = random.below(3); item >= 0; item -= 1) {
        await stripe.invoiceItems.create({
          customer: customer.id,
          currency: 'usd',
          amount: random.below(9000) - 2500,
          ...(random.chance(0.4) && { tax_rates: [random.pick(rates).id] }),
        });
      }
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [
          { price: monthly.id, quantity: 1 + random.below(5) },
          ...(random.chance(0.6) ? [{ price: tiered.id, quantity: random.below(9) }] : []),
        ],
        ...(random.chance(0.5) && { discounts: [{ coupon: random.pick(coupons).id }] }),
        ...(random.chance(0.5) && { default_tax_rates: [random.pick(rates).id] }),
      });
      const [item] = subscription.items.data;
      const { current_period_start: start, current_period_end: end } = item!;
      await stripe.subscriptions.update(subscription.id, {
        items: [{ id: item!.id, quantity: random.below(9) }],
        proration_date: start + random.below(end - start),
        proration_behavior: random.pick(['always_invoice', 'create_prorations', 'none'] as const),
      });
      addsUp(await stripe.invoices.createPreview({ subscription: subscription.id }));
      await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });

      const { data: invoices } = await stripe.invoices.list({ customer: customer.id, limit: 100 });
      invoices.forEach(addsUp);
      const { balance } = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
      const transactions = await stripe.customers.listBalanceTransactions(customer.id, { limit: 100 });
      const applied = transactions.data.filter(({ invoice }) => invoice !== null).map(({ amount }) => amount);
      expect(balance).toBe(before + sum(applied));
      // What the invoices came to is what was paid, and what the balance changed by.
      expect(sum(invoices.map(({ total }) => total))).toBe(
        sum(invoices.map((each) => each.amount_paid)) + balance - before,
      );
    }
  });
});
