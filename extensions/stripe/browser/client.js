import { Api, named } from './api.js';
import { collectAccounts, collectAccountToken, collectBankAccount } from './bank-accounts.js';
import { checkoutFormSdk, checkoutSdk, initCheckout } from './checkout-sdk.js';
import { confirm, confirmType } from './confirm.js';
import { CONFIRM_METHODS } from './confirm-methods.js';
import { dialog } from './dialog.js';
import { Element } from './element.js';
import { Elements } from './elements.js';
import { EmbeddedCheckout } from './embedded-checkout.js';
import { integrationError } from './errors.js';
import { createEphemeralKeyNonce } from './issuing.js';
import { act } from './next-actions.js';
import { createConfirmationToken, createPaymentMethod, createSource, createToken } from './objects.js';
import { PaymentRequest } from './payment-request.js';
import { intentOf } from './secrets.js';
import { FROM } from './source.js';

/** What `Stripe(key)` gives. */
export class StripeClient {
  constructor(key, options = {}) {
    if (typeof key !== 'string') throw integrationError('Missing value for Stripe(): apiKey should be a string.');
    if (key === '') throw integrationError('Please call Stripe() with your publishable key. You used an empty string.');
    if (/^(sk|rk)_/.test(key))
      throw integrationError(
        'You should not use your secret key with Stripe.js. Please pass a publishable key instead.',
      );
    this._base = options.apiBase || FROM || location.origin;
    this._api = new Api(this._base, key, options);
    this._apiKey = key;
    this._keyMode = 'test';
    this._locale = options.locale;
  }

  _registerWrapper() {}

  registerAppInfo() {}

  elements(options) {
    return new Elements(this, options);
  }

  async createToken(given, data) {
    return createToken(this._api, given, data);
  }

  /** Nothing is watched here: a session to name to Radar. */
  async createRadarSession() {
    const id = [...window.crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0'));
    return { radarSession: { id: `rse_${id.join('')}` } };
  }

  async createSource(given, data) {
    return createSource(this._api, given, data);
  }

  async retrieveSource({ id, client_secret }) {
    return named('source', await this._api.get(`/v1/sources/${id}`, { client_secret }));
  }

  async createPaymentMethod(options, element, more) {
    return createPaymentMethod(this._api, options, element, more);
  }

  async createConfirmationToken(options) {
    return createConfirmationToken(this._api, options);
  }

  async createEphemeralKeyNonce(options) {
    return createEphemeralKeyNonce(this, options);
  }

  async confirmPayment(options) {
    return confirm(this, 'confirmPayment', options);
  }

  async confirmSetup(options) {
    return confirm(this, 'confirmSetup', options);
  }

  async handleNextAction({ clientSecret }) {
    return act(this, await this._retrieve(clientSecret));
  }

  /** Of an intent that the server confirms again afterwards. */
  async handleCardAction(clientSecret) {
    const result = await this._retrieve(clientSecret);
    const { paymentIntent } = result;
    if (!paymentIntent || paymentIntent.status === 'requires_action') return act(this, result);
    const message = `handleCardAction: The PaymentIntent supplied is not in the requires_action state: it is ${paymentIntent.status}.`;
    return { error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message } };
  }

  handleCardPayment(clientSecret, element, data = {}) {
    const { payment_method_data: method = {}, ...rest } = data;
    return confirmType(this, 'card', clientSecret, {
      ...rest,
      ...(element instanceof Element && { payment_method: { card: element, ...method } }),
    });
  }

  handleCardSetup(clientSecret, element, data) {
    return this.handleCardPayment(clientSecret, element, data);
  }

  async retrievePaymentIntent(clientSecret) {
    return this._retrieve(clientSecret);
  }

  async retrieveSetupIntent(clientSecret) {
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

  async initEmbeddedCheckout(options) {
    if (this._embedded) throw integrationError('You cannot have multiple Embedded Checkout objects.');
    this._embedded = true;
    const { clientSecret, fetchClientSecret } = options;
    const secret = clientSecret || (await fetchClientSecret());
    return new EmbeddedCheckout(this, secret.split('_secret_')[0], options, () => (this._embedded = false));
  }

  createEmbeddedCheckoutPage(options) {
    return this.initEmbeddedCheckout(options);
  }

  initCheckoutElementsSdk(options = {}) {
    return checkoutSdk(this, options);
  }

  initCheckoutFormSdk(options = {}) {
    return checkoutFormSdk(this, options);
  }

  initCheckout(options = {}) {
    return initCheckout(this, options);
  }

  async collectBankAccountForPayment(options) {
    return collectBankAccount(this, options);
  }

  async collectBankAccountForSetup(options) {
    return collectBankAccount(this, options);
  }

  async collectFinancialConnectionsAccounts(options) {
    return collectAccounts(this, options);
  }

  async collectBankAccountToken(options) {
    return collectAccountToken(this, options);
  }

  /** Shows the check of an identity over the page. */
  async verifyIdentity(clientSecret) {
    const id = String(clientSecret).split('_secret_')[0];
    const told = await dialog({
      url: `${this._base}/verify/${id}?framed=1`,
      title: 'Verify your identity',
      done: 'identity-submitted',
      mayClose: true,
    });
    if (told) return { verificationSession: { id } };
    return { error: { type: 'session_cancelled', code: 'session_cancelled', message: 'The verification was closed.' } };
  }

  async verifyMicrodepositsForPayment(clientSecret, data = {}) {
    const { name, path } = intentOf(clientSecret);
    const params = { ...data, client_secret: clientSecret };
    return named(name, await this._api.post(`${path}/verify_microdeposits`, params));
  }

  verifyMicrodepositsForSetup(clientSecret, data) {
    return this.verifyMicrodepositsForPayment(clientSecret, data);
  }

  paymentRequest(options) {
    return new PaymentRequest(options);
  }

  async _retrieve(clientSecret) {
    const { name, path } = intentOf(clientSecret);
    return named(name, await this._api.get(path, { client_secret: clientSecret }));
  }
}

for (const [name, type] of Object.entries(CONFIRM_METHODS)) {
  for (const what of ['Payment', 'Setup']) {
    Object.defineProperty(StripeClient.prototype, `confirm${name}${what}`, {
      async value(clientSecret, data, options) {
        return confirmType(this, type, clientSecret, data, options);
      },
    });
  }
}
