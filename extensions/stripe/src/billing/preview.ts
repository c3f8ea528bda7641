import type Stripe from 'stripe';
import { parameterMissing, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';
import { foreseeCredits } from './credit-application';
import { DRAFT_TIME } from './invoice-settings';
import { invoiceTable, type InvoiceSeed } from './invoice-data';
import { addInvoiceItem, itemTable, pendingItems } from './invoice-items';
import { createInvoice } from './invoice-drafts';
import { invoiceItemLine } from './lines';
import { omit } from '../kernel/omit';
import { renewal, trialEndOf } from './renewals';
import { createSchedule } from './new-schedules';
import { updateSchedule } from './schedule-changes';
import { scheduleTable } from './schedule-data';
import { advanceUntil } from './schedule-progress';
import { customerOf, isRunning, periodEnd, subscriptionTable, type Subscription } from './subscription-data';
import { cancelSubscription } from './subscription-end';
import { updateSubscription } from './subscription-changes';
import { unkeptInvoice } from './subscription-invoices';
import { createSubscription } from './subscriptions';

type PreviewParams = Stripe.InvoiceCreatePreviewParams;

/** Carries a result out of a step whose writes are undone. */
class Undone {
  constructor(readonly result: unknown) {}
}

/** Does something for its result alone: nothing that it writes, sends or plans stays. */
export function dryRun<R>(stripe: Backend, work: () => R): R {
  try {
    return stripe.step(stripe.scope, () => {
      throw new Undone(work()) as unknown as Error;
    });
  } catch (error) {
    if (error instanceof Undone) return error.result as R;
    throw error;
  }
}

/** The invoice that a subscription will get when its period ends; undefined where none will be. It says from when prorations on it count. */
export function findNext(
  stripe: Backend,
  subscription: Subscription,
  prorationDate?: number,
): Stripe.Invoice | undefined {
  const { status, cancel_at: cancelAt } = subscription;
  const end = periodEnd(subscription);
  if (!isRunning(subscription) || (cancelAt !== null && cancelAt <= end)) return undefined;
  if (status === 'trialing' && trialEndOf(stripe, subscription) !== 'create_invoice') return undefined;
  const schedule = idOf(subscription.schedule);
  const next = (from: Subscription): Stripe.Invoice =>
    stripe.as({ time: end }, () => {
      const { after, billing } = renewal(stripe, from, end);
      const dated = prorationDate === undefined ? billing : { ...billing, prorationDate };
      return asPreview(stripe, unkeptInvoice(stripe, after, dated), end);
    });
  if (schedule === undefined) return next(subscription);
  return dryRun(stripe, () => {
    advanceUntil(stripe, schedule, end);
    const after = subscriptionTable(stripe).get(subscription.id);
    if (!isRunning(after)) return undefined;
    return invoiceSince(stripe, subscription, after, end) ?? (periodEnd(after) === end ? next(after) : undefined);
  });
}

/** The invoice that a change of a subscription made at once; undefined where it made none. */
function invoiceSince(
  stripe: Backend,
  before: Subscription,
  after: Subscription,
  at: number,
): Stripe.Invoice | undefined {
  const latest = idOf(after.latest_invoice);
  if (latest === undefined || latest === idOf(before.latest_invoice)) return undefined;
  return asPreview(stripe, invoiceTable(stripe).get(latest), at);
}

function previewNext(stripe: Backend, subscription: Subscription, prorationDate?: number): Stripe.Invoice {
  const next = findNext(stripe, subscription, prorationDate);
  if (next === undefined) throw noUpcoming(subscription);
  return next;
}

/** https://docs.stripe.com/api/invoices/create_preview: what a change would cost, or what comes next. */
export function createPreview(stripe: Backend, given: PreviewParams): Stripe.Invoice {
  const subscription =
    given.subscription === undefined ? undefined : subscriptionTable(stripe).get(given.subscription, 'subscription');
  const schedule = given.schedule === undefined ? undefined : scheduleTable(stripe).get(given.schedule, 'schedule');
  const known = subscription ? customerOf(subscription) : (idOf(schedule?.customer) ?? given.customer);
  if (known === undefined && given.customer_details === undefined) throw parameterMissing('customer');
  return stripe.onClockOf(known, () => {
    const customer = known ?? '';
    if (known !== undefined) stripe.table<Stripe.Customer>('customer').get(known, 'customer');
    return dryRun(stripe, () => {
      const owner = customer === '' ? passingCustomer(stripe, given) : customer;
      for (const item of given.invoice_items ?? []) addPassing(stripe, item, owner, subscription?.id, given.currency);
      if (schedule || given.schedule_details) return previewSchedule(stripe, owner, given);
      if (subscription) return previewOf(stripe, subscription, given);
      if (given.subscription_details?.items) return previewNew(stripe, owner, given);
      return previewItems(stripe, owner, given);
    });
  });
}

/** A subscription with changes: the invoice that they make at once, or the next one with them. */
function previewOf(stripe: Backend, subscription: Subscription, given: PreviewParams): Stripe.Invoice {
  const { id } = subscription;
  const { cancel_now: cancelNow, ...asked } = given.subscription_details ?? {};
  const isRecurring = given.preview_mode === 'recurring';
  const changes = {
    ...omit(asked, 'start_date', 'billing_mode', 'pause', 'resume_at'),
    ...(given.discounts !== undefined && { discounts: given.discounts }),
    ...(isRecurring && { proration_behavior: 'none' as const }),
  };
  if (cancelNow === true) {
    cancelSubscription(stripe, id, { prorate: changes.proration_behavior !== 'none', invoice_now: true });
  } else if (Object.keys(changes).length > 0) {
    updateSubscription(stripe, id, { ...changes, payment_behavior: 'default_incomplete' });
  }
  const after = subscriptionTable(stripe).get(id);
  if (isRecurring) return previewRecurring(stripe, after);
  const made = invoiceSince(stripe, subscription, after, stripe.now());
  if (made) return made;
  if (cancelNow === true) throw noUpcoming(subscription);
  return previewNext(stripe, after, asked.items && (asked.proration_date ?? stripe.now()));
}

/** The next invoice, without what is on it only once. */
function previewRecurring(stripe: Backend, subscription: Subscription): Stripe.Invoice {
  const { id, currency } = subscription;
  for (const item of pendingItems(stripe, customerOf(subscription), { subscription: id, currency })) {
    itemTable(stripe).remove(item.id);
  }
  return previewNext(stripe, subscription);
}

/** A schedule as it is, or as it would be: the invoice that it makes at once or when it begins, or the next of its subscription. */
function previewSchedule(stripe: Backend, customer: string, given: PreviewParams): Stripe.Invoice {
  const { schedule_details: details } = given;
  const known = given.schedule === undefined ? undefined : scheduleTable(stripe).get(given.schedule, 'schedule');
  const id = known?.id ?? createSchedule(stripe, { customer, ...(details as object) }).id;
  const running = idOf(known?.subscription);
  const before = running === undefined ? undefined : subscriptionTable(stripe).get(running);
  if (known && details) updateSchedule(stripe, id, details);
  const { phases } = scheduleTable(stripe).get(id);
  const start = phases[0]!.start_date;
  if (start > stripe.now()) advanceUntil(stripe, id, start);
  const after = subscriptionTable(stripe).get(idOf(scheduleTable(stripe).get(id).subscription)!);
  if (before) return invoiceSince(stripe, before, after, stripe.now()) ?? previewNext(stripe, after);
  return firstOrNext(stripe, after, Math.max(start, stripe.now()));
}

/** The invoice that a new subscription begins with, or the first that comes later. */
function firstOrNext(stripe: Backend, subscription: Subscription, at: number): Stripe.Invoice {
  const first = idOf(subscription.latest_invoice);
  return first === undefined
    ? previewNext(stripe, subscription)
    : asPreview(stripe, invoiceTable(stripe).get(first), at);
}

/** A subscription that is not there yet: its first invoice. */
function previewNew(stripe: Backend, customer: string, given: PreviewParams): Stripe.Invoice {
  const {
    items,
    trial_end,
    billing_cycle_anchor: anchor,
    default_tax_rates,
    proration_behavior,
    start_date,
    cancel_at,
    billing_mode,
    billing_schedules,
  } = given.subscription_details!;
  const made = createSubscription(stripe, {
    customer,
    items: items as Stripe.SubscriptionCreateParams.Item[],
    payment_behavior: 'default_incomplete',
    ...(trial_end !== undefined && { trial_end }),
    ...(anchor?.timestamp !== undefined && { billing_cycle_anchor: anchor.timestamp }),
    ...(default_tax_rates !== undefined && { default_tax_rates }),
    ...(billing_mode !== undefined && { billing_mode }),
    ...(proration_behavior !== undefined && { proration_behavior }),
    ...(start_date !== undefined && { backdate_start_date: start_date }),
    ...(typeof cancel_at === 'number' && { cancel_at }),
    ...(billing_schedules && {
      billing_schedules: billing_schedules as Stripe.SubscriptionCreateParams.BillingSchedule[],
    }),
    ...(given.currency !== undefined && { currency: given.currency }),
    ...(given.discounts !== undefined && { discounts: given.discounts }),
    ...(given.automatic_tax && { automatic_tax: given.automatic_tax }),
  });
  const preview =
    given.preview_mode === 'recurring' ? previewRecurring(stripe, made) : firstOrNext(stripe, made, stripe.now());
  return {
    ...preview,
    parent: {
      ...preview.parent!,
      subscription_details: { ...preview.parent!.subscription_details!, subscription: null as never },
    },
  };
}

/** What waits for the next invoice of a customer. */
function previewItems(stripe: Backend, customer: string, given: PreviewParams): Stripe.Invoice {
  const running = subscriptionTable(stripe).first({ by: { customer }, where: isRunning });
  if (running && !given.invoice_items) return previewNext(stripe, running);
  const items = pendingItems(stripe, customer, { currency: given.currency });
  if (items.length === 0) {
    throw new StripeError(404, 'invalid_request_error', `No upcoming invoices for customer: ${customer}`, {
      code: 'invoice_upcoming_none',
    });
  }
  const seed = { customer, currency: items[0]!.currency, billing_reason: 'upcoming' } as unknown as InvoiceSeed;
  return asPreview(
    stripe,
    createInvoice(
      stripe,
      seed,
      items.map((item) => invoiceItemLine(stripe, item)),
    ),
    stripe.now(),
  );
}

function addPassing(
  stripe: Backend,
  given: NonNullable<PreviewParams['invoice_items']>[number],
  customer: string,
  subscription: string | undefined,
  currency: string | undefined,
): void {
  const { price, unit_amount: unit, quantity, ...rest } = omit(given, 'invoiceitem');
  addInvoiceItem(stripe, {
    ...(currency !== undefined && { currency }),
    ...rest,
    customer,
    ...(quantity !== undefined && { quantity }),
    ...(price !== undefined && { pricing: { price } }),
    ...(unit !== undefined && { unit_amount_decimal: String(unit) as never }),
    ...(subscription !== undefined && { subscription }),
  } as Stripe.InvoiceItemCreateParams);
}

/** A customer for one preview. */
function passingCustomer(stripe: Backend, given: PreviewParams): string {
  const { address, shipping, tax_exempt: exempt } = given.customer_details ?? {};
  const customer = {
    ...blank('customer'),
    id: stripe.newId('customer'),
    created: stripe.now(),
    address: address === '' ? null : (address ?? null),
    shipping: shipping === '' ? null : (shipping ?? null),
    tax_exempt: exempt === '' ? 'none' : (exempt ?? 'none'),
    metadata: mergeMetadata({}, undefined),
  } as unknown as Stripe.Customer;
  return stripe.table<Stripe.Customer>('customer').insert(customer).id;
}

function asPreview(stripe: Backend, found: Stripe.Invoice, at: number): Stripe.Invoice {
  const invoice = foreseeCredits(stripe, found);
  const id = `upcoming_${invoice.id}`;
  return {
    ...omit(invoice, 'hosted_invoice_url', 'invoice_pdf'),
    id,
    attempted: false,
    auto_advance: true,
    amount_paid: 0,
    amount_remaining: invoice.amount_due,
    automatically_finalizes_at: at + DRAFT_TIME,
    billing_reason: invoice.billing_reason === 'subscription_cycle' ? 'upcoming' : invoice.billing_reason,
    created: at,
    effective_at: null,
    next_payment_attempt: invoice.collection_method === 'charge_automatically' ? at + DRAFT_TIME : null,
    number: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    lines: {
      ...invoice.lines,
      data: invoice.lines.data.map((line) => ({ ...line, invoice: id })),
      url: `/v1/invoices/upcoming/lines`,
    },
  };
}

function noUpcoming(subscription: Subscription): StripeError {
  return new StripeError(
    404,
    'invalid_request_error',
    `No upcoming invoices for customer: ${customerOf(subscription)}`,
    {
      code: 'invoice_upcoming_none',
    },
  );
}
