import { integrationError } from './errors.js';
import { Events } from './events.js';
import { nextFrameName } from './frame-names.js';

/** What each kind of element is called, in the title of its frame. */
export const TITLES = {
  card: 'Secure card payment input frame',
  cardNumber: 'Secure card number input frame',
  cardExpiry: 'Secure expiration date input frame',
  cardCvc: 'Secure CVC input frame',
  payment: 'Secure payment input frame',
  address: 'Secure address input frame',
  linkAuthentication: 'Secure email input frame',
  iban: 'Secure IBAN input frame',
  auBankAccount: 'Secure bank account input frame',
  contactDetails: 'Secure email input frame',
};

/** The frame that shows an element, where it is not called as the element is. */
const FRAMES = {
  cardNumber: 'card',
  cardExpiry: 'card',
  cardCvc: 'card',
  linkAuthentication: 'link-authentication',
  auBankAccount: 'au-bank-account',
  contactDetails: 'contact-details',
};

/** Elements that show wallets, loans or notes, of which there are none here: they are ready at once, and empty. */
export const EMPTY = [
  'expressCheckout',
  'paymentRequestButton',
  'paymentMethodMessaging',
  'affirmMessage',
  'afterpayClearpayMessage',
  'currencySelector',
  'terms',
  'linkSignup',
];

const HEIGHTS = {
  card: 24,
  cardNumber: 24,
  cardExpiry: 24,
  cardCvc: 24,
  payment: 230,
  address: 420,
  linkAuthentication: 76,
  contactDetails: 76,
  iban: 24,
  auBankAccount: 24,
};

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
    container.classList.add('StripeElement', 'StripeElement--empty');
    if (EMPTY.includes(this.#type)) {
      setTimeout(() => this._emit('ready', { elementType: this.#type, availablePaymentMethods: undefined }));
      return this;
    }
    const frame = document.createElement('iframe');
    frame.title = TITLES[this.#type];
    frame.name = nextFrameName();
    frame.allow = 'payment *; publickey-credentials-get *';
    frame.style.cssText = `border:0;margin:0;padding:0;width:100%;min-width:100%;display:block;height:${HEIGHTS[this.#type]}px;color-scheme:light only;`;
    const page = `elements-inner-${FRAMES[this.#type] || this.#type}.html`;
    frame.src = `${this.#elements._stripe._base}/v3/${page}#${encodeURIComponent(JSON.stringify(this.#settings()))}`;
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
    const { appearance, mode, locale } = this.#elements._options;
    return JSON.parse(
      JSON.stringify({
        id: this.#id,
        type: this.#type,
        options: this.#options,
        appearance,
        mode,
        locale: locale || this.#elements._stripe._locale,
        methods: this.#elements._methods,
        saved: this.#elements._saved,
      }),
    );
  }

  unmount() {
    removeEventListener('message', this.#receive);
    if (this.#frame) this.#frame.parentElement.remove();
    this.#frame = undefined;
    if (this.#container) {
      this.#container.classList.remove(
        'StripeElement',
        'StripeElement--empty',
        'StripeElement--complete',
        'StripeElement--invalid',
        'StripeElement--focus',
      );
    }
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
    return this;
  }

  /** The value of an address or an e-mail address, and whether all is there. */
  async getValue() {
    const { complete, value } = await this._read(true);
    return { complete, isNewAddress: true, value };
  }

  /** Tells the frame which types of payment methods there are, once they are known. */
  _methods(methods) {
    this.#tell('methods', { methods });
  }

  /** Tells the frame what the customer has saved, and whether more may be. */
  _saved(saved) {
    this.#tell('saved', { saved });
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

  /** The Payment Element is ready when it knows what may be paid with, or says why it does not. */
  async #loaded() {
    const { error } = this.#type === 'payment' ? await this.#elements._loaded : {};
    if (error) this._emit('loaderror', { elementType: this.#type, error });
    else this._emit('ready', { elementType: this.#type });
  }

  #receive = (event) => {
    const { data } = event;
    if (!this.#frame || event.source !== this.#frame.contentWindow || !data || data.backlot !== 'element') return;
    if (data.event === 'reply') {
      const reply = this.#replies.get(data.call);
      this.#replies.delete(data.call);
      if (reply) reply(data);
      return;
    }
    if (data.event === 'height') {
      this.#frame.style.height = `${data.height}px`;
      return;
    }
    if (data.event === 'ready') {
      this.#isReady();
      void this.#loaded();
      return;
    }
    if (data.event === 'escape') {
      this._emit('escape', { elementType: this.#type });
      return;
    }
    const { classList } = this.#container;
    if (data.event === 'focus' || data.event === 'blur') {
      classList.toggle('StripeElement--focus', data.event === 'focus');
      this._emit(data.event, { elementType: this.#type });
      return;
    }
    if (data.event === 'change') {
      const { empty, complete, collapsed, error, brand, country, isNewAddress, value } = data;
      const change = JSON.parse(JSON.stringify({ empty, complete, collapsed, brand, country, isNewAddress, value }));

      this._change = { elementType: this.#type, ...change, error };
      classList.toggle('StripeElement--empty', change.empty);
      classList.toggle('StripeElement--complete', change.complete);
      classList.toggle('StripeElement--invalid', Boolean(error));
      this._emit('change', this._change);
    }
  };
}
