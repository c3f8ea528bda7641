import { BacklotError } from '../../api/errors';
import type { Endpoint, Resource } from '../../api/gateway';
import { didYouMean } from '../../api/nearest';

/** The method of a resource for each HTTP method; `*` is for those that have none. */
const METHODS: Readonly<Record<keyof Resource, string>> = {
  onGet: 'GET',
  onPost: 'POST',
  onPut: 'PUT',
  onPatch: 'PATCH',
  onDelete: 'DELETE',
  onHead: 'HEAD',
  onOptions: 'OPTIONS',
  onAny: '*',
};

/**
 * The endpoints of a resource, each with its HTTP method; they keep their `this`. Throws `BACKLOT_E_ROUTE_INVALID` when the
 * value has none of the methods, and names the one that was most likely meant.
 */
export function endpointsOf(resource: unknown, path: string, owner: string): [method: string, endpoint: Endpoint][] {
  const names = Object.keys(METHODS) as (keyof Resource)[];
  const given = typeof resource === 'object' && resource !== null ? (resource as Resource) : {};
  const endpoints = names.flatMap((name): [string, Endpoint][] => {
    return typeof given[name] === 'function' ? [[METHODS[name], (context) => given[name]?.(context)]] : [];
  });
  if (endpoints.length > 0) return endpoints;
  const what =
    given === resource
      ? `the resource at ${path} has no method that answers${meant(given, names)}`
      : `the resource at ${path} is a ${resource === null ? 'null' : typeof resource}, not an object`;
  throw new BacklotError('BACKLOT_E_ROUTE_INVALID', what, {
    where: { extension: owner },
    remedy: `Give it one or more of the methods ${names.join(', ')}.`,
  });
}

function meant(resource: object, names: readonly string[]): string {
  for (const name of methodNames(resource)) {
    const hint = didYouMean(name, names);
    if (hint !== '') return `, but \`${name}\`${hint}`;
  }
  return '';
}

/** The methods of an object and of its classes. */
function methodNames(resource: object): string[] {
  const names: string[] = [];
  for (let each: object | null = resource; each && each !== Object.prototype; each = Reflect.getPrototypeOf(each)) {
    const own = Object.entries(Object.getOwnPropertyDescriptors(each));
    names.push(
      ...own.filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor').map(([n]) => n),
    );
  }
  return names;
}
