import type { Router } from 'backlot';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { html } from '../pages/html';
import { notice, page } from '../pages/layout';
import { endpoint, type PageAnswer } from '../pages/page-host';
import { acceptedTerms, termsLinks, type TermsLink } from './onboarding-links';

/** Where a merchant accepts what Apple asks of who takes payments with an iPhone. */
export function serveTerms(router: Router, stripe: Backend): void {
  const visit = (work: (link: TermsLink) => PageAnswer) =>
    endpoint(stripe, 'terminal', [], (_visit, { token = '' }) => {
      const link = termsLinks(stripe).get(token);
      if (link === undefined) throw resourceMissing('terminal.onboarding_link', token);
      const isAccepted = acceptedTerms(stripe).get(link.account) !== undefined;
      if (isAccepted && !link.allowsRelinking) return done(link);
      return work(link);
    });
  router.get(
    '/terminal/terms/:token',
    visit(({ merchant }) =>
      page({
        title: 'Tap to Pay on iPhone',
        body: html`<main class="narrow">
          <div class="card">
            <h1>Tap to Pay on iPhone</h1>
            <p>${merchant} has to accept the terms and conditions of Apple.</p>
            <form method="post"><button class="primary" type="submit">Accept</button></form>
          </div>
        </main>`,
      }),
    ),
  );
  router.post(
    '/terminal/terms/:token',
    visit((link) => {
      acceptedTerms(stripe).put(link.account, stripe.now());
      return done(link);
    }),
  );
}

function done({ merchant }: TermsLink): string {
  return notice('Terms accepted', `${merchant} can take payments with an iPhone.`);
}
