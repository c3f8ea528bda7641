import { startStripe, type RunningStripe } from '../support/stripe';

describe('the search API of the extension for Stripe', () => {
  let running: RunningStripe;

  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());
  beforeEach(() => running.platform.state.reset());

  async function names(query: string): Promise<(string | null | undefined)[]> {
    const { data } = await running.stripe.customers.search({ query });
    return data.map(({ name }) => name);
  }

  async function makeThree(): Promise<void> {
    const { stripe } = running;
    await stripe.customers.create({ name: 'Amy "A" Rocket', email: 'amy@rocketrides.io', metadata: { tier: 'gold' } });
    await stripe.customers.create({
      name: 'Bob',
      email: 'bob@rocketrides.io',
      metadata: { tier: 'silver', 'a b': '1' },
    });
    await stripe.customers.create({ name: 'Cy', metadata: { tier: 'gold' } });
  }

  it('finds by exact values, whatever their case', async () => {
    await makeThree();
    expect(await names('email:"AMY@rocketrides.io"')).toEqual(['Amy "A" Rocket']);
    expect(await names(`name:'Bob'`)).toEqual(['Bob']);
    expect(await names('name:"Amy \\"A\\" Rocket"')).toEqual(['Amy "A" Rocket']);
    expect(await names('email:"rocketrides.io"')).toEqual([]);
  });

  it('finds by parts of texts, by metadata, and by what is not there', async () => {
    await makeThree();
    expect(await names('email~"rocket"')).toEqual(['Bob', 'Amy "A" Rocket']);
    expect(await names('metadata["tier"]:"gold"')).toEqual(['Cy', 'Amy "A" Rocket']);
    expect(await names(`metadata['a b']:'1'`)).toEqual(['Bob']);
    expect(await names('email:null')).toEqual(['Cy']);
    expect(await names('-email:null')).toEqual(['Bob', 'Amy "A" Rocket']);
    expect(await names('-metadata["tier"]:"gold"')).toEqual(['Bob']);
  });

  it('joins clauses by AND, which may be left out, or by OR, but not by both', async () => {
    await makeThree();
    expect(await names('metadata["tier"]:"gold" AND email~"rocket"')).toEqual(['Amy "A" Rocket']);
    expect(await names('metadata["tier"]:"gold" email~"rocket"')).toEqual(['Amy "A" Rocket']);
    expect(await names('name:"Cy" OR name:"Bob"')).toEqual(['Cy', 'Bob']);
    await expect(names('name:"Cy" or name:"Bob" and email~"rocket"')).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'query',
    });
  });

  it('compares numbers', async () => {
    const { stripe } = running;
    for (const amount of [500, 1000, 1500]) await stripe.paymentIntents.create({ amount, currency: 'usd' });
    await stripe.paymentIntents.create({ amount: 2000, currency: 'eur' });
    const amounts = async (query: string) =>
      (await stripe.paymentIntents.search({ query })).data.map(({ amount }) => amount);
    expect(await amounts('amount>1000')).toEqual([2000, 1500]);
    expect(await amounts('amount>=1000 amount<2000')).toEqual([1500, 1000]);
    expect(await amounts('amount<=500')).toEqual([500]);
    expect(await amounts('amount:1000')).toEqual([1000]);
    expect(await amounts('-currency:"usd"')).toEqual([2000]);
    expect(await amounts('created>1')).toHaveLength(4);
  });

  it('searches charges by their cards, products, prices, and the others', async () => {
    const { stripe } = running;
    const product = await stripe.products.create({ name: 'Gold plan' });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 700,
      lookup_key: 'gold',
    });
    await stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    const charges = await stripe.charges.search({ query: 'payment_method_details.card.last4:4242 status:"succeeded"' });
    expect(charges.data.map(({ amount }) => amount)).toEqual([900]);
    expect((await stripe.products.search({ query: 'active:"true" AND name~"gold"' })).data[0]?.id).toBe(product.id);
    expect((await stripe.prices.search({ query: `product:"${product.id}"` })).data[0]?.id).toBe(price.id);
    expect((await stripe.prices.search({ query: 'lookup_key:"gold"' })).data).toHaveLength(1);
    expect((await stripe.invoices.search({ query: 'total>10' })).data).toEqual([]);
    expect((await stripe.subscriptions.search({ query: 'status:"active"' })).data).toEqual([]);
  });

  it('goes from page to page', async () => {
    const { stripe } = running;
    for (let index = 0; index < 7; index += 1) await stripe.customers.create({ name: `Customer ${index}` });
    const query = 'name~"customer"';
    const first = await stripe.customers.search({ query, limit: 3, expand: ['total_count'] });
    expect(first).toMatchObject({
      object: 'search_result',
      has_more: true,
      total_count: 7,
      url: '/v1/customers/search',
    });
    const second = await stripe.customers.search({ query, limit: 3, page: first.next_page! });
    expect(second.data.map(({ name }) => name)).toEqual(['Customer 3', 'Customer 2', 'Customer 1']);
    const all = await stripe.customers.search({ query, limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(all).toHaveLength(7);
    const last = await stripe.customers.search({ query, limit: 3, page: second.next_page! });
    expect(last).toMatchObject({ has_more: false, next_page: null });
  });

  it.each([
    '',
    'name',
    'name:',
    'shoe_size:"12"',
    'name>"a"',
    'name~"ab"',
    'created:"x"',
    'name:Bob',
    'metadata:"a"',
    'name["a"]:"b"',
    'name:"a" AND',
    'constructor:"x"',
    '(name:"a")',
    'name:"unfinished',
  ])('refuses %p as Stripe refuses queries', async (query) => {
    await expect(names(query)).rejects.toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
      param: 'query',
    });
  });

  it('refuses a page that it never gave', async () => {
    await expect(running.stripe.customers.search({ query: 'name:"a"', page: 'nonsense' })).rejects.toMatchObject({
      statusCode: 400,
      param: 'page',
    });
  });
});
