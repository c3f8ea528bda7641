import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { createSetupIntent } from '../payments/create-setup';
import { withSchedules } from './billing-schedules';
import { settleCurrency } from './customer-currency';
import { readDiscounts } from './discounts';
import { billFirst, isChargedForPast } from './first-invoices';
import { methodFor } from './methods';
import { anchorOf, nextPeriod, type Period } from './periods';
import { recurringOf } from './prices';
import { chargePast } from './prorations';
import {
  checkAnchor,
  checkBackdate,
  checkConfig,
  checkCurrency,
  checkItems,
  checkMost,
  MOST_ITEMS,
  readTrial,
} from './subscription-checks';
import {
  endingWith,
  endsSoon,
  type GivenItem,
  isFlexible,
  type Item,
  newItem,
  periodAt,
  scheduleAll,
  type Subscription,
  subscriptionTable,
  withPeriod,
  holding,
} from './subscription-data';
import { billingModeOf, emptyInvoiceSettings, emptyPaymentSettings, plainFields } from './subscription-fields';
import { addItemsOf, itemAmount } from './subscription-invoices';
import { blank } from '../spec/shapes';
import { ending } from './cancel-times';

type CreateParams = Stripe.SubscriptionCreateParams;

/** Makes a subscription and its first invoice, and has it paid as `payment_behavior` says: https://docs.stripe.com/api/subscriptions/create. */
export function createSubscription(stripe: Backend, given: CreateParams): Subscription {
  if (given.customer === undefined) throw parameterMissing('customer');
  const customer = stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  return stripe.onClockOf(customer.id, () => {
    checkMost(stripe, customer.id);
    const subscription = begin(stripe, given, customer);
    subscriptionTable(stripe).insert(subscription, { isNew: true });
    if (given.add_invoice_items) addItemsOf(stripe, subscription, given.add_invoice_items);
    if (isChargedForPast(subscription, given) && !isFlexible(subscription)) {
      chargePast(stripe, subscription, subscription.start_date, subscription.created);
    }
    const error = billFirst(stripe, subscription, given);
    if (error) throw error;
    return complete(stripe, subscription.id, given);
  });
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
  if (given.backdate_start_date !== undefined) checkBackdate(given, now);
  const mode = billingModeOf(given.billing_mode, now);
  const start = given.backdate_start_date ?? now;
  // A cycle that is billed flexibly goes back to where it began.
  const first = isTrial || mode.type !== 'flexible' ? now : start;
  const anchor = isTrial
    ? (given.billing_cycle_anchor ?? trialEnd)
    : (given.billing_cycle_anchor ?? (config ? anchorOf(config, now) : first));
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
    billing_mode: mode,
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
        since: first,
        subtotal: items.reduce((sum, item) => sum + itemAmount(stripe, item, currency), 0),
      },
    ).map((each) => each.id),
    invoice_settings: emptyInvoiceSettings(),
    managed_payments: { enabled: false },
    payment_settings: emptyPaymentSettings(),
    start_date: start,
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
      isTrial
        ? { start: now, end: trialEnd }
        : firstPeriod(item, { anchor, first, now, config: draft.billing_cycle_anchor_config }),
    ),
  );
  const subscription = withSchedules(stripe, { ...draft, ...holding(id, periods) }, given, { isNew: true });
  const ended = { ...subscription, ...ending(subscription, given, now) };
  const isWhole = isTrial || given.proration_behavior === 'none';
  return isWhole ? ended : { ...ended, ...holding(id, endingWith(ended.items.data, ended.cancel_at)) };
}

/** The period that an item of a new subscription is in: it begins now, or within a cycle that began in the past. */
function firstPeriod(
  item: Item,
  {
    anchor,
    first,
    now,
    config,
  }: {
    readonly anchor: number;
    readonly first: number;
    readonly now: number;
    readonly config: Subscription['billing_cycle_anchor_config'];
  },
): Period {
  if (first === now) return periodAt(item, anchor, now, config);
  const { start, end } = nextPeriod(anchor, recurringOf(item.price), now);
  return { start: Math.max(first, start), end };
}

function readItems(stripe: Backend, id: string, given: CreateParams): Item[] {
  if (!given.items || given.items.length === 0) throw parameterMissing('items');
  if (given.items.length > MOST_ITEMS) {
    throw invalidRequest(`A subscription can have at most ${MOST_ITEMS} items.`, { param: 'items' });
  }
  return given.items.map((item, index) => newItem(stripe, id, item as GivenItem, `items[${index}]`, given));
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
  settleCurrency(stripe, subscription);
  stripe.emit('customer.subscription.created', subscription);
  if (endsSoon(stripe, subscription)) stripe.emit('customer.subscription.trial_will_end', subscription);
  return subscription;
}
