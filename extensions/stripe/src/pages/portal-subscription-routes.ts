import { cancelSubscriptionFor, changeSubscription } from '../checkout/engine';
import { changeAtPeriodEnd, waitsForPeriod } from '../checkout/portal-changes';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { afterwards, need, owned, type AddPage } from './portal';
import { cancelPage, updatePage } from './portal-subscription-pages';

/** What a customer does with a subscription: cancel it, or not; change its plan; confirm what a flow proposes. */
export function serveSubscriptions(add: AddPage, stripe: Backend): void {
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
}
