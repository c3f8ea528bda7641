import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { checkLength } from '../parameters/validate';
import { blank } from '../spec/shapes';

/** What is kept beside a coupon. */
interface CouponSecret extends CouponTerms {
  /** As it was before it was deleted: discounts that were given go on. */
  readonly former?: Stripe.Coupon;
}

/** What a coupon shows on demand alone. */
type CouponTerms = Pick<Stripe.Coupon, 'applies_to' | 'currency_options'>;

function couponTable(stripe: Backend): Table<Stripe.Coupon, CouponSecret> {
  return stripe.table<Stripe.Coupon, CouponSecret>('coupon');
}

/** A coupon with what it shows on demand alone, as it was before it was deleted; undefined where there never was one. */
export function couponTerms(stripe: Backend, id: string): Stripe.Coupon | undefined {
  const { former, ...terms } = couponTable(stripe).hidden(id) ?? {};
  const coupon = former ?? couponTable(stripe).find(id);
  return coupon && { ...coupon, ...terms };
}

const ID_LENGTH = 8;
const LONGEST_NAME = 40;

/** https://docs.stripe.com/api/coupons */
export const coupons: DefineModule = (stripe) => {
  const table = couponTable(stripe);
  const found = (id: string): Stripe.Coupon => {
    if (!table.has(id))
      throw new StripeError(404, 'invalid_request_error', `No such coupon: '${id}'`, {
        code: 'resource_missing',
        param: 'coupon',
      });
    return table.get(id);
  };
  return {
    operations: {
      'POST /v1/coupons': ({ params }) => {
        const coupon = newCoupon(stripe, params);
        const { applies_to: scope, currency_options: options } = params as Stripe.CouponCreateParams;
        if (table.has(coupon.id)) {
          throw invalidRequest('Coupon already exists.', { code: 'resource_already_exists', param: 'id' });
        }
        // The identifier of a deleted coupon can be used again.
        table.remove(coupon.id);
        table.insert(coupon, {
          ...(scope?.products && { applies_to: { products: scope.products } }),
          ...(options && { currency_options: options }),
        });
        if (coupon.redeem_by !== null) stripe.jobs.schedule('coupon.expire', coupon.id, coupon.redeem_by);
        stripe.emit('coupon.created', coupon);
        return coupon;
      },
      'GET /v1/coupons/{coupon}': ({ path }) => found(path['coupon']!),
      'POST /v1/coupons/{coupon}': ({ path, params }) => {
        const given = params as Stripe.CouponUpdateParams;
        const before = found(path['coupon']!);
        const { currency_options: options } = given;
        if (given.name !== undefined) checkLength(given.name, LONGEST_NAME, 'name');
        if (options) {
          const terms = table.hidden(before.id);
          table.hide(before.id, { ...terms, currency_options: { ...terms?.currency_options, ...options } });
        }
        return table.update(
          before.id,
          {
            ...(given.name !== undefined && { name: given.name === '' ? null : given.name }),
            metadata: mergeMetadata(before.metadata, given.metadata),
          },
          'coupon.updated',
        );
      },
      'DELETE /v1/coupons/{coupon}': ({ path }) => {
        const coupon = found(path['coupon']!);
        const deleted = { id: coupon.id, object: 'coupon', deleted: true } as unknown as Stripe.Coupon;
        stripe.jobs.cancel(coupon.id, 'coupon.expire');
        table.update(coupon.id, { ...deleted });
        table.hide(coupon.id, { ...table.hidden(coupon.id), former: coupon });
        const codes = stripe.table<Stripe.PromotionCode>('promotion_code');
        for (const code of [...codes.values({ by: { 'promotion.coupon': coupon.id } })]) {
          codes.update(code.id, { active: false }, 'promotion_code.updated');
        }
        stripe.emit('coupon.deleted', { ...coupon, valid: false });
        return deleted;
      },
      'GET /v1/coupons': ({ params, url }) => table.page(url, params),
    },
    includes: {
      'coupon applies_to': ({ id }: Stripe.Coupon) => table.hidden(id)?.applies_to ?? null,
      'coupon currency_options': ({ id }: Stripe.Coupon) => table.hidden(id)?.currency_options ?? null,
    },
    jobs: {
      'coupon.expire': (_stripe, { subject }) => {
        if (table.has(subject)) table.update(subject, { valid: false });
      },
    },
  };
};

function newCoupon(stripe: Backend, given: Stripe.CouponCreateParams): Stripe.Coupon {
  const { amount_off, percent_off, duration = 'once', duration_in_months, redeem_by } = given;
  if (amount_off === undefined && percent_off === undefined) {
    throw invalidRequest('Must provide percent_off or amount_off.', {
      code: 'parameter_missing',
      param: 'percent_off',
    });
  }
  if (amount_off !== undefined && percent_off !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: amount_off, percent_off.', {
      code: 'parameters_exclusive',
      param: 'amount_off',
    });
  }
  if (percent_off !== undefined && (percent_off <= 0 || percent_off > 100)) {
    throw invalidRequest('Invalid percent_off: must be greater than 0 and less than or equal to 100.', {
      param: 'percent_off',
    });
  }
  if (amount_off !== undefined && amount_off < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount_off',
    });
  }
  if (given.name !== undefined) checkLength(given.name, LONGEST_NAME, 'name');
  if (amount_off !== undefined && given.currency === undefined) throw parameterMissing('currency');
  if (duration === 'repeating' && duration_in_months === undefined) throw parameterMissing('duration_in_months');
  if (duration !== 'repeating' && duration_in_months !== undefined) {
    throw invalidRequest('You can only set `duration_in_months` when `duration` is `repeating`.', {
      param: 'duration_in_months',
    });
  }
  if (duration_in_months !== undefined && duration_in_months < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'duration_in_months',
    });
  }
  if (given.max_redemptions !== undefined && given.max_redemptions < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'max_redemptions',
    });
  }
  if (redeem_by !== undefined && redeem_by <= stripe.now()) {
    throw invalidRequest('The redeem_by date must be in the future.', { param: 'redeem_by' });
  }
  for (const [index, product] of (given.applies_to?.products ?? []).entries()) {
    stripe.table<Stripe.Product>('product').get(product, `applies_to[products][${index}]`);
  }
  return {
    ...blank('coupon'),
    id: given.id ?? stripe.secret(ID_LENGTH),
    amount_off: amount_off ?? null,
    created: stripe.now(),
    currency: amount_off === undefined ? null : given.currency!.toLowerCase(),
    duration,
    duration_in_months: duration_in_months ?? null,
    max_redemptions: given.max_redemptions ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    name: given.name ?? null,
    percent_off: percent_off ?? null,
    redeem_by: redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  } as unknown as Stripe.Coupon;
}
