import type Stripe from 'stripe';
import { html, inScript, raw, type Html } from './html';

/**
 * Changes what is sold without losing what is typed: sends the form in the background, and takes the summary and the button out
 * of the page that comes back. Groups the digits of cards.
 */
const CHANGES = `
addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.id !== 'options-form') { const b = event.submitter; if (b) setTimeout(() => { b.disabled = true; }); return; }
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body });
  freshen(new DOMParser().parseFromString(await answer.text(), 'text/html'));
});
function freshen(page) {
  for (const id of ['summary', 'pay']) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) old.replaceWith(fresh);
  }
}
addEventListener('change', (event) => {
  const form = event.target.form;
  if (form && form.id === 'options-form' && event.target.id !== 'promotionCode') form.requestSubmit();
});
addEventListener('input', (event) => {
  const input = event.target;
  if (input.selectionStart !== input.value.length) return;
  if (input.id === 'cardNumber') {
    const digits = input.value.replace(/\\D/g, '').slice(0, 19);
    input.value = /^3[47]/.test(digits)
      ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter(Boolean).join(' ')
      : digits.replace(/(.{4})(?=.)/g, '$1 ');
  }
  if (input.id === 'cardExpiry' && event.inputType !== 'deleteContentBackward')
    input.value = input.value.replace(/[^\\d]/g, '').slice(0, 4).replace(/^(\\d\\d)(?=\\d)/, '$1 / ');
});
addEventListener('pageshow', () => { for (const b of document.querySelectorAll('button:disabled')) b.disabled = false; });
`;

/** Tells the page around an embedded one what happens, and lets the server of the application answer where things are sent to. */
const EMBEDDED = `
const tell = (eventType, details) => parent.postMessage({
  backlot: 'checkout-analytics',
  event: { checkoutSession: about.session, eventType, details: { ...about.totals, ...details }, timestamp: Math.floor(Date.now() / 1000) },
}, '*');
const chosenType = () => {
  const chosen = document.querySelector('[name=method]:checked');
  return chosen && !/^(pm|card)_/.test(chosen.value) ? chosen.value : 'card';
};
if (about.failed) tell('checkoutSubmitFailed', { paymentMethodType: chosenType(), failureReason: 'api_error' });
else tell('checkoutRendered');
addEventListener('submit', ({ target, submitter }) => {
  if (target.id === 'payment-form') tell('checkoutSubmitted', { paymentMethodType: chosenType() });
  else if (submitter && submitter.value === 'apply') tell('promotionCodeApplied', { code: target.elements.promotionCode.value });
  else tell('lineItemChange');
});
let told = '';
addEventListener('focusout', ({ target }) => {
  if (!about.asksServer || !/^shipping/.test(target.id || '')) return;
  const part = (name) => { const field = document.getElementById('shipping' + name); return field ? field.value.trim() : ''; };
  const address = {
    line1: part('AddressLine1'), line2: part('AddressLine2') || null, city: part('Locality'), state: part('AdministrativeArea'),
    postal_code: part('PostalCode'), country: part('Country'),
  };
  const shippingDetails = { name: part('Name'), address };
  const written = JSON.stringify(shippingDetails);
  if (written === told || ![shippingDetails.name, address.line1, address.city, address.postal_code].every(Boolean)) return;
  told = written;
  parent.postMessage({ backlot: 'checkout-shipping', event: { checkoutSessionId: about.session, shippingDetails } }, '*');
});
addEventListener('message', async ({ source, data }) => {
  if (source !== parent || !data || data.backlot !== 'checkout-shipping-answer') return;
  const old = document.getElementById('shipping-problem');
  if (old) old.remove();
  if (data.answer.type === 'accept') {
    const answer = await fetch(location.href);
    freshen(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    return;
  }
  const problem = Object.assign(document.createElement('p'), { id: 'shipping-problem', className: 'error' });
  problem.setAttribute('role', 'alert');
  problem.textContent = data.answer.errorMessage || 'This address cannot be used.';
  document.getElementById('pay').before(problem);
});
`;

/** What the page of a session does by itself; `error` is what it shows. */
export function checkoutScript(session: Stripe.Checkout.Session, error: string | undefined): Html {
  const { id, amount_total: amount, currency, permissions, ui_mode: mode } = session;
  if (mode !== 'embedded_page') return raw(CHANGES);
  const about = {
    session: id,
    totals: { amount, currency },
    asksServer: permissions?.update_shipping_details === 'server_only',
    failed: error !== undefined,
  };
  return html`${raw(CHANGES)} const about = ${inScript(about)}; ${raw(EMBEDDED)}`;
}
