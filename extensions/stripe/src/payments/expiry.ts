import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { wrong } from './cards';
import { DECLINES, declineError } from './declines';

/** Throws a card error for a month that there is not, and for one that is over. */
export function checkExpiry(
  stripe: Backend,
  { exp_month: month, exp_year: year }: Pick<Stripe.PaymentMethod.Card, 'exp_month' | 'exp_year'>,
): void {
  if (!(month >= 1 && month <= 12)) throw wrong('invalid_expiry_month');
  const now = new Date(stripe.now() * 1000);
  const isPast = year < now.getUTCFullYear() || (year === now.getUTCFullYear() && month < now.getUTCMonth() + 1);
  if (isPast) throw declineError({ ...DECLINES.expired, code: 'invalid_expiry_year', param: 'exp_year' });
}
