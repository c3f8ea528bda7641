import { invalidRequest, type StripeError } from '../errors';
import { defaultVersion, fieldAt, renderAt } from '../versions/versions';
import type { Backend } from './backend';
import type { Call, Include } from './module';

export type Includes = Readonly<Record<string, Include>>;

/** How deep a client may expand. https://docs.stripe.com/expand */
const DEEPEST = 4;

type Fields = Record<string, unknown>;

/**
 * Puts objects in the place of their identifiers, and lists where an object has them only on demand, as the parameter `expand`
 * asks. Throws for a path that cannot be expanded, also when there is no object to try it on. The answer is of the version that the
 * client asked for, and so is what is put in; it is not changed.
 */
export function expand(stripe: Backend, includes: Includes, answer: object, call: Call): object {
  const paths = (call.params as { expand?: readonly string[] }).expand ?? [];
  if (paths.length === 0) return answer;
  const { kind, result } = call.operation;
  const version = stripe.scope.version ?? defaultVersion(stripe.config);
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
    check(version, [result], isList ? names.slice(1) : names, path, includes);
    expandIn({ stripe, version, includes }, copy, names, result);
  }
  return copy;
}

/** Follows a path through the declarations. */
function check(
  version: string,
  kinds: readonly string[],
  names: readonly string[],
  path: string,
  includes: Includes,
): void {
  const [name, ...rest] = names;
  if (name === undefined) return;
  const fields = kinds.flatMap((kind) => {
    const field = fieldAt(version, kind, name);
    return field ? [{ ...field, isIncluded: `${kind} ${name}` in includes }] : [];
  });
  if (fields.length === 0) throw notExpandable(path);
  const leads = fields.some(({ expandable, includable, isIncluded }) => expandable || includable || isIncluded);
  if (rest.length === 0 && !leads) throw notExpandable(path);
  if (rest.length === 0) return;
  const next = fields.flatMap(({ kinds: each }) => each);
  // Below a list it goes on with `data`, and then with what the list holds.
  const further = rest[0] === 'data' && fields.some(({ includable }) => includable) ? rest.slice(1) : rest;
  check(version, next, further, path, includes);
}

interface View {
  readonly stripe: Backend;
  readonly version: string;
  readonly includes: Includes;
}

function expandIn(view: View, value: unknown, names: readonly string[], shape: string): void {
  const { stripe, version, includes } = view;
  if (Array.isArray(value)) {
    for (const each of value) expandIn(view, each, names, shape);
    return;
  }
  const [name, ...rest] = names;
  if (typeof value !== 'object' || value === null || name === undefined) return;
  const object = value as Fields;
  const kind = typeof object['object'] === 'string' && !isPage(object) ? object['object'] : shape;
  if (isPage(object) && name === 'data') {
    for (const each of object['data'] as unknown[]) expandIn(view, each, rest, shape);
    return;
  }
  const kinds = fieldAt(version, kind, name)?.kinds ?? [];
  const include = includes[`${kind} ${name}`];
  const included = object[name] === undefined ? include?.(object as never, stripe) : undefined;
  if (included) object[name] = shown(view, included);
  const found = object[name];
  if (typeof found === 'string') object[name] = fetch(view, kinds, found);
  else if (Array.isArray(found))
    object[name] = found.map((each: unknown) => (typeof each === 'string' ? fetch(view, kinds, each) : each));
  expandIn(view, object[name], rest, kinds[0] ?? kind);
}

/** The object under an identifier, or the identifier where there is none: it may be of a kind that is not kept. */
function fetch(view: View, kinds: readonly string[], id: string): unknown {
  for (const kind of kinds) {
    const object = view.stripe.table(kind).find(id);
    if (object) return shown(view, object);
  }
  return id;
}

/** A copy of an object that is put in. */
function shown({ stripe, version }: View, object: object): object {
  return renderAt(version, structuredClone(object), stripe);
}

function isPage(object: Fields): boolean {
  return object['object'] === 'list' || object['object'] === 'search_result';
}

function notExpandable(path: string): StripeError {
  return invalidRequest(`This property cannot be expanded (${path}).`, { code: 'property_not_expandable' });
}
