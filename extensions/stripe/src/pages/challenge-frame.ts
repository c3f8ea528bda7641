import { html, inScript, raw, type Html } from './html';
import { withQuery } from './with-query';

/** The frame around the page of a card's bank: the two are nested, as Stripe's are, which tests go through. `url` is of the page. */
export function challengeFrame(base: string, url: string): string {
  return `${base}/v3/three-ds-2-challenge.html#${encodeURIComponent(withQuery(url, { framed: '1' }))}`;
}

/** The name of the field with which a page says that it can show a page of the bank over itself: it has scripts. */
export const FRAMED = 'framed';

/** The attribute of a form whose answer may be the question of a bank. */
export const ASKS_OVER_PAGE: Html = raw('data-asks-over-page');

/** Lets such forms say that. */
export const FRAMED_SCRIPT: Html = raw(`
addEventListener('submit', ({ target: form }) => {
  if (!form.matches('[data-asks-over-page]') || form.elements.${FRAMED}) return;
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: '${FRAMED}', value: '1' }));
});
`);

/** What they are told whom their bank does not know; what the API says of it is for developers. */
const UNPROVEN =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** What a buyer is told of a payment that failed: what the bank says, unless it does not know who they are. */
export function failureText(error: { readonly code?: string; readonly message?: string } | null | undefined): string {
  return error?.message && !error.code?.endsWith('_intent_authentication_failure') ? error.message : UNPROVEN;
}

/** The question of a bank that a page shows over itself: the frame with it, and where it leads back to. */
export interface Challenge {
  readonly frame: string;
  readonly back: string;
}

/** The page of the bank over everything, in frames as Stripe's are; when it is done, the page goes on to `back`. */
export function challengeOver({ frame, back }: Challenge): Html {
  return html`<div class="over" role="dialog" aria-modal="true" aria-label="3D Secure">
      <iframe name="__privateStripeFrame1" title="3D Secure authentication frame" src="${frame}"></iframe>
    </div>
    <script>
      addEventListener('message', ({ data }) => {
        if (data && data.backlot === 'action-complete') location.replace(${inScript(back)});
      });
    </script>`;
}
