import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { taxPlaceOf } from './automatic-tax';
import type { DiscountAmount } from './discount-amounts';
import { discountFor } from './discounts';
import type { InvoiceSecret } from './invoice-data';
import type { ItemSecret } from './invoice-items';
import { itemOfLine } from './lines';
import { taxFor } from './taxes';

type Line = Stripe.InvoiceLineItem;

/** Puts the amounts of discounts and taxes on the lines of an invoice. The invoice says which discounts and rates hold for all. */
export function adjustLines(stripe: Backend, invoice: Stripe.Invoice, lines: readonly Line[]): Line[] {
  const { currency, automatic_tax: automatic } = invoice;
  const found = discountFor(stripe, {
    currency,
    discounts: invoice.discounts,
    lines: lines.map((line) => ({
      amount: line.amount,
      product: line.pricing?.price_details?.product,
      discountable: line.discountable,
      discounts: line.discounts,
    })),
  });
  const items = lines.map((line) => stripe.table<Stripe.InvoiceItem>('invoiceitem').find(itemOfLine(line) ?? ''));
  const offLines = found.lines.map((each, index) => itemizedOf(items[index]) ?? each);
  // What billing credits paid for stays as it is.
  const credits = lines.map(({ pretax_credit_amounts: paid }) =>
    (paid ?? []).filter(({ type }) => type !== 'discount'),
  );
  const rest = lines.map(
    ({ amount }, index) =>
      amount - [...offLines[index]!, ...credits[index]!].reduce((sum, each) => sum + each.amount, 0),
  );
  const owner = idOf(invoice.parent?.subscription_details?.subscription);
  // Looked up once: an invoice has many lines.
  const subscription = owner === undefined ? undefined : stripe.table<Stripe.Subscription>('subscription').find(owner);
  const own = stripe.table<Stripe.Invoice, InvoiceSecret>('invoice').hidden(invoice.id)?.line_taxes ?? {};
  const { lines: taxes } = taxFor(stripe, {
    currency,
    default_tax_rates: invoice.default_tax_rates,
    tax_exempt: invoice.customer_tax_exempt,
    ...(automatic.enabled && { automatic: taxPlaceOf(invoice) }),
    lines: lines.map((line, index) => ({
      amount: rest[index]!,
      tax_rates: own[line.id]?.rates ?? ratesOf(line, items[index], subscription),
      tax_behavior: automatic.enabled ? behaviorOf(stripe, line) : null,
    })),
  });
  return lines.map((line, index) => ({
    ...line,
    subtotal: line.amount,
    discount_amounts: offLines[index]!,
    pretax_credit_amounts: [
      ...offLines[index]!.map((each) => ({ ...each, type: 'discount' as const })),
      ...credits[index]!,
    ],
    taxes: [...(own[line.id]?.amounts ?? taxes[index]!)],
  }));
}

/** The discounts that a proration was made with, where they stand beside its amount; undefined for other lines. */
function itemizedOf(item: Stripe.InvoiceItem | undefined): DiscountAmount[] | undefined {
  const amounts = item?.proration_details?.discount_amounts ?? [];
  if (amounts.every(({ amount }) => amount === 0)) return undefined;
  return amounts.map(({ amount, discount }) => ({ amount, discount: idOf(discount)! }));
}

/** The tax rates of what a line was made from: an invoice item, or an item of a subscription. */
function ratesOf(
  { parent }: Line,
  item: Stripe.InvoiceItem | undefined,
  subscription: Stripe.Subscription | undefined,
): readonly (string | { id: string })[] {
  const own = item?.tax_rates ?? [];
  if (own.length > 0) return own;
  const details = parent?.subscription_item_details;
  if (!details) return [];
  return subscription?.items.data.find(({ id }) => id === details.subscription_item)?.tax_rates ?? [];
}

/** Whether the amount of a line includes its tax: the price says so, or else the invoice item. */
function behaviorOf(stripe: Backend, line: Line): string | null {
  const price = stripe.table<Stripe.Price>('price').find(idOf(line.pricing?.price_details?.price) ?? '');
  if (price?.tax_behavior && price.tax_behavior !== 'unspecified') return price.tax_behavior;
  const item = itemOfLine(line);
  const own = item === undefined ? undefined : stripe.table<Stripe.InvoiceItem, ItemSecret>('invoiceitem').hidden(item);
  return own?.tax_behavior ?? price?.tax_behavior ?? null;
}
