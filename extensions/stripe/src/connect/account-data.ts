/** Connected accounts, as they are kept: https://docs.stripe.com/api/accounts. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { fieldNames, fieldOf } from '../spec/shapes';
import type { NumberResult } from './verification';

/** The names of all capabilities that there are. */
export const CAPABILITIES: ReadonlySet<string> = new Set(fieldNames(fieldOf('account', 'capabilities')!.kinds[0]!));

/** What is kept beside an account. */
export interface AccountSecret {
  /** Whether somebody went through its onboarding: then nothing is missing. */
  readonly onboarded?: boolean;
  readonly rejected?: string;
  /** Capabilities that were asked for, and when. */
  readonly requested: Readonly<Record<string, number>>;
  /** The person that an account of an individual is about. */
  readonly individual?: string;
  /** What the tax ID of the company stands for, which is not kept itself. */
  readonly taxId?: NumberResult;
  /** What of the company and its business has been checked. */
  readonly checked?: string;
  /** What the account may not do until a person of it has given something. */
  readonly blocked?: { readonly by: 'charges' | 'payouts'; readonly person: string; readonly requirement: string };
}

/** Accounts are objects of the platform, whoever the running code acts for. */
export function accountTable(stripe: Backend): Table<Stripe.Account, AccountSecret> {
  return stripe.table<Stripe.Account, AccountSecret>('account');
}

/** The connected account that the running code acts for; undefined where it is the platform. */
export function connectedAccount(stripe: Backend): Stripe.Account | undefined {
  const { account } = stripe;
  return account === PLATFORM_ACCOUNT ? undefined : asPlatform(stripe, () => accountTable(stripe).find(account));
}

/** Runs a function as the platform. */
export function asPlatform<R>(stripe: Backend, work: () => R): R {
  return stripe.as({ account: PLATFORM_ACCOUNT }, work);
}

/** Runs a function as a connected account: what it makes and sends is that account's. */
export function asAccount<R>(stripe: Backend, account: string, work: () => R): R {
  return stripe.as({ account }, work);
}
