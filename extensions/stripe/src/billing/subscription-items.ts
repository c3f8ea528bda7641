import type Stripe from 'stripe';
import { StripeError } from '../errors';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { findItem, itemIn, subscriptionTable, type Item } from './subscription-data';
import { updateSubscription } from './subscription-changes';

/** https://docs.stripe.com/api/subscription_items: changes of items are changes of their subscription. */
export const subscriptionItems: DefineModule = (stripe) => {
  const change = (subscription: string, item: object, given: object): Stripe.Subscription => {
    const { payment_behavior, proration_behavior, proration_date } = given as Stripe.SubscriptionItemUpdateParams;
    return updateSubscription(stripe, subscription, {
      items: [item],
      ...(payment_behavior !== undefined && { payment_behavior }),
      ...(proration_behavior !== undefined && { proration_behavior }),
      ...(proration_date !== undefined && { proration_date }),
    });
  };
  return {
    operations: {
      'POST /v1/subscription_items': ({ params }) => {
        const { subscription, ...given } = params as unknown as Stripe.SubscriptionItemCreateParams;
        const before = subscriptionTable(stripe).get(subscription, 'subscription');
        if (before.status === 'canceled') throw gone(subscription);
        const known = new Set(before.items.data.map(({ id }) => id));
        const after = change(subscription, itemOf(given), given);
        return after.items.data.find(({ id }) => !known.has(id)) ?? after.items.data.at(-1)!;
      },
      'GET /v1/subscription_items/{item}': ({ path }) => findItem(stripe, path['item']!).item,
      'POST /v1/subscription_items/{item}': ({ path, params }): Item => {
        const id = path['item']!;
        const { subscription } = findItem(stripe, id);
        const after = change(subscription.id, { ...itemOf(params), id }, params);
        return after.items.data.find((item) => item.id === id)!;
      },
      'DELETE /v1/subscription_items/{item}': ({ path, params }) => {
        const id = path['item']!;
        const { subscription } = findItem(stripe, id);
        change(subscription.id, { id, deleted: true }, params);
        return { id, object: 'subscription_item', deleted: true };
      },
      'GET /v1/subscription_items': ({ params, url }) => {
        const { subscription } = params as unknown as Stripe.SubscriptionItemListParams;
        return pageOf(subscriptionTable(stripe).get(subscription, 'subscription').items.data, url, params);
      },
    },
    includes: {
      'line_item subscription_item': ({ subscription_item: id }: { subscription_item: string }) => {
        return itemIn(stripe, id)?.item ?? id;
      },
    },
  };
};

function itemOf(given: object): object {
  const all: Stripe.SubscriptionItemUpdateParams = given;
  return omit(all, 'payment_behavior', 'proration_behavior', 'proration_date', 'expand', 'off_session');
}

/** Nothing is added to a subscription that was canceled. */
function gone(id: string): StripeError {
  return new StripeError(404, 'invalid_request_error', `No such subscription: '${id}'`, {
    code: 'resource_missing',
    param: 'subscription',
  });
}
