import type { Change } from './changes';

const TYPES = ['payment_method_types'];

/** https://docs.stripe.com/changelog/endive: which ways to pay are allowed replaces which there are. */
export const endive: Change = {
  since: '2026-09-30',
  translate: {
    'POST /v1/accounts/{account}/reject': (given) =>
      given['reason'] === 'fraud' ? { ...given, reason: 'fraud_other' } : given,
  },
  accepts: {
    'POST /v1/checkout/sessions': TYPES,
    'POST /v1/payment_intents': TYPES,
    'POST /v1/payment_intents/{payment_intent}': TYPES,
    'POST /v1/payment_intents/{payment_intent}/confirm': TYPES,
    'POST /v1/setup_intents': TYPES,
    'POST /v1/setup_intents/{setup_intent}': TYPES,
  },
};
