import Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/climate/orders */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

const available = async (): Promise<number> =>
  (await stripe.balance.retrieve()).available.find(({ currency }) => currency === 'usd')?.amount ?? 0;

it('sells carbon removal, paid from the balance as soon as there is enough in it', async () => {
  const { data: products } = await stripe.climate.products.list();
  const [product] = products;
  expect(await stripe.climate.products.retrieve(product!.id)).toMatchObject({ id: product!.id, name: product!.name });
  const [supplier] = (await stripe.climate.suppliers.list()).data;
  expect(await stripe.climate.suppliers.retrieve(supplier!.id)).toEqual(supplier);
  const price = product!.current_prices_per_metric_ton['usd']!;
  const order = await stripe.climate.orders.create({
    product: product!.id,
    metric_tons: Stripe.Decimal.from('2'),
    beneficiary: { public_name: 'Jenny' },
  });
  expect(order).toMatchObject({
    amount_fees: 2 * price.amount_fees,
    amount_subtotal: 2 * price.amount_subtotal,
    amount_total: 2 * price.amount_total,
    currency: 'usd',
    beneficiary: { public_name: 'Jenny' },
    status: 'awaiting_funds',
    confirmed_at: null,
  });
  await stripe.paymentIntents.create({
    amount: 100_000,
    currency: 'usd',
    payment_method: 'pm_card_bypassPending',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  expect(await stripe.climate.orders.retrieve(order.id)).toMatchObject({ status: 'confirmed' });
  const before = await available();
  expect(await stripe.climate.orders.cancel(order.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'requested',
  });
  expect((await available()) - before).toBe(order.amount_subtotal);
  expect(await failure(stripe.climate.orders.cancel(order.id))).toMatchObject({ statusCode: 400 });
  const types = ['climate.order.created', 'climate.order.confirmed', 'climate.order.canceled'];
  const { data } = await stripe.events.list({ types });
  expect(data.map(({ type }) => type).sort()).toEqual([...types].sort());
});

it('refuses what cannot be ordered', async () => {
  const { data } = await stripe.climate.products.list();
  const product = data[0]!.id;
  const order = (given: object): Promise<unknown> => stripe.climate.orders.create({ product, ...given });
  expect(await failure(order({}))).toMatchObject({ code: 'parameter_missing', param: 'metric_tons' });
  expect(await failure(order({ amount: 1000, product: 'none' }))).toMatchObject({ code: 'resource_missing' });
  expect(await failure(order({ amount: 1000, currency: 'jpy' }))).toMatchObject({ param: 'currency' });
  expect(await failure(order({ metric_tons: '1000000' }))).toMatchObject({ param: 'metric_tons' });
});
