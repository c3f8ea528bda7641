import type { Router } from 'backlot';
import type Stripe from 'stripe';
import { resourceMissing, StripeError } from '../errors';
import { sumOfLines } from '../billing/totals';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { makePaymentMethod, payInvoiceWith } from '../checkout/engine';
import { ADDRESS_SCRIPT } from './address-fields';
import { cardFields, methodChoice, readCardFields, shownError, type Problems } from './card-fields';
import {
  ASKS_OVER_PAGE,
  challengeFrame,
  challengeOver,
  failureText,
  FRAMED,
  FRAMED_SCRIPT,
  type Challenge,
} from './challenge-frame';
import { describeMethod } from './checkout-methods';
import { html, safeUrl, type Html } from './html';
import { page } from './layout';
import { date, money } from './money';
import { businessName } from '../connect/business-name';
import { endpoint, type PageAnswer, type Visit } from './page-host';
import { creditNotePdf, invoicePdf } from './invoice-pdf';

const KINDS = ['invoice'];

/** The page of an invoice, where it can be paid, its PDF, and that of its credit notes: `hosted_invoice_url`, `invoice_pdf`, `pdf`. */
export function serveInvoices(router: Router, stripe: Backend): void {
  const at = '/i/:invoice/:token';
  const serve = (handler: (visit: Visit, place: InvoicePlace) => PageAnswer) =>
    endpoint(stripe, 'i', KINDS, (visit, { invoice, token }) => {
      const { hosted_invoice_url: url } = stripe.table<Stripe.Invoice>('invoice').get(invoice!);
      if (url?.endsWith(`/${token}`) !== true) throw resourceMissing('invoice', invoice!);
      return handler(visit, { id: invoice!, home: `${visit.base}/i/${invoice}/${token}` });
    });
  const look = serve(({ query }, place) => {
    const error = query.has('failed') ? failureText(null) : undefined;
    return invoicePage(stripe, place, { error });
  });
  const paper = serve((_visit, { id }) => {
    const found = stripe.table<Stripe.Invoice>('invoice').get(id);
    return {
      file: invoicePdf(stripe, found),
      type: 'application/pdf',
      name: `Invoice-${found.number ?? found.id}.pdf`,
    };
  });
  const back = serve((_visit, { id, home }) => {
    const isPaid = stripe.table<Stripe.Invoice>('invoice').get(id).status === 'paid';
    return { redirect: isPaid ? home : `${home}?failed=1` };
  });
  router.get(at, look);
  router.post(
    at,
    serve((visit, place) => pay(stripe, place, visit)),
  );
  router.get(`${at}/pdf`, paper);
  router.get(
    '/credit_notes/:note/pdf',
    endpoint(stripe, 'credit_notes', ['credit_note'], (_visit, { note }) => {
      const found = stripe.table<Stripe.CreditNote>('credit_note').get(note!);
      return {
        file: creditNotePdf(stripe, found),
        type: 'application/pdf',
        name: `Credit-Note-${found.number}.pdf`,
      };
    }),
  );
  router.get(`${at}/return`, back);
}

/** An invoice, and where its page is. */
interface InvoicePlace {
  readonly id: string;
  readonly home: string;
}

interface InvoiceView {
  readonly values?: URLSearchParams;
  readonly problems?: Problems;
  readonly error?: string | undefined;
  readonly challenge?: Challenge;
}

function invoicePage(stripe: Backend, { id, home }: InvoicePlace, view: InvoiceView = {}): string {
  const invoice = stripe.table<Stripe.Invoice>('invoice').get(id);
  const business = businessName(stripe);
  const { currency } = invoice;
  const receipt = safeUrl(receiptUrl(stripe, id));
  const row = (name: string, amount: number): Html =>
    html`<div class="row"><span>${name}</span><span>${money(amount, currency)}</span></div>`;
  const tax = (invoice.total_taxes ?? []).reduce(
    (sum, each) => sum + (each.tax_behavior === 'exclusive' ? each.amount : 0),
    0,
  );
  const discount = (invoice.total_discount_amounts ?? []).reduce((sum, each) => sum + each.amount, 0);
  return page({
    title: `Invoice ${invoice.number ?? ''} from ${business}`,
    body: html`<main class="two">
        <section class="side" aria-label="Invoice">
          <p><strong>${business}</strong> <span class="badge">Test mode</span></p>
          <h1>Invoice ${invoice.number}</h1>
          <p class="amount">${money(invoice.status === 'paid' ? invoice.total : invoice.amount_remaining, currency)}</p>
          <p>
            ${statusBadge(invoice.status)}
            ${invoice.due_date !== null && html`<span class="muted">Due ${date(invoice.due_date)}</span>`}
          </p>
          <div class="card">
            ${invoice.customer_name && html`<div class="row"><span class="muted">To</span><span>${invoice.customer_name}</span></div>`}
            ${invoice.customer_email && html`<div class="row"><span class="muted">Email</span><span>${invoice.customer_email}</span></div>`}
            ${invoice.custom_fields?.map((each) => html`<div class="row"><span class="muted">${each.name}</span><span>${each.value}</span></div>`)}
            <div class="row"><span class="muted">Date</span><span>${date(invoice.created)}</span></div>
            <table>
              <thead>
                <tr>
                  <th>Description</th>
                  <th class="number">Qty</th>
                  <th class="number">Amount</th>
                </tr>
              </thead>
              <tbody>
                ${invoice.lines.data.map(
                  (line) =>
                    html`<tr>
                      <td>${line.description}</td>
                      <td class="number">${line.quantity ?? ''}</td>
                      <td class="number">${money(line.amount, currency)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
            ${row('Subtotal', sumOfLines(invoice.lines.data))}${discount > 0 && row('Discount', -discount)}${tax > 0 && row('Tax', tax)}
            <div class="row total"><span>Total</span><span>${money(invoice.total, currency)}</span></div>
            ${row('Amount paid', invoice.amount_paid)}${row('Amount due', invoice.amount_remaining)}
          </div>
          ${invoice.description && html`<p>${invoice.description}</p>`}
          ${invoice.footer && html`<p class="small muted">${invoice.footer}</p>`}
          <p><a class="button" href="${home}/pdf" data-testid="download-invoice-pdf">Download invoice</a></p>
        </section>
        <section aria-label="Payment">
          ${
            isPayable(invoice)
              ? payForm(stripe, invoice, home, view)
              : html`<p>${STATUS_TEXTS[invoice.status ?? ''] ?? ''}</p>
                  ${receipt !== undefined && html`<p><a class="button" href="${receipt}">Download receipt</a></p>`}`
          }
          <p class="foot">Backlot stands in for Stripe here: no money moves.</p>
        </section>
      </main>
      ${view.challenge !== undefined && challengeOver(view.challenge)}`,
    script: html`${ADDRESS_SCRIPT} ${FRAMED_SCRIPT}`,
  });
}

/** Where the receipt of an invoice is that somebody has paid; undefined where no charge was made. */
function receiptUrl(stripe: Backend, invoice: string): string | undefined {
  const [payment] = stripe
    .table<Stripe.InvoicePayment>('invoice_payment')
    .values({ by: { invoice }, where: ({ status }) => status === 'paid' });
  const intent = idOf(payment?.payment.payment_intent);
  const found = intent === undefined ? undefined : stripe.table<Stripe.PaymentIntent>('payment_intent').find(intent);
  return stripe.table<Stripe.Charge>('charge').find(idOf(found?.latest_charge) ?? '')?.receipt_url ?? undefined;
}

const STATUS_TEXTS: Readonly<Record<string, string>> = {
  paid: 'Invoice paid. Thank you.',
  void: 'This invoice is void: nothing is to be paid.',
  draft: 'This invoice is a draft.',
};

/** What was given up can still be paid. */
function isPayable({ status }: Stripe.Invoice): boolean {
  return status === 'open' || status === 'uncollectible';
}

function statusBadge(status: Stripe.Invoice['status']): Html {
  return html`<span class="badge ${status === 'paid' ? 'good' : ''}">${status}</span>`;
}

function payForm(stripe: Backend, invoice: Stripe.Invoice, home: string, view: InvoiceView): Html {
  const saved = savedMethods(stripe, invoice);
  const values = view.values ?? new URLSearchParams();
  const chosen = values.get('method') ?? saved[0]?.id ?? 'card';
  const radio = methodChoice(chosen);
  return html`<form method="post" action="${home}" ${ASKS_OVER_PAGE}>
    <h2>Pay</h2>
    ${view.error !== undefined && html`<div class="error" role="alert">${view.error}</div>`}
    ${
      saved.length > 0 &&
      html`<fieldset>
        <legend>Payment method</legend>
        ${saved.map((method) => radio(method.id, `method-${method.id}`, describeMethod(method)))}${radio('card', 'method-new', 'New card')}
      </fieldset>`
    }
    <div class="new-card">${cardFields(values, view.problems ?? {})}</div>
    <button class="primary wide" data-testid="hosted-invoice-pay">
      Pay ${money(invoice.amount_remaining, invoice.currency)}
    </button>
  </form>`;
}

function savedMethods(stripe: Backend, invoice: Stripe.Invoice): Stripe.PaymentMethod[] {
  const customer = idOf(invoice.customer);
  if (customer === undefined) return [];
  return [...stripe.table<Stripe.PaymentMethod>('payment_method').values({ by: { customer } })];
}

function pay(stripe: Backend, place: InvoicePlace, { base, form }: Visit): PageAnswer {
  const { id } = place;
  const invoice = stripe.table<Stripe.Invoice>('invoice').get(id);
  if (!isPayable(invoice)) return invoicePage(stripe, place);
  const customer = idOf(invoice.customer);
  const chosen = form.get('method') ?? 'card';
  const isSaved = savedMethods(stripe, invoice).some((method) => method.id === chosen);
  const read = isSaved ? undefined : readCardFields(form);
  if (read && 'problems' in read) return invoicePage(stripe, place, { values: form, problems: read.problems });
  try {
    return stripe.onClockOf(customer, () => {
      const method = read ? makePaymentMethod(stripe, read.method) : chosen;
      const paid = payInvoiceWith(stripe, id, method, `${place.home}/return`);
      if (paid.redirect !== undefined) {
        if (!form.has(FRAMED)) return { redirect: paid.redirect };
        const challenge = { frame: challengeFrame(base, paid.redirect), back: `${place.home}/return` };
        return invoicePage(stripe, place, { values: form, challenge });
      }
      if (paid.error) return invoicePage(stripe, place, { values: form, error: paid.error.message });
      return { redirect: place.home };
    });
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return invoicePage(stripe, place, {
      values: form,
      ...shownError(error),
    });
  }
}
