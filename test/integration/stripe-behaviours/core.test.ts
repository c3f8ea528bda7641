import Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/api/errors, /api/idempotent_requests, /api/metadata, /api/pagination and /api/expanding_objects */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const customers = async (count: number, email: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let made = 0; made < count; made++) ids.push((await stripe.customers.create({ email })).id);
  return ids.reverse();
};
/** What an SDK never sends. */
const post = (type: string, body: string): Promise<Response> =>
  running.platform.fetch('/v1/customers', {
    method: 'POST',
    headers: {
      host: `stripe.localhost:${running.platform.port}`,
      authorization: 'Bearer sk_test_backlot',
      'content-type': type,
    },
    body,
  });
const ids = ({ data }: { data: { id: string }[] }): string[] => data.map(({ id }) => id);

describe('an error', () => {
  it('says what there is not', async () => {
    expect(await failure(stripe.customers.retrieve('cus_nobody'))).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
      message: "No such customer: 'cus_nobody'",
      doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
    });
  });

  it.each([
    ['products', 'prod_x', 'product', 'id'],
    ['prices', 'price_x', 'price', 'price'],
    ['paymentIntents', 'pi_x', 'payment_intent', 'intent'],
    ['setupIntents', 'seti_x', 'setupintent', 'intent'],
    ['subscriptions', 'sub_x', 'subscription', 'id'],
    ['invoices', 'in_x', 'invoice', 'id'],
    ['charges', 'ch_x', 'charge', 'id'],
    ['refunds', 're_x', 'refund', 'refund'],
    ['disputes', 'du_x', 'dispute', 'dispute'],
    ['payouts', 'po_x', 'payout', 'payout'],
    ['paymentMethods', 'pm_x', 'PaymentMethod', 'payment_method'],
    ['files', 'file_x', 'file upload', 'id'],
    ['coupons', 'x', 'coupon', 'coupon'],
    ['events', 'evt_x', 'event', 'id'],
  ] as const)('names what there is not among %s', async (resource, id, noun, param) => {
    const error = await failure((stripe[resource] as unknown as Stripe.CustomerResource).retrieve(id));
    expect(error).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: `No such ${noun}: '${id}'`,
      param,
    });
  });

  it('names the request, and where its log is', async () => {
    const error = await failure(stripe.customers.retrieve('cus_nobody'));
    expect(error.requestId).toMatch(/^req_\w+$/);
    expect((error.raw as { request_log_url: string }).request_log_url).toContain(error.requestId);
  });

  it('says which parameter there is not', async () => {
    const refused = stripe.customers.create({ nmae: 'Ada' } as Stripe.CustomerCreateParams);
    expect(await failure(refused)).toMatchObject({
      statusCode: 400,
      code: 'parameter_unknown',
      param: 'nmae',
      message: expect.stringContaining('Received unknown parameter: nmae') as string,
    });
  });

  it('says which parameter is empty', async () => {
    const refused = stripe.paymentIntents.create({ amount: 2000, currency: '' });
    expect(await failure(refused)).toMatchObject({
      code: 'parameter_invalid_empty',
      param: 'currency',
      message: expect.stringContaining('You passed an empty string for') as string,
    });
  });

  it('says which integer is none', async () => {
    const refused = stripe.paymentIntents.create({ amount: 'ten' as unknown as number, currency: 'usd' });
    expect(await failure(refused)).toMatchObject({
      code: 'parameter_invalid_integer',
      param: 'amount',
      message: 'Invalid integer: ten',
    });
  });

  it('says which values there are', async () => {
    const refused = stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      capture_method: 'later',
    });
    expect(await failure(refused)).toMatchObject({
      param: 'capture_method',
      message: expect.stringMatching(/^Invalid capture_method: must be one of .*manual/) as string,
    });
  });

  it('refuses an email address that is none', async () => {
    expect(await failure(stripe.customers.create({ email: 'nobody' }))).toMatchObject({
      statusCode: 400,
      code: 'email_invalid',
      param: 'email',
      message: 'Invalid email address: nobody',
    });
  });

  it('is one of authentication for a key that is none', async () => {
    const error = await failure(running.client({ key: 'nonsense' }).customers.list());
    expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    expect(error.message).toContain('Invalid API Key provided');
  });

  it('is one of permission for a publishable key', async () => {
    const error = await failure(running.client({ key: 'pk_test_backlot' }).customers.list());
    expect([401, 403]).toContain(error.statusCode);
    expect(error.code).toBe('secret_key_required');
  });

  it('names what an unknown URL asked for', async () => {
    const error = await failure(stripe.rawRequest('GET', '/v1/cutomers'));
    expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' });
    expect(error.message).toMatch(/^Unrecognized request URL \(GET: \/v1\/cutomers\)/);
  });

  it('says that JSON is not a form', async () => {
    const answer = await post('application/json', JSON.stringify({ name: 'Ada' }));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('check that your POST content type is application/x-www-form-urlencoded');
  });

  it('refuses a string of more than 5000 characters', async () => {
    expect(await failure(stripe.customers.create({ description: 'x'.repeat(5001) }))).toMatchObject({
      statusCode: 400,
      param: 'description',
    });
  });
});

describe('an idempotency key', () => {
  it('repeats the answer, and says so', async () => {
    const options = { idempotencyKey: 'core-1' };
    const first = await stripe.customers.create({ name: 'Ada' }, options);
    const second = await stripe.customers.create({ name: 'Ada' }, options);
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(second.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId);
    expect(first.lastResponse.headers['idempotency-key']).toBe('core-1');
  });

  it('repeats an error, too', async () => {
    const create = () => stripe.paymentIntents.create({ amount: 5, currency: 'usd' }, { idempotencyKey: 'core-7' });
    const [first, second] = [await failure(create()), await failure(create())];
    expect(second).toMatchObject({ code: 'amount_too_small', statusCode: 400 });
    expect(second.headers).toMatchObject({ 'idempotent-replayed': 'true', 'original-request': first.requestId });
  });

  it('is refused for other parameters', async () => {
    const options = { idempotencyKey: 'core-2' };
    await stripe.customers.create({ name: 'Ada' }, options);
    expect(await failure(stripe.customers.create({ name: 'Bob' }, options))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
  });

  it('is refused for another endpoint', async () => {
    const options = { idempotencyKey: 'core-3' };
    await stripe.customers.create({ name: 'Ada' }, options);
    expect(await failure(stripe.products.create({ name: 'Ada' }, options))).toMatchObject({
      type: 'StripeIdempotencyError',
    });
  });

  it('keeps nothing of a request that did not pass validation', async () => {
    const options = { idempotencyKey: 'core-4' };
    await failure(stripe.paymentIntents.create({ amount: 2000, currency: 'usd', nonsense: 1 } as never, options));
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' }, options);
    expect(id).toMatch(/^pi_/);
  });

  it('is taken by each account on its own', async () => {
    const account = await stripe.accounts.create({ type: 'custom', country: 'US' });
    const own = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'core-5' });
    const other = await stripe.customers.create(
      { name: 'Ada' },
      { idempotencyKey: 'core-5', stripeAccount: account.id },
    );
    expect(other.id).not.toBe(own.id);
  });

  it('is at most 255 characters long', async () => {
    expect(await failure(stripe.customers.create({}, { idempotencyKey: 'x'.repeat(256) }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('is forgotten after a day', async () => {
    const options = { idempotencyKey: 'core-6' };
    const first = await stripe.customers.create({ name: 'Ada' }, options);
    await running.platform.clock.advance('31d');
    expect((await stripe.customers.create({ name: 'Ada' }, options)).id).not.toBe(first.id);
  });
});

describe('metadata', () => {
  it('takes 50 keys, and no more', async () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, key) => [`key${key}`, 'x']));
    const { id, metadata } = await stripe.customers.create({ metadata: keys(50) });
    expect(Object.keys(metadata)).toHaveLength(50);
    expect(await failure(stripe.customers.create({ metadata: keys(51) }))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.customers.update(id, { metadata: { more: 'x' } }))).toMatchObject({ statusCode: 400 });
  });

  it('takes keys of 40 characters, and no longer ones', async () => {
    const key = 'k'.repeat(40);
    expect((await stripe.customers.create({ metadata: { [key]: 'x' } })).metadata).toEqual({ [key]: 'x' });
    expect(await failure(stripe.customers.create({ metadata: { [`${key}k`]: 'x' } }))).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('40 characters') as string,
    });
  });

  it('takes values of 500 characters, and no longer ones', async () => {
    const value = 'v'.repeat(500);
    expect((await stripe.customers.create({ metadata: { a: value } })).metadata).toEqual({ a: value });
    expect(await failure(stripe.customers.create({ metadata: { a: `${value}v` } }))).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('500 characters') as string,
    });
  });

  it('refuses square brackets in keys', async () => {
    const answer = await post('application/x-www-form-urlencoded', 'metadata[a][b]=c');
    expect(answer.status).toBe(400);
  });

  it('keeps numbers and booleans as strings', async () => {
    const { metadata } = await stripe.customers.create({ metadata: { count: 3, good: true as unknown as string } });
    expect(metadata).toEqual({ count: '3', good: 'true' });
  });

  it('loses a key by an empty value, and all by an empty string', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect((await stripe.customers.update(id, { metadata: { a: '' } })).metadata).toEqual({ b: '2' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });
});

describe('a list', () => {
  it('has ten objects unless it is told otherwise, newest first', async () => {
    const made = await customers(12, 'ten@example.com');
    const page = await stripe.customers.list({ email: 'ten@example.com' });
    expect(page).toMatchObject({ object: 'list', url: '/v1/customers', has_more: true });
    expect(ids(page)).toEqual(made.slice(0, 10));
  });

  it('goes on after an object, and back before one', async () => {
    const made = await customers(5, 'pages@example.com');
    const filter = { email: 'pages@example.com', limit: 2 };
    const next = await stripe.customers.list({ ...filter, starting_after: made[1] });
    expect(ids(next)).toEqual(made.slice(2, 4));
    expect(next.has_more).toBe(true);
    const back = await stripe.customers.list({ ...filter, ending_before: made[4] });
    expect(ids(back)).toEqual(made.slice(2, 4));
    expect(back.has_more).toBe(true);
  });

  it.each([0, 101])('of %i objects is refused', async (limit) => {
    expect(await failure(stripe.customers.list({ limit }))).toMatchObject({ statusCode: 400, param: 'limit' });
  });

  it('refuses to start after what there is not', async () => {
    expect(await failure(stripe.customers.list({ starting_after: 'cus_nobody' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'starting_after',
    });
  });

  it('refuses both directions at once', async () => {
    const [first, second] = await customers(2, 'both@example.com');
    expect(await failure(stripe.customers.list({ starting_after: first, ending_before: second }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('is walked through by the SDK, forwards and backwards', async () => {
    const made = await customers(7, 'walk@example.com');
    const forwards = await stripe.customers
      .list({ email: 'walk@example.com', limit: 3 })
      .autoPagingToArray({ limit: 50 });
    expect(forwards.map(({ id }) => id)).toEqual(made);
    const backwards = await stripe.customers
      .list({ email: 'walk@example.com', limit: 3, ending_before: made[6] })
      .autoPagingToArray({ limit: 50 });
    expect(backwards.map(({ id }) => id)).toEqual(made.slice(0, 6).reverse());
  });

  it('is filtered by when objects were made', async () => {
    const [made] = await customers(1, 'created@example.com');
    const { created } = (await stripe.customers.retrieve(made!)) as Stripe.Customer;
    const count = async (filter: Stripe.CustomerListParams['created']) =>
      (await stripe.customers.list({ email: 'created@example.com', created: filter })).data.length;
    expect(await count(created)).toBe(1);
    expect(await count({ gte: created, lt: created + 1 })).toBe(1);
    expect(await count({ gt: created })).toBe(0);
    expect(await count({ lte: created - 1 })).toBe(0);
  });
});

describe('expanding', () => {
  it('reaches into lists', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'expand@example.com' });
    await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', customer });
    const { data } = await stripe.paymentIntents.list({ customer, expand: ['data.customer'] });
    expect(data[0]!.customer).toMatchObject({ id: customer, email: 'expand@example.com' });
  });

  it('goes several levels deep', async () => {
    const { id } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    const refund = await stripe.refunds.create({
      payment_intent: id,
      expand: ['charge.payment_intent.latest_charge.balance_transaction'],
    });
    const charge = refund.charge as Stripe.Charge;
    const latest = (charge.payment_intent as Stripe.PaymentIntent).latest_charge as Stripe.Charge;
    expect(latest.balance_transaction).toMatchObject({ object: 'balance_transaction' });
  });

  it('goes no deeper than four levels', async () => {
    const refused = stripe.refunds.list({ expand: ['data.charge.payment_intent.latest_charge.balance_transaction'] });
    expect(await failure(refused)).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('cannot expand more than 4 levels') as string,
    });
  });

  it('refuses what cannot be expanded', async () => {
    const { id } = await stripe.customers.create();
    expect(await failure(stripe.customers.retrieve(id, { expand: ['email'] }))).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('This property cannot be expanded (email)') as string,
    });
  });
});

describe('headers', () => {
  it('name the request, the version and the mode of retries', async () => {
    const { lastResponse } = await stripe.customers.list();
    expect(lastResponse.requestId).toMatch(/^req_/);
    expect(lastResponse.apiVersion).toBe(Stripe.API_VERSION ?? lastResponse.apiVersion);
    expect(lastResponse.headers['content-type']).toMatch(/^application\/json/);
  });

  it('name the account that was asked for', async () => {
    const account = await stripe.accounts.create({ type: 'custom', country: 'US' });
    const { lastResponse } = await stripe.customers.list({}, { stripeAccount: account.id });
    expect(lastResponse.stripeAccount).toBe(account.id);
  });
});
