import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { amountFor } from './amounts';
import { readDiscounts } from './discounts';
import { changeDraft, editable, NOT_EDITABLE } from './invoice-drafts';
import { keepLineTaxes } from './line-taxes';
import { pricingOf } from './lines';
import { priceOnlyIn, productName, resolvePrice } from './prices';

/** Changes a line of a draft: https://docs.stripe.com/api/invoice-line-item/update. */
export function updateLine(stripe: Backend, invoiceId: string, lineId: string, given: object): Stripe.InvoiceLineItem {
  const invoice = editable(stripe, invoiceId, NOT_EDITABLE);
  const line = invoice.lines.data.find(({ id }) => id === lineId);
  if (!line)
    throw invalidRequest(`No such invoice line item: '${lineId}'`, { code: 'resource_missing', param: 'line_item_id' });
  const params: Stripe.InvoiceUpdateLineItemParams = given;
  const { amount, description, discountable, discounts, metadata, period, quantity } = params;
  keepLineTaxes(stripe, invoiceId, lineId, params);
  const named = resolvePrice(stripe, { price: params.pricing?.price, price_data: params.price_data }, '');
  const price = named && priceOnlyIn(stripe, named, invoice.currency, 'pricing[price]');
  const unit = line.quantity ? line.amount / line.quantity : line.amount;
  const changedAmount = price
    ? amountFor(price, quantity ?? line.quantity ?? 1)
    : (amount ?? (quantity === undefined ? line.amount : Math.round(unit * quantity)));
  const changed = {
    ...line,
    ...(price && { pricing: pricingOf(price), description: productName(stripe, price) }),
    ...(discounts !== undefined && {
      discounts: readDiscounts(
        stripe,
        discounts,
        { customer: idOf(invoice.customer) ?? null, invoice: invoiceId },
        { before: line.discounts, currency: invoice.currency },
      ).map((each) => each.id),
    }),
    amount: changedAmount,
    subtotal: changedAmount,
    ...(description !== undefined && { description }),
    ...(discountable !== undefined && { discountable }),
    ...(period !== undefined && { period }),
    ...(quantity !== undefined && { quantity, quantity_decimal: String(quantity) as never }),
    ...(metadata !== undefined && { metadata: mergeMetadata(line.metadata, metadata) }),
  };
  const after = changeDraft(
    stripe,
    invoiceId,
    {},
    invoice.lines.data.map((each) => (each.id === lineId ? changed : each)),
  );
  return after.lines.data.find(({ id }) => id === lineId)!;
}
