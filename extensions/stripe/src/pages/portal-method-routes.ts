import type Stripe from 'stripe';
import { setUpMethod, changeSubscription, detachMethod, makePaymentMethod } from '../checkout/engine';
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { ADDRESS_SCRIPT } from './address-fields';
import { cardFields, readCardFields, shownError, type Problems } from './card-fields';
import {
  ASKS_OVER_PAGE,
  challengeFrame,
  challengeOver,
  failureText,
  FRAMED,
  FRAMED_SCRIPT,
  type Challenge,
} from './challenge-frame';
import { addressOf } from './checkout-form';
import { html } from './html';
import { say } from './language';
import type { PageAnswer, Visit } from './page-host';
import { afterwards, need, shell, type AddPage, type Portal } from './portal';
import { withQuery } from './with-query';

/** What a customer pays with: adds, makes the first choice, removes. */
export function serveMethods(add: AddPage, stripe: Backend): void {
  add('get', '/payment-methods/add', (portal) => addPage(stripe, portal));
  add('post', '/payment-methods/add', (portal, visit) => addMethod(stripe, portal, visit));
  add('get', '/payment-methods/return', (portal, { query }) => {
    const intent = query.get('setup_intent') ?? '';
    const {
      status,
      last_setup_error: error,
      payment_method,
    } = stripe.table<Stripe.SetupIntent>('setup_intent').get(intent);
    if (status !== 'succeeded') return addPage(stripe, portal, { error: failureText(error) });
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
}

function ownedMethod(stripe: Backend, { customer, features }: Portal, id: string): void {
  need(features.payment_method_update.enabled);
  need(idOf(stripe.table<Stripe.PaymentMethod>('payment_method').get(id).customer) === customer.id);
}

function addPage(
  stripe: Backend,
  portal: Portal,
  view: { values?: URLSearchParams; problems?: Problems; error?: string; challenge?: Challenge } = {},
): string {
  need(portal.features.payment_method_update.enabled || portal.session.flow?.type === 'payment_method_update');
  return shell(
    stripe,
    portal,
    say('Add payment method'),
    html`${view.error !== undefined && html`<div class="error" role="alert">${view.error}</div>`}
      <form method="post" action="${portal.home}/payment-methods/add" ${ASKS_OVER_PAGE}>
        ${cardFields(view.values ?? new URLSearchParams(), view.problems ?? {})}
        <div class="actions">
          <button class="primary">${say('Add')}</button>
          <a class="button" href="${portal.home}?done=1">${say('Go back')}</a>
        </div>
      </form>
      ${view.challenge !== undefined && challengeOver(view.challenge)}`,
    html`${ADDRESS_SCRIPT} ${FRAMED_SCRIPT}`,
  );
}

function addMethod(stripe: Backend, portal: Portal, { form, base }: Visit): PageAnswer {
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
    const returnUrl = `${portal.home}/payment-methods/return`;
    const outcome = setUpMethod(stripe, portal.customer.id, method, returnUrl);
    if (outcome.redirect !== undefined) {
      if (!form.has(FRAMED)) return { redirect: outcome.redirect };
      const back = withQuery(returnUrl, { setup_intent: outcome.intent });
      return addPage(stripe, portal, {
        values: form,
        challenge: { frame: challengeFrame(base, outcome.redirect), back },
      });
    }
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
