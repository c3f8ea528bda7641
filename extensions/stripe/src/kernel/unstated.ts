import { StripeError } from '../errors';
import { fieldOf, sample } from '../spec/shapes';
import type { Backend } from './backend';
import type { Call } from './module';

/** Answers an operation that keeps no state: a well-formed object with what the client gave, or, in a strict configuration, an error. */
export function unstatedAnswer(stripe: Backend, call: Call): object {
  if (stripe.config.strict) {
    throw new StripeError(
      501,
      'api_error',
      `${call.operation.key} keeps no state in Backlot, and "strict" is set in the configuration of the extension stripe.`,
    );
  }
  return generatedAnswer(stripe, call);
}

/** `items` of a subscription are given as an array, and are a list with pages in the object. */
function isListOf(value: unknown): boolean {
  return (value as { readonly object?: unknown } | null)?.object === 'list';
}

/** A well-formed answer with what the client gave, of which nothing is kept. */
export function generatedAnswer(stripe: Backend, { operation, path, params, url }: Call): object {
  if (operation.kind === 'list') return { object: 'list', data: [], has_more: false, url };
  if (operation.kind === 'search') return { object: 'search_result', data: [], has_more: false, next_page: null, url };
  const id = Object.values(path).at(-1) ?? stripe.newId(operation.result);
  if (operation.deletes) return { id, object: operation.result, deleted: true };
  const object = sample(operation.result, { id, created: stripe.now() });
  for (const [name, value] of Object.entries(params)) {
    // What the client gave comes back where it has the same form as in the object.
    const isNothing = object[name] === undefined || object[name] === null;
    const fits = isNothing ? typeof value !== 'object' : typeof value === typeof object[name];
    if (fits && !isListOf(object[name]) && fieldOf(operation.result, name) && name !== 'object' && name !== 'id')
      object[name] = value;
  }
  return object;
}
