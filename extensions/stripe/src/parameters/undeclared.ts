/** What the API takes though no declaration of the official package has it. */
import type { Operation } from '../spec/spec';
import type { RawHash } from './form';

const INTENTS = /^POST \/v1\/(payment|setup)_intents(\/\{\w+\}(\/confirm)?)?$/;

const SUBSCRIPTION = 'POST /v1/subscriptions/{subscription}';

const ENDPOINTS = /^POST \/v1\/webhook_endpoints(\/\{\w+\})?$/;

/**
 * The names of the undeclared parameters in a request: the data of a card where an intent is made or confirmed, which Stripe.js
 * sends and servers may; the types of events of a webhook endpoint; the bank account or, on a page, the card of a source; the identifier of a new customer; the balance that is topped up; the quantity or
 * the plan of the only item of a subscription; and, where a page asks (`isPage`), what Stripe.js sends with each call for an intent.
 */
export function undeclared({ key }: Operation, given: RawHash, isPage: boolean): readonly string[] {
  const method = given['payment_method_data'] as RawHash | undefined;
  const isCard = INTENTS.test(key) && method?.['type'] === 'card';
  const source = key === 'POST /v1/sources' ? given['type'] : undefined;
  return [
    ...(isCard ? ['payment_method_data'] : []),
    ...(source === 'sepa_debit' ? ['sepa_debit'] : []),
    ...(source === 'card' && isPage ? ['card'] : []),
    // Former names depend on a version: the operation looks at them itself.
    ...(ENDPOINTS.test(key) && typeof given['enabled_events'] === 'object' ? ['enabled_events'] : []),
    ...(key === 'POST /v1/customers' && isIdentifier(given['id']) ? ['id'] : []),
    ...(key === 'POST /v1/topups' && typeof given['destination_balance'] === 'string' ? ['destination_balance'] : []),
    ...(key === SUBSCRIPTION ? ['plan', 'quantity'].filter((name) => typeof given[name] === 'string') : []),
    ...(isPage ? ['client_secret'] : []),
  ];
}

/** Whether a value can be the identifier that a client gives what it makes. */
export function isIdentifier(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]+$/.test(value);
}
