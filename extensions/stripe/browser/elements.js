import { EMPTY, Element, TITLES } from './element.js';
import { integrationError, invalid } from './errors.js';
import { Events } from './events.js';
import { merge } from './merge.js';
import { SECRET } from './secrets.js';

/** A group of elements. `isOfCheckout`: a session says what is paid, not the options. */
export class Elements extends Events {
  #all = new Map();

  constructor(stripe, options = {}, isOfCheckout = false) {
    super();
    this._stripe = stripe;
    this._isOfCheckout = isOfCheckout;
    this._options = options;
    this._methods = options.paymentMethodTypes;
    const { mode, amount, currency, clientSecret } = options;
    if (mode && clientSecret) throw integrationError('elements() takes either a clientSecret or a mode.');
    if (mode === 'payment' && !Number.isInteger(amount)) {
      throw integrationError("In order to create Elements with mode 'payment', specify an `amount`.");
    }
    if ((mode === 'payment' || mode === 'subscription') && !currency) {
      throw integrationError(`In order to create Elements with mode '${mode}', specify a \`currency\`.`);
    }
    if (clientSecret !== undefined && !SECRET.test(clientSecret)) {
      throw integrationError(
        `Invalid value for elements(): clientSecret should be a client secret of the form \${id}_secret_\${secret}. You specified: '${clientSecret}'.`,
      );
    }
    this._loaded = this.#load();
  }

  async #load() {
    const [updates] = await Promise.all([this.#fetch(), this.#fetchSaved()]);
    return updates;
  }

  create(type, options) {
    if (!TITLES[type] && !EMPTY.includes(type)) {
      const valid = [...Object.keys(TITLES), ...EMPTY].join(', ');
      throw integrationError(
        `A valid Element name must be provided. Valid Elements are: ${valid}; you passed: ${String(type)}.`,
      );
    }
    const { mode, clientSecret } = this._options;
    if (type === 'payment' && !mode && !clientSecret && !this._isOfCheckout) {
      throw integrationError(
        'In order to create a payment element, you must pass a clientSecret or mode when creating the Elements group.',
      );
    }
    const key = keyOf(type, options);
    if (this.#all.has(key)) {
      throw integrationError(`Can only create one Element of type ${type} through an Elements instance.`);
    }
    const element = new Element(this, type, options);
    this.#all.set(key, element);
    return element;
  }

  getElement(type, options) {
    const name = typeof type === 'string' ? type : type && type.__elementType;
    const key = keyOf(name, options);
    return this.#all.get(key) || [...this.#all.values()].find((each) => each._type === name) || null;
  }

  update(options = {}) {
    this._options = { ...this._options, ...options };
    if (options.paymentMethodTypes) this._takes(options.paymentMethodTypes);
    if (options.appearance) for (const element of this.#all.values()) element._appearance(options.appearance);
    setTimeout(() => this._emit('update-end'));
  }

  /** Says which types of payment methods there are. */
  _takes(methods) {
    this._methods = methods;
    const payment = this.#all.get('payment');
    if (payment) payment._methods(methods);
  }

  /** Asks again which types of payment methods the intent takes. */
  async fetchUpdates() {
    const updates = await this.#fetch();
    this._emit('update-end');
    return updates;
  }

  async #fetch() {
    const { clientSecret } = this._options;
    if (!clientSecret) return {};
    const result = await this._stripe._retrieve(clientSecret);
    const intent = result.paymentIntent || result.setupIntent;
    if (!intent) return result;
    this._takes(intent.payment_method_types);
    return {};
  }

  /** What the customer of a session has saved. https://docs.stripe.com/payments/accept-a-payment-deferred#save-payment-methods */
  async #fetchSaved() {
    const { customerSessionClientSecret: secret } = this._options;
    if (!secret) return;
    const found = await this._stripe._get('/v1/elements/sessions', { customer_session_client_secret: secret });
    if (found.error) return;
    this._saved = found;
    const payment = this.#all.get('payment');
    if (payment) payment._saved(found);
  }

  /** Checks all that is filled in, and marks what is missing. */
  async submit() {
    for (const element of this.#all.values()) {
      if (EMPTY.includes(element._type)) continue;
      const { complete, error, value } = await element._read();
      if (!complete) return { error: invalid(error) };
      if (element._type === 'payment') this._selected = value.type;
    }
    this._isSubmitted = true;
    return this._selected ? { selectedPaymentMethod: this._selected } : {};
  }

  _forget(element) {
    this.#all.delete(keyOf(element._type, { mode: element._mode }));
  }

  /** What of the elements is not filled in, by the elements. */
  async _problems() {
    const problems = [];
    for (const element of this.#all.values()) {
      if (EMPTY.includes(element._type)) continue;
      const { complete, error } = await element._read();
      if (!complete) problems.push({ element, message: error });
    }
    return problems;
  }

  /**
   * All that the elements hold, as the data of a payment method, and where things are sent. `saved`: the payment method of the
   * customer that was chosen instead; `saves`: whether this one is to be kept for them.
   */
  async _methodData() {
    const data = { type: 'card', billing_details: {} };
    let shipping;
    let saved;
    let saves;
    for (const element of this.#all.values()) {
      if (EMPTY.includes(element._type)) continue;
      const { complete, error, value } = await element._read();
      if (!complete) return { error: invalid(error) };
      if (element._type === 'address' && element._mode === 'shipping') shipping = shippingOf(value);
      else if (element._type === 'payment' && value.saved) saved = value.saved;
      else {
        if (element._type === 'payment') saves = value.saves;
        merge(data, element._type, value);
      }
    }
    if (saves !== undefined) data.allow_redisplay = saves ? 'always' : 'limited';
    return { data, shipping, saved, saves };
  }

  /** How what is confirmed may be used later, where the buyer has chosen that. */
  get _saveUsage() {
    return this._saved && this._saved.features.payment_method_save_usage;
  }

  /** Throws where the application does not want the buyer to be asked for something, and does not say it either. */
  _requireGiven(given = {}, name) {
    const payment = this.#all.get('payment');
    for (const path of payment ? payment._nevers : []) {
      const value = path.split('.').reduce((object, key) => (object ? object[key] : undefined), given);
      if (value !== undefined) continue;
      throw integrationError(
        `You specified "never" for fields.billing_details.${path} when creating the payment Element, but did not pass confirmParams.payment_method_data.billing_details.${path} when calling stripe.${name}(). If you opt out of collecting data via the payment Element using the fields option, the data must be passed in when calling stripe.${name}().`,
      );
    }
  }
}

/** There may be an address for the bill and one to send to. */
function keyOf(type, { mode } = {}) {
  return type === 'address' ? `address ${mode || 'billing'}` : type;
}

function shippingOf({ name, address, phone }) {
  return { name, address, ...(phone && { phone }) };
}
