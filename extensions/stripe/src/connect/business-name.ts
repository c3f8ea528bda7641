import type { Backend } from '../kernel/backend';
import { connectedAccount } from './account-data';
import { ownAccount } from './own-account';

const PLATFORM = 'Backlot';

/** What connected accounts know the platform by, unless its own settings say something else. */
export function platformName(stripe: Backend): string {
  return ownAccount(stripe).settings?.dashboard?.display_name ?? PLATFORM;
}

/** The name of the business that asks for money. */
export function businessName(stripe: Backend): string {
  const account = connectedAccount(stripe);
  return account?.business_profile?.name ?? account?.settings?.dashboard?.display_name ?? 'Your business';
}
