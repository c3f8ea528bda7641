import type { Router } from 'backlot';
import { TEST_ACCOUNTS } from '../financial-connections/accounts';
import { linkAccounts, sessionTable } from '../financial-connections/sessions';
import type { Backend } from '../kernel/backend';
import { html, safeUrl } from './html';
import { framedEnd, notice, page, select } from './layout';
import { endpoint } from './page-host';

const KINDS = ['financial_connections.session'];

/** Where a person links accounts of a bank that is made up: `link-accounts/` and the identifier of a session of Financial Connections. */
export function serveBankLink(router: Router, stripe: Backend): void {
  const at = '/link-accounts/:session';
  router.get(
    at,
    endpoint(stripe, 'link-accounts', KINDS, ({ query }, { session = '' }) => {
      sessionTable(stripe).get(session);
      const accounts = TEST_ACCOUNTS.map(({ name, last4 }) => [name, `${name} ••••${last4}`] as const);
      return page({
        title: 'Link your account',
        look: query.has('framed') ? 'bare' : undefined,
        body: html`<main class="narrow">
          <form method="post" class="card">
            <h1>Test Institution</h1>
            <p>Which account do you want to link? <span class="badge">Test mode</span></p>
            ${select({ name: 'account', label: 'Account' }, accounts)}
            <button class="primary wide">Link account</button>
          </form>
        </main>`,
      });
    }),
  );
  router.post(
    at,
    endpoint(stripe, 'link-accounts', KINDS, ({ form, query }, { session = '' }) => {
      const { return_url: back } = linkAccounts(stripe, session, form.getAll('account'));
      if (query.has('framed')) return framedEnd('accounts-linked');
      const url = safeUrl(back);
      return url === undefined ? notice('Thank you', 'You can close this page.') : { redirect: url };
    }),
  );
}
