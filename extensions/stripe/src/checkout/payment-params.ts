import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { takesCurrency } from '../payments/method-types';
import type { SessionParams } from './session-checks';
import { sessionsOf } from './session-data';

type MethodOptions = Readonly<Record<string, { readonly setup_future_usage?: string }>>;

/** What the payment intent of a session is made with. */
export function intentParams(
  stripe: Backend,
  id: string,
  { amount, customer }: { readonly amount: number; readonly customer: string | undefined },
): Stripe.PaymentIntentCreateParams {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  const data = table.hidden(id)!.given.payment_intent_data ?? {};
  const currency = session.currency ?? 'usd';
  const types = session.payment_method_types.filter((type) => takesCurrency(type, currency));
  return {
    ...data,
    amount,
    currency,
    payment_method_types: types,
    ...optionsOf(table.hidden(id)!.given, types),
    ...(customer !== undefined && { customer }),
    ...shippingOf(session),
  } as Stripe.PaymentIntentCreateParams;
}

/** How the methods are used, as the session says it. Which cards are taken the page alone decides. */
function optionsOf({ payment_method_options: given }: SessionParams, types: readonly string[]): object {
  const options = Object.entries((given ?? {}) as MethodOptions).filter(([type]) => types.includes(type));
  if (options.length === 0) return {};
  return {
    payment_method_options: Object.fromEntries(options.map(([type, each]) => [type, omit(each, 'restrictions')])),
  };
}

/** Whether a payment keeps what it was made with: by any method, or by some. */
export function keepsMethods({ payment_intent_data: data, payment_method_options: options }: SessionParams): boolean {
  const own = Object.values((options ?? {}) as MethodOptions).map(({ setup_future_usage: usage }) => usage);
  return [data?.setup_future_usage, ...own].some((usage) => usage !== undefined && usage !== 'none');
}

/** Where the buyer wants it sent, as a payment intent has it. */
function shippingOf(session: Stripe.Checkout.Session): object {
  const details = session.collected_information?.shipping_details;
  return details ? { shipping: { name: details.name, address: details.address } } : {};
}

/** What the subscription of a session is made with. */
export function subscriptionParams(
  stripe: Backend,
  id: string,
  { customer, paymentMethod }: { readonly customer: string; readonly paymentMethod: string | undefined },
): Stripe.SubscriptionCreateParams {
  const table = sessionsOf(stripe);
  const { given, lines, discounts } = table.hidden(id)!;
  const threeDSecure = table.get(id).payment_method_options?.card?.request_three_d_secure;
  const prices = stripe.table<Stripe.Price>('price');
  const [recurring, once] = [true, false].map((wanted) =>
    lines.filter((line) => (prices.get(line.price).recurring !== null) === wanted),
  );
  const asItem = ({ price, quantity, taxRates, metadata }: (typeof lines)[number], isOnce: boolean): object => ({
    price,
    ...(quantity !== null && { quantity }),
    ...(taxRates.length > 0 && { tax_rates: taxRates }),
    ...(!isOnce && Object.keys(metadata).length > 0 && { metadata }),
  });
  return {
    ...given.subscription_data,
    customer,
    currency: table.get(id).currency ?? 'usd',
    items: recurring!.map((line) => asItem(line, false)),
    ...(once!.length > 0 && { add_invoice_items: once!.map((line) => asItem(line, true)) }),
    ...(discounts.length > 0 && {
      discounts: discounts.map(({ coupon, promotion_code }) =>
        promotion_code === null ? { coupon } : { promotion_code },
      ),
    }),
    ...(given.automatic_tax !== undefined && { automatic_tax: given.automatic_tax }),
    ...(paymentMethod !== undefined && { default_payment_method: paymentMethod }),
    ...(threeDSecure && {
      payment_settings: { payment_method_options: { card: { request_three_d_secure: threeDSecure } } },
    }),
    payment_behavior: 'default_incomplete',
  };
}
