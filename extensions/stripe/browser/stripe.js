/**
 * Stands in for https://js.stripe.com/v3: `Stripe(publishableKey, options)`. It talks to the Backlot that it was loaded from.
 * Fields for cards are in frames with the titles and the names of fields that Stripe's have.
 */
import { StripeClient } from './client.js';
import { VERSION } from './source.js';

const Stripe = function Stripe(key, options) {
  return new StripeClient(key, options);
};
Stripe.version = VERSION;
window.Stripe = Stripe;
