import type { Router } from 'backlot';
import type Stripe from 'stripe';
import { businessName } from '../connect/business-name';
import type { Backend } from '../kernel/backend';
import { html } from './html';
import { page } from './layout';
import { date } from './money';
import { endpoint } from './page-host';

/** What a customer agreed to, which the `url` of a mandate leads to. */
export function serveMandates(router: Router, stripe: Backend): void {
  router.get(
    '/mandates/:mandate',
    endpoint(stripe, 'mandates', ['mandate'], (_visit, { mandate }) => shown(stripe, mandate!)),
  );
}

function shown(stripe: Backend, id: string): string {
  const {
    customer_acceptance: acceptance,
    payment_method_details: details,
    status,
  } = stripe.table<Stripe.Mandate>('mandate').get(id);
  const business = businessName(stripe);
  const reference = details.sepa_debit?.reference ?? details.bacs_debit?.reference;
  return page({
    title: `Mandate for ${business}`,
    body: html`<main class="narrow">
      <div class="card">
        <h1>Mandate for ${business}</h1>
        <p>The customer lets ${business} debit their bank account.</p>
        <div class="row"><span class="muted">Reference</span><span>${reference ?? id}</span></div>
        <div class="row"><span class="muted">Status</span><span>${status}</span></div>
        ${
          acceptance.accepted_at !== null &&
          html`<div class="row"><span class="muted">Accepted</span><span>${date(acceptance.accepted_at)}</span></div>`
        }
      </div>
    </main>`,
  });
}
