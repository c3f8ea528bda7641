/** The account that API keys belong to: it is there from the beginning, and complete. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { accountTable, asPlatform, type AccountSecret } from './account-data';
import { blankAccount } from './blank-account';
import { merged } from './given';
import { withStatus } from './requirements';

const SECRET: AccountSecret = { onboarded: true, requested: { card_payments: 1, transfers: 1 } };
/** What it has is paid out by hand, until its settings say otherwise. */
const SETTINGS = { payouts: { schedule: { interval: 'manual' } } };

function settingsOf(stripe: Backend): Collection<object> {
  return stripe.state.collection<object>('own_settings');
}

/** The account of the platform as it is. */
export function ownAccount(stripe: Backend): Stripe.Account {
  const base = blankAccount(PLATFORM_ACCOUNT, 'US', 0);
  const given = settingsOf(stripe).get(PLATFORM_ACCOUNT) ?? {};
  const own = {
    ...base,
    business_type: 'company',
    email: 'platform@example.com',
    settings: merged(merged(base.settings, SETTINGS), given),
    type: 'standard',
  } as Stripe.Account;
  return withStatus(own, SECRET);
}

/** The account that the running code acts for, or the one with an identifier; undefined where there is none. */
export function currentAccount(stripe: Backend, id = stripe.account): Stripe.Account | undefined {
  return id === PLATFORM_ACCOUNT ? ownAccount(stripe) : asPlatform(stripe, () => accountTable(stripe).find(id));
}

/** Changes settings of the platform, with `account.updated`. */
export function changeOwnSettings(stripe: Backend, given: object): Stripe.Account {
  const before = ownAccount(stripe);
  settingsOf(stripe).put(PLATFORM_ACCOUNT, merged(settingsOf(stripe).get(PLATFORM_ACCOUNT) ?? {}, given) as object);
  const after = ownAccount(stripe);
  stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.emitChange('account.updated', before, after));
  return after;
}
