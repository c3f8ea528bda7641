import type Stripe from 'stripe';
import { customerWithCard, startStripe, type RunningStripe } from '../../support/stripe';
import { eventsAbout, subscribed } from '../../support/stripe-billing';
import { completed } from '../../support/stripe-pages';

/** What subscriptions of Stripe’s test mode have, and tell, that its documentation does not say. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const NO_OPTIONS = {
  acss_debit: null,
  bancontact: null,
  card: null,
  customer_balance: null,
  konbini: null,
  payto: null,
  pix: null,
  sepa_debit: null,
  upi: null,
  us_bank_account: null,
};

describe('options of payment methods', () => {
  const optionsOf = ({ payment_settings: settings }: Stripe.Subscription): unknown => settings!.payment_method_options;

  it('are null until there are any', async () => {
    const { subscription } = await subscribed(stripe);
    expect(optionsOf(subscription)).toBeNull();
  });

  it('are shown among those of all types, on the subscription and on its invoices', async () => {
    const { subscription } = await subscribed(stripe, {
      payment_settings: { payment_method_options: { card: { request_three_d_secure: 'any' } } },
      expand: ['latest_invoice'],
    });
    expect(optionsOf(subscription)).toEqual({
      ...NO_OPTIONS,
      card: { network: null, request_three_d_secure: 'any' },
    });
    const { payment_settings: settings } = subscription.latest_invoice as Stripe.Invoice;
    expect(settings.payment_method_options).toEqual({ ...NO_OPTIONS, card: { request_three_d_secure: 'any' } });
  });

  it('stay when those of another type are given', async () => {
    const options = (given: object) => ({ payment_settings: { payment_method_options: given } });
    const { subscription } = await subscribed(stripe, options({ card: { network: 'visa' } }));
    const both = await stripe.subscriptions.update(
      subscription.id,
      options({ bancontact: { preferred_language: 'nl' } }),
    );
    expect(optionsOf(both)).toMatchObject({
      bancontact: { preferred_language: 'nl' },
      card: { network: 'visa', request_three_d_secure: null },
    });
    const left = await stripe.subscriptions.update(subscription.id, options({ card: '' }));
    expect(optionsOf(left)).toMatchObject({ bancontact: { preferred_language: 'nl' }, card: null });
  });

  it('are those of Checkout where a subscription began there', async () => {
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      success_url: 'https://shop.example.com/done',
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: 'usd',
            unit_amount: 700,
            recurring: { interval: 'week' },
            product_data: { name: 'Vegetables' },
          },
        },
      ],
    });
    const { subscription } = await completed(running, session);
    expect(optionsOf(await stripe.subscriptions.retrieve(subscription as string))).toMatchObject({
      card: { network: null, request_three_d_secure: 'automatic' },
    });
  });
});

it('a customer is told of the currency that the first invoice sets, and not again', async () => {
  const customer = await customerWithCard(stripe);
  const billed = async (): Promise<void> => {
    const { id } = await stripe.invoices.create({ customer, currency: 'eur' });
    await stripe.invoices.finalizeInvoice(id);
  };
  const changes = async (): Promise<unknown[]> =>
    (await eventsAbout(stripe, customer))
      .filter(({ type }) => type === 'customer.updated')
      .map(({ data }) => data.previous_attributes);
  const before = await changes();
  await billed();
  await billed();
  expect(await changes()).toEqual([...before, { currency: null }]);
});
