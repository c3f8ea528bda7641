/** What the objects of Stripe's API look like, as the official package declares them. */
import { ID_PREFIXES } from './id-prefixes';
import { shapeFile, type ShapeType } from './files';

export { ID_PREFIXES };

/** What a field of an object may hold. */
export interface FieldInfo {
  /** An identifier that an object can stand in the place of. */
  readonly expandable: boolean;
  /** A list, or something that is only there when a client asks for it. */
  readonly includable: boolean;
  /** A list with pages, whose objects are in its `data`. */
  readonly isList: boolean;
  /** The kinds of its objects; `#7` stands for a nested object that has no kind, and can be asked for its fields, too. */
  readonly kinds: readonly string[];
}

type Fields = Record<string, unknown>;

/** What a field of a kind of objects, or of a nested object, may hold; undefined where it has no such field. */
export function fieldOf(kind: string, name: string): FieldInfo | undefined {
  const field = fieldsOf(kind).get(name);
  if (field === undefined) return undefined;
  const info = { expandable: false, includable: field.onDemand, isList: false, kinds: [] as string[] };
  gather(field.place, info);
  return info;
}

/** The names of the fields that a kind of objects, or a nested object, has. */
export function fieldNames(kind: string): readonly string[] {
  return [...fieldsOf(kind).keys()];
}

/**
 * A well-formed object with nothing in it, fresh each time: what may be null is null, what may be absent is absent, and
 * everything else is as empty as it can be. Its `object` is set.
 */
export function blank(kind: string): Fields {
  return empty(kind, [kind]);
}

/** An object of a kind with everything that its declaration has and that was left out, also within it: null where that may be. */
export function completed<T extends object>(kind: string, given: T): T {
  const whole = { ...given } as Fields;
  for (const { name, place, optional, onDemand } of fieldsOf(kind).values()) {
    const value = whole[name];
    if (value !== undefined) whole[name] = completedAt(place, value);
    else if (!optional && !onDemand) whole[name] = emptyValue(typeAt(place), place, [kind]);
  }
  return whole as T;
}

function completedAt(place: number, value: unknown): unknown {
  const type = typeAt(place);
  if (typeof value !== 'object' || value === null || !isList(type)) return value;
  const [sort, of] = type;
  if (sort === 'h') return completed(`#${place}`, value);
  if (sort === '?') return completedAt(of as number, value);
  return sort === 'a' && Array.isArray(value) ? value.map((each) => completedAt(of as number, each)) : value;
}

/** A well-formed object with plausible values: of fields by their names, and of nested objects in the same way. */
export function sample(kind: string, given: { readonly id: string; readonly created: number }): Fields {
  const object = fill(kind, given, 0);
  if ('id' in object) object['id'] = given.id;
  return object;
}

interface Field {
  readonly name: string;
  readonly place: number;
  readonly optional: boolean;
  readonly onDemand: boolean;
}

const NONE: ReadonlyMap<string, Field> = new Map();
const known = new Map<string, ReadonlyMap<string, Field>>();
/** How deep objects without which another one is not well-formed are made. */
const DEEPEST = 4;

function fieldsOf(kind: string): ReadonlyMap<string, Field> {
  let fields = known.get(kind);
  if (fields === undefined) {
    const { kinds, types } = shapeFile();
    const place = kind.startsWith('#') ? Number(kind.slice(1)) : kinds[kind];
    const type = place === undefined ? undefined : types[place];
    fields = isList(type) && type[0] === 'h' ? readFields(type) : NONE;
    known.set(kind, fields);
  }
  return fields;
}

function readFields([, names, places]: readonly [string, ...unknown[]]): ReadonlyMap<string, Field> {
  if (names === '') return NONE;
  return new Map(
    (names as string).split(' ').map((written, index) => {
      const [, name = '', marks = ''] = /^(.*?)([?+]*)$/.exec(written) ?? [];
      const place = (places as number[])[index]!;
      return [name, { name, place, optional: marks.includes('?'), onDemand: marks.includes('+') }];
    }),
  );
}

function isList(type: ShapeType | undefined): type is readonly [string, ...unknown[]] {
  return Array.isArray(type);
}

function typeAt(place: number): ShapeType {
  return shapeFile().types[place]!;
}

interface Gathered {
  expandable: boolean;
  includable: boolean;
  isList: boolean;
  readonly kinds: string[];
}

function gather(place: number, info: Gathered): void {
  const type = typeAt(place);
  if (!isList(type)) return;
  const [sort, of] = type;
  if (sort === 'h') info.kinds.push(`#${place}`);
  else if (sort === 'x' || sort === 'o') info.kinds.push(...(of as string[]));
  else if (sort === 'u') for (const each of of as number[]) gather(each, info);
  else if (sort !== 'e') gather(of as number, info);
  if (sort === 'x') info.expandable = true;
  if (sort === 'l') {
    info.includable = true;
    info.isList = true;
  }
}

function empty(kind: string, inside: readonly string[]): Fields {
  const object: Fields = {};
  for (const { name, place, optional, onDemand } of fieldsOf(kind).values()) {
    if (!optional && !onDemand) object[name] = emptyValue(typeAt(place), place, inside);
  }
  return object;
}

/** `inside` are the kinds of the objects around it: one that leads back to itself ends there. */
function emptyValue(type: ShapeType, place: number, inside: readonly string[]): unknown {
  if (!isList(type)) return EMPTY[type]?.() ?? null;
  const [sort, of] = type;
  switch (sort) {
    case 'e':
      return (of as string[])[0];
    case 'a':
      return [];
    case 'h':
      return empty(`#${place}`, inside);
    case 'r':
      return {};
    case 'o': {
      const kind = (of as string[]).find((each) => !inside.includes(each));
      return kind === undefined ? null : empty(kind, [...inside, kind]);
    }
    case 'l':
      return { object: 'list', data: [], has_more: false, url: '' };
    case 'u':
      return emptyValue(typeAt((of as number[])[0]!), (of as number[])[0]!, inside);
    case 'x':
      return '';
    case '?':
      // Metadata may be null by its declaration, and never is.
      return typeAt(of as number) === 'm' ? {} : null;
    default:
      return null;
  }
}

const EMPTY: Readonly<Record<string, () => unknown>> = {
  s: () => '',
  i: () => 0,
  n: () => 0,
  t: () => 0,
  b: () => false,
  T: () => true,
  I: () => '0',
  d: () => '0',
  m: () => ({}),
};

interface Given {
  readonly id: string;
  readonly created: number;
}

function fill(kind: string, given: Given, depth: number): Fields {
  const object: Fields = {};
  for (const { name, place, optional, onDemand } of fieldsOf(kind).values()) {
    if (!optional && !onDemand) object[name] = filled(name, typeAt(place), place, kind, given, depth);
  }
  return object;
}

function filled(name: string, type: ShapeType, place: number, kind: string, given: Given, depth: number): unknown {
  if (type === 't') return given.created;
  if (type === 's') return textFor(name, kind, given);
  if (!isList(type)) return emptyValue(type, place, [kind]);
  const [sort, of] = type;
  switch (sort) {
    case 'h':
      return depth < DEEPEST ? fill(`#${place}`, given, depth + 1) : {};
    case 'u':
      return filled(name, typeAt((of as number[])[0]!), (of as number[])[0]!, kind, given, depth);
    case 'o': {
      const [first] = of as string[];
      return depth < DEEPEST && first !== undefined ? fill(first, given, depth + 1) : null;
    }
    case 'x':
      return identifier((of as string[])[0] ?? kind, given);
    default:
      return emptyValue(type, place, [kind]);
  }
}

/** A plausible text for a field of this name. */
function textFor(name: string, kind: string, given: Given): string {
  if (name === 'id') return identifier(kind, given);
  return TEXTS.find(([names]) => names.test(name))?.[1] ?? name;
}

const TEXTS: readonly (readonly [names: RegExp, text: string])[] = [
  [/currency$/, 'usd'],
  [/country$/, 'US'],
  [/email$/, 'jenny.rosen@example.com'],
  [/url$/, 'https://example.com'],
  [/phone$/, '+15555550100'],
  [/(^|_)name$/, 'Jenny Rosen'],
  [/last4$/, '4242'],
  [/postal_code$/, '94111'],
  [/brand$/, 'visa'],
  [/fingerprint$/, 'Xt5EWLLDS7FJjR1c'],
];

/** An identifier of a kind that follows from the one that was given. */
function identifier(kind: string, { id }: Given): string {
  const [, tail = id] = /_([A-Za-z0-9]+)$/.exec(id) ?? [];
  const prefix = ID_PREFIXES[kind];
  return prefix === undefined ? `${kind.replace(/\W/g, '')}_${tail}` : `${prefix}_${tail}`;
}
