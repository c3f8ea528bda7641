/** What was paid with cards, and what came back: https://docs.stripe.com/issuing/purchases/transactions. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { addBalanceTransaction } from '../payments/balance';
import { blank, completed } from '../spec/shapes';
import { merchantOf, type GivenMerchant } from './merchants';
import {
  authorizationTable,
  cardTable,
  transactionTable,
  type Authorization,
  type Card,
  type Transaction,
} from './tables';

export interface GivenPurchase {
  readonly receipt?: readonly { readonly quantity?: string }[];
  readonly [part: string]: unknown;
}

interface GivenTransaction {
  readonly amount: number;
  readonly card: string;
  readonly currency?: string;
  readonly merchant_data?: GivenMerchant;
  readonly purchase_details?: GivenPurchase;
}

interface Entry {
  readonly type: 'capture' | 'refund';
  readonly card: Card;
  /** What the balance gets; negative for what was paid. */
  readonly amount: number;
  readonly currency: string;
  readonly merchantAmount: number;
  readonly merchantCurrency: string;
  readonly merchant: object;
  readonly purchase?: GivenPurchase | undefined;
  readonly authorization?: Authorization | undefined;
}

/** https://docs.stripe.com/api/issuing/transactions */
export const issuingTransactions: DefineModule = (stripe) => {
  const table = transactionTable(stripe);
  return {
    operations: {
      'GET /v1/issuing/transactions': ({ params, url }) => {
        const { card, cardholder, type } = params as Stripe.Issuing.TransactionListParams;
        return table.page(url, params, { by: { card, cardholder, type } });
      },
      'GET /v1/issuing/transactions/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/issuing/transactions/{id}': ({ path, params }) => {
        const { metadata } = params as Stripe.Issuing.TransactionUpdateParams;
        return table.update(
          path['id']!,
          (before) => ({ metadata: mergeMetadata(before.metadata, metadata) }),
          'issuing_transaction.updated',
        );
      },
      // Nobody is asked: whoever sends the money along takes it.
      'POST /v1/test_helpers/issuing/transactions/create_force_capture': ({ params }) =>
        unlinked(stripe, 'capture', params as unknown as GivenTransaction),
      'POST /v1/test_helpers/issuing/transactions/create_unlinked_refund': ({ params }) =>
        unlinked(stripe, 'refund', params as unknown as GivenTransaction),
      'POST /v1/test_helpers/issuing/transactions/{id}/refund': ({ path, params }) =>
        refund(stripe, table.get(path['id']!), (params as { readonly refund_amount?: number }).refund_amount),
    },
  };
};

/** Books what was paid or came back, with `issuing_transaction.created`. */
export function addTransaction(stripe: Backend, entry: Entry): Transaction {
  const { authorization, purchase, type } = entry;
  const id = stripe.newId('issuing.transaction');
  const booked = addBalanceTransaction(stripe, {
    amount: entry.amount,
    currency: entry.currency,
    type: 'issuing_transaction',
    source: id,
    balance: 'issuing',
  });
  const today = new Date(stripe.now() * 1000).toISOString().slice(0, 10);
  const transaction = completed('issuing.transaction', {
    ...blank('issuing.transaction'),
    id,
    amount: entry.amount,
    amount_details: authorization?.amount_details ?? null,
    authorization: authorization?.id ?? null,
    balance_transaction: booked.id,
    card: entry.card.id,
    cardholder: idOf(entry.card.cardholder) ?? null,
    created: stripe.now(),
    currency: entry.currency,
    dispute: null,
    merchant_amount: entry.merchantAmount,
    merchant_currency: entry.merchantCurrency,
    merchant_data: entry.merchant,
    network_data: {
      authorization_code: authorization?.request_history.at(-1)?.authorization_code ?? null,
      processing_date: today,
      transaction_id: null,
    },
    purchase_details: purchase
      ? { ...NO_PURCHASE, ...purchase, ...(purchase.receipt && { receipt: purchase.receipt.map(receiptLine) }) }
      : null,
    token: idOf(authorization?.token) ?? null,
    type,
    wallet: authorization?.wallet ?? null,
  } as unknown as Transaction);
  transactionTable(stripe).insert(transaction);
  stripe.emit('issuing_transaction.created', transaction);
  if (purchase?.receipt) stripe.emit('issuing_transaction.purchase_details_receipt_updated', transaction);
  return transaction;
}

/** A line of a receipt; clients give its quantity as a text with decimals. */
function receiptLine(given: { readonly quantity?: string }): object {
  return { ...given, ...(given.quantity !== undefined && { quantity: Number(given.quantity) }) };
}

const NO_PURCHASE = { fleet: null, flight: null, fuel: null, lodging: null, receipt: null, reference: null };

function unlinked(stripe: Backend, type: 'capture' | 'refund', given: GivenTransaction): Transaction {
  const card = cardTable(stripe).get(given.card, 'card');
  if (given.amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  const currency = (given.currency ?? card.currency).toLowerCase();
  if (currency !== card.currency)
    throw invalidRequest(`The currency of the card is ${card.currency}.`, { param: 'currency' });
  const amount = type === 'capture' ? -given.amount : given.amount;
  return addTransaction(stripe, {
    type,
    card,
    amount,
    currency,
    merchantAmount: amount,
    merchantCurrency: currency,
    merchant: merchantOf(given.merchant_data),
    purchase: given.purchase_details,
  });
}

/** A merchant gives back what it took, or a part of it. */
function refund(stripe: Backend, captured: Transaction, given: number | undefined): Transaction {
  if (captured.type !== 'capture') throw invalidRequest('Only a capture can be refunded.');
  const paid = -captured.amount;
  const amount = given ?? refundable(stripe, captured);
  if (amount < 1 || amount > refundable(stripe, captured)) {
    throw invalidRequest(
      `You cannot refund ${amount}: of ${paid} that were captured, ${refundable(stripe, captured)} are left.`,
      { param: 'refund_amount' },
    );
  }
  const authorizations = authorizationTable(stripe);
  const authorization = authorizations.find(idOf(captured.authorization) ?? '');
  const back = addTransaction(stripe, {
    type: 'refund',
    card: cardTable(stripe).get(idOf(captured.card)!),
    amount,
    currency: captured.currency,
    merchantAmount: Math.round((-captured.merchant_amount * amount) / paid),
    merchantCurrency: captured.merchant_currency,
    merchant: captured.merchant_data,
    authorization,
  });
  const { refunded = 0 } = transactionTable(stripe).hidden(captured.id) ?? {};
  transactionTable(stripe).hide(captured.id, { refunded: refunded + amount });
  if (authorization) {
    authorizations.update(
      authorization.id,
      { transactions: [...authorization.transactions, back] },
      'issuing_authorization.updated',
    );
  }
  return back;
}

/** How much of a capture did not come back yet. */
export function refundable(stripe: Backend, { id, amount }: Transaction): number {
  return -amount - (transactionTable(stripe).hidden(id)?.refunded ?? 0);
}
