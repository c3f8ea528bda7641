import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** Alerts, feedback options, templates of invoices, trial offers and settings of the balance. */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

describe('a billing alert', () => {
  const meterOf = (event_name: string): Promise<Stripe.Billing.Meter> =>
    stripe.billing.meters.create({ display_name: event_name, event_name, default_aggregation: { formula: 'sum' } });
  const use = (event_name: string, customer: string, value: string): Promise<unknown> =>
    stripe.billing.meterEvents.create({ event_name, payload: { stripe_customer_id: customer, value } });
  const triggered = async (): Promise<object[]> =>
    (await stripe.events.list({ type: 'billing.alert.triggered' })).data.map(({ data }) => data.object);
  const threshold = (meter: string, customer?: string): Stripe.Billing.AlertCreateParams => ({
    alert_type: 'usage_threshold',
    title: 'Much used',
    usage_threshold: {
      gte: 100,
      meter,
      recurrence: 'one_time',
      ...(customer !== undefined && { filters: [{ type: 'customer', customer }] }),
    },
  });

  it('is triggered once for each customer whose usage reaches it', async () => {
    const meter = await meterOf('calls');
    const { id: one } = await stripe.customers.create();
    const { id: other } = await stripe.customers.create();
    await use('calls', one, '1000');
    await running.platform.clock.advance(1000);
    const alert = await stripe.billing.alerts.create(threshold(meter.id));
    expect(alert).toMatchObject({
      object: 'billing.alert',
      status: 'active',
      usage_threshold: { filters: [], gte: 100 },
    });
    await use('calls', one, '99');
    expect(await triggered()).toEqual([]);
    await use('calls', one, '2');
    await use('calls', one, '50');
    expect(await triggered()).toMatchObject([
      { object: 'billing.alert_triggered', alert: { id: alert.id }, customer: one, value: 101 },
    ]);
    await use('calls', other, '100');
    expect(await triggered()).toMatchObject([{ customer: other, value: 100 }, { customer: one }]);
  });

  it('can be about one customer, turned off and archived', async () => {
    const meter = await meterOf('tokens');
    const { id: one } = await stripe.customers.create();
    const { id: other } = await stripe.customers.create();
    const { id } = await stripe.billing.alerts.create(threshold(meter.id, one));
    const before = (await triggered()).length;
    await use('tokens', other, '500');
    await stripe.billing.alerts.deactivate(id);
    await use('tokens', one, '500');
    expect(await triggered()).toHaveLength(before);
    await running.platform.clock.advance(1000);
    expect(await stripe.billing.alerts.activate(id)).toMatchObject({ status: 'active' });
    await use('tokens', one, '100');
    expect(await triggered()).toHaveLength(before + 1);
    expect((await stripe.billing.alerts.list({ meter: meter.id })).data).toHaveLength(1);
    expect(await stripe.billing.alerts.archive(id)).toMatchObject({ status: 'archived' });
    expect((await stripe.billing.alerts.list({ meter: meter.id })).data).toEqual([]);
    expect(await failure(stripe.billing.alerts.activate(id))).toMatchObject({ statusCode: 400 });
  });

  it('is refused without a meter or a threshold', async () => {
    const missing = stripe.billing.alerts.create(threshold('mtr_none'));
    expect(await failure(missing)).toMatchObject({ code: 'resource_missing', param: 'usage_threshold[meter]' });
    const empty = stripe.billing.alerts.create({ alert_type: 'usage_threshold', title: 'x' });
    expect(await failure(empty)).toMatchObject({ code: 'parameter_missing', param: 'usage_threshold' });
  });
});

it('keeps feedback options until they are deactivated', async () => {
  const { id } = await stripe.billing.feedbackOptions.create({ description: 'Too dear' });
  expect(await stripe.billing.feedbackOptions.update(id, { description: 'Too expensive' })).toMatchObject({
    description: 'Too expensive',
    status: 'active',
  });
  const off = await stripe.billing.feedbackOptions.deactivate(id);
  expect(off).toMatchObject({
    status: 'inactive',
    status_transitions: { deactivated_at: expect.any(Number) as number },
  });
  expect((await stripe.billing.feedbackOptions.list({ status: 'active' })).data).toEqual([]);
  expect((await stripe.billing.feedbackOptions.list({ status: 'inactive' })).data).toEqual([off]);
  const long = stripe.billing.feedbackOptions.create({ description: 'x'.repeat(101) });
  expect(await failure(long)).toMatchObject({ statusCode: 400, param: 'description' });
});

describe('an invoice rendering template', () => {
  it('is used by invoices until it is archived', async () => {
    const [template] = (await stripe.invoiceRenderingTemplates.list()).data;
    const { id } = template!;
    const { id: customer } = await stripe.customers.create({
      invoice_settings: { rendering_options: { template: id } },
    });
    const rendering = { template: id };
    const given = await stripe.invoices.create({ customer, rendering: { template: id, pdf: { page_size: 'a4' } } });
    expect(given.rendering).toEqual({
      amount_tax_display: null,
      pdf: { page_size: 'a4' },
      template: id,
      template_version: 1,
    });
    expect(await stripe.invoiceRenderingTemplates.archive(id)).toMatchObject({ status: 'archived' });
    expect(await failure(stripe.invoices.create({ customer, rendering }))).toMatchObject({
      param: 'rendering[template]',
    });
    expect((await stripe.invoices.create({ customer })).rendering).toMatchObject({ template: id });
    expect((await stripe.invoiceRenderingTemplates.list({ status: 'active' })).data).toEqual([]);
    expect(await stripe.invoiceRenderingTemplates.unarchive(id)).toEqual(template);
    const none = stripe.invoices.create({ customer, rendering: { template: 'inrtem_none' } });
    expect(await failure(none)).toMatchObject({ code: 'resource_missing', param: 'rendering[template]' });
    const version = stripe.invoiceRenderingTemplates.retrieve(id, { version: 7 });
    expect(await failure(version)).toMatchObject({ statusCode: 400, param: 'version' });
  });
});

it('offers trials of recurring prices', async () => {
  const recurring = { interval: 'month' } as const;
  const price = async (unit_amount: number, given: object = { recurring }): Promise<string> =>
    (await stripe.prices.create({ currency: 'usd', unit_amount, product_data: { name: 'Plan' }, ...given })).id;
  const [cheap, full] = [await price(100), await price(1000)];
  const given = {
    duration: { type: 'relative', relative: { iterations: 2 } },
    end_behavior: { transition: { price: full } },
  };
  const offer = await stripe.productCatalog.trialOffers.create({ ...given, price: cheap, nickname: 'Start' });
  expect(offer).toMatchObject({
    active: true,
    price: cheap,
    nickname: 'Start',
    duration: { relative: { iterations: 2 } },
    end_behavior: { type: 'transition', transition: { price: full } },
  });
  expect((await stripe.productCatalog.trialOffers.list({ prices: [cheap] })).data).toEqual([offer]);
  expect((await stripe.productCatalog.trialOffers.list({ prices: [full] })).data).toEqual([]);
  expect(await stripe.productCatalog.trialOffers.update(offer.id, { active: false })).toMatchObject({ active: false });
  const once = stripe.productCatalog.trialOffers.create({ ...given, price: await price(5, {}) });
  expect(await failure(once)).toMatchObject({ statusCode: 400, param: 'price' });
});

describe('the settings of a balance', () => {
  it('say for how long charges are held', async () => {
    const update = (delay_days_override: number | ''): Promise<Stripe.BalanceSettings> =>
      stripe.balanceSettings.update({ payments: { settlement_timing: { delay_days_override } } });
    const { payments } = await update(7);
    expect(payments.settlement_timing).toMatchObject({ delay_days: 7, delay_days_override: 7 });
    const cleared = (await update('')).payments.settlement_timing;
    expect(cleared.delay_days).toBe(2);
    expect(cleared).not.toHaveProperty('delay_days_override');
  });

  it('are refused where they cannot be', async () => {
    const weekly = stripe.balanceSettings.update({ payments: { payouts: { schedule: { interval: 'weekly' } } } });
    expect(await failure(weekly)).toMatchObject({ param: 'payments[payouts][schedule][weekly_payout_days]' });
    const long = stripe.balanceSettings.update({ payments: { settlement_timing: { delay_days_override: 40 } } });
    expect(await failure(long)).toMatchObject({ param: 'payments[settlement_timing][delay_days_override]' });
    const minimum = stripe.balanceSettings.update({
      payments: { payouts: { minimum_balance_by_currency: { usd: -1 } } },
    });
    expect(await failure(minimum)).toMatchObject({ statusCode: 400 });
  });
});

it('keeps the settings of taxes in each account', async () => {
  const { id: stripeAccount } = await stripe.accounts.create({ type: 'custom' });
  const office = (country: string): Stripe.Tax.SettingsUpdateParams => ({ head_office: { address: { country } } });
  await stripe.tax.settings.update(office('DE'));
  await stripe.tax.settings.update(office('FR'), { stripeAccount });
  expect((await stripe.tax.settings.retrieve()).head_office!.address.country).toBe('DE');
});
