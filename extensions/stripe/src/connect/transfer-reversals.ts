/** Money that comes back from accounts: https://docs.stripe.com/connect/separate-charges-and-transfers#reverse-transfers. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { withFirst } from '../kernel/embedded-list';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { addBalanceTransaction, balanceTransactions, readBalance } from '../payments/balance';
import { chargeTable } from '../payments/charging';
import { refundTable } from '../payments/refund-table';
import { blank } from '../spec/shapes';
import { asAccount } from './account-data';
import { feeShare, refundShare } from './fee-shares';
import { transferTable } from './transfers';

function reversalTable(stripe: Backend) {
  return stripe.table<Stripe.TransferReversal>('transfer_reversal');
}

interface Reversal {
  readonly amount?: number | undefined;
  readonly description?: string | undefined;
  readonly metadata?: object | undefined;
  readonly refund_application_fee?: boolean | undefined;
  readonly sourceRefund?: string;
}

/** A transfer is reversed out of what the account still has. */
function checkCovered(stripe: Backend, transfer: Stripe.Transfer, given: Reversal): void {
  const { amount_reversed: reversed, currency } = transfer;
  const amount = given.amount ?? transfer.amount - reversed;
  const { fee } = transferTable(stripe).hidden(transfer.id) ?? {};
  // What the account gets back of the fee counts as well.
  const back = given.refund_application_fee === true && fee ? feeShare(stripe, fee, amount, transfer.amount) : 0;
  const { available, pending } = asAccount(stripe, idOf(transfer.destination)!, () => readBalance(stripe));
  const held = [...available, ...pending]
    .filter((each) => each.currency === currency)
    .reduce((sum, each) => sum + each.amount, back);
  if (amount <= held || amount > transfer.amount - reversed) return;
  throw invalidRequest(
    `The connected account has insufficient funds (${held} ${currency}) to reverse ${amount} of the transfer ${transfer.id}.`,
    { code: 'balance_insufficient' },
  );
}

/** Takes money of a transfer back. */
export function reverseTransfer(stripe: Backend, id: string, given: Reversal): Stripe.TransferReversal {
  const transfer = transferTable(stripe).get(id);
  const left = transfer.amount - transfer.amount_reversed;
  const amount = given.amount ?? left;
  if (left === 0) throw invalidRequest(`Transfer ${id} is already fully reversed.`);
  if (amount < 1 || amount > left) {
    throw invalidRequest(`Reversal amount (${amount}) is greater than unreversed amount on transfer (${left})`, {
      param: 'amount',
    });
  }
  const { currency } = transfer;
  const reversalId = stripe.newId('transfer_reversal');
  const paid = balanceTransactions(stripe).find(idOf(transfer.balance_transaction) ?? '');
  const when = paid && paid.available_on > stripe.now() ? { available_on: paid.available_on } : {};
  const transaction = addBalanceTransaction(stripe, {
    amount,
    currency,
    type: 'transfer_refund',
    source: reversalId,
    ...when,
  });
  const refund = asAccount(stripe, idOf(transfer.destination)!, () =>
    refundPayment(stripe, idOf(transfer.destination_payment)!, { amount, when, reversal: reversalId }),
  );
  const reversal = reversalTable(stripe).insert({
    id: reversalId,
    object: 'transfer_reversal',
    amount,
    balance_transaction: transaction.id,
    created: stripe.now(),
    currency,
    destination_payment_refund: refund,
    metadata: mergeMetadata(undefined, given.metadata as Record<string, string> | undefined),
    source_refund: given.sourceRefund ?? null,
    transfer: id,
  });
  const { fee } = transferTable(stripe).hidden(id) ?? {};
  if (given.refund_application_fee === true && fee !== undefined) refundShare(stripe, fee, amount, transfer.amount);
  const after = keepReversal(stripe, reversal, amount);
  stripe.emit('transfer.reversed', after, { amount_reversed: transfer.amount_reversed });
  return reversal;
}

/** The payment at the destination loses what goes back. */
function refundPayment(
  stripe: Backend,
  id: string,
  {
    amount,
    when,
    reversal,
  }: { readonly amount: number; readonly when: { available_on?: number }; readonly reversal: string },
): string {
  const payment = chargeTable(stripe).get(id);
  const refundId = stripe.platform.ids.next('pyr', 24);
  const transaction = addBalanceTransaction(stripe, {
    amount: -amount,
    currency: payment.currency,
    type: 'payment_refund',
    source: refundId,
    description: 'REFUND FOR PAYMENT',
    ...when,
  });
  refundTable(stripe).insert({
    ...blank('refund'),
    id: refundId,
    amount,
    balance_transaction: transaction.id,
    charge: id,
    created: stripe.now(),
    currency: payment.currency,
    metadata: {},
    source_transfer_reversal: reversal,
    status: 'succeeded',
    transfer_reversal: reversal,
  } as unknown as Stripe.Refund);
  chargeTable(stripe).update(id, {
    amount_refunded: payment.amount_refunded + amount,
    refunded: payment.amount_refunded + amount === payment.amount,
  });
  return refundId;
}

function keepReversal(stripe: Backend, reversal: Stripe.TransferReversal, amount: number): Stripe.Transfer {
  return transferTable(stripe).update(idOf(reversal.transfer)!, (before) => ({
    amount_reversed: before.amount_reversed + amount,
    reversed: before.amount_reversed + amount === before.amount,
    reversals: withFirst(before.reversals, reversal),
  }));
}

/** https://docs.stripe.com/api/transfer_reversals */
export const transferReversals: DefineModule = (stripe) => {
  const table = transferTable(stripe);
  const reversals = reversalTable(stripe);
  const get = (transfer: string, id: string): Stripe.TransferReversal => {
    const reversal = reversals.find(id);
    if (reversal === undefined || idOf(reversal.transfer) !== table.get(transfer).id)
      throw resourceMissing('transfer reversal', id);
    return reversal;
  };
  return {
    operations: {
      'GET /v1/transfers/{transfer}/reversals': ({ path, url, params }) => {
        const { id } = table.get(path['transfer']!);
        return reversals.page(url, params, { where: ({ transfer }) => idOf(transfer) === id });
      },
      'POST /v1/transfers/{transfer}/reversals': ({ path, params }) => {
        const given = params as Reversal;
        checkCovered(stripe, table.get(path['transfer']!), given);
        return reverseTransfer(stripe, path['transfer']!, given);
      },
      'GET /v1/transfers/{transfer}/reversals/{id}': ({ path }) => get(path['transfer']!, path['id']!),
      'POST /v1/transfers/{transfer}/reversals/{id}': ({ path, params }) => {
        const before = get(path['transfer']!, path['id']!);
        const { metadata } = params as { metadata?: Record<string, string> };
        const after = reversals.update(before.id, { metadata: mergeMetadata(before.metadata, metadata) });
        keepReversal(stripe, after, 0);
        return after;
      },
    },
  };
};
