import type Stripe from 'stripe';
import { failure, payByTransfer, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/customers, /tokens, /customer_tax_ids, /files, /cash_balance, /events, /webhook_endpoints and /ephemeral_keys */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const BANK = {
  country: 'US',
  currency: 'usd',
  account_holder_name: 'Jenny Rosen',
  account_holder_type: 'individual',
  routing_number: '110000000',
  account_number: '000123456789',
} as const;

describe('a customer', () => {
  it('begins without a balance, a discount or a currency', async () => {
    expect(await stripe.customers.create()).toMatchObject({
      balance: 0,
      currency: null,
      default_source: null,
      delinquent: false,
      email: null,
      invoice_prefix: expect.stringMatching(/^[A-Z0-9]{3,12}$/) as string,
      tax_exempt: 'none',
      metadata: {},
    });
  });

  it('loses a field by an empty string', async () => {
    const { id } = await stripe.customers.create({
      address: { city: 'Berlin' },
      shipping: { name: 'Ada', address: { city: 'Berlin' } },
    });
    expect(await stripe.customers.update(id, { address: '', shipping: '' })).toMatchObject({
      address: null,
      shipping: null,
    });
  });

  it('that was deleted can be changed no more', async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id);
    expect(await failure(stripe.customers.update(id, { name: 'Ada' }))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    expect(await failure(stripe.customers.del(id))).toMatchObject({ statusCode: 404 });
  });

  it('that was deleted can be charged no more', async () => {
    const { id: customer } = await stripe.customers.create();
    await stripe.customers.del(customer);
    expect(await failure(stripe.paymentIntents.create({ amount: 500, currency: 'usd', customer }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
    });
  });

  it('keeps its currency once it has been invoiced', async () => {
    const { id: customer } = await stripe.customers.create();
    await stripe.invoiceItems.create({ customer, amount: 500, currency: 'eur' });
    const { id } = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    await stripe.invoices.finalizeInvoice(id);
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).currency).toBe('eur');
  });

  it('is found by the exact email address, in its case', async () => {
    const { id } = await stripe.customers.create({ email: 'Case@example.com' });
    const list = async (email: string) => (await stripe.customers.list({ email })).data.map(({ id }) => id);
    expect(await list('Case@example.com')).toEqual([id]);
    expect(await list('case@example.com')).toEqual([]);
  });

  it('tells of its end', async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id);
    const { data } = await stripe.events.list({ type: 'customer.deleted', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id, object: 'customer' });
  });
});

describe('the tax id of a customer', () => {
  const add = async (type: string, value: string): Promise<Stripe.TaxId> => {
    const { id } = await stripe.customers.create();
    return stripe.customers.createTaxId(id, { type: type, value });
  };

  it('is verified later', async () => {
    expect(await add('eu_vat', 'DE123456789')).toMatchObject({
      type: 'eu_vat',
      country: 'DE',
      verification: { status: 'pending' },
    });
  });

  it.each([
    ['000000000', 'verified'],
    ['111111111', 'unverified'],
    ['222222222', 'pending'],
  ])('of the test value %s becomes %s', async (value, status) => {
    const taxId = await add('eu_vat', value);
    await running.platform.clock.advance('10m');
    const { verification } = await stripe.customers.retrieveTaxId(taxId.customer as string, taxId.id);
    expect(verification!.status).toBe(status);
  });

  it('is refused in another form', async () => {
    expect(await failure(add('eu_vat', '123'))).toMatchObject({ statusCode: 400, code: 'tax_id_invalid' });
  });

  it('of a type without verification has none', async () => {
    expect((await add('us_ein', '12-3456789')).verification?.status).not.toBe('verified');
  });
});

describe('a token', () => {
  it('of a card shows the end of its number, and is used once', async () => {
    const token = await stripe.tokens.create({
      card: { number: '4242424242424242', exp_month: '5', exp_year: '2040', cvc: '314' },
    });
    expect(token).toMatchObject({ type: 'card', used: false, card: { last4: '4242', brand: 'Visa', exp_month: 5 } });
    await stripe.charges.create({ amount: 500, currency: 'usd', source: token.id });
    expect((await stripe.tokens.retrieve(token.id)).used).toBe(true);
    expect(await failure(stripe.charges.create({ amount: 500, currency: 'usd', source: token.id }))).toMatchObject({
      statusCode: 400,
      code: 'token_already_used',
    });
  });

  it('of a bank account shows the end of its number', async () => {
    expect(await stripe.tokens.create({ bank_account: BANK })).toMatchObject({
      type: 'bank_account',
      bank_account: { last4: '6789', routing_number: '110000000', status: 'new', bank_name: 'STRIPE TEST BANK' },
    });
  });

  it.each([
    ['account number', { account_number: '12' }],
    ['routing number', { routing_number: '111111111' }],
  ])('of a bank account with a wrong %s is refused', async (_what, wrong) => {
    const refused = stripe.tokens.create({ bank_account: { ...BANK, ...wrong } });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('of personal data, a person, an account or a code shows nothing of it', async () => {
    const made = [
      await stripe.tokens.create({ pii: { id_number: '000000000' } }),
      await stripe.tokens.create({ person: { first_name: 'Jane', relationship: { owner: true } } }),
      await stripe.tokens.create({ account: { business_type: 'individual', individual: { first_name: 'Jane' } } }),
      await stripe.tokens.create({ cvc_update: { cvc: '123' } }),
    ];
    expect(made.map(({ type }) => type)).toEqual(['pii', 'person', 'account', 'cvc_update']);
    expect(JSON.stringify(made)).not.toMatch(/000000000|Jane/);
  });

  it('needs something to stand for', async () => {
    expect(await failure(stripe.tokens.create({}))).toMatchObject({ statusCode: 400 });
  });
});

describe('a bank account of a customer', () => {
  const attach = async (): Promise<[string, string]> => {
    const { id: customer } = await stripe.customers.create();
    const { id: source } = await stripe.tokens.create({ bank_account: BANK });
    const account = await stripe.customers.createSource(customer, { source });
    return [customer, account.id];
  };

  it('is verified by the amounts of two small deposits', async () => {
    const [customer, account] = await attach();
    const verified = await stripe.customers.verifySource(customer, account, { amounts: [32, 45] });
    expect(verified.status).toBe('verified');
  });

  it('is not verified by other amounts', async () => {
    const [customer, account] = await attach();
    expect(await failure(stripe.customers.verifySource(customer, account, { amounts: [40, 41] }))).toMatchObject({
      statusCode: 400,
    });
    expect(await stripe.customers.retrieveSource(customer, account)).toMatchObject({ status: 'new' });
  });

  it('cannot be charged before it is verified', async () => {
    const [customer, source] = await attach();
    expect(await failure(stripe.charges.create({ amount: 500, currency: 'usd', customer, source }))).toMatchObject({
      statusCode: 400,
    });
  });
});

describe('a file', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const upload = (purpose: string): Promise<Stripe.File> =>
    stripe.files.create({
      purpose: purpose,
      file: { data: png, name: 'receipt.png', type: 'application/octet-stream' },
    });

  it('has its size, type, name and purpose', async () => {
    expect(await upload('dispute_evidence')).toMatchObject({
      object: 'file',
      filename: 'receipt.png',
      size: png.length,
      type: 'png',
      purpose: 'dispute_evidence',
    });
  });

  it('refuses a purpose that there is not', async () => {
    expect(await failure(upload('nonsense'))).toMatchObject({ statusCode: 400, param: 'purpose' });
  });

  it('is listed by its purpose', async () => {
    const { id } = await upload('business_logo');
    expect((await stripe.files.list({ purpose: 'business_logo' })).data.map(({ id }) => id)).toEqual([id]);
  });

  it('is linked to only when its purpose allows that', async () => {
    const { id: evidence } = await upload('identity_document');
    expect(await failure(stripe.fileLinks.create({ file: evidence }))).toMatchObject({ statusCode: 400 });
    const { id: logo } = await upload('business_logo');
    expect(await stripe.fileLinks.create({ file: logo })).toMatchObject({ file: logo, expired: false });
  });

  it('has links that expire', async () => {
    const { id: file } = await upload('business_logo');
    const link = await stripe.fileLinks.create({ file });
    expect(await stripe.fileLinks.update(link.id, { expires_at: 'now' })).toMatchObject({ expired: true });
  });
});

describe('the cash balance of a customer', () => {
  it('is funded, and shows what came in', async () => {
    const { id } = await stripe.customers.create();
    await stripe.testHelpers.customers.fundCashBalance(id, { amount: 3000, currency: 'eur', reference: 'INV-1' });
    expect((await stripe.customers.retrieveCashBalance(id)).available).toEqual({ eur: 3000 });
    const { data } = await stripe.customers.listCashBalanceTransactions(id);
    expect(data).toMatchObject([{ type: 'funded', net_amount: 3000, ending_balance: 3000, currency: 'eur' }]);
  });

  it('pays a payment intent by bank transfer as soon as it is enough', async () => {
    const { id: customer } = await stripe.customers.create();
    const intent = await payByTransfer(stripe, customer, 2500);
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'display_bank_transfer_instructions' },
    });
    await stripe.testHelpers.customers.fundCashBalance(customer, { amount: 2500, currency: 'eur' });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded');
    expect((await stripe.customers.retrieveCashBalance(customer)).available).toEqual({ eur: 0 });
  });
});

describe('a cash balance that is applied by hand', () => {
  it('pays an intent in parts, and no more than there is', async () => {
    const { id: customer } = await stripe.customers.create();
    const changed = await stripe.customers.updateCashBalance(customer, { settings: { reconciliation_mode: 'manual' } });
    expect(changed.settings).toEqual({ reconciliation_mode: 'manual', using_merchant_default: false });
    const { id } = await payByTransfer(stripe, customer, 2500);
    await stripe.testHelpers.customers.fundCashBalance(customer, { amount: 2500, currency: 'eur' });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_action');
    const tooMuch = stripe.paymentIntents.applyCustomerBalance(id, { amount: 2501, currency: 'eur' });
    expect(await failure(tooMuch)).toMatchObject({ statusCode: 400, param: 'amount' });
    const partly = await stripe.paymentIntents.applyCustomerBalance(id, { amount: 1000, currency: 'eur' });
    expect(partly.next_action!.display_bank_transfer_instructions!.amount_remaining).toBe(1500);
    expect((await stripe.paymentIntents.applyCustomerBalance(id)).status).toBe('succeeded');
    expect((await stripe.customers.retrieveCashBalance(customer)).available).toEqual({ eur: 0 });
  });
});

describe('an ephemeral key', () => {
  it('is for a version that is named', async () => {
    const { id: customer } = await stripe.customers.create();
    const key = await stripe.ephemeralKeys.create({ customer }, { apiVersion: '2024-06-20' });
    expect(key).toMatchObject({ object: 'ephemeral_key', secret: expect.stringMatching(/^ek_test_/) as string });
    expect(key.expires).toBeGreaterThan(key.created);
    expect(await stripe.ephemeralKeys.del(key.id)).toMatchObject({ id: key.id });
  });
});

describe('a customer session', () => {
  it('says what each component may do', async () => {
    const { id: customer } = await stripe.customers.create();
    const session = await stripe.customerSessions.create({
      customer,
      components: { payment_element: { enabled: true, features: { payment_method_save: 'enabled' } } },
    });
    expect(session).toMatchObject({
      customer,
      client_secret: expect.stringMatching(/^cuss_/) as string,
      components: {
        payment_element: {
          enabled: true,
          features: { payment_method_save: 'enabled', payment_method_redisplay: 'disabled' },
        },
        pricing_table: { enabled: false },
      },
    });
    expect(session.expires_at).toBeGreaterThan(session.created);
  });

  it('is for a customer that there is', async () => {
    const components = { buy_button: { enabled: true } };
    expect(await failure(stripe.customerSessions.create({ customer: 'cus_nobody', components }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    });
  });
});

describe('an event', () => {
  it('says what happened, and to which version', async () => {
    const { id } = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'event-1' });
    const { data } = await stripe.events.list({ type: 'customer.created', limit: 1 });
    expect(data[0]).toMatchObject({
      object: 'event',
      api_version: expect.stringMatching(/^\d{4}-\d\d-\d\d/) as string,
      data: { object: { id, name: 'Ada' } },
      request: { id: expect.stringMatching(/^req_/) as string, idempotency_key: 'event-1' },
      pending_webhooks: 0,
    });
    expect(data[0]!.data).not.toHaveProperty('previous_attributes');
    expect((await stripe.events.retrieve(data[0]!.id)).id).toBe(data[0]!.id);
  });

  it('keeps the object as it was then', async () => {
    const { id } = await stripe.customers.create({ name: 'Ada' });
    await stripe.customers.update(id, { name: 'Bob' });
    const { data } = await stripe.events.list({ type: 'customer.created', limit: 1 });
    expect(data[0]!.data.object).toMatchObject({ id, name: 'Ada' });
  });

  it('of a change says only what changed, in nested objects too', async () => {
    const { id } = await stripe.customers.create({ address: { city: 'Berlin', country: 'DE' }, metadata: { a: '1' } });
    await stripe.customers.update(id, { address: { city: 'Bonn', country: 'DE' }, metadata: { b: '2' } });
    const { data } = await stripe.events.list({ type: 'customer.updated', limit: 1 });
    expect(data[0]!.data.previous_attributes).toEqual({ address: { city: 'Berlin' }, metadata: { b: null } });
  });
});

describe('a webhook endpoint', () => {
  it('needs a URL and events', async () => {
    expect(
      await failure(
        stripe.webhookEndpoints.create({ url: 'https://example.com' } as Stripe.WebhookEndpointCreateParams),
      ),
    ).toMatchObject({ code: 'parameter_missing', param: 'enabled_events' });
  });

  it('has a secret that begins with whsec_, and a status', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: 'https://example.com/hook',
      enabled_events: ['charge.failed'],
    });
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^whsec_/) as string,
      status: 'enabled',
      enabled_events: ['charge.failed'],
      livemode: false,
    });
    expect(await stripe.webhookEndpoints.update(made.id, { disabled: true })).toMatchObject({ status: 'disabled' });
    expect(await stripe.webhookEndpoints.del(made.id)).toEqual({
      id: made.id,
      object: 'webhook_endpoint',
      deleted: true,
    });
  });

  it('of the SDK refuses a signature that is wrong or old', () => {
    const payload = JSON.stringify({ id: 'evt_1', object: 'event' });
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_1' });
    expect(stripe.webhooks.constructEvent(payload, header, 'whsec_1').id).toBe('evt_1');
    expect(() => stripe.webhooks.constructEvent(payload, header, 'whsec_2')).toThrow(/signature/);
  });
});

describe('a new customer', () => {
  it('has the identifier that it was given, once', async () => {
    const given = { id: 'cus_mine', name: 'Mine' } as Stripe.CustomerCreateParams;
    expect((await stripe.customers.create(given)).id).toBe('cus_mine');
    expect(await stripe.customers.retrieve('cus_mine')).toMatchObject({ name: 'Mine' });
    await expect(stripe.customers.create(given)).rejects.toMatchObject({ code: 'resource_already_exists' });
    await expect(stripe.customers.create({ id: 'a/b' } as never)).rejects.toMatchObject({ code: 'parameter_unknown' });
  });
});
