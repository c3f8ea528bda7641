/** The first page of the portal: all that a customer has. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { describeMethod } from './checkout-methods';
import { html, safeUrl, type Html } from './html';
import { say } from './language';
import { date, money } from './money';
import { shell, type Portal } from './portal';
import { describeSubscription } from './portal-subscription-pages';

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
        <h2 id="subscriptions">${say('Current subscription')}</h2>
        ${subscriptions.length === 0 ? html`<p class="muted">There is no subscription.</p>` : subscriptions.map((each) => subscriptionCard(stripe, portal, each))}
      </section>
      ${methodsSection(stripe, portal)} ${features.customer_update.enabled && customerSection(stripe, portal)}
      ${features.invoice_history.enabled && invoicesSection(stripe, portal)}`,
  );
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
      ${features.subscription_update.enabled && !isEnding && html`<a class="button" href="${at}/update" data-test="update-subscription">${say('Update subscription')}</a>`}
      ${
        isEnding
          ? html`<form method="post" action="${at}/resume">
              <button class="primary">Don't cancel subscription</button>
            </form>`
          : features.subscription_cancel.enabled &&
            html`<a class="button" href="${at}/cancel" data-test="cancel-subscription"
              >${say('Cancel subscription')}</a
            >`
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
    <h2 id="methods">${say('Payment methods')}</h2>
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
    ${features.payment_method_update.enabled && html`<p><a class="button" href="${home}/payment-methods/add">${say('Add payment method')}</a></p>`}
  </section>`;
}

function customerSection(stripe: Backend, { customer, home }: Portal): Html {
  const taxIds = [...stripe.table<Stripe.TaxId>('tax_id').values({ by: { customer: customer.id } })];
  const { address } = customer;
  const row = (name: string, value: string | null | undefined): Html =>
    html`<div class="row"><span class="muted">${name}</span><span>${value ?? '–'}</span></div>`;
  return html`<section aria-labelledby="customer">
    <h2 id="customer">${say('Billing information')}</h2>
    <div class="card">
      ${row('Name', customer.name)}${row('Email', customer.email)}${row('Phone number', customer.phone)}
      ${taxIds.map(({ value }) => row('Tax ID', value))}
      ${row('Billing address', address ? [address.line1, address.line2, address.postal_code, address.city, address.state, address.country].filter(Boolean).join(', ') : null)}
      <p></p>
      <a class="button" href="${home}/customer">${say('Update information')}</a>
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
    <h2 id="invoices">${say('Invoice history')}</h2>
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
