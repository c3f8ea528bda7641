import Stripe from 'stripe';
import { COMPLETE_ACCOUNT, customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** Products of Stripe that fewer people use, each by its page of https://docs.stripe.com. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const ADDRESS = {
  line1: '354 Oyster Point Blvd',
  city: 'South San Francisco',
  state: 'CA',
  postal_code: '94080',
  country: 'US',
};
const wrong = (error: Stripe.errors.StripeError) => [error.statusCode, error.code, error.param];

describe('Issuing', () => {
  const cardholder = (given: Partial<Stripe.Issuing.CardholderCreateParams> = {}) =>
    stripe.issuing.cardholders.create({
      name: 'Jenny Rosen',
      email: 'jenny@example.com',
      type: 'individual',
      billing: { address: ADDRESS },
      ...given,
    });
  const card = async () =>
    stripe.issuing.cards.create({
      cardholder: (await cardholder()).id,
      currency: 'usd',
      type: 'virtual',
      status: 'active',
    });

  beforeAll(async () => {
    await running.platform.fetch('/stripe/v1/test_helpers/issuing/fund_balance', {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_backlot', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'amount=500000&currency=usd',
    });
  });

  it('needs a name and an address of a cardholder', async () => {
    expect(
      wrong(await failure(stripe.issuing.cardholders.create({ name: 'Jenny', type: 'individual' } as never))),
    ).toEqual([400, 'parameter_missing', 'billing']);
    const made = await cardholder();
    expect(made).toMatchObject({
      object: 'issuing.cardholder',
      status: 'active',
      requirements: { past_due: expect.any(Array) as string[] },
    });
    expect((await stripe.issuing.cardholders.list({ email: 'jenny@example.com' })).data.map(({ id }) => id)).toContain(
      made.id,
    );
    expect(
      (await stripe.issuing.cardholders.update(made.id, { phone_number: '+18008675309', status: 'inactive' })).status,
    ).toBe('inactive');
  });

  it('makes no active card of an inactive cardholder', async () => {
    const { id } = await cardholder({ status: 'inactive' });
    const refused = stripe.issuing.cards.create({ cardholder: id, currency: 'usd', type: 'virtual', status: 'active' });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('authorizes, raises, takes back and captures', async () => {
    const { id } = await card();
    const { authorizations } = stripe.testHelpers.issuing;
    const made = await authorizations.create({ amount: 1000, card: id });
    expect(made).toMatchObject({ approved: true, status: 'pending', amount: 1000 });
    expect(await authorizations.increment(made.id, { increment_amount: 500 })).toMatchObject({ amount: 1500 });
    expect(await authorizations.reverse(made.id, { reverse_amount: 300 })).toMatchObject({
      amount: 1200,
      status: 'pending',
    });
    const captured = await authorizations.capture(made.id, { capture_amount: 1200 });
    expect(captured).toMatchObject({ status: 'closed', transactions: [{ type: 'capture', amount: -1200 }] });
    const { data } = await stripe.issuing.transactions.list({ card: id });
    const refunded = await stripe.testHelpers.issuing.transactions.refund(data[0]!.id, { refund_amount: 200 });
    expect((await stripe.issuing.transactions.list({ card: id, type: 'refund' })).data).toHaveLength(1);
    expect(refunded).toMatchObject({ object: 'issuing.transaction' });
    expect(await failure(authorizations.expire(made.id))).toMatchObject({ statusCode: 400 });
  });
});

describe('Terminal', () => {
  it('cancels what a reader waits for', async () => {
    const { id: location } = await stripe.terminal.locations.create({ display_name: 'Shop', address: ADDRESS });
    const reader = await stripe.terminal.readers.create({
      registration_code: 'simulated-wpe',
      location,
      label: 'Till',
    });
    expect(reader).toMatchObject({
      object: 'terminal.reader',
      label: 'Till',
      status: 'online',
      device_type: 'simulated_wisepos_e',
      action: null,
    });
    const { id } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      allowed_payment_method_types: ['card_present'],
    });
    const waiting = await stripe.terminal.readers.processPaymentIntent(reader.id, { payment_intent: id });
    expect(waiting.action).toMatchObject({
      type: 'process_payment_intent',
      status: 'in_progress',
      process_payment_intent: { payment_intent: id },
    });
    expect(await stripe.terminal.readers.cancelAction(reader.id)).toMatchObject({ action: null });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_payment_method');
    expect(wrong(await failure(stripe.terminal.readers.create({ registration_code: 'nothing' })))[0]).toBe(400);
    expect((await stripe.terminal.connectionTokens.create()).secret).toMatch(/^pst_test_/);
  });
});

describe('Tax', () => {
  const calculate = (given: Partial<Stripe.Tax.CalculationCreateParams> = {}) =>
    stripe.tax.calculations.create({
      currency: 'usd',
      line_items: [{ amount: 10_000, reference: 'L1', quantity: 2 }],
      customer_details: { address: ADDRESS, address_source: 'shipping' },
      ...given,
    });

  it('becomes a transaction once, whose reversal has the opposite amounts', async () => {
    await stripe.tax.registrations.create({
      country: 'US',
      country_options: { us: { state: 'CA', type: 'state_sales_tax' } },
      active_from: 'now',
    });
    const calculation = await calculate();
    expect(calculation).toMatchObject({
      object: 'tax.calculation',
      id: expect.stringMatching(/^taxcalc_/) as string,
      tax_amount_inclusive: 0,
    });
    expect(calculation.amount_total).toBe(10_000 + calculation.tax_amount_exclusive);
    expect(calculation.tax_amount_exclusive).toBeGreaterThan(0);
    const { data } = await stripe.tax.calculations.listLineItems(calculation.id!);
    expect(data[0]).toMatchObject({ amount: 10_000, reference: 'L1', quantity: 2, tax_behavior: 'exclusive' });
    const transaction = await stripe.tax.transactions.createFromCalculation({
      calculation: calculation.id!,
      reference: 'order-1',
      expand: ['line_items'],
    });
    expect(transaction).toMatchObject({ object: 'tax.transaction', type: 'transaction', reference: 'order-1' });
    const again = stripe.tax.transactions.createFromCalculation({ calculation: calculation.id!, reference: 'order-1' });
    expect(await failure(again)).toMatchObject({ statusCode: 400 });
    const reversal = await stripe.tax.transactions.createReversal({
      original_transaction: transaction.id,
      reference: 'order-1-refund',
      mode: 'full',
      expand: ['line_items'],
    });
    expect(reversal).toMatchObject({ type: 'reversal', reversal: { original_transaction: transaction.id } });
    expect(reversal.line_items!.data[0]!.amount).toBe(-10_000);
    expect((await stripe.tax.transactions.retrieve(transaction.id)).reference).toBe('order-1');
  });

  it('needs to know where the customer is', async () => {
    expect(await failure(calculate({ customer_details: {} }))).toMatchObject({ statusCode: 400 });
    expect(
      await failure(calculate({ customer_details: { address: { country: 'US' }, address_source: 'billing' } })),
    ).toMatchObject({ statusCode: 400, code: 'customer_tax_location_invalid' });
  });

  it('has settings that are pending until there is a head office', async () => {
    const fresh = await startStripe();
    const other = fresh.stripe;
    expect(await other.tax.settings.retrieve()).toMatchObject({
      object: 'tax.settings',
      status: 'pending',
      status_details: { pending: { missing_fields: expect.arrayContaining(['head_office']) as string[] } },
    });
    const settings = await other.tax.settings.update({
      defaults: { tax_behavior: 'exclusive', tax_code: 'txcd_10000000' },
      head_office: { address: ADDRESS },
    });
    expect(settings).toMatchObject({
      status: 'active',
      head_office: { address: { country: 'US' } },
      defaults: { tax_behavior: 'exclusive' },
    });
    await fresh.close();
  });

  it('expires a registration', async () => {
    const made = await stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    expect(made).toMatchObject({ object: 'tax.registration', status: 'active', country: 'DE', expires_at: null });
    expect((await stripe.tax.registrations.update(made.id, { expires_at: 'now' })).status).toBe('expired');
    expect((await stripe.tax.registrations.list({ status: 'expired' })).data.map(({ id }) => id)).toContain(made.id);
  });
});

describe('Radar', () => {
  it('approves what is under review, which closes it', async () => {
    const { id, latest_charge } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_riskLevelElevated',
      allowed_payment_method_types: ['card'],
      confirm: true,
      expand: ['latest_charge'],
    });
    const { review, outcome } = latest_charge as Stripe.Charge;
    expect(outcome).toMatchObject({ risk_level: 'elevated', type: 'manual_review' });
    const opened = await stripe.reviews.retrieve(review as string);
    expect(opened).toMatchObject({ open: true, reason: 'rule', payment_intent: id });
    expect((await stripe.reviews.list()).data.map((each) => each.id)).toContain(opened.id);
    expect(await stripe.reviews.approve(opened.id)).toMatchObject({
      open: false,
      reason: 'approved',
      closed_reason: 'approved',
    });
    expect(await failure(stripe.reviews.approve(opened.id))).toMatchObject({ statusCode: 400 });
    const types = (await stripe.events.list({ type: 'review.*' })).data.map(({ type }) => type);
    expect(types).toEqual(['review.closed', 'review.opened']);
  });

  it('warns of fraud early', async () => {
    const { latest_charge } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_createIssuerFraudRecord',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    const { data } = await stripe.radar.earlyFraudWarnings.list({ charge: latest_charge as string });
    expect(data[0]).toMatchObject({
      object: 'radar.early_fraud_warning',
      actionable: true,
      charge: latest_charge,
      fraud_type: expect.any(String) as string,
    });
    expect(await stripe.radar.earlyFraudWarnings.retrieve(data[0]!.id)).toMatchObject({ id: data[0]!.id });
  });

  it('keeps what is in a list of values once', async () => {
    const list = await stripe.radar.valueLists.create({
      alias: 'custom_ips',
      name: 'IPs',
      item_type: 'ip_address',
      metadata: { a: '1' },
    });
    const item = await stripe.radar.valueListItems.create({ value_list: list.id, value: '1.2.3.4' });
    expect(item).toMatchObject({ object: 'radar.value_list_item', value: '1.2.3.4', value_list: list.id });
    expect((await stripe.radar.valueLists.retrieve(list.id)).list_items.data.map(({ value }) => value)).toEqual([
      '1.2.3.4',
    ]);
    expect(
      (await stripe.radar.valueListItems.list({ value_list: list.id, value: '1.2.3' })).data.length,
    ).toBeLessThanOrEqual(1);
    expect(await failure(stripe.radar.valueListItems.create({ value_list: list.id, value: '1.2.3.4' }))).toMatchObject({
      statusCode: 400,
    });
    expect(
      await failure(stripe.radar.valueLists.create({ alias: 'custom_ips', name: 'Again', item_type: 'ip_address' })),
    ).toMatchObject({ statusCode: 400 });
  });
});

describe('Identity', () => {
  it('cancels and redacts a session', async () => {
    const session = await stripe.identity.verificationSessions.create({
      type: 'document',
      metadata: { user: '7' },
      options: { document: { require_matching_selfie: true } },
    });
    expect(session).toMatchObject({
      status: 'requires_input',
      last_error: null,
      client_secret: expect.any(String) as string,
      options: { document: { require_matching_selfie: true } },
    });
    const canceled = await stripe.identity.verificationSessions.cancel(session.id);
    expect(canceled).toMatchObject({ status: 'canceled', client_secret: null, url: null });
    expect(await failure(stripe.identity.verificationSessions.cancel(session.id))).toMatchObject({ statusCode: 400 });
    const redacted = await stripe.identity.verificationSessions.redact(session.id);
    expect(redacted.redaction!.status).toMatch(/redacted|processing/);
    expect(redacted.metadata).toEqual({});
  });

  it('needs a type that there is', async () => {
    expect(wrong(await failure(stripe.identity.verificationSessions.create({ type: 'palm' as never })))).toEqual([
      400,
      undefined,
      'type',
    ]);
  });
});

describe('Financial Connections', () => {
  it('needs to know whose accounts, and what for', async () => {
    const { id: customer } = await stripe.customers.create();
    const session = await stripe.financialConnections.sessions.create({
      account_holder: { type: 'customer', customer },
      permissions: ['payment_method', 'balances'],
    });
    expect(session).toMatchObject({
      object: 'financial_connections.session',
      client_secret: expect.stringMatching(/^fcsess_/) as string,
      accounts: { data: [] },
      permissions: ['payment_method', 'balances'],
      account_holder: { type: 'customer', customer },
    });
    expect(
      wrong(await failure(stripe.financialConnections.sessions.create({ permissions: ['balances'] } as never))),
    ).toEqual([400, 'parameter_missing', 'account_holder']);
    expect(
      await failure(
        stripe.financialConnections.sessions.create({
          account_holder: { type: 'customer', customer: 'cus_none' },
          permissions: ['balances'],
        }),
      ),
    ).toMatchObject({ code: 'resource_missing' });
  });
});

describe('Reporting and Sigma', () => {
  it('runs a report of a type that there is, with what it needs', async () => {
    const run = await stripe.reporting.reportRuns.create({
      report_type: 'balance.summary.1',
      parameters: { interval_start: 1_704_067_200, interval_end: 1_704_153_600 },
    });
    expect(run).toMatchObject({
      object: 'reporting.report_run',
      report_type: 'balance.summary.1',
      parameters: { interval_start: 1_704_067_200 },
    });
    expect(await failure(stripe.reporting.reportRuns.create({ report_type: 'none' }))).toMatchObject({
      statusCode: 400,
    });
    expect(await stripe.reporting.reportTypes.retrieve('balance.summary.1')).toMatchObject({
      object: 'reporting.report_type',
      version: 1,
    });
    expect((await stripe.sigma.scheduledQueryRuns.list()).data).toEqual([]);
    expect(await failure(stripe.sigma.scheduledQueryRuns.retrieve('sqr_none'))).toMatchObject({ statusCode: 404 });
  });
});

describe('entitlements', () => {
  it('are active while there is a subscription to a product with the feature', async () => {
    const feature = await stripe.entitlements.features.create({
      name: 'Exports',
      lookup_key: 'exports',
      metadata: { a: '1' },
    });
    expect(feature).toMatchObject({ object: 'entitlements.feature', active: true, lookup_key: 'exports' });
    expect(await failure(stripe.entitlements.features.create({ name: 'Again', lookup_key: 'exports' }))).toMatchObject({
      statusCode: 400,
    });
    const product = await stripe.products.create({
      name: 'Pro',
      default_price_data: { currency: 'usd', unit_amount: 900, recurring: { interval: 'month' } },
    });
    const attached = await stripe.products.createFeature(product.id, { entitlement_feature: feature.id });
    expect(attached).toMatchObject({ object: 'product_feature', entitlement_feature: { id: feature.id } });
    expect((await stripe.products.listFeatures(product.id)).data).toHaveLength(1);
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: product.default_price as string }] });
    const { data } = await stripe.entitlements.activeEntitlements.list({ customer });
    expect(data).toMatchObject([
      { object: 'entitlements.active_entitlement', feature: feature.id, lookup_key: 'exports' },
    ]);
    const [event] = (await stripe.events.list({ type: 'entitlements.active_entitlement_summary.updated' })).data;
    expect(event!.data.object).toMatchObject({ customer, entitlements: { data: [{ lookup_key: 'exports' }] } });
    await stripe.subscriptions.cancel(id);
    expect((await stripe.entitlements.activeEntitlements.list({ customer })).data).toEqual([]);
    expect(await stripe.products.deleteFeature(product.id, attached.id)).toMatchObject({ deleted: true });
    expect((await stripe.entitlements.features.update(feature.id, { active: false })).active).toBe(false);
  });
});

describe('keys and sessions of a customer', () => {
  it('are made for a version, and an ephemeral key ends within the hour', async () => {
    const { id: customer } = await stripe.customers.create();
    const key = await stripe.ephemeralKeys.create({ customer }, { apiVersion: '2024-06-20' });
    expect(key).toMatchObject({ object: 'ephemeral_key', secret: expect.stringMatching(/^ek_test_/) as string });
    expect(key.expires - key.created).toBe(3600);
    expect(await stripe.ephemeralKeys.del(key.id)).toMatchObject({ id: key.id });
    const response = await running.platform.fetch('/stripe/v1/ephemeral_keys', {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_backlot', 'content-type': 'application/x-www-form-urlencoded' },
      body: `customer=${customer}`,
    });
    expect(response.status).toBe(400);
    const session = await stripe.customerSessions.create({
      customer,
      components: { pricing_table: { enabled: true } },
    });
    expect(session).toMatchObject({
      object: 'customer_session',
      customer,
      components: { pricing_table: { enabled: true }, buy_button: { enabled: false } },
    });
    expect(session.expires_at).toBeGreaterThan(session.created);
  });
});

describe('the rest', () => {
  it('knows countries, and none that there is not', async () => {
    expect(await stripe.countrySpecs.retrieve('US')).toMatchObject({
      id: 'US',
      object: 'country_spec',
      default_currency: 'usd',
      supported_bank_account_currencies: { usd: ['US'] },
    });
    expect((await stripe.countrySpecs.list({ limit: 3 })).data).toHaveLength(3);
    expect(await failure(stripe.countrySpecs.retrieve('XX'))).toMatchObject({ statusCode: 404 });
  });

  it('registers a domain for Apple Pay and takes it away', async () => {
    const domain = await stripe.applePayDomains.create({ domain_name: 'shop.example.com' });
    expect(domain).toMatchObject({ object: 'apple_pay_domain', domain_name: 'shop.example.com' });
    expect((await stripe.applePayDomains.list({ domain_name: 'shop.example.com' })).data).toHaveLength(1);
    expect(await stripe.applePayDomains.del(domain.id)).toMatchObject({ deleted: true });
    expect(await failure(stripe.applePayDomains.retrieve(domain.id))).toMatchObject({ statusCode: 404 });
  });

  it('ends a link to a file', async () => {
    const file = await stripe.files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.from('%PDF-1.4'), name: 'a.pdf', type: 'application/pdf' },
    });
    const link = await stripe.fileLinks.create({ file: file.id, metadata: { a: '1' } });
    expect(link).toMatchObject({
      object: 'file_link',
      expired: false,
      expires_at: null,
      file: file.id,
      url: expect.stringMatching(/^http/) as string,
    });
    expect(await stripe.fileLinks.update(link.id, { expires_at: 'now' })).toMatchObject({ expired: true });
    expect((await stripe.fileLinks.list({ expired: true })).data.map(({ id }) => id)).toEqual([link.id]);
    const past = stripe.fileLinks.create({ file: file.id, expires_at: 1_000_000_000 });
    expect(await failure(past)).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.fileLinks.create({ file: 'file_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'file',
    });
  });

  it('keeps each attempt to set a card up, and the mandate of a debit', async () => {
    const declined = await failure(
      stripe.setupIntents.create({
        payment_method: 'pm_card_chargeDeclined',
        allowed_payment_method_types: ['card'],
        confirm: true,
      }),
    );
    const { setup_intent } = declined as unknown as { setup_intent: Stripe.SetupIntent };
    const { data } = await stripe.setupAttempts.list({ setup_intent: setup_intent.id });
    expect(data).toMatchObject([
      { object: 'setup_attempt', status: 'failed', setup_error: { code: 'card_declined' }, usage: 'off_session' },
    ]);
    expect(await failure(stripe.setupAttempts.list({} as never))).toMatchObject({
      code: 'parameter_missing',
      param: 'setup_intent',
    });
    expect(await failure(stripe.mandates.retrieve('mandate_none'))).toMatchObject({ statusCode: 404 });
  });

  it('ships at rates that are archived and not deleted', async () => {
    const rate = await stripe.shippingRates.create({
      display_name: 'Ground',
      type: 'fixed_amount',
      fixed_amount: { amount: 500, currency: 'usd' },
      delivery_estimate: { minimum: { unit: 'business_day', value: 3 }, maximum: { unit: 'business_day', value: 5 } },
    });
    expect(rate).toMatchObject({
      object: 'shipping_rate',
      active: true,
      tax_behavior: 'unspecified',
      fixed_amount: { amount: 500, currency: 'usd' },
    });
    expect((await stripe.shippingRates.update(rate.id, { active: false, metadata: { a: '1' } })).active).toBe(false);
    expect((await stripe.shippingRates.list({ active: false })).data.map(({ id }) => id)).toEqual([rate.id]);
    expect(wrong(await failure(stripe.shippingRates.create({ display_name: 'X', type: 'fixed_amount' })))[0]).toBe(400);
  });

  it('opens the portal at a flow, and only where it is configured', async () => {
    const customer = await customerWithCard(stripe);
    const configuration = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
    });
    expect(configuration).toMatchObject({ object: 'billing_portal.configuration', active: true, is_default: false });
    const session = await stripe.billingPortal.sessions.create({
      customer,
      configuration: configuration.id,
      return_url: 'https://example.com/account',
      flow_data: { type: 'payment_method_update' },
    });
    expect(session).toMatchObject({
      object: 'billing_portal.session',
      customer,
      configuration: configuration.id,
      flow: { type: 'payment_method_update' },
      url: expect.stringMatching(/^http/) as string,
    });
    const cancel = stripe.billingPortal.sessions.create({
      customer,
      configuration: configuration.id,
      flow_data: { type: 'subscription_cancel', subscription_cancel: { subscription: 'sub_none' } },
    });
    expect(await failure(cancel)).toMatchObject({ statusCode: 400 });
    expect((await stripe.billingPortal.configurations.update(configuration.id, { active: false })).active).toBe(false);
    const inactive = stripe.billingPortal.sessions.create({ customer, configuration: configuration.id });
    expect(await failure(inactive)).toMatchObject({ statusCode: 400 });
  });

  it('orders carbon removal by amount or by weight, and not by both', async () => {
    const { data } = await stripe.climate.products.list();
    const product = data[0]!.id;
    const order = await stripe.climate.orders.create({ product, metric_tons: Stripe.Decimal.from('0.01') });
    expect(order).toMatchObject({
      object: 'climate.order',
      product,
      status: expect.stringMatching(/awaiting_funds|confirmed/) as string,
    });
    expect(String(order.metric_tons)).toBe('0.01');
    expect(
      await failure(stripe.climate.orders.create({ product, metric_tons: Stripe.Decimal.from('0.01'), amount: 100 })),
    ).toMatchObject({
      statusCode: 400,
    });
    expect(await failure(stripe.climate.orders.create({ product }))).toMatchObject({ statusCode: 400 });
  });

  it('keeps a secret of an app for an account or a user', async () => {
    const secret = await stripe.apps.secrets.create({
      name: 'api',
      payload: 's3cret',
      scope: { type: 'user', user: 'usr_1' },
    });
    expect(secret).toMatchObject({ object: 'apps.secret', name: 'api', scope: { type: 'user', user: 'usr_1' } });
    expect(secret).not.toHaveProperty('payload', 's3cret');
    expect(
      await stripe.apps.secrets.find({ name: 'api', scope: { type: 'user', user: 'usr_1' }, expand: ['payload'] }),
    ).toMatchObject({ payload: 's3cret' });
    expect(
      await stripe.apps.secrets.deleteWhere({ name: 'api', scope: { type: 'user', user: 'usr_1' } }),
    ).toMatchObject({ deleted: true });
  });

  it('opens a financial account of Treasury for an account', async () => {
    const { id: stripeAccount } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const at = { stripeAccount };
    const made = await stripe.treasury.financialAccounts.create(
      {
        supported_currencies: ['usd'],
        features: {
          financial_addresses: { aba: { requested: true } },
          outbound_payments: { ach: { requested: true } },
          outbound_transfers: { ach: { requested: true } },
        },
      },
      at,
    );
    expect(made).toMatchObject({
      object: 'treasury.financial_account',
      status: 'open',
      supported_currencies: ['usd'],
      balance: { cash: { usd: 0 } },
    });
    const received = await stripe.testHelpers.treasury.receivedCredits.create(
      { financial_account: made.id, amount: 1000, currency: 'usd', network: 'ach' },
      at,
    );
    expect(received).toMatchObject({ object: 'treasury.received_credit', status: 'succeeded', amount: 1000 });
    expect((await stripe.treasury.financialAccounts.retrieve(made.id, {}, at)).balance.cash).toEqual({ usd: 1000 });
    const out = await stripe.treasury.outboundPayments.create(
      {
        financial_account: made.id,
        amount: 400,
        currency: 'usd',
        destination_payment_method_data: {
          type: 'us_bank_account',
          billing_details: { name: 'Kim', address: ADDRESS },
          us_bank_account: {
            account_holder_type: 'individual',
            account_number: '000123456789',
            routing_number: '110000000',
          },
        },
      },
      at,
    );
    expect(out).toMatchObject({ object: 'treasury.outbound_payment', status: 'processing' });
    expect((await stripe.treasury.outboundPayments.cancel(out.id, {}, at)).status).toBe('canceled');
    const tooMuch = stripe.treasury.outboundTransfers.create(
      {
        financial_account: made.id,
        amount: 1_000_000,
        currency: 'usd',
        destination_payment_method: 'pm_usBankAccount_success',
      },
      at,
    );
    expect(await failure(tooMuch)).toMatchObject({ statusCode: 400 });
  });
});
