import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { checkUrl } from '../parameters/url';
import { blank } from '../spec/shapes';
import { defaultConfiguration } from './portal-configurations';

type Flow = Stripe.BillingPortal.Session.Flow;

/** https://docs.stripe.com/api/customer_portal/sessions */
export const portalSessions: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/billing_portal/sessions': ({ params }) => createPortalSession(stripe, params),
  },
});

/** Makes a session of the portal. Throws for a customer or a configuration that is not there, or a flow that lacks something. */
export function createPortalSession(
  stripe: Backend,
  given: Stripe.BillingPortal.SessionCreateParams,
): Stripe.BillingPortal.Session {
  if (given.customer === undefined) throw parameterMissing('customer');
  checkUrl(given.return_url, 'return_url');
  const customer = stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  const configuration =
    given.configuration === undefined
      ? defaultConfiguration(stripe)
      : stripe
          .table<Stripe.BillingPortal.Configuration>('billing_portal.configuration')
          .get(given.configuration, 'configuration');
  if (!configuration.active) {
    throw invalidRequest('The provided configuration is not active.', { param: 'configuration' });
  }
  const id = stripe.newId('billing_portal.session');
  const session = {
    ...blank('billing_portal.session'),
    id,
    object: 'billing_portal.session',
    configuration: configuration.id,
    created: stripe.now(),
    customer: customer.id,
    customer_account: null,
    flow: given.flow_data ? flowOf(stripe, { customer: customer.id, configuration }, given.flow_data) : null,
    livemode: false,
    locale: given.locale ?? null,
    on_behalf_of: given.on_behalf_of ?? null,
    return_url: given.return_url ?? configuration.default_return_url,
    url: stripe.pageUrl(`p/session/${id}`),
  } as Stripe.BillingPortal.Session;
  stripe.table<Stripe.BillingPortal.Session>('billing_portal.session').insert(session);
  stripe.emit('billing_portal.session.created', session);
  return session;
}

/** Throws for a flow that the configuration does not let customers do. */
function checkEnabled(features: Stripe.BillingPortal.Configuration['features'], type: string): void {
  const isUpdate = type === 'subscription_update' || type === 'subscription_update_confirm';
  if (isUpdate && !features.subscription_update.enabled) {
    throw invalidRequest(
      'This subscription cannot be updated because the subscription update feature in the portal configuration is disabled.',
    );
  }
  if (type === 'subscription_cancel' && !features.subscription_cancel.enabled) {
    throw invalidRequest(
      'This subscription cannot be canceled because the subscription cancel feature in the portal configuration is disabled.',
    );
  }
}

/** Throws for a flow in which there would be nothing to do. */
function checkChangeable(
  subscription: Stripe.Subscription,
  { subscription_update: update }: Stripe.BillingPortal.Configuration['features'],
  { type, subscription_update_confirm: confirm }: Stripe.BillingPortal.SessionCreateParams.FlowData,
): void {
  const items = subscription.items.data;
  if (type === 'subscription_cancel' && (subscription.cancel_at_period_end || subscription.cancel_at !== null)) {
    throw invalidRequest(
      'This subscription cannot be canceled because it is already set to be canceled at period end.',
    );
  }
  if (type === 'subscription_update') {
    const choices = (update.products ?? []).flatMap(({ prices }) => prices);
    const isChoice = choices.some((price) => items.every((item) => item.price.id !== price));
    if (!isChoice && !update.default_allowed_updates.includes('quantity')) {
      throw invalidRequest(
        'This subscription cannot be updated because there is no price in the portal configuration available to change to.',
      );
    }
  }
  if (type === 'subscription_update_confirm' && !confirm?.discounts?.length) {
    const isSame = confirm?.items.every(({ id, price, quantity }) =>
      items.some(
        (item) =>
          item.id === id &&
          (price === undefined || price === item.price.id) &&
          (quantity === undefined || quantity === item.quantity),
      ),
    );
    if (isSame === true) {
      throw invalidRequest('This subscription cannot be updated because there are no changes to confirm.');
    }
  }
}

function flowOf(
  stripe: Backend,
  {
    customer,
    configuration,
  }: { readonly customer: string; readonly configuration: Stripe.BillingPortal.Configuration },
  given: Stripe.BillingPortal.SessionCreateParams.FlowData,
): Flow {
  const { type } = given;
  checkEnabled(configuration.features, type);
  const about = (
    name: 'subscription_cancel' | 'subscription_update' | 'subscription_update_confirm' | 'subscription_pause',
  ): string | undefined => {
    if (type !== name) return undefined;
    const id = given[name]?.subscription;
    if (id === undefined) throw parameterMissing(`flow_data[${name}]`);
    const param = `flow_data[${name}][subscription]`;
    const subscription = stripe.table<Stripe.Subscription>('subscription').get(id, param);
    if (idOf(subscription.customer) !== customer) {
      throw invalidRequest(`The subscription \`${id}\` does not belong to the customer \`${customer}\`.`, { param });
    }
    if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
      throw invalidRequest(`The subscription \`${id}\` is ${subscription.status}, so no flow can change it.`, {
        param,
      });
    }
    checkChangeable(subscription, configuration.features, given);
    return id;
  };
  const [cancel, update, confirm, pause] = [
    about('subscription_cancel'),
    about('subscription_update'),
    about('subscription_update_confirm'),
    about('subscription_pause'),
  ];
  const after = given.after_completion;
  return {
    after_completion: {
      hosted_confirmation: after?.hosted_confirmation
        ? { custom_message: after.hosted_confirmation.custom_message ?? null }
        : null,
      redirect: after?.redirect ?? null,
      type: after?.type ?? 'portal_homepage',
    },
    customer_update: null,
    subscription_cancel:
      cancel === undefined ? null : { retention: given.subscription_cancel?.retention ?? null, subscription: cancel },
    subscription_pause: pause === undefined ? null : { subscription: pause },
    subscription_update: update === undefined ? null : { subscription: update },
    subscription_update_confirm:
      confirm === undefined
        ? null
        : {
            discounts:
              given.subscription_update_confirm?.discounts?.map(({ coupon, promotion_code }) => ({
                coupon: coupon ?? null,
                promotion_code: promotion_code ?? null,
              })) ?? null,
            items: (given.subscription_update_confirm?.items ?? []).map(({ id, price, quantity }) => ({
              id,
              price: price ?? null,
              ...(quantity !== undefined && { quantity }),
            })),
            subscription: confirm,
          },
    type,
  };
}
