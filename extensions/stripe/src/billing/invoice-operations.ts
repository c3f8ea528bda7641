import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { isWithin } from '../kernel/is-within';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { checkAttached } from '../resources/payment-methods';
import { discountsInEffect, readDiscounts, spendDiscounts } from './discounts';
import { completed, failed, requiresAction } from './invoice-outcomes';
import { invoiceTable, type InvoiceSeed } from './invoice-data';
import { addInvoiceItem, pendingItems } from './invoice-items';
import { keepPayment, paymentOf } from './invoice-payments';
import {
  changeDraft,
  createInvoice,
  deleteDraft,
  editable,
  failFinalization,
  finalizeInvoice,
  isUnplaced,
  markUncollectible,
  payInvoice,
  sendInvoice,
  voidInvoice,
} from './invoices';
import { invoiceItemLine, itemOfLine } from './lines';
import { withTaxPercent } from './former-parameters';
import { renderingOf } from './invoice-templates';
import { DAY, HOUR } from './periods';
import { updateLine } from './invoice-lines';
import { shippingCost } from './invoice-shipping';
import { createPreview } from './preview';
import { ratesOf, subscriptionTable } from './subscription-data';

/** https://docs.stripe.com/api/invoices */
export const invoices: DefineModule = (stripe) => {
  const table = invoiceTable(stripe);
  const onClock = <R>(id: string, work: () => R): R => stripe.onClockOf(idOf(table.get(id).customer), work);
  return {
    operations: {
      'POST /v1/invoices': ({ params }) => createByHand(stripe, withTaxPercent(stripe, params)),
      'POST /v1/invoices/create_preview': ({ params }) => createPreview(stripe, params),
      'GET /v1/invoices': ({ params, url }) => {
        const {
          customer,
          subscription,
          status,
          collection_method: method,
          due_date,
        } = params as Stripe.InvoiceListParams;
        return table.page(url, params, {
          by: { 'parent.subscription_details.subscription': subscription, customer },
          where: (invoice) =>
            (status === undefined || invoice.status === status) &&
            (method === undefined || invoice.collection_method === method) &&
            isWithin(invoice.due_date, due_date),
        });
      },
      'GET /v1/invoices/{invoice}': ({ path }) => table.get(path['invoice']!),
      'POST /v1/invoices/{invoice}': ({ path, params }) =>
        onClock(path['invoice']!, () => updateInvoice(stripe, path['invoice']!, withTaxPercent(stripe, params))),
      'DELETE /v1/invoices/{invoice}': ({ path }) => deleteDraft(stripe, path['invoice']!),
      'GET /v1/invoices/{invoice}/lines': ({ path, params, url }) =>
        pageOf(table.get(path['invoice']!).lines.data, url, params),
      'POST /v1/invoices/{invoice}/lines/{line}': ({ path, params }) =>
        onClock(path['invoice']!, () => updateLine(stripe, path['invoice']!, path['line']!, params)),
      'POST /v1/invoices/{invoice}/add_lines': ({ path, params }) => {
        const id = path['invoice']!;
        const { lines } = params as unknown as Stripe.InvoiceAddLinesParams;
        return onClock(id, () => {
          const invoice = editable(stripe, id, 'You can only add lines to draft invoices.');
          for (const { invoice_item: item, tax_amounts, ...line } of lines) {
            const added = { ...line, customer: idOf(invoice.customer)!, invoice: id } as Stripe.InvoiceItemCreateParams;
            if (item === undefined) addInvoiceItem(stripe, added);
            else attachItem(stripe, id, item);
            if (tax_amounts) updateLine(stripe, id, table.get(id).lines.data.at(-1)!.id, { tax_amounts });
          }
          return table.get(id);
        });
      },
      'POST /v1/invoices/{invoice}/update_lines': ({ path, params }) => {
        const id = path['invoice']!;
        const { lines } = params as unknown as Stripe.InvoiceUpdateLinesParams;
        return onClock(id, () => {
          for (const { id: line, ...change } of lines) updateLine(stripe, id, line, change);
          return table.get(id);
        });
      },
      'POST /v1/invoices/{invoice}/remove_lines': ({ path, params }) => {
        const id = path['invoice']!;
        const removed = (params as unknown as Stripe.InvoiceRemoveLinesParams).lines;
        return onClock(id, () => {
          const { lines } = editable(stripe, id, 'You can only remove lines from draft invoices.');
          const items = stripe.table<Stripe.InvoiceItem>('invoiceitem');
          for (const { id: lineId, behavior } of removed) {
            const line = lines.data.find((each) => each.id === lineId);
            const item = line && itemOfLine(line);
            if (item === undefined) continue;
            if (behavior === 'delete') items.remove(item);
            else items.update(item, { invoice: null });
          }
          const gone = new Set(removed.map((each) => each.id));
          return changeDraft(
            stripe,
            id,
            {},
            lines.data.filter((line) => !gone.has(line.id)),
          );
        });
      },
      'POST /v1/invoices/{invoice}/finalize': ({ path, params }) =>
        onClock(path['invoice']!, () => {
          const { auto_advance } = params as Stripe.InvoiceFinalizeInvoiceParams;
          const draft = table.get(path['invoice']!);
          if (draft.status === 'draft' && isUnplaced(draft)) throw failFinalization(stripe, draft);
          const invoice = finalizeInvoice(stripe, path['invoice']!, { auto_advance });
          return isCollected(invoice) ? table.update(invoice.id, collectSoon(stripe, invoice)) : invoice;
        }),
      'POST /v1/invoices/{invoice}/pay': ({ path, params }) =>
        onClock(path['invoice']!, () => {
          const { invoice, error } = payInvoice(stripe, path['invoice']!, params);
          if (error) throw error.status === 402 ? error.keepingWrites() : error;
          return invoice;
        }),
      'POST /v1/invoices/{invoice}/send': ({ path }) =>
        onClock(path['invoice']!, () => sendInvoice(stripe, path['invoice']!)),
      'POST /v1/invoices/{invoice}/void': ({ path }) =>
        onClock(path['invoice']!, () => voidInvoice(stripe, path['invoice']!)),
      'POST /v1/invoices/{invoice}/mark_uncollectible': ({ path }) =>
        onClock(path['invoice']!, () => markUncollectible(stripe, path['invoice']!)),
      'POST /v1/invoices/{invoice}/attach_payment': ({ path, params }) => {
        const { payment_intent: intent } = params as Stripe.InvoiceAttachPaymentParams;
        if (intent === undefined) throw parameterMissing('payment_intent');
        const invoice = table.get(path['invoice']!);
        if (invoice.status !== 'open') throw invalidRequest('You can only attach payments to open invoices.');
        const found = stripe.table<Stripe.PaymentIntent>('payment_intent').get(intent, 'payment_intent');
        return onClock(invoice.id, () => {
          keepPayment(stripe, invoice, intent, paymentOf(stripe, invoice.id) === undefined);
          if (found.status === 'succeeded') completed(stripe, found);
          return table.get(invoice.id);
        });
      },
    },
    jobs: {
      'invoice.finalize': (_stripe, { subject }) => collect(stripe, subject),
      'invoice.pay': (_stripe, { subject }) => {
        if (table.find(subject)?.status === 'open') payInvoice(stripe, subject, { isAutomatic: true });
      },
      'invoice.overdue': (_stripe, { subject }) => {
        const invoice = table.find(subject);
        if (invoice?.status === 'open') stripe.emit('invoice.overdue', invoice);
      },
      'invoice.will_be_due': (_stripe, { subject }) => {
        const invoice = table.find(subject);
        if (invoice?.status === 'open') stripe.emit('invoice.will_be_due', invoice);
      },
    },
    reactions: {
      'payment_intent.succeeded': (intent: Stripe.PaymentIntent) => completed(stripe, intent),
      'payment_intent.payment_failed': (intent: Stripe.PaymentIntent) => failed(stripe, intent),
      'payment_intent.requires_action': (intent: Stripe.PaymentIntent) => requiresAction(stripe, intent),
    },
  };
};

/** Finalizes a draft whose time has come, and collects or sends it. */
export function collect(stripe: Backend, id: string): void {
  const draft = invoiceTable(stripe).find(id);
  if (draft?.status !== 'draft') return;
  if (isUnplaced(draft)) {
    failFinalization(stripe, draft);
    return;
  }
  const invoice = finalizeInvoice(stripe, id);
  if (invoice.status !== 'open') return;
  if (invoice.collection_method === 'send_invoice') stripe.emit('invoice.sent', invoice);
  else if (invoice.auto_advance === true) payInvoice(stripe, id, { isAutomatic: true });
}

function createByHand(stripe: Backend, given: Stripe.InvoiceCreateParams): Stripe.Invoice {
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
      'If invoice has `collection_method`=`send_invoice`, you must specify `due_date` or `days_until_due`.',
      { param: 'days_until_due' },
    );
  }
  if (method !== 'send_invoice' && (given.days_until_due !== undefined || given.due_date !== undefined)) {
    throw invalidRequest(
      'You can only specify `days_until_due` or `due_date` when `collection_method` is `send_invoice`.',
      {
        param: given.due_date === undefined ? 'days_until_due' : 'due_date',
      },
    );
  }
  if (given.default_payment_method !== undefined) {
    checkAttached(stripe, customerId, given.default_payment_method, 'default_payment_method');
  }
  return stripe.onClockOf(customerId, () => {
    checkDue(given, stripe.now());
    // Pending items are left where they are unless they are asked for, or a subscription is to be billed for them.
    const isPending = given.pending_invoice_items_behavior === 'include' || subscription !== undefined;
    const currency = given.currency?.toLowerCase();
    const items = isPending ? pendingItems(stripe, customerId, { subscription: subscription?.id, currency }) : [];
    if (subscription && items.length === 0) {
      throw invalidRequest('Nothing to invoice for subscription', { code: 'invoice_no_subscription_line_items' });
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

/** Throws for a number that another invoice has, and for tax IDs that the account does not have. */
function checkGiven(
  stripe: Backend,
  { number, account_tax_ids: taxIds }: Pick<Stripe.InvoiceUpdateParams, 'number' | 'account_tax_ids'>,
  id?: string,
): void {
  if (number && invoiceTable(stripe).first({ where: (each) => each.number === number && each.id !== id })) {
    throw invalidRequest(`The invoice number \`${number}\` is already in use.`, { param: 'number' });
  }
  for (const [index, taxId] of (taxIds || []).entries()) {
    stripe.table('tax_id').get(taxId, `account_tax_ids[${index}]`);
  }
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

function updateInvoice(stripe: Backend, id: string, given: Stripe.InvoiceUpdateParams): Stripe.Invoice {
  const before = invoiceTable(stripe).get(id);
  checkGiven(stripe, given, id);
  if (given.default_payment_method) {
    checkAttached(stripe, idOf(before.customer)!, given.default_payment_method, 'default_payment_method');
  }
  const { days_until_due: days, metadata, ...rest } = given;
  const change: Partial<Stripe.Invoice> = {
    ...plainFields(rest),
    ...defaultRates(stripe, rest),
    ...(rest.rendering && { rendering: renderingOf(stripe, rest.rendering) }),
    ...(given.shipping_cost !== undefined && shippingCost(stripe, given.shipping_cost, before.currency)),
    ...(metadata !== undefined && { metadata: mergeMetadata(before.metadata, metadata) }),
    ...(days !== undefined && { due_date: before.created + days * DAY }),
    ...(given.discounts !== undefined && {
      discounts: readDiscounts(
        stripe,
        given.discounts,
        { customer: idOf(before.customer) ?? null, invoice: id },
        { before: before.discounts, currency: before.currency, subtotal: before.subtotal },
      ).map((each) => each.id),
    }),
  };
  const fixed = [
    'collection_method',
    'currency',
    'default_tax_rates',
    'discounts',
    'due_date',
    'number',
    'shipping_cost',
  ];
  if (before.status === 'draft') {
    const finalizes = given.auto_advance === true ? (before.automatically_finalizes_at ?? stripe.now() + 3600) : null;
    if (given.auto_advance !== undefined) {
      Object.assign(change, { automatically_finalizes_at: given.automatically_finalizes_at ?? finalizes });
    }
    const invoice = changeDraft(stripe, id, change);
    stripe.jobs.cancel(id, 'invoice.finalize');
    if (invoice.automatically_finalizes_at !== null) {
      stripe.jobs.schedule('invoice.finalize', id, invoice.automatically_finalizes_at);
    }
    return invoice;
  }
  const refused = fixed.find((name) => name in given);
  if (refused !== undefined) {
    throw invalidRequest(`Finalized invoices can't be updated in this way`, {
      code: 'invoice_not_editable',
      param: refused,
    });
  }
  const isAdvancing = before.status === 'open' && given.auto_advance !== undefined;
  const collection = isAdvancing ? collectSoon(stripe, { ...before, ...change }) : {};
  return invoiceTable(stripe).update(id, { ...change, ...collection }, 'invoice.updated');
}

/** Whether an invoice is paid by itself. */
function isCollected({ status, auto_advance: advances, collection_method: method }: Stripe.Invoice): boolean {
  return status === 'open' && advances === true && method === 'charge_automatically';
}

/** A payment of an invoice that is final is tried within the hour, as of one that was finalized by itself; or not any more. */
function collectSoon(stripe: Backend, invoice: Stripe.Invoice): Pick<Stripe.Invoice, 'next_payment_attempt'> {
  const { id, next_payment_attempt: planned } = invoice;
  if (!isCollected(invoice)) {
    stripe.jobs.cancel(id, 'invoice.pay');
    return { next_payment_attempt: null };
  }
  const next = planned ?? stripe.now() + HOUR;
  stripe.jobs.schedule('invoice.pay', id, next);
  return { next_payment_attempt: next };
}

/** The parameters that an invoice has as they are given. An empty one takes the value out. */
function plainFields(given: Stripe.InvoiceCreateParams | Stripe.InvoiceUpdateParams): Partial<Stripe.Invoice> {
  const same = [
    'account_tax_ids', 'auto_advance', 'automatically_finalizes_at', 'collection_method', 'custom_fields',
    'default_payment_method', 'default_source', 'description', 'due_date', 'effective_at', 'footer', 'issuer', 'number',
    'on_behalf_of', 'rendering', 'shipping_details', 'statement_descriptor',
  ]; // prettier-ignore
  const fields: Record<string, unknown> = {};
  for (const name of same) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) fields[name] = value === '' ? null : value;
  }
  if (given.automatic_tax) {
    fields['automatic_tax'] = {
      disabled_reason: null,
      enabled: given.automatic_tax.enabled,
      liability: given.automatic_tax.enabled ? { type: 'self' } : null,
      provider: given.automatic_tax.enabled ? 'stripe' : null,
      status: given.automatic_tax.enabled ? 'complete' : null,
    };
  }
  if (given.payment_settings) {
    const { default_mandate, payment_method_options, payment_method_types } = given.payment_settings;
    fields['payment_settings'] = {
      default_mandate: default_mandate === undefined || default_mandate === '' ? null : default_mandate,
      payment_method_options: payment_method_options ?? null,
      payment_method_types:
        payment_method_types === undefined || payment_method_types === '' ? null : payment_method_types,
    };
  }
  return fields;
}

function defaultRates(
  stripe: Backend,
  { default_tax_rates: rates }: Stripe.InvoiceCreateParams | Stripe.InvoiceUpdateParams,
): Partial<Stripe.Invoice> {
  return rates === undefined ? {} : { default_tax_rates: ratesOf(stripe, rates, 'default_tax_rates') };
}

function attachItem(stripe: Backend, invoiceId: string, itemId: string): void {
  const item = stripe.table<Stripe.InvoiceItem>('invoiceitem').update(itemId, { invoice: invoiceId });
  const { lines } = invoiceTable(stripe).get(invoiceId);
  changeDraft(stripe, invoiceId, {}, [...lines.data, invoiceItemLine(stripe, item)]);
}
