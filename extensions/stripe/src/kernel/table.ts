import type { BacklotError, Collection, Key, State } from 'backlot';
import { invalidRequest, resourceMissing, type StripeError } from '../errors';
import type { Params } from '../parameters/validate';
import { KINDS } from './kinds';
import { idOf, valueAt, type Page, type StripeObject } from './objects';
import { bothCursors } from './page-of';

/** How one object is kept. */
interface Row<T, Hidden> {
  /** The account that it belongs to. */
  readonly account: string;
  /** Counts up: tells apart what was made in the same second. */
  readonly order: number;
  readonly object: T;
  /** What the API never shows: the number of a card, what a test card will do. */
  readonly hidden?: Hidden;
}

/** What a table asks of the backend. */
export interface TableHost {
  readonly state: State;
  /** The account that the running call is for. */
  readonly account: string;
  nextOrder(): number;
  /** Whether lists say how much there is in all, as they once did: a look of localstripe. */
  readonly isLoose: boolean;
  /** Says that an object changed, with the event to send for it. */
  emitChange(type: string, before: StripeObject, after: StripeObject): void;
}

/** Which objects a list shows. */
export interface Selection<T> {
  /** Only those whose indexed fields have these values; the first that is given is looked up, the others are compared. */
  readonly by?: Readonly<Record<string, string | undefined>>;
  readonly where?: (object: T) => boolean;
}

/** The parameters that each list has. */
export interface ListParams {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
  readonly created?:
    number | { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number };
}

/** How many objects a page has when nobody says. */
const PAGE_LENGTH = 10;
const BY_TIME = 'time';

/** The objects of one kind, each in the account that it was made in. A deleted one is no longer listed, and no longer found by its fields. */
export class Table<T extends StripeObject, Hidden extends object = Record<string, unknown>> {
  readonly #host: TableHost;
  readonly #rows: Collection<Row<T, Hidden>>;
  readonly #noun: string;
  readonly #pathParam: string;

  constructor(
    readonly kind: string,
    host: TableHost,
  ) {
    this.#host = host;
    const { noun, pathParam = 'id', indexes = [] } = KINDS[kind] ?? {};
    // The same text wherever it can be, so that keys that begin with it are compared at a look.
    const accountOf = ({ account }: Row<T, Hidden>): string => (account === host.account ? host.account : account);
    this.#pathParam = pathParam;
    this.#noun = noun ?? kind.replaceAll('.', '_');
    this.#rows = host.state.collection<Row<T, Hidden>>(kind, {
      frozen: true,
      indexes: {
        [BY_TIME]: (row) => (isDeleted(row.object) ? undefined : [[accountOf(row), timeOf(row.object), row.order]]),
        ...Object.fromEntries(
          indexes.map((path) => [path, (row: Row<T, Hidden>) => keysOf(row, accountOf(row), path)]),
        ),
      },
    });
  }

  /** The object, deleted ones too, or undefined where the account has none. */
  find(id: string): T | undefined {
    return this.#row(id)?.object;
  }

  /** The object, or an error that names the parameter. With `param` left out the identifier is the one in the path. */
  get(id: string, param?: string): T {
    const object = this.find(id);
    if (object === undefined || (isDeleted(object) && param !== undefined)) throw this.#missing(id, param);
    return object;
  }

  #missing(id: string, param = 'id'): StripeError {
    return param === 'id'
      ? resourceMissing(this.#noun, id, this.#pathParam, 404)
      : resourceMissing(this.#noun, id, param);
  }

  has(id: string): boolean {
    return this.present(id) !== undefined;
  }

  /** The object, or undefined where the account has none, or has deleted it. */
  present(id: string): T | undefined {
    const object = this.find(id);
    return object === undefined || isDeleted(object) ? undefined : object;
  }

  /** What is kept beside an object; undefined where nothing is. */
  hidden(id: string): Hidden | undefined {
    return this.#row(id)?.hidden;
  }

  /** Keeps a new object; fails where its identifier is taken. */
  insert(object: T, hidden?: Hidden): T {
    const { account } = this.#host;
    const row = { account, order: this.#host.nextOrder(), object };
    try {
      this.#rows.insert(object.id, hidden ? { ...row, hidden } : row);
    } catch (error) {
      if ((error as BacklotError).code !== 'BACKLOT_E_STATE_KEY_EXISTS') throw error;
      throw invalidRequest(`${this.#noun} already exists.`, { code: 'resource_already_exists', param: 'id' });
    }
    return object;
  }

  /**
   * Changes an object: the fields that are given are replaced. When something changed and an event is named, it is sent with
   * the former values. Gives the object as it is now.
   */
  update(id: string, change: Partial<T> | ((object: T) => Partial<T>), event?: string): T {
    const row = this.#row(id);
    if (row === undefined) throw resourceMissing(this.#noun, id);
    const after = { ...row.object, ...(typeof change === 'function' ? change(row.object) : change) };
    this.#rows.put(id, { ...row, object: after });
    if (event !== undefined) this.#host.emitChange(event, row.object, after);
    return after;
  }

  /** Replaces what is kept beside an object. */
  hide(id: string, hidden: Hidden): void {
    const row = this.#row(id);
    if (row === undefined) throw resourceMissing(this.#noun, id);
    this.#rows.put(id, { ...row, hidden });
  }

  /** Puts another object in the place of one, as that of a deleted customer, which keeps nothing but its identifier. */
  replace(id: string, object: T): T {
    const row = this.#row(id);
    if (row === undefined) throw resourceMissing(this.#noun, id);
    this.#rows.put(id, { ...row, object });
    return object;
  }

  /** Keeps an object, in the place of the one that has its identifier where there is one. */
  put(object: T): T {
    return this.find(object.id) === undefined ? this.insert(object) : this.replace(object.id, object);
  }

  /** Forgets an object as if it had never been. Most kinds keep `deleted: true` instead, by {@link update}. */
  remove(id: string): void {
    if (this.#row(id)) this.#rows.delete(id);
  }

  /** Whether no account has any, not even a deleted one. */
  get isEmpty(): boolean {
    return this.#rows.count() === 0;
  }

  /** All objects of the account that are selected, newest first. */
  *values(selection: Selection<T> = {}): Generator<T> {
    if (this.isEmpty) return;
    for (const row of this.#newestFirst(selection)) yield row.object;
  }

  /** The newest object that is selected. */
  first(selection: Selection<T>): T | undefined {
    for (const object of this.values(selection)) return object;
    return undefined;
  }

  count(selection: Selection<T> = {}): number {
    return [...this.#newestFirst(selection)].length;
  }

  /** A page of the list, as `limit`, `starting_after`, `ending_before` and `created` say. `url` is the path of the list. */
  page(url: string, params: ListParams | Params, selection: Selection<T> = {}): Page<T> {
    const { limit = PAGE_LENGTH, starting_after, ending_before, created } = params as ListParams;
    const backwards = ending_before !== undefined;
    const cursorId = starting_after ?? ending_before;
    const cursor = cursorId === undefined ? undefined : this.#row(cursorId);
    if (cursorId !== undefined && cursor === undefined) {
      throw resourceMissing(this.#noun, cursorId, backwards ? 'ending_before' : 'starting_after');
    }
    if (backwards && starting_after !== undefined) throw bothCursors();
    const found: T[] = [];
    for (const row of this.#ordered(selection, { backwards, cursor, created })) {
      found.push(row.object);
      if (found.length > limit) break;
    }
    const data = found.slice(0, limit);
    if (backwards) data.reverse();
    return {
      object: 'list',
      data,
      has_more: found.length > limit,
      ...(this.#host.isLoose && { total_count: [...this.#ordered(selection, { backwards, created })].length }),
      url,
    };
  }

  /** The first page of a list that an object shows on demand, which says how much there is in all. */
  within(url: string, selection: Selection<T> = {}): Page<T> {
    const { object, data, has_more } = this.page(url, {}, selection);
    return { object, data, has_more, total_count: this.count(selection), url };
  }

  #row(id: string): Row<T, Hidden> | undefined {
    if (id === '') return undefined;
    const row = this.#rows.get(id);
    return row !== undefined && row.account === this.#host.account ? row : undefined;
  }

  #newestFirst(selection: Selection<T>): Iterable<Row<T, Hidden>> {
    return this.#ordered(selection, { backwards: false });
  }

  /** Walks an index whose keys end in the time and the order, so that no page costs more than another. */
  *#ordered(
    { by = {}, where }: Selection<T>,
    options: { backwards: boolean; cursor?: Row<T, Hidden> | undefined; created?: ListParams['created'] },
  ): Generator<Row<T, Hidden>> {
    const wanted = Object.entries(by).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const [first, ...others] = wanted;
    const { account } = this.#host;
    const start = first ? [account, first[1]] : [account];
    const index = this.#rows.by(first ? first[0] : BY_TIME);
    const { backwards, cursor } = options;
    const [oldest, newest] = limitsOf(options.created);
    let low: readonly (string | number)[] = [...start, oldest];
    let high: readonly (string | number)[] = [...start, newest];
    if (cursor) {
      const key = [...start, timeOf(cursor.object), cursor.order];
      if (backwards) low = later(low, [...key.slice(0, -1), cursor.order + 0.5]);
      else high = sooner(high, key);
    }
    for (const row of index.values({ from: low, before: high, reverse: !backwards })) {
      if (
        others.every(([path, value]) => fieldValues(row.object, path).includes(value)) &&
        (where?.(row.object) ?? true)
      ) {
        yield row;
      }
    }
  }
}

function timeOf(object: StripeObject): number {
  return object.created ?? 0;
}

function isDeleted(object: object): boolean {
  return (object as { deleted?: unknown }).deleted === true;
}

function keysOf(row: Row<StripeObject, object>, account: string, path: string): Key[] | undefined {
  if (isDeleted(row.object)) return undefined;
  return fieldValues(row.object, path).map((value) => [account, value, timeOf(row.object), row.order]);
}

const NO_VALUES: string[] = [];

/** What a field holds, as text: an identifier for an object, each element of an array. */
function fieldValues(object: StripeObject, path: string): readonly string[] {
  const value = valueAt(object, path);
  if (typeof value === 'string') return [value];
  if (value === null || value === undefined) return NO_VALUES;
  return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => {
    if (typeof each === 'string') return [each];
    if (typeof each === 'number' || typeof each === 'boolean') return [String(each)];
    const id = idOf(each as { id: string } | null | undefined);
    return id === undefined ? [] : [id];
  });
}

/** The times that a `created` filter lets through: from the first, before the second. Times are whole seconds. */
function limitsOf(created: ListParams['created']): [from: number, before: number] {
  if (created === undefined)
    return [-Infinity, Infinity].map((limit) => Math.sign(limit) * Number.MAX_VALUE) as [number, number];
  if (typeof created === 'number') return [created, created + 1];
  const from = Math.max(
    created.gte ?? -Number.MAX_VALUE,
    created.gt === undefined ? -Number.MAX_VALUE : created.gt + 1,
  );
  const before = Math.min(
    created.lt ?? Number.MAX_VALUE,
    created.lte === undefined ? Number.MAX_VALUE : created.lte + 1,
  );
  return [from, before];
}

function later(one: readonly (string | number)[], other: readonly (string | number)[]): readonly (string | number)[] {
  return isBefore(one, other) ? other : one;
}

function sooner(one: readonly (string | number)[], other: readonly (string | number)[]): readonly (string | number)[] {
  return isBefore(one, other) ? one : other;
}

/** Keys of one list, which begin alike: only numbers differ. */
function isBefore(one: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const [left, right] = [one[index]!, other[index]!];
    if (left !== right) return left < right;
  }
  return one.length < other.length;
}
