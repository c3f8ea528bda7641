/** What the API takes though no declaration of the official package has it. */
import type { Operation } from '../spec/spec';
import type { RawHash } from './form';

const INTENTS = /^POST \/v1\/(payment|setup)_intents(\/\{\w+\}(\/confirm)?)?$/;

/**
 * The names of the undeclared parameters in a request: the data of a card where an intent is made or confirmed, which Stripe.js
 * sends and servers may; and, where a page asks (`isPage`), what Stripe.js sends with each call for an intent.
 */
export function undeclared({ key }: Operation, given: RawHash, isPage: boolean): readonly string[] {
  const method = given['payment_method_data'] as RawHash | undefined;
  const isCard = INTENTS.test(key) && method?.['type'] === 'card';
  return [...(isCard ? ['payment_method_data'] : []), ...(isPage ? ['client_secret'] : [])];
}
