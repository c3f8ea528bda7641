import type Stripe from 'stripe';
import { startStripe, type RunningStripe } from '../support/stripe';

const DAY = 86_400;

describe('billing', () => {
  let running: RunningStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    running = await startStripe();
    stripe = running.stripe;
  });
  afterEach(() => running.platform.state.reset());
  afterAll(() => running.close());

  async function customerWith(card?: string, more: Stripe.CustomerCreateParams = {}): Promise<Stripe.Customer> {
    const customer = await stripe.customers.create({ email: 'ada@example.com', ...more });
    if (card === undefined) return customer;
    const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
    return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  }

  async function monthly(amount: number, more: Partial<Stripe.PriceCreateParams> = {}): Promise<Stripe.Price> {
    return stripe.prices.create({
      currency: 'usd',
      unit_amount: amount,
      recurring: { interval: 'month' },
      product_data: { name: 'Gold' },
      ...more,
    });
  }

  async function types(): Promise<string[]> {
    const { data } = await stripe.events.list({ limit: 100 });
    return data.reverse().map(({ type }) => type);
  }

  describe('a new subscription', () => {
    it('is active once its first invoice was paid', async () => {
      const customer = await customerWith('pm_card_visa');
      const price = await monthly(1500);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id, quantity: 2 }],
        expand: ['latest_invoice.payments', 'latest_invoice.confirmation_secret'],
      });
      const invoice = subscription.latest_invoice as Stripe.Invoice;
      const [item] = subscription.items.data;
      expect(subscription).toMatchObject({
        status: 'active',
        currency: 'usd',
        collection_method: 'charge_automatically',
      });
      expect(item).toMatchObject({ quantity: 2, plan: { id: price.id }, price: { id: price.id } });
      expect(item!.current_period_end).toBeGreaterThan(item!.current_period_start + 27 * DAY);
      expect(invoice).toMatchObject({
        status: 'paid',
        billing_reason: 'subscription_create',
        total: 3000,
        amount_paid: 3000,
        amount_remaining: 0,
        attempt_count: 1,
        number: expect.stringMatching(/^[A-Z0-9]+-0001$/) as string,
        parent: { type: 'subscription_details', subscription_details: { subscription: subscription.id } },
      });
      expect(invoice.payments!.data[0]).toMatchObject({ status: 'paid', amount_paid: 3000, is_default: true });
      expect(invoice.confirmation_secret!.client_secret).toMatch(/^pi_.*_secret_/);
      expect(invoice.lines.data[0]).toMatchObject({
        amount: 3000,
        quantity: 2,
        description: '2 × Gold (at $15.00 / month)',
      });
      const sent = await types();
      const order = [
        'invoice.created',
        'invoice.finalized',
        'payment_intent.succeeded',
        'invoice.paid',
        'invoice.payment_succeeded',
        'customer.subscription.created',
      ];
      expect(sent.filter((type) => order.includes(type))).toEqual(order);
    });

    it('waits for its payment with default_incomplete, and becomes active by it', async () => {
      const customer = await customerWith();
      const price = await monthly(1500);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        payment_behavior: 'default_incomplete',
        payment_settings: { save_default_payment_method: 'on_subscription' },
        expand: ['latest_invoice.payments'],
      });
      expect(subscription.status).toBe('incomplete');
      const invoice = subscription.latest_invoice as Stripe.Invoice;
      expect(invoice).toMatchObject({ status: 'open', amount_remaining: 1500, attempted: false });
      const intent = invoice.payments!.data[0]!.payment.payment_intent as string;
      await stripe.paymentIntents.confirm(intent, {
        payment_method: 'pm_card_visa',
        return_url: 'https://example.com',
      });
      const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
      expect(after.status).toBe('active');
      expect(after.default_payment_method).toMatch(/^pm_/);
      expect((after.latest_invoice as Stripe.Invoice).status).toBe('paid');
      const { data } = await stripe.events.list({ type: 'customer.subscription.updated' });
      expect(data[0]!.data.previous_attributes).toMatchObject({ status: 'incomplete' });
    });

    it('is incomplete when its card is declined, and is not made with error_if_incomplete', async () => {
      const customer = await customerWith('pm_card_chargeCustomerFail');
      const price = await monthly(1500);
      const given = { customer: customer.id, items: [{ price: price.id }] };
      const subscription = await stripe.subscriptions.create({ ...given, expand: ['latest_invoice'] });
      expect(subscription).toMatchObject({
        status: 'incomplete',
        latest_invoice: { status: 'open', attempt_count: 1 },
      });
      expect(await types()).toContain('invoice.payment_failed');
      await expect(
        stripe.subscriptions.create({ ...given, payment_behavior: 'error_if_incomplete' }),
      ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' });
      expect((await stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1);
    });

    it('needs a way to pay', async () => {
      const customer = await customerWith();
      const price = await monthly(1500);
      await expect(
        stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
      ).rejects.toMatchObject({
        statusCode: 400,
        code: 'resource_missing',
        message: expect.stringMatching(
          /^This customer has no attached payment source or default payment method/,
        ) as string,
      });
      expect((await stripe.invoices.list()).data).toHaveLength(0);
    });

    it('has a trial without a payment', async () => {
      const customer = await customerWith();
      const price = await monthly(1500);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        trial_period_days: 14,
        expand: ['latest_invoice'],
      });
      expect(subscription.status).toBe('trialing');
      expect(subscription.trial_end! - subscription.trial_start!).toBe(14 * DAY);
      expect(subscription.items.data[0]!.current_period_end).toBe(subscription.trial_end);
      expect(subscription.billing_cycle_anchor).toBe(subscription.trial_end);
      expect(subscription.latest_invoice).toMatchObject({
        status: 'paid',
        total: 0,
        lines: { data: [{ description: 'Free trial for 1 × Gold' }] },
      });
    });

    it('is sent an invoice to pay later', async () => {
      const customer = await customerWith();
      const price = await monthly(1500);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        collection_method: 'send_invoice',
        days_until_due: 30,
        expand: ['latest_invoice'],
      });
      const draft = subscription.latest_invoice as Stripe.Invoice;
      expect(subscription.status).toBe('active');
      expect(draft).toMatchObject({
        status: 'draft',
        collection_method: 'send_invoice',
        due_date: draft.created + 30 * DAY,
      });
      const open = await stripe.invoices.sendInvoice(draft.id);
      expect(open.status).toBe('open');
      const paid = await stripe.invoices.pay(draft.id, { paid_out_of_band: true });
      expect(paid).toMatchObject({ status: 'paid', amount_remaining: 0 });
    });

    it('charges up to its anchor in proportion', async () => {
      const customer = await customerWith('pm_card_visa');
      const price = await monthly(3000);
      const now = Math.floor(Date.now() / 1000);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        billing_cycle_anchor: now + 10 * DAY,
        expand: ['latest_invoice'],
      });
      const { total } = subscription.latest_invoice as Stripe.Invoice;
      expect(total).toBeGreaterThan(900);
      expect(total).toBeLessThan(1100);
      expect(subscription.items.data[0]!.current_period_end).toBe(now + 10 * DAY);
    });

    it('is charged from the past on that it began in', async () => {
      const customer = await customerWith('pm_card_visa');
      const price = await monthly(3000, { recurring: { interval: 'day', interval_count: 10 } });
      const now = Math.floor(Date.now() / 1000);
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        backdate_start_date: now - 25 * DAY,
        expand: ['latest_invoice'],
      });
      const { total, lines } = subscription.latest_invoice as Stripe.Invoice;
      expect(subscription.start_date).toBe(now - 25 * DAY);
      expect(lines.data).toHaveLength(3);
      expect(total).toBe(9000);
    });

    it('refuses what does not go together', async () => {
      const customer = await customerWith('pm_card_visa');
      const [price, other] = [await monthly(1000), await monthly(1000, { currency: 'eur' })];
      const create = (more: object): Promise<unknown> =>
        stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...more });
      await expect(create({ items: [] })).rejects.toMatchObject({ code: 'parameter_missing' });
      await expect(create({ items: [{ price: price.id }, { price: other.id }] })).rejects.toMatchObject({
        statusCode: 400,
      });
      await expect(create({ items: [{ price: 'price_none' }] })).rejects.toMatchObject({
        code: 'resource_missing',
        param: 'items[0][price]',
      });
      await expect(create({ customer: 'cus_none' })).rejects.toMatchObject({
        code: 'resource_missing',
        param: 'customer',
      });
      await expect(create({ trial_end: 1 })).rejects.toMatchObject({ param: 'trial_end' });
      await expect(create({ collection_method: 'send_invoice' })).rejects.toMatchObject({ param: 'days_until_due' });
    });
  });

  describe('a change of a subscription', () => {
    async function subscribed(amount: number, card = 'pm_card_visa'): Promise<Stripe.Subscription> {
      const customer = await customerWith(card);
      const price = await monthly(amount);
      return stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    }

    it('is prorated to the second, on the next invoice or at once', async () => {
      const { id, items } = await subscribed(1000);
      const [item] = items.data;
      const { current_period_start: start, current_period_end: end } = item!;
      const half = start + (end - start) / 2;
      const dearer = await monthly(2000);
      await stripe.subscriptions.update(id, { items: [{ id: item!.id, price: dearer.id }], proration_date: half });
      const pending = await stripe.invoiceItems.list({ pending: true });
      expect(pending.data.map(({ amount, proration }) => [amount, proration])).toEqual([
        [1000, true],
        [-500, true],
      ]);
      expect(pending.data[1]!.description).toMatch(/^Unused time on Gold after \d\d \w{3} \d{4}$/);
      const next = await stripe.invoices.createPreview({ subscription: id });
      expect(next).toMatchObject({ total: 2500, amount_due: 2500, billing_reason: 'upcoming', status: 'draft' });

      await stripe.subscriptions.update(id, {
        items: [{ id: item!.id, quantity: 2 }],
        proration_date: half,
        proration_behavior: 'always_invoice',
      });
      const { latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
      expect(latest_invoice).toMatchObject({ billing_reason: 'subscription_update', status: 'paid', total: 1500 });
      expect((await stripe.invoiceItems.list({ pending: true })).data).toHaveLength(0);
    });

    it('gives back what was paid: with a discount, less', async () => {
      const customer = await customerWith('pm_card_visa');
      const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
      const price = await monthly(1000);
      const { id, items } = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        discounts: [{ coupon: coupon.id }],
      });
      const { current_period_start: start, current_period_end: end } = items.data[0]!;
      const change = { items: [{ id: items.data[0]!.id, quantity: 2 }], proration_date: start + (end - start) / 2 };
      await stripe.subscriptions.update(id, change);
      const pending = await stripe.invoiceItems.list({ pending: true });
      expect(pending.data.map(({ amount }) => amount)).toEqual([500, -250]);
    });

    it('costs nothing now with proration_behavior none', async () => {
      const { id, items } = await subscribed(1000);
      await stripe.subscriptions.update(id, {
        items: [{ id: items.data[0]!.id, quantity: 3 }],
        proration_behavior: 'none',
      });
      expect((await stripe.invoiceItems.list({ pending: true })).data).toHaveLength(0);
      expect(await stripe.invoices.createPreview({ subscription: id })).toMatchObject({ total: 3000 });
    });

    it('of the interval with a new cycle is paid at once', async () => {
      const { id, items } = await subscribed(1000);
      const yearly = await monthly(10_000, { recurring: { interval: 'year' } });
      const after = await stripe.subscriptions.update(id, {
        items: [{ id: items.data[0]!.id, price: yearly.id }],
        billing_cycle_anchor: { type: 'now' },
        expand: ['latest_invoice'],
      });
      const invoice = after.latest_invoice as Stripe.Invoice;
      expect(invoice.status).toBe('paid');
      expect(invoice.total).toBeGreaterThanOrEqual(9000);
      expect(invoice.total).toBeLessThan(9010);
      expect(after.items.data[0]!.current_period_end - after.items.data[0]!.current_period_start).toBeGreaterThan(
        364 * DAY,
      );
    });

    it('is previewed without being made', async () => {
      const { id, items } = await subscribed(1000);
      const events = await types();
      const preview = await stripe.invoices.createPreview({
        subscription: id,
        subscription_details: { items: [{ id: items.data[0]!.id, quantity: 5 }], proration_behavior: 'always_invoice' },
      });
      expect(preview.lines.data).toHaveLength(2);
      expect(preview.total).toBeGreaterThan(3990);
      expect(await types()).toEqual(events);
      expect((await stripe.subscriptions.retrieve(id)).items.data[0]!.quantity).toBe(1);
    });

    it('waits for its payment with pending_if_incomplete', async () => {
      const { id, items, customer } = await subscribed(1000);
      const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer as string });
      const good = (await stripe.customers.retrieve(customer as string)) as Stripe.Customer;
      await stripe.customers.update(customer as string, { invoice_settings: { default_payment_method: bad.id } });
      const pending = await stripe.subscriptions.update(id, {
        items: [{ id: items.data[0]!.id, quantity: 4 }],
        proration_behavior: 'always_invoice',
        payment_behavior: 'pending_if_incomplete',
      });
      expect(pending.items.data[0]!.quantity).toBe(1);
      expect(pending.status).toBe('active');
      expect(pending.pending_update!.subscription_items![0]!.quantity).toBe(4);
      const paid = await stripe.invoices.pay(pending.latest_invoice as string, {
        payment_method: good.invoice_settings.default_payment_method as string,
      });
      expect(paid.status).toBe('paid');
      const after = await stripe.subscriptions.retrieve(id);
      expect(after).toMatchObject({ pending_update: null, items: { data: [{ quantity: 4 }] } });
      expect(await types()).toContain('customer.subscription.pending_update_applied');
    });

    it('adds, changes and takes out items', async () => {
      const { id } = await subscribed(1000);
      const second = await monthly(500);
      const item = await stripe.subscriptionItems.create({ subscription: id, price: second.id, quantity: 2 });
      expect((await stripe.subscriptionItems.list({ subscription: id })).data).toHaveLength(2);
      expect(await stripe.subscriptionItems.update(item.id, { quantity: 3 })).toMatchObject({
        id: item.id,
        quantity: 3,
      });
      expect(await stripe.subscriptionItems.retrieve(item.id)).toMatchObject({ price: { id: second.id } });
      expect(await stripe.subscriptionItems.del(item.id)).toMatchObject({ deleted: true });
      await expect(stripe.subscriptionItems.retrieve(item.id)).rejects.toMatchObject({ statusCode: 404 });
    });

    it('ends it, now or when its period does', async () => {
      const { id, items } = await subscribed(1000);
      const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
      expect(ending).toMatchObject({
        cancel_at_period_end: true,
        cancel_at: items.data[0]!.current_period_end,
        status: 'active',
      });
      const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
      expect(kept).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
      const canceled = await stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
      expect(canceled.status).toBe('canceled');
      expect(canceled.ended_at).toEqual(expect.any(Number));
      const customer = (await stripe.customers.retrieve(canceled.customer as string)) as Stripe.Customer;
      expect(customer.balance).toBeLessThanOrEqual(-999);
      await expect(stripe.subscriptions.update(id, { description: 'x' })).rejects.toMatchObject({ statusCode: 400 });
      expect((await stripe.subscriptions.list({ status: 'canceled' })).data).toHaveLength(1);
      expect((await types()).at(-1)).toBe('customer.subscription.deleted');
    });
  });

  describe('an invoice', () => {
    it('gathers items, is final, and is paid', async () => {
      const customer = await customerWith('pm_card_visa');
      await stripe.invoiceItems.create({ customer: customer.id, amount: 2500, currency: 'usd', description: 'Setup' });
      const draft = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
      expect(draft).toMatchObject({ status: 'draft', total: 2500, number: null, auto_advance: false });
      const item = await stripe.invoiceItems.create({
        customer: customer.id,
        invoice: draft.id,
        amount: 500,
        currency: 'usd',
      });
      await stripe.invoiceItems.update(item.id, { amount: 700 });
      const final = await stripe.invoices.finalizeInvoice(draft.id);
      expect(final).toMatchObject({ status: 'open', total: 3200, amount_due: 3200 });
      expect(final.hosted_invoice_url).toContain('/i/');
      await expect(stripe.invoices.finalizeInvoice(draft.id)).rejects.toMatchObject({ code: 'invoice_not_editable' });
      await expect(stripe.invoiceItems.del(item.id)).rejects.toMatchObject({ statusCode: 400 });
      const paid = await stripe.invoices.pay(draft.id);
      expect(paid).toMatchObject({ status: 'paid', amount_paid: 3200 });
      await expect(stripe.invoices.pay(draft.id)).rejects.toMatchObject({ message: 'Invoice is already paid' });
      const payments = await stripe.invoicePayments.list({ invoice: draft.id });
      expect(payments.data).toHaveLength(1);
    });

    it('uses the balance of its customer, and gives it back when it is void', async () => {
      const customer = await customerWith('pm_card_visa', { balance: -600 });
      await stripe.invoiceItems.create({ customer: customer.id, amount: 1000, currency: 'usd' });
      const draft = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
      const final = await stripe.invoices.finalizeInvoice(draft.id);
      expect(final).toMatchObject({ amount_due: 400, starting_balance: -600, ending_balance: 0 });
      expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: 0 });
      const voided = await stripe.invoices.voidInvoice(draft.id);
      expect(voided.status).toBe('void');
      expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -600 });
      const { data } = await stripe.customers.listBalanceTransactions(customer.id);
      expect(data.slice(0, 2).map(({ type, amount, ending_balance }) => [type, amount, ending_balance])).toEqual([
        ['unapplied_from_invoice', -600, -600],
        ['applied_to_invoice', 600, 0],
      ]);
    });

    it('says why it was not paid', async () => {
      const customer = await customerWith('pm_card_chargeCustomerFail');
      await stripe.invoiceItems.create({ customer: customer.id, amount: 1000, currency: 'usd' });
      const draft = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
      await expect(stripe.invoices.pay(draft.id)).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' });
      const open = await stripe.invoices.retrieve(draft.id);
      expect(open).toMatchObject({ status: 'open', attempted: true, attempt_count: 1 });
      expect(await stripe.invoices.markUncollectible(draft.id)).toMatchObject({ status: 'uncollectible' });
    });

    it('is deleted as a draft only', async () => {
      const customer = await customerWith('pm_card_visa');
      const draft = await stripe.invoices.create({ customer: customer.id });
      expect(await stripe.invoices.del(draft.id)).toEqual(expect.objectContaining({ deleted: true }));
      await expect(stripe.invoices.retrieve(draft.id)).rejects.toMatchObject({ statusCode: 404 });
    });
  });
});
