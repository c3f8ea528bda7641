/** What the confirmation of a payment intent leads to: an action of the customer, or an attempt to pay. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { checkEmail } from '../parameters/email';
import { methodTable } from '../resources/method-table';
import { changedDetails } from './amount-details';
import { fail, isHeld, pay, process, type MethodOptions } from './attempt-payment';
import { authenticationFor } from './authentication';
import { noteIntent } from './confirming-tokens';
import { DECLINES } from './declines';
import { refuseForCards } from './descriptors';
import { optionsOf, shippingOf } from './intent-fields';
import { checkAllowed, checkOwner, givenMethod } from './intent-methods';
import { cannotConfirm, checkReturnUrlForm, missingMethod } from './intent-state';
import { givenMandate } from './mandates';
import {
  CONFIRMABLE,
  hiddenOf,
  intentTable,
  methodOf,
  requestOf,
  withSource,
  type Confirmed,
  type ConfirmIntentParams,
} from './intents';
import { METHOD_TYPES } from './method-types';
import { actionFor, authenticate, verifyWithMicrodeposits } from './next-action';
import { payByTransfer } from './transfers-in';
import { mustBeVerified, scheduleDeposits } from './verification';
import { scheduleVoucher, voucherOptions } from './vouchers';

/** Confirms an intent. Throws a card error, keeping what was written, when the payment is declined. */
export function confirmIntent(stripe: Backend, id: string, params: ConfirmIntentParams = {}): Stripe.PaymentIntent {
  const { intent, error } = tryConfirm(stripe, id, params);
  if (error) throw error;
  return intent;
}

/** Confirms an intent. A declined payment is no exception: it comes back as `error`. */
export function tryConfirm(stripe: Backend, id: string, params: ConfirmIntentParams = {}): Confirmed {
  return stripe.onClockOf(idOf(intentTable(stripe).get(id).customer), () => confirm(stripe, id, params));
}

function confirm(stripe: Backend, id: string, params: ConfirmIntentParams): Confirmed {
  const table = intentTable(stripe);
  const before = table.get(id);
  if (!CONFIRMABLE.includes(before.status)) throw cannotConfirm(before);
  checkReturnUrlForm(params.return_url);
  checkEmail(params.receipt_email, 'receipt_email');
  const customer = idOf(before.customer);
  const method = givenMethod(stripe, withSource(params)) ?? methodOf(stripe, before) ?? defaultOf(stripe, customer);
  if (method === undefined) throw missingMethod(before);
  checkOwner(stripe, method, customer);
  checkAllowed(before, method);
  if (method.type === 'card' && !isOfInvoice(stripe, id)) refuseForCards(before);
  const given = params.payment_method_options as MethodOptions | undefined;
  const isManual =
    isHeld(before, method.type) ||
    params.capture_method === 'manual' ||
    given?.[method.type]?.capture_method === 'manual';
  if (isManual && METHOD_TYPES[method.type]?.manualCapture !== true) {
    throw invalidRequest(`The payment method type ${method.type} does not support manual capture.`, {
      code: 'payment_intent_incompatible_payment_method',
      param: 'capture_method',
    });
  }
  noteIntent(stripe, params.confirmation_token, before);
  const isOffSession = params.off_session !== undefined && params.off_session !== false;
  table.hide(id, {
    ...table.hidden(id),
    isOffSession,
    ...(params.return_url !== undefined && { returnUrl: params.return_url }),
    useSdk: params.use_stripe_sdk === true,
    ...(params.mandate_data && { mandateData: params.mandate_data }),
    ...(params.mandate !== undefined && { mandate: givenMandate(stripe, params.mandate, method).id }),
  });
  const { setup_future_usage: usage, shipping, receipt_email: email } = params;
  const intent = table.update(id, {
    payment_method: method.id,
    next_action: null,
    ...changedDetails(stripe, before, params),
    ...(params.capture_method !== undefined && { capture_method: params.capture_method }),
    ...(usage !== undefined && { setup_future_usage: usage === '' ? null : usage }),
    ...(shipping !== undefined && { shipping: shippingOf(shipping) }),
    ...(email !== undefined && { receipt_email: email === '' ? null : email }),
    ...(params.payment_method_options !== undefined && {
      payment_method_options: optionsOf(
        params.payment_method_options,
        before.payment_method_types,
        before.payment_method_options,
      ),
    }),
  });
  return start(stripe, intent, method, params.error_on_requires_action === true);
}

/** Whether an intent pays an invoice, which says itself what stands on the statement. */
function isOfInvoice(stripe: Backend, id: string): boolean {
  return stripe.table('invoice_payment').first({ by: { 'payment.payment_intent': id } }) !== undefined;
}

/** Begins the payment, as methods of this type are paid with. */
function start(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  failOnAction: boolean,
): Confirmed {
  const secret = methodTable(stripe).hidden(method.id);
  const { isOffSession = false, isAuthenticated = false, returnUrl, useSdk = false } = hiddenOf(stripe, intent.id);
  const options = { returnUrl, useSdk };
  const { flow = 'redirect' } = METHOD_TYPES[method.type] ?? {};
  if (isAuthenticated) return pay(stripe, intent.id, { isAuthenticated: true });
  if (flow === 'card') {
    const authentication = authenticationFor(secret, {
      isOffSession,
      isByPhone: isByPhone(intent),
      request: requestOf(intent),
    });
    if (!authentication.needed) return pay(stripe, intent.id);
    if (authentication.failure) return pay(stripe, intent.id, { decline: authentication.failure });
    const { authenticationNotHandled, authenticationRequired } = DECLINES;
    // Without a customer the bank is asked all the same, and refuses.
    if (isOffSession)
      return pay(stripe, intent.id, { decline: failOnAction ? authenticationNotHandled : authenticationRequired });
    if (failOnAction) return fail(stripe, intent.id, method, authenticationNotHandled);
    return askFor(stripe, intent.id, authenticate(stripe, intent.id, options));
  }
  if (flow === 'debit') {
    if (isOffSession || !mustBeVerified(method.type, secret)) return process(stripe, intent.id);
    const asked = askFor(stripe, intent.id, verifyWithMicrodeposits(stripe, intent.id));
    scheduleDeposits(stripe, intent, secret);
    return asked;
  }
  if (flow === 'transfer') return payByTransfer(stripe, intent, (action) => askFor(stripe, intent.id, action));
  if (flow === 'immediate' || flow === 'present' || isOffSession) return pay(stripe, intent.id);
  const voucher = voucherOptions(intent, method.type);
  const asked = askFor(stripe, intent.id, actionFor(stripe, intent.id, method, { ...options, voucher }));
  if (flow === 'voucher') scheduleVoucher(stripe, intent, method);
  return asked;
}

/** Whether a card was read out to the merchant, by letter or by telephone. */
function isByPhone({ payment_method_options: options }: Stripe.PaymentIntent): boolean {
  return (options?.card as { readonly moto?: boolean } | undefined)?.moto === true;
}

function askFor(stripe: Backend, id: string, action: object): Confirmed {
  const intent = intentTable(stripe).update(id, {
    status: 'requires_action',
    next_action: action as Stripe.PaymentIntent.NextAction,
  });
  stripe.emit('payment_intent.requires_action', intent);
  return { intent };
}

/** What a customer of the older kind pays with when nothing is said. */
function defaultOf(stripe: Backend, customer: string | undefined): Stripe.PaymentMethod | undefined {
  if (customer === undefined) return undefined;
  const owner = stripe.table<Stripe.Customer>('customer').find(customer);
  const source = idOf(owner?.default_source);
  return source === undefined ? undefined : givenMethod(stripe, { payment_method: source });
}
