import { fieldOf, sample } from '../spec/shapes';
import type { Backend } from './backend';
import type { Call } from './module';

/** A well-formed object that is not kept, with a new identifier where none is given. */
export function generated(stripe: Backend, kind: string, id = stripe.newId(kind)): Record<string, unknown> {
  return sample(kind, { id, created: stripe.now() });
}

/** Puts generated objects into a generated answer, where the parameter `expand` asks for objects that are not there. */
export function expandGenerated(stripe: Backend, answer: object, { operation, params }: Call): object {
  const { expand = [] } = params as { readonly expand?: readonly string[] };
  for (const path of expand) putIn(stripe, answer, path.split('.'), operation.result);
  return answer;
}

function putIn(stripe: Backend, value: unknown, names: readonly string[], kind: string): void {
  if (Array.isArray(value)) for (const each of value) putIn(stripe, each, names, kind);
  const [name, ...rest] = names;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || name === undefined) return;
  const object = value as Record<string, unknown>;
  const isPage = object['object'] === 'list' || object['object'] === 'search_result';
  if (isPage && name === 'data') return putIn(stripe, object['data'], rest, kind);
  const field = fieldOf(kind, name);
  if (field === undefined) return;
  const inside = field.kinds.find((each) => !each.startsWith('#'));
  if (inside !== undefined && (field.expandable || field.isList)) {
    object[name] = expanded(stripe, object[name], inside, field.isList);
  }
  putIn(stripe, object[name], rest, inside ?? field.kinds[0] ?? kind);
}

function expanded(stripe: Backend, found: unknown, kind: string, isList: boolean): unknown {
  if (isList) return { object: 'list', data: [generated(stripe, kind)], has_more: false, url: '' };
  // What is there is put in later, as into any answer.
  if (typeof found === 'string') return stripe.table(kind).has(found) ? found : generated(stripe, kind, found);
  return found ?? generated(stripe, kind);
}
