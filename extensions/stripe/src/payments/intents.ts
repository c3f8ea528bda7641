/** Payment intents, from their creation to the end: https://docs.stripe.com/payments/paymentintents/lifecycle. */
import type Stripe from 'stripe';
import type { StripeError } from '../errors';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { attachPaymentMethod, methodTable } from '../resources/payment-methods';
import { authenticationFor } from './authentication';
import { bankBehavior } from './bank-accounts';
import { generateCard } from './card-present';
import { announceCharge, bookCharge, captureDays, charge, chargeTable, DAY } from './charging';
import { DECLINES, type Decline } from './declines';
import { followUp } from './follow-up';
import { checkAllowed, checkOwner, givenMethod, typesFor } from './intent-methods';
import {
  ATTEMPT_FAILED,
  authenticationFailure,
  cannotConfirm,
  declinedCall,
  lastError,
  missingMethod,
  unexpectedState,
  wrongStatus,
} from './intent-state';
import { hooksOf } from '../tax/associations';
import { checkDescriptors, refuseForCards } from './descriptors';
import { createMandate } from './mandates';
import { METHOD_TYPES } from './method-types';
import { checkAmount, readCurrency } from './money';
import { actionFor, authenticate, verifyWithMicrodeposits } from './next-action';
import { releaseRest } from './refunds';

/** What is kept beside an intent. */
export interface IntentSecret {
  readonly returnUrl?: string;
  readonly useSdk?: boolean;
  readonly isOffSession?: boolean;
  /** The cardholder authenticated; the server has yet to confirm. */
  readonly isAuthenticated?: boolean;
  readonly mandateData?: Stripe.PaymentIntentConfirmParams.MandateData;
  /** What a payment method is set up for, where that is one payment alone. */
  readonly singleUse?: Stripe.SetupIntentCreateParams.SingleUse;
}

export type CreateIntentParams = Stripe.PaymentIntentCreateParams & {
  readonly payment_method_types?: readonly string[];
  readonly source?: string;
};
export type ConfirmIntentParams = Stripe.PaymentIntentConfirmParams & { readonly source?: string };

/** What became of a payment. `error` is set when it was declined. */
export interface Confirmed {
  readonly intent: Stripe.PaymentIntent;
  readonly error?: StripeError;
}

export const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
const CANCELABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
];

export function intentTable(stripe: Backend): Table<Stripe.PaymentIntent, IntentSecret> {
  return stripe.table<Stripe.PaymentIntent, IntentSecret>('payment_intent');
}

/** Makes an intent, with `payment_intent.created`, and confirms it when the parameters say so. */
export function createIntent(stripe: Backend, params: CreateIntentParams): Stripe.PaymentIntent {
  return stripe.onClockOf(params.customer, () => {
    const intent = makeIntent(stripe, params);
    return params.confirm === true ? confirmIntent(stripe, intent.id, params) : intent;
  });
}

function makeIntent(stripe: Backend, params: CreateIntentParams): Stripe.PaymentIntent {
  const currency = readCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkShares(params.amount, params.application_fee_amount, params.transfer_data?.amount);
  checkDescriptors(params);
  checkRecipient(stripe, params);
  const customer = params.customer;
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  if (params.confirm !== true) {
    for (const name of ['off_session', 'error_on_requires_action', 'mandate_data', 'return_url'] as const) {
      if (params[name] !== undefined) throw onlyWithConfirm(name);
    }
  }
  const method = givenMethod(stripe, withSource(params));
  if (method) checkOwner(stripe, method, customer);
  const types = typesFor(stripe, params, currency);
  const id = stripe.newId('payment_intent');
  const intent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_details: { tip: {}, ...params.amount_details },
    amount_received: 0,
    application: null,
    application_fee_amount: params.application_fee_amount ?? null,
    automatic_payment_methods: types.automatic_payment_methods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${stripe.secret(25)}`,
    confirmation_method: params.confirmation_method ?? 'automatic',
    created: stripe.now(),
    currency,
    customer: customer ?? null,
    customer_account: params.customer_account ?? null,
    description: params.description ?? null,
    excluded_payment_method_types: params.excluded_payment_method_types ?? null,
    ...hooksOf(stripe, id, params.hooks),
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata(undefined, params.metadata),
    next_action: null,
    on_behalf_of: params.on_behalf_of ?? null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: types.payment_method_configuration_details,
    payment_method_options: optionsOf(params.payment_method_options, types.payment_method_types),
    payment_method_types: types.payment_method_types,
    payment_record: null,
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: params.setup_future_usage ?? null,
    shipping: shippingOf(params.shipping),
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: params.transfer_data ?? null,
    transfer_group: params.transfer_group ?? null,
  } as unknown as Stripe.PaymentIntent;
  intentTable(stripe).insert(intent);
  stripe.emit('payment_intent.created', intent);
  return intent;
}

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
  const customer = idOf(before.customer);
  const method = givenMethod(stripe, withSource(params)) ?? methodOf(stripe, before) ?? defaultOf(stripe, customer);
  if (method === undefined) throw missingMethod(before);
  checkOwner(stripe, method, customer);
  checkAllowed(before, method);
  if (method.type === 'card') refuseForCards(before);
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
  const isOffSession = params.off_session !== undefined && params.off_session !== false;
  table.hide(id, {
    ...table.hidden(id),
    isOffSession,
    ...(params.return_url !== undefined && { returnUrl: params.return_url }),
    useSdk: params.use_stripe_sdk === true,
    ...(params.mandate_data && { mandateData: params.mandate_data }),
  });
  const { setup_future_usage: usage, shipping, receipt_email: email } = params;
  const intent = table.update(id, {
    payment_method: method.id,
    next_action: null,
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
    const authentication = authenticationFor(secret, { isOffSession, request: requestOf(intent) });
    if (!authentication.needed) return pay(stripe, intent.id);
    if (authentication.failure) return pay(stripe, intent.id, { decline: authentication.failure });
    if (isOffSession) return pay(stripe, intent.id, { decline: DECLINES.authenticationRequired });
    if (failOnAction) return refuseAction(stripe, intent, method);
    return askFor(stripe, intent.id, authenticate(stripe, intent.id, options));
  }
  if (flow === 'debit') {
    const isVerified = method.type !== 'us_bank_account' || secret?.isVerified === true;
    return isVerified || isOffSession
      ? process(stripe, intent.id)
      : askFor(stripe, intent.id, verifyWithMicrodeposits(stripe, intent.id));
  }
  if (flow === 'immediate' || flow === 'present' || isOffSession) return pay(stripe, intent.id);
  const asked = askFor(stripe, intent.id, actionFor(stripe, intent.id, method, options));
  if (flow === 'voucher') scheduleVoucher(stripe, intent.id, method);
  return asked;
}

function askFor(stripe: Backend, id: string, action: object): Confirmed {
  const intent = intentTable(stripe).update(id, {
    status: 'requires_action',
    next_action: action as Stripe.PaymentIntent.NextAction,
  });
  stripe.emit('payment_intent.requires_action', intent);
  return { intent };
}

/** The client asked not to be left with something to do. */
function refuseAction(stripe: Backend, { id }: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Confirmed {
  return fail(stripe, id, method, {
    ...DECLINES.authenticationRequired,
    message:
      "This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent's `client_secret`. For more information see: https://stripe.com/docs/payments/intents",
  });
}

interface Payment {
  readonly isAuthenticated?: boolean;
  readonly decline?: Decline;
}

/** Charges the payment method of an intent, and brings the intent to where that leads. */
function pay(stripe: Backend, id: string, { isAuthenticated = false, decline }: Payment = {}): Confirmed {
  const intent = intentTable(stripe).get(id);
  const method = methodOf(stripe, intent)!;
  const isManual = isHeld(intent, method.type);
  const { charge: made, decline: refusal } = charge(stripe, {
    amount: intent.amount,
    currency: intent.currency,
    method,
    capture: !isManual,
    customer: idOf(intent.customer) ?? null,
    fields: fieldsOf(intent),
    isAuthenticated,
    decline,
    options: intent.payment_method_options?.card,
    presentOptions: intent.payment_method_options?.card_present,
  });
  if (refusal) {
    announceCharge(stripe, made.id);
    return fail(stripe, id, method, refusal, made.id);
  }
  if (METHOD_TYPES[method.type]?.flow === 'present') keepPresented(stripe, intent, method, made);
  else keepMethod(stripe, intent, method, isAuthenticated);
  return succeed(stripe, id, made.id);
}

/** What follows a charge that the bank agreed to. */
function succeed(stripe: Backend, id: string, chargeId: string): Confirmed {
  const table = intentTable(stripe);
  const intent = table.get(id);
  const { amount, capture_method } = intent;
  const common = { latest_charge: chargeId, last_payment_error: null, next_action: null, processing: null };
  if (isHeld(intent, methodOf(stripe, intent)!.type)) {
    announceCharge(stripe, chargeId);
    const held = table.update(id, { ...common, status: 'requires_capture', amount_capturable: amount });
    stripe.emit('payment_intent.amount_capturable_updated', held);
    stripe.jobs.schedule('payment_intent.expire', id, stripe.now() + captureDays(methodOf(stripe, intent)!.type) * DAY);
    followUp(stripe, chargeId);
    return { intent: table.get(id) };
  }
  // With asynchronous capture it is booked only after the payment is known to have succeeded.
  const isAsync = capture_method === 'automatic_async';
  if (!isAsync) bookCharge(stripe, chargeId, amount);
  const paid = table.update(id, { ...common, status: 'succeeded', amount_received: amount });
  announceCharge(stripe, chargeId);
  stripe.emit('payment_intent.succeeded', paid);
  if (isAsync) bookCharge(stripe, chargeId, amount, 'charge.updated');
  followUp(stripe, chargeId);
  return { intent: table.get(id) };
}

/** Leaves the intent waiting for another payment method. */
function fail(
  stripe: Backend,
  id: string,
  method: Stripe.PaymentMethod,
  decline: Decline & { readonly type?: string },
  chargeId?: string,
): Confirmed {
  const table = intentTable(stripe);
  const intent = table.update(id, (before) => ({
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    processing: null,
    last_payment_error: lastError(decline, { method, charge: chargeId }),
    latest_charge: chargeId ?? before.latest_charge,
  }));
  table.hide(id, omit(hiddenOf(stripe, id), 'isAuthenticated'));
  stripe.emit('payment_intent.payment_failed', intent);
  return { intent, error: declinedCall(decline, intent, { method, charge: chargeId }) };
}

/** A debit: it is under way until a job says what became of it. */
function process(stripe: Backend, id: string): Confirmed {
  const table = intentTable(stripe);
  const intent = table.get(id);
  const method = methodOf(stripe, intent)!;
  const customer = idOf(intent.customer);
  const { mandateData } = hiddenOf(stripe, id);
  const singleUse =
    intent.setup_future_usage === null ? { amount: intent.amount, currency: intent.currency } : undefined;
  const mandate = createMandate(stripe, method, mandateData, singleUse);
  const { charge: made } = charge(stripe, {
    amount: intent.amount,
    currency: intent.currency,
    method,
    capture: true,
    customer: customer ?? null,
    fields: fieldsOf(intent),
    mandate: mandate.id,
    isPending: true,
  });
  announceCharge(stripe, made.id);
  keepMethod(stripe, intent, method, true);
  const processing = table.update(id, { status: 'processing', next_action: null, latest_charge: made.id });
  stripe.emit('payment_intent.processing', processing);
  const { delay } = bankBehavior(methodTable(stripe).hidden(method.id)?.account);
  if (Number.isFinite(delay)) {
    // Banks keep to the time of the world, whatever clock a customer is on.
    stripe.as({ clock: null }, () => stripe.jobs.schedule('payment_intent.settle', id, stripe.now() + delay));
  }
  return { intent: processing };
}

/** Ends a debit, as the number of its bank account says. */
export function settleDebit(stripe: Backend, id: string): void {
  const intent = intentTable(stripe).find(id);
  if (intent?.status !== 'processing') return;
  const chargeId = idOf(intent.latest_charge)!;
  const secret = chargeTable(stripe).hidden(chargeId);
  const { failure } = bankBehavior(secret?.account);
  const method = methodOf(stripe, intent)!;
  if (failure) {
    chargeTable(stripe).update(chargeId, {
      status: 'failed',
      captured: false,
      failure_code: failure.code,
      failure_message: failure.message,
    });
    announceCharge(stripe, chargeId);
    fail(stripe, id, method, { ...failure, type: 'invalid_request_error' }, chargeId);
    return;
  }
  chargeTable(stripe).update(chargeId, { status: 'succeeded', paid: true, amount_captured: intent.amount });
  succeed(stripe, id, chargeId);
}

/**
 * Says what a customer did where an intent sent them: to the page of 3-D Secure, or of a bank. Nothing happens to an intent that
 * waits for nobody. Gives the intent as it is then.
 */
export function completeAction(stripe: Backend, id: string, succeeded: boolean): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const intent = table.get(id);
  return stripe.onClockOf(idOf(intent.customer), () => {
    if (intent.status !== 'requires_action') return intent;
    const method = methodOf(stripe, intent)!;
    const isCard = method.type === 'card';
    if (!succeeded) {
      const decline = isCard ? authenticationFailure('payment_intent') : ATTEMPT_FAILED;
      return fail(stripe, id, method, decline).intent;
    }
    if (isCard && intent.confirmation_method === 'manual') {
      table.hide(id, { ...hiddenOf(stripe, id), isAuthenticated: true });
      return table.update(id, { status: 'requires_confirmation', next_action: null });
    }
    if (METHOD_TYPES[method.type]?.flow === 'debit') return process(stripe, id).intent;
    return pay(stripe, id, { isAuthenticated: isCard }).intent;
  });
}

/** Cancels an intent; what was held back is let go. */
export function cancelIntent(
  stripe: Backend,
  id: string,
  reason?: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const intent = table.get(id);
  if (!CANCELABLE.includes(intent.status)) throw wrongStatus(intent, 'cancel', 'canceled', CANCELABLE);
  return stripe.onClockOf(idOf(intent.customer), () => {
    const chargeId = idOf(intent.latest_charge);
    if (intent.status === 'requires_capture' && chargeId !== undefined) {
      const released = chargeTable(stripe).update(chargeId, (made) => ({
        amount_refunded: made.amount - made.amount_captured,
        refunded: made.amount_captured === 0,
      }));
      releaseRest(stripe, chargeId);
      stripe.emit(reason === 'automatic' ? 'charge.expired' : 'charge.refunded', released);
    }
    stripe.jobs.cancel(id);
    const canceled = table.update(id, {
      status: 'canceled',
      amount_capturable: 0,
      canceled_at: stripe.now(),
      cancellation_reason: reason ?? null,
      next_action: null,
      processing: null,
    });
    stripe.emit('payment_intent.canceled', canceled);
    return canceled;
  });
}

/** Takes what was held back, or a part of it. */
export function captureIntent(
  stripe: Backend,
  id: string,
  params: Stripe.PaymentIntentCaptureParams = {},
): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const intent = table.get(id);
  if (intent.status !== 'requires_capture') throw wrongStatus(intent, 'capture', 'captured', ['requires_capture']);
  const { amount_to_capture: amount = intent.amount_capturable, final_capture: isFinal = true } = params;
  if (amount > intent.amount_capturable) {
    throw invalidRequest(
      `Amount to capture (${amount}) cannot be greater than the amount that can be captured (${intent.amount_capturable}).`,
      { code: 'amount_too_large', param: 'amount_to_capture', payment_intent: intent },
    );
  }
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount_to_capture',
    });
  }
  checkShares(amount, params.application_fee_amount, params.transfer_data?.amount);
  if (!isFinal && intent.payment_method_options?.card?.request_multicapture !== 'if_available') {
    throw unexpectedState(
      intent,
      'This PaymentIntent is not eligible for multicapture: set `payment_method_options[card][request_multicapture]` to `if_available` before it is confirmed.',
    );
  }
  return stripe.onClockOf(idOf(intent.customer), () => {
    const chargeId = idOf(intent.latest_charge)!;
    const charges = chargeTable(stripe);
    const { statement_descriptor: descriptor, statement_descriptor_suffix: suffix } = params;
    charges.update(chargeId, (made) => ({
      amount_captured: made.amount_captured + amount,
      captured: isFinal,
      // What is not captured goes back.
      ...(isFinal && { amount_refunded: made.amount - made.amount_captured - amount }),
      ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
      ...(params.transfer_data?.amount !== undefined &&
        made.transfer_data && { transfer_data: { ...made.transfer_data, amount: params.transfer_data.amount } }),
      ...(descriptor !== undefined && { statement_descriptor: descriptor }),
      ...(suffix !== undefined && { statement_descriptor_suffix: suffix }),
    }));
    if (isFinal) releaseRest(stripe, chargeId);
    const captured = bookCharge(stripe, chargeId, amount);
    stripe.emit('charge.captured', captured);
    const common = {
      amount_received: intent.amount_received + amount,
      ...(params.metadata !== undefined && {
        metadata: mergeMetadata(intent.metadata, params.metadata),
      }),
    };
    if (!isFinal) {
      const left = table.update(id, { ...common, amount_capturable: intent.amount_capturable - amount });
      stripe.emit('payment_intent.amount_capturable_updated', left);
      return left;
    }
    stripe.jobs.cancel(id);
    const paid = table.update(id, { ...common, status: 'succeeded', amount_capturable: 0 });
    stripe.emit('payment_intent.succeeded', paid);
    return paid;
  });
}

/** Raises what is held back. */
export function incrementIntent(
  stripe: Backend,
  id: string,
  params: Stripe.PaymentIntentIncrementAuthorizationParams,
): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const intent = table.get(id);
  if (intent.status !== 'requires_capture') {
    throw wrongStatus(intent, 'increment', 'incremented', ['requires_capture']);
  }
  const { card, card_present: present } = intent.payment_method_options ?? {};
  const isEligible =
    methodOf(stripe, intent)?.type === 'card_present'
      ? present?.request_incremental_authorization_support === true
      : card?.request_incremental_authorization === 'if_available';
  if (!isEligible) {
    throw unexpectedState(
      intent,
      'This PaymentIntent is not eligible for incremental authorizations: set `payment_method_options[card][request_incremental_authorization]` to `if_available` before it is confirmed.',
    );
  }
  if (params.amount <= intent.amount) {
    throw invalidRequest(
      `The incremented amount must be greater than the current amount of the PaymentIntent (${intent.amount}).`,
      { param: 'amount' },
    );
  }
  checkAmount(params.amount, intent.currency);
  chargeTable(stripe).update(idOf(intent.latest_charge)!, { amount: params.amount }, 'charge.updated');
  const raised = table.update(id, {
    amount: params.amount,
    amount_capturable: params.amount - intent.amount_received,
    ...(params.description !== undefined && { description: params.description }),
    ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
    ...(params.metadata !== undefined && {
      metadata: mergeMetadata(intent.metadata, params.metadata),
    }),
  });
  stripe.emit('payment_intent.amount_capturable_updated', raised);
  return raised;
}

/** Keeps the payment method for later when the client asked for that; otherwise it is used up. */
function keepMethod(
  stripe: Backend,
  { customer, setup_future_usage: usage }: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  isAuthenticated: boolean,
): void {
  const owner = idOf(customer);
  const table = methodTable(stripe);
  if (usage === 'off_session' && isAuthenticated) table.hide(method.id, { ...table.hidden(method.id), setUp: true });
  if (method.customer !== null) return;
  if (owner !== undefined && usage !== null) attachPaymentMethod(stripe, method, owner, { verified: true });
  else table.hide(method.id, { ...table.hidden(method.id), spent: true });
}

/** A card that was there is used up; where the client asked to keep it, a card for payments over the network is made of it. */
function keepPresented(
  stripe: Backend,
  { customer, setup_future_usage: usage }: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  made: Stripe.Charge,
): void {
  const table = methodTable(stripe);
  table.hide(method.id, { ...table.hidden(method.id), spent: true });
  const details = made.payment_method_details?.card_present;
  if (usage === null || !details) return;
  const { id } = generateCard(stripe, method, { charge: made }, idOf(customer));
  chargeTable(stripe).update(made.id, {
    payment_method_details: { ...made.payment_method_details!, card_present: { ...details, generated_card: id } },
  });
}

type MethodOptions = Readonly<Record<string, { readonly capture_method?: string } | undefined>>;

/** Whether a payment is held back until it is captured: all of an intent, or those by a type of payment methods. */
function isHeld({ capture_method, payment_method_options: options }: Stripe.PaymentIntent, type: string): boolean {
  // Interac takes the money at once, whatever the intent says.
  if (type === 'interac_present') return false;
  return capture_method === 'manual' || (options as MethodOptions | null)?.[type]?.capture_method === 'manual';
}

/** What a charge has from its intent. */
function fieldsOf(intent: Stripe.PaymentIntent): Partial<Stripe.Charge> {
  return {
    description: intent.description,
    metadata: { ...intent.metadata },
    payment_intent: intent.id,
    receipt_email: intent.receipt_email,
    shipping: intent.shipping,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    on_behalf_of: intent.on_behalf_of,
    transfer_data: (intent.transfer_data ?? null) as Stripe.Charge.TransferData | null,
    transfer_group: intent.transfer_group,
    application_fee_amount: intent.application_fee_amount,
  };
}

/** Vouchers are paid in a shop: in tests by what the address of the customer says. */
function scheduleVoucher(stripe: Backend, id: string, method: Stripe.PaymentMethod): void {
  const email = method.billing_details.email ?? '';
  if (/fill_never/.test(email)) return;
  const delay = /immediately/.test(email) ? 1 : 180;
  const kind = /expire/.test(email) ? 'payment_intent.voucher_expired' : 'payment_intent.voucher_paid';
  stripe.as({ clock: null }, () => stripe.jobs.schedule(kind, id, stripe.now() + delay));
}

export function methodOf(stripe: Backend, intent: Stripe.PaymentIntent): Stripe.PaymentMethod | undefined {
  const id = idOf(intent.payment_method);
  return id === undefined ? undefined : methodTable(stripe).find(id);
}

/** What a customer of the older kind pays with when nothing is said. */
function defaultOf(stripe: Backend, customer: string | undefined): Stripe.PaymentMethod | undefined {
  if (customer === undefined) return undefined;
  const owner = stripe.table<Stripe.Customer>('customer').find(customer);
  const source = idOf(owner?.default_source);
  return source === undefined ? undefined : givenMethod(stripe, { payment_method: source });
}

function hiddenOf(stripe: Backend, id: string): IntentSecret {
  return intentTable(stripe).hidden(id) ?? {};
}

function requestOf(intent: Stripe.PaymentIntent): string | null | undefined {
  return intent.payment_method_options?.card?.request_three_d_secure;
}

/** The older way to name a payment method. */
function withSource<T extends { readonly payment_method?: string; readonly source?: string }>(params: T): T {
  return params.payment_method === undefined && params.source !== undefined
    ? { ...params, payment_method: params.source }
    : params;
}

/** The options of the types that an intent takes, with what Stripe fills in. */
export function optionsOf(
  given: object | undefined,
  types: readonly string[],
  before?: object | null,
): Stripe.PaymentIntent.PaymentMethodOptions {
  const options: Record<string, object> = { ...before, ...given };
  if (types.includes('card')) {
    options['card'] = {
      installments: null,
      mandate_options: null,
      network: null,
      request_three_d_secure: 'automatic',
      ...(before as Record<string, object> | null | undefined)?.['card'],
      ...(given as Record<string, object> | undefined)?.['card'],
    };
  }
  if (types.includes('card_present')) {
    options['card_present'] = {
      request_extended_authorization: false,
      request_incremental_authorization_support: false,
      ...options['card_present'],
    };
  }
  return options;
}

export function shippingOf(given: object | '' | null | undefined): Stripe.PaymentIntent.Shipping | null {
  if (!given) return null;
  const { address, ...rest } = given as { readonly address?: object };
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return {
    carrier: null,
    phone: null,
    tracking_number: null,
    ...rest,
    address: { ...empty, ...address },
  };
}

/** What others get of a payment is part of it. */
export function checkShares(amount: number, fee?: number | '' | null, transfer?: number): void {
  if (typeof fee === 'number' && fee > amount) {
    throw invalidRequest('Your application fee cannot be larger than the charge amount.', {
      code: 'application_fee_too_large',
      param: 'application_fee_amount',
    });
  }
  if (transfer !== undefined && transfer > amount) {
    throw invalidRequest(
      `The transfer_data[amount] must be less than or equal to the charge amount. Your transfer_data[amount] is ${transfer}, and the charge amount is ${amount}.`,
      { param: 'transfer_data[amount]' },
    );
  }
}

/** A fee is taken from the share of another account, or from a payment of one. */
function checkRecipient(
  stripe: Backend,
  given: { readonly application_fee_amount?: number; readonly transfer_data?: object },
): void {
  if (!given.application_fee_amount || given.transfer_data || stripe.account !== PLATFORM_ACCOUNT) return;
  throw invalidRequest(
    'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
    { param: 'application_fee_amount' },
  );
}

function onlyWithConfirm(name: string): StripeError {
  return invalidRequest(
    `You can only use \`${name}\` when \`confirm\` is set to \`true\`. If you plan to confirm this PaymentIntent separately, pass \`${name}\` when you confirm it.`,
    { param: name },
  );
}
