import type Stripe from 'stripe';
import { countRedemption } from '../billing/redemption';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { invoiceForSession } from './session-invoice';
import { sessionsOf } from './session-data';

type PaymentStatus = 'paid' | 'unpaid' | 'no_payment_required';

/** Completes the open session that a payment intent or a subscription is of, if there is one. */
export function completePaid(
  stripe: Backend,
  by: { readonly payment_intent?: string; readonly subscription?: string },
  status: PaymentStatus,
): void {
  const session = sessionsOf(stripe).first({ by, where: (each) => each.status === 'open' });
  if (session) completeSession(stripe, session.id, status);
}

/** Completes the open session that a setup intent is of, if there is one. */
export function completeSetUp(stripe: Backend, intent: Stripe.SetupIntent): void {
  const session = sessionsOf(stripe).first({
    by: { setup_intent: intent.id },
    where: (each) => each.status === 'open',
  });
  if (session) completeSession(stripe, session.id, 'no_payment_required');
}

/**
 * A payment went through that was not made with the session: who was told that the session is complete is told that it is paid, unless that
 * was up to the application, which captured it.
 */
export function noteCaptured(stripe: Backend, intent: string): void {
  const session = unpaid(stripe, intent);
  if (session === undefined) return;
  const paid = sessionsOf(stripe).update(session.id, { payment_status: 'paid' });
  const { capture_method: method } = stripe.table<Stripe.PaymentIntent>('payment_intent').get(intent);
  if (method !== 'manual') stripe.emit('checkout.session.async_payment_succeeded', paid);
}

/** A payment that takes days failed. */
export function noteAsyncFailure(stripe: Backend, intent: string): void {
  const session = unpaid(stripe, intent);
  if (session) stripe.emit('checkout.session.async_payment_failed', session);
}

function unpaid(stripe: Backend, intent: string): Stripe.Checkout.Session | undefined {
  return sessionsOf(stripe).first({
    by: { payment_intent: intent },
    where: (each) => each.status === 'complete' && each.payment_status === 'unpaid',
  });
}

/** Completes a session, and tells it. */
export function completeSession(stripe: Backend, id: string, status: PaymentStatus): Stripe.Checkout.Session {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  const hidden = table.hidden(id)!;
  const customer = idOf(session.customer) ?? hidden.customer ?? null;
  const invoice = invoiceOf(stripe, session);
  stripe.jobs.cancel(id);
  table.update(id, {
    status: 'complete',
    payment_status: status,
    customer,
    url: null,
    automatic_tax: {
      ...session.automatic_tax,
      status: session.automatic_tax.enabled ? 'complete' : session.automatic_tax.status,
    },
    ...(invoice !== undefined && { invoice }),
  });
  if (session.mode === 'payment') {
    // Subscriptions count theirs by themselves.
    for (const { coupon, promotion_code } of hidden.discounts) countRedemption(stripe, coupon, promotion_code);
    if (hidden.given.invoice_creation?.enabled === true && status !== 'unpaid') {
      table.update(id, { invoice: invoiceForSession(stripe, id) });
    }
  }
  countForLink(stripe, session);
  const complete = table.get(id);
  stripe.emit('checkout.session.completed', complete);
  return complete;
}

function invoiceOf(stripe: Backend, session: Stripe.Checkout.Session): string | undefined {
  const subscription = idOf(session.subscription);
  if (subscription === undefined) return undefined;
  return idOf(stripe.table<Stripe.Subscription>('subscription').find(subscription)?.latest_invoice);
}

/** A payment link may be for so many payments. */
function countForLink(stripe: Backend, session: Stripe.Checkout.Session): void {
  const link = idOf(session.payment_link);
  if (link === undefined) return;
  const links = stripe.table<Stripe.PaymentLink>('payment_link');
  const restrictions = links.find(link)?.restrictions;
  if (!restrictions) return;
  const { count, limit } = restrictions.completed_sessions;
  links.update(link, {
    restrictions: { completed_sessions: { count: count + 1, limit } },
    ...(count + 1 >= limit && { active: false }),
  });
}
