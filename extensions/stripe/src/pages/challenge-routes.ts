import type { Router } from 'backlot';
import { businessName } from '../connect/business-name';
import type { Backend } from '../kernel/backend';
import { answerChallenge, authenticationTable } from '../payments/standalone-authentications';
import { html } from './html';
import { notice, page } from './layout';
import { endpoint, type PageAnswer } from './page-host';

const KINDS = ['three_d_secure.authentication'];

/** Where a bank asks a cardholder outside of a payment: `challenge_url` of a 3DS Authentication. */
export function serveChallenges(router: Router, stripe: Backend): void {
  const at = '/three_d_secure/:authentication';
  router.get(
    at,
    endpoint(stripe, 'three_d_secure', KINDS, (_visit, { authentication = '' }) => ask(stripe, authentication)),
  );
  router.post(
    at,
    endpoint(stripe, 'three_d_secure', KINDS, ({ form }, { authentication = '' }) => {
      answerChallenge(stripe, authentication, form.get('action') !== 'fail');
      return notice('Done', 'You can close this page.');
    }),
  );
}

function ask(stripe: Backend, id: string): PageAnswer {
  const authentication = authenticationTable(stripe).get(id);
  if (authentication.status !== 'requires_challenge') {
    return notice('Nothing left to do', 'This authentication does not wait for you any more.');
  }
  stripe.emit('three_d_secure.authentication.challenge_started', authentication);
  return page({
    title: '3D Secure',
    body: html`<main class="narrow">
      <div class="card">
        <p><strong>3D Secure 2 test page</strong> <span class="badge">Test mode</span></p>
        <h1>Confirm that it is you</h1>
        <p>${businessName(stripe)} asks who you are. In reality your bank would ask you here for a code.</p>
        <form method="post" class="actions">
          <button class="primary" name="action" value="complete" id="test-source-authorize-3ds">Complete</button>
          <button name="action" value="fail" id="test-source-fail-3ds">Fail</button>
        </form>
      </div>
    </main>`,
  });
}
