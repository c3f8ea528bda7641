import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { proratedShare } from './amounts';
import { billedUntil, shareWithin } from './billing-schedules';
import type { DiscountAmount } from './discount-amounts';
import { debitsOf, type Debit } from './debits';
import { discountFor, discountsInEffect } from './discounts';
import { keepItem, type ItemSeed } from './invoice-items';
import { pricingOf } from './lines';
import { intervalsBetween, nextPeriod } from './periods';
import { isMetered, priceOnlyIn, productName, recurringOf } from './prices';
import { customerOf, holding, isFlexible, withPeriod, type Item, type Subscription } from './subscription-data';
import { itemAmount } from './subscription-invoices';

/** https://docs.stripe.com/billing/subscriptions/prorations */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Gives credit for the rest of the periods of items that were changed, and charges the rest of the new ones, to the second.
 * With `isReset` the new ones begin a whole period of their own, which is charged elsewhere. Gives how many items were made.
 */
export function prorate(
  stripe: Backend,
  before: Subscription,
  after: Subscription,
  { date, isReset }: { readonly date: number; readonly isReset: boolean },
): Stripe.InvoiceItem[] {
  const seeds: ItemSeed[] = [];
  const [was, is] = [wholes(stripe, before), wholes(stripe, after)];
  const isFree = before.status === 'trialing';
  for (const item of before.items.data) {
    const now = after.items.data.find(({ id }) => id === item.id);
    const isKept = now !== undefined && !isReset && isSame(item, now);
    if (isMetered(item.price) || isFree) continue;
    if (isKept) {
      seeds.push(...movedEnd(stripe, before, [item, now], was.get(item.id)!));
      continue;
    }
    seeds.push(...credits(stripe, before, item, date));
  }
  if (!isReset && after.status !== 'trialing') {
    for (const item of after.items.data) {
      const former = before.items.data.find(({ id }) => id === item.id);
      if (isMetered(item.price) || (former !== undefined && isSame(former, item))) continue;
      seeds.push(seedOf(stripe, after, item, { date, sign: 1, whole: is.get(item.id)! }));
    }
  }
  return seeds.map((seed) => keepItem(stripe, seed));
}

/** A period that ends earlier than it did gives credit for the time between, one that ends later is charged for it. */
function movedEnd(
  stripe: Backend,
  subscription: Subscription,
  [was, is]: readonly [Item, Item],
  whole: Whole,
): ItemSeed[] {
  const [former, end] = [was.current_period_end, is.current_period_end];
  if (end < former) return credits(stripe, subscription, was, end);
  return end > former ? [seedOf(stripe, subscription, is, { date: former, sign: 1, whole })] : [];
}

/**
 * Credit for an item from a date on: in the flexible mode for what was charged, each charge by itself, in the classic one for what the item
 * costs now, whether that was charged or not.
 */
function credits(stripe: Backend, subscription: Subscription, item: Item, date: number): ItemSeed[] {
  const debits = debitsOf(stripe, subscription, item, { since: chargedSince(subscription, item), from: date });
  if (!isFlexible(subscription)) {
    // A discount is not shared with other items there.
    const alone = wholes(stripe, { ...subscription, ...holding(subscription.id, [item]) }).get(item.id)!;
    const seed = seedOf(stripe, subscription, item, { date, sign: -1, whole: alone });
    const credited_items = debits.at(-1)?.reference ?? null;
    return [{ ...seed, proration_details: { ...seed.proration_details!, credited_items } }];
  }
  return debits.map((debit) => creditOf(stripe, subscription, item, debit, Math.max(date, debit.period.start)));
}

function creditOf(stripe: Backend, subscription: Subscription, item: Item, debit: Debit, from: number): ItemSeed {
  const { period, pricing, quantity, reference, until } = debit;
  const whole = period.end - period.start;
  const amounts = amountsOf(subscription, item, debit, (amount) => proratedShare(-amount, until - from, whole));
  const price = stripe.table<Stripe.Price>('price').find(idOf(pricing?.price_details?.price) ?? '') ?? item.price;
  return {
    ...seedFor(stripe, subscription, item, { from, until, sign: -1 }, { price, quantity }),
    ...amounts,
    pricing,
    proration_details: { ...amounts.proration_details!, credited_items: reference },
  };
}

/** Gives credit for the rest of the periods of all items: the subscription ends. */
export function creditAll(stripe: Backend, subscription: Subscription, date: number): Stripe.InvoiceItem[] {
  return prorate(
    stripe,
    subscription,
    { ...subscription, items: { ...subscription.items, data: [] } },
    { date, isReset: false },
  );
}

/** Charges the time from a day in the past until now in one amount, as the classic mode does: whole intervals, and the rest in proportion. */
export function chargePast(stripe: Backend, subscription: Subscription, start: number, now: number): void {
  const amounts = wholes(stripe, subscription);
  for (const item of subscription.items.data) {
    if (isMetered(item.price)) continue;
    const recurring = recurringOf(item.price);
    const { start: last, end } = nextPeriod(start, recurring, now);
    const count = intervalsBetween(start, recurring, last);
    const share = (amount: number): number => amount * count + proratedShare(amount, now - last, end - last);
    const past = withPeriod(item, { start, end: now });
    keepItem(stripe, seedOf(stripe, subscription, past, { date: start, sign: 1, whole: amounts.get(item.id)!, share }));
  }
}

/** From when on what an item costs was charged at once with its period: that of a backdated subscription with its first one. */
export function chargedSince({ created, start_date: start }: Subscription, item: Item): number {
  const { current_period_start: begin, current_period_end: end } = item;
  return start < created && begin <= created && created < end ? start : begin;
}

/** What an item costs for a whole period, and what discounts take off that: a share of an amount has its share of them. */
interface Whole {
  readonly amount: number;
  readonly discounts: readonly DiscountAmount[];
}

function wholes(stripe: Backend, subscription: Subscription): Map<string, Whole> {
  const items = subscription.items.data;
  const amounts = items.map((item) => itemAmount(stripe, item, subscription.currency));
  const { lines } = discountFor(stripe, {
    currency: subscription.currency,
    discounts: discountsInEffect(stripe, { customer: customerOf(subscription), subscription }),
    lines: items.map((item, index) => ({
      amount: amounts[index]!,
      product: idOf(item.price.product),
      discounts: item.discounts,
    })),
  });
  return new Map(items.map(({ id }, index) => [id, { amount: amounts[index]!, discounts: lines[index]! }]));
}

/**
 * The amounts of a proration. With `proration_discounts` set to `itemized` the discounts stand beside the amount, and are taken off on the
 * invoice; otherwise they are off already.
 */
function amountsOf(
  { billing_mode: mode }: Subscription,
  item: Item,
  { amount, discounts }: Whole,
  share: (amount: number) => number,
): Pick<ItemSeed, 'amount' | 'discounts' | 'net_amount' | 'proration_details'> {
  const off = sumOf(discounts);
  if (mode.flexible?.proration_discounts !== 'itemized') {
    const named = mode.type === 'flexible' ? discounts.map(({ discount }) => ({ amount: 0, discount })) : [];
    return { amount: share(amount - off), proration_details: { credited_items: null, discount_amounts: named } };
  }
  const shares = discounts.map((each) => ({ amount: share(each.amount), discount: each.discount }));
  return {
    amount: share(amount),
    discounts: item.discounts,
    net_amount: share(amount) - sumOf(shares),
    proration_details: { credited_items: null, discount_amounts: shares },
  };
}

function sumOf(discounts: readonly DiscountAmount[]): number {
  return discounts.reduce((sum, { amount }) => sum + amount, 0);
}

function isSame(one: Item, other: Item): boolean {
  return one.price.id === other.price.id && one.quantity === other.quantity;
}

interface Part {
  readonly date: number;
  readonly sign: 1 | -1;
  readonly whole: Whole;
  /** The part of an amount for a whole period that counts; the rest of the period where it is left out. */
  readonly share?: (amount: number) => number;
}

function seedOf(stripe: Backend, subscription: Subscription, item: Item, { date, sign, whole, share }: Part): ItemSeed {
  const end = billedUntil(item);
  const from = Math.min(Math.max(date, chargedSince(subscription, item)), end);
  const rest = (): ((amount: number) => number) => {
    const within = shareWithin(subscription, item, { start: from, end });
    return (amount) => sign * within(amount);
  };
  const { price, quantity = 1 } = item;
  return {
    ...seedFor(stripe, subscription, item, { from, until: end, sign }, { price, quantity }),
    ...amountsOf(subscription, item, whole, share ?? rest()),
  };
}

/** What a proration is besides its amounts. */
function seedFor(
  stripe: Backend,
  subscription: Subscription,
  item: Item,
  { from, until, sign }: { readonly from: number; readonly until: number; readonly sign: 1 | -1 },
  { price, quantity }: { readonly price: Stripe.Price; readonly quantity: number },
): Omit<ItemSeed, 'amount'> {
  const name = productName(stripe, price);
  const what = quantity === 1 ? name : `${quantity} × ${name}`;
  return {
    currency: subscription.currency,
    customer: customerOf(subscription),
    description: `${sign < 0 ? 'Unused' : 'Remaining'} time on ${what} after ${dayOf(from)}`,
    discountable: false,
    metadata: subscription.metadata,
    parent: {
      subscription_details: { subscription: subscription.id, subscription_item: item.id },
      type: 'subscription_details',
    },
    period: { start: from, end: until },
    pricing: pricingOf(priceOnlyIn(stripe, price, subscription.currency)),
    proration: true,
    quantity,
    tax_rates: item.tax_rates,
  };
}

function dayOf(time: number): string {
  const date = new Date(time * 1000);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
