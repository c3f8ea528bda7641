/** Invoices that are made by hand: https://docs.stripe.com/api/invoices/create. */
import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { checkAttached } from '../resources/resolve-method';
import { discountsInEffect, readDiscounts, spendDiscounts } from './discounts';
import { invoiceTable, type InvoiceSeed } from './invoice-data';
import { pendingItems } from './invoice-items';
import { checkGiven, defaultRates, plainFields } from './invoice-params';
import { shippingCost } from './invoice-shipping';
import { createInvoice } from './invoice-drafts';
import { checkRecipient } from './invoice-recipients';
import { invoiceItemLine } from './lines';
import { subscriptionTable } from './subscription-data';

/** Makes a draft, or one that revises an invoice. Throws for a customer, a subscription or dates that cannot be. */
export function createByHand(stripe: Backend, given: Stripe.InvoiceCreateParams): Stripe.Invoice {
  const { from_invoice: from, subscription: subscriptionId } = given;
  checkGiven(stripe, given);
  const former = from && invoiceTable(stripe).get(from.invoice, 'from_invoice[invoice]');
  if (former && former.status !== 'open' && former.status !== 'uncollectible') {
    throw invalidRequest(`You can only revise open or uncollectible invoices. This invoice is ${former.status}.`, {
      param: 'from_invoice[invoice]',
    });
  }
  const customerId = given.customer ?? idOf(former?.customer);
  if (customerId === undefined) throw parameterMissing('customer');
  const customer = stripe.table<Stripe.Customer>('customer').get(customerId, 'customer');
  const subscription =
    subscriptionId === undefined ? undefined : subscriptionTable(stripe).get(subscriptionId, 'subscription');
  const method = given.collection_method ?? subscription?.collection_method ?? 'charge_automatically';
  if (
    method === 'send_invoice' &&
    given.days_until_due === undefined &&
    given.due_date === undefined &&
    !subscription
  ) {
    throw invalidRequest(
      "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'.",
    );
  }
  if (method !== 'send_invoice' && (given.days_until_due !== undefined || given.due_date !== undefined)) {
    throw invalidRequest(
      "You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'.",
    );
  }
  if (given.default_payment_method !== undefined) {
    checkAttached(stripe, customerId, given.default_payment_method, 'default_payment_method');
  }
  return stripe.onClockOf(customerId, () => {
    checkDue(given, stripe.now());
    if (method === 'send_invoice') checkRecipient(stripe, customerId);
    // Pending items are left where they are unless they are asked for, or a subscription is to be billed for them.
    const pending: string | undefined = given.pending_invoice_items_behavior;
    const isRequired = pending === 'include_and_require';
    const isPending = pending === 'include' || isRequired || subscription !== undefined;
    const currency = given.currency?.toLowerCase();
    const items = isPending ? pendingItems(stripe, customerId, { subscription: subscription?.id, currency }) : [];
    if (subscription && items.length === 0) {
      throw invalidRequest('Nothing to invoice for subscription', { code: 'invoice_no_subscription_line_items' });
    }
    if (isRequired && !former && items.length === 0 && !stripe.isLoose) {
      throw invalidRequest('Nothing to invoice for customer', { code: 'invoice_no_customer_line_items' });
    }
    const id = stripe.newId('invoice');
    const chosen =
      currency ?? items[0]?.currency ?? former?.currency ?? subscription?.currency ?? customer.currency ?? 'usd';
    const seed = {
      ...plainFields(given),
      ...defaultRates(stripe, given),
      ...(given.shipping_cost !== undefined && shippingCost(stripe, given.shipping_cost, chosen)),
      id,
      customer: customerId,
      currency: chosen,
      billing_reason: 'manual',
      collection_method: method,
      auto_advance: given.auto_advance ?? false,
      days_until_due: given.days_until_due ?? subscription?.days_until_due ?? undefined,
      metadata: mergeMetadata({}, given.metadata),
      discounts: discountsOf(stripe, given, { customer: customerId, invoice: id }, subscription),
      ...(subscription && {
        parent: {
          quote_details: null,
          subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
          type: 'subscription_details',
        },
      }),
      ...(former && { from_invoice: { action: from.action, invoice: former.id } }),
    } as unknown as InvoiceSeed;
    const copied = former ? former.lines.data.map((line) => ({ ...line, id: stripe.newId('line_item') })) : [];
    const invoice = createInvoice(stripe, seed, [...copied, ...items.map((item) => invoiceItemLine(stripe, item))]);
    const { application_fee_amount, transfer_data } = given;
    if (application_fee_amount !== undefined || transfer_data) {
      checkRecipients(stripe, { application_fee_amount, transfer_data });
      invoiceTable(stripe).hide(invoice.id, { application_fee_amount, transfer_data });
    }
    spendDiscounts(stripe, invoice);
    return invoice;
  });
}

function checkDue({ due_date: date, days_until_due: days }: Stripe.InvoiceCreateParams, now: number): void {
  if (date !== undefined && days !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: due_date, days_until_due.', {
      param: 'due_date',
    });
  }
  if (date !== undefined && date < now) {
    throw invalidRequest('`due_date` must be in the future.', { param: 'due_date' });
  }
}

/** The discounts of an invoice: without any given, those that its subscription or its customer has. */
function discountsOf(
  stripe: Backend,
  given: Stripe.InvoiceCreateParams,
  owner: { readonly customer: string; readonly invoice: string },
  subscription: Stripe.Subscription | undefined,
): string[] {
  const found =
    given.discounts === undefined
      ? discountsInEffect(stripe, { customer: owner.customer, subscription })
      : readDiscounts(stripe, given.discounts, owner, { currency: given.currency?.toLowerCase() ?? null });
  return found.map(({ id }) => id);
}
