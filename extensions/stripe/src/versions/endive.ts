import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';

const TYPES = ['payment_method_types'];

/** https://docs.stripe.com/changelog/endive: which ways to pay are allowed replaces which there are. */
export const endive: Change = {
  since: '2026-09-30',
  render: (object) => {
    const { filters } = object as { filters?: Fields | null };
    if (object['object'] !== 'financial_connections.session' || !filters) return object;
    const { country, ...rest } = filters;
    return { ...object, filters: { ...rest, countries: country == null ? null : [country] } };
  },
  translate: {
    'POST /v1/financial_connections/sessions': (given) => {
      const { countries, ...filters } = (given['filters'] ?? {}) as RawHash;
      if (countries === undefined) return given;
      return { ...given, filters: { ...filters, country: Object.values(countries)[0]! } };
    },
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
