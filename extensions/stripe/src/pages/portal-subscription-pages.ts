/** The pages of the portal about one subscription. */
import type Stripe from 'stripe';
import { priceIn } from '../billing/prices';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { html, raw, type Html } from './html';
import { say } from './language';
import { field, select } from './layout';
import { date, every, money } from './money';
import { shell, type Portal } from './portal';

/** What a subscription is to. */
export function describeSubscription(stripe: Backend, subscription: Stripe.Subscription): Html {
  return html`${subscription.items.data.map(({ price, quantity }, index) => {
    const product = stripe.table<Stripe.Product>('product').find(idOf(price.product) ?? '');
    return html`${index > 0 && html`<br />`}<strong>${product?.name ?? price.nickname ?? price.id}</strong>${quantity !== undefined && quantity > 1 && ` × ${quantity}`}
      <span class="muted">${priceText(stripe, price, subscription.currency)}</span>`;
  })}`;
}

function priceText(stripe: Backend, price: Stripe.Price, currency: string): string {
  const { unit_amount: unit } = priceIn(stripe, price, currency) ?? price;
  const amount = unit === null ? 'Varies' : money(unit, currency);
  return price.recurring ? `${amount} per ${every(price.recurring)}` : amount;
}

/** Asks whether a subscription is to end, and why. */
export function cancelPage(stripe: Backend, portal: Portal, subscription: Stripe.Subscription): string {
  const { subscription_cancel: feature } = portal.features;
  const end = subscription.items.data[0]?.current_period_end;
  const reasons = feature.cancellation_reason;
  const offered = portal.session.flow?.subscription_cancel?.retention?.coupon_offer?.coupon;
  const coupon = offered === undefined ? undefined : stripe.table<Stripe.Coupon>('coupon').find(offered);
  return shell(
    stripe,
    portal,
    'Cancel your subscription',
    html`<div class="card">
      <p>${describeSubscription(stripe, subscription)}</p>
      <p>
        ${feature.mode === 'immediately' ? 'Your subscription ends at once.' : `Your subscription ends on ${end === undefined ? 'the end of the period' : date(end)}; until then nothing changes.`}
      </p>
      ${coupon && offer(portal, subscription.id, coupon)}
      <form method="post" action="${portal.home}/subscriptions/${subscription.id}/cancel">
        ${
          reasons.enabled &&
          html`${select({ name: 'feedback', label: 'Why do you cancel?' }, [['', 'Choose a reason'], ...reasons.options.map((reason) => [reason, REASONS[reason] ?? reason] as const)])}
          ${field({ name: 'comment', label: 'Anything else? (optional)' })}`
        }
        <div class="actions">
          <button class="primary" data-testid="confirm">${say('Cancel subscription')}</button>
          <a class="button" href="${portal.home}?done=1">${say('Go back')}</a>
        </div>
      </form>
    </div>`,
  );
}

/** What somebody is given who stays. */
function offer({ home }: Portal, subscription: string, coupon: Stripe.Coupon): Html {
  const off =
    coupon.percent_off === null ? money(coupon.amount_off ?? 0, coupon.currency ?? 'usd') : `${coupon.percent_off}%`;
  const months = coupon.duration_in_months;
  const how = coupon.duration === 'forever' ? '' : months === null ? ' of your next invoice' : ` for ${months} months`;
  return html`<form method="post" action="${home}/subscriptions/${subscription}/stay">
    <p><strong>${coupon.name ?? 'Stay with us'}</strong>: ${off} off${how}</p>
    <button class="primary" data-testid="accept-offer">Accept offer</button>
  </form>`;
}

const REASONS: Readonly<Record<string, string>> = {
  customer_service: 'Customer service was less than expected',
  low_quality: 'Quality was less than expected',
  missing_features: 'I need more features',
  other: 'Other reason',
  switched_service: 'I found an alternative',
  too_complex: 'It is too complex',
  too_expensive: "It's too expensive",
  unused: "I don't use it enough",
};

/** Other prices and quantities for a subscription, as the configuration has them, or the change that a flow proposes. */
export function updatePage(stripe: Backend, portal: Portal, subscription: Stripe.Subscription): string {
  const { features, home, session } = portal;
  const at = `${home}/subscriptions/${subscription.id}`;
  const confirm = session.flow?.subscription_update_confirm;
  const back = html`<a class="button" href="${home}?done=1">${say('Go back')}</a>`;
  const prices = stripe.table<Stripe.Price>('price');
  if (confirm?.subscription === subscription.id) {
    return shell(
      stripe,
      portal,
      'Confirm your updates',
      html`<div class="card">
        <p>Now: ${describeSubscription(stripe, subscription)}</p>
        <p>
          New:
          ${confirm.items.map((item) => {
            const price = item.price === null ? undefined : prices.find(item.price);
            return html`<strong
                >${price ? `${productName(stripe, price)} ${priceText(stripe, price, subscription.currency)}` : 'The same price'}</strong
              >
              ${item.quantity !== undefined && `× ${item.quantity}`}`;
          })}
        </p>
        <form method="post" action="${at}/confirm">
          <div class="actions"><button class="primary" data-testid="confirm">${say('Confirm')}</button> ${back}</div>
        </form>
      </div>`,
    );
  }
  const { default_allowed_updates: allowed, products } = features.subscription_update;
  const [item] = subscription.items.data;
  const choices = (products ?? []).flatMap((product) => product.prices).flatMap((id) => prices.find(id) ?? []);
  const offered = allowed.includes('price') && choices.length > 0 ? choices : item ? [item.price] : [];
  return shell(
    stripe,
    portal,
    'Update subscription',
    html`<div class="card">
      <form method="post" action="${at}/update">
        <fieldset>
          <legend>Plan</legend>
          ${offered.map(
            (price) =>
              html`<div class="choice">
                <input
                  type="radio"
                  name="price"
                  id="price-${price.id}"
                  value="${price.id}"
                  ${price.id === item?.price.id && raw(' checked')}
                /><label for="price-${price.id}"
                  >${productName(stripe, price)}
                  <span class="muted">${priceText(stripe, price, subscription.currency)}</span></label
                >
              </div>`,
          )}
        </fieldset>
        ${allowed.includes('quantity') && html`<div class="field"><label for="quantity">Quantity</label><input type="number" class="quantity" id="quantity" name="quantity" min="1" value="${item?.quantity ?? 1}" /></div>`}
        <div class="actions"><button class="primary" data-testid="confirm">${say('Confirm')}</button> ${back}</div>
      </form>
    </div>`,
  );
}

function productName(stripe: Backend, price: Stripe.Price): string {
  return stripe.table<Stripe.Product>('product').find(idOf(price.product) ?? '')?.name ?? price.nickname ?? price.id;
}
