/** What a buyer agrees to by giving their details, beside those. */
import { options, settings } from './settings.js';

/** By the type of the payment method: what is said, and what the option of the application is called. */
const TERMS = {
  card: [
    'card',
    (business) =>
      `By providing your card information, you allow ${business} to charge your card for future payments in accordance with their terms.`,
  ],
  sepa_debit: [
    'sepaDebit',
    (business) =>
      `By providing your payment information and confirming this payment, you authorise (A) ${business} and Stripe, our payment service provider, to send instructions to your bank to debit your account and (B) your bank to debit your account in accordance with those instructions.`,
  ],
};

/** Debits take a mandate whatever they are for. */
const ALWAYS = ['sepa_debit'];

/** What is said where this payment method is chosen; undefined where nothing is. `business`: what the account is called. */
export function termsOf(type, business) {
  const found = TERMS[type];
  if (found === undefined) return undefined;
  const [option, text] = found;
  const wish = (options.terms && options.terms[option]) || 'auto';
  const isLasting = settings.setupFutureUsage === 'off_session' || ['setup', 'subscription'].includes(settings.mode);
  if (wish === 'never' || (wish === 'auto' && !isLasting && !ALWAYS.includes(type))) return undefined;
  return text((options.business && options.business.name) || business || 'this business');
}
