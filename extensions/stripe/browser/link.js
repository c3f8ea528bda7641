import { dialog } from './dialog.js';

/** Link, which knows a buyer by an e-mail address: what they keep there is offered once they have said a code. */
export class Link {
  #stripe;
  #session;
  #asked = new Set();
  #whenKnown;

  /** `whenKnown` gets the payment methods of a buyer who has said who they are. */
  constructor(stripe, whenKnown) {
    this.#stripe = stripe;
    this.#whenKnown = whenKnown;
  }

  get #credentials() {
    return { credentials: { consumer_session_client_secret: this.#session } };
  }

  /** Asks for the code of who has this address, once for each address. */
  async knows(email) {
    if (this.#asked.has(email)) return;
    this.#asked.add(email);
    const api = this.#stripe._api;
    const { exists, consumer_session: session } = await api.post('/v1/consumers/sessions/lookup', {
      email_address: email,
    });
    if (!exists) return;
    this.#session = session.client_secret;
    await api.post('/v1/consumers/sessions/start_verification', { ...this.#credentials, type: 'SMS' });
    const about = { session: this.#session, email, phone: session.redacted_phone_number, key: this.#stripe._apiKey };
    const page = `${this.#stripe._base}/v3/link-verification.html#${encodeURIComponent(JSON.stringify(about))}`;
    const told = await dialog({ url: page, title: 'Link verification frame', done: 'link-verified', mayClose: true });
    if (!told) return;
    const { redacted_payment_details: details } = await api.post(
      '/v1/consumers/payment_details/list',
      this.#credentials,
    );
    this.#whenKnown(details.map(({ id, card }) => ({ id, type: 'link', card, isOfLink: true })));
  }

  /** The payment method with which a shop is paid by what is kept. */
  async share(details) {
    const answer = await this.#stripe._api.post('/v1/consumers/payment_details/share', {
      ...this.#credentials,
      payment_details_id: details,
    });
    return answer.error ? { error: answer.error } : { paymentMethod: answer.payment_method };
  }

  /** Keeps a card for later shops. What goes wrong with that does not stop the payment. */
  async signUp({ email, phone }, method) {
    await this.#stripe._api.post('/v1/consumers/accounts/sign_up', {
      email_address: email,
      phone_number: phone,
      payment_method: method,
    });
  }
}
