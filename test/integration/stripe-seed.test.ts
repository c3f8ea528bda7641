import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStripe, type RunningStripe } from '../support/stripe';
import { waitFor } from '../support/wait-for';

describe('a seed of the extension stripe', () => {
  let folder: string;
  let running: RunningStripe | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stripe-seed-'));
  });
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function seeded(name: string, text: string, config = {}): Promise<RunningStripe> {
    const file = join(folder, name);
    await writeFile(file, text);
    running = await startStripe(config, file);
    return running;
  }

  it('makes what it names by the parameters of the API, for each sandbox and after each reset', async () => {
    const { stripe, platform, ...rest } = await seeded(
      'requests.json',
      JSON.stringify({
        customers: [{ id: 'cus_jenny', name: 'Jenny', metadata: { plan: 'pro' } }],
        products: [{ id: 'prod_pro', name: 'Pro' }],
        prices: [
          {
            product: 'prod_pro',
            currency: 'usd',
            unit_amount: 900,
            lookup_key: 'pro',
            recurring: { interval: 'month' },
          },
        ],
        'billing/meters': [{ display_name: 'Calls', event_name: 'calls', default_aggregation: { formula: 'sum' } }],
      }),
    );
    expect(await stripe.customers.retrieve('cus_jenny')).toMatchObject({ name: 'Jenny', metadata: { plan: 'pro' } });
    expect((await stripe.prices.list({ lookup_keys: ['pro'] })).data).toMatchObject([
      { product: 'prod_pro', unit_amount: 900 },
    ]);
    expect((await stripe.billing.meters.list()).data).toHaveLength(1);
    await stripe.customers.del('cus_jenny');
    const other = rest.client({ key: 'sk_test_sandbox_seeded' });
    expect(await other.customers.retrieve('cus_jenny')).toMatchObject({ name: 'Jenny' });
    await platform.state.reset();
    expect(await stripe.customers.retrieve('cus_jenny')).toMatchObject({ name: 'Jenny' });
  });

  it('registers who listens to events, with a secret that the application knows', async () => {
    const received: { signature: string; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ signature: String(request.headers['stripe-signature']), body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    try {
      const endpoint = { url, enabled_events: ['customer.created'], secret: 'whsec_known' };
      const { stripe } = await seeded('webhooks.json', JSON.stringify({ webhook_endpoints: [endpoint] }));
      const { id } = await stripe.customers.create({});
      await waitFor('the event', () => received.length === 1);
      const [{ body, signature }] = received as [(typeof received)[0]];
      const event = stripe.webhooks.constructEvent(body, signature, 'whsec_known');
      expect(event.data.object).toMatchObject({ id });
    } finally {
      receiver.close();
    }
  });

  it("takes the file of Vercel's emulate", async () => {
    const { stripe } = await seeded(
      'emulate.yaml',
      `
stripe:
  customers:
    - name: Seeded
      email: seed@test.com
  products:
    - name: Widget
  prices:
    - product_name: Widget
      currency: usd
      unit_amount: 999
  webhooks:
    - url: http://127.0.0.1:9/hooks
      events: [checkout.session.completed]
`,
      { compat: 'emulate' },
    );
    expect((await stripe.customers.list({ email: 'seed@test.com' })).data).toMatchObject([{ name: 'Seeded' }]);
    const [widget] = (await stripe.products.list()).data;
    expect(widget).toMatchObject({ name: 'Widget' });
    expect((await stripe.prices.list({ product: widget!.id })).data).toMatchObject([{ unit_amount: 999 }]);
    expect((await stripe.webhookEndpoints.list()).data).toMatchObject([
      { enabled_events: ['checkout.session.completed'] },
    ]);
  });

  it.each([
    ['what the API refuses', '{ "customers": [{}, { "nonsense": 1 }] }', /customers\[1\]: Received unknown parameter/],
    ['a path that there is not', '{ "nothing": [{}] }', /nothing\[0\]: Unrecognized request URL/],
    ['a price of no product', '{ "stripe": { "prices": [{ "product_name": "Gone" }] } }', /no product .* Gone/],
  ])('refuses %s, and says where it stands', async (_what, text, message) => {
    await expect(seeded('wrong.json', text)).rejects.toThrow(message);
  });
});
