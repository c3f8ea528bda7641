import { integrationError } from './errors.js';
import { Events } from './events.js';

/** The whole form of a Checkout Session as one element: who buys, where it goes, how it is paid, and the button. */
export class CheckoutForm extends Events {
  #checkout;
  #options;
  #container;
  #parts = [];
  #button;

  constructor(checkout, options = {}) {
    super();
    this.#checkout = checkout;
    this.#options = options;
  }

  mount(target) {
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    if (!container) throw integrationError(`There is no element on the page for ${String(target)}.`);
    this.#container = container;
    setTimeout(() => this._emit('loaderstart', ABOUT));
    void this.#show();
    return this;
  }

  async #show() {
    const failure = await this.#checkout._failure();
    if (failure) {
      this._emit('loaderror', { ...ABOUT, error: failure });
      return;
    }
    this.#parts = this.#partsOf(this.#checkout._answer);
    const places = this.#parts.map(() => document.createElement('div'));
    this.#button = document.createElement('button');
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => void this.#press());
    this.#label();
    this.#checkout.on('change', () => this.#label());
    this.#container.replaceChildren(...places, this.#button);
    let waiting = this.#parts.length;
    for (const [index, { element }] of this.#parts.entries()) {
      element.once('ready', () => {
        waiting -= 1;
        if (waiting === 0) this._emit('ready', ABOUT);
      });
      element.on('change', () => void this.#changed());
      for (const name of ['focus', 'blur', 'escape']) element.on(name, () => this._emit(name, ABOUT));
      element.mount(places[index]);
    }
  }

  /** The elements that the session needs, and what their parts of the form are called. */
  #partsOf(answer) {
    const { _elements: elements } = this.#checkout;
    const parts = [];
    const add = (section, type, options) => parts.push({ section, element: elements.create(type, options) });
    const { contacts } = this.#options;
    if (!(answer.customer_details || {}).email) add('customerDetails', 'contactDetails');
    if (answer.shipping_address_collection) {
      const { allowed_countries: allowedCountries } = answer.shipping_address_collection;
      add('shippingAddress', 'address', { mode: 'shipping', allowedCountries, contacts });
    }
    if (answer.billing_address_collection === 'required')
      add('billingAddress', 'address', { mode: 'billing', contacts });
    if (answer.tax_id_collection && answer.tax_id_collection.enabled) add('tax', 'taxId');
    add('payment', 'payment');
    return parts;
  }

  #label() {
    const { total } = this.#checkout.session().total;
    this.#button.textContent = this.#checkout._answer.mode === 'setup' ? 'Save' : `Pay ${total.amount}`;
  }

  async #changed() {
    this._emit('change', { ...ABOUT, ...(await this.getValue()) });
  }

  async #press() {
    const checked = await this.#checkout.validateElements();
    if (checked.type === 'error') return;
    const payment = this.#parts.find(({ section }) => section === 'payment');
    const { value } = await payment.element._read(true);
    this._emit('confirm', { source: 'checkout-form-pay-button', paymentMethodType: value.type });
  }

  async getValue() {
    const value = { customerDetails: { email: this.#checkout.session().email || '' } };
    const status = {};
    for (const { section, element } of this.#parts) {
      const { complete, value: filled } = await element._read(true);
      status[section] = { complete, empty: element._change.empty };
      if (section === 'payment') value.payment = { ...element._change.value, collapsed: element._change.collapsed };
      else value[section] = filled;
    }
    const all = Object.values(status);
    const complete = all.every((each) => each.complete);
    return { complete, empty: all.every((each) => each.empty), value, status };
  }

  /** All that is asked for stands on one view. */
  setView() {
    return Promise.resolve();
  }

  unmount() {
    for (const { element } of this.#parts) element.unmount();
    if (this.#button) this.#button.remove();
    return this;
  }

  destroy() {
    for (const { element } of this.#parts) element.destroy();
    this.unmount();
    return this;
  }

  focus() {
    this.#first.focus();
    return this;
  }

  blur() {
    for (const { element } of this.#parts) element.blur();
    return this;
  }

  clear() {
    for (const { element } of this.#parts) element.clear();
    return this;
  }

  get #first() {
    return this.#parts[0].element;
  }
}

const ABOUT = { elementType: 'checkoutForm' };
