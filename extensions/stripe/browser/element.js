import { EMPTY, heightOf, pageOf, TITLES } from './element-kinds.js';
import { integrationError } from './errors.js';
import { Events } from './events.js';
import { nextFrameName } from './frame-names.js';
import { revealCard } from './issuing.js';

let count = 0;

/** What of an address may be left to the application: its name in the API, and among the options of an element. */
const PARTS_OF_ADDRESS = [
  ['line1', 'line1'],
  ['line2', 'line2'],
  ['city', 'city'],
  ['state', 'state'],
  ['country', 'country'],
  ['postal_code', 'postalCode'],
];

const CLASSES = {
  base: 'StripeElement',
  complete: 'StripeElement--complete',
  empty: 'StripeElement--empty',
  focus: 'StripeElement--focus',
  invalid: 'StripeElement--invalid',
};

/** One element: a frame with fields, whose values are asked for when they are needed. */
export class Element extends Events {
  #frame;
  #container;
  #options;
  #type;
  #id = `element-${(count += 1)}`;
  #replies = new Map();
  #ready;
  #isReady = () => undefined;
  #isDestroyed = false;
  #elements;

  constructor(elements, type, options = {}) {
    super();
    this.#elements = elements;
    this.#type = type;
    this.#options = options;
    this.#ready = new Promise((resolve) => (this.#isReady = resolve));
    this._change = { elementType: type, empty: true, complete: false };
  }

  get _type() {
    return this.#type;
  }

  get _componentName() {
    return this.#type;
  }

  /** Of an address: `billing` or `shipping`. */
  get _mode() {
    return this.#options.mode;
  }

  get _elements() {
    return this.#elements;
  }

  mount(target) {
    if (this.#isDestroyed) {
      throw integrationError('This Element has already been destroyed. Please create a new one.');
    }
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    if (!container) {
      throw integrationError(
        `The selector you specified (${target}) applies to no DOM elements that are currently on the page. Make sure the Element exists on the page before calling mount().`,
      );
    }
    if (this.#frame) this.unmount();
    this.#container = container;
    this.#toggle('base', true);
    this.#toggle('empty', true);
    if (EMPTY.includes(this.#type)) {
      setTimeout(() => this._emit('ready', { elementType: this.#type, availablePaymentMethods: undefined }));
      return this;
    }
    const frame = document.createElement('iframe');
    frame.title = TITLES[this.#type];
    frame.name = nextFrameName();
    frame.allow = 'payment *; publickey-credentials-get *';
    frame.style.cssText = `border:0;margin:0;padding:0;width:100%;min-width:100%;display:block;height:${heightOf(this.#type)}px;color-scheme:light only;`;
    frame.src = `${this.#elements._stripe._base}/v3/${pageOf(this.#type)}#${encodeURIComponent(JSON.stringify(this.#settings()))}`;
    this.#frame = frame;
    const wrapper = document.createElement('div');
    wrapper.className = '__PrivateStripeElement';
    wrapper.style.cssText = 'margin:0;padding:0;border:0;display:block;position:relative;';
    wrapper.append(frame);
    addEventListener('message', this.#receive);
    container.replaceChildren(wrapper);
    setTimeout(() => this._emit('loaderstart', { elementType: this.#type }));
    return this;
  }

  #settings() {
    const { appearance, locale } = this.#elements._options;
    return JSON.parse(
      JSON.stringify({
        id: this.#id,
        type: this.#type,
        options: this.#options,
        appearance,
        ...this.#elements._intent,
        locale: locale || this.#elements._stripe._locale,
        saved: this.#elements._saved,
      }),
    );
  }

  /** Gives the container the class for a state, or takes it away: those of the application, or the usual ones. */
  #toggle(state, isOn) {
    const { [state]: names = CLASSES[state] } = this.#options.classes || {};
    for (const name of names.split(/\s+/).filter(Boolean)) this.#container.classList.toggle(name, isOn);
  }

  unmount() {
    removeEventListener('message', this.#receive);
    if (this.#frame) this.#frame.parentElement.remove();
    this.#frame = undefined;
    if (this.#container) for (const state of Object.keys(CLASSES)) this.#toggle(state, false);
    return this;
  }

  destroy() {
    this.unmount();
    this.#isDestroyed = true;
    this.#elements._forget(this);
    return this;
  }

  update(options) {
    this.#options = { ...this.#options, ...options };
    this.#tell('update', { options: JSON.parse(JSON.stringify(options || {})) });
    return this;
  }

  focus() {
    this.#tell('focus');
    return this;
  }

  blur() {
    this.#tell('blur');
    return this;
  }

  clear() {
    this.#tell('clear');
    return this;
  }

  collapse() {
    this.#tell('collapse');
    return this;
  }

  /** The value of an address or an e-mail address, and whether all is there. */
  async getValue() {
    const { complete, isNewAddress, value } = await this._read(true);
    return { complete, ...(isNewAddress !== undefined && { isNewAddress }), value };
  }

  /** Tells the frame what is paid, and by which types of payment methods, once that is known. */
  _intent(intent) {
    this.#tell('intent', { intent: JSON.parse(JSON.stringify(intent)) });
  }

  /** Tells the frame where the buyer lives. */
  _country(country) {
    this.#tell('country', { country });
  }

  /** Tells the frame what the customer has saved, and whether more may be. */
  _saved(saved) {
    this.#tell('saved', { saved });
  }

  get _options() {
    return this.#options;
  }

  /** What of the bill the application has said that it does not want to be asked for: `name`, `address.country` and so on. */
  get _nevers() {
    const { billingDetails } = (this.#options && this.#options.fields) || {};
    const all = ['name', 'email', 'phone', ...PARTS_OF_ADDRESS.map(([part]) => `address.${part}`)];
    if (billingDetails === 'never') return all;
    const { address, ...others } = billingDetails || {};
    const never = (name) => name === 'never';
    return [
      ...Object.keys(others).filter((name) => never(others[name])),
      ...PARTS_OF_ADDRESS.filter(([, option]) => never(address) || never(address && address[option])).map(
        ([part]) => `address.${part}`,
      ),
    ];
  }

  /** Shows the frame as the application wants it from now on. */
  _appearance(appearance) {
    this.#tell('appearance', { appearance: JSON.parse(JSON.stringify(appearance || {})) });
  }

  /** What is filled in. With `quiet` nothing is marked as missing. */
  async _read(quiet = false) {
    if (!this.#frame) return { complete: false, value: {}, error: 'The element is not mounted.' };
    await this.#ready;
    const call = (count += 1);
    return new Promise((resolve) => {
      this.#replies.set(call, resolve);
      this.#tell('read', { call, quiet });
    });
  }

  #tell(command, more = {}) {
    const { contentWindow } = this.#frame || {};
    if (contentWindow)
      void this.#ready.then(() => contentWindow.postMessage({ backlot: 'command', command, ...more }, '*'));
  }

  /** What an element shows has to be known before it is ready. */
  async #loaded() {
    const { error } = await this.#content();
    if (error) this._emit('loaderror', { elementType: this.#type, error });
    else this._emit('ready', { elementType: this.#type });
  }

  async #content() {
    if (this.#type === 'payment') return this.#elements._loaded;
    if (!/^issuingCard\w+Display$/.test(this.#type)) return {};
    const card = await revealCard(this.#elements._stripe, this.#options);
    if (!card.error) this.#tell('card', { card });
    return card;
  }

  #receive = ({ source, data }) => {
    if (!this.#frame || source !== this.#frame.contentWindow || !data || data.backlot !== 'element') return;
    this.#heard[data.event](data);
  };

  /** What the frame says. */
  #heard = {
    reply: (data) => {
      const reply = this.#replies.get(data.call);
      this.#replies.delete(data.call);
      if (reply) reply(data);
    },
    height: ({ height }) => {
      this.#frame.style.height = `${height}px`;
    },
    ready: () => {
      this.#isReady();
      void this.#loaded();
    },
    escape: () => this._emit('escape', { elementType: this.#type }),
    focus: () => this.#focused(true),
    blur: () => this.#focused(false),
    copy: () => {
      void this.#elements._copy(this.#options.toCopy);
      this._emit('click', { elementType: this.#type });
    },
    remove: ({ method }) => this.#remove(method),
    change: ({ error, ...told }) => {
      const { empty, complete, collapsed, visible, brand, country, isNewAddress, value } = told;
      const elementMode = this.#type === 'address' ? this._mode : undefined;
      const all = { elementMode, empty, complete, collapsed, visible, brand, country, isNewAddress, value };
      this._change = { elementType: this.#type, ...JSON.parse(JSON.stringify(all)), error };
      this.#toggle('empty', empty);
      this.#toggle('complete', complete);
      this.#toggle('invalid', Boolean(error));
      this._emit('change', this._change);
      this.#elements._changed(this);
    },
  };

  #focused(isFocused) {
    this.#toggle('focus', isFocused);
    this._emit(isFocused ? 'focus' : 'blur', { elementType: this.#type });
    if (!isFocused) this.#elements._left(this);
  }

  /** Takes a payment method away from the customer, as they want it. */
  async #remove({ id, type, billing_details }) {
    const { error } = await this.#elements._detach(id);
    if (!error) this.#tell('removed', { method: id });
    this._emit('savedpaymentmethodremove', {
      elementType: this.#type,
      success: !error,
      ...(error && { error: error.message }),
      payment_method: { id, type, billing_details },
    });
  }
}
