/** `"compat": "emulate"`: the page of Checkout that asks for nothing but a click. */
import type { Router } from 'backlot';
import type Stripe from 'stripe';
import { completeSession } from '../checkout/session-complete';
import { sessionsOf } from '../checkout/session-data';
import { paySession } from '../checkout/session-pay';
import type { Backend } from '../kernel/backend';
import { html } from '../pages/html';
import { notice, page } from '../pages/layout';
import { businessName } from '../connect/business-name';
import { endpoint, type PageAnswer } from '../pages/page-host';
import { summary } from '../pages/sale-summary';

const KIND = ['checkout.session'];
const BUYER = { name: 'Jenny Rosen', email: 'jenny.rosen@example.com' };
const SECONDS_PER_YEAR = 365 * 24 * 60 * 60;

/** Adds the page and what its button does. */
export function serveEmulateCheckout(router: Router, stripe: Backend): void {
  router.get(
    '/checkout/:session',
    endpoint(stripe, 'checkout', KIND, ({ base }, { session: id }) => {
      const session = sessionsOf(stripe).get(id!);
      return session.status === 'open' ? oneClickPage(stripe, session, base) : over(session);
    }),
  );
  router.post(
    '/checkout/:session/complete',
    endpoint(stripe, 'checkout', KIND, ({ base, form }, { session: id }) => {
      const session = sessionsOf(stripe).get(id!);
      if (session.status !== 'open') return { redirect: `${base}/checkout/${session.id}` };
      return complete(stripe, session, form.get('email') || BUYER.email);
    }),
  );
}

function oneClickPage(stripe: Backend, session: Stripe.Checkout.Session, base: string): string {
  return page({
    title: `Pay ${businessName(stripe)}`,
    body: html`<main class="narrow">
      <div class="card">
        ${isOfNothing(stripe, session) ? html`<p>Nothing is sold here.</p>` : summary(stripe, session.id)}
        <form method="post" action="${base}/checkout/${session.id}/complete">
          <button type="submit">Pay</button>
        </form>
        ${session.cancel_url !== null && html`<p><a href="${session.cancel_url}">Cancel</a></p>`}
      </div>
    </main>`,
  });
}

function isOfNothing(stripe: Backend, { id }: Stripe.Checkout.Session): boolean {
  return sessionsOf(stripe).hidden(id)!.lines.length === 0;
}

function complete(stripe: Backend, session: Stripe.Checkout.Session, email: string): PageAnswer {
  if (session.mode !== 'setup' && isOfNothing(stripe, session)) completeSession(stripe, session.id, 'paid');
  else pay(stripe, session, session.customer_details?.email ?? email);
  const target = session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  return target === undefined ? over(sessionsOf(stripe).get(session.id)) : { redirect: target };
}

/** Pays with a card that is always good, in the name of somebody. */
function pay(stripe: Backend, session: Stripe.Checkout.Session, email: string): void {
  const year = new Date((stripe.now() + 2 * SECONDS_PER_YEAR) * 1000).getUTCFullYear();
  paySession(stripe, session.id, {
    email,
    name: BUYER.name,
    method: {
      type: 'card',
      card: { number: '4242424242424242', exp_month: 12, exp_year: year, cvc: '123' },
      billing: { email, name: BUYER.name },
    },
    customFields: {},
    acceptsTerms: true,
    wantsPromotions: false,
  });
}

function over({ status }: Stripe.Checkout.Session): string {
  return status === 'expired'
    ? notice('This session has expired', 'Go back to where you came from, and begin anew.')
    : notice('Thank you', 'This session is complete. You can close this page.');
}
