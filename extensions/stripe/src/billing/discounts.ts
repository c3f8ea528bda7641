/** Discounts of customers, subscriptions and invoices: https://docs.stripe.com/api/discounts. */
import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { couponTerms } from '../resources/coupons';
import { blank } from '../spec/shapes';
import {
  amountOffIn,
  discountLines,
  sumByDiscount,
  type AppliedDiscount,
  type DiscountAmount,
} from './discount-amounts';
import { checkPromotionCode, redeem } from './redemption';

/** How a client asks for a discount. */
export interface DiscountParams {
  readonly coupon?: string;
  readonly promotion_code?: string;
  /** One that is there already: it stays, or what it takes off is taken off here, too. */
  readonly discount?: string;
}

/** What a discount belongs to. */
export type DiscountOwner = Partial<
  Record<
    'checkout_session' | 'customer' | 'invoice' | 'invoice_item' | 'subscription' | 'subscription_item',
    string | null
  >
>;

export interface DiscountOptions {
  /** How the client named the list; `discounts` where left out. */
  readonly param?: string;
  /** The currency of what is discounted: a coupon of an amount has to have it. */
  readonly currency?: string | null;
  /** From when on it counts; now where left out. */
  readonly since?: number;
  /** What is discounted, where the minimum of a promotion code can be checked. */
  readonly subtotal?: number;
  /** The discounts that the owner had: those that are named by `discount` stay, the others are taken away. */
  readonly before?: readonly (string | Stripe.Discount | Stripe.DeletedDiscount)[];
}

type DiscountReference = string | { readonly id: string };

function discounts(stripe: Backend) {
  return stripe.table<Stripe.Discount>('discount');
}

/**
 * Makes the discounts that a client asks for, and counts the redemptions. Gives the discounts that the owner has from now on; the
 * caller keeps their identifiers. Throws for coupons and codes that are not there, used up, expired or not for this customer.
 */
export function readDiscounts(
  stripe: Backend,
  given: readonly DiscountParams[] | '' | null | undefined,
  owner: DiscountOwner,
  { param = 'discounts', currency, since, subtotal, before = [] }: DiscountOptions = {},
): Stripe.Discount[] {
  if (given === undefined) return before.flatMap((each) => discounts(stripe).find(idOf(each)!) ?? []);
  const had = new Set(before.map((each) => idOf(each)!));
  const kept = new Set<string>();
  const result: Stripe.Discount[] = [];
  for (const [index, each] of (given === '' || given === null ? [] : given).entries()) {
    const at = `${param}[${index}]`;
    if ([each.coupon, each.promotion_code, each.discount].filter((one) => one !== undefined).length !== 1) {
      throw invalidRequest('You must specify exactly one of these parameters: coupon, discount, promotion_code.', {
        param: at,
      });
    }
    if (each.discount !== undefined && had.has(each.discount)) {
      kept.add(each.discount);
      result.push(discounts(stripe).get(each.discount, `${at}[discount]`));
      continue;
    }
    result.push(createDiscount(stripe, each, owner, { param: at, currency, since, subtotal }));
  }
  for (const id of had) if (!kept.has(id)) endDiscount(stripe, id);
  return result;
}

interface CreateOptions {
  readonly param?: string;
  readonly currency?: string | null | undefined;
  readonly since?: number | undefined;
  readonly subtotal?: number | undefined;
  /** It is part of an offer, and not counted before that is accepted. */
  readonly isTentative?: boolean;
}

/** Makes one discount. See {@link readDiscounts}; `param` is the name of what holds `coupon` and the others. */
export function createDiscount(
  stripe: Backend,
  given: DiscountParams,
  owner: DiscountOwner,
  options: CreateOptions = {},
): Stripe.Discount {
  const named = (name: string): string => (options.param === undefined ? name : `${options.param}[${name}]`);
  const former = given.discount === undefined ? undefined : discounts(stripe).get(given.discount, named('discount'));
  const code =
    given.promotion_code === undefined
      ? undefined
      : checkPromotionCode(stripe, given.promotion_code, {
          param: named('promotion_code'),
          customer: owner.customer ?? undefined,
          currency: options.currency ?? undefined,
          subtotal: options.subtotal,
        });
  const couponId = given.coupon ?? idOf(code?.promotion.coupon) ?? idOf(former?.source.coupon);
  const param = given.coupon === undefined ? named('promotion_code') : named('coupon');
  const coupon = former ? couponOf(stripe, former)! : existingCoupon(stripe, couponId!, param);
  checkCurrency(coupon, options.currency, param);
  if (former === undefined && options.isTentative !== true) redeem(stripe, coupon, code, param);
  const start = options.since ?? stripe.now();
  const discount = keepDiscount(stripe, coupon.id, owner, {
    promotion_code: code?.id ?? idOf(former?.promotion_code) ?? null,
    start,
    end: former ? former.end : endOf(coupon, start),
  });
  if (isAnnounced(discount)) {
    stripe.emit('customer.discount.created', discount);
    if (discount.end !== null) stripe.jobs.schedule('discount.end', discount.id, discount.end);
  }
  return discount;
}

/** Keeps a discount, and counts nothing: its redemption was looked at before. */
export function keepDiscount(
  stripe: Backend,
  coupon: string,
  owner: DiscountOwner,
  rest: Pick<Stripe.Discount, 'promotion_code' | 'start' | 'end'>,
): Stripe.Discount {
  const discount = {
    ...blank('discount'),
    id: stripe.newId('discount'),
    ...owner,
    source: { coupon, type: 'coupon' },
    ...rest,
  } as unknown as Stripe.Discount;
  return discounts(stripe).insert(discount);
}

/** Invoices and sessions have their discounts for once; the others are announced, and end by themselves. */
function isAnnounced({
  customer,
  subscription,
  subscription_item,
  invoice,
  invoice_item,
  checkout_session,
}: Stripe.Discount): boolean {
  const passing = invoice ?? invoice_item ?? checkout_session;
  return passing === null && (customer ?? subscription ?? subscription_item) !== null;
}

/**
 * The discounts that an invoice of a subscription or of a customer has at a time: those of the subscription, or else that of the
 * customer, as long as they have not ended.
 */
export function discountsInEffect(
  stripe: Backend,
  {
    customer,
    subscription,
  }: { customer?: string | undefined; subscription?: string | { discounts: readonly DiscountReference[] } | undefined },
  at = stripe.now(),
): Stripe.Discount[] {
  const holder =
    typeof subscription === 'string'
      ? stripe.table<Stripe.Subscription>('subscription').find(subscription)
      : subscription;
  const own = inEffect(stripe, holder?.discounts ?? [], at);
  if (own.length > 0) return own;
  const held = customer === undefined ? undefined : stripe.table<Stripe.Customer>('customer').find(customer)?.discount;
  return held ? inEffect(stripe, [held], at) : [];
}

/** Those of some discounts that have not ended. */
export function inEffect(stripe: Backend, given: readonly DiscountReference[], at = stripe.now()): Stripe.Discount[] {
  return given.flatMap((each) => {
    const discount = discounts(stripe).find(idOf(each)!);
    const isOver = discount === undefined || 'deleted' in discount || (discount.end !== null && discount.end <= at);
    return isOver ? [] : [discount];
  });
}

export interface LineToDiscount {
  readonly amount: number;
  readonly product?: string | undefined;
  readonly discountable?: boolean | undefined;
  readonly discounts?: readonly DiscountReference[] | undefined;
}

/** What lines have off, and the sums by discount, as `discount_amounts` and `total_discount_amounts` of an invoice have them. */
export function discountFor(
  stripe: Backend,
  given: {
    readonly currency: string;
    readonly lines: readonly LineToDiscount[];
    readonly discounts: readonly DiscountReference[];
  },
): { lines: DiscountAmount[][]; total: DiscountAmount[]; sum: number } {
  const resolve = (each: DiscountReference): AppliedDiscount[] => {
    const discount = discounts(stripe).find(idOf(each)!);
    const coupon = discount && couponOf(stripe, discount);
    return discount && coupon ? [{ id: discount.id, coupon }] : [];
  };
  const lines = discountLines(
    given.lines.map((line) => ({ ...line, discounts: (line.discounts ?? []).flatMap(resolve) })),
    given.discounts.flatMap(resolve),
    given.currency,
  );
  const total = sumByDiscount(lines);
  return { lines, total, sum: total.reduce((sum, { amount }) => sum + amount, 0) };
}

/** The coupon of a discount, as it was before it was deleted. */
function couponOf(stripe: Backend, { source }: Stripe.Discount): Stripe.Coupon | undefined {
  return couponTerms(stripe, idOf(source.coupon) ?? '');
}

/** The coupon that a parameter names. Throws where there is none any more. */
function existingCoupon(stripe: Backend, id: string, param: string): Stripe.Coupon {
  stripe.table<Stripe.Coupon>('coupon').get(id, param);
  return couponTerms(stripe, id)!;
}

/** Ends the discounts that were good for one invoice and took something off this one. To be called once it stands. */
export function spendDiscounts(
  stripe: Backend,
  { total_discount_amounts: used }: Pick<Stripe.Invoice, 'total_discount_amounts'>,
): void {
  for (const { amount, discount: each } of used ?? []) {
    if (amount === 0) continue;
    const discount = discounts(stripe).find(idOf(each)!);
    if (discount === undefined || 'deleted' in discount || !isAnnounced(discount)) continue;
    if (couponOf(stripe, discount)?.duration === 'once') removeDiscount(stripe, discount.id);
  }
}

/** Takes a discount away from what has it, and says so. Gives it as a deleted one. */
export function removeDiscount(stripe: Backend, id: string): Stripe.DeletedDiscount {
  const { customer, subscription, subscription_item } = discounts(stripe).get(id);
  const without = <T extends { discounts?: readonly DiscountReference[] }>(holder: T): Partial<T> =>
    ({ discounts: (holder.discounts ?? []).filter((each) => idOf(each) !== id) }) as unknown as Partial<T>;
  const subscriptions = stripe.table<Stripe.Subscription>('subscription');
  if (subscription !== null) {
    const change = (holder: Stripe.Subscription): Partial<Stripe.Subscription> => {
      if (subscription_item === null) return without(holder);
      return { items: { ...holder.items, data: holder.items.data.map((item) => ({ ...item, ...without(item) })) } };
    };
    if (subscriptions.has(subscription)) subscriptions.update(subscription, change, 'customer.subscription.updated');
  } else if (customer !== null) {
    const customers = stripe.table<Stripe.Customer>('customer');
    if (customers.find(idOf(customer)!)?.discount?.id === id)
      customers.update(idOf(customer)!, { discount: null }, 'customer.updated');
  }
  return endDiscount(stripe, id);
}

/** Marks a discount as deleted; what has it is the caller's. */
function endDiscount(stripe: Backend, id: string): Stripe.DeletedDiscount {
  const deleted = { ...discounts(stripe).get(id), deleted: true } as unknown as Stripe.DeletedDiscount;
  // A deleted discount has no end any more.
  Reflect.deleteProperty(deleted, 'end');
  stripe.jobs.cancel(id, 'discount.end');
  discounts(stripe).update(id, { deleted: true } as unknown as Partial<Stripe.Discount>);
  if (isAnnounced(deleted as unknown as Stripe.Discount)) stripe.emit('customer.discount.deleted', deleted);
  return deleted;
}

/** Gives a customer another discount, or none. `param` names what holds `coupon` or `promotion_code`, if anything does. */
export function setCustomerDiscount(
  stripe: Backend,
  customer: string,
  given: DiscountParams | '' | null,
  param?: string,
): Stripe.Customer {
  const customers = stripe.table<Stripe.Customer>('customer');
  const former = customers.get(customer).discount;
  if (given === '' || given === null) {
    if (former) removeDiscount(stripe, former.id);
    return customers.get(customer);
  }
  return stripe.onClockOf(customer, () => {
    const discount = createDiscount(stripe, given, { customer }, param === undefined ? {} : { param });
    if (former) {
      endDiscount(stripe, former.id);
      stripe.emitChange('customer.discount.updated', former, discount);
    }
    return customers.update(customer, { discount });
  });
}

/** Deleting discounts, and their end. */
export const discountOperations: DefineModule = (stripe) => ({
  operations: {
    'DELETE /v1/customers/{customer}/discount': ({ path }) => {
      const customer = stripe.table<Stripe.Customer>('customer').get(path['customer']!);
      if (!customer.discount) throw noDiscount('customer', customer.id);
      return stripe.onClockOf(customer.id, () => removeDiscount(stripe, customer.discount!.id));
    },
    'DELETE /v1/subscriptions/{subscription}/discount': ({ path }) => {
      const subscription = stripe.table<Stripe.Subscription>('subscription').get(path['subscription']!);
      const [first, ...others] = subscription.discounts;
      if (first === undefined) throw noDiscount('subscription', subscription.id);
      return stripe.onClockOf(idOf(subscription.customer), () => {
        for (const each of others) removeDiscount(stripe, idOf(each)!);
        return removeDiscount(stripe, idOf(first)!);
      });
    },
  },
  jobs: {
    'discount.end': (_stripe, { subject }) => {
      if (discounts(stripe).has(subject)) removeDiscount(stripe, subject);
    },
  },
});

function noDiscount(noun: string, id: string): StripeError {
  return new StripeError(404, 'invalid_request_error', `No active discount for ${noun}: ${id}`, {
    code: 'resource_missing',
  });
}

/** Throws for a coupon that takes off an amount, and has none in the currency. `param` is what names the coupon. */
export function checkCurrency(coupon: Stripe.Coupon, currency: string | null | undefined, param: string): void {
  if (coupon.percent_off !== null || currency === null || currency === undefined) return;
  if (amountOffIn(coupon, currency) !== undefined) return;
  throw invalidRequest(
    `The coupon \`${coupon.id}\` has amounts in ${[coupon.currency, ...Object.keys(coupon.currency_options ?? {})].join(', ')} and cannot be applied to an amount in ${currency}.`,
    { param },
  );
}

/** A coupon for some months ends as many calendar months later. */
export function endOf({ duration, duration_in_months }: Stripe.Coupon, start: number): number | null {
  return duration === 'repeating' && duration_in_months !== null ? monthsLater(start, duration_in_months) : null;
}

function monthsLater(start: number, months: number): number {
  const date = new Date(start * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, length));
  return Math.floor(date.getTime() / 1000);
}
