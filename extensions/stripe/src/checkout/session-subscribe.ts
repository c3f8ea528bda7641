import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { setupTable } from '../payments/setup-intents';
import {
  detachMethod,
  giveUpSubscription,
  isSetUpAtOnce,
  payFirstInvoice,
  setUpMethod,
  startSubscription,
  type Paid,
} from './engine';
import type { Outcome, Settle } from './outcome';
import { subscriptionParams } from './payment-params';
import { completeSession } from './session-complete';
import { saleOf, sessionsOf } from './session-data';
import { addUp } from './totals';

/**
 * Makes the subscription and pays its first invoice. Where the bank refuses it stays incomplete, with the charge that failed, and ends when
 * the next try begins; where the buyer has to go elsewhere it waits, incomplete. Where nothing is due today, the payment method is set up
 * first, for the payments to come.
 */
export function subscribe(stripe: Backend, settle: Settle): Outcome {
  const isCharged = addUp(stripe, saleOf(stripe, settle.id)!).amount_total > 0;
  const asked = isCharged ? undefined : setUpFirst(stripe, settle);
  if (asked?.error) return { kind: 'declined', error: asked.error };
  if (asked?.redirect !== undefined) return { kind: 'redirect', url: asked.redirect };
  return begin(stripe, settle, isCharged);
}

function begin(stripe: Backend, { id, customer, method, isNew }: Settle, isCharged: boolean): Outcome {
  const table = sessionsOf(stripe);
  const { declined } = table.hidden(id)!;
  if (declined !== undefined) giveUpSubscription(stripe, declined);
  const subscription =
    idOf(table.get(id).subscription) ??
    startSubscription(stripe, subscriptionParams(stripe, id, { customer: customer!, paymentMethod: method }), {
      method,
      isCharged,
    }).id;
  table.update(id, { subscription });
  if (table.get(id).status === 'complete') return { kind: 'complete' };
  const first = payFirstInvoice(stripe, subscription, method, stripe.pageUrl(`pay/${id}/return`));
  if (first.error) {
    if (isNew && method !== undefined) {
      stripe.table<Stripe.Subscription>('subscription').update(subscription, { default_payment_method: null });
      detachMethod(stripe, method);
    }
    table.update(id, { subscription: null });
    table.hide(id, { ...table.hidden(id)!, declined: subscription });
    return { kind: 'declined', error: first.error };
  }
  if (first.redirect !== undefined) return { kind: 'redirect', url: first.redirect };
  if (table.get(id).status === 'open') {
    completeSession(
      stripe,
      id,
      first.processing === true ? 'unpaid' : first.due === 0 ? 'no_payment_required' : 'paid',
    );
  }
  return { kind: 'complete' };
}

/** Sets up what a buyer typed in: the bank may refuse it, or want to see them. Undefined where there is nothing to set up. */
function setUpFirst(stripe: Backend, { id, customer, method, isNew }: Settle): Paid | undefined {
  if (!isNew || method === undefined || customer === undefined || !isSetUpAtOnce(stripe, method)) return undefined;
  const { intent, ...outcome } = setUpMethod(stripe, customer, method, stripe.pageUrl(`pay/${id}/return`));
  const table = sessionsOf(stripe);
  table.hide(id, { ...table.hidden(id)!, setup: intent });
  if (outcome.redirect !== undefined) {
    const intents = setupTable(stripe);
    intents.hide(intent, { ...intents.hidden(intent), checkoutSession: id });
  }
  return outcome;
}

/** A buyer has proved who they are: the subscription that waited for it begins. */
export function subscribeOnceSetUp(stripe: Backend, intent: Stripe.SetupIntent): void {
  const id = setupTable(stripe).hidden(intent.id)?.checkoutSession;
  if (id === undefined) return;
  const table = sessionsOf(stripe);
  const isAwaited = table.find(id)?.status === 'open' && table.hidden(id)?.setup === intent.id;
  if (!isAwaited) return;
  begin(stripe, { id, customer: idOf(intent.customer), method: idOf(intent.payment_method), isNew: true }, false);
}
