import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import type { Raw, RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';
import { eachHash, isHash, listOf } from './raw-lists';

/**
 * https://docs.stripe.com/changelog/2022-08-01: Checkout priced its lines by themselves, took the items of a subscription apart from them,
 * tried plans for as long as they say, made a customer of everybody who paid, and knew shipping in two fields.
 */
export const formerCheckout: Change = {
  since: '2022-08-01',
  render: (object) => {
    if (object['object'] !== 'checkout.session') return object;
    const cost = object['shipping_cost'] as Fields | null | undefined;
    const [first] = (object['shipping_options'] ?? []) as Fields[];
    const rate = (cost?.['shipping_rate'] ?? first?.['shipping_rate']) as string | null | undefined;
    const shown = omit(object, 'shipping_cost', 'shipping_details');
    return { ...shown, shipping: object['shipping_details'] ?? null, shipping_rate: idOf(rate) ?? null };
  },
  translate: { 'POST /v1/checkout/sessions': translate },
};

function translate({ shipping_rates: rates, subscription_data: data, ...given }: RawHash, stripe: Backend): RawHash {
  const { items, coupon, trial_from_plan: fromPlan, ...others } = isHash(data) ? data : {};
  const trial = fromPlan === 'true' ? longestTrial(stripe, listOf(items).map(asLine)) : 0;
  const subscription = { ...(trial > 0 && { trial_period_days: String(trial) }), ...others };
  const lines = [...listOf(items).map(asLine), ...listOf(given['line_items'])];
  const mode =
    given['mode'] ?? (items !== undefined ? 'subscription' : given['setup_intent_data'] ? 'setup' : 'payment');
  const makesCustomer = mode === 'payment' && given['customer'] === undefined;
  return {
    ...(makesCustomer && { customer_creation: 'always' }),
    ...given,
    mode,
    ...(lines.length > 0 && { line_items: eachHash(lines, withPriceData) }),
    ...(rates !== undefined && { shipping_options: listOf(rates).map((rate) => ({ shipping_rate: rate })) }),
    ...(coupon !== undefined && { discounts: [{ coupon }] }),
    ...(Object.keys(subscription).length > 0 && { subscription_data: subscription }),
  };
}

/** For how many days the plans that are sold can be tried. */
function longestTrial(stripe: Backend, lines: readonly Raw[]): number {
  const prices = stripe.table<Stripe.Price>('price');
  const days = lines.map((line) => {
    const price = isHash(line) && typeof line['price'] === 'string' ? prices.find(line['price']) : undefined;
    return price?.recurring?.trial_period_days ?? 0;
  });
  return Math.max(0, ...days);
}

function asLine(item: Raw): Raw {
  if (!isHash(item)) return item;
  const { plan, quantity = '1', ...rest } = item;
  return plan === undefined ? item : { ...rest, price: plan, quantity };
}

function withPriceData({ name, description, images, amount, currency, ...line }: RawHash): RawHash {
  const written = { ...(description !== undefined && { description }), ...(images !== undefined && { images }) };
  if (name === undefined || amount === undefined || currency === undefined) return { ...line, ...written };
  return {
    ...line,
    price_data: { currency, unit_amount: amount, product_data: { name, ...written } },
  };
}
