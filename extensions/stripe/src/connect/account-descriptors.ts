/** What an account puts on statements: https://docs.stripe.com/connect/statement-descriptors. */
import type { Backend } from '../kernel/backend';
import { currentAccount } from './own-account';

const USUAL = 'BACKLOT';

interface AccountDescriptors {
  readonly whole: string;
  /** What stands before the suffix of a payment. */
  readonly prefix: string;
}

/** The descriptors of the account that a payment is made on behalf of, or else of the one that makes it. */
export function accountDescriptors(stripe: Backend, principal: string | null | undefined): AccountDescriptors {
  const account = currentAccount(stripe, principal ?? stripe.account);
  const whole = account?.settings?.payments.statement_descriptor ?? USUAL;
  return { whole, prefix: account?.settings?.card_payments?.statement_descriptor_prefix ?? whole };
}
