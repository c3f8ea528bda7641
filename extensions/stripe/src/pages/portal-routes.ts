import type { RequestContext, Router } from 'backlot';
import type Stripe from 'stripe';
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { speaking } from './language';
import { notice } from './layout';
import { endpoint } from './page-host';
import type { AddPage, Portal } from './portal';
import { serveCustomer } from './portal-customer-routes';
import { servePortalLogin } from './portal-login';
import { serveMethods } from './portal-method-routes';
import { homePage } from './portal-pages';
import { serveSubscriptions } from './portal-subscription-routes';

const KINDS = ['billing_portal.session'];
/** Of a session that nobody used for so long, in seconds, the link no longer works. */
const LIFETIME = 24 * 60 * 60;

/** The portal, in which customers look after their subscriptions, payment methods and invoices. */
export function servePortal(router: Router, stripe: Backend): void {
  const add: AddPage = (method, path, handler) => {
    const serve = endpoint(stripe, 'p/session', KINDS, (visit, params) => {
      const portal = open(stripe, params['session']!, visit.base);
      if (portal === undefined) return notice('This link has expired', 'Ask for a new one where you came from.');
      return stripe.onClockOf(portal.customer.id, () => {
        try {
          return stripe.state.transaction(() =>
            speaking(portal.session.locale, () => handler(portal, visit, params['id'] ?? '')),
          );
        } catch (error) {
          if (error instanceof StripeError) return homePage(stripe, portal, error.message);
          throw error;
        }
      });
    });
    router[method](`/p/session/:session${path}`, (context: RequestContext) => serve(context));
  };

  add('get', '', (portal, { query }) => {
    const flow = portal.session.flow;
    const start = flow && !query.has('done') ? startOf(flow) : undefined;
    return start === undefined ? homePage(stripe, portal) : { redirect: `${portal.home}/${start}` };
  });
  serveSubscriptions(add, stripe);
  serveMethods(add, stripe);
  serveCustomer(add, stripe);
  servePortalLogin(router, stripe);
}

function open(stripe: Backend, id: string, base: string): Portal | undefined {
  const session = stripe.table<Stripe.BillingPortal.Session>('billing_portal.session').get(id);
  const customer = stripe.table<Stripe.Customer>('customer').find(session.customer);
  if (session.created + LIFETIME < stripe.platform.clock.seconds() && customer?.test_clock === null) return undefined;
  if (customer === undefined || (customer as { deleted?: boolean }).deleted === true) return undefined;
  const configuration = stripe
    .table<Stripe.BillingPortal.Configuration>('billing_portal.configuration')
    .get(idOf(session.configuration)!);
  return { session, customer, features: configuration.features, configuration, home: `${base}/p/session/${id}` };
}

/** The page that a flow begins with. */
function startOf(flow: Stripe.BillingPortal.Session.Flow): string | undefined {
  switch (flow.type) {
    case 'payment_method_update':
      return 'payment-methods/add';
    case 'customer_update':
      return 'customer';
    case 'subscription_cancel':
      return `subscriptions/${flow.subscription_cancel!.subscription}/cancel`;
    case 'subscription_update':
      return `subscriptions/${flow.subscription_update!.subscription}/update`;
    case 'subscription_update_confirm':
      return `subscriptions/${flow.subscription_update_confirm!.subscription}/update`;
    case 'subscription_pause':
    default:
      return undefined;
  }
}
