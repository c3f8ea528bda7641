import { invalidRequest, type StripeError } from '../errors';
import { defaultVersion, fieldAt, renderAt } from '../versions/versions';
import type { Backend } from './backend';
import { withFirstLines } from './first-lines';
import type { Call, Include } from './module';

export type Includes = Readonly<Record<string, Include>>;

/** How deep a client may expand. https://docs.stripe.com/expand */
const DEEPEST = 4;

type Fields = Record<string, unknown>;

/** Throws for a path of the parameter `expand` that cannot be expanded, whatever the answer will be. */
export function checkExpand(version: string, includes: Includes, call: Call): void {
  const { kind, result } = call.operation;
  const isList = kind === 'list' || kind === 'search';
  for (const path of pathsOf(call)) {
    const names = path.split('.');
    if (names.length > DEEPEST) {
      throw invalidRequest(`You cannot expand more than ${DEEPEST} levels of a property. Property: ${path}`, {
        code: 'property_expansion_max_depth',
      });
    }
    // The search puts it in itself.
    if (kind === 'search' && path === 'total_count') continue;
    const [first = ''] = names;
    if (isList && first !== 'data') throw notExpandable(first, `data.${first}`);
    checkFields({ version, includes, names }, [result], isList ? 1 : 0);
  }
}

/**
 * Puts objects in the place of their identifiers, and lists where an object has them only on demand, as the parameter `expand`
 * asks. The answer is of the version that the client asked for, and so is what is put in; it is not changed.
 */
export function expand(stripe: Backend, includes: Includes, answer: object, call: Call): object {
  const paths = pathsOf(call);
  if (paths.length === 0) return answer;
  const version = stripe.scope.version ?? defaultVersion(stripe.config);
  const copy = structuredClone(answer) as Fields;
  for (const path of paths) expandIn({ stripe, version, includes }, copy, path.split('.'), call.operation.result);
  return copy;
}

function pathsOf({ params }: Call): readonly string[] {
  const { expand: paths } = params as { expand?: readonly string[] };
  // What no specification knows comes as it was written.
  return Array.isArray(paths) ? (paths as readonly string[]) : [];
}

interface Path {
  readonly version: string;
  readonly includes: Includes;
  readonly names: readonly string[];
}

/**
 * Follows a path through the declarations, from the name at a place on. What is an object or a list anyway may be named, too; an error
 * tells the path up to the name that leads to neither.
 */
function checkFields(path: Path, kinds: readonly string[], from: number): void {
  const { version, includes, names } = path;
  const name = names[from];
  if (name === undefined) return;
  const fields = kinds.flatMap((kind) => {
    const field = fieldAt(version, kind, name);
    return field ? [{ ...field, isIncluded: `${kind} ${name}` in includes }] : [];
  });
  const leads = fields.some((field) => field.kinds.length > 0 || field.includable || field.isIncluded);
  if (!leads) throw notExpandable(names.slice(0, from + 1).join('.'));
  const isList = fields.some((field) => field.isList);
  const next = from + 1;
  if (isList && next < names.length && names[next] !== 'data') {
    throw notExpandable(names.slice(0, next + 1).join('.'));
  }
  checkFields(
    path,
    fields.flatMap((field) => field.kinds),
    isList ? next + 1 : next,
  );
}

/** An object with an identifier, and the way from it to one within that has none: `checkout.session total_details`. */
interface Within {
  readonly owner: Fields;
  readonly path: string;
}

interface View {
  readonly stripe: Backend;
  readonly version: string;
  readonly includes: Includes;
}

function expandIn(view: View, value: unknown, names: readonly string[], shape: string, within?: Within): void {
  const { stripe, version, includes } = view;
  if (Array.isArray(value)) {
    for (const each of value) expandIn(view, each, names, shape, within);
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
  const isPart = within !== undefined && object['id'] === undefined;
  const place = isPart
    ? { owner: within.owner, path: `${within.path}.${name}` }
    : { owner: object, path: `${kind} ${name}` };
  const include = includes[place.path];
  const standIn = (each: unknown): unknown => (typeof each === 'string' ? (fetch(view, kinds, each) ?? each) : each);
  const own = object[name];
  const found = Array.isArray(own) ? own.map(standIn) : standIn(own);
  const isMissing = found === undefined || typeof found === 'string';
  const included = isMissing ? include?.(place.owner as never, stripe) : undefined;
  if (included) object[name] = typeof included === 'string' ? standIn(included) : shown(view, included);
  else if (found !== undefined) object[name] = found;
  expandIn(view, object[name], rest, kinds[0] ?? kind, place);
}

/** The object under an identifier; undefined where there is none: it may be of a kind that is not kept. */
function fetch(view: View, kinds: readonly string[], id: string): object | undefined {
  for (const kind of kinds.filter((each) => !each.startsWith('#'))) {
    const object = view.stripe.table(kind).find(id);
    if (object) return shown(view, object);
  }
  return undefined;
}

/** A copy of an object, or of a list without pages, that is put in. */
function shown(view: View, object: object): object {
  const { stripe, version } = view;
  if (Array.isArray(object)) return object.map((each: object) => shown(view, each));
  return renderAt(version, structuredClone(withFirstLines(object)), stripe);
}

function isPage(object: Fields): boolean {
  return object['object'] === 'list' || object['object'] === 'search_result';
}

function notExpandable(path: string, instead?: string): StripeError {
  const hint = instead === undefined ? '' : ` You may want to try expanding '${instead}' instead.`;
  return invalidRequest(`This property cannot be expanded (${path}).${hint}`);
}
