/** Checks what a client of version 2 gave against the specification. */
import type { StripeError } from '../../errors';
import { isHash } from '../../kernel/objects';
import { parseForm, type Raw } from '../../parameters/form';
import { metadata } from '../../parameters/metadata';
import type { Params } from '../../parameters/validate';
import { version2File, type ParameterType } from '../../spec/files';
import type { Operation } from '../../spec/spec';
import { invalidFields } from './errors';
import { secondsOf } from './time';

/** The largest page of a list. */
const MOST_PER_PAGE = 100;
/** The longest text, in characters. */
const LONGEST = 5000;

/** What older versions took, and the newest does without. */
const FORMER = /^use_case\.account_(onboarding|update)\.configurations$/;

type Fields = Readonly<Record<string, unknown>>;

/** The object that a body is. Throws for what is no JSON object; nothing stands for an empty one. */
export function readBody(body: string): Fields {
  if (body === '') return {};
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    throw invalidFields('The request body is not valid JSON.');
  }
  if (isHash(read)) return read;
  throw invalidFields('The request body has to be a JSON object.');
}

/** What a query holds: texts, which stand for values of the types that the specification has. */
export function readQuery(query: string): Fields {
  return parseForm(query);
}

/**
 * The parameters of an operation, checked: unknown ones first, then missing ones, then the first that is not what it should be. `null`
 * takes out what may be left out. Numbers of a query are text.
 */
export function validate(operation: Operation, given: Fields): Params {
  const isText = operation.method === 'GET' || operation.method === 'DELETE';
  const params = checkHash(typeAt(operation.parameters), given, '', isText);
  const { limit } = params;
  if (typeof limit === 'number' && (limit < 1 || limit > MOST_PER_PAGE))
    throw invalidFields(`limit must be between 1 and ${MOST_PER_PAGE}, got ${limit}.`, 'limit');
  return params;
}

function typeAt(place: number): ParameterType {
  return version2File().types[place]!;
}

function checkHash(type: ParameterType, given: Fields, at: string, isText: boolean): Record<string, unknown> {
  const [, written, places] = type as readonly ['h', string, readonly number[]];
  const names = written === '' ? [] : written.split(' ');
  const fields = new Map(names.map((name, index) => [name.replace(/!$/, ''), places[index]!]));
  for (const name of Object.keys(given)) {
    if (!fields.has(name) && !FORMER.test(below(at, name)))
      throw invalidFields(`Received unknown parameter: ${below(at, name)}`, below(at, name));
  }
  for (const name of names.filter((each) => each.endsWith('!')).map((each) => each.slice(0, -1))) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null)
      throw invalidFields(`Missing required parameter: ${below(at, name)}`, below(at, name));
  }
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const place = fields.get(name);
    checked[name] = value === null || place === undefined ? value : check(place, value, below(at, name), isText);
  }
  return checked;
}

function check(place: number, given: unknown, at: string, isText: boolean): unknown {
  const type = typeAt(place);
  if (typeof type === 'string') return SCALARS[type]!(given, at, isText);
  const [sort, of] = type;
  switch (sort) {
    case '?':
      return given === null ? null : check(of as number, given, at, isText);
    case 'e':
      return oneOf(of as readonly string[], given, at);
    case 'a':
      return listOf(given, at, isText).map((each, index) => check(of as number, each, `${at}[${index}]`, isText));
    case 'r':
      return Object.fromEntries(
        Object.entries(hashOf(given, at)).map(([name, each]) => [
          name,
          each === null ? null : check(of as number, each, below(at, name), isText),
        ]),
      );
    case 'u':
      return checkUnion(of as readonly number[], given, at, isText);
    default:
      return checkHash(type, hashOf(given, at), at, isText);
  }
}

/** A value of the first type that takes it; the error is that of the last. */
function checkUnion(places: readonly number[], given: unknown, at: string, isText: boolean): unknown {
  let refusal: unknown;
  for (const place of places) {
    try {
      return check(place, given, at, isText);
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

type Scalar = (given: unknown, at: string, isText: boolean) => unknown;

const SCALARS: Readonly<Record<string, Scalar>> = {
  '*': (given) => given,
  s: (given, at) => {
    if (typeof given !== 'string') throw wrongType('string', at);
    if (given.length > LONGEST) throw invalidFields(`${at} is longer than ${LONGEST} characters.`, at);
    return given;
  },
  i: (given, at, isText) => {
    const value = isText && typeof given === 'string' ? integerIn(given) : given;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType('integer', at);
    return value;
  },
  n: (given, at) => {
    if (typeof given !== 'number') throw wrongType('number', at);
    return given;
  },
  b: (given, at, isText) => {
    if (typeof given === 'boolean') return given;
    if (isText && (given === 'true' || given === 'false')) return given === 'true';
    throw wrongType('boolean', at);
  },
  I: (given, at) => textOfNumber(/^-?\d+$/, given, 'integer, written as a string', at),
  d: (given, at) => textOfNumber(/^-?\d+(\.\d+)?$/, given, 'decimal, written as a string', at),
  m: (given, at) => {
    const entries = Object.entries(hashOf(given, at)).map(([key, value]) => [key, value ?? ''] as const);
    for (const [key, value] of entries) if (typeof value !== 'string') throw wrongType('string', below(at, key));
    return metadata(Object.fromEntries(entries) as Record<string, Raw>, at);
  },
};

/** A number of a query; times count as the seconds that they are after 1970. */
function integerIn(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : secondsOf(text);
}

function textOfNumber(form: RegExp, given: unknown, noun: string, at: string): string {
  const text = typeof given === 'number' ? String(given) : given;
  if (typeof text !== 'string' || !form.test(text)) throw wrongType(noun, at);
  return text;
}

function oneOf(values: readonly string[], given: unknown, at: string): string {
  if (typeof given === 'string' && values.includes(given)) return given;
  throw invalidFields(`Invalid value for ${at}: must be one of ${values.join(', ')}.`, at);
}

/** A query writes lists as hashes by index: `include[0]=identity`. */
function listOf(given: unknown, at: string, isText: boolean): readonly unknown[] {
  if (Array.isArray(given)) return given;
  if (isText && isHash(given)) return Object.values(given);
  if (isText && typeof given === 'string') return [given];
  throw wrongType('array', at);
}

function hashOf(given: unknown, at: string): Fields {
  if (isHash(given)) return given;
  throw wrongType('object', at);
}

function wrongType(noun: string, at: string): StripeError {
  return invalidFields(`Invalid type for ${at}: expected ${noun}.`, at);
}

function below(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
