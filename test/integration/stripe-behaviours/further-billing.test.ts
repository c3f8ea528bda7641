import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';

/** https://docs.stripe.com/billing/subscriptions/overview, /invoicing/overview, /payments/checkout and /webhooks */
let running: RunningStripe;
let stripe: Stripe;

const DAY = 86_400;
const START = Date.UTC(2024, 0, 1) / 1000;

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

async function onClock(hasCard = true): Promise<{ customer: string; advance: (to: number) => Promise<void> }> {
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = hasCard
    ? await customerWithCard(stripe, { email: 'jenny@example.com', test_clock: id })
    : (await stripe.customers.create({ email: 'jenny@example.com', test_clock: id })).id;
  const isReady = async () => (await stripe.testHelpers.testClocks.retrieve(id)).status === 'ready';
  return {
    customer,
    advance: async (to) => {
      await stripe.testHelpers.testClocks.advance(id, { frozen_time: to });
      await waitFor('the clock', isReady);
    },
  };
}

const invoicesOf = async (subscription: string): Promise<Stripe.Invoice[]> =>
  (await stripe.invoices.list({ subscription })).data;

async function draft(amount = 2000, more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
  const customer = more.customer ?? (await customerWithCard(stripe));
  const { id } = await stripe.invoices.create({ customer, ...more });
  await stripe.invoiceItems.create({ customer, invoice: id, amount, currency: 'usd' });
  return stripe.invoices.retrieve(id);
}

describe('a subscription', () => {
  it('on trial has an invoice of nothing, and is charged when the trial is over', async () => {
    const { customer, advance } = await onClock();
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      trial_period_days: 14,
    });
    expect(made).toMatchObject({ status: 'trialing', trial_start: START, trial_end: START + 14 * DAY });
    expect(await invoicesOf(made.id)).toMatchObject([
      { total: 0, status: 'paid', billing_reason: 'subscription_create' },
    ]);
    await advance(START + 12 * DAY);
    const told = await stripe.events.list({ type: 'customer.subscription.trial_will_end', limit: 1 });
    expect(told.data[0]!.data.object).toMatchObject({ id: made.id });
    await advance(START + 14 * DAY + 7200);
    expect((await stripe.subscriptions.retrieve(made.id)).status).toBe('active');
    expect((await invoicesOf(made.id))[0]).toMatchObject({
      total: 1000,
      status: 'paid',
      billing_reason: 'subscription_cycle',
    });
  });

  it('that is to end with its period ends then', async () => {
    const { customer, advance } = await onClock();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ status: 'active', cancel_at: ending.items.data[0]!.current_period_end });
    await advance(START + 32 * DAY);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: START + 31 * DAY });
    expect(await invoicesOf(id)).toHaveLength(1);
  });

  it('is prorated by the second when its price changes', async () => {
    const { customer, advance } = await onClock();
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly(3100) }] });
    await advance(START + 10 * DAY);
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: await monthly(6200) }] });
    const preview = await stripe.invoices.createPreview({ subscription: id });
    expect(preview.lines.data.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-2100, 4200, 6200]);
    expect(preview.total).toBe(8300);
  });

  it('with a coupon for once pays less once', async () => {
    const { customer, advance } = await onClock();
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      discounts: [{ coupon: coupon.id }],
    });
    await advance(START + 32 * DAY);
    expect((await invoicesOf(id)).map(({ total }) => total)).toEqual([1000, 500]);
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  });

  it('that begins incomplete becomes active when its payment is confirmed', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments'],
    });
    expect(made.status).toBe('incomplete');
    const invoice = made.latest_invoice as Stripe.Invoice;
    const intent = invoice.payments!.data[0]!.payment.payment_intent as string;
    expect(invoice.confirmation_secret!.client_secret).toMatch(new RegExp(`^${intent}_secret_`));
    await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa', return_url: 'https://example.com' });
    expect((await stripe.subscriptions.retrieve(made.id)).status).toBe('active');
  });

  it('that nobody pays at first is over after 23 hours', async () => {
    const { customer, advance } = await onClock(false);
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      payment_behavior: 'default_incomplete',
    });
    await advance(START + DAY);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
    expect((await invoicesOf(id))[0]!.status).toBe('void');
  });

  it('is past due when a renewal fails, and canceled after the last try', async () => {
    const { customer, advance } = await onClock();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(START + 31 * DAY + 7200);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    expect((await invoicesOf(id))[0]).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
    await advance(START + 55 * DAY);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
  });

  it('that is paid by invoice says until when', async () => {
    const { customer } = await onClock();
    const items = [{ price: await monthly() }];
    expect(
      await failure(stripe.subscriptions.create({ customer, items, collection_method: 'send_invoice' })),
    ).toMatchObject({ statusCode: 400, param: 'days_until_due' });
    const made = await stripe.subscriptions.create({
      customer,
      items,
      collection_method: 'send_invoice',
      days_until_due: 7,
    });
    expect(made.status).toBe('active');
    expect((await invoicesOf(made.id))[0]).toMatchObject({ status: 'draft', due_date: START + 7 * DAY });
  });

  it('whose collection is paused has its invoices voided', async () => {
    const { customer, advance } = await onClock();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    const paused = await stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    expect(paused).toMatchObject({ status: 'active', pause_collection: { behavior: 'void', resumes_at: null } });
    await advance(START + 32 * DAY);
    expect((await invoicesOf(id))[0]!.status).toBe('void');
    expect((await stripe.subscriptions.update(id, { pause_collection: '' })).pause_collection).toBeNull();
  });

  it('that begins in the middle of its cycle pays a share first', async () => {
    const { customer } = await onClock();
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly(3100) }],
      billing_cycle_anchor: START + 10 * DAY,
    });
    const [invoice] = await invoicesOf(id);
    expect(invoice!.total).toBeGreaterThan(900);
    expect(invoice!.total).toBeLessThan(1100);
    expect((await stripe.subscriptions.retrieve(id)).items.data[0]!.current_period_end).toBe(START + 10 * DAY);
  });

  it('is found by its metadata and state', async () => {
    const mark = `s${Date.now()}`;
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: await monthly() }],
      metadata: { mark },
    });
    const { data } = await stripe.subscriptions.search({ query: `status:'active' AND metadata['mark']:'${mark}'` });
    expect(data.map((each) => each.id)).toEqual([id]);
  });

  it('cannot have the same price twice', async () => {
    const customer = await customerWithCard(stripe);
    const price = await monthly();
    const refused = await failure(stripe.subscriptions.create({ customer, items: [{ price }, { price }] }));
    expect(refused.message).toBe(`Cannot add multiple subscription items with the same plan: ${price}`);
  });

  it('needs something to be paid with', async () => {
    const { id: customer } = await stripe.customers.create();
    const refused = await failure(stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] }));
    expect(refused).toMatchObject({ statusCode: 400, code: 'resource_missing' });
    expect(refused.message).toMatch(/^This customer has no attached payment source or default payment method\./);
  });

  it('that was canceled is not there to be canceled again', async () => {
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await monthly() }] });
    await stripe.subscriptions.cancel(id);
    expect(await failure(stripe.subscriptions.cancel(id))).toMatchObject({
      code: 'resource_missing',
      message: `No such subscription: '${id}'`,
      statusCode: 404,
    });
  });
});

describe('an invoice', () => {
  it('is made, finalized and paid, with its events in order', async () => {
    const made = await draft();
    expect(made).toMatchObject({ status: 'draft', number: null, amount_due: 2000, hosted_invoice_url: null });
    const open = await stripe.invoices.finalizeInvoice(made.id);
    expect(open).toMatchObject({ status: 'open', number: expect.stringMatching(/^[A-Z0-9]+-0001$/) as string });
    const paid = await stripe.invoices.pay(made.id);
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 2000, amount_remaining: 0, attempted: true });
    const { data } = await stripe.events.list({ limit: 100 });
    const types = data
      .filter(({ data: { object } }) => (object as { id?: string }).id === made.id)
      .map(({ type }) => type)
      .reverse();
    expect(types.filter((type) => type !== 'invoice.updated')).toEqual([
      'invoice.created',
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]);
    expect(await failure(stripe.invoices.pay(made.id))).toMatchObject({ message: 'Invoice is already paid' });
  });

  it('is counted by customer', async () => {
    const customer = await customerWithCard(stripe);
    const numbers: string[] = [];
    for (let index = 0; index < 2; index += 1) {
      const { id } = await draft(1000, { customer });
      numbers.push((await stripe.invoices.finalizeInvoice(id)).number!);
    }
    expect(numbers[1]).toBe(numbers[0]!.replace(/1$/, '2'));
  });

  it('of nothing is paid when it is finalized', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.invoices.create({ customer });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ status: 'paid', amount_due: 0, total: 0 });
  });

  it('is paid outside of Stripe, too', async () => {
    const { id } = await draft();
    expect(await stripe.invoices.pay(id, { paid_out_of_band: true })).toMatchObject({ status: 'paid' });
  });

  it('uses the credit balance of its customer', async () => {
    const customer = await customerWithCard(stripe);
    await stripe.customers.createBalanceTransaction(customer, { amount: -500, currency: 'usd' });
    const { id } = await draft(2000, { customer });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({
      total: 2000,
      amount_due: 1500,
      starting_balance: -500,
      ending_balance: 0,
    });
    const { data } = await stripe.customers.listBalanceTransactions(customer);
    expect(data[0]).toMatchObject({ type: 'applied_to_invoice', amount: 500, ending_balance: 0, invoice: id });
  });

  it('that was given up can still be paid', async () => {
    const { id } = await draft();
    await stripe.invoices.finalizeInvoice(id);
    expect((await stripe.invoices.markUncollectible(id)).status).toBe('uncollectible');
    expect((await stripe.invoices.pay(id)).status).toBe('paid');
  });

  it('that is void is so for good', async () => {
    const { id } = await draft();
    await stripe.invoices.finalizeInvoice(id);
    expect((await stripe.invoices.voidInvoice(id)).status).toBe('void');
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoices.voidInvoice(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoices.del(id))).toMatchObject({ statusCode: 400 });
  });

  it('is reduced by a credit note before it is paid, and refunded by one after', async () => {
    const { id } = await draft();
    await stripe.invoices.finalizeInvoice(id);
    const before = await stripe.creditNotes.create({ invoice: id, amount: 500 });
    expect(before).toMatchObject({ type: 'pre_payment', status: 'issued', total: 500 });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      amount_due: 1500,
      amount_remaining: 1500,
      pre_payment_credit_notes_amount: 500,
    });
    await stripe.invoices.pay(id);
    const after = await stripe.creditNotes.create({ invoice: id, amount: 700, refund_amount: 700 });
    expect(after).toMatchObject({ type: 'post_payment', refunds: [{ amount_refunded: 700 }] });
    expect((await stripe.invoices.retrieve(id)).post_payment_credit_notes_amount).toBe(700);
  });

  it('fails with the card, and says so', async () => {
    const { id: customer } = await stripe.customers.create();
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const { id } = await draft(2000, { customer });
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({ type: 'StripeCardError', code: 'card_declined' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open', attempted: true });
    const { data } = await stripe.events.list({ type: 'invoice.payment_failed', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id });
  });

  it('cannot be changed in what it costs once it is final', async () => {
    const { id, customer } = await draft();
    await stripe.invoices.finalizeInvoice(id);
    const added = stripe.invoiceItems.create({ customer: customer as string, invoice: id, amount: 1, currency: 'usd' });
    expect(await failure(added)).toMatchObject({ statusCode: 400 });
    expect((await stripe.invoices.update(id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  });
});

describe('Checkout', () => {
  const session = async (given: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com/done',
      line_items: [
        { quantity: 2, price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Shirt' } } },
      ],
      ...given,
    });

  it('begins open and unpaid, and ends after a day', async () => {
    const made = await session({ client_reference_id: 'order-1', metadata: { a: 'b' } });
    expect(made).toMatchObject({
      object: 'checkout.session',
      status: 'open',
      payment_status: 'unpaid',
      amount_subtotal: 3000,
      amount_total: 3000,
      currency: 'usd',
      client_reference_id: 'order-1',
      metadata: { a: 'b' },
      payment_intent: null,
      url: expect.stringMatching(/^http/) as string,
    });
    expect(made.expires_at - made.created).toBe(DAY);
    const { data } = await stripe.checkout.sessions.listLineItems(made.id);
    expect(data).toMatchObject([{ description: 'Shirt', quantity: 2, amount_total: 3000 }]);
  });

  it('is expired by hand, once', async () => {
    const { id } = await session();
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    const { data } = await stripe.events.list({ type: 'checkout.session.expired', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id });
    expect((await failure(stripe.checkout.sessions.expire(id))).message).toBe(
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `expired`.',
    );
  });

  it('refuses what does not belong together', async () => {
    expect(await failure(session({ success_url: 'nowhere' }))).toMatchObject({
      code: 'url_invalid',
      message: 'Not a valid URL',
    });
    expect(await failure(session({ mode: 'subscription' }))).toMatchObject({ statusCode: 400 });
    const both = session({ allow_promotion_codes: true, discounts: [{ coupon: 'none' }] });
    expect((await failure(both)).message).toBe(
      'You may only specify one of these parameters: allow_promotion_codes, discounts.',
    );
    expect(await failure(session({ expires_at: Math.floor(Date.now() / 1000) + 60 }))).toMatchObject({
      param: 'expires_at',
    });
    expect(await failure(session({ customer: 'cus_x', customer_email: 'a@example.com' }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('takes a trial and metadata for the subscription', async () => {
    const made = await session({
      mode: 'subscription',
      line_items: [{ price: await monthly(), quantity: 1 }],
      subscription_data: { trial_period_days: 7, metadata: { a: 'b' } },
    });
    expect(made).toMatchObject({ mode: 'subscription', amount_total: 0, subscription: null });
  });

  it('sets up a card for later', async () => {
    const made = await session({ mode: 'setup', currency: 'usd', line_items: undefined as never });
    expect(made).toMatchObject({ mode: 'setup', payment_status: 'no_payment_required', amount_total: null });
    expect(made.setup_intent).toMatch(/^seti_/);
  });
});

describe('an event', () => {
  it('names the request that it comes from', async () => {
    const { id, lastResponse } = await stripe.customers.create(
      { name: 'Jenny' },
      { idempotencyKey: `key-${Date.now()}` },
    );
    const { data } = await stripe.events.list({ type: 'customer.created', limit: 1 });
    expect(data[0]).toMatchObject({
      object: 'event',
      data: { object: { id, object: 'customer' } },
      request: { id: lastResponse.requestId, idempotency_key: lastResponse.idempotencyKey },
      livemode: false,
    });
  });

  it('says what there was before', async () => {
    const { id } = await stripe.customers.create({ name: 'Jenny', metadata: { a: '1', b: '2' } });
    await stripe.customers.update(id, { name: 'Jen', metadata: { a: '3' } });
    const { data } = await stripe.events.list({ type: 'customer.updated', limit: 1 });
    expect(data[0]!.data.previous_attributes).toEqual({ name: 'Jenny', metadata: { a: '1' } });
  });

  it('is found by groups, and by several types', async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id);
    const group = await stripe.events.list({ type: 'customer.*', limit: 2 });
    expect(group.data.map(({ type }) => type)).toEqual(['customer.deleted', 'customer.created']);
    const some = await stripe.events.list({ types: ['customer.deleted', 'plan.created'], limit: 1 });
    expect(some.data[0]!.type).toBe('customer.deleted');
  });

  it('is refused with a wrong signature', () => {
    const payload = JSON.stringify({ id: 'evt_1', object: 'event' });
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_a' });
    expect(stripe.webhooks.constructEvent(payload, header, 'whsec_a')).toMatchObject({ id: 'evt_1' });
    expect(() => stripe.webhooks.constructEvent(payload, header, 'whsec_b')).toThrow(/signature/);
  });
});

describe('a catalogue', () => {
  it('keeps prices as they are', async () => {
    const price = await monthly();
    expect(await failure(stripe.prices.update(price, { unit_amount: 5 } as Stripe.PriceUpdateParams))).toMatchObject({
      code: 'parameter_unknown',
      message: 'Received unknown parameter: unit_amount',
    });
    expect((await stripe.prices.update(price, { active: false })).active).toBe(false);
  });

  it('finds prices by lookup keys, which move on', async () => {
    const key = `gold-${Date.now()}`;
    const old = await monthly(1000, { lookup_key: key });
    expect(await failure(monthly(2000, { lookup_key: key }))).toMatchObject({ statusCode: 400 });
    const next = await monthly(2000, { lookup_key: key, transfer_lookup_key: true });
    const { data } = await stripe.prices.list({ lookup_keys: [key] });
    expect(data.map(({ id }) => id)).toEqual([next]);
    expect((await stripe.prices.retrieve(old)).lookup_key).toBeNull();
  });

  it('does not forget products with prices', async () => {
    const { product } = await stripe.prices.retrieve(await monthly());
    expect((await failure(stripe.products.del(product as string))).message).toBe(
      'This product cannot be deleted because it has one or more user-created prices.',
    );
  });

  it('has coupons that are not for sale twice under a name', async () => {
    const id = `HALF${Date.now()}`;
    await stripe.coupons.create({ id, percent_off: 50, duration: 'forever' });
    expect(await failure(stripe.coupons.create({ id, percent_off: 50 }))).toMatchObject({
      code: 'resource_already_exists',
    });
    expect(await failure(stripe.coupons.create({ percent_off: 101 }))).toMatchObject({ param: 'percent_off' });
    expect(await failure(stripe.coupons.create({ amount_off: 100 }))).toMatchObject({ statusCode: 400 });
    expect(await stripe.coupons.del(id)).toEqual({ id, object: 'coupon', deleted: true });
    expect(await failure(stripe.coupons.retrieve(id))).toMatchObject({ message: `No such coupon: '${id}'` });
  });

  it('has a customer that is deleted, and says so', async () => {
    const { id } = await stripe.customers.create({ email: 'a@example.com' });
    expect(await stripe.customers.del(id)).toEqual({ id, object: 'customer', deleted: true });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id, deleted: true });
    expect(await failure(stripe.customers.update(id, { name: 'Late' }))).toMatchObject({
      code: 'resource_missing',
      message: `No such customer: '${id}'`,
    });
    expect((await stripe.customers.list({ email: 'a@example.com' })).data.map((each) => each.id)).not.toContain(id);
  });
});
