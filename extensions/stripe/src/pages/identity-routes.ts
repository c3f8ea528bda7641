import type { Router } from 'backlot';
import type { Backend } from '../kernel/backend';
import { FAILURES, identitySessions, submitIdentity } from '../resources/identity-outcome';
import { html, safeUrl } from './html';
import { field, framedEnd, notice, page, select } from './layout';
import { endpoint } from './page-host';

const KINDS = ['identity.verification_session'];

/** Where a person is verified, as whoever tests it chooses: the `url` of a verification session. */
export function serveIdentity(router: Router, stripe: Backend): void {
  const at = '/verify/:session';
  router.get(
    at,
    endpoint(stripe, 'verify', KINDS, ({ query }, { session = '' }) => {
      const { status } = identitySessions(stripe).get(session);
      if (status !== 'requires_input') return notice('Nothing left to do', `This verification is ${status}.`);
      const failures = Object.entries(FAILURES).map(([code, reason]) => [code, `${code}: ${reason}`] as const);
      return page({
        title: 'Verify your identity',
        look: query.has('framed') ? 'bare' : undefined,
        body: html`<main class="narrow">
          <form method="post" class="card">
            <h1>Verify your identity</h1>
            <p>In reality you would show a document here. <span class="badge">Test mode</span></p>
            ${field({ name: 'first_name', label: 'First name', value: 'Jenny' })}
            ${field({ name: 'last_name', label: 'Last name', value: 'Rosen' })}
            ${select({ name: 'outcome', label: 'Outcome' }, [['verified', 'verified'], ...failures])}
            <button class="primary wide">Submit</button>
          </form>
        </main>`,
      });
    }),
  );
  router.post(
    at,
    endpoint(stripe, 'verify', KINDS, ({ form, query }, { session = '' }) => {
      submitIdentity(stripe, session, form.get('outcome') ?? 'verified', {
        first_name: form.get('first_name') ?? 'Jenny',
        last_name: form.get('last_name') ?? 'Rosen',
      });
      if (query.has('framed')) return framedEnd('identity-submitted');
      const back = safeUrl(identitySessions(stripe).hidden(session)?.return_url);
      return back === undefined ? notice('Thank you', 'You can close this page.') : { redirect: back };
    }),
  );
}
