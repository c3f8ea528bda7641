import { idOf, valueAt } from '../kernel/objects';
import type { Backend } from '../kernel/backend';
import { withDurations } from './schedule-phases';
import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';

/** Customers themselves took a discount. */
const CUSTOMER = ['coupon', 'promotion_code'];

/** https://docs.stripe.com/changelog/clover#2025-09-30.clover: a discount has a source, and a promotion code a promotion. */
export const clover: Change = {
  since: '2025-09-30',
  render: (object, stripe) => {
    switch (object['object']) {
      case 'discount': {
        const { source, ...rest } = object;
        return { ...rest, coupon: couponIn(source, stripe) };
      }
      case 'promotion_code': {
        const { promotion, ...rest } = object;
        return { ...rest, coupon: couponIn(promotion, stripe) };
      }
      default:
        return object;
    }
  },
  accepts: { 'POST /v1/customers': CUSTOMER, 'POST /v1/customers/{customer}': CUSTOMER },
  translate: {
    'POST /v1/promotion_codes': ({ coupon, ...given }) =>
      coupon === undefined ? given : { ...given, promotion: { type: 'coupon', coupon } },
    'POST /v1/subscriptions': inClassicMode,
    'POST /v1/customers/{customer}/subscriptions': inClassicMode,
    'POST /v1/quotes': (given) => ({ ...given, subscription_data: inClassicMode(hashIn(given, 'subscription_data')) }),
    'POST /v1/checkout/sessions': (given) =>
      given['mode'] === 'subscription'
        ? { ...given, subscription_data: inClassicMode(hashIn(given, 'subscription_data')) }
        : given,
    'POST /v1/subscription_schedules': (given, stripe) => {
      const durations = withDurations(given, stripe);
      return given['from_subscription'] === undefined ? inClassicMode(durations) : durations;
    },
    'POST /v1/subscription_schedules/{subscription_schedule}': withDurations,
  },
};

/** Subscriptions were billed in the classic mode where nothing else was said. */
function inClassicMode(given: RawHash): RawHash {
  return { billing_mode: { type: 'classic' }, ...given };
}

function hashIn(given: RawHash, name: string): RawHash {
  const value = given[name];
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

/** Before, the whole coupon stood in a discount. */
function couponIn(holder: unknown, stripe: Backend | undefined): unknown {
  const coupon = valueAt(holder, 'coupon') as string | Fields | null | undefined;
  if (typeof coupon !== 'string') return coupon ?? null;
  return stripe?.table('coupon').find(idOf(coupon)!) ?? coupon;
}
