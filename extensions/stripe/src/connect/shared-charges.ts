/** Charges whose money is shared out: https://docs.stripe.com/connect/destination-charges and /direct-charges. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { balanceTransactions } from '../payments/balance';
import { chargeTable } from '../payments/charging';
import { refundTable } from '../payments/refund-table';
import { refundShare, shareOf } from './fee-shares';
import { takeFee } from './fees';
import { reverseTransfer } from './transfer-reversals';
import { groupOf, makeTransfer, transferTable } from './transfers';

/** Shares out a charge that was captured and booked: to the account that it is for, and to the platform its fee. */
function share(stripe: Backend, charge: Stripe.Charge): void {
  if (charge.status !== 'succeeded' || !charge.captured || charge.source_transfer != null) return;
  const { amount_captured: amount, application_fee_amount: fee, currency, id } = charge;
  const booked = balanceTransactions(stripe).find(idOf(charge.balance_transaction) ?? '');
  const available = booked?.available_on ?? stripe.now();
  if (stripe.account !== PLATFORM_ACCOUNT) {
    if (fee === null || fee === 0 || charge.application_fee !== null) return;
    const taken = takeFee(stripe, {
      account: stripe.account,
      charge: id,
      amount: fee,
      currency,
      available_on: available,
    });
    chargeTable(stripe).update(id, { application_fee: taken.id });
    return;
  }
  const destination = idOf(charge.transfer_data?.destination);
  if (destination === undefined || charge.transfer != null) return;
  const group = groupOf(charge);
  const given = charge.transfer_data?.amount;
  const transfer = makeTransfer(stripe, {
    amount: given ?? amount,
    currency,
    destination,
    sourceTransaction: id,
    transferGroup: group,
    available_on: available,
    ...(fee !== null && given == null && { fee }),
  });
  const { fee: taken } = transferTable(stripe).hidden(transfer.id) ?? {};
  chargeTable(stripe).update(id, {
    destination,
    transfer: transfer.id,
    transfer_group: group,
    ...(taken !== undefined && { application_fee: taken }),
  } as Partial<Stripe.Charge>);
}

/** What else goes back with a refund: the transfer that was made of the charge, and the fee. */
export function shareRefund(
  stripe: Backend,
  refund: Stripe.Refund,
  given: { readonly reverse_transfer?: boolean; readonly refund_application_fee?: boolean },
): Stripe.Refund {
  const charge = chargeTable(stripe).get(idOf(refund.charge)!);
  const transfer = idOf(charge.transfer);
  const fee = idOf(charge.application_fee);
  if (given.reverse_transfer === true && transfer === undefined) {
    throw invalidRequest(`Cannot reverse transfer because charge ${charge.id} does not have an associated transfer.`, {
      param: 'reverse_transfer',
    });
  }
  // What was paid for a connected account may have had no fee: then there is none to give back.
  if (given.refund_application_fee === true && fee === undefined && transfer === undefined) {
    throw invalidRequest(
      `Cannot refund application fee because charge ${charge.id} does not have an application fee.`,
      { param: 'refund_application_fee' },
    );
  }
  if (given.refund_application_fee === true && fee !== undefined) {
    refundShare(stripe, fee, refund.amount, charge.amount_captured);
  }
  if (given.reverse_transfer !== true) return refund;
  const { amount, amount_reversed: reversed } = transferTable(stripe).get(transfer!);
  const part = Math.min(shareOf(amount, refund.amount, charge.amount_captured), amount - reversed);
  if (part < 1) return refund;
  const reversal = reverseTransfer(stripe, transfer!, { amount: part, sourceRefund: refund.id });
  return refundTable(stripe).update(refund.id, { transfer_reversal: reversal.id });
}

/** Shares out each charge once it is booked. */
export const sharedCharges: DefineModule = (stripe) => {
  const settle = (event: Stripe.Charge): void => {
    const charge = chargeTable(stripe).find(event.id);
    if (charge?.balance_transaction != null) share(stripe, charge);
  };
  return {
    reactions: {
      'charge.captured': settle,
      'charge.succeeded': settle,
      'charge.updated': settle,
    },
  };
};
