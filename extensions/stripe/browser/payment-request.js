import { integrationError } from './errors.js';
import { Events } from './events.js';

/** Wallets, of which there is none here: nobody can pay with it, as in a browser without one. */
export class PaymentRequest extends Events {
  constructor(options = {}) {
    super();
    for (const name of ['country', 'currency']) {
      if (typeof options[name] === 'string') continue;
      throw integrationError(
        `Invalid value for paymentRequest(): ${name} should be string. You specified: ${String(options[name])}.`,
      );
    }
    if (!options.total || !Number.isInteger(options.total.amount) || typeof options.total.label !== 'string') {
      throw integrationError(
        'Invalid value for paymentRequest(): total should be an object with an amount and a label.',
      );
    }
  }

  canMakePayment() {
    return Promise.resolve(null);
  }

  isShowing() {
    return false;
  }

  show() {
    throw integrationError('show() cannot be called where canMakePayment() gives null.');
  }

  update() {}

  abort() {}
}
