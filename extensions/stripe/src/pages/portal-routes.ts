import type { RequestContext, Router } from 'backlot';
import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import {
  addPaymentMethod,
  addTaxId,
  cancelSubscriptionFor,
  changeSubscription,
  detachMethod,
  makePaymentMethod,
} from '../checkout/engine';
import { changeAtPeriodEnd, waitsForPeriod } from '../checkout/portal-changes';
import { createPortalSession } from '../checkout/portal-sessions';
import { cardFields, readCardFields, shownError, type Problems } from './card-fields';
import { addressOf } from './checkout-form';
import { html } from './html';
import { field, notice, page } from './layout';
import { endpoint, type PageAnswer, type Visit } from './page-host';
import { cancelPage, customerPage, homePage, shell, updatePage } from './portal-pages';

/** One visit of the portal. */
export interface Portal {
  readonly session: Stripe.BillingPortal.Session;
  readonly customer: Stripe.Customer;
  readonly features: Stripe.BillingPortal.Configuration['features'];
  readonly configuration: Stripe.BillingPortal.Configuration;
  /** Where the pages of the session are. */
  readonly home: string;
}

const KINDS = ['billing_portal.session'];
/** Of a session that nobody used for so long, in seconds, the link no longer works. */
const LIFETIME = 24 * 60 * 60;

/** The portal, in which customers look after their subscriptions, payment methods and invoices. */
export function servePortal(router: Router, stripe: Backend): void {
  const add = (
    method: 'get' | 'post',
    path: string,
    handler: (portal: Portal, visit: Visit, id: string) => PageAnswer,
  ): void => {
    const serve = endpoint(stripe, 'p/session', KINDS, (visit, params) => {
      const portal = open(stripe, params['session']!, visit.base);
      if (portal === undefined) return notice('This link has expired', 'Ask for a new one where you came from.');
      return stripe.onClockOf(portal.customer.id, () => {
        try {
          return stripe.state.transaction(() => handler(portal, visit, params['id'] ?? ''));
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

  add('get', '/subscriptions/:id/cancel', (portal, _visit, id) =>
    cancelPage(stripe, portal, owned(stripe, portal, id)),
  );
  add('post', '/subscriptions/:id/cancel', (portal, { form }, id) => {
    const { subscription_cancel: feature } = portal.features;
    const subscription = owned(stripe, portal, id);
    need(feature.enabled || portal.session.flow?.type === 'subscription_cancel');
    const feedback = form.get('feedback') || undefined;
    const comment = form.get('comment')?.trim() || undefined;
    cancelSubscriptionFor(stripe, subscription.id, {
      atPeriodEnd: feature.mode === 'at_period_end',
      prorate: feature.proration_behavior !== 'none',
      details: { ...(feedback && { feedback }), ...(comment && { comment }) },
    });
    return afterwards(portal);
  });
  add('post', '/subscriptions/:id/stay', (portal, _visit, id) => {
    const cancel = portal.session.flow?.subscription_cancel;
    const coupon = cancel?.retention?.coupon_offer?.coupon;
    need(cancel?.subscription === id && coupon !== undefined);
    const { discounts } = owned(stripe, portal, id);
    const kept = discounts.map((discount) => ({ discount: idOf(discount)! }));
    changeSubscription(stripe, id, { discounts: [...kept, { coupon: coupon! }] });
    return afterwards(portal);
  });
  add('post', '/subscriptions/:id/resume', (portal, _visit, id) => {
    const subscription = owned(stripe, portal, id);
    if (subscription.cancel_at_period_end || subscription.cancel_at !== null) {
      changeSubscription(stripe, subscription.id, { cancel_at_period_end: false });
    }
    return { redirect: `${portal.home}?done=1` };
  });
  add('get', '/subscriptions/:id/update', (portal, _visit, id) => {
    need(portal.features.subscription_update.enabled || portal.session.flow !== null);
    return updatePage(stripe, portal, owned(stripe, portal, id));
  });
  add('post', '/subscriptions/:id/update', (portal, { form }, id) => {
    const { subscription_update: feature } = portal.features;
    need(feature.enabled || portal.session.flow !== null);
    const subscription = owned(stripe, portal, id);
    const [item] = subscription.items.data;
    const price = form.get('price') ?? item!.price.id;
    const quantity = Number(form.get('quantity') ?? item!.quantity ?? 1);
    const changed = { price, ...(item!.price.recurring?.usage_type !== 'metered' && { quantity }) };
    if (waitsForPeriod(stripe, feature, subscription, item!, changed)) {
      changeAtPeriodEnd(stripe, subscription, changed);
      return afterwards(portal);
    }
    changeSubscription(stripe, subscription.id, {
      items: [{ id: item!.id, ...changed }],
      proration_behavior: feature.proration_behavior,
    });
    return afterwards(portal);
  });
  add('post', '/subscriptions/:id/confirm', (portal, _visit, id) => {
    const confirm = portal.session.flow?.subscription_update_confirm;
    need(confirm?.subscription === id);
    const subscription = owned(stripe, portal, id);
    changeSubscription(stripe, subscription.id, {
      items: confirm!.items.map((item) => ({
        ...(item.id !== null && { id: item.id }),
        ...(item.price !== null && { price: item.price }),
        ...(item.quantity !== undefined && { quantity: item.quantity }),
      })),
      ...(confirm!.discounts && {
        discounts: confirm!.discounts.map(({ coupon, promotion_code: code }) => ({
          ...(coupon !== null && { coupon }),
          ...(code !== null && { promotion_code: code }),
        })),
      }),
      proration_behavior: portal.features.subscription_update.proration_behavior,
    });
    return afterwards(portal);
  });

  add('get', '/payment-methods/add', (portal) => addPage(stripe, portal));
  add('post', '/payment-methods/add', (portal, { form }) => addMethod(stripe, portal, form));
  add('get', '/payment-methods/return', (portal, { query }) => {
    const intent = query.get('setup_intent') ?? '';
    const {
      status,
      last_setup_error: error,
      payment_method,
    } = stripe.table<Stripe.SetupIntent>('setup_intent').get(intent);
    if (status !== 'succeeded')
      return addPage(stripe, portal, { error: error?.message ?? 'Your card could not be authenticated.' });
    return keepMethod(stripe, portal, idOf(payment_method)!);
  });
  add('post', '/payment-methods/:id/default', (portal, _visit, id) => {
    ownedMethod(stripe, portal, id);
    makeDefault(stripe, portal, id);
    return { redirect: `${portal.home}?done=1` };
  });
  add('post', '/payment-methods/:id/remove', (portal, _visit, id) => {
    ownedMethod(stripe, portal, id);
    detachMethod(stripe, id);
    return { redirect: `${portal.home}?done=1` };
  });

  add('get', '/customer', (portal) => {
    need(portal.features.customer_update.enabled);
    return customerPage(portal);
  });
  add('post', '/customer', (portal, { form }) => {
    const { customer_update: feature } = portal.features;
    need(feature.enabled);
    const allowed: readonly string[] = feature.allowed_updates;
    const text = (name: string): string | null => form.get(name)?.trim() || null;
    const address = addressOf(form, 'billing');
    const shipping = addressOf(form, 'shipping');
    stripe.table<Stripe.Customer>('customer').update(
      portal.customer.id,
      {
        ...(allowed.includes('name') && { name: text('name') }),
        ...(allowed.includes('email') && { email: text('email') }),
        ...(allowed.includes('phone') && { phone: text('phone') }),
        ...(allowed.includes('address') && address && { address }),
        ...(allowed.includes('shipping') &&
          shipping && { shipping: { name: text('shippingName') ?? '', address: shipping } }),
      },
      'customer.updated',
    );
    const taxId = text('taxId');
    if (allowed.includes('tax_id') && taxId !== null) {
      addTaxId(stripe, portal.customer.id, { type: text('taxIdType') ?? 'eu_vat', value: taxId });
    }
    return { redirect: `${portal.home}?done=1` };
  });

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

/** Where the customer goes when a flow is done. */
function afterwards({ session, home }: Portal): PageAnswer {
  const after = session.flow?.after_completion;
  if (after?.type === 'redirect' && after.redirect) return { redirect: after.redirect.return_url };
  if (after?.type === 'hosted_confirmation') {
    return notice('Done', after.hosted_confirmation?.custom_message ?? 'Your change is made.');
  }
  return { redirect: `${home}?done=1` };
}

function need(isAllowed: boolean): void {
  if (!isAllowed) throw invalidRequest('This is not enabled in the configuration of the portal.');
}

function owned(stripe: Backend, { customer }: Portal, id: string): Stripe.Subscription {
  const subscription = stripe.table<Stripe.Subscription>('subscription').get(id);
  need(idOf(subscription.customer) === customer.id);
  return subscription;
}

function ownedMethod(stripe: Backend, { customer, features }: Portal, id: string): void {
  need(features.payment_method_update.enabled);
  need(idOf(stripe.table<Stripe.PaymentMethod>('payment_method').get(id).customer) === customer.id);
}

function addPage(
  stripe: Backend,
  portal: Portal,
  view: { values?: URLSearchParams; problems?: Problems; error?: string } = {},
): string {
  need(portal.features.payment_method_update.enabled || portal.session.flow?.type === 'payment_method_update');
  return shell(
    stripe,
    portal,
    'Add payment method',
    html`${view.error !== undefined && html`<div class="error" role="alert">${view.error}</div>`}
      <form method="post" action="${portal.home}/payment-methods/add">
        ${cardFields(view.values ?? new URLSearchParams(), view.problems ?? {})}
        <div class="actions">
          <button class="primary">Add</button> <a class="button" href="${portal.home}?done=1">Go back</a>
        </div>
      </form>`,
  );
}

function addMethod(stripe: Backend, portal: Portal, form: URLSearchParams): PageAnswer {
  need(portal.features.payment_method_update.enabled || portal.session.flow?.type === 'payment_method_update');
  const read = readCardFields(form);
  if ('problems' in read) return addPage(stripe, portal, { values: form, problems: read.problems });
  const name = form.get('billingName')?.trim();
  const address = addressOf(form, 'billing');
  try {
    const method = makePaymentMethod(stripe, {
      ...read.method,
      billing: {
        ...(portal.customer.email && { email: portal.customer.email }),
        ...(name && { name }),
        ...(address && { address }),
      },
    });
    const outcome = addPaymentMethod(stripe, portal.customer.id, method, `${portal.home}/payment-methods/return`);
    if (outcome.redirect !== undefined) return { redirect: outcome.redirect };
    if (outcome.error) throw outcome.error;
    return keepMethod(stripe, portal, method);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return addPage(stripe, portal, {
      values: form,
      ...shownError(error),
    });
  }
}

/** A payment method that was added is what is charged from now on. */
function keepMethod(stripe: Backend, portal: Portal, id: string): PageAnswer {
  makeDefault(stripe, portal, id);
  return afterwards(portal);
}

function makeDefault(stripe: Backend, { customer }: Portal, id: string): void {
  stripe
    .table<Stripe.Customer>('customer')
    .update(
      customer.id,
      ({ invoice_settings }) => ({ invoice_settings: { ...invoice_settings, default_payment_method: id } }),
      'customer.updated',
    );
  for (const subscription of stripe
    .table<Stripe.Subscription>('subscription')
    .values({ by: { customer: customer.id } })) {
    if (subscription.default_payment_method !== null && subscription.status !== 'canceled') {
      changeSubscription(stripe, subscription.id, { default_payment_method: id });
    }
  }
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
