import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { blank } from '../spec/shapes';
import { readDiscounts } from './discounts';
import { amountPrice } from './amount-prices';
import { amountFor, times } from './amounts';
import { changeDraft, editable, NOT_EDITABLE } from './invoice-drafts';
import { invoiceTable } from './invoice-data';
import { invoiceItemLine, itemOfLine, pricingOf } from './lines';
import { priceIn, priceOnlyIn, productName, resolvePrice, withTiers, type PricedPrice } from './prices';
import { ratesOf } from './subscription-data';
import { isFormerType } from '../webhooks/event-types';
import { defaultVersion } from '../versions/versions';

type Item = Stripe.InvoiceItem;

/** Sent to accounts of the versions that had it. */
const UPDATED = 'invoiceitem.updated';

/** What an invoice item is made from: parameters of the API, or a part of a change of a subscription. */
export type ItemSeed = Partial<Omit<Item, 'customer'>> &
  Pick<Item, 'amount' | 'currency'> & { readonly customer: string };

/** What is kept beside an invoice item: whether its amount includes its tax, where it says so. */
export interface ItemSecret {
  readonly tax_behavior?: string | undefined;
}

export function itemTable(stripe: Backend): Table<Item, ItemSecret> {
  return stripe.table<Item, ItemSecret>('invoiceitem');
}

/** Keeps an invoice item. It waits for the next invoice unless it names one. */
export function keepItem(stripe: Backend, seed: ItemSeed, secret?: ItemSecret): Item {
  const now = stripe.now();
  const item = {
    ...blank('invoiceitem'),
    id: stripe.newId('invoiceitem'),
    date: now,
    discountable: !(seed.proration ?? false) && seed.amount >= 0,
    discounts: [],
    frozen_fields: [],
    invoicing_rules: [],
    metadata: {},
    period: { end: now, start: now },
    quantity: 1,
    quantity_decimal: String(seed.quantity ?? 1),
    tax_rates: [],
    test_clock: stripe.clock,
    ...seed,
    pricing: seed.pricing ?? pricingByAmount(stripe, seed),
  } as unknown as Item;
  itemTable(stripe).insert(item, secret);
  stripe.emit('invoiceitem.created', item);
  return item;
}

/** What one of an item costs, where it was said what all of it does. */
function pricingByAmount(
  stripe: Backend,
  { amount, currency, description, quantity = 1 }: Pick<ItemSeed, 'amount' | 'currency' | 'description' | 'quantity'>,
): Item['pricing'] {
  const unitAmount = String(amount / (quantity || 1));
  return pricingOf(amountPrice(stripe, { currency, unitAmount, description }));
}

/** The items of a customer that wait for an invoice: those of the subscription, and those of none. */
export function pendingItems(
  stripe: Backend,
  customer: string,
  { subscription, currency }: { readonly subscription?: string | undefined; readonly currency?: string | undefined },
): Item[] {
  const waiting = itemTable(stripe).values({
    by: { customer },
    where: (item) => {
      const owner = item.parent?.subscription_details?.subscription;
      return (
        item.invoice === null &&
        (subscription === undefined || owner === undefined || owner === subscription) &&
        (currency === undefined || item.currency === currency)
      );
    },
  });
  return [...waiting].reverse();
}

/** An invoice item as parameters describe it. One for a draft appears on it at once. */
export function addInvoiceItem(stripe: Backend, given: Stripe.InvoiceItemCreateParams): Item {
  const draft = given.invoice === undefined ? undefined : invoiceTable(stripe).get(given.invoice, 'invoice');
  const customerId = given.customer ?? idOf(draft?.customer);
  if (customerId === undefined) throw parameterMissing('customer');
  const customer = stripe.table<Stripe.Customer>('customer').get(customerId, 'customer');
  if (draft && draft.status !== 'draft') {
    throw invalidRequest(NOT_EDITABLE, {
      code: 'invoice_not_editable',
      param: 'invoice',
    });
  }
  return stripe.onClockOf(customerId, () => {
    const currency = (given.currency ?? draft?.currency ?? customer.currency ?? 'usd').toLowerCase();
    const { tax_behavior: behavior } = given;
    const price = priced(stripe, given, currency, { isOpen: given.currency === undefined && !draft });
    if (draft && price.currency !== draft.currency) throw otherCurrency(price.currency, draft.currency);
    const seed: ItemSeed = {
      customer: customerId,
      ...price,
      description: given.description ?? describedBy(stripe, given),
      ...(given.discountable !== undefined && { discountable: given.discountable }),
      ...(given.period && { period: given.period }),
      ...(given.discounts && {
        discounts: readDiscounts(stripe, given.discounts, { customer: customerId, invoice_item: '' }, { currency }).map(
          ({ id }) => id,
        ),
      }),
      invoice: given.invoice ?? null,
      metadata: mergeMetadata({}, given.metadata),
      tax_rates: ratesOf(stripe, given.tax_rates, 'tax_rates'),
      ...(given.subscription !== undefined && {
        parent: { subscription_details: { subscription: given.subscription }, type: 'subscription_details' },
      }),
    };
    const item = keepItem(stripe, seed, behavior === undefined ? undefined : { tax_behavior: behavior });
    if (draft) {
      const { lines } = invoiceTable(stripe).get(draft.id);
      changeDraft(stripe, draft.id, {}, [...lines.data, invoiceItemLine(stripe, item)]);
    }
    return item;
  });
}

function otherCurrency(currency: string, wanted: string): StripeError {
  return invalidRequest(`The currency of the invoice item (${currency}) must be that of the invoice (${wanted}).`, {
    param: 'currency',
  });
}

/** https://docs.stripe.com/api/invoiceitems */
export const invoiceItems: DefineModule = (stripe) => {
  const table = itemTable(stripe);
  return {
    operations: {
      'POST /v1/invoiceitems': ({ params }) => addInvoiceItem(stripe, params),
      'GET /v1/invoiceitems/{invoiceitem}': ({ path }) => table.get(path['invoiceitem']!),
      'POST /v1/invoiceitems/{invoiceitem}': ({ path, params }) => updateItem(stripe, path['invoiceitem']!, params),
      'DELETE /v1/invoiceitems/{invoiceitem}': ({ path }) => deleteItem(stripe, path['invoiceitem']!),
      'GET /v1/invoiceitems': ({ params, url }) => {
        const { customer, invoice, pending } = params as Stripe.InvoiceItemListParams;
        return table.page(url, params, {
          by: { invoice, customer },
          where: (item) => pending === undefined || (item.invoice === null) === pending,
        });
      },
    },
  };
};

function updateItem(stripe: Backend, id: string, given: Stripe.InvoiceItemUpdateParams): Item {
  const before = itemTable(stripe).get(id);
  const draft = checkOpen(stripe, before);
  const isRepriced = ['amount', 'price_data', 'pricing', 'quantity', 'quantity_decimal', 'unit_amount_decimal'].some(
    (name) => name in given,
  );
  const repriced = { quantity: before.quantity, description: before.description ?? undefined, ...given };
  const kept = priceOf(stripe, before);
  if (given.tax_behavior !== undefined) itemTable(stripe).hide(id, { tax_behavior: given.tax_behavior });
  const item = itemTable(stripe).update(
    id,
    {
      ...(isRepriced && priced(stripe, repriced, before.currency, { kept })),
      ...(given.description !== undefined && { description: given.description }),
      ...(given.discountable !== undefined && { discountable: given.discountable }),
      ...(given.period && { period: given.period }),
      ...(given.metadata !== undefined && { metadata: mergeMetadata(before.metadata, given.metadata) }),
      ...(given.discounts !== undefined && {
        discounts: readDiscounts(
          stripe,
          given.discounts,
          { customer: idOf(before.customer)!, invoice_item: id },
          { before: before.discounts ?? [], currency: before.currency },
        ).map((each) => each.id),
      }),
      ...(given.tax_rates !== undefined && {
        tax_rates: ratesOf(stripe, given.tax_rates, 'tax_rates', before.tax_rates),
      }),
    },
    isFormerType(UPDATED, defaultVersion(stripe.config)) ? UPDATED : undefined,
  );
  if (draft) {
    const lines = draft.lines.data.map((line) =>
      itemOfLine(line) === id ? invoiceItemLine(stripe, item, line.id) : line,
    );
    changeDraft(stripe, draft.id, {}, lines);
  }
  return item;
}

/** What an item costs already, whether or not the price is still for sale. */
function priceOf(stripe: Backend, { pricing }: Item): PricedPrice | undefined {
  const id = idOf(pricing?.price_details?.price);
  const price = id === undefined ? undefined : stripe.table<Stripe.Price>('price').find(id);
  return price && withTiers(stripe, price);
}

function deleteItem(stripe: Backend, id: string): Stripe.DeletedInvoiceItem {
  const item = itemTable(stripe).get(id);
  const draft = checkOpen(stripe, item);
  itemTable(stripe).remove(id);
  if (draft) {
    changeDraft(
      stripe,
      draft.id,
      {},
      draft.lines.data.filter((line) => itemOfLine(line) !== id),
    );
  }
  stripe.emit('invoiceitem.deleted', item);
  return { id, object: 'invoiceitem', deleted: true };
}

/** The draft that an item is on. Throws where the invoice is final. */
function checkOpen(stripe: Backend, item: Item): Stripe.Invoice | undefined {
  const invoice = idOf(item.invoice);
  if (invoice === undefined) return undefined;
  return editable(stripe, invoice, 'This invoice item is attached to a finalized invoice and can’t be changed.');
}

/**
 * What an item costs: an amount, or a quantity of a price. `isOpen` says that nobody asked for the currency: a price that is not in it
 * counts in its own. `kept` is the price that it has where nothing else is given.
 */
function priced(
  stripe: Backend,
  given: Stripe.InvoiceItemCreateParams | Stripe.InvoiceItemUpdateParams,
  currency: string,
  { isOpen = false, kept }: { readonly isOpen?: boolean; readonly kept?: PricedPrice | undefined } = {},
): Pick<Item, 'amount' | 'currency'> & Partial<Omit<Item, 'customer'>> {
  const quantity = given.quantity ?? (given.quantity_decimal === undefined ? 1 : Number(given.quantity_decimal));
  const isByAmount = given.amount !== undefined || given.unit_amount_decimal !== undefined;
  const named =
    resolvePrice(stripe, { price: given.pricing?.price, price_data: given.price_data }, '') ??
    (isByAmount ? undefined : kept);
  const price =
    named &&
    (isOpen
      ? (priceIn(stripe, named, currency) ?? named)
      : priceOnlyIn(stripe, named, currency, given.price_data ? 'price_data[currency]' : 'pricing[price]'));
  if (price?.recurring) {
    throw invalidRequest(
      'The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.',
      { param: 'pricing[price]' },
    );
  }
  if (price && given.amount !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: amount, pricing.', { param: 'amount' });
  }
  const many = { quantity, quantity_decimal: String(quantity) as never };
  if (price) {
    const amount = amountFor(price, quantity);
    return { ...many, amount, currency: price.currency, pricing: pricingOf(price) };
  }
  const unit = given.unit_amount_decimal === undefined ? undefined : String(given.unit_amount_decimal);
  if (given.amount === undefined && unit === undefined) {
    throw invalidRequest('You must specify one of `amount`, `price_data`, `pricing` or `unit_amount_decimal`.', {
      code: 'parameter_missing',
      param: 'amount',
    });
  }
  const amount = unit === undefined ? given.amount! : times(unit, quantity);
  const { description } = given;
  return {
    ...many,
    amount,
    currency,
    pricing:
      unit === undefined
        ? pricingByAmount(stripe, { amount, currency, quantity, ...(description && { description }) })
        : pricingOf(amountPrice(stripe, { currency, unitAmount: unit, description })),
  };
}

function describedBy(stripe: Backend, given: Stripe.InvoiceItemCreateParams): string | null {
  const price = given.pricing?.price;
  if (price === undefined) return null;
  return productName(stripe, stripe.table<Stripe.Price>('price').get(price, 'pricing[price]'));
}
