import { challenge } from './challenge.js';

/** Does what an intent waits for: 3-D Secure in a frame over the page, everything else on a page of its own. */
export async function act(stripe, result, returnUrl) {
  const intent = result.paymentIntent || result.setupIntent;
  if (!intent || intent.status !== 'requires_action' || !intent.next_action) return result;
  const { type, redirect_to_url: away } = intent.next_action;
  if (type !== 'use_stripe_sdk') {
    if (!away) return result;
    const url = new URL(away.url);
    if (!away.return_url && returnUrl) url.searchParams.set('return_url', new URL(returnUrl, location.href));
    location.assign(url);
    return new Promise(() => undefined);
  }
  await challenge(stripe._base, intent.id);
  const after = await stripe._retrieve(intent.client_secret);
  const now = after.paymentIntent || after.setupIntent;
  if (!now || now.status !== 'requires_payment_method') return after;
  const failure = now.last_payment_error || now.last_setup_error;
  const isUnproven = !failure || /_intent_authentication_failure$/.test(failure.code);
  const error = { type: 'invalid_request_error', ...failure, ...(isUnproven && { message: UNPROVEN }) };
  return { error: { ...error, [now.object]: now } };
}

/** What the API says of it is for developers. */
export const UNPROVEN =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** Goes to the page of the application as the bank's page would. */
export function leave(returnUrl, intent) {
  const url = new URL(returnUrl, location.href);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
  location.assign(url);
  return new Promise(() => undefined);
}
