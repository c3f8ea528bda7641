import type { Router } from 'backlot';
import type Stripe from 'stripe';
import { createPortalSession } from '../checkout/portal-sessions';
import type { Backend } from '../kernel/backend';
import { html } from './html';
import { field, notice, page } from './layout';
import { endpoint } from './page-host';

/** The page where customers ask for a link to the portal. */
export function servePortalLogin(router: Router, stripe: Backend): void {
  const login = 'p/login';
  const CONFIGURATION = ['billing_portal.configuration'];
  router.get(
    '/p/login/:configuration',
    endpoint(stripe, login, CONFIGURATION, (_visit, { configuration }) => loginPage(stripe, configuration!)),
  );
  router.post(
    '/p/login/:configuration',
    endpoint(stripe, login, CONFIGURATION, ({ form }, { configuration }) => {
      const customer = stripe
        .table<Stripe.Customer>('customer')
        .first({ by: { email: form.get('email')?.trim() ?? '' } });
      if (customer === undefined)
        return loginPage(stripe, configuration!, 'There is no customer with this email address.');
      // In reality a link goes to the address; here whoever asks is let in.
      return { redirect: createPortalSession(stripe, { customer: customer.id, configuration: configuration! }).url };
    }),
  );
}

function loginPage(stripe: Backend, configuration: string, problem?: string): string {
  const { login_page: login } = stripe
    .table<Stripe.BillingPortal.Configuration>('billing_portal.configuration')
    .get(configuration);
  if (!login.enabled) return notice('This page is off', 'The configuration of the portal has no login page.');
  return page({
    title: 'Log in',
    body: html`<main class="narrow">
      <form method="post" class="card">
        <h1>Manage your subscriptions</h1>
        ${field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email', problem })}
        <button class="primary wide">Continue</button>
      </form>
    </main>`,
  });
}
