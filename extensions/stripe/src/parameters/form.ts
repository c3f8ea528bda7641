/** Forms with nested names, as the API takes them: `a[b]=1`, `a[]=1`, `a[0][b]=1`. https://docs.stripe.com/api#request-content-type */
import { invalidRequest } from '../errors';

/** What a form holds: text, lists (`a[]`) and hashes by name or by index (`a[b]`, `a[0]`). Hashes have no prototype. */
export type Raw = string | Raw[] | RawHash;
export interface RawHash {
  [name: string]: Raw;
}

/** No form of the SDKs comes near these. */
const DEEPEST = 16;
const MOST_FIELDS = 10_000;

/** The hash that a form stands for. The later of two values for one name wins. Throws for names that contradict each other. */
export function parseForm(text: string): RawHash {
  const root = makeHash();
  if (text === '') return root;
  const fields = text.split('&');
  if (fields.length > MOST_FIELDS) {
    throw invalidRequest(`The request has ${fields.length} parameters; at most ${MOST_FIELDS} are taken.`);
  }
  for (const field of fields) {
    if (field === '') continue;
    const equals = field.indexOf('=');
    const name = decode(equals < 0 ? field : field.slice(0, equals));
    set(root, name, equals < 0 ? '' : decode(field.slice(equals + 1)));
  }
  return root;
}

function makeHash(): RawHash {
  return Object.create(null) as RawHash;
}

/** Text that is badly encoded is taken as it stands. */
function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** `a[b][]` is the names a, b and the empty one. */
function namesIn(name: string): string[] {
  const open = name.indexOf('[');
  if (open <= 0 || !name.endsWith(']')) return [name];
  return [name.slice(0, open), ...name.slice(open + 1, -1).split('][')];
}

function set(root: RawHash, written: string, value: string): void {
  const names = namesIn(written);
  if (names.length > DEEPEST)
    throw invalidRequest(`The parameter ${written} is nested too deeply.`, { param: written });
  let place: RawHash | Raw[] = root;
  for (const [index, name] of names.entries()) {
    const next = names[index + 1];
    if (next === undefined) put(place, name, value, written);
    else place = step(place, name, names.slice(index + 1), written);
  }
}

function put(place: RawHash | Raw[], name: string, value: string, written: string): void {
  if (Array.isArray(place)) place.push(value);
  else if (typeof place[name] === 'object') throw contradiction(written);
  else place[name] = value;
}

/** The hash or list that the next name goes into; made where it is not there. */
function step(place: RawHash | Raw[], name: string, rest: readonly string[], written: string): RawHash | Raw[] {
  const isList = rest[0] === '';
  const make = (): RawHash | Raw[] => (isList ? [] : makeHash());
  if (Array.isArray(place)) {
    const last = place.at(-1);
    // `a[][x]=1&a[][y]=2&a[][x]=3`: a name that is there already begins the next element.
    if (typeof last === 'object' && !Array.isArray(last) && !isList && !holds(last, rest)) return last;
    const element = make();
    place.push(element);
    return element;
  }
  const found = place[name];
  if (found === undefined) return (place[name] = make());
  if (typeof found === 'string' || Array.isArray(found) !== isList) throw contradiction(written);
  return found;
}

function holds(hash: RawHash, names: readonly string[]): boolean {
  let value: Raw | undefined = hash;
  for (const name of names) {
    if (typeof value !== 'object' || Array.isArray(value) || name === '') return false;
    value = value[name];
    if (value === undefined) return false;
  }
  return true;
}

function contradiction(written: string): Error {
  const [param = written] = namesIn(written);
  return invalidRequest(`Invalid object: ${param} was given in two forms that contradict each other.`, { param });
}
