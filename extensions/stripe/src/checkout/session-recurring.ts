import type Stripe from 'stripe';
import { DAY } from '../billing/periods';
import type { Backend } from '../kernel/backend';
import { priceOf } from './line-items';
import { saleOf, sessionsOf } from './session-data';
import { addUp, exclusiveTax } from './totals';

/** What a subscription costs after today, as Stripe.js shows it; null where nothing recurs. */
export function recurringOf(stripe: Backend, session: Stripe.Checkout.Session): object | null {
  const sale = saleOf(stripe, session.id);
  if (session.mode !== 'subscription' || sale === undefined) return null;
  const lines = sale.lines.filter((line) => priceOf(stripe, line).recurring !== null);
  const [first] = lines;
  if (first === undefined) return null;
  const { interval, interval_count } = priceOf(stripe, first).recurring!;
  const coupons = stripe.table<Stripe.Coupon>('coupon');
  const isTrial = sale.trial === true;
  // What is taken off once is taken off today, unless nothing is due today.
  const discounts = sale.discounts.filter(({ coupon }) => isTrial || coupons.find(coupon)?.duration !== 'once');
  const next = addUp(stripe, { ...sale, lines, discounts, trial: false, cycle: undefined, shippingRate: null });
  const exclusive = exclusiveTax(next);
  return {
    interval,
    interval_count,
    trial: isTrial ? trialOf(stripe, session) : null,
    due_next: {
      amount_subtotal: next.amount_subtotal,
      amount_total: next.amount_total,
      amount_discount: next.amount_discount,
      amount_tax_exclusive: exclusive,
      amount_tax_inclusive: next.amount_tax - exclusive,
      billing_cycle_anchor:
        sessionsOf(stripe).hidden(session.id)?.given.subscription_data?.billing_cycle_anchor ?? null,
    },
  };
}

function trialOf(stripe: Backend, session: Stripe.Checkout.Session): object {
  const { trial_end: end, trial_period_days: days } =
    sessionsOf(stripe).hidden(session.id)?.given.subscription_data ?? {};
  const last = end ?? stripe.now() + (days ?? 0) * DAY;
  return { trial_end: last, trial_period_days: days ?? Math.ceil((last - stripe.now()) / DAY) };
}
