import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, type StripeError } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { checkLimit } from '../kernel/limits';
import { blank } from '../spec/shapes';
import { createSetupIntent } from '../payments/create-setup';
import { billedUntil, withSchedules } from './billing-schedules';
import { readDiscounts } from './discounts';
import { finalizeInvoice, noPaymentMethod, payInvoice } from './invoices';
import { methodFor } from './methods';
import { addIntervals, anchorOf, DAY } from './periods';
import { priceOnlyIn, recurringOf } from './prices';
import { chargePast } from './prorations';
import { billingModeOf, emptyInvoiceSettings, emptyPaymentSettings, plainFields } from './subscription-fields';
import {
  endingWith,
  endsSoon,
  holding,
  newItem,
  periodAt,
  scheduleAll,
  subscriptionTable,
  isRunning,
  withPeriod,
  type GivenItem,
  type Item,
  type Subscription,
} from './subscription-data';
import { addItemsOf, advanceLines, billSubscription, itemAmount } from './subscription-invoices';

type CreateParams = Stripe.SubscriptionCreateParams;

const MOST_ITEMS = 20;
/** A trial may not last longer. */
const LONGEST_TRIAL = 730 * DAY;

/** Makes a subscription and its first invoice, and has it paid as `payment_behavior` says: https://docs.stripe.com/api/subscriptions/create. */
export function createSubscription(stripe: Backend, given: CreateParams): Subscription {
  if (given.customer === undefined) throw parameterMissing('customer');
  const customer = stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  return stripe.onClockOf(customer.id, () => {
    checkMost(stripe, customer.id);
    const subscription = begin(stripe, given, customer);
    subscriptionTable(stripe).insert(subscription, { isNew: true });
    if (given.add_invoice_items) addItemsOf(stripe, subscription, given.add_invoice_items);
    backdate(stripe, subscription, given);
    const error = billFirst(stripe, subscription, given);
    if (error) throw error;
    return complete(stripe, subscription.id, given);
  });
}

/** A customer has subscriptions in one currency at a time. */
function checkCurrency(stripe: Backend, customer: string, currency: string): void {
  const other = subscriptionTable(stripe).first({
    by: { customer },
    where: (each) => isRunning(each) && each.currency !== currency,
  });
  if (other === undefined) return;
  throw invalidRequest(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${other.currency}.`,
  );
}

function checkMost(stripe: Backend, customer: string): void {
  if (stripe.clock === null) return;
  const running = { by: { customer }, where: isRunning };
  checkLimit(stripe, 'subscriptions for this customer on a test clock', () => subscriptionTable(stripe).count(running));
}

/** The subscription as its parameters describe it, without an invoice. */
function begin(stripe: Backend, given: CreateParams, customer: Stripe.Customer): Subscription {
  const now = stripe.now();
  const id = stripe.newId('subscription');
  const items = readItems(stripe, id, given);
  const currency = checkItems(stripe, items, given);
  checkCurrency(stripe, customer.id, currency);
  const trialEnd = readTrial(given, items, now);
  const isTrial = trialEnd !== null && trialEnd > now;
  const config = given.billing_cycle_anchor_config;
  if (config) checkConfig(config, given);
  const anchor = isTrial
    ? (given.billing_cycle_anchor ?? trialEnd)
    : (given.billing_cycle_anchor ?? (config ? anchorOf(config, now) : now));
  if (given.billing_cycle_anchor !== undefined) checkAnchor(given.billing_cycle_anchor, items, now);
  const draft = {
    ...blank('subscription'),
    application: applicationOf(stripe),
    id,
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: config
      ? {
          day_of_month: config.day_of_month,
          hour: config.hour ?? null,
          minute: config.minute ?? null,
          month: config.month ?? null,
          second: config.second ?? null,
        }
      : null,
    billing_mode: billingModeOf(given.billing_mode, now),
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    created: now,
    currency,
    customer: customer.id,
    default_tax_rates: [],
    discounts: readDiscounts(
      stripe,
      given.discounts,
      { customer: customer.id, subscription: id },
      {
        currency,
        subtotal: items.reduce((sum, item) => sum + itemAmount(stripe, item, currency), 0),
      },
    ).map((each) => each.id),
    invoice_settings: emptyInvoiceSettings(),
    managed_payments: { enabled: false },
    payment_settings: emptyPaymentSettings(),
    start_date: given.backdate_start_date ?? now,
    status: isTrial ? 'trialing' : 'active',
    test_clock: stripe.clock,
    trial_end: isTrial ? trialEnd : null,
    trial_settings: { end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: 'create_invoice' } },
    trial_start: isTrial ? now : null,
    ...plainFields(stripe, given),
  } as unknown as Subscription;
  const periods = items.map((item) =>
    withPeriod(
      item,
      isTrial ? { start: now, end: trialEnd } : periodAt(item, anchor, now, draft.billing_cycle_anchor_config),
    ),
  );
  const subscription = withSchedules(stripe, { ...draft, ...holding(id, periods) }, given, { isNew: true });
  const ended = { ...subscription, ...ending(subscription, given, now) };
  const isWhole = isTrial || given.proration_behavior === 'none';
  return isWhole ? ended : { ...ended, ...holding(id, endingWith(ended.items.data, ended.cancel_at)) };
}

/** The times that `cancel_at` has names for. */
function endNamed(
  name: Exclude<Stripe.SubscriptionUpdateParams['cancel_at'], number | '' | undefined>,
  items: readonly Item[],
): number {
  const ends = items.map((item) => item.current_period_end);
  if (name === 'min_period_end') return Math.min(...ends);
  return name === 'max_billed_until' ? Math.max(...items.map(billedUntil)) : Math.max(...ends);
}

/** The fields that say when a subscription ends. */
export function ending(
  subscription: Subscription,
  given: Pick<Stripe.SubscriptionUpdateParams, 'cancel_at' | 'cancel_at_period_end'>,
  now: number,
): Partial<Subscription> {
  const ends = subscription.items.data.map((item) => item.current_period_end);
  if (given.cancel_at_period_end === true && given.cancel_at) {
    throw invalidRequest('Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.');
  }
  const asked = { ...subscription.cancellation_details!, reason: 'cancellation_requested' as const };
  if (given.cancel_at_period_end === true) {
    return {
      cancel_at: subscription.cancel_at_period_end ? subscription.cancel_at : Math.max(...ends),
      cancel_at_period_end: true,
      canceled_at: subscription.canceled_at ?? now,
      cancellation_details: asked,
    };
  }
  const { cancel_at: at } = given;
  if (at === '' || (given.cancel_at_period_end === false && at === undefined)) {
    const none = { ...subscription.cancellation_details!, reason: null };
    return { cancel_at: null, cancel_at_period_end: false, canceled_at: null, cancellation_details: none };
  }
  if (at === undefined) return {};
  const time = typeof at === 'number' ? at : endNamed(at, subscription.items.data);
  if (time <= now) throw invalidRequest('`cancel_at` must be in the future.', { param: 'cancel_at' });
  return { cancel_at: time, cancel_at_period_end: false, canceled_at: now, cancellation_details: asked };
}

function readItems(stripe: Backend, id: string, given: CreateParams): Item[] {
  if (!given.items || given.items.length === 0) throw parameterMissing('items');
  if (given.items.length > MOST_ITEMS) {
    throw invalidRequest(`A subscription can have at most ${MOST_ITEMS} items.`, { param: 'items' });
  }
  return given.items.map((item, index) => newItem(stripe, id, item as GivenItem, `items[${index}]`, given));
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
  const prices = items.map(({ price }) => price.id);
  const twice = prices.find((price, index) => prices.indexOf(price) !== index);
  if (twice !== undefined) {
    throw invalidRequest(`Cannot add multiple subscription items with the same plan: ${twice}`, { param: 'items' });
  }
  return currency;
}

/** When the trial ends; null for none. */
function readTrial(given: CreateParams, items: readonly Item[], now: number): number | null {
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
function checkAnchor(anchor: number, items: readonly Item[], now: number): void {
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

const CONFIG_RANGES = {
  day_of_month: [1, 31],
  month: [1, 12],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
} as const;

/** A configuration of the anchor names a time that there may be, and stands alone. */
function checkConfig(config: Stripe.SubscriptionCreateParams.BillingCycleAnchorConfig, given: CreateParams): void {
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

/** A subscription that began in the past is charged for the time since then. */
function backdate(stripe: Backend, subscription: Subscription, given: CreateParams): void {
  const { backdate_start_date: start, proration_behavior: behavior } = given;
  const now = stripe.now();
  if (start === undefined || behavior === 'none' || subscription.status === 'trialing') return;
  if (start > now) {
    throw invalidRequest('`backdate_start_date` must be in the past.', { param: 'backdate_start_date' });
  }
  chargePast(stripe, subscription, start, now);
}

/** Whether nothing is paid for before the anchor of the billing cycle: there is no invoice until then. */
function startsFree({ status, billing_cycle_anchor: anchor, created }: Subscription, given: CreateParams): boolean {
  return given.proration_behavior === 'none' && status === 'active' && anchor > created;
}

/** Makes the first invoice and has it paid. Gives the error that the whole call ends with. */
function billFirst(stripe: Backend, subscription: Subscription, given: CreateParams): StripeError | undefined {
  const { id } = subscription;
  const now = stripe.now();
  const lines = advanceLines(stripe, subscription, { isProrated: given.proration_behavior !== 'none' });
  if (given.add_invoice_items === undefined && startsFree(subscription, given)) return undefined;
  const isSent = subscription.collection_method === 'send_invoice';
  const invoice = billSubscription(stripe, subscription, {
    reason: 'subscription_create',
    lines,
    // Nobody but its customer pays the first invoice of a subscription that is charged.
    auto_advance: isSent,
    period: { start: now, end: now },
  });
  // An invoice that is sent is a draft for an hour.
  if (isSent && invoice.total > 0) return undefined;
  const behavior = given.payment_behavior ?? 'allow_incomplete';
  const due = finalizeInvoice(stripe, invoice.id);
  if (due.status === 'paid') return undefined;
  subscriptionTable(stripe).update(id, { status: 'incomplete' });
  if (behavior === 'default_incomplete') return undefined;
  const hasMethod = methodFor(stripe, due.customer as string, id) !== undefined;
  if (!hasMethod) return noPaymentMethod();
  const { error } = payInvoice(stripe, invoice.id, { off_session: given.off_session ?? false });
  if (error === undefined || behavior !== 'error_if_incomplete') return undefined;
  return error.undoingWrites();
}

/** Says that there is a subscription, now that it is known whether it was paid. */
function complete(stripe: Backend, id: string, given: CreateParams): Subscription {
  const table = subscriptionTable(stripe);
  table.hide(id, {});
  const made = table.get(id);
  const needsMethod =
    made.collection_method === 'charge_automatically' && methodFor(stripe, made.customer as string, id) === undefined;
  const isFree = made.status === 'trialing' || made.status === 'active';
  if (needsMethod && isFree && given.payment_behavior === 'default_incomplete') {
    const types = made.payment_settings?.payment_method_types;
    const setup = createSetupIntent(stripe, {
      customer: made.customer as string,
      usage: 'off_session',
      ...(types && types.length > 0 ? { payment_method_types: types } : { payment_method_types: ['card'] }),
    });
    table.update(id, { pending_setup_intent: setup.id });
  }
  const subscription = table.get(id);
  scheduleAll(stripe, subscription);
  stripe.table<Stripe.Customer>('customer').update(subscription.customer as string, ({ currency }) => ({
    currency: currency ?? subscription.currency,
  }));
  stripe.emit('customer.subscription.created', subscription);
  if (endsSoon(stripe, subscription)) stripe.emit('customer.subscription.trial_will_end', subscription);
  return subscription;
}
