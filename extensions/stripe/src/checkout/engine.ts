/** What the pages need of payments and billing, each in one call. */
import type Stripe from 'stripe';
import { payInvoice } from '../billing/pay-invoice';
import { updateSubscription } from '../billing/subscription-changes';
import { cancelSubscription, expireSubscription } from '../billing/subscription-end';
import { createSubscription } from '../billing/subscriptions';
import type { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { tryConfirmSetup } from '../payments/confirm-setup';
import { createSetupIntent } from '../payments/create-setup';
import { METHOD_TYPES } from '../payments/method-types';
import { mustBeVerified } from '../payments/verification';
import { createCustomer } from '../resources/customers';
import { addTaxId } from '../resources/tax-ids';
import { attachPaymentMethod, detachPaymentMethod } from '../resources/attach-method';
import { makePaymentMethod as makeMethod } from '../resources/create-method';
import { methodTable } from '../resources/method-table';

/** A payment method as somebody filled it in. */
export interface GivenMethod {
  readonly type: string;
  readonly card?: {
    readonly number: string;
    readonly exp_month: number;
    readonly exp_year: number;
    readonly cvc: string;
  };
  /** Of a bank account, as the API names it. */
  readonly details?: Readonly<Record<string, string>>;
  readonly billing: {
    readonly email?: string;
    readonly name?: string;
    readonly phone?: string;
    readonly address?: Stripe.Address;
  };
}

/** What became of a payment: done when nothing is given, refused by the bank, or not before the buyer has been elsewhere. */
export interface Paid {
  readonly error?: StripeError;
  readonly redirect?: string;
  /** It takes days. */
  readonly processing?: boolean;
  /** What was to be paid. */
  readonly due?: number;
}

export function makeCustomer(stripe: Backend, params: Stripe.CustomerCreateParams): Stripe.Customer {
  return createCustomer(stripe, params);
}

/** Makes a payment method. Throws for a number, an expiry or a code that cannot be. */
export function makePaymentMethod(
  stripe: Backend,
  { type, card, details, billing }: GivenMethod,
  redisplay: Stripe.PaymentMethod.AllowRedisplay = 'unspecified',
): string {
  const params = {
    type,
    ...(card && { card }),
    ...(details && { [type]: details }),
    allow_redisplay: redisplay,
    billing_details: billing,
  } as Stripe.PaymentMethodCreateParams;
  // The pages ask for what they need of a buyer.
  return makeMethod(stripe, params).id;
}

/** Gives a payment method to a customer who does not have it yet. One that is charged at once is verified by that. */
export function attachTo(stripe: Backend, method: string, customer: string, isCharged = false): void {
  const found = stripe.table<Stripe.PaymentMethod>('payment_method').get(method);
  attachPaymentMethod(stripe, found, customer, { verified: isCharged });
}

export function detachMethod(stripe: Backend, method: string): void {
  detachPaymentMethod(stripe, method);
}

/** Sets a payment method up for a customer: the bank may want to see the buyer. Gives the setup intent by which it is done, too. */
export function setUpMethod(
  stripe: Backend,
  customer: string,
  method: string,
  returnUrl: string,
): Paid & { readonly intent: string } {
  const { id } = createSetupIntent(stripe, {
    customer,
    usage: 'off_session',
    payment_method_types: [typeOf(stripe, method)],
  });
  const { intent, error } = tryConfirmSetup(stripe, id, { payment_method: method, return_url: returnUrl });
  if (error) return { intent: id, error };
  return { intent: id, ...(intent.status === 'requires_action' && { redirect: actionPage(stripe, id, returnUrl) }) };
}

/** Whether a payment method is set up without going elsewhere first, unless the bank wants to see the buyer of a card. */
export function isSetUpAtOnce(stripe: Backend, method: string): boolean {
  const type = typeOf(stripe, method);
  const flow = METHOD_TYPES[type]?.flow;
  return flow === 'card' || (flow === 'debit' && !mustBeVerified(type, methodTable(stripe).hidden(method)));
}

function typeOf(stripe: Backend, method: string): string {
  return methodTable(stripe).get(method).type;
}

/** Begins a subscription, incomplete until its first invoice is paid. `isCharged` says whether anything is due at once. */
export function startSubscription(
  stripe: Backend,
  params: Stripe.SubscriptionCreateParams,
  { method, isCharged }: { readonly method: string | undefined; readonly isCharged: boolean },
): Stripe.Subscription {
  if (method !== undefined) attachTo(stripe, method, params.customer!, isCharged);
  // What is sold was agreed on when the session was made.
  const items = params.items?.map((item) => ({ ...item, isAgreed: true }));
  return withInlinePrices(stripe, params, () => createSubscription(stripe, { ...params, ...(items && { items }) }));
}

/** Ends a subscription whose first payment was refused. */
export function giveUpSubscription(stripe: Backend, id: string): void {
  const subscription = stripe.table<Stripe.Subscription>('subscription').find(id);
  if (subscription?.status === 'incomplete') expireSubscription(stripe, id);
}

/** A price that `price_data` described is not active, so that nobody sells by it again; this one sale is by it. */
function withInlinePrices<R>(stripe: Backend, params: Stripe.SubscriptionCreateParams, work: () => R): R {
  const prices = stripe.table<Stripe.Price>('price');
  const given = (params.add_invoice_items ?? []).map(({ price }) => price);
  const inactive = given.filter((id): id is string => id !== undefined && prices.find(id)?.active === false);
  for (const id of inactive) prices.update(id, { active: true });
  const result = work();
  for (const id of inactive) prices.update(id, { active: false });
  return result;
}

/** Pays an invoice with a payment method. */
export function payInvoiceWith(stripe: Backend, id: string, method: string | undefined, returnUrl: string): Paid {
  const due = stripe.table<Stripe.Invoice>('invoice').get(id).amount_remaining;
  const { invoice, error } = payInvoice(stripe, id, {
    off_session: false,
    ...(method !== undefined && { payment_method: method }),
  });
  if (invoice.status === 'paid') return { due };
  const intent = intentOfInvoice(stripe, id);
  if (intent?.status === 'requires_action') return { redirect: actionPage(stripe, intent.id, returnUrl), due };
  if (intent?.status === 'processing') return { processing: true, due };
  return error ? { error, due } : { due };
}

/** Pays the first invoice of a subscription, where there is something to pay. */
export function payFirstInvoice(
  stripe: Backend,
  subscription: string,
  method: string | undefined,
  returnUrl: string,
): Paid {
  const { latest_invoice: latest } = stripe.table<Stripe.Subscription>('subscription').get(subscription);
  const id = idOf(latest);
  const invoice = id === undefined ? undefined : stripe.table<Stripe.Invoice>('invoice').find(id);
  if (invoice?.status !== 'open') return { due: invoice?.total ?? 0 };
  return payInvoiceWith(stripe, invoice.id, method, returnUrl);
}

/** The payment intent by which an invoice is paid. */
function intentOfInvoice(stripe: Backend, invoice: string): Stripe.PaymentIntent | undefined {
  for (const payment of stripe.table<Stripe.InvoicePayment>('invoice_payment').values({ by: { invoice } })) {
    const id = idOf(payment.payment.payment_intent);
    const intent = id === undefined ? undefined : stripe.table<Stripe.PaymentIntent>('payment_intent').find(id);
    if (intent) return intent;
  }
  return undefined;
}

/** The page where a buyer proves who they are, and from where they come back. */
function actionPage(stripe: Backend, intent: string, returnUrl: string): string {
  return `${stripe.pageUrl(`authenticate/${intent}`)}?return_url=${encodeURIComponent(returnUrl)}`;
}

export { addTaxId };

export function changeSubscription(stripe: Backend, id: string, params: Stripe.SubscriptionUpdateParams): void {
  updateSubscription(stripe, id, params);
}

/** Ends a subscription, at once or with its period. */
export function cancelSubscriptionFor(
  stripe: Backend,
  id: string,
  { atPeriodEnd, prorate, details }: { atPeriodEnd: boolean; prorate: boolean; details: Record<string, string> },
): void {
  const cancellation_details = details as Stripe.SubscriptionUpdateParams.CancellationDetails;
  if (atPeriodEnd) updateSubscription(stripe, id, { cancel_at_period_end: true, cancellation_details });
  else cancelSubscription(stripe, id, { prorate, cancellation_details });
}
