import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { pageOf, wholePage } from '../kernel/page-of';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { checkLength } from '../parameters/validate';
import { calculationTable } from './calculations';
import { reversalOf, type GivenReversal } from './reversals';

export type Transaction = Stripe.Tax.Transaction;
export type TransactionLine = Stripe.Tax.TransactionLineItem;

export interface TransactionLines {
  readonly lines: readonly TransactionLine[];
  /** The calculation that it was made of; undefined for a reversal. */
  readonly calculation?: string;
}

const LONGEST_REFERENCE = 500;

/** Sales for the tax report, and what was taken back of them: https://docs.stripe.com/api/tax/transactions. */
export const taxTransactions: DefineModule = (stripe) => {
  const table = transactionTable(stripe);
  return {
    operations: {
      'POST /v1/tax/transactions/create_from_calculation': ({ params }) =>
        recordSale(stripe, params as unknown as Stripe.Tax.TransactionCreateFromCalculationParams),
      'POST /v1/tax/transactions/create_reversal': ({ params }) => recordReversal(stripe, params as never),
      'GET /v1/tax/transactions/{id}': ({ path: { id } }) => table.get(id!),
      'GET /v1/tax/transactions/{id}/line_items': ({ path: { id }, params, url }) =>
        pageOf(table.hidden(table.get(id!).id)!.lines, url, params),
    },
    includes: {
      'tax.transaction line_items': ({ id }: Transaction) =>
        wholePage(table.hidden(id)!.lines, `/v1/tax/transactions/${id}/line_items`),
    },
  };
};

export function transactionTable(stripe: Backend): Table<Transaction, TransactionLines> {
  return stripe.table<Transaction, TransactionLines>('tax.transaction');
}

/** Records the sale that was calculated. Throws where that is too old or recorded already, or the reference is taken. */
export function recordSale(stripe: Backend, given: Stripe.Tax.TransactionCreateFromCalculationParams): Transaction {
  const table = transactionTable(stripe);
  const calculation = calculationTable(stripe).get(given.calculation, 'calculation');
  if (calculation.expires_at! <= stripe.now()) {
    throw invalidRequest(`The tax calculation ${calculation.id} has expired: make a new one.`, {
      param: 'calculation',
    });
  }
  checkReference(stripe, given.reference);
  const earlier = table.first({ where: ({ id }) => table.hidden(id)?.calculation === calculation.id });
  if (earlier) {
    throw invalidRequest(`A tax transaction was already made of the calculation ${calculation.id}: ${earlier.id}.`, {
      param: 'calculation',
    });
  }
  const lines = calculationTable(stripe)
    .hidden(calculation.id)!
    .lines.map((line): TransactionLine => {
      const { amount, amount_tax, metadata, product, quantity, reference, tax_behavior, tax_code } = line;
      return {
        id: stripe.newId('tax.transaction_line_item'),
        object: 'tax.transaction_line_item',
        ...{ amount, amount_tax, livemode: false, metadata, product, quantity, reference },
        reversal: null,
        tax_behavior,
        tax_code,
        type: 'transaction',
      };
    });
  const { currency, customer, customer_details, ship_from_details, shipping_cost, tax_date } = calculation;
  const transaction = newObject<Transaction>(
    stripe,
    'tax.transaction',
    { reference: given.reference },
    {
      ...{ currency, customer, customer_details, ship_from_details, shipping_cost, tax_date },
      metadata: mergeMetadata(undefined, given.metadata),
      posted_at: given.posted_at ?? stripe.now(),
      type: 'transaction',
    },
  );
  return table.insert(transaction, { lines, calculation: calculation.id });
}

/** Records what was taken back of a sale. Throws for more than is left of it. */
export function recordReversal(stripe: Backend, given: GivenReversal): Transaction {
  const table = transactionTable(stripe);
  const original = table.get(given.original_transaction, 'original_transaction');
  checkReference(stripe, given.reference);
  const { lines, shipping_cost } = reversalOf(stripe, original, given);
  const transaction = {
    ...original,
    id: stripe.newId('tax.transaction'),
    created: stripe.now(),
    metadata: mergeMetadata(undefined, given.metadata),
    posted_at: stripe.now(),
    reference: given.reference,
    reversal: { original_transaction: original.id },
    shipping_cost,
    type: 'reversal',
  } as Transaction;
  return table.insert(transaction, { lines });
}

function checkReference(stripe: Backend, reference: string): void {
  if (reference.trim() === '') throw parameterMissing('reference');
  checkLength(reference, LONGEST_REFERENCE, 'reference');
  if (transactionTable(stripe).first({ by: { reference } })) {
    throw invalidRequest(`A tax transaction with the reference '${reference}' already exists.`, {
      code: 'resource_already_exists',
      param: 'reference',
    });
  }
}
