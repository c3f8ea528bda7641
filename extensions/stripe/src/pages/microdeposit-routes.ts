import type { Router } from 'backlot';
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { findIntent } from '../payments/find-intent';
import { verifyDeposits } from '../payments/microdeposits';
import { html } from './html';
import { field, notice, page } from './layout';
import { endpoint, type PageAnswer } from './page-host';

const KINDS = ['payment_intent', 'setup_intent'];

/** Where a customer tells what arrived at a bank account: `hosted_verification_url`. */
export function serveMicrodeposits(router: Router, stripe: Backend): void {
  const at = '/microdeposits/:intent';
  const ask = (id: string, problem?: string): PageAnswer => {
    if (findIntent(stripe, id).next_action?.type !== 'verify_with_microdeposits') {
      return notice('Nothing left to do', 'This bank account does not wait to be verified.');
    }
    return page({
      title: 'Verify your bank account',
      body: html`<main class="narrow">
        <form method="post" class="card">
          <h1>Verify your bank account</h1>
          <p>A deposit of $0.01 has arrived. Its description ends in a code of six signs that begins with SM.</p>
          <p class="muted">In test mode it is SM11AA.</p>
          ${field({ name: 'descriptor_code', label: 'Code', placeholder: 'SM11AA', maxlength: 6, problem })}
          <button class="primary wide">Verify</button>
        </form>
      </main>`,
    });
  };
  router.get(
    at,
    endpoint(stripe, 'microdeposits', KINDS, (_visit, { intent = '' }) => ask(intent)),
  );
  router.post(
    at,
    endpoint(stripe, 'microdeposits', KINDS, ({ form }, { intent = '' }) => {
      try {
        verifyDeposits(stripe, intent, { descriptor_code: form.get('descriptor_code')?.trim() ?? '' });
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        return ask(intent, error.message);
      }
      return notice('Bank account verified', 'You can close this page.');
    }),
  );
}
