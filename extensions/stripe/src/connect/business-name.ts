import type { Backend } from '../kernel/backend';
import { connectedAccount } from './account-data';

/** The name of the business that asks for money. */
export function businessName(stripe: Backend): string {
  const account = connectedAccount(stripe);
  return account?.business_profile?.name ?? account?.settings?.dashboard?.display_name ?? 'Your business';
}
