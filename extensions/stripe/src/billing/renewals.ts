import { generatedBy } from '../payments/generated-debit';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Module } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { subscriptionOf } from './invoice-data';
import { markUncollectible, voidInvoice } from './end-invoice';
import { finalizeInvoice } from './finalize-invoice';
import { methodFor } from './methods';
import { pendingItems } from './invoice-items';
import { withoutTrial } from './current-trials';
import { pausedBecause } from './pausing';
import { forgetUpdate } from './pending-updates';
import { addIntervals, nextPeriod } from './periods';
import { recurringOf } from './prices';
import { settleResumption } from './resumption';
import {
  customerOf,
  endingWith,
  isRunning,
  holding,
  scheduleAll,
  subscriptionTable,
  withPeriod,
  type Item,
  type Subscription,
} from './subscription-data';
import { cancelSubscription, expireSubscription } from './subscription-end';
import {
  advanceLines,
  billSubscription,
  latestInvoiceOf,
  makeInvoice,
  usageLines,
  type Billing,
} from './subscription-invoices';
import { omit } from '../kernel/omit';
import { findNext } from './preview';

/** What happens to subscriptions by themselves: https://docs.stripe.com/billing/subscriptions/overview. */
export function renewals(stripe: Backend): Required<Pick<Module, 'jobs' | 'reactions'>> {
  const table = subscriptionTable(stripe);
  return {
    jobs: {
      'subscription.renew': (_stripe, { subject }) => renew(stripe, subject),
      'subscription.cancel': (_stripe, { subject }) => {
        const subscription = table.find(subject);
        if (subscription && isRunning(subscription)) cancelSubscription(stripe, subject);
      },
      'subscription.expire': (_stripe, { subject }) => {
        if (table.find(subject)?.status === 'incomplete') expireSubscription(stripe, subject);
      },
      'subscription.trial_will_end': (_stripe, { subject }) => {
        const subscription = table.find(subject);
        if (subscription?.status === 'trialing') stripe.emit('customer.subscription.trial_will_end', subscription);
      },
      'subscription.collect_again': (_stripe, { subject }) => {
        const subscription = table.update(subject, { pause_collection: null }, 'customer.subscription.updated');
        scheduleAll(stripe, subscription);
      },
      'subscription.bill_pending': (_stripe, { subject }) => billPending(stripe, subject),
      'subscription.forget_update': (_stripe, { subject }) => forgetUpdate(stripe, subject),
      'subscription.stay_paused': (_stripe, { subject }) => {
        const { resumption } = table.hidden(subject) ?? {};
        if (resumption) voidInvoice(stripe, resumption.invoice);
      },
      'invoice.upcoming': (_stripe, { subject }) => {
        const subscription = table.find(subject);
        const next = subscription && findNext(stripe, subscription);
        if (!next) return;
        // It is not an invoice yet: there is nothing to ask for.
        stripe.emit('invoice.upcoming', omit(next, 'id'));
      },
    },
    reactions: {
      'invoice.paid': (invoice: Stripe.Invoice) => paid(stripe, invoice),
      'invoice.payment_failed': (invoice: Stripe.Invoice) => unpaid(stripe, invoice),
      'setup_intent.succeeded': (intent: Stripe.SetupIntent) => setUp(stripe, intent),
      'invoice.overdue': (invoice: Stripe.Invoice) =>
        setStatus(stripe, subscriptionOf(invoice), ['active'], 'past_due'),
      'invoice.voided': (invoice: Stripe.Invoice) => settled(stripe, invoice),
      'invoice.marked_uncollectible': (invoice: Stripe.Invoice) => settled(stripe, invoice),
    },
  };
}

/** A period is over: the next begins, and its invoice is made. The end of a trial is the end of a period. */
export function renew(stripe: Backend, id: string): void {
  const table = subscriptionTable(stripe);
  const before = table.find(id);
  if (!before || !isRunning(before)) return;
  const now = stripe.now();
  if (before.status === 'trialing' && endTrialWithoutMethod(stripe, before)) return;

  const { after, billing } = renewal(stripe, before, now);
  const pause = after.pause_collection?.behavior;
  const invoice = isBilledAlready(stripe, after, billing) ? undefined : makeInvoice(stripe, after, billing);
  const renewed = table.update(id, {
    billing_cycle_anchor: after.billing_cycle_anchor,
    ...holding(id, after.items.data),
    status: after.status,
    ...(invoice && { latest_invoice: invoice.id }),
  });
  scheduleAll(stripe, renewed);
  stripe.emitChange('customer.subscription.updated', before, renewed);
  if (invoice === undefined) return;
  if (pause === 'void') finalizeAnd(stripe, invoice.id, voidInvoice);
  if (pause === 'mark_uncollectible') finalizeAnd(stripe, invoice.id, markUncollectible);
}

/** Whether a period was billed in advance, with nothing to be added. */
function isBilledAlready(stripe: Backend, subscription: Subscription, { lines }: Billing): boolean {
  const { id, currency, items } = subscription;
  return (
    lines.length === 0 &&
    items.data.some((item) => item.billed_until !== undefined) &&
    pendingItems(stripe, customerOf(subscription), { subscription: id, currency }).length === 0
  );
}

/** The subscription after a period is over, and what its invoice is for: what was used, and the next period. */
export function renewal(stripe: Backend, before: Subscription, now: number): { after: Subscription; billing: Billing } {
  const isTrialOver = before.status === 'trialing';
  const over = before.items.data.filter((item) => item.current_period_end <= now);
  const ids = new Set(over.map((item) => item.id));
  const { billing_cycle_anchor_config: config } = before;
  const items = before.items.data.map((item) => (ids.has(item.id) ? withoutTrial(stripe, item, now) : item));
  const anchor = hasOtherCycle(before.items.data, items) ? now : before.billing_cycle_anchor;
  const next = items.map((item) => {
    if (!ids.has(item.id)) return item;
    const { end } = nextPeriod(anchor, recurringOf(item.price), now, config?.day_of_month);
    return withPeriod(item, { start: now, end: anchor > now ? anchor : end });
  });
  const periods = endingWith(next, before.cancel_at);
  const after: Subscription = {
    ...before,
    billing_cycle_anchor: anchor,
    ...holding(before.id, periods),
    ...(isTrialOver && { status: 'active' }),
  };
  const begun = periods.filter((item) => ids.has(item.id));
  const used = isTrialOver ? [] : usageLines(stripe, before, over);
  const billing: Billing = {
    reason: 'subscription_cycle',
    lines: [...used, ...advanceLines(stripe, after, { items: begun, isRenewal: true })],
    period: { start: Math.min(...over.map((item) => item.current_period_start)), end: now },
    auto_advance: before.status !== 'unpaid' && !after.pause_collection,
  };
  return { after, billing };
}

/** Whether the only item of a subscription recurs at other times than before: the offer that it had is over. */
function hasOtherCycle([was]: readonly Item[], [is, ...others]: readonly Item[]): boolean {
  if (!was || !is || others.length > 0) return false;
  const [one, other] = [recurringOf(was.price), recurringOf(is.price)];
  return one.interval !== other.interval || one.interval_count !== other.interval_count;
}

/** Bills what waits for the next invoice, as often as the subscription says. */
function billPending(stripe: Backend, id: string): void {
  const subscription = subscriptionTable(stripe).find(id);
  const every = subscription?.pending_invoice_item_interval;
  if (!subscription || !every || !isRunning(subscription)) return;
  const now = stripe.now();
  const waiting = pendingItems(stripe, customerOf(subscription), { subscription: id, currency: subscription.currency });
  if (waiting.length > 0) {
    const start = addIntervals(now, every, -1);
    billSubscription(stripe, subscription, { reason: 'manual', lines: [], period: { start, end: now } });
  }
  const next = addIntervals(now, every, 1);
  subscriptionTable(stripe).update(id, { next_pending_invoice_item_invoice: next });
  stripe.jobs.schedule('subscription.bill_pending', id, next);
}

function finalizeAnd(stripe: Backend, id: string, then: (stripe: Backend, id: string) => unknown): void {
  if (finalizeInvoice(stripe, id).status === 'open') then(stripe, id);
}

/** What becomes of a trial that ends without a way to pay; `create_invoice` where there is one, too. */
export function trialEndOf(stripe: Backend, subscription: Subscription): string {
  const { id, trial_settings: settings, collection_method: method } = subscription;
  const behavior = settings?.end_behavior.missing_payment_method ?? 'create_invoice';
  const hasMethod = method === 'send_invoice' || methodFor(stripe, customerOf(subscription), id) !== undefined;
  return hasMethod ? 'create_invoice' : behavior;
}

/** A trial that ends without a way to pay may end the subscription, or make it wait. Says whether it did. */
export function endTrialWithoutMethod(stripe: Backend, subscription: Subscription): boolean {
  const { id } = subscription;
  const behavior = trialEndOf(stripe, subscription);
  if (behavior === 'create_invoice') return false;
  if (behavior === 'cancel') {
    cancelSubscription(stripe, id);
    return true;
  }
  stripe.jobs.cancel(id);
  const details = pausedBecause('trial_end_without_payment_method', stripe.now());
  const paused = subscriptionTable(stripe).update(
    id,
    { status: 'paused', status_details: details },
    'customer.subscription.updated',
  );
  stripe.emit('customer.subscription.paused', paused);
  return true;
}

/** A way to pay was collected for a subscription: it is the one of the subscription where that keeps those that it is paid with. */
function setUp(stripe: Backend, { id, customer, payment_method: method }: Stripe.SetupIntent): void {
  const owner = idOf(customer);
  if (owner === undefined) return;
  const table = subscriptionTable(stripe);
  const subscription = table.first({
    by: { customer: owner },
    where: ({ pending_setup_intent: pending }) => idOf(pending) === id,
  });
  if (subscription === undefined) return;
  const isKept = subscription.payment_settings?.save_default_payment_method === 'on_subscription';
  const change: Partial<Subscription> = {
    pending_setup_intent: null,
    ...(isKept && subscription.default_payment_method === null && { default_payment_method: idOf(method) ?? null }),
  };
  table.update(subscription.id, change, 'customer.subscription.updated');
}

/** An invoice was paid: its subscription is in order again, or a change that waited for it is made. */
function paid(stripe: Backend, invoice: Stripe.Invoice): void {
  const id = subscriptionOf(invoice);
  const table = subscriptionTable(stripe);
  const before = id === undefined ? undefined : table.find(id);
  if (!before || id === undefined) return;
  const { isNew = false, pending } = table.hidden(id) ?? {};
  if (settleResumption(stripe, invoice, id)) return;
  if (pending?.invoice === invoice.id) {
    table.hide(id, {});
    const applied = table.update(id, { ...pending.subscription, pending_update: null });
    scheduleAll(stripe, applied);
    stripe.emitChange('customer.subscription.updated', before, applied);
    stripe.emit('customer.subscription.pending_update_applied', applied);
    return;
  }
  const change: Partial<Subscription> = {};
  if (before.status === 'incomplete' || (isLate(before) && isLatest(before, invoice))) change.status = 'active';
  if (
    before.payment_settings?.save_default_payment_method === 'on_subscription' &&
    before.default_payment_method === null
  ) {
    const method = methodOf(stripe, invoice);
    if (method !== undefined) change.default_payment_method = method;
  }
  if (Object.keys(change).length === 0) return;
  const after = table.update(id, change, isNew ? undefined : 'customer.subscription.updated');
  if (!isNew && change.status !== undefined) scheduleAll(stripe, after);
}

/** A payment failed: the subscription is late, and after the last attempt what was set happens to it. */
function unpaid(stripe: Backend, invoice: Stripe.Invoice): void {
  const id = subscriptionOf(invoice);
  const subscription = id === undefined ? undefined : subscriptionTable(stripe).find(id);
  if (!subscription || id === undefined || subscriptionTable(stripe).hidden(id)?.isNew === true) return;
  if (invoice.billing_reason === 'manual' || invoice.billing_reason === 'subscription_create') return;
  setStatus(stripe, id, ['active', 'trialing'], 'past_due');
  if (invoice.next_payment_attempt !== null || invoice.auto_advance !== true) return;
  const { then } = stripe.config.dunning;
  if (then === 'cancel') cancelSubscription(stripe, id, { reason: 'payment_failed' });
  if (then === 'mark_unpaid') setStatus(stripe, id, ['past_due'], 'unpaid');
}

/** An invoice that was given up no longer holds up its subscription; a change that waited for one that is void is forgotten. */
function settled(stripe: Backend, invoice: Stripe.Invoice): void {
  const id = subscriptionOf(invoice);
  const table = subscriptionTable(stripe);
  const subscription = id === undefined ? undefined : table.find(id);
  if (!subscription) return;
  if (table.hidden(subscription.id)?.pending?.invoice === invoice.id && invoice.status === 'void') {
    table.hide(subscription.id, {});
    scheduleAll(stripe, table.update(subscription.id, { pending_update: null }, 'customer.subscription.updated'));
    return;
  }
  if (settleResumption(stripe, invoice, subscription.id) || !isLatest(subscription, invoice)) return;
  if (subscription.status === 'incomplete') expireSubscription(stripe, subscription.id);
  else setStatus(stripe, id, ['past_due', 'unpaid'], 'active');
}

function setStatus(stripe: Backend, id: string | undefined, from: readonly string[], to: Subscription['status']): void {
  if (id === undefined) return;
  const subscription = subscriptionTable(stripe).find(id);
  if (!subscription || !from.includes(subscription.status)) return;
  subscriptionTable(stripe).update(id, { status: to }, 'customer.subscription.updated');
}

function isLate({ status }: Subscription): boolean {
  return status === 'past_due' || status === 'unpaid';
}

function isLatest(subscription: Subscription, invoice: Stripe.Invoice): boolean {
  return latestInvoiceOf(subscription) === invoice.id;
}

/** With what an invoice was paid. */
function methodOf(stripe: Backend, invoice: Stripe.Invoice): string | undefined {
  const payments = stripe.table<Stripe.InvoicePayment>('invoice_payment');
  const payment = payments.first({ by: { invoice: invoice.id }, where: ({ status }) => status === 'paid' });
  const intent = idOf(payment?.payment.payment_intent);
  const paid = stripe.table<Stripe.PaymentIntent>('payment_intent').find(intent ?? '');
  const charge = stripe.table<Stripe.Charge>('charge').find(idOf(paid?.latest_charge) ?? '');
  return generatedBy(charge) ?? idOf(paid?.payment_method);
}
