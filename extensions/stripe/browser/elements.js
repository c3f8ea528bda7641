import { EMPTY, SHOWN_ONLY, TITLES } from './element-kinds.js';
import { Element } from './element.js';
import { integrationError, invalid } from './errors.js';
import { Events } from './events.js';
import { revealCard } from './issuing.js';
import { Link } from './link.js';
import { merge } from './merge.js';
import { SECRET } from './secrets.js';

/**
 * A group of elements. `isOfCheckout`: a session says what is paid, not the options; `detach` takes a payment method from its customer.
 */
export class Elements extends Events {
  #all = new Map();

  constructor(stripe, options = {}, { isOfCheckout = false, detach } = {}) {
    super();
    this._detach = detach || ((method) => this.#detach(method));
    this._stripe = stripe;
    this._isOfCheckout = isOfCheckout;
    this._options = options;
    const { mode, amount, currency, clientSecret, setupFutureUsage } = options;
    this._intent = { methods: options.paymentMethodTypes, mode, setupFutureUsage };
    this._link = new Link(stripe, (methods) => this._takeSaved({ payment_methods: methods }));
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
    const [updates] = await Promise.all([this.#fetch(), this.#fetchSession()]);
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
    if (type === 'address' && !['billing', 'shipping'].includes(options && options.mode)) {
      throw integrationError("Invalid value for elements.create('address'): mode should be 'shipping' or 'billing'.");
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
    const { paymentMethodTypes, mode, setupFutureUsage } = this._options;
    this._takes({ ...(options.paymentMethodTypes && { methods: paymentMethodTypes }), mode, setupFutureUsage });
    if (options.appearance) for (const element of this.#all.values()) element._appearance(options.appearance);
    setTimeout(() => this._emit('update-end'));
  }

  /** Says what is paid, and which types of payment methods there are. */
  _takes(intent) {
    Object.assign(this._intent, intent);
    const payment = this.#all.get('payment');
    if (payment) payment._intent(this._intent);
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
    const { payment_method_types: methods, setup_future_usage: setupFutureUsage, object } = intent;
    this._takes({ methods, setupFutureUsage, mode: object === 'setup_intent' ? 'setup' : 'payment' });
    return {};
  }

  /**
   * Who is paid, what may be paid with where the intent comes later, and what the customer of a session has saved.
   * https://docs.stripe.com/payments/accept-a-payment-deferred#save-payment-methods
   */
  async #fetchSession() {
    const { mode, currency, paymentMethodTypes, customerSessionClientSecret: secret } = this._options;
    const { paymentMethodConfiguration: configuration } = this._options;
    if (this._isOfCheckout || (!mode && !secret && !this._options.clientSecret)) return;
    const deferred = mode && {
      currency: currency && currency.toLowerCase(),
      payment_method_configuration: configuration,
    };
    const asked = { ...(deferred && { deferred_intent: deferred }), customer_session_client_secret: secret };
    const found = await this._stripe._api.get('/v1/elements/sessions', asked);
    if (found.error) {
      if (mode && !paymentMethodTypes) this._takes({ methods: ['card'] });
      return;
    }
    const methods = mode && !paymentMethodTypes ? { methods: found.payment_method_types } : {};
    this._takes({ business: found.business_name, hasCustomer: Boolean(found.customer), ...methods });
    if (found.customer) this._takeSaved(found.customer);
  }

  _takeSaved(saved) {
    this._saved = { ...this._saved, ...saved };
    const payment = this.#all.get('payment');
    if (payment) payment._saved(this._saved);
  }

  /** Takes a payment method from the customer of the session. */
  #detach(method) {
    const { customerSessionClientSecret: secret } = this._options;
    return this._stripe._api.post(`/v1/elements/payment_methods/${method}/detach`, {
      customer_session_client_secret: secret,
    });
  }

  /** Puts a part of the card that another element shows into the clipboard. */
  async _copy(part) {
    const shown = [...this.#all.values()].find(({ _options: options }) => options.issuingCard);
    if (!shown) return;
    const { number, cvc, pin, exp_month: month, exp_year: year } = await revealCard(this._stripe, shown._options);
    const parts = { number, cvc, pin, expiry: `${month}/${year}` };
    await navigator.clipboard.writeText(parts[part]);
  }

  /** An element has another value: where somebody lives says what a business there has to say. */
  _changed(element) {
    const taxId = this.#all.get('taxId');
    if (taxId && element._type === 'address') taxId._country(element._change.value.address.country);
  }

  /** Somebody has left an element: one who has a Link account is asked whether it is theirs. */
  _left(element) {
    const { complete, value } = element._change;
    if (element._type === 'linkAuthentication' && complete) void this._link.knows(value.email);
  }

  /** Checks all that is filled in, and marks what is missing. */
  async submit() {
    for (const element of this.#all.values()) {
      if (SHOWN_ONLY.includes(element._type)) continue;
      const { complete, error, code, value } = await element._read();
      if (!complete) return { error: invalid(error, code) };
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
      if (SHOWN_ONLY.includes(element._type)) continue;
      const { complete, error } = await element._read();
      if (!complete) problems.push({ element, message: error });
    }
    return problems;
  }

  /**
   * All that the elements hold, as the data of a payment method, and where things are sent. `saved`: the payment method of the
   * customer that was chosen instead; `saves`: whether this one is to be kept for them; `linked`: what is kept with Link and was chosen
   * instead; `linkSignUp`: who keeps this one with Link.
   */
  async _methodData() {
    const data = { type: 'card', billing_details: {} };
    let shipping;
    let saved;
    let saves;
    let linked;
    let linkSignUp;
    for (const element of this.#all.values()) {
      if (SHOWN_ONLY.includes(element._type)) continue;
      const { complete, error, code, value } = await element._read();
      if (!complete) return { error: invalid(error, code) };
      if (element._type === 'address' && element._mode === 'shipping') shipping = shippingOf(value);
      else if (element._type === 'payment' && value.saved) saved = value.saved;
      else if (element._type === 'payment' && value.linked) linked = value.linked;
      else {
        if (element._type === 'payment') ({ saves, linkSignUp } = value);
        merge(data, element._type, value);
      }
    }
    if (saves !== undefined) data.allow_redisplay = saves ? 'always' : 'limited';
    return { data, shipping, saved, saves, linked, linkSignUp };
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
