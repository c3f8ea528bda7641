import type Stripe from 'stripe';
import { customerWithCard } from './stripe';
import { waitFor } from './wait-for';

/** What checks of billing begin with, on a test clock that begins at noon of 1 January 2025. */
export const DAY = 86_400;
export const START = Date.UTC(2025, 0, 1, 12) / 1000;
export const noonOf = (month: number, day: number, year = 2025): number => Date.UTC(year, month - 1, day, 12) / 1000;

/** A price of a product of its own: 10 dollars a month, unless it says otherwise. */
export async function priced(stripe: Stripe, more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const { id } = await stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'Gold' },
    recurring: { interval: 'month' },
    ...(more.tiers === undefined && more.unit_amount_decimal === undefined && { unit_amount: 1000 }),
    ...more,
  });
  return id;
}

export interface Clocked {
  readonly customer: string;
  readonly clock: string;
  readonly advance: (to: number) => Promise<void>;
}

/** A customer on a clock of their own; without a card where `hasCard` is false. */
export async function onClock(
  stripe: Stripe,
  { hasCard = true, ...given }: Stripe.CustomerCreateParams & { readonly hasCard?: boolean } = {},
): Promise<Clocked> {
  const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const wanted = { email: 'jenny@example.com', ...given, test_clock: clock };
  const customer = hasCard ? await customerWithCard(stripe, wanted) : (await stripe.customers.create(wanted)).id;
  const isReady = async (): Promise<boolean> =>
    (await stripe.testHelpers.testClocks.retrieve(clock)).status === 'ready';
  return {
    customer,
    clock,
    advance: async (to) => {
      await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
      await waitFor('the clock', isReady);
    },
  };
}

/** Subscribes a customer on a clock of their own, who pays with a card unless told otherwise. */
export async function subscribed(
  stripe: Stripe,
  given: Partial<Stripe.SubscriptionCreateParams> = {},
  customer: Parameters<typeof onClock>[1] = {},
): Promise<Clocked & { readonly subscription: Stripe.Subscription; readonly item: string }> {
  const clocked = await onClock(stripe, customer);
  const items = given.items ?? [{ price: await priced(stripe) }];
  const subscription = await stripe.subscriptions.create({ customer: clocked.customer, ...given, items });
  return { ...clocked, subscription, item: subscription.items.data[0]!.id };
}

/** The events about an object, the first one first. Those of a clock in the past stand behind all others. */
export async function eventsAbout(stripe: Stripe, id: string): Promise<Stripe.Event[]> {
  const data = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 5000 });
  return data.filter((event) => (event.data.object as { id?: string }).id === id).reverse();
}

export async function typesAbout(stripe: Stripe, id: string): Promise<string[]> {
  return (await eventsAbout(stripe, id)).map(({ type }) => type);
}

export async function invoicesOf(stripe: Stripe, subscription: string): Promise<Stripe.Invoice[]> {
  return (await stripe.invoices.list({ subscription })).data;
}

/** What a subscription has a customer pay now, with what is asked for expanded. */
export function latestInvoice(subscription: Stripe.Subscription): Stripe.Invoice {
  return subscription.latest_invoice as Stripe.Invoice;
}

/** The items that wait for the next invoice of a customer. */
export async function pendingOf(stripe: Stripe, customer: string): Promise<Stripe.InvoiceItem[]> {
  return (await stripe.invoiceItems.list({ customer, pending: true })).data;
}
