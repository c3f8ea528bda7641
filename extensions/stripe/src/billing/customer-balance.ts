import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';

type Transaction = Stripe.CustomerBalanceTransaction;

/** What is written down about a change of a balance, besides its amount. */
export interface BalanceChange extends Partial<
  Pick<Transaction, 'credit_note' | 'description' | 'invoice' | 'metadata'>
> {
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly type: Transaction['type'];
}

/** Changes what a customer owes (above zero) or has as credit (below zero), and keeps the transaction. */
export function changeCustomerBalance(stripe: Backend, change: BalanceChange): Transaction {
  const customers = stripe.table<Stripe.Customer>('customer');
  const ending = (customers.get(change.customer, 'customer').balance ?? 0) + change.amount;
  const currency = change.currency;
  customers.update(
    change.customer,
    ({ currency: known }) => ({ balance: ending, currency: known ?? currency }),
    'customer.updated',
  );
  return recordBalance(stripe, change, ending);
}

/** Keeps the transaction of a balance that has been changed already. */
function recordBalance(stripe: Backend, change: BalanceChange, ending: number): Transaction {
  const transaction = {
    ...blank('customer_balance_transaction'),
    metadata: {},
    ...change,
    id: stripe.newId('customer_balance_transaction'),
    created: stripe.now(),
    ending_balance: ending,
  } as unknown as Transaction;
  return stripe.table<Transaction>('customer_balance_transaction').insert(transaction);
}

/** Keeps what setting the `balance` of a customer by hand came to: `initial` as they are made, `adjustment` later. */
export function recordSetBalance(stripe: Backend, customer: Stripe.Customer, before?: Stripe.Customer): void {
  const { id, balance = 0, currency } = customer;
  const amount = balance - (before?.balance ?? 0);
  if (amount === 0) return;
  const type = before === undefined ? 'initial' : 'adjustment';
  stripe.onClockOf(id, () =>
    recordBalance(stripe, { customer: id, amount, currency: currency ?? 'usd', type }, balance),
  );
}

/** https://docs.stripe.com/api/customer_balance_transactions */
export const customerBalance: DefineModule = (stripe) => {
  const table = stripe.table<Transaction>('customer_balance_transaction');
  const customers = stripe.table<Stripe.Customer>('customer');
  return {
    operations: {
      'POST /v1/customers/{customer}/balance_transactions': ({ path, params }) => {
        const given = params as unknown as Stripe.CustomerCreateBalanceTransactionParams;
        const customer = customers.get(path['customer']!);
        const { currency: known } = customer;
        if (known && known !== given.currency.toLowerCase()) {
          throw invalidRequest(`The currency must be that of the customer, which is ${known}.`, { param: 'currency' });
        }
        return stripe.onClockOf(customer.id, () =>
          changeCustomerBalance(stripe, {
            customer: customer.id,
            amount: given.amount,
            currency: given.currency.toLowerCase(),
            type: 'adjustment',
            description: given.description ?? null,
            metadata: mergeMetadata({}, given.metadata),
          }),
        );
      },
      'GET /v1/customers/{customer}/balance_transactions/{transaction}': ({ path }) => table.get(path['transaction']!),
      'POST /v1/customers/{customer}/balance_transactions/{transaction}': ({ path, params }) => {
        const given = params as Stripe.CustomerUpdateBalanceTransactionParams;
        return table.update(path['transaction']!, ({ metadata, description }) => ({
          metadata: mergeMetadata(metadata, given.metadata),
          description: given.description ?? description,
        }));
      },
      'GET /v1/customers/{customer}/balance_transactions': ({ path, params, url }) => {
        const customer = customers.get(path['customer']!);
        const invoice = params['invoice'] as string | undefined;
        return table.page(url, params, { by: { customer: customer.id, invoice } });
      },
    },
  };
};
