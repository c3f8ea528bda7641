/** Resources that are kept as clients give them: what each has of its own is a few short rules. */
import { blank, fieldOf } from '../spec/shapes';
import type { Params } from '../parameters/validate';
import type { Backend } from './backend';
import { mergeMetadata } from './metadata';
import type { Call, OperationHandler } from './module';
import type { StripeObject } from './objects';

/** What is special about a resource. A function that is left out is an operation that the API does not have. */
export interface ResourceRules<T extends StripeObject> {
  readonly kind: string;
  /** Of the list: `/v1/payment_method_domains`. */
  readonly path: string;
  /** What a new object has that the client did not give, or gave in another form. Throws for what cannot be. */
  readonly create?: (given: Params, call: Call) => object;
  /** The same for a change. */
  readonly update?: (given: Params, before: T, call: Call) => object;
  /** What is kept beside a new object. */
  readonly hidden?: () => object;
  /** Called before an object goes. */
  readonly delete?: (object: T) => void;
  /** The parameters of the list that are fields by which it is narrowed. */
  readonly filters?: readonly (keyof T & string)[];
  /** How else the list is narrowed. */
  readonly where?: (object: T, given: Params) => boolean;
  /** With what the types of its events begin: `payment_method_domain`. Left out where the API has none. */
  readonly events?: string;
  /** The events that there are, where not each change has one. */
  readonly eventTypes?: readonly ('created' | 'updated' | 'deleted')[];
}

/** The operations of a resource by their keys: it can be retrieved and listed, and whatever else its rules allow. */
export function resourceOperations<T extends StripeObject>(
  stripe: Backend,
  rules: ResourceRules<T>,
): Readonly<Record<string, OperationHandler>> {
  const { kind, path, create, update, filters = [] } = rules;
  const table = stripe.table<T, object>(kind);
  const eventOf = (change: 'created' | 'updated' | 'deleted'): string | undefined =>
    rules.events !== undefined && (rules.eventTypes?.includes(change) ?? true)
      ? `${rules.events}.${change}`
      : undefined;
  const announce = (change: 'created' | 'deleted', object: T): void => {
    const type = eventOf(change);
    if (type !== undefined) stripe.emit(type, object);
  };
  const operations: Record<string, OperationHandler> = {
    [`GET ${path}`]: ({ params, url }) =>
      table.page(url, params, {
        where: (object) => matches(object, params, filters) && (rules.where?.(object, params) ?? true),
      }),
    [`GET ${path}/{id}`]: ({ path: { id } }) => table.get(id!),
  };
  if (create !== undefined) {
    operations[`POST ${path}`] = (call) => {
      const object = table.insert(newObject<T>(stripe, kind, call.params, create(call.params, call)), rules.hidden?.());
      announce('created', object);
      return object;
    };
  }
  if (update !== undefined) {
    operations[`POST ${path}/{id}`] = (call) => {
      const before = table.get(call.path['id']!);
      const change = { ...fieldsGiven(kind, call.params, before), ...update(call.params, before, call) };
      return table.update(before.id, change as Partial<T>, eventOf('updated'));
    };
  }
  if (rules.delete !== undefined) {
    operations[`DELETE ${path}/{id}`] = ({ path: { id } }) => {
      const object = table.get(id!);
      rules.delete?.(object);
      table.remove(object.id);
      announce('deleted', object);
      return { id: object.id, object: object.object, deleted: true };
    };
  }
  return operations;
}

/** Whether an object has what a client named of some fields, in parameters of the same names. */
export function matches<T extends object>(object: T, given: object, names: readonly (keyof T & string)[]): boolean {
  const wanted = given as Partial<T>;
  return names.every((name) => wanted[name] === undefined || object[name] === wanted[name]);
}

/** An object of a kind: empty, with what a client gave of its fields, and then with `own` fields. It is not kept. */
export function newObject<T>(stripe: Backend, kind: string, given: Params, own: object): T {
  return {
    ...blank(kind),
    ...fieldsGiven(kind, given),
    id: stripe.newId(kind),
    ...(fieldOf(kind, 'created') && { created: stripe.now() }),
    ...own,
  } as T;
}

/** The parameters that are fields of the object as well. An empty text takes a field out; metadata are merged. */
function fieldsGiven(kind: string, given: Params, before?: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name === 'metadata') {
      const former = (before as { metadata?: Record<string, string> } | undefined)?.metadata;
      fields[name] = mergeMetadata(former, value as Record<string, string>);
    } else if (fieldOf(kind, name)) fields[name] = value === '' ? null : value;
  }
  return fields;
}
