import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { isWithin } from '../kernel/is-within';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';
import { entryTable, financialAccountTable, transactionTable, type Entry, type Transaction } from './ledger';

const MOST_ENTRIES = 100;

/** https://docs.stripe.com/api/treasury/transactions and https://docs.stripe.com/api/treasury/transaction_entries */
export const treasuryTransactions: DefineModule = (stripe) => {
  const transactions = transactionTable(stripe);
  const entries = entryTable(stripe);
  return {
    operations: {
      'GET /v1/treasury/transactions': ({ params, url }) => {
        const { financial_account, order_by, status, status_transitions } =
          params as unknown as Stripe.Treasury.TransactionListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        const posted = status_transitions?.posted_at;
        if (posted !== undefined && (status !== 'posted' || order_by !== 'posted_at')) {
          throw invalidRequest('status_transitions[posted_at] needs status=posted and order_by=posted_at.', {
            param: 'status_transitions[posted_at]',
          });
        }
        const where = (each: Transaction): boolean =>
          (status === undefined || each.status === status) && isWithin(each.status_transitions.posted_at, posted);
        if (order_by !== 'posted_at') return transactions.page(url, params, { by: { financial_account }, where });
        const timeOf = (each: Transaction): number => each.status_transitions.posted_at ?? 0;
        const found = [...transactions.values({ by: { financial_account }, where })];
        return pageOf(
          found.sort((one, other) => timeOf(other) - timeOf(one)),
          url,
          params,
        );
      },
      'GET /v1/treasury/transactions/{id}': ({ path: { id } }) => transactions.get(id!),
      'GET /v1/treasury/transaction_entries': ({ params, url }) => {
        const { financial_account, effective_at, transaction } =
          params as unknown as Stripe.Treasury.TransactionEntryListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        // An entry is in effect as soon as it is made, so that both orders are the same.
        return entries.page(url, params, {
          by: { financial_account, transaction },
          where: (entry) => isWithin(entry.effective_at, effective_at),
        });
      },
      'GET /v1/treasury/transaction_entries/{id}': ({ path: { id } }) => entries.get(id!),
    },
    includes: {
      'treasury.transaction entries': ({ id }: Transaction) => {
        const url = `/v1/treasury/transaction_entries?transaction=${id}`;
        return entries.page(url, { limit: MOST_ENTRIES }, { by: { transaction: id } });
      },
      'treasury.transaction flow_details': (transaction: Transaction) => flowDetails(stripe, transaction),
      'treasury.transaction_entry flow_details': (entry: Entry) => flowDetails(stripe, entry),
    },
  };
};

function flowDetails(stripe: Backend, { flow, flow_type: type }: Transaction | Entry): object | null {
  const found = flow === null ? undefined : stripe.table(`treasury.${type}`).find(flow);
  return found ? { [type]: found, type } : null;
}
