/** An attempt to pay an intent, and what becomes of it. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { attachPaymentMethod, keepChecks } from '../resources/attach-method';
import { methodTable } from '../resources/method-table';
import { bankBehavior } from './bank-accounts';
import { generateCard } from './card-present';
import {
  announceCharge,
  bookCharge,
  captureDays,
  charge,
  chargeTable,
  DAY,
  failPending,
  passPending,
  transferDataOf,
} from './charging';
import type { Decline } from './declines';
import { followUp } from './follow-up';
import { ATTEMPT_FAILED, attemptExpired, authenticationFailure, declinedCall, lastError } from './intent-state';
import { generateDebit, isShownOnce } from './generated-debit';
import { hiddenOf, intentTable, methodOf, usageOf, type Confirmed } from './intents';
import { createMandate, endMandates, standingMandate } from './mandates';
import { METHOD_TYPES } from './method-types';

interface Payment {
  readonly isAuthenticated?: boolean;
  readonly decline?: Decline;
}

/** Charges the payment method of an intent, and brings the intent to where that leads. */
export function pay(stripe: Backend, id: string, { isAuthenticated = false, decline }: Payment = {}): Confirmed {
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
  const known = keepChecks(stripe, method);
  if (refusal) {
    announceCharge(stripe, made.id);
    return fail(stripe, id, known, refusal, made.id);
  }
  if (METHOD_TYPES[method.type]?.flow === 'present') keepPresented(stripe, intent, known, made);
  else if (isShownOnce(method.type)) keepAccount(stripe, intent, known, made);
  else keepMethod(stripe, intent, known, isAuthenticated);
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
    const { type } = methodOf(stripe, intent)!;
    const days = captureDays(type, type === 'card' ? intent.payment_method_options?.card : undefined);
    stripe.jobs.schedule('payment_intent.expire', id, stripe.now() + days * DAY);
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
export function fail(
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
export function process(stripe: Backend, id: string): Confirmed {
  const table = intentTable(stripe);
  const intent = table.get(id);
  const method = methodOf(stripe, intent)!;
  const customer = idOf(intent.customer);
  const mandate = mandateFor(stripe, intent, method);
  const { blocked, delay } = bankBehavior(methodTable(stripe).hidden(method.id)?.account);
  const { charge: made } = charge(stripe, {
    amount: intent.amount,
    currency: intent.currency,
    method,
    capture: true,
    customer: customer ?? null,
    fields: fieldsOf(intent),
    mandate,
    isPending: true,
    decline: blocked,
  });
  announceCharge(stripe, made.id);
  if (blocked) return fail(stripe, id, method, blocked, made.id);
  keepMethod(stripe, intent, method, true);
  const processing = table.update(id, { status: 'processing', next_action: null, latest_charge: made.id });
  stripe.emit('payment_intent.processing', processing);
  if (Number.isFinite(delay)) {
    // Banks keep to the time of the world, whatever clock a customer is on.
    stripe.as({ clock: null }, () => stripe.jobs.schedule('payment_intent.settle', id, stripe.now() + delay));
  }
  return { intent: processing };
}

/** What a customer agreed to for a debit: with this payment, or before. */
function mandateFor(stripe: Backend, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): string {
  const { mandate, mandateData } = hiddenOf(stripe, intent.id);
  const before = mandate ?? (mandateData ? undefined : standingMandate(stripe, method.id)?.id);
  if (before !== undefined) return before;
  const { amount, currency, payment_method_options: options, setup_future_usage: usage } = intent;
  return createMandate(stripe, method, {
    mandateData,
    singleUse: usage === null ? { amount, currency } : undefined,
    options,
  }).id;
}

/** Ends a debit, as the number of its bank account says. */
export function settleDebit(stripe: Backend, id: string): void {
  const intent = intentTable(stripe).find(id);
  if (intent?.status !== 'processing') return;
  const chargeId = idOf(intent.latest_charge)!;
  const secret = chargeTable(stripe).hidden(chargeId);
  const { failure, endsMandate } = bankBehavior(secret?.account);
  const method = methodOf(stripe, intent)!;
  if (failure) {
    if (endsMandate === true) endDebits(stripe, method);
    failPending(stripe, chargeId, failure);
    fail(stripe, id, method, { ...failure, type: 'invalid_request_error' }, chargeId);
    return;
  }
  passPending(stripe, chargeId);
  succeed(stripe, id, chargeId);
}

/** Ends what a customer was asked to do and did not do in time. */
export function expireAction(stripe: Backend, id: string): void {
  const intent = intentTable(stripe).get(id);
  if (intent.status !== 'requires_action') return;
  const method = methodOf(stripe, intent)!;
  stripe.onClockOf(idOf(intent.customer), () => fail(stripe, id, method, attemptExpired(method.type)));
}

/** The bank of a customer does not debit an account any more. */
function endDebits(stripe: Backend, { id, type }: Stripe.PaymentMethod): void {
  endMandates(stripe, id);
  // The scheme of Bacs wants other details after that.
  if (type === 'bacs_debit') methodTable(stripe).hide(id, { ...methodTable(stripe).hidden(id), spent: true });
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

/** Keeps the payment method for later when the client asked for that; otherwise it is used up. */
function keepMethod(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  isAuthenticated: boolean,
): void {
  const owner = idOf(intent.customer);
  const usage = usageOf(intent, method.type);
  const table = methodTable(stripe);
  if (usage === 'off_session' && isAuthenticated) table.hide(method.id, { ...table.hidden(method.id), setUp: true });
  if (method.customer !== null) return;
  if (owner !== undefined && usage !== null) attachPaymentMethod(stripe, method, owner, { verified: true });
  else table.hide(method.id, { ...table.hidden(method.id), spent: true });
}

/** What was paid with on the page of a bank is used up; where the client asked to keep it, its account is debited later. */
function keepAccount(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { id, payment_method_details: details }: Stripe.Charge,
): void {
  const { type } = method;
  const customer = idOf(intent.customer);
  if (usageOf(intent, type) === null || customer === undefined) {
    keepMethod(stripe, intent, method, false);
    return;
  }
  const { mandateData } = hiddenOf(stripe, intent.id);
  const generated = generateDebit(stripe, method, { charge: id }, { customer, mandateData });
  const shown = (details as unknown as Record<string, object>)[type];
  chargeTable(stripe).update(id, {
    payment_method_details: { [type]: { ...shown, ...generated }, type },
  });
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

export type MethodOptions = Readonly<Record<string, { readonly capture_method?: string } | undefined>>;

/** Whether a payment is held back until it is captured: all of an intent, or those by a type of payment methods. */
export function isHeld(
  { capture_method, payment_method_options: options }: Stripe.PaymentIntent,
  type: string,
): boolean {
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
    transfer_data: transferDataOf(intent.transfer_data),
    transfer_group: intent.transfer_group,
    application_fee_amount: intent.application_fee_amount,
  };
}
