import { integrationError } from './errors.js';

/** What a client secret looks like. */
export const SECRET = /^\w+_secret_\w+$/;

export function intentOf(clientSecret) {
  if (!SECRET.test(clientSecret)) {
    throw integrationError(
      `Invalid value for the secret of an intent: value should be a client secret of the form \${id}_secret_\${secret}. You specified: '${clientSecret}'.`,
    );
  }
  const id = String(clientSecret).split('_secret')[0];
  return id.startsWith('seti_')
    ? { name: 'setupIntent', path: `/v1/setup_intents/${id}`, confirmedBy: 'confirmSetup' }
    : { name: 'paymentIntent', path: `/v1/payment_intents/${id}`, confirmedBy: 'confirmPayment' };
}
