/** How refunds end that take their time, fail or wait: https://docs.stripe.com/refunds#failed-refunds. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { addBalanceTransaction, balanceTransactions } from './balance';
import { keepCash, leaveInCash } from './bank-refunds';
import { chargeTable } from './charging';
import { refundTable } from './refund-table';

/** How long the number is that a bank has for a refund. */
const REFERENCE_DIGITS = 16;

/** The bank has a number for a refund, by which its customer can ask for the money. */
export function nameRefund(stripe: Backend, id: string): void {
  const table = refundTable(stripe);
  const { destination_details: details } = table.find(id) ?? {};
  if (details?.card?.reference_status !== 'pending') return;
  const reference = `1${String(stripe.platform.ids.number('refund.reference')).padStart(REFERENCE_DIGITS - 1, '0')}`;
  const card = { reference, ...details.card, reference_status: 'available' };
  const named = table.update(id, { destination_details: { ...details, card } }, 'refund.updated');
  stripe.emit('charge.refund.updated', named, { destination_details: details });
}

/** Ends a refund that took its time. */
export function settleRefund(stripe: Backend, id: string): void {
  const table = refundTable(stripe);
  const refund = table.find(id);
  if (refund === undefined || (refund.status !== 'pending' && refund.status !== 'succeeded')) return;
  const charge = chargeTable(stripe).get(idOf(refund.charge)!);
  if (refund.status === 'pending') {
    const done = table.replace(id, { ...omit(refund, 'pending_reason'), status: 'succeeded' });
    stripe.emitChange('refund.updated', refund, done);
    stripe.emit('charge.refund.updated', done, { status: 'pending' });
    return;
  }
  const failed = giveUp(stripe, refund, charge, { status: 'failed', failure_reason: 'expired_or_canceled_card' });
  stripe.emit('refund.failed', failed);
  stripe.emit('charge.refund.updated', failed, { status: 'succeeded' });
}

/** The money of a refund comes back. */
function giveUp(
  stripe: Backend,
  refund: Stripe.Refund,
  charge: Stripe.Charge,
  change: Partial<Stripe.Refund>,
): Stripe.Refund {
  const original = balanceTransactions(stripe).find(idOf(refund.balance_transaction) ?? '');
  const transaction =
    original &&
    addBalanceTransaction(stripe, {
      amount: refund.amount,
      currency: refund.currency,
      type: 'refund_failure',
      source: refund.id,
      description: 'REFUND FAILURE',
      ...(original.available_on > stripe.now() && { available_on: original.available_on }),
    });
  chargeTable(stripe).update(charge.id, {
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  });
  return refundTable(stripe).update(refund.id, {
    ...change,
    ...(transaction && { failure_balance_transaction: transaction.id }),
  });
}

/** Ends a refund that waits for the customer; what the account paid for it comes back. */
export function stopRefund(stripe: Backend, refund: Stripe.Refund, change: Partial<Stripe.Refund> = {}): Stripe.Refund {
  stripe.jobs.cancel(refund.id);
  const charge = idOf(refund.charge);
  const ended = { ...change, status: 'canceled' };
  if (charge === undefined) {
    keepCash(stripe, refund);
    return announce(stripe, refund, { ...refund, ...ended });
  }
  return announce(stripe, refund, giveUp(stripe, refund, chargeTable(stripe).get(charge), ended));
}

/** Nobody said where the money goes: what a customer had transferred stays with them, other money comes back. */
export function expireRefund(stripe: Backend, refund: Stripe.Refund): Stripe.Refund {
  const charge = chargeTable(stripe).find(idOf(refund.charge) ?? '');
  const customer = idOf(charge?.customer);
  if (charge?.payment_method_details?.type !== 'customer_balance' || customer === undefined)
    return stopRefund(stripe, refund);
  stripe.jobs.cancel(refund.id);
  leaveInCash(stripe, refund, customer);
  return announce(stripe, refund, { ...refund, status: 'canceled' });
}

/** Writes a refund that waits no more, and tells of it. */
function announce(stripe: Backend, before: Stripe.Refund, ended: Stripe.Refund): Stripe.Refund {
  const after = refundTable(stripe).replace(before.id, omit(ended, 'next_action'));
  stripe.emitChange('refund.updated', before, after);
  if (after.charge !== null) stripe.emitChange('charge.refund.updated', before, after);
  return after;
}
