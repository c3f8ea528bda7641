import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import type { Raw, RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';
import { eachHash, isHash, listOf } from './raw-lists';

/**
 * https://docs.stripe.com/changelog/2022-08-01: Checkout priced its lines by themselves, took the items of a subscription apart from them,
 * made a customer of everybody who paid, and knew shipping in two fields.
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

function translate({ shipping_rates: rates, subscription_data: data, ...given }: RawHash): RawHash {
  const { items, coupon, ...subscription } = isHash(data) ? data : {};
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
