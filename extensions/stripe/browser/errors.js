/** What is wrong: with the code of the page, which is thrown, or with what a buyer filled in, which is answered. */

/** What the application does wrong, not the buyer. */
export function integrationError(message) {
  return Object.assign(new Error(message), { name: 'IntegrationError' });
}

export function invalid(message, code) {
  return {
    type: 'validation_error',
    code: code || 'incomplete_payment_details',
    message: message || 'Your payment details are incomplete.',
  };
}

/** What Checkout in Stripe.js calls what the API refuses. */
export const CODES = {
  promotion_code_invalid: 'invalidCode',
  email_invalid: 'invalidEmail',
  tax_id_invalid: 'invalidTaxId',
};
