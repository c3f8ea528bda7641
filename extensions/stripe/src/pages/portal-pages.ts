import type Stripe from 'stripe';
import { priceIn } from '../billing/prices';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { addressFields, describeMethod, taxIdFields } from './checkout-page';
import { countries } from './countries';
import { html, raw, safeUrl, type Html } from './html';
import { field, page, select } from './layout';
import { date, every, money } from './money';
import { businessName } from '../connect/business-name';
import type { Portal } from './portal-routes';

/** What all pages of the portal have around them. */
export function shell(stripe: Backend, portal: Portal, title: string, body: Html): string {
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
  });
}

function businessLinks({ business_profile: profile }: Portal['configuration']): Html {
  const links = [
    ['Terms', safeUrl(profile.terms_of_service_url)],
    ['Privacy', safeUrl(profile.privacy_policy_url)],
  ] as const;
  return html`${links.map(([name, url]) => url !== undefined && html`<a class="small" href="${url}">${name}</a> `)}`;
}

/** Everything at a glance. */
export function homePage(stripe: Backend, portal: Portal, error?: string): string {
  const { customer, features, configuration } = portal;
  const subscriptions = [
    ...stripe.table<Stripe.Subscription>('subscription').values({
      by: { customer: customer.id },
      where: ({ status }) => status !== 'canceled' && status !== 'incomplete_expired',
    }),
  ];
  const headline = configuration.business_profile.headline ?? 'Manage your subscriptions';
  return shell(
    stripe,
    portal,
    'Billing',
    html`<p class="muted">${headline}</p>
      ${error !== undefined && html`<div class="error" role="alert">${error}</div>`}
      <section aria-labelledby="subscriptions">
        <h2 id="subscriptions">Current subscription</h2>
        ${subscriptions.length === 0 ? html`<p class="muted">There is no subscription.</p>` : subscriptions.map((each) => subscriptionCard(stripe, portal, each))}
      </section>
      ${methodsSection(stripe, portal)} ${features.customer_update.enabled && customerSection(portal)}
      ${features.invoice_history.enabled && invoicesSection(stripe, portal)}`,
  );
}

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

function subscriptionCard(stripe: Backend, portal: Portal, subscription: Stripe.Subscription): Html {
  const { features, home } = portal;
  const [item] = subscription.items.data;
  const end = item?.current_period_end;
  const isEnding = subscription.cancel_at_period_end || subscription.cancel_at !== null;
  const cancelAt = subscription.cancel_at ?? end;
  const at = `${home}/subscriptions/${subscription.id}`;
  return html`<div class="card" data-subscription="${subscription.id}">
    <p>${describeSubscription(stripe, subscription)} ${statusBadge(subscription)}</p>
    <p class="muted">
      ${
        isEnding
          ? `Your subscription will be canceled on ${cancelAt === undefined ? 'the end of the period' : date(cancelAt)}.`
          : subscription.status === 'trialing' && subscription.trial_end !== null
            ? `Your trial ends on ${date(subscription.trial_end)}.`
            : end !== undefined && `Your subscription renews on ${date(end)}.`
      }
    </p>
    <div class="actions">
      ${features.subscription_update.enabled && !isEnding && html`<a class="button" href="${at}/update" data-test="update-subscription">Update subscription</a>`}
      ${
        isEnding
          ? html`<form method="post" action="${at}/resume">
              <button class="primary">Don't cancel subscription</button>
            </form>`
          : features.subscription_cancel.enabled &&
            html`<a class="button" href="${at}/cancel" data-test="cancel-subscription">Cancel subscription</a>`
      }
    </div>
  </div>`;
}

function statusBadge({ status, cancel_at_period_end }: Stripe.Subscription): Html | undefined {
  if (cancel_at_period_end) return html`<span class="badge">Cancels at the end of the period</span>`;
  if (status === 'active') return undefined;
  return html`<span class="badge ${status === 'past_due' || status === 'unpaid' ? 'bad' : ''}"
    >${status.replaceAll('_', ' ')}</span
  >`;
}

function methodsSection(stripe: Backend, { customer, features, home }: Portal): Html {
  const methods = [...stripe.table<Stripe.PaymentMethod>('payment_method').values({ by: { customer: customer.id } })];
  const preferred = idOf(customer.invoice_settings?.default_payment_method);
  return html`<section aria-labelledby="methods">
    <h2 id="methods">Payment methods</h2>
    ${methods.length === 0 && html`<p class="muted">There is no payment method.</p>`}
    ${methods.map(
      (method) =>
        html`<div class="card row">
          <span
            >${describeMethod(method)}
            ${method.card && html`<span class="muted">Expires ${String(method.card.exp_month).padStart(2, '0')}/${method.card.exp_year}</span>`}
            ${method.id === preferred && html`<span class="badge good">Default</span>`}</span
          >
          ${
            features.payment_method_update.enabled &&
            html`<span class="actions">
              ${method.id !== preferred && html`<form method="post" action="${home}/payment-methods/${method.id}/default"><button>Make default</button></form>`}
              <form method="post" action="${home}/payment-methods/${method.id}/remove">
                <button class="danger" aria-label="Delete ${describeMethod(method)}">Delete</button>
              </form></span
            >`
          }
        </div>`,
    )}
    ${features.payment_method_update.enabled && html`<p><a class="button" href="${home}/payment-methods/add">Add payment method</a></p>`}
  </section>`;
}

function customerSection({ customer, home }: Portal): Html {
  const { address } = customer;
  const row = (name: string, value: string | null | undefined): Html =>
    html`<div class="row"><span class="muted">${name}</span><span>${value ?? '–'}</span></div>`;
  return html`<section aria-labelledby="customer">
    <h2 id="customer">Billing information</h2>
    <div class="card">
      ${row('Name', customer.name)}${row('Email', customer.email)}${row('Phone number', customer.phone)}
      ${row('Billing address', address ? [address.line1, address.line2, address.postal_code, address.city, address.state, address.country].filter(Boolean).join(', ') : null)}
      <p></p>
      <a class="button" href="${home}/customer">Update information</a>
    </div>
  </section>`;
}

function invoicesSection(stripe: Backend, { customer }: Portal): Html {
  const invoices = [
    ...stripe
      .table<Stripe.Invoice>('invoice')
      .values({ by: { customer: customer.id }, where: ({ status }) => status !== 'draft' }),
  ];
  return html`<section aria-labelledby="invoices">
    <h2 id="invoices">Invoice history</h2>
    ${
      invoices.length === 0
        ? html`<p class="muted">There is no invoice.</p>`
        : html`<table>
            <thead>
              <tr>
                <th>Date</th>
                <th>Number</th>
                <th>Status</th>
                <th class="number">Amount</th>
              </tr>
            </thead>
            <tbody>
              ${invoices.map((invoice) => {
                const url = safeUrl(invoice.hosted_invoice_url);
                return html`<tr>
                  <td>${date(invoice.created)}</td>
                  <td>
                    ${url === undefined ? invoice.number : html`<a href="${url}">${invoice.number ?? invoice.id}</a>`}
                  </td>
                  <td>${invoice.status}</td>
                  <td class="number">${money(invoice.total, invoice.currency)}</td>
                </tr>`;
              })}
            </tbody>
          </table>`
    }
  </section>`;
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
          <button class="primary" data-testid="confirm">Cancel subscription</button>
          <a class="button" href="${portal.home}?done=1">Go back</a>
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
  const back = html`<a class="button" href="${home}?done=1">Go back</a>`;
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
          <div class="actions"><button class="primary" data-testid="confirm">Confirm</button> ${back}</div>
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
        <div class="actions"><button class="primary" data-testid="confirm">Confirm</button> ${back}</div>
      </form>
    </div>`,
  );
}

function productName(stripe: Backend, price: Stripe.Price): string {
  return stripe.table<Stripe.Product>('product').find(idOf(price.product) ?? '')?.name ?? price.nickname ?? price.id;
}

/** What a customer may change about themselves. */
export function customerPage(portal: Portal): string {
  const { customer, features, home } = portal;
  const allowed: readonly string[] = features.customer_update.allowed_updates;
  const values = addressValues('billing', customer.address);
  return page({
    title: 'Billing information',
    body: html`<main class="narrow">
      <h1>Billing information</h1>
      <form method="post" action="${home}/customer">
        ${allowed.includes('name') && field({ name: 'name', label: 'Name', value: customer.name, autocomplete: 'name' })}
        ${allowed.includes('email') && field({ name: 'email', label: 'Email', type: 'email', value: customer.email, autocomplete: 'email' })}
        ${allowed.includes('phone') && field({ name: 'phone', label: 'Phone number', type: 'tel', value: customer.phone, autocomplete: 'tel' })}
        ${allowed.includes('tax_id') && taxIdFields(new URLSearchParams(), {})}
        ${allowed.includes('shipping') && addressFields('shipping', 'Shipping address', addressValues('shipping', customer.shipping?.address, customer.shipping?.name), {}, countries())}
        ${allowed.includes('address') && addressFields('billing', 'Billing address', values, {}, countries())}
        <div class="actions">
          <button class="primary">Save</button> <a class="button" href="${home}?done=1">Cancel</a>
        </div>
      </form>
    </main>`,
  });
}

/** An address as the fields with a prefix have it. */
function addressValues(
  prefix: 'billing' | 'shipping',
  address: Stripe.Address | null | undefined,
  name?: string,
): URLSearchParams {
  const values = {
    Name: name,
    Country: address?.country ?? 'US',
    AddressLine1: address?.line1,
    AddressLine2: address?.line2,
    Locality: address?.city,
    AdministrativeArea: address?.state,
    PostalCode: address?.postal_code,
  };
  return new URLSearchParams(
    Object.entries(values).map(([key, value]): [string, string] => [prefix + key, value ?? '']),
  );
}
