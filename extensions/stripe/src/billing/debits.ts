/** What was charged for an item of a subscription: credit for changes is for that. See https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { DiscountAmount } from './discount-amounts';
import { invoiceTable } from './invoice-data';
import { itemTable } from './invoice-items';
import { itemOfLine } from './lines';
import type { Period } from './periods';
import { customerOf, type Item, type Subscription } from './subscription-data';

export type CreditedItems = NonNullable<NonNullable<Stripe.InvoiceItem['proration_details']>['credited_items']>;

export interface Debit {
  readonly amount: number;
  /** What is not off the amount yet. */
  readonly discounts: readonly DiscountAmount[];
  /** The time that the amount is for. */
  readonly period: Period;
  /** Until when nothing of it was given back. */
  readonly until: number;
  readonly pricing: Stripe.InvoiceItem['pricing'];
  readonly quantity: number;
  /** The invoice item that a change was charged by. */
  readonly item?: string | undefined;
  /** How a credit refers to it now. */
  readonly reference: CreditedItems;
}

type Found = Omit<Debit, 'until'>;

type Line = Stripe.InvoiceLineItem;

/** What was charged for an item for times that began at `since` or later and go beyond `from`, and was not given back; the first one first. */
export function debitsOf(
  stripe: Backend,
  subscription: Subscription,
  item: Item,
  { since, from }: { readonly since: number; readonly from: number },
): Debit[] {
  const items = itemsOf(stripe, subscription, item);
  const credits = items.filter((each) => creditedBy(each) !== null && !isVoid(stripe, each));
  const pending = items.filter((each) => each.invoice === null && each.proration && creditedBy(each) === null);
  const isCredit = new Set(items.filter((each) => creditedBy(each) !== null).map(({ id }) => id));
  const isCharged = (line: Line): boolean =>
    line.parent?.subscription_item_details?.subscription_item === item.id &&
    line.period.start >= since &&
    !isCredit.has(itemOfLine(line) ?? '');
  const found = [...invoiced(stripe, subscription, item, isCharged), ...pending.map(pendingDebit)];
  return found
    .map((debit) => ({ ...debit, until: uncreditedUntil(debit, credits) }))
    .filter(({ period, until }) => period.start >= since && until > from)
    .sort((one, other) => one.period.start - other.period.start);
}

/** The invoice items that changes of an item of a subscription made. */
function itemsOf(stripe: Backend, subscription: Subscription, { id }: Item): Stripe.InvoiceItem[] {
  const isOfItem = ({ parent }: Stripe.InvoiceItem): boolean => parent?.subscription_details?.subscription_item === id;
  return [...itemTable(stripe).values({ by: { customer: customerOf(subscription) }, where: isOfItem })];
}

function creditedBy({ proration_details: details }: Stripe.InvoiceItem): CreditedItems | null {
  return details?.credited_items ?? null;
}

function isVoid(stripe: Backend, { invoice }: Stripe.InvoiceItem): boolean {
  const id = idOf(invoice);
  return id !== undefined && invoiceTable(stripe).find(id)?.status === 'void';
}

/** What stands on invoices, where all lines of one period count as one: graduated tiers have several. */
function invoiced(
  stripe: Backend,
  subscription: Subscription,
  item: Item,
  isCharged: (line: Line) => boolean,
): Found[] {
  const invoices = invoiceTable(stripe).values({
    by: { 'parent.subscription_details.subscription': subscription.id },
    where: ({ status }) => status !== 'void',
  });
  return [...invoices].flatMap((invoice) => {
    const groups = new Map<string, Line[]>();
    for (const line of invoice.lines.data.filter(isCharged)) {
      const key = [line.period.start, line.period.end, itemOfLine(line) ?? ''].join();
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    return [...groups.values()].map((group) => lineDebit(invoice.id, group, item));
  });
}

function lineDebit(invoice: string, lines: readonly Line[], item: Item): Found {
  const [first, ...others] = lines;
  return {
    amount: lines.reduce((sum, { amount }) => sum + amount, 0),
    discounts: lines.flatMap(({ discount_amounts: off }) =>
      (off ?? []).map(({ amount, discount }) => ({ amount, discount: idOf(discount)! })),
    ),
    period: first!.period,
    pricing: first!.pricing,
    item: itemOfLine(first!),
    quantity: others.length === 0 ? (first!.quantity ?? 1) : (item.quantity ?? 1),
    reference: {
      invoice_line_item_details: { invoice, invoice_line_items: lines.map(({ id }) => id) },
      type: 'invoice_line_items',
    },
  };
}

function pendingDebit(item: Stripe.InvoiceItem): Found {
  return {
    amount: item.amount,
    discounts: (item.proration_details?.discount_amounts ?? []).map(({ amount, discount }) => ({
      amount,
      discount: idOf(discount)!,
    })),
    period: item.period,
    pricing: item.pricing,
    quantity: item.quantity,
    item: item.id,
    reference: { invoice_item: item.id, type: 'invoice_item' },
  };
}

/** Credits go up to the end of what they are for: it stands until the first of them. */
function uncreditedUntil(debit: Found, credits: readonly Stripe.InvoiceItem[]): number {
  const starts = credits.filter((credit) => refersTo(creditedBy(credit)!, debit)).map(({ period }) => period.start);
  return Math.min(debit.period.end, ...starts);
}

function refersTo({ invoice_item: item, invoice_line_item_details: lines }: CreditedItems, debit: Found): boolean {
  if (item !== undefined) return item === debit.item;
  const charged = debit.reference.invoice_line_item_details?.invoice_line_items ?? [];
  return (lines?.invoice_line_items ?? []).some((id) => charged.includes(id));
}
