/** An account as a customer: the customer of version 1 that it is, which subscriptions, payments and the like belong to. */
import type Stripe from 'stripe';
import { accountTable, asPlatform } from '../../connect/account-data';
import type { Backend } from '../../kernel/backend';
import { createCustomer, customerTable, updateCustomer } from '../../resources/customers';
import { CUSTOMER_PAIRS } from './account-paths';
import { keepRow, rowOf } from './account-row';
import { linkCustomer } from './customer-accounts';
import { toVersion1 } from './paths';

/** Changes what was given of the customer, which is made where there is none yet: of everything that is known of the account. */
export function keepCustomer(stripe: Backend, id: string, given: object): void {
  asPlatform(stripe, () => {
    const row = rowOf(stripe, accountTable(stripe).get(id));
    if (row.customer !== null && customerTable(stripe).has(row.customer)) {
      const change = toVersion1(CUSTOMER_PAIRS, given);
      if (Object.keys(change).length > 0) updateCustomer(stripe, row.customer, change);
      return;
    }
    const params = toVersion1(CUSTOMER_PAIRS, row.given) as Stripe.CustomerCreateParams;
    const customer = createCustomer(stripe, { ...params, customer_account: id } as Stripe.CustomerCreateParams);
    linkCustomer(stripe, id, customer.id);
    keepRow(stripe, { ...row, customer: customer.id });
  });
}
