/** Whether coupons and promotion codes can be redeemed, and the counting of redemptions. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

/** Counts the redemption of a coupon, and of the code by which it was named. Throws where it is used up or expired. */
export function redeem(
  stripe: Backend,
  coupon: Stripe.Coupon,
  code: Stripe.PromotionCode | undefined,
  param: string,
): void {
  checkCoupon(stripe, coupon, param);
  countRedemption(stripe, coupon.id, code?.id);
}

/** Counts that a coupon was used, and the code by which it was named; the last use ends them. Passes over what has gone. */
export function countRedemption(stripe: Backend, coupon: string, code: string | null | undefined): void {
  const coupons = stripe.table<Stripe.Coupon>('coupon');
  if (coupons.has(coupon)) {
    coupons.update(coupon, ({ times_redeemed, max_redemptions, valid }) => ({
      times_redeemed: times_redeemed + 1,
      valid: valid && (max_redemptions === null || times_redeemed + 1 < max_redemptions),
    }));
  }
  if (code === null || code === undefined) return;
  stripe.table<Stripe.PromotionCode>('promotion_code').update(code, ({ times_redeemed, max_redemptions, active }) => ({
    times_redeemed: times_redeemed + 1,
    active: active && (max_redemptions === null || times_redeemed + 1 < max_redemptions),
  }));
}

/** Throws where a coupon takes nothing off any more. */
export function checkCoupon(stripe: Backend, coupon: Stripe.Coupon, param: string): void {
  if (coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions) {
    throw invalidRequest(`Coupon ${coupon.id} is used up and cannot be applied.`, { code: 'coupon_expired', param });
  }
  if (!coupon.valid || (coupon.redeem_by !== null && coupon.redeem_by <= stripe.now())) {
    throw invalidRequest(`Coupon ${coupon.id} is expired and cannot be applied.`, { code: 'coupon_expired', param });
  }
}

export interface Redemption {
  readonly param: string;
  readonly customer?: string | undefined;
  readonly currency?: string | undefined;
  readonly subtotal?: number | undefined;
}

/** The promotion code under an identifier. Throws where it is not for this customer, this amount or this time. */
export function checkPromotionCode(stripe: Backend, id: string, { param, ...sale }: Redemption): Stripe.PromotionCode {
  const code = stripe.table<Stripe.PromotionCode>('promotion_code').get(id, param);
  const refuse = (reason: string): Error =>
    invalidRequest(`This promotion code cannot be redeemed because ${reason}.`, { param });
  if (code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions) {
    throw refuse('it has been used the maximum number of times');
  }
  if (code.expires_at !== null && code.expires_at <= stripe.now()) throw refuse('it has expired');
  if (!code.active) throw refuse('it is not active');
  const owner = idOf(code.customer);
  if (owner !== undefined && owner !== sale.customer) throw refuse('it belongs to another customer');
  const { first_time_transaction, minimum_amount, minimum_amount_currency, currency_options } = code.restrictions;
  if (first_time_transaction && sale.customer !== undefined && hasPaid(stripe, sale.customer)) {
    throw refuse('the associated customer has prior transactions');
  }
  if (minimum_amount !== null && sale.subtotal !== undefined) {
    const least =
      sale.currency === undefined || sale.currency === minimum_amount_currency
        ? minimum_amount
        : (currency_options?.[sale.currency]?.minimum_amount ?? Infinity);
    if (sale.subtotal < least) throw refuse('the associated purchase does not meet the minimum amount requirement');
  }
  return code;
}

/** Whether a customer ever paid anything: a first-time code is then no longer for them. */
function hasPaid(stripe: Backend, customer: string): boolean {
  const charge = stripe.table<Stripe.Charge>('charge').first({ by: { customer }, where: (each) => each.paid });
  return charge !== undefined;
}
