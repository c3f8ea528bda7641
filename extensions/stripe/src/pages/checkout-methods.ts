/** How a buyer may pay on the page of Checkout. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { saleOf } from '../checkout/session-data';
import { savedFor } from '../checkout/saved-methods';
import { addUp } from '../checkout/totals';
import { bankFields } from './bank-fields';
import { cardFields, methodChoice, type Problems } from './card-fields';
import { html, type Html } from './html';
import { say } from './language';
import { field } from './layout';
import { methodName } from '../payments/method-names';

/** Whether the buyer has to give a payment method: not where nothing is due, now or later. */
export function methodNeeded(stripe: Backend, session: Stripe.Checkout.Session): boolean {
  if (session.mode === 'setup') return true;
  if (session.payment_method_collection === 'always' && session.mode === 'subscription') return true;
  return addUp(stripe, saleOf(stripe, session.id)!).amount_total > 0;
}

export function methodFields(
  stripe: Backend,
  session: Stripe.Checkout.Session,
  values: URLSearchParams,
  problems: Problems,
  collectsAddress: boolean,
): Html {
  const saved = savedFor(stripe, session);
  const types = session.payment_method_types.filter((type) => type !== 'link');
  const hasCard = types.includes('card');
  const others = types.filter((type) => type !== 'card');
  const isChoice = saved.length > 0 || others.length > 0;
  const chosen = values.get('method') ?? saved[0]?.id ?? (hasCard ? 'card' : others[0]);
  const radio = methodChoice(chosen);
  const mayRemove = session.saved_payment_method_options?.payment_method_remove === 'enabled';
  const offersToSave =
    session.customer !== null &&
    session.mode === 'payment' &&
    session.saved_payment_method_options?.payment_method_save === 'enabled';
  return html`${
    isChoice &&
    html`<fieldset>
      <legend>${say('Payment method')}</legend>
      ${saved.map((method) => html`${radio(method.id, `method-${method.id}`, describeMethod(method))}${mayRemove && removeButton(stripe, session, method)}`)}
      ${hasCard && radio('card', 'method-new', say(saved.length > 0 ? 'New card' : 'Card'), 'card')}
      ${others.map((type) => radio(type, `method-${type}`, methodName(type), type))}
    </fieldset>`
  }
  ${
    hasCard &&
    html`<div class="new-card">
      ${cardFields(values, problems, { address: collectsAddress })}
      ${offersToSave && html`<div class="check"><input type="checkbox" id="savePaymentMethod" name="save" /><label for="savePaymentMethod">Save this card for later payments</label></div>`}
    </div>`
  }
  ${others.map(
    (type) =>
      html`<style>
          body:not(:has(#method-${type}:checked)) .bank-${type} {
            display: none;
          }
        </style>
        <div class="bank-${type}">${bankFields(type, values, problems)}</div>`,
  )}
  ${!hasCard && field({ name: 'billingName', label: 'Full name', value: values.get('billingName'), autocomplete: 'name' })}`;
}

function removeButton(stripe: Backend, session: Stripe.Checkout.Session, method: Stripe.PaymentMethod): Html {
  return html`<button
    name="remove"
    value="${method.id}"
    formaction="${stripe.pageUrl(`pay/${session.id}/remove`)}"
    formnovalidate
    aria-label="Remove ${describeMethod(method)}"
  >
    Remove
  </button>`;
}

/** A payment method as people know it: `Visa •••• 4242`. */
export function describeMethod(method: Stripe.PaymentMethod): string {
  const { card } = method;
  if (!card) return methodName(method.type);
  return `${card.brand.charAt(0).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}`;
}
