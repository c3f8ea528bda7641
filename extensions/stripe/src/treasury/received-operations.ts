import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { DefineModule } from '../kernel/module';
import { namedBank } from './bank-details';
import { checkFeature } from './features';
import { financialAccountTable } from './ledger';
import { creditTable, debitTable, receiveCredit, receiveDebit } from './received';

/** What tests say that others did. */
interface GivenReceived {
  readonly amount: number;
  readonly currency: string;
  readonly description?: string;
  readonly financial_account: string;
  readonly initiating_payment_method_details?: { readonly us_bank_account?: Parameters<typeof namedBank>[0] };
  readonly network: string;
}

/** https://docs.stripe.com/api/treasury/received_credits and https://docs.stripe.com/api/treasury/received_debits */
export const receivedFlows: DefineModule = (stripe) => {
  const credits = creditTable(stripe);
  const debits = debitTable(stripe);
  const read = (params: object): Parameters<typeof receiveCredit>[1] => {
    const given = params as GivenReceived;
    if (given.amount < 1) {
      throw invalidRequest('This value must be greater than or equal to 1.', { param: 'amount' });
    }
    const account = financialAccountTable(stripe).get(given.financial_account, 'financial_account');
    if (account.status === 'open') checkFeature(account, 'financial_addresses.aba');
    return {
      amount: given.amount,
      currency: given.currency.toLowerCase(),
      description: given.description ?? 'Stripe Test',
      details: namedBank(given.initiating_payment_method_details?.us_bank_account ?? {}),
      financial_account: account.id,
      network: given.network,
    };
  };
  return {
    operations: {
      'POST /v1/test_helpers/treasury/received_credits': ({ params }) => receiveCredit(stripe, read(params)),
      'POST /v1/test_helpers/treasury/received_debits': ({ params }) => receiveDebit(stripe, read(params)),
      'GET /v1/treasury/received_credits': ({ params, url }) => {
        const { financial_account, linked_flows, status } =
          params as unknown as Stripe.Treasury.ReceivedCreditListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        const source = linked_flows?.source_flow_type;
        return credits.page(url, params, {
          by: { financial_account },
          where: (credit) =>
            (status === undefined || credit.status === status) &&
            (source === undefined || credit.linked_flows.source_flow_type === source),
        });
      },
      'GET /v1/treasury/received_credits/{id}': ({ path: { id } }) => credits.get(id!),
      'GET /v1/treasury/received_debits': ({ params, url }) => {
        const { financial_account, status } = params as unknown as Stripe.Treasury.ReceivedDebitListParams;
        financialAccountTable(stripe).get(financial_account, 'financial_account');
        const where = (debit: Stripe.Treasury.ReceivedDebit): boolean =>
          status === undefined || debit.status === status;
        return debits.page(url, params, { by: { financial_account }, where });
      },
      'GET /v1/treasury/received_debits/{id}': ({ path: { id } }) => debits.get(id!),
    },
  };
};
