/** Money from the platform to its accounts: https://docs.stripe.com/connect/charges. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { addBalanceTransaction, isCovered, balanceTransactions } from '../payments/balance';
import { chargeTable } from '../payments/charging';
import { readCurrency } from '../payments/money';
import { billingDetails } from '../resources/method-table';
import { blank } from '../spec/shapes';
import { platformName } from './business-name';
import { asAccount } from './account-data';
import { applicationFee, applicationOf, takeFee } from './fees';
import { checkTransferable, destinationAccount } from './recipients';

interface TransferSecret {
  /** The fee that the platform took of the payment at the destination. */
  readonly fee?: string;
}

export function transferTable(stripe: Backend): Table<Stripe.Transfer, TransferSecret> {
  return stripe.table<Stripe.Transfer, TransferSecret>('transfer');
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

export function makeTransfer(stripe: Backend, given: NewTransfer): Stripe.Transfer {
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
  const payer = { id: stripe.account, object: 'account', application_name: platformName(stripe) };
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
      application: applicationOf(stripe),
      application_fee: taken?.id ?? null,
      application_fee_amount: fee ?? null,
      balance_transaction: transaction.id,
      billing_details: billingDetails(undefined),
      captured: true,
      created: stripe.now(),
      currency,
      destination: null,
      dispute: null,
      fraud_details: {},
      order: null,
      paid: true,
      payment_method_details: { stripe_account: {}, type: 'stripe_account' },
      receipt_url: stripe.pageUrl(`receipts/${id}`),
      source: payer,
      source_transfer: transfer,
      status: 'succeeded',
    } as unknown as Stripe.Charge);
    stripe.emit('payment.created', payment);
    return payment;
  });
}

export function groupOf({ id, payment_intent: intent, transfer_group: group }: Stripe.Charge): string {
  return group ?? `group_${idOf(intent) ?? id}`;
}

/** https://docs.stripe.com/api/transfers/create */
function createTransfer(stripe: Backend, asked: Stripe.TransferCreateParams): Stripe.Transfer {
  const given = { ...asked, currency: readCurrency(asked.currency) };
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
    if (!isCovered(stripe, amount, given.currency)) {
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

/** https://docs.stripe.com/api/transfers */
export const transfers: DefineModule = (stripe) => {
  const table = transferTable(stripe);
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
    },
  };
};
