import type { Router } from 'backlot';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { readBalance } from '../payments/balance';
import { html } from '../pages/html';
import { page } from '../pages/layout';
import { money } from '../pages/money';
import { endpoint } from '../pages/page-host';
import type Stripe from 'stripe';
import { accountTable, asAccount } from './account-data';

/** What the owner of an Express account sees: where a login link leads to. */
export function serveDashboard(router: Router, stripe: Backend): void {
  router.get(
    '/connect/dashboard/:account',
    endpoint(stripe, 'connect', [], (_visit, { account = '' }) => dashboard(stripe, account)),
  );
}

function dashboard(stripe: Backend, id: string): string {
  if (!accountTable(stripe).has(id)) throw resourceMissing('account', id);
  const account = accountTable(stripe).get(id);
  const due = account.requirements?.currently_due ?? [];
  const { balance, payouts } = asAccount(stripe, id, () => ({
    balance: readBalance(stripe),
    payouts: [...stripe.table<Stripe.Payout>('payout').values()].slice(0, 10),
  }));
  const row = (name: string, value: string) => html`<div class="row"><span>${name}</span><span>${value}</span></div>`;
  return page({
    title: 'Express dashboard',
    body: html`<main class="narrow">
      <div class="card">
        <h1>${account.business_profile?.name ?? account.email ?? 'Your account'}</h1>
        <p class="muted">${id}</p>
        <p>${due.length > 0 ? `Still needed: ${due.join(', ')}` : 'Nothing is missing.'}</p>
        ${balance.available.map(({ amount, currency }) => row('Available', money(amount, currency)))}
        ${balance.pending.map(({ amount, currency }) => row('On the way', money(amount, currency)))}
        ${payouts.map(({ amount, currency, status }) => row(`Payout, ${status}`, money(amount, currency)))}
      </div>
    </main>`,
  });
}
