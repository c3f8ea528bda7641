import type { Router } from 'backlot';
import { serveEmulateCheckout } from '../compat/emulate-pages';
import { serveLocalstripe } from '../compat/localstripe-routes';
import { serveDashboard } from '../connect/dashboard-page';
import { serveOAuth } from '../connect/oauth-routes';
import { serveOnboarding } from '../connect/onboarding-page';
import type { Backend } from '../kernel/backend';
import { serveTerms } from '../terminal/terms-page';
import { serveActions } from './action-routes';
import { serveCheckout } from './checkout-routes';
import { serveBankLink } from './bank-link-routes';
import { serveIdentity } from './identity-routes';
import { serveChallenges } from './challenge-routes';
import { serveInvoices } from './invoice-routes';
import { serveMandates } from './mandate-routes';
import { serveMicrodeposits } from './microdeposit-routes';
import { servePortal } from './portal-routes';
import { serveReceipts } from './receipt-routes';
import { serveScripts } from './scripts';

/** Adds all that people see in a browser at one place. */
export function servePages(router: Router, stripe: Backend, packageDirectory: string): void {
  serveCheckout(router, stripe);
  serveActions(router, stripe);
  servePortal(router, stripe);
  serveInvoices(router, stripe);
  serveReceipts(router, stripe);
  serveOnboarding(router, stripe);
  serveDashboard(router, stripe);
  serveTerms(router, stripe);
  serveBankLink(router, stripe);
  serveIdentity(router, stripe);
  serveMicrodeposits(router, stripe);
  serveChallenges(router, stripe);
  serveMandates(router, stripe);
  serveOAuth(router, stripe);
  const script = serveScripts(router, packageDirectory);
  if (stripe.config.compat === 'localstripe') serveLocalstripe(router, stripe, script);
  if (stripe.config.compat === 'emulate') serveEmulateCheckout(router, stripe);
}
