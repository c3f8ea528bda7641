/** Money from the platform to its accounts: https://docs.stripe.com/connect/charges. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { withFirst } from '../kernel/embedded-list';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { addBalanceTransaction, availableIn, balanceTransactions, readBalance } from '../payments/balance';
import { chargeTable } from '../payments/charging';
import { blank } from '../spec/shapes';
import { asAccount } from './account-data';
import { APPLICATION, applicationFee, refundFee, takeFee } from './fees';
import { checkTransferable, destinationAccount } from './recipients';

interface TransferSecret {
  /** The fee that the platform took of the payment at the destination. */
  readonly fee?: string;
}

export function transferTable(stripe: Backend): Table<Stripe.Transfer, TransferSecret> {
  return stripe.table<Stripe.Transfer, TransferSecret>('transfer');
}

function reversalTable(stripe: Backend) {
  return stripe.table<Stripe.TransferReversal>('transfer_reversal');
}

interface NewTransfer {
  readonly amount: number;
  readonly currency: string;
  readonly destination: string;
  readonly description?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly sourceTransaction?: string | undefined;
  readonly transferGroup?: string | null | undefined;
  /** What the platform keeps of it, as a fee. */
  readonly fee?: number | undefined;
  readonly available_on: number;
}

function makeTransfer(stripe: Backend, given: NewTransfer): Stripe.Transfer {
  const { amount, currency, destination, available_on: available } = given;
  const id = stripe.newId('transfer');
  const transaction = addBalanceTransaction(stripe, {
    amount: -amount,
    currency,
    type: 'transfer',
    source: id,
    description: given.description ?? null,
    available_on: available,
  });
  const payment = makePayment(stripe, id, given);
  const transfer = transferTable(stripe).insert(
    {
      id,
      object: 'transfer',
      amount,
      amount_reversed: 0,
      balance_transaction: transaction.id,
      created: stripe.now(),
      currency,
      description: given.description ?? null,
      destination,
      destination_payment: payment.id,
      livemode: false,
      metadata: mergeMetadata(undefined, given.metadata),
      reversals: { object: 'list', data: [], has_more: false, total_count: 0, url: `/v1/transfers/${id}/reversals` },
      reversed: false,
      source_transaction: given.sourceTransaction ?? null,
      source_type: 'card',
      transfer_group: given.transferGroup ?? null,
    } as unknown as Stripe.Transfer,
    { ...(payment.application_fee !== null && { fee: idOf(payment.application_fee)! }) },
  );
  stripe.emit('transfer.created', transfer);
  return transfer;
}

/** What the account sees: a payment, of which the fee goes. */
function makePayment(stripe: Backend, transfer: string, given: NewTransfer): Stripe.Charge {
  const { amount, currency, destination, fee, sourceTransaction, available_on: available } = given;
  const id = stripe.platform.ids.next('py', 24);
  const taken =
    fee === undefined || fee === 0
      ? undefined
      : takeFee(stripe, {
          account: destination,
          charge: id,
          amount: fee,
          currency,
          available_on: available,
          ...(sourceTransaction !== undefined && { originating: sourceTransaction }),
        });
  return asAccount(stripe, destination, () => {
    const transaction = addBalanceTransaction(stripe, {
      amount,
      currency,
      type: 'payment',
      source: id,
      available_on: available,
      fees: fee === undefined || fee === 0 ? [] : [applicationFee(fee, currency)],
    });
    const payment = chargeTable(stripe).insert({
      ...blank('charge'),
      id,
      amount,
      amount_captured: amount,
      application: taken ? APPLICATION : null,
      application_fee: taken?.id ?? null,
      application_fee_amount: fee ?? null,
      balance_transaction: transaction.id,
      captured: true,
      created: stripe.now(),
      currency,
      paid: true,
      payment_method_details: { stripe_account: {}, type: 'stripe_account' },
      source_transfer: transfer,
      status: 'succeeded',
    } as unknown as Stripe.Charge);
    stripe.emit('payment.created', payment);
    return payment;
  });
}

function groupOf({ id, payment_intent: intent, transfer_group: group }: Stripe.Charge): string {
  return group ?? `group_${idOf(intent) ?? id}`;
}

/** https://docs.stripe.com/api/transfers/create */
function createTransfer(stripe: Backend, given: Stripe.TransferCreateParams): Stripe.Transfer {
  checkTransferable(destinationAccount(stripe, given.destination, 'destination'));
  if (given.destination === stripe.account) {
    throw invalidRequest('You cannot transfer money to the account that it comes from.', { param: 'destination' });
  }
  const { source_transaction: source } = given;
  const charge = source === undefined ? undefined : chargeTable(stripe).get(source, 'source_transaction');
  const amount = given.amount ?? charge?.amount;
  if (amount === undefined)
    throw invalidRequest('Missing required param: amount.', { code: 'parameter_missing', param: 'amount' });
  if (amount < 1)
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  if (charge === undefined) {
    if (availableIn(stripe, given.currency) < amount) {
      throw invalidRequest(
        'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance',
        { code: 'balance_insufficient' },
      );
    }
  } else {
    const spent = [
      ...transferTable(stripe).values({ where: (each) => idOf(each.source_transaction) === charge.id }),
    ].reduce((sum, each) => sum + each.amount - each.amount_reversed, 0);
    if (spent + amount > charge.amount - charge.amount_refunded) {
      throw invalidRequest(
        `Transfers using this transaction as a source must not exceed the source amount of ${charge.amount}. (The source transaction already has ${spent} transferred.)`,
        { param: 'amount' },
      );
    }
    if (charge.currency !== given.currency)
      throw invalidRequest(
        `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the transfer currency (${given.currency})`,
        { param: 'currency' },
      );
  }
  const booked = charge && balanceTransactions(stripe).find(idOf(charge.balance_transaction) ?? '');
  const group = given.transfer_group ?? (charge ? groupOf(charge) : null);
  // A charge that was in no group is in that of its first transfer.
  if (charge?.transfer_group === null) chargeTable(stripe).update(charge.id, { transfer_group: group });
  return makeTransfer(stripe, {
    amount,
    currency: given.currency,
    destination: given.destination,
    description: given.description,
    metadata: given.metadata as Record<string, string> | undefined,
    sourceTransaction: source,
    transferGroup: group,
    available_on: booked?.available_on ?? stripe.now(),
  });
}

/** Takes money from a connected account: a payment of the platform. https://docs.stripe.com/connect/account-debits */
export function debitAccount(stripe: Backend, account: string, given: Stripe.ChargeCreateParams): Stripe.Charge {
  destinationAccount(stripe, account, 'source');
  const { amount, currency, description, metadata, transfer_group: group } = given;
  const { destination_payment: payment } = asAccount(stripe, account, () =>
    createTransfer(stripe, {
      amount: amount!,
      currency: currency!,
      destination: PLATFORM_ACCOUNT,
      ...(group !== undefined && { transfer_group: group }),
    }),
  );
  return chargeTable(stripe).update(idOf(payment)!, {
    description: description ?? null,
    metadata: mergeMetadata(undefined, metadata || undefined),
  });
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
    refundPayment(stripe, idOf(transfer.destination_payment)!, amount, when),
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
function refundPayment(stripe: Backend, id: string, amount: number, when: { available_on?: number }): string {
  const payment = chargeTable(stripe).get(id);
  const refundId = stripe.platform.ids.next('pyr', 24);
  const transaction = addBalanceTransaction(stripe, {
    amount: -amount,
    currency: payment.currency,
    type: 'payment_refund',
    source: refundId,
    ...when,
  });
  stripe.table<Stripe.Refund>('refund').insert({
    ...blank('refund'),
    id: refundId,
    amount,
    balance_transaction: transaction.id,
    charge: id,
    created: stripe.now(),
    currency: payment.currency,
    metadata: {},
    status: 'succeeded',
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

/** A fee goes back in the proportion in which its charge does; integers, rounded half up. */
function shareOf(part: number, amount: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((2 * part * amount + whole) / (2 * whole));
}

/** What goes back of a fee with a part of its charge, as far as there is so much left. */
function feeShare(stripe: Backend, fee: string, amount: number, whole: number): number {
  const { amount: taken, amount_refunded: given } = stripe.as({ account: PLATFORM_ACCOUNT }, () =>
    stripe.table<Stripe.ApplicationFee>('application_fee').get(fee),
  );
  return Math.min(shareOf(taken, amount, whole), taken - given);
}

function refundShare(stripe: Backend, fee: string, amount: number, whole: number): void {
  const share = feeShare(stripe, fee, amount, whole);
  if (share > 0) refundFee(stripe, fee, { amount: share });
}

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
  if (given.refund_application_fee === true && fee === undefined) {
    throw invalidRequest(
      `Cannot refund application fee because charge ${charge.id} does not have an application fee.`,
      { param: 'refund_application_fee' },
    );
  }
  if (given.refund_application_fee === true) refundShare(stripe, fee!, refund.amount, charge.amount_captured);
  if (given.reverse_transfer !== true) return refund;
  const { amount, amount_reversed: reversed } = transferTable(stripe).get(transfer!);
  const part = Math.min(shareOf(amount, refund.amount, charge.amount_captured), amount - reversed);
  if (part < 1) return refund;
  const reversal = reverseTransfer(stripe, transfer!, { amount: part, sourceRefund: refund.id });
  return stripe.table<Stripe.Refund>('refund').update(refund.id, { transfer_reversal: reversal.id });
}

/** https://docs.stripe.com/api/transfers and https://docs.stripe.com/api/transfer_reversals */
export const transfers: DefineModule = (stripe) => {
  const table = transferTable(stripe);
  const reversals = reversalTable(stripe);
  const get = (transfer: string, id: string): Stripe.TransferReversal => {
    const reversal = reversals.find(id);
    if (reversal === undefined || idOf(reversal.transfer) !== table.get(transfer).id)
      throw resourceMissing('transfer reversal', id);
    return reversal;
  };
  const settle = (event: Stripe.Charge): void => {
    const charge = chargeTable(stripe).find(event.id);
    if (charge?.balance_transaction != null) share(stripe, charge);
  };
  return {
    operations: {
      'GET /v1/transfers': ({ url, params }) => {
        const { destination, transfer_group: group } = params as Stripe.TransferListParams;
        return table.page(url, params, {
          where: (each) =>
            (destination === undefined || idOf(each.destination) === destination) &&
            (group === undefined || each.transfer_group === group),
        });
      },
      'POST /v1/transfers': ({ params }) => createTransfer(stripe, params as unknown as Stripe.TransferCreateParams),
      'GET /v1/transfers/{transfer}': ({ path }) => table.get(path['transfer']!),
      'POST /v1/transfers/{transfer}': ({ path, params }) => {
        const { description, metadata } = params as Stripe.TransferUpdateParams;
        return table.update(
          path['transfer']!,
          (before) => ({
            ...(description !== undefined && { description: description === '' ? null : description }),
            metadata: mergeMetadata(before.metadata, metadata),
          }),
          'transfer.updated',
        );
      },
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
    reactions: {
      'charge.captured': settle,
      'charge.succeeded': settle,
      'charge.updated': settle,
    },
  };
};
