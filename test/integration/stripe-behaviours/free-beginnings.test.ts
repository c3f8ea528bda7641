import type Stripe from 'stripe';
import { customerWithCard, decideOnPage, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';
import { completed, fillIn, visitPage } from '../../support/stripe-pages';

/** What nothing is paid for at first: trials and cards in Checkout, and flows of the portal in which there would be nothing to do. */
let running: RunningStripe;
let stripe: Stripe;
let product: string;
let monthly: string;
let dearer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  product = (await stripe.products.create({ name: 'Tea' })).id;
  const priced = async (unit_amount: number): Promise<string> =>
    (await stripe.prices.create({ currency: 'usd', product, unit_amount, recurring: { interval: 'month' } })).id;
  [monthly, dearer] = [await priced(900), await priced(1900)];
});
afterAll(() => running.close());

const SUCCESS = 'https://shop.example.com/done';

describe('a trial that begins in Checkout', () => {
  const trial = async (given: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      mode: 'subscription',
      success_url: SUCCESS,
      customer: (await stripe.customers.create()).id,
      line_items: [{ price: monthly, quantity: 1 }],
      subscription_data: { trial_period_days: 7 },
      ...given,
    });
  const setupOf = async ({ customer }: Stripe.Checkout.Session): Promise<Stripe.SetupIntent> =>
    (await stripe.setupIntents.list({ customer: customer as string })).data[0]!;

  it('sets the card up for the payments to come', async () => {
    const done = await completed(running, await trial());
    expect(done).toMatchObject({ status: 'complete', payment_status: 'no_payment_required', setup_intent: null });
    const setup = await setupOf(done);
    expect(setup).toMatchObject({ status: 'succeeded', usage: 'off_session' });
    const subscription = await stripe.subscriptions.retrieve(done.subscription as string);
    expect(subscription).toMatchObject({
      status: 'trialing',
      default_payment_method: setup.payment_method,
      pending_setup_intent: null,
    });
    expect(await typesAbout(stripe, setup.id)).toEqual(
      expect.arrayContaining(['setup_intent.created', 'setup_intent.succeeded']),
    );
  });

  it('does so where a coupon takes everything off', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 100, duration: 'once' });
    const done = await completed(running, await trial({ subscription_data: {}, discounts: [{ coupon }] }));
    expect(await setupOf(done)).toMatchObject({ status: 'succeeded' });
  });

  it('waits for the buyer whom the bank wants to see', async () => {
    const made = await trial();
    const { location } = await visitPage(running, made.url!, fillIn({ cardNumber: '4000 0025 0000 3155' }));
    const setup = await setupOf(made);
    expect(location).toContain(setup.id);
    expect(await stripe.checkout.sessions.retrieve(made.id)).toMatchObject({ status: 'open', subscription: null });

    await decideOnPage(running, setup, 'fail');
    expect((await visitPage(running, `${made.url!}?failed=1`)).text).toContain('authenticate');
    await visitPage(running, made.url!, fillIn({ cardNumber: '4000 0025 0000 3155' }));
    await decideOnPage(running, await setupOf(made), 'complete');
    const done = await stripe.checkout.sessions.retrieve(made.id, { expand: ['subscription'] });
    expect(done).toMatchObject({ status: 'complete', subscription: { status: 'trialing' } });
    expect((await stripe.subscriptions.list({ customer: made.customer as string })).data).toHaveLength(1);
  });

  it('does not begin with a card that the bank refuses', async () => {
    const made = await trial();
    const { text } = await visitPage(running, made.url!, fillIn({ cardNumber: '4000 0000 0000 0002' }));
    expect(text).toContain('declined');
    expect(await setupOf(made)).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'card_declined' },
    });
    expect(await completed(running, made)).toMatchObject({ status: 'complete' });
  });
});

describe('a session that sets up a card for nobody yet', () => {
  const session = (given: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', success_url: SUCCESS, ...given });

  it('leaves it to the application to attach the card', async () => {
    const done = await completed(running, await session({ customer_email: 'ada@example.com' }));
    expect(done).toMatchObject({
      customer: null,
      customer_creation: 'if_required',
      customer_details: { email: 'ada@example.com' },
    });
    const setup = await stripe.setupIntents.retrieve(done.setup_intent as string);
    expect(setup).toMatchObject({ status: 'succeeded', customer: null });
    const { id: customer } = await stripe.customers.create();
    expect(await stripe.paymentMethods.attach(setup.payment_method as string, { customer })).toMatchObject({
      customer,
    });
  });

  it('makes a customer where it is told to', async () => {
    const done = await completed(running, await session({ customer_creation: 'always' }));
    expect(done.customer).toMatch(/^cus_/);
    expect(await stripe.setupIntents.retrieve(done.setup_intent as string)).toMatchObject({ customer: done.customer });
  });
});

describe('a flow of the portal with nothing to do', () => {
  let customer: string;
  let subscription: Stripe.Subscription;
  let configuration: string;
  const open = (flow_data: Stripe.BillingPortal.SessionCreateParams.FlowData) =>
    stripe.billingPortal.sessions.create({ customer, configuration, flow_data });

  beforeAll(async () => {
    customer = await customerWithCard(stripe);
    subscription = await stripe.subscriptions.create({ customer, items: [{ price: monthly }] });
    const offering = (prices: string[]) =>
      stripe.billingPortal.configurations.create({
        features: {
          subscription_cancel: { enabled: true },
          subscription_update: { enabled: true, default_allowed_updates: ['price'], products: [{ product, prices }] },
        },
      });
    configuration = (await offering([monthly])).id;
  });

  it('is a change to nothing else', async () => {
    const update = open({ type: 'subscription_update', subscription_update: { subscription: subscription.id } });
    expect((await failure(update)).message).toBe(
      'This subscription cannot be updated because there is no price in the portal configuration available to change to.',
    );
  });

  it('is the confirmation of what there is already', async () => {
    const [item] = subscription.items.data;
    const confirm = (price: string) =>
      open({
        type: 'subscription_update_confirm',
        subscription_update_confirm: { subscription: subscription.id, items: [{ id: item!.id, price, quantity: 1 }] },
      });
    expect((await failure(confirm(monthly))).message).toBe(
      'This subscription cannot be updated because there are no changes to confirm.',
    );
    expect((await confirm(dearer)).flow?.type).toBe('subscription_update_confirm');
  });

  it('is a cancellation once it is canceled', async () => {
    const flow = {
      type: 'subscription_cancel',
      subscription_cancel: { subscription: subscription.id },
    } as const;
    expect((await open(flow)).flow?.type).toBe('subscription_cancel');
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect((await failure(open(flow))).message).toBe(
      'This subscription cannot be canceled because it is already set to be canceled at period end.',
    );
  });
});
