/** Checkout with elements on a page of the application, for sessions whose `ui_mode` is `custom` or `elements`: the session, and what a page does to it. */
import { confirmSession } from './checkout-confirm.js';
import { sessionFrom } from './checkout-session.js';
import { Elements } from './elements.js';
import { CODES, integrationError } from './errors.js';
import { Events } from './events.js';

/** Each action gives `{ type: 'success', session }` or `{ type: 'error', error }`. */
export class Checkout extends Events {
  _stripe;
  _elements;
  _answer;
  _id;
  /** What the page has said, and the API learns when the session is confirmed. */
  _noted = {};
  #loaded;

  constructor(stripe, { clientSecret, fetchClientSecret, elementsOptions = {}, defaultValues = {} }) {
    super();
    this._stripe = stripe;
    const detach = (method) => stripe._api.post(`/v1/payment_pages/${this._id}/detach`, { payment_method: method });
    this._elements = new Elements(stripe, elementsOptions, { isOfCheckout: true, detach });
    const { billingAddress: billing, shippingAddress: shipping, phoneNumber: phone, email } = defaultValues;
    this._noted = { billing, shipping, phone };
    this.#loaded = this.#load(clientSecret || fetchClientSecret, email);
  }

  async #load(given, email) {
    const secret = await (typeof given === 'function' ? given() : given);
    if (typeof secret !== 'string')
      throw integrationError('initCheckout needs the clientSecret of a Checkout Session.');
    this._id = secret.split('_secret_')[0];
    const answer = await this._fetch();
    if (answer.error) return { type: 'error', error: answer.error };
    this._answer = answer;
    this.#tellElements(answer);
    if (email && answer.status === 'open' && !(answer.customer_details || {}).email) {
      const noted = await this._stripe._api.post(`/v1/payment_pages/${this._id}`, { email });
      if (!noted.error) this._answer = noted;
    }
    return { type: 'success' };
  }

  #tellElements(answer) {
    const { payment_method_types: methods, business_name: business, mode, customer } = answer;
    this._elements._takes({ methods, business, mode, hasCustomer: Boolean(customer) });
    const options = answer.saved_payment_method_options;
    if (!customer || !options) return;
    this._elements._takeSaved({
      payment_methods: answer.saved_payment_methods,
      features: {
        payment_method_save: options.payment_method_save,
        payment_method_remove: options.payment_method_remove,
      },
    });
  }

  /** The session as the API has it. */
  _fetch() {
    return this._stripe._api.get(`/v1/payment_pages/${this._id}`);
  }

  /** Whether the session is there: null, or the error that it could not be loaded with. */
  async _failure() {
    const { type, error } = await this.#loaded;
    return type === 'error' ? error : null;
  }

  changeAppearance(appearance) {
    this._elements.update({ appearance });
  }

  /** Fonts within the frames are those of the browser. */
  loadFonts() {}

  session() {
    return sessionFrom(this._answer, this._noted);
  }

  getSession() {
    return this.session();
  }

  /** Shows the session as it is now. */
  _takeAnswer(answer) {
    this._answer = answer;
    const session = this.session();
    this._emit('change', session);
    return { type: 'success', session };
  }

  async #change(params) {
    await this.#loaded;
    const answer = await this._stripe._api.post(`/v1/payment_pages/${this._id}`, params);
    if (!answer.error) return this._takeAnswer(answer);
    return { type: 'error', error: { code: CODES[answer.error.code] || null, message: answer.error.message } };
  }

  async #note(what) {
    await this.#loaded;
    Object.assign(this._noted, what);
    return this._takeAnswer(this._answer);
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
    if (taxIdInfo) {
      const checked = await this.#change({ tax_id: taxIdInfo.taxId });
      if (checked.type === 'error') return checked;
    }
    return this.#note({ taxIdInfo });
  }

  updateIndividualName(individualName) {
    return this.#note({ individualName });
  }

  updateBusinessName(businessName) {
    return this.#note({ businessName });
  }

  updatePhoneNumber(phone) {
    return this.#note({ phone });
  }

  updateBillingAddress(billing) {
    return this.#note({ billing });
  }

  updateShippingAddress(shipping) {
    return this.#note({ shipping });
  }

  updateLineItemQuantity({ lineItem, quantity }) {
    return this.#change({ line_item: { id: lineItem, quantity } });
  }

  updateShippingOption(option) {
    return this.#change({ shipping_option: option });
  }

  /** Marks what is missing in the elements, and says where. */
  async validateElements() {
    await this.#loaded;
    const problems = await this._elements._problems();
    if (problems.length === 0) return { type: 'success', session: this.session() };
    const validation = problems.map(({ element, message }) => ({ message, element: elementName(element) }));
    const error = { code: 'validation_error', message: problems[0].message, validation_errors: validation };
    return { type: 'error', error };
  }

  /** Lets the server of the application change the session, and shows it as it is then. */
  async runServerUpdate(work) {
    await this.#loaded;
    try {
      await work();
    } catch (error) {
      return { type: 'error', error: { code: null, message: error instanceof Error ? error.message : String(error) } };
    }
    return this._takeAnswer(await this._fetch());
  }

  async confirm(given = {}) {
    await this.#loaded;
    return confirmSession(this, given);
  }
}

/** What an element of Checkout is called where it is not right. */
function elementName({ _type: type, _mode: mode }) {
  return type === 'address' ? `${mode}Address` : type;
}
