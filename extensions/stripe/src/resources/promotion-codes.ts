import type Stripe from 'stripe';
import { checkCoupon } from '../billing/redemption';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';

const CODE_LENGTH = 8;

/** https://docs.stripe.com/api/promotion_codes */
export const promotionCodes: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.PromotionCode>('promotion_code');
  return {
    operations: {
      'POST /v1/promotion_codes': ({ params }) => {
        const code = newCode(stripe, params as unknown as Stripe.PromotionCodeCreateParams);
        table.insert(code);
        if (code.expires_at !== null) stripe.jobs.schedule('promotion_code.expire', code.id, code.expires_at);
        stripe.emit('promotion_code.created', code);
        return code;
      },
      'GET /v1/promotion_codes/{code}': ({ path }) => table.get(path['code']!),
      'POST /v1/promotion_codes/{code}': ({ path, params }) => {
        const given = params as Stripe.PromotionCodeUpdateParams;
        const before = table.get(path['code']!);
        if (given.active === true && !before.active) checkRevival(stripe, before);
        const options = given.restrictions?.currency_options;
        return table.update(
          before.id,
          {
            ...(given.active !== undefined && { active: given.active }),
            ...(options && {
              restrictions: {
                ...before.restrictions,
                currency_options: { ...before.restrictions.currency_options, ...options },
              } as Stripe.PromotionCode.Restrictions,
            }),
            metadata: mergeMetadata(before.metadata, given.metadata),
          },
          'promotion_code.updated',
        );
      },
      'GET /v1/promotion_codes': ({ params, url }) => {
        const { active, code, coupon, customer } = params as Stripe.PromotionCodeListParams;
        return table.page(url, params, {
          by: { 'promotion.coupon': coupon, customer },
          where: (each) =>
            (active === undefined || each.active === active) &&
            (code === undefined || each.code.toLowerCase() === code.toLowerCase()),
        });
      },
    },
    jobs: {
      'promotion_code.expire': (_stripe, { subject }) => {
        if (table.has(subject)) table.update(subject, { active: false }, 'promotion_code.updated');
      },
    },
  };
};

function newCode(stripe: Backend, given: Stripe.PromotionCodeCreateParams): Stripe.PromotionCode {
  if (given.promotion.coupon === undefined) {
    throw invalidRequest('Missing required param: promotion[coupon].', {
      code: 'parameter_missing',
      param: 'promotion[coupon]',
    });
  }
  const coupon = stripe.table<Stripe.Coupon>('coupon').get(given.promotion.coupon, 'promotion[coupon]');
  checkCoupon(stripe, coupon, 'promotion[coupon]');
  if (given.customer !== undefined) stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  const code = given.code ?? stripe.secret(CODE_LENGTH).toUpperCase();
  if (!/^[\w-]+$/.test(code)) {
    throw invalidRequest('The `code` may only contain letters, digits, dashes and underscores.', { param: 'code' });
  }
  checkUnique(stripe, code, given.customer);
  if (given.expires_at !== undefined) {
    if (given.expires_at <= stripe.now()) {
      throw invalidRequest('The `expires_at` timestamp must be in the future.', { param: 'expires_at' });
    }
    if (coupon.redeem_by !== null && given.expires_at > coupon.redeem_by) {
      throw invalidRequest('The `expires_at` timestamp cannot be after the `redeem_by` timestamp of the coupon.', {
        param: 'expires_at',
      });
    }
  }
  if (
    given.max_redemptions !== undefined &&
    coupon.max_redemptions !== null &&
    given.max_redemptions > coupon.max_redemptions
  ) {
    throw invalidRequest('`max_redemptions` cannot be greater than that of the coupon.', { param: 'max_redemptions' });
  }
  const restrictions = given.restrictions ?? {};
  if ((restrictions.minimum_amount === undefined) !== (restrictions.minimum_amount_currency === undefined)) {
    const missing = restrictions.minimum_amount === undefined ? 'minimum_amount' : 'minimum_amount_currency';
    throw invalidRequest('You must pass both `minimum_amount` and `minimum_amount_currency`.', {
      code: 'parameter_missing',
      param: `restrictions[${missing}]`,
    });
  }
  return {
    ...blank('promotion_code'),
    id: stripe.newId('promotion_code'),
    active: given.active ?? true,
    code,
    created: stripe.now(),
    customer: given.customer ?? null,
    expires_at: given.expires_at ?? coupon.redeem_by,
    max_redemptions: given.max_redemptions ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: {
      ...(restrictions.currency_options && { currency_options: restrictions.currency_options }),
      first_time_transaction: restrictions.first_time_transaction ?? false,
      minimum_amount: restrictions.minimum_amount ?? null,
      minimum_amount_currency: restrictions.minimum_amount_currency?.toLowerCase() ?? null,
    },
    times_redeemed: 0,
  } as unknown as Stripe.PromotionCode;
}

/** A code is there once among the active ones that a customer could use. Upper and lower case are the same. */
function checkUnique(stripe: Backend, code: string, customer: string | undefined): void {
  const taken = stripe.table<Stripe.PromotionCode>('promotion_code').first({
    where: (each) =>
      each.active &&
      each.code.toLowerCase() === code.toLowerCase() &&
      (customer === undefined || each.customer === null || idOf(each.customer) === customer),
  });
  if (taken !== undefined) {
    throw invalidRequest(`An active promotion code with \`code: ${code}\` already exists.`);
  }
}

function checkRevival(stripe: Backend, code: Stripe.PromotionCode): void {
  const coupon = stripe.table<Stripe.Coupon>('coupon').find(idOf(code.promotion.coupon) ?? '');
  const isSpent = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  const isOver = code.expires_at !== null && code.expires_at <= stripe.now();
  if (coupon === undefined || coupon.deleted !== undefined || !coupon.valid || isSpent || isOver) {
    throw invalidRequest('This promotion code cannot be activated because it is expired or used up.', {
      param: 'active',
    });
  }
  checkUnique(stripe, code.code, idOf(code.customer));
}
