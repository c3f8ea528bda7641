/**
 * Checkout with elements on a page of the application: `stripe.initCheckout`, for sessions whose `ui_mode` is `custom` or `elements`.
 * Follows stripe.js in the same script.
 */
(() => {
  const { StripeClient, Elements, Events, challenge, integrationError } = window.Stripe._internals;
  delete window.Stripe._internals;

  /** An amount as Stripe.js shows it: `{ amount: '$20.00', minorUnitsAmount: 2000 }`. */
  function shownAmount(minorUnitsAmount, currency) {
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    const { maximumFractionDigits: digits } = format.resolvedOptions();
    return { amount: format.format(minorUnitsAmount / 10 ** digits), minorUnitsAmount };
  }

  function shownAddress(details) {
    return details && details.address ? { name: details.name, address: details.address } : null;
  }

  /** A session as pages see it. */
  function sessionFrom(answer, { billing, shipping }) {
    const currency = answer.currency || 'usd';
    const amount = (value) => shownAmount(value || 0, currency);
    const { amount_discount: discount, amount_shipping: sending, amount_tax: tax } = answer.total_details || {};
    const items = answer.line_items.data;
    const exclusive = items.reduce(
      (sum, item) => sum + item.amount_total - item.amount_subtotal + item.amount_discount,
      0,
    );
    const options = answer.shipping_options.map(({ shipping_amount: cost, shipping_rate: rate }) => ({
      id: rate.id,
      displayName: rate.display_name,
      currency,
      ...amount(cost),
      deliveryEstimate: rate.delivery_estimate || null,
    }));
    const chosen = answer.shipping_cost && answer.shipping_cost.shipping_rate;
    const details = answer.customer_details || {};
    return {
      id: answer.id,
      livemode: false,
      currency,
      businessName: null,
      email: details.email || null,
      phoneNumber: details.phone || null,
      billingAddress: billing || null,
      shippingAddress:
        shipping || shownAddress(answer.collected_information && answer.collected_information.shipping_details),
      canConfirm: answer.status === 'open' && Boolean(details.email),
      minorUnitsAmountDivisor:
        10 ** new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits,
      lineItems: items.map((item) => ({
        id: item.id,
        name: item.description,
        quantity: item.quantity,
        unitAmount: item.price && item.price.unit_amount !== null ? amount(item.price.unit_amount) : null,
        subtotal: amount(item.amount_subtotal),
        discount: amount(item.amount_discount),
        total: amount(item.amount_total),
        adjustableQuantity:
          item.adjustable_quantity && item.adjustable_quantity.enabled ? item.adjustable_quantity : null,
        recurring:
          item.price && item.price.recurring
            ? { interval: item.price.recurring.interval, intervalCount: item.price.recurring.interval_count }
            : null,
      })),
      discountAmounts: discount ? [amount(discount)] : null,
      shippingOptions: options,
      shipping: chosen ? { shippingOption: options.find(({ id }) => id === chosen) || null } : null,
      status:
        answer.status === 'complete'
          ? { type: 'complete', paymentStatus: answer.payment_status }
          : { type: answer.status },
      total: {
        subtotal: amount(answer.amount_subtotal),
        discount: amount(discount),
        shippingRate: amount(sending),
        taxExclusive: amount(exclusive),
        taxInclusive: amount((tax || 0) - exclusive),
        total: amount(answer.amount_total),
      },
    };
  }

  /** A session with what a page does to it. Each action gives `{ type: 'success', session }` or `{ type: 'error', error }`. */
  class Checkout extends Events {
    #stripe;
    #elements;
    #loaded;
    #answer;
    #id;
    #noted = {};

    constructor(stripe, { clientSecret, fetchClientSecret, elementsOptions = {} }) {
      super();
      this.#stripe = stripe;
      this.#elements = new Elements(stripe, elementsOptions);
      this.#loaded = this.#load(clientSecret || fetchClientSecret);
    }

    async #load(given) {
      const secret = await (typeof given === 'function' ? given() : given);
      if (typeof secret !== 'string')
        throw integrationError('initCheckout needs the clientSecret of a Checkout Session.');
      this.#id = secret.split('_secret_')[0];
      const answer = await this.#stripe._get(`/v1/payment_pages/${this.#id}`);
      if (answer.error) return { type: 'error', error: answer.error };
      this.#answer = answer;
      this.#elements._takes(answer.payment_method_types);
      return { type: 'success' };
    }

    /** The session and the actions, once they are there. */
    async loadActions() {
      const loaded = await this.#loaded;
      return loaded.type === 'error' ? loaded : { type: 'success', actions: this };
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

    getPaymentElement() {
      return this.#elements.getElement('payment');
    }

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
      const answer = await this.#stripe._post(`/v1/payment_pages/${this.#id}`, params);
      return answer.error ? { type: 'error', error: answer.error } : this.#succeed(answer);
    }

    applyPromotionCode(code) {
      return this.#change({ promotion_code: code });
    }

    removePromotionCode() {
      return this.#change({ promotion_code: '' });
    }

    updateEmail(email) {
      return this.#change({ email });
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
      return this.#succeed(await this.#stripe._get(`/v1/payment_pages/${this.#id}`));
    }

    async confirm(given = {}) {
      const { returnUrl, redirect = 'always', paymentMethod, savePaymentMethod } = given;
      await this.#loaded;
      const billing = given.billingAddress || this.#noted.billing;
      const email = given.email || (this.#answer.customer_details || {}).email;
      if (!email)
        return { type: 'error', error: { code: null, message: 'An email is required to confirm the session.' } };
      let method = paymentMethod;
      let shipping = given.shippingAddress || this.#noted.shipping;
      if (!method && this.#elements.getElement('payment')) {
        const read = await this.#elements._methodData();
        if (read.error) return { type: 'error', error: read.error };
        shipping = shipping || read.shipping;
        const details = { ...read.data.billing_details, ...(billing && billing), email };
        const made = await this.#stripe._post('/v1/payment_methods', { ...read.data, billing_details: details });
        if (made.error) return { type: 'error', error: made.error };
        method = made.id;
      }
      const answer = await this.#stripe._post(`/v1/payment_pages/${this.#id}/confirm`, {
        payment_method: method,
        email,
        phone: given.phoneNumber || this.#noted.phone,
        shipping,
        save_payment_method: savePaymentMethod,
      });
      if (answer.error)
        return {
          type: 'error',
          error: {
            code: 'paymentFailed',
            paymentFailed: { declineCode: answer.error.decline_code || null },
            ...answer.error,
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
        url.searchParams.set('framed', '1');
        await challenge(url.href);
        answer = await this.#stripe._get(`/v1/payment_pages/${this.#id}`);
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

  // Releases before Clover give a promise of the session with its actions; later ones an object that loads them.
  const isPromised = ['v3', 'acacia', 'basil', 3].includes(window.Stripe.version);
  StripeClient.prototype.initCheckout = function initCheckout(options = {}) {
    const checkout = new Checkout(this, options);
    if (!isPromised) return checkout;
    return checkout.loadActions().then((loaded) => {
      if (loaded.type === 'error') throw Object.assign(new Error(loaded.error.message), loaded.error);
      return checkout;
    });
  };
  StripeClient.prototype.initCheckoutElementsSdk = StripeClient.prototype.initCheckout;
})();
