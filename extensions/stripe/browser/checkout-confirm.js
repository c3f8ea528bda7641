/** How a page pays a Checkout Session with its elements. */
import { challenge } from './challenge.js';
import { CODES } from './errors.js';
import { UNPROVEN } from './next-actions.js';
import { methodOf } from './objects.js';

/** `given` comes before what the page has said earlier, and that before what is filled in. */
export async function confirmSession(checkout, given) {
  const { _stripe: stripe, _elements: elements, _noted: noted, _answer: answer } = checkout;
  const { returnUrl, redirect = 'always', savePaymentMethod } = given;
  const billing = given.billingAddress || noted.billing;
  const known = given.email || (answer.customer_details || {}).email;
  let { paymentMethod: method } = given;
  let read = { data: { billing_details: {} } };
  if (!method && elements.getElement('payment')) {
    read = await elements._methodData();
    if (read.error) return refused(read.error.message);
  }
  const email = known || read.data.billing_details.email;
  if (!email) return refused('An email is required to confirm the session.');
  if (!method && elements.getElement('payment')) {
    const made = await methodOf(stripe._api, elements, read, { billing_details: { ...billing, email } });
    if (made.error) return { type: 'error', error: made.error };
    method = made.paymentMethod.id;
  }
  const taxIdInfo = noted.taxIdInfo || (await taxIdIn(elements));
  const confirmed = await stripe._api.post(`/v1/payment_pages/${checkout._id}/confirm`, {
    payment_method: method,
    email,
    phone: given.phoneNumber || noted.phone,
    shipping: given.shippingAddress || noted.shipping || read.shipping,
    save_payment_method: savePaymentMethod === undefined ? read.saves : savePaymentMethod,
    individual_name: noted.individualName,
    business_name: noted.businessName || (taxIdInfo ? taxIdInfo.businessName : undefined),
    tax_id: taxIdInfo ? taxIdInfo.taxId : undefined,
  });
  if (confirmed.error) return failed(checkout, confirmed.error);
  return finish(checkout, confirmed, { returnUrl, redirect });
}

function refused(message) {
  return { type: 'error', error: { code: null, message } };
}

/** What the bank says, which the session tells from now on, too. */
async function failed(checkout, error) {
  const code = error.type === 'card_error' ? 'paymentFailed' : CODES[error.code] || null;
  const now = await checkout._fetch();
  if (!now.error) checkout._takeAnswer(now);
  return { type: 'error', error: { ...error, code, paymentFailed: { declineCode: error.decline_code || null } } };
}

/** The number of a business, where an element asks for it. */
async function taxIdIn(elements) {
  const element = elements.getElement('taxId');
  if (!element) return undefined;
  const { value } = await element._read(true);
  if (!value.taxId) return undefined;
  return { taxId: { type: value.externalTaxIdType, value: value.taxId }, businessName: value.businessName };
}

/** Shows the page of the bank where there is one, and goes where the session says. */
async function finish(checkout, confirmed, { returnUrl, redirect }) {
  let answer = confirmed;
  const action = answer.next_action && answer.next_action.redirect_to_url;
  if (action) {
    const url = new URL(action.url);
    if (!answer.payment_method_types.includes('card')) {
      location.assign(url);
      return new Promise(() => undefined);
    }
    await challenge(checkout._stripe._base, url.pathname.split('/').at(-1));
    answer = await checkout._fetch();
    if (answer.status === 'open') {
      checkout._takeAnswer(answer);
      return {
        type: 'error',
        error: { code: 'paymentFailed', paymentFailed: { declineCode: null }, message: UNPROVEN },
      };
    }
  }
  const done = checkout._takeAnswer(answer);
  const target = returnUrl || answer.return_url;
  if (redirect === 'if_required' || !target) return done;
  location.assign(new URL(target.replaceAll('{CHECKOUT_SESSION_ID}', checkout._id), location.href));
  return new Promise(() => undefined);
}
