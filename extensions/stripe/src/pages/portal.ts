/** One visit of the portal, and what its pages share. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { businessName } from '../connect/business-name';
import { html, safeUrl, type Html } from './html';
import { notice, page } from './layout';
import type { PageAnswer, Visit } from './page-host';

export interface Portal {
  readonly session: Stripe.BillingPortal.Session;
  readonly customer: Stripe.Customer;
  readonly features: Stripe.BillingPortal.Configuration['features'];
  readonly configuration: Stripe.BillingPortal.Configuration;
  /** Where the pages of the session are. */
  readonly home: string;
}

/** Adds a page below that of the session; the third argument of its handler is the identifier in its path. */
export type AddPage = (
  method: 'get' | 'post',
  path: string,
  handler: (portal: Portal, visit: Visit, id: string) => PageAnswer,
) => void;

/** Where the customer goes when a flow is done. */
export function afterwards({ session, home }: Portal): PageAnswer {
  const after = session.flow?.after_completion;
  if (after?.type === 'redirect' && after.redirect) return { redirect: after.redirect.return_url };
  if (after?.type === 'hosted_confirmation') {
    return notice('Done', after.hosted_confirmation?.custom_message ?? 'Your change is made.');
  }
  return { redirect: `${home}?done=1` };
}

/** Throws where the configuration does not allow what somebody does. */
export function need(isAllowed: boolean): void {
  if (!isAllowed) throw invalidRequest('This is not enabled in the configuration of the portal.');
}

/** The subscription with this identifier. Throws for that of another customer. */
export function owned(stripe: Backend, { customer }: Portal, id: string): Stripe.Subscription {
  const subscription = stripe.table<Stripe.Subscription>('subscription').get(id);
  need(idOf(subscription.customer) === customer.id);
  return subscription;
}

/** What all pages of the portal have around them. */
export function shell(stripe: Backend, portal: Portal, title: string, body: Html, script?: Html): string {
  const business = businessName(stripe);
  const back = safeUrl(portal.session.return_url);
  return page({
    title: `${title} · ${business}`,
    body: html`<main class="one">
      <p>
        ${back !== undefined && html`<a href="${back}" data-testid="return-to-business-link">← Return to ${business}</a> `}<span
          class="badge"
          >Test mode</span
        >
      </p>
      <h1>${title}</h1>
      ${body} ${businessLinks(portal.configuration)}
      <p class="foot">Backlot stands in for Stripe here: no money moves.</p>
    </main>`,
    ...(script && { script }),
  });
}

function businessLinks({ business_profile: profile }: Portal['configuration']): Html {
  const links = [
    ['Terms', safeUrl(profile.terms_of_service_url)],
    ['Privacy', safeUrl(profile.privacy_policy_url)],
  ] as const;
  return html`${links.map(([name, url]) => url !== undefined && html`<a class="small" href="${url}">${name}</a> `)}`;
}
