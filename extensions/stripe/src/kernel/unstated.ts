import { StripeError } from '../errors';
import { fieldOf, sample } from '../spec/shapes';
import type { Backend } from './backend';
import { expandGenerated } from './expand-generated';
import type { Call } from './module';
import { loadSpec, type Operation } from '../spec/spec';
import { isHash } from './objects';

/** Answers an operation that keeps no state: a well-formed object with what the client gave, or, in a strict configuration, an error. */
export function unstatedAnswer(stripe: Backend, call: Call): object {
  refuseWhereStrict(stripe, call);
  return expandGenerated(stripe, generatedAnswer(stripe, call), call);
}

/** Throws for an operation that keeps no state, in a strict configuration. */
export function refuseWhereStrict(stripe: Backend, { operation }: Call): void {
  if (!stripe.config.strict) return;
  throw new StripeError(
    501,
    'api_error',
    `${operation.key} keeps no state in Backlot, and "strict" is set in the configuration of the extension stripe.`,
  );
}

type Fields = Record<string, unknown>;

/** `items` of a subscription are given as an array, and are a list with pages in the object. */
function isListOf(value: unknown): boolean {
  return (value as { readonly object?: unknown } | null)?.object === 'list';
}

/** Whether an operation makes something below what its path names: `POST /v1/accounts/{account}/persons`. */
function makesBelow({ method, path }: Operation): boolean {
  return method === 'POST' && loadSpec().find('GET', path)?.operation.kind === 'list';
}

/** A well-formed answer with what the client gave, of which nothing is kept. */
export function generatedAnswer(stripe: Backend, { operation, path, params, url }: Call): object {
  if (operation.kind === 'list') return { object: 'list', data: [], has_more: false, url };
  if (operation.kind === 'search') return { object: 'search_result', data: [], has_more: false, next_page: null, url };
  const ids = Object.entries(path);
  const [, id] = (makesBelow(operation) ? undefined : ids.pop()) ?? ['', stripe.newId(operation.result)];
  if (operation.deletes) return { id, object: operation.result, deleted: true };
  const object = sample(operation.result, { id, created: stripe.now() });
  // What it is below of, where it says so: the customer of a card.
  for (const [name, outer] of ids) if (fieldOf(operation.result, name)?.expandable === true) object[name] = outer;
  for (const [name, value] of Object.entries(params)) {
    if (name !== 'object' && name !== 'id') reflect(object, operation.result, name, value);
  }
  return object;
}

/** Puts what the client gave into an object, where it has the same form as in the object. */
function reflect(object: Fields, kind: string, name: string, value: unknown): void {
  const field = fieldOf(kind, name);
  if (field === undefined || isListOf(object[name])) return;
  const there = object[name] ?? null;
  const [inside = ''] = field.kinds;
  if (isHash(value) && inside.startsWith('#')) {
    const nested = isHash(there) ? there : sample(inside, { id: '', created: 0 });
    for (const [each, given] of Object.entries(value)) reflect(nested, inside, each, given);
    object[name] = nested;
  } else if (there === null ? typeof value !== 'object' : formOf(value) === formOf(there)) object[name] = value;
}

function formOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
