import type { Router } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { html } from './html';
import { page } from './layout';
import { date, money } from './money';
import { businessName } from '../connect/business-name';
import { endpoint } from './page-host';

/** The receipt of a charge, which its `receipt_url` leads to. */
export function serveReceipts(router: Router, stripe: Backend): void {
  router.get(
    '/receipts/:charge',
    endpoint(stripe, 'receipts', ['charge'], (_visit, { charge }) => receipt(stripe, charge!)),
  );
}

function receipt(stripe: Backend, id: string): string {
  const charge = stripe.table<Stripe.Charge>('charge').get(id);
  const business = businessName(stripe);
  const card = charge.payment_method_details?.card;
  const row = (name: string, value: string | null | undefined) =>
    value && html`<div class="row"><span class="muted">${name}</span><span>${value}</span></div>`;
  return page({
    title: `Receipt from ${business}`,
    body: html`<main class="narrow">
      <div class="card">
        <h1>Receipt from ${business}</h1>
        <p class="amount">${money(charge.amount, charge.currency)}</p>
        ${row('Receipt number', charge.receipt_number ?? charge.id)} ${row('Date paid', date(charge.created))}
        ${row('Status', charge.status)}
        ${row('Payment method', card ? `${card.brand ?? 'card'} •••• ${card.last4 ?? ''}` : charge.payment_method_details?.type)}
        ${linesOf(stripe, charge).map(({ description, amount, currency }) => row(description ?? '', money(amount, currency)))}
        ${row('Description', charge.description)} ${row('Email', charge.receipt_email ?? charge.billing_details.email)}
        ${charge.amount_refunded > 0 && row('Refunded', money(charge.amount_refunded, charge.currency))}
        <div class="row total">
          <span>Amount charged</span><span>${money(charge.amount - charge.amount_refunded, charge.currency)}</span>
        </div>
      </div>
    </main>`,
  });
}

/** What was sold, where an invoice says it. */
function linesOf(stripe: Backend, charge: Stripe.Charge): readonly Stripe.InvoiceLineItem[] {
  const intent = idOf(charge.payment_intent);
  if (intent === undefined) return [];
  const [payment] = stripe
    .table<Stripe.InvoicePayment>('invoice_payment')
    .values({ where: (each) => idOf(each.payment.payment_intent) === intent });
  return stripe.table<Stripe.Invoice>('invoice').find(idOf(payment?.invoice) ?? '')?.lines.data ?? [];
}
