import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { formatAmount } from '../payments/money';
import { partsFor, type AmountPart } from './amounts';
import type { Period } from './periods';
import { isMetered, priceOnlyIn, productOn, type PricedPrice, type ProductOnLine } from './prices';

type Line = Stripe.InvoiceLineItem;

/** Lines of an invoice: https://docs.stripe.com/api/invoice-line-item/object. Totals fills in discounts and taxes. */

/** What an item of a subscription costs for a period: one line, or one for each tier that is used. */
export function subscriptionLines(
  stripe: Backend,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  options: { readonly period: Period; readonly quantity: number; readonly isTrial?: boolean },
): Line[] {
  const price = priceOnlyIn(stripe, item.price, subscription.currency);
  const { period, quantity, isTrial = false } = options;
  const { name, unit } = productOn(stripe, price);
  const parts: AmountPart[] = isTrial ? [{ amount: 0, quantity, unitAmount: '0' }] : partsFor(price, quantity);
  return parts.map((part) =>
    newLine(stripe, {
      amount: part.amount,
      currency: subscription.currency,
      description: isTrial
        ? `Free trial for ${unitsOf(unit, quantity)} × ${name}`
        : describe({ name, unit }, price, part),
      discountable: true,
      discounts: item.discounts.map((discount) => idOf(discount)!),
      metadata: { ...subscription.metadata, ...item.metadata },
      parent: {
        invoice_item_details: null,
        subscription_item_details: {
          invoice_item: null,
          proration: false,
          proration_details: { credited_items: null },
          subscription: subscription.id,
          subscription_item: item.id,
        },
        type: 'subscription_item_details',
      },
      period,
      pricing: pricingOf(price, part.unitAmount),
      quantity: part.quantity,
      quantity_decimal: String(part.quantity),
    }),
  );
}

/** The line of an invoice item. */
export function invoiceItemLine(stripe: Backend, item: Stripe.InvoiceItem, lineId?: string): Line {
  const { subscription = null, subscription_item } = item.parent?.subscription_details ?? {};
  const credited = item.proration_details?.credited_items?.invoice_line_item_details ?? null;
  const details = {
    invoice_item: item.id,
    proration: item.proration,
    proration_details: { credited_items: credited },
    subscription,
  };
  return newLine(
    stripe,
    {
      amount: item.amount,
      currency: item.currency,
      description: item.description,
      discountable: item.discountable,
      discounts: (item.discounts ?? []).map((discount) => idOf(discount)!),
      metadata: item.metadata ?? {},
      parent:
        subscription_item === undefined
          ? { invoice_item_details: details, subscription_item_details: null, type: 'invoice_item_details' }
          : {
              invoice_item_details: null,
              subscription_item_details: { ...details, subscription_item },
              type: 'subscription_item_details',
            },
      period: item.period,
      pricing: item.pricing,
      quantity: item.quantity,
      quantity_decimal: String(item.quantity_decimal),
    },
    lineId,
  );
}

/** The invoice item that a line stands for; undefined where it is none. */
export function itemOfLine(line: Line): string | undefined {
  const { invoice_item_details: one, subscription_item_details: other } = line.parent ?? {};
  return one?.invoice_item ?? other?.invoice_item ?? undefined;
}

/** `1 × Gold (at $10.00 / month)`, or in words, for an amount in proportion. */
function describe({ name, unit }: ProductOnLine, price: PricedPrice, part: AmountPart): string {
  const { recurring } = price;
  const interval = recurring
    ? recurring.interval_count === 1
      ? recurring.interval
      : `every ${recurring.interval_count} ${recurring.interval}s`
    : '';
  const money = formatAmount(part.unitAmount, price.currency);
  const each = interval === '' ? `at ${money}` : `at ${money} / ${interval}`;
  const tier = part.tier === undefined ? '' : `Tier ${part.tier} `;
  if (part.isFlat) return `${name} (${tier}flat fee ${each})`;
  const units = unitsOf(unit, part.quantity);
  if (isMetered(price) && part.tier === undefined) return `${units} × ${name} (${each})`;
  return `${units} × ${name} (${tier}${each})`;
}

/** A quantity with what the product calls its units, where it has a word for them: `1 seat`, `5 seats`. */
function unitsOf(unit: string | null, quantity: number): string {
  return unit === null ? String(quantity) : `${quantity} ${unit}`;
}

export function pricingOf(price: Stripe.Price, unitAmount?: string): Line['pricing'] {
  return {
    price_details: { price: price.id, product: idOf(price.product)! },
    type: 'price_details',
    unit_amount_decimal: (unitAmount ?? String(price.unit_amount_decimal ?? price.unit_amount ?? 0)) as never,
  };
}

function newLine(stripe: Backend, given: Partial<Line> | object, id?: string): Line {
  const { amount } = given as Line;
  return {
    id: id ?? stripe.newId('line_item'),
    object: 'line_item',
    discount_amounts: [],
    invoice: null,
    livemode: false,
    pretax_credit_amounts: [],
    subtotal: amount,
    taxes: [],
    ...given,
  } as unknown as Line;
}
