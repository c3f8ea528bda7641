import type { Router } from 'backlot';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { html, safeUrl } from '../pages/html';
import { notice, page } from '../pages/layout';
import { endpoint, type PageAnswer } from '../pages/page-host';
import { announceReturn } from '../v2/accounts/account-links';
import { accountTable } from './account-data';
import { completeOnboarding } from './accounts';
import { linksOf, type KeptLink } from './links';

/** Where the owner of an account gives what is asked: here, by one press of a button. */
export function serveOnboarding(router: Router, stripe: Backend): void {
  const visit = (work: (link: KeptLink, token: string) => PageAnswer, isUsedUp = (_link: KeptLink) => false) =>
    endpoint(stripe, 'connect', [], (_visit, { token = '' }) => {
      const link = linksOf(stripe).get(token);
      if (link === undefined) throw resourceMissing('account_link', token);
      if (link.expires_at > stripe.now() && !isUsedUp(link)) return work(link, token);
      const again = safeUrl(link.refresh_url);
      return again === undefined ? notice('Link expired', 'This link is not good any more.') : { redirect: again };
    });
  router.get(
    '/connect/setup/:token',
    visit(
      (link, token) => {
        const { account } = link;
        linksOf(stripe).put(token, { ...link, isVisited: true });
        const { requirements } = accountTable(stripe).get(account);
        const due = requirements?.currently_due ?? [];
        return page({
          title: 'Set up your account',
          body: html`<main class="narrow">
            <div class="card">
              <h1>Set up your account</h1>
              <p>${account}</p>
              <p class="muted">${due.length > 0 ? `Still needed: ${due.join(', ')}` : 'Nothing is missing.'}</p>
              <form method="post"><button type="submit">Provide it all</button></form>
            </div>
          </main>`,
        });
      },
      ({ isVisited }) => isVisited === true,
    ),
  );
  router.post(
    '/connect/setup/:token',
    visit((link) => {
      const { account, return_url: url } = link;
      completeOnboarding(stripe, account);
      announceReturn(stripe, link);
      const back = safeUrl(url);
      return back === undefined ? notice('All done', 'The account is set up.') : { redirect: back };
    }),
  );
}
