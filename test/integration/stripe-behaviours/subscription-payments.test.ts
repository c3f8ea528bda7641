import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY, START, eventsAbout, invoicesOf, latestInvoice, noonOf, priced, subscribed, typesAbout,
} from '../../support/stripe-billing'; // prettier-ignore

/** https://docs.stripe.com/billing/subscriptions/overview, /pending-updates, /trials/free-trials and /pause-payment */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function customerWith(method: string): Promise<string> {
  const { id } = await stripe.customers.create();
  const kept = await stripe.paymentMethods.attach(method, { customer: id });
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: kept.id } });
  return id;
}

describe('the first payment', () => {
  it('is confirmed with the secret of the invoice, and by nothing else', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments'],
    });
    const invoice = latestInvoice(made);
    expect(made).toMatchObject({ status: 'incomplete', pending_setup_intent: null });
    expect(invoice).toMatchObject({ status: 'open', attempted: false, attempt_count: 0 });
    expect(invoice.confirmation_secret).toMatchObject({ type: 'payment_intent' });
    const [payment] = invoice.payments!.data;
    expect(payment).toMatchObject({ status: 'open', is_default: true, amount_requested: 1000 });
    const intent = payment!.payment.payment_intent as string;
    expect(invoice.confirmation_secret!.client_secret.startsWith(`${intent}_secret_`)).toBe(true);
    await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: 'active' });
    const updated = (await eventsAbout(stripe, made.id)).find(({ type }) => type === 'customer.subscription.updated');
    expect(updated!.data.previous_attributes).toMatchObject({ status: 'incomplete' });
  });

  it('is kept as the way to pay for the subscription where it says so', async () => {
    const { id: customer } = await stripe.customers.create();
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      payment_behavior: 'default_incomplete',
      payment_settings: { save_default_payment_method: 'on_subscription' },
      expand: ['latest_invoice.payments'],
    });
    const intent = latestInvoice(made).payments!.data[0]!.payment.payment_intent as string;
    expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({ setup_future_usage: 'off_session' });
    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({
      default_payment_method: paid.payment_method as string,
    });
  });

  it('that is declined leaves an open invoice, which another card pays', async () => {
    const customer = await customerWith('pm_card_chargeCustomerFail');
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      payment_behavior: 'allow_incomplete',
      expand: ['latest_invoice'],
    });
    expect(made.status).toBe('incomplete');
    const invoice = latestInvoice(made);
    expect(invoice).toMatchObject({ status: 'open', attempted: true, attempt_count: 1, next_payment_attempt: null });
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(await stripe.invoices.pay(invoice.id, { payment_method: good.id })).toMatchObject({ status: 'paid' });
    expect((await stripe.subscriptions.retrieve(made.id)).status).toBe('active');
  });

  it('that is declined makes no subscription with error_if_incomplete', async () => {
    const customer = await customerWith('pm_card_chargeCustomerFail');
    const error = await failure(
      stripe.subscriptions.create({
        customer,
        items: [{ price: await priced(stripe) }],
        payment_behavior: 'error_if_incomplete',
      }),
    );
    expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code: 'card_declined' });
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
    expect((await stripe.invoices.list({ customer })).data).toEqual([]);
  });

  it('that has to be authenticated waits for that', async () => {
    const customer = await customerWith('pm_card_authenticationRequired');
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
    });
    expect(made.status).toBe('incomplete');
    const invoice = made.latest_invoice as string;
    const { data } = await stripe.invoicePayments.list({ invoice, expand: ['data.payment.payment_intent'] });
    expect(data[0]!.payment.payment_intent).toMatchObject({ status: 'requires_action' });
    expect(await typesAbout(stripe, invoice)).toContain('invoice.payment_action_required');
  });

  it('has no intent at the subscription any more', async () => {
    const { subscription } = await subscribed(stripe);
    const error = await failure(
      stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
    expect(error.message).toContain('This property cannot be expanded');
  });

  it('is made with the card of the subscription before that of the customer', async () => {
    const customer = await customerWith('pm_card_chargeCustomerFail');
    const good = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      default_payment_method: good.id,
    });
    expect(made).toMatchObject({ status: 'active', default_payment_method: good.id });
  });

  it('is not made with the card of another customer', async () => {
    const customer = await customerWithCard(stripe);
    const { id: other } = await stripe.customers.create();
    const foreign = await stripe.paymentMethods.attach('pm_card_visa', { customer: other });
    const error = await failure(
      stripe.subscriptions.create({
        customer,
        items: [{ price: await priced(stripe) }],
        default_payment_method: foreign.id,
      }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });
});

describe('a renewal', () => {
  it('counts its attempts, and says when the next one is', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(noonOf(2, 1) + 7200);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, attempted: true, auto_advance: true });
    expect(invoice!.next_payment_attempt).toBeGreaterThan(noonOf(2, 1) + 7200);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const paid = await stripe.invoices.pay(invoice!.id, { payment_method: good.id });
    // Only the first attempt and those of the schedule count.
    expect(paid).toMatchObject({ status: 'paid', attempt_count: 1, next_payment_attempt: null });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('is a draft for an hour, to which things can be added', async () => {
    const { customer, subscription, advance } = await subscribed(stripe);
    await advance(noonOf(2, 1) + 600);
    const [draft] = await invoicesOf(stripe, subscription.id);
    expect(draft).toMatchObject({
      status: 'draft',
      billing_reason: 'subscription_cycle',
      automatically_finalizes_at: noonOf(2, 1) + 3600,
      period_start: START,
      period_end: noonOf(2, 1),
    });
    await stripe.invoiceItems.create({ customer, invoice: draft!.id, amount: 250, currency: 'usd' });
    await advance(noonOf(2, 1) + 7200);
    expect(await stripe.invoices.retrieve(draft!.id)).toMatchObject({ status: 'paid', amount_paid: 1250 });
  });

  it('is said in the order in which it happens', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(noonOf(2, 1) + 7200);
    const [invoice] = await invoicesOf(stripe, subscription.id);
    const types = await typesAbout(stripe, invoice!.id);
    const wanted = ['invoice.created', 'invoice.finalized', 'invoice.paid', 'invoice.payment_succeeded'];
    expect(types.filter((type) => wanted.includes(type))).toEqual(wanted);
    const renewed = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(renewed.type).toBe('customer.subscription.updated');
    expect(renewed.data.previous_attributes).toMatchObject({ latest_invoice: subscription.latest_invoice });
  });
});

describe('a trial without a way to pay', () => {
  const settings = (missing: 'cancel' | 'pause' | 'create_invoice') => ({
    trial_period_days: 10,
    trial_settings: { end_behavior: { missing_payment_method: missing } },
  });

  it('ends the subscription', async () => {
    const { subscription, advance } = await subscribed(stripe, settings('cancel'), { hasCard: false });
    await advance(START + 11 * DAY);
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: START + 10 * DAY,
    });
    expect((await invoicesOf(stripe, subscription.id)).length).toBe(1);
  });

  it('pauses the subscription, which is resumed with a new cycle', async () => {
    const { customer, subscription, advance } = await subscribed(stripe, settings('pause'), { hasCard: false });
    await advance(START + 11 * DAY);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused');
    expect(await typesAbout(stripe, subscription.id)).toContain('customer.subscription.paused');
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card.id } });
    const resumed = await stripe.subscriptions.resume(subscription.id, {
      billing_cycle_anchor: { type: 'now' },
      expand: ['latest_invoice'],
    });
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: START + 11 * DAY });
    expect(latestInvoice(resumed)).toMatchObject({ status: 'paid', amount_paid: 1000 });
    expect(await typesAbout(stripe, subscription.id)).toContain('customer.subscription.resumed');
  });

  it.each([
    ['resume_on_payment_attempt', 'past_due'],
    ['resume_on_payment_success', 'paused'],
  ] as const)('with %s and a card that is declined is %s', async (payment_behavior, status) => {
    const { customer, subscription, advance } = await subscribed(stripe, settings('pause'), { hasCard: false });
    await advance(START + 11 * DAY);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const resumed = await stripe.subscriptions.resume(subscription.id, {
      payment_behavior,
      expand: ['latest_invoice'],
    });
    expect(resumed.status).toBe(status);
    expect(latestInvoice(resumed)).toMatchObject({ status: 'open', amount_due: 1000 });
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.invoices.pay(latestInvoice(resumed).id, { payment_method: good.id });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
    expect(await typesAbout(stripe, subscription.id)).toContain('customer.subscription.resumed');
  });

  it('stays paused where nobody pays for its resumption', async () => {
    const { customer, subscription, advance } = await subscribed(stripe, settings('pause'), { hasCard: false });
    await advance(START + 11 * DAY);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await stripe.subscriptions.resume(subscription.id, { payment_behavior: 'resume_on_payment_success' });
    await advance(START + 12 * DAY);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused');
    expect((await invoicesOf(stripe, subscription.id))[0]!.status).toBe('void');
  });

  it('has an invoice made that nobody pays', async () => {
    const { subscription, advance } = await subscribed(stripe, settings('create_invoice'), { hasCard: false });
    await advance(START + 10 * DAY + 7200);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ status: 'open', amount_due: 1000 });
  });

  it('is announced three days before, and at once where it is shorter', async () => {
    const long = await subscribed(stripe, { trial_period_days: 10 });
    const type = 'customer.subscription.trial_will_end';
    expect(await typesAbout(stripe, long.subscription.id)).not.toContain(type);
    await long.advance(START + 7 * DAY + 60);
    expect(await typesAbout(stripe, long.subscription.id)).toContain(type);
    const short = await subscribed(stripe, { trial_period_days: 2 });
    expect(await typesAbout(stripe, short.subscription.id)).toContain(type);
  });

  it('is made longer, which is told with the end that it had', async () => {
    const { subscription } = await subscribed(stripe, { trial_period_days: 10 });
    const later = START + 20 * DAY;
    const longer = await stripe.subscriptions.update(subscription.id, { trial_end: later, proration_behavior: 'none' });
    expect(longer).toMatchObject({ status: 'trialing', trial_start: START, trial_end: later });
    expect(longer.items.data[0]!.current_period_end).toBe(later);
    const last = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(last.data.previous_attributes).toMatchObject({ trial_end: START + 10 * DAY });
    expect((await invoicesOf(stripe, subscription.id)).every(({ total }) => total === 0)).toBe(true);
  });
});

describe('collection that is paused', () => {
  it.each([
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
    ['void', 'void'],
  ] as const)('with %s leaves an invoice that is %s, and the subscription active', async (behavior, status) => {
    const { subscription, advance } = await subscribed(stripe);
    const paused = await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior } });
    expect(paused).toMatchObject({ status: 'active', pause_collection: { behavior, resumes_at: null } });
    await advance(noonOf(2, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ status, auto_advance: false });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('goes on by itself at the time that is set', async () => {
    const { subscription, advance } = await subscribed(stripe);
    const resumes_at = noonOf(2, 15);
    await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void', resumes_at } });
    await advance(noonOf(2, 16));
    expect((await stripe.subscriptions.retrieve(subscription.id)).pause_collection).toBeNull();
    await advance(noonOf(3, 1) + 7200);
    expect((await invoicesOf(stripe, subscription.id)).map(({ status }) => status)).toEqual(['paid', 'void', 'paid']);
  });

  it('goes on when it is unset', async () => {
    const { subscription } = await subscribed(stripe);
    await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void' } });
    const going = await stripe.subscriptions.update(subscription.id, { pause_collection: '' });
    expect(going.pause_collection).toBeNull();
    const last = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(last.data.previous_attributes).toMatchObject({ pause_collection: { behavior: 'void' } });
  });
});

describe('a pending update', () => {
  async function pending(): Promise<{ id: string; invoice: string; customer: string; price: string }> {
    const { customer, subscription, item } = await subscribed(stripe);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const price = await priced(stripe, { unit_amount: 5000 });
    const updated = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price }],
      payment_behavior: 'pending_if_incomplete',
      proration_behavior: 'always_invoice',
    });
    expect(updated.items.data[0]!.price.unit_amount).toBe(1000);
    expect(updated.pending_update).toMatchObject({ expires_at: START + 23 * 3600 });
    expect(updated.pending_update!.subscription_items![0]!.price.id).toBe(price);
    return { id: updated.id, invoice: updated.latest_invoice as string, customer, price };
  }

  it('is made once its invoice is paid', async () => {
    const { id, invoice, customer, price } = await pending();
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.invoices.pay(invoice, { payment_method: good.id });
    const applied = await stripe.subscriptions.retrieve(id);
    expect(applied).toMatchObject({ status: 'active', pending_update: null });
    expect(applied.items.data[0]!.price.id).toBe(price);
    expect(await typesAbout(stripe, id)).toContain('customer.subscription.pending_update_applied');
  });

  it('is forgotten when its invoice is void', async () => {
    const { id, invoice } = await pending();
    await stripe.invoices.voidInvoice(invoice);
    const left = await stripe.subscriptions.retrieve(id);
    expect(left).toMatchObject({ status: 'active', pending_update: null });
    expect(left.items.data[0]!.price.unit_amount).toBe(1000);
  });

  it('takes nothing that cannot wait', async () => {
    const { subscription } = await subscribed(stripe);
    const error = await failure(
      stripe.subscriptions.update(subscription.id, {
        description: 'Gold',
        payment_behavior: 'pending_if_incomplete',
      }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });
});

describe('a subscription that is sent', () => {
  it('is active, and late once its invoice is overdue', async () => {
    const { subscription, advance } = await subscribed(
      stripe,
      { collection_method: 'send_invoice', days_until_due: 5 },
      { hasCard: false, email: 'ada@example.com' },
    );
    expect(subscription).toMatchObject({ status: 'active', days_until_due: 5 });
    expect((await invoicesOf(stripe, subscription.id))[0]).toMatchObject({ status: 'draft', amount_due: 1000 });
    await advance(START + 2 * 3600);
    const [sent] = await invoicesOf(stripe, subscription.id);
    expect(sent!.status).toBe('open');
    expect(await typesAbout(stripe, sent!.id)).toContain('invoice.sent');
    await advance(START + 7 * DAY);
    expect(await typesAbout(stripe, sent!.id)).toContain('invoice.overdue');
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
  });

  it('is charged instead, without days until due, when it says so', async () => {
    const { subscription } = await subscribed(stripe, { collection_method: 'send_invoice', days_until_due: 5 });
    const charged = await stripe.subscriptions.update(subscription.id, { collection_method: 'charge_automatically' });
    expect(charged).toMatchObject({ collection_method: 'charge_automatically', days_until_due: null });
  });
});
