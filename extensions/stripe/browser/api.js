import { encode } from './encode.js';

/** The API, as a page with a publishable key sees it. Answers are objects; what goes wrong is `{ error }`, and never thrown. */
export class Api {
  #base;
  #key;
  #options;

  constructor(base, key, options) {
    this.#base = base;
    this.#key = key;
    this.#options = options;
  }

  get(path, params = {}) {
    return this.#send(`${path}?${encode(params)}`, { method: 'GET' });
  }

  post(path, params = {}) {
    return this.#send(path, { method: 'POST', body: encode(params) });
  }

  async #send(path, init) {
    const { stripeAccount, apiVersion } = this.#options;
    const headers = { authorization: `Bearer ${this.#key}` };
    if (stripeAccount) headers['stripe-account'] = stripeAccount;
    if (apiVersion) headers['stripe-version'] = apiVersion;
    try {
      const answer = await fetch(this.#base + path, { ...init, headers });
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

/** What a method of Stripe.js gives: the object under its name, or the error. */
export function named(name, answer) {
  return answer.error ? { error: answer.error } : { [name]: answer };
}
