/** What a new subscription may be. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { checkLimit } from '../kernel/limits';
import { addIntervals, DAY, isMultipleOf, lengthOf, type Recurring } from './periods';
import { priceOnlyIn, recurringOf } from './prices';
import { isRunning, type Item, subscriptionTable } from './subscription-data';

type CreateParams = Stripe.SubscriptionCreateParams;

/** How many items a subscription may have. */
export const MOST_ITEMS = 20;

/** A trial may not last longer. */
const LONGEST_TRIAL = 730 * DAY;

/** A customer has subscriptions in one currency at a time. */
export function checkCurrency(stripe: Backend, customer: string, currency: string): void {
  const other = subscriptionTable(stripe).first({
    by: { customer },
    where: (each) => isRunning(each) && each.currency !== currency,
  });
  if (other === undefined) return;
  throw invalidRequest(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${other.currency}.`,
  );
}

export function checkMost(stripe: Backend, customer: string): void {
  if (stripe.clock === null) return;
  const running = { by: { customer }, where: isRunning };
  checkLimit(stripe, 'subscriptions for this customer on a test clock', () => subscriptionTable(stripe).count(running));
}

/** Throws where the items do not go together; gives their currency. */
export function checkItems(
  stripe: Backend,
  items: readonly Item[],
  given: { readonly currency?: string | undefined; readonly billing_mode?: { readonly type: string } | undefined } = {},
): string {
  const currency = given.currency?.toLowerCase() ?? items[0]!.price.currency;
  for (const { price } of items) priceOnlyIn(stripe, price, currency, 'items');
  const [first, ...others] = items.map((item) => recurringOf(item.price));
  const differ = others.some(
    (each) => each.interval !== first!.interval || each.interval_count !== first!.interval_count,
  );
  if (differ && given.billing_mode?.type === 'classic') {
    throw invalidRequest(
      'Currency and interval fields must match across all plans on this subscription. Found mismatch in interval field.',
      { param: 'items' },
    );
  }
  if (differ) checkIntervals(items.map((item) => recurringOf(item.price)));
  const prices = items.map(({ price }) => price.id);
  const twice = prices.find((price, index) => prices.indexOf(price) !== index);
  if (twice !== undefined) {
    throw invalidRequest(`Cannot add multiple subscription items with the same plan: ${twice}`, { param: 'items' });
  }
  return currency;
}

/** Items of one subscription are billed together again and again: each interval is a multiple of the shortest. */
function checkIntervals(all: readonly Recurring[]): void {
  const [shortest] = [...all].sort((one, other) => lengthOf(one) - lengthOf(other));
  const odd = all.find((each) => !isMultipleOf(each, shortest!));
  if (odd === undefined) return;
  const named = ({ interval, interval_count: count }: Recurring): string => `${count} ${interval}`;
  throw invalidRequest(
    `The intervals of all prices on a subscription must be multiples of the shortest one: ${named(odd)} is none of ${named(shortest!)}.`,
    { param: 'items' },
  );
}

/** When the trial ends; null for none. */
export function readTrial(given: CreateParams, items: readonly Item[], now: number): number | null {
  if (given.trial_end !== undefined && given.trial_period_days !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: trial_end, trial_period_days.', {
      param: 'trial_end',
    });
  }
  if (given.trial_end === 'now') return null;
  if (given.trial_end !== undefined) return checkTrialEnd(given.trial_end, now);
  const days = given.trial_period_days ?? (given.trial_from_plan === true ? planTrial(items) : 0);
  if (days < 0 || days > LONGEST_TRIAL / DAY) {
    throw invalidRequest('The maximum number of trial period days is 730 (2 years).', { param: 'trial_period_days' });
  }
  return days === 0 ? null : now + days * DAY;
}

export function checkTrialEnd(end: number, now: number): number {
  if (end <= now) {
    throw invalidRequest('Invalid timestamp: must be an integer Unix timestamp in the future.', { param: 'trial_end' });
  }
  if (end > now + 5 * 366 * DAY) {
    throw invalidRequest('Invalid timestamp: can be no more than five years in the future.', { param: 'trial_end' });
  }
  return end;
}

function planTrial(items: readonly Item[]): number {
  return Math.max(0, ...items.map(({ price }) => price.recurring?.trial_period_days ?? 0));
}

/** The anchor of a billing cycle is ahead, and not further than a whole cycle. */
export function checkAnchor(anchor: number, items: readonly Item[], now: number): void {
  if (anchor < now) {
    throw invalidRequest('`billing_cycle_anchor` must be in the future.', { param: 'billing_cycle_anchor' });
  }
  const latest = Math.max(...items.map((item) => addIntervals(now, recurringOf(item.price), 1)));
  if (anchor > latest) {
    throw invalidRequest(
      `\`billing_cycle_anchor\` cannot be later than next natural billing date (${latest}) for plan.`,
      { param: 'billing_cycle_anchor' },
    );
  }
}

export function checkBackdate(
  { backdate_start_date: start, billing_cycle_anchor_config: config }: CreateParams,
  now: number,
): void {
  if (start! > now) {
    throw invalidRequest('`backdate_start_date` must be in the past.', { param: 'backdate_start_date' });
  }
  if (config) {
    throw invalidRequest('You cannot use `billing_cycle_anchor_config` with `backdate_start_date`.', {
      param: 'billing_cycle_anchor_config',
    });
  }
}

const CONFIG_RANGES = {
  day_of_month: [1, 31],
  month: [1, 12],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
} as const;

/** A configuration of the anchor names a time that there may be, and stands alone. */
export function checkConfig(
  config: Stripe.SubscriptionCreateParams.BillingCycleAnchorConfig,
  given: CreateParams,
): void {
  if (given.billing_cycle_anchor !== undefined) {
    throw invalidRequest(
      'You may only specify one of these parameters: billing_cycle_anchor, billing_cycle_anchor_config.',
      { param: 'billing_cycle_anchor_config' },
    );
  }
  for (const [name, [least, most]] of Object.entries(CONFIG_RANGES)) {
    const value = config[name as keyof typeof CONFIG_RANGES];
    if (value === undefined || (value >= least && value <= most)) continue;
    throw invalidRequest(`This value must be between ${least} and ${most}.`, {
      param: `billing_cycle_anchor_config[${name}]`,
    });
  }
}
