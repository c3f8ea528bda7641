/** Connected accounts, and what they still have to say: https://docs.stripe.com/connect/required-verification-information. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { valueAt } from '../kernel/objects';
import type { Table } from '../kernel/table';

/** What is kept beside an account. */
export interface AccountSecret {
  /** Whether somebody went through its onboarding: then nothing is missing. */
  readonly onboarded?: boolean;
  readonly rejected?: string;
  /** Capabilities that were asked for, and when. */
  readonly requested: Readonly<Record<string, number>>;
}

/** Accounts are objects of the platform, whoever the running code acts for. */
export function accountTable(stripe: Backend): Table<Stripe.Account, AccountSecret> {
  return stripe.table<Stripe.Account, AccountSecret>('account');
}

/** Runs a function as the platform. */
export function asPlatform<R>(stripe: Backend, work: () => R): R {
  return stripe.as({ account: PLATFORM_ACCOUNT }, work);
}

/** Runs a function as a connected account: what it makes and sends is that account's. */
export function asAccount<R>(stripe: Backend, account: string, work: () => R): R {
  return stripe.as({ account }, work);
}

const OF_ALL = [
  'business_profile.mcc',
  'business_profile.url',
  'business_type',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];
const OF_PERSONS = [
  'first_name',
  'last_name',
  'dob.day',
  'dob.month',
  'dob.year',
  'email',
  'address.line1',
  'address.city',
  'address.postal_code',
];
const OF_COMPANIES = ['name', 'phone', 'address.line1', 'address.city', 'address.postal_code'];

/** The names of what an account has not given yet. */
function missing(account: Stripe.Account, { onboarded, requested }: AccountSecret): string[] {
  if (onboarded === true || Object.keys(requested).length === 0) return [];
  const lacks = (holder: unknown, name: string): boolean => {
    const value = valueAt(holder, name);
    return value === undefined || value === null || value === '';
  };
  const due = OF_ALL.filter((name) => {
    // What a business sells can be said in words instead.
    if (name === 'business_profile.url' && !lacks(account, 'business_profile.product_description')) return false;
    return lacks(account, name);
  });
  if (account.external_accounts?.data.length === 0) due.push('external_account');
  const [holder, names] =
    account.business_type === 'company' || account.business_type === 'non_profit'
      ? (['company', OF_COMPANIES] as const)
      : (['individual', OF_PERSONS] as const);
  due.push(...names.filter((name) => lacks(account[holder], name)).map((name) => `${holder}.${name}`));
  return due.sort();
}

/** An account with everything that follows from what it has given: what is due, what it may do, its capabilities. */
export function withStatus(account: Stripe.Account, secret: AccountSecret): Stripe.Account {
  const due = missing(account, secret);
  const { rejected, requested } = secret;
  const isReady = due.length === 0 && rejected === undefined && Object.keys(requested).length > 0;
  const reason = rejected ?? (isReady || due.length === 0 ? null : 'requirements.past_due');
  const requirements = {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: reason,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  };
  const capabilities = Object.fromEntries(
    Object.keys(requested).map((name) => [name, isReady || name === 'legacy_payments' ? 'active' : 'inactive']),
  );
  return {
    ...account,
    capabilities,
    charges_enabled: isReady && ('card_payments' in requested || 'legacy_payments' in requested),
    details_submitted: isReady || secret.onboarded === true,
    future_requirements: {
      ...requirements,
      currently_due: [],
      disabled_reason: null,
      eventually_due: [],
      past_due: [],
    },
    payouts_enabled: isReady,
    requirements,
  } as unknown as Stripe.Account;
}
