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
    expressCheckout: 'Secure express checkout frame',
    iban: 'Secure IBAN input frame',
    auBankAccount: 'Secure bank account input frame',
    idealBank: 'Secure payment input frame',
  };
  const HEIGHTS = {
    card: 24,
    cardNumber: 24,
    cardExpiry: 24,
    cardCvc: 24,
    payment: 230,
    address: 420,
    linkAuthentication: 76,
  };

  let count = 0;

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
      const container = typeof target === 'string' ? document.querySelector(target) : target;
      if (!container) {
        throw new Error(
          `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`,
        );
      }
      if (this.#frame) this.unmount();
      this.#container = container;
      container.classList.add('StripeElement', 'StripeElement--empty');
      if (this.#type === 'expressCheckout' || this.#type === 'paymentRequestButton') {
        // There is no wallet here: an element without buttons.
        setTimeout(() => this._emit('ready', { elementType: this.#type, availablePaymentMethods: undefined }));
        return this;
      }
      const frame = document.createElement('iframe');
      frame.title = TITLES[this.#type] || 'Secure payment input frame';
      frame.name = `__privateStripeFrame${count}`;
      frame.allow = 'payment *; publickey-credentials-get *';
      frame.style.cssText = `border:0;margin:0;padding:0;width:100%;min-width:100%;display:block;height:${HEIGHTS[this.#type] || 24}px;color-scheme:light only;`;
      frame.src = `${this.#elements._stripe._base}/js/elements#${encodeURIComponent(JSON.stringify(this.#settings()))}`;
      this.#frame = frame;
      addEventListener('message', this.#receive);
      container.replaceChildren(frame);
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
        }),
      );
    }

    unmount() {
      removeEventListener('message', this.#receive);
      if (this.#frame) this.#frame.remove();
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
        this._emit('ready', { elementType: this.#type });
        return;
      }
      const { classList } = this.#container;
      if (data.event === 'focus' || data.event === 'blur') {
        classList.toggle('StripeElement--focus', data.event === 'focus');
        this._emit(data.event, { elementType: this.#type });
        return;
      }
      if (data.event === 'change') {
        const { empty, complete, collapsed, error, brand, value } = data;
        const change = JSON.parse(JSON.stringify({ empty, complete, collapsed, brand, value }));

        this._change = { elementType: this.#type, ...change, error };
        classList.toggle('StripeElement--empty', change.empty);
        classList.toggle('StripeElement--complete', change.complete);
        classList.toggle('StripeElement--invalid', Boolean(error));
        this._emit('change', this._change);
      }
    };
  }

  /** A group of elements. */
  class Elements {
    #all = new Map();

    constructor(stripe, options = {}) {
      this._stripe = stripe;
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
      if (clientSecret) void this.fetchUpdates();
    }

    create(type, options) {
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
    }

    /** Says which types of payment methods there are. */
    _takes(methods) {
      this._methods = methods;
      const payment = this.#all.get('payment');
      if (payment) payment._methods(methods);
    }

    /** Asks which types of payment methods the intent takes. */
    async fetchUpdates() {
      const { clientSecret } = this._options;
      if (!clientSecret) return {};
      const result = await this._stripe._retrieve(clientSecret);
      const intent = result.paymentIntent || result.setupIntent;
      if (!intent) return result;
      this._takes(intent.payment_method_types);
      return {};
    }

    /** Checks all that is filled in, and marks what is missing. */
    async submit() {
      for (const element of this.#all.values()) {
        if (element._type === 'expressCheckout') continue;
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

    /** All that the elements hold, as the data of a payment method, and where things are sent. */
    async _methodData() {
      const data = { type: 'card', billing_details: {} };
      let shipping;
      for (const element of this.#all.values()) {
        if (element._type === 'expressCheckout') continue;
        const { complete, error, value } = await element._read();
        if (!complete) return { error: invalid(error) };
        if (element._type === 'address' && element._mode === 'shipping') shipping = value;
        else merge(data, element._type, value);
      }
      return { data, shipping };
    }
  }

  /** There may be an address for the bill and one to send to. */
  function keyOf(type, { mode } = {}) {
    return type === 'address' ? `address ${mode || 'billing'}` : type;
  }

  /** What the application does wrong, not the buyer. */
  function integrationError(message) {
    return Object.assign(new Error(message), { name: 'IntegrationError' });
  }

  /** Puts what an element holds into the data of a payment method. */
  function merge(data, type, value) {
    if (type === 'payment') {
      const { billing_details: details, ...method } = value;
      Object.assign(data, method);
      Object.assign(data.billing_details, details);
      return;
    }
    if (type === 'linkAuthentication') {
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
        throw new Error('Please call Stripe() with your publishable key. You used an empty string.');
      if (/^(sk|rk)_/.test(key))
        throw new Error('You should not use your secret key with Stripe.js. Please pass a publishable key instead.');
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
      if (options.elements) {
        requireSubmit(options.elements, 'createPaymentMethod');
        const { data, error } = await options.elements._methodData();
        if (error) return { error };
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
      const { data, shipping, error } = await elements._methodData();
      if (error) return { error };
      const { payment_method_data: given = {}, ...rest } = params;
      const method = { ...data, ...given, billing_details: { ...data.billing_details, ...given.billing_details } };
      const made = this.#object('paymentMethod', await this.#post('/v1/payment_methods', method));
      if (made.error) return made;
      const token = { ...(shipping && { shipping }), ...rest, payment_method: made.paymentMethod.id };
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

    _get(path) {
      return this.#get(path, {});
    }

    _retrieve(clientSecret) {
      const { name, path } = intentOf(clientSecret);
      return this.#get(path, { client_secret: clientSecret }).then((answer) => this.#object(name, answer));
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
      if (!clientSecret) throw new Error('confirmPayment needs a clientSecret, by itself or of its Elements.');
      if (redirect === 'always' && !confirmParams.return_url) {
        throw new Error('confirmPayment(): the confirmParams must have a return_url unless redirect is "if_required".');
      }
      if (elements && !confirmParams.confirmation_token) requireSubmit(elements, 'confirmPayment');
      const { name, path } = intentOf(clientSecret);
      const { payment_method_data: methodGiven = {}, ...rest } = confirmParams;
      const params = { ...rest, client_secret: clientSecret, use_stripe_sdk: true };
      if (elements && !confirmParams.payment_method && !confirmParams.confirmation_token) {
        const { data, shipping, error } = await elements._methodData();
        if (error) return { error };
        if (shipping && name === 'paymentIntent') params.shipping = { ...shipping, ...params.shipping };
        const method = { ...data, ...methodGiven };
        method.billing_details = { ...data.billing_details, ...methodGiven.billing_details };
        const made = this.#object('paymentMethod', await this.#post('/v1/payment_methods', method));
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
      await challenge(`${this._base}/authenticate/${intent.id}?framed=1`);
      const after = await this._retrieve(intent.client_secret);
      const now = after.paymentIntent || after.setupIntent;
      const failure = now && (now.last_payment_error || now.last_setup_error);
      if (now && now.status === 'requires_payment_method') {
        const error = failure || {
          type: 'invalid_request_error',
          message:
            'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
        };
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
    AuBecsDebit: 'au_becs_debit',
    BacsDebit: 'bacs_debit',
    Bancontact: 'bancontact',
    Blik: 'blik',
    Boleto: 'boleto',
    Cashapp: 'cashapp',
    Eps: 'eps',
    Fpx: 'fpx',
    Giropay: 'giropay',
    GrabPay: 'grabpay',
    Ideal: 'ideal',
    Klarna: 'klarna',
    Konbini: 'konbini',
    MobilepayPayment: 'mobilepay',
    Oxxo: 'oxxo',
    P24: 'p24',
    PayNow: 'paynow',
    PayPal: 'paypal',
    Pix: 'pix',
    PromptPay: 'promptpay',
    SepaDebit: 'sepa_debit',
    Sofort: 'sofort',
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
    const id = String(clientSecret).split('_secret')[0];
    return id.startsWith('seti_')
      ? { name: 'setupIntent', path: `/v1/setup_intents/${id}` }
      : { name: 'paymentIntent', path: `/v1/payment_intents/${id}` };
  }

  /** Shows the page of the bank over everything, until it is done. */
  function challenge(url) {
    const frame = document.createElement('iframe');
    frame.src = url;
    frame.name = 'stripe-challenge-frame';
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
