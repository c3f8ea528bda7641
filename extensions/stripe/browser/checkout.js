/** Checkout with elements on a page of the application: `stripe.initCheckout`, for sessions whose `ui_mode` is `custom` or `elements`. */
import { challenge } from './challenge.js';
import { sessionFrom } from './checkout-session.js';
import { Elements } from './elements.js';
import { integrationError } from './errors.js';
import { Events } from './events.js';
import { VERSION } from './source.js';

/** A session with what a page does to it. Each action gives `{ type: 'success', session }` or `{ type: 'error', error }`. */
class Checkout extends Events {
  #stripe;
  #elements;
  #loaded;
  #answer;
  #id;
  #noted = {};

  constructor(stripe, { clientSecret, fetchClientSecret, elementsOptions = {}, defaultValues = {} }) {
    super();
    this.#stripe = stripe;
    this.#elements = new Elements(stripe, elementsOptions, true);
    const { billingAddress: billing, shippingAddress: shipping, phoneNumber: phone, email } = defaultValues;
    this.#noted = { billing, shipping, phone };
    this.#loaded = this.#load(clientSecret || fetchClientSecret, email);
  }

  async #load(given, email) {
    const secret = await (typeof given === 'function' ? given() : given);
    if (typeof secret !== 'string')
      throw integrationError('initCheckout needs the clientSecret of a Checkout Session.');
    this.#id = secret.split('_secret_')[0];
    const answer = await this.#stripe._api.get(`/v1/payment_pages/${this.#id}`);
    if (answer.error) return { type: 'error', error: answer.error };
    this.#answer = answer;
    this.#elements._takes({ methods: answer.payment_method_types });
    if (email && answer.status === 'open' && !(answer.customer_details || {}).email) {
      const noted = await this.#stripe._api.post(`/v1/payment_pages/${this.#id}`, { email });
      if (!noted.error) this.#answer = noted;
    }
    return { type: 'success' };
  }

  /** The session and the actions, once they are there. */
  async loadActions() {
    const loaded = await this.#loaded;
    if (loaded.type === 'error') return { type: 'error', error: { code: null, message: loaded.error.message } };
    return { type: 'success', actions: bound(this, ACTIONS) };
  }

  createPaymentElement(options) {
    return this.#elements.create('payment', options);
  }

  createBillingAddressElement(options) {
    return this.#elements.create('address', { ...options, mode: 'billing' });
  }

  createShippingAddressElement(options) {
    return this.#elements.create('address', { ...options, mode: 'shipping' });
  }

  createExpressCheckoutElement(options) {
    return this.#elements.create('expressCheckout', options);
  }

  createContactDetailsElement(options) {
    return this.#elements.create('contactDetails', options);
  }

  createCurrencySelectorElement() {
    return this.#elements.create('currencySelector');
  }

  createTermsElement(options) {
    return this.#elements.create('terms', options);
  }

  createLinkSignupElement(options) {
    return this.#elements.create('linkSignup', options);
  }

  getPaymentElement() {
    return this.#elements.getElement('payment');
  }

  getBillingAddressElement() {
    return this.#elements.getElement('address', { mode: 'billing' });
  }

  getShippingAddressElement() {
    return this.#elements.getElement('address', { mode: 'shipping' });
  }

  getExpressCheckoutElement() {
    return this.#elements.getElement('expressCheckout');
  }

  getContactDetailsElement() {
    return this.#elements.getElement('contactDetails');
  }

  getCurrencySelectorElement() {
    return this.#elements.getElement('currencySelector');
  }

  getTermsElement() {
    return this.#elements.getElement('terms');
  }

  getLinkSignupElement() {
    return this.#elements.getElement('linkSignup');
  }

  /** Fonts within the frames are those of the browser. */
  loadFonts() {}

  changeAppearance(appearance) {
    this.#elements.update({ appearance });
  }

  session() {
    return sessionFrom(this.#answer, this.#noted);
  }

  getSession() {
    return this.session();
  }

  #succeed(answer) {
    this.#answer = answer;
    const session = this.session();
    this._emit('change', session);
    return { type: 'success', session };
  }

  async #change(params) {
    await this.#loaded;
    const answer = await this.#stripe._api.post(`/v1/payment_pages/${this.#id}`, params);
    if (!answer.error) return this.#succeed(answer);
    return { type: 'error', error: { code: CODES[answer.error.code] || null, message: answer.error.message } };
  }

  applyPromotionCode(code) {
    return this.#change({ promotion_code: code });
  }

  removePromotionCode() {
    return this.#change({ promotion_code: '' });
  }

  async updateEmail(email) {
    if (email && !/@.+\..+/.test(email) && /@/.test(email)) {
      return { type: 'error', error: { code: 'incompleteEmail', message: 'Your email is incomplete.' } };
    }
    return this.#change({ email: email || '' });
  }

  async addOptionalLineItem() {
    return { type: 'error', error: { code: null, message: 'The session has no optional items.' } };
  }

  removeOptionalLineItem(price) {
    return this.addOptionalLineItem(price);
  }

  async updateTaxIdInfo(taxIdInfo) {
    return this.#note({ taxIdInfo });
  }

  async updateIndividualName(individualName) {
    return this.#note({ individualName });
  }

  async updateBusinessName(businessName) {
    return this.#note({ businessName });
  }

  /** Marks what is missing in the elements, and says where. */
  async validateElements() {
    await this.#loaded;
    const problems = await this.#elements._problems();
    if (problems.length === 0) return { type: 'success', session: this.session() };
    const validation = problems.map(({ element, message }) => ({ message, element: elementName(element) }));
    const error = { code: 'validation_error', message: problems[0].message, validation_errors: validation };
    return { type: 'error', error };
  }

  updateLineItemQuantity({ lineItem, quantity }) {
    return this.#change({ line_item: { id: lineItem, quantity } });
  }

  updateShippingOption(option) {
    return this.#change({ shipping_option: option });
  }

  async updatePhoneNumber(phone) {
    return this.#note({ phone });
  }

  async updateBillingAddress(billing) {
    return this.#note({ billing });
  }

  async updateShippingAddress(shipping) {
    return this.#note({ shipping });
  }

  async #note(what) {
    await this.#loaded;
    Object.assign(this.#noted, what);
    return this.#succeed(this.#answer);
  }

  /** Lets the server of the application change the session, and shows it as it is then. */
  async runServerUpdate(work) {
    await this.#loaded;
    await work();
    return this.#succeed(await this.#stripe._api.get(`/v1/payment_pages/${this.#id}`));
  }

  async confirm(given = {}) {
    const { returnUrl, redirect = 'always', paymentMethod, savePaymentMethod } = given;
    await this.#loaded;
    const billing = given.billingAddress || this.#noted.billing;
    const email = given.email || (this.#answer.customer_details || {}).email;
    if (!email)
      return { type: 'error', error: { code: null, message: 'An email is required to confirm the session.' } };
    const { taxIdInfo, individualName, businessName } = this.#noted;
    let method = paymentMethod;
    let shipping = given.shippingAddress || this.#noted.shipping;
    if (!method && this.#elements.getElement('payment')) {
      const read = await this.#elements._methodData();
      if (read.error) return { type: 'error', error: { code: null, message: read.error.message } };
      shipping = shipping || read.shipping;
      const details = { ...read.data.billing_details, ...(billing && billing), email };
      const made = await this.#stripe._api.post('/v1/payment_methods', { ...read.data, billing_details: details });
      if (made.error) return { type: 'error', error: made.error };
      method = made.id;
    }
    const answer = await this.#stripe._api.post(`/v1/payment_pages/${this.#id}/confirm`, {
      payment_method: method,
      email,
      phone: given.phoneNumber || this.#noted.phone,
      shipping,
      save_payment_method: savePaymentMethod,
      individual_name: individualName,
      business_name: businessName || (taxIdInfo ? taxIdInfo.businessName : undefined),
      tax_id: taxIdInfo ? taxIdInfo.taxId : undefined,
    });
    if (answer.error)
      return {
        type: 'error',
        error: {
          ...answer.error,
          code: answer.error.type === 'card_error' ? 'paymentFailed' : CODES[answer.error.code] || null,
          paymentFailed: { declineCode: answer.error.decline_code || null },
        },
      };
    return this.#finish(answer, { returnUrl, redirect });
  }

  /** Shows the page of the bank where there is one, and goes where the session says. */
  async #finish(confirmed, { returnUrl, redirect }) {
    let answer = confirmed;
    const action = answer.next_action && answer.next_action.redirect_to_url;
    if (action) {
      const url = new URL(action.url);
      if (!answer.payment_method_types.includes('card')) {
        location.assign(url);
        return new Promise(() => undefined);
      }
      await challenge(this.#stripe._base, url.pathname.split('/').at(-1));
      answer = await this.#stripe._api.get(`/v1/payment_pages/${this.#id}`);
      if (answer.status === 'open') {
        const message =
          'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
        return { type: 'error', error: { code: 'paymentFailed', paymentFailed: { declineCode: null }, message } };
      }
    }
    const done = this.#succeed(answer);
    const target = returnUrl || answer.return_url;
    if (redirect === 'if_required' || !target) return done;
    location.assign(new URL(target.replaceAll('{CHECKOUT_SESSION_ID}', this.#id), location.href));
    return new Promise(() => undefined);
  }
}

/** What Stripe.js calls what the API refuses. */
const CODES = {
  promotion_code_invalid: 'invalidCode',
  email_invalid: 'invalidEmail',
  tax_id_invalid: 'invalidTaxId',
};

/** What an element of Checkout is called where it is not right. */
function elementName({ _type: type, _mode: mode }) {
  return type === 'address' ? `${mode}Address` : type;
}

const ACTIONS = [
  'addOptionalLineItem',
  'applyPromotionCode',
  'confirm',
  'getSession',
  'removeOptionalLineItem',
  'removePromotionCode',
  'runServerUpdate',
  'updateBillingAddress',
  'updateBusinessName',
  'updateEmail',
  'updateIndividualName',
  'updateLineItemQuantity',
  'updatePhoneNumber',
  'updateShippingAddress',
  'updateShippingOption',
  'updateTaxIdInfo',
  'validateElements',
];
const ELEMENTS = ['BillingAddress', 'ContactDetails', 'CurrencySelector', 'ExpressCheckout'].concat([
  'LinkSignup',
  'Payment',
  'ShippingAddress',
  'Terms',
]);
const SDK = [
  'changeAppearance',
  'loadActions',
  'loadFonts',
  'on',
  ...ELEMENTS.flatMap((name) => [`create${name}Element`, `get${name}Element`]),
];

/** Methods as the fields of an object: React's components take them out of it one by one. */
function bound(checkout, names) {
  return Object.fromEntries(names.map((name) => [name, checkout[name].bind(checkout)]));
}

/** `stripe.initCheckoutElementsSdk`. */
export function checkoutSdk(stripe, options) {
  return bound(new Checkout(stripe, options), SDK);
}

// Releases before Clover give a promise of the session with its actions; later ones an object that loads them.
const isPromised = ['v3', 'acacia', 'basil', 3].includes(VERSION);

/** `stripe.initCheckout`. */
export function initCheckout(stripe, options) {
  const checkout = new Checkout(stripe, options);
  if (!isPromised) return bound(checkout, SDK);
  return checkout.loadActions().then((loaded) => {
    if (loaded.type === 'error') throw Object.assign(new Error(loaded.error.message), loaded.error);
    return bound(checkout, [...SDK, ...ACTIONS, 'session']);
  });
}
