import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { checkUrl } from '../parameters/url';
import { checkContent } from './content-checks';

/** What goes with what is paid once, and what with what recurs. */
const ONCE = [
  'application_fee_amount',
  'customer_creation',
  'invoice_creation',
  'payment_intent_data',
  'shipping_options',
] as const;
const RECURRING = ['application_fee_percent', 'payment_method_collection', 'subscription_data'] as const;

/** Throws for parameters of a payment link that do not go with its prices. */
export function checkLink(given: Stripe.PaymentLinkCreateParams, isRecurring: boolean): void {
  for (const name of isRecurring ? ONCE : RECURRING) {
    if (given[name] === undefined) continue;
    throw invalidRequest(`\`${name}\` can only be used with ${isRecurring ? 'one-time' : 'recurring'} prices.`, {
      param: name,
    });
  }
  const { limit } = given.restrictions?.completed_sessions ?? {};
  if (limit !== undefined && limit < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'restrictions[completed_sessions][limit]',
    });
  }
  checkContent(given);
  checkAfterCompletion(given.after_completion);
}

/** Throws where buyers would be sent nowhere. */
export function checkAfterCompletion(given: Stripe.PaymentLinkCreateParams.AfterCompletion | undefined): void {
  if (given?.type !== 'redirect') return;
  if (given.redirect === undefined) throw parameterMissing('after_completion[redirect]');
  checkUrl(given.redirect.url, 'after_completion[redirect][url]');
}
