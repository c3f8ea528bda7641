import type { Router } from 'backlot';
import type Stripe from 'stripe';
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { withChoice } from '../checkout/optional-items';
import { inactiveMessage, sessionOfLink } from '../checkout/payment-links';
import type { SessionParams } from '../checkout/session-checks';
import { applyCode } from '../checkout/session-changes';
import { createSession } from '../checkout/session-create';
import { priceOf, type Line } from '../checkout/line-items';
import { amountsOf, sessionsOf } from '../checkout/session-data';
import { removeSaved, savedFor } from '../checkout/saved-methods';
import { lastError, paySession, type Submission } from '../checkout/session-pay';
import { shownError } from './card-fields';
import { challengeFrame, failureText, FRAMED } from './challenge-frame';
import { methodNeeded } from './checkout-methods';
import { checkoutPage } from './checkout-page';
import { readCheckoutForm } from './checkout-form';
import { html, inScript } from './html';
import { notice, page } from './layout';
import { smallest } from './money';
import { endpoint, type PageAnswer, type Visit } from './page-host';

const KIND = ['checkout.session'];

/** The pages of Checkout and of payment links. */
export function serveCheckout(router: Router, stripe: Backend): void {
  const table = sessionsOf(stripe);
  const look = endpoint(stripe, 'pay', KIND, ({ query }, { session: id }) => {
    const session = table.get(id!);
    if (session.status !== 'open') return done(stripe, session);
    const error = query.has('failed') ? failureText(lastError(stripe, session)) : undefined;
    return checkoutPage(stripe, session.id, { error });
  });
  router.get('/pay/:session', look);
  router.post(
    '/pay/:session',
    endpoint(stripe, 'pay', KIND, (visit, { session: id }) => pay(stripe, id!, visit)),
  );
  router.post(
    '/pay/:session/options',
    endpoint(stripe, 'pay', KIND, (visit, { session: id }) => change(stripe, id!, visit)),
  );
  router.post(
    '/pay/:session/remove',
    endpoint(stripe, 'pay', KIND, ({ base, form }, { session: id }) => {
      removeSaved(stripe, table.get(id!), form.get('remove') ?? '');
      return { redirect: `${base}/pay/${id}` };
    }),
  );
  router.get(
    '/pay/:session/return',
    endpoint(stripe, 'pay', KIND, ({ base }, { session: id }) => {
      const session = table.get(id!);
      return session.status === 'complete'
        ? finish(stripe, session)
        : { redirect: `${base}/pay/${session.id}?failed=1` };
    }),
  );
  router.get(
    '/pay/:session/recover',
    endpoint(stripe, 'pay', KIND, ({ base }, { session: id }) => {
      const before = table.get(id!);
      const { given, confirmation, lines, optional } = table.hidden(before.id)!;
      const codes = before.after_expiration?.recovery?.allow_promotion_codes === true && given.discounts === undefined;
      const again = { ...withoutExpiry(given), ...(codes && { allow_promotion_codes: true }) };
      const recovered = createSession(stripe, again, {
        recovered_from: before.id,
        lines: lines.filter(({ id }) => !optional.some((each) => each.id === id)),
        ...(confirmation !== undefined && { confirmation }),
      });
      return { redirect: `${base}/pay/${recovered.id}` };
    }),
  );
  router.get(
    '/b/:link',
    endpoint(stripe, 'b', ['payment_link'], ({ base, query }, { link }) => {
      const inactive = inactiveMessage(stripe, link!);
      if (inactive !== undefined) return notice('This link is no longer active', inactive);
      const session = sessionOfLink(stripe, link!, {
        client_reference_id: query.get('client_reference_id') ?? undefined,
        prefilled_email: query.get('prefilled_email') ?? undefined,
        locked_prefilled_email: query.get('locked_prefilled_email') ?? undefined,
        doneUrl: `${base}/pay/{CHECKOUT_SESSION_ID}`,
      });
      const code = query.get('prefilled_promo_code');
      if (code !== null && session.allow_promotion_codes === true) tryCode(stripe, session.id, code);
      return { redirect: `${base}/pay/${session.id}` };
    }),
  );
}

function pay(stripe: Backend, id: string, { base, form }: Visit): PageAnswer {
  const session = sessionsOf(stripe).get(id);
  if (session.status !== 'open') return done(stripe, session);
  if (
    sessionsOf(stripe)
      .hidden(id)!
      .lines.some((line) => line.amount === 0)
  ) {
    return checkoutPage(stripe, id, { values: form, error: 'Choose an amount.' });
  }
  const needsMethod = methodNeeded(stripe, session);
  const read = readCheckoutForm(session, form, needsMethod);
  if ('problems' in read) return checkoutPage(stripe, id, { values: form, problems: read.problems });
  const { method } = read.submission;
  if (typeof method === 'string' && !savedFor(stripe, session).some((each) => each.id === method)) {
    return checkoutPage(stripe, id, { values: form, error: 'Choose a payment method.' });
  }
  try {
    const outcome = stripe.state.transaction(() => paySession(stripe, id, read.submission));
    if (outcome.kind === 'redirect') {
      // A page with scripts shows the question of a card's bank over itself, as Stripe's does.
      const isCard = isOfCard(stripe, method);
      if (!isCard || !form.has(FRAMED)) return { redirect: outcome.url };
      const challenge = { frame: challengeFrame(base, outcome.url), back: `${base}/pay/${id}/return` };
      return checkoutPage(stripe, id, { values: form, challenge });
    }
    if (outcome.kind === 'declined') return checkoutPage(stripe, id, { values: form, ...shownError(outcome.error) });
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return checkoutPage(stripe, id, { values: form, ...shownError(error) });
  }
  return finish(stripe, sessionsOf(stripe).get(id));
}

/** Whether a card is paid with, a new one or one that was saved. */
function isOfCard(stripe: Backend, method: Submission['method']): boolean {
  const type =
    typeof method === 'string' ? stripe.table<Stripe.PaymentMethod>('payment_method').find(method)?.type : method?.type;
  return type === 'card';
}

/** Quantities, shipping and codes. */
function change(stripe: Backend, id: string, { base, form }: Visit): PageAnswer {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  if (session.status !== 'open') return done(stripe, session);
  const hidden = table.hidden(id)!;
  const action = form.get('action');
  const lines = withChoice(hidden.lines, hidden.optional, action).map((line) => {
    if (line.amount !== undefined)
      return { ...line, amount: chosenAmount(stripe, line, form.get(`amount-${line.id}`)) };
    const wanted = Number(form.get(`quantity-${line.id}`) ?? NaN);
    if (line.adjustable?.enabled !== true || !Number.isInteger(wanted)) return line;
    return { ...line, quantity: Math.min(line.adjustable.maximum, Math.max(line.adjustable.minimum, wanted)) };
  });
  const shipping = form.get('shipping');
  const isOffered = session.shipping_options.some((option) => idOf(option.shipping_rate) === shipping);
  // Somebody has to buy something.
  const kept = lines.some((line) => line.quantity !== 0) ? lines : hidden.lines;
  table.hide(id, { ...hidden, lines: kept, ...(isOffered && { shippingRate: shipping }) });
  if (action === 'remove') table.hide(id, { ...table.hidden(id)!, discounts: [] });
  table.update(id, amountsOf(stripe, id));
  const code = form.get('promotionCode')?.trim() ?? '';
  if (session.allow_promotion_codes === true && action !== 'remove' && code !== '') {
    const problem = tryCode(stripe, id, code);
    if (problem !== undefined) return checkoutPage(stripe, id, { promotionProblem: problem });
  }
  return { redirect: `${base}/pay/${id}` };
}

/** What the buyer wants to pay, within the limits of the price; what it was where nothing is written. */
function chosenAmount(stripe: Backend, line: Line, written: string | null): number {
  const { custom_unit_amount: limits, currency } = priceOf(stripe, line);
  const wanted = written === null || written.trim() === '' ? NaN : smallest(Number(written), currency);
  if (!Number.isFinite(wanted) || wanted < 0) return line.amount ?? 0;
  return Math.min(limits?.maximum ?? Infinity, Math.max(limits?.minimum ?? 0, wanted));
}

/** Takes a code, or says why not. */
function tryCode(stripe: Backend, id: string, code: string): string | undefined {
  try {
    applyCode(stripe, id, code);
    return undefined;
  } catch (error) {
    if (error instanceof StripeError) return error.message;
    throw error;
  }
}

/** Where the buyer goes when all is done: to the application, or, in a frame, the page around it does. */
function finish(stripe: Backend, session: Stripe.Checkout.Session): PageAnswer {
  const target = (session.success_url ?? session.return_url)?.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  // Elements are on a page of the application, which the buyer left for that of a bank.
  if (session.ui_mode !== 'embedded_page') return target === undefined ? done(stripe, session) : { redirect: target };
  return page({
    title: 'Done',
    look: 'bare',
    body: html`<main class="narrow">
      <h1>Thank you</h1>
      <p>Your payment is complete.</p>
    </main>`,
    script: html`parent.postMessage({ backlot: 'checkout-complete', url:
    ${inScript(session.redirect_on_completion === 'always' ? target : null)} }, '*');`,
  });
}

/** The page of a session that is over. */
function done(stripe: Backend, session: Stripe.Checkout.Session): string {
  if (session.status === 'expired')
    return notice('This session has expired', 'Go back to where you came from, and begin anew.');
  const confirmation = sessionsOf(stripe).hidden(session.id)?.confirmation;
  return notice(
    confirmation === undefined ? "You're all done here" : 'Thank you',
    confirmation ?? 'This session is complete. You can close this page.',
  );
}

/** A session that goes on after an expired one has a day of its own. */
function withoutExpiry(given: SessionParams): SessionParams {
  const rest: { -readonly [name in keyof SessionParams]: SessionParams[name] } = { ...given };
  delete rest.expires_at;
  return rest;
}
