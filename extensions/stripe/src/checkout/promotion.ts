import type Stripe from 'stripe';
import { checkCurrency } from '../billing/discounts';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { couponTerms } from '../resources/coupons';
import type { ChosenDiscount } from './totals';

/**
 * Reads `discounts` of a session in a currency. Throws for a coupon or a promotion code that is not there, no longer valid, or takes
 * off an amount in other currencies alone.
 */
export function readDiscounts(
  stripe: Backend,
  given: readonly { readonly coupon?: string; readonly promotion_code?: string }[],
  currency: string | null,
): ChosenDiscount[] {
  if (given.length > 1) {
    throw invalidRequest('You may only specify one discount on a Checkout Session.', { param: 'discounts' });
  }
  return given.map(({ coupon, promotion_code }, index) => {
    const param = `discounts[${index}]`;
    if (coupon !== undefined && promotion_code !== undefined) {
      throw invalidRequest('You may only specify one of these parameters: coupon, promotion_code.', {
        param: `${param}[coupon]`,
      });
    }
    if (promotion_code !== undefined) {
      const code = stripe.table<Stripe.PromotionCode>('promotion_code').get(promotion_code, `${param}[promotion_code]`);
      if (!code.active) throw invalidRequest('This promotion code is inactive.', { param: `${param}[promotion_code]` });
      const behind = idOf(code.promotion.coupon)!;
      checkCoupon(stripe, behind, currency, `${param}[promotion_code]`);
      return { id: stripe.newId('discount'), coupon: behind, promotion_code: code.id };
    }
    const { id } = checkCoupon(stripe, coupon ?? '', currency, `${param}[coupon]`);
    return { id: stripe.newId('discount'), coupon: id, promotion_code: null };
  });
}

function checkCoupon(stripe: Backend, id: string, currency: string | null, param: string): Stripe.Coupon {
  const coupon = stripe.table<Stripe.Coupon>('coupon').get(id, param);
  if (!coupon.valid) {
    throw invalidRequest(`Coupon ${id} is expired and cannot be applied.`, { code: 'coupon_expired', param });
  }
  checkCurrency(couponTerms(stripe, id)!, currency, param);
  return coupon;
}

/** What a buyer typed as a code. Throws with a text for the page where it takes nothing off. */
export function redeemable(
  stripe: Backend,
  typed: string,
  sale: { readonly customer: string | undefined; readonly subtotal: number; readonly currency: string },
): ChosenDiscount {
  const wanted = typed.trim().toLowerCase();
  const code = stripe
    .table<Stripe.PromotionCode>('promotion_code')
    .first({ where: (each) => each.active && each.code.toLowerCase() === wanted });
  if (code === undefined) throw notValid('This code is invalid.');
  const { expires_at, max_redemptions, times_redeemed, restrictions } = code;
  if (expires_at !== null && expires_at <= stripe.now()) throw notValid('This code has expired.');
  if (max_redemptions !== null && times_redeemed >= max_redemptions) {
    throw notValid('This code has reached its redemption limit.');
  }
  const owner = idOf(code.customer);
  if (owner !== undefined && owner !== sale.customer) throw notValid('This code is invalid.');
  const { minimum_amount: least, minimum_amount_currency: of } = restrictions;
  if (least !== null && (of !== sale.currency || sale.subtotal < least)) {
    throw notValid('This code is not valid for an order of this amount.');
  }
  const coupon = stripe.table<Stripe.Coupon>('coupon').find(idOf(code.promotion.coupon) ?? '');
  if (coupon === undefined || !coupon.valid) throw notValid('This code has expired.');
  return { id: stripe.newId('discount'), coupon: coupon.id, promotion_code: code.id };
}

function notValid(message: string): StripeError {
  return invalidRequest(message, { code: 'promotion_code_invalid' });
}
