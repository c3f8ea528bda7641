/** Refunds: https://docs.stripe.com/refunds. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { shareRefund } from '../connect/shared-charges';
import { idOf } from '../kernel/objects';
import { SOON } from '../kernel/soon';
import { addBalanceTransaction, balanceTransactions } from './balance';
import { askForAccount, bankDestination, returnCash, scheduleExpiry } from './bank-refunds';
import { behaviorOf } from './cards';
import { chargeTable } from './charging';
import { disputeTable } from './disputes';
import { heldByIntent } from './intent-state';
import { METHOD_TYPES } from './method-types';
import { formatAmount } from './money';
import { expireRefund, nameRefund, settleRefund, stopRefund } from './refund-outcomes';
import { refundTable, type RefundParams } from './refund-table';
import { fieldNames, fieldOf } from '../spec/shapes';
import type { CardBehavior } from './test-cards';

/** What was paid in cash is given back by other means. */
const NEVER_REFUNDED: readonly string[] = ['boleto', 'oxxo'];

/** Gives money back, with `refund.created` and `charge.refunded`. Throws where there is not so much to give back. */
export function createRefund(stripe: Backend, params: RefundParams): Stripe.Refund {
  const charge = chargeFor(stripe, params);
  const left = charge.amount - charge.amount_refunded;
  const amount = params.amount ?? left;
  check(stripe, charge, amount, left);
  const behavior = isSlow(charge) ? 'pending' : behaviorOf(chargeTable(stripe).hidden(charge.id)).refund;
  const refund = {
    ...newRefund(stripe, charge, amount, params, behavior),
    ...askForAccount(stripe, charge, params.instructions_email),
  };
  refundTable(stripe).insert(refund);
  const booked = charge.balance_transaction === null ? refund : book(stripe, refund, charge);
  const refunded = chargeTable(stripe).update(charge.id, {
    amount_refunded: charge.amount_refunded + amount,
    refunded: charge.amount_refunded + amount >= charge.amount,
    ...(params.reason === 'fraudulent' && { fraud_details: { user_report: 'fraudulent' } }),
  });
  stripe.emit('refund.created', booked);
  stripe.emit('charge.refunded', refunded, {
    amount_refunded: charge.amount_refunded,
    ...(refunded.refunded && { refunded: false }),
  });
  scheduleExpiry(stripe, refund);
  if (behavior !== undefined) stripe.jobs.schedule('refund.settle', refund.id, stripe.now() + SOON);
  else if (refund.destination_details?.card !== undefined) {
    // Banks keep to the time of the world, whatever clock a customer is on.
    stripe.as({ clock: null }, () => stripe.jobs.schedule('refund.reference', refund.id, stripe.now() + SOON));
  }
  return booked;
}

/** Writes down what was authorized and will not be captured, which goes back without a payment: a refund that moves no balance. */
export function releaseRest(stripe: Backend, chargeId: string): void {
  const charge = chargeTable(stripe).get(chargeId);
  const rest = charge.amount - charge.amount_captured;
  if (rest > 0) refundTable(stripe).insert(newRefund(stripe, charge, rest));
}

function newRefund(
  stripe: Backend,
  charge: Stripe.Charge,
  amount: number,
  params: RefundParams = {},
  behavior?: CardBehavior['refund'],
): Stripe.Refund {
  return {
    id: stripe.platform.ids.next(charge.id.startsWith('py_') ? 'pyr' : 're', 24),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: stripe.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: destinationOf(charge),
    ...(params.instructions_email !== undefined && { instructions_email: params.instructions_email }),
    metadata: mergeMetadata(undefined, params.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: behavior === 'pending' ? 'pending' : 'succeeded',
    ...(behavior === 'pending' && { pending_reason: 'processing' }),
    transfer_reversal: null,
  } as unknown as Stripe.Refund;
}

function book(stripe: Backend, { id, amount, currency }: Stripe.Refund, charge: Stripe.Charge): Stripe.Refund {
  const paid = balanceTransactions(stripe).find(idOf(charge.balance_transaction)!);
  const transaction = addBalanceTransaction(stripe, {
    amount: -amount,
    currency,
    type: charge.id.startsWith('py_') ? 'payment_refund' : 'refund',
    source: id,
    description: `REFUND FOR ${charge.id.startsWith('py_') ? 'PAYMENT' : 'CHARGE'}${charge.description === null ? '' : ` (${charge.description})`}`,
    // Money that has not arrived is given back from what has not arrived.
    ...(paid && paid.available_on > stripe.now() && { available_on: paid.available_on }),
  });
  return refundTable(stripe).update(id, { balance_transaction: transaction.id });
}

function chargeFor(stripe: Backend, { charge, payment_intent: intent }: RefundParams): Stripe.Charge {
  if (charge !== undefined && intent !== undefined) {
    throw invalidRequest('You cannot pass both `charge` and `payment_intent`.', { param: 'payment_intent' });
  }
  // Stripe calls the charge of a refund as if it stood in the path.
  if (charge !== undefined) return chargeTable(stripe).get(charge);
  if (intent === undefined) {
    throw invalidRequest('One of the following params should be provided for this request: payment_intent or charge.');
  }
  const { latest_charge: latest } = stripe.table<Stripe.PaymentIntent>('payment_intent').get(intent, 'payment_intent');
  const id = idOf(latest);
  const found = id === undefined ? undefined : chargeTable(stripe).find(id);
  if (found?.status !== 'succeeded') throw nothingToRefund(intent);
  return found;
}

function nothingToRefund(intent: string): StripeError {
  return invalidRequest(`This PaymentIntent (${intent}) does not have a successful charge to refund.`, {
    param: 'payment_intent',
  });
}

function check(stripe: Backend, charge: Stripe.Charge, amount: number, left: number): void {
  const { id, currency } = charge;
  if (charge.status === 'failed') {
    const intent = idOf(charge.payment_intent);
    if (intent !== undefined) throw nothingToRefund(intent);
    throw invalidRequest(`Charge ${id} failed and cannot be refunded.`, { param: 'charge' });
  }
  const { type = 'card' } = charge.payment_method_details ?? {};
  if (NEVER_REFUNDED.includes(type)) {
    throw invalidRequest(`Charge ${id} was paid with ${type}, which does not support refunds.`, {
      code: 'charge_not_refundable',
      param: 'charge',
    });
  }
  if (charge.refunded || left === 0) {
    throw invalidRequest(`Charge ${id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (!charge.captured && charge.status === 'succeeded') checkRelease(charge, amount);
  const blocking = disputeTable(stripe).first({ by: { charge: id }, where: (each) => !each.is_charge_refundable });
  if (blocking !== undefined) {
    throw invalidRequest(`Charge ${id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' });
  }
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  if (amount > left) {
    const [asked, rest] = [formatAmount(amount, currency), formatAmount(left, currency)];
    throw invalidRequest(
      charge.amount_refunded === 0
        ? `Refund amount (${asked}) is greater than charge amount (${rest})`
        : `Refund amount (${asked}) is greater than unrefunded amount on charge (${rest})`,
      { param: 'amount' },
    );
  }
}

/** Money that was not taken goes back as a whole. */
function checkRelease({ id, amount: whole, payment_intent: intent }: Stripe.Charge, amount: number): void {
  if (intent !== null) {
    const todo = 'cancel the PaymentIntent to reverse the authorization instead of refunding the Charge directly.';
    throw heldByIntent(idOf(intent)!, todo);
  }
  if (amount < whole) {
    throw invalidRequest(`Charge ${id} is not captured, and can only be refunded in full.`, { param: 'amount' });
  }
}

function destinationOf(charge: Stripe.Charge): object {
  const type = charge.payment_method_details?.type ?? 'card';
  if (type !== 'card') return destinationBy(type, charge.currency);
  return {
    card: {
      reference_status: 'pending',
      reference_type: 'acquirer_reference_number',
      type: charge.captured ? 'refund' : 'reversal',
    },
    type: 'card',
  };
}

/** Whether a bank takes its time to give money back. */
function isSlow({ payment_method_details: details }: Stripe.Charge): boolean {
  return METHOD_TYPES[details?.type ?? 'card']?.flow === 'debit';
}

/** Where the money of other ways to pay goes: back the same way, or by a transfer of banks. */
function destinationBy(type: string, currency: string): object {
  const [details = ''] = fieldOf('refund', 'destination_details')?.kinds ?? [];
  const ways = fieldNames(details);
  const way = type === 'revolut_pay' ? 'revolut' : type;
  if (ways.includes(way)) return { [way]: {}, type: way };
  const destination = bankDestination(currency);
  return ways.includes(destination.type) ? destination : { [type]: {}, type };
}

function checkWaits({ status }: Stripe.Refund, done: string): void {
  if (status === 'requires_action') return;
  if (done === 'canceled') throw invalidRequest('Canceling this refund is unsupported.');
  throw invalidRequest(
    `This refund cannot be ${done} because it has a status of ${status}. Only a refund with the status requires_action can be ${done}.`,
  );
}

/** https://docs.stripe.com/api/refunds */
export const refunds: DefineModule = (stripe) => {
  const table = refundTable(stripe);
  const update = (id: string, params: object): Stripe.Refund => {
    const { metadata } = params as Stripe.RefundUpdateParams;
    const before = table.get(id);
    const after = table.update(id, { metadata: mergeMetadata(before.metadata, metadata) }, 'refund.updated');
    stripe.emitChange('charge.refund.updated', before, after);
    return after;
  };
  return {
    operations: {
      'POST /v1/refunds': ({ params }) => {
        const given = params as RefundParams;
        if (given.origin === 'customer_balance')
          return stripe.onClockOf(given.customer, () => returnCash(stripe, given));
        return shareRefund(stripe, createRefund(stripe, given), params);
      },
      'GET /v1/refunds': ({ url, params }) => {
        const { charge, payment_intent } = params as Stripe.RefundListParams;
        return table.page(url, params, { by: { charge, payment_intent } });
      },
      'GET /v1/refunds/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/refunds/{id}': ({ path, params }) => update(path['id']!, params),
      'POST /v1/refunds/{id}/cancel': ({ path }) => {
        const refund = table.get(path['id']!);
        checkWaits(refund, 'canceled');
        return stopRefund(stripe, refund, { failure_reason: 'merchant_request' });
      },
      'POST /v1/test_helpers/refunds/{id}/expire': ({ path }) => {
        const refund = table.get(path['id']!);
        checkWaits(refund, 'expired');
        return expireRefund(stripe, refund);
      },
    },
    jobs: {
      'refund.settle': (each, { subject }) => settleRefund(each, subject),
      'refund.reference': (each, { subject }) => nameRefund(each, subject),
      'refund.expire': (each, { subject }) => {
        const refund = refundTable(each).find(subject);
        if (refund?.status === 'requires_action') expireRefund(each, refund);
      },
    },
    includes: {
      'charge refunds': (charge: Stripe.Charge) =>
        table.within(`/v1/charges/${charge.id}/refunds`, { by: { charge: charge.id } }),
    },
  };
};
