/** What an account puts on statements: https://docs.stripe.com/connect/statement-descriptors. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { accountTable, asPlatform } from './account-data';
import { ownAccount } from './own-account';

const USUAL = 'BACKLOT';

interface AccountDescriptors {
  readonly whole: string;
  /** What stands before the suffix of a payment. */
  readonly prefix: string;
}

/** The descriptors of the account that a payment is made on behalf of, or else of the one that makes it. */
export function accountDescriptors(stripe: Backend, principal: string | null | undefined): AccountDescriptors {
  const id = principal ?? stripe.account;
  const account: Stripe.Account | undefined =
    id === PLATFORM_ACCOUNT ? ownAccount(stripe) : asPlatform(stripe, () => accountTable(stripe).find(id));
  const whole = account?.settings?.payments.statement_descriptor ?? USUAL;
  return { whole, prefix: account?.settings?.card_payments?.statement_descriptor_prefix ?? whole };
}
