import { invalidRequest, type StripeError } from '../errors';
import { fieldOf } from '../spec/shapes';
import type { Backend } from './backend';
import type { Call, Include } from './module';

export type Includes = Readonly<Record<string, Include>>;

/** How deep a client may expand. https://docs.stripe.com/expand */
const DEEPEST = 4;

type Fields = Record<string, unknown>;

/**
 * Puts objects in the place of their identifiers, and lists where an object has them only on demand, as the parameter `expand`
 * asks. Throws for a path that cannot be expanded, also when there is no object to try it on. The answer is not changed.
 */
export function expand(stripe: Backend, includes: Includes, answer: object, call: Call): object {
  const paths = (call.params as { expand?: readonly string[] }).expand ?? [];
  if (paths.length === 0) return answer;
  const { kind, result } = call.operation;
  const copy = structuredClone(answer) as Fields;
  for (const path of paths) {
    // The search puts it in itself.
    if (kind === 'search' && path === 'total_count') continue;
    const names = path.split('.');
    if (names.length > DEEPEST) {
      throw invalidRequest(`You cannot expand more than ${DEEPEST} levels of a property. Property: ${path}`);
    }
    const isList = kind === 'list' || kind === 'search';
    if (isList && names[0] !== 'data') throw notExpandable(path);
    check([result], isList ? names.slice(1) : names, path, includes);
    expandIn(stripe, includes, copy, names, result);
  }
  return copy;
}

/** Follows a path through the declarations. */
function check(kinds: readonly string[], names: readonly string[], path: string, includes: Includes): void {
  const [name, ...rest] = names;
  if (name === undefined) return;
  const fields = kinds.flatMap((kind) => {
    const field = fieldOf(kind, name);
    return field ? [{ ...field, isIncluded: `${kind} ${name}` in includes }] : [];
  });
  if (fields.length === 0) throw notExpandable(path);
  const leads = fields.some(({ expandable, includable, isIncluded }) => expandable || includable || isIncluded);
  if (rest.length === 0 && !leads) throw notExpandable(path);
  if (rest.length === 0) return;
  const next = fields.flatMap(({ kinds: each }) => each);
  // Below a list it goes on with `data`, and then with what the list holds.
  const further = rest[0] === 'data' && fields.some(({ includable }) => includable) ? rest.slice(1) : rest;
  check(next, further, path, includes);
}

function expandIn(stripe: Backend, includes: Includes, value: unknown, names: readonly string[], shape: string): void {
  if (Array.isArray(value)) {
    for (const each of value) expandIn(stripe, includes, each, names, shape);
    return;
  }
  const [name, ...rest] = names;
  if (typeof value !== 'object' || value === null || name === undefined) return;
  const object = value as Fields;
  const kind = typeof object['object'] === 'string' && !isPage(object) ? object['object'] : shape;
  if (isPage(object) && name === 'data') {
    for (const each of object['data'] as unknown[]) expandIn(stripe, includes, each, rest, shape);
    return;
  }
  const kinds = fieldOf(kind, name)?.kinds ?? [];
  const include = includes[`${kind} ${name}`];
  if (object[name] === undefined && include) object[name] = structuredClone(include(object as never, stripe));
  const found = object[name];
  if (typeof found === 'string') object[name] = fetch(stripe, kinds, found);
  else if (Array.isArray(found))
    object[name] = found.map((each: unknown) => (typeof each === 'string' ? fetch(stripe, kinds, each) : each));
  expandIn(stripe, includes, object[name], rest, kinds[0] ?? kind);
}

/** The object under an identifier, or the identifier where there is none: it may be of a kind that is not kept. */
function fetch(stripe: Backend, kinds: readonly string[], id: string): unknown {
  for (const kind of kinds) {
    const object = stripe.table(kind).find(id);
    if (object) return structuredClone(object);
  }
  return id;
}

function isPage(object: Fields): boolean {
  return object['object'] === 'list' || object['object'] === 'search_result';
}

function notExpandable(path: string): StripeError {
  return invalidRequest(`This property cannot be expanded (${path}).`, { code: 'property_not_expandable' });
}
