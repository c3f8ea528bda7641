import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../../support/stripe';
import {
  DAY,
  START,
  eventsAbout,
  invoicesOf,
  latestInvoice,
  noonOf,
  onClock,
  priced,
  subscribed,
} from '../../support/stripe-billing';

/** What billing changes of customers, intents, entitlements and schedules. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function payWith(customer: string, card: string): Promise<string> {
  const { id } = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  return id;
}

const isDelinquent = async (customer: string): Promise<unknown> =>
  ((await stripe.customers.retrieve(customer)) as Stripe.Customer).delinquent;

describe('a customer', () => {
  it('is delinquent after a payment that failed by itself, until one succeeds', async () => {
    const { subscription, customer, advance } = await subscribed(stripe);
    await payWith(customer, 'pm_card_chargeCustomerFail');
    await advance(noonOf(2, 1) + 7200);
    expect(await isDelinquent(customer)).toBe(true);
    const told = (await eventsAbout(stripe, customer)).map(({ data }) => data.previous_attributes);
    expect(told).toContainEqual({ delinquent: false });
    const payment_method = await payWith(customer, 'pm_card_visa');
    await stripe.invoices.pay((await invoicesOf(stripe, subscription.id))[0]!.id, { payment_method });
    expect(await isDelinquent(customer)).toBe(false);
  });

  it('is delinquent with an invoice that is overdue, until that is given up', async () => {
    const { subscription, customer, advance } = await subscribed(stripe, {
      collection_method: 'send_invoice',
      days_until_due: 3,
    });
    await advance(START + 5 * DAY);
    expect(await isDelinquent(customer)).toBe(true);
    await stripe.invoices.markUncollectible((await invoicesOf(stripe, subscription.id))[0]!.id);
    expect(await isDelinquent(customer)).toBe(false);
  });

  it('is not delinquent for a first payment that is declined', async () => {
    const { subscription, customer } = await subscribed(stripe, { payment_behavior: 'default_incomplete' });
    await stripe.invoices
      .pay(subscription.latest_invoice as string, {
        payment_method: await payWith(customer, 'pm_card_chargeCustomerFail'),
      })
      .catch(() => undefined);
    expect(await isDelinquent(customer)).toBe(false);
  });

  it('gets a currency with the first subscription, which is told once', async () => {
    const { customer } = await subscribed(stripe);
    const told = (await eventsAbout(stripe, customer)).filter(
      ({ data }) => data.previous_attributes && 'currency' in data.previous_attributes,
    );
    expect(told).toMatchObject([{ type: 'customer.updated', data: { previous_attributes: { currency: null } } }]);
  });

  it('has a footer and fields for invoices that say nothing else', async () => {
    const settings = { footer: 'Thanks', custom_fields: [{ name: 'PO', value: '7' }] };
    const { subscription } = await subscribed(stripe, { expand: ['latest_invoice'] }, { invoice_settings: settings });
    expect(latestInvoice(subscription)).toMatchObject(settings);
    const { id: customer } = await stripe.customers.create({ invoice_settings: settings });
    const invoice = await stripe.invoices.create({ customer, footer: 'Bye' });
    expect(invoice).toMatchObject({ ...settings, footer: 'Bye' });
  });
});

describe('what is on a test clock', () => {
  it('is found by its clock or its customer alone', async () => {
    const { customer, clock, subscription } = await subscribed(stripe);
    const ids = async (list: Promise<{ readonly data: readonly { readonly id: string }[] }>): Promise<string[]> =>
      (await list).data.map(({ id }) => id);
    expect(await ids(stripe.customers.list())).not.toContain(customer);
    expect(await ids(stripe.customers.list({ test_clock: clock }))).toEqual([customer]);
    expect(await ids(stripe.subscriptions.list())).not.toContain(subscription.id);
    expect(await ids(stripe.subscriptions.list({ test_clock: clock }))).toEqual([subscription.id]);
    expect(await ids(stripe.subscriptions.list({ customer }))).toEqual([subscription.id]);
  });
});

describe('payments of more than an invoice', () => {
  it('leave the rest as credit', async () => {
    const customer = await customerWithCard(stripe);
    const draft = await stripe.invoices.create({ customer });
    await stripe.invoiceItems.create({ customer, invoice: draft.id, amount: 1000, currency: 'usd' });
    const { id } = await stripe.invoices.finalizeInvoice(draft.id);
    for (const amount of [400, 900]) {
      const intent = await stripe.paymentIntents.create({
        amount,
        currency: 'usd',
        customer,
        payment_method: 'pm_card_visa',
        allowed_payment_method_types: ['card'],
        confirm: true,
      });
      await stripe.invoices.attachPayment(id, { payment_intent: intent.id });
    }
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_overpaid: 300 });
    expect((await stripe.customers.listBalanceTransactions(customer)).data).toMatchObject([
      { amount: -300, type: 'invoice_overpaid', invoice: id },
    ]);
    expect((await eventsAbout(stripe, id)).map(({ type }) => type)).toContain('invoice.overpaid');
  });
});

describe('a way to pay that is collected with a trial', () => {
  it('is that of the subscription once it is set up', async () => {
    const { subscription } = await subscribed(
      stripe,
      {
        trial_period_days: 5,
        payment_behavior: 'default_incomplete',
        payment_settings: { save_default_payment_method: 'on_subscription' },
      },
      { hasCard: false },
    );
    const setup = await stripe.setupIntents.confirm(subscription.pending_setup_intent as string, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example.com',
    });
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      pending_setup_intent: null,
      default_payment_method: setup.payment_method,
    });
  });
});

describe('the intent of an invoice', () => {
  it('asks for 3-D Secure as often as the subscription says', async () => {
    const { subscription } = await subscribed(stripe, {
      payment_behavior: 'default_incomplete',
      payment_settings: {
        payment_method_types: ['card'],
        payment_method_options: { card: { request_three_d_secure: 'any' } },
      },
    });
    const [payment] = (await stripe.invoicePayments.list({ invoice: subscription.latest_invoice as string })).data;
    const intent = await stripe.paymentIntents.retrieve(payment!.payment.payment_intent as string);
    expect(intent.payment_method_options).toMatchObject({ card: { request_three_d_secure: 'any' } });
  });
});

describe('entitlements', () => {
  it('are told with those that there were', async () => {
    const feature = await stripe.entitlements.features.create({ name: 'Export', lookup_key: 'export' });
    const product = await stripe.products.create({ name: 'Gold' });
    await stripe.products.createFeature(product.id, { entitlement_feature: feature.id });
    const { id: price } = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'month' },
    });
    const { customer } = await subscribed(stripe, { items: [{ price }] });
    const { data } = await stripe.events.list({ type: 'entitlements.active_entitlement_summary.updated' });
    const told = data.find(({ data: { object } }) => (object as { customer?: string }).customer === customer);
    expect(told!.data).toMatchObject({
      object: { entitlements: { data: [{ feature: feature.id }] } },
      previous_attributes: { entitlements: { data: [] } },
    });
  });
});

describe('a schedule', () => {
  it('takes prices that are described in its phases, and that are archived before they begin', async () => {
    const { customer, advance } = await onClock(stripe);
    const product = await stripe.products.create({ name: 'Gold' });
    const later = await priced(stripe, { unit_amount: 800 });
    const { subscription } = await stripe.subscriptionSchedules.create({
      customer,
      start_date: 'now',
      phases: [
        {
          items: [
            {
              price_data: { currency: 'usd', product: product.id, unit_amount: 700, recurring: { interval: 'month' } },
            },
          ],
          duration: { interval: 'month' },
        },
        { items: [{ price: later }], duration: { interval: 'month' } },
      ],
    });
    await stripe.prices.update(later, { active: false });
    const priceNow = async (): Promise<number | null> =>
      (await stripe.subscriptions.retrieve(subscription as string)).items.data[0]!.price.unit_amount;
    expect(await priceNow()).toBe(700);
    await advance(noonOf(2, 1) + 7200);
    expect(await priceNow()).toBe(800);
  });

  it('is told by the subscription that it is put on', async () => {
    const { subscription } = await subscribed(stripe);
    const { id } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    expect((await eventsAbout(stripe, subscription.id)).at(-1)).toMatchObject({
      type: 'customer.subscription.updated',
      data: { object: { schedule: id }, previous_attributes: { schedule: null } },
    });
  });
});

describe('a quote', () => {
  it('with a price that is described in it becomes a subscription', async () => {
    const customer = await customerWithCard(stripe);
    const product = await stripe.products.create({ name: 'Gold' });
    const { id } = await stripe.quotes.create({
      customer,
      line_items: [
        { price_data: { currency: 'usd', product: product.id, unit_amount: 700, recurring: { interval: 'month' } } },
      ],
    });
    await stripe.quotes.finalizeQuote(id);
    const { subscription } = await stripe.quotes.accept(id);
    expect(await stripe.subscriptions.retrieve(subscription as string)).toMatchObject({
      items: { data: [{ price: { unit_amount: 700 } }] },
    });
  });
});
