/**
 * Stands in for https://js.stripe.com/v3: `Stripe(publishableKey, options)`. It talks to the Backlot that it was loaded from.
 * Fields for cards are in frames with the titles and the names of fields that Stripe's have.
 */
(() => {
  const source = document.currentScript ? document.currentScript.src : '';
  const [, FROM, RELEASE] = /^(.*?)\/(v3|[a-z]+)(?:\/(?:stripe\.js)?)?(?:[?#].*)?$/.exec(source) || [];

  /** What each kind of element is called, in the title of its frame. */
  const TITLES = {
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
  const EMPTY = [
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
  let frames = 0;

  /** Writes parameters as forms have them: `card[number]=…`. */
  function encode(params, prefix, into = new URLSearchParams()) {
    for (const [name, value] of Object.entries(params)) {
      const key = prefix ? `${prefix}[${name}]` : name;
      if (value === undefined || value === null) continue;
      if (typeof value === 'object') encode(value, key, into);
      else into.append(key, String(value));
    }
    return into;
  }

  class Events {
    #listeners = new Map();

    on(name, listener) {
      this.#listeners.set(name, [...(this.#listeners.get(name) || []), listener]);
      return this;
    }

    once(name, listener) {
      const wrapped = (event) => {
        this.off(name, wrapped);
        listener(event);
      };
      return this.on(name, wrapped);
    }

    off(name, listener) {
      const all = this.#listeners.get(name) || [];
      this.#listeners.set(name, listener ? all.filter((each) => each !== listener) : []);
      return this;
    }

    addEventListener(name, listener) {
      return this.on(name, listener);
    }

    removeEventListener(name, listener) {
      return this.off(name, listener);
    }

    _emit(name, event) {
      for (const listener of this.#listeners.get(name) || []) listener(event);
    }
  }

  /** One element: a frame with fields, whose values are asked for when they are needed. */
  class Element extends Events {
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
      frame.name = `__privateStripeFrame${(frames += 1)}`;
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

  /** What of an address may be left to the application: its name in the API, and among the options of an element. */
  const PARTS_OF_ADDRESS = [
    ['line1', 'line1'],
    ['line2', 'line2'],
    ['city', 'city'],
    ['state', 'state'],
    ['country', 'country'],
    ['postal_code', 'postalCode'],
  ];

  /** A group of elements. `isOfCheckout`: a session says what is paid, not the options. */
  class Elements extends Events {
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

  /** What a client secret looks like. */
  const SECRET = /^\w+_secret_\w+$/;

  function shippingOf({ name, address, phone }) {
    return { name, address, ...(phone && { phone }) };
  }

  /** What the application does wrong, not the buyer. */
  function integrationError(message) {
    return Object.assign(new Error(message), { name: 'IntegrationError' });
  }

  /** Puts what an element holds into the data of a payment method. */
  function merge(data, type, value) {
    if (type === 'payment') {
      const { billing_details: { address, ...details } = {}, ...method } = value;
      delete method.saves;
      Object.assign(data, method);
      Object.assign(data.billing_details, details);
      // What an Address Element holds is more than a card asks for.
      if (address) data.billing_details.address = { ...address, ...data.billing_details.address };
      return;
    }
    if (type === 'linkAuthentication' || type === 'contactDetails') {
      data.billing_details.email = value.email;
      return;
    }
    if (type === 'address') {
      data.billing_details.name = value.name;
      data.billing_details.address = value.address;
      if (value.phone) data.billing_details.phone = value.phone;
      return;
    }
    if (type === 'iban') {
      data.type = 'sepa_debit';
      data.sepa_debit = { iban: value.iban };
      return;
    }
    const { postal_code, ...card } = value;
    data.card = { ...data.card, ...card };
    if (postal_code) data.billing_details.address = { ...data.billing_details.address, postal_code };
  }

  function invalid(message) {
    return {
      type: 'validation_error',
      code: 'incomplete_payment_details',
      message: message || 'Your payment details are incomplete.',
    };
  }

  class StripeClient {
    #key;
    #options;

    constructor(key, options = {}) {
      if (typeof key !== 'string' || key === '')
        throw integrationError('Please call Stripe() with your publishable key. You used an empty string.');
      if (/^(sk|rk)_/.test(key))
        throw integrationError(
          'You should not use your secret key with Stripe.js. Please pass a publishable key instead.',
        );
      this.#key = key;
      this.#options = options;
      this._base = options.apiBase || FROM || location.origin;
      this._apiKey = key;
      this._keyMode = 'test';
      this._locale = options.locale;
    }

    _registerWrapper() {}

    registerAppInfo() {}

    elements(options) {
      return new Elements(this, options);
    }

    async createToken(given, data = {}) {
      if (given === 'cvc_update') {
        const { complete, error, code, value } = await data._read();
        if (!complete) return { error: { type: 'validation_error', code, message: error } };
        return this.#object('token', await this.#post('/v1/tokens', { cvc_update: { cvc: value.cvc } }));
      }
      if (typeof given === 'string') {
        const named = given === 'person' && data.person ? data.person : data;
        const { personal_id_number: id_number, ...rest } = named;
        const params = given === 'pii' && id_number ? { id_number, ...rest } : named;
        return this.#object('token', await this.#post('/v1/tokens', { [given]: params }));
      }
      if (given._type === 'iban') return this.#tokenOfIban(given, data);
      const read = await this.#cardOf(given);
      if (read.error) return read;
      const { address } = read.billing;
      const named = {
        name: data.name,
        address_line1: data.address_line1,
        address_line2: data.address_line2,
        address_city: data.address_city,
        address_state: data.address_state,
        address_zip: data.address_zip || (address && address.postal_code),
        address_country: data.address_country,
        currency: data.currency,
      };
      return this.#object('token', await this.#post('/v1/tokens', { card: { ...read.card, ...named } }));
    }

    async #tokenOfIban(element, data) {
      const { complete, error, code, value } = await element._read();
      if (!complete) return { error: { type: 'validation_error', code, message: error } };
      const { iban } = value;
      const account = { ...data, country: iban.slice(0, 2), account_number: iban };
      return this.#object('token', await this.#post('/v1/tokens', { bank_account: account }));
    }

    /** Nothing is watched here: a session to name to Radar. */
    async createRadarSession() {
      const id = [...window.crypto.getRandomValues(new Uint8Array(12))].map((byte) =>
        byte.toString(16).padStart(2, '0'),
      );
      return { radarSession: { id: `rse_${id.join('')}` } };
    }

    async createSource(given, data = {}) {
      if (!(given instanceof Element)) return this.#object('source', await this.#post('/v1/sources', given));
      const read = await this.#cardOf(given);
      if (read.error) return read;
      return this.#object('source', await this.#post('/v1/sources', { ...data, type: 'card', card: read.card }));
    }

    retrieveSource({ id, client_secret }) {
      return this.#get(`/v1/sources/${id}`, { client_secret }).then((answer) => this.#object('source', answer));
    }

    async createPaymentMethod(options, element, more) {
      if (typeof options === 'string') return this.createPaymentMethod({ type: options, [options]: element, ...more });
      const { element: only, elements = only && only._type === 'payment' ? only._elements : undefined } = options;
      if (only && !elements) return this.createPaymentMethod({ type: 'card', card: only, ...options.params });
      if (elements) {
        requireSubmit(elements, 'createPaymentMethod');
        const { data, saved, error } = await elements._methodData();
        if (error) return { error };
        if (saved) return { paymentMethod: saved };
        const { billing_details: details, ...params } = options.params || {};
        return this.#object(
          'paymentMethod',
          await this.#post('/v1/payment_methods', {
            ...data,
            ...params,
            billing_details: { ...data.billing_details, ...details },
          }),
        );
      }
      const { data, error } = await this.#methodData(options);
      return error ? { error } : this.#object('paymentMethod', await this.#post('/v1/payment_methods', data));
    }

    async createConfirmationToken({ elements, params = {} }) {
      requireSubmit(elements, 'createConfirmationToken');
      const { payment_method_data: given = {}, ...rest } = params;
      elements._requireGiven(given.billing_details, 'createConfirmationToken');
      const { data, shipping, saved, saves, error } = await elements._methodData();
      if (error) return { error };
      const method = { ...data, ...given, billing_details: { ...data.billing_details, ...given.billing_details } };
      const made = saved
        ? { paymentMethod: saved }
        : this.#object('paymentMethod', await this.#post('/v1/payment_methods', method));
      if (made.error) return made;
      const { setupFutureUsage = saves ? elements._saveUsage : undefined } = elements._options;
      const token = {
        ...(shipping && { shipping }),
        ...(setupFutureUsage && { setup_future_usage: setupFutureUsage }),
        ...rest,
        payment_method: made.paymentMethod.id,
      };
      return this.#object('confirmationToken', await this.#post('/v1/test_helpers/confirmation_tokens', token));
    }

    confirmCardPayment(clientSecret, data, options) {
      return this.#confirmLegacy(clientSecret, 'card', data, options);
    }

    confirmCardSetup(clientSecret, data, options) {
      return this.#confirmLegacy(clientSecret, 'card', data, options);
    }

    confirmPayment(options) {
      return this.#confirm(options);
    }

    confirmSetup(options) {
      return this.#confirm(options);
    }

    async handleNextAction({ clientSecret }) {
      return this.#act(await this._retrieve(clientSecret), {});
    }

    async handleCardAction(clientSecret) {
      return this.#act(await this._retrieve(clientSecret), {});
    }

    handleCardPayment(clientSecret, element, data = {}) {
      const { payment_method_data: method = {}, ...rest } = data;
      return this.#confirmLegacy(clientSecret, 'card', {
        ...rest,
        ...(element instanceof Element && { payment_method: { card: element, ...method } }),
      });
    }

    handleCardSetup(clientSecret, element, data) {
      return this.handleCardPayment(clientSecret, element, data);
    }

    retrievePaymentIntent(clientSecret) {
      return this._retrieve(clientSecret);
    }

    retrieveSetupIntent(clientSecret) {
      return this._retrieve(clientSecret);
    }

    async redirectToCheckout({ sessionId }) {
      if (!sessionId) {
        return {
          error: {
            type: 'validation_error',
            message: 'redirectToCheckout needs the sessionId of a Checkout Session here.',
          },
        };
      }
      location.assign(`${this._base}/pay/${sessionId}`);
      return new Promise(() => undefined);
    }

    async initEmbeddedCheckout({ clientSecret, fetchClientSecret, onComplete }) {
      if (this._embedded) throw integrationError('You cannot have multiple Embedded Checkout objects.');
      this._embedded = true;
      const secret = clientSecret || (await fetchClientSecret());
      const url = `${this._base}/pay/${secret.split('_secret_')[0]}`;
      return new EmbeddedCheckout(url, onComplete, () => (this._embedded = false));
    }

    createEmbeddedCheckoutPage(options) {
      return this.initEmbeddedCheckout(options);
    }

    verifyMicrodepositsForPayment(clientSecret, data = {}) {
      return this.#verifyMicrodeposits(clientSecret, data);
    }

    verifyMicrodepositsForSetup(clientSecret, data = {}) {
      return this.#verifyMicrodeposits(clientSecret, data);
    }

    async #verifyMicrodeposits(clientSecret, data) {
      const { name, path } = intentOf(clientSecret);
      const params = { ...data, client_secret: clientSecret };
      return this.#object(name, await this.#post(`${path}/verify_microdeposits`, params));
    }

    /** There is no wallet here. */
    paymentRequest() {
      return Object.assign(new Events(), {
        canMakePayment: () => Promise.resolve(null),
        show: () => undefined,
        update: () => undefined,
        abort: () => undefined,
        isShowing: () => false,
      });
    }

    _post(path, params) {
      return this.#post(path, params);
    }

    _get(path, params = {}) {
      return this.#get(path, params);
    }

    async _retrieve(clientSecret) {
      const { name, path } = intentOf(clientSecret);
      return this.#object(name, await this.#get(path, { client_secret: clientSecret }));
    }

    /** `confirmCardPayment` and its like, which are given the element. */
    async _confirmType(clientSecret, type, data, options) {
      return this.#confirmLegacy(clientSecret, type, data, options);
    }

    async #confirmLegacy(clientSecret, type, data = {}, { handleActions = true } = {}) {
      const { name, path } = intentOf(clientSecret);
      const { payment_method: method, ...rest } = data;
      const params = { ...rest, client_secret: clientSecret, use_stripe_sdk: true };
      if (typeof method === 'string') params.payment_method = method;
      else if (method || type !== 'card') {
        const { paymentMethod, error } = await this.createPaymentMethod({ type, ...method });
        if (error) return { error };
        params.payment_method = paymentMethod.id;
      }
      const result = this.#object(name, await this.#post(`${path}/confirm`, params));
      return handleActions ? this.#act(result, { returnUrl: data.return_url }) : result;
    }

    async #confirm({ elements, clientSecret: given, confirmParams = {}, redirect = 'always' }) {
      const clientSecret = given || (elements && elements._options.clientSecret);
      if (!clientSecret) throw integrationError('confirmPayment needs a clientSecret, by itself or of its Elements.');
      if (redirect === 'always' && !confirmParams.return_url) {
        throw integrationError(
          'confirmPayment(): the confirmParams must have a return_url unless redirect is "if_required".',
        );
      }
      if (elements && !confirmParams.confirmation_token) requireSubmit(elements, 'confirmPayment');
      const { name, path } = intentOf(clientSecret);
      const other = elements && elements._options.mode ? await this.#difference(elements._options, clientSecret) : null;
      if (other) return { error: other };
      const { payment_method_data: methodGiven = {}, ...rest } = confirmParams;
      const params = { ...rest, client_secret: clientSecret, use_stripe_sdk: true };
      if (elements && !confirmParams.payment_method && !confirmParams.confirmation_token) {
        elements._requireGiven(
          methodGiven.billing_details,
          name === 'paymentIntent' ? 'confirmPayment' : 'confirmSetup',
        );
        const { data, shipping, saved, saves, error } = await elements._methodData();
        if (error) return { error };
        if (shipping && name === 'paymentIntent') params.shipping = { ...shipping, ...params.shipping };
        if (saves && name === 'paymentIntent' && elements._saveUsage) {
          params.setup_future_usage = params.setup_future_usage || elements._saveUsage;
        }
        const method = { ...data, ...methodGiven };
        method.billing_details = { ...data.billing_details, ...methodGiven.billing_details };
        const made = saved
          ? { paymentMethod: saved }
          : this.#object('paymentMethod', await this.#post('/v1/payment_methods', method));
        if (made.error) return made;
        params.payment_method = made.paymentMethod.id;
      }
      const result = this.#object(name, await this.#post(`${path}/confirm`, params));
      const acted = await this.#act(result, { returnUrl: confirmParams.return_url });
      const intent = acted.paymentIntent || acted.setupIntent;
      if (acted.error || redirect !== 'always' || !intent) return acted;
      this.#leave(confirmParams.return_url, intent);
      return new Promise(() => undefined);
    }

    /** What an intent that was made later has otherwise than Elements were told; nothing where they agree. */
    async #difference({ mode, amount, currency }, clientSecret) {
      if (mode !== 'payment') return undefined;
      const { paymentIntent, error } = await this._retrieve(clientSecret);
      if (!paymentIntent) return error;
      const wrong = [
        ['amount', amount],
        ['currency', currency && currency.toLowerCase()],
      ].find(([name, told]) => paymentIntent[name] !== told);
      return (
        wrong && {
          type: 'invalid_request_error',
          code: 'payment_intent_invalid_parameter',
          param: wrong[0],
          message: `The ${wrong[0]} of the PaymentIntent (${paymentIntent[wrong[0]]}) does not match the one that Elements were made with (${wrong[1]}).`,
        }
      );
    }

    /** Goes to the page of the application as the bank's page would. */
    #leave(returnUrl, intent) {
      const url = new URL(returnUrl, location.href);
      url.searchParams.set(intent.object, intent.id);
      url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret);
      url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
      location.assign(url);
    }

    /** Does what an intent waits for: 3-D Secure in a frame over the page, everything else on a page of its own. */
    async #act(result, { returnUrl }) {
      const intent = result.paymentIntent || result.setupIntent;
      if (!intent || intent.status !== 'requires_action' || !intent.next_action) return result;
      const { type, redirect_to_url: away } = intent.next_action;
      if (type !== 'use_stripe_sdk') {
        if (!away) return result;
        const url = new URL(away.url);
        if (!away.return_url && returnUrl) url.searchParams.set('return_url', new URL(returnUrl, location.href));
        location.assign(url);
        return new Promise(() => undefined);
      }
      await challenge(this._base, intent.id);
      const after = await this._retrieve(intent.client_secret);
      const now = after.paymentIntent || after.setupIntent;
      const failure = now && (now.last_payment_error || now.last_setup_error);
      if (now && now.status === 'requires_payment_method') {
        // What the API says of it is for developers.
        const message =
          'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
        const isUnproven = !failure || /_intent_authentication_failure$/.test(failure.code);
        const error = { type: 'invalid_request_error', ...failure, ...(isUnproven && { message }) };
        return { error: { ...error, [now.object]: now } };
      }
      return after;
    }

    /** The data of a payment method, with what elements in it hold. */
    async #methodData({ type, billing_details: details = {}, ...rest }) {
      const given = rest[type];
      const element =
        given instanceof Element ? given : given && Object.values(given).find((each) => each instanceof Element);
      if (!element) return { data: { type, ...rest, billing_details: details } };
      if (type !== 'card') {
        const { complete, error, value } = await element._read();
        if (!complete) return { error: invalid(error) };
        return { data: { type, ...rest, [type]: value, billing_details: details } };
      }
      const read = await this.#cardOf(element);
      if (read.error) return read;
      return { data: { type, ...rest, card: read.card, billing_details: withPostalCode(details, read.billing) } };
    }

    /** The card in an element, or in three that belong together. */
    async #cardOf(element) {
      const group = element._elements;
      const parts =
        element._type === 'card'
          ? [element]
          : ['cardNumber', 'cardExpiry', 'cardCvc'].map((type) => group.getElement(type));
      const data = { billing_details: {}, card: {} };
      for (const part of parts) {
        if (!part) continue;
        const { complete, error, code, value } = await part._read();
        if (!complete) return { error: { type: 'validation_error', code: code || 'incomplete_card', message: error } };
        merge(data, part._type, value);
      }
      return { card: data.card, billing: data.billing_details };
    }

    #object(name, answer) {
      return answer.error ? { error: answer.error } : { [name]: answer };
    }

    #get(path, params) {
      return this.#send(`${path}?${encode(params)}`, { method: 'GET' });
    }

    #post(path, params) {
      return this.#send(path, { method: 'POST', body: encode(params) });
    }

    async #send(path, init) {
      const { stripeAccount, apiVersion } = this.#options;
      const headers = { authorization: `Bearer ${this.#key}` };
      if (stripeAccount) headers['stripe-account'] = stripeAccount;
      if (apiVersion) headers['stripe-version'] = apiVersion;
      try {
        const answer = await fetch(this._base + path, { ...init, headers });
        return await answer.json();
      } catch (error) {
        return {
          error: {
            type: 'api_connection_error',
            message: `An error occurred with our connection to Stripe. (${error.message})`,
          },
        };
      }
    }
  }

  for (const [name, type] of Object.entries({
    AcssDebit: 'acss_debit',
    Affirm: 'affirm',
    AfterpayClearpay: 'afterpay_clearpay',
    Alipay: 'alipay',
    AmazonPay: 'amazon_pay',
    AuBecsDebit: 'au_becs_debit',
    BacsDebit: 'bacs_debit',
    Bancontact: 'bancontact',
    Billie: 'billie',
    Blik: 'blik',
    Boleto: 'boleto',
    Cashapp: 'cashapp',
    CustomerBalance: 'customer_balance',
    Eps: 'eps',
    Fpx: 'fpx',
    Giropay: 'giropay',
    GrabPay: 'grabpay',
    Ideal: 'ideal',
    Klarna: 'klarna',
    Konbini: 'konbini',
    Mobilepay: 'mobilepay',
    Multibanco: 'multibanco',
    Oxxo: 'oxxo',
    P24: 'p24',
    PayByBank: 'pay_by_bank',
    PayNow: 'paynow',
    PayPal: 'paypal',
    Pix: 'pix',
    PromptPay: 'promptpay',
    RevolutPay: 'revolut_pay',
    SepaDebit: 'sepa_debit',
    Sofort: 'sofort',
    Twint: 'twint',
    UsBankAccount: 'us_bank_account',
    WechatPay: 'wechat_pay',
  })) {
    for (const what of ['Payment', 'Setup']) {
      Object.defineProperty(StripeClient.prototype, `confirm${name}${what}`, {
        value(clientSecret, data, options) {
          return this._confirmType(clientSecret, type, data, options);
        },
      });
    }
  }

  /** Where the intent comes later, what is filled in is checked before the application makes it. */
  function requireSubmit(elements, name) {
    if (!elements._options.mode || elements._isSubmitted) return;
    throw integrationError(
      `elements.submit() must be called before stripe.${name}(). Call elements.submit() as soon as your customer presses pay, prior to any asynchronous work.`,
    );
  }

  function withPostalCode(details, { address }) {
    return address ? { ...details, address: { ...address, ...details.address } } : details;
  }

  function intentOf(clientSecret) {
    if (!SECRET.test(clientSecret)) {
      throw integrationError(
        `Invalid value for the secret of an intent: value should be a client secret of the form \${id}_secret_\${secret}. You specified: '${clientSecret}'.`,
      );
    }
    const id = String(clientSecret).split('_secret')[0];
    return id.startsWith('seti_')
      ? { name: 'setupIntent', path: `/v1/setup_intents/${id}` }
      : { name: 'paymentIntent', path: `/v1/payment_intents/${id}` };
  }

  /** Shows the page of the bank over everything, until it is done: in two frames, as tests know Stripe's. */
  function challenge(base, intent) {
    const frame = document.createElement('iframe');
    frame.src = `${base}/v3/three-ds-2-challenge.html#${encodeURIComponent(`${base}/authenticate/${intent}?framed=1`)}`;
    frame.name = `__privateStripeFrame${(frames += 1)}`;
    frame.title = '3D Secure authentication frame';
    frame.style.cssText = 'border:0;width:min(32rem,94vw);height:min(26rem,90vh);background:#fff;border-radius:8px;';
    const overlay = document.createElement('div');
    overlay.style.cssText =
      'position:fixed;inset:0;z-index:2147483647;background:rgba(10,20,30,.5);display:grid;place-items:center;';
    overlay.setAttribute('role', 'dialog');
    overlay.setAttribute('aria-modal', 'true');
    overlay.setAttribute('aria-label', '3D Secure');
    overlay.append(frame);
    document.body.append(overlay);
    return new Promise((resolve) => {
      const receive = (event) => {
        if (event.source !== frame.contentWindow || !event.data || event.data.backlot !== 'action-complete') return;
        removeEventListener('message', receive);
        overlay.remove();
        resolve();
      };
      addEventListener('message', receive);
    });
  }

  /** The page of Checkout within a page of the application. */
  class EmbeddedCheckout {
    #url;
    #onComplete;
    #frame;

    #onDestroy;

    constructor(url, onComplete, onDestroy) {
      this.#url = url;
      this.#onComplete = onComplete;
      this.#onDestroy = onDestroy;
    }

    mount(target) {
      const container = typeof target === 'string' ? document.querySelector(target) : target;
      const frame = document.createElement('iframe');
      frame.src = this.#url;
      frame.name = 'embedded-checkout';
      frame.title = 'Secure checkout frame';
      frame.style.cssText = 'border:0;width:100%;height:1100px;';
      this.#frame = frame;
      addEventListener('message', this.#receive);
      container.replaceChildren(frame);
    }

    unmount() {
      removeEventListener('message', this.#receive);
      if (this.#frame) this.#frame.remove();
      this.#frame = undefined;
    }

    destroy() {
      this.unmount();
      this.#onDestroy();
    }

    #receive = ({ source: from, data }) => {
      if (!this.#frame || from !== this.#frame.contentWindow || !data || data.backlot !== 'checkout-complete') return;
      if (this.#onComplete) this.#onComplete();
      if (data.url) location.assign(data.url);
    };
  }

  const Stripe = function Stripe(key, options) {
    return new StripeClient(key, options);
  };
  Stripe.version = RELEASE && RELEASE !== 'v3' ? RELEASE : 3;
  // For stripe-checkout.js, which follows in the same script.
  Stripe._internals = { StripeClient, Elements, Events, challenge, integrationError };
  window.Stripe = Stripe;
})();
