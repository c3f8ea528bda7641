import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { amountFor, proratedShare } from './amounts';
import { discountsInEffect, spendDiscounts } from './discounts';
import { billedUntil, periodsBetween } from './billing-schedules';
import { addInvoiceItem, pendingItems } from './invoice-items';
import { billedOf, usedOf } from './billed-usage';
import { newInvoice, type InvoiceSeed } from './invoice-data';
import { createInvoice } from './invoice-drafts';
import { invoiceItemLine, subscriptionLines } from './lines';
import { invoiceOptions } from './payment-options';
import type { Period } from './periods';
import { isMetered, priceOnlyIn } from './prices';
import { customerOf, subscriptionTable, wholePeriod, type Item, type Subscription } from './subscription-data';
import { usageFor } from './usage';

type Line = Stripe.InvoiceLineItem;

/** Why an invoice is made, and for which time. */
export interface Billing {
  readonly reason: Stripe.Invoice.BillingReason;
  readonly period: Period;
  readonly lines: readonly Line[];
  /** Left out, it advances by itself. */
  readonly auto_advance?: boolean;
  readonly prorationDate?: number;
  /** From when on discounts count that the subscription has, where that is not now. */
  readonly discountedSince?: number;
}

export interface AdvanceOptions {
  /** All that there are when left out. */
  readonly items?: readonly Item[];
  readonly isProrated?: boolean;
  /** The periods follow on others: what was billed of them in advance is left out. */
  readonly isRenewal?: boolean;
}

/** Makes the draft of an invoice for a subscription, and keeps it as the latest. */
export function billSubscription(stripe: Backend, subscription: Subscription, billing: Billing): Stripe.Invoice {
  const invoice = makeInvoice(stripe, subscription, billing);
  subscriptionTable(stripe).update(subscription.id, { latest_invoice: invoice.id });
  return invoice;
}

/** Makes the draft of an invoice for a subscription, with what waits for its next invoice. */
export function makeInvoice(stripe: Backend, subscription: Subscription, billing: Billing): Stripe.Invoice {
  const { seed, lines } = seedOf(stripe, subscription, billing);
  const invoice = createInvoice(stripe, seed, lines);
  spendDiscounts(stripe, invoice);
  return invoice;
}

/** The invoice as it would be made: it is not kept. */
export function unkeptInvoice(stripe: Backend, subscription: Subscription, billing: Billing): Stripe.Invoice {
  const { seed, lines } = seedOf(stripe, subscription, billing);
  return newInvoice(stripe, seed, lines);
}

function seedOf(stripe: Backend, subscription: Subscription, billing: Billing): { seed: InvoiceSeed; lines: Line[] } {
  const { id, currency } = subscription;
  const customer = customerOf(subscription);
  const waiting = pendingItems(stripe, customer, { subscription: id, currency });
  const lines = [...waiting.map((item) => invoiceItemLine(stripe, item)), ...billing.lines];
  const { payment_settings: settings, invoice_settings: texts } = subscription;
  const seed: InvoiceSeed = {
    account_tax_ids: texts.account_tax_ids,
    auto_advance: billing.auto_advance ?? true,
    automatic_tax: {
      ...subscription.automatic_tax,
      provider: subscription.automatic_tax.enabled ? 'stripe' : null,
      status: subscription.automatic_tax.enabled ? 'complete' : null,
    },
    billing_reason: billing.reason,
    collection_method: subscription.collection_method,
    currency,
    custom_fields: texts.custom_fields,
    customer,
    days_until_due: subscription.days_until_due ?? undefined,
    default_tax_rates: subscription.default_tax_rates ?? [],
    description: texts.description,
    discounts: discountsInEffect(stripe, { customer, subscription }, billing.discountedSince).map(
      ({ id: each }) => each,
    ),
    footer: texts.footer,
    on_behalf_of: subscription.on_behalf_of,
    parent: {
      quote_details: null,
      subscription_details: {
        metadata: subscription.metadata,
        subscription: id,
        ...(billing.prorationDate !== undefined && { subscription_proration_date: billing.prorationDate }),
      },
      type: 'subscription_details',
    },
    payment_settings: {
      default_mandate: null,
      payment_method_options: invoiceOptions(settings?.payment_method_options),
      payment_method_types: settings?.payment_method_types ?? null,
    },
    period_end: billing.period.end,
    period_start: billing.period.start,
  };
  return { seed, lines };
}

/**
 * Lines for the periods that the items have now, and for later ones that are billed with them: what is paid in advance. A trial costs nothing,
 * and a period that is less than an interval a share of the amount, or nothing where `isProrated` is false.
 */
export function advanceLines(
  stripe: Backend,
  subscription: Subscription,
  { items = subscription.items.data, isProrated = true, isRenewal = false }: AdvanceOptions = {},
): Line[] {
  const isTrial = subscription.status === 'trialing';
  return items.flatMap((item) => {
    if (isMetered(item.price) && !isTrial) return [];
    const { current_period_start: begin, current_period_end: end, billed_until: until = begin } = item;
    const start = isRenewal ? Math.max(begin, until) : begin;
    if (start >= end) return [];
    const whole = wholePeriod(subscription, item);
    const lines = periodLines(stripe, subscription, item, { period: { start, end }, whole, isTrial, isProrated });
    return isRenewal ? lines : [...lines, ...laterLines(stripe, subscription, item, end)];
  });
}

/**
 * Lines for the time of a subscription before its first period, where it was begun in the past: as if each period had been billed when it
 * began, or, for usage, when it ended.
 */
export function pastLines(stripe: Backend, subscription: Subscription): Line[] {
  const start = subscription.start_date;
  return subscription.items.data.flatMap((item) =>
    periodsBetween(subscription, item, { start, end: item.current_period_start }).flatMap((time) => {
      if (!isMetered(item.price)) {
        return periodLines(stripe, subscription, item, { ...time, isTrial: false, isProrated: true });
      }
      const quantity = usageFor(stripe, item, time.period.start, time.period.end);
      return quantity === 0 ? [] : subscriptionLines(stripe, subscription, item, { period: time.period, quantity });
    }),
  );
}

/** Lines for the periods of an item from a time on until which it is billed in advance. */
export function laterLines(stripe: Backend, subscription: Subscription, item: Item, start: number): Line[] {
  return periodsBetween(subscription, item, { start, end: billedUntil(item) }).flatMap((time) =>
    periodLines(stripe, subscription, item, { ...time, isTrial: false, isProrated: true }),
  );
}

function periodLines(
  stripe: Backend,
  subscription: Subscription,
  item: Item,
  {
    period,
    whole,
    isTrial,
    isProrated,
  }: { readonly period: Period; readonly whole: Period; readonly isTrial: boolean; readonly isProrated: boolean },
): Line[] {
  const lines = subscriptionLines(stripe, subscription, item, { period, quantity: item.quantity ?? 0, isTrial });
  const [part, all] = [period.end - period.start, whole.end - whole.start];
  if (isTrial || part === all) return lines;
  const share = (amount: number): number => (isProrated ? proratedShare(amount, part, all) : 0);
  return lines.map((line) => ({ ...line, amount: share(line.amount), subtotal: share(line.amount) }));
}

/** Lines for metered items of which nothing is used yet: the first invoice of the classic mode has them. */
export function unusedLines(stripe: Backend, subscription: Subscription): Line[] {
  if (subscription.status === 'trialing') return [];
  const metered = subscription.items.data.filter((item) => isMetered(item.price));
  return metered.flatMap((item) => {
    const period = { start: item.current_period_start, end: item.current_period_end };
    return subscriptionLines(stripe, subscription, item, { period, quantity: 0 });
  });
}

/** Lines for what was used in the periods that the items had. */
export function usageLines(stripe: Backend, subscription: Subscription, items: readonly Item[]): Line[] {
  return items
    .filter((item) => isMetered(item.price))
    .flatMap((item) => {
      const period = { start: item.current_period_start, end: item.current_period_end };
      const quantity = Math.max(0, usedOf(stripe, item) - billedOf(stripe, item));
      return subscriptionLines(stripe, subscription, item, { period, quantity });
    });
}

/** Puts `add_invoice_items` with what waits for the next invoice of a subscription. */
export function addItemsOf(
  stripe: Backend,
  subscription: Subscription,
  given: readonly Stripe.SubscriptionCreateParams.AddInvoiceItem[],
): void {
  for (const { price, price_data, quantity, tax_rates, discountable, discounts, metadata } of given) {
    addInvoiceItem(stripe, {
      customer: customerOf(subscription),
      subscription: subscription.id,
      currency: subscription.currency,
      ...(price !== undefined && { pricing: { price } }),
      ...(price_data !== undefined && { price_data }),
      ...(quantity !== undefined && { quantity }),
      ...(Array.isArray(tax_rates) && { tax_rates }),
      ...(discountable !== undefined && { discountable }),
      ...(discounts !== undefined && { discounts }),
      ...(metadata !== undefined && { metadata }),
    });
  }
}

/** What an item costs for a whole period, in the currency of its subscription: nothing for what is metered. */
export function itemAmount(stripe: Backend, item: Item, currency: string): number {
  if (isMetered(item.price)) return 0;
  return amountFor(priceOnlyIn(stripe, item.price, currency), item.quantity ?? 1);
}

export function latestInvoiceOf(subscription: Subscription): string | undefined {
  return idOf(subscription.latest_invoice);
}
