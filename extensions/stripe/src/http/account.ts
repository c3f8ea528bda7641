import { accountOfKey } from '../connect/oauth';
import { noAccess } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { invalidKey } from './credentials';

/**
 * The account that a request is for: the one that `Stripe-Account` names, or the last of the path in `Stripe-Context`, or that of
 * the key. Throws 403 for one that the key has nothing to do with; `isMadeUp` lets any name through.
 */
export function accountFor(
  stripe: Backend,
  header: (name: string) => string | undefined,
  key: string,
  isMadeUp = false,
): string {
  const context = header('stripe-context');
  const named = header('stripe-account') ?? (context === undefined || context === '' ? undefined : lastOf(context));
  const own = accountOfKey(stripe, key);
  if (own === null) throw invalidKey(key);
  const account = named ?? own;
  if (account === undefined || account === PLATFORM_ACCOUNT) return PLATFORM_ACCOUNT;
  const isAllowed = own === undefined || own === account;
  if (!isAllowed || (!isMadeUp && !stripe.table('account').has(account))) throw noAccess(account);
  return account;
}

/** A context leads from an account to one that is connected to it: `acct_platform/acct_connected`. */
function lastOf(context: string): string {
  return context.slice(context.lastIndexOf('/') + 1);
}
