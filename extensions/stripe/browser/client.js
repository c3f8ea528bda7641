import { challenge } from './challenge.js';
import { checkoutSdk, initCheckout } from './checkout.js';
import { Element } from './element.js';
import { Elements } from './elements.js';
import { EmbeddedCheckout } from './embedded-checkout.js';
import { encode } from './encode.js';
import { integrationError, invalid } from './errors.js';
import { Events } from './events.js';
import { merge } from './merge.js';
import { intentOf } from './secrets.js';
import { FROM } from './source.js';

export class StripeClient {
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
    const id = [...window.crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0'));
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
      elements._requireGiven(methodGiven.billing_details, name === 'paymentIntent' ? 'confirmPayment' : 'confirmSetup');
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

  initCheckoutElementsSdk(options = {}) {
    return checkoutSdk(this, options);
  }

  initCheckout(options = {}) {
    return initCheckout(this, options);
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
