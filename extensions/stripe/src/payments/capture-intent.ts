/** What can be done with the money that an intent holds: more of it, less of it, none of it. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { changedDetails } from './amount-details';
import { authorizedFor } from './charge-details';
import { bookCharge, chargeTable, descriptorOf } from './charging';
import { checkDescriptors } from './descriptors';
import { checkFee, checkShares } from './intent-fields';
import { unexpectedState, wrongStatus } from './intent-state';
import { CANCELABLE, intentTable, methodOf } from './intents';
import { checkAmount } from './money';
import { releaseRest } from './refunds';

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
  if (intent.status === 'succeeded') {
    throw unexpectedState(intent, 'This PaymentIntent could not be captured because it has already been captured.');
  }
  if (intent.status !== 'requires_capture') throw wrongStatus(intent, 'capture', 'captured', ['requires_capture']);
  const { amount_to_capture: amount = intent.amount_capturable, final_capture: isFinal = true } = params;
  const most = mostCapturable(stripe, intent);
  if (amount > most) {
    throw invalidRequest(
      'The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.',
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
  checkFee(stripe, intent, params.application_fee_amount);
  checkDescriptors(params);
  if (!isFinal && intent.payment_method_options?.card?.request_multicapture !== 'if_available') {
    throw unexpectedState(
      intent,
      'This PaymentIntent is not eligible for multicapture: set `payment_method_options[card][request_multicapture]` to `if_available` before it is confirmed.',
    );
  }
  return stripe.onClockOf(idOf(intent.customer), () => {
    const chargeId = idOf(intent.latest_charge)!;
    const charges = chargeTable(stripe);
    const descriptors = {
      ...(params.statement_descriptor !== undefined && { statement_descriptor: params.statement_descriptor }),
      ...(params.statement_descriptor_suffix !== undefined && {
        statement_descriptor_suffix: params.statement_descriptor_suffix,
      }),
    };
    charges.update(chargeId, (made) => ({
      amount_captured: made.amount_captured + amount,
      captured: isFinal,
      // What is not captured goes back.
      ...(isFinal && { amount_refunded: Math.max(0, made.amount - made.amount_captured - amount) }),
      ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
      ...(params.transfer_data?.amount !== undefined &&
        made.transfer_data && { transfer_data: { ...made.transfer_data, amount: params.transfer_data.amount } }),
      ...descriptors,
      ...(made.calculated_statement_descriptor !== null && {
        calculated_statement_descriptor: descriptorOf(stripe, { ...made, ...descriptors }),
      }),
    }));
    if (isFinal) releaseRest(stripe, chargeId);
    const captured = bookCharge(stripe, chargeId, amount);
    stripe.emit('charge.captured', captured);
    const common = {
      amount_received: intent.amount_received + amount,
      ...changedDetails(stripe, intent, params, amount),
      ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
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

/** What may be captured at once: where the bank agreed, and nothing was captured yet, more than it holds back. */
function mostCapturable(stripe: Backend, { amount_capturable: held, ...intent }: Stripe.PaymentIntent): number {
  const charge = chargeTable(stripe).find(idOf(intent.latest_charge) ?? '');
  const { status, maximum_amount_capturable: most = held } = charge?.payment_method_details?.card?.overcapture ?? {};
  return status === 'available' && intent.amount_received === 0 ? most : held;
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
  chargeTable(stripe).update(
    idOf(intent.latest_charge)!,
    ({ payment_method_details: details }) => ({
      amount: params.amount,
      payment_method_details: details && authorizedFor(details, params.amount),
    }),
    'charge.updated',
  );
  const raised = table.update(id, {
    amount: params.amount,
    amount_capturable: params.amount - intent.amount_received,
    ...changedDetails(stripe, intent, params, params.amount),
    ...(params.description !== undefined && { description: params.description }),
    ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
    ...(params.metadata !== undefined && {
      metadata: mergeMetadata(intent.metadata, params.metadata),
    }),
  });
  stripe.emit('payment_intent.amount_capturable_updated', raised);
  return raised;
}
