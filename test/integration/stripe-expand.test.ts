import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../support/stripe';

describe('what answers of Stripe are expanded by', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());
  beforeEach(() => running.platform.state.reset());

  async function subscription(): Promise<Stripe.Subscription> {
    const { stripe } = running;
    const customer = await customerWithCard(stripe);
    return stripe.subscriptions.create({
      customer,
      items: [{ price: (await priceOf(stripe)).id }],
    });
  }

  async function priceOf(stripe: Stripe): Promise<Stripe.Price> {
    const product = await stripe.products.create({ name: 'Gold' });
    return stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
    });
  }

  it.each(['foo', 'description', 'metadata', 'invoice_settings.bogus'])(
    'refuses %s, with nothing but a message',
    async (path) => {
      const customer = await running.stripe.customers.create();
      const error = await failure(running.stripe.customers.retrieve(customer.id, { expand: [path] }));
      expect(error).toMatchObject({
        statusCode: 400,
        type: 'StripeInvalidRequestError',
        message: `This property cannot be expanded (${path}).`,
      });
      expect(error.code).toBeUndefined();
      expect(error.param).toBeUndefined();
    },
  );

  it('names a path up to where it goes wrong', async () => {
    const { id } = await subscription();
    const error = await failure(running.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice.nope.further'] }));
    expect(error.message).toBe('This property cannot be expanded (latest_invoice.nope).');
  });

  it('says what a list has to be asked for', async () => {
    const error = await failure(running.stripe.prices.list({ expand: ['product'] }));
    expect(error.message).toBe(
      "This property cannot be expanded (product). You may want to try expanding 'data.product' instead.",
    );
  });

  it('names the depth that is too deep', async () => {
    const path = 'data.items.data.price.product';
    expect(await failure(running.stripe.subscriptions.list({ expand: [path] }))).toMatchObject({
      code: 'property_expansion_max_depth',
      message: `You cannot expand more than 4 levels of a property. Property: ${path}`,
    });
  });

  it.each([
    'address',
    'invoice_settings',
    'invoice_settings.default_payment_method',
    'sources',
    'default_source.owner',
  ])('takes %s of a customer, also where it is an object anyway', async (path) => {
    const customer = await running.stripe.customers.create({ address: { city: 'Oslo' } });
    const found = await running.stripe.customers.retrieve(customer.id, { expand: [path] });
    expect(found).toMatchObject({ id: customer.id, address: { city: 'Oslo' } });
  });

  it('takes parts of what ways to pay may be', async () => {
    const intent = await running.stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    for (const path of [
      'payment_method_options',
      'payment_method_options.card',
      'latest_charge.payment_method_details.card',
    ]) {
      expect(await running.stripe.paymentIntents.retrieve(intent.id, { expand: [path] })).toMatchObject({
        id: intent.id,
      });
    }
  });

  it('takes a list as a whole, and goes on in it by data alone', async () => {
    const { id, items } = await subscription();
    const { stripe } = running;
    expect((await stripe.subscriptions.list({ expand: ['data'] })).data[0]).toMatchObject({ id });
    const found = await stripe.subscriptions.retrieve(id, { expand: ['items', 'items.data.price.product'] });
    expect(found.items.data[0]!.price.product).toMatchObject({ object: 'product', name: 'Gold' });
    expect(items.data[0]!.price.product).toMatch(/^prod_/);
    const error = await failure(stripe.subscriptions.retrieve(id, { expand: ['items.price'] }));
    expect(error.message).toBe('This property cannot be expanded (items.price).');
  });

  it('looks at a path before anything else, and makes nothing where it is wrong', async () => {
    const { stripe } = running;
    expect(await failure(stripe.customers.create({ expand: ['nonsense'] }))).toMatchObject({ statusCode: 400 });
    expect((await stripe.customers.list()).data).toEqual([]);
    const error = await failure(stripe.customers.retrieve('cus_missing', { expand: ['nonsense'] }));
    expect(error.message).toBe('This property cannot be expanded (nonsense).');
  });
});

describe('cursors of lists of Stripe', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());

  it('refuses two at once, also in the lists that an object holds', async () => {
    const { stripe } = running;
    const one = await stripe.customers.create();
    const other = await stripe.customers.create();
    const message = 'Received both starting_after and ending_before parameters. Please pass in only one.';
    const both = { starting_after: one.id, ending_before: other.id };
    const error = await failure(stripe.customers.list(both));
    expect(error).toMatchObject({ statusCode: 400, message });
    expect(error.code).toBeUndefined();
    expect(await failure(stripe.customers.list({ ...both, starting_after: 'cus_bogus' }))).toMatchObject({
      code: 'resource_missing',
    });
    const [first, second] = [
      await stripe.customers.createSource(one.id, { source: 'tok_visa' }),
      await stripe.customers.createSource(one.id, { source: 'tok_mastercard' }),
    ];
    const cursors = { starting_after: first.id, ending_before: second.id };
    expect(await failure(stripe.customers.listSources(one.id, cursors))).toMatchObject({ message });
  });

  it('goes backwards through the lines of an invoice', async () => {
    const { stripe } = running;
    const customer = await customerWithCard(stripe);
    const { id } = await stripe.invoices.create({ customer });
    for (const amount of [100, 200, 300]) {
      await stripe.invoiceItems.create({ customer, invoice: id, amount, currency: 'usd' });
    }
    const { data } = await stripe.invoices.listLineItems(id);
    const before = await stripe.invoices.listLineItems(id, { ending_before: data[2]!.id, limit: 1 });
    expect(before).toMatchObject({ data: [{ id: data[1]!.id }], has_more: true });
    await expect(stripe.invoices.listLineItems(id, { starting_after: 'il_bogus' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
  });
});
