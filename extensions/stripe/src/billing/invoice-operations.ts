import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { isWithin } from '../kernel/is-within';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { checkAttached } from '../resources/resolve-method';
import { readDiscounts } from './discounts';
import { completed, failed, requiresAction } from './invoice-outcomes';
import { invoiceTable } from './invoice-data';
import { addInvoiceItem } from './invoice-items';
import { keepPayment, paymentOf } from './invoice-payments';
import { markUncollectible, voidInvoice } from './end-invoice';
import { failFinalization, finalizeInvoice, isUnplaced, sendInvoice } from './finalize-invoice';
import { changeDraft, deleteDraft, editable, firstAttempt, NOT_EDITABLE } from './invoice-drafts';
import { payInvoice } from './pay-invoice';
import { invoiceItemLine, itemOfLine } from './lines';
import { withTaxPercent } from './former-parameters';
import { renderingOf } from './invoice-templates';
import { DAY, HOUR } from './periods';
import { updateLine } from './invoice-lines';
import { checkGiven, defaultRates, plainFields } from './invoice-params';
import { shippingCost } from './invoice-shipping';
import { createByHand } from './manual-invoices';
import { createPreview } from './preview';

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
          const invoice = editable(stripe, id, NOT_EDITABLE);
          for (const [index, { invoice_item: item, tax_amounts, ...line }] of lines.entries()) {
            if (line.amount !== undefined && line.quantity !== undefined) {
              throw invalidRequest('You may only specify one of these parameters: amount, quantity.', {
                param: `lines[${index}][amount]`,
              });
            }
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
          const { lines } = editable(stripe, id, NOT_EDITABLE);
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
          const invoice = finalizeInvoice(stripe, path['invoice']!, { auto_advance, isChargedLater: true });
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
    'custom_fields',
    'days_until_due',
    'default_tax_rates',
    'description',
    'discounts',
    'due_date',
    'footer',
    'number',
    'shipping_cost',
  ];
  if (before.status === 'draft') {
    const finalizes = given.auto_advance === true ? (before.automatically_finalizes_at ?? stripe.now() + 3600) : null;
    if (given.auto_advance !== undefined) {
      Object.assign(change, { automatically_finalizes_at: given.automatically_finalizes_at ?? finalizes });
    }
    change.next_payment_attempt = firstAttempt({ ...before, ...change });
    const invoice = changeDraft(stripe, id, change);
    stripe.jobs.cancel(id, 'invoice.finalize');
    if (invoice.automatically_finalizes_at !== null) {
      stripe.jobs.schedule('invoice.finalize', id, invoice.automatically_finalizes_at);
    }
    return invoice;
  }
  const refused = fixed.find((name) => name in given);
  if (refused !== undefined) {
    throw invalidRequest("Finalized invoices can't be updated in this way", { param: refused });
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

function attachItem(stripe: Backend, invoiceId: string, itemId: string): void {
  const item = stripe.table<Stripe.InvoiceItem>('invoiceitem').update(itemId, { invoice: invoiceId });
  const { lines } = invoiceTable(stripe).get(invoiceId);
  changeDraft(stripe, invoiceId, {}, [...lines.data, invoiceItemLine(stripe, item)]);
}
