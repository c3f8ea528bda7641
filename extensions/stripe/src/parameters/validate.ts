/** Checks what a client gave against the specification, and makes numbers and booleans of text. */
import { closest, distance } from 'fastest-levenshtein';
import { invalidRequest, parameterMissing, StripeError } from '../errors';
import { parameterFile, type ParameterType } from '../spec/files';
import type { Operation } from '../spec/spec';
import { isCountry, unknownCountry } from './country';
import { checkLists } from './list-limits';
import { metadata } from './metadata';
import type { Raw, RawHash } from './form';

/** Parameters as JSON: integers, numbers and booleans are what they are, `''` stays where a value may be taken out. */
export type Params = Readonly<Record<string, unknown>>;

export interface ValidateOptions {
  /** Names at the top that are let through as they are: those of older versions, and those that no declaration has. */
  readonly also?: readonly string[];
}

/** What an address may go without: clients write `null` as an empty text. */
const UNSET = /(address\]?\[(city|country|line[12]|postal_code|state)|^shipping\[(carrier|phone|tracking_number))\]$/;
/** What an empty text takes out, though no declaration says so: texts of customers, descriptions and payment methods of payments. */
const TAKEN_OUT: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/customers': ['description', 'email', 'name', 'phone'],
  'POST /v1/customers/{customer}': ['description', 'email', 'name', 'phone'],
  'POST /v1/payment_intents/{payment_intent}': ['description', 'payment_method'],
};
const COUNTRY = /address\]?\[country\]$/;
const NO_METHOD = 'invoice_settings[default_payment_method]';
/** Lists that a former version knew, which are still to be lists. */
const FORMER_LISTS: readonly string[] = ['payment_method_types'];
/** The longest text, in characters. */
const LONGEST = 5000;
const MOST_DECIMALS = 12;
const NOTHING: readonly string[] = [];
const MOST_PER_PAGE = 100;

/**
 * The parameters of an operation. Throws `invalid_request_error` as the API does, with the parameter as it was written: unknown
 * ones first, then missing ones, then the first that is not what it should be.
 */
export function validate(operation: Operation, raw: RawHash, { also = [] }: ValidateOptions = {}): Params {
  // Most requests have nothing of the kind, and are checked as they are.
  const emptied = TAKEN_OUT[operation.key]?.filter((name) => raw[name] === '') ?? NOTHING;
  const unchecked = emptied.length === 0 ? also : [...also, ...emptied];
  const given =
    unchecked.length === 0
      ? raw
      : Object.fromEntries(Object.entries(raw).filter(([name]) => !unchecked.includes(name)));
  const params = checkHash(typeAt(operation.parameters), given, '', unchecked);
  for (const name of unchecked) {
    const value = raw[name];
    if (value !== undefined) params[name] = loosely(FORMER_LISTS.includes(name) ? listOf(value, name) : value);
  }
  checkLimit(params['limit']);
  checkLists(operation.key, params);
  return params;
}

/** A value of a parameter that the specification does not know any more. */
function loosely(value: Raw): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(loosely);
  const entries = Object.entries(value).map(([name, each]) => [name, loosely(each)] as const);
  // A list as most clients write it: `types[0]=card`.
  if (entries.length > 0 && entries.every(([name], index) => name === String(index)))
    return entries.map(([, each]) => each);
  return Object.fromEntries(entries);
}

function checkLimit(limit: unknown): void {
  if (typeof limit !== 'number') return;
  const fields = { code: 'parameter_invalid_integer', param: 'limit' };
  if (limit < 1) throw invalidRequest('This value must be greater than or equal to 1.', fields);
  if (limit > MOST_PER_PAGE) {
    throw invalidRequest(
      `This value must be less than or equal to ${MOST_PER_PAGE} (it currently is '${limit}').`,
      fields,
    );
  }
}

function typeAt(place: number): ParameterType {
  return parameterFile().types[place]!;
}

/** The names of the fields of a hash, which of them are required, and their types. */
interface HashType {
  readonly fields: ReadonlyMap<string, number>;
  readonly required: readonly string[];
}

const hashes = new WeakMap<readonly unknown[], HashType>();

function hashType(type: readonly [string, ...unknown[]]): HashType {
  let read = hashes.get(type);
  if (read === undefined) {
    const names = (type[1] as string).split(' ').filter((name) => name !== '');
    const places = type[2] as number[];
    read = {
      fields: new Map(names.map((name, index) => [name.replace(/!$/, ''), places[index]!])),
      required: names.flatMap((name) => (name.endsWith('!') ? [name.slice(0, -1)] : [])),
    };
    hashes.set(type, read);
  }
  return read;
}

/** `also` are names that are not looked at: nobody asks for them, either. */
function checkHash(
  type: ParameterType,
  raw: RawHash,
  at: string,
  also: readonly string[] = [],
): Record<string, unknown> {
  const { fields, required } = hashType(type as readonly [string, ...unknown[]]);
  let unknown: string[] | undefined;
  for (const name in raw) if (!fields.has(name)) (unknown ??= []).push(name);
  if (unknown !== undefined) throw unknownParameters(unknown, [...fields.keys()], at);
  for (const name of required) {
    if (also.includes(name)) continue;
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (value === undefined) throw parameterMissing(below(at, name));
    if (typeof value === 'string' && value !== '' && value.trim() === '') throw blankParameter(below(at, name));
  }
  const checked: Record<string, unknown> = {};
  for (const name in raw) checked[name] = check(fields.get(name)!, raw[name]!, below(at, name));
  return checked;
}

function check(place: number, raw: Raw, param: string): unknown {
  const type = typeAt(place);
  const sort = typeof type === 'string' ? type : type[0];
  if (sort === '*') return loosely(raw);
  if (sort === '?') return raw === '' ? '' : check((type as [string, number])[1], raw, param);
  if (raw === '' && UNSET.test(param)) return null;
  if (typeof raw === 'string' && raw !== '' && COUNTRY.test(param) && !isCountry(raw))
    throw unknownCountry(shortened(raw), param);
  if (raw === '' && param === NO_METHOD) return '';
  if (raw === '') throw emptyParameter(param);
  switch (sort) {
    case 'm':
      return metadata(hashOf(raw, param), param);
    case 'f':
      return raw;
    case 'a': {
      const element = (type as [string, number])[1];
      return listOf(raw, param).map((each, index) => check(element, each, `${param}[${index}]`));
    }
    case 'h':
      return checkHash(type, hashOf(raw, param), param);
    case 'r': {
      const value = (type as [string, number])[1];
      const entries = Object.entries(hashOf(raw, param));
      return Object.fromEntries(entries.map(([name, each]) => [name, check(value, each, below(param, name))]));
    }
    case 'u':
      return checkUnion((type as [string, number[]])[1], raw, param);
    case 'e':
      return oneOf((type as [string, string[]])[1], textOf(raw, param), param);
    default:
      return scalar(sort, textOf(raw, param), param);
  }
}

/** A value of the first type that takes it; the error is that of the first type of its form. */
function checkUnion(places: readonly number[], raw: Raw, param: string): unknown {
  let failure: unknown;
  for (const place of places.filter((each) => hasFormOf(typeAt(each), raw))) {
    try {
      return check(place, raw, param);
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      failure ??= error;
    }
  }
  throw failure instanceof Error
    ? failure
    : invalidRequest(typeof raw === 'string' ? 'Invalid object' : 'Invalid string', { param });
}

/** Whether a type takes text, lists or hashes, as the value is. */
function hasFormOf(type: ParameterType, raw: Raw): boolean {
  const sort = typeof type === 'string' ? type : type[0];
  if (sort === '*' || sort === '?' || sort === 'u' || sort === 'f') return true;
  const isHash = sort === 'h' || sort === 'r' || sort === 'm';
  if (typeof raw === 'string') return !isHash && sort !== 'a';
  if (Array.isArray(raw)) return sort === 'a';
  return (isHash && isOfKind(type, raw)) || (sort === 'a' && Object.keys(raw).every(isIndex));
}

/** A card and a bank account are told apart by their `object`. */
function isOfKind(type: ParameterType, raw: RawHash): boolean {
  if (typeof type === 'string' || type[0] !== 'h') return true;
  const place = hashType(type).fields.get('object');
  const kinds = place === undefined ? undefined : typeAt(place);
  const given = raw['object'];
  return given === undefined || !Array.isArray(kinds) || kinds[0] !== 'e' || (kinds[1] as unknown[]).includes(given);
}

function hashOf(raw: Raw, param: string): RawHash {
  if (typeof raw === 'string' || Array.isArray(raw)) throw invalidRequest('Invalid object', { param });
  return raw;
}

/** A list, also one that was written with indexes. */
function listOf(raw: Raw, param: string): Raw[] {
  if (Array.isArray(raw)) return raw;
  if (typeof raw === 'string' || !Object.keys(raw).every(isIndex)) throw invalidRequest('Invalid array', { param });
  const entries = Object.entries(raw).sort(([one], [other]) => Number(one) - Number(other));
  return entries.map(([, value]) => value);
}

function isIndex(name: string): boolean {
  return /^\d{1,6}$/.test(name);
}

function textOf(raw: Raw, param: string): string {
  if (typeof raw === 'string') return raw;
  throw invalidRequest(`Invalid string: ${shortened(JSON.stringify(raw))}`, { param });
}

function oneOf(values: readonly string[], text: string, param: string): string {
  if (values.includes(text)) return text;
  throw notOneOf(values, param);
}

/** The error for a value that is none of those that there are. A value that stands for all is not named. */
export function notOneOf(values: readonly string[], param: string): StripeError {
  return invalidRequest(`Invalid ${param}: must be one of ${inWords(values.filter((each) => each !== '*'))}`, {
    param,
  });
}

/** The values that a parameter may have; none where anything goes. */
export function parameterValues(operation: Operation, param: string): readonly string[] {
  const place = hashType(typeAt(operation.parameters) as readonly [string, ...unknown[]]).fields.get(param);
  const type = place === undefined ? undefined : typeAt(place);
  return type?.[0] === 'e' ? (type as [string, string[]])[1] : [];
}

/** The values that the elements of a list may have; none where anything goes. */
export function elementValues(operation: Operation, param: string): readonly string[] {
  const place = hashType(typeAt(operation.parameters) as readonly [string, ...unknown[]]).fields.get(param);
  const list = place === undefined ? undefined : typeAt(place);
  const element = list?.[0] === 'a' ? typeAt((list as [string, number])[1]) : undefined;
  return element?.[0] === 'e' ? (element as [string, string[]])[1] : [];
}

function inWords(values: readonly string[]): string {
  if (values.length < 3) return values.join(' or ');
  return `${values.slice(0, -1).join(', ')}, or ${values.at(-1)}`;
}

function scalar(sort: string, text: string, param: string): unknown {
  switch (sort) {
    case 'i': {
      const value = Number(text);
      // Without the sum, minus zero would come out.
      if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value + 0;
      throw invalidRequest(`Invalid integer: ${shortened(text)}`, { code: 'parameter_invalid_integer', param });
    }
    case 'n': {
      const value = Number(text);
      if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) && Number.isFinite(value)) return value;
      throw invalidRequest(`Invalid decimal: ${shortened(text)}`, { code: 'parameter_invalid_decimal', param });
    }
    case 'd': {
      const [, decimals = ''] = /^[+-]?\d+(?:\.(\d*))?$/.exec(text) ?? [undefined, undefined];
      if (/^[+-]?\d+(\.\d*)?$/.test(text) && decimals.length <= MOST_DECIMALS && text.length <= 40) return text;
      throw invalidRequest(
        `Invalid decimal: ${shortened(text)}; must contain at maximum ${MOST_DECIMALS} decimal places.`,
        { code: 'parameter_invalid_decimal', param },
      );
    }
    case 'b':
      if (text === 'true' || text === 'false') return text === 'true';
      throw invalidRequest(`Invalid boolean: ${shortened(text)}`, { param });
    default:
      checkLength(text, LONGEST, param);
      return text;
  }
}

/** Throws for a text that is longer than `most` characters. */
export function checkLength(text: string, most: number, param: string): void {
  if (text.length <= most) return;
  throw invalidRequest(`Invalid string: ${shortened(text)}; must be at most ${most} characters`, { param });
}

/** Enough of a text to know it again. */
export function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 20)}...${text.slice(-20)}`;
}

function below(at: string, name: string): string {
  return at === '' ? name : `${at}[${name}]`;
}

function emptyParameter(param: string): StripeError {
  return invalidRequest(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. ` +
      `You should remove '${param}' from your request or supply a non-empty value.`,
    { code: 'parameter_invalid_empty', param },
  );
}

function blankParameter(param: string): StripeError {
  return invalidRequest(`Invalid string: '${param}' cannot be blank.`, {
    code: 'parameter_invalid_string_blank',
    param,
  });
}

function unknownParameters(names: readonly string[], known: readonly string[], at: string): StripeError {
  const written = names.map((name) => below(at, shortened(name)));
  const [first = ''] = names;
  const nearest = known.length > 0 ? closest(first.slice(0, 100), known) : '';
  const isNear =
    nearest !== '' && distance(first.slice(0, 100), nearest) <= Math.max(2, Math.floor(nearest.length / 3));
  const what = names.length === 1 ? 'unknown parameter' : 'unknown parameters';
  const hint = names.length === 1 && isNear ? `. Did you mean ${nearest}?` : '';
  return invalidRequest(`Received ${what}: ${written.join(', ')}${hint}`, {
    code: 'parameter_unknown',
    param: written[0] ?? '',
  });
}
