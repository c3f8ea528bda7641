import type { Router } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { findIntent } from '../payments/find-intent';
import { completeAction } from '../payments/attempt-payment';
import type { IntentSecret } from '../payments/intents';
import { completeSetupAction } from '../payments/confirm-setup';
import { html, inScript, safeUrl, type Html } from './html';
import { notice, page } from './layout';
import { methodName } from '../payments/method-names';
import { money } from './money';
import { businessName } from '../connect/business-name';
import { endpoint, type PageAnswer, type Visit } from './page-host';
import { withQuery } from './with-query';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

const KINDS = ['payment_intent', 'setup_intent'];

/** Where a buyer proves who they are, or pays elsewhere: the pages that `next_action` of an intent leads to. */
export function serveActions(router: Router, stripe: Backend): void {
  const look = endpoint(stripe, 'authenticate', KINDS, (visit, { intent }) =>
    ask(stripe, findIntent(stripe, intent!), visit),
  );
  const decide = endpoint(stripe, 'authenticate', KINDS, (visit, { intent }) =>
    answer(stripe, findIntent(stripe, intent!), visit),
  );
  router.get('/authenticate/:intent', look);
  router.post('/authenticate/:intent', decide);
}

function ask(stripe: Backend, intent: Intent, { query }: Visit): PageAnswer {
  const returnUrl = query.get('return_url') ?? returnUrlOf(stripe, intent);
  if (intent.status !== 'requires_action') {
    const back = safeUrl(returnUrl);
    return notice(
      'Nothing left to do',
      'This payment does not wait for you any more.',
      back === undefined ? undefined : html`<a class="button" href="${back}">Go back</a>`,
    );
  }
  const isFramed = query.has('framed');
  const business = businessName(stripe);
  const type = typeOf(stripe, intent);
  const isCard = type === undefined || type === 'card';
  const amount =
    intent.object === 'payment_intent'
      ? html` of <strong>${money(intent.amount, intent.currency)}</strong>`
      : undefined;
  return page({
    title: isCard ? '3D Secure' : methodName(type),
    look: isFramed ? 'bare' : undefined,
    body: html`<main class="narrow">
      <div class="card">
        <p>
          <strong>${isCard ? '3D Secure 2 test page' : `${methodName(type)} test payment page`}</strong>
          <span class="badge">Test mode</span>
        </p>
        <h1>${isCard ? 'Confirm that it is you' : 'Authorize the payment'}</h1>
        <p>
          ${business} asks for
          ${intent.object === 'payment_intent' ? 'a payment' : 'leave to keep your payment details'}${amount}. In
          reality your bank would ask you here for a code.
        </p>
        <form method="post" action="?${query.toString()}" class="actions">${buttons(isCard)}</form>
      </div>
    </main>`,
  });
}

/** The identifiers are those of Stripe's test pages, which many tests know. */
function buttons(isCard: boolean): Html {
  return isCard
    ? html`<button class="primary" name="action" value="complete" id="test-source-authorize-3ds">Complete</button>
        <button name="action" value="fail" id="test-source-fail-3ds">Fail</button>`
    : html`<button class="primary" name="action" value="complete" id="authorize-test-payment">
          Authorize test payment
        </button>
        <button name="action" value="fail" id="fail-test-payment">Fail test payment</button>`;
}

/** Where a customer comes back to: also from a wallet, which has no place for that in what it asks to do. */
function returnUrlOf(stripe: Backend, intent: Intent): string | null | undefined {
  const { next_action: action } = intent;
  if (action?.type === 'use_stripe_sdk') return undefined;
  const { returnUrl } = stripe.table<Intent, IntentSecret>(intent.object).hidden(intent.id) ?? {};
  return action?.redirect_to_url?.return_url ?? returnUrl;
}

function typeOf(stripe: Backend, intent: Intent): string | undefined {
  const method = idOf(intent.payment_method);
  return method === undefined ? undefined : stripe.table<Stripe.PaymentMethod>('payment_method').find(method)?.type;
}

function answer(stripe: Backend, intent: Intent, { form, query }: Visit): PageAnswer {
  const succeeded = form.get('action') !== 'fail';
  const returnUrl = query.get('return_url') ?? returnUrlOf(stripe, intent);
  if (intent.status === 'requires_action') {
    if (intent.object === 'payment_intent') completeAction(stripe, intent.id, succeeded);
    else completeSetupAction(stripe, intent.id, succeeded);
  }
  if (query.has('framed')) {
    return page({
      title: 'Done',
      look: 'bare',
      body: html`<main class="narrow"><p>Done.</p></main>`,
      script: html`parent.postMessage({ backlot: 'action-complete', intent: ${inScript(intent.id)} }, '*');`,
    });
  }
  const target = safeUrl(returnUrl);
  if (target === undefined) return notice('Done', 'You can close this page.');
  const name = intent.object;
  return {
    redirect: withQuery(target, {
      [name]: intent.id,
      [`${name}_client_secret`]: intent.client_secret ?? undefined,
      redirect_status: succeeded ? 'succeeded' : 'failed',
    }),
  };
}
